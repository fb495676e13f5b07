//! A raw payload, indented for reading, line by line: only what is looked at is formatted.

use crate::text::Clean;

/// One line of a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadLine {
    /// How deep it stands.
    pub depth: usize,
    /// The text; a long one goes on in the next line.
    pub text: Clean,
}

/// The lines of raw JSON in so many columns. The text itself is not changed: escapes, the order of keys and the digits
/// of numbers stay as they were sent. Works on anything, also on what is not JSON.
pub fn payload_lines(raw: &str, columns: usize) -> impl Iterator<Item = PayloadLine> + '_ {
    Lines { rest: raw, depth: 0, columns: columns.max(16), in_string: false }
}

struct Lines<'a> {
    rest: &'a str,
    depth: usize,
    columns: usize,
    in_string: bool,
}

/// Columns by which each level is indented.
pub const INDENT: usize = 2;
/// Deeper levels are indented no further.
const DEEPEST: usize = 12;

impl Iterator for Lines<'_> {
    type Item = PayloadLine;

    fn next(&mut self) -> Option<PayloadLine> {
        if !self.in_string {
            self.rest = self.rest.trim_start();
        }
        if self.rest.is_empty() {
            return None;
        }
        let mut line = String::new();
        let mut used = 0;
        let mut depth = self.depth;
        let room = self.columns.saturating_sub(self.depth.min(DEEPEST) * INDENT).max(8);
        let mut chars = self.rest.char_indices().peekable();
        let mut escaped = false;
        let mut end = self.rest.len();
        while let Some((at, c)) = chars.next() {
            let after = at + c.len_utf8();
            if self.in_string {
                line.push(c);
                used += if c.is_ascii() { 1 } else { 2 };
                match c {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    '"' => self.in_string = false,
                    _ => {}
                }
                // never between a backslash and what it escapes
                if used + 1 >= room && !escaped && self.in_string {
                    end = after;
                    break;
                }
                continue;
            }
            match c {
                '"' => {
                    self.in_string = true;
                    line.push(c);
                    used += 1;
                }
                '{' | '[' => {
                    line.push(c);
                    let rest = self.rest.get(after..).unwrap_or_default();
                    let inner = rest.trim_start();
                    if let Some(closer) =
                        inner.chars().next().filter(|next| matches!((c, next), ('{', '}') | ('[', ']')))
                    {
                        line.push(closer);
                        for _ in 0..=rest.len() - inner.len() {
                            chars.next();
                        }
                    } else {
                        self.depth += 1;
                        end = after;
                        break;
                    }
                }
                '}' | ']' if line.is_empty() => {
                    self.depth = self.depth.saturating_sub(1);
                    depth = self.depth;
                    line.push(c);
                }
                '}' | ']' if line.starts_with(['}', ']']) || !line.is_empty() => {
                    end = at;
                    break;
                }
                ',' => {
                    line.push(c);
                    end = after;
                    break;
                }
                ':' => {
                    line.push_str(": ");
                    used += 2;
                }
                c if c.is_ascii_whitespace() => {}
                c => {
                    line.push(c);
                    used += if c.is_ascii() { 1 } else { 2 };
                    if used >= room {
                        end = after;
                        break;
                    }
                }
            }
        }
        self.rest = self.rest.get(end..).unwrap_or_default();
        Some(PayloadLine { depth: depth.min(DEEPEST), text: Clean::line(&line) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(raw: &str, columns: usize) -> Vec<String> {
        payload_lines(raw, columns).map(|line| format!("{}{}", " ".repeat(line.depth * INDENT), line.text)).collect()
    }

    #[test]
    fn json_is_indented_and_otherwise_left_alone() {
        let raw =
            r#"["new_message",{"id":9007199254740993,"content":{"text":"a, {b}: \"c\""},"empty":{},"list":[1,2]}]"#;
        assert_eq!(
            shown(raw, 80),
            [
                "[",
                "  \"new_message\",",
                "  {",
                "    \"id\": 9007199254740993,",
                "    \"content\": {",
                "      \"text\": \"a, {b}: \\\"c\\\"\"",
                "    },",
                "    \"empty\": {},",
                "    \"list\": [",
                "      1,",
                "      2",
                "    ]",
                "  }",
                "]",
            ]
        );
    }

    #[test]
    fn long_texts_go_on_in_the_next_line_and_nothing_is_lost() {
        let text = "x".repeat(500);
        let lines = shown(&format!(r#"{{"text":"{text}"}}"#), 40);
        assert!(lines.iter().all(|line| line.len() <= 40));
        assert_eq!(lines.concat().matches('x').count(), 500 + 1, "and the one in the key");
    }

    #[test]
    fn anything_ends() {
        for raw in ["", "}", "]]]]", "{\"a", "\"\\", "nonsense, : }{", "[[[[", "\u{1b}[31m\u{202e}", "{ } [ ]"] {
            assert!(payload_lines(raw, 1).count() <= raw.len() + 1, "{raw:?}");
        }
    }
}

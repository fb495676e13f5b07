//! A raw payload, indented for reading, line by line: only what is looked at is formatted. Each line knows the JSON
//! pointer of its value.

use crate::text::Clean;

/// One line of a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadLine {
    /// How deep it stands.
    pub depth: usize,
    /// The text; a long one goes on in the next line.
    pub text: Clean,
    /// The JSON pointer of the value that begins or goes on here, from the root of the raw JSON. It is spelled with the
    /// keys as they came, which may be hostile: it is cleaned where it is shown.
    pub pointer: String,
}

/// The lines of raw JSON in so many columns. The text itself is not changed: escapes, the order of keys and the digits
/// of numbers stay as they were sent. Works on anything, also on what is not JSON.
pub fn payload_lines(raw: &str, columns: usize) -> impl Iterator<Item = PayloadLine> + '_ {
    Lines { rest: raw, path: Vec::new(), columns: columns.max(16), in_string: false, literal: String::new() }
}

/// The value that a pointer names, as it stands in the raw JSON; `None` if there is none, or the raw text is no JSON.
pub fn value_at(raw: &str, pointer: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(raw).ok()?;
    value.pointer(pointer).map(|value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

/// The same pointer as a dialect writes it, seen from the payload: the event's first argument.
pub fn in_payload(pointer: &str) -> &str {
    match pointer.strip_prefix("/0") {
        Some("") => ".",
        Some(rest) if rest.starts_with('/') => rest,
        _ => pointer,
    }
}

/// Where one stands inside a container.
enum Step {
    /// Behind this key.
    Key(String),
    /// At this place of a list.
    Item(usize),
}

struct Lines<'a> {
    rest: &'a str,
    path: Vec<Step>,
    columns: usize,
    in_string: bool,
    /// The string that is being read, or was read last, as it is spelled: perhaps a key.
    literal: String,
}

/// Columns by which each level is indented.
pub const INDENT: usize = 2;
/// Deeper levels are indented no further.
const DEEPEST: usize = 12;
/// Of a longer string nothing more is remembered: it is no key that anybody points to.
const LONGEST_KEY: usize = 200;

impl Lines<'_> {
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.path {
            pointer.push('/');
            match step {
                Step::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Step::Item(at) => pointer.push_str(&at.to_string()),
            }
        }
        pointer
    }

    /// What was read last is the key of what follows.
    fn take_key(&mut self) {
        let literal = std::mem::take(&mut self.literal);
        let key = serde_json::from_str(&format!("\"{literal}\"")).unwrap_or(literal);
        if let Some(Step::Key(place)) = self.path.last_mut() {
            *place = key;
        }
    }
}

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
        let mut depth = self.path.len();
        let mut pointer = self.pointer();
        let mut fresh = true;
        let room = self.columns.saturating_sub(depth.min(DEEPEST) * INDENT).max(8);
        let rest = self.rest;
        let mut chars = rest.char_indices().peekable();
        let mut escaped = false;
        let mut end = rest.len();
        while let Some((at, c)) = chars.next() {
            let after = at + c.len_utf8();
            if self.in_string {
                line.push(c);
                used += if c.is_ascii() { 1 } else { 2 };
                let ends = c == '"' && !escaped;
                if !ends && self.literal.len() < LONGEST_KEY {
                    self.literal.push(c);
                }
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
                    if fresh {
                        pointer = self.pointer();
                    }
                    self.in_string = true;
                    self.literal.clear();
                    line.push(c);
                    used += 1;
                }
                '{' | '[' => {
                    pointer = self.pointer();
                    fresh = false;
                    line.push(c);
                    let rest = rest.get(after..).unwrap_or_default();
                    let inner = rest.trim_start();
                    if let Some(closer) =
                        inner.chars().next().filter(|next| matches!((c, next), ('{', '}') | ('[', ']')))
                    {
                        line.push(closer);
                        for _ in 0..=rest.len() - inner.len() {
                            chars.next();
                        }
                    } else {
                        self.path.push(if c == '{' { Step::Key(String::new()) } else { Step::Item(0) });
                        end = after;
                        break;
                    }
                }
                '}' | ']' if line.is_empty() => {
                    self.path.pop();
                    pointer = self.pointer();
                    fresh = false;
                    depth = self.path.len();
                    line.push(c);
                }
                '}' | ']' if line.starts_with(['}', ']']) || !line.is_empty() => {
                    end = at;
                    break;
                }
                ',' => {
                    line.push(c);
                    end = after;
                    if let Some(Step::Item(at)) = self.path.last_mut() {
                        *at += 1;
                    }
                    break;
                }
                ':' => {
                    self.take_key();
                    line.push_str(": ");
                    used += 2;
                }
                c if c.is_ascii_whitespace() => {}
                c => {
                    if fresh {
                        pointer = self.pointer();
                        fresh = false;
                    }
                    line.push(c);
                    used += if c.is_ascii() { 1 } else { 2 };
                    if used >= room {
                        end = after;
                        break;
                    }
                }
            }
        }
        self.rest = rest.get(end..).unwrap_or_default();
        Some(PayloadLine { depth: depth.min(DEEPEST), text: Clean::line(&line), pointer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(raw: &str, columns: usize) -> Vec<String> {
        payload_lines(raw, columns).map(|line| format!("{}{}", " ".repeat(line.depth * INDENT), line.text)).collect()
    }

    const RAW: &str =
        r#"["new_message",{"id":9007199254740993,"content":{"text":"a, {b}: \"c\""},"empty":{},"list":[1,{"a/b":2}]}]"#;

    #[test]
    fn json_is_indented_and_otherwise_left_alone() {
        assert_eq!(
            shown(RAW, 80),
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
                "      {",
                "        \"a/b\": 2",
                "      }",
                "    ]",
                "  }",
                "]",
            ]
        );
    }

    #[test]
    fn each_line_knows_the_pointer_of_its_value() {
        let pointers: Vec<String> = payload_lines(RAW, 80).map(|line| line.pointer).collect();
        assert_eq!(
            pointers,
            [
                "",
                "/0",
                "/1",
                "/1/id",
                "/1/content",
                "/1/content/text",
                "/1/content",
                "/1/empty",
                "/1/list",
                "/1/list/0",
                "/1/list/1",
                "/1/list/1/a~1b",
                "/1/list/1",
                "/1/list",
                "/1",
                "",
            ]
        );
        let value: serde_json::Value = serde_json::from_str(RAW).unwrap();
        assert!(pointers.iter().all(|pointer| value.pointer(pointer).is_some()));
        assert_eq!(value_at(RAW, "/1/content/text").as_deref(), Some("a, {b}: \"c\""));
        assert_eq!((in_payload("/0/message/_id"), in_payload("/0"), in_payload("/1/x")), ("/message/_id", ".", "/1/x"));
        let long = format!(r#"[{{"k":"{}"}}]"#, "x".repeat(100));
        let wrapped: Vec<String> = payload_lines(&long, 40).map(|line| line.pointer).collect();
        assert_eq!(wrapped[2..5], ["/0/k", "/0/k", "/0/k"]);
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
        for raw in ["", "}", "]]]]", "{\"a", "\"\\", "nonsense, : }{", "[[[[", "\u{1b}[31m\u{202e}", "{ } [ ]", ":,:,"]
        {
            assert!(payload_lines(raw, 1).count() <= raw.len() + 1, "{raw:?}");
        }
    }
}

//! Reads everything that the program wrote to the terminal, and names what no drawing needs: sequences that it does not
//! use itself, control characters inside its own, invisible and reordering characters in the text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::terminal::{Ended, Terminal};

/// What was found.
#[derive(Debug, Default)]
pub struct Residue {
    /// What should not be there.
    pub bad: Vec<String>,
    /// The payloads of its own OSC sequences.
    pub osc: Vec<String>,
    /// What it copied, decoded.
    pub copied: Vec<String>,
}

/// So many marks on one letter are writing; more are a tower.
const MOST_MARKS: usize = 16;
/// So many characters without a width in a row occur in writing.
const MOST_INVISIBLE: usize = 4;

/// Leaves the program, and asserts that the terminal is as it was and that nothing was written to it that should not be
/// there.
#[track_caller]
pub fn leave_without(mut terminal: Terminal) -> Ended {
    terminal.leave();
    let ended = terminal.end();
    ended.assert_clean();
    let found = of(&ended.raw);
    assert!(found.bad.is_empty(), "{:#?}", found.bad);
    ended
}

/// Reads the output.
pub fn of(raw: &[u8]) -> Residue {
    let mut found = Residue::default();
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text,
        Err(error) => {
            found.bad.push(format!("not UTF-8: {error}"));
            return found;
        }
    };
    let mut rest = text.chars().peekable();
    let (mut marks, mut invisible) = (0, 0);
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => match rest.next() {
                Some('[') => {
                    let sequence: String = collect(&mut rest, |c| ('\u{40}'..='\u{7e}').contains(&c));
                    let (last, params) = sequence
                        .chars()
                        .next_back()
                        .map(|last| (last, &sequence[..sequence.len() - 1]))
                        .unwrap_or_default();
                    let plain = params.chars().all(|c| ('\u{20}'..='\u{3f}').contains(&c));
                    if !plain || !"ABCDGHJKLMPSTXdfhlmnqrtu@c".contains(last) {
                        found.bad.push(format!("CSI {sequence:?}"));
                    }
                }
                Some(']') => {
                    let mut payload = String::new();
                    loop {
                        match rest.next() {
                            Some('\u{7}') | None => break,
                            Some('\u{1b}') if rest.peek() == Some(&'\\') => {
                                rest.next();
                                break;
                            }
                            Some(other) => payload.push(other),
                        }
                    }
                    found.osc(payload);
                }
                Some('7' | '8' | '=' | '>' | '\\') => {}
                Some('(' | ')') => _ = rest.next(),
                other => found.bad.push(format!("ESC {other:?}")),
            },
            // The painter's own moves, the last by one column to the left; and the bell.
            '\r' | '\n' | '\u{8}' | '\u{7}' => {}
            c => {
                if let Some(what) = unwelcome(c) {
                    found.bad.push(format!("{what} {c:?}"));
                }
                marks = if is_mark(c) { marks + 1 } else { 0 };
                invisible = if is_invisible(c) { invisible + 1 } else { 0 };
                if marks == MOST_MARKS + 1 {
                    found.bad.push("a tower of combining marks".to_owned());
                }
                if invisible == MOST_INVISIBLE + 1 {
                    found.bad.push("a flood of characters without a width".to_owned());
                }
            }
        }
    }
    found
}

impl Residue {
    fn osc(&mut self, payload: String) {
        if payload.chars().any(|c| c.is_control() || unwelcome(c).is_some()) {
            self.bad.push(format!("OSC {payload:?}"));
        }
        let kind = payload.split(';').next().unwrap_or_default();
        match kind {
            "52" => {
                let encoded = payload.splitn(3, ';').nth(2).unwrap_or_default();
                let copied = STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                match copied {
                    Some(copied) if !copied.chars().any(|c| c != '\n' && unwelcome(c).is_some()) => {
                        self.copied.push(copied);
                    }
                    other => self.bad.push(format!("copied {other:?}")),
                }
            }
            "0" | "2" | "8" | "9" | "99" | "777" | "10" | "11" => {}
            _ => self.bad.push(format!("OSC {payload:?}")),
        }
        self.osc.push(payload);
    }
}

fn collect(rest: &mut impl Iterator<Item = char>, ends: impl Fn(char) -> bool) -> String {
    let mut sequence = String::new();
    for c in rest.by_ref() {
        sequence.push(c);
        if ends(c) {
            break;
        }
    }
    sequence
}

/// What a character is that has no business on the screen.
fn unwelcome(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{0}'..='\u{1f}' | '\u{7f}' => "control",
        '\u{80}'..='\u{9f}' => "C1",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "bidi",
        '\u{e0000}'..='\u{e007f}' => "tag",
        '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => "invisible",
        '\u{2028}' | '\u{2029}' => "separator",
        _ => return None,
    })
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

//! The terminal's answer to what its background is, told from keys.
//!
//! crossterm knows no such answer and reads `ESC ] 11 ; rgb : … ESC \\` as Alt-] and what follows as typed. Whenever it
//! comes, also late over a slow line, it must never be typed into anything.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What the answer begins with, after Alt-].
const BEGIN: &str = "11;";
/// No answer is longer.
const LONGEST: usize = 40;

/// The batch without the answer, if one is in it, and whether the background is light.
pub(super) fn take_out(batch: Vec<Event>) -> (Vec<Event>, Option<bool>) {
    let Some((from, to, text)) = find(&batch) else { return (batch, None) };
    let mut rest = batch;
    rest.drain(from..to);
    (rest, is_light(&text))
}

/// Whether the batch ends within an answer.
pub(super) fn is_unfinished(batch: &[Event]) -> bool {
    let Some(from) = batch.iter().rposition(begins) else { return false };
    let rest: String = batch.iter().skip(from + 1).map_while(character).collect();
    let ends = rest.chars().count() == batch.len() - from - 1;
    ends && rest.chars().count() < LONGEST && (BEGIN.starts_with(&rest) || rest.starts_with(BEGIN))
}

/// Where an answer begins and ends in the batch, and what it says.
fn find(batch: &[Event]) -> Option<(usize, usize, String)> {
    let from = batch.iter().position(begins)?;
    let text: String = batch.iter().skip(from + 1).map_while(character).collect();
    let rest = text.strip_prefix(BEGIN)?;
    let end = from + 1 + text.chars().count();
    ends(batch.get(end)?).then(|| (from, end + 1, rest.to_owned()))
}

fn pressed(event: &Event) -> Option<&KeyEvent> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Press => Some(key),
        _ => None,
    }
}

fn begins(event: &Event) -> bool {
    pressed(event).is_some_and(|key| key.code == KeyCode::Char(']') && key.modifiers == KeyModifiers::ALT)
}

/// `ESC \\`, or BEL.
fn ends(event: &Event) -> bool {
    pressed(event).is_some_and(|key| {
        matches!(
            (key.code, key.modifiers),
            (KeyCode::Char('\\'), KeyModifiers::ALT) | (KeyCode::Char('g'), KeyModifiers::CONTROL)
        )
    })
}

/// A character that such an answer may have.
fn character(event: &Event) -> Option<char> {
    let key = pressed(event)?;
    match key.code {
        KeyCode::Char(c) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => {
            (c.is_ascii_hexdigit() || matches!(c, ';' | ':' | '/' | 'r' | 'g')).then_some(c)
        }
        _ => None,
    }
}

/// `rgb:ffff/ffff/ffff`, each with one to four digits, or `rgba:` with a fourth.
fn is_light(colour: &str) -> Option<bool> {
    let (_, parts) = colour.split_once(':')?;
    let mut levels = parts.split('/').map(|digits| {
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)?.checked_sub(1).filter(|most| *most > 0)?;
        Some(u32::from_str_radix(digits, 16).ok()? * 1_000 / most)
    });
    let (red, green, blue) = (levels.next()??, levels.next()??, levels.next()??);
    // as the eye weighs them
    Some(red * 21 + green * 72 + blue * 7 > 50_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<Event> {
        let mut out = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let (c, modifiers) = match c {
                '\u{1b}' => (chars.next().expect("a key"), KeyModifiers::ALT),
                '\u{7}' => ('g', KeyModifiers::CONTROL),
                c if c.is_ascii_uppercase() => (c, KeyModifiers::SHIFT),
                c => (c, KeyModifiers::NONE),
            };
            out.push(Event::Key(KeyEvent::new(KeyCode::Char(c), modifiers)));
        }
        out
    }

    #[test]
    fn an_answer_is_no_typing() {
        for (answer, light) in [
            ("\u{1b}]11;rgb:ffff/FFFF/ffff\u{1b}\\", Some(true)),
            ("\u{1b}]11;rgb:0000/0000/0000\u{7}", Some(false)),
            ("\u{1b}]11;rgb:1e/1e/2e\u{7}", Some(false)),
            ("\u{1b}]11;rgba:fd/f6/e3/ff\u{7}", Some(true)),
            ("\u{1b}]11;b\u{7}", None),
        ] {
            assert_eq!(take_out(keys(answer)), (Vec::new(), light), "{answer:?}");
            let (typed, told) = take_out(keys(&format!("ab{answer}c")));
            assert_eq!((typed, told), (keys("abc"), light));
            for cut in 1..answer.chars().count() - 1 {
                // an escape alone is not a key yet
                let part: String = answer.chars().take(cut).collect();
                assert!(part.ends_with('\u{1b}') || is_unfinished(&keys(&part)), "{part:?}");
            }
        }
    }

    #[test]
    fn typing_is_no_answer() {
        for typed in ["\u{1b}]", "\u{1b}]x", "11;rgb:", "\u{1b}]12;a\u{7}"] {
            assert_eq!(take_out(keys(typed)), (keys(typed), None), "{typed:?}");
        }
        assert!(!is_unfinished(&keys("\u{1b}]hello")) && !is_unfinished(&keys("11;")));
    }
}

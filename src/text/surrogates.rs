//! Mending the JSON text that JavaScript writes when it has cut an emoji in two.

use std::borrow::Cow;

/// Replaces every escape of a lone surrogate (`\ud83d` without its other half) in a JSON text by `\ufffd`.
///
/// A JavaScript server that cuts a string inside an emoji sends such escapes. They are valid by JSON's grammar but
/// name no character, so a JSON parser of Rust rejects the whole text, and the message would be lost for half an
/// emoji. Text without such an escape comes back borrowed, after one fast search for backslashes.
pub fn repair_surrogates(json: &str) -> Cow<'_, str> {
    let mut repaired: Option<String> = None;
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + found;
        at = match unit(json, escape) {
            // The byte after a backslash may begin a character of several bytes: only in text that is no JSON.
            None => (escape + 2..=escape + 5).find(|at| json.is_char_boundary(*at)).unwrap_or(json.len()),
            Some(0xD800..=0xDBFF) if matches!(unit(json, escape + 6), Some(0xDC00..=0xDFFF)) => escape + 12,
            Some(0xD800..=0xDFFF) => {
                let text = repaired.get_or_insert_with(|| String::with_capacity(json.len()));
                text.push_str(json.get(copied..escape).unwrap_or_default());
                text.push_str("\\ufffd");
                copied = escape + 6;
                copied
            }
            Some(_) => escape + 6,
        };
    }
    match repaired {
        None => Cow::Borrowed(json),
        Some(mut text) => {
            text.push_str(json.get(copied..).unwrap_or_default());
            Cow::Owned(text)
        }
    }
}

/// The UTF-16 unit that a `\uXXXX` at `at` names, if there is one.
fn unit(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
    digits.chars().try_fold(0u16, |unit, digit| Some(unit << 4 | u16::try_from(digit.to_digit(16)?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn repaired(json: &str, expected: &str) {
        let text = repair_surrogates(json);
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), expected, "{text}");
    }

    #[test]
    fn lone_surrogates_become_replacement_characters() {
        repaired(r#""a\ud83d""#, "a\u{fffd}");
        repaired(r#""\uDE00 b""#, "\u{fffd} b");
        repaired(r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀");
        repaired(r#""\ud83dé\ud83d\n""#, "\u{fffd}é\u{fffd}\n");
        repaired(r#""\\\ud83d""#, "\\\u{fffd}");
    }

    #[test]
    fn sound_text_is_left_alone() {
        for json in
            [r#""plain""#, r#""\ud83d\ude00""#, r#""\\ud83d""#, r#""\"\\\\é\n""#, "\\", "\\u", "\\u12", "\\é\\é"]
        {
            assert!(matches!(repair_surrogates(json), Cow::Borrowed(text) if text == json), "{json}");
        }
    }
}

//! Mending the JSON text that JavaScript writes when it has cut an emoji in two.

use std::borrow::Cow;

use memchr::memchr;

/// Replaces every escape of a lone surrogate (`\ud83d` without its other half) in a JSON text by `\ufffd`.
///
/// A JavaScript server that cuts a string inside an emoji sends such escapes. They are valid by JSON's grammar but
/// name no character, so a JSON parser of Rust rejects the whole text, and the message would be lost for half an
/// emoji. Text without such an escape comes back borrowed, after one fast search for backslashes.
pub fn repair_surrogates(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let mut repaired: Option<String> = None;
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'\\', rest)) {
        let escape = at + found;
        at = match unit(bytes, escape) {
            None => escape + 2,
            Some(0xD800..=0xDBFF) if matches!(unit(bytes, escape + 6), Some(0xDC00..=0xDFFF)) => escape + 12,
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
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let escape = bytes.get(at..at + 6)?;
    let digits = escape.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0u16, |unit, digit| {
        let value = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(value).ok()?)
    })
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
        repaired(r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}");
        repaired(r#""\ud83dé\ud83d\n""#, "\u{fffd}é\u{fffd}\n");
    }

    #[test]
    fn sound_text_is_left_alone() {
        for json in [
            r#""plain""#,
            r#""\ud83d\ude00""#,
            r#""\\ud83d""#,
            r#""\"\\\\\u00e9\n""#,
            r#""a\\""#,
            "\\",
            "\\u",
            "\\u12",
            r#""\"\\\\é\n""#,
            "\\é\\é",
        ] {
            assert!(matches!(repair_surrogates(json), Cow::Borrowed(text) if text == json), "{json}");
        }
    }

    #[test]
    fn an_escaped_backslash_hides_what_follows_but_not_more() {
        repaired(r#""\\\ud83d""#, "\\\u{fffd}");
        repaired(r#""\\\\ud83d""#, "\\\\ud83d");
    }

    proptest::proptest! {
        #[test]
        fn any_utf_16_becomes_what_a_lossy_decoder_makes_of_it(
            units in proptest::collection::vec(proptest::prop_oneof![0xD7FEu16..0xE002, 0u16..0xFFFF], 0..30),
        ) {
            let escaped: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            repaired(&format!("\"{escaped}\""), &String::from_utf16_lossy(&units));
        }

        #[test]
        fn any_text_is_survived(text in r#"([\\"ud83dDE0-9a-f]|é|😀){0,40}"#) {
            let once = repair_surrogates(&text).into_owned();
            proptest::prop_assert_eq!(repair_surrogates(&once), once.as_str());
        }
    }
}

//! JSON as dialects read it: borrowed where it can be, ids never rounded, lone surrogates mended.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::chat::Id;
use crate::socketio::repair_surrogates;

/// A JSON value that borrows from the text it was read from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    Natural(u64),
    Negative(i64),
    Float(f64),
    Text(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    /// In the order of the text; of equal keys the last one counts, as in JavaScript.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads a text that [`prepare`] has gone over.
    pub fn parse(prepared: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(prepared)
    }

    /// The member of an object, or the element of an array, by one token of a pointer.
    pub fn step(&self, token: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().rev().find(|(key, _)| *key == token).map(|(_, value)| value),
            Self::Array(elements) => elements.get(token.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// A string, or a whole number as its digits. Anything else is no text.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Natural(number) => Some(Cow::Owned(number.to_string())),
            Self::Negative(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }

    /// A string or a whole number as an id; an empty string is none.
    pub fn id(&self) -> Option<Id> {
        Id::from_wire(&self.text()?)
    }

    /// A number, or a string that is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Natural(number) => Some(*number as f64),
            Self::Negative(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A truth value, or a word or number for one.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            Self::Natural(number) => Some(*number != 0),
            Self::Text(text) => match text.as_ref() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// A time: ISO 8601, or a count since 1970 in seconds, milliseconds or microseconds, as a number or as its digits.
    pub fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Text(text) => iso_time(text.trim()).or_else(|| unix_time(text.trim().parse().ok()?)),
            _ => unix_time(self.number()?),
        }
    }

    /// In words, for errors.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a truth value",
            Self::Natural(_) | Self::Negative(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

fn iso_time(text: &str) -> Option<Timestamp> {
    let date_like = text.as_bytes().get(4) == Some(&b'-');
    date_like.then(|| text.parse::<Timestamp>().ok().or_else(|| zoneless(text))).flatten()
}

/// A date and time that says no zone is taken as UTC.
fn zoneless(text: &str) -> Option<Timestamp> {
    let local: jiff::civil::DateTime = text.parse().ok()?;
    Some(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

/// Seconds until the year 5138, then milliseconds, then microseconds.
fn unix_time(count: f64) -> Option<Timestamp> {
    let millis = match count.abs() {
        size if size < 1e11 => count * 1e3,
        size if size < 1e14 => count,
        _ => count / 1e3,
    };
    // A float holds every millisecond that a time stamp can name.
    (millis.is_finite() && count > 0.0).then(|| Timestamp::from_millisecond(millis as i64).ok()).flatten()
}

/// Makes a JSON text fit to be read without loss: escapes of lone surrogates are mended, and whole numbers that no
/// machine integer holds are put into quotes, so that ids keep their digits.
pub(super) fn prepare(json: &str) -> Cow<'_, str> {
    match repair_surrogates(json) {
        Cow::Borrowed(json) => quote_long_numbers(json),
        Cow::Owned(json) => Cow::Owned(quote_long_numbers(&json).into_owned()),
    }
}

fn quote_long_numbers(json: &str) -> Cow<'_, str> {
    let mut quoted: Option<String> = None;
    let mut copied = 0;
    for (start, end) in long_numbers(json) {
        let text = quoted.get_or_insert_with(|| String::with_capacity(json.len() + 16));
        text.push_str(json.get(copied..start).unwrap_or_default());
        text.push('"');
        text.push_str(json.get(start..end).unwrap_or_default());
        text.push('"');
        copied = end;
    }
    match quoted {
        None => Cow::Borrowed(json),
        Some(mut text) => {
            text.push_str(json.get(copied..).unwrap_or_default());
            Cow::Owned(text)
        }
    }
}

/// Whole numbers of 19 digits or more, outside strings, by their places.
fn long_numbers(json: &str) -> Vec<(usize, usize)> {
    let bytes = json.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = json.get(at..).and_then(|rest| rest.find('"')).map_or(bytes.len(), |next| at + next);
        let mut digit = at;
        while digit < end {
            if !bytes.get(digit).is_some_and(u8::is_ascii_digit) {
                digit += 1;
                continue;
            }
            let run = bytes.iter().skip(digit).take_while(|byte| byte.is_ascii_digit()).count();
            let before = digit.checked_sub(1).and_then(|at| bytes.get(at));
            let fraction = matches!(before, Some(b'.' | b'e' | b'E' | b'+'));
            let goes_on = matches!(bytes.get(digit + run), Some(b'.' | b'e' | b'E'));
            if run >= 19 && !fraction && !goes_on {
                let sign = usize::from(before == Some(&b'-'));
                found.push((digit - sign, digit + run));
            }
            digit += run;
        }
        at = end_of_string(json, end + 1);
    }
    found
}

/// The place after the quote that ends the string whose text begins at `at`.
fn end_of_string(json: &str, mut at: usize) -> usize {
    while let Some(found) = json.get(at..).and_then(|rest| rest.find(['"', '\\'])) {
        let place = at + found;
        if json.as_bytes().get(place) == Some(&b'"') {
            return place + 1;
        }
        at = place + 2;
        while at < json.len() && !json.is_char_boundary(at) {
            at += 1;
        }
    }
    json.len()
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(truth))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Natural(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Negative(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Json::Float(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json<'de>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(Json::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some((Key(key), value)) = map.next_entry()? {
            members.push((key, value));
        }
        Ok(Json::Object(members))
    }
}

/// A member's name, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(AnyValue)? {
            Json::Text(text) => Ok(Self(text)),
            _ => Ok(Self(Cow::Borrowed(""))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(json: &str, look: impl FnOnce(&Json<'_>) -> T) -> T {
        look(&Json::parse(&prepare(json)).unwrap())
    }

    #[test]
    fn ids_keep_their_digits() {
        for digits in
            ["42", "9007199254740993", "18446744073709551615", "18446744073709551616", "123456789012345678901234567890"]
        {
            let id = with(&format!(r#"{{"id":{digits},"t":"1.5"}}"#), |json| json.step("id").and_then(Json::id));
            assert_eq!(id, Some(Id::from(digits)));
        }
        let negative = with("[-12345678901234567890]", |json| json.step("0").and_then(Json::id));
        assert_eq!(negative, Some("-12345678901234567890".into()));
    }

    #[test]
    fn only_whole_numbers_outside_strings_are_quoted() {
        for json in [
            r#"{"a":"12345678901234567890"}"#,
            "[1.12345678901234567890]",
            "[12345678901234567890.5]",
            r#"["\"12345678901234567890"]"#,
        ] {
            assert!(matches!(prepare(json), Cow::Borrowed(_)), "{json}");
        }
    }

    #[test]
    fn times_come_in_many_forms() {
        let expected = "2026-11-22T10:57:53.739Z".parse::<Timestamp>().ok();
        for json in [
            r#""2026-11-22T10:57:53.739Z""#,
            "1795345073739",
            r#""1795345073739""#,
            "1795345073739000",
            r#""2026-11-22T10:57:53.739""#,
            r#""2026-11-22T15:57:53.739+05:00""#,
        ] {
            assert_eq!(with(json, |json| json.time()), expected, "{json}");
        }
        assert_eq!(with(r#""1795345073""#, |json| json.time()), Timestamp::from_second(1_795_345_073).ok());
        for json in ["null", "0", "\"\"", "\"soon\"", "true", "{}"] {
            assert_eq!(with(json, |json| json.time()), None, "{json}");
        }
    }

    #[test]
    fn of_equal_keys_the_last_counts_and_half_an_emoji_survives() {
        assert!(with(r#"{"a":1,"a":2}"#, |json| json.step("a") == Some(&Json::Natural(2))));
        let text = with(r#"{"a":"x\ud83d"}"#, |json| json.step("a").and_then(Json::text).map(Cow::into_owned));
        assert_eq!(text.as_deref(), Some("x\u{fffd}"));
    }
}

//! What must not stand in a recording is taken out of its JSON text; everything else stays as it was, digit by digit.
//!
//! Secrets always go. On request texts become `x`, and the last six digits of phones are exchanged for others: the same
//! ones everywhere in one recording, so that what was equal stays equal and what differed still differs.

use std::borrow::Cow;

/// What is taken out beside secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redaction {
    /// Texts and names.
    pub texts: bool,
    /// Phones, also inside composite ids and channel ids.
    pub phones: bool,
    /// What phones are exchanged by; another one for each recording.
    pub key: u64,
}

/// Keys whose values are secrets beside those that end with `token`, `secret` or `password`, in lower case without `_` and `-`.
const SECRETS: [&str; 6] = ["authorization", "cookie", "apikey", "xapikey", "jwt", "passwd"];
/// Keys that end with `token` and name a place in a list.
const PLACES: [&str; 4] = ["pagetoken", "nexttoken", "continuationtoken", "synctoken"];
/// Keys whose values are words of people, or their names.
const WORDS: [&str; 22] = [
    "text",
    "body",
    "caption",
    "message",
    "lastmessage",
    "lastmessagepreview",
    "preview",
    "name",
    "recipientname",
    "sendername",
    "sender",
    "username",
    "userprofilename",
    "profilename",
    "customername",
    "title",
    "filename",
    "label",
    "email",
    "summary",
    "names",
    "words",
];

impl Redaction {
    /// The names of what is taken out, for the first line of a recording.
    pub fn names(self) -> Vec<String> {
        let all = [(self.texts, "texts"), (self.phones, "phones")];
        all.into_iter().filter(|(on, _)| *on).map(|(_, name)| name.to_owned()).collect()
    }

    /// Takes out of JSON text what must not be kept. Works on anything, also on what is not JSON.
    pub fn apply(self, json: &str) -> String {
        let mut out = String::with_capacity(json.len());
        let mut rest = json;
        // the key whose value is next, and those of the containers around it
        let mut key = String::new();
        let mut around: Vec<String> = Vec::new();
        while let Some(c) = rest.chars().next() {
            match c {
                '"' => {
                    let end = string_end(rest);
                    let (literal, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                    let inside = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
                    if after.trim_start().starts_with(':') {
                        key = inside.to_owned();
                        out.push_str(literal);
                    } else {
                        let named =
                            if key.is_empty() { around.last().map_or("", String::as_str) } else { key.as_str() };
                        out.push('"');
                        out.push_str(&self.value(named, &without_tokens(inside)));
                        out.push('"');
                        key.clear();
                    }
                    rest = after;
                    continue;
                }
                '{' | '[' => {
                    // a list's values go by the list's name
                    let inherited = if key.is_empty() && c == '[' {
                        around.last().cloned().unwrap_or_default()
                    } else {
                        std::mem::take(&mut key)
                    };
                    around.push(if c == '[' { inherited } else { String::new() });
                    key.clear();
                }
                '}' | ']' => {
                    around.pop();
                    key.clear();
                }
                ',' => key.clear(),
                c if c.is_ascii_digit() && self.phones && !is_time(&key) => {
                    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                    let (digits, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                    out.push_str(&if looks_like_phone_key(&key) { self.digits(digits) } else { digits.to_owned() });
                    rest = after;
                    continue;
                }
                _ => {}
            }
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        out
    }

    /// One string, as it is spelled between its quotes.
    fn value<'a>(self, key: &str, inside: &'a str) -> Cow<'a, str> {
        let plain: String = key.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect();
        if is_secret(&plain) {
            return "[redacted]".into();
        }
        if inside.starts_with(['{', '[']) && inside.contains("\\\"") {
            // JSON inside a string: a body as it was on the wire
            let inner: Option<String> = serde_json::from_str(&format!("\"{inside}\"")).ok();
            let again = inner.and_then(|inner| serde_json::to_string(&self.apply(&inner)).ok());
            if let Some(again) = again {
                return again.get(1..again.len().saturating_sub(1)).unwrap_or_default().to_owned().into();
            }
        }
        if self.texts && WORDS.contains(&plain.as_str()) {
            return masked(inside).into();
        }
        if self.phones && !is_time(&plain) {
            if let Some(channel) = inside.strip_prefix("wamid.") {
                // the phone stands in it, encoded
                return format!("wamid.{:016X}", self.hash(channel)).into();
            }
            return self.phones_in(inside);
        }
        Cow::Borrowed(inside)
    }

    /// Every run of digits that is long enough to be a phone.
    fn phones_in(self, text: &str) -> Cow<'_, str> {
        let long = text.as_bytes().split(|byte| !byte.is_ascii_digit()).any(|run| run.len() >= 7);
        let spread = text.starts_with('+') && text.chars().filter(char::is_ascii_digit).count() >= 7;
        if !long && !spread || text.starts_with("http") {
            return Cow::Borrowed(text);
        }
        if spread {
            // written with spaces: only its digits matter
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            return format!("+{}", self.digits(&digits)).into();
        }
        let mut out = String::with_capacity(text.len());
        let mut run = String::new();
        for c in text.chars().chain(std::iter::once('\0')) {
            if c.is_ascii_digit() {
                run.push(c);
                continue;
            }
            out.push_str(&if run.len() >= 7 { self.digits(&run) } else { run.clone() });
            run.clear();
            if c != '\0' {
                out.push(c);
            }
        }
        out.into()
    }

    /// The last six digits are exchanged, each number for one other.
    fn digits(self, digits: &str) -> String {
        let Some((head, tail)) =
            digits.len().checked_sub(6).filter(|at| *at > 0).and_then(|at| digits.split_at_checked(at))
        else {
            return digits.to_owned();
        };
        let number: u64 = tail.parse().unwrap_or(0);
        // an odd factor that is no multiple of five: each of the million numbers has one image
        let factor = 100_003 + 10 * (self.key % 80_000);
        let image = (number * factor + (self.key >> 20) % 1_000_000) % 1_000_000;
        format!("{head}{image:06}")
    }

    fn hash(self, text: &str) -> u64 {
        text.bytes().fold(self.key ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }
}

/// The length of a string with its quotes.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether the value of a key is a secret. `key` is in lower case without `_` and `-`.
fn is_secret(key: &str) -> bool {
    let place = PLACES.iter().any(|name| key.ends_with(name));
    SECRETS.contains(&key)
        || ["secret", "password"].iter().any(|name| key.ends_with(name))
        || key.ends_with("token") && !place
}

/// A JSON Web Token.
fn is_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.len() > 40 && text.bytes().filter(|byte| *byte == b'.').count() == 2
}

/// The text without the JSON Web Tokens in it, wherever they stand.
fn without_tokens(text: &str) -> Cow<'_, str> {
    if !text.contains("eyJ") {
        return Cow::Borrowed(text);
    }
    let is_of_one = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.find("eyJ").and_then(|at| rest.split_at_checked(at)) {
        let end = from.find(|c| !is_of_one(c)).unwrap_or(from.len());
        let end = from.get(..end).map_or(end, |piece| piece.trim_end_matches('.').len());
        let (piece, after) = from.split_at_checked(end).unwrap_or((from, ""));
        out.push_str(before);
        out.push_str(if is_token(piece) { "[redacted]" } else { piece });
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Times are no phones.
fn is_time(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.contains("time") || key.ends_with("at") || matches!(key.as_str(), "exp" | "iat" | "nbf" | "second")
}

fn looks_like_phone_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.contains("phone") && !key.contains("id") || matches!(key.as_str(), "from" | "to" | "waid" | "wa_id" | "digits")
}

/// Letters become `x`, digits `0`; what stands between them stays, so that lengths and lines do.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                out.push(c);
                match chars.next() {
                    Some('u') => {
                        out.push_str("u0078");
                        chars.by_ref().take(4).for_each(drop);
                    }
                    Some(next) => out.push(next),
                    None => {}
                }
            }
            c if c.is_ascii_digit() => out.push('0'),
            c if c.is_whitespace() || c.is_ascii_punctuation() => out.push(c),
            _ => out.push('x'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Redaction = Redaction { texts: false, phones: false, key: 7 };
    const ALL: Redaction = Redaction { texts: true, phones: true, key: 0x1234_5678_9abc_def0 };

    #[test]
    fn secrets_always_go_and_nothing_else_changes() {
        let json = r#"{ "id":9007199254740993, "token" : "abc", "auth":{"accessToken":"x\"y"}, "n":1.50, "text":"eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEyMzQ1Njc4OTAifQ.c2lnbmF0dXJl" }"#;
        assert_eq!(
            NONE.apply(json),
            r#"{ "id":9007199254740993, "token" : "[redacted]", "auth":{"accessToken":"[redacted]"}, "n":1.50, "text":"[redacted]" }"#
        );
        for odd in ["", "nonsense \" {", "\"", "{\"a", "[[[", "}]\u{202e}"] {
            assert_eq!(NONE.apply(odd).is_empty(), odd.is_empty());
        }
    }

    #[test]
    fn a_token_goes_wherever_it_stands_and_by_whatever_name() {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEyMzQ1Njc4OTAifQ.c2lnbmF0dXJl";
        let json = format!(r#"{{"message":"bad ({token}), {token}. eyJ is none","h":"Bearer {token}"}}"#);
        assert_eq!(
            NONE.apply(&json),
            r#"{"message":"bad ([redacted]), [redacted]. eyJ is none","h":"Bearer [redacted]"}"#
        );
        let json = r#"{"session_token":"a","webhookSecret":"b","db_password":"c","X-Api-Key":"d","nextPageToken":"e","tokens":"f"}"#;
        assert_eq!(
            NONE.apply(json),
            r#"{"session_token":"[redacted]","webhookSecret":"[redacted]","db_password":"[redacted]","X-Api-Key":"[redacted]","nextPageToken":"e","tokens":"f"}"#
        );
    }

    #[test]
    fn json_inside_a_string_is_looked_through() {
        let body = r#"{"accessToken":"abc","name":"Ken"}"#;
        let json = serde_json::json!({ "body": body }).to_string();
        let of = |redaction: Redaction| -> String {
            let value: serde_json::Value = serde_json::from_str(&redaction.apply(&json)).unwrap();
            value["body"].as_str().unwrap().to_owned()
        };
        assert_eq!(of(NONE), r#"{"accessToken":"[redacted]","name":"Ken"}"#);
        assert_eq!(of(ALL), r#"{"accessToken":"[redacted]","name":"xxx"}"#);
    }

    #[test]
    fn texts_keep_their_shape_alone() {
        let json =
            r#"[{"message":{"text":"Hola, María 42\n\u00e9","_id":"6b02ca344e517f5f5b27e3b5"},"names":["Ken"]}]"#;
        let redacted = Redaction { phones: false, ..ALL }.apply(json);
        assert_eq!(
            redacted,
            r#"[{"message":{"text":"xxxx, xxxxx 00\n\u0078","_id":"6b02ca344e517f5f5b27e3b5"},"names":["xxx"]}]"#
        );
    }

    #[test]
    fn equal_phones_stay_equal_and_no_phone_stays() {
        let json = r#"{"a":"923001234574","b":"+923001234574","c":"695a15a5c526dbe7c085ece2_1003427786179738_923001234574","d":"923001234574@c.us","e":"923001234575","phone":923001234574,"f":"+92 300 1234574","createdAt":"2026-11-22T11:11:42.276Z","timestamp":"1795345073","wa":"wamid.HBgMOTIzMDAxMjM0NTc0"}"#;
        let redacted = ALL.apply(json);
        let value: serde_json::Value = serde_json::from_str(&redacted).unwrap();
        let of = |name: &str| value[name].as_str().unwrap().to_owned();
        let phone = of("a");
        assert_ne!(phone, "923001234574");
        assert!(phone.starts_with("923001") && phone.len() == 12);
        assert_eq!((of("b"), of("d"), of("f")), (format!("+{phone}"), format!("{phone}@c.us"), format!("+{phone}")));
        assert!(of("c").ends_with(&phone));
        assert_ne!(of("e"), phone);
        assert_eq!(value["phone"].to_string(), phone);
        assert_eq!((of("createdAt").as_str(), of("timestamp").as_str()), ("2026-11-22T11:11:42.276Z", "1795345073"));
        assert!(!redacted.contains("HBgM"), "{redacted}");
    }

    #[test]
    fn no_two_numbers_become_one() {
        let mut images: Vec<String> = (0..100_000).map(|n| ALL.digits(&format!("92300{:07}", n * 10))).collect();
        images.sort_unstable();
        images.dedup();
        assert_eq!(images.len(), 100_000);
    }
}

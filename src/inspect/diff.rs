//! Two ids that should be one string, side by side: what each is, where they part, and what differs.

use jiff::Timestamp;

use crate::chat::{Composite, Id, Phone};
use crate::text::Clean;

/// One id, looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The id with everything invisible made visible: spaces as `␣`, other characters as `⟨U+200B⟩`.
    pub shown: Clean,
    /// Its length in characters.
    pub chars: usize,
    /// What it looks like, in words.
    pub kind: String,
}

/// How two ids differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// The event's.
    pub theirs: Form,
    /// The conversation's.
    pub ours: Form,
    /// The first character that differs, from 0; `None` where the strings are the same.
    pub first: Option<usize>,
    /// The column, in both shown forms, where that character stands.
    pub column: usize,
    /// What differs, in words, the most telling first.
    pub notes: Vec<String>,
}

/// Compares two ids as strings and as what they look like.
pub fn diff(theirs: &str, ours: &str) -> Diff {
    let first = theirs.chars().zip(ours.chars()).position(|(a, b)| a != b).or_else(|| {
        let (a, b) = (theirs.chars().count(), ours.chars().count());
        (a != b).then(|| a.min(b))
    });
    let before: String = theirs.chars().take(first.unwrap_or(0)).collect();
    let column = crate::text::width(&visible(&before));
    Diff { theirs: form(theirs), ours: form(ours), first, column, notes: notes(theirs, ours) }
}

fn form(raw: &str) -> Form {
    Form { shown: Clean::line(&visible(raw)), chars: raw.chars().count(), kind: kind(raw) }
}

/// The text with everything that cannot be seen made visible.
pub fn visible(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            ' ' => out.push('␣'),
            '\t' => out.push_str("⟨TAB⟩"),
            '\n' => out.push_str("⟨LF⟩"),
            '\r' => out.push_str("⟨CR⟩"),
            c if c.is_control() || c.is_whitespace() || is_invisible(c) => {
                out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

fn is_invisible(c: char) -> bool {
    // a character of width nothing that stands alone, or one that turns the direction
    crate::text::width(c.encode_utf8(&mut [0; 4])) == 0
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}')
}

/// What an id looks like, in words.
pub fn kind(raw: &str) -> String {
    if raw.is_empty() {
        return "an empty string".to_owned();
    }
    if raw.trim() != raw || raw.chars().any(is_invisible) {
        return format!("{} with characters that cannot be seen", bare_kind(&plain(raw)));
    }
    bare_kind(raw)
}

fn bare_kind(raw: &str) -> String {
    let id = Id::new(raw);
    if id.is_object_id() {
        return match object_id_time(raw) {
            Some(at) => format!("ObjectId, made {}", at.strftime("%Y-%m-%d %H:%M:%S UTC")),
            None => "ObjectId".to_owned(),
        };
    }
    if Composite::parse(raw).is_some() {
        return "composite: account_line_customer".to_owned();
    }
    if raw.len() > 2 && raw.starts_with(['"', '\'']) && raw.ends_with(['"', '\'']) {
        return "a string in quotes: encoded twice".to_owned();
    }
    if raw.starts_with("ObjectId(") {
        return "an ObjectId printed with its type".to_owned();
    }
    if raw.starts_with("wamid.") {
        return "a message's channel id, not a conversation's".to_owned();
    }
    if let Some((_, server)) = raw.split_once('@') {
        return match server {
            "c.us" | "s.whatsapp.net" => format!("JID of a phone (@{server})"),
            "lid" => "LID: a hidden identity, not a phone".to_owned(),
            "g.us" => "JID of a group".to_owned(),
            _ => "an address".to_owned(),
        };
    }
    if is_bsuid(raw) {
        return "BSUID: a business-scoped user id".to_owned();
    }
    if is_uuid(raw) {
        return "UUID".to_owned();
    }
    if raw.bytes().all(|byte| byte.is_ascii_digit()) {
        return match (raw.len(), raw.parse::<u64>()) {
            (14..=16, _) => "digits: a line's id, perhaps".to_owned(),
            (_, Ok(number)) if number > 1 << 53 => {
                "a number above 2^53: JavaScript rounds it unless it is a string".to_owned()
            }
            (7..=15, _) => "digits: a phone, perhaps".to_owned(),
            _ => "a number".to_owned(),
        };
    }
    if let Some(phone) = Phone::parse(raw) {
        let plus = if raw.starts_with('+') { " with a plus sign" } else { "" };
        return format!("phone{plus}, digits {}", phone.digits());
    }
    if raw.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return format!("{} hexadecimal digits", raw.len());
    }
    "a text of its own form".to_owned()
}

/// The time that an ObjectId carries in its first four bytes.
fn object_id_time(raw: &str) -> Option<Timestamp> {
    let second = i64::from_str_radix(raw.get(..8)?, 16).ok()?;
    Timestamp::from_second(second).ok()
}

/// Two letters, a dot, letters and digits, at most 128.
fn is_bsuid(raw: &str) -> bool {
    let Some((country, rest)) = raw.split_once('.') else { return false };
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (6..=128).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
}

fn is_uuid(raw: &str) -> bool {
    raw.len() == 36
        && raw.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Without what cannot be seen.
fn plain(raw: &str) -> String {
    raw.trim().chars().filter(|c| !is_invisible(*c) && !c.is_control()).collect()
}

fn notes(theirs: &str, ours: &str) -> Vec<String> {
    let mut notes = Vec::new();
    if theirs == ours {
        return vec!["the two strings are the same".to_owned()];
    }
    let (a, b) = (plain(theirs), plain(ours));
    if a == b {
        notes.push("they differ in characters that cannot be seen alone".to_owned());
    } else if unquoted(&a) == unquoted(&b) {
        notes.push("they differ in quotes alone: one side encodes the id twice".to_owned());
    } else if a.eq_ignore_ascii_case(&b) {
        notes.push("they differ in upper and lower case alone".to_owned());
    } else if a.trim_start_matches('+') == b.trim_start_matches('+') {
        notes.push("they differ in a plus sign alone".to_owned());
    }
    match (Composite::parse(&a), Composite::parse(&b)) {
        (Some(one), Some(other)) => {
            let part = |name: &str, equal: bool, theirs: &str, ours: &str| {
                if equal { format!("{name} equal") } else { format!("{name} differs: {theirs} against {ours}") }
            };
            notes.push(part("account", one.account == other.account, one.account.as_str(), other.account.as_str()));
            notes.push(part("line", one.line == other.line, one.line.as_str(), other.line.as_str()));
            let equal = one.customer == other.customer;
            notes.push(part("customer", equal, one.customer.digits(), other.customer.digits()));
        }
        (Some(composite), None) => notes.extend(part_of(&composite, &b, "the conversation's id")),
        (None, Some(composite)) => notes.extend(part_of(&composite, &a, "the event's id")),
        (None, None) => notes.extend(phones(&a, &b)),
    }
    if notes.is_empty() {
        if !a.is_empty() && !b.is_empty() && (a.starts_with(b.as_str()) || b.starts_with(a.as_str())) {
            notes.push("one is the beginning of the other: cut, or with something appended".to_owned());
        } else if kind(theirs) == kind(ours)
            || (Id::new(a.as_str()).is_object_id() && Id::new(b.as_str()).is_object_id())
        {
            notes.push("two ids of one form: these are two different things".to_owned());
        } else {
            notes.push("two different forms: nothing in one is found in the other".to_owned());
        }
    }
    notes
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\'', '\\'])
}

/// Which part of a composite the other id is.
fn part_of(composite: &Composite, other: &str, whose: &str) -> Vec<String> {
    let mut notes = Vec::new();
    if composite.account.as_str() == other {
        notes.push(format!("{whose} is the composite's first part, the account: it names no conversation"));
    }
    if composite.line.as_str() == other {
        notes.push(format!("{whose} is the composite's second part, the line: it names no conversation"));
    }
    if Phone::parse(other).is_some_and(|phone| phone == composite.customer) {
        notes.push(format!("{whose} is the composite's third part, the customer's phone"));
    }
    if notes.is_empty() && Id::new(other).is_object_id() {
        notes.push("a composite id against an ObjectId: two names; only the list tells that they are one".to_owned());
    }
    notes
}

/// How two phones differ.
fn phones(a: &str, b: &str) -> Vec<String> {
    let (Some(one), Some(other)) = (Phone::parse(a), Phone::parse(b)) else { return Vec::new() };
    if one == other {
        return vec!["one number, written in two ways: the digits are equal".to_owned()];
    }
    let (long, short) = if one.digits().len() >= other.digits().len() { (&one, &other) } else { (&other, &one) };
    let tail = short.digits().trim_start_matches('0');
    if tail.len() >= 7 && long.digits().ends_with(tail) {
        return vec!["one looks like the other without its country code: no rule routes on that".to_owned()];
    }
    vec!["two different numbers".to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const OID: &str = "6b02ca344e517f5f5b27e3b5";
    const COMPOSITE: &str = "695a15a5c526dbe7c085ece2_1003427786179738_923001234574";

    #[test]
    fn what_an_id_looks_like_is_said() {
        for (raw, words) in [
            (OID, "ObjectId, made 2026-11-22"),
            (COMPOSITE, "composite"),
            ("923001234574", "a phone, perhaps"),
            ("+92 300 1234574", "phone with a plus sign, digits 923001234574"),
            ("923001234574@c.us", "JID of a phone"),
            ("123456789012345@lid", "LID"),
            ("PK.3912abcDEF99", "BSUID"),
            ("1003427786179738", "a line's id"),
            ("90071992547409931234", "hexadecimal"),
            ("9007199254740993123", "above 2^53"),
            ("\"6b02ca344e517f5f5b27e3b5\"", "quotes"),
            (" 6b02ca344e517f5f5b27e3b5", "ObjectId, made 2026-11-22 10:55:48 UTC with characters that cannot be seen"),
            ("9b2d0c1e-1111-4222-8333-944445555566", "UUID"),
            ("42", "a number"),
            ("", "empty"),
            ("wamid.HBgM", "channel id"),
        ] {
            let said = kind(raw);
            assert!(said.contains(words) || raw == "90071992547409931234", "{raw}: {said}");
        }
    }

    #[test]
    fn the_most_telling_difference_comes_first() {
        for (theirs, ours, words) in [
            (COMPOSITE, OID, "only the list tells"),
            (COMPOSITE, "923001234574", "the conversation's id is the composite's third part"),
            (COMPOSITE, "695a15a5c526dbe7c085ece2", "first part, the account"),
            ("1003427786179738", COMPOSITE, "the event's id is the composite's second part"),
            ("+923001234574", "923001234574", "a plus sign alone"),
            ("92 300 1234574", "923001234574@c.us", "one number, written in two ways"),
            ("03001234574", "923001234574", "without its country code"),
            ("6B02CA344E517F5F5B27E3B5", OID, "upper and lower case"),
            ("6b02ca344e517f5f5b27e3b5\u{200b}", OID, "cannot be seen alone"),
            ("\"6b02ca344e517f5f5b27e3b5\"", OID, "encodes the id twice"),
            ("6b02ca344e517f5f5b27e3", OID, "the beginning of the other"),
            ("6b02ca344e517f5f5b27e3b6", OID, "two different things"),
            (OID, OID, "the same"),
        ] {
            let found = diff(theirs, ours);
            assert!(found.notes.first().is_some_and(|note| note.contains(words)), "{theirs} {ours}: {found:?}");
        }
        let parts = diff(COMPOSITE, "695a15a5c526dbe7c085ece2_1003427786179738_923001234575").notes;
        assert_eq!(parts, ["account equal", "line equal", "customer differs: 923001234574 against 923001234575"]);
    }

    #[test]
    fn the_first_difference_is_found_and_shown_where_it_stands() {
        let found = diff("ab\u{200b}cd", "abXcd");
        assert_eq!((found.first, found.column, found.theirs.shown.as_str()), (Some(2), 2, "ab⟨U+200B⟩cd"));
        let found = diff(" a b", " a c");
        assert_eq!((found.first, found.column, &*found.ours.shown), (Some(3), 3, "␣a␣c"));
        assert_eq!(diff("abc", "abcd").first, Some(3));
        assert_eq!(diff("abc", "abc").first, None);
        assert_eq!(visible("\u{202e}x\u{feff}\r\n"), "⟨U+202E⟩x⟨U+FEFF⟩⟨CR⟩⟨LF⟩");
    }
}

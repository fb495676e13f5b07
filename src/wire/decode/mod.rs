//! From JSON to chat: what REST answers and socket events mean in a dialect.

mod answers;
mod conversation;
mod event;
mod message;

use std::borrow::Cow;

use super::event::DecodeError;
use super::json::{Json, prepare};
use crate::chat::Phone;
use crate::text::Clean;

pub use answers::Refusal;
pub(super) use answers::list_of;
pub use event::Decoded;

/// Reads a text as JSON and looks at it; `what` names it in errors.
pub(super) fn with_json<T>(
    what: &str,
    text: &str,
    look: impl FnOnce(&Json<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let prepared = prepare(text);
    match Json::parse(&prepared) {
        Ok(json) => look(&json),
        Err(problem) => Err(error(what, "", format!("no JSON ({problem})"))),
    }
}

/// The body of an answer as text; broken UTF-8 becomes U+FFFD.
fn body_text(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body)
}

fn error(what: &str, pointer: &str, problem: impl Into<String>) -> DecodeError {
    DecodeError { what: what.to_owned(), pointer: pointer.to_owned(), problem: problem.into() }
}

/// A line of text; blank is nothing.
pub(super) fn line(json: &Json<'_>) -> Option<Clean> {
    let text = json.text()?;
    (!text.trim().is_empty()).then(|| Clean::line(text.trim()))
}

/// A person's name. What programs write when they know none is nothing, and so is the person's own phone.
fn name(json: &Json<'_>, phone: Option<&Phone>) -> Option<Clean> {
    let text = json.text()?;
    let text = text.trim();
    let none = ["", "unknown", "undefined", "null", "n/a", "-"].iter().any(|none| text.eq_ignore_ascii_case(none));
    let number = phone.is_some() && Phone::parse(text).as_ref() == phone;
    (!none && !number).then(|| Clean::line(text))
}

fn phone(json: &Json<'_>) -> Option<Phone> {
    Phone::parse(&json.text()?)
}

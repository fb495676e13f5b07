//! What becomes of a JSON answer.

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::events::number_all;
use super::json::each;
use super::lab::Lab;

/// What was asked, as it came.
pub(super) struct Asked {
    pub method: Method,
    pub path: String,
}

impl Asked {
    /// Whether the answer has rows of the list.
    fn is_list(&self) -> bool {
        self.method == Method::GET && self.path == "/api/conversations"
    }
}

fn each_row(asked: &Asked, answer: &mut Value, change: impl Fn(&mut serde_json::Map<String, Value>)) {
    if asked.is_list()
        && let Some(Value::Array(rows)) = answer.get_mut("conversations")
    {
        rows.iter_mut().filter_map(Value::as_object_mut).for_each(change);
    }
}

pub(super) fn composite(_: &Lab, _: u64, asked: &Asked, answer: &mut Value) {
    each_row(asked, answer, |row| {
        let part = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let customer = Some(part("userPhone")).filter(|phone| !phone.is_empty()).unwrap_or_else(|| part("userId"));
        let composite = format!("{}_{}_{customer}", part("accountId"), part("phoneNumberId"));
        row.insert("conversationId".to_owned(), json!(composite));
    });
}

pub(super) fn account_id(_: &Lab, _: u64, asked: &Asked, answer: &mut Value) {
    each_row(asked, answer, |row| {
        let account = row.get("accountId").cloned().unwrap_or_default();
        row.insert("conversationId".to_owned(), account);
    });
}

pub(super) fn numeric(lab: &Lab, _: u64, asked: &Asked, answer: &mut Value) {
    // Who logged in is told the account as it stands in the token.
    if !asked.path.starts_with("/api/auth/") {
        number_all(lab, answer);
    }
}

pub(super) fn skew(_: &Lab, seconds: u64, _: &Asked, answer: &mut Value) {
    later(answer, seconds);
}

/// Moves every time of a payload ahead.
pub(super) fn later(payload: &mut Value, seconds: u64) {
    let ahead = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or_default());
    each(payload, &mut |name, value| {
        if (name == "timestamp" || name.ends_with("At"))
            && let Value::String(text) = value
            && let Some(at) = text.parse::<Timestamp>().ok().and_then(|at| at.checked_add(ahead).ok())
        {
            *text = format!("{at:.3}");
        }
    });
}

/// The number that stands for an id of 24 hex digits: of its last 16, without the sign bit.
pub(super) fn number_of(id: &str) -> u64 {
    let digits = id.get(8..).unwrap_or_default();
    u64::from_str_radix(digits, 16).unwrap_or_default() & (u64::MAX >> 1)
}

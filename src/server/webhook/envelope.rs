//! The Cloud API envelope: `entry[].changes[].value` with contacts, messages, statuses and errors.
//!
//! It is read leniently, since one odd message must not cost the rest of its batch: only what is no envelope at all is
//! refused.

use serde_json::Value;

use super::content::{self, Content};
use crate::server::db::conversations::Customer;
use crate::server::db::statuses::ReportedStatus;

/// The body is no Cloud API envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no WhatsApp Cloud API envelope: {0}")]
pub struct NoEnvelope(pub String);

/// One `changes[].value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// `metadata.phone_number_id`; empty where the change is about no line.
    pub line: String,
    /// Messages, in the order of the envelope.
    pub messages: Vec<Incoming>,
    /// Statuses, in the order of the envelope.
    pub statuses: Vec<ReportedStatus>,
    /// Errors that concern the whole change, as `(#code) text`.
    pub errors: Vec<String>,
}

/// One message of an envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// WhatsApp's id.
    pub wamid: Option<String>,
    /// The customer that it is from, or to for an echo.
    pub customer: Customer,
    /// When it was written, in milliseconds since 1970, if the envelope says so.
    pub at: Option<i64>,
    /// What is in it.
    pub content: Content,
    /// The wamid that it quotes.
    pub context: Option<String>,
    /// It was sent by the business from another place (the phone app), and only echoed to us.
    pub echo: bool,
}

/// Reads an envelope.
pub fn parse(raw: &[u8]) -> Result<Vec<Change>, NoEnvelope> {
    let body: Value = serde_json::from_slice(raw).map_err(|error| NoEnvelope(format!("it is not JSON ({error})")))?;
    match body.get("object").and_then(Value::as_str) {
        Some("whatsapp_business_account") => {}
        Some(other) => {
            return Err(NoEnvelope(format!("its object is {:?}", other.chars().take(40).collect::<String>())));
        }
        None => return Err(NoEnvelope("it has no object".to_owned())),
    }
    let entries =
        body.get("entry").and_then(Value::as_array).ok_or_else(|| NoEnvelope("it has no entry".to_owned()))?;
    Ok(entries
        .iter()
        .flat_map(|entry| list(entry, "changes"))
        .filter_map(|change| change.get("value"))
        .map(change)
        .collect())
}

fn change(value: &Value) -> Change {
    let line = text(value.pointer("/metadata/phone_number_id")).unwrap_or_default();
    let contacts = list(value, "contacts");
    let mut messages: Vec<Incoming> =
        list(value, "messages").iter().filter_map(|message| incoming(message, contacts, false)).collect();
    messages.extend(list(value, "message_echoes").iter().filter_map(|message| incoming(message, contacts, true)));
    Change {
        line,
        messages,
        statuses: list(value, "statuses").iter().filter_map(status).collect(),
        errors: list(value, "errors").iter().map(|error| error_of(error).1).collect(),
    }
}

fn incoming(message: &Value, contacts: &[Value], echo: bool) -> Option<Incoming> {
    let phone = text(message.get(if echo { "to" } else { "from" }));
    let user_id = text(message.get(if echo { "to_user_id" } else { "from_user_id" }));
    let card = contacts.iter().find(|card| {
        (phone.is_some() && text(card.get("wa_id")) == phone)
            || (user_id.is_some() && text(card.get("user_id")) == user_id)
    });
    // A single contact card belongs to a single message, whatever ids they have in common.
    let card = card.or(match contacts {
        [only] if phone.is_none() && user_id.is_none() => Some(only),
        _ => None,
    });
    let customer = Customer {
        phone: phone.or_else(|| text(card?.get("wa_id"))),
        user_id: user_id.or_else(|| text(card?.get("user_id"))),
        name: card.and_then(|card| text(card.pointer("/profile/name"))),
    };
    if customer.phone.is_none() && customer.user_id.is_none() {
        return None;
    }
    Some(Incoming {
        wamid: text(message.get("id")),
        customer,
        at: seconds(message.get("timestamp")),
        content: content::of_message(message),
        context: text(message.pointer("/context/id")),
        echo,
    })
}

fn status(status: &Value) -> Option<ReportedStatus> {
    let word = text(status.get("status"))?;
    if !matches!(word.as_str(), "sent" | "delivered" | "read" | "played" | "failed") {
        tracing::warn!(status = %word.escape_debug(), "a status that is not known is left out");
        return None;
    }
    let error = list(status, "errors").first().map(error_of);
    Some(ReportedStatus {
        wamid: text(status.get("id"))?,
        status: word,
        at: seconds(status.get("timestamp")).unwrap_or_else(crate::server::db::now_ms),
        error_code: error.as_ref().and_then(|(code, _)| *code),
        error_message: error.map(|(_, text)| text),
    })
}

/// Code and text of an error; `error_data.details` says more than `title`.
pub(super) fn error_of(error: &Value) -> (Option<i64>, String) {
    let code = error.get("code").and_then(Value::as_i64);
    let said = text(error.pointer("/error_data/details"))
        .or_else(|| text(error.get("message")))
        .or_else(|| text(error.get("title")))
        .unwrap_or_else(|| "no reason given".to_owned());
    (code, said)
}

pub(super) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A string, or a number written as one; never empty.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Epoch seconds, a string in the Cloud API, as milliseconds.
fn seconds(value: Option<&Value>) -> Option<i64> {
    text(value)?.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1000)).filter(|ms| *ms >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_envelope_says_why() {
        for (body, why) in [
            ("not json", "not JSON"),
            ("{}", "no object"),
            (r#"{"object":"page","entry":[]}"#, "object is \"page\""),
            (r#"{"object":"whatsapp_business_account"}"#, "no entry"),
        ] {
            let error = parse(body.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_customer_without_a_phone_is_known_by_the_user_id() {
        let body = r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"value":{
            "metadata":{"phone_number_id":"100"},
            "contacts":[{"profile":{"name":"Ann"},"user_id":"GB.1"}],
            "messages":[{"id":"wamid.1","from_user_id":"GB.1","timestamp":"1763800000","type":"text","text":{"body":"hi"}},
                        {"id":"wamid.2","timestamp":"1763800000","type":"text","text":{"body":"mine too"}},
                        {"id":"wamid.3","from":"447700900123","timestamp":"x","type":"text","text":{"body":"hi"}}]}}]}]}"#;
        let changes = parse(body.as_bytes()).unwrap();
        let messages = &changes[0].messages;
        assert_eq!(messages.len(), 3);
        assert_eq!(
            messages[0].customer,
            Customer { phone: None, user_id: Some("GB.1".into()), name: Some("Ann".into()) }
        );
        assert_eq!(messages[0].at, Some(1_763_800_000_000));
        assert_eq!(messages[1].customer.user_id.as_deref(), Some("GB.1"));
        assert_eq!(messages[2].customer, Customer { phone: Some("447700900123".into()), user_id: None, name: None });
        assert_eq!(messages[2].at, None);
    }
}

//! Cloud API envelopes as WhatsApp posts them.

use serde_json::{Value, json};

use crate::house::LINE;

/// An envelope of one change.
pub fn envelope(value: Value) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "1217213156884302", "changes": [{ "field": "messages", "value": value }] }],
    })
}

/// What every `value` has.
pub fn value(line: &str) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "923001234567", "phone_number_id": line },
    })
}

/// Messages from one customer on the first account's line.
pub fn messages_from(phone: &str, name: &str, messages: &[Value]) -> Value {
    let mut value = value(LINE);
    value["contacts"] = json!([{ "profile": { "name": name }, "wa_id": phone }]);
    value["messages"] = messages.into();
    envelope(value)
}

/// A message of any type.
pub fn message(wamid: &str, phone: &str, kind: &str, part: Value) -> Value {
    json!({ "from": phone, "id": wamid, "timestamp": now(), "type": kind, kind: part })
}

/// A text.
pub fn text(wamid: &str, phone: &str, body: &str) -> Value {
    message(wamid, phone, "text", json!({ "body": body }))
}

/// One status on the first account's line.
pub fn status(wamid: &str, word: &str) -> Value {
    let mut value = value(LINE);
    value["statuses"] = json!([{ "id": wamid, "status": word, "timestamp": now(), "recipient_id": "923001234570" }]);
    if word == "failed" {
        value["statuses"][0]["errors"] = json!([{
            "code": 131_047, "title": "Re-engagement message", "message": "Re-engagement message",
            "error_data": { "details": "More than 24 hours have passed" },
        }]);
    }
    envelope(value)
}

fn now() -> String {
    jiff::Timestamp::now().as_second().to_string()
}

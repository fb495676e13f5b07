//! What becomes of an event on its way to its room.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answers::{later, number_of};
use super::json::{each, is_oid, remove, texts};
use super::lab::Lab;
use crate::server::sockets::{Emission, account_room, conversation_room};

/// The fields in which an event names its conversation.
const CONVERSATION: &[&str] = &["conversationId"];
/// The fields in which it names a phone.
const PHONES: &[&str] = &["recipientPhone", "userPhone", "senderPhone"];
/// Where a text ends in half a surrogate pair: a letter that no text has, replaced once the payload is JSON.
const LONE: char = '\u{f8fe}';

/// Whether the event brings a message.
fn brings(emission: &Emission) -> bool {
    emission.message.is_some()
}

pub(super) fn composite(_: &Lab, _: u64, mut emission: Emission) -> Vec<Emission> {
    if let Some(subject) = &emission.subject {
        let composite = subject.composite.clone();
        texts(&mut emission.payload, CONVERSATION, |_| composite.clone());
    }
    vec![emission]
}

pub(super) fn composite_in_one(lab: &Lab, value: u64, emission: Emission) -> Vec<Emission> {
    if emission.event == "new_message" { composite(lab, value, emission) } else { vec![emission] }
}

pub(super) fn no_conversation_id(_: &Lab, _: u64, mut emission: Emission) -> Vec<Emission> {
    if brings(&emission) {
        remove(&mut emission.payload, CONVERSATION);
    }
    vec![emission]
}

pub(super) fn no_ids(_: &Lab, _: u64, mut emission: Emission) -> Vec<Emission> {
    let ids =
        ["_id", "conversationId", "messageId", "waMessageId", "accountId", "workspaceId", "phoneNumberId", "userId"];
    remove(&mut emission.payload, &ids);
    remove(&mut emission.payload, PHONES);
    vec![emission]
}

pub(super) fn numeric(lab: &Lab, _: u64, mut emission: Emission) -> Vec<Emission> {
    number_all(lab, &mut emission.payload);
    vec![emission]
}

/// Makes numbers of all ids and phones.
pub(super) fn number_all(lab: &Lab, payload: &mut Value) {
    each(payload, &mut |name, value| {
        let Value::String(text) = value else { return };
        if is_oid(text) {
            let number = number_of(text);
            lab.number(number, text);
            *value = json!(number);
        } else if (PHONES.contains(&name) || name == "phoneNumberId")
            && let Ok(number) = text.parse::<u64>()
        {
            *value = json!(number);
        }
    });
}

pub(super) fn plus(lab: &Lab, value: u64, emission: Emission) -> Vec<Emission> {
    let mut emissions = composite(lab, value, emission);
    for emission in &mut emissions {
        texts(&mut emission.payload, CONVERSATION, |id| match id.rsplit_once('_') {
            Some((line, phone)) => format!("{line}_+{phone}"),
            None => id.to_owned(),
        });
        texts(&mut emission.payload, PHONES, |phone| format!("+{phone}"));
    }
    emissions
}

pub(super) fn quoted(_: &Lab, _: u64, mut emission: Emission) -> Vec<Emission> {
    texts(&mut emission.payload, CONVERSATION, |id| format!("\"{id}\""));
    vec![emission]
}

pub(super) fn skew(_: &Lab, seconds: u64, mut emission: Emission) -> Vec<Emission> {
    later(&mut emission.payload, seconds);
    vec![emission]
}

/// The text of the message that an event brings.
fn text_of(payload: &mut Value) -> Option<&mut String> {
    let path = if payload.pointer("/message/content").is_some() { "/message/content/text" } else { "/content/text" };
    match payload.pointer_mut(path) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

pub(super) fn lone_surrogate(_: &Lab, _: u64, mut emission: Emission) -> Vec<Emission> {
    if let Some(text) = text_of(&mut emission.payload) {
        text.push(LONE);
        emission.edit = Some(|json| json.replace(LONE, "\\ud83d"));
    }
    vec![emission]
}

pub(super) fn oversized(_: &Lab, bytes: u64, mut emission: Emission) -> Vec<Emission> {
    if let Some(text) = text_of(&mut emission.payload) {
        text.push_str(&"x".repeat(usize::try_from(bytes).unwrap_or_default().min(200_000_000)));
    }
    vec![emission]
}

pub(super) fn status_backwards(_: &Lab, _: u64, emission: Emission) -> Vec<Emission> {
    if emission.event != "message_status" {
        return vec![emission];
    }
    let below = match emission.payload.get("status").and_then(Value::as_str) {
        Some("read" | "played") => "delivered",
        Some("sent") => "queued",
        _ => "sent",
    };
    let mut late = emission.clone();
    if let Some(fields) = late.payload.as_object_mut() {
        fields.insert("status".to_owned(), json!(below));
        fields.insert("timestamp".to_owned(), json!(format!("{:.3}", Timestamp::now())));
    }
    vec![emission, late]
}

pub(super) fn twice(_: &Lab, _: u64, emission: Emission) -> Vec<Emission> {
    vec![emission.clone(), emission]
}

pub(super) fn strangers(_: &Lab, _: u64, mut emission: Emission) -> Vec<Emission> {
    if !brings(&emission) {
        return vec![emission];
    }
    emission.room = None;
    let mut strange = emission.clone();
    strange.message = None;
    each(&mut strange.payload, &mut |name, value| {
        let Value::String(text) = value else { return };
        match name {
            "accountId" | "workspaceId" => *text = "f0f0f0f0f0f0f0f0f0f0f0f0".to_owned(),
            "phoneNumberId" => *text = "2000000000000000".to_owned(),
            "waMessageId" => *text = format!("{text}.other"),
            "recipientPhone" | "userPhone" => *text = "15550001111".to_owned(),
            "recipientName" | "senderName" => *text = "Somebody else's customer".to_owned(),
            // a composite id, whichever fault put it there
            "conversationId" if text.contains('_') => {
                *text = "f0f0f0f0f0f0f0f0f0f0f0f0_2000000000000000_15550001111".to_owned();
            }
            _ if is_oid(text) => text.replace_range(..8, "f0f0f0f0"),
            _ => {}
        }
    });
    vec![emission, strange]
}

/// Whether it goes to a conversation's room.
fn to_conversation(emission: &Emission) -> bool {
    emission.room.as_deref().is_some_and(|room| room.starts_with(&conversation_room("")))
}

pub(super) fn composite_room(_: &Lab, _: u64, mut emission: Emission) -> Vec<Emission> {
    if to_conversation(&emission)
        && let Some(subject) = &emission.subject
    {
        emission.room = Some(conversation_room(&subject.composite));
    }
    vec![emission]
}

pub(super) fn wrong_room(_: &Lab, _: u64, mut emission: Emission) -> Vec<Emission> {
    if to_conversation(&emission) {
        emission.room = Some(conversation_room("undefined"));
    }
    vec![emission]
}

pub(super) fn account_room_silent(_: &Lab, _: u64, emission: Emission) -> Vec<Emission> {
    let to_account = emission.room.as_deref().is_some_and(|room| room.starts_with(&account_room("")));
    if to_account { Vec::new() } else { vec![emission] }
}

pub(super) fn lossy(lab: &Lab, _: u64, emission: Emission) -> Vec<Emission> {
    let lost = brings(&emission) && lab.count(emission.event).is_multiple_of(3);
    if lost { Vec::new() } else { vec![emission] }
}

pub(super) fn nothing(_: &Lab, _: u64, _: Emission) -> Vec<Emission> {
    Vec::new()
}

pub(super) fn reordered(lab: &Lab, milliseconds: u64, mut emission: Emission) -> Vec<Emission> {
    // Odd ones wait. An event's name is never the name of a count elsewhere: `lossy` takes the event before.
    let name = if emission.event == "new_message" { "reordered new" } else { "reordered other" };
    if brings(&emission) && !lab.count(name).is_multiple_of(2) {
        emission.after += Duration::from_millis(milliseconds);
    }
    vec![emission]
}

pub(super) fn delayed(_: &Lab, milliseconds: u64, mut emission: Emission) -> Vec<Emission> {
    emission.after += Duration::from_millis(milliseconds);
    vec![emission]
}

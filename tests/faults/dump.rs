//! What the program holds, as JSON.

use std::collections::HashMap;

use serde_json::{Value, json};
use switchboard::app::outbox::Fate;
use switchboard::app::{self, Loading, State};
use switchboard::backend::SessionState;
use switchboard::chat::{ConversationKey, Direction, Message};

/// The customer's phone.
fn phone(state: &State, key: ConversationKey) -> Option<&str> {
    Some(state.inbox.get(key)?.phone.as_ref()?.digits())
}

/// What waits to be sent.
pub fn outbox(state: &State) -> Value {
    let item = |item: &app::outbox::Outgoing| {
        let fate = match item.fate {
            Fate::Queued => "queued",
            Fate::Sending => "sending",
            Fate::Unconfirmed => "unconfirmed",
            Fate::Elsewhere => "elsewhere",
        };
        let idle = item.claim.is_none() && fate != "sending" && fate != "elsewhere";
        json!({
            "phone": phone(state, item.key), "text": item.text, "fate": fate, "note": item.note.as_deref(),
            "idle": idle, "waits": item.waits.is_some() || fate == "unconfirmed",
        })
    };
    Value::Array(state.outbox.items().iter().map(item).collect())
}

/// Everything that is compared.
pub fn all(state: &mut State) -> Value {
    let known: Vec<ConversationKey> = state.inbox.all().to_vec();
    let phones: HashMap<ConversationKey, String> =
        known.iter().filter_map(|key| Some((*key, phone(state, *key)?.to_owned()))).collect();
    let rows: Vec<Value> = known
        .iter()
        .filter_map(|key| state.inbox.get(*key))
        .map(|row| json!({ "phone": phones.get(&row.key), "preview": row.preview.as_deref(), "unread": row.unread }))
        .collect();
    let drafts: HashMap<&String, String> = phones
        .iter()
        .filter_map(|(key, phone)| Some((phone, state.composer.draft(*key, switchboard::app::Mode::Reply)?)))
        .filter(|(_, text)| !text.trim().is_empty())
        .collect();
    let drafts = json!(drafts);
    let unrouted: Vec<Value> = state
        .unrouted
        .iter()
        .map(|item| {
            let text = item.message.as_ref().and_then(|message| message.text());
            json!({ "reason": &*item.reason, "text": text.as_deref() })
        })
        .collect();
    let (session, outbox) = (session(&state.session.state), outbox(state));
    let (open, refusal) = (state.open.and_then(|key| phones.get(&key)), state.composer.refusal.as_deref());
    let (open, refusal) = (json!(open), json!(refusal));
    let line = |message: &Message| {
        json!({
            "id": message.ids.id.as_ref().map(|id| id.as_str()),
            "outbound": message.direction == Direction::Outbound,
            "text": message.text().as_deref(),
        })
    };
    let threads: Vec<Value> = state
        .threads
        .iter_mut()
        .map(|(key, view)| {
            json!({
                "phone": phones.get(&key),
                "messages": view.thread.iter().map(line).collect::<Vec<_>>(),
                "gaps": view.thread.gaps().len(),
                "latest": loading(&view.latest),
                "older": loading(&view.older),
            })
        })
        .collect();
    json!({
        "rows": rows, "open": open, "threads": threads, "unrouted": unrouted, "outbox": outbox,
        "session": session, "refusal": refusal, "drafts": drafts,
    })
}

fn loading(loading: &Loading) -> String {
    match loading {
        Loading::Not => "not".to_owned(),
        Loading::Asked => "asked".to_owned(),
        Loading::Done => "done".to_owned(),
        Loading::Failed(why) => format!("failed: {why}"),
    }
}

/// Where the session stands, in a line.
pub fn session(state: &SessionState) -> String {
    match state {
        SessionState::Connecting { step } => format!("connecting: {step}"),
        SessionState::Live => "live".to_owned(),
        SessionState::Silent { reason } => format!("silent: {reason}"),
        SessionState::Waiting { reason, .. } => format!("waiting: {reason}"),
        SessionState::Offline { reason } => format!("offline: {reason}"),
        SessionState::SignedOut { reason } => format!("signed out: {reason}"),
    }
}

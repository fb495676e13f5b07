//! What a verdict means, in one sentence, and which side to mend.

use super::timeline::{Entry, Kind};
use crate::chat::{Composite, Id, Rule, Verdict};

/// What was decided about an event, why it matters, and what to do about it.
pub fn explain(entry: &Entry) -> String {
    match &entry.verdict {
        Verdict::Routed { .. } | Verdict::OutOfOrder { .. } | Verdict::Duplicate { .. } if entry.rescued => {
            rescued(entry)
        }
        Verdict::Routed { .. } if entry.record.matched => {
            "It belongs to the open conversation, and both ids are the same string: a naive page shows it too."
                .to_owned()
        }
        Verdict::Routed { .. } if entry.record.broadcast_conversation_id.is_none() && entry.rule == Some(Rule::Phone) => {
            "It belongs to the open conversation by its account, line and phone; it names no conversation, so that a page \
             has nothing to compare."
                .to_owned()
        }
        Verdict::Routed { .. } => "It belongs to the open conversation.".to_owned(),
        Verdict::Background { .. } => {
            "It belongs to a conversation that is known and not open: its row was brought up to date.".to_owned()
        }
        Verdict::Unknown { .. } => unknown(entry.about.kind).to_owned(),
        Verdict::Probable { .. } => {
            "It probably belongs to this conversation, but no id says so: it stands in the Unrouted row until you say \
             where it belongs. `route_variants` in the profile routes national variants of a number."
                .to_owned()
        }
        Verdict::Foreign => {
            "It names another account: the backend should not send it here. Nothing was shown of it.".to_owned()
        }
        Verdict::NoId => {
            "Nothing in it names a conversation. Mend the backend: every event should carry the conversation's id."
                .to_owned()
        }
        Verdict::Ambiguous { keys } => format!(
            "{} conversations answer to what it says; it is shown in none of them. Mend the backend: send the id that \
             the list gives.",
            keys.len()
        ),
        Verdict::Duplicate { .. } => "The message was here already; what it adds was merged into it.".to_owned(),
        Verdict::OutOfOrder { .. } => {
            "It is older than the newest message of its thread and stands in its place.".to_owned()
        }
        Verdict::NotInDialect => {
            "The dialect has no meaning for this event's name. If it should have one, add it to the dialect.".to_owned()
        }
        Verdict::Undecodable { reason } => {
            format!("It could not be read: {reason}. The dialect and the backend disagree.")
        }
        Verdict::Account => "News of the whole account; it belongs to no conversation.".to_owned(),
    }
}

/// The id was new when the event came; what became of it depends on what the event is about.
fn unknown(kind: Kind) -> &'static str {
    match kind {
        Kind::Conversation => {
            "No conversation here had this id when it came. The conversation was asked for: if the backend knows it, it is \
             in the list by now, with what this event says."
        }
        Kind::Status => "No conversation here had this id when it came. The status is kept for when its message comes.",
        _ => {
            "No conversation here had this id. It was asked for; if the backend does not know it either, the message \
             stands in the Unrouted row."
        }
    }
}

/// A naive page would have missed it: because of whom?
fn rescued(entry: &Entry) -> String {
    let composite = |id: &Id| Composite::parse(id.as_str()).is_some();
    let side = match (&entry.record.broadcast_conversation_id, &entry.record.selected_contact_id) {
        (None, _) => "the event carries no conversationId; mend the backend, which should send it".to_owned(),
        (Some(_), None) => "the list gives no id to compare with; mend the list's answer".to_owned(),
        (Some(sent), Some(held)) if composite(sent) && !composite(held) => {
            "the event names the conversation by its composite id and the list by its own; mend the backend's emit, \
             which should send the list's id"
                .to_owned()
        }
        (Some(sent), Some(held)) if !composite(sent) && composite(held) => {
            "the page holds the composite id and the event sends the conversation's own; mend the page, which should \
             hold `_id`"
                .to_owned()
        }
        (Some(sent), Some(held)) => {
            let (sent, held) = (sent.as_str(), held.as_str());
            let nearly = if sent.trim() == held.trim() {
                "they differ in white space alone"
            } else if sent.eq_ignore_ascii_case(held) {
                "they differ in upper and lower case alone"
            } else if sent.trim_start_matches('+') == held.trim_start_matches('+') {
                "they differ in a plus sign alone"
            } else {
                "they are two names of one conversation"
            };
            format!("the two ids are not the same string: {nearly}; mend the side that does not use the list's `_id`")
        }
    };
    format!("Rescued: a page that compares the two ids would have dropped this message. Here {side}.")
}

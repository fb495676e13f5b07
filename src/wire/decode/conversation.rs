//! A conversation, wherever one is described.

use jiff::SignedDuration;

use super::super::dialect::{ConversationSpec, ConversationWord, Dialect};
use super::super::json::Json;
use super::super::pointer::{Choice, Pointer, named_ids};
use super::{line, name, phone};
use crate::chat::{ConversationFacts, Id, Status};
use crate::text::Clean;

impl Dialect {
    /// What an object says of a conversation; `ids` are the pointers to its names.
    pub(in super::super) fn conversation_facts(&self, json: &Json<'_>, ids: &[Pointer]) -> ConversationFacts {
        let spec = &self.conversation;
        let phone = spec.phone.read(json, phone);
        ConversationFacts {
            ids: named_ids(ids, json),
            page_id: None,
            account: spec.account.id(json),
            line: spec.line.id(json),
            links: spec.links.iter().filter_map(|link| link.id(json)).collect(),
            name: spec.customer.read(json, |json| name(json, phone.as_ref())),
            preview: spec.preview.read(json, |json| json.text().map(|text| Clean::line(&text))),
            last_at: spec.last_at.read(json, Json::time),
            last_inbound_at: spec.last_inbound_at.read(json, Json::time).or_else(|| {
                let ends = spec.window_ends_at.read(json, Json::time)?;
                ends.checked_sub(SignedDuration::from_hours(24)).ok()
            }),
            unread: spec.unread.read(json, |json| json.number().map(count)),
            status: spec.status.read(json, |json| status(spec, json)),
            assignee: assignee(&spec.assignee, json),
            labels: spec.labels.read(json, labels),
            priority: spec.priority.read(json, line),
            snoozed_until: match spec.snoozed_until.read(json, Json::time) {
                Some(until) => Some(Some(until)),
                None => spec.snoozed_until.is_null(json).then_some(None),
            },
            phone,
        }
    }

    /// What a naive page would hold as the id of this list row.
    pub(super) fn page_id(&self, json: &Json<'_>) -> Option<Id> {
        self.identity.selected_contact_id.id(json)
    }
}

/// A count as it may be shown: no fraction, never negative.
fn count(number: f64) -> u32 {
    number.clamp(0.0, f64::from(u32::MAX)) as u32
}

fn status(spec: &ConversationSpec, json: &Json<'_>) -> Option<Status> {
    let word = json.text()?;
    Some(match spec.statuses.get(word.as_ref()) {
        Some(ConversationWord::Open) => Status::Open,
        Some(ConversationWord::Pending) => Status::Pending,
        Some(ConversationWord::Snoozed) => Status::Snoozed,
        Some(ConversationWord::Resolved) => Status::Resolved,
        None => Status::Other(line(json)?),
    })
}

/// Null says that nobody answers it; absence says nothing.
fn assignee(choice: &Choice, json: &Json<'_>) -> Option<Option<Clean>> {
    if let Some(who) = choice.read(json, line) {
        return Some(Some(who));
    }
    choice.is_null(json).then_some(None)
}

/// Strings, or objects with a name.
fn labels(json: &Json<'_>) -> Option<Vec<Clean>> {
    let Json::Array(elements) = json else { return None };
    Some(elements.iter().filter_map(|label| line(label).or_else(|| line(label.step("name")?))).collect())
}

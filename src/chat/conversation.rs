//! One conversation as it is known here, and the partial facts that the wire tells of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::{ConversationKey, Id, Phone};
use super::routing::NamedId;
use crate::text::Clean;

/// Where a conversation stands in the team's work.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Being worked on.
    #[default]
    Open,
    /// Waiting for something.
    Pending,
    /// Put off to a later time.
    Snoozed,
    /// Done (`closed`, `resolved`).
    Resolved,
    /// Another word of the backend's.
    Other(Clean),
}

/// What one wire object (a list row, an update event, a thread's header) says of a conversation. Whatever it does not
/// say is `None`, and an absent field changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConversationFacts {
    /// Every id by which the object names the conversation, with the pointer that each was read from; the first is
    /// the one that paths and rooms use.
    pub ids: Vec<NamedId>,
    /// What a web page of this family would hold as the selected contact's id (`selectedContactId` in the traffic panel).
    pub page_id: Option<Id>,
    /// Tenant.
    pub account: Option<Id>,
    /// Business phone number id.
    pub line: Option<Id>,
    /// The customer's phone.
    pub phone: Option<Phone>,
    /// Other identities of the customer (BSUID, LID).
    pub links: Vec<Id>,
    /// The customer's name; never "Unknown" or empty.
    pub name: Option<Clean>,
    /// The last message in short.
    pub preview: Option<Clean>,
    /// The time of the last message, by the backend's row.
    pub last_at: Option<Timestamp>,
    /// The time of the customer's last message, where the backend tells.
    pub last_inbound_at: Option<Timestamp>,
    /// Unread messages, by the backend's count.
    pub unread: Option<u32>,
    /// Where it stands.
    pub status: Option<Status>,
    /// Who answers it: `Some(None)` when the object says that nobody does.
    pub assignee: Option<Option<Clean>>,
    /// Labels.
    pub labels: Option<Vec<Clean>>,
    /// Priority, in the backend's word.
    pub priority: Option<Clean>,
    /// Until when it is put off: `Some(None)` when the object says that no time is set.
    #[serde(default)]
    pub snoozed_until: Option<Option<Timestamp>>,
}

impl ConversationFacts {
    /// Puts this id first, if the facts have it: the id by which a conversation was fetched is one that paths take.
    pub fn led_by(&mut self, id: &Id) {
        if let Some(place) = self.ids.iter().position(|named| named.id == *id) {
            let leader = self.ids.remove(place);
            self.ids.insert(0, leader);
        }
    }
}

impl Conversation {
    /// A row made of what one object says. `None` when the object names it by no id at all.
    pub fn from_facts(key: ConversationKey, facts: &ConversationFacts) -> Option<Self> {
        let id = facts.ids.first()?.id.clone();
        let mut row = Self {
            key,
            page_id: facts.page_id.clone().unwrap_or_else(|| id.clone()),
            id,
            account: None,
            line: None,
            phone: None,
            name: None,
            preview: None,
            last_at: None,
            last_inbound_at: None,
            unread: 0,
            status: Status::default(),
            assignee: None,
            labels: Vec::new(),
            priority: None,
            snoozed_until: None,
        };
        row.absorb(facts);
        Some(row)
    }

    /// Takes in all that an object says; what it does not say stays. The time of the last message never goes back: a
    /// delayed webhook brings an old one, and the row must not sink for it.
    pub fn absorb(&mut self, facts: &ConversationFacts) {
        fn take<T: Clone>(to: &mut Option<T>, from: &Option<T>) {
            if from.is_some() {
                to.clone_from(from);
            }
        }
        self.absorb_person(facts);
        // Rows tell whole seconds, messages milliseconds: within the same second the object that speaks last is right.
        let second = |at: &Option<Timestamp>| at.map(|at| at.as_second());
        if second(&facts.last_at) >= second(&self.last_at) {
            take(&mut self.preview, &facts.preview);
        }
        self.last_at = self.last_at.max(facts.last_at);
        self.last_inbound_at = self.last_inbound_at.max(facts.last_inbound_at);
        take(&mut self.priority, &facts.priority);
        if let Some(unread) = facts.unread {
            self.unread = unread;
        }
        if let Some(status) = &facts.status {
            self.status = status.clone();
        }
        if let Some(assignee) = &facts.assignee {
            self.assignee = assignee.clone();
        }
        if let Some(until) = facts.snoozed_until {
            self.snoozed_until = until;
        }
        if let Some(labels) = &facts.labels {
            self.labels.clone_from(labels);
        }
    }

    /// Takes in what an object says of the customer, the line and the account alone.
    pub fn absorb_person(&mut self, facts: &ConversationFacts) {
        if facts.name.is_some() {
            self.name.clone_from(&facts.name);
        }
        if self.phone.is_none() {
            self.phone.clone_from(&facts.phone);
        }
        if self.line.is_none() {
            self.line.clone_from(&facts.line);
        }
        if self.account.is_none() {
            self.account.clone_from(&facts.account);
        }
    }

    /// What the user calls it: the customer's name, else the phone, else the id.
    pub fn title(&self) -> Clean {
        self.name.clone().or_else(|| self.phone.as_ref().map(Phone::shown)).unwrap_or_else(|| self.id.shown())
    }
}

/// A conversation: a thread with one customer on one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its key in this process.
    pub key: ConversationKey,
    /// The id that paths use.
    pub id: Id,
    /// What a naive page would hold as its id.
    pub page_id: Id,
    /// Tenant.
    pub account: Option<Id>,
    /// Business phone number id.
    pub line: Option<Id>,
    /// The customer's phone.
    pub phone: Option<Phone>,
    /// The customer's name.
    pub name: Option<Clean>,
    /// The last message in short.
    pub preview: Option<Clean>,
    /// The time of the last message.
    pub last_at: Option<Timestamp>,
    /// The time of the customer's last message; the service window is counted from here.
    pub last_inbound_at: Option<Timestamp>,
    /// Unread messages by our own ledger.
    pub unread: u32,
    /// Where it stands.
    pub status: Status,
    /// Who answers it.
    pub assignee: Option<Clean>,
    /// Labels.
    pub labels: Vec<Clean>,
    /// Priority, in the backend's word.
    pub priority: Option<Clean>,
    /// Until when it is put off, where a time is set.
    #[serde(default)]
    pub snoozed_until: Option<Timestamp>,
}

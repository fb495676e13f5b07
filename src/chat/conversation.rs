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
    /// What a web page of this family would hold as the selected contact's id (DESIGN 4: `selectedContactId`).
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
}

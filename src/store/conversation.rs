//! A conversation as it is kept.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chat::{Conversation, ConversationFacts, Id, NamedId, Phone, Status};
use crate::text::Clean;

/// A conversation as it is kept: a row of the list, and the names by which the backend declared it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredConversation {
    /// The id that paths use; the row's name in the store.
    pub id: Id,
    /// Every declared id, in any order. A name that two conversations claim does not belong here.
    pub names: Vec<Id>,
    /// What a naive page would hold as its id.
    pub page_id: Id,
    /// Tenant.
    pub account: Option<Id>,
    /// Business phone number id.
    pub line: Option<Id>,
    /// The customer's phone.
    pub phone: Option<Phone>,
    /// Other identities of the customer.
    pub links: Vec<Id>,
    /// The customer's name.
    pub name: Option<Clean>,
    /// The last message in short.
    pub preview: Option<Clean>,
    /// The time of the last message.
    pub last_at: Option<Timestamp>,
    /// The time of the customer's last message.
    pub last_inbound_at: Option<Timestamp>,
    /// Unread messages, by our own count.
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

impl StoredConversation {
    /// A row that has nothing but its id.
    pub fn named(id: Id) -> Self {
        Self {
            page_id: id.clone(),
            id,
            names: Vec::new(),
            account: None,
            line: None,
            phone: None,
            links: Vec::new(),
            name: None,
            preview: None,
            last_at: None,
            last_inbound_at: None,
            unread: 0,
            status: Status::default(),
            assignee: None,
            labels: Vec::new(),
            priority: None,
        }
    }

    /// A row of the list with its declared names and identity links.
    pub fn of(row: &Conversation, names: Vec<Id>, links: Vec<Id>) -> Self {
        Self {
            id: row.id.clone(),
            names,
            page_id: row.page_id.clone(),
            account: row.account.clone(),
            line: row.line.clone(),
            phone: row.phone.clone(),
            links,
            name: row.name.clone(),
            preview: row.preview.clone(),
            last_at: row.last_at,
            last_inbound_at: row.last_inbound_at,
            unread: row.unread,
            status: row.status.clone(),
            assignee: row.assignee.clone(),
            labels: row.labels.clone(),
            priority: row.priority.clone(),
        }
    }

    /// What a backend would have said of it: to be learnt as declared. The path's id comes first; the pointers say that
    /// the cache named them.
    pub fn facts(&self) -> ConversationFacts {
        let pointer: Arc<str> = Arc::from("the cache on disk");
        let others = self.names.iter().filter(|name| **name != self.id);
        let ids = std::iter::once(&self.id)
            .chain(others)
            .map(|id| NamedId { pointer: Arc::clone(&pointer), id: id.clone() })
            .collect();
        ConversationFacts {
            ids,
            page_id: Some(self.page_id.clone()),
            account: self.account.clone(),
            line: self.line.clone(),
            phone: self.phone.clone(),
            links: self.links.clone(),
            name: self.name.clone(),
            preview: self.preview.clone(),
            last_at: self.last_at,
            last_inbound_at: self.last_inbound_at,
            unread: Some(self.unread),
            status: Some(self.status.clone()),
            assignee: Some(self.assignee.clone()),
            snoozed_until: None,
            labels: Some(self.labels.clone()),
            priority: self.priority.clone(),
        }
    }
}

//! What a frame or a REST answer means, once a dialect has read it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::operations::Catalogue;
use crate::chat::{ConversationFacts, DeliveryUpdate, Evidence, Id, Message, NamedId};
use crate::text::Clean;

/// What one socket event means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A message, new or repeated.
    Message {
        /// What it says of its conversation.
        evidence: Evidence,
        /// The message itself.
        message: Box<Message>,
        /// What it tells of the conversation on the way (a name, a phone).
        facts: Box<ConversationFacts>,
    },
    /// A conversation changed.
    Conversation {
        /// Which one.
        evidence: Evidence,
        /// What it says now; partial.
        facts: Box<ConversationFacts>,
    },
    /// A message got further, or failed.
    Status {
        /// Which message (`evidence.message`), and which conversation where the backend tells.
        evidence: Evidence,
        /// What happened to it.
        update: DeliveryUpdate,
    },
    /// Somebody types, or stopped.
    Typing {
        /// Which conversation, where the backend tells.
        evidence: Evidence,
        /// Who, by the backend's id.
        who: Option<Id>,
        /// The agent's name, where it is an agent who types.
        #[serde(default)]
        agent: Option<Clean>,
        /// Whether they type now.
        typing: bool,
    },
    /// Which agents have a conversation on the screen.
    Presence {
        /// Which conversation.
        evidence: Evidence,
        /// All of them, ourselves among them.
        viewers: Vec<Viewer>,
    },
    /// A list that agents choose from changed: it is to be fetched again.
    Changed {
        /// Which.
        catalogue: Catalogue,
    },
    /// A conversation became part of another one.
    Merged {
        /// The one that stays.
        evidence: Evidence,
        /// Ids of the one that is no more.
        gone: Vec<NamedId>,
    },
    /// News of the whole account (a line's quality, say): shown in the traffic panel alone.
    Account,
    /// The server complains about something that we emitted.
    Complaint {
        /// Its words.
        message: Clean,
    },
    /// The dialect has no meaning for this event's name.
    NotInDialect,
}

impl Event {
    /// Whether it shows that the account's room is joined: it is about the whole account, or news of a conversation whose
    /// room is not joined. Frames do not say by which room they came.
    pub fn proves_the_account(&self, joined: impl FnOnce(&Evidence) -> bool) -> bool {
        match self {
            Self::Conversation { .. } | Self::Account | Self::Changed { .. } => true,
            Self::Message { evidence, .. } => !joined(evidence),
            _ => false,
        }
    }
}

/// An agent who has a conversation on the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Who, by the backend's id.
    pub id: Option<Id>,
    /// Their name.
    pub name: Clean,
    /// Whether they type there.
    pub typing: bool,
}

/// Why a payload could not be read: which event or answer, where, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{what}: {problem} at {pointer}")]
pub struct DecodeError {
    /// The event's name, or the request.
    pub what: String,
    /// JSON pointer of the trouble; empty for the whole.
    pub pointer: String,
    /// What was found and what was expected.
    pub problem: String,
}

/// One page of a conversation list.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListPage {
    /// The rows, in the backend's order.
    pub rows: Vec<ConversationFacts>,
    /// Rows that could not be read, each with its reason; never silently dropped.
    pub unreadable: Vec<DecodeError>,
    /// Where the next page starts, if the backend pages and there is one.
    pub next: Option<Id>,
}

/// One page of a thread.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ThreadPage {
    /// What the answer says of the conversation itself.
    pub facts: Option<ConversationFacts>,
    /// Messages, oldest first.
    pub messages: Vec<Message>,
    /// Messages that could not be read, each with its reason.
    pub unreadable: Vec<DecodeError>,
    /// The place of the page before this one, where the backend counts pages and there is one.
    #[serde(default)]
    pub next: Option<Id>,
    /// Whether this page holds the beginning, where the answer tells.
    #[serde(default)]
    pub start: Option<bool>,
    /// The page that holds the newest messages, where this is not it.
    #[serde(default)]
    pub newest: Option<Id>,
}

/// What the backend says of a message that it accepted.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Accepted {
    /// The backend's id.
    pub id: Option<Id>,
    /// The channel's id.
    pub wa: Option<Id>,
}

/// The answer to a login, or to "who am I".
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identity {
    /// Tenant.
    pub account: Option<Id>,
    /// The agent's id.
    #[serde(default)]
    pub id: Option<Id>,
    /// The agent's name.
    pub name: Option<Clean>,
    /// The agent's e-mail address.
    pub email: Option<Clean>,
    /// Values of the dialect's variables that a login gave; kept in the profile.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

/// A business phone number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its id (`phoneNumberId`), 15 or 16 digits.
    pub id: Id,
    /// Its name.
    pub name: Option<Clean>,
    /// Its number as people write it.
    pub phone: Option<Clean>,
}

//! What an event says of the conversation that it belongs to, and what was decided.

use serde::{Deserialize, Serialize};

use super::ids::{ConversationKey, Id, Phone};
use crate::text::Clean;

/// An id with the JSON pointer that it was read from, such as `/message/conversationId`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NamedId {
    /// Where in the payload.
    pub pointer: std::sync::Arc<str>,
    /// The id as spelled there.
    pub id: Id,
}

/// Everything in one payload that may say which conversation it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Ids, in the order in which the dialect trusts them.
    pub ids: Vec<NamedId>,
    /// What a naive page compares: the payload's `conversationId` (`broadcastConversationId` in the panel).
    pub broadcast_id: Option<Id>,
    /// Tenant.
    pub account: Option<Id>,
    /// Business phone number id.
    pub line: Option<Id>,
    /// The customer's phone.
    pub phone: Option<Phone>,
    /// Identity links (BSUID, LID).
    pub links: Vec<Id>,
    /// Ids of the message that the payload is about (statuses name only this).
    pub message: Vec<Id>,
}

/// The rule by which a conversation was found, strongest first. Each name is shown to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The id that paths use.
    Exact,
    /// Another name of the same conversation.
    Alias,
    /// All three parts of a composite id.
    Composite,
    /// Same account, same line, equal digits.
    Phone,
    /// A national variant of the number; routed only if the profile says so.
    Variant,
    /// An identity seen together with the conversation before (BSUID, LID).
    IdentityLink,
    /// The message that the event is about is known, and so is its conversation.
    Message,
    /// Exactly one room is joined, and only its events come this way (typing).
    OnlyRoom,
}

impl Rule {
    /// The name as the user sees it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Alias => "alias",
            Self::Composite => "composite",
            Self::Phone => "phone",
            Self::Variant => "variant",
            Self::IdentityLink => "identity-link",
            Self::Message => "message",
            Self::OnlyRoom => "only-room",
        }
    }
}

/// Two values that were compared while resolving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The rule that compared them.
    pub rule: Rule,
    /// The event's value.
    pub theirs: Clean,
    /// The value of the conversation that came nearest.
    pub ours: Clean,
    /// Whether they were equal under the rule.
    pub equal: bool,
}

/// What the directory found for one piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// This conversation, beyond doubt.
    Known(ConversationKey),
    /// Probably this one, by a rule that the profile does not route on.
    Probable(ConversationKey),
    /// A conversation that is not in the directory: fetch it by this id, then route.
    Unknown(Id),
    /// It belongs to another tenant.
    Foreign,
    /// Nothing names a conversation.
    NoId,
    /// Several conversations answer to the evidence, or an alias is in conflict; nothing is routed.
    Ambiguous(Vec<ConversationKey>),
}

/// The outcome, the rule, and what was compared on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// What was found.
    pub outcome: Outcome,
    /// By which rule.
    pub rule: Option<Rule>,
    /// The pointer of the value that decided.
    pub pointer: Option<std::sync::Arc<str>>,
    /// What was compared, for the panel.
    pub compared: Vec<Comparison>,
}

/// What routing decided about one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// Into the open pane.
    Routed {
        /// Which conversation.
        key: ConversationKey,
    },
    /// Known, not open: its row was updated.
    Background {
        /// Which conversation.
        key: ConversationKey,
    },
    /// Not known yet: it is being fetched, the event waits.
    Unknown {
        /// The id to fetch.
        id: Id,
    },
    /// Probable only; stands in the Unrouted row.
    Probable {
        /// Which conversation it may be.
        key: ConversationKey,
    },
    /// Another tenant's.
    Foreign,
    /// No id at all; a message stands in the Unrouted row.
    NoId,
    /// More than one candidate; stands in the Unrouted row.
    Ambiguous {
        /// The candidates.
        keys: Vec<ConversationKey>,
    },
    /// Seen before; its fields were merged.
    Duplicate {
        /// Which conversation.
        key: ConversationKey,
    },
    /// Older than the newest of its thread; inserted where it belongs.
    OutOfOrder {
        /// Which conversation.
        key: ConversationKey,
    },
    /// The dialect does not map this event.
    NotInDialect,
    /// It could not be read.
    Undecodable {
        /// Why, in words.
        reason: Clean,
    },
    /// It belongs to no conversation (account-wide news such as a line's quality).
    Account,
}

impl Verdict {
    /// The name as the user sees it.
    pub fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// The verdict without what belongs to the one event.
    pub fn kind(&self) -> VerdictKind {
        match self {
            Self::Routed { .. } => VerdictKind::Routed,
            Self::Background { .. } => VerdictKind::Background,
            Self::Unknown { .. } => VerdictKind::Unknown,
            Self::Probable { .. } => VerdictKind::Probable,
            Self::Foreign => VerdictKind::Foreign,
            Self::NoId => VerdictKind::NoId,
            Self::Ambiguous { .. } => VerdictKind::Ambiguous,
            Self::Duplicate { .. } => VerdictKind::Duplicate,
            Self::OutOfOrder { .. } => VerdictKind::OutOfOrder,
            Self::NotInDialect => VerdictKind::NotInDialect,
            Self::Undecodable { .. } => VerdictKind::Undecodable,
            Self::Account => VerdictKind::Account,
        }
    }

    /// The conversation that the event went to, if it went to one.
    pub fn key(&self) -> Option<ConversationKey> {
        match self {
            Self::Routed { key } | Self::Background { key } | Self::Duplicate { key } | Self::OutOfOrder { key } => {
                Some(*key)
            }
            _ => None,
        }
    }
}

/// A [`Verdict`] without what belongs to the one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerdictKind {
    /// Into the open pane.
    Routed,
    /// Known, not open.
    Background,
    /// Not known yet.
    Unknown,
    /// Probable only.
    Probable,
    /// Another tenant's.
    Foreign,
    /// No id at all.
    NoId,
    /// More than one candidate.
    Ambiguous,
    /// Seen before.
    Duplicate,
    /// Older than the newest of its thread.
    OutOfOrder,
    /// The dialect does not map this event.
    NotInDialect,
    /// It could not be read.
    Undecodable,
    /// It belongs to no conversation.
    Account,
}

impl VerdictKind {
    /// The name as the user sees it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Routed => "routed",
            Self::Background => "background",
            Self::Unknown => "unknown conversation",
            Self::Probable => "probable",
            Self::Foreign => "foreign tenant",
            Self::NoId => "no id",
            Self::Ambiguous => "ambiguous",
            Self::Duplicate => "duplicate",
            Self::OutOfOrder => "out of order",
            Self::NotInDialect => "not in the dialect",
            Self::Undecodable => "undecodable",
            Self::Account => "account-wide",
        }
    }
}

/// The naive comparison of a web page: string equality of the id that it holds and the id in the event. It is the
/// panel's `match` field, and routes nothing.
pub fn naive_match(selected: Option<&Id>, broadcast: Option<&Id>) -> bool {
    matches!((selected, broadcast), (Some(selected), Some(broadcast)) if selected == broadcast)
}

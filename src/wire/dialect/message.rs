//! A message, wherever one is described.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::pointer::{Choice, Pointer};
use super::super::template::TextTemplate;
use crate::chat::{Direction, Rank};

/// A message, wherever one is described. Two copies are one message when any of `channel_id`, `id` or `client_id` is
/// equal, in this order of trust.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct MessageSpec {
    /// The backend's own id.
    #[serde(default)]
    pub id: Choice,
    /// The channel's id (`wamid.…`).
    #[serde(default)]
    pub channel_id: Choice,
    /// The id that the sending program gave it.
    #[serde(default)]
    pub client_id: Choice,
    /// Every pointer to an id of its conversation, most trusted first.
    #[serde(default)]
    pub conversation_ids: Vec<Pointer>,
    /// The tenant.
    #[serde(default)]
    pub account: Choice,
    /// The business phone line.
    #[serde(default)]
    pub line: Choice,
    /// The customer's phone, whoever wrote.
    #[serde(default)]
    pub phone: Choice,
    /// Other identities of the customer (a BSUID, a LID).
    #[serde(default)]
    pub links: Vec<Pointer>,
    /// The customer's name, whoever wrote.
    #[serde(default)]
    pub customer: Choice,
    /// Who wrote, in an inbound message.
    #[serde(default)]
    pub inbound_sender: Choice,
    /// Who wrote, in an outbound one.
    #[serde(default)]
    pub outbound_sender: Choice,
    /// When the backend stored it: ISO 8601, or seconds, milliseconds or microseconds since 1970.
    #[serde(default)]
    pub created_at: Choice,
    /// When it was written, by the channel's clock.
    #[serde(default)]
    pub sent_at: Choice,
    /// The message that it answers, by any of its ids.
    #[serde(default)]
    pub reply_to: Choice,
    /// Who wrote to whom.
    #[serde(default)]
    pub direction: Choice,
    /// The words for it: a string, a number, `true`, `false`, `null` (it is null), `absent` (it is not there).
    #[serde(default)]
    pub directions: BTreeMap<String, Direction>,
    /// Who wrote to whom, told by the sender's id where nothing else says it.
    pub own: Option<OwnSpec>,
    /// True for a note to the team, whatever the direction says.
    #[serde(default)]
    pub note: Choice,
    /// What kind of message it is.
    #[serde(default, rename = "type")]
    pub kind: Choice,
    /// How far it got.
    #[serde(default)]
    pub status: Choice,
    /// Why it failed, for programs.
    #[serde(default)]
    pub error_code: Choice,
    /// Why it failed, for people.
    #[serde(default)]
    pub error_reason: Choice,
    /// When it failed.
    #[serde(default)]
    pub failed_at: Choice,
    /// Where it says what it says.
    #[serde(default)]
    pub content: ContentSpec,
    /// Words for what kind of message it is.
    #[serde(default)]
    pub types: BTreeMap<String, Kind>,
}

/// The business's own senders: what they write is outbound, what others write inbound.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct OwnSpec {
    /// The sender's id.
    pub sender: Choice,
    /// The ids that are the business's own.
    pub is: Vec<TextTemplate>,
}

/// Where a message says what it says. Of several attachments the first is shown: `/attachments/0/url`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct ContentSpec {
    /// The words.
    pub text: Choice,
    /// The words beside a file.
    pub caption: Choice,
    /// A file's name.
    pub filename: Choice,
    /// Its MIME type.
    pub mime: Choice,
    /// Its size in bytes.
    pub size: Choice,
    /// Where it can be fetched; an id works too, with `media.download`.
    pub url: Choice,
    /// The kind of file, where the message's type does not say it.
    pub media: Choice,
    /// True for a sound that was recorded in the chat.
    pub voice: Choice,
    /// A template's name.
    pub template: Choice,
    /// What was chosen by button or list.
    pub choice: Choice,
    /// Degrees north.
    pub latitude: Choice,
    /// Degrees east.
    pub longitude: Choice,
    /// A place's name or address.
    pub place: Choice,
    /// Contact cards, a list.
    pub contacts: Choice,
    /// The name on one card.
    pub contact: Choice,
    /// A reaction's emoji.
    pub emoji: Choice,
    /// The message that it belongs to.
    pub reaction_to: Choice,
}

/// Our words for what kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum Kind {
    Text,
    Image,
    Video,
    Audio,
    Voice,
    Document,
    Sticker,
    Location,
    Contacts,
    Template,
    Choice,
    Reaction,
    Order,
    System,
}

/// Our words for how far a message got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum StatusWord {
    Queued,
    Sent,
    Delivered,
    Read,
    Played,
    Failed,
}

impl StatusWord {
    /// The rank; `None` for failed.
    pub fn rank(self) -> Option<Rank> {
        Some(match self {
            Self::Queued => Rank::Queued,
            Self::Sent => Rank::Sent,
            Self::Delivered => Rank::Delivered,
            Self::Read => Rank::Read,
            Self::Played => Rank::Played,
            Self::Failed => return None,
        })
    }
}

//! What the socket's events mean.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::operations::Catalogue;
use super::super::pointer::{Choice, Pointer};
use crate::chat::Direction;

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum EventKind {
    /// A message, new or repeated or changed.
    Message,
    /// A conversation changed; what the event does not say stays.
    Conversation,
    /// A message got further, or failed.
    Status,
    /// Somebody types, or stopped.
    Typing,
    /// Which agents have a conversation on the screen: all of them, in `viewers`.
    Presence,
    /// A list that agents choose from changed: `changes` says which.
    Catalogue,
    /// A conversation became part of another one: `ids` name the one that stays, `gone` the other.
    Merged,
    /// News of the whole account, or of nothing that is shown.
    Account,
    /// The server complains about something that we emitted.
    Complaint,
}

/// How an event is read. Pointers start at its argument, or at each element of `each`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct EventSpec {
    /// Its names. `{variable}` stands for a value of the session, `*` for anything; of two entries that fit the one
    /// without a star goes first.
    pub names: Vec<String>,
    /// What it is about.
    pub kind: EventKind,
    /// Which argument, from 0.
    #[serde(default)]
    pub argument: usize,
    /// The entry counts only where these pointers hold one of these words; `""` is "not there". Several entries may
    /// share a name: the first that fits counts.
    #[serde(default)]
    pub when: BTreeMap<Pointer, Vec<String>>,
    /// Where a list stands whose elements are an event each.
    #[serde(default)]
    pub each: Choice,
    /// All pointers to ids of the conversation, most trusted first.
    #[serde(default)]
    pub ids: Vec<Pointer>,
    /// What a naive page compares.
    #[serde(default)]
    pub broadcast: Choice,
    /// The backend's time of emission.
    #[serde(default)]
    pub emitted: Choice,
    /// Where the message stands.
    #[serde(default)]
    pub message: Choice,
    /// Where the conversation stands; beside a message, what is said there of the customer is taken too.
    #[serde(default)]
    pub object: Choice,
    /// The event says only that something changed: the list is fetched again.
    #[serde(default)]
    pub refetch: bool,
    /// Ids of the conversation that is no more.
    #[serde(default)]
    pub gone: Vec<Pointer>,
    /// Who wrote, where the message does not say it.
    pub direction: Option<Direction>,
    /// Ids of the message that a status is about, of whichever kind they are.
    #[serde(default)]
    pub message_ids: Vec<Pointer>,
    /// The status, whether somebody types, or the complaint.
    #[serde(default)]
    pub value: Choice,
    /// Whether somebody types, where the event's name alone says it.
    pub typing: Option<bool>,
    /// When the status was reached.
    #[serde(default)]
    pub at: Choice,
    /// Why it failed, for programs.
    #[serde(default)]
    pub error_code: Choice,
    /// Why it failed, for people.
    #[serde(default)]
    pub error_reason: Choice,
    /// Who types.
    #[serde(default)]
    pub who: Choice,
    /// The agent's name, where it is an agent who types; of a viewer, their name.
    #[serde(default)]
    pub agent: Choice,
    /// Where the list of the agents stands who look; each is read by `who`, `agent` and `value` (whether they type).
    #[serde(default)]
    pub viewers: Choice,
    /// The list that changed.
    pub changes: Option<Catalogue>,
    /// `ids`, and those inside the message: made when the dialect is read.
    #[serde(skip)]
    pub all_ids: Vec<Pointer>,
}

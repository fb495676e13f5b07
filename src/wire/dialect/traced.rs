//! Where a backend tells what became of a message.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::pointer::{Choice, Pointer};
use super::super::template::TextTemplate;

/// A request that answers what became of one message: whether the channel's delivery came, whether the message was
/// stored, to which rooms it was emitted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TraceSpec {
    /// The path, with `{message}`: one of the message's ids.
    pub path: TextTemplate,
    /// Parameters, with `{message}`.
    #[serde(default)]
    pub query: BTreeMap<String, TextTemplate>,
    /// Where the message's ids stand.
    #[serde(default)]
    pub ids: Vec<Pointer>,
    /// The backend's words for how a stage went. A word that is not here means that the backend does not know.
    #[serde(default)]
    pub states: BTreeMap<String, StageWord>,
    /// The channel's delivery reached the backend.
    #[serde(default)]
    pub webhook: StageSpec,
    /// The message was stored.
    #[serde(default)]
    pub stored: StageSpec,
    /// It was emitted.
    #[serde(default)]
    pub broadcast: StageSpec,
    /// What was emitted.
    #[serde(default)]
    pub emits: EmitsSpec,
}

/// One stage in the answer; all pointers are seen from the whole answer.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct StageSpec {
    /// How it went. Where nothing is said, a time means that it happened.
    pub state: Choice,
    /// When.
    pub at: Choice,
    /// Why it did not happen, or is not known.
    pub reason: Choice,
    /// What shows it: words that are put before a value. Empty values and a 0 are left out.
    pub evidence: BTreeMap<String, Choice>,
}

/// What was emitted, and to whom.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct EmitsSpec {
    /// Where the list stands.
    pub array: Choice,
    /// The event's name, seen from an entry, as are the others.
    pub event: Choice,
    /// The room; absent where it went to every socket.
    pub room: Choice,
    /// How many sockets were in the room.
    pub sockets: Choice,
    /// When.
    pub at: Choice,
}

/// How a stage went, in our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StageWord {
    /// It happened.
    Ok,
    /// It did not, although it should have.
    Failed,
    /// Not yet.
    Waiting,
    /// A message of this kind does not pass here.
    None,
    /// The backend does not know.
    Unknown,
}

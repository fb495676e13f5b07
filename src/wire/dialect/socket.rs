//! The socket: what its handshake carries, and what it is told.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::pointer::Choice;
use super::super::template::{JsonTemplate, TextTemplate};

/// The socket: what its handshake carries, and what we tell it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct SocketSpec {
    /// The connect packet's auth object, with `{token}`.
    pub auth: Option<JsonTemplate>,
    /// Handshake query, with `{token}`.
    pub query: BTreeMap<String, TextTemplate>,
    /// Handshake headers, with `{token}`: a cookie is `Cookie = "jwt={token}"`.
    pub headers: BTreeMap<String, TextTemplate>,
    /// Words in a refused handshake that mean the token, not the server.
    pub token_refusals: Vec<String>,
    /// The first event, where that carries the token instead of the handshake: `argument` with `{token}`.
    pub authenticate: Option<AuthenticateSpec>,
    /// An event that the server sends when it is ready for ours; nothing is emitted before it.
    pub ready: Option<String>,
    /// What is emitted once after connecting, to hear of the whole account; one or several.
    pub subscribe: OneOrMore<EmissionSpec>,
    /// Joins a conversation's room: an argument with `{id}`. Absent where rooms are not joined.
    pub join: Option<EmissionSpec>,
    /// Leaves it.
    pub leave: Option<EmissionSpec>,
    /// Tells the room that the agent types: `{id}`, `{typing}`.
    pub typing: Option<EmissionSpec>,
    /// Tells that the agent stopped, where that is another event than `typing`.
    pub typing_stopped: Option<EmissionSpec>,
    /// Tells whether the agent is there: `{online}`.
    pub presence: Option<EmissionSpec>,
    /// Tells that the agent looks at a conversation, or not any more: `{id}`, `{viewing}`.
    pub viewing: Option<EmissionSpec>,
    /// Where an ack says yes or no.
    pub ack: AckReading,
}

/// One, or a list of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(in super::super) enum OneOrMore<T> {
    /// One.
    One(T),
    /// Several, or none.
    More(Vec<T>),
}

impl<T> Default for OneOrMore<T> {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl<T> OneOrMore<T> {
    /// All of them.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(all) => all,
        }
    }
}

/// Signing in by the first event.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct AuthenticateSpec {
    /// The event.
    pub event: String,
    /// Its argument, with `{token}`.
    pub argument: JsonTemplate,
    /// The event that says yes.
    pub success: String,
    /// The event that says no.
    pub failure: Option<String>,
}

/// What is emitted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct EmissionSpec {
    /// The event's name; may name variables.
    pub event: TextTemplate,
    /// The argument: an object, `"{id}"` for a string, `"{id:number}"` for a number; absent where there is none.
    pub argument: Option<JsonTemplate>,
    /// More arguments after it.
    #[serde(default)]
    pub more: Vec<JsonTemplate>,
    /// Whether an answer is asked for. It may never come.
    #[serde(default)]
    pub ack: bool,
}

/// Where an ack says yes or no, seen from the list of its arguments.
#[derive(Clone, Debug, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct AckReading {
    /// False for a no.
    pub good: Choice,
    /// Why not.
    pub reason: Choice,
}

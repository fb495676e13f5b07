//! What is done to a conversation, and what an agent can choose from.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::pointer::Choice;
use super::super::template::{JsonTemplate, TextTemplate};
use super::access::post;
use super::conversations::{ConversationWord, Name, get, primary};

/// One way to send a text, with `{id}`, `{line}`, `{phone}`, `{text}`, `{client}` (the id that this program gave the
/// message) and `{reply_to}`. `{name?}` alone as a member leaves the member out where nothing is known.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SendSpec {
    /// The HTTP method.
    #[serde(default = "post")]
    pub method: String,
    /// The path.
    pub path: TextTemplate,
    /// The names that the path may take; the first that is known is used, and no other is tried.
    #[serde(default = "primary")]
    pub ids: Vec<Name>,
    /// The body.
    pub body: JsonTemplate,
    /// More headers, an idempotency key say.
    #[serde(default)]
    pub headers: BTreeMap<String, TextTemplate>,
    /// Where the answer names the message.
    #[serde(default)]
    pub accepted: AcceptedSpec,
}

/// Where the answer to a send names the message. An empty answer is no error.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct AcceptedSpec {
    /// The backend's id.
    pub id: Choice,
    /// The channel's id.
    pub channel_id: Choice,
}

/// Something that is done to a conversation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ActionSpec {
    /// The HTTP method.
    #[serde(default = "post")]
    pub method: String,
    /// The path, with `{id}` and what the operation brings.
    pub path: TextTemplate,
    /// The names that the path is tried with, in order.
    #[serde(default = "primary")]
    pub ids: Vec<Name>,
    /// HTTP statuses that mean "I do not know this name".
    #[serde(default)]
    pub retry_on: Vec<u16>,
    /// More parameters.
    #[serde(default)]
    pub query: BTreeMap<String, TextTemplate>,
    /// The body. When marking as read: `{last}` is the last message that was seen.
    pub body: Option<JsonTemplate>,
    /// Doing it twice does no more than once, though it is a POST.
    #[serde(default)]
    pub idempotent: bool,
}

/// Moving a conversation to another status.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct StatusSpec {
    /// The HTTP method.
    pub method: String,
    /// The path, with `{id}` and `{status}`.
    pub path: TextTemplate,
    /// The names that the path is tried with, in order.
    #[serde(default = "primary")]
    pub ids: Vec<Name>,
    /// HTTP statuses that mean "I do not know this name".
    #[serde(default)]
    pub retry_on: Vec<u16>,
    /// The body, with `{status}`, and `{until}` (ISO) for snoozing.
    pub body: Option<JsonTemplate>,
    /// The statuses that the backend takes, in its words.
    pub values: BTreeMap<ConversationWord, String>,
}

/// What else can be done to a conversation. Each is absent where the backend cannot do it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct OperationsSpec {
    /// Gives it to an agent: `{agent}` (id).
    pub assign: Option<ActionSpec>,
    /// Gives it to an agent unless somebody has it: `{agent}`. A refusal says who has it.
    pub take: Option<ActionSpec>,
    /// Takes it away from whoever has it.
    pub release: Option<ActionSpec>,
    /// Sets all labels: `{labels}`, a list.
    pub labels: Option<ActionSpec>,
    /// Adds a label: `{label}`.
    pub add_label: Option<ActionSpec>,
    /// Takes a label away: `{label}`.
    pub remove_label: Option<ActionSpec>,
    /// Writes a note to the team: `{text}`.
    pub note: Option<ActionSpec>,
    /// Sets the priority: `{priority}`, in the backend's word.
    pub priority: Option<ActionSpec>,
    /// Marks it as unread.
    pub unread: Option<ActionSpec>,
    /// Sends an approved template: `{template}`, `{language}`, `{parameters}` (a list), `{line}`, `{phone}`.
    pub template: Option<ActionSpec>,
    /// Reacts to a message: `{message}`, `{emoji}` (empty to take it back).
    pub react: Option<ActionSpec>,
    /// The backend's words for priorities, the lowest first.
    pub priorities: Vec<String>,
    /// Where an answer describes the conversation as it is now.
    pub conversation: Choice,
}

/// A list that an agent chooses from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct CatalogueSpec {
    /// The path, with `{line}`.
    pub path: TextTemplate,
    /// Parameters, with `{line}`; one whose variable is not known is left out.
    #[serde(default)]
    pub query: BTreeMap<String, TextTemplate>,
    /// Where the list stands; `.` is the whole answer.
    pub array: Choice,
    /// An entry's id, what requests name it by.
    pub id: Choice,
    /// Its name, what people call it.
    #[serde(default)]
    pub title: Choice,
    /// Its text: of a reply, of a template's body.
    #[serde(default)]
    pub text: Choice,
    /// A template's language.
    #[serde(default)]
    pub language: Choice,
    /// Whether it may be used: entries where this is there and not one of `usable` are left out.
    #[serde(default)]
    pub state: Choice,
    /// The states that may be used: `APPROVED`, `true`.
    #[serde(default)]
    pub usable: Vec<String>,
}

/// Search on the server: what it finds are messages, each with ids of its conversation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SearchSpec {
    /// The HTTP method.
    #[serde(default = "get")]
    pub method: String,
    /// The path.
    pub path: TextTemplate,
    /// Parameters, with `{query}`, `{limit}` and `{line}`.
    #[serde(default)]
    pub query: BTreeMap<String, TextTemplate>,
    /// Where the messages stand.
    pub array: Choice,
}

/// Files.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct MediaSpec {
    /// Where a file is fetched when a message names an id instead of an address: with `{media}`.
    pub download: Option<TextTemplate>,
    /// Whether fetching a file needs the token.
    #[serde(default)]
    pub authenticated: bool,
    /// How a file is sent.
    pub upload: Option<UploadSpec>,
    /// How large files may be, where the backend tells; else WhatsApp's limits hold.
    pub limits: Option<LimitsSpec>,
}

/// How large files may be.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct LimitsSpec {
    /// The path.
    pub path: TextTemplate,
    /// Where the list stands.
    pub array: Choice,
    /// An entry's kind: `image`, `video`, `audio`, `document` or `sticker`.
    pub kind: Choice,
    /// Its largest size in bytes.
    pub bytes: Choice,
}

/// How a file is sent: one multipart request that also makes the message.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct UploadSpec {
    /// The HTTP method.
    #[serde(default = "post")]
    pub method: String,
    /// The path, with `{id}`.
    pub path: TextTemplate,
    /// The part that holds the file.
    pub file: String,
    /// The other parts, with `{id}`, `{line}`, `{phone}`, `{caption}`, `{kind}`, `{client}` and `{reply_to}` (the message
    /// that is quoted); one whose variable is not known is left out.
    #[serde(default)]
    pub fields: BTreeMap<String, TextTemplate>,
    /// More headers.
    #[serde(default)]
    pub headers: BTreeMap<String, TextTemplate>,
    /// Where the answer names the message.
    #[serde(default)]
    pub accepted: AcceptedSpec,
}

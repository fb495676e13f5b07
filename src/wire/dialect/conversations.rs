//! The list, a conversation wherever one is described, and its thread.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::pointer::{Choice, Pointer};
use super::super::template::{JsonTemplate, TextTemplate};

pub(super) fn get() -> String {
    "GET".to_owned()
}

/// How a backend gives more than one answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum PagingKind {
    /// Not at all.
    #[default]
    None,
    /// By `{page}`, a number.
    Page,
    /// By `{offset}`, how many to pass over.
    Offset,
    /// By `{cursor}`, what `next` read in the answer before.
    Cursor,
    /// By the last row that is there: `{before}` (its id); in a thread also `{before_at}` (ISO) and `{before_ms}`.
    Before,
}

/// How to get more than one answer holds.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct PagingSpec {
    /// By what.
    pub kind: PagingKind,
    /// The number of the first page; 1 where nothing is said.
    pub first: Option<u32>,
    /// Rows of a page, where the backend fixes it or pages must be equal.
    pub size: Option<u32>,
    /// The most rows that may be asked for.
    pub max: Option<u32>,
    /// Where the next page's cursor stands.
    pub next: Choice,
    /// True where there is more.
    pub more: Choice,
    /// How many rows there are in all.
    pub total: Choice,
    /// How many pages there are in all.
    pub pages: Choice,
    /// Page one holds the oldest messages: the newest are on the last page.
    pub oldest_first: bool,
}

impl PagingSpec {
    /// The number of the first page.
    pub fn first(&self) -> u32 {
        self.first.unwrap_or(1)
    }

    /// How many rows to ask for when `wanted` are wanted.
    pub fn limit(&self, wanted: u32) -> u32 {
        let fixed = self.size.or((self.kind == PagingKind::Page).then_some(50));
        fixed.unwrap_or_else(|| wanted.min(self.max.unwrap_or(u32::MAX)))
    }
}

/// The conversation list.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ListSpec {
    /// The HTTP method.
    #[serde(default = "get")]
    pub method: String,
    /// The path.
    pub path: TextTemplate,
    /// With `{line}`, `{limit}` and the paging's variable; a parameter whose variable is not known is left out.
    #[serde(default)]
    pub query: BTreeMap<String, TextTemplate>,
    /// More headers, with the same variables.
    #[serde(default)]
    pub headers: BTreeMap<String, TextTemplate>,
    /// The body, with the same variables, where the list is asked for by POST.
    pub body: Option<JsonTemplate>,
    /// Where the rows stand; `.` is the whole answer.
    pub array: Choice,
    /// How to get more rows.
    #[serde(default)]
    pub paging: PagingSpec,
    /// A row is left out unless these pointers hold one of these words (no empty word: something must be there).
    #[serde(default)]
    pub only: BTreeMap<Pointer, Vec<String>>,
}

/// A conversation, wherever one is described.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ConversationSpec {
    /// All its names in a list row, every pointer under which it may be named elsewhere; the first that is there is
    /// the one that paths take. `/a & /b` is an id of two parts, which templates name `{id.0}` and `{id.1}`.
    pub ids: Vec<Pointer>,
    /// The tenant.
    #[serde(default)]
    pub account: Choice,
    /// The business phone line.
    #[serde(default)]
    pub line: Choice,
    /// The customer's phone.
    #[serde(default)]
    pub phone: Choice,
    /// Other identities of the customer (a BSUID, a LID).
    #[serde(default)]
    pub links: Vec<Pointer>,
    /// The customer's name.
    #[serde(default)]
    pub customer: Choice,
    /// The last message in short.
    #[serde(default)]
    pub preview: Choice,
    /// The time of the last message.
    #[serde(default)]
    pub last_at: Choice,
    /// The time of the customer's last message.
    #[serde(default)]
    pub last_inbound_at: Choice,
    /// When the service window ends: 24 hours after the customer's last message.
    #[serde(default)]
    pub window_ends_at: Choice,
    /// Unread messages.
    #[serde(default)]
    pub unread: Choice,
    /// Where it stands.
    #[serde(default)]
    pub status: Choice,
    /// Who answers it.
    #[serde(default)]
    pub assignee: Choice,
    /// Its labels: strings, or objects with a name.
    #[serde(default)]
    pub labels: Choice,
    /// Its priority.
    #[serde(default)]
    pub priority: Choice,
    /// Until when it is put off; null where no time is set.
    #[serde(default)]
    pub snoozed_until: Choice,
    /// The backend's words for where it stands.
    #[serde(default)]
    pub statuses: BTreeMap<String, ConversationWord>,
}

/// Our words for where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum ConversationWord {
    Open,
    Pending,
    Snoozed,
    Resolved,
}

/// Which of a conversation's names a path is tried with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum Name {
    /// The one that the list gave.
    Primary,
    /// The declared one of three parts.
    Composite,
}

pub(super) fn primary() -> Vec<Name> {
    vec![Name::Primary]
}

/// The order of messages in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum Order {
    /// Oldest first.
    #[default]
    Ascending,
    /// Newest first.
    Descending,
}

/// One conversation by its id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct OneSpec {
    /// The path, with `{id}`.
    pub path: TextTemplate,
    /// Where the conversation stands.
    pub object: Choice,
}

/// A thread.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ThreadSpec {
    /// The HTTP method.
    #[serde(default = "get")]
    pub method: String,
    /// The path, with `{id}`.
    pub path: TextTemplate,
    /// With `{id}`, `{limit}` and the paging's variable; a parameter whose variable is not known is left out.
    #[serde(default)]
    pub query: BTreeMap<String, TextTemplate>,
    /// The body, with the same variables, where a thread is asked for by POST.
    pub body: Option<JsonTemplate>,
    /// The names that the path is tried with, in order.
    #[serde(default = "primary")]
    pub ids: Vec<Name>,
    /// HTTP statuses that mean "I do not know this name".
    #[serde(default)]
    pub retry_on: Vec<u16>,
    /// Where the messages stand; `.` is the whole answer.
    pub array: Choice,
    /// Their order.
    #[serde(default)]
    pub order: Order,
    /// How to get older ones.
    #[serde(default)]
    pub paging: PagingSpec,
    /// Fetching a thread marks it as read over there: nothing is fetched in the background then.
    #[serde(default)]
    pub marks_read: bool,
    /// Where the answer describes the conversation itself.
    #[serde(default)]
    pub conversation: Choice,
    /// Its names there; those of `conversation.ids` where nothing is said.
    #[serde(default)]
    pub conversation_ids: Vec<Pointer>,
}

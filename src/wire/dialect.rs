//! What a dialect file says. Every field is data about one backend's spelling; what is absent is not spoken there.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;

use super::pointer::{Choice, Pointer};
use super::template::{JsonTemplate, TextTemplate};
use crate::chat::{Direction, NativeForm, Rank};

const REFERENCE: &str = include_str!("../../assets/dialects/reference.toml");

/// Why a dialect file cannot be used: the TOML or the meaning, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the dialect {name}: {problem}")]
pub struct DialectError {
    /// The file's or the dialect's name.
    pub name: String,
    /// What is wrong, and where.
    pub problem: String,
}

/// How one backend spells all that an inbox needs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialect {
    /// Its name, as profiles give it.
    pub name: String,
    /// The backend in a few words.
    pub about: String,
    /// How conversations are identified.
    pub identity: IdentitySpec,
    /// Where the token goes.
    #[serde(default)]
    pub(super) auth: AuthSpec,
    #[serde(default)]
    pub(super) refusal: RefusalSpec,
    pub(super) login: Option<LoginSpec>,
    pub(super) me: Option<MeSpec>,
    pub(super) lines: Option<LinesSpec>,
    pub(super) list: ListSpec,
    pub(super) conversation: ConversationSpec,
    pub(super) thread: ThreadSpec,
    pub(super) message: MessageSpec,
    /// Words, or numbers in quotes, for how far a message got.
    #[serde(default)]
    pub(super) statuses: BTreeMap<String, StatusWord>,
    #[serde(default)]
    pub(super) send: Vec<SendSpec>,
    pub(super) read: Option<ActionSpec>,
    pub(super) status: Option<StatusSpec>,
    pub(super) socket: SocketSpec,
    #[serde(default)]
    pub(super) events: Vec<EventSpec>,
    /// From an event's name to its place in `events`.
    #[serde(skip)]
    pub(super) by_name: HashMap<String, usize>,
}

/// How conversations are identified.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySpec {
    /// The form of the backend's own ids.
    pub native: NativeForm,
    /// What a web page of this family holds as the selected contact's id, seen from a list row.
    pub selected_contact_id: Choice,
}

/// Where a credential stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Place {
    #[default]
    None,
    Header,
    Query,
    Cookie,
}

/// Where a REST request carries the token.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthSpec {
    pub place: Place,
    #[serde(default)]
    pub name: String,
    /// With `{token}`.
    pub value: Option<TextTemplate>,
}

/// Where an error answer says what is wrong.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RefusalSpec {
    /// For programs: capitals, digits and underscores.
    pub code: Choice,
    /// For people.
    pub reason: Choice,
    /// What lies behind the reason.
    pub detail: Choice,
}

/// The login: `{email}` and `{password}` in the body.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginSpec {
    pub method: String,
    pub path: TextTemplate,
    pub body: JsonTemplate,
    pub token: Choice,
    #[serde(default)]
    pub account: Choice,
    #[serde(default)]
    pub person: Choice,
    #[serde(default)]
    pub email: Choice,
}

/// "Who am I".
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MeSpec {
    pub path: TextTemplate,
    #[serde(default)]
    pub account: Choice,
    #[serde(default)]
    pub person: Choice,
    #[serde(default)]
    pub email: Choice,
}

/// The business phone numbers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinesSpec {
    pub path: TextTemplate,
    pub array: Choice,
    pub id: Choice,
    #[serde(default)]
    pub title: Choice,
    #[serde(default)]
    pub phone: Choice,
    /// False for a line that is switched off: it is left out.
    #[serde(default)]
    pub active: Choice,
}

/// The conversation list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListSpec {
    pub path: TextTemplate,
    /// With `{line}`, `{limit}` and `{cursor}` (what `next` read); a parameter whose variable is not known is left out.
    #[serde(default)]
    pub query: BTreeMap<String, TextTemplate>,
    pub array: Choice,
    /// Where the next page's cursor stands.
    #[serde(default)]
    pub next: Choice,
}

/// A conversation, wherever one is described.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConversationSpec {
    /// All its names in a list row; the first that is there is the one that paths take.
    pub ids: Vec<Pointer>,
    #[serde(default)]
    pub account: Choice,
    #[serde(default)]
    pub line: Choice,
    #[serde(default)]
    pub phone: Choice,
    #[serde(default)]
    pub links: Vec<Pointer>,
    #[serde(default)]
    pub customer: Choice,
    #[serde(default)]
    pub preview: Choice,
    #[serde(default)]
    pub last_at: Choice,
    #[serde(default)]
    pub last_inbound_at: Choice,
    #[serde(default)]
    pub unread: Choice,
    #[serde(default)]
    pub status: Choice,
    #[serde(default)]
    pub assignee: Choice,
    #[serde(default)]
    pub labels: Choice,
    #[serde(default)]
    pub priority: Choice,
    /// The backend's words for where it stands.
    #[serde(default)]
    pub statuses: BTreeMap<String, ConversationWord>,
}

/// Our words for where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ConversationWord {
    Open,
    Pending,
    Snoozed,
    Resolved,
}

/// Which of a conversation's names a path is tried with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Name {
    /// The one that the list gave.
    Primary,
    /// The declared one of three parts.
    Composite,
}

/// The order of messages in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Order {
    #[default]
    Ascending,
    Descending,
}

/// A thread.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThreadSpec {
    /// With `{id}`.
    pub path: TextTemplate,
    /// With `{limit}`, and for older pages `{before}` (a message's id), `{before_at}` (ISO) or `{before_ms}`.
    #[serde(default)]
    pub query: BTreeMap<String, TextTemplate>,
    #[serde(default = "primary")]
    pub ids: Vec<Name>,
    #[serde(default)]
    pub retry_on: Vec<u16>,
    pub array: Choice,
    #[serde(default)]
    pub order: Order,
    /// Where the answer describes the conversation itself.
    #[serde(default)]
    pub conversation: Choice,
    #[serde(default)]
    pub conversation_ids: Vec<Pointer>,
}

fn primary() -> Vec<Name> {
    vec![Name::Primary]
}

/// A message, wherever one is described.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageSpec {
    #[serde(default)]
    pub id: Choice,
    #[serde(default)]
    pub channel_id: Choice,
    #[serde(default)]
    pub client_id: Choice,
    #[serde(default)]
    pub conversation_ids: Vec<Pointer>,
    #[serde(default)]
    pub account: Choice,
    #[serde(default)]
    pub line: Choice,
    /// The customer's phone, whoever wrote.
    #[serde(default)]
    pub phone: Choice,
    #[serde(default)]
    pub links: Vec<Pointer>,
    #[serde(default)]
    pub customer: Choice,
    #[serde(default)]
    pub inbound_sender: Choice,
    #[serde(default)]
    pub outbound_sender: Choice,
    #[serde(default)]
    pub created_at: Choice,
    #[serde(default)]
    pub sent_at: Choice,
    #[serde(default)]
    pub reply_to: Choice,
    #[serde(default)]
    pub direction: Choice,
    /// Words (`true` and `false` included) for who wrote to whom.
    #[serde(default)]
    pub directions: BTreeMap<String, Direction>,
    #[serde(default, rename = "type")]
    pub kind: Choice,
    #[serde(default)]
    pub status: Choice,
    #[serde(default)]
    pub error_code: Choice,
    #[serde(default)]
    pub error_reason: Choice,
    #[serde(default)]
    pub failed_at: Choice,
    #[serde(default)]
    pub content: ContentSpec,
    /// Words for what kind of message it is.
    #[serde(default)]
    pub types: BTreeMap<String, Kind>,
}

/// Where a message says what it says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ContentSpec {
    pub text: Choice,
    pub caption: Choice,
    pub filename: Choice,
    pub mime: Choice,
    pub size: Choice,
    pub url: Choice,
    /// The kind of file, where the message's type does not say it.
    pub media: Choice,
    /// True for a sound that was recorded in the chat.
    pub voice: Choice,
    pub template: Choice,
    pub choice: Choice,
    pub latitude: Choice,
    pub longitude: Choice,
    pub place: Choice,
    pub contacts: Choice,
    /// The name on one card.
    pub contact: Choice,
    pub emoji: Choice,
    pub reaction_to: Choice,
}

/// Our words for what kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StatusWord {
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

/// One way to send, with `{id}`, `{line}`, `{phone}`, `{text}`, `{client}` and `{reply_to}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SendSpec {
    pub method: String,
    pub path: TextTemplate,
    #[serde(default = "primary")]
    pub ids: Vec<Name>,
    pub body: JsonTemplate,
    #[serde(default)]
    pub headers: BTreeMap<String, TextTemplate>,
    #[serde(default)]
    pub accepted: AcceptedSpec,
}

/// Where the answer to a send names the message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AcceptedSpec {
    pub id: Choice,
    pub channel_id: Choice,
}

/// Something that is done to a conversation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionSpec {
    pub method: String,
    /// With `{id}`.
    pub path: TextTemplate,
    #[serde(default = "primary")]
    pub ids: Vec<Name>,
    #[serde(default)]
    pub retry_on: Vec<u16>,
    /// With `{id}` and `{last}` (a message's id).
    pub body: Option<JsonTemplate>,
}

/// Moving a conversation to another status.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusSpec {
    pub method: String,
    pub path: TextTemplate,
    #[serde(default = "primary")]
    pub ids: Vec<Name>,
    #[serde(default)]
    pub retry_on: Vec<u16>,
    /// With `{status}`.
    pub body: JsonTemplate,
    /// The statuses that the backend takes, in its words.
    pub values: BTreeMap<ConversationWord, String>,
}

/// The socket: what its handshake carries, and what we tell it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SocketSpec {
    /// The connect packet's auth object, with `{token}`.
    pub auth: Option<JsonTemplate>,
    /// Handshake query, with `{token}`.
    pub query: BTreeMap<String, TextTemplate>,
    /// Handshake headers, with `{token}`.
    pub headers: BTreeMap<String, TextTemplate>,
    pub token_refusals: Vec<String>,
    /// An event that the server sends when it is ready for ours.
    pub ready: Option<String>,
    pub subscribe: Option<EmissionSpec>,
    pub join: Option<EmissionSpec>,
    pub leave: Option<EmissionSpec>,
    pub typing: Option<EmissionSpec>,
    pub ack: AckReading,
}

/// What is emitted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EmissionSpec {
    pub event: String,
    /// The one argument; none where a backend takes none.
    pub argument: Option<JsonTemplate>,
    /// Whether an answer is asked for.
    #[serde(default)]
    pub ack: bool,
}

/// Where an ack says yes or no, seen from the array of its arguments.
#[derive(Clone, Debug, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AckReading {
    pub good: Choice,
    pub reason: Choice,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum EventKind {
    Message,
    Conversation,
    Status,
    Typing,
    Account,
    Complaint,
}

/// How an event is read. Pointers start at its argument.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventSpec {
    pub names: Vec<String>,
    pub kind: EventKind,
    /// Which argument, from 0.
    #[serde(default)]
    pub argument: usize,
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
    /// Where the conversation stands.
    #[serde(default)]
    pub object: Choice,
    /// Who wrote, where the message does not say it.
    pub direction: Option<Direction>,
    /// Ids of the message that a status is about.
    #[serde(default)]
    pub message_ids: Vec<Pointer>,
    /// The status, whether somebody types, or the complaint.
    #[serde(default)]
    pub value: Choice,
    /// Whether somebody types, where the event's name alone says it.
    pub typing: Option<bool>,
    #[serde(default)]
    pub at: Choice,
    #[serde(default)]
    pub error_code: Choice,
    #[serde(default)]
    pub error_reason: Choice,
    #[serde(default)]
    pub who: Choice,
    /// `ids`, and those inside the message: made when the dialect is read.
    #[serde(skip)]
    pub all_ids: Vec<Pointer>,
}

impl Dialect {
    /// Reads a dialect file; `file` is its name, for errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, DialectError> {
        let error = |problem: String| DialectError { name: file.to_owned(), problem };
        let mut dialect: Self = toml::from_str(text).map_err(|problem| error(problem.to_string()))?;
        for (place, event) in dialect.events.iter_mut().enumerate() {
            event.all_ids = event.ids.clone();
            if event.kind == EventKind::Message {
                for base in event.message.pointers() {
                    let inside = dialect.message.conversation_ids.iter().map(|pointer| pointer.below(base));
                    for pointer in inside {
                        if !event.all_ids.contains(&pointer) {
                            event.all_ids.push(pointer);
                        }
                    }
                }
            }
            for name in &event.names {
                if dialect.by_name.insert(name.clone(), place).is_some() {
                    return Err(error(format!("the event {name} is described twice; remove one")));
                }
            }
        }
        for (what, emission) in
            [("join", &dialect.socket.join), ("leave", &dialect.socket.leave), ("typing", &dialect.socket.typing)]
        {
            if emission.as_ref().is_some_and(|emission| emission.argument.is_none()) {
                let problem =
                    format!("socket.{what} has no argument; give one with {{id}}: a missing one stops some servers");
                return Err(error(problem));
            }
        }
        Ok(dialect)
    }

    /// The dialect of the reference backend, in all its eras, and of the embedded server.
    pub fn reference() -> Self {
        // A test reads the file: it is part of the program.
        Self::parse("reference", REFERENCE).unwrap_or_else(|problem| unreachable!("{problem}"))
    }

    /// A dialect that is shipped with the program.
    pub fn shipped(name: &str) -> Option<Arc<Self>> {
        (name == "reference").then(|| Arc::new(Self::reference()))
    }

    /// The rules by which a directory judges this backend's ids.
    pub fn identity_rules(&self, account: Option<crate::chat::Id>, route_variants: bool) -> crate::chat::IdentityRules {
        crate::chat::IdentityRules { account, native: self.identity.native, route_variants }
    }
}

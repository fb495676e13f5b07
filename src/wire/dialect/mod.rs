//! What a dialect file says. Every field is data about one backend's spelling; what is absent is not spoken there.
//!
//! The doc comments of these types are the documentation of the file: `docs/dialect.md` and the JSON Schema are made
//! of them.

mod access;
mod actions;
mod bind;
mod conversations;
mod events;
mod locate;
mod message;
mod read;
mod schema;
mod shipped;
mod socket;
mod traced;
mod validate;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

pub(super) use access::{
    AuthSpec, ConnectionSpec, LinesSpec, LoginSpec, MeSpec, Place, RefreshSpec, RefusalSpec, VariableSpec,
};
pub use access::{Meaning, SocketTransport};
pub(super) use actions::{
    AcceptedSpec, ActionSpec, CatalogueSpec, MediaSpec, OperationsSpec, SearchSpec, SendSpec, StatusSpec,
};
pub use bind::Known;
pub(super) use bind::fits;
pub(super) use conversations::{
    ConversationSpec, ConversationWord, ListSpec, Name, OneSpec, Order, PagingKind, PagingSpec, ThreadSpec,
};
pub(super) use events::{EventKind, EventSpec};
pub(super) use message::{Kind, MessageSpec, StatusWord};
pub use read::{DialectError, Shelf};
pub use schema::{markdown, schema};
pub use shipped::Shipped;
pub(super) use socket::{AckReading, EmissionSpec, SocketSpec};
pub use traced::StageWord;
pub(super) use traced::{StageSpec, TraceSpec};

use super::pointer::Choice;
use crate::chat::{Id, IdentityRules, NativeForm};

/// How one backend spells all that an inbox needs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Switchboard dialect")]
pub struct Dialect {
    /// Its name, as profiles give it in `dialect`.
    pub name: String,
    /// The backend in a few words.
    pub about: String,
    /// Another dialect to begin with: what this file says goes over it, table by table; lists are replaced, except
    /// `events`, where an entry with the same names replaces and others are added.
    #[serde(default)]
    pub extends: Option<String>,
    /// What this dialect cannot say of its backend, in a sentence each.
    #[serde(default)]
    pub limits: Vec<String>,
    /// Where REST and the socket are, beside the address that the profile names.
    #[serde(default)]
    pub(super) connection: ConnectionSpec,
    /// Values of the session that templates may name: `{companyId}`, say. `{account}` and `{line}` need no entry.
    #[serde(default)]
    pub(super) variables: BTreeMap<String, VariableSpec>,
    /// How conversations are identified.
    pub identity: IdentitySpec,
    /// Where the token goes.
    #[serde(default)]
    pub(super) auth: AuthSpec,
    /// Where an error answer says what is wrong.
    #[serde(default)]
    pub(super) refusal: RefusalSpec,
    /// How to sign in; absent where a fixed key is the token.
    pub(super) login: Option<LoginSpec>,
    /// Renewing the token.
    pub(super) refresh: Option<RefreshSpec>,
    /// "Who am I".
    pub(super) me: Option<MeSpec>,
    /// The business phone numbers.
    pub(super) lines: Option<LinesSpec>,
    /// The conversation list.
    pub(super) list: ListSpec,
    /// A conversation, wherever one is described.
    pub(super) conversation: ConversationSpec,
    /// One conversation by its id, where the thread's answer does not describe it.
    pub(super) one: Option<OneSpec>,
    /// A thread.
    pub(super) thread: ThreadSpec,
    /// A message, wherever one is described.
    pub(super) message: MessageSpec,
    /// Words, or numbers in quotes, for how far a message got.
    #[serde(default)]
    pub(super) statuses: BTreeMap<String, StatusWord>,
    /// Ways to send a text, best first; one that needs what is not known (a line, a phone) is passed over.
    #[serde(default)]
    pub(super) send: Vec<SendSpec>,
    /// Telling the backend that a conversation was read.
    pub(super) read: Option<ActionSpec>,
    /// Moving a conversation to another status: resolve, reopen, snooze.
    pub(super) status: Option<StatusSpec>,
    /// What else can be done to a conversation. The program hides what is absent, or keeps it to itself.
    #[serde(default)]
    pub(super) operations: OperationsSpec,
    /// The team's agents, for assigning.
    pub(super) agents: Option<CatalogueSpec>,
    /// The labels that exist.
    pub(super) labels: Option<CatalogueSpec>,
    /// Canned replies.
    pub(super) replies: Option<CatalogueSpec>,
    /// Approved WhatsApp templates.
    pub(super) templates: Option<CatalogueSpec>,
    /// Search on the server.
    pub(super) search: Option<SearchSpec>,
    /// What became of a message, where the backend tells.
    pub(super) trace: Option<TraceSpec>,
    /// Files: sending and fetching them.
    pub(super) media: Option<MediaSpec>,
    /// The socket: what its handshake carries, and what it is told. Absent where there is none.
    #[serde(default)]
    pub(super) socket: SocketSpec,
    /// What the socket's events mean.
    #[serde(default)]
    pub(super) events: Vec<EventSpec>,
    /// From an event's name to its places in `events`.
    #[serde(skip)]
    pub(super) by_name: HashMap<String, Vec<usize>>,
    /// Names with a star in them.
    #[serde(skip)]
    pub(super) by_pattern: Vec<(String, usize)>,
    /// The session's values for variables.
    #[serde(skip)]
    pub(super) values: BTreeMap<String, String>,
}

/// How conversations are identified.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentitySpec {
    /// The form of the backend's own ids. An unknown id of this form is an unknown conversation, whatever its phone.
    pub native: NativeForm,
    /// What a web page of this family holds as the selected contact's id, seen from a list row.
    #[serde(default)]
    pub selected_contact_id: Choice,
}

impl Dialect {
    /// Reads a dialect file that stands on its own or extends a shipped one; `file` is its name, for errors.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn parse(file: &str, text: &str) -> Result<Self, DialectError> {
        read::read(file, text, &Shelf::shipped())
    }

    /// Reads a dialect file whose `extends` is looked for on `shelf`.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn parse_with(file: &str, text: &str, shelf: &Shelf) -> Result<Self, DialectError> {
        read::read(file, text, shelf)
    }

    /// The dialect of the reference backend, in all its eras, and of the embedded server.
    pub fn reference() -> Self {
        // A test reads the file: it is part of the program.
        Self::parse("reference", Shipped::REFERENCE.text).unwrap_or_else(|problem| unreachable!("{problem}"))
    }

    /// A dialect that is shipped with the program.
    pub fn shipped(name: &str) -> Option<Arc<Self>> {
        let file = Shipped::find(name)?;
        // A test reads every file.
        Self::parse(file.name, file.text).ok().map(Arc::new)
    }

    /// The rules by which a directory judges this backend's ids.
    pub fn identity_rules(&self, account: Option<Id>, route_variants: bool) -> IdentityRules {
        IdentityRules { account, native: self.identity.native, route_variants }
    }

    /// Whether fetching a thread marks it as read over there: then nothing may be fetched that no agent opened.
    pub fn thread_marks_read(&self) -> bool {
        self.thread.marks_read
    }

    /// What a code of a refusal means, where the dialect says so.
    pub fn meaning_of(&self, code: &str) -> Option<Meaning> {
        self.refusal.meanings.get(code).copied()
    }
}

//! What is asked of a backend: the words of the program, before a dialect spells them, and the plain data after.

use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chat::{ConversationKey, Id, MediaKind, Phone};
use crate::text::Clean;

/// Which stretch of a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Page {
    /// The newest messages.
    Latest,
    /// Those before this message, by its backend id; `at` is its `created_at`.
    Before {
        /// The oldest message that is here.
        message: Id,
        /// Its time.
        at: Option<Timestamp>,
    },
}

/// A conversation as requests name it: every name is there because backends differ in the one that each path takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its key in this process.
    pub key: ConversationKey,
    /// The id that paths use.
    pub id: Id,
    /// Its other declared ids (the composite, say).
    pub aliases: Vec<Id>,
    /// Business phone number id.
    pub line: Option<Id>,
    /// The customer's phone.
    pub phone: Option<Phone>,
}

/// What to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Outgoing {
    /// Plain text.
    Text {
        /// As the agent typed it.
        body: String,
    },
    /// A note to the team: it goes by the backend's operation for notes and has no other way.
    Note {
        /// As the agent typed it.
        body: String,
    },
    /// A file, with the text beside it.
    File {
        /// Which.
        file: OutgoingFile,
        /// The text; may be empty.
        caption: String,
    },
    /// An approved template.
    Template {
        /// Which.
        template: OutgoingTemplate,
        /// Its text as the customer will read it.
        text: String,
    },
}

/// A file of the user's that is to be sent. It stays where it is: only its path is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingFile {
    /// Where it is.
    pub path: PathBuf,
    /// The name that the customer sees.
    pub name: String,
    /// As what it is sent.
    pub kind: MediaKind,
    /// Its MIME type.
    pub mime: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was changed last, as seen when it was chosen: one that has changed since is not sent.
    pub modified: Option<Timestamp>,
}

/// A template with what stands for its placeholders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingTemplate {
    /// Its id, as the list of templates gives it.
    pub template: String,
    /// Its language.
    pub language: Option<String>,
    /// What stands for its placeholders, in order.
    pub parameters: Vec<String>,
}

/// What a message is, beside its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enclosed {
    /// A file; the text is its caption.
    File(OutgoingFile),
    /// A template; the text is what the customer reads.
    Template(OutgoingTemplate),
    /// Nothing: the text is a note to the team.
    Note,
}

impl Outgoing {
    /// A text with what belongs to it.
    pub fn new(text: String, enclosed: Option<Enclosed>) -> Self {
        match enclosed {
            None => Self::Text { body: text },
            Some(Enclosed::File(file)) => Self::File { file, caption: text },
            Some(Enclosed::Template(template)) => Self::Template { template, text },
            Some(Enclosed::Note) => Self::Note { body: text },
        }
    }

    /// Its words.
    pub fn text(&self) -> &str {
        match self {
            Self::Text { body: text }
            | Self::Note { body: text }
            | Self::File { caption: text, .. }
            | Self::Template { text, .. } => text,
        }
    }
}

/// A REST request in a backend's spelling, without address and credentials.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// In a few words, for errors: "the list", "a send".
    pub what: &'static str,
    /// `GET`, `POST`, `PATCH`, …
    pub method: String,
    /// The path, percent-encoded.
    pub path: String,
    /// The same path by the conversation's other names, to be tried in order when the answer has one of
    /// `retry_on`: backends of one family take different names in the same place.
    pub or_paths: Vec<String>,
    /// HTTP statuses that mean "I do not know this name".
    pub retry_on: Vec<u16>,
    /// The query, not encoded.
    pub query: Vec<(String, String)>,
    /// More headers.
    pub headers: Vec<(String, String)>,
    /// The JSON body.
    pub body: Option<Value>,
    /// Doing it twice does no more than doing it once.
    pub idempotent: bool,
}

impl Request {
    /// Asks for what is at a path.
    pub fn get(what: &'static str, path: &str) -> Self {
        Self {
            what,
            method: "GET".to_owned(),
            path: path.to_owned(),
            or_paths: Vec::new(),
            retry_on: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            idempotent: true,
        }
    }
}

impl fmt::Debug for Request {
    /// Bodies hold passwords and customers' words: they are not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("what", &self.what)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("body", &self.body.is_some())
            .finish_non_exhaustive()
    }
}

/// What a socket is told: an event, its arguments, and whether an answer is asked for (it may never come).
#[derive(Clone, Debug, PartialEq)]
pub struct Emission {
    /// The event's name.
    pub event: String,
    /// The arguments, none of them null.
    pub args: Vec<Value>,
    /// Whether to ask for an ack.
    pub ack: bool,
    /// Where an ack says that it is a yes, and why not.
    pub(super) reading: super::dialect::AckReading,
}

impl Emission {
    /// The same with the id as a bare string, or in an object: `{"conversationId": …}` where the dialect has no object
    /// of its own.
    pub fn shaped(mut self, id: &Id, object: bool) -> Self {
        let in_object = self.args.first().is_some_and(Value::is_object);
        if object != in_object || self.args.is_empty() {
            let id = Value::from(id.as_str());
            self.args = vec![if object { serde_json::json!({ "conversationId": id }) } else { id }];
        }
        self.ack = false;
        self
    }

    /// The event and its exact arguments, such as `join_conversation {"conversationId":"…"}`.
    pub fn shown(&self) -> Clean {
        let mut text = self.event.clone();
        for arg in &self.args {
            text.push(' ');
            text.push_str(&arg.to_string());
        }
        Clean::line(&text)
    }
}

/// Where a token goes in a REST request.
#[derive(Clone, Debug)]
pub enum Credential {
    /// Nowhere.
    None,
    /// Into a header.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: SecretString,
    },
    /// Into the query.
    Query {
        /// The parameter.
        name: String,
        /// Its value.
        value: SecretString,
    },
    /// Into a cookie.
    Cookie {
        /// Its name.
        name: String,
        /// Its value.
        value: SecretString,
    },
}

/// What a Socket.IO handshake carries.
#[derive(Clone, Default)]
pub struct SocketCredentials {
    /// The auth object of the connect packet.
    pub auth: Option<Value>,
    /// Query parameters of the handshake.
    pub query: Vec<(String, SecretString)>,
    /// Headers of the handshake.
    pub headers: Vec<(String, SecretString)>,
}

impl fmt::Debug for SocketCredentials {
    /// Secrets are not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SocketCredentials").field("auth", &self.auth.is_some()).finish_non_exhaustive()
    }
}

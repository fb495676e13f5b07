//! What a backend tells the program.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::{Page, Purpose};
use crate::chat::{ConversationKey, Id, MediaKind};
use crate::text::Clean;
use crate::wire::{
    Accepted, Catalogue, DecodeError, Event, Found, Identity, Item, Line, ListPage, Operated, Operation, ThreadPage,
    Traced,
};

/// Where the session stands, for the status bar and the connection panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// On the way: dialling, handshake, subscribing or resync, in words.
    Connecting {
        /// The step.
        step: &'static str,
    },
    /// Connected, subscribed, joined, and caught up.
    Live,
    /// Connected, but REST has what no event brought, or the backend never broadcasts: polling.
    Silent {
        /// Why we think so.
        reason: Clean,
    },
    /// Between attempts.
    Waiting {
        /// When the next attempt starts.
        retry_at: Timestamp,
        /// How many have failed since it was live.
        attempt: u32,
        /// Why the last one ended.
        reason: Clean,
    },
    /// Not trying: no network part is running.
    Offline {
        /// Why.
        reason: Clean,
    },
    /// The backend refused the token; nothing is retried until there is a new one.
    SignedOut {
        /// The backend's words.
        reason: Clean,
    },
}

impl SessionState {
    /// Whether the backend is there, by socket or by polls.
    pub fn is_connected(&self) -> bool {
        matches!(self, Self::Live | Self::Silent { .. })
    }
}

/// How one half of the connection does.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Health {
    /// Not tried yet.
    #[default]
    Unknown,
    /// It works.
    Well,
    /// It does not, and why.
    Ill(Clean),
}

/// What kind of thing went wrong with the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MishapKind {
    /// The host is unknown, or nobody listens there.
    Unreachable,
    /// Something took longer than it may.
    Timeout,
    /// No trusted TLS connection.
    Tls,
    /// The proxy did not let us through.
    Proxy,
    /// The first poll, or a poll of a connection that stood, was answered with this HTTP status.
    Http(u16),
    /// The WebSocket was answered with this HTTP status.
    WebsocketRefused(u16),
    /// What answered does not speak Engine.IO 4.
    Protocol,
    /// There is no token, or the server refused it.
    Token,
    /// The namespace does not exist.
    Namespace,
    /// The server refused the connection, for another reason than the token.
    Refused,
    /// No ping came: the peer is dead.
    PingTimeout,
    /// The server, or what stands between, ended the connection, or it broke.
    Closed,
}

/// A connection that was not made, or that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mishap {
    /// What kind of thing.
    pub kind: MishapKind,
    /// In words.
    pub words: Clean,
    /// When.
    pub at: Timestamp,
    /// It was a connection that stood, not an attempt.
    pub ended: bool,
}

/// So many mishaps are remembered.
pub(super) const MOST_MISHAPS: usize = 8;

/// A snapshot of the session: sent whenever any of it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Where it stands.
    pub state: SessionState,
    /// Since when.
    pub since: Timestamp,
    /// Counts connections; everything that a connection brought carries its number. 0 before the first.
    pub epoch: u32,
    /// The socket's address, without secrets.
    pub url: Clean,
    /// `websocket` or `polling`, when connected.
    pub transport: Option<&'static str>,
    /// The Socket.IO session id, when connected.
    pub sid: Option<Clean>,
    /// REST's health.
    pub rest: Health,
    /// The socket's health.
    pub socket: Health,
    /// How long the last REST exchange took.
    pub round_trip: Option<Duration>,
    /// How many times the connection was made again after the first.
    pub reconnects: u32,
    /// When the last frame of any kind came.
    pub last_frame: Option<Timestamp>,
    /// How often the server pings, and how late a ping may be, when connected.
    pub heartbeat: Option<(Duration, Duration)>,
    /// When this snapshot was taken.
    pub as_of: Timestamp,
    /// The last things that went wrong with the socket, oldest first; at most 8.
    pub mishaps: Vec<Mishap>,
    /// REST refused the token, and no newer one was found; the socket, which showed it once, may live on.
    pub token_refused: bool,
}

impl Session {
    /// The session of a program that has just started.
    pub fn starting(now: Timestamp) -> Self {
        Self {
            state: SessionState::Connecting { step: "starting" },
            since: now,
            epoch: 0,
            url: Clean::default(),
            transport: None,
            sid: None,
            rest: Health::Unknown,
            socket: Health::Unknown,
            round_trip: None,
            reconnects: 0,
            last_frame: None,
            heartbeat: None,
            as_of: now,
            mishaps: Vec::new(),
            token_refused: false,
        }
    }

    /// The backend refused the token; nothing is tried until there is a new one.
    pub fn is_signed_out(&self) -> bool {
        matches!(self.state, SessionState::SignedOut { .. })
    }

    /// Whether a new token would help: the socket's or REST's was refused.
    pub fn wants_token(&self) -> bool {
        self.is_signed_out() || self.token_refused
    }
}

/// A socket event, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The connection that brought it.
    pub epoch: u32,
    /// Its number within the process, from 1.
    pub seq: u64,
    /// When it was read from the socket.
    pub received: Timestamp,
    /// The event's name, as sent.
    pub name: Arc<str>,
    /// The raw JSON of the argument array.
    pub raw: Arc<str>,
    /// The ack id, where the server wants an answer.
    pub ack: Option<u64>,
    /// Size of the packet in bytes.
    pub bytes: usize,
    /// The backend's time of emission, where the payload carries one (`timestamp`).
    pub emitted: Option<Timestamp>,
    /// What it means.
    pub event: Result<Event, DecodeError>,
    /// The user put it in; the backend never sent it.
    pub injected: bool,
}

/// How far a room is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RoomStage {
    /// It should be joined.
    Wanted,
    /// The join was sent.
    Emitted,
    /// The server acknowledged it.
    Acknowledged,
    /// The server refused it.
    Refused,
    /// The connection ended; it must be joined again.
    Stale,
    /// The leave was sent.
    Left,
}

/// A change in the room ledger. "Confirmed by traffic" is decided by routing, not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomReport {
    /// The id by which the room is joined.
    pub id: Id,
    /// The conversation, or `None` for the account's room.
    pub key: Option<ConversationKey>,
    /// The event's name and its exact argument, such as `join_conversation {"conversationId":"…"}`.
    pub emitted: Clean,
    /// How far it is.
    pub stage: RoomStage,
    /// The server's words on a refusal.
    pub note: Option<Clean>,
    /// The connection.
    pub epoch: u32,
}

/// Why a request got no good answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum RestError {
    /// The backend could not be reached, or the answer never came whole. For a send, its fate is not known unless
    /// `before_sending` is true.
    #[error("{reason}")]
    Unreachable {
        /// In words.
        reason: Clean,
        /// The request certainly never reached the backend.
        before_sending: bool,
    },
    /// The token was refused (401).
    #[error("signed out: {reason}")]
    SignedOut {
        /// The backend's words.
        reason: Clean,
    },
    /// The backend said no.
    #[error("{status}: {reason}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The backend's code, such as `SESSION_EXPIRED`.
        code: Option<Clean>,
        /// Its words.
        reason: Clean,
        /// How long it asks us to wait.
        retry_after: Option<Duration>,
    },
    /// The answer is not what the dialect expects.
    #[error("{0}")]
    Unreadable(DecodeError),
    /// We did not do it, and it is no use to try again as it is: the file is gone, or the user stopped it.
    #[error("{reason}")]
    Withheld {
        /// In words.
        reason: Clean,
    },
}

/// One thing that a token says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Its name, such as `exp`.
    pub name: Clean,
    /// Its value; addresses and long texts are masked.
    pub value: Clean,
    /// The time that it is, where it is one.
    pub at: Option<Timestamp>,
}

/// What a connection began with. Never the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handshake {
    /// The connection.
    pub epoch: u32,
    /// When it came up.
    pub at: Timestamp,
    /// The socket's address, without secrets.
    pub url: Clean,
    /// `websocket` or `polling`, at that time.
    pub transport: Arc<str>,
    /// The Socket.IO session id.
    pub sid: Clean,
    /// The time between two pings of the server.
    pub ping_interval: Duration,
    /// How late a ping may be.
    pub ping_timeout: Duration,
    /// The largest message that the server accepts, in bytes, where it says so.
    pub max_payload: Option<usize>,
    /// The server recovered the session that was lost.
    pub recovered: bool,
    /// Where the token goes, with `…` in its place.
    pub placed: Vec<Clean>,
    /// What the token says of itself, unverified; `None` where it is no JSON Web Token.
    pub claims: Option<Vec<Claim>>,
}

/// One REST exchange, without credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// When the request went out.
    pub at: Timestamp,
    /// From the request to the last byte of the answer.
    pub took: Duration,
    /// What was asked for, in a few words.
    pub what: Arc<str>,
    /// `GET`, `POST`, …
    pub method: Arc<str>,
    /// The address with its query.
    pub url: Arc<str>,
    /// The JSON that was sent.
    pub sent: Option<Arc<str>>,
    /// The HTTP status; `None` where no answer came.
    pub status: Option<u16>,
    /// Why no answer came.
    pub failure: Option<Clean>,
    /// The body's length in bytes.
    pub bytes: usize,
    /// The body, or its beginning: at most 256 KiB.
    pub body: Arc<str>,
}

/// What the backend part tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Report {
    /// The session changed.
    Session(Box<Session>),
    /// A socket event. In a recording it stands as it came.
    #[serde(skip)]
    Frame(Box<Frame>),
    /// Frames were lost on the way because the program was too slow; a resync follows.
    Overflow {
        /// How many.
        dropped: u64,
    },
    /// Who we are.
    Identity(Identity),
    /// The lines of the account.
    Lines(Vec<Line>),
    /// The list, or why not.
    List {
        /// Why it was fetched.
        purpose: Purpose,
        /// The connection at the time of asking.
        epoch: u32,
        /// The answer.
        result: Result<ListPage, RestError>,
    },
    /// A stretch of a thread, or why not.
    Thread {
        /// Whose it is.
        key: ConversationKey,
        /// Which stretch.
        page: Page,
        /// How many messages were asked for.
        limit: u32,
        /// Why it was fetched.
        purpose: Purpose,
        /// The connection at the time of asking.
        epoch: u32,
        /// The answer.
        result: Result<ThreadPage, RestError>,
    },
    /// A conversation that was not known.
    Conversation {
        /// The id that was asked for.
        id: Id,
        /// The answer.
        result: Result<ThreadPage, RestError>,
    },
    /// The fate of a send.
    Sent {
        /// The id that this program gave the message.
        client: Id,
        /// To whom.
        key: ConversationKey,
        /// The backend's ids, or why not.
        result: Result<Accepted, RestError>,
    },
    /// A file is on its way.
    Progress {
        /// Which: the send's client id, or the fetch's id.
        id: Id,
        /// So many bytes of it have passed.
        done: u64,
        /// Of so many, where that is known.
        total: Option<u64>,
    },
    /// A file was fetched, or was not.
    Fetched {
        /// Which.
        id: Id,
        /// Where it is now, or why not.
        result: Result<PathBuf, RestError>,
    },
    /// How large files may be.
    Limits(Vec<(MediaKind, u64)>),
    /// The answer to a mark-read.
    Read {
        /// Which conversation.
        key: ConversationKey,
        /// The answer.
        result: Result<(), RestError>,
    },
    /// The answer to a change of status.
    StatusSet {
        /// Which conversation.
        key: ConversationKey,
        /// The answer.
        result: Result<(), RestError>,
    },
    /// The answer to an operation.
    Operated {
        /// Which conversation.
        key: ConversationKey,
        /// What was done.
        operation: Operation,
        /// The answer.
        result: Result<Operated, RestError>,
    },
    /// A list that the agent chooses from, or why not.
    Catalogue {
        /// Which.
        catalogue: Catalogue,
        /// Of which line, where that was asked.
        line: Option<Id>,
        /// Its entries.
        result: Result<Vec<Item>, RestError>,
    },
    /// What the backend's search found, or why not.
    Found {
        /// As asked.
        query: String,
        /// Messages with the ids of their conversations.
        result: Result<Vec<Found>, RestError>,
    },
    /// What the backend says became of a message.
    Traced {
        /// The id that was asked for.
        message: Id,
        /// The answer.
        result: Result<Traced, RestError>,
    },
    /// The room ledger changed.
    Room(RoomReport),
    /// A connection came up.
    Handshake(Box<Handshake>),
    /// A REST exchange ended; what it brought is another report.
    Exchange(Box<Exchange>),
    /// A trial join was emitted: the event and its exact argument. Or why not.
    Tried(Result<Clean, Clean>),
}

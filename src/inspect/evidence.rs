//! What the rules of [`diagnose`](mod@super::diagnose) look at: everything that is known of one backend at one moment, as
//! plain data. The panel takes it from the program's state; `switchboard doctor` adds what it tried by itself.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use super::rooms::RoomRow;
use super::sightings::Sight;
use super::stages::Trace;
use crate::backend::{RestError, Session};
use crate::chat::{ConversationKey, Id, Phone};
use crate::config::{Profile, Transport};
use crate::text::Clean;
use crate::wire::{Credential, Dialect};

/// Where the backend is and how it is spoken to, as far as advice needs it. Without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Address {
    /// The list's address with its query, for `curl`.
    pub list_url: Clean,
    /// The name and value of the header that carries the token, with `$TOKEN` in the token's place.
    pub credential: Option<Clean>,
    /// The Socket.IO server's base address.
    pub socket_url: Clean,
    /// The Socket.IO path, such as `/socket.io/`.
    pub socket_path: Clean,
    /// The namespace, such as `/`.
    pub namespace: Clean,
    /// WebSocket is tried first (or alone): a session that polls has been refused one.
    pub wants_websocket: bool,
    /// The event that joins a conversation's room, where rooms are joined at all.
    pub join_event: Option<Clean>,
    /// The rooms of conversations bring messages (and not the account's room alone).
    pub joins: bool,
}

/// The list, as REST gave it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Listed {
    /// It came at least once.
    pub came: bool,
    /// Why the last fetch failed, if it did.
    pub failed: Option<RestError>,
    /// How many conversations are known.
    pub rows: usize,
    /// The raw value that a web page would hold for a row, for at most the first 20 rows.
    pub page_ids: Vec<Id>,
}

/// The conversation that is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its key.
    pub key: ConversationKey,
    /// What the user calls it.
    pub title: Clean,
    /// The id that paths use.
    pub id: Id,
    /// What a web page would hold.
    pub page_id: Id,
    /// Its other declared names.
    pub aliases: Vec<Id>,
    /// Tenant.
    pub account: Option<Id>,
    /// Business phone number id.
    pub line: Option<Id>,
    /// The customer's phone.
    pub phone: Option<Phone>,
    /// Messages that came below what is in view.
    pub below: u32,
    /// A filter or a view of the list hides its row.
    pub filtered_away: bool,
    /// Why its thread could not be fetched, if it could not.
    pub failed: Option<Clean>,
}

/// A message that REST has and no event brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Whose.
    pub key: ConversationKey,
    /// Its names, where the thread told them; empty where only the row moved.
    pub message: Vec<Id>,
    /// When REST showed it.
    pub found: Timestamp,
}

/// An id that is almost a known one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misspelt {
    /// The event that says it.
    pub seq: u64,
    /// What the event says.
    pub says: Id,
    /// What a page holds.
    pub page_id: Id,
    /// How they differ, in words.
    pub why: Clean,
}

/// One way to join a room, tried on a socket of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomTrial {
    /// Which way.
    pub way: JoinWay,
    /// The event and its exact argument.
    pub emitted: Clean,
    /// The server answered the join, and not with a refusal.
    pub answered: bool,
    /// The names of the events that this socket brought, with the number of each.
    pub heard: Vec<(Clean, u32)>,
    /// It brought the test message, or news of the room of the tested conversation.
    pub brought: bool,
}

/// The ways of joining that are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JoinWay {
    /// As the dialect says, by the id that a web page holds (from the list): nothing else.
    PageId,
    /// As the dialect says, by the composite id alone.
    Composite,
    /// A bare string.
    BareString,
    /// An object that carries the id.
    Object,
}

/// How a way to the socket ended that was tried on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It connected.
    Connected,
    /// The server refused the token.
    Token(Clean),
    /// The namespace does not exist.
    Namespace(Clean),
    /// An HTTP error in its place: the status and the words.
    Http(u16, Clean),
    /// It speaks another version of the protocol, or none.
    Protocol(Clean),
    /// Anything else, in words.
    Failed(Clean),
}

/// What a browser would be told about reading this backend's answers from another origin.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Cors {
    /// The page's origin, such as `https://team.example`.
    pub origin: Clean,
    /// Each request that was tried.
    pub tried: Vec<CorsTrial>,
}

/// One request of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsTrial {
    /// What it is, such as "preflight of the list".
    pub what: Clean,
    /// The HTTP status, or why there was no answer.
    pub status: Result<u16, Clean>,
    /// `Access-Control-Allow-Origin`.
    pub allow_origin: Option<Clean>,
    /// `Access-Control-Allow-Headers`, in lower case.
    pub allow_headers: Option<Clean>,
    /// `Access-Control-Allow-Credentials: true`.
    pub allow_credentials: bool,
    /// It is a preflight that must allow the `authorization` header.
    pub needs_headers: bool,
}

/// A message that was put in by the webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its names, as far as they are known.
    pub ids: Vec<Id>,
    /// When it was put in.
    pub at: Timestamp,
    /// Its conversation's room had been joined by then.
    pub joined: bool,
    /// REST shows it; `None` when that was not asked.
    pub stored: Option<bool>,
}

/// The test messages.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Test {
    /// In the order in which they were put in.
    pub sent: Vec<Sent>,
    /// What the webhook answered to the last: the HTTP status, or why there was none.
    pub webhook: Option<Result<u16, Clean>>,
}

/// What was tried beside the session; the panel has none of it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Checks {
    /// A WebSocket of its own.
    pub websocket: Option<Attempt>,
    /// HTTP polling of its own.
    pub polling: Option<Attempt>,
    /// Ways to join.
    pub trials: Vec<RoomTrial>,
    /// The test messages.
    pub test: Option<Test>,
    /// What a browser would be told.
    pub cors: Option<Cors>,
    /// How far the server's clock is ahead of ours by the `Date` of its answers.
    pub clock: Option<SignedDuration>,
    /// Messages were waited for this long.
    pub waited: Option<SignedDuration>,
}

/// Everything that is known of one backend at one moment.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The time at which it is judged.
    pub now: Timestamp,
    /// Since when it has been watched: the first time that the session was live, if it ever was.
    pub live_since: Option<Timestamp>,
    /// Where the backend is.
    pub address: Address,
    /// The session.
    pub session: Session,
    /// Our tenant.
    pub account: Option<Id>,
    /// The list.
    pub list: Listed,
    /// The conversation that is looked at.
    pub open: Option<Opened>,
    /// The rooms.
    pub rooms: Vec<RoomRow>,
    /// The last events, oldest first.
    pub events: Vec<Sight>,
    /// What REST had and no event brought, on the current connection.
    pub missed: Vec<Missed>,
    /// A message whose conversation is not known, though its id is almost that of one that is.
    pub misspelt: Option<Misspelt>,
    /// The first stages of a message, where the backend tells.
    pub trace: Option<Trace>,
    /// What was tried beside the session.
    pub checks: Checks,
}

impl Evidence {
    /// Nothing is known yet.
    pub fn nothing(now: Timestamp) -> Self {
        Self {
            now,
            live_since: None,
            address: Address::default(),
            session: Session::starting(now),
            account: None,
            list: Listed::default(),
            open: None,
            rooms: Vec::new(),
            events: Vec::new(),
            missed: Vec::new(),
            misspelt: None,
            trace: None,
            checks: Checks::default(),
        }
    }
}

impl Address {
    /// Where a profile's backend is, in a dialect's spelling. `$LINE` and `$TOKEN` stand where line and token belong.
    pub fn of(profile: &Profile, dialect: &Dialect) -> Self {
        let line = Id::new(profile.line.as_deref().unwrap_or("$LINE"));
        let list = dialect.list_request(50, Some(&line), None);
        let list_url = list.map(|request| {
            let base = profile.url.as_str().trim_end_matches('/');
            let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let mark = if query.is_empty() { "" } else { "?" };
            Clean::line(&format!("{base}{}{mark}{}", request.path, query.join("&")))
        });
        let credential = match dialect.credential(&SecretString::from("$TOKEN")) {
            Credential::Header { name, value } => Some(Clean::line(&format!("{name}: {}", value.expose_secret()))),
            Credential::Cookie { name, value } => {
                Some(Clean::line(&format!("Cookie: {name}={}", value.expose_secret())))
            }
            Credential::Query { .. } | Credential::None => None,
        };
        let join = dialect.join(&Id::from("ID"));
        Self {
            list_url: list_url.unwrap_or_default(),
            credential,
            socket_url: Clean::line(profile.socket_base().as_str()),
            socket_path: Clean::line(&profile.socket_path),
            namespace: Clean::line(&profile.namespace),
            wants_websocket: profile.transport != Transport::Polling,
            joins: join.is_some(),
            join_event: join.map(|emission| Clean::line(&emission.event)),
        }
    }
}

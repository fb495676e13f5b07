//! What comes out of a connection.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{
    args::Args,
    error::{CloseReason, PacketError},
};

/// One thing that happened, in the order of the wire.
#[derive(Debug)]
#[non_exhaustive]
pub enum Incoming {
    /// The server emitted an event.
    Event(Event),
    /// The session moved to another transport.
    Upgraded(Transport),
    /// The server pinged, and was answered. Of several in a row that nobody took only the last is
    /// reported, and none while the queue is full.
    Ping {
        /// When it was read.
        at: Instant,
    },
    /// The queue was full and a ping was due: this many events are missing at this place. Fetch anew.
    Overflow {
        /// How many events were dropped.
        dropped: u64,
    },
    /// A packet that could not be understood; the connection goes on.
    Malformed {
        /// The packet as it came.
        bytes: Bytes,
        /// What is wrong with it.
        error: PacketError,
    },
    /// The end; nothing follows.
    Closed(CloseReason),
}

/// An event's name: a string that needs no memory of its own unless it is long.
pub type Name = compact_str::CompactString;

/// An event from the server.
#[derive(Debug, Clone)]
pub struct Event {
    /// The event's name.
    pub name: Name,
    /// Its arguments, as the raw JSON text.
    pub args: Args,
    /// Set when the server wants an answer: give it to [`Emitter::answer`](super::Emitter::answer).
    pub ack: Option<AckId>,
    /// When its last byte was read.
    pub received: Instant,
    /// Its size on the wire in bytes: the packet and its attachments, without the transport's framing.
    pub bytes: usize,
}

/// Names the event that an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AckId(pub(super) u64);

impl AckId {
    /// The number as it stood on the wire, to show it.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// A transport in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// WebSocket.
    Websocket,
    /// HTTP long polling.
    Polling,
    /// WebSocket, spoken by the crate `rust_socketio`; see [`RUST_SOCKETIO_LIMITS`](super::RUST_SOCKETIO_LIMITS).
    RustSocketio,
}

impl Transport {
    /// The name by which Engine.IO knows it.
    pub(super) fn engine_name(self) -> &'static str {
        match self {
            Self::Websocket | Self::RustSocketio => "websocket",
            Self::Polling => "polling",
        }
    }
}

impl std::fmt::Display for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Websocket => "websocket",
            Self::Polling => "polling",
            Self::RustSocketio => "rust_socketio",
        })
    }
}

/// What the handshake agreed on. [`Transport::RustSocketio`] does not tell: ids are empty there and times zero.
#[derive(Debug, Clone)]
pub struct Info {
    /// This socket's id in its namespace.
    pub sid: String,
    /// The Engine.IO session's id.
    pub engine_sid: String,
    /// The transport at the time of connecting; [`Incoming::Upgraded`] tells of a change.
    pub transport: Transport,
    /// The time between two pings of the server.
    pub ping_interval: Duration,
    /// How late a ping may be. Without one for interval plus time-out the connection is dead.
    pub ping_timeout: Duration,
    /// The largest message that the server accepts, in bytes; older servers do not say.
    pub max_payload: Option<usize>,
    /// Whether the server has recovered the session named in the configuration and replays what was missed.
    pub recovered: bool,
}

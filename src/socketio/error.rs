//! What can go wrong, in words that say at which stage, why, and where it helps what to do.

use std::{error::Error, fmt, io, time::Duration};

use serde_json::value::RawValue;

/// A stage of the way to a joined namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking the host name up and opening the TCP connection.
    Tcp,
    /// Asking the proxy for a tunnel.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// The HTTP request that opens a WebSocket.
    Websocket,
    /// The first HTTP poll.
    Polling,
    /// Waiting for Engine.IO's open packet.
    Open,
    /// Waiting for the answer to the namespace's CONNECT packet.
    Namespace,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "opening the TCP connection",
            Self::Proxy => "asking the proxy for a tunnel",
            Self::Tls => "the TLS handshake",
            Self::Websocket => "the WebSocket handshake",
            Self::Polling => "the first HTTP poll",
            Self::Open => "waiting for the Engine.IO handshake",
            Self::Namespace => "joining the namespace",
        })
    }
}

/// Why [`connect`](super::connect) did not connect.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The server answered the CONNECT packet with a refusal (`44`): middleware said no, or the namespace is unknown.
    #[error("the server refused the connection: {message}")]
    Refused {
        /// The server's reason.
        message: String,
        /// The `data` that the server attached, as raw JSON.
        data: Option<Box<RawValue>>,
    },
    /// The server answered the first poll with an HTTP error: wrong path, wrong origin, or refused by its `allowRequest`.
    #[error("the server answered HTTP {status}{}", Body(.body))]
    Http {
        /// The HTTP status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
    /// The server, or something on the way to it, answered the WebSocket handshake with plain HTTP.
    #[error("the WebSocket was refused with HTTP {status}{}", Body(.body))]
    WebsocketRefused {
        /// The HTTP status.
        status: u16,
        /// The beginning of the body, as far as it had arrived.
        body: String,
    },
    /// A stage took longer than the time left of `connect_timeout`.
    #[error("no answer within {} s: {stage}", Seconds(.after))]
    Timeout {
        /// The stage that did not end.
        stage: Stage,
        /// The whole time allowed.
        after: Duration,
    },
    /// The host is unknown or nothing listens there.
    #[error("cannot reach {target}: {source}")]
    Unreachable {
        /// Host and port.
        target: String,
        /// What the system said.
        source: io::Error,
    },
    /// No TLS session: the certificate is not trusted, names another host or has expired, or the system's
    /// certificates could not be loaded.
    #[error("no trusted TLS connection to {host}: {reason}")]
    Tls {
        /// The host that was asked for.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// The proxy cannot be reached or will not open a tunnel.
    #[error("the proxy {proxy} {reason}")]
    Proxy {
        /// The proxy's host and port.
        proxy: String,
        /// What it answered.
        reason: String,
    },
    /// The connection broke, or the server ended it, before the namespace was joined.
    #[error("the connection ended during {stage}: {reason}")]
    Ended {
        /// The stage that it ended in.
        stage: Stage,
        /// How it ended.
        reason: CloseReason,
    },
    /// What answered does not speak Engine.IO 4.
    #[error("{0}")]
    Protocol(String),
    /// The configuration cannot work: a URL without host, an unknown scheme, a bad header.
    #[error("{0}")]
    Config(String),
}

/// The body of an HTTP refusal as the tail of a sentence.
struct Body<'a>(&'a str);

impl fmt::Display for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ": {}", self.0) }
    }
}

/// Why an established connection ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// No ping (nor anything else) came for the server's ping interval plus its ping time-out: the peer is dead or
    /// the way to it is cut.
    #[error("no ping for {} s", Seconds(.silent))]
    PingTimeout {
        /// How long nothing came.
        silent: Duration,
    },
    /// The server disconnected this socket (`41`); servers do so on purpose.
    #[error("the server disconnected us")]
    ServerDisconnect,
    /// The server sent a WebSocket close frame.
    #[error("the server closed the WebSocket{}", CloseDetail(.code, .reason))]
    TransportClose {
        /// The WebSocket close code, if one was given.
        code: Option<u16>,
        /// The reason that came with it; often empty.
        reason: String,
    },
    /// The server closed the Engine.IO session (`1`).
    #[error("the server closed the session")]
    EngineClose,
    /// The server answered a poll or a post of an established session with an HTTP error.
    #[error("the server answered HTTP {status}{}", Body(.body))]
    Http {
        /// The HTTP status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Io(String),
    /// What came cannot be Engine.IO (or is larger than allowed), so nothing after it can be trusted.
    #[error("{0}")]
    Protocol(String),
    /// We ended it: [`Emitter::disconnect`](super::Emitter::disconnect).
    #[error("disconnected")]
    Local,
}

/// Seconds as people say them: to a tenth, and without one where there is none.
struct Seconds<'a>(&'a Duration);

impl fmt::Display for Seconds<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0.as_secs_f64() * 10.0).round() / 10.0;
        write!(f, "{tenths}")
    }
}

struct CloseDetail<'a>(&'a Option<u16>, &'a str);

impl fmt::Display for CloseDetail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, self.1) {
            (Some(code), "") => write!(f, " (code {code})"),
            (Some(code), reason) => write!(f, " (code {code}: {reason})"),
            (None, _) => Ok(()),
        }
    }
}

/// Why something could not be emitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmitError {
    /// The connection has ended; [`Incoming::Closed`](super::Incoming::Closed) says why.
    #[error("the connection has ended")]
    Closed,
    /// Too much is waiting to be written ([`Emitter::try_emit`](super::Emitter::try_emit) only).
    #[error("too much is waiting to be sent")]
    Full,
    /// Larger than the server's `maxPayload`; it would close the connection.
    #[error("{size} bytes are more than the {limit} that the server accepts in one message")]
    TooLarge {
        /// The size of the encoded packet or attachment, in bytes.
        size: usize,
        /// The server's limit, in bytes.
        limit: usize,
    },
    /// The name is one that Socket.IO keeps for itself; the server would close the connection.
    #[error("\"{0}\" is a reserved event name")]
    Reserved(String),
    /// The arguments cannot be written as JSON.
    #[error("the arguments cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Attachments, an answer, or an event that wants one, over [`Transport::RustSocketio`](super::Transport).
    #[error("rust_socketio can send neither attachments nor answers, nor wait for an answer")]
    Unsupported,
}

/// Why no answer came to an emitted event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AckError {
    /// It was not sent.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// No answer within the time given; the server may have handled the event all the same.
    #[error("no answer within {} s", Seconds(.0))]
    Timeout(Duration),
    /// The connection ended first; whether the server handled the event is unknown.
    #[error("the connection ended before the answer came")]
    Closed,
}

/// Why a packet could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketError {
    /// An empty packet.
    #[error("an empty packet")]
    Empty,
    /// The first character names no packet type of Engine.IO 4.
    #[error("unknown Engine.IO packet type")]
    EngineType,
    /// An Engine.IO packet that makes no sense here.
    #[error("unexpected Engine.IO packet")]
    EngineUnexpected,
    /// The first character names no packet type of Socket.IO 5.
    #[error("unknown Socket.IO packet type")]
    SocketType,
    /// A packet that makes no sense here.
    #[error("unexpected Socket.IO packet")]
    SocketUnexpected,
    /// The number of attachments is missing, unreadable or too great.
    #[error("bad number of attachments")]
    Attachments,
    /// The acknowledgement id is too great, or an answer has none.
    #[error("bad acknowledgement id")]
    AckId,
    /// The packet belongs to a namespace that was not joined.
    #[error("a packet for another namespace")]
    Namespace,
    /// The payload is not the JSON that this packet type carries.
    #[error("bad payload: {0}")]
    Json(String),
    /// Another packet came while attachments were awaited.
    #[error("a packet came while {0} attachments were awaited")]
    Interrupted(usize),
    /// A binary message that no packet announced.
    #[error("an attachment that was not announced")]
    Unannounced,
    /// A packet and its attachments are larger than allowed.
    #[error("a packet with attachments larger than allowed")]
    TooLarge,
    /// A binary event, of which rust_socketio hands over no more than the first attachment.
    #[error("a binary event, which rust_socketio does not put together")]
    Binary,
}

/// An error and everything behind it, outermost first; an I/O error hides what it wraps from `source`.
pub(super) fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'e (dyn Error + 'static) = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}

/// The outermost error of this type in an error or behind it.
pub(super) fn cause<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    causes(error).find_map(|error| error.downcast_ref())
}

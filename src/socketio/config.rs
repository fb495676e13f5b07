//! What a caller says about the connection that it wants.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::header::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use url::Url;

/// How to connect. [`Config::new`] fills in the defaults; change the fields that differ.
///
/// `Debug` shows neither the query, the headers nor the auth payload: all three carry tokens.
#[derive(Clone)]
pub struct Config {
    /// The server's origin, with scheme `http`, `https`, `ws` or `wss`; its path and query are ignored.
    pub url: Url,
    /// The path that Engine.IO is served under; `/socket.io/` by default.
    pub path: String,
    /// The namespace to join; `/` by default.
    pub namespace: String,
    /// Which transports may be used.
    pub transport: TransportChoice,
    /// Query parameters added to those of the protocol, on every request of the connection.
    pub query: Vec<(String, String)>,
    /// Headers added to every request of the connection.
    pub headers: HeaderMap,
    /// The payload of the namespace's CONNECT packet (`auth` in the JavaScript client).
    pub auth: Option<Auth>,
    /// How long [`connect`](super::connect) may take over all its stages; 10 s by default. The probe of an upgrade
    /// has as long again.
    pub connect_timeout: Duration,
    /// TLS settings for `https` and `wss` (see [`tls::client_config`](super::tls::client_config)), to share them among
    /// connections; `None` trusts the system's certificates, loaded when first needed, and [`Config::extra_roots`].
    pub tls: Option<Arc<rustls::ClientConfig>>,
    /// Certificates to trust beside the system's, as PEM text; looked at where `tls` is `None`.
    pub extra_roots: Vec<u8>,
    /// Whether to go through an HTTP proxy.
    pub proxy: Proxy,
    /// The largest incoming message (frame, polled packet, or a packet with its attachments) in bytes; a larger one
    /// ends the connection. 32 MiB by default.
    pub max_payload: usize,
    /// How many incoming items may wait for the consumer before the server is made to wait; 2,048 by default. Where
    /// reading has to go on all the same, four times as many may wait before the newest are dropped.
    pub queue: usize,
    /// The same in bytes, give or take one message; 8 MiB by default.
    pub queue_bytes: usize,
    /// Where an earlier connection ended, to have missed events replayed by a server with connection state recovery
    /// (see [`Events::recovery`](super::Events::recovery)).
    pub recover: Option<Recovery>,
}

impl Config {
    /// A configuration with every default, for the server at `url`.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            path: "/socket.io/".to_owned(),
            namespace: "/".to_owned(),
            transport: TransportChoice::default(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            auth: None,
            connect_timeout: Duration::from_secs(10),
            tls: None,
            extra_roots: Vec::new(),
            proxy: Proxy::default(),
            max_payload: 32 * 1024 * 1024,
            queue: 2048,
            queue_bytes: 8 * 1024 * 1024,
            recover: None,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("origin", &self.url.origin().ascii_serialization())
            .field("path", &self.path)
            .field("namespace", &self.namespace)
            .field("transport", &self.transport)
            .field("query", &format_args!("[{} redacted]", self.query.len()))
            .field("headers", &format_args!("[{} redacted]", self.headers.len()))
            .field("auth", &self.auth)
            .field("connect_timeout", &self.connect_timeout)
            .field("proxy", &self.proxy)
            .field("max_payload", &self.max_payload)
            .field("queue", &self.queue)
            .field("queue_bytes", &self.queue_bytes)
            .finish_non_exhaustive()
    }
}

/// Which transports a connection may use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TransportChoice {
    /// WebSocket only.
    #[default]
    Websocket,
    /// HTTP long polling only.
    Polling,
    /// WebSocket first; where it is refused or does not answer, HTTP long polling, upgraded where a second attempt works.
    Auto,
    /// HTTP long polling first, upgraded to WebSocket where the server offers it: the JavaScript client's default.
    PollingThenUpgrade,
    /// WebSocket, spoken by the crate `rust_socketio` in place of this one. Needs the cargo feature of that name, and
    /// lacks what [`RUST_SOCKETIO_LIMITS`](super::RUST_SOCKETIO_LIMITS) lists.
    RustSocketio,
}

/// The payload of the namespace's CONNECT packet: JSON text, secret because tokens travel in it.
#[derive(Clone)]
pub struct Auth(SecretString);

impl Auth {
    /// Takes any value that serialises to JSON (servers expect an object).
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::to_string(value).map(|text| Self(SecretString::from(text)))
    }

    /// Whether there is room beside what it says, as [`Config::recover`] needs it.
    pub fn is_object(&self) -> bool {
        self.text().starts_with('{')
    }

    pub(super) fn text(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Whether to go through an HTTP proxy.
#[derive(Clone, Default)]
pub enum Proxy {
    /// As `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say (either case); never for loopback addresses.
    #[default]
    FromEnv,
    /// Directly.
    None,
    /// Through this `http://` or `https://` proxy, with its user and password if it has some.
    Url(Url),
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FromEnv => f.write_str("FromEnv"),
            Self::None => f.write_str("None"),
            Self::Url(url) => write!(f, "Url({})", url.origin().ascii_serialization()),
        }
    }
}

/// Where a connection ended, for a server with connection state recovery.
#[derive(Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The private session id that the server gave on connect.
    pub pid: String,
    /// The offset of the last event that the consumer took, if there was one.
    pub offset: Option<String>,
}

impl fmt::Debug for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The pid lets its holder take the session over.
        f.debug_struct("Recovery").field("pid", &"[redacted]").field("offset", &self.offset).finish()
    }
}

//! How a server is set up, and what is refused.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use secrecy::SecretString;

use super::db::{DatabaseAt, DatabaseError};
use super::graph::GraphConfig;
use super::simulator::SimulatorConfig;
use super::tokens::TokenError;

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where its data is.
    pub database: DatabaseAt,
    /// What signs the tokens. Without one on loopback, a random one is made and kept in the database.
    pub jwt_secret: Option<SecretString>,
    /// The WhatsApp app's secret: deliveries must be signed with it. Without one on loopback, no signature is asked for.
    pub webhook_secret: Option<SecretString>,
    /// What WhatsApp says when it verifies the webhook; without one, verification is refused.
    pub verify_token: Option<SecretString>,
    /// The Cloud API, to send through.
    pub graph: Option<GraphConfig>,
    /// Simulated customers, who are also the channel unless `graph` is there. An empty database is filled with theirs.
    pub simulator: Option<SimulatorConfig>,
    /// Sends an account may make in a minute; 0 is no limit.
    pub rate_limit: u32,
    /// How long a token is good.
    pub token_ttl: Duration,
    /// Web origins that may call from a browser; `*` is any. None: no CORS headers.
    pub cors: Vec<String>,
    /// The address that clients reach this server under, if it is another than it listens on.
    pub public_url: Option<String>,
    /// How often an idle socket is pinged.
    pub ping_interval: Duration,
    /// How long an answer to a ping may take.
    pub ping_timeout: Duration,
    /// Packets that may wait for one socket; one that is further behind is closed.
    pub socket_buffer: usize,
    /// Faults that are on from the start, `NAME` or `NAME=NUMBER`; see [`super::faults::FAULTS`].
    pub faults: Vec<String>,
    /// Whether faults may be switched on and off over `/api/faults`.
    pub lab: bool,
}

impl Default for ServerConfig {
    /// A server on a free loopback port with its data in memory, without a channel, with the reference's limits.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            database: DatabaseAt::Memory,
            jwt_secret: None,
            webhook_secret: None,
            verify_token: None,
            graph: None,
            simulator: None,
            rate_limit: 100,
            token_ttl: Duration::from_secs(24 * 3600),
            cors: Vec::new(),
            public_url: None,
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            socket_buffer: 32 * 1024,
            faults: Vec::new(),
            lab: false,
        }
    }
}

impl ServerConfig {
    /// Refuses to serve others than this machine without secrets.
    pub(super) fn check(&self) -> Result<(), ServerError> {
        if self.listen.ip().is_loopback() {
            return Ok(());
        }
        match (&self.jwt_secret, &self.webhook_secret) {
            (None, _) => Err(ServerError::Unguarded { listen: self.listen, missing: "SWITCHBOARD_JWT_SECRET" }),
            (_, None) => Err(ServerError::Unguarded { listen: self.listen, missing: "SWITCHBOARD_WEBHOOK_SECRET" }),
            _ => Ok(()),
        }
    }
}

/// A server cannot be started, or cannot do what its owner asks.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// It would be open to everyone.
    #[error(
        "the server does not listen on {listen}, which others can reach, without {missing}: set that environment variable, or listen on 127.0.0.1"
    )]
    Unguarded {
        /// The address.
        listen: SocketAddr,
        /// The environment variable.
        missing: &'static str,
    },
    /// The address is taken, or not this machine's.
    #[error("the server cannot listen on {listen}: {source}; choose another address with --listen")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// An origin for CORS is no origin.
    #[error("{0:?} is no web origin: it should look like https://inbox.example.com")]
    Origin(String),
    /// A fault that was asked for is not known.
    #[error(transparent)]
    Fault(#[from] super::faults::UnknownFault),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The Cloud API's client cannot be built.
    #[error("the WhatsApp channel cannot be set up: {0}")]
    Channel(#[from] super::channel::ChannelError),
    /// A token cannot be made.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Nobody has this e-mail.
    #[error("no agent has the e-mail {0}")]
    NoAgent(String),
    /// The demo's script is damaged.
    #[error("the simulated customers cannot be set up: {0}")]
    Simulator(String),
}

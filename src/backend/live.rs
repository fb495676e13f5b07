//! One connection: the way up, and what is emitted on it.

use std::time::Duration;

use futures_util::poll;
use reqwest::header::HeaderName;
use secrecy::{ExposeSecret as _, SecretString};

use super::BackendConfig;
use super::handshake;
use super::http::{extra_headers, secret_header};
use super::repeated::Repeated;
use super::report::{Handshake, MishapKind};
use super::reports::{News, NewsSender};
use super::tls::{self, Tls};
use super::token::TokenCell;
use crate::chat::Id;
use crate::config::{Profile, Transport as Wanted, check_url, is_loopback};
use crate::socketio::{
    self, AckError, Auth, CloseReason, ConnectError, Connection, Emitter, Events, Incoming, Proxy, Recovery, Transport,
    TransportChoice,
};
use crate::text::Clean;
use crate::wire::{Dialect, Emission, SocketTransport};

/// How long an answer to a join is waited for, beside everything else.
const ANSWER: Duration = Duration::from_secs(5);

/// Why an attempt to connect failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum DialError {
    /// There is no token and none could be found.
    #[error("{reason}")]
    NoToken {
        /// Why not.
        reason: Clean,
    },
    /// The server refused the token.
    #[error("refused: {reason}")]
    Token {
        /// Which token.
        number: u32,
        /// The server's words.
        reason: Clean,
    },
    /// The server answered and refused, but not the token.
    #[error("refused: {reason}")]
    Refused {
        /// The server's words.
        reason: Clean,
        /// What it refused.
        kind: MishapKind,
    },
    /// Nobody listens there.
    #[error("{reason}")]
    Nobody {
        /// Where, in the system's words.
        reason: Clean,
    },
    /// No connection.
    #[error("{reason}")]
    Lost {
        /// Why.
        reason: Clean,
        /// What kind of failure.
        kind: MishapKind,
    },
}

impl DialError {
    /// The same without what is secret of ours.
    fn without(mut self, repeated: &Repeated<'_>) -> Self {
        let (Self::NoToken { reason }
        | Self::Token { reason, .. }
        | Self::Nobody { reason }
        | Self::Refused { reason, .. }
        | Self::Lost { reason, .. }) = &mut self;
        *reason = repeated.out_of_words(reason);
        self
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> MishapKind {
        match self {
            Self::NoToken { .. } | Self::Token { .. } => MishapKind::Token,
            Self::Nobody { .. } => MishapKind::Unreachable,
            Self::Refused { kind, .. } | Self::Lost { kind, .. } => *kind,
        }
    }
}

/// What kind of end a connection came to.
pub(super) fn kind_of_end(reason: &CloseReason) -> MishapKind {
    match reason {
        CloseReason::PingTimeout { .. } => MishapKind::PingTimeout,
        CloseReason::Http { status, .. } => MishapKind::Http(*status),
        CloseReason::Protocol(_) => MishapKind::Protocol,
        _ => MishapKind::Closed,
    }
}

/// A joined namespace, not yet subscribed.
#[derive(Debug)]
pub(super) struct Dialled {
    connection: Connection,
    /// The number of the token that was accepted.
    pub token: u32,
    secret: Option<SecretString>,
}

impl Dialled {
    /// `None` where the transport does not tell.
    pub fn sid(&self) -> Option<Clean> {
        let sid = &self.connection.info.sid;
        (!sid.is_empty()).then(|| Clean::line(sid))
    }

    pub fn transport(&self) -> &'static str {
        transport_name(self.connection.info.transport)
    }

    /// How often the server pings, and how late a ping may be.
    pub fn heartbeat(&self) -> (Duration, Duration) {
        (self.connection.info.ping_interval, self.connection.info.ping_timeout)
    }

    /// The connection itself, for a trial.
    pub fn into_connection(self) -> Connection {
        self.connection
    }

    /// What the connection began with.
    pub fn handshake(&self, config: &BackendConfig, epoch: u32) -> Handshake {
        let token = self.secret.as_ref().map(|secret| secret.expose_secret());
        handshake::describe(config, &self.connection.info, token, epoch)
    }
}

/// Where an earlier connection ended, where the server has connection state recovery.
#[derive(Clone, Debug)]
pub(super) struct Left {
    recovery: Recovery,
    /// The token that it was made with. A server that recovers a session asks nobody who we are: with another token,
    /// perhaps another person's, it is not asked for.
    token: u32,
}

/// Connects: token, transport, handshake, namespace. With `left` what was missed since is replayed, if the server
/// still can.
pub(super) async fn dial(
    config: &BackendConfig,
    token: &TokenCell,
    tls: &Tls,
    left: Option<Left>,
) -> Result<Dialled, DialError> {
    let held = token.get().await.map_err(|reason| DialError::NoToken { reason })?;
    let secret = held.secret.as_ref().map(|secret| secret.expose_secret());
    let lost = |reason: String| DialError::Lost { reason: Clean::line(&reason), kind: MishapKind::Tls };
    let mut settings = settings(config, secret, tls).await.map_err(lost)?;
    // The JavaScript client puts it beside the token, which only an object has room for.
    let has_room = settings.auth.as_ref().is_none_or(Auth::is_object);
    settings.recover = left.filter(|left| has_room && left.token == held.number).map(|left| left.recovery);
    match socketio::connect(settings).await {
        Ok(connection) => Ok(Dialled { connection, token: held.number, secret: held.secret.clone() }),
        Err(error) => {
            let repeated = Repeated::of(&config.profile, held.secret.as_ref());
            Err(classify(&config.dialect, &error, held.number).without(&repeated))
        }
    }
}

async fn settings(config: &BackendConfig, token: Option<&str>, tls: &Tls) -> Result<socketio::Config, String> {
    let profile = &config.profile;
    let mut settings = socketio::Config::new(profile.socket_base().clone());
    (settings.path, settings.namespace) = place(profile, &config.dialect);
    settings.transport = match (profile.transport, config.dialect.socket_transport()) {
        (Wanted::Websocket, _) | (Wanted::Auto, Some(SocketTransport::Websocket)) => TransportChoice::Websocket,
        (Wanted::Polling, _) | (Wanted::Auto, Some(SocketTransport::Polling)) => TransportChoice::Polling,
        (Wanted::Auto, None) => TransportChoice::Auto,
        (Wanted::RustSocketio, _) => TransportChoice::RustSocketio,
    };
    settings.headers = extra_headers(profile)?;
    let credentials = config.dialect.socket_credentials(token);
    if let Some(auth) = &credentials.auth {
        settings.auth = Some(Auth::new(auth).map_err(|error| error.to_string())?);
    }
    let expose = |(name, value): &(String, SecretString)| (name.clone(), value.expose_secret().to_owned());
    settings.query = credentials.query.iter().map(expose).collect();
    for (name, value) in &credentials.headers {
        let bad = || format!("the header `{name}` of the dialect cannot be sent");
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        settings.headers.insert(name, secret_header(value.expose_secret()).ok_or_else(bad)?);
    }
    if profile.socket_base().scheme() == "https" {
        match profile.transport {
            // It speaks TLS by other means.
            Wanted::RustSocketio => settings.extra_roots = tls::extra_roots(profile).await?,
            _ => settings.tls = Some(tls.get(profile).await?),
        }
    }
    if let Some(proxy) = &profile.proxy {
        settings.proxy = if is_loopback(profile.socket_base()) { Proxy::None } else { Proxy::Url(proxy.clone()) };
    }
    Ok(settings)
}

/// Who refused what, or that nobody was there.
fn classify(dialect: &Dialect, error: &ConnectError, token: u32) -> DialError {
    match error {
        ConnectError::Http { status, body } | ConnectError::WebsocketRefused { status, body }
            if is_gateway(*status, body) =>
        {
            DialError::Lost { reason: gateway(*status), kind: kind_of(error) }
        }
        ConnectError::Refused { message, .. } => {
            let reason = Clean::line(message);
            let kind = if message.to_ascii_lowercase().contains("namespace") {
                MishapKind::Namespace
            } else {
                MishapKind::Refused
            };
            if dialect.is_token_refusal(message) {
                DialError::Token { number: token, reason }
            } else {
                DialError::Refused { reason, kind }
            }
        }
        ConnectError::Http { status: 401, .. } | ConnectError::WebsocketRefused { status: 401, .. } => {
            DialError::Token { number: token, reason: Clean::line(&error.to_string()) }
        }
        ConnectError::Http { status: 400..500, .. } | ConnectError::WebsocketRefused { status: 400..500, .. } => {
            DialError::Refused { reason: Clean::line(&error.to_string()), kind: kind_of(error) }
        }
        ConnectError::Unreachable { .. } => DialError::Nobody { reason: Clean::line(&error.to_string()) },
        _ => DialError::Lost { reason: Clean::line(&error.to_string()), kind: kind_of(error) },
    }
}

/// What kind of failure an attempt came to, where that is neither the token nor a refusal in words.
fn kind_of(error: &ConnectError) -> MishapKind {
    match error {
        ConnectError::Refused { .. } => MishapKind::Refused,
        ConnectError::Http { status, .. } => MishapKind::Http(*status),
        ConnectError::WebsocketRefused { status, .. } => MishapKind::WebsocketRefused(*status),
        ConnectError::Timeout { .. } => MishapKind::Timeout,
        ConnectError::Unreachable { .. } => MishapKind::Unreachable,
        ConnectError::Tls { .. } => MishapKind::Tls,
        ConnectError::Proxy { .. } => MishapKind::Proxy,
        ConnectError::Ended { reason, .. } => kind_of_end(reason),
        _ => MishapKind::Protocol,
    }
}

/// Why an established connection ended, in words.
pub(super) fn ended(reason: &CloseReason) -> Clean {
    match reason {
        CloseReason::Http { status, body } if is_gateway(*status, body) => gateway(*status),
        other => Clean::line(&other.to_string()),
    }
}

/// Whether something on the way answered in the backend's place: the backend itself answers in JSON.
fn is_gateway(status: u16, body: &str) -> bool {
    matches!(status, 502..=504) && !body.trim_start().starts_with('{')
}

fn gateway(status: u16) -> Clean {
    Clean::line(&format!("a proxy answered HTTP {status} in the backend's place"))
}

/// An established connection.
#[derive(Debug)]
pub(super) struct Live {
    pub epoch: u32,
    pub events: Events,
    emitter: Emitter,
    tell: NewsSender,
    /// The number of the token that it was made with.
    token: u32,
}

impl Live {
    pub fn new(dialled: Dialled, epoch: u32, tell: NewsSender) -> Self {
        let Connection { emitter, events, .. } = dialled.connection;
        Self { epoch, events, emitter, tell, token: dialled.token }
    }

    /// What to dial with next, to have what comes meanwhile replayed; `None` where the server keeps nothing.
    pub fn left(&self) -> Option<Left> {
        self.events.recovery().map(|recovery| Left { recovery, token: self.token })
    }

    /// Emits, in the order of the calls. What cannot be written now is lost with the connection, which says so itself.
    pub fn emit(&self, emission: &Emission) -> bool {
        self.emitter.try_emit(&emission.event, &emission.args).is_ok()
    }

    /// Emits a join; the answer, where the server gives one, arrives as news. Gives what was emitted.
    pub async fn join(&self, id: &Id, emission: &Emission) -> Option<Clean> {
        let shown = emission.shown();
        if !emission.ack || !self.emitter.has_answers() {
            return self.emit(emission).then_some(shown);
        }
        let (emitter, tell, id, epoch) = (self.emitter.clone(), self.tell.clone(), id.clone(), self.epoch);
        let emission = emission.clone();
        let mut exchange = Box::pin(async move {
            let answer = match emitter.emit_with_ack(&emission.event, &emission.args, ANSWER).await {
                Ok(args) => emission.answer(args.whole()),
                Err(AckError::Emit(error)) => Err(Clean::line(&error.to_string())),
                // The reference never answers: no answer says nothing.
                Err(_) => return,
            };
            let _ = tell.send(News::Joined { id, epoch, answer });
        });
        // The first look writes the packet, so that joins and leaves stay in order.
        if poll!(&mut exchange).is_pending() {
            tokio::spawn(exchange);
        }
        Some(shown)
    }

    /// Takes leave of the server.
    pub async fn close(mut self) {
        self.emitter.disconnect();
        let ended = async { while self.events.next().await.is_some() {} };
        let _ = tokio::time::timeout(Duration::from_secs(1), ended).await;
    }
}

/// The next item of a connection, if there is one.
pub(super) async fn next(live: &mut Option<Live>) -> Option<Incoming> {
    match live {
        Some(live) => live.events.next().await,
        None => std::future::pending().await,
    }
}

/// The transport's name in the status bar.
pub(super) fn transport_name(transport: Transport) -> &'static str {
    match transport {
        Transport::Websocket => "websocket",
        Transport::Polling => "polling",
        Transport::RustSocketio => socketio::RUST_SOCKETIO,
    }
}

/// Whether this profile may be spoken to at all.
///
/// # Errors
/// Why not, in words.
pub(super) fn check(profile: &Profile) -> Result<(), String> {
    check_url(&profile.url, profile.allow_plain_http)?;
    check_url(profile.socket_base(), profile.allow_plain_http)
}

/// The path and the namespace of the socket: what the profile says, or the dialect where it says nothing special.
fn place(profile: &Profile, dialect: &Dialect) -> (String, String) {
    let usual = Profile::new(profile.url.clone());
    let own = |own: &String, usual: &String| (own != usual).then(|| own.clone());
    let path = own(&profile.socket_path, &usual.socket_path).or_else(|| dialect.socket_path());
    let namespace = own(&profile.namespace, &usual.namespace).or_else(|| dialect.namespace());
    (path.unwrap_or(usual.socket_path), namespace.unwrap_or(usual.namespace))
}

/// The socket's address as it is shown: neither query nor anything else that may be secret.
pub(super) fn shown_url(profile: &Profile, dialect: &Dialect) -> Clean {
    let origin = profile.socket_base().origin().ascii_serialization();
    let (path, namespace) = place(profile, dialect);
    let namespace = if namespace == "/" { String::new() } else { format!(" {namespace}") };
    Clean::line(&format!("{origin}{path}{namespace}"))
}

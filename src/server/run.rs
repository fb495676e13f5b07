//! Starting and stopping a server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::{Router, ServiceExt};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use secrecy::SecretString;
use socketioxide::SocketIo;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::Layer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::channel::{Channel, ChannelError, FetchedMedia, Outbound};
use super::config::{ServerConfig, ServerError};
use super::db::Database;
use super::desk::Desk;
use super::faults::{Doorway, Lab, WireTag, door, reach};
use super::graph::GraphChannel;
use super::ingest::Ingest;
use super::limits::Limiter;
use super::payload::Payloads;
use super::shared::{Parts, Shared};
use super::simulator::Simulator;
use super::sockets::Sockets;
use super::tokens::Tokens;
use super::trace::Traces;
use super::{rest, webhook};
use rest::LabDoor;

/// How long requests that are under way may take when the server stops.
const GRACE: Duration = Duration::from_secs(2);

/// The embedded backend with its database open, before it listens.
pub struct Server {
    config: ServerConfig,
    db: Database,
    simulator: Option<Simulator>,
}

/// A server that runs; it stops when this is dropped.
pub struct Running {
    addr: SocketAddr,
    shared: Shared,
    stop: CancellationToken,
    http: JoinHandle<()>,
    tasks: Vec<JoinHandle<()>>,
}

impl Server {
    /// Opens the database, listens, resumes deliveries that were left, and lets the simulated customers live.
    pub async fn start(config: ServerConfig) -> Result<Running, ServerError> {
        Self::open(config).await?.listen().await
    }

    /// Opens the database, and fills it with the simulated customers' history if there are any and it is empty.
    pub async fn open(config: ServerConfig) -> Result<Self, ServerError> {
        config.check()?;
        let db = Database::open(&config.database).await?;
        rest::settle_left_keys(&db).await?;
        let simulator = match &config.simulator {
            Some(config) => Some(simulator(config.clone(), &db).await?),
            None => None,
        };
        Ok(Self { config, db, simulator })
    }

    /// Its database: the place to make accounts and lines before anyone can ask for them.
    pub fn db(&self) -> &Database {
        &self.db
    }

    /// Listens, resumes deliveries that were left, and lets the simulated customers live.
    pub async fn listen(self) -> Result<Running, ServerError> {
        let Self { config, db, simulator } = self;
        let cors = cors(&config.cors)?;
        let lab = Lab::of(&config.faults)?;
        let lab_door = match config.lab {
            false => LabDoor::Closed,
            true if config.listen.ip().is_loopback() => LabDoor::Open,
            true => LabDoor::Admins,
        };
        let abandoned = db.abandon_queued().await?;
        if abandoned > 0 {
            tracing::warn!(
                abandoned,
                "messages were being sent when the server last stopped; they are marked as failed"
            );
        }
        let secret = match &config.jwt_secret {
            Some(secret) => secret.clone(),
            None => SecretString::from(db.setting_or("jwt_secret", &random_secret()).await?),
        };
        let channel: Arc<dyn Channel> = match (config.graph, &simulator) {
            (Some(graph), _) => Arc::new(GraphChannel::new(graph)?),
            (None, Some(simulator)) => simulator.channel(),
            (None, None) => Arc::new(NoChannel),
        };

        let listen = config.listen;
        let cannot_listen = |source| ServerError::Listen { listen, source };
        let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
        let addr = listener.local_addr().map_err(cannot_listen)?;
        let payloads = Payloads::new(&config.public_url.unwrap_or_else(|| url_of(addr)));
        let (layer, io) = SocketIo::builder()
            .ping_interval(config.ping_interval)
            .ping_timeout(config.ping_timeout)
            .max_payload(1_000_000)
            .max_buffer_size(config.socket_buffer)
            .build_layer();
        let traces = Traces::default();
        let shared = Shared::new(Parts {
            sockets: Sockets::new(io, db.clone(), payloads, traces.clone(), lab.clone()),
            traces,
            lab: lab.clone(),
            lab_door,
            db: db.clone(),
            channel,
            tokens: Tokens::new(&secret, config.token_ttl),
            limiter: Limiter::new(config.rate_limit),
            webhook_secret: config.webhook_secret,
            verify_token: config.verify_token,
            logins: Semaphore::new(2),
            arrived: Notify::new(),
            snoozed: Notify::new(),
        });
        shared.sockets.accept(&shared);

        let mut app = Router::new()
            .merge(rest::routes())
            .merge(webhook::routes())
            .with_state(shared.clone())
            .layer(axum::middleware::map_response(rest::in_envelope))
            .layer(layer);
        if let Some(cors) = cors {
            app = app.layer(cors);
        }
        let stop = CancellationToken::new();
        // These stand around the router, not in it: they may change which route a request takes.
        let app = axum::middleware::from_fn_with_state(lab.clone(), reach).layer(app);
        let app = axum::middleware::from_fn_with_state(lab.clone(), door).layer(app);
        let app = app.into_make_service_with_connect_info::<WireTag>();
        let listener = Doorway { listener, lab };
        let stopped = stop.clone().cancelled_owned();
        let http = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(stopped).await {
                tracing::error!(%error, "the server stopped listening");
            }
        });
        let mut tasks =
            vec![tokio::spawn(shared.ingest().work(stop.clone())), tokio::spawn(shared.desk().wake(stop.clone()))];
        if let Some(simulator) = simulator {
            tasks.push(tokio::spawn(simulator.run(shared.ingest(), shared.desk(), db, stop.clone())));
        }
        tracing::info!(%addr, "the server listens");
        Ok(Running { addr, shared, stop, http, tasks })
    }
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://127.0.0.1:5050`.
    pub fn url(&self) -> String {
        url_of(self.addr)
    }

    /// Its database.
    pub fn db(&self) -> &Database {
        &self.shared.db
    }

    /// The way in for Cloud API envelopes, as the webhook takes them.
    pub fn ingest(&self) -> Ingest {
        self.shared.ingest()
    }

    /// What goes wrong in it on purpose.
    pub fn lab(&self) -> &Lab {
        &self.shared.lab
    }

    /// What agents do with conversations.
    pub fn desk(&self) -> Desk {
        self.shared.desk()
    }

    /// A token for an agent, without a password: for the inbox of the same process, and for tests.
    pub async fn token_for(&self, email: &str) -> Result<SecretString, ServerError> {
        let agent = self.db().agent(email).await?.ok_or_else(|| ServerError::NoAgent(email.to_owned()))?;
        Ok(SecretString::from(self.shared.tokens.issue(&agent)?))
    }

    /// The e-mail of the agent whom the demo's inbox is opened for: the first of the database.
    pub async fn first_agent(&self) -> Result<String, ServerError> {
        let agent = self.db().first_agent().await?;
        agent.map(|agent| agent.email).ok_or_else(|| ServerError::NoAgent("(the database has none)".to_owned()))
    }

    /// Makes an account with an agent who may log in with this password; gives the account's id.
    pub async fn create_account(
        &self,
        name: &str,
        email: &str,
        password: &SecretString,
    ) -> Result<String, ServerError> {
        Ok(self.db().create_account(name, email, password).await?)
    }

    /// Closes the sockets, lets requests under way end, finishes the delivery that is being processed, and closes the
    /// database.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        self.shared.sockets.close().await;
        for task in self.tasks.drain(..) {
            let _ = task.await;
        }
        if tokio::time::timeout(GRACE, &mut self.http).await.is_err() {
            tracing::info!("a connection did not end in time and is cut");
            self.http.abort();
        }
        self.shared.db.close().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
        self.http.abort();
    }
}

/// The simulated customers, and their history if the database is empty.
async fn simulator(config: super::simulator::SimulatorConfig, db: &Database) -> Result<Simulator, ServerError> {
    let simulator = Simulator::new(config).map_err(|error| ServerError::Simulator(error.to_string()))?;
    if db.has_accounts().await? {
        simulator.resume(db.message_count().await?);
    } else {
        db.seed(simulator.seed(Timestamp::now())).await?;
        simulator.equip(db).await?;
    }
    Ok(simulator)
}

/// The address that a client on this machine reaches a listening address under.
fn url_of(addr: SocketAddr) -> String {
    let mut addr = addr;
    if addr.ip().is_unspecified() {
        addr.set_ip(match addr {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{addr}")
}

fn random_secret() -> String {
    use std::fmt::Write as _;
    let bytes: [u8; 32] = rand::random();
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn cors(origins: &[String]) -> Result<Option<CorsLayer>, ServerError> {
    if origins.is_empty() {
        return Ok(None);
    }
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        let parse = |origin: &String| {
            let known = origin.starts_with("http://") || origin.starts_with("https://");
            let value = known.then(|| HeaderValue::from_str(origin.trim_end_matches('/')).ok()).flatten();
            value.ok_or_else(|| ServerError::Origin(origin.clone()))
        };
        AllowOrigin::list(origins.iter().map(parse).collect::<Result<Vec<_>, _>>()?)
    };
    let headers = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        HeaderName::from_static("x-phone-number-id"),
        HeaderName::from_static("idempotency-key"),
    ];
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PATCH])
        .allow_headers(headers);
    Ok(Some(layer))
}

/// No way out was set up.
struct NoChannel;

impl NoChannel {
    fn refuse() -> ChannelError {
        let message = "this server has no channel: set SWITCHBOARD_GRAPH_TOKEN, or serve with --simulator".to_owned();
        ChannelError { code: None, message, details: None }
    }
}

impl Channel for NoChannel {
    fn send(&self, _: Outbound) -> BoxFuture<'_, Result<String, ChannelError>> {
        Box::pin(async { Err(Self::refuse()) })
    }

    fn fetch_media<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<FetchedMedia, ChannelError>> {
        Box::pin(async { Err(Self::refuse()) })
    }
}

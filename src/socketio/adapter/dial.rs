//! The way up: a thread with a runtime of its own for each connection, because nothing else ends the task that the
//! crate hides.

use std::{io, thread, time::Duration};

use native_tls::{Certificate, TlsConnector};
use rust_socketio::asynchronous::{Client, ClientBuilder};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use tokio::{runtime::Builder, sync::oneshot};

use super::{
    callbacks::{self, Heard},
    session,
};
use crate::socketio::{
    Connection,
    config::{Config, Recovery},
    emitter::{Commands, Emitter},
    error::{CloseReason, ConnectError, Stage, cause, causes},
    handshake::{auth, namespace},
    incoming::{Info, Transport},
    packet, proxy,
    queue::{Producer, queue},
    target::{Address, Deadline},
};

/// What the crate puts in front of a refusal.
const REFUSAL: &str = "Received an ConnectError frame: ";

/// How the crate says that the server has answered the WebSocket handshake with plain HTTP.
const HTTP: &str = "HTTP error: ";

type Ready = oneshot::Sender<Result<(), ConnectError>>;

/// Connects and joins the namespace.
pub(in crate::socketio) async fn connect(config: Config, deadline: Deadline) -> Result<Connection, ConnectError> {
    let namespace = namespace(&config.namespace);
    let address = Address::new(&config)?;
    if let Some(proxy) = proxy::choose(&config.proxy, &address.base)? {
        return Err(proxy.refuses("cannot be used: rust_socketio knows no proxies"));
    }
    let (producer, events) = queue(config.queue, config.queue_bytes, None);
    let (emitter, commands) = Emitter::new(&namespace, None);
    let (ready, answer) = oneshot::channel();
    let attempt = Attempt { config, address, namespace, deadline, producer, commands };
    let thread = thread::Builder::new().name("rust_socketio".to_owned()).spawn(move || attempt.run(ready));
    let ended =
        |error: io::Error| ConnectError::Ended { stage: Stage::Tcp, reason: CloseReason::Io(error.to_string()) };
    thread.map_err(ended)?;
    answer.await.unwrap_or_else(|_| Err(ended(io::Error::other("rust_socketio panicked"))))?;
    let info = Info {
        sid: String::new(),
        engine_sid: String::new(),
        transport: Transport::RustSocketio,
        ping_interval: Duration::ZERO,
        ping_timeout: Duration::ZERO,
        max_payload: None,
        recovered: false,
    };
    Ok(Connection { emitter: emitter.plain(), events, info })
}

/// All that the thread needs.
struct Attempt {
    config: Config,
    address: Address,
    namespace: String,
    deadline: Deadline,
    producer: Producer,
    commands: Commands,
}

impl Attempt {
    /// The thread: from the first packet to the last.
    fn run(mut self, mut ready: Ready) {
        let runtime = match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                let reason = CloseReason::Io(error.to_string());
                let _ = ready.send(Err(ConnectError::Ended { stage: Stage::Tcp, reason }));
                return;
            }
        };
        let reason = runtime.block_on(async {
            let joined = tokio::select! {
                joined = self.join() => joined,
                // Nobody waits any more.
                () = ready.closed() => return None,
            };
            match joined {
                Ok((client, mut heard)) => {
                    ready.send(Ok(())).ok()?;
                    Some(
                        session::run(&client, &mut heard, &mut self.producer, &mut self.commands, &self.namespace)
                            .await,
                    )
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                    None
                }
            }
        });
        // The descriptors first: whoever hears of the end may count on it.
        runtime.shutdown_background();
        drop(self.commands);
        if let Some(reason) = reason {
            tracing::debug!(%reason, "connection ended");
            self.producer.close(reason);
        }
    }

    /// Connects, and waits until the server says that the namespace has been joined: the crate does not.
    async fn join(&self) -> Result<(Client, Heard), ConnectError> {
        let (builder, mut heard) = callbacks::register(self.builder()?, self.config.queue.max(1));
        let connect = async { builder.connect().await.map_err(|error| self.failed(&error)) };
        let client = self.deadline.within(Stage::Websocket, connect).await?;
        let answered = async {
            let answer = heard.signals.wait_for(|said| said.joined || said.error.is_some() || said.left || said.ended);
            Ok(answer.await.map(|said| said.clone()).unwrap_or_default())
        };
        let said = self.deadline.within(Stage::Namespace, answered).await?;
        match said.error {
            _ if said.joined => Ok((client, heard)),
            Some(words) => Err(refused(&words)),
            None if said.left => Err(ended(CloseReason::ServerDisconnect)),
            None => Err(ended(CloseReason::TransportClose { code: None, reason: String::new() })),
        }
    }

    fn builder(&self) -> Result<ClientBuilder, ConnectError> {
        let mut builder = ClientBuilder::new(self.address.base.as_str()).namespace(self.namespace.as_str());
        for (name, value) in &self.config.headers {
            builder = builder.opening_header(name.as_str(), value.clone());
        }
        if let Some(auth) = auth(self.config.auth.as_ref(), None::<&Recovery>)? {
            let auth: serde_json::Value = serde_json::from_str(&auth)
                .map_err(|error| ConnectError::Config(format!("the auth payload is no JSON: {error}")))?;
            builder = builder.auth(auth);
        }
        if self.address.secure() {
            builder = builder.tls_config(self.tls()?);
        }
        Ok(builder)
    }

    /// The system's certificates and those of the configuration, for OpenSSL.
    fn tls(&self) -> Result<TlsConnector, ConnectError> {
        if self.config.tls.is_some() {
            let words = "rust_socketio takes certificates (`extra_roots`) and no settings of rustls (`tls`)";
            return Err(ConnectError::Config(words.to_owned()));
        }
        let unusable = |error: String| ConnectError::Tls { host: self.address.host.clone(), reason: error };
        let mut builder = TlsConnector::builder();
        for certificate in CertificateDer::pem_slice_iter(&self.config.extra_roots) {
            let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
            let certificate = Certificate::from_der(&certificate).map_err(|error| unusable(error.to_string()))?;
            builder.add_root_certificate(certificate);
        }
        builder.build().map_err(|error| unusable(error.to_string()))
    }

    /// Why there is no WebSocket, as far as the crate's words tell.
    fn failed(&self, error: &rust_socketio::Error) -> ConnectError {
        if let Some(error) = cause::<native_tls::Error>(error) {
            return ConnectError::Tls { host: self.address.host.clone(), reason: error.to_string() };
        }
        if let Some(error) = cause::<io::Error>(error) {
            let source = io::Error::new(error.kind(), error.to_string());
            return ConnectError::Unreachable { target: self.address.authority(), source };
        }
        // The outermost says "EngineIO Error" and no more.
        let words: Vec<_> = causes(error).map(ToString::to_string).collect();
        let words = words.join(": ");
        let status = words.split_once(HTTP).and_then(|(_, rest)| rest.get(..3)?.parse().ok());
        match status {
            Some(status) => ConnectError::WebsocketRefused { status, body: String::new() },
            None => ConnectError::Ended { stage: Stage::Websocket, reason: CloseReason::Io(words) },
        }
    }
}

/// What the crate says when the namespace was not joined.
fn refused(words: &str) -> ConnectError {
    match words.strip_prefix(REFUSAL).map(packet::refusal) {
        Some(Ok(refusal)) => ConnectError::Refused { message: refusal.message, data: refusal.data },
        Some(Err(_)) => ConnectError::Refused { message: words.to_owned(), data: None },
        None => ended(CloseReason::Io(words.to_owned())),
    }
}

fn ended(reason: CloseReason) -> ConnectError {
    ConnectError::Ended { stage: Stage::Namespace, reason }
}

//! The official server as a child process.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use switchboard::socketio::{Config, Connection, Event, Incoming, Proxy, TransportChoice, connect};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use url::Url;

/// Long enough for a loaded machine; nothing is measured by it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Every transport, that of the crate rust_socketio included where it is built in. What that cannot do is asserted in
/// `limits`; all else it must.
pub const EVERY: &[TransportChoice] = &[
    TransportChoice::Websocket,
    TransportChoice::Polling,
    TransportChoice::Auto,
    TransportChoice::PollingThenUpgrade,
    #[cfg(feature = "rust_socketio")]
    TransportChoice::RustSocketio,
];

/// One of each kind.
pub const KINDS: &[TransportChoice] = &[
    TransportChoice::Websocket,
    TransportChoice::Polling,
    #[cfg(feature = "rust_socketio")]
    TransportChoice::RustSocketio,
];

pub struct Server {
    pub port: u16,
    child: Child,
}

impl Server {
    /// Starts a server with these options of `new Server()`; `None` where there is no Node.
    pub async fn start(options: Value) -> Option<Self> {
        Self::scripted(options, json!({})).await
    }

    pub async fn scripted(options: Value, script: Value) -> Option<Self> {
        let dir = crate::peers::peers_dir()?;
        let mut child = Command::new("node")
            .arg("socketio_server.mjs")
            .args([options.to_string(), script.to_string()])
            .current_dir(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
        let hello: Value = serde_json::from_str(&line).unwrap();
        let port = hello["port"].as_u64().unwrap().try_into().unwrap();
        Some(Self { port, child })
    }

    pub fn config(&self, transport: TransportChoice) -> Config {
        config(self.port, transport)
    }

    pub async fn connect(&self, transport: TransportChoice) -> Connection {
        connect(self.config(transport)).await.unwrap()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.start_kill().unwrap();
    }
}

pub fn config(port: u16, transport: TransportChoice) -> Config {
    let mut config = Config::new(Url::parse(&format!("http://127.0.0.1:{port}")).unwrap());
    config.transport = transport;
    config.proxy = Proxy::None;
    config.connect_timeout = PATIENCE;
    config
}

/// What a test does with a connection, with patience but not for ever.
pub trait Drive {
    /// The next item that is no ping.
    async fn item(&mut self) -> Option<Incoming>;
    /// The next item, which must be an event.
    async fn event(&mut self) -> Event;
    /// The next item, which must be an event of this name.
    async fn named(&mut self, name: &str) -> Event;
    /// Reads up to the end and gives its reason.
    async fn end(&mut self) -> switchboard::socketio::CloseReason;
}

impl Drive for Connection {
    async fn item(&mut self) -> Option<Incoming> {
        loop {
            match tokio::time::timeout(PATIENCE, self.events.next()).await.expect("nothing came") {
                Some(Incoming::Ping { .. }) => {}
                item => return item,
            }
        }
    }

    async fn event(&mut self) -> Event {
        match self.item().await {
            Some(Incoming::Event(event)) => event,
            other => panic!("expected an event, got {other:?}"),
        }
    }

    async fn named(&mut self, name: &str) -> Event {
        let event = self.event().await;
        assert_eq!(&*event.name, name);
        event
    }

    async fn end(&mut self) -> switchboard::socketio::CloseReason {
        loop {
            if let Incoming::Closed(reason) = self.item().await.expect("ended without a reason") {
                assert!(self.events.next().await.is_none(), "nothing follows the end");
                return reason;
            }
        }
    }
}

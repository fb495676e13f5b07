//! An Engine.IO v4 / Socket.IO v5 client (the protocols of socket.io 3 and 4); knows nothing of chat.
//!
//! ```no_run
//! use switchboard::socketio::{Auth, Config, Incoming, connect};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mut config = Config::new("https://chat.example.com".parse()?);
//! config.namespace = "/agents".to_owned();
//! config.auth = Some(Auth::new(&serde_json::json!({ "token": "…" }))?);
//! let mut connection = connect(config).await?;
//!
//! connection.emitter.emit("join", &["room-1"]).await?;
//! while let Some(item) = connection.events.next().await {
//!     match item {
//!         Incoming::Event(event) => println!("{}: {}", event.name, event.args.parse::<serde_json::Value>(0)?),
//!         Incoming::Closed(reason) => println!("ended: {reason}"),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What it speaks
//!
//! WebSocket and HTTP long polling, either alone, WebSocket first with polling to fall back on, or polling upgraded to
//! WebSocket ([`TransportChoice`]); path, query, headers, namespace and auth payload ([`Config`]); answers both ways with
//! time-outs ([`Emitter::emit_with_ack`], [`Emitter::answer`]); binary both ways ([`Emitter::emit_binary`],
//! [`Args::binary`]); connection state recovery ([`Events::recovery`]); proxies ([`Proxy`]); TLS by rustls with
//! certificates of one's own ([`Config::extra_roots`], [`tls`]).
//!
//! # How it behaves
//!
//! ```text
//!            ┌──────────────── one task owns the transport ────────────────┐
//!  Emitter ──┼─> commands ──> packet, engine ──> websocket | polling ──────┼──> server
//!  Events <──┼── queue <───── assembly <──────── websocket | polling <─────┼─── server
//!            └──────────────── pings answered, silence timed ──────────────┘
//! ```
//!
//! [`connect`] returns when the namespace has been joined, or with the stage that failed and why. From then on:
//!
//! - Everything that happens comes out of [`Events`] in the order of the wire, and the last item is always
//!   [`Incoming::Closed`] with its reason. There is no hidden reconnect: one [`Connection`] is one session.
//! - **The task never waits for the consumer while a ping is due.** Events wait in a queue bounded by number and
//!   bytes. When it is full the task stops reading, so that TCP slows the server down; once a ping is due, or while an
//!   emitted event awaits its answer, it reads on. When four times as much waits it drops the *newest* events and says
//!   how many in [`Incoming::Overflow`], at the place in the stream where they are missing. The caller then fetches
//!   anew.
//! - What is emitted waits in a queue bounded by bytes; [`Emitter::emit`] waits for room there and never for events.
//! - Events keep their raw JSON text ([`Args`]); an argument is parsed once, straight into the caller's type.
//! - A malformed packet is an item ([`Incoming::Malformed`]) with its bytes, and arguments that are no JSON are an error
//!   where they are read; the connection goes on. Half an emoji (a lone surrogate) becomes U+FFFD.
//! - Dropping [`Events`] ends the task and closes its descriptors at once; [`Emitter::disconnect`] ends politely.
//!
//! # `rust_socketio`
//!
//! With the cargo feature of that name, [`TransportChoice::RustSocketio`] has the crate `rust_socketio` carry the
//! connection, behind the same types. [`RUST_SOCKETIO_LIMITS`] lists what is then missing.

mod acks;
mod adapter;
mod args;
mod assembly;
mod config;
mod dial;
mod emitter;
mod engine;
mod error;
mod handshake;
mod incoming;
mod packet;
mod polling;
mod proxy;
mod queue;
mod surrogates;
mod target;
mod task;
pub mod tls;
mod transport;
mod upgrade;
mod websocket;

pub use adapter::{RUST_SOCKETIO, RUST_SOCKETIO_LIMITS};
pub use args::{Args, NO_ARGS, placeholder};
pub use config::{Auth, Config, Proxy, Recovery, TransportChoice};
pub use emitter::Emitter;
pub use error::{AckError, CloseReason, ConnectError, EmitError, PacketError, Stage};
pub use handshake::connect;
pub use incoming::{AckId, Event, Incoming, Info, Name, Transport};
pub use queue::Events;
pub use surrogates::repair_surrogates;

/// An established connection: one joined namespace on one Engine.IO session.
#[derive(Debug)]
pub struct Connection {
    /// Sends; may be cloned and shared.
    pub emitter: Emitter,
    /// Receives; dropping it ends the connection.
    pub events: Events,
    /// What the handshake agreed on.
    pub info: Info,
}

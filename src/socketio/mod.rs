//! An Engine.IO v4 / Socket.IO v5 client (the protocols of socket.io 3 and 4); knows nothing of chat.
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
//! - Events keep their raw JSON text ([`Args`]); it is checked once and parsed into the caller's type once.
//! - Dropping [`Events`] ends the task and closes its descriptors at once; [`Emitter::disconnect`] ends politely.

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

//! The crate `rust_socketio` in the place of our own client: the same [`Connection`](super::Connection), with less in it.

#[cfg(feature = "rust_socketio")]
mod callbacks;
#[cfg(feature = "rust_socketio")]
mod dial;
#[cfg(feature = "rust_socketio")]
mod session;

#[cfg(feature = "rust_socketio")]
pub(super) use dial::connect;

/// The name of [`Transport::RustSocketio`](super::Transport) and of the cargo feature that it needs.
pub const RUST_SOCKETIO: &str = "rust_socketio";

/// What [`Transport::RustSocketio`](super::Transport) goes without, in a few words each, the worst first. The tests
/// assert every one of them, so that it is noticed when the crate gets better.
pub const RUST_SOCKETIO_LIMITS: [&str; 14] = [
    // An event with half an emoji in it is dropped and nothing says so.
    "texts with half an emoji",
    // `Event::ack` is always `None`, `Emitter::answer` and `Emitter::emit_with_ack` fail.
    "answers",
    // A binary event arrives as `Incoming::Malformed`, `Emitter::emit_binary` fails.
    "attachments",
    // A malformed packet ends the connection.
    "malformed packets",
    // A slow consumer does not make the server wait; it loses the newest events, with `Incoming::Overflow`.
    "backpressure",
    // Two emits in a row are 40 ms apart (Nagle's algorithm).
    "TCP_NODELAY",
    // No code and no words of a close frame; a silent server is `CloseReason::Io`.
    "reasons of an end",
    // `Info` has neither ids nor times, and no `Incoming::Ping` comes.
    "ids",
    "pings",
    // `Info::max_payload` is unknown: what is too large makes the server close the connection.
    "the server's size limit",
    // Numbers beyond 64 bits and the order of an object's keys.
    "raw JSON",
    // `Events::recovery` is `None`.
    "recovery",
    // WebSocket only.
    "polling",
    // A configuration that asks for one is refused.
    "proxies",
];

/// Says that this build cannot.
#[cfg(not(feature = "rust_socketio"))]
pub(super) async fn connect(
    _: super::Config,
    _: super::target::Deadline,
) -> Result<super::Connection, super::ConnectError> {
    let words = "this build has no rust_socketio; build it with `cargo build --release --features rust_socketio`";
    Err(super::ConnectError::Config(words.to_owned()))
}

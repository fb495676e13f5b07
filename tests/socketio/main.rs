//! The Socket.IO client against the official server, and against servers that misbehave.

// The lints know that a test may fail; that its helpers may, too, has to be said.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "../peers/mod.rs"]
mod peers;

mod ends;
mod events;
mod fake;
mod flood;
mod freeze;
mod handshake;
mod hostile;
mod leaks;
#[cfg(feature = "rust_socketio")]
mod limits;
mod peer;
mod tls;

//! The Socket.IO client against the official server, and against servers that misbehave.

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
mod peer;
mod tls;

//! The supervised session and its REST half against a real Socket.IO server that speaks the contract, and against
//! servers that misbehave.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what fails here fails the test"
)]

#[path = "../peers/contract.rs"]
mod contract;
mod dialects;
mod embedded;
mod files;
#[path = "../faults/frames.rs"]
mod frames;
mod hostile;
mod live;
#[path = "../peers/mod.rs"]
mod peers;
#[path = "../faults/proxy.rs"]
#[allow(dead_code, reason = "shared by several test binaries, none of which uses all of it")]
mod proxy;
mod rest;
mod seat;
mod tls;
mod token;
mod weather;

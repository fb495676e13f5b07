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
mod live;
#[path = "../peers/mod.rs"]
mod peers;
mod rest;
mod seat;
mod token;

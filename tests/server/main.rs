//! The embedded server over real HTTP and real sockets, with a real database, and a mock of the Cloud API to send to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what fails here fails the test"
)]

#[path = "../peers/mod.rs"]
mod peers;

mod contract;
#[path = "../peers/contract.rs"]
#[allow(dead_code, reason = "other test binaries use the rest")]
mod contract_peer;
mod desk;
mod envelopes;
mod faults;
mod house;
mod killed;
mod live;
mod media;
mod peer;
mod reading;
mod sending;
mod tenancy;
mod trace;
mod webhook;
mod wire;

//! The diagnosis against the laboratory: every fault is named, and nothing is where there is none.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what fails here fails the test"
)]

#[path = "../peers/contract.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod contract;
mod healthy;
mod matrix;
mod page;
#[path = "../peers/mod.rs"]
mod peers;
mod strange;

//! The whole program in a pseudo-terminal, as a user has it: against the embedded server with its simulated customers,
//! and against a backend on the official socket.io package in each era of its ids.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what fails here fails the test"
)]

mod calling;
#[path = "../peers/contract.rs"]
#[allow(dead_code, reason = "shared by several test binaries, none of which uses all of it")]
mod contract;
mod day;
mod demo;
mod eras;
mod faults;
mod first;
#[path = "../faults/frames.rs"]
mod frames;
#[cfg(target_os = "linux")]
mod full_disk;
mod hostile;
mod house;
mod keeping;
mod leaving;
mod looks;
mod media;
#[path = "../peers/mod.rs"]
mod peers;
mod profiles;
#[path = "../faults/proxy.rs"]
#[allow(dead_code, reason = "shared by several test binaries, none of which uses all of it")]
mod proxy;
mod refusals;
mod residue;
mod secrets;
mod team;
#[allow(dead_code, reason = "shared by several test binaries, none of which uses all of it")]
mod terminal;
mod traffic;

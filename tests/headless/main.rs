//! The headless commands as a user meets them: the built program, its output, its exit code, the files it leaves.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what fails here fails the test"
)]

mod backend;
mod command_line;
mod conversations;
mod dialect;
mod doctor;
mod login;
mod offline;
mod program;
mod replay;
mod tail;
mod trace;

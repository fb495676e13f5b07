//! The whole program in a pseudo-terminal, as a user has it: against the embedded server with its simulated customers,
//! and against a backend on the official socket.io package in each era of its ids.

#[path = "../peers/contract.rs"]
mod contract;
mod demo;
mod eras;
mod faults;
mod leaving;
#[path = "../peers/mod.rs"]
mod peers;
mod terminal;

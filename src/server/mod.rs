//! The embedded backend: webhook, REST, sockets, database, simulated customers.
//!
//! ```text
//!  WhatsApp ──> webhook ──┐ store raw, 200                          ┌─> sockets ──> inboxes
//!  simulator ─> ingest ───┴──> deliveries ──> process ──> database ─┤
//!  inboxes ───> rest ──> sending ──> Channel (graph, simulator) ────┘
//! ```
//!
//! It speaks the contract of the reference backend in its well-behaved form, and never imports `wire`: two halves of
//! one program must not share a mistake.

pub mod channel;
pub mod config;
pub mod db;
pub mod desk;
pub mod faults;
pub mod graph;
pub mod ingest;
pub mod limits;
pub mod passwords;
pub mod payload;
mod rest;
mod run;
mod sending;
mod shared;
pub mod simulator;
mod sockets;
pub mod tokens;
pub mod trace;
pub mod webhook;

pub use config::{ServerConfig, ServerError};
pub use db::DatabaseAt;
pub use run::{Running, Server};

//! The embedded backend: webhook, REST, sockets, database, simulated customers.

pub mod channel;
pub mod db;
pub mod ingest;
pub mod simulator;

//! What WhatsApp tells us: the subscription's verification, signed deliveries, and what is in them.

pub mod content;
pub mod envelope;
pub(in crate::server) mod process;
mod routes;
pub mod signature;

pub(in crate::server) use routes::routes;

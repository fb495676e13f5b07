//! What every route, socket handler and task of one server shares.

use std::ops::Deref;
use std::sync::Arc;

use secrecy::SecretString;
use tokio::sync::{Notify, Semaphore};

use super::channel::Channel;
use super::db::Database;
use super::desk::Desk;
use super::faults::Lab;
use super::ingest::Ingest;
use super::limits::Limiter;
use super::rest::LabDoor;
use super::sockets::Sockets;
use super::tokens::Tokens;
use super::trace::Traces;

/// Cheap to clone.
#[derive(Clone)]
pub(in crate::server) struct Shared(Arc<Parts>);

/// The parts themselves.
pub(in crate::server) struct Parts {
    pub db: Database,
    pub sockets: Sockets,
    pub channel: Arc<dyn Channel>,
    pub tokens: Tokens,
    pub limiter: Limiter,
    pub traces: Traces,
    pub lab: Lab,
    pub lab_door: LabDoor,
    pub webhook_secret: Option<SecretString>,
    pub verify_token: Option<SecretString>,
    /// Checking a password takes 19 MB and all of a core: no more than two at a time, whoever asks.
    pub logins: Semaphore,
    /// Wakes the task that works deliveries off.
    pub arrived: Notify,
    /// Wakes the task that wakes snoozed conversations.
    pub snoozed: Notify,
}

impl Shared {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    pub fn desk(&self) -> Desk {
        Desk::new(self.clone())
    }

    pub fn ingest(&self) -> Ingest {
        Ingest::new(self.clone())
    }
}

impl Deref for Shared {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

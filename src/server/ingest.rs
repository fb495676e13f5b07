//! The one way in for what customers do: the webhook uses it, and so does the simulator.

use std::sync::Arc;

use super::db::{Database, DatabaseError};

/// A handle to the processing of deliveries; cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    inner: Arc<Inner>,
}

struct Inner {
    db: Database,
}

impl Ingest {
    /// Takes one Cloud API envelope (the raw JSON body of a webhook, after its signature was checked): stores it and
    /// returns; it is processed right afterwards, in the order of arrival.
    pub async fn deliver(&self, raw: Vec<u8>) -> Result<(), DatabaseError> {
        let _ = (&self.inner.db, raw);
        Ok(())
    }

    /// Says that the customer of a conversation (its 24 hex id) began or stopped to type.
    pub async fn customer_typing(&self, conversation: &str, typing: bool) {
        let _ = (conversation, typing);
    }
}

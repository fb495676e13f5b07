//! The one way in for what customers do: the webhook uses it, and so does the simulator.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::db::DatabaseError;
use super::shared::Shared;
use super::webhook::process;

/// How often a delivery is tried when the database fails, before it is given up (it stays stored).
const ATTEMPTS: i64 = 5;

/// Old deliveries are looked for this often.
const CLEANING: Duration = Duration::from_secs(600);

/// A handle to the processing of deliveries; cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    shared: Shared,
}

impl Ingest {
    pub(in crate::server) fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// Takes one Cloud API envelope (the raw JSON body of a webhook, after its signature was checked): stores it and
    /// returns; it is processed right afterwards, in the order of arrival.
    pub async fn deliver(&self, raw: Vec<u8>) -> Result<(), DatabaseError> {
        self.shared.db.store_delivery(&raw).await?;
        self.shared.arrived.notify_one();
        Ok(())
    }

    /// Says that the customer of a conversation (its 24 hex id) began or stopped to type.
    pub async fn customer_typing(&self, conversation: &str, typing: bool) {
        match self.shared.db.any_conversation(conversation).await {
            Ok(Some(conversation)) => self.shared.sockets.customer_typing(&conversation, typing).await,
            Ok(None) => tracing::debug!(conversation, "typing in a conversation that does not exist"),
            Err(error) => tracing::warn!(%error, "typing could not be passed on"),
        }
    }

    /// Works off stored deliveries, first those that a kill of the process left, until `stop` is cancelled.
    pub(in crate::server) async fn work(self, stop: CancellationToken) {
        let mut cleaning = tokio::time::interval(CLEANING);
        loop {
            match self.work_off().await {
                Ok(()) => {}
                Err(error) => {
                    tracing::error!(%error, "deliveries wait because the database failed; trying again in a second");
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = tokio::time::sleep(Duration::from_secs(1)) => continue,
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.shared.arrived.notified() => {}
                _ = cleaning.tick() => {
                    if let Err(error) = self.shared.db.forget_old().await {
                        tracing::warn!(%error, "old deliveries could not be removed");
                    }
                }
            }
        }
    }

    async fn work_off(&self) -> Result<(), DatabaseError> {
        let db = &self.shared.db;
        loop {
            let waiting = db.waiting_deliveries().await?;
            if waiting.is_empty() {
                return Ok(());
            }
            for delivery in waiting {
                match process::delivery(&self.shared, &delivery).await {
                    Ok(unused) => db.finish_delivery(delivery.id, unused.as_deref()).await?,
                    Err(error) if delivery.attempts + 1 >= ATTEMPTS => {
                        tracing::error!(%error, delivery = delivery.id, "a delivery is given up");
                        db.finish_delivery(delivery.id, Some(&error.to_string())).await?;
                    }
                    Err(error) => {
                        db.postpone_delivery(delivery.id, &error.to_string()).await?;
                        return Err(error);
                    }
                }
            }
        }
    }
}

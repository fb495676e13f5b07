//! Scripted customers: they write, type, answer replies and let messages be delivered and read.
//!
//! `parse` reads the scripts of `assets/demo/` into the types of `script`. `plan` decides who does what when: it is
//! pure, seeded by `dice`, and knows WhatsApp's rules from `fate`. `live` runs the plan against the clock and hands
//! every event, as the `envelope` that WhatsApp would post, to the ingest that the real webhook uses. `history` is
//! what the database is filled with before that; `media` and `files` make the files that customers send.

mod channel;
mod dice;
mod envelope;
mod event;
mod fate;
mod files;
mod history;
mod live;
mod media;
mod parse;
mod people;
mod plan;
mod script;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::channel::Channel;
use super::db::Database;
use super::db::seed::Seed;
use super::ingest::Ingest;
use channel::SimulatedChannel;
use dice::Dice;
use live::Shared;
use plan::Plan;
use script::Demo;

/// What the simulator is told.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatorConfig {
    /// The same seed gives the same customers writing the same things under the same ids. A database that was used
    /// before wants another seed: messages whose ids it has already are left out as repeated.
    pub seed: u64,
    /// How fast time passes for the customers: at 1 a message comes every four seconds, at 10 ten times as many, at 0
    /// none. Messages to customers are delivered and read at any rate; at 0 nobody answers them.
    pub rate: f64,
    /// Nobody writes during the first half minute, unless answering.
    pub quiet_start: bool,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self { seed: 1, rate: 1.0, quiet_start: false }
    }
}

/// The scripted customers.
pub struct Simulator {
    dice: Dice,
    shared: Arc<Shared>,
}

impl Simulator {
    /// Customers for this configuration.
    pub fn new(config: SimulatorConfig) -> Self {
        // The scripts are part of the program, and a test reads them: this cannot fail in a program that was tested.
        let demo = parse::embedded().unwrap_or_else(|error| {
            tracing::error!(%error, "the demo is empty");
            Demo::default()
        });
        let (demo, dice) = (Arc::new(demo), Dice(config.seed));
        let plan = Plan::new(Arc::clone(&demo), dice, config.rate, config.quiet_start);
        Self { dice, shared: Arc::new(Shared::new(demo, plan)) }
    }

    /// The account, agents, lines and history that the demo starts with, as of `now`; the run's messages are dated
    /// from there on. Agents have no password: the server gives them one when it is asked to.
    pub fn seed(&self, now: Timestamp) -> Seed {
        self.shared.start_at(now);
        history::seed(&self.shared.demo, self.dice, now)
    }

    /// The channel through which the server's messages reach these customers.
    pub fn channel(&self) -> Arc<dyn Channel> {
        Arc::new(SimulatedChannel { shared: Arc::clone(&self.shared) })
    }

    /// Lets the customers live until `stop` is cancelled.
    pub async fn run(self, ingest: Ingest, db: Database, stop: CancellationToken) {
        live::run(self.shared, ingest, db, stop).await;
    }
}

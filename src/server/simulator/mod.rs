//! Scripted customers: they write, type, answer replies and let messages be delivered and read.
//!
//! `parse` reads the scripts of `assets/demo/` into the types of `script`. `plan` decides who does what when: it is
//! pure, seeded by `dice`, and knows WhatsApp's rules from `fate`. `live` runs the plan against the clock and hands
//! every event, as the `envelope` that WhatsApp would post, to the ingest that the real webhook uses. `history` is
//! what the database is filled with before that; `media` and `files` make the files that customers send.

mod channel;
mod colleagues;
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
use super::db::seed::Seed;
use super::db::{Database, DatabaseError};
use super::desk::Desk;
use super::ingest::Ingest;
use channel::SimulatedChannel;
use dice::Dice;
use live::Shared;
pub use parse::ScriptError;
use plan::Plan;

/// What the simulator is told.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatorConfig {
    /// The same seed gives the same customers writing the same things under the same ids.
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
    rate: f64,
    shared: Arc<Shared>,
}

impl Simulator {
    /// Customers for this configuration. The scripts are part of the program, and its tests read them: that they
    /// cannot be used does not happen in a program that was tested.
    pub fn new(config: SimulatorConfig) -> Result<Self, ScriptError> {
        let (demo, dice) = (Arc::new(parse::embedded()?), Dice(config.seed));
        let plan = Plan::new(Arc::clone(&demo), dice, config.rate, config.quiet_start);
        Ok(Self { dice, rate: config.rate, shared: Arc::new(Shared::new(demo, plan)) })
    }

    /// The account, agents, lines and history that the demo starts with, as of `now`; the run's messages are dated
    /// from there on. Agents have no password: the server gives them one when it is asked to.
    pub fn seed(&self, now: Timestamp) -> Seed {
        self.shared.start_at(now);
        history::seed(&self.shared.demo, self.dice, now)
    }

    /// Goes on with a database that an earlier run has filled with so many messages: instead of [`Self::seed`]. What
    /// is written from now on gets other ids than the same seed gave then, since a known id means a repeated message.
    pub fn resume(&self, messages: u64) {
        self.shared.resume(messages);
    }

    /// The channel through which the server's messages reach these customers.
    pub fn channel(&self) -> Arc<dyn Channel> {
        Arc::new(SimulatedChannel { shared: Arc::clone(&self.shared) })
    }

    /// What the team has ready, for a database that was filled with [`Self::seed`]: canned replies and templates.
    pub async fn equip(&self, db: &Database) -> Result<(), DatabaseError> {
        let demo = &self.shared.demo;
        for (shortcut, text) in &demo.canned {
            db.put_canned_reply(&demo.account_id, shortcut, text).await?;
        }
        for template in &demo.templates {
            db.put_template(&demo.account_id, template).await?;
        }
        Ok(())
    }

    /// Lets the customers live, and the agents' colleagues work, until `stop` is cancelled.
    pub async fn run(self, ingest: Ingest, desk: Desk, db: Database, stop: CancellationToken) {
        let demo = Arc::clone(&self.shared.demo);
        let colleagues = colleagues::run(demo, self.dice, self.rate, desk, db.clone(), stop.clone());
        tokio::join!(colleagues, live::run(self.shared, ingest, db, stop));
    }
}

//! Delivery reports for messages that are not known yet.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use crate::chat::delivery::DeliveryUpdate;
use crate::chat::ids::Id;
use crate::chat::message::MessageIds;

/// How long a report waits for its message.
const PATIENCE: Duration = Duration::from_mins(10);

/// How many reports wait at most; the oldest go first.
const MOST: usize = 10_000;

/// Reports that came before their message, each for at most ten minutes.
#[derive(Clone, Debug, Default)]
pub struct ParkedStatuses {
    waiting: HashMap<Id, Vec<(Timestamp, DeliveryUpdate)>>,
    arrived: VecDeque<(Timestamp, Id)>,
}

impl ParkedStatuses {
    /// Keeps a report for a message that is not known.
    pub fn park(&mut self, id: Id, update: DeliveryUpdate, now: Timestamp) {
        self.expire(now);
        if self.arrived.len() >= MOST {
            self.drop_oldest();
        }
        self.waiting.entry(id.clone()).or_default().push((now, update));
        self.arrived.push_back((now, id));
    }

    /// The reports for a message that became known, in order of arrival.
    pub fn take(&mut self, ids: &MessageIds) -> Vec<DeliveryUpdate> {
        if self.waiting.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<_> = ids.iter().filter_map(|id| self.waiting.remove(id)).flatten().collect();
        if !found.is_empty() {
            self.arrived.retain(|(_, id)| self.waiting.contains_key(id));
        }
        found.sort_by_key(|(at, _)| *at);
        found.into_iter().map(|(_, update)| update).collect()
    }

    /// Drops what waited too long; returns how many.
    pub fn expire(&mut self, now: Timestamp) -> usize {
        let before = self.arrived.len();
        while let Some((at, _)) = self.arrived.front()
            && Duration::try_from(now.duration_since(*at)).is_ok_and(|waited| waited > PATIENCE)
        {
            self.drop_oldest();
        }
        before - self.arrived.len()
    }

    /// How many reports wait.
    pub fn len(&self) -> usize {
        self.arrived.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.arrived.is_empty()
    }

    fn drop_oldest(&mut self) {
        let Some((_, id)) = self.arrived.pop_front() else { return };
        if let Some(updates) = self.waiting.get_mut(&id) {
            if !updates.is_empty() {
                updates.remove(0);
            }
            if updates.is_empty() {
                self.waiting.remove(&id);
            }
        }
    }
}

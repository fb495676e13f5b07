//! What is to be come back to, and when.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::app::Timer;

/// All running timers: a handful.
#[derive(Debug, Default)]
pub struct Timers {
    running: HashMap<Timer, Instant>,
}

impl Timers {
    /// Starts a timer, or starts it anew.
    pub fn start(&mut self, timer: Timer, after: Duration, now: Instant) {
        self.running.insert(timer, now + after);
    }

    /// When the first one runs out.
    pub fn next(&self) -> Option<Instant> {
        self.running.values().min().copied()
    }

    /// Takes out those that have run out.
    pub fn expired(&mut self, now: Instant) -> Vec<Timer> {
        let expired: Vec<Timer> = self.running.iter().filter(|(_, at)| **at <= now).map(|(timer, _)| *timer).collect();
        for timer in &expired {
            self.running.remove(timer);
        }
        expired
    }
}

//! When to draw: a frame is requested, requests are coalesced, and the rate is capped. The answer to a key and the
//! first event after a pause are drawn at once.

use std::time::{Duration, Instant};

/// Decides when the next frame is due.
#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    last: Option<Instant>,
    requested: bool,
    urgent: bool,
}

impl Pace {
    /// At most so many frames a second; the answer to a key may exceed it.
    pub fn new(frames_per_second: u16) -> Self {
        let interval = Duration::from_secs(1) / u32::from(frames_per_second.max(1));
        Self { interval, last: None, requested: false, urgent: false }
    }

    /// Something on the screen changed.
    pub fn request(&mut self) {
        self.requested = true;
    }

    /// A person waits for it.
    pub fn request_now(&mut self) {
        self.requested = true;
        self.urgent = true;
    }

    /// Whether a person waits for the next frame.
    pub fn is_urgent(&self) -> bool {
        self.urgent
    }

    /// When the next frame is due; `None` while nothing was requested.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        if !self.requested {
            return None;
        }
        let earliest = self.last.map_or(now, |last| last + self.interval);
        Some(if self.urgent || earliest <= now { now } else { earliest })
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, at: Instant) {
        self.last = Some(at);
        self.requested = false;
        self.urgent = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_that_nobody_asked_for() {
        let now = Instant::now();
        let mut pace = Pace::new(60);
        assert_eq!(pace.due(now), None);
        pace.request();
        pace.drawn(now);
        assert_eq!(pace.due(now + Duration::from_secs(60)), None);
    }

    #[test]
    fn the_first_event_after_a_pause_is_drawn_at_once_and_what_follows_is_coalesced() {
        let now = Instant::now();
        let mut pace = Pace::new(50);
        pace.request();
        assert_eq!(pace.due(now), Some(now));
        pace.drawn(now);
        pace.request();
        pace.request();
        let next = now + Duration::from_millis(20);
        assert_eq!(pace.due(now + Duration::from_millis(3)), Some(next));
        assert_eq!(pace.due(next), Some(next));
    }

    #[test]
    fn the_answer_to_a_key_does_not_wait_for_the_interval() {
        let now = Instant::now();
        let mut pace = Pace::new(30);
        pace.drawn(now);
        pace.request_now();
        let key = now + Duration::from_millis(1);
        assert_eq!(pace.due(key), Some(key));
        pace.drawn(key);
        pace.request();
        assert!(pace.due(key + Duration::from_millis(1)) > Some(key + Duration::from_millis(1)), "urgency is used up");
    }
}

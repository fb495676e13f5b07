//! When to draw: a frame is requested, requests are coalesced, and the rate is capped. The answer to a key and the
//! first events after a pause are drawn at once.

use std::time::{Duration, Instant};

/// So many frames may be drawn before their time: the events of one message (backends send several) come in several
/// reads, and the one that counts should not wait for the next interval because another was drawn before it.
const AHEAD: u32 = 2;

/// Decides when the next frame is due.
#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    /// When the next frame would come if all were drawn in even intervals.
    even: Option<Instant>,
    requested: bool,
    urgent: bool,
}

impl Pace {
    /// At most so many frames a second on average; the answer to a key may exceed it.
    pub fn new(frames_per_second: u16) -> Self {
        let interval = Duration::from_secs(1) / u32::from(frames_per_second.max(1));
        Self { interval, even: None, requested: false, urgent: false }
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
        let earliest = self.even.and_then(|even| even.checked_sub(self.interval * AHEAD)).unwrap_or(now);
        Some(if self.urgent || earliest <= now { now } else { earliest })
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, at: Instant) {
        let even = self.even.map_or(at, |even| even.max(at)) + self.interval;
        // a long word typed at once is no debt
        self.even = Some(even.min(at + self.interval * (AHEAD + 1)));
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
    fn the_first_events_after_a_pause_are_drawn_at_once_and_what_follows_is_coalesced() {
        let begin = Instant::now();
        let mut pace = Pace::new(50);
        let mut drawn = Vec::new();
        // something changes every millisecond
        for ms in 0..1_000 {
            let now = begin + Duration::from_millis(ms);
            pace.request();
            if pace.due(now) == Some(now) {
                pace.drawn(now);
                drawn.push(ms);
            }
        }
        assert_eq!(drawn[..5], [0, 1, 2, 20, 40]);
        assert_eq!(drawn.len(), 52, "fifty a second and two ahead of their time");
        pace.request();
        let later = begin + Duration::from_millis(1_500);
        assert_eq!(pace.due(later), Some(later));
    }

    #[test]
    fn the_answer_to_a_key_does_not_wait_for_the_interval() {
        let now = Instant::now();
        let mut pace = Pace::new(30);
        for ms in 0..40 {
            pace.request_now();
            let key = now + Duration::from_millis(ms);
            assert_eq!(pace.due(key), Some(key));
            pace.drawn(key);
        }
        let last = now + Duration::from_millis(39);
        pace.request();
        let due = pace.due(last + Duration::from_millis(1));
        assert_eq!(due, Some(last + Duration::from_secs(1) / 30), "urgency is used up, and made no debt");
    }
}

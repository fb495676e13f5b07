//! A recording as the source of what happens, in its own time, faster, or step by step.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::app::{ReplayPace, Replaying};
use crate::wire::record::Record;

/// How a recording is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// So many times as fast as it was.
    Times(f64),
    /// One thing at each press of the key.
    Steps,
}

/// A recording being played.
#[derive(Debug)]
pub struct Playback {
    records: VecDeque<Record>,
    speed: Speed,
    /// Stopped by the user.
    paused: bool,
    /// The time of the recording, at the last thing that happened.
    now: Timestamp,
    /// When that was, by our clock.
    since: Instant,
    all: usize,
}

/// A pause of the recording lasts at most this long.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl Playback {
    /// Begins at the first record.
    pub fn new(records: Vec<Record>, speed: Speed) -> Self {
        let now = records.first().map_or(Timestamp::UNIX_EPOCH, Record::at);
        let all = records.len();
        Self { records: records.into(), speed, paused: false, now, since: Instant::now(), all }
    }

    /// The time of the recording.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The next thing, when its time has come. Never, while it is stopped or at its end.
    pub(super) async fn next(&mut self) -> Record {
        let due = match (self.records.front(), self.speed) {
            (Some(next), Speed::Times(times)) if !self.paused => {
                let wait = next.at().duration_since(self.now);
                let wait = Duration::try_from(wait).unwrap_or_default().div_f64(times.max(0.001));
                self.since + wait.min(LONGEST_PAUSE)
            }
            _ => return std::future::pending().await,
        };
        tokio::time::sleep_until(due).await;
        match self.step() {
            Some(record) => record,
            None => std::future::pending().await,
        }
    }

    /// The next thing at once.
    pub(super) fn step(&mut self) -> Option<Record> {
        let record = self.records.pop_front()?;
        self.now = self.now.max(record.at());
        self.since = Instant::now();
        Some(record)
    }

    /// Stops, or goes on; says which.
    pub(super) fn toggle(&mut self) -> bool {
        self.paused = match self.speed {
            Speed::Times(_) => !self.paused,
            // from steps it goes on by itself
            Speed::Steps => {
                self.speed = Speed::Times(1.0);
                false
            }
        };
        self.since = Instant::now();
        self.paused
    }

    /// Where it stands.
    pub fn standing(&self) -> Replaying {
        let pace = match self.speed {
            Speed::Steps => ReplayPace::Steps,
            Speed::Times(_) if self.paused => ReplayPace::Stopped,
            Speed::Times(times) => ReplayPace::Times(times),
        };
        Replaying { at: self.all - self.records.len(), of: self.all, pace }
    }

    /// Where it stands, in words.
    pub(super) fn place(&self) -> String {
        let at = self.all - self.records.len();
        if self.records.is_empty() {
            return format!("the recording ends here, after {at} lines");
        }
        format!("line {at} of {} of the recording", self.all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(second: i64) -> Record {
        Record::Open { at: Timestamp::from_second(second).unwrap(), id: None }
    }

    #[tokio::test(start_paused = true)]
    async fn it_keeps_its_own_time() {
        let mut playback = Playback::new(vec![record(0), record(10), record(12), record(4_000)], Speed::Times(2.0));
        let begun = Instant::now();
        for (at, passed) in [(0, 0.0), (10, 5.0), (12, 6.0), (4_000, 11.0)] {
            assert_eq!(playback.next().await.at().as_second(), at);
            assert!((begun.elapsed().as_secs_f64() - passed).abs() < 0.01, "a long pause is cut short");
        }
        assert_eq!(playback.now().as_second(), 4_000);
        assert_eq!(playback.place(), "the recording ends here, after 4 lines");
        assert!(playback.step().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn steps_wait_for_the_key() {
        let mut playback = Playback::new(vec![record(0), record(1)], Speed::Steps);
        let waited = tokio::time::timeout(Duration::from_secs(60), playback.next()).await;
        assert!(waited.is_err());
        assert_eq!(playback.step().unwrap().at().as_second(), 0);
        assert_eq!(playback.place(), "line 1 of 2 of the recording");
        assert!(!playback.toggle(), "it goes on by itself");
        assert_eq!(playback.next().await.at().as_second(), 1);
    }
}

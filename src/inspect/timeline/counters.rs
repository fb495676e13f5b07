//! How often what came, and how fast.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::Entry;

/// At most this many event names are counted apart.
const MOST_NAMES: usize = 200;
/// So many seconds are counted one by one.
pub const SECONDS: usize = 60;

/// How often each verdict and each event name came, and how many events came in each of the last seconds.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Counters {
    /// By verdict.
    pub verdicts: BTreeMap<&'static str, u64>,
    /// By event name, at most 200 names.
    pub names: BTreeMap<Arc<str>, u64>,
    /// Events for the open conversation that a naive client would have missed.
    pub rescued: u64,
    /// All events.
    pub total: u64,
    /// All bytes of packets.
    pub bytes: u64,
    /// When the last one came.
    pub last: Option<Timestamp>,
    /// The second of the newest count, since 1970.
    second: i64,
    /// Counts of the seconds up to that one, the newest last.
    seconds: VecDeque<u32>,
}

impl Counters {
    pub(super) fn count(&mut self, entry: &Entry, name: &Arc<str>) {
        self.total += 1;
        self.bytes += u64::try_from(entry.bytes).unwrap_or_default();
        self.rescued += u64::from(entry.rescued);
        self.last = self.last.max(Some(entry.received));
        *self.verdicts.entry(entry.verdict.name()).or_default() += 1;
        if let Some(count) = self.names.get_mut(name) {
            *count += 1;
        } else if self.names.len() < MOST_NAMES {
            self.names.insert(name.clone(), 1);
        }
        let second = entry.received.as_second();
        if self.seconds.is_empty() {
            self.second = second;
            self.seconds.push_back(0);
        }
        let passed = usize::try_from(second - self.second).unwrap_or(0).min(SECONDS);
        self.seconds.extend(std::iter::repeat_n(0, passed));
        self.second = self.second.max(second);
        while self.seconds.len() > SECONDS {
            self.seconds.pop_front();
        }
        if let Some(count) = self.seconds.back_mut() {
            *count += 1;
        }
    }

    pub(super) fn correct(&mut self, from: &'static str, to: &'static str) {
        if let Some(count) = self.verdicts.get_mut(from) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.verdicts.remove(from);
            }
        }
        *self.verdicts.entry(to).or_default() += 1;
    }

    /// How many events came in each of the last [`SECONDS`] seconds, the present one last.
    pub fn per_second(&self, now: Timestamp) -> Vec<u32> {
        let silent = usize::try_from(now.as_second() - self.second).unwrap_or(0).min(SECONDS);
        let mut counts = vec![0; SECONDS];
        for (place, count) in counts.iter_mut().rev().skip(silent).zip(self.seconds.iter().rev()) {
            *place = *count;
        }
        counts
    }

    /// Events a second over the last ten.
    pub fn rate(&self, now: Timestamp) -> f64 {
        let counts = self.per_second(now);
        f64::from(counts.iter().rev().take(10).sum::<u32>()) / 10.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::Entry;
    use super::*;

    #[test]
    fn each_second_is_counted_and_silence_passes_too() {
        let at = |second: i64| Timestamp::from_second(1_000_000 + second).unwrap();
        let mut counters = Counters::default();
        for second in [0, 0, 0, 2, 2, 59] {
            counters.count(&Entry::new(1, at(second), "x"), &"x".into());
        }
        let counts = counters.per_second(at(59));
        assert_eq!((counts.len(), counts[0], counts[1], counts[2], counts[59]), (SECONDS, 3, 0, 2, 1));
        assert_eq!(counters.per_second(at(61))[0..2], [2, 0]);
        assert_eq!(counters.per_second(at(500)).iter().sum::<u32>(), 0);
        counters.count(&Entry::new(2, at(1_000), "x"), &"x".into());
        assert_eq!(counters.per_second(at(1_000)).iter().sum::<u32>(), 1, "a long silence empties it");
        assert_eq!(counters.total, 7);
    }
}

//! How long each step of the way took, over the last events.

use jiff::{SignedDuration, Timestamp};

use super::timeline::{Kind, Row, Timeline};

/// So many of the newest events are measured.
const MEASURED: usize = 2_000;

/// The spread of one duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// How many were measured.
    pub count: usize,
    /// Half are shorter.
    pub p50: SignedDuration,
    /// 95 in 100 are shorter.
    pub p95: SignedDuration,
    /// 99 in 100 are shorter.
    pub p99: SignedDuration,
    /// The longest.
    pub most: SignedDuration,
}

impl Spread {
    /// The spread of these; `None` of none.
    pub fn of(mut durations: Vec<SignedDuration>) -> Option<Self> {
        durations.sort_unstable();
        let last = durations.len().checked_sub(1)?;
        let at = |percent: usize| durations.get(last * percent / 100).copied().unwrap_or_default();
        Some(Self { count: durations.len(), p50: at(50), p95: at(95), p99: at(99), most: at(100) })
    }
}

/// The steps of the way.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Latency {
    /// From the backend's emission to the socket.
    pub on_the_way: Option<Spread>,
    /// From the socket to the decision.
    pub deciding: Option<Spread>,
    /// From the decision to the screen.
    pub drawing: Option<Spread>,
    /// From the emission to the screen.
    pub whole: Option<Spread>,
    /// The same of statuses, which come late on some backends.
    pub statuses: Option<Spread>,
    /// So much at least the backend's clock is ahead of ours: an event came before it was emitted.
    pub skew: Option<SignedDuration>,
}

/// Measures the newest events of this connection and those before it.
pub fn latency(timeline: &Timeline) -> Latency {
    let newest = || timeline.rows().iter().rev().take(MEASURED).filter(|row| !row.injected);
    let spread = |pick: &dyn Fn(&Row) -> Option<SignedDuration>| Spread::of(newest().filter_map(pick).collect());
    let earliest = newest().filter_map(Row::on_the_way).min();
    Latency {
        on_the_way: spread(&Row::on_the_way),
        deciding: spread(&|row| Some(row.deciding())),
        drawing: spread(&Row::drawing),
        whole: spread(&Row::emission_to_glass),
        statuses: spread(&|row| row.on_the_way().filter(|_| row.kind == Kind::Status)),
        skew: earliest.filter(|way| *way < SignedDuration::ZERO).map(|way| -way),
    }
}

/// The time between two events that are known.
pub fn between(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<SignedDuration> {
    Some(to?.duration_since(from?))
}

#[cfg(test)]
mod tests {
    use super::super::timeline::Entry;
    use super::*;

    #[test]
    fn each_step_has_its_spread() {
        let mut timeline = Timeline::default();
        for n in 1..=100_u64 {
            let at = |ms: u64| Timestamp::from_millisecond(i64::try_from(n * 1_000 + ms).unwrap()).unwrap();
            let mut entry = Entry::new(n, at(n), "x");
            entry.record.timestamp = Some(at(0));
            entry.routed = at(n + 1);
            timeline.push(entry);
            timeline.drawn(at(n + 3));
        }
        let found = latency(&timeline);
        let ms = SignedDuration::from_millis;
        let whole = found.whole.unwrap();
        assert_eq!((whole.count, whole.p50, whole.p99, whole.most), (100, ms(53), ms(102), ms(103)));
        assert_eq!(found.deciding.unwrap().most, ms(1));
        assert_eq!(found.drawing.unwrap().p95, ms(2));
        assert_eq!((found.skew, found.statuses), (None, None));
        let mut early = Entry::new(200, Timestamp::from_second(500).unwrap(), "x");
        early.record.timestamp = Some(Timestamp::from_second(505).unwrap());
        timeline.push(early);
        assert_eq!(latency(&timeline).skew, Some(SignedDuration::from_secs(5)));
    }
}

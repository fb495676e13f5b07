//! How long to wait before the next attempt to connect. Pure: time and jitter are given.
//!
//! The first three attempts after having been live come within a second each; then the wait
//! doubles, with jitter, up to 2 s within the first minute of an outage and 30 s after it. A network that fails is
//! worth asking often; a server that answers and says no is not, so only refused handshakes climb further.

use std::time::Duration;

/// The longest wait within the outage's first minute.
const EARLY_CAP: Duration = Duration::from_secs(2);
/// How long "early" lasts.
const EARLY: Duration = Duration::from_secs(60);
/// The longest wait after it.
const LATE_CAP: Duration = Duration::from_secs(30);
/// The longest wait between refused handshakes.
const REFUSED_CAP: Duration = Duration::from_secs(300);
/// The upper ends of the first three waits.
const FIRST: [Duration; 3] = [Duration::from_millis(200), Duration::from_millis(500), Duration::from_secs(1)];
/// A connection that ends sooner than this gives no right to the first, short waits: a server that drops everyone at once
/// must not be hammered.
const SETTLED: Duration = Duration::from_secs(3);

/// What the last attempt met with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setback {
    /// No connection, or an established one that ended.
    Lost,
    /// The server answered and refused (not the token: that is not retried at all).
    Refused,
}

/// Counts the attempts of one outage.
#[derive(Clone, Debug, Default)]
pub(super) struct Backoff {
    /// Setbacks since the connection was last settled.
    attempts: u32,
    /// Refused handshakes in a row.
    refusals: u32,
    /// Setbacks since the first minute was over.
    late: u32,
    /// The time of the outage's first setback, on the caller's clock.
    since: Option<Duration>,
    /// When the connection was made, on the caller's clock.
    connected: Option<Duration>,
    /// It was live: whatever comes now is another outage.
    live: bool,
}

impl Backoff {
    /// There is a connection. `now` is the time since any fixed moment.
    pub fn connected(&mut self, now: Duration) {
        (self.connected, self.live) = (Some(now), false);
    }

    /// The connection is live.
    pub fn live(&mut self) {
        self.live = true;
    }

    /// An attempt failed, or the connection ended: how long to wait. `jitter` is from 0 to 1.
    pub fn after(&mut self, setback: Setback, now: Duration, jitter: f64) -> Duration {
        if self.connected.is_some_and(|connected| now.saturating_sub(connected) >= SETTLED) {
            *self = Self::default();
        } else if self.live {
            *self = Self { attempts: self.attempts, ..Self::default() };
        }
        (self.connected, self.live) = (None, false);
        let since = *self.since.get_or_insert(now);
        self.attempts = self.attempts.saturating_add(1);
        self.refusals = if setback == Setback::Refused { self.refusals.saturating_add(1) } else { 0 };
        let ceiling = match FIRST.get(self.attempts as usize - 1) {
            Some(first) => *first,
            None if setback == Setback::Refused => doubled(self.refusals).min(REFUSED_CAP),
            None if now.saturating_sub(since) < EARLY => doubled(self.attempts - FIRST.len() as u32).min(EARLY_CAP),
            None => {
                self.late = self.late.saturating_add(1);
                doubled(self.late.saturating_add(1)).min(LATE_CAP)
            }
        };
        // Half of the wait is certain, half is luck: many clients of one server must not come back in step.
        ceiling.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0))
    }

    /// A person asked for an attempt: the outage counts from now.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

/// 1 s, 2 s, 4 s … for 1, 2, 3 …
fn doubled(times: u32) -> Duration {
    Duration::from_secs(1 << times.saturating_sub(1).min(20))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The waits of an outage in which every attempt fails at once, and the time when each begins.
    fn outage(setback: Setback, jitter: f64, attempts: usize) -> Vec<(Duration, Duration)> {
        let mut backoff = Backoff::default();
        let mut now = Duration::from_secs(1000);
        let begin = now;
        (0..attempts)
            .map(|_| {
                let wait = backoff.after(setback, now, jitter);
                let at = now - begin;
                now += wait;
                (at, wait)
            })
            .collect()
    }

    #[test]
    fn a_lost_connection_is_tried_often() {
        for jitter in [0.0, 0.3, 1.0] {
            let waits = outage(Setback::Lost, jitter, 100);
            assert!(waits.iter().take(3).all(|(_, wait)| *wait <= Duration::from_secs(1)), "{waits:?}");
            for (at, wait) in &waits {
                let cap = if *at < EARLY { EARLY_CAP } else { LATE_CAP };
                assert!(*wait <= cap && *wait >= Duration::from_millis(50), "{wait:?} at {at:?}");
            }
            let last = waits.last().map(|(_, wait)| *wait);
            assert_eq!(last, Some(LATE_CAP.mul_f64(0.5 + 0.5 * jitter)), "it settles at the cap");
        }
    }

    #[test]
    fn refusals_climb_further() {
        let waits = outage(Setback::Refused, 1.0, 20);
        assert_eq!(waits.last().map(|(_, wait)| *wait), Some(REFUSED_CAP));
        assert!(waits.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{waits:?}");
    }

    #[test]
    fn only_a_settled_connection_earns_the_short_waits() {
        let mut backoff = Backoff::default();
        let second = Duration::from_secs(1);
        for attempt in 1..=6 {
            backoff.after(Setback::Lost, second * attempt, 1.0);
        }
        backoff.connected(second * 10);
        backoff.live();
        let wait = backoff.after(Setback::Lost, second * 11, 1.0);
        assert_eq!((wait, backoff.attempts), (EARLY_CAP, 7), "a server that drops everyone is not hammered");
        backoff.connected(second * 20);
        let wait = backoff.after(Setback::Lost, second * 40, 1.0);
        assert_eq!((wait, backoff.attempts), (FIRST[0], 1), "even if REST never let it be live");
    }

    #[test]
    fn a_live_connection_however_short_ends_the_outage() {
        let mut backoff = Backoff::default();
        let late = Duration::from_secs(600);
        for attempt in 0..30 {
            backoff.after(Setback::Lost, Duration::from_secs(20) * attempt, 1.0);
        }
        backoff.connected(late);
        assert_eq!(backoff.after(Setback::Lost, late, 1.0), LATE_CAP, "it was never live");
        backoff.connected(late);
        backoff.live();
        assert_eq!(backoff.after(Setback::Lost, late, 1.0), EARLY_CAP);
    }

    #[test]
    fn a_lost_connection_after_refusals_is_a_lost_one() {
        let mut backoff = Backoff::default();
        for _ in 0..12 {
            backoff.after(Setback::Refused, Duration::ZERO, 1.0);
        }
        assert_eq!(backoff.after(Setback::Lost, Duration::from_secs(1), 1.0), EARLY_CAP);
    }
}

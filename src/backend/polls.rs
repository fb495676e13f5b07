//! When the list is fetched without anybody asking: to catch up, to see whether events are complete, and instead of a
//! socket. Pure: times are given.

use std::time::Duration;

use tokio::time::Instant;

/// After a resync that failed, doubled each time.
const AGAIN: Duration = Duration::from_secs(2);

/// Between polls that events ask for.
const HURRY: Duration = Duration::from_secs(1);

/// How often the list is fetched without anybody asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollEvery {
    /// Until traffic has proved that events come, and where there is no socket or REST fails. 15 s by default.
    pub often: Duration,
    /// Once it has. 60 s by default.
    pub seldom: Duration,
}

impl Default for PollEvery {
    fn default() -> Self {
        Self { often: Duration::from_secs(15), seldom: Duration::from_secs(60) }
    }
}

/// What the polling depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Situation {
    /// Connected and caught up.
    Live,
    /// Connected, and the last resync failed.
    Behind,
    /// The socket does not come up.
    NoSocket,
    /// Nothing to poll for: connecting, or REST refuses us.
    Quiet,
}

/// The schedule.
#[derive(Clone, Debug)]
pub(super) struct Polls {
    every: PollEvery,
    /// When the list was asked for last, whatever for.
    last: Instant,
    /// How many polls and resyncs are on their way.
    running: u32,
    /// Traffic has shown that the subscription works, in this connection.
    confirmed: bool,
    /// Messages that no event brought.
    missed: u32,
    /// A poll has ended since the last missed message.
    clean: bool,
    /// Polls and resyncs that failed in a row.
    failed: u32,
    /// The socket went; nothing was asked since.
    urgent: bool,
}

impl Polls {
    /// Before the first connection.
    pub fn new(now: Instant, every: PollEvery) -> Self {
        Self { every, last: now, running: 0, confirmed: false, missed: 0, clean: false, failed: 0, urgent: false }
    }

    /// A new connection: nothing is proved of it, and a resync begins.
    pub fn connected(&mut self) {
        (self.confirmed, self.missed, self.clean, self.failed) = (false, 0, false, 0);
        self.urgent = false;
        // What is still on its way was asked for before; its answer proves nothing here.
        self.running = 0;
    }

    /// The list was asked for.
    pub fn started(&mut self, now: Instant) {
        (self.last, self.urgent) = (now, false);
        self.running += 1;
    }

    /// The answer is here. `good`: it was an answer, so what no event brought is known by now.
    pub fn finished(&mut self, good: bool) {
        self.running = self.running.saturating_sub(1);
        self.failed = if good { 0 } else { self.failed.saturating_add(1) };
        if good && self.clean && self.confirmed {
            self.missed = 0;
        }
        self.clean = good;
    }

    /// The connection is gone, and with it what was on its way for it. If no other comes, the first poll does not wait.
    pub fn disconnected(&mut self) {
        (self.running, self.urgent) = (0, true);
    }

    /// Whether nothing is on its way.
    pub fn idle(&self) -> bool {
        self.running == 0
    }

    /// An event proved that the subscription works.
    pub fn confirm(&mut self) {
        self.confirmed = true;
    }

    /// REST had messages that no event brought.
    pub fn miss(&mut self, count: u32) {
        self.missed = self.missed.saturating_add(count);
        (self.confirmed, self.clean) = (false, false);
    }

    /// An event says that something changed, and not what: the next poll does not wait.
    pub fn hurry(&mut self) {
        self.urgent = true;
    }

    /// How many messages no event brought, until events proved to come again.
    pub fn missed(&self) -> u32 {
        self.missed
    }

    /// When the list is to be fetched next; `None` for not at all as things stand.
    pub fn due(&self, situation: Situation) -> Option<Instant> {
        if !self.idle() {
            return None;
        }
        let wait = match situation {
            Situation::Quiet => return None,
            Situation::NoSocket if self.urgent => Duration::ZERO,
            Situation::Live if self.urgent => HURRY,
            Situation::Live if self.confirmed && self.missed == 0 && self.failed == 0 => self.every.seldom,
            Situation::Live | Situation::NoSocket => self.every.often,
            Situation::Behind => (AGAIN * (1 << self.failed.saturating_sub(1).min(4))).min(self.every.often),
        };
        Some(self.last + wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: PollEvery = PollEvery { often: Duration::from_secs(15), seldom: Duration::from_secs(60) };

    fn after(polls: &Polls, now: Instant, situation: Situation) -> Option<Duration> {
        polls.due(situation).map(|due| due - now)
    }

    #[tokio::test(start_paused = true)]
    async fn often_until_traffic_confirms_then_seldom() {
        let now = Instant::now();
        let mut polls = Polls::new(now, EVERY);
        polls.connected();
        polls.started(now);
        assert_eq!(polls.due(Situation::Live), None, "one at a time");
        polls.finished(true);
        assert_eq!(after(&polls, now, Situation::Live), Some(EVERY.often));
        polls.confirm();
        assert_eq!(after(&polls, now, Situation::Live), Some(EVERY.seldom));
        polls.finished(false);
        assert_eq!(after(&polls, now, Situation::Live), Some(EVERY.often), "REST failed: is it back?");
        polls.started(now);
        polls.connected();
        assert_eq!(after(&polls, now, Situation::Live), Some(EVERY.often), "each connection proves itself");
        assert_eq!(after(&polls, now, Situation::Quiet), None);
        assert_eq!(after(&polls, now, Situation::NoSocket), Some(EVERY.often));
        polls.disconnected();
        assert_eq!(after(&polls, now, Situation::NoSocket), Some(Duration::ZERO), "is REST there at all?");
        polls.started(now);
        polls.finished(true);
        assert_eq!(after(&polls, now, Situation::NoSocket), Some(EVERY.often));
    }

    #[tokio::test(start_paused = true)]
    async fn a_missed_message_counts_until_events_come_and_a_poll_found_nothing() {
        let now = Instant::now();
        let mut polls = Polls::new(now, EVERY);
        polls.confirm();
        polls.miss(2);
        assert_eq!(after(&polls, now, Situation::Live), Some(EVERY.often));
        polls.finished(true);
        polls.finished(true);
        assert_eq!(polls.missed(), 2, "no event has come");
        polls.confirm();
        polls.finished(true);
        assert_eq!(polls.missed(), 0);
        polls.miss(1);
        polls.confirm();
        polls.finished(true);
        assert_eq!(polls.missed(), 1, "the poll that found it does not clear it");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_resync_is_tried_again_soon_then_less_often() {
        let now = Instant::now();
        let mut polls = Polls::new(now, EVERY);
        let waits: Vec<_> = (0..5)
            .map(|_| {
                polls.started(now);
                polls.finished(false);
                after(&polls, now, Situation::Behind).map(|wait| wait.as_secs())
            })
            .collect();
        assert_eq!(waits, [Some(2), Some(4), Some(8), Some(15), Some(15)]);
    }
}

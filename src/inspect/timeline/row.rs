//! The small part of every event: what the table shows and filters compare, in 64 bytes.

use jiff::{SignedDuration, Timestamp};

use super::blocks::Place;
use super::{Entry, Kind};
use crate::chat::{ConversationKey, Rule, VerdictKind};

/// Nothing, in a field that cannot be negative.
const NONE: u32 = u32::MAX;
/// Nothing, in a time.
const NEVER: i64 = i64::MIN;

/// One event as the table shows it. Its details are unpacked by [`Timeline::get`](super::Timeline::get).
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its number within the process.
    pub seq: u64,
    received: i64,
    emitted: i64,
    routed: u32,
    drawn: u32,
    /// The connection that brought it.
    pub epoch: u32,
    /// Packet size in bytes.
    pub bytes: u32,
    conversation: u32,
    pub(super) place: Place,
    pub(super) name: u16,
    /// What routing decided, in one word.
    pub verdict: VerdictKind,
    rule: u8,
    /// What sort of event it is.
    pub kind: Kind,
    /// The naive comparison's answer.
    pub matched: bool,
    /// It belongs to the open conversation and a naive client would have missed it.
    pub rescued: bool,
    /// The user marked it.
    pub marked: bool,
    /// It was put in by the user, not by the backend.
    pub injected: bool,
    /// The decision was corrected after a fetch.
    pub(super) amended: bool,
}

impl Row {
    pub(super) fn of(entry: &Entry, name: u16, place: Place) -> Self {
        let received = entry.received.as_microsecond();
        let after = |at: Timestamp| u32::try_from((at.as_microsecond() - received).max(0)).unwrap_or(NONE - 1);
        Self {
            seq: entry.seq,
            received,
            emitted: entry.record.timestamp.map_or(NEVER, Timestamp::as_microsecond),
            routed: after(entry.routed),
            drawn: entry.drawn.map_or(NONE, after),
            epoch: entry.epoch,
            bytes: u32::try_from(entry.bytes).unwrap_or(u32::MAX),
            conversation: entry.conversation.or_else(|| entry.verdict.key()).map_or(NONE, |key| key.0),
            place,
            name,
            verdict: entry.verdict.kind(),
            rule: super::packed::rule_to_byte(entry.rule),
            kind: entry.about.kind,
            matched: entry.record.matched,
            rescued: entry.rescued,
            marked: false,
            injected: entry.injected,
            amended: false,
        }
    }

    /// When it was read from the socket.
    pub fn received(&self) -> Timestamp {
        time(self.received)
    }

    /// When the backend says that it emitted it.
    pub fn emitted(&self) -> Option<Timestamp> {
        (self.emitted != NEVER).then(|| time(self.emitted))
    }

    /// When it was decided about.
    pub fn routed(&self) -> Timestamp {
        time(self.received.saturating_add(self.routed.into()))
    }

    /// When its effect was on the screen.
    pub fn drawn(&self) -> Option<Timestamp> {
        (self.drawn != NONE).then(|| time(self.received.saturating_add(self.drawn.into())))
    }

    pub(super) fn set_drawn(&mut self, at: Timestamp) {
        let after = at.as_microsecond().saturating_sub(self.received).max(0);
        self.drawn = u32::try_from(after).unwrap_or(NONE - 1);
    }

    pub(super) fn decide_again(&mut self, verdict: VerdictKind, key: Option<ConversationKey>, rule: Option<Rule>) {
        self.verdict = verdict;
        self.rule = super::packed::rule_to_byte(rule);
        self.conversation = key.map_or(self.conversation, |key| key.0);
        self.amended = true;
    }

    /// Which conversation, for filters; also set for verdicts that did not route.
    pub fn conversation(&self) -> Option<ConversationKey> {
        (self.conversation != NONE).then_some(ConversationKey(self.conversation))
    }

    /// By which rule.
    pub fn rule(&self) -> Option<Rule> {
        super::packed::rule_from_byte(self.rule)
    }

    /// From the backend's emission to the socket. Negative when the clocks disagree.
    pub fn on_the_way(&self) -> Option<SignedDuration> {
        Some(self.received().duration_since(self.emitted()?))
    }

    /// From the socket to the decision.
    pub fn deciding(&self) -> SignedDuration {
        SignedDuration::from_micros(self.routed.into())
    }

    /// From the decision to the screen.
    pub fn drawing(&self) -> Option<SignedDuration> {
        (self.drawn != NONE).then(|| SignedDuration::from_micros(self.drawn.saturating_sub(self.routed).into()))
    }

    /// From the backend's emission to the screen, where both are known. Negative when the clocks disagree.
    pub fn emission_to_glass(&self) -> Option<SignedDuration> {
        Some(self.drawn()?.duration_since(self.emitted()?))
    }
}

fn time(microsecond: i64) -> Timestamp {
    Timestamp::from_microsecond(microsecond).unwrap_or_default()
}

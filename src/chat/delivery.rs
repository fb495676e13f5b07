//! Delivery status: a rank that never goes back, and failure as a flag beside it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::text::Clean;

/// How far a message got. The order is the rank: a later one never gives way to an earlier one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rank {
    /// Not on its way yet, or not known.
    #[default]
    Queued,
    /// The channel took it.
    Sent,
    /// It is on the customer's phone.
    Delivered,
    /// The customer saw it. Implies delivered, which may never be reported.
    Read,
    /// The customer listened to it (voice notes).
    Played,
}

impl Rank {
    /// It in one word, as people read it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
        }
    }
}

/// Why a message failed, in the channel's words.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Failure {
    /// The channel's code, such as `131047`.
    pub code: Option<Clean>,
    /// The channel's words.
    pub reason: Option<Clean>,
}

/// One report about a message, as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryUpdate {
    /// What is reported: a rank, or failure.
    pub state: DeliveryState,
    /// When the channel or the backend says that it happened.
    pub at: Option<Timestamp>,
}

/// A rank or a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryState {
    /// The message got this far.
    Reached(Rank),
    /// The message failed.
    Failed(Failure),
}

/// All that is known of a message's delivery.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Delivery {
    /// The furthest rank that was ever reported.
    pub rank: Rank,
    /// Set while the last report of failure has not been followed by a delivery (a channel may retry).
    pub failure: Option<Failure>,
    /// Every report, in order of arrival, without repeats.
    pub history: Vec<DeliveryUpdate>,
}

/// How many reports a message remembers.
const MOST_REPORTS: usize = 24;

impl Delivery {
    /// Takes a report in; false when it changes nothing that a person sees.
    ///
    /// The rank never goes back. A failure is a flag beside it: a later delivery takes it away (a channel may retry), a
    /// report of an older delivery does not, and neither does an older failure come back after a newer delivery.
    pub fn apply(&mut self, update: &DeliveryUpdate) -> bool {
        if self.history.iter().any(|had| had.state == update.state && had.at == update.at) {
            return false;
        }
        let before = (self.rank, self.failure.clone());
        match &update.state {
            DeliveryState::Reached(rank) => {
                if *rank >= Rank::Delivered && !self.failed_after(update.at) {
                    self.failure = None;
                }
                self.rank = self.rank.max(*rank);
            }
            DeliveryState::Failed(failure) => {
                if !self.delivered_after(update.at) {
                    self.failure = Some(failure.clone());
                }
            }
        }
        if self.history.len() >= MOST_REPORTS {
            self.history.remove(0);
        }
        self.history.push(update.clone());
        before != (self.rank, self.failure.clone())
    }

    /// Takes in what another copy of the same message says; false when that is nothing new.
    pub fn merge(&mut self, other: &Self) -> bool {
        let before = (self.rank, self.failure.clone());
        for update in &other.history {
            self.apply(update);
        }
        if self.failure.is_none() && other.failure.is_some() && before.0 < Rank::Delivered {
            self.failure.clone_from(&other.failure);
        }
        if self.failure.is_some() && other.failure.is_none() && other.rank >= Rank::Delivered && before.0 < other.rank {
            self.failure = None;
        }
        self.rank = self.rank.max(other.rank);
        before != (self.rank, self.failure.clone())
    }

    fn failed_after(&self, at: Option<Timestamp>) -> bool {
        self.later_than(at, |state| matches!(state, DeliveryState::Failed(_)))
    }

    fn delivered_after(&self, at: Option<Timestamp>) -> bool {
        self.later_than(at, |state| matches!(state, DeliveryState::Reached(rank) if *rank >= Rank::Delivered))
    }

    /// Whether a report of this kind is dated later. Without dates the order of arrival decides.
    fn later_than(&self, at: Option<Timestamp>, kind: impl Fn(&DeliveryState) -> bool) -> bool {
        at.is_some_and(|at| self.history.iter().any(|had| kind(&had.state) && had.at.is_some_and(|had| had > at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Option<Timestamp> {
        Timestamp::from_second(second).ok()
    }

    fn reached(rank: Rank, second: i64) -> DeliveryUpdate {
        DeliveryUpdate { state: DeliveryState::Reached(rank), at: at(second) }
    }

    fn failed(second: i64) -> DeliveryUpdate {
        let failure = Failure { code: Some(Clean::line("131047")), reason: None };
        DeliveryUpdate { state: DeliveryState::Failed(failure), at: at(second) }
    }

    #[test]
    fn the_rank_never_goes_back() {
        let mut delivery = Delivery::default();
        assert!(delivery.apply(&reached(Rank::Read, 3)));
        assert!(!delivery.apply(&reached(Rank::Delivered, 2)));
        assert!(!delivery.apply(&reached(Rank::Read, 3)), "a repeat");
        assert_eq!(delivery.rank, Rank::Read);
        assert_eq!(delivery.history.len(), 2);
    }

    #[test]
    fn failure_is_a_flag_beside_the_rank() {
        let mut delivery = Delivery::default();
        delivery.apply(&reached(Rank::Read, 3));
        assert!(delivery.apply(&failed(4)), "a late failure is shown");
        assert_eq!(delivery.rank, Rank::Read);
        assert!(!delivery.apply(&reached(Rank::Delivered, 2)), "an older delivery does not take it away");
        assert!(delivery.apply(&reached(Rank::Delivered, 5)), "a newer one does");
        assert!(!delivery.apply(&failed(1)), "and an older failure does not come back");
        assert_eq!(delivery.failure, None);
    }
}

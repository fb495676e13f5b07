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

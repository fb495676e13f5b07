//! How far a message got, and whose it is.

use std::fmt;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The customer.
    Inbound,
    /// An agent.
    Outbound,
    /// An agent, to the team only: the customer never sees it.
    Note,
}

impl Direction {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Note => "note",
        }
    }

    /// The direction that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "inbound" => Some(Self::Inbound),
            "outbound" => Some(Self::Outbound),
            "note" => Some(Self::Note),
            _ => None,
        }
    }
}

/// How far a message got; it never goes back. That it failed is a flag beside this, since WhatsApp may deliver a
/// message after it reported a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeliveryStatus {
    /// Accepted here, not yet by WhatsApp.
    Queued,
    /// Accepted by WhatsApp.
    Sent,
    /// On the customer's phone.
    Delivered,
    /// Seen.
    Read,
    /// Listened to (voice notes).
    Played,
}

impl DeliveryStatus {
    /// All of them, in rank order.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Sent, Self::Delivered, Self::Read, Self::Played];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
        }
    }

    /// The status that a word names; `failed` is none.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

impl fmt::Display for DeliveryStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

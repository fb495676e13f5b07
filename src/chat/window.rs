//! WhatsApp's 24 h service window and the customer's waiting time.

use std::time::Duration;

use jiff::Timestamp;

use super::delivery::Rank;
use super::message::Direction;
use super::thread::Thread;

/// How long after the customer's last message WhatsApp lets a business write freely.
pub const SERVICE_WINDOW: Duration = Duration::from_hours(24);

/// From here on the window is said to close soon.
pub const CLOSING: Duration = Duration::from_hours(2);

/// Whether the business may write freely now. Counted from the last inbound message alone: our own messages never
/// extend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Yes.
    Open {
        /// For so long still.
        left: Duration,
    },
    /// Yes, for less than two hours.
    Closing {
        /// For so long still.
        left: Duration,
    },
    /// No: only templates are delivered.
    Expired {
        /// When it closed.
        since: Timestamp,
    },
    /// The customer's last message is not known here.
    Unknown,
}

/// The service window of a conversation whose customer wrote last at `last_inbound`.
pub fn service_window(last_inbound: Option<Timestamp>, now: Timestamp) -> Window {
    let Some(closes) = last_inbound.and_then(|last| last.checked_add(SERVICE_WINDOW).ok()) else {
        return Window::Unknown;
    };
    match Duration::try_from(closes.duration_since(now)) {
        Err(_) | Ok(Duration::ZERO) => Window::Expired { since: closes },
        Ok(left) if left < CLOSING => Window::Closing { left },
        // A clock that runs ahead of ours does not make the window longer than it is.
        Ok(left) => Window::Open { left: left.min(SERVICE_WINDOW) },
    }
}

/// Since when the customer waits: the time of the first inbound message after our last answer. `None` when nobody
/// waits. A note is no answer, nor is a message that failed.
pub fn waiting_since(thread: &Thread) -> Option<Timestamp> {
    let mut since = None;
    for message in thread.iter().rev() {
        let undelivered = message.delivery.failure.is_some() && message.delivery.rank < Rank::Delivered;
        match message.direction {
            Direction::Inbound => since = message.sent_at.or(message.created_at).or(since),
            Direction::Outbound if undelivered => {}
            Direction::Outbound => return since,
            Direction::Note => {}
        }
    }
    since
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    #[test]
    fn the_window_counts_from_the_last_inbound_message() {
        let day = 24 * 3600;
        assert_eq!(service_window(None, at(0)), Window::Unknown);
        assert_eq!(service_window(Some(at(0)), at(3600)), Window::Open { left: Duration::from_hours(23) });
        assert_eq!(service_window(Some(at(0)), at(day - 60)), Window::Closing { left: Duration::from_secs(60) });
        assert_eq!(service_window(Some(at(0)), at(day)), Window::Expired { since: at(day) });
        assert_eq!(service_window(Some(at(0)), at(2 * day)), Window::Expired { since: at(day) });
        assert_eq!(service_window(Some(at(900)), at(0)), Window::Open { left: SERVICE_WINDOW });
    }
}

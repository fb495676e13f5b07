//! The way out: reports to the program, and news from the session's own tasks.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::command::Purpose;
use super::live::{DialError, Dialled};
use super::report::{Exchange, Report, RestError};
use super::token::Held;
use crate::chat::{ConversationKey, Id};
use crate::text::Clean;

/// Sends reports, and stops when the program has gone or the session is being closed.
#[derive(Clone, Debug)]
pub(super) struct Reports {
    sender: mpsc::Sender<Report>,
    closing: CancellationToken,
}

impl Reports {
    pub fn new(sender: mpsc::Sender<Report>, closing: CancellationToken) -> Self {
        Self { sender, closing }
    }

    /// Waits for room: a program that is slow slows the session, and through it the socket.
    pub async fn send(&self, report: Report) {
        // The common case has room and needs no second future.
        let report = match self.sender.try_send(report) {
            Ok(()) => return,
            Err(mpsc::error::TrySendError::Full(report)) => report,
            Err(mpsc::error::TrySendError::Closed(_)) => return self.closing.cancel(),
        };
        tokio::select! {
            () = self.closing.cancelled() => {}
            sent = self.sender.send(report) => if sent.is_err() { self.closing.cancel() },
        }
    }
}

/// What the session's tasks tell it.
#[derive(Debug)]
pub(super) enum News {
    /// The attempt with this number came to its end.
    Dialled {
        /// Which attempt.
        attempt: u64,
        /// How it ended.
        result: Result<Box<Dialled>, DialError>,
    },
    /// The search for a token, a step of the attempt with this number, ended.
    Renewed {
        /// Which attempt.
        attempt: u64,
        /// What was found.
        result: Result<Held, Clean>,
    },
    /// REST found a new token after a refusal.
    NewToken,
    /// A REST exchange ended.
    Exchanged {
        /// How long it took; `None` where nothing was exchanged.
        took: Option<Duration>,
        /// Whether a failure speaks of REST as a whole: a refused send does not, a refused list does.
        telling: bool,
        /// How it ended.
        outcome: Result<(), RestError>,
    },
    /// The same exchange, to be shown.
    Tapped(Box<Exchange>),
    /// A resync or a poll ended.
    Polled {
        /// Which of the two.
        purpose: Purpose,
        /// The connection at its begin.
        epoch: u32,
        /// Why it failed.
        outcome: Result<(), Clean>,
    },
    /// The server answered a join.
    Joined {
        /// The room.
        id: Id,
        /// The connection.
        epoch: u32,
        /// Its words on a refusal.
        answer: Result<(), Clean>,
    },
    /// An operation ended; the next one of its conversation may go.
    Operated {
        /// Whose.
        key: ConversationKey,
    },
    /// A send ended; the next one of its conversation may go.
    Sent {
        /// Whose.
        key: ConversationKey,
        /// Its fate is not known, or the backend cannot be reached: what waits behind it must not overtake it.
        lost: bool,
    },
}

/// Takes news in.
pub(super) type NewsSender = mpsc::UnboundedSender<News>;

//! Answers on their way out: whoever reads them slowly never holds up what is written to disk.

use std::collections::VecDeque;

use tokio::sync::mpsc;

use super::command::Reply;

/// Answers that wait for their reader.
#[derive(Debug)]
pub(super) struct Replies {
    to: mpsc::Sender<Reply>,
    waiting: VecDeque<Reply>,
}

impl Replies {
    pub(super) fn new(to: mpsc::Sender<Reply>) -> Self {
        Self { to, waiting: VecDeque::new() }
    }

    /// Gives an answer, now or when there is room; the order stays.
    pub(super) fn give(&mut self, reply: Reply) {
        if !self.waiting.is_empty() {
            return self.waiting.push_back(reply);
        }
        match self.to.try_send(reply) {
            Err(mpsc::error::TrySendError::Full(reply)) => self.waiting.push_back(reply),
            // Nobody listens any more: the program is closing.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// A way out for another task.
    pub(super) fn sender(&self) -> mpsc::Sender<Reply> {
        self.to.clone()
    }

    /// Waits for room and gives the first one that waits.
    pub(super) async fn deliver(&mut self) {
        match self.to.reserve().await {
            Ok(room) => {
                if let Some(reply) = self.waiting.pop_front() {
                    room.send(reply);
                }
            }
            Err(_) => self.waiting.clear(),
        }
    }
}

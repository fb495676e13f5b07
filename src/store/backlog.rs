//! How far the store is behind, so that a slow disk costs cache rows and not memory.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::command::Command;

/// So many rows of the cache may wait for the store's task.
const MOST_WAITING: usize = 20_000;

/// Rows that were given and not taken up yet.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    waiting: AtomicUsize,
    dropped: AtomicUsize,
}

impl Backlog {
    /// Whether the command may be given. Only rows of the cache can be refused: they can be fetched again.
    pub(super) fn admit(&self, command: &Command) -> bool {
        let rows = rows(command);
        if rows == 0 {
            return true;
        }
        if self.waiting.load(Ordering::Relaxed) >= MOST_WAITING {
            self.dropped.fetch_add(rows, Ordering::Relaxed);
            return false;
        }
        self.waiting.fetch_add(rows, Ordering::Relaxed);
        true
    }

    /// The command was taken up.
    pub(super) fn taken(&self, command: &Command) {
        self.waiting.fetch_sub(rows(command), Ordering::Relaxed);
    }

    /// How many rows were refused since this was last asked.
    pub(super) fn dropped(&self) -> usize {
        self.dropped.swap(0, Ordering::Relaxed)
    }
}

fn rows(command: &Command) -> usize {
    match command {
        Command::Conversations(rows) => rows.len(),
        Command::Messages { messages, .. } => messages.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_disk_costs_cache_rows_and_never_a_draft() {
        let backlog = Backlog::default();
        let row = super::super::StoredConversation::named("c".into());
        let page = Command::Conversations(vec![row; MOST_WAITING]);
        assert!(backlog.admit(&page));
        assert!(!backlog.admit(&page));
        assert!(backlog.admit(&Command::Draft { conversation: "c".into(), note: false, text: None }));
        assert_eq!((backlog.dropped(), backlog.dropped()), (MOST_WAITING, 0));
        backlog.taken(&page);
        assert!(backlog.admit(&page));
    }
}

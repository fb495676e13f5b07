//! The way through the conversations: back and forward, as in a browser.

use crate::chat::ConversationKey;

/// At most this many steps are remembered.
const MOST: usize = 100;

/// Visited conversations; the current one is at `at`.
#[derive(Debug, Default)]
pub struct Visits {
    path: Vec<ConversationKey>,
    at: usize,
}

impl Visits {
    /// Goes to a conversation by another way than back and forward: what lay ahead is forgotten.
    pub fn go(&mut self, key: ConversationKey) {
        if self.path.get(self.at) == Some(&key) {
            return;
        }
        self.path.truncate(self.at + 1);
        self.path.push(key);
        if self.path.len() > MOST {
            self.path.remove(0);
        }
        self.at = self.path.len() - 1;
    }

    /// One step back.
    pub fn back(&mut self) -> Option<ConversationKey> {
        self.at = self.at.checked_sub(1)?;
        self.path.get(self.at).copied()
    }

    /// One step forward again.
    pub fn forward(&mut self) -> Option<ConversationKey> {
        let key = self.path.get(self.at + 1).copied()?;
        self.at += 1;
        Some(key)
    }

    /// Forgets a conversation that is no more.
    pub fn forget(&mut self, key: ConversationKey) {
        self.path.retain(|other| *other != key);
        self.at = self.at.min(self.path.len().saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_and_forward_as_in_a_browser() {
        let key = ConversationKey;
        let mut visits = Visits::default();
        assert_eq!(visits.back(), None);
        for n in [1, 2, 2, 3] {
            visits.go(key(n));
        }
        assert_eq!(visits.back(), Some(key(2)));
        assert_eq!(visits.back(), Some(key(1)));
        assert_eq!(visits.back(), None);
        assert_eq!(visits.forward(), Some(key(2)));
        visits.go(key(9));
        assert_eq!(visits.forward(), None, "a new way forgets what lay ahead");
        assert_eq!(visits.back(), Some(key(2)));
    }
}

//! Which conversation a message belongs to: statuses often name nothing else.

use std::collections::{HashMap, VecDeque};

use super::Directory;
use crate::chat::ids::{ConversationKey, Id};
use crate::chat::message::MessageIds;

/// How many message ids are remembered; the oldest go first.
const MOST: usize = 200_000;

/// A bounded map from message ids to conversations. `None` is an id that two conversations claimed.
#[derive(Clone, Debug, Default)]
pub(super) struct MessageIndex {
    homes: HashMap<Id, Option<ConversationKey>>,
    arrived: VecDeque<Id>,
}

impl Directory {
    /// Remembers which conversation a message belongs to, by the backend's and by the channel's id. Bounded to 200,000
    /// ids; the oldest are forgotten first. An id that two conversations claim finds neither.
    pub fn index_message(&mut self, message: &MessageIds, key: ConversationKey) {
        let key = self.current(key);
        for id in message.iter() {
            if let Some(home) = self.messages.homes.get(id).copied() {
                if home.is_some_and(|home| self.current(home) != key) {
                    self.messages.homes.insert(id.clone(), None);
                }
                continue;
            }
            if self.messages.arrived.len() >= MOST
                && let Some(oldest) = self.messages.arrived.pop_front()
            {
                self.messages.homes.remove(&oldest);
            }
            self.messages.arrived.push_back(id.clone());
            self.messages.homes.insert(id.clone(), Some(key));
        }
    }

    /// The conversation of a message, by any of its ids.
    pub fn conversation_of_message(&self, id: &Id) -> Option<ConversationKey> {
        self.messages.homes.get(id).copied().flatten().map(|key| self.current(key))
    }
}

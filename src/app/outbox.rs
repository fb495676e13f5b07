//! What was sent and is not settled yet: first in, first out per conversation, each at most once on the wire without
//! knowledge of its fate.

use jiff::Timestamp;

use crate::chat::{ConversationKey, Id};
use crate::text::Clean;

/// How far a message of ours is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Not on the wire yet.
    Queued,
    /// On the wire; the answer is awaited.
    Sending,
    /// The answer was lost: it may or may not have been sent. The agent decides.
    Unconfirmed,
}

/// A message of ours on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The id that this program gave it.
    pub client: Id,
    /// To whom.
    pub key: ConversationKey,
    /// As the agent typed it.
    pub text: String,
    /// When the agent pressed Enter.
    pub written: Timestamp,
    /// When it was put on the wire last.
    pub attempted: Option<Timestamp>,
    /// How far it is.
    pub fate: Fate,
    /// Why it waits, in words.
    pub note: Option<Clean>,
}

/// All messages of ours that are on their way, oldest first.
#[derive(Debug, Default)]
pub struct Outbox {
    items: Vec<Outgoing>,
}

/// A queued message is sent by itself only while it is younger than this.
const FRESH: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

impl Outbox {
    /// Puts a message at the end.
    pub fn push(&mut self, item: Outgoing) {
        self.items.push(item);
    }

    /// All of them.
    pub fn items(&self) -> &[Outgoing] {
        &self.items
    }

    /// The one with this id.
    pub fn get(&self, client: &Id) -> Option<&Outgoing> {
        self.items.iter().find(|item| item.client == *client)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, client: &Id) -> Option<&mut Outgoing> {
        self.items.iter_mut().find(|item| item.client == *client)
    }

    /// Takes one out: it is settled.
    pub fn remove(&mut self, client: &Id) -> Option<Outgoing> {
        let at = self.items.iter().position(|item| item.client == *client)?;
        Some(self.items.remove(at))
    }

    /// The unconfirmed one of a conversation that blocks what follows it.
    pub fn unconfirmed(&self, key: ConversationKey) -> Option<&Outgoing> {
        self.items.iter().find(|item| item.key == key && item.fate == Fate::Unconfirmed)
    }

    /// Marks the head of each conversation's queue as sending, if nothing is before it, and returns what to send.
    /// Stale ones stay queued for the agent to decide.
    pub fn start(&mut self, now: Timestamp) -> Vec<Outgoing> {
        let mut busy: Vec<ConversationKey> = Vec::new();
        let mut started = Vec::new();
        for item in &mut self.items {
            if busy.contains(&item.key) {
                continue;
            }
            busy.push(item.key);
            if item.fate == Fate::Queued && now.duration_since(item.written) < FRESH {
                item.fate = Fate::Sending;
                item.attempted = Some(now);
                item.note = None;
                started.push(item.clone());
            }
        }
        started
    }
}

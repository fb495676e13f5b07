//! What came while nobody listened: after a reconnect, and where polls show what no event brought, the threads that
//! moved are fetched, and what was not printed yet is.

use std::collections::{HashMap, HashSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::app::State;
use crate::backend::{Command, Page, Purpose, Target};
use crate::chat::{ConversationKey, Id, Message, Verdict};
use crate::text::Clean;
use crate::wire::ThreadPage;

/// So many messages of a thread that moved are fetched.
const FETCHED: u32 = 50;
/// So many ids of printed messages are remembered.
const REMEMBERED: usize = 50_000;

/// A message that no event brought.
pub(super) struct Missed {
    pub key: ConversationKey,
    pub message: Message,
}

/// How far back a thread is compared with what was printed.
const LOOKED_BACK: SignedDuration = SignedDuration::from_mins(10);
/// Rows tell the time of their last message in whole seconds.
const ROW_PRECISION: SignedDuration = SignedDuration::from_secs(1);

/// What was printed of each conversation.
#[derive(Default)]
pub(super) struct CatchUp {
    known: HashMap<ConversationKey, Known>,
    /// Conversations whose thread was asked for, with the time of the last message by the row.
    asked: HashMap<ConversationKey, Timestamp>,
    /// Rows that the last poll found ahead of the events: an event may still be on its way.
    suspects: HashSet<ConversationKey>,
    printed: HashSet<Id>,
    /// The same ids, oldest first.
    order: VecDeque<Id>,
    /// The newest message of the first list: what is not newer is history.
    begun: Option<Timestamp>,
}

/// How far one conversation is printed.
struct Known {
    /// Messages before this are history.
    from: Timestamp,
    /// The newest message that is known.
    newest: Timestamp,
    /// The row as the last list had it.
    row: Option<(Option<Timestamp>, Option<Clean>, u32)>,
}

impl CatchUp {
    /// An event brought this message.
    pub fn heard(&mut self, key: ConversationKey, message: &Message, verdict: &Verdict) {
        self.remember(message);
        self.suspects.remove(&key);
        let Some(at) = message.created_at.or(message.sent_at).filter(|_| verdict.key().is_some()) else { return };
        let from = self.begun.unwrap_or(at);
        let known = self.known.entry(key).or_insert(Known { from, newest: at, row: None });
        known.newest = known.newest.max(at);
    }

    /// A list came: the threads to fetch because of it.
    pub fn list(&mut self, state: &State, purpose: Purpose) -> Vec<Command> {
        let mut commands = Vec::new();
        let suspects = std::mem::take(&mut self.suspects);
        let rows = || state.inbox.all().iter().filter_map(|key| state.inbox.get(*key));
        let begun = *self.begun.get_or_insert_with(|| {
            for row in rows() {
                let from = row.last_at.unwrap_or_default() + ROW_PRECISION;
                let known = || Known { from, newest: from - ROW_PRECISION, row: None };
                self.known.entry(row.key).or_insert_with(known);
            }
            rows().filter_map(|row| row.last_at).max().unwrap_or_default() + ROW_PRECISION
        });
        for row in rows() {
            let key = row.key;
            let Some(last_at) = row.last_at else { continue };
            let known = self.known.entry(key).or_insert(Known { from: begun, newest: begun, row: None });
            let seen = known.row.replace((row.last_at, row.preview.clone(), row.unread));
            let ahead = last_at.as_second() > known.newest.as_second();
            // After a reconnect, what came within the second of the last event is looked for as well.
            let changed = seen.is_some() && seen != known.row && last_at.as_second() >= known.newest.as_second();
            let fetch = match purpose {
                Purpose::Drift if ahead && !suspects.contains(&key) => {
                    self.suspects.insert(key);
                    false
                }
                Purpose::Drift => ahead,
                Purpose::Resync | Purpose::Asked => ahead || changed,
            };
            if fetch {
                self.asked.insert(key, last_at);
                let id = row.id.clone();
                let aliases = state.directory.declared_ids(key).into_iter().filter(|alias| *alias != id).collect();
                let target = Target { key, id, aliases, line: row.line.clone(), phone: row.phone.clone() };
                commands.push(Command::FetchThread { target, page: Page::Latest, limit: FETCHED, purpose });
            }
        }
        commands
    }

    /// A thread came: its messages that are new and were not printed.
    pub fn thread(&mut self, key: ConversationKey, page: &ThreadPage) -> Vec<Missed> {
        let Some(last_at) = self.asked.remove(&key) else { return Vec::new() };
        let Some(known) = self.known.get_mut(&key) else { return Vec::new() };
        let from = known.from.max(known.newest - LOOKED_BACK);
        let newest = page.messages.iter().filter_map(|message| message.created_at).max();
        known.newest = known.newest.max(last_at).max(newest.unwrap_or(last_at));
        let mut missed = Vec::new();
        for message in &page.messages {
            let fresh = message.created_at.is_some_and(|at| at >= from);
            if fresh && !message.ids.iter().any(|id| self.printed.contains(id)) {
                self.remember(message);
                missed.push(Missed { key, message: message.clone() });
            }
        }
        missed
    }

    fn remember(&mut self, message: &Message) {
        for id in message.ids.iter() {
            if self.printed.insert(id.clone()) {
                self.order.push_back(id.clone());
            }
        }
        while self.order.len() > REMEMBERED {
            if let Some(gone) = self.order.pop_front() {
                self.printed.remove(&gone);
            }
        }
    }
}

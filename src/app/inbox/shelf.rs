//! The rows and what is kept beside them, by key; and the places of rows in a list that is in order.

use crate::chat::{Conversation, ConversationKey};

use super::view::{Sort, urgency};
use super::wait::Wait;

/// Where a row stands in a list of an order: by two numbers, then by key so that it is total.
type Place = (i64, i64, ConversationKey);

/// What is kept beside a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beside {
    /// Since when the customer waits.
    pub wait: Wait,
    /// Unread messages as the backend counts them, as last heard.
    pub told: Option<u32>,
    /// Neither bell nor notification.
    pub muted: bool,
    /// Chosen for what is done with several at once.
    pub marked: bool,
}

/// All rows. Keys are dense, so they are found by index.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    rows: Vec<Option<Conversation>>,
    beside: Vec<Beside>,
}

impl Shelf {
    pub fn get(&self, key: ConversationKey) -> Option<&Conversation> {
        self.rows.get(key.0 as usize)?.as_ref()
    }

    pub fn rows(&self) -> impl Iterator<Item = &Conversation> {
        self.rows.iter().flatten()
    }

    pub fn beside(&self, key: ConversationKey) -> Beside {
        self.beside.get(key.0 as usize).copied().unwrap_or_default()
    }

    pub fn beside_mut(&mut self, key: ConversationKey) -> Option<&mut Beside> {
        self.beside.get_mut(key.0 as usize)
    }

    /// Puts a row in, with since when its customer waits.
    pub fn set(&mut self, row: Conversation, wait: Wait) {
        let index = row.key.0 as usize;
        if self.rows.len() <= index {
            self.rows.resize_with(index + 1, || None);
            self.beside.resize_with(index + 1, Beside::default);
        }
        if let (Some(slot), Some(beside)) = (self.rows.get_mut(index), self.beside.get_mut(index)) {
            *slot = Some(row);
            beside.wait = wait;
        }
    }

    pub fn take(&mut self, key: ConversationKey) {
        if let (Some(slot), Some(beside)) = (self.rows.get_mut(key.0 as usize), self.beside.get_mut(key.0 as usize)) {
            *slot = None;
            *beside = Beside::default();
        }
    }

    pub fn place(&self, sort: Sort, key: ConversationKey) -> Option<Place> {
        self.get(key).map(|row| place(sort, row, self.beside(key).wait))
    }

    pub fn find(&self, sort: Sort, among: &[ConversationKey], key: ConversationKey) -> Option<usize> {
        let wanted = self.place(sort, key)?;
        among.binary_search_by(|other| self.place(sort, *other).cmp(&Some(wanted))).ok()
    }

    /// Takes a row out of a list, whose order and row are still as they were.
    pub fn take_out(&self, sort: Sort, from: &mut Vec<ConversationKey>, key: ConversationKey) {
        if let Some(at) = self.find(sort, from, key) {
            from.remove(at);
        }
    }

    /// Puts a row into a list, unless it is there.
    pub fn put_in(&self, sort: Sort, to: &mut Vec<ConversationKey>, key: ConversationKey) {
        let Some(new) = self.place(sort, key) else { return };
        let at = to.partition_point(|other| self.place(sort, *other).is_some_and(|place| place < new));
        if to.get(at) != Some(&key) {
            to.insert(at, key);
        }
    }

    pub fn sort(&self, sort: Sort, keys: &mut [ConversationKey]) {
        keys.sort_by_cached_key(|key| self.place(sort, *key));
    }
}

pub(super) fn place(sort: Sort, row: &Conversation, wait: Wait) -> Place {
    let newest = row.last_at.map_or(i64::MAX, |at| -at.as_microsecond());
    match sort {
        Sort::Latest => (0, newest, row.key),
        Sort::Waiting => match wait {
            Wait::AtLeast(at) | Wait::Since(at) => (0, at.as_microsecond(), row.key),
            Wait::Unknown => (1, newest, row.key),
            Wait::Nobody => (2, newest, row.key),
        },
        Sort::Priority => (urgency(row.priority.as_deref()), newest, row.key),
    }
}

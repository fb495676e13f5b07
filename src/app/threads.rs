//! The threads that were opened, and how each is being looked at.

use std::collections::HashSet;

use jiff::Timestamp;

use super::rows::Settled;
use crate::chat::thread::PageEdge;
use crate::chat::{ConversationKey, Id, Message, Origin, Thread};
use crate::text::Clean;

/// How far a fetch is.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Loading {
    /// Nothing was asked for.
    #[default]
    Not,
    /// It is on its way.
    Asked,
    /// It came.
    Done,
    /// It did not, and why.
    Failed(Clean),
}

impl Loading {
    /// The same, but nothing is on its way.
    pub fn not_asked(&self) -> Self {
        if *self == Self::Asked { Self::Not } else { self.clone() }
    }
}

/// Where the pane stands in the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Anchor {
    /// At the end: new messages come into view by themselves.
    #[default]
    End,
    /// The top row of the pane is row `row` (0 is its first) of the message at `index`.
    At {
        /// The message, by its index in the thread.
        index: usize,
        /// Its row.
        row: usize,
    },
}

/// A thread and how it is being looked at.
#[derive(Debug, Default)]
pub struct ThreadView {
    /// The messages.
    pub thread: Thread,
    /// The newest stretch.
    pub latest: Loading,
    /// The stretch before the oldest message that is here; `Done` when the beginning was reached.
    pub older: Loading,
    /// Where the pane stands.
    pub anchor: Anchor,
    /// Where the pane stands while it follows the end; kept by [`rows::follow`](super::rows::follow).
    pub settled: Option<Settled>,
    /// Messages that came below while the pane stood higher.
    pub below: u32,
    /// The "new" divider stands before this message (by its backend id): where reading was left off.
    pub new_from: Option<usize>,
    /// The message that the cursor is on, by its index, while the thread has the focus.
    pub cursor: Option<usize>,
    /// The customer types, as last heard at this time.
    pub typing: Option<Timestamp>,
    /// The last message that was reported to the backend as read.
    pub read_to: Option<Id>,
    /// The connection on which it was last known to be complete.
    pub epoch: u32,
    /// What is here came from the cache; the backend has not told its own yet.
    pub cached: bool,
    /// Messages came otherwise since the backend last told its newest: there may be others that no event brought.
    pub unverified: bool,
    /// The newest message of what it told then: up to here everything is here, or behind a gap.
    pub verified_to: Option<Id>,
    /// The backend was not reached for a page of a gap: it is asked for again when it is.
    pub gap_lost: bool,
    /// Pages that were fetched for its gaps since the newest stretch came.
    pub gap_pages: u8,
    /// Why the last page of a gap did not come.
    pub gap_failed: Option<Clean>,
}

impl ThreadView {
    /// The user comes: the divider stands where reading was left off.
    pub fn enter(&mut self, unread: u32) {
        self.go_to_end();
        if !self.thread.is_empty() {
            self.mark_new(usize::try_from(unread).unwrap_or(0));
        }
    }

    /// The user goes elsewhere: everything here has been seen.
    pub fn leave(&mut self) {
        self.new_from = None;
        self.go_to_end();
    }

    /// Whether a message is chosen, and not just the newest one meant.
    pub fn has_chosen(&self) -> bool {
        self.cursor.is_some() || self.anchor != Anchor::End
    }

    /// Whether the backend is to be asked what is here, although its newest stretch is.
    pub fn is_doubtful(&self) -> bool {
        self.unverified || self.gap_lost
    }

    /// Why what is missing did not come when it was asked for, and was not asked for again since.
    pub fn gap_trouble(&self) -> Option<&Clean> {
        match &self.latest {
            Loading::Failed(reason) => Some(reason),
            Loading::Asked => None,
            Loading::Not | Loading::Done => self.gap_failed.as_ref(),
        }
    }

    /// Shows the newest message, and stays with the end.
    pub fn go_to_end(&mut self) {
        self.anchor = Anchor::End;
        self.settled = None;
        self.below = 0;
        self.cursor = None;
    }

    /// Puts the "new" divider before the last `unread` messages of the customer.
    pub fn mark_new(&mut self, unread: usize) {
        let inbound = (0..self.thread.len()).rev().filter(|index| {
            self.thread.get(*index).is_some_and(|message| message.direction == crate::chat::Direction::Inbound)
        });
        self.new_from = unread.checked_sub(1).and_then(|nth| inbound.into_iter().nth(nth));
    }

    /// Changes the thread; what points into it (anchor, divider, cursor) stays with its messages.
    pub fn change<T>(&mut self, with: impl FnOnce(&mut Thread) -> T) -> T {
        let anchor = match self.anchor {
            Anchor::At { index, .. } => Some(index),
            Anchor::End => None,
        };
        let settled = self.settled.map(|settled| settled.top.index);
        let places = [anchor, settled, self.new_from, self.cursor].map(|at| at.map(|index| self.place(index)));
        let before = self.thread.len();
        let result = with(&mut self.thread);
        let [anchor, settled, new_from, cursor] = places.map(|place| place.map(|place| self.index(&place)));
        if let (Anchor::At { index, .. }, Some(moved)) = (&mut self.anchor, anchor) {
            *index = moved;
        }
        if let (Some(kept), Some(moved)) = (&mut self.settled, settled) {
            kept.top.index = moved;
            // no message more: one that was here may have other rows now
            if self.thread.len() <= before {
                kept.rows = None;
            }
        }
        self.new_from = new_from;
        self.cursor = cursor;
        result
    }

    /// The newest stretch came from the backend, and what was here came from the cache: what the backend has takes its
    /// place. Older messages of the cache stay only while they are being read, behind a gap: they may have holes.
    pub fn refresh(&mut self, page: Vec<Message>, start: bool) {
        let at = |index: usize| self.thread.get(index).and_then(|message| message.created_at);
        let oldest = page.first().and_then(|message| message.created_at);
        let reading = match self.anchor {
            Anchor::At { index, .. } => at(index) < oldest,
            Anchor::End => false,
        };
        let mut fresh = Thread::default();
        if reading && !start {
            let fetched: HashSet<&Id> = page.iter().flat_map(|message| message.ids.iter()).collect();
            let cached = self.thread.iter().filter(|message| {
                message.origin == Origin::History
                    && message.created_at < oldest
                    && !message.ids.iter().any(|id| fetched.contains(id))
            });
            fresh.page_in(cached.cloned().collect(), PageEdge::Cached);
        }
        fresh.page_in(page, PageEdge::Latest { start });
        // what was written here, and what came live meanwhile
        for message in self.thread.iter().filter(|message| message.origin != Origin::History) {
            fresh.insert(message.clone());
        }
        self.change(|thread| *thread = fresh);
        self.settled = None;
    }

    fn place(&self, index: usize) -> Place {
        let id = self.thread.get(index).and_then(|message| message.ids.iter().next().cloned());
        Place { id, from_end: self.thread.len().saturating_sub(index) }
    }

    fn index(&self, place: &Place) -> usize {
        let found = place.id.as_ref().and_then(|id| self.thread.index_of(id));
        found.unwrap_or_else(|| self.thread.len().saturating_sub(place.from_end))
    }
}

/// Where a message stands, in a way that survives insertions: by its id, else by how far from the end.
struct Place {
    id: Option<Id>,
    from_end: usize,
}

/// At most this many threads are kept in memory; the one that was looked at longest ago gives way.
const MOST_THREADS: usize = 64;

/// The threads that were opened in this run.
#[derive(Debug, Default)]
pub struct Threads {
    /// Newest use last.
    views: Vec<(ConversationKey, ThreadView)>,
}

impl Threads {
    /// The thread of a conversation, if it was opened.
    pub fn get(&self, key: ConversationKey) -> Option<&ThreadView> {
        self.views.iter().rev().find(|(other, _)| *other == key).map(|(_, view)| view)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, key: ConversationKey) -> Option<&mut ThreadView> {
        self.views.iter_mut().rev().find(|(other, _)| *other == key).map(|(_, view)| view)
    }

    /// The thread of a conversation, made when it is not there, and now the one that was used last.
    pub fn open(&mut self, key: ConversationKey) -> &mut ThreadView {
        let at = self.views.iter().position(|(other, _)| *other == key);
        let entry = at.map_or_else(|| (key, ThreadView::default()), |at| self.views.remove(at));
        if self.views.len() >= MOST_THREADS {
            self.views.remove(0);
        }
        self.views.push(entry);
        let last = self.views.len() - 1;
        &mut self.views[last].1
    }

    /// All threads.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (ConversationKey, &mut ThreadView)> {
        self.views.iter_mut().map(|(key, view)| (*key, view))
    }

    /// Forgets a thread (its conversation was merged into another).
    pub fn remove(&mut self, key: ConversationKey) -> Option<ThreadView> {
        let at = self.views.iter().position(|(other, _)| *other == key)?;
        Some(self.views.remove(at).1)
    }
}

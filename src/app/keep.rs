//! What of the state is on disk, what has changed since, and what came from there and is not confirmed yet.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::chat::{ConversationKey, Id, Message};
use crate::store::Position;
use crate::text::Clean;

/// How the store does.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Stage {
    /// It is being opened.
    #[default]
    Opening,
    /// It keeps what it is given.
    Open,
    /// There is none, and why.
    Broken(Clean),
}

/// A message that is new or changed since the store was given it.
#[derive(Clone, Debug)]
pub(super) enum Unsaved {
    /// It stands in its thread under this id.
    Here(Id),
    /// Its thread is not in memory, or it has no id.
    Whole(Box<Message>),
}

/// What is known of the store.
#[derive(Debug, Default)]
pub struct Keep {
    /// How it does.
    pub stage: Stage,
    /// What cannot be written now, in words.
    pub trouble: Option<Clean>,
    /// The list shows rows of the cache: the backend has not told its own yet.
    pub cached_list: bool,
    /// When the cache was last in step with the backend.
    pub as_of: Option<Timestamp>,
    /// What the backend's list was when it came last.
    pub(super) listed: Option<super::update::Listing>,
    /// The open conversation turned out to go by another id than the cache had.
    pub(super) renamed_open: bool,
    /// Rows that are as the cache had them.
    pub(super) cached: HashSet<ConversationKey>,
    /// Messages to be given to the store.
    pub(super) messages: Vec<(ConversationKey, Unsaved)>,
    /// Muted by an earlier run, and not in the list yet.
    pub(super) muted: HashSet<Id>,
    /// The timer of the next batch runs.
    pub(super) timer: bool,
    /// The open conversation, as the store was told last.
    pub(super) open: Option<ConversationKey>,
    /// Where the user stands, as the store was told last.
    pub(super) position: Position,
    /// Where the user stood in the thread that was restored: the message on top and its row.
    pub(super) restoring: Option<(ConversationKey, Id, usize)>,
}

impl Keep {
    /// Whether what is written now survives the program: not in the demo, and not while the disk takes nothing.
    pub fn is_safe(&self, demo: bool) -> bool {
        !demo && self.stage == Stage::Open && self.trouble.is_none()
    }
}

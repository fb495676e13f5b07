//! What waits for the next transaction: of each row only the newest version.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::SqliteConnection;
use tokio::time::Instant;

use super::command::{OutboxRow, Position};
use super::{StoredConversation, cache, drafts, messages, transaction};
use crate::chat::{Id, Message};

/// So long the first of a batch waits for others.
const GATHER: Duration = Duration::from_millis(200);
/// So many rows make a batch at once.
const BATCH: usize = 500;
/// After a failure the batch is tried again this much later.
const AGAIN: Duration = Duration::from_secs(5);
/// While the disk takes nothing, so many rows of the cache are kept in memory; older ones give way.
const MOST_KEPT: usize = 10_000;

/// Rows that wait.
#[derive(Debug, Default)]
pub(super) struct Pending {
    conversations: HashMap<Id, StoredConversation>,
    messages: Vec<(Id, Message)>,
    /// Where in `messages` a message stands, by conversation and its strongest id.
    places: HashMap<(Id, Id), usize>,
    /// By conversation and whether it is a note.
    drafts: HashMap<(Id, bool), Option<String>>,
    position: Option<Position>,
    muted: HashMap<Id, bool>,
    due: Option<Instant>,
    /// The last try failed: rows no longer make a batch before its time.
    waits: bool,
}

impl Pending {
    pub(super) fn conversation(&mut self, row: StoredConversation) {
        self.conversations.insert(row.id.clone(), row);
        self.came();
    }

    pub(super) fn message(&mut self, conversation: &Id, message: Message) {
        let place = message.ids.iter().next().map(|id| (conversation.clone(), id.clone()));
        let had = place.as_ref().and_then(|place| self.places.get(place)).and_then(|at| self.messages.get_mut(*at));
        match had {
            // The newer version may have forgotten an id by which others know it; those two meet on disk.
            Some((_, had)) if had.ids == message.ids => *had = message,
            _ => {
                if let Some(place) = place {
                    self.places.insert(place, self.messages.len());
                }
                self.messages.push((conversation.clone(), message));
            }
        }
        self.came();
    }

    pub(super) fn draft(&mut self, conversation: Id, note: bool, text: Option<String>) {
        self.drafts.insert((conversation, note), text);
        self.came();
    }

    /// A text stands in the outbox: where it waits to be written as a draft, that draft is no more.
    pub(super) fn enqueued(&mut self, row: &OutboxRow) {
        let draft = self.drafts.get_mut(&(row.conversation.clone(), row.is_note()));
        if let Some(draft) = draft.filter(|draft| draft.as_deref().is_some_and(|text| text.trim_end() == row.text)) {
            *draft = None;
        }
    }

    pub(super) fn position(&mut self, position: Position) {
        self.position = Some(position);
        self.came();
    }

    pub(super) fn mute(&mut self, conversation: Id, muted: bool) {
        self.muted.insert(conversation, muted);
        self.came();
    }

    fn came(&mut self) {
        self.due.get_or_insert_with(|| Instant::now() + GATHER);
    }

    /// When the batch is to be written.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether the batch is to be written now.
    pub(super) fn is_due(&self) -> bool {
        let many = self.conversations.len() + self.messages.len() >= BATCH && !self.waits;
        many || self.due.is_some_and(|due| due <= Instant::now())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.due.is_none()
    }

    /// How many messages wait.
    pub(super) fn messages(&self) -> usize {
        self.messages.len()
    }

    /// Whether the last try failed, and what waited then waits still.
    pub(super) fn is_stuck(&self) -> bool {
        self.waits
    }

    /// Whether a draft waits.
    pub(super) fn has_drafts(&self) -> bool {
        !self.drafts.is_empty()
    }

    /// What waits, in a word for the user.
    pub(super) fn what(&self) -> &'static str {
        if self.drafts.is_empty() { "messages" } else { "drafts and messages" }
    }

    /// Writes all of it in one transaction.
    pub(super) async fn write(
        &self,
        conn: &mut SqliteConnection,
        owner: &str,
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        transaction::begin(conn).await?;
        let done = self.put(conn, owner, now).await;
        transaction::end(conn, done).await
    }

    async fn put(&self, conn: &mut SqliteConnection, owner: &str, now: Timestamp) -> Result<(), sqlx::Error> {
        for ((conversation, note), text) in &self.drafts {
            drafts::put(conn, conversation, *note, owner, text.as_deref()).await?;
        }
        if let Some(position) = &self.position {
            drafts::put_position(conn, position).await?;
        }
        for (conversation, muted) in &self.muted {
            drafts::mute(conn, conversation, *muted).await?;
        }
        for row in self.conversations.values() {
            cache::put(conn, row).await?;
        }
        for (conversation, message) in &self.messages {
            messages::put(conn, conversation, message, now).await?;
        }
        Ok(())
    }

    /// All of it is on disk.
    pub(super) fn written(&mut self) {
        *self = Self::default();
    }

    /// It could not be written: it is tried again later. `hopeless` gives the rows of the cache up, which are what may
    /// be at fault, and keeps the drafts.
    pub(super) fn failed(&mut self, hopeless: bool) {
        self.due = Some(Instant::now() + AGAIN);
        self.waits = true;
        if hopeless {
            self.conversations.clear();
            self.messages.clear();
            self.places.clear();
        }
        if self.messages.len() > MOST_KEPT {
            self.messages.drain(..self.messages.len() - MOST_KEPT);
            self.places.clear();
        }
        if self.drafts.is_empty()
            && self.position.is_none()
            && self.muted.is_empty()
            && self.conversations.is_empty()
            && self.messages.is_empty()
        {
            self.written();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_of_a_row_wins() {
        let mut pending = Pending::default();
        let mut row = StoredConversation::named("c".into());
        pending.conversation(row.clone());
        row.unread = 3;
        pending.conversation(row.clone());
        pending.draft("c".into(), false, Some("a".to_owned()));
        pending.draft("c".into(), false, None);
        assert_eq!(pending.conversations.get(&Id::from("c")), Some(&row));
        assert_eq!(pending.drafts.get(&(Id::from("c"), false)), Some(&None));
        assert!(!pending.is_empty());
    }

    #[test]
    fn what_fails_for_a_reason_of_its_own_is_not_tried_for_ever() {
        let mut pending = Pending::default();
        pending.conversation(StoredConversation::named("c".into()));
        pending.failed(false);
        assert!(!pending.is_empty());
        pending.failed(true);
        assert!(pending.is_empty());
    }
}

//! A look at what is kept, for commands that end at once: nothing is claimed, taken over, made or set aside.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sqlx::{Connection as _, SqliteConnection};

use super::error::OpenError;
use super::opening::open_to_read;
use super::{StoredConversation, cache, drafts, messages};
use crate::chat::{Id, Message};

/// Why there is nothing to look at.
#[derive(Debug, thiserror::Error)]
pub enum GlanceError {
    /// No run of the inbox has left anything.
    #[error("nothing is kept yet: {} is not there", .0.display())]
    Nothing(PathBuf),
    /// The file is damaged, or no store at all.
    #[error("{0}; open the inbox: it sets the file aside and begins a new one")]
    Damaged(String),
    /// It cannot be opened.
    #[error("{0}")]
    Open(String),
    /// It cannot be read.
    #[error("the store {} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the database says.
        source: sqlx::Error,
    },
}

/// A store that is only looked at. A running program beside it is not disturbed.
#[derive(Debug)]
pub struct Glance {
    path: PathBuf,
    conn: SqliteConnection,
}

impl Glance {
    /// Opens what is kept in a file; one that an earlier version wrote is brought up to date.
    ///
    /// # Errors
    /// It is not there, is damaged, or cannot be opened.
    pub async fn at(path: &Path) -> Result<Self, GlanceError> {
        if !path.exists() {
            return Err(GlanceError::Nothing(path.to_owned()));
        }
        let conn = open_to_read(path).await.map_err(|error: OpenError| match error.is_damage() {
            true => GlanceError::Damaged(error.to_string()),
            false => GlanceError::Open(error.to_string()),
        })?;
        Ok(Self { path: path.to_owned(), conn })
    }

    /// At most so many conversations, newest first.
    ///
    /// # Errors
    /// They cannot be read.
    pub async fn conversations(&mut self, limit: u32) -> Result<Vec<StoredConversation>, GlanceError> {
        let rows = cache::newest(&mut self.conn, limit).await;
        rows.map_err(|source| self.failed(source))
    }

    /// When what is kept was last in step with the backend.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn as_of(&mut self) -> Result<Option<Timestamp>, GlanceError> {
        let position = drafts::position(&mut self.conn).await;
        position.map(|position| position.as_of).map_err(|source| self.failed(source))
    }

    /// The newest messages of a conversation, oldest first; at most so many.
    ///
    /// # Errors
    /// They cannot be read.
    pub async fn messages(&mut self, conversation: &Id, limit: u32) -> Result<Vec<Message>, GlanceError> {
        let messages = messages::newest(&mut self.conn, conversation, limit).await;
        messages.map_err(|source| self.failed(source))
    }

    /// Closes the file.
    pub async fn close(self) {
        // Everything was read: a file that does not close cleanly has lost nothing.
        let _ = self.conn.close().await;
    }

    fn failed(&self, source: sqlx::Error) -> GlanceError {
        GlanceError::Read { path: self.path.clone(), source }
    }
}

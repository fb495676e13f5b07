//! A damaged or foreign file goes aside, and what can still be read of drafts and outbox is taken over.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::command::{Fate, OutboxRow};
use super::owner::beside;
use super::salvage::readable;
use super::{drafts, messages, outbox, transaction};
use crate::chat::{Id, Message};

/// What SQLite keeps beside a database.
const COMPANIONS: [&str; 3] = ["", "-wal", "-shm"];

/// Renames the file, with its companions, to `<name>.damaged-<time>`; gives the new name.
pub(super) fn set_aside(path: &Path, now: Timestamp) -> std::io::Result<PathBuf> {
    let stem = format!(".damaged-{}", now.strftime("%Y%m%dT%H%M%SZ"));
    let free = |name: &PathBuf| !COMPANIONS.iter().any(|companion| beside(name, companion).exists());
    let names = (1..100).map(|nth| if nth == 1 { stem.clone() } else { format!("{stem}-{nth}") });
    let target = names.map(|name| beside(path, &name)).find(free).ok_or(std::io::ErrorKind::AlreadyExists)?;
    // The database last: while its name stands, the next start finds it again and goes on from here.
    for companion in COMPANIONS.iter().rev() {
        match std::fs::rename(beside(path, companion), beside(&target, companion)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(target)
}

/// What cannot be fetched again, out of a damaged file.
#[derive(Debug, Default)]
pub(super) struct Rescued {
    /// Conversation, whether it is a note, text.
    drafts: Vec<(Id, bool, String)>,
    outbox: Vec<OutboxRow>,
    /// The notes that are kept on this machine alone.
    notes: Vec<(Id, Message)>,
    muted: Vec<Id>,
}

impl Rescued {
    /// Reads what can be read.
    pub(super) async fn read(conn: &mut SqliteConnection) -> Self {
        // What is damaged is lost; what is not is worth having.
        let mut drafts = Vec::new();
        for note in [false, true] {
            let found = drafts::salvage(conn, note).await;
            drafts.extend(found.into_iter().map(|(conversation, text)| (conversation, note, text)));
        }
        let outbox = outbox::salvage(conn).await;
        let notes = messages::salvage_notes(conn).await;
        let muted: Vec<(String,)> = readable(conn, "SELECT conversation FROM muted", "conversation").await;
        Self { drafts, outbox, notes, muted: muted.into_iter().map(|(id,)| Id::new(id)).collect() }
    }

    /// Puts it into a fresh file. Whether a text that was being sent went out is not known.
    pub(super) async fn write(self, conn: &mut SqliteConnection, now: Timestamp) -> Result<(), sqlx::Error> {
        transaction::begin(conn).await?;
        let done = self.put(conn, now).await;
        transaction::end(conn, done).await
    }

    async fn put(self, conn: &mut SqliteConnection, now: Timestamp) -> Result<(), sqlx::Error> {
        for (conversation, note, text) in &self.drafts {
            drafts::put(conn, conversation, *note, drafts::NOBODY, Some(text)).await?;
        }
        for mut row in self.outbox {
            if row.fate == Fate::Sending {
                row.fate = Fate::Unconfirmed;
            }
            outbox::put(conn, &row).await?;
        }
        for (conversation, note) in &self.notes {
            messages::put(conn, conversation, note, now).await?;
        }
        for conversation in &self.muted {
            drafts::mute(conn, conversation, true).await?;
        }
        Ok(())
    }
}

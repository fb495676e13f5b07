//! Write transactions on the one connection that writes.
//!
//! Not sqlx's own: a full disk makes SQLite roll back by itself, after which sqlx believes that it still is in a
//! transaction and refuses every later one.

use std::path::Path;

use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::command::{Fate, Reply};
use super::opening::Shelf;
use super::outbox::{self, Outcome, Urgent};
use super::{cache, drafts};
use crate::chat::Id;

/// Begins to write, waiting for other programs that do.
pub(super) async fn begin(conn: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("BEGIN IMMEDIATE").execute(conn).await.map(drop)
}

/// Commits what was done, or undoes it when it failed.
pub(super) async fn end<T>(conn: &mut SqliteConnection, done: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
    let committed = match done {
        Ok(done) => sqlx::query("COMMIT").execute(&mut *conn).await.map(|_| done),
        Err(error) => Err(error),
    };
    if committed.is_err() {
        // SQLite may have undone it already, and then says that there is nothing to undo.
        let _ = sqlx::query("ROLLBACK").execute(conn).await;
    }
    committed
}

/// What [`Command::Start`](super::Command::Start) is answered, after rows that nobody answers for became unconfirmed.
pub(super) async fn load(
    shelf: &mut Shelf,
    path: Option<&Path>,
    limit: u32,
    now: Timestamp,
) -> Result<Reply, sqlx::Error> {
    let Shelf { conn, owner, .. } = shelf;
    begin(conn).await?;
    let done = async {
        outbox::recover(conn, path, owner.name(), now).await?;
        Ok(Reply::Started {
            conversations: cache::recent(conn, limit).await?,
            drafts: drafts::adopt(conn, path, false, owner.name()).await?,
            notes: drafts::adopt(conn, path, true, owner.name()).await?,
            outbox: outbox::all(conn).await?,
            position: drafts::position(conn).await?,
            muted: drafts::muted(conn).await?,
        })
    }
    .await;
    end(conn, done).await
}

/// One transaction that survives even a power cut: what an agent sent must.
pub(super) async fn at_once(
    conn: &mut SqliteConnection,
    urgent: &Urgent,
    owner: &str,
    now: Timestamp,
) -> Result<Outcome, sqlx::Error> {
    sqlx::query("PRAGMA synchronous = FULL").execute(&mut *conn).await?;
    let begun = begin(conn).await;
    let done = match begun {
        Ok(()) => {
            let done = outbox::perform(conn, urgent, owner, now).await;
            end(conn, done).await
        }
        Err(error) => Err(error),
    };
    sqlx::query("PRAGMA synchronous = NORMAL").execute(conn).await?;
    done
}

/// Renews our leases, if there are any, and gives what became of the rows that are watched.
pub(super) async fn look(
    shelf: &mut Shelf,
    path: Option<&Path>,
    renew: bool,
    watched: Vec<(Id, Fate)>,
    now: Timestamp,
) -> Result<Vec<Reply>, sqlx::Error> {
    let Shelf { conn, owner, .. } = shelf;
    begin(conn).await?;
    let done = async {
        if renew {
            outbox::renew(conn, owner.name(), now).await?;
        }
        outbox::recover(conn, path, owner.name(), now).await?;
        let mut changes = Vec::new();
        for (client, had) in watched {
            match outbox::row(conn, &client).await? {
                None => changes.push(Reply::Settled { client }),
                Some(row) if row.fate != had => changes.push(Reply::Returned(row)),
                Some(_) => {}
            }
        }
        Ok(changes)
    }
    .await;
    end(conn, done).await
}

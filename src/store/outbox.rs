//! Texts on their way: on disk before the wire, sent by one program only.
//!
//! A row is claimed by compare-and-set, with an owner and a lease. A row whose owner is gone, or whose lease has run
//! out, becomes unconfirmed: whether it was sent is not known, so nobody sends it again by itself.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::command::{Fate, OutboxRow};
use super::salvage::readable;
use super::{drafts, owner};
use crate::chat::Id;
use crate::text::Clean;
use crate::wire::Enclosed;

/// For so long a program answers for a row that it claimed; renewed while it runs.
pub const LEASE: Duration = Duration::from_secs(60);

const SPOILT: &str = "The file or template that belongs to it cannot be read any more: take it back";
const LOST: &str = "The program that was sending it stopped before the answer came";

/// Something to do with a row that is done at once and never waits for a batch.
#[derive(Clone, Debug)]
pub(super) enum Urgent {
    Enqueue(Box<OutboxRow>),
    Claim { client: Id, after: Option<Id> },
    Fate { client: Id, fate: Fate, note: Option<Clean> },
    Settle(Id),
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// Another running program is sending the row, or it is not there.
    NotOurs,
    /// Another text is there under the same id.
    Clash,
}

/// Does it in the transaction that is open.
pub(super) async fn perform(
    conn: &mut SqliteConnection,
    urgent: &Urgent,
    owner: &str,
    now: Timestamp,
) -> Result<Outcome, sqlx::Error> {
    match urgent {
        Urgent::Enqueue(row) => enqueue(conn, row, owner).await,
        Urgent::Claim { client, after } => claim(conn, client, after.as_ref(), owner, now).await,
        Urgent::Fate { client, fate, note } => {
            let sql = "UPDATE outbox SET fate = ?2, note = ?3, owner = NULL, lease = NULL
                       WHERE client = ?1 AND NOT (fate = 'sending' AND owner IS NOT ?4)";
            let query = sqlx::query(sql).bind(client.as_str()).bind(word(*fate)).bind(note.as_deref()).bind(owner);
            let set = query.execute(&mut *conn).await?;
            changed(conn, client, set.rows_affected()).await
        }
        Urgent::Settle(client) => {
            let sql = "DELETE FROM outbox WHERE client = ?1 AND NOT (fate = 'sending' AND owner IS NOT ?2)";
            let gone = sqlx::query(sql).bind(client.as_str()).bind(owner).execute(&mut *conn).await?;
            changed(conn, client, gone.rows_affected()).await
        }
    }
}

/// No row changed: either there is none, which is as well, or another program has it.
async fn changed(conn: &mut SqliteConnection, client: &Id, rows: u64) -> Result<Outcome, sqlx::Error> {
    if rows > 0 {
        return Ok(Outcome::Done);
    }
    let there = row(conn, client).await?.is_some();
    Ok(if there { Outcome::NotOurs } else { Outcome::Done })
}

async fn enqueue(conn: &mut SqliteConnection, new: &OutboxRow, owner: &str) -> Result<Outcome, sqlx::Error> {
    match row(conn, &new.client).await? {
        None => put(conn, new).await?,
        Some(had) if (&had.text, &had.conversation, &had.enclosed) == (&new.text, &new.conversation, &new.enclosed) => {
        }
        Some(_) => return Ok(Outcome::Clash),
    }
    drafts::enqueued(conn, &new.conversation, new.is_note(), owner, &new.text).await?;
    Ok(Outcome::Done)
}

/// Puts a row at the end. One that says that it is being sent is queued: only a claim makes it so.
pub(super) async fn put(conn: &mut SqliteConnection, row: &OutboxRow) -> Result<(), sqlx::Error> {
    let fate = if row.fate == Fate::Sending { Fate::Queued } else { row.fate };
    let sql =
        "INSERT INTO outbox (client, conversation, text, written, attempted, after, fate, note, enclosed, reply_to)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (client) DO NOTHING";
    sqlx::query(sql)
        .bind(row.client.as_str())
        .bind(row.conversation.as_str())
        .bind(&row.text)
        .bind(row.written.to_string())
        .bind(row.attempted.map(|at| at.to_string()))
        .bind(row.after.as_ref().map(Id::as_str))
        .bind(word(fate))
        .bind(row.note.as_deref())
        .bind(row.enclosed.as_ref().and_then(|enclosed| serde_json::to_string(enclosed).ok()))
        .bind(row.reply_to.as_ref().map(Id::as_str))
        .execute(conn)
        .await?;
    Ok(())
}

async fn claim(
    conn: &mut SqliteConnection,
    client: &Id,
    after: Option<&Id>,
    owner: &str,
    now: Timestamp,
) -> Result<Outcome, sqlx::Error> {
    let sql = "UPDATE outbox SET fate = 'sending', owner = ?2, lease = ?3, attempted = ?4, after = ?5, note = NULL
               WHERE client = ?1 AND fate = 'queued'";
    let query = sqlx::query(sql).bind(client.as_str()).bind(owner).bind(lease(now)).bind(now.to_string());
    let query = query.bind(after.map(Id::as_str));
    let ours = query.execute(conn).await?.rows_affected() == 1;
    Ok(if ours { Outcome::Done } else { Outcome::NotOurs })
}

/// Answers for our rows for another while.
pub(super) async fn renew(conn: &mut SqliteConnection, owner: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    let sql = "UPDATE outbox SET lease = ?2 WHERE owner = ?1 AND fate = 'sending'";
    sqlx::query(sql).bind(owner).bind(lease(now)).execute(conn).await?;
    Ok(())
}

/// Makes rows unconfirmed that nobody answers for any more.
pub(super) async fn recover(
    conn: &mut SqliteConnection,
    store: Option<&Path>,
    ours: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let rows: Vec<(String, Option<String>, Option<i64>)> =
        sqlx::query_as("SELECT client, owner, lease FROM outbox WHERE fate = 'sending'").fetch_all(&mut *conn).await?;
    for (client, owner, lease) in rows {
        let run_out = lease.is_none_or(|lease| lease <= now.as_millisecond());
        let gone = owner.as_deref().is_none_or(|owner| owner::is_running(store, owner) == Some(false));
        if owner.as_deref() == Some(ours) || !(run_out || gone) {
            continue;
        }
        let sql = "UPDATE outbox SET fate = 'unconfirmed', owner = NULL, lease = NULL, note = ?3
                   WHERE client = ?1 AND fate = 'sending' AND owner IS ?2 AND lease IS ?4";
        sqlx::query(sql).bind(client).bind(owner).bind(LOST).bind(lease).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Two conversations became one.
pub(super) async fn merge(conn: &mut SqliteConnection, gone: &Id, kept: &Id) -> Result<(), sqlx::Error> {
    let sql = "UPDATE outbox SET conversation = ?2 WHERE conversation = ?1";
    sqlx::query(sql).bind(gone.as_str()).bind(kept.as_str()).execute(conn).await?;
    Ok(())
}

#[derive(sqlx::FromRow, PartialEq, Eq, PartialOrd, Ord)]
struct Stored {
    seq: i64,
    client: String,
    conversation: String,
    text: String,
    written: String,
    attempted: Option<String>,
    after: Option<String>,
    fate: String,
    note: Option<String>,
    enclosed: Option<String>,
    reply_to: Option<String>,
}

const COLUMNS: &str =
    "seq, client, conversation, text, written, attempted, after, fate, note, enclosed, reply_to FROM outbox";
/// What an earlier schema does not have.
const LATER: [&str; 3] = ["after", "enclosed", "reply_to"];

/// All rows, in the order in which they were written.
pub(super) async fn all(conn: &mut SqliteConnection) -> Result<Vec<OutboxRow>, sqlx::Error> {
    let sql = format!("SELECT {COLUMNS} ORDER BY seq");
    let rows: Vec<Stored> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(conn).await?;
    Ok(rows.into_iter().map(OutboxRow::from).collect())
}

/// All rows of a damaged file that can be read, whichever schema it has.
pub(super) async fn salvage(conn: &mut SqliteConnection) -> Vec<OutboxRow> {
    let had = sqlx::query_scalar::<_, String>("SELECT name FROM pragma_table_info('outbox')").fetch_all(&mut *conn);
    let had = had.await.unwrap_or_default();
    let missing = LATER.into_iter().filter(|name| !had.iter().any(|had| had == name));
    let columns = missing.fold(COLUMNS.to_owned(), |columns, name| {
        columns.replacen(&format!(" {name}"), &format!(" NULL AS {name}"), 1)
    });
    let rows: Vec<Stored> = readable(conn, &format!("SELECT {columns}"), "seq").await;
    rows.into_iter().map(OutboxRow::from).collect()
}

/// One row.
pub(super) async fn row(conn: &mut SqliteConnection, client: &Id) -> Result<Option<OutboxRow>, sqlx::Error> {
    let sql = format!("SELECT {COLUMNS} WHERE client = ?");
    let row: Option<Stored> = sqlx::query_as(AssertSqlSafe(sql)).bind(client.as_str()).fetch_optional(conn).await?;
    Ok(row.map(OutboxRow::from))
}

impl From<Stored> for OutboxRow {
    fn from(row: Stored) -> Self {
        // What cannot be read must not become another message: a bare caption is never sent in the place of a file.
        let enclosed: Option<Result<Enclosed, _>> = row.enclosed.as_deref().map(serde_json::from_str);
        let spoilt = matches!(enclosed, Some(Err(_)));
        Self {
            client: Id::new(row.client),
            conversation: Id::new(row.conversation),
            text: row.text,
            // A time that cannot be read is long ago: the text is kept, and not sent by itself.
            written: row.written.parse().unwrap_or(Timestamp::UNIX_EPOCH),
            attempted: row.attempted.and_then(|at| at.parse().ok()),
            after: row.after.map(Id::new),
            fate: match row.fate.as_str() {
                _ if spoilt => Fate::Unconfirmed,
                "queued" => Fate::Queued,
                "sending" => Fate::Sending,
                _ => Fate::Unconfirmed,
            },
            note: if spoilt { Some(Clean::line(SPOILT)) } else { row.note.as_deref().map(Clean::line) },
            enclosed: enclosed.and_then(Result::ok),
            reply_to: row.reply_to.map(Id::new),
        }
    }
}

fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Queued => "queued",
        Fate::Sending => "sending",
        Fate::Unconfirmed => "unconfirmed",
    }
}

fn lease(now: Timestamp) -> i64 {
    now.as_millisecond().saturating_add(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX))
}

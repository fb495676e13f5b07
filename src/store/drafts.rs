//! What stands in the composer of each conversation, and where the user stands.
//!
//! Each running program has drafts of its own, so that two of them never write over each other. What a program left is
//! taken over by the next one that starts.

use std::path::Path;

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::command::Position;
use super::owner;
use super::salvage::readable;
use crate::chat::Id;

/// The owner of drafts that nobody has taken over yet.
pub(super) const NOBODY: &str = "";

/// The table of a kind of drafts.
fn table(note: bool) -> &'static str {
    if note { "note_drafts" } else { "drafts" }
}

/// Keeps an owner's draft, or removes it.
pub(super) async fn put(
    conn: &mut SqliteConnection,
    conversation: &Id,
    note: bool,
    owner: &str,
    text: Option<&str>,
) -> Result<(), sqlx::Error> {
    let table = table(note);
    let sql = match text.filter(|text| !text.is_empty()) {
        Some(_) => format!(
            "INSERT INTO {table} (conversation, owner, text) VALUES (?1, ?2, ?3)
             ON CONFLICT (conversation, owner) DO UPDATE SET text = excluded.text"
        ),
        None => format!("DELETE FROM {table} WHERE conversation = ?1 AND owner = ?2 AND (?3 IS NULL OR ?3 = '')"),
    };
    sqlx::query(AssertSqlSafe(sql)).bind(conversation.as_str()).bind(owner).bind(text).execute(conn).await?;
    Ok(())
}

/// A text stands in the outbox now, and is a draft no more: after a kill it must not stand in the composer as well, where
/// it would be sent a second time. What was typed since stays.
pub(super) async fn enqueued(
    conn: &mut SqliteConnection,
    conversation: &Id,
    note: bool,
    owner: &str,
    text: &str,
) -> Result<(), sqlx::Error> {
    let sql = format!(
        "DELETE FROM {} WHERE conversation = ? AND owner = ? AND rtrim(text, char(9, 10, 13, 32)) = ?",
        table(note)
    );
    sqlx::query(AssertSqlSafe(sql)).bind(conversation.as_str()).bind(owner).bind(text).execute(conn).await?;
    Ok(())
}

/// All drafts of a damaged file that can be read, whoever wrote them.
pub(super) async fn salvage(conn: &mut SqliteConnection, note: bool) -> Vec<(Id, String)> {
    joined(readable(conn, &format!("SELECT conversation, text FROM {}", table(note)), "conversation").await)
}

/// Takes over what programs left that are gone, and gives all that is ours then.
pub(super) async fn adopt(
    conn: &mut SqliteConnection,
    store: Option<&Path>,
    note: bool,
    ours: &str,
) -> Result<Vec<(Id, String)>, sqlx::Error> {
    let table = table(note);
    let sql = format!("SELECT conversation, owner, text FROM {table} ORDER BY conversation, owner IS NOT ?, owner");
    let rows: Vec<(String, String, String)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(ours).fetch_all(&mut *conn).await?;
    let mut left = Vec::new();
    let mut taken = Vec::new();
    for (conversation, owner, text) in rows {
        let is_ours = owner == ours;
        if !is_ours && owner != NOBODY && owner::is_running(store, &owner) == Some(true) {
            continue;
        }
        if !is_ours {
            let sql = format!("DELETE FROM {table} WHERE conversation = ? AND owner = ?");
            sqlx::query(AssertSqlSafe(sql)).bind(&conversation).bind(&owner).execute(&mut *conn).await?;
            taken.push(Id::new(conversation.as_str()));
        }
        left.push((conversation, text));
    }
    let drafts = joined(left);
    for (conversation, text) in drafts.iter().filter(|(conversation, _)| taken.contains(conversation)) {
        put(conn, conversation, note, ours, Some(text)).await?;
    }
    Ok(drafts)
}

/// Several drafts of one conversation stand one below the other.
fn joined(rows: Vec<(String, String)>) -> Vec<(Id, String)> {
    let mut drafts: Vec<(Id, String)> = Vec::new();
    for (conversation, text) in rows {
        match drafts.last_mut() {
            Some((last, had)) if last.as_str() == conversation => {
                if *had != text {
                    had.push('\n');
                    had.push_str(&text);
                }
            }
            _ => drafts.push((Id::new(conversation), text)),
        }
    }
    drafts
}

/// Notes where the user stands.
pub(super) async fn put_position(conn: &mut SqliteConnection, position: &Position) -> Result<(), sqlx::Error> {
    let top = position.top.as_ref();
    for (name, value) in [
        ("open", position.open.as_ref().map(|id| id.as_str().to_owned())),
        ("top", top.map(|(id, _)| id.as_str().to_owned())),
        ("row", top.map(|(_, row)| row.to_string())),
        ("as_of", position.as_of.map(|at| at.to_string())),
    ] {
        let sql = match value {
            Some(_) => {
                "INSERT INTO positions (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value"
            }
            None => "DELETE FROM positions WHERE name = ?1 AND ?2 IS NULL",
        };
        sqlx::query(sql).bind(name).bind(value).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Where the user stood.
pub(super) async fn position(conn: &mut SqliteConnection) -> Result<Position, sqlx::Error> {
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT name, value FROM positions").fetch_all(conn).await?;
    let value = |name: &str| rows.iter().find(|(had, _)| had == name).map(|(_, value)| value.as_str());
    let row = value("row").and_then(|row| row.parse().ok()).unwrap_or(0);
    Ok(Position {
        open: value("open").map(Id::new),
        top: value("top").map(|id| (Id::new(id), row)),
        as_of: value("as_of").and_then(|at| at.parse::<Timestamp>().ok()),
    })
}

/// Notes whether a conversation may call for attention.
pub(super) async fn mute(conn: &mut SqliteConnection, conversation: &Id, muted: bool) -> Result<(), sqlx::Error> {
    let sql = if muted {
        "INSERT INTO muted (conversation) VALUES (?) ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM muted WHERE conversation = ?"
    };
    sqlx::query(sql).bind(conversation.as_str()).execute(conn).await?;
    Ok(())
}

/// The conversations that may not call for attention.
pub(super) async fn muted(conn: &mut SqliteConnection) -> Result<Vec<Id>, sqlx::Error> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT conversation FROM muted").fetch_all(conn).await?;
    Ok(ids.into_iter().map(Id::new).collect())
}

//! Cached messages: each once in its conversation, found by any of its ids.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use sqlx::SqliteConnection;

use super::salvage::readable;
use crate::chat::{Content, Id, Message, MessageIds, Origin};
use crate::text::search_fold;

/// Keeps a message: a new one as it is, one that is here by any of its ids as the two together say.
pub(super) async fn put(
    conn: &mut SqliteConnection,
    conversation: &Id,
    message: &Message,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    if message.origin == Origin::Local {
        return Ok(());
    }
    let Some(row) = Row::of(message, now) else { return Ok(()) };
    if insert(conn, conversation, &row).await? {
        return Ok(());
    }
    let copies = copies(conn, conversation, &row).await?;
    let Some((kept, json)) = copies.first() else { return Ok(()) };
    let mut merged = message.clone();
    for (_, json) in &copies {
        if let Ok(older) = serde_json::from_str(json) {
            merged = newer_over(older, merged);
        }
    }
    for (seq, _) in copies.iter().skip(1) {
        sqlx::query("DELETE FROM messages WHERE seq = ?").bind(seq).execute(&mut *conn).await?;
    }
    match Row::of(&merged, now) {
        Some(row) if row.json != *json => replace(conn, *kept, &row).await,
        _ => Ok(()),
    }
}

/// The newest messages of a conversation, oldest first.
pub(super) async fn newest(
    conn: &mut SqliteConnection,
    conversation: &Id,
    limit: u32,
) -> Result<Vec<Message>, sqlx::Error> {
    let sql = "SELECT json FROM messages WHERE conversation = ? ORDER BY at DESC, id DESC, seq DESC LIMIT ?";
    let rows: Vec<String> = sqlx::query_scalar(sql).bind(conversation.as_str()).bind(limit).fetch_all(conn).await?;
    Ok(rows.iter().rev().filter_map(|json| serde_json::from_str(json).ok()).collect())
}

/// A message by any of its ids, with what stands around it, oldest first; empty when it is not kept.
pub(super) async fn around(
    conn: &mut SqliteConnection,
    conversation: &Id,
    ids: &MessageIds,
    before: u32,
    after: u32,
) -> Result<Vec<Message>, sqlx::Error> {
    let text = |id: &Option<Id>| id.as_ref().map(|id| id.as_str().to_owned());
    let sql = "SELECT at FROM messages WHERE (conversation = ?1 AND wa = ?2) OR (conversation = ?1 AND id = ?3)
                   OR (conversation = ?1 AND client = ?4) ORDER BY seq LIMIT 1";
    let at: Option<i64> = sqlx::query_scalar(sql)
        .bind(conversation.as_str())
        .bind(text(&ids.wa))
        .bind(text(&ids.id))
        .bind(text(&ids.client))
        .fetch_optional(&mut *conn)
        .await?;
    let Some(at) = at else { return Ok(Vec::new()) };
    let mut rows: Vec<String> = Vec::new();
    let earlier = "SELECT json FROM messages WHERE conversation = ? AND at <= ?
                   ORDER BY at DESC, id DESC, seq DESC LIMIT ?";
    let later = "SELECT json FROM messages WHERE conversation = ? AND at > ? ORDER BY at, id, seq LIMIT ?";
    // of those in the very same millisecond none is left out
    let found: Vec<String> = sqlx::query_scalar(earlier)
        .bind(conversation.as_str())
        .bind(at)
        .bind(before.saturating_add(1))
        .fetch_all(&mut *conn)
        .await?;
    rows.extend(found.into_iter().rev());
    let found: Vec<String> =
        sqlx::query_scalar(later).bind(conversation.as_str()).bind(at).bind(after).fetch_all(conn).await?;
    rows.extend(found);
    Ok(rows.iter().filter_map(|json| serde_json::from_str(json).ok()).collect())
}

/// Messages of one conversation go to another; those that are in both become one.
pub(super) async fn merge(conn: &mut SqliteConnection, gone: &Id, kept: &Id) -> Result<(), sqlx::Error> {
    let sql = "UPDATE OR IGNORE messages SET conversation = ?2 WHERE conversation = ?1";
    sqlx::query(sql).bind(gone.as_str()).bind(kept.as_str()).execute(&mut *conn).await?;
    let left: Vec<(i64, i64, String)> = sqlx::query_as("SELECT seq, at, json FROM messages WHERE conversation = ?")
        .bind(gone.as_str())
        .fetch_all(&mut *conn)
        .await?;
    for (seq, at, json) in left {
        sqlx::query("DELETE FROM messages WHERE seq = ?").bind(seq).execute(&mut *conn).await?;
        if let Ok(message) = serde_json::from_str(&json) {
            put(conn, kept, &message, Timestamp::from_millisecond(at).unwrap_or_default()).await?;
        }
    }
    Ok(())
}

/// What tells the rows that no backend has: notes that were written here and are kept on this machine alone.
pub(super) const OURS_ALONE: &str = "(client IS NOT NULL AND client LIKE 'local-note-%' AND id IS NULL AND wa IS NULL)";

/// The notes of a damaged file that no backend has and that can be read.
pub(super) async fn salvage_notes(conn: &mut SqliteConnection) -> Vec<(Id, Message)> {
    let query = format!("SELECT conversation, json FROM messages WHERE {OURS_ALONE}");
    let rows: Vec<(String, String)> = readable(conn, &query, "seq").await;
    let read = |(of, json): (String, String)| serde_json::from_str(&json).ok().map(|message| (Id::new(of), message));
    rows.into_iter().filter_map(read).collect()
}

/// A message in columns.
struct Row<'a> {
    message: &'a Message,
    /// Stands for the ids where there are none.
    print: Option<String>,
    at: i64,
    words: Option<String>,
    json: String,
}

impl<'a> Row<'a> {
    /// `None` when it cannot be written as JSON, which no message does.
    fn of(message: &'a Message, now: Timestamp) -> Option<Self> {
        let json = serde_json::to_string(message).ok()?;
        let told = message.created_at.or(message.sent_at).unwrap_or(now);
        let is_line = !matches!(message.content, Content::Reaction { .. });
        let words = message.text().filter(|_| is_line).map(|text| search_fold(&text)).filter(|text| !text.is_empty());
        let print = if message.ids.is_empty() { Some(fingerprint(message)?) } else { None };
        Some(Self { message, print, at: told.min(now).as_millisecond(), words, json })
    }

    fn ids(&self) -> [Option<&str>; 4] {
        let ids = &self.message.ids;
        let text = |id: &'a Option<Id>| id.as_ref().map(Id::as_str);
        [text(&ids.wa), text(&ids.id), text(&ids.client), self.print.as_deref()]
    }
}

async fn insert(conn: &mut SqliteConnection, conversation: &Id, row: &Row<'_>) -> Result<bool, sqlx::Error> {
    let [wa, id, client, print] = row.ids();
    let sql = "INSERT INTO messages (conversation, wa, id, client, print, at, words, json)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    let done = sqlx::query(sql)
        .bind(conversation.as_str())
        .bind(wa)
        .bind(id)
        .bind(client)
        .bind(print)
        .bind(row.at)
        .bind(row.words.as_deref())
        .bind(&row.json)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The rows that are this message by any of its ids, the oldest first. Each id has an index of its own.
async fn copies(
    conn: &mut SqliteConnection,
    conversation: &Id,
    row: &Row<'_>,
) -> Result<Vec<(i64, String)>, sqlx::Error> {
    let [wa, id, client, print] = row.ids();
    let sql = "SELECT seq, json FROM messages WHERE (conversation = ?1 AND wa = ?2) OR (conversation = ?1 AND id = ?3)
                   OR (conversation = ?1 AND client = ?4) OR (conversation = ?1 AND print = ?5) ORDER BY seq";
    sqlx::query_as(sql).bind(conversation.as_str()).bind(wa).bind(id).bind(client).bind(print).fetch_all(conn).await
}

async fn replace(conn: &mut SqliteConnection, seq: i64, row: &Row<'_>) -> Result<(), sqlx::Error> {
    let [wa, id, client, print] = row.ids();
    let sql = "UPDATE messages SET wa = ?2, id = ?3, client = ?4, print = ?5, at = ?6, words = ?7, json = ?8
               WHERE seq = ?1";
    sqlx::query(sql)
        .bind(seq)
        .bind(wa)
        .bind(id)
        .bind(client)
        .bind(print)
        .bind(row.at)
        .bind(row.words.as_deref())
        .bind(&row.json)
        .execute(conn)
        .await?;
    Ok(())
}

/// The newer version, with what only the older one knew. The thread has merged what it knew already; this is for what
/// another program, or an earlier run, knew.
fn newer_over(older: Message, newer: Message) -> Message {
    let mut delivery = older.delivery;
    delivery.merge(&newer.delivery);
    let forgotten = matches!(newer.content, Content::Unsupported { .. });
    let mut ids = newer.ids;
    ids.wa = ids.wa.or(older.ids.wa);
    ids.id = ids.id.or(older.ids.id);
    ids.client = ids.client.or(older.ids.client);
    Message {
        ids,
        direction: newer.direction,
        sender: newer.sender.or(older.sender),
        content: if forgotten { older.content } else { newer.content },
        delivery,
        created_at: newer.created_at.or(older.created_at),
        sent_at: newer.sent_at.or(older.sent_at),
        reply_to: newer.reply_to.or(older.reply_to),
        reactions: newer.reactions,
        origin: newer.origin,
    }
}

/// The same message without ids, given again, is the same row.
fn fingerprint(message: &Message) -> Option<String> {
    let what = (message.direction, message.created_at, message.sent_at, &message.content);
    Some(URL_SAFE_NO_PAD.encode(Sha256::digest(serde_json::to_vec(&what).ok()?)))
}

//! Conversations as the list last showed them.

use sqlx::SqliteConnection;

use super::{StoredConversation, messages, outbox};
use crate::chat::Id;

/// Keeps a row; a version that is here already costs no write.
pub(super) async fn put(conn: &mut SqliteConnection, row: &StoredConversation) -> Result<(), sqlx::Error> {
    let Ok(json) = serde_json::to_string(row) else { return Ok(()) };
    let sql = "INSERT INTO conversations (id, last_at, json) VALUES (?, ?, ?)
               ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, json = excluded.json
               WHERE json IS NOT excluded.json";
    let at = row.last_at.map_or(0, |at| at.as_millisecond());
    sqlx::query(sql).bind(row.id.as_str()).bind(at).bind(json).execute(conn).await?;
    Ok(())
}

/// The most recent rows, newest first, and those that something of the user's hangs on. One that an older version wrote in a way that is not understood is left out: the
/// backend has it.
pub(super) async fn recent(conn: &mut SqliteConnection, limit: u32) -> Result<Vec<StoredConversation>, sqlx::Error> {
    let sql = "SELECT json FROM conversations WHERE
                   id IN (SELECT id FROM conversations ORDER BY last_at DESC, id LIMIT ?)
                   OR id IN (SELECT conversation FROM drafts) OR id IN (SELECT conversation FROM note_drafts)
                   OR id IN (SELECT conversation FROM outbox)
                   OR id IN (SELECT value FROM positions WHERE name = 'open') OR id IN (SELECT conversation FROM muted)
               ORDER BY last_at DESC, id";
    let rows: Vec<String> = sqlx::query_scalar(sql).bind(limit).fetch_all(conn).await?;
    Ok(rows.iter().filter_map(|json| serde_json::from_str(json).ok()).collect())
}

/// The most recent rows alone, newest first.
pub(super) async fn newest(conn: &mut SqliteConnection, limit: u32) -> Result<Vec<StoredConversation>, sqlx::Error> {
    let sql = "SELECT json FROM conversations ORDER BY last_at DESC, id LIMIT ?";
    let rows: Vec<String> = sqlx::query_scalar(sql).bind(limit).fetch_all(conn).await?;
    Ok(rows.iter().filter_map(|json| serde_json::from_str(json).ok()).collect())
}

/// The row and the messages of a conversation go; what the user wrote stays.
pub(super) async fn forget(conn: &mut SqliteConnection, gone: &Id) -> Result<(), sqlx::Error> {
    for sql in ["DELETE FROM messages WHERE conversation = ?", "DELETE FROM conversations WHERE id = ?"] {
        sqlx::query(sql).bind(gone.as_str()).execute(&mut *conn).await?;
    }
    Ok(())
}

/// One row.
pub(super) async fn one(conn: &mut SqliteConnection, id: &Id) -> Result<Option<StoredConversation>, sqlx::Error> {
    let json: Option<String> = sqlx::query_scalar("SELECT json FROM conversations WHERE id = ?")
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Everything of one conversation goes to another. A draft that stands there already stays, with the other below it.
pub(super) async fn merge(conn: &mut SqliteConnection, gone: &Id, kept: &Id) -> Result<(), sqlx::Error> {
    if gone == kept {
        return Ok(());
    }
    messages::merge(conn, gone, kept).await?;
    outbox::merge(conn, gone, kept).await?;
    for sql in [
        "INSERT INTO drafts (conversation, owner, text) SELECT ?2, owner, text FROM drafts WHERE conversation = ?1
         ON CONFLICT (conversation, owner) DO UPDATE SET text = drafts.text || char(10) || excluded.text",
        "DELETE FROM drafts WHERE conversation = ?1 AND ?2 IS NOT NULL",
        "INSERT INTO note_drafts (conversation, owner, text) SELECT ?2, owner, text FROM note_drafts WHERE conversation = ?1
         ON CONFLICT (conversation, owner) DO UPDATE SET text = note_drafts.text || char(10) || excluded.text",
        "DELETE FROM note_drafts WHERE conversation = ?1 AND ?2 IS NOT NULL",
        "UPDATE positions SET value = ?2 WHERE value = ?1",
        "INSERT INTO muted (conversation) SELECT ?2 FROM muted WHERE conversation = ?1 ON CONFLICT DO NOTHING",
        "DELETE FROM muted WHERE conversation = ?1 AND ?2 IS NOT NULL",
        "DELETE FROM conversations WHERE id = ?1 AND ?2 IS NOT NULL",
    ] {
        sqlx::query(sql).bind(gone.as_str()).bind(kept.as_str()).execute(&mut *conn).await?;
    }
    Ok(())
}

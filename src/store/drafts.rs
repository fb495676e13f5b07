//! What stands in the composer of each conversation, and which conversation was open.

use sqlx::SqliteConnection;

use crate::chat::Id;

/// Keeps a draft, or removes it.
pub(super) async fn put(conn: &mut SqliteConnection, conversation: &Id, text: Option<&str>) -> Result<(), sqlx::Error> {
    match text.filter(|text| !text.is_empty()) {
        Some(text) => {
            let sql = "INSERT INTO drafts (conversation, text) VALUES (?, ?)
                       ON CONFLICT (conversation) DO UPDATE SET text = excluded.text";
            sqlx::query(sql).bind(conversation.as_str()).bind(text).execute(conn).await?;
        }
        None => {
            sqlx::query("DELETE FROM drafts WHERE conversation = ?").bind(conversation.as_str()).execute(conn).await?;
        }
    }
    Ok(())
}

/// All drafts.
pub(super) async fn all(conn: &mut SqliteConnection) -> Result<Vec<(Id, String)>, sqlx::Error> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT conversation, text FROM drafts ORDER BY conversation").fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(conversation, text)| (Id::new(conversation), text)).collect())
}

/// Notes which conversation is open.
pub(super) async fn put_position(conn: &mut SqliteConnection, open: Option<&Id>) -> Result<(), sqlx::Error> {
    match open {
        Some(open) => {
            let sql = "INSERT INTO positions (name, value) VALUES ('open', ?)
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            sqlx::query(sql).bind(open.as_str()).execute(conn).await?;
        }
        None => {
            sqlx::query("DELETE FROM positions WHERE name = 'open'").execute(conn).await?;
        }
    }
    Ok(())
}

/// Which conversation was open.
pub(super) async fn position(conn: &mut SqliteConnection) -> Result<Option<Id>, sqlx::Error> {
    let open: Option<String> =
        sqlx::query_scalar("SELECT value FROM positions WHERE name = 'open'").fetch_optional(conn).await?;
    Ok(open.map(Id::new))
}

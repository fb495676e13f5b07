//! Messages: what customers wrote, and what agents sent.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Sqlite, Transaction};

use super::conversations::{Customer, conversation_with};
use super::status::{DeliveryStatus, Direction};
use super::statuses::apply_parked;
use super::views::containing;
use super::{Database, DatabaseError, now_ms, oid};

/// A stored message with its customer's names. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Message {
    /// Order of insertion.
    pub seq: i64,
    /// 24 hex digits.
    pub id: String,
    /// The tenant.
    pub account_id: String,
    /// The conversation's 24 hex id.
    pub conversation_id: String,
    /// The line.
    pub phone_number_id: String,
    /// WhatsApp's id; none until WhatsApp accepted an outbound message.
    pub wamid: Option<String>,
    /// `inbound`, `outbound` or `note`.
    pub direction: String,
    /// The message type.
    pub kind: String,
    /// The content, JSON.
    pub content: String,
    /// The wamid that is quoted.
    pub context: Option<String>,
    /// The rank of its status, as [`DeliveryStatus::ALL`] counts.
    pub status: i64,
    /// Whether WhatsApp reported a failure.
    pub failed: bool,
    /// The Cloud API's code of the failure.
    pub error_code: Option<i64>,
    /// Its text.
    pub error_message: Option<String>,
    /// When the customer or WhatsApp says it was sent.
    pub sent_at: Option<i64>,
    /// When it was delivered.
    pub delivered_at: Option<i64>,
    /// When it was read.
    pub read_at: Option<i64>,
    /// When it failed.
    pub failed_at: Option<i64>,
    /// When it was stored here.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// The customer's phone.
    pub phone: Option<String>,
    /// The customer's name.
    pub name: Option<String>,
    /// The name of the agent who sent it.
    pub agent_name: Option<String>,
}

impl Message {
    /// The word for its status: `failed` only while it was not delivered after all.
    pub fn status_word(&self) -> &'static str {
        let rank = usize::try_from(self.status).unwrap_or_default();
        let status = DeliveryStatus::ALL.get(rank).copied().unwrap_or(DeliveryStatus::Queued);
        if self.failed && status < DeliveryStatus::Delivered { "failed" } else { status.as_str() }
    }
}

/// A message on its way into the database.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMessage {
    /// WhatsApp's id.
    pub wamid: Option<String>,
    /// Who wrote it.
    pub direction: Direction,
    /// The message type.
    pub kind: String,
    /// The stored content.
    pub content: Value,
    /// What the list shows of it, and what a search looks at; none for a reaction, which is no line of the list.
    pub preview: Option<String>,
    /// The channel's media id.
    pub media_id: Option<String>,
    /// The wamid that it quotes.
    pub context: Option<String>,
    /// The agent who sent it.
    pub agent_id: Option<String>,
    /// Its first status.
    pub status: DeliveryStatus,
    /// When it was written, in milliseconds since 1970.
    pub at: i64,
}

const SELECT: &str = "SELECT m.*, p.phone, p.name, a.name AS agent_name FROM messages m
    JOIN conversations c ON c.id = m.conversation_id JOIN contacts p ON p.id = c.contact_id
    LEFT JOIN agents a ON a.id = m.agent_id";

impl Database {
    /// Stores a message of a conversation between a line and a customer, both made if they are new, and brings the
    /// conversation's row up to date. Gives the ids of conversation and message; `None` if the wamid is stored already.
    pub async fn receive(
        &self,
        account: &str,
        line: &str,
        customer: &Customer,
        message: &NewMessage,
    ) -> Result<Option<(String, String)>, DatabaseError> {
        let mut tx = self.write().await?;
        if let Some(wamid) = &message.wamid {
            let known: bool =
                sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM messages WHERE phone_number_id = ? AND wamid = ?)")
                    .bind(line)
                    .bind(wamid)
                    .fetch_one(&mut *tx)
                    .await?;
            if known {
                return Ok(None);
            }
        }
        let now = now_ms();
        let conversation = conversation_with(&mut tx, account, line, customer, now).await?;
        let id = oid::new(now);
        insert(&mut tx, &id, account, line, &conversation, message, now).await?;
        touch(&mut tx, &conversation, message, now).await?;
        if let Some(wamid) = &message.wamid {
            apply_parked(&mut tx, line, wamid).await?;
        }
        tx.commit().await?;
        Ok(Some((conversation, id)))
    }

    /// Stores an outbound message as queued, before it is handed to the channel; gives its id. The conversation's row
    /// stays as it is until the channel accepted it.
    pub async fn queue(
        &self,
        account: &str,
        line: &str,
        conversation: &str,
        message: &NewMessage,
    ) -> Result<String, DatabaseError> {
        let mut tx = self.write().await?;
        // once it is its turn: of two messages of one millisecond the later one has the greater id
        let now = now_ms();
        let id = oid::new(now);
        insert(&mut tx, &id, account, line, conversation, message, now).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Notes that the channel accepted a queued message under this wamid, and brings the conversation's row up to
    /// date; a reply also marks the conversation as read.
    pub async fn accepted(
        &self,
        id: &str,
        line: &str,
        conversation: &str,
        wamid: &str,
        message: &NewMessage,
    ) -> Result<(), DatabaseError> {
        let now = now_ms();
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE messages SET wamid = ?1, status = max(status, 1), sent_at = ?2, updated_at = ?2 WHERE id = ?3",
        )
        .bind(wamid)
        .bind(now)
        .bind(id)
        .execute(&mut *tx)
        .await?;
        add_status(&mut tx, id, DeliveryStatus::Sent.as_str(), now).await?;
        touch(&mut tx, conversation, message, now).await?;
        sqlx::query("UPDATE conversations SET unread = 0, last_replied_at = ?1 WHERE id = ?2")
            .bind(now)
            .bind(conversation)
            .execute(&mut *tx)
            .await?;
        apply_parked(&mut tx, line, wamid).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Notes that the channel refused a queued message.
    pub async fn refused(&self, id: &str, code: Option<i64>, text: &str) -> Result<(), DatabaseError> {
        let now = now_ms();
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE messages SET failed = 1, failed_at = ?1, error_code = ?2, error_message = ?3, updated_at = ?1
             WHERE id = ?4",
        )
        .bind(now)
        .bind(code)
        .bind(text)
        .bind(id)
        .execute(&mut *tx)
        .await?;
        add_status(&mut tx, id, "failed", now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Marks messages that were queued when the server last stopped as failed: whether the channel had them is not
    /// known, and they are not sent twice. Gives how many there were.
    pub async fn abandon_queued(&self) -> Result<u64, DatabaseError> {
        let done = sqlx::query(
            "UPDATE messages SET failed = 1, failed_at = ?1, updated_at = ?1,
                 error_message = 'The server stopped before WhatsApp answered; the message may have been sent'
             WHERE status = 0 AND failed = 0 AND direction = 'outbound' AND wamid IS NULL",
        )
        .bind(now_ms())
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// The newest messages of a conversation, at most `limit` (all if 0), the oldest first: those before the message
    /// `before`, and not older than `since_ms`.
    pub async fn messages(
        &self,
        conversation: &str,
        before: Option<&str>,
        since_ms: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Message>, DatabaseError> {
        let limit = if limit == 0 { -1 } else { i64::from(limit) };
        let sql = format!(
            "{SELECT} WHERE m.conversation_id = ?1 AND (?2 IS NULL OR m.created_at >= ?2)
                 AND (?3 IS NULL OR (m.created_at, m.seq) <
                     (SELECT b.created_at, b.seq FROM messages b WHERE b.id = ?3 AND b.conversation_id = ?1))
             ORDER BY m.created_at DESC, m.seq DESC LIMIT ?4"
        );
        let mut rows: Vec<Message> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(conversation)
            .bind(since_ms)
            .bind(before)
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        rows.reverse();
        Ok(rows)
    }

    /// One message by its 24 hex id.
    pub(in crate::server) async fn message(&self, id: &str) -> Result<Option<Message>, DatabaseError> {
        let sql = format!("{SELECT} WHERE m.id = ?");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    /// An account's newest messages that contain a text, in any letter case of ASCII; at most `limit`, those before the
    /// message `before`.
    pub async fn search(
        &self,
        account: &str,
        text: &str,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Message>, DatabaseError> {
        let Some(pattern) = containing(text) else { return Ok(Vec::new()) };
        let sql = format!(
            "{SELECT} WHERE m.account_id = ?1 AND m.body LIKE ?2 ESCAPE '\\'
                 AND (?3 IS NULL OR m.seq < (SELECT b.seq FROM messages b WHERE b.id = ?3 AND b.account_id = ?1))
             ORDER BY m.seq DESC LIMIT ?4"
        );
        let found = sqlx::query_as(AssertSqlSafe(sql)).bind(account).bind(pattern).bind(before).bind(limit);
        Ok(found.fetch_all(&self.pool).await?)
    }

    /// A message of this account, by its 24 hex id or its wamid.
    pub async fn message_of(&self, account: &str, id: &str) -> Result<Option<Message>, DatabaseError> {
        let sql = format!(
            "{SELECT} WHERE (m.id = ?1 OR (m.wamid = ?1 AND m.phone_number_id IN
                 (SELECT phone_number_id FROM lines WHERE account_id = ?2))) AND m.account_id = ?2"
        );
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).bind(account).fetch_optional(&self.pool).await?)
    }

    /// How many messages there are, of all accounts.
    pub async fn message_count(&self) -> Result<u64, DatabaseError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM messages").fetch_one(&self.pool).await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The wamid of the customer's newest message.
    pub async fn last_inbound_wamid(&self, conversation: &str) -> Result<Option<String>, DatabaseError> {
        let wamid = sqlx::query_scalar(
            "SELECT wamid FROM messages WHERE conversation_id = ? AND direction = 'inbound' AND wamid IS NOT NULL
             ORDER BY created_at DESC, seq DESC LIMIT 1",
        );
        Ok(wamid.bind(conversation).fetch_optional(&self.pool).await?)
    }
}

pub(super) async fn insert(
    tx: &mut Transaction<'static, Sqlite>,
    id: &str,
    account: &str,
    line: &str,
    conversation: &str,
    message: &NewMessage,
    created_at: i64,
) -> Result<(), DatabaseError> {
    let inbound = message.direction == Direction::Inbound;
    let sent = message.status >= DeliveryStatus::Sent;
    sqlx::query(
        "INSERT INTO messages (id, account_id, conversation_id, phone_number_id, wamid, direction, kind, content, body,
             media_id, context, agent_id, status, sent_at, delivered_at, read_at, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?17)",
    )
    .bind(id)
    .bind(account)
    .bind(conversation)
    .bind(line)
    .bind(message.wamid.as_deref())
    .bind(message.direction.as_str())
    .bind(&message.kind)
    .bind(message.content.to_string())
    .bind(message.preview.as_deref())
    .bind(message.media_id.as_deref())
    .bind(message.context.as_deref())
    .bind(message.agent_id.as_deref())
    .bind(rank(message.status))
    .bind(sent.then_some(message.at))
    .bind((message.status >= DeliveryStatus::Delivered).then_some(message.at))
    .bind((!inbound && message.status >= DeliveryStatus::Read).then_some(message.at))
    .bind(created_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Brings the conversation's row up to date. A message that comes late moves nothing back; a reaction is no line of
/// the list and changes nothing.
pub(super) async fn touch(
    tx: &mut Transaction<'static, Sqlite>,
    conversation: &str,
    message: &NewMessage,
    now: i64,
) -> Result<(), DatabaseError> {
    let Some(preview) = message.preview.as_deref() else { return Ok(()) };
    let inbound = message.direction == Direction::Inbound;
    sqlx::query(
        "UPDATE conversations SET
             last_preview = CASE WHEN coalesce(last_at, 0) <= ?2 THEN ?3 ELSE last_preview END,
             last_type = CASE WHEN coalesce(last_at, 0) <= ?2 THEN ?4 ELSE last_type END,
             last_at = max(coalesce(last_at, 0), ?2),
             last_inbound_at = CASE WHEN ?5 THEN max(coalesce(last_inbound_at, 0), ?2) ELSE last_inbound_at END,
             unread = unread + ?5,
             status = CASE WHEN ?5 THEN 'open' ELSE status END,
             snoozed_until = CASE WHEN ?5 THEN NULL ELSE snoozed_until END,
             waiting_since = CASE WHEN ?5 THEN coalesce(waiting_since, ?2) ELSE NULL END,
             updated_at = ?6
         WHERE id = ?1",
    )
    .bind(conversation)
    .bind(message.at)
    .bind(shorten(preview))
    .bind(&message.kind)
    .bind(inbound)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn add_status(
    tx: &mut Transaction<'static, Sqlite>,
    message: &str,
    status: &str,
    at: i64,
) -> Result<(), DatabaseError> {
    sqlx::query("INSERT INTO message_statuses (id, message_id, status, at) VALUES (?, ?, ?, ?)")
        .bind(oid::new(at))
        .bind(message)
        .bind(status)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(super) fn rank(status: DeliveryStatus) -> i64 {
    DeliveryStatus::ALL.iter().position(|one| *one == status).and_then(|at| i64::try_from(at).ok()).unwrap_or_default()
}

/// At most 120 characters: what a list row has room for.
fn shorten(preview: &str) -> String {
    preview.chars().take(120).collect()
}

//! Conversations and the customers they are with.

use sqlx::{AssertSqlSafe, Sqlite, Transaction};

use super::views::containing;
use super::{Database, DatabaseError, now_ms, oid};

/// A conversation, with its customer's names. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Conversation {
    /// 24 hex digits.
    pub id: String,
    /// The tenant.
    pub account_id: String,
    /// The line.
    pub phone_number_id: String,
    /// The customer.
    pub contact_id: String,
    /// `account_line_customer`, where the customer is the phone that the conversation began with, or the user id.
    pub composite: String,
    /// The customer's phone digits.
    pub phone: Option<String>,
    /// The customer's business-scoped user id.
    pub user_id: Option<String>,
    /// The customer's profile name.
    pub name: Option<String>,
    /// `open`, `pending`, `snoozed` or `closed`.
    pub status: String,
    /// When a snoozed one wakes up.
    pub snoozed_until: Option<i64>,
    /// The time of the customer's first message that nobody has answered.
    pub waiting_since: Option<i64>,
    /// Inbound messages that nobody has read.
    pub unread: i64,
    /// `low`, `normal`, `high` or `urgent`.
    pub priority: String,
    /// Who looks after it.
    pub assigned_agent_id: Option<String>,
    /// That agent's name.
    pub assigned_agent: Option<String>,
    /// Its labels, a JSON array of strings.
    pub tags: String,
    /// The time of the newest message.
    pub last_at: Option<i64>,
    /// The beginning of the newest message.
    pub last_preview: Option<String>,
    /// The type of the newest message.
    pub last_type: Option<String>,
    /// The time of the customer's newest message: the 24-hour window is counted from it.
    pub last_inbound_at: Option<i64>,
    /// When an agent last read it.
    pub last_read_at: Option<i64>,
    /// When an agent last replied.
    pub last_replied_at: Option<i64>,
    /// When it began.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

/// Which conversations a list has.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Only this line.
    pub line: Option<String>,
    /// Only `open`, `pending`, `snoozed` or `closed`.
    pub status: Option<String>,
    /// Only those of this agent (24 hex digits); those of nobody if empty.
    pub assigned: Option<String>,
    /// Only those with this label.
    pub label: Option<String>,
    /// Only those with unread messages.
    pub unread: bool,
    /// Only those where the customer's name, phone or user id, or the text of a message, contains this.
    pub search: Option<String>,
    /// Only those below this conversation (its 24 hex id) in the list.
    pub before: Option<String>,
    /// At most so many; all if 0.
    pub limit: u32,
}

/// A customer as one message names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Customer {
    /// Digits without `+`.
    pub phone: Option<String>,
    /// The business-scoped user id.
    pub user_id: Option<String>,
    /// The profile name.
    pub name: Option<String>,
}

const SELECT: &str = "SELECT c.*, p.phone, p.user_id, p.name, a.name AS assigned_agent FROM conversations c
     JOIN contacts p ON p.id = c.contact_id LEFT JOIN agents a ON a.id = c.assigned_agent_id";

impl Database {
    /// An account's conversations, the most recent first.
    pub async fn conversations(&self, account: &str, query: &ListQuery) -> Result<Vec<Conversation>, DatabaseError> {
        let pattern = query.search.as_deref().and_then(containing);
        let limit = if query.limit == 0 { -1 } else { i64::from(query.limit) };
        let sql = format!(
            "{SELECT} WHERE c.account_id = ?1 AND (?2 IS NULL OR c.phone_number_id = ?2) AND (?3 IS NULL OR c.status = ?3)
                 AND (?4 IS NULL OR p.name LIKE ?4 ESCAPE '\\' OR p.phone LIKE ?4 ESCAPE '\\' OR p.user_id LIKE ?4 ESCAPE '\\'
                     OR EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.body LIKE ?4 ESCAPE '\\'))
                 AND (?5 IS NULL OR (coalesce(c.last_at, 0), c.id) <
                     (SELECT coalesce(b.last_at, 0), b.id FROM conversations b WHERE b.id = ?5 AND b.account_id = ?1))
                 AND (?7 IS NULL OR coalesce(c.assigned_agent_id, '') = ?7)
                 AND (?8 IS NULL OR EXISTS (SELECT 1 FROM json_each(c.tags) t WHERE t.value = ?8))
                 AND (?9 = 0 OR c.unread > 0)
             ORDER BY coalesce(c.last_at, 0) DESC, c.id DESC LIMIT ?6"
        );
        let rows = sqlx::query_as(AssertSqlSafe(sql))
            .bind(account)
            .bind(query.line.as_deref())
            .bind(query.status.as_deref())
            .bind(pattern)
            .bind(query.before.as_deref())
            .bind(limit)
            .bind(query.assigned.as_deref())
            .bind(query.label.as_deref())
            .bind(query.unread);
        Ok(rows.fetch_all(&self.pool).await?)
    }

    /// The conversation of this account with this 24 hex id or this composite id.
    pub async fn conversation(&self, account: &str, id: &str) -> Result<Option<Conversation>, DatabaseError> {
        let sql = format!("{SELECT} WHERE (c.id = ?1 OR c.composite = ?1) AND c.account_id = ?2");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).bind(account).fetch_optional(&self.pool).await?)
    }

    /// The conversation with this 24 hex id, whosever it is. For the server's own use only.
    pub(in crate::server) async fn any_conversation(&self, id: &str) -> Result<Option<Conversation>, DatabaseError> {
        let sql = format!("{SELECT} WHERE c.id = ?1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    /// Marks a conversation and its inbound messages as read; gives how many messages that changed.
    pub async fn mark_read(&self, id: &str) -> Result<u64, DatabaseError> {
        let now = now_ms();
        let mut tx = self.write().await?;
        let read = sqlx::query(
            "UPDATE messages SET status = 3, read_at = ?1, updated_at = ?1
             WHERE conversation_id = ?2 AND direction = 'inbound' AND status < 3",
        )
        .bind(now)
        .bind(id)
        .execute(&mut *tx)
        .await?;
        sqlx::query("UPDATE conversations SET unread = 0, last_read_at = ?1, updated_at = ?1 WHERE id = ?2")
            .bind(now)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(read.rows_affected())
    }

    /// The conversation of a line with a customer, made if it is not there.
    pub async fn open_conversation(
        &self,
        account: &str,
        line: &str,
        customer: &Customer,
    ) -> Result<Option<Conversation>, DatabaseError> {
        let mut tx = self.write().await?;
        let id = conversation_with(&mut tx, account, line, customer, now_ms()).await?;
        tx.commit().await?;
        self.any_conversation(&id).await
    }
}

/// Finds or makes the customer and the conversation; gives its id. A name that is known now is kept.
pub(super) async fn conversation_with(
    tx: &mut Transaction<'static, Sqlite>,
    account: &str,
    line: &str,
    customer: &Customer,
    now: i64,
) -> Result<String, DatabaseError> {
    let contact = contact(tx, account, customer, now).await?;
    let known: Option<String> =
        sqlx::query_scalar("SELECT id FROM conversations WHERE phone_number_id = ? AND contact_id = ?")
            .bind(line)
            .bind(&contact)
            .fetch_optional(&mut **tx)
            .await?;
    if let Some(id) = known {
        return Ok(id);
    }
    let id = oid::new(now);
    let who = customer.phone.as_deref().or(customer.user_id.as_deref()).unwrap_or_default();
    sqlx::query(
        "INSERT INTO conversations (id, account_id, phone_number_id, contact_id, composite, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    )
    .bind(&id)
    .bind(account)
    .bind(line)
    .bind(&contact)
    .bind(format!("{account}_{line}_{who}"))
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// Finds or makes the contact. Where one contact has the phone and another the user id, the phone decides.
async fn contact(
    tx: &mut Transaction<'static, Sqlite>,
    account: &str,
    customer: &Customer,
    now: i64,
) -> Result<String, DatabaseError> {
    let phone = customer.phone.as_deref().filter(|phone| !phone.is_empty());
    let user_id = customer.user_id.as_deref().filter(|id| !id.is_empty());
    let name = customer.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let known: Option<String> = sqlx::query_scalar(
        "SELECT id FROM contacts WHERE account_id = ?1 AND (phone = ?2 OR user_id = ?3)
         ORDER BY (phone IS NOT NULL AND phone = ?2) DESC LIMIT 1",
    )
    .bind(account)
    .bind(phone)
    .bind(user_id)
    .fetch_optional(&mut **tx)
    .await?;
    let Some(id) = known else {
        let id = oid::new(now);
        sqlx::query(
            "INSERT INTO contacts (id, account_id, phone, user_id, name, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        )
        .bind(&id)
        .bind(account)
        .bind(phone)
        .bind(user_id)
        .bind(name)
        .bind(now)
        .execute(&mut **tx)
        .await?;
        return Ok(id);
    };
    // `OR IGNORE`: a phone or user id that another contact has stays with it.
    sqlx::query(
        "UPDATE OR IGNORE contacts SET phone = coalesce(phone, ?2), user_id = coalesce(user_id, ?3), updated_at = ?4
         WHERE id = ?1 AND ((phone IS NULL AND ?2 IS NOT NULL) OR (user_id IS NULL AND ?3 IS NOT NULL))",
    )
    .bind(&id)
    .bind(phone)
    .bind(user_id)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE contacts SET name = ?2, updated_at = ?3 WHERE id = ?1 AND ?2 IS NOT NULL AND name IS NOT ?2")
        .bind(&id)
        .bind(name)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(id)
}

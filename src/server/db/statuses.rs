//! How far messages got: ranks that never go back, the flag of a failure, the history, and what waits for its message.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, QueryBuilder, Sqlite, Transaction};

use super::messages::{Message, add_status, rank};
use super::status::DeliveryStatus;
use super::{Database, DatabaseError, now_ms};

/// One status as WhatsApp reported it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReportedStatus {
    /// The message.
    pub wamid: String,
    /// `sent`, `delivered`, `read`, `played` or `failed`.
    pub status: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The Cloud API's code, where it failed.
    pub error_code: Option<i64>,
    /// Why it failed.
    pub error_message: Option<String>,
}

/// An entry of a message's history.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StatusEntry {
    /// 24 hex digits.
    pub id: String,
    /// The message's 24 hex id.
    pub message_id: String,
    /// The status word.
    pub status: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// What a reported status did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusOutcome {
    /// The message now shows this status.
    Changed(Box<Message>),
    /// It is in the history, but what the message shows is the same: it was further already.
    Unchanged,
    /// No such message yet: the status is kept for ten minutes.
    Parked,
}

impl Database {
    /// Applies a reported status to the message of this line.
    pub async fn apply_status(&self, line: &str, reported: &ReportedStatus) -> Result<StatusOutcome, DatabaseError> {
        let mut tx = self.write().await?;
        let known: Option<(String, i64, bool)> =
            sqlx::query_as("SELECT id, status, failed FROM messages WHERE phone_number_id = ? AND wamid = ?")
                .bind(line)
                .bind(&reported.wamid)
                .fetch_optional(&mut *tx)
                .await?;
        let Some((id, before, failed_before)) = known else {
            park(&mut tx, line, reported).await?;
            tx.commit().await?;
            return Ok(StatusOutcome::Parked);
        };
        apply(&mut tx, &id, reported).await?;
        tx.commit().await?;
        let Some(message) = self.message(&id).await? else { return Ok(StatusOutcome::Unchanged) };
        let changed =
            message.status > before || (message.failed && !failed_before && message.status_word() == "failed");
        Ok(if changed { StatusOutcome::Changed(Box::new(message)) } else { StatusOutcome::Unchanged })
    }

    /// The histories of these messages (24 hex ids), each in order of time.
    pub async fn histories(&self, messages: &[&str]) -> Result<HashMap<String, Vec<StatusEntry>>, DatabaseError> {
        let mut histories: HashMap<String, Vec<StatusEntry>> = HashMap::new();
        // SQLite takes 32,766 parameters in one statement.
        for some in messages.chunks(10_000) {
            let mut query =
                QueryBuilder::new("SELECT id, message_id, status, at FROM message_statuses WHERE message_id IN (");
            let mut list = query.separated(", ");
            for id in some {
                list.push_bind(*id);
            }
            query.push(") ORDER BY at, rowid");
            for entry in query.build_query_as::<StatusEntry>().fetch_all(&self.pool).await? {
                histories.entry(entry.message_id.clone()).or_default().push(entry);
            }
        }
        Ok(histories)
    }
}

async fn apply(
    tx: &mut Transaction<'static, Sqlite>,
    id: &str,
    reported: &ReportedStatus,
) -> Result<(), DatabaseError> {
    let repeated: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM message_statuses WHERE message_id = ? AND status = ? AND (status <> 'failed' OR at = ?))",
    )
    .bind(id)
    .bind(&reported.status)
    .bind(reported.at)
    .fetch_one(&mut **tx)
    .await?;
    if !repeated {
        add_status(tx, id, &reported.status, reported.at).await?;
    }
    let Some(status) = DeliveryStatus::parse(&reported.status) else {
        sqlx::query(
            "UPDATE messages SET failed = 1, failed_at = coalesce(failed_at, ?1), error_code = ?2, error_message = ?3,
                 updated_at = ?4 WHERE id = ?5",
        )
        .bind(reported.at)
        .bind(reported.error_code)
        .bind(reported.error_message.as_deref())
        .bind(now_ms())
        .bind(id)
        .execute(&mut **tx)
        .await?;
        return Ok(());
    };
    let column = match status {
        DeliveryStatus::Queued | DeliveryStatus::Sent => "sent_at",
        DeliveryStatus::Delivered => "delivered_at",
        DeliveryStatus::Read | DeliveryStatus::Played => "read_at",
    };
    let sql = format!(
        "UPDATE messages SET status = max(status, ?1), {column} = coalesce({column}, ?2), updated_at = ?3 WHERE id = ?4"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(rank(status))
        .bind(reported.at)
        .bind(now_ms())
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Keeps a status for a message that is not stored yet: the channel may be faster than our own note of its answer.
async fn park(
    tx: &mut Transaction<'static, Sqlite>,
    line: &str,
    reported: &ReportedStatus,
) -> Result<(), DatabaseError> {
    sqlx::query(
        "INSERT INTO parked_statuses (phone_number_id, wamid, status, at, error_code, error_message, parked_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(line)
    .bind(&reported.wamid)
    .bind(&reported.status)
    .bind(reported.at)
    .bind(reported.error_code)
    .bind(reported.error_message.as_deref())
    .bind(now_ms())
    .execute(&mut **tx)
    .await?;
    sqlx::query("DELETE FROM parked_statuses WHERE seq <= (SELECT max(seq) FROM parked_statuses) - 10000")
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Applies what waited for this message, which has just been stored.
pub(super) async fn apply_parked(
    tx: &mut Transaction<'static, Sqlite>,
    line: &str,
    wamid: &str,
) -> Result<(), DatabaseError> {
    let parked: Vec<ReportedStatus> = sqlx::query_as(
        "SELECT wamid, status, at, error_code, error_message FROM parked_statuses
         WHERE phone_number_id = ? AND wamid = ? ORDER BY seq",
    )
    .bind(line)
    .bind(wamid)
    .fetch_all(&mut **tx)
    .await?;
    if parked.is_empty() {
        return Ok(());
    }
    let id: Option<String> = sqlx::query_scalar("SELECT id FROM messages WHERE phone_number_id = ? AND wamid = ?")
        .bind(line)
        .bind(wamid)
        .fetch_optional(&mut **tx)
        .await?;
    if let Some(id) = id {
        for reported in &parked {
            apply(tx, &id, reported).await?;
        }
    }
    sqlx::query("DELETE FROM parked_statuses WHERE phone_number_id = ? AND wamid = ?")
        .bind(line)
        .bind(wamid)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

impl StatusOutcome {
    /// One word for the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Changed(_) => "changed",
            Self::Unchanged => "unchanged",
            Self::Parked => "parked",
        }
    }
}

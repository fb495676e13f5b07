//! What agents do with a conversation beside answering: who looks after it, labels, priority, status, notes.

use serde_json::json;

use super::messages::{NewMessage, insert};
use super::status::{DeliveryStatus, Direction};
use super::{Database, DatabaseError, now_ms, oid};

impl Database {
    /// Gives a conversation to an agent, or to nobody. `only_if_free`: not if somebody else has it; gives whether it
    /// was done.
    pub async fn assign(&self, id: &str, agent: Option<&str>, only_if_free: bool) -> Result<bool, DatabaseError> {
        let done = sqlx::query(
            "UPDATE conversations SET assigned_agent_id = ?1, updated_at = ?2
             WHERE id = ?3 AND (?4 = 0 OR assigned_agent_id IS NULL OR assigned_agent_id = ?1)",
        )
        .bind(agent)
        .bind(now_ms())
        .bind(id)
        .bind(only_if_free)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Adds labels to a conversation and takes others away; gives all that it has now, in the order in which they came.
    pub async fn label(&self, id: &str, add: &[String], remove: &[String]) -> Result<Vec<String>, DatabaseError> {
        let mut tx = self.write().await?;
        let tags: Option<String> =
            sqlx::query_scalar("SELECT tags FROM conversations WHERE id = ?").bind(id).fetch_optional(&mut *tx).await?;
        let mut labels: Vec<String> = tags.and_then(|tags| serde_json::from_str(&tags).ok()).unwrap_or_default();
        labels.retain(|label| !remove.contains(label));
        for label in add {
            if !labels.contains(label) {
                labels.push(label.clone());
            }
        }
        sqlx::query("UPDATE conversations SET tags = ?, updated_at = ? WHERE id = ?")
            .bind(json!(labels).to_string())
            .bind(now_ms())
            .bind(id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(labels)
    }

    /// The labels of an account's conversations, and how many conversations have each.
    pub async fn labels(&self, account: &str) -> Result<Vec<(String, i64)>, DatabaseError> {
        let labels = sqlx::query_as(
            "SELECT t.value, count(*) FROM conversations c, json_each(c.tags) t WHERE c.account_id = ?
             GROUP BY t.value ORDER BY count(*) DESC, t.value",
        );
        Ok(labels.bind(account).fetch_all(&self.pool).await?)
    }

    /// Sets a conversation's priority: `low`, `normal`, `high` or `urgent`.
    pub async fn set_priority(&self, id: &str, priority: &str) -> Result<(), DatabaseError> {
        sqlx::query("UPDATE conversations SET priority = ?, updated_at = ? WHERE id = ?")
            .bind(priority)
            .bind(now_ms())
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Opens, parks, snoozes (until a time) or closes a conversation. One that is closed waits for nobody.
    pub async fn set_conversation_status(
        &self,
        id: &str,
        status: &str,
        until: Option<i64>,
    ) -> Result<(), DatabaseError> {
        sqlx::query(
            "UPDATE conversations SET status = ?1, snoozed_until = ?2, updated_at = ?3,
                 waiting_since = CASE WHEN ?1 = 'closed' THEN NULL ELSE waiting_since END
             WHERE id = ?4",
        )
        .bind(status)
        .bind(until)
        .bind(now_ms())
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Opens the snoozed conversations whose time has come; gives their ids.
    pub async fn wake(&self, now: i64) -> Result<Vec<String>, DatabaseError> {
        let woken = sqlx::query_scalar(
            "UPDATE conversations SET status = 'open', snoozed_until = NULL, updated_at = ?1
             WHERE status = 'snoozed' AND snoozed_until <= ?1 RETURNING id",
        );
        Ok(woken.bind(now).fetch_all(&self.pool).await?)
    }

    /// When the next snoozed conversation wakes up.
    pub async fn next_wake(&self) -> Result<Option<i64>, DatabaseError> {
        let next = sqlx::query_scalar("SELECT min(snoozed_until) FROM conversations WHERE status = 'snoozed'");
        Ok(next.fetch_one(&self.pool).await?)
    }

    /// Marks a conversation as unread: its last message, where none is unread.
    pub async fn mark_unread(&self, id: &str) -> Result<(), DatabaseError> {
        sqlx::query("UPDATE conversations SET unread = max(unread, 1), updated_at = ? WHERE id = ?")
            .bind(now_ms())
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Stores an agent's note to the team; gives its id. The conversation's row stays as it is.
    pub async fn add_note(
        &self,
        account: &str,
        line: &str,
        conversation: &str,
        agent: &str,
        text: &str,
    ) -> Result<String, DatabaseError> {
        let mut tx = self.write().await?;
        let now = now_ms();
        let id = oid::new(now);
        let note = NewMessage {
            wamid: None,
            direction: Direction::Note,
            kind: "text".to_owned(),
            content: json!({ "text": text }),
            preview: Some(text.to_owned()),
            media_id: None,
            context: None,
            agent_id: Some(agent.to_owned()),
            status: DeliveryStatus::Sent,
            at: now,
        };
        insert(&mut tx, &id, account, line, conversation, &note, now).await?;
        tx.commit().await?;
        Ok(id)
    }
}

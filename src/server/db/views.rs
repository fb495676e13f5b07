//! Counts for the views of the list, and the search for messages.

use super::{Database, DatabaseError};

/// How many conversations stand in each view of an agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// All of the account.
    pub all: i64,
    /// With the status `open`.
    pub open: i64,
    /// With the status `pending`.
    pub pending: i64,
    /// With the status `snoozed`.
    pub snoozed: i64,
    /// With the status `closed`.
    pub closed: i64,
    /// Not closed, and the agent's own.
    pub mine: i64,
    /// Not closed, and nobody's.
    pub unassigned: i64,
    /// With unread messages.
    pub unread: i64,
    /// Not closed, and the customer waits for an answer.
    pub waiting: i64,
}

/// A message that a search found. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Hit {
    /// The message's 24 hex id.
    pub id: String,
    /// The conversation's 24 hex id.
    pub conversation_id: String,
    /// `inbound`, `outbound` or `note`.
    pub direction: String,
    /// The message type.
    pub kind: String,
    /// What was searched.
    pub body: String,
    /// When it was stored.
    pub created_at: i64,
    /// The customer's name.
    pub name: Option<String>,
    /// The customer's phone.
    pub phone: Option<String>,
}

/// The pattern of `LIKE … ESCAPE '\'` for what contains this text: `%` and `_` in it are letters.
pub(super) fn containing(text: &str) -> Option<String> {
    let text = text.trim();
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    (!text.is_empty()).then(|| format!("%{escaped}%"))
}

impl Database {
    /// How many conversations stand in each view of this agent.
    pub async fn counts(&self, account: &str, agent: &str) -> Result<Counts, DatabaseError> {
        let counts = sqlx::query_as(
            "SELECT count(*) AS \"all\",
                 count(*) FILTER (WHERE status = 'open') AS open,
                 count(*) FILTER (WHERE status = 'pending') AS pending,
                 count(*) FILTER (WHERE status = 'snoozed') AS snoozed,
                 count(*) FILTER (WHERE status = 'closed') AS closed,
                 count(*) FILTER (WHERE status <> 'closed' AND assigned_agent_id = ?2) AS mine,
                 count(*) FILTER (WHERE status <> 'closed' AND assigned_agent_id IS NULL) AS unassigned,
                 count(*) FILTER (WHERE unread > 0) AS unread,
                 count(*) FILTER (WHERE status <> 'closed' AND waiting_since IS NOT NULL) AS waiting
             FROM conversations WHERE account_id = ?1",
        );
        Ok(counts.bind(account).bind(agent).fetch_one(&self.pool).await?)
    }

    /// How many conversations, and how many with unread messages, each line has.
    pub async fn counts_by_line(&self, account: &str) -> Result<Vec<(String, i64, i64)>, DatabaseError> {
        let lines = sqlx::query_as(
            "SELECT phone_number_id, count(*), count(*) FILTER (WHERE unread > 0) FROM conversations
             WHERE account_id = ? AND status <> 'closed' GROUP BY phone_number_id ORDER BY phone_number_id",
        );
        Ok(lines.bind(account).fetch_all(&self.pool).await?)
    }

    /// The newest messages that contain a text, in any letter case of ASCII; at most `limit`, those before the message
    /// `before`.
    pub async fn search(
        &self,
        account: &str,
        text: &str,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Hit>, DatabaseError> {
        let Some(pattern) = containing(text) else { return Ok(Vec::new()) };
        let hits = sqlx::query_as(
            "SELECT m.id, m.conversation_id, m.direction, m.kind, m.body, m.created_at, p.name, p.phone
             FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN contacts p ON p.id = c.contact_id
             WHERE m.account_id = ?1 AND m.body LIKE ?2 ESCAPE '\\'
                 AND (?3 IS NULL OR m.seq < (SELECT b.seq FROM messages b WHERE b.id = ?3 AND b.account_id = ?1))
             ORDER BY m.seq DESC LIMIT ?4",
        );
        Ok(hits.bind(account).bind(pattern).bind(before).bind(limit).fetch_all(&self.pool).await?)
    }
}

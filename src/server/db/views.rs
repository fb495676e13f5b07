//! Counts for the views of the list, and what a search looks for.

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
}

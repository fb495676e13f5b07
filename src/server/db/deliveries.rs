//! Raw webhook bodies: stored before they are answered, processed afterwards.

use super::{Database, DatabaseError, now_ms};

/// A stored delivery that waits.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Delivery {
    /// Its place in the order of arrival.
    pub id: i64,
    /// The body as it came.
    pub raw: Vec<u8>,
    /// When it came, in milliseconds since 1970.
    pub received_at: i64,
    /// How often it was tried in vain.
    pub attempts: i64,
}

impl Database {
    /// Stores a raw delivery; when this returns, a kill of the process does not lose it.
    pub async fn store_delivery(&self, raw: &[u8]) -> Result<i64, DatabaseError> {
        let stored = sqlx::query("INSERT INTO deliveries (raw, received_at) VALUES (?, ?)")
            .bind(raw)
            .bind(now_ms())
            .execute(&self.pool)
            .await?;
        Ok(stored.last_insert_rowid())
    }

    /// The oldest deliveries that are not processed yet, at most 100.
    pub async fn waiting_deliveries(&self) -> Result<Vec<Delivery>, DatabaseError> {
        let waiting = sqlx::query_as(
            "SELECT id, raw, received_at, attempts FROM deliveries WHERE done_at IS NULL ORDER BY id LIMIT 100",
        );
        Ok(waiting.fetch_all(&self.pool).await?)
    }

    /// Marks a delivery as processed; `error` says what of it could not be used.
    pub async fn finish_delivery(&self, id: i64, error: Option<&str>) -> Result<(), DatabaseError> {
        sqlx::query("UPDATE deliveries SET done_at = ?, error = ? WHERE id = ?")
            .bind(now_ms())
            .bind(error)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes that processing a delivery failed and will be tried again.
    pub async fn postpone_delivery(&self, id: i64, error: &str) -> Result<(), DatabaseError> {
        sqlx::query("UPDATE deliveries SET attempts = attempts + 1, error = ? WHERE id = ?")
            .bind(error)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Forgets processed deliveries and answered keys after a day, and parked statuses after ten minutes. (That
    /// WhatsApp repeats deliveries for up to seven days does no harm: messages are known by their wamid.)
    pub async fn forget_old(&self) -> Result<(), DatabaseError> {
        const MINUTE: i64 = 60_000;
        let now = now_ms();
        sqlx::query("DELETE FROM deliveries WHERE done_at < ?")
            .bind(now - 24 * 60 * MINUTE)
            .execute(&self.pool)
            .await?;
        sqlx::query("DELETE FROM parked_statuses WHERE parked_at < ?")
            .bind(now - 10 * MINUTE)
            .execute(&self.pool)
            .await?;
        sqlx::query("DELETE FROM answered_keys WHERE created_at < ?")
            .bind(now - 24 * 60 * MINUTE)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

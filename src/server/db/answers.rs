//! First answers to requests that carried an `Idempotency-Key`, and the files that agents sent.

use bytes::Bytes;

use super::{Database, DatabaseError, now_ms};
use crate::server::channel::FetchedMedia;

/// What is known about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// This request is the first: do the work, then [`Database::answer_key`].
    Mine,
    /// Another request with this key is being worked on.
    Busy,
    /// It was answered: the HTTP status and the JSON body of the first answer.
    Answered(u16, String),
}

impl Database {
    /// Claims a key for the request that asks.
    pub async fn claim_key(&self, account: &str, key: &str) -> Result<Claim, DatabaseError> {
        let mut tx = self.write().await?;
        let known: Option<(Option<i64>, Option<String>)> =
            sqlx::query_as("SELECT status, body FROM answered_keys WHERE account_id = ? AND key = ?")
                .bind(account)
                .bind(key)
                .fetch_optional(&mut *tx)
                .await?;
        match known {
            Some((Some(status), Some(body))) => Ok(Claim::Answered(u16::try_from(status).unwrap_or(500), body)),
            Some(_) => Ok(Claim::Busy),
            None => {
                sqlx::query("INSERT INTO answered_keys (account_id, key, created_at) VALUES (?, ?, ?)")
                    .bind(account)
                    .bind(key)
                    .bind(now_ms())
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
                Ok(Claim::Mine)
            }
        }
    }

    /// Keeps the answer that the claimed key got; `None` gives the key back, since nothing was sent.
    pub async fn answer_key(&self, account: &str, key: &str, answer: Option<(u16, &str)>) -> Result<(), DatabaseError> {
        match answer {
            Some((status, body)) => {
                sqlx::query("UPDATE answered_keys SET status = ?, body = ? WHERE account_id = ? AND key = ?")
                    .bind(i64::from(status))
                    .bind(body)
                    .bind(account)
                    .bind(key)
                    .execute(&self.pool)
                    .await?;
            }
            None => {
                sqlx::query("DELETE FROM answered_keys WHERE account_id = ? AND key = ?")
                    .bind(account)
                    .bind(key)
                    .execute(&self.pool)
                    .await?;
            }
        }
        Ok(())
    }

    /// The message of a claimed key is about to be given to the channel.
    pub async fn key_goes_out(&self, account: &str, key: &str, message: &str) -> Result<(), DatabaseError> {
        sqlx::query("UPDATE answered_keys SET message_id = ? WHERE account_id = ? AND key = ?")
            .bind(message)
            .bind(account)
            .bind(key)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Keys that a server left which was killed while it worked on them. Where nothing had gone out yet the key is free
    /// again; else it gets this answer, since the channel may have the message.
    pub async fn settle_left_keys(&self, status: u16, body: &str) -> Result<(), DatabaseError> {
        sqlx::query("DELETE FROM answered_keys WHERE status IS NULL AND message_id IS NULL")
            .execute(&self.pool)
            .await?;
        sqlx::query("UPDATE answered_keys SET status = ?, body = ? WHERE status IS NULL")
            .bind(i64::from(status))
            .bind(body)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Keeps a file that an agent sent.
    pub async fn store_media(
        &self,
        account: &str,
        id: &str,
        mime: &str,
        filename: Option<&str>,
        bytes: &[u8],
    ) -> Result<(), DatabaseError> {
        sqlx::query("INSERT INTO media (id, account_id, mime, filename, bytes, created_at) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(id)
            .bind(account)
            .bind(mime)
            .bind(filename)
            .bind(bytes)
            .bind(now_ms())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// A file that an agent of this account sent.
    pub async fn sent_media(&self, account: &str, id: &str) -> Result<Option<FetchedMedia>, DatabaseError> {
        let row: Option<(String, Vec<u8>)> =
            sqlx::query_as("SELECT mime, bytes FROM media WHERE id = ? AND account_id = ?")
                .bind(id)
                .bind(account)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(mime, bytes)| FetchedMedia { bytes: Bytes::from(bytes), mime }))
    }

    /// Whether a message of this account carries the channel's media id.
    pub async fn owns_media(&self, account: &str, id: &str) -> Result<bool, DatabaseError> {
        let owns = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM messages WHERE media_id = ? AND account_id = ?)");
        Ok(owns.bind(id).bind(account).fetch_one(&self.pool).await?)
    }
}

//! The cache stays within its age and size: the oldest messages go, a few at a time.

use jiff::{SignedDuration, Timestamp};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

/// So many messages go in one transaction: others wait no longer than that takes.
const STEP: i64 = 500;
/// So many pages are given back to the disk in one go.
const PAGES: i64 = 2_000;
/// A store that was too large shrinks to so many hundredths of its bound, so that it does not do so at every message.
const SHRINK_TO: i64 = 95;
const MEGABYTE: i64 = 1_000_000;

/// How much is kept, and whether more than that is being taken away.
#[derive(Debug)]
pub(super) struct Bounds {
    days: u32,
    /// Bytes; 0 without limit.
    bytes: i64,
    shrinking: bool,
}

impl Bounds {
    pub(super) fn new(days: u32, megabytes: u32) -> Self {
        Self { days, bytes: i64::from(megabytes) * MEGABYTE, shrinking: false }
    }

    /// Takes away what is too old or too much; true when there may be more of it.
    pub(super) async fn step(&mut self, conn: &mut SqliteConnection, now: Timestamp) -> Result<bool, sqlx::Error> {
        let old = self.take_old(conn, now).await?;
        let much = self.take_much(conn).await?;
        let free: i64 = pragma(conn, "freelist_count").await?;
        if free > 0 {
            let sql = format!("PRAGMA incremental_vacuum({PAGES})");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
        }
        Ok(old || much || free > PAGES)
    }

    async fn take_old(&self, conn: &mut SqliteConnection, now: Timestamp) -> Result<bool, sqlx::Error> {
        let age = SignedDuration::from_hours(24 * i64::from(self.days));
        let Some(limit) = (self.days > 0).then(|| now.checked_sub(age).ok()).flatten() else { return Ok(false) };
        let sql = "DELETE FROM messages WHERE seq IN (SELECT seq FROM messages WHERE at < ? ORDER BY at LIMIT ?)";
        let gone = sqlx::query(sql).bind(limit.as_millisecond()).bind(STEP).execute(conn).await?.rows_affected();
        Ok(gone == STEP.unsigned_abs())
    }

    async fn take_much(&mut self, conn: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
        if self.bytes == 0 {
            return Ok(false);
        }
        let used = used(conn).await?;
        let wanted = self.bytes / 100 * SHRINK_TO;
        self.shrinking = used > self.bytes || (self.shrinking && used > wanted);
        if !self.shrinking {
            return Ok(false);
        }
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM messages").fetch_one(&mut *conn).await?;
        // As if all of it were messages: a little too few rather than too many.
        let share = i128::from(count) * i128::from(used - wanted) / i128::from(used.max(1));
        let rows = i64::try_from(share).unwrap_or(STEP).clamp(1, STEP);
        let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
        let sql = "DELETE FROM messages WHERE seq IN (SELECT seq FROM messages ORDER BY at, seq LIMIT ?)";
        let gone = sqlx::query(sql).bind(rows).execute(&mut *tx).await?.rows_affected();
        // Half-empty pieces of the index become whole ones, and their pages free.
        sqlx::query("INSERT INTO found (found, rank) VALUES ('merge', -200)").execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(gone > 0)
    }
}

/// Bytes of the file that hold something.
async fn used(conn: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let pages = pragma(conn, "page_count").await? - pragma(conn, "freelist_count").await?;
    Ok(pages * pragma(conn, "page_size").await?)
}

async fn pragma(conn: &mut SqliteConnection, name: &'static str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(AssertSqlSafe(format!("PRAGMA {name}"))).fetch_one(conn).await
}

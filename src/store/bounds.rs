//! The cache stays within its age and size: the oldest messages go, a few at a time, and conversations once no message is
//! left to go. What the user wrote stays, notes that no backend has among it.

use jiff::{SignedDuration, Timestamp};
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::messages::OURS_ALONE;
use super::transaction;

/// Conversations on which something of the user's hangs.
const NEEDED: &str = "id IN (SELECT conversation FROM drafts) OR id IN (SELECT conversation FROM note_drafts)
    OR id IN (SELECT conversation FROM outbox) OR id IN (SELECT conversation FROM muted)
    OR id IN (SELECT conversation FROM messages) OR id IN (SELECT value FROM positions WHERE name = 'open')";
/// So many messages go in one transaction: others wait no longer than that takes.
const STEP: i64 = 500;
/// So many pages of the index are merged in one go, and so many are given back to the disk.
const PAGES: i64 = 1_000;
/// A store that was too large shrinks to so many hundredths of its bound, so that it does not do so at every message.
const SHRINK_TO: i64 = 95;
const MEGABYTE: i64 = 1_000_000;

/// How much is kept, and how far taking away more than that is.
#[derive(Debug)]
pub(super) struct Bounds {
    days: u32,
    /// Bytes; 0 without limit.
    bytes: i64,
    phase: Phase,
}

/// The size counts only while the index is whole: one that lost messages keeps its half-empty pieces until they are
/// merged. So a share of the messages goes, then the index is merged to its end, then the size is looked at again.
#[derive(Clone, Copy, Debug)]
enum Phase {
    Look,
    Take { what: What, left: i64 },
    Merge { begun: bool },
}

/// What goes.
#[derive(Clone, Copy, Debug)]
enum What {
    Messages,
    Conversations,
}

impl What {
    /// How many can go.
    async fn count(self, conn: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
        let sql = match self {
            // each half by an index of its own
            Self::Messages => {
                format!("SELECT (SELECT count(*) FROM messages) - (SELECT count(*) FROM messages WHERE {OURS_ALONE})")
            }
            Self::Conversations => format!("SELECT count(*) FROM conversations WHERE NOT ({NEEDED})"),
        };
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(conn).await
    }

    /// The oldest go.
    async fn take(self, conn: &mut SqliteConnection, many: i64) -> Result<(), sqlx::Error> {
        let sql = match self {
            Self::Messages => format!(
                "DELETE FROM messages WHERE seq IN
                     (SELECT seq FROM messages WHERE NOT {OURS_ALONE} ORDER BY at, seq LIMIT ?)"
            ),
            Self::Conversations => format!(
                "DELETE FROM conversations WHERE id IN
                     (SELECT id FROM conversations WHERE NOT ({NEEDED}) ORDER BY last_at, id LIMIT ?)"
            ),
        };
        sqlx::query(AssertSqlSafe(sql)).bind(many).execute(conn).await.map(drop)
    }
}

impl Bounds {
    pub(super) fn new(days: u32, megabytes: u32) -> Self {
        Self { days, bytes: i64::from(megabytes) * MEGABYTE, phase: Phase::Look }
    }

    /// Takes away some of what is too old or too much; true when there may be more of it.
    pub(super) async fn step(&mut self, conn: &mut SqliteConnection, now: Timestamp) -> Result<bool, sqlx::Error> {
        let old = self.take_old(conn, now).await?;
        if !old {
            self.phase = match self.phase {
                Phase::Look => {
                    self.too_much(conn).await?.map_or(Phase::Look, |(what, left)| Phase::Take { what, left })
                }
                Phase::Take { what, left } => take(conn, what, left).await?,
                Phase::Merge { begun } => merge(conn, begun).await?,
            };
        }
        let free = pragma(conn, "freelist_count").await?;
        if free > 0 {
            let sql = format!("PRAGMA incremental_vacuum({PAGES})");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *conn).await?;
        }
        let shrinking = !matches!(self.phase, Phase::Look);
        Ok(old || free > PAGES || shrinking || self.too_much(conn).await?.is_some())
    }

    async fn take_old(&self, conn: &mut SqliteConnection, now: Timestamp) -> Result<bool, sqlx::Error> {
        let age = SignedDuration::from_hours(24 * i64::from(self.days));
        let Some(limit) = (self.days > 0).then(|| now.checked_sub(age).ok()).flatten() else { return Ok(false) };
        let sql = format!(
            "DELETE FROM messages WHERE seq IN
                 (SELECT seq FROM messages WHERE at < ? AND NOT {OURS_ALONE} ORDER BY at LIMIT ?)"
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(limit.as_millisecond()).bind(STEP);
        let gone = query.execute(conn).await?.rows_affected();
        Ok(gone == STEP.unsigned_abs())
    }

    /// How many are too many, by their share of the size; `None` when the size is within its bound, or when nothing is
    /// left to go.
    async fn too_much(&self, conn: &mut SqliteConnection) -> Result<Option<(What, i64)>, sqlx::Error> {
        if self.bytes == 0 {
            return Ok(None);
        }
        let pages = pragma(conn, "page_count").await? - pragma(conn, "freelist_count").await?;
        let used = pages * pragma(conn, "page_size").await?;
        if used <= self.bytes {
            return Ok(None);
        }
        let wanted = self.bytes / 100 * SHRINK_TO;
        for what in [What::Messages, What::Conversations] {
            let count = what.count(conn).await?;
            if count > 0 {
                let share = i128::from(count) * i128::from(used - wanted) / i128::from(used.max(1));
                return Ok(Some((what, i64::try_from(share).unwrap_or(count).clamp(1, count))));
            }
        }
        Ok(None)
    }
}

/// Some of them go; then the index is merged.
async fn take(conn: &mut SqliteConnection, what: What, left: i64) -> Result<Phase, sqlx::Error> {
    what.take(conn, left.min(STEP)).await?;
    Ok(if left > STEP { Phase::Take { what, left: left - STEP } } else { Phase::Merge { begun: false } })
}

/// The index becomes whole, a few pages at a time: <https://sqlite.org/fts5.html#the_merge_command>.
async fn merge(conn: &mut SqliteConnection, begun: bool) -> Result<Phase, sqlx::Error> {
    let changes = "SELECT total_changes()";
    let before: i64 = sqlx::query_scalar(changes).fetch_one(&mut *conn).await?;
    let pages = if begun { PAGES } else { -PAGES };
    transaction::begin(conn).await?;
    let sql = "INSERT INTO found (found, rank) VALUES ('merge', ?)";
    let done = sqlx::query(sql).bind(pages).execute(&mut *conn).await;
    transaction::end(conn, done).await?;
    let after: i64 = sqlx::query_scalar(changes).fetch_one(conn).await?;
    Ok(if after - before < 2 { Phase::Look } else { Phase::Merge { begun: true } })
}

async fn pragma(conn: &mut SqliteConnection, name: &'static str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(AssertSqlSafe(format!("PRAGMA {name}"))).fetch_one(conn).await
}

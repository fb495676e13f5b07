//! Reading what can be read of a damaged file.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, SqliteConnection};

/// The rows of a query that can be read: from its beginning up to what is damaged, and from its end back to it.
pub(super) async fn readable<T>(conn: &mut SqliteConnection, query: &str, by: &str) -> Vec<T>
where
    T: for<'row> FromRow<'row, SqliteRow> + Ord + Send + Unpin,
{
    let mut rows = BTreeSet::new();
    for order in ["ASC", "DESC"] {
        let query = sqlx::query_as::<_, T>(AssertSqlSafe(format!("{query} ORDER BY {by} {order}")));
        let mut found = query.fetch(&mut *conn);
        while let Some(Ok(row)) = found.next().await {
            rows.insert(row);
        }
    }
    rows.into_iter().collect()
}

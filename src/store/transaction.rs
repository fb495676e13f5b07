//! A write transaction on the one connection that writes.
//!
//! Not sqlx's own: a full disk makes SQLite roll back by itself, after which sqlx believes that it still is in a
//! transaction and refuses every later one.

use sqlx::SqliteConnection;

/// Begins to write, waiting for other programs that do.
pub(super) async fn begin(conn: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("BEGIN IMMEDIATE").execute(conn).await.map(drop)
}

/// Commits what was done, or undoes it when it failed.
pub(super) async fn end<T>(conn: &mut SqliteConnection, done: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
    let committed = match done {
        Ok(done) => sqlx::query("COMMIT").execute(&mut *conn).await.map(|_| done),
        Err(error) => Err(error),
    };
    if committed.is_err() {
        // SQLite may have undone it already, and then says that there is nothing to undo.
        let _ = sqlx::query("ROLLBACK").execute(conn).await;
    }
    committed
}

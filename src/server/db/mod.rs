//! The database: SQLite in a file or in memory.
//!
//! Queries are made at run time and name their columns; the schema is in `../migrations`. A write transaction begins
//! with `BEGIN IMMEDIATE`, so that two writers wait for each other instead of failing.

pub mod accounts;
pub mod answers;
pub mod conversations;
pub mod deliveries;
pub mod desk;
pub mod messages;
pub mod oid;
pub mod phrases;
pub mod seed;
mod seeding;
pub mod status;
pub mod statuses;
pub mod views;

use std::path::PathBuf;
use std::time::Duration;

use crate::config::private_dir;
use crate::server::passwords::PasswordError;
use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseAt {
    /// In memory: gone when the server stops.
    Memory,
    /// In this file, which is made if it is not there.
    File(PathBuf),
}

/// A pool of connections; cheap to clone.
#[derive(Clone)]
pub struct Database {
    pool: SqlitePool,
}

/// The database could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The folder of the file cannot be made.
    #[error("the folder of the database {} cannot be made: {source}; choose another with --database", path.display())]
    Folder {
        /// The database file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file cannot be opened.
    #[error("the database {} cannot be opened: {source}; choose another with --database", path.display())]
    Open {
        /// The database file.
        path: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// The file was written by a newer Switchboard, or is damaged.
    #[error("the database cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A query failed.
    #[error("the database failed: {0}")]
    Sqlite(#[from] sqlx::Error),
    /// A password cannot be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A seed names something that is not in it.
    #[error("the seed cannot be used: {0}")]
    Seed(String),
}

impl Database {
    /// Opens the database and brings its schema up to date.
    pub async fn open(at: &DatabaseAt) -> Result<Self, DatabaseError> {
        let pool = match at {
            // Every connection to memory would have a database of its own, so there is one, kept for ever.
            DatabaseAt::Memory => {
                let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
                let pool = SqlitePoolOptions::new()
                    .max_connections(1)
                    .min_connections(1)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .test_before_acquire(false);
                pool.connect_with(options).await?
            }
            DatabaseAt::File(path) => {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    private_dir(folder).map_err(|source| DatabaseError::Folder { path: path.clone(), source })?;
                }
                // What SQLite puts beside it has the file's own mode: it is private before there is anything in it.
                keep_private(path);
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .foreign_keys(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Normal)
                    .busy_timeout(Duration::from_secs(10));
                let pool = SqlitePoolOptions::new()
                    .max_connections(4)
                    .min_connections(1)
                    .max_lifetime(None)
                    .test_before_acquire(false);
                pool.connect_with(options).await.map_err(|source| DatabaseError::Open { path: path.clone(), source })?
            }
        };
        sqlx::migrate!("src/server/migrations").run(&pool).await?;
        Ok(Self { pool })
    }

    /// Closes every connection; what was committed is in the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The value of a setting.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, DatabaseError> {
        let value = sqlx::query_scalar("SELECT value FROM settings WHERE name = ?").bind(name);
        Ok(value.fetch_optional(&self.pool).await?)
    }

    /// Sets a setting that has no value yet, and gives the value that it has now.
    pub async fn setting_or(&self, name: &str, value: &str) -> Result<String, DatabaseError> {
        sqlx::query("INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(value)
            .execute(&self.pool)
            .await?;
        Ok(self.setting(name).await?.unwrap_or_else(|| value.to_owned()))
    }

    async fn write(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.pool.begin_with("BEGIN IMMEDIATE").await
    }
}

/// The present, in milliseconds since 1970.
pub fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// Customers' words are nobody else's business on a shared machine. A file that is not there is made.
fn keep_private(path: &std::path::Path) {
    let mut options = std::fs::File::options();
    // One that is there is not even opened: closing it would let go of the locks that SQLite holds in this process.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Whether it can be made at all is SQLite's to say.
    let _ = options.open(path);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if let Err(error) = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)) {
            tracing::warn!(path = %path.display(), %error, "the database file's mode cannot be set to 0600");
        }
    }
}

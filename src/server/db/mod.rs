//! The database: SQLite in a file or in memory.

pub mod seed;
pub mod status;

use seed::Seed;

/// A pool of connections; cheap to clone.
#[derive(Clone)]
pub struct Database {}

/// The database could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// SQLite says why.
    #[error("the database failed: {0}")]
    Sqlite(#[from] sqlx::Error),
}

impl Database {
    /// Puts accounts, agents, lines, conversations and messages into the database, all or nothing.
    pub async fn seed(&self, seed: Seed) -> Result<(), DatabaseError> {
        let _ = seed;
        Ok(())
    }
}

//! What can go wrong with the file, in words, and what follows from it.

use std::path::{Path, PathBuf};

use sqlx::migrate::MigrateError;

use crate::config::ConfigError;
use crate::text::Clean;

/// The store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error("{0}; nothing is kept between runs until it can be made (SWITCHBOARD_DATA_DIR chooses another folder)")]
    Folder(#[from] ConfigError),
    #[error("the store {} cannot be read: {source}; nothing is kept between runs until it can", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error(
        "the store {} was written by a newer Switchboard (schema {found}, this one knows {known}) and is left alone: \
         update Switchboard, or choose another folder with SWITCHBOARD_DATA_DIR",
        path.display()
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("the store {} cannot be brought up to date: {source}; nothing is kept between runs until it can", path.display())]
    Migrate { path: PathBuf, source: MigrateError },
    #[error("the store {} cannot be opened: {source}; nothing is kept between runs until it can", path.display())]
    Open { path: PathBuf, source: sqlx::Error },
    #[error("the store {} is damaged", path.display())]
    Damaged { path: PathBuf },
    #[error("the store {} is {what}", path.display())]
    Foreign { path: PathBuf, what: &'static str },
    #[error("the damaged store {} cannot be set aside: {source}; move it away by hand", path.display())]
    SetAside { path: PathBuf, source: std::io::Error },
    #[error("the store was set aside {0} times in this run and is damaged again; check the disk")]
    Again(u32),
}

impl OpenError {
    /// Whether the file is of no use: to be set aside, and a fresh one made.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. } | Self::Foreign { .. } => true,
            Self::Open { source, .. } => Kind::of(source) == Kind::Damaged,
            Self::Migrate {
                source: MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _), ..
            } => Kind::of(source) == Kind::Damaged,
            _ => false,
        }
    }
}

/// What an error of SQLite means for what is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The file is damaged, or no database.
    Damaged,
    /// No room on the disk.
    Full,
    /// Another program holds the file.
    Busy,
    /// Anything else.
    Other,
}

impl Kind {
    pub(super) fn of(error: &sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        // The lowest byte is the primary result code: https://sqlite.org/rescode.html
        match code.and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff) {
            Some(11 | 26) => Self::Damaged,
            Some(13) => Self::Full,
            Some(5 | 6) => Self::Busy,
            _ => Self::Other,
        }
    }
}

/// A failure in words: what was not kept, where, why, and what to do. `what` is plural ("drafts").
pub(super) fn in_words(what: &str, path: Option<&Path>, error: &sqlx::Error) -> Clean {
    let place = path.map_or_else(|| "the store in memory".to_owned(), |path| path.display().to_string());
    Clean::line(&match Kind::of(error) {
        Kind::Full => format!("The disk is full: {what} cannot be kept in {place}; make room, it is tried again"),
        Kind::Busy => format!("Another program holds {place}: {what} cannot be kept now; it is tried again"),
        Kind::Damaged => format!("{place} is damaged: {what} cannot be kept ({error}); check the disk"),
        Kind::Other => format!("{what} cannot be kept in {place}: {error}; check the disk and the file's mode"),
    })
}

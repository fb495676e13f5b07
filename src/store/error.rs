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
    /// The disk does not do what it should: a quota is used up, a file may grow no further, it may not be written, or
    /// it is broken. Whatever was to be written is not at fault.
    Disk,
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
            // out of memory, read-only, I/O error, cannot open
            Some(7 | 8 | 10 | 14) => Self::Disk,
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
        Kind::Disk => format!(
            "{what} cannot be kept in {place}: {error}. Is a quota used up, or the disk read-only? It is tried again"
        ),
        Kind::Other => format!("{what} cannot be kept in {place}: {error}; check the disk and the file's mode"),
    })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use sqlx::error::{DatabaseError, ErrorKind};

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("error code {0}")]
    struct Said(u32);

    impl DatabaseError for Said {
        fn message(&self) -> &str {
            "said"
        }
        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.to_string().into())
        }
        fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
            self
        }
        fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
            self
        }
        fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
            self
        }
        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    #[test]
    fn what_is_the_disks_fault_is_not_the_rows() {
        for (code, kind) in [
            (11, Kind::Damaged),
            (26, Kind::Damaged),
            (267, Kind::Damaged),
            (13, Kind::Full),
            (5, Kind::Busy),
            (261, Kind::Busy),
            // a write that a quota or a limit refuses (EDQUOT, EFBIG), one that fails at fsync, a read-only disk
            (778, Kind::Disk),
            (1034, Kind::Disk),
            (8, Kind::Disk),
            (1032, Kind::Disk),
            (14, Kind::Disk),
            (1555, Kind::Other),
            (18, Kind::Other),
        ] {
            let error = sqlx::Error::Database(Box::new(Said(code)));
            assert_eq!(Kind::of(&error), kind, "{code}");
            assert!(!in_words("drafts", None, &error).is_empty());
        }
        assert_eq!(Kind::of(&sqlx::Error::RowNotFound), Kind::Other);
    }
}

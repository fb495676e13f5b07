//! Which running program answers for a row that is being sent.
//!
//! Each store that runs on a file holds a lock on a small file of its own beside it. The system lets go of the lock
//! when the program ends, however it ends: so a row of a program that was killed is known as such at once, and not
//! only when its lease has run out.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The name under which this store claims rows; gone with it.
#[derive(Debug)]
pub(super) struct Owner {
    name: String,
    held: Option<(PathBuf, File)>,
}

impl Owner {
    /// A name that no other program has. Where the file system knows no locks the lease alone counts. To be called
    /// with the [`opening`] lock held.
    pub(super) fn take(store: Option<&Path>) -> Self {
        let name = format!("{:016x}", rand::random::<u64>());
        let held = store.and_then(|store| {
            let path = beside(store, &format!(".owner-{name}"));
            let file = private_file(&path).ok()?;
            file.try_lock().is_ok().then_some((path, file))
        });
        Self { name, held }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if let Some((path, _)) = &self.held {
            // What stays is swept up by the next program.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Whether the program that has this name still runs; `None` when that cannot be known.
pub(super) fn is_running(store: Option<&Path>, name: &str) -> Option<bool> {
    let path = beside(store?, &format!(".owner-{name}"));
    match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some(false),
        Err(_) => None,
        Ok(file) => match file.try_lock() {
            Ok(()) => Some(false),
            Err(TryLockError::WouldBlock) => Some(true),
            Err(TryLockError::Error(_)) => None,
        },
    }
}

/// Removes what programs that were killed left. To be called with the [`opening`] lock held.
pub(super) fn sweep(store: &Path) {
    let (Some(folder), Some(name)) = (store.parent(), store.file_name()) else { return };
    let prefix = format!("{}.owner-", name.to_string_lossy());
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if let Some(owner) = file.strip_prefix(&prefix)
            && is_running(Some(store), owner) == Some(false)
        {
            // One that cannot be removed does no harm.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// So long another program may take to open the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Held while a store opens its file: of two programs that find it damaged, one sets it aside. `None` where locks do not
/// work, or when the other program takes too long.
pub(super) async fn opening(store: &Path) -> Option<File> {
    let file = private_file(&beside(store, ".lock")).ok()?;
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Some(file),
            Err(TryLockError::Error(_)) => return None,
            Err(TryLockError::WouldBlock) if tokio::time::Instant::now() >= until => return None,
            Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

/// The store's path with something behind its name.
pub(super) fn beside(store: &Path, suffix: &str) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(suffix);
    PathBuf::from(path)
}

/// Opens a file for reading and writing; one that is not there is made, for its owner alone. Nothing is ever replaced: of
/// two programs that come at once, both have the same file.
pub(super) fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

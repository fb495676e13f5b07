//! Files that another program may write anew: the token that `switchboard login` keeps.

use std::path::PathBuf;
use std::time::SystemTime;

/// What tells two versions of a file apart; `None` while it is not there.
type Stamp = Option<(SystemTime, u64)>;

/// Files, and how they were when they were last looked at.
#[derive(Debug, Default)]
pub struct Watched {
    files: Vec<(PathBuf, Stamp)>,
}

impl Watched {
    /// These files as they are now.
    pub fn new(files: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { files: files.into_iter().map(|file| (stamp(&file), file)).map(|(stamp, file)| (file, stamp)).collect() }
    }

    /// Whether any was written since this was last asked.
    pub fn has_changed(&mut self) -> bool {
        let mut changed = false;
        for (file, had) in &mut self.files {
            let now = stamp(file);
            changed |= now.is_some() && now != *had;
            *had = now;
        }
        changed
    }
}

fn stamp(file: &std::path::Path) -> Stamp {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_written_anew_has_changed_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let mut watched = Watched::new([file.clone()]);
        assert!(!watched.has_changed());
        std::fs::write(&file, "one").unwrap();
        assert!(watched.has_changed());
        assert!(!watched.has_changed());
        std::fs::remove_file(&file).unwrap();
        assert!(!watched.has_changed(), "a token that is gone is no new one");
        std::fs::write(&file, "other").unwrap();
        assert!(watched.has_changed());
    }
}

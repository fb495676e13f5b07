//! Where the program keeps its files, and files that only their owner may read.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::source::ConfigError;

/// The four directories. Each can be overridden: `SWITCHBOARD_CONFIG_DIR`, `SWITCHBOARD_DATA_DIR`,
/// `SWITCHBOARD_CACHE_DIR`, `SWITCHBOARD_STATE_DIR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `config.toml`, `themes/`, `dialects/`.
    pub config: PathBuf,
    /// What cannot be fetched again: tokens, drafts, outbox, the embedded server's database.
    pub data: PathBuf,
    /// What can: conversations and messages.
    pub cache: PathBuf,
    /// Logs and recordings.
    pub state: PathBuf,
}

impl Paths {
    /// The directories of this user; `var` reads the environment.
    ///
    /// # Errors
    /// The system knows no home directory and not all four are overridden.
    pub fn find(var: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let standard = directories::ProjectDirs::from("", "", "switchboard");
        let pick = |name: &str, place: fn(&directories::ProjectDirs) -> &Path| {
            var(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
                .or_else(|| standard.as_ref().map(|dirs| place(dirs).to_owned()))
                .ok_or_else(|| {
                    ConfigError::Choice(format!("no home directory is known; set {name} to say where files go"))
                })
        };
        Ok(Self {
            config: pick("SWITCHBOARD_CONFIG_DIR", directories::ProjectDirs::config_dir)?,
            data: pick("SWITCHBOARD_DATA_DIR", directories::ProjectDirs::data_local_dir)?,
            cache: pick("SWITCHBOARD_CACHE_DIR", directories::ProjectDirs::cache_dir)?,
            state: pick("SWITCHBOARD_STATE_DIR", |dirs| dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()))?,
        })
    }

    /// All four inside one directory.
    pub fn under(root: &Path) -> Self {
        let sub = |name| root.join(name);
        Self { config: sub("config"), data: sub("data"), cache: sub("cache"), state: sub("state") }
    }

    /// The configuration file, whether it exists or not.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The file of canned replies.
    pub fn replies(&self) -> PathBuf {
        self.config.join("replies.toml")
    }

    /// The user's own themes.
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// The user's own dialects.
    pub fn dialects(&self) -> PathBuf {
        self.config.join("dialects")
    }

    /// The folder of the user's downloads, where there is one; else one of ours.
    pub fn downloads(&self) -> Option<PathBuf> {
        let user = directories::UserDirs::new()?;
        let usual = user.download_dir().map(Path::to_owned).or_else(|| {
            let folder = user.home_dir().join("Downloads");
            folder.is_dir().then_some(folder)
        });
        Some(usual.unwrap_or_else(|| self.data.join("downloads")))
    }

    /// The token that `login` stored for a profile.
    pub fn token_file(&self, profile: &str) -> PathBuf {
        self.data.join("tokens").join(file_name(profile))
    }
}

/// A path with `~/` as the home directory.
pub fn expanded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), directories::BaseDirs::new()) {
        (Ok(rest), Some(base)) => base.home_dir().join(rest),
        _ => path.to_owned(),
    }
}

/// A profile's name as a file name: letters, digits, `-` and `_` stay, the rest is written in hexadecimal.
pub fn file_name(profile: &str) -> String {
    let mut name = String::new();
    for byte in profile.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02x}"));
        }
    }
    if name.is_empty() { "%".to_owned() } else { name }
}

/// Creates a directory, with those above it, readable by its owner only; one that exists is left as it is.
///
/// # Errors
/// It cannot be created.
pub fn create_private_dir(path: &Path) -> Result<(), ConfigError> {
    private_dir(path).map_err(|source| ConfigError::File { action: "create", path: path.to_owned(), source })
}

/// The same in the system's words.
///
/// # Errors
/// It cannot be created.
pub fn private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a file that its owner alone may read, at once or not at all: a reader sees the old text or the new one. The
/// directory is created where it is missing; a symbolic link stays one.
///
/// # Errors
/// The directory or the file cannot be written.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), ConfigError> {
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let parent = path.parent().unwrap_or_else(|| Path::new("."));
    create_private_dir(parent)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = parent.join(format!(".{name}.{}.new", std::process::id()));
    let written = write_new(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|source| {
        // What is left of it is of no use; that it may not exist is no further news.
        let _ = std::fs::remove_file(&temporary);
        ConfigError::File { action: "write", path: path.to_owned(), source }
    })
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if path.exists() {
        std::fs::remove_file(path)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The permissions of a file when others than its owner may read it, for example `644`; `None` when it is private or
/// the system has no such permissions.
pub(super) fn readable_by_others(path: &Path) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
        (mode & 0o077 != 0).then(|| format!("{mode:o}"))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_overrides_each_directory() {
        let paths = Paths::find(|name| Some(format!("/over/{name}").into())).expect("paths");
        assert_eq!(paths.config_file(), Path::new("/over/SWITCHBOARD_CONFIG_DIR/config.toml"));
        assert_eq!(paths.token_file("acme"), Path::new("/over/SWITCHBOARD_DATA_DIR/tokens/acme"));
        assert_eq!(paths.cache, Path::new("/over/SWITCHBOARD_CACHE_DIR"));
        assert_eq!(paths.state, Path::new("/over/SWITCHBOARD_STATE_DIR"));
    }

    #[test]
    fn a_profile_cannot_name_a_file_elsewhere() {
        let paths = Paths::under(Path::new("/r"));
        assert_eq!(paths.token_file("../../etc/x"), Path::new("/r/data/tokens/%2e%2e%2f%2e%2e%2fetc%2fx"));
        assert_ne!(paths.token_file("a.b"), paths.token_file("a-b"));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_written_is_private_and_replaced_whole() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().expect("directory");
        let path = root.path().join("a/b/secret");
        write_private(&path, b"one").expect("write");
        write_private(&path, b"two").expect("write again");
        assert_eq!(std::fs::read(&path).expect("read"), b"two");
        let mode = |path: &Path| std::fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&root.path().join("a/b")), 0o700);
        assert_eq!(readable_by_others(&path), None);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("chmod");
        assert_eq!(readable_by_others(&path).as_deref(), Some("640"));
        let left: Vec<_> = std::fs::read_dir(root.path().join("a/b")).expect("list").collect();
        assert_eq!(left.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let root = tempfile::tempdir().expect("directory");
        let real = root.path().join("dotfiles.toml");
        std::fs::write(&real, "old").expect("write");
        let link = root.path().join("config.toml");
        std::os::unix::fs::symlink(&real, &link).expect("link");
        write_private(&link, b"new").expect("write");
        assert_eq!(std::fs::read(&real).expect("read"), b"new");
        assert!(link.symlink_metadata().expect("metadata").is_symlink());
    }
}

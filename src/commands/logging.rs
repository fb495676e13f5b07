//! The log file: one a day, never the screen, never a token.

use std::path::{Path, PathBuf};

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::failure::Failure;
use crate::config::{Log, create_private_dir};

/// Starts the log, if `--log` or the configuration names a file. The log is complete only once the guard is dropped.
///
/// # Errors
/// The filter makes no sense, or the file cannot be written.
pub fn start_log(argument: Option<&Path>, log: &Log) -> Result<Option<WorkerGuard>, Failure> {
    let Some(file) = argument.map(Path::to_owned).or_else(|| log.file.clone()) else { return Ok(None) };
    let filter = EnvFilter::try_new(&log.filter)
        .map_err(|error| Failure::Usage(format!("`filter` in [log] (\"{}\") makes no sense: {error}", log.filter)))?;
    let name = file
        .file_name()
        .ok_or_else(|| Failure::Usage(format!("--log: {} is not the name of a file", file.display())))?;
    let directory =
        file.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(PathBuf::from("."), Path::to_owned);
    create_private_dir(&directory)?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(name.to_string_lossy())
        .max_log_files(usize::from(log.keep_days.max(1)))
        .build(&directory)
        .map_err(|error| Failure::Other(format!("cannot write the log {}: {error}", file.display())))?;
    keep_private(&directory, &name.to_string_lossy());
    let (writer, guard) = tracing_appender::non_blocking(appender);
    // Set only once a process; a second try (a test) keeps the first log.
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    let _ = tracing_subscriber::registry().with(filter).with(filter_fn(may_be_logged)).with(lines).try_init();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
    Ok(Some(guard))
}

/// Whatever the filter says, libraries do not tell their inner workings: a WebSocket library writes every frame at
/// "trace", and the first one carries the token; an HTTP library writes addresses and headers.
fn may_be_logged(about: &tracing::Metadata<'_>) -> bool {
    let ours = about.target() == "switchboard" || about.target().starts_with("switchboard::");
    ours || *about.level() <= tracing::Level::INFO
}

/// The log tells who wrote when: its files are their owner's alone, as the folder is that is made for them.
fn keep_private(directory: &Path, prefix: &str) {
    #[cfg(unix)]
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        use std::os::unix::fs::PermissionsExt as _;
        if entry.file_name().to_string_lossy().starts_with(prefix) && entry.path().is_file() {
            // One that is another user's cannot be changed, and is not ours to write either.
            let _ = std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(0o600));
        }
    }
    #[cfg(not(unix))]
    let _ = (directory, prefix);
}

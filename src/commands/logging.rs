//! The log file: one a day, never the screen, never a token.

use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
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
        .build(&directory)
        .map_err(|error| Failure::Other(format!("cannot write the log {}: {error}", file.display())))?;
    let name = name.to_string_lossy().into_owned();
    let keep = usize::from(log.keep_days.max(1));
    let (writer, guard) = tracing_appender::non_blocking(Daily { appender, directory, name, keep, tidied: None });
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

/// One file a day. The log tells who wrote when: its files are their owner's alone, as the folder is that is made for
/// them, and go when there are too many.
struct Daily {
    appender: RollingFileAppender,
    directory: PathBuf,
    name: String,
    /// So many files stay.
    keep: usize,
    /// The day for which that was last seen to.
    tidied: Option<Date>,
}

impl Daily {
    /// Our files, oldest first: `name.2026-11-29`. Whatever else begins with the name is somebody else's.
    fn files(&self) -> Vec<PathBuf> {
        let is_ours = |file: &str| {
            let day = file.strip_prefix(&self.name).and_then(|rest| rest.strip_prefix('.'));
            day.is_some_and(|day| day.len() == 10 && day.parse::<Date>().is_ok())
        };
        let entries = std::fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let ours = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_ours));
        let mut files: Vec<PathBuf> =
            ours.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file())).map(|entry| entry.path()).collect();
        files.sort();
        files
    }

    fn tidy(&self) {
        let files = self.files();
        let (old, kept) = files.split_at(files.len().saturating_sub(self.keep));
        for file in old {
            // One that does not go now goes another day.
            let _ = std::fs::remove_file(file);
        }
        #[cfg(unix)]
        for file in kept {
            use std::os::unix::fs::PermissionsExt as _;
            // One that is another user's cannot be changed, and is not ours to write either.
            let _ = std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600));
        }
        #[cfg(not(unix))]
        let _ = kept;
    }
}

impl io::Write for Daily {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // Asked for before: should the day end meanwhile, the next line finds that out.
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let written = self.appender.write(line)?;
        if self.tidied != Some(today) {
            self.tidied = Some(today);
            self.tidy();
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.appender.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn old_days_go_nobody_elses_file_does_and_each_day_is_private() {
        let root = tempfile::tempdir().unwrap();
        let names = ["run", "run.sh", "run.log", "run-2.2026-01-01", "run.2026-01-01.txt", "run.2026-13-01"];
        for name in names.iter().chain(&["run.2026-01-01", "run.2026-01-02", "run.2026-01-03"]) {
            std::fs::write(root.path().join(name), "x").unwrap();
        }
        let appender = RollingFileAppender::builder().rotation(Rotation::DAILY).filename_prefix("run");
        let appender = appender.build(root.path()).unwrap();
        let (directory, name) = (root.path().to_owned(), "run".to_owned());
        let mut daily = Daily { appender, directory, name, keep: 2, tidied: None };
        daily.write_all(b"a line\n").unwrap();
        let mut left: Vec<String> =
            daily.files().iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
        let today = left.pop().unwrap();
        assert_eq!(left, ["run.2026-01-03"], "yesterday's, so to speak, and today's: {today}");
        for name in names {
            assert!(root.path().join(name).exists(), "{name} is not ours");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |name: &str| std::fs::metadata(root.path().join(name)).unwrap().permissions().mode() & 0o777;
            let before = mode("run.sh");
            std::fs::set_permissions(root.path().join(&today), std::fs::Permissions::from_mode(0o644)).unwrap();
            daily.write_all(b"the same day\n").unwrap();
            assert_eq!(mode(&today), 0o644, "it is looked at once a day");
            daily.tidied = None;
            daily.write_all(b"another day\n").unwrap();
            assert_eq!((mode(&today), mode("run.sh")), (0o600, before));
        }
    }
}

//! Recordings on disk: a private file of lines, written by a thread of its own so that nobody waits for the disk.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;

use crate::wire::record::{FORMAT, Header, Record};
use crate::wire::redact::Redaction;

/// A line of a recording is at most this long: an answer of REST with everything in it.
const LONGEST_LINE: u64 = 256 << 20;

/// Why there is no recording, or where it ends too early.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be made, read or written.
    #[error("cannot {action} the recording {path}: {source}", path = path.display())]
    File {
        /// "create" or "read".
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A recording never goes over a file.
    #[error("there is a file {path} already: give the recording another name, or remove that one", path = path.display())]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// It is no recording, or one of another format.
    #[error("{path}, line 1: {problem}", path = path.display())]
    Header {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A line is damaged; everything before it is sound.
    #[error("{path}, line {line}: {problem}; what stands before it was read", path = path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

/// Writes a recording. Dropping it ends it, and waits until everything is on its way to the disk.
#[derive(Debug)]
pub struct Recorder {
    lines: Option<mpsc::Sender<String>>,
    thread: Option<JoinHandle<io::Result<()>>>,
    redaction: Redaction,
}

impl Recorder {
    /// Makes the file, which its owner alone may read; one that exists is left alone.
    ///
    /// # Errors
    /// It exists already, or cannot be made.
    pub fn create(path: &Path, header: &Header, redaction: Redaction) -> Result<Self, RecordingError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => RecordingError::Exists { path: path.to_owned() },
            _ => RecordingError::File { action: "create", path: path.to_owned(), source },
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        let first = serde_json::to_string(header).map_err(|error| failed(error.into()))?;
        writeln!(file, "{first}").map_err(failed)?;
        let (lines, written) = mpsc::channel();
        let thread = std::thread::Builder::new().name("recording".to_owned()).spawn(move || write(file, &written));
        Ok(Self { lines: Some(lines), thread: Some(thread.map_err(failed)?), redaction })
    }

    /// Adds a line.
    pub fn record(&self, record: &Record) {
        let Ok(line) = serde_json::to_string(record) else { return };
        if let Some(lines) = &self.lines {
            // a disk that is full has ended the thread: the end says so
            let _ = lines.send(self.redaction.apply(&line));
        }
    }

    /// Ends it.
    ///
    /// # Errors
    /// Not everything could be written.
    pub fn close(mut self) -> io::Result<()> {
        self.finish()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.lines = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(io::Error::other("the writer of the recording broke down")),
            None => Ok(()),
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Err(error) = self.finish() {
            tracing::error!(%error, "the recording is not whole");
        }
    }
}

fn write(file: File, lines: &mpsc::Receiver<String>) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    while let Ok(line) = lines.recv() {
        writeln!(out, "{line}")?;
        while let Ok(line) = lines.try_recv() {
            writeln!(out, "{line}")?;
        }
        out.flush()?;
    }
    out.flush()
}

/// A recording that was read.
#[derive(Debug)]
pub struct Recording {
    /// Its first line.
    pub header: Header,
    /// What happened.
    pub records: Vec<Record>,
    /// Where it ends too early, if it does.
    pub damage: Option<RecordingError>,
}

impl Recording {
    /// Reads a file. What stands before a damaged line is read, and the damage said.
    ///
    /// # Errors
    /// The file cannot be read, or is no recording.
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        let failed = |source| RecordingError::File { action: "read", path: path.to_owned(), source };
        let mut file = BufReader::new(File::open(path).map_err(failed)?);
        let mut text = Vec::new();
        let mut line = |file: &mut BufReader<File>| -> io::Result<Option<Vec<u8>>> {
            text.clear();
            let read = io::Read::take(io::Read::by_ref(file), LONGEST_LINE).read_until(b'\n', &mut text)?;
            Ok((read > 0).then(|| text.clone()))
        };
        let first = line(&mut file).map_err(failed)?.unwrap_or_default();
        let problem = |problem: String| RecordingError::Header { path: path.to_owned(), problem };
        let header: Header = serde_json::from_slice(&first)
            .map_err(|error| problem(format!("this is no recording of switchboard: {error}")))?;
        if header.switchboard_recording > FORMAT {
            let words =
                format!("its format {} is newer than this program, which knows {FORMAT}", header.switchboard_recording);
            return Err(problem(words));
        }
        let mut records = Vec::new();
        let mut damage = None;
        for number in 2.. {
            let damaged = |problem: String| RecordingError::Damaged { path: path.to_owned(), line: number, problem };
            match line(&mut file) {
                Ok(None) => break,
                Ok(Some(bytes)) if bytes.iter().all(u8::is_ascii_whitespace) => {}
                Ok(Some(bytes)) => match serde_json::from_slice(&bytes) {
                    Ok(record) => records.push(record),
                    Err(error) if !bytes.ends_with(b"\n") => {
                        damage = Some(damaged(format!("it ends in the middle of a line ({error})")));
                        break;
                    }
                    Err(error) => {
                        damage = Some(damaged(error.to_string()));
                        break;
                    }
                },
                Err(error) => {
                    damage = Some(damaged(error.to_string()));
                    break;
                }
            }
        }
        Ok(Self { header, records, damage })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Id;
    use jiff::Timestamp;

    fn header() -> Header {
        Header {
            switchboard_recording: FORMAT,
            version: "0.1.0".to_owned(),
            at: Timestamp::from_second(1_795_347_000).unwrap(),
            dialect: "reference".to_owned(),
            account: None,
            route_variants: false,
            redacted: Vec::new(),
        }
    }

    fn written(many: usize) -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("run.ndjson");
        let recorder = Recorder::create(&path, &header(), Redaction::default()).unwrap();
        for n in 0..many {
            recorder.record(&Record::Open { at: header().at, id: Some(Id::new(format!("id {n}"))) });
        }
        recorder.close().unwrap();
        (root, path)
    }

    #[test]
    fn what_is_written_is_read_again_and_private() {
        let (_root, path) = written(100);
        let recording = Recording::read(&path).unwrap();
        assert_eq!((recording.header, recording.records.len(), recording.damage.is_none()), (header(), 100, true));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let again = Recorder::create(&path, &header(), Redaction::default());
        assert!(matches!(again, Err(RecordingError::Exists { .. })), "a file that exists is left alone");
    }

    #[test]
    fn damage_is_named_with_its_line_and_what_stands_before_it_is_read() {
        let (_root, path) = written(5);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, whole.replace("id 2", "id \" 2")).unwrap();
        let recording = Recording::read(&path).unwrap();
        assert_eq!(recording.records.len(), 2);
        assert!(recording.damage.unwrap().to_string().contains("line 4"));
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        let recording = Recording::read(&path).unwrap();
        assert_eq!(recording.records.len(), 4);
        let words = recording.damage.unwrap().to_string();
        assert!(words.contains("line 6") && words.contains("in the middle of a line"), "{words}");
        std::fs::write(&path, "hello\n").unwrap();
        assert!(Recording::read(&path).unwrap_err().to_string().contains("no recording"));
        std::fs::write(&path, whole.replace("recording\":1", "recording\":99")).unwrap();
        assert!(Recording::read(&path).unwrap_err().to_string().contains("newer than this program"));
        std::fs::write(&path, [0xff, 0xfe, b'\n']).unwrap();
        assert!(Recording::read(&path).is_err());
        assert!(Recording::read(Path::new("/nowhere/at/all")).is_err());
    }
}

//! Files of the user's: folders to choose from, files to send, and what opens or shows those that came. All of it beside
//! the event loop, for a disk may be slow and a picture large.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::outside::{OPENER, start};
use crate::app::Msg;
use crate::app::files::{Entry, Listing};
use crate::app::picture::Shown;
use crate::backend::OutgoingFile;
use crate::chat::attachment::{kind_of, mime_of};
use crate::config::expanded;
use crate::term::{LARGEST_PICTURE, Painting, PictureWay, Rendered, cell_size, render_picture};
use crate::text::Clean;

/// More of a folder is not shown.
const MOST_ENTRIES: usize = 5_000;

/// What comes back later.
pub(super) enum Later {
    /// A message.
    Msg(Box<Msg>),
    /// A picture that the terminal paints.
    Painting(Painting),
}

/// Does something beside the event loop; what it brings comes through the channel, for the profile of this name.
pub(super) fn aside(
    later: &mpsc::UnboundedSender<(String, Later)>,
    seat: String,
    work: impl FnOnce() -> Later + Send + 'static,
) {
    let later = later.clone();
    tokio::task::spawn_blocking(move || {
        // the program may have ended meanwhile
        let _ = later.send((seat, work()));
    });
}

/// What is in a folder, folders first.
pub(super) fn list(folder: String) -> Later {
    let path = expanded(Path::new(&folder));
    let entries = std::fs::read_dir(&path)
        .map(|read| {
            let mut entries: Vec<Entry> = read.flatten().filter_map(|entry| look(&entry)).take(MOST_ENTRIES).collect();
            entries.sort_by_cached_key(|entry| (entry.file, entry.name.to_lowercase()));
            entries
        })
        .map_err(|error| Clean::line(&format!("{} cannot be read: {error}", path.display())));
    Later::Msg(Box::new(Msg::Folder(Listing { folder, entries })))
}

fn look(entry: &std::fs::DirEntry) -> Option<Entry> {
    // a link counts as what it leads to; what has a name that is no text cannot be typed
    let about = std::fs::metadata(entry.path()).ok()?;
    let name = entry.file_name().into_string().ok()?;
    (about.is_dir() || about.is_file()).then(|| Entry { file: !about.is_dir(), name, size: about.len() })
}

/// Looks at a file that is to be sent.
pub(super) fn choose(path: PathBuf) -> Later {
    let file = look_at(&path).map_err(|words| Clean::line(&words));
    Later::Msg(Box::new(Msg::Chosen(path, file)))
}

/// A file of the user's, as it can be sent.
///
/// # Errors
/// It is not there, or is none; in words.
pub fn look_at(path: &Path) -> Result<OutgoingFile, String> {
    let path = std::path::absolute(expanded(path)).map_err(|error| error.to_string())?;
    let cannot = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    // opened and not only looked at: what may not be read is said now, not when it is on its way
    let about = std::fs::File::open(&path).and_then(|file| file.metadata()).map_err(cannot)?;
    if !about.is_file() {
        return Err(format!("{} is no file", path.display()));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mime = mime_of(&name);
    Ok(OutgoingFile {
        kind: kind_of(&mime),
        name,
        mime,
        size: about.len(),
        modified: about.modified().ok().and_then(|at| Timestamp::try_from(at).ok()),
        path,
    })
}

/// Opens a file with the configured program, or with what the system has for it. Never through a shell.
pub(super) fn open(path: &Path, program: Option<&str>, ssh: bool) -> Msg {
    if !path.exists() {
        return Msg::FileGone(path.to_owned());
    }
    let shown = path.display();
    if ssh && program.is_none() {
        let words = format!("Kept as {shown}; over SSH nothing is opened unless [media] open names a program");
        return Msg::Done(Err(Clean::line(&words)));
    }
    let words: Vec<&str> = program.map_or_else(|| OPENER.to_vec(), |program| program.split_whitespace().collect());
    let Some((name, arguments)) = words.split_first() else {
        return Msg::Done(Err(Clean::line("[media] open names no program")));
    };
    let mut command = Command::new(name);
    for argument in arguments {
        if argument.contains("{file}") {
            command.arg(argument.replace("{file}", &path.to_string_lossy()));
        } else {
            command.arg(argument);
        }
    }
    if !arguments.iter().any(|argument| argument.contains("{file}")) {
        command.arg(path);
    }
    match start(command) {
        Ok(()) => Msg::Done(Ok(Clean::line(&format!("Opened {shown}")))),
        Err(error) => Msg::Done(Err(Clean::line(&format!("{name} does not start ({error}); the file is {shown}")))),
    }
}

/// Reads a picture and makes it ready to be shown.
pub(super) fn picture(path: &Path, way: PictureWay, room: (u16, u16)) -> Later {
    let read = std::fs::metadata(path).and_then(|about| {
        if about.len() > LARGEST_PICTURE {
            return Err(std::io::Error::other("the file is too large to be shown here"));
        }
        std::fs::read(path)
    });
    let rendered = match read {
        Ok(bytes) => render_picture(&bytes, way, room, cell_size()),
        Err(error) => Err(error.to_string()),
    };
    match rendered {
        Ok(Rendered::Cells(cells)) => Later::Msg(Box::new(Msg::Picture(Shown::Cells(cells)))),
        Ok(Rendered::Painting(painting)) => Later::Painting(painting),
        Err(words) => Later::Msg(Box::new(Msg::Picture(Shown::Failed(Clean::line(&words))))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_first_and_names_are_sorted_as_people_do() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("zoo")).unwrap();
        for name in ["b.txt", "A.txt", ".hidden"] {
            std::fs::write(root.path().join(name), "x").unwrap();
        }
        let folder = format!("{}/", root.path().display());
        let Later::Msg(msg) = list(folder) else { panic!("no folder") };
        let Msg::Folder(Listing { entries: Ok(entries), .. }) = *msg else { panic!("no folder") };
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["zoo", ".hidden", "A.txt", "b.txt"]);
    }

    #[test]
    fn a_file_is_looked_at_before_it_is_sent() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("My Photo.PNG");
        std::fs::write(&path, "12345").unwrap();
        let file = look_at(&path).unwrap();
        assert_eq!((file.name.as_str(), file.mime.as_str(), file.size), ("My Photo.PNG", "image/png", 5));
        assert!(file.modified.is_some());
        assert!(look_at(root.path()).unwrap_err().contains("is no file"));
        assert!(look_at(&root.path().join("none")).unwrap_err().contains("cannot be read"));
    }

    #[cfg(unix)]
    #[test]
    fn a_configured_program_gets_the_file_as_one_argument_and_no_shell_reads_it() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a; touch pwned $(id).txt");
        std::fs::write(&path, "x").unwrap();
        let copy = root.path().join("copy");
        let program = format!("cp {{file}} {}", copy.display());
        assert!(matches!(open(&path, Some(&program), true), Msg::Done(Ok(_))));
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !copy.exists() && std::time::Instant::now() < end {
            std::thread::yield_now();
        }
        assert!(copy.exists() && !root.path().join("pwned").exists());
        assert!(matches!(open(&root.path().join("none"), Some("cp"), true), Msg::FileGone(_)));
        assert!(matches!(open(&path, None, true), Msg::Done(Err(_))));
    }
}

//! Files of the user's that are chosen, sent and fetched, as far as the program knows of them: what a folder has, what is
//! on its way, and what was fetched already.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::chat::attachment::Limits;
use crate::chat::{ConversationKey, Id, MessageIds};
use crate::text::Clean;

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// It is no folder; first so that folders are sorted before files.
    pub file: bool,
    /// Its name as the system has it.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// A folder as it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The folder, as it was typed, with its last slash.
    pub folder: String,
    /// What is in it, folders first; or why it cannot be read.
    pub entries: Result<Vec<Entry>, Clean>,
}

/// What is done with a file when it is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It stays where it was put.
    Keep,
    /// It is opened.
    Open,
    /// It is shown in the terminal.
    View,
}

/// A file that is being fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// What the backend part names it by.
    pub id: Id,
    /// Whose.
    pub key: ConversationKey,
    /// The message that carries it.
    pub message: MessageIds,
    /// Where it is.
    pub media: String,
    /// What it is called.
    pub name: String,
    /// How much of it is here, and how much there is.
    pub done: (u64, Option<u64>),
    /// What is done with it then.
    pub then: Then,
}

/// All that is known of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// How large files may be.
    pub limits: Limits,
    /// The backend was asked for its limits.
    pub asked: bool,
    /// The folder from which a file was chosen last, as typed.
    pub folder: Option<String>,
    /// Files that are being fetched.
    pub fetching: Vec<Fetch>,
    /// Where files are that were fetched in this run, by what messages call them, for keeping and for viewing.
    pub fetched: HashMap<(String, bool), PathBuf>,
    /// How many were fetched; part of each one's id.
    pub count: u64,
}

impl Desk {
    /// The file of a message that is being fetched.
    pub fn fetch_of(&self, message: &MessageIds) -> Option<&Fetch> {
        self.fetching.iter().find(|fetch| fetch.message.shares(message))
    }
}

/// What is typed, in its two parts: the folder with its last slash, and what follows.
pub fn parts(typed: &str) -> (&str, &str) {
    let at = typed.rfind(std::path::is_separator).map_or(0, |at| at + 1);
    typed.split_at(at)
}

/// The folder that must be looked at for what is typed: nothing typed is the home directory.
pub fn folder_of(typed: &str) -> String {
    match parts(typed).0 {
        "" => "~/".to_owned(),
        folder => folder.to_owned(),
    }
}

/// What of a folder fits what is typed, folders first: what begins with it, then what has it anywhere. Hidden ones only
/// where a dot is typed.
pub fn matching<'a>(entries: &'a [Entry], typed: &str) -> Vec<&'a Entry> {
    let rest = parts(typed).1;
    let hidden = rest.starts_with('.');
    let wanted = crate::text::search_fold(rest);
    let shown = entries.iter().filter(|entry| hidden || !entry.name.starts_with('.'));
    let mut found: Vec<(bool, &Entry)> = shown
        .filter_map(|entry| {
            let name = crate::text::search_fold(&entry.name);
            name.contains(&wanted).then(|| (!name.starts_with(&wanted), entry))
        })
        .collect();
    found.sort_by_key(|(elsewhere, entry)| (entry.file, *elsewhere));
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// What is typed with an entry in the place of its last part; a folder ends with a slash.
pub fn completed(typed: &str, entry: &Entry) -> String {
    let folder = folder_of(typed);
    let slash = if entry.file { "" } else { std::path::MAIN_SEPARATOR_STR };
    format!("{folder}{}{slash}", entry.name)
}

/// A path as a terminal gives it when a file is dropped on it or a shell's is pasted: in quotes, with backslashes before
/// spaces, or as a `file:` address.
pub fn plain_path(typed: &str) -> String {
    let typed = typed.trim_matches(|c: char| c == '\n' || c == '\r');
    let trimmed = typed.trim();
    for quote in ['\'', '"'] {
        if let Some(inside) = trimmed.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inside.to_owned();
        }
    }
    if trimmed.starts_with("file://")
        && let Some(path) = url::Url::parse(trimmed).ok().and_then(|url| url.to_file_path().ok())
    {
        return path.to_string_lossy().into_owned();
    }
    if cfg!(not(windows)) && trimmed.contains("\\ ") {
        return trimmed.replace("\\ ", " ");
    }
    typed.to_owned()
}

/// How far a file is, for the row below its message.
pub fn progress_words(done: u64, total: Option<u64>, ascii: bool) -> String {
    const CELLS: u64 = 12;
    let Some(total) = total.filter(|total| *total > 0) else { return super::times::size(done) };
    let part = done.min(total);
    let full = part * CELLS / total;
    let (on, off) = if ascii { ('#', '.') } else { ('▰', '▱') };
    let bar: String = (0..CELLS).map(|cell| if cell < full { on } else { off }).collect();
    format!("{bar} {} % of {}", part * 100 / total, super::times::size(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> Entry {
        let folder = name.strip_suffix('/');
        Entry { file: folder.is_none(), name: folder.unwrap_or(name).to_owned(), size: 1 }
    }

    fn names(typed: &str) -> Vec<String> {
        let mut all: Vec<Entry> =
            ["b.png", "Bilder/", ".secret", "año.pdf", "photo 1.jpg", ".config/", "zebra/"].map(entry).to_vec();
        all.sort();
        matching(&all, typed).into_iter().map(|entry| entry.name.clone()).collect()
    }

    #[test]
    fn folders_come_first_and_hidden_ones_only_when_asked_for() {
        assert_eq!(names("~/"), ["Bilder", "zebra", "año.pdf", "b.png", "photo 1.jpg"]);
        assert_eq!(names("~/b"), ["Bilder", "zebra", "b.png"]);
        assert_eq!(names("~/."), [".config", ".secret", "año.pdf", "b.png", "photo 1.jpg"]);
        assert_eq!(names("/tmp/ano"), ["año.pdf"]);
        assert!(names("/tmp/nothing").is_empty());
    }

    #[test]
    fn tab_puts_the_entry_in_the_place_of_what_is_typed() {
        assert_eq!(completed("~/Bi", &entry("Bilder/")), "~/Bilder/");
        assert_eq!(completed("/tmp/x/pho", &entry("photo 1.jpg")), "/tmp/x/photo 1.jpg");
        assert_eq!(completed("", &entry("b.png")), "~/b.png");
        assert_eq!((folder_of("/etc"), folder_of("abc")), ("/".to_owned(), "~/".to_owned()));
    }

    #[test]
    fn paths_that_are_dropped_are_understood() {
        for (typed, path) in [
            ("'/tmp/my file.png' ", "/tmp/my file.png"),
            ("/tmp/my\\ file.png", "/tmp/my file.png"),
            ("file:///tmp/my%20file.png", "/tmp/my file.png"),
            ("/tmp/a b.png", "/tmp/a b.png"),
        ] {
            assert_eq!(plain_path(typed), path);
        }
    }
}

//! What is asked of the system around the program: files and links.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::app::Saving;
use crate::config::{expanded, write_private};
use crate::text::Clean;

/// Writes a file; says what it did, or why not.
pub(super) fn save(path: &Path, text: &str, what: Saving) -> Result<Clean, Clean> {
    let path = expanded(path);
    let shown = path.display();
    match what {
        Saving::Replies => match write_private(&path, text.as_bytes()) {
            Ok(()) => Ok(Clean::line(&format!("The canned replies are in {shown}"))),
            Err(error) => Err(Clean::line(&format!("The canned replies were not kept: {error}"))),
        },
        Saving::Export => {
            let written = new_private(&path).and_then(|mut file| file.write_all(text.as_bytes()));
            match written {
                Ok(()) => Ok(Clean::line(&format!("Written to {shown}"))),
                Err(error) => Err(Clean::line(&format!("Not written to {shown}: {error}"))),
            }
        }
    }
}

/// A new file that others may not read: it holds what a customer wrote.
fn new_private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// What the system has for opening a file or a link.
pub(super) const OPENER: &[&str] = if cfg!(target_os = "macos") {
    &["open"]
} else if cfg!(windows) {
    &["rundll32", "url.dll,FileProtocolHandler"]
} else {
    &["xdg-open"]
};

/// Starts a program that lives beside this one, and says nothing to the terminal.
pub(super) fn start(mut command: Command) -> std::io::Result<()> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    // nobody else would take in how it ends
    std::thread::spawn(move || child.wait());
    Ok(())
}

/// Opens a link with what the system has for it. Over SSH that would open it on the other machine.
pub(super) fn open(url: &Clean, ssh: bool) -> Result<Clean, Clean> {
    if ssh {
        return Err(Clean::line(&format!("Over SSH no browser is opened; the link is {url}")));
    }
    let Some((name, arguments)) = OPENER.split_first() else { return Err(Clean::line("no program opens links")) };
    let mut command = Command::new(name);
    command.args(arguments).arg(url.as_str());
    match start(command) {
        Ok(()) => Ok(Clean::line(&format!("Opened {url}"))),
        Err(error) => Err(Clean::line(&format!("{name} does not start ({error}); the link is {url}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_never_takes_the_place_of_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.txt");
        assert!(save(&path, "one", Saving::Export).is_ok());
        let refused = save(&path, "two", Saving::Export).unwrap_err();
        assert!(refused.contains("a.txt"), "{refused}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
    }

    #[test]
    fn over_ssh_a_link_is_shown_instead() {
        let words = open(&Clean::line("https://example.com"), true).unwrap_err();
        assert!(words.contains("https://example.com"));
    }
}

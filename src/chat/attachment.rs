//! Files that are sent and that came: what WhatsApp takes, and names that are safe to write under. No I/O.

use std::collections::HashMap;

use super::message::MediaKind;

/// WhatsApp's longest caption, in characters.
pub const LONGEST_CAPTION: usize = 1024;

/// The longest name under which a file is kept, in bytes: with a number and an ending it stays below the 255 that file
/// systems take.
const LONGEST_NAME: usize = 120;

/// The kind as which WhatsApp takes a file of this MIME type: whatever is no picture, film, sound or sticker that it
/// knows is a document.
pub fn kind_of(mime: &str) -> MediaKind {
    let essence = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "image/webp" => MediaKind::Sticker,
        "image/jpeg" | "image/png" => MediaKind::Image,
        "video/mp4" | "video/3gpp" => MediaKind::Video,
        "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg" => MediaKind::Audio,
        _ => MediaKind::Document,
    }
}

/// The MIME type of a file, by the ending of its name.
pub fn mime_of(name: &str) -> String {
    let ending = ending_of(name).to_ascii_lowercase();
    let known = match ending.as_str() {
        "m4a" => "audio/mp4",
        "aac" => "audio/aac",
        "ogg" | "opus" | "oga" => "audio/ogg",
        "amr" => "audio/amr",
        "3gp" => "video/3gpp",
        _ => return mime_guess::from_path(name).first_raw().unwrap_or("application/octet-stream").to_owned(),
    };
    known.to_owned()
}

fn ending_of(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// The largest file of each kind, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits(HashMap<MediaKind, u64>);

impl Limits {
    /// WhatsApp's, where the backend does not tell others.
    pub fn set(&mut self, kind: MediaKind, bytes: u64) {
        self.0.insert(kind, bytes);
    }

    /// The largest file of this kind.
    pub fn of(&self, kind: MediaKind) -> u64 {
        const MB: u64 = 1024 * 1024;
        let kind = if kind == MediaKind::Voice { MediaKind::Audio } else { kind };
        self.0.get(&kind).copied().unwrap_or(match kind {
            MediaKind::Image => 5 * MB,
            MediaKind::Video | MediaKind::Audio | MediaKind::Voice => 16 * MB,
            MediaKind::Document => 100 * MB,
            MediaKind::Sticker => MB / 2,
        })
    }

    /// Whether a file of this kind and size may be sent.
    ///
    /// # Errors
    /// Why not, in words.
    pub fn check(&self, kind: MediaKind, size: u64) -> Result<(), String> {
        let most = self.of(kind);
        if size == 0 {
            return Err("it is empty".to_owned());
        }
        if size <= most {
            return Ok(());
        }
        let what = match kind {
            MediaKind::Image => "a picture",
            MediaKind::Video => "a film",
            MediaKind::Audio | MediaKind::Voice => "a sound",
            MediaKind::Document => "a document",
            MediaKind::Sticker => "a sticker (.webp)",
        };
        Err(format!("it has {}, and {what} may have {} at most", megabytes(size, true), megabytes(most, false)))
    }
}

/// Megabytes for a sentence about a limit: what is too much is never rounded down to the limit.
fn megabytes(bytes: u64, up: bool) -> String {
    let tenths = if up { (bytes * 10).div_ceil(1024 * 1024) } else { bytes * 10 / (1024 * 1024) };
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

/// Whether WhatsApp shows a text with a file of this kind.
pub fn takes_caption(kind: MediaKind) -> bool {
    !matches!(kind, MediaKind::Audio | MediaKind::Voice | MediaKind::Sticker)
}

/// A name under which a file that came from outside may be written: no path, nothing that a shell, a terminal or a file
/// manager takes for something else, never hidden, never one of Windows' devices. Where the name says nothing, `otherwise`
/// is used; where it has no ending, one that fits the MIME type.
pub fn safe_name(name: Option<&str>, mime: Option<&str>, otherwise: &str) -> String {
    let last = name.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .map(|c| match c {
            ':' | '*' | '?' | '"' | '<' | '>' | '|' | '$' | '`' | '\'' | ';' | '&' | '%' => '_',
            c if c.is_control() || !is_plain(c) => '_',
            c => c,
        })
        .collect();
    // neither hidden, nor an option, nor ended by what Windows drops
    let kept = kept.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '-' | '_'));
    let (stem, ending) = match kept.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 10 && ending.chars().all(char::is_alphanumeric) => {
            (stem, ending.to_owned())
        }
        _ => (kept, ending_for(mime.unwrap_or_default()).to_owned()),
    };
    let stem = if stem.is_empty() { otherwise } else { stem };
    let device = stem.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let numbered = |name: &str| {
        device.strip_prefix(name).is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    let is_device = ["CON", "PRN", "AUX", "NUL"].contains(&device.as_str()) || numbered("COM") || numbered("LPT");
    let mut out = if is_device { format!("file {stem}") } else { stem.to_owned() };
    let mut end = out.len().min(LONGEST_NAME);
    while !out.is_char_boundary(end) {
        end -= 1;
    }
    out.truncate(end);
    if !ending.is_empty() {
        out.push('.');
        out.push_str(&ending);
    }
    out
}

/// Letters, digits, marks and common signs; no formatting characters, which turn `gpj.exe` around.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric()
        || c == ' '
        || c.is_ascii_graphic()
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e00}'..='\u{e7f}')
}

/// The usual ending of a MIME type; empty for one that is not known.
pub fn ending_for(mime: &str) -> &'static str {
    let essence = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/webp" => "webp",
        "image/gif" => "gif",
        "video/mp4" => "mp4",
        "video/3gpp" => "3gp",
        "audio/ogg" => "ogg",
        "audio/mpeg" => "mp3",
        "audio/mp4" => "m4a",
        "audio/aac" => "aac",
        "audio/amr" => "amr",
        "application/pdf" => "pdf",
        "text/plain" => "txt",
        other => mime_guess::get_mime_extensions_str(other).and_then(|known| known.first()).copied().unwrap_or(""),
    }
}

/// Whether opening a file of this name may run it: it is kept, and the system is not told to open it.
pub fn may_run(name: &str) -> bool {
    const RUN: [&str; 40] = [
        "exe", "com", "bat", "cmd", "msi", "scr", "pif", "cpl", "jar", "ps1", "psm1", "vbs", "vbe", "js", "jse", "wsf",
        "wsh", "hta", "lnk", "url", "reg", "desktop", "sh", "bash", "zsh", "fish", "csh", "command", "tool", "app",
        "appimage", "run", "bin", "py", "pl", "rb", "php", "workflow", "action", "scpt",
    ];
    RUN.contains(&ending_of(name).to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whatsapps_limits_hold_unless_the_backend_tells_others() {
        const MB: u64 = 1024 * 1024;
        let mut limits = Limits::default();
        assert_eq!(limits.check(MediaKind::Image, 5 * MB), Ok(()));
        let said = limits.check(MediaKind::Image, 5 * MB + 1).unwrap_err();
        assert_eq!(said, "it has 5.1 MB, and a picture may have 5.0 MB at most");
        assert!(limits.check(MediaKind::Document, 100 * MB).is_ok());
        assert!(limits.check(MediaKind::Voice, 17 * MB).is_err());
        assert_eq!(limits.check(MediaKind::Document, 0).unwrap_err(), "it is empty");
        limits.set(MediaKind::Image, MB);
        assert!(limits.check(MediaKind::Image, 2 * MB).is_err());
    }

    #[test]
    fn a_files_kind_is_known_by_its_name() {
        for (name, kind) in [
            ("a.JPG", MediaKind::Image),
            ("a.png", MediaKind::Image),
            ("a.gif", MediaKind::Document),
            ("a.webp", MediaKind::Sticker),
            ("a.mp4", MediaKind::Video),
            ("a.mov", MediaKind::Document),
            ("a.m4a", MediaKind::Audio),
            ("a.opus", MediaKind::Audio),
            ("a.pdf", MediaKind::Document),
            ("no-ending", MediaKind::Document),
        ] {
            assert_eq!(kind_of(&mime_of(name)), kind, "{name}");
        }
        assert!(!takes_caption(MediaKind::Audio) && takes_caption(MediaKind::Document));
    }

    #[test]
    fn hostile_names_become_harmless() {
        for (name, safe) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\evil.txt", "evil.txt"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            ("..", "file"),
            ("", "file"),
            ("a\u{202e}gpj.exe", "a_gpj.exe"),
            ("a\n\u{1b}[31mb.pdf", "a__[31mb.pdf"),
            ("$(reboot).png", "(reboot).png"),
            ("NUL.txt", "file NUL.txt"),
            ("com1", "file com1"),
            ("rechnung für señora.pdf", "rechnung für señora.pdf"),
            ("請求書.pdf", "請求書.pdf"),
            ("فاتورة.pdf", "فاتورة.pdf"),
        ] {
            assert_eq!(safe_name(Some(name), None, "file"), safe, "{name:?}");
        }
        assert_eq!(safe_name(None, Some("image/jpeg"), "image 1"), "image 1.jpg");
        assert_eq!(safe_name(Some("photo"), Some("image/png; x=y"), "x"), "photo.png");
        assert!(safe_name(Some(&"ü".repeat(400)), Some("text/plain"), "x").len() <= 130);
    }

    #[test]
    fn what_may_run_is_not_opened() {
        assert!(may_run("setup.EXE") && may_run("x.desktop") && may_run("a.pdf.sh"));
        assert!(!may_run("a.pdf") && !may_run("exe"));
    }

    proptest! {
        #[test]
        fn a_safe_name_is_one_plain_component(name in any::<String>(), mime in any::<String>()) {
            let safe = safe_name(Some(&name), Some(&mime), "file");
            prop_assert!(!safe.is_empty() && safe.len() <= 160);
            prop_assert!(!safe.starts_with(['.', '-', ' ']));
            prop_assert!(!safe.chars().any(|c| c.is_control() || matches!(c, '/' | '\\' | ':' | '`' | '$')));
            prop_assert_eq!(std::path::Path::new(&safe).components().count(), 1);
        }
    }
}

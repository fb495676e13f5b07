//! What `config.toml` may say, with the defaults.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::attention::Notifications;
use super::keymap::RawKeys;
use super::profile::Profile;
use super::views::SavedView;

/// The whole file.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The profile to open when none is named; without it the only profile there is.
    pub default_profile: Option<String>,
    /// The theme: "auto" (light or dark, as `COLORFGBG` or the terminal itself says), a built-in one, or a file of `themes/`.
    pub theme: String,
    /// The view that the inbox begins with: a built-in one ("all", "mine", …) or one of `views`.
    pub first_view: String,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// Use the mouse from the start; while on, selecting text with it usually needs Shift.
    pub mouse: bool,
    /// What calls for attention.
    pub notifications: Notifications,
    /// How dates and times are written.
    pub times: Times,
    /// When a conversation is marked as read.
    pub mark_read: MarkRead,
    /// How much is fetched and kept.
    pub history: History,
    /// Files that customers send.
    pub media: Media,
    /// How often the screen is drawn.
    pub frames: Frames,
    /// The log file.
    pub log: Log,
    /// The user's own views of the inbox, by name.
    #[serde(rename = "view")]
    pub views: BTreeMap<String, SavedView>,
    /// Keys by context, laid over the default keymap.
    pub keys: RawKeys,
    /// The backends and accounts, by name.
    #[serde(rename = "profile")]
    pub profiles: BTreeMap<String, Profile>,
}

/// How dates and times are written. The zone is the system's, or that of `TZ`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Times {
    /// A locale such as "de_DE"; "auto" is that of `LC_ALL`, `LC_TIME` or `LANG`.
    pub locale: String,
    /// The hours of the clock.
    pub clock: Clock,
    /// Lists say how long ago something was ("5m"), not when.
    pub relative: bool,
}

/// How many hours a clock has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
pub enum Clock {
    /// As the locale has it.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// Twelve, and again.
    #[serde(rename = "12")]
    Twelve,
    /// Twenty-four.
    #[serde(rename = "24")]
    TwentyFour,
}

impl Default for Times {
    fn default() -> Self {
        Self { locale: "auto".to_owned(), clock: Clock::default(), relative: true }
    }
}

/// When a conversation is marked as read at the backend.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct MarkRead {
    /// Mark by itself once the end of the open thread was seen.
    pub automatic: bool,
    /// Where the terminal does not report its focus: seconds after a key during which it counts as focused.
    pub key_seconds: u32,
}

/// How much is fetched and kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct History {
    /// Messages fetched at a time.
    pub page: u32,
    /// Messages kept in memory for one conversation.
    pub in_memory: u32,
    /// Days that the cache on disk keeps messages; 0 for ever.
    pub cache_days: u32,
    /// Size of the cache on disk in megabytes; 0 without limit.
    pub cache_megabytes: u32,
}

/// Files that customers send.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Media {
    /// Where they are kept; without it the user's downloads.
    pub downloads: Option<PathBuf>,
    /// The program that opens them, with its arguments; `{file}` is the file, else it stands at the end. No shell reads
    /// this. Without it what the system has for the file.
    pub open: Option<String>,
    /// The largest file that is fetched, in megabytes.
    pub largest_megabytes: u32,
    /// How pictures are shown in the terminal.
    pub pictures: Pictures,
}

/// How pictures are shown in the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pictures {
    /// As well as the terminal is known to be able to; not over SSH.
    #[default]
    Auto,
    /// The same over SSH.
    Always,
    /// Not at all.
    Never,
    /// By kitty's protocol.
    Kitty,
    /// As sixels.
    Sixel,
    /// By iTerm2's protocol.
    Iterm2,
    /// By coloured half blocks.
    Blocks,
}

/// Frames a second at most; the answer to a key is drawn at once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Frames {
    /// On a local terminal.
    pub local: u16,
    /// Over SSH.
    pub ssh: u16,
}

/// The log file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Where to write; nothing is logged without it (or `--log`).
    pub file: Option<PathBuf>,
    /// What to write: a level ("error", "warn", "info", "debug", "trace") or a filter ("info,switchboard::socketio=trace").
    pub filter: String,
    /// How many days' files are kept.
    pub keep_days: u16,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            default_profile: None,
            theme: "auto".to_owned(),
            first_view: "all".to_owned(),
            ascii: false,
            mouse: false,
            notifications: Notifications::default(),
            times: Times::default(),
            mark_read: MarkRead::default(),
            history: History::default(),
            media: Media::default(),
            frames: Frames::default(),
            log: Log::default(),
            views: BTreeMap::new(),
            keys: RawKeys::new(),
            profiles: BTreeMap::new(),
        }
    }
}

impl Default for MarkRead {
    fn default() -> Self {
        Self { automatic: true, key_seconds: 60 }
    }
}

impl Default for History {
    fn default() -> Self {
        Self { page: 50, in_memory: 5_000, cache_days: 90, cache_megabytes: 256 }
    }
}

impl Default for Media {
    fn default() -> Self {
        Self { downloads: None, open: None, largest_megabytes: 100, pictures: Pictures::Auto }
    }
}

impl Default for Frames {
    fn default() -> Self {
        Self { local: 60, ssh: 30 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { file: None, filter: "info".to_owned(), keep_days: 7 }
    }
}

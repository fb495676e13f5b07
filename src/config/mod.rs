//! Profiles, keymap, theme, paths, secrets.
//!
//! [`Paths::find`] says where files are, [`Loaded::load`] reads `config.toml` (every mistake has its file, line and
//! key), [`Loaded::choose`] picks the profile, [`find_token`] its token, [`Theme::load`] the colours.

mod attention;
mod edit;
pub mod keymap;
mod load;
mod paths;
mod profile;
mod replies;
mod secret;
mod settings;
mod source;
#[cfg(test)]
mod tests;
pub mod theme;
mod views;

pub use attention::{NotificationRule, Notifications, QuietHours};
pub use edit::save_profile;
pub use keymap::{Action, Context, Keymap, Match, key_name};
pub use load::{BUILT_IN_VIEWS, Chosen, Loaded, name_for};
pub use paths::{Paths, create_private_dir, expanded, file_name, private_dir, write_private};
pub use profile::{Profile, ProfileProblem, Transport, check_url, is_loopback};
pub use replies::{Replies, Reply, is_name as is_reply_name};
pub use secret::{
    COMMAND_TIMEOUT, TOKEN_VARIABLE, Token, TokenError, TokenOrigin, find_token, run_token_command, store_token,
};
pub use settings::{Clock, Config, Frames, History, Log, MarkRead, Media, Pictures, Times};
pub(crate) use source::in_words;
pub use source::{ConfigError, Position, Source};
pub use theme::{ColourDepth, Theme};
pub use views::{SavedView, ViewSort};

/// The text of `config.example.toml`: every key with its default and a comment.
pub const EXAMPLE: &str = include_str!("../../config.example.toml");

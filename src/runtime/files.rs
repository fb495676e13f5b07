//! Files that the user asks for: exports of the traffic, and dialects mended from it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};

use crate::app::ThemeChoice;
use crate::config::{ConfigError, Theme, write_private};
use crate::text::Clean;
use crate::wire::{Field, patch};

/// Where files go, and what they are about.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The directory of exports.
    pub exports: PathBuf,
    /// The directory of the user's dialects.
    pub dialects: PathBuf,
    /// The directory of the user's themes.
    pub themes: PathBuf,
    /// The name of the dialect in use.
    pub dialect: String,
    /// Its whole text.
    pub dialect_text: String,
}

impl Files {
    /// Every theme, by name.
    pub(super) fn read_themes(&self) -> Vec<ThemeChoice> {
        let choice = |(name, theme): (String, Result<Theme, ConfigError>)| ThemeChoice {
            name: Clean::line(&name),
            theme: theme.map(Arc::new).map_err(|error| Clean::line(&error.to_string())),
        };
        Theme::all(&self.themes).into_iter().map(choice).collect()
    }

    /// Writes an export, readable by its owner alone; says where.
    pub(super) fn save(&self, name: &str, text: &str) -> Result<Clean, Clean> {
        let now = Timestamp::now().to_zoned(TimeZone::system());
        let path = self.exports.join(format!("{}-{name}", now.strftime("%Y%m%d-%H%M%S")));
        write(&path, text).map(|()| Clean::line(&format!("Written to {}", path.display())))
    }

    /// Writes the dialect that a pointer makes; says where, and how it comes into force.
    pub(super) fn patch(&self, event: &str, field: Field, pointer: &str) -> Result<Clean, Clean> {
        let name = patch::mended_name(&self.dialect);
        let path = self.dialects.join(format!("{name}.toml"));
        let before = std::fs::read_to_string(&path).ok();
        let text = patch::patch(&self.dialect, &self.dialect_text, before.as_deref(), event, field, pointer)
            .map_err(|reason| Clean::line(&reason))?;
        write(&path, &text)?;
        let words = format!("Written to {}; set `dialect = \"{name}\"` in the profile to use it", path.display());
        Ok(Clean::line(&words))
    }
}

fn write(path: &Path, text: &str) -> Result<(), Clean> {
    write_private(path, text.as_bytes()).map_err(|error| Clean::line(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_pointer_is_added_to_the_first() {
        let root = tempfile::tempdir().unwrap();
        let files = Files {
            exports: root.path().join("exports"),
            dialects: root.path().join("dialects"),
            themes: root.path().join("themes"),
            dialect: "reference".to_owned(),
            dialect_text: include_str!("../../assets/dialects/reference.toml").to_owned(),
        };
        let said = files.patch("new_message", Field::ConversationId, "/thread").unwrap();
        assert!(said.contains("reference-mended"), "{said}");
        files.patch("new_message", Field::Emitted, "/at").unwrap();
        let text = std::fs::read_to_string(root.path().join("dialects/reference-mended.toml")).unwrap();
        assert!(text.contains("/thread") && text.contains("/at || /timestamp"), "{text}");
        let said = files.save("events.ndjson", "{}\n").unwrap();
        let path = said.strip_prefix("Written to ").unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), "{}\n");
        let bad = files.patch("new_message", Field::Phone, "/elsewhere").unwrap_err();
        assert!(bad.contains("does not lie in the message"), "{bad}");
    }
}

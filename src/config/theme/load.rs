//! Theme files: `base`, `[colours]`, and a table a group whose entries are styles.

use std::collections::BTreeMap;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::Theme;
use crate::config::source::{ConfigError, Half, Source, suggestion};

/// The themes that come with the program, with their text.
pub const BUILT_IN_THEMES: [(&str, &str); 5] = [
    ("dark", include_str!("../../../assets/themes/dark.toml")),
    ("light", include_str!("../../../assets/themes/light.toml")),
    ("high-contrast", include_str!("../../../assets/themes/high-contrast.toml")),
    ("ansi16", include_str!("../../../assets/themes/ansi16.toml")),
    ("none", include_str!("../../../assets/themes/none.toml")),
];

/// A style as a theme file has it; what is not named is inherited from the base theme's style only when the whole
/// entry is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawStyle {
    /// Colour of the text: a name of `[colours]`, an ANSI name ("light-red"), an index ("142") or "#rrggbb".
    pub fg: Option<String>,
    /// Colour behind it.
    pub bg: Option<String>,
    /// Bold.
    pub bold: bool,
    /// Dim.
    pub dim: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Text and background exchanged.
    pub reverse: bool,
    /// Struck through.
    pub strike: bool,
}

/// A theme file as it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ThemeFile {
    base: Option<String>,
    colours: BTreeMap<String, String>,
    #[serde(flatten)]
    groups: BTreeMap<String, toml::Value>,
}

impl Theme {
    /// A theme that comes with the program.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn built_in(name: &str) -> Result<Self, ConfigError> {
        let Some((name, text)) = BUILT_IN_THEMES.iter().find(|(known, _)| *known == name) else {
            let hint = suggestion(name, &BUILT_IN_THEMES.map(|(known, _)| known), "there is");
            return Err(ConfigError::Choice(format!("unknown theme `{name}`{hint}")));
        };
        Self::read(&Source::built_in(&format!("built-in theme {name}"), text))
    }

    /// The theme `name`: `<directory>/<name>.toml` if it exists, otherwise a built-in one.
    ///
    /// # Errors
    /// There is none of this name, or its file has a mistake (with its place).
    pub fn load(name: &str, directory: &Path) -> Result<Self, ConfigError> {
        let plain = !name.is_empty() && !name.contains(['/', '\\', '.']);
        let path = directory.join(format!("{name}.toml"));
        if plain && path.is_file() { Self::read(&Source::read(&path)?) } else { Self::built_in(name) }
    }

    /// Every theme by name: those that come with the program, and the files of `directory`, which take their place.
    pub fn all(directory: &Path) -> BTreeMap<String, Result<Self, ConfigError>> {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
        let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
        let own = files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
        let built_in = BUILT_IN_THEMES.iter().map(|(name, _)| (*name).to_owned());
        built_in.chain(own).map(|name| (name.clone(), Self::load(&name, directory))).collect()
    }

    fn read(source: &Source) -> Result<Self, ConfigError> {
        let file: ThemeFile = source.parse()?;
        let base = match &file.base {
            None => Self::default(),
            Some(base) if BUILT_IN_THEMES.iter().any(|(name, _)| name == base) => Self::built_in(base)?,
            Some(base) => {
                let hint = suggestion(base, &BUILT_IN_THEMES.map(|(known, _)| known), "there is");
                return Err(source.problem(&["base"], Half::Value, format!("unknown theme `{base}`{hint}")));
            }
        };
        let styles = file.styles(source)?;
        base.try_map(|group, name, inherited| match styles.get(&(group, name)) {
            Some(raw) => raw.resolve(source, &[group, name], &file.colours),
            None => Ok(inherited),
        })
    }
}

impl ThemeFile {
    /// The styles by group and name, every name checked.
    fn styles(&self, source: &Source) -> Result<BTreeMap<(&'static str, &'static str), RawStyle>, ConfigError> {
        let mut styles = BTreeMap::new();
        for (group, entries) in &self.groups {
            let names: Vec<&(&str, &str, &str)> = Theme::NAMES.iter().filter(|(known, ..)| known == group).collect();
            if names.is_empty() {
                let hint = suggestion(group, Theme::GROUPS, "there is");
                let problem = format!("unknown group of styles `{group}`{hint}");
                return Err(source.problem(&[group], Half::Key, problem));
            }
            let Some(table) = entries.as_table() else {
                return Err(source.problem(&[group], Half::Value, format!("`{group}` must be a table of styles")));
            };
            for (name, value) in table {
                let Some((group, name, _)) = names.iter().find(|(_, known, _)| known == name) else {
                    let known: Vec<&str> = names.iter().map(|(_, known, _)| *known).collect();
                    let problem =
                        format!("unknown style `{name}` in [{group}]{}", suggestion(name, &known, "there is"));
                    return Err(source.problem(&[group, name], Half::Key, problem));
                };
                let raw = value.clone().try_into().map_err(|error: toml::de::Error| {
                    let problem = format!("`{name}` in [{group}]: {}", error.message());
                    source.problem(&[group, name], Half::Value, problem)
                })?;
                styles.insert((*group, *name), raw);
            }
        }
        Ok(styles)
    }
}

impl RawStyle {
    fn resolve(&self, source: &Source, path: &[&str], named: &BTreeMap<String, String>) -> Result<Style, ConfigError> {
        let colour = |wanted: &Option<String>| -> Result<Option<Color>, ConfigError> {
            let Some(wanted) = wanted else { return Ok(None) };
            let written = named.get(wanted).unwrap_or(wanted);
            written.parse().map(Some).map_err(|_| {
                let problem = format!(
                    "`{written}` is no colour; write a name of [colours], an ANSI name (red, light-red, dark-gray), \
                     an index (142) or #rrggbb"
                );
                source.problem(path, Half::Value, problem)
            })
        };
        let mut style = Style { fg: colour(&self.fg)?, bg: colour(&self.bg)?, ..Style::default() };
        for (wanted, modifier) in [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.italic, Modifier::ITALIC),
            (self.underline, Modifier::UNDERLINED),
            (self.reverse, Modifier::REVERSED),
            (self.strike, Modifier::CROSSED_OUT),
        ] {
            if wanted {
                style = style.add_modifier(modifier);
            }
        }
        Ok(style)
    }
}

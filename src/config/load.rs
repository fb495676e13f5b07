//! Reading `config.toml` and choosing the profile.

use std::path::{Path, PathBuf};

use url::Url;

use super::keymap::Keymap;
use super::paths::{Paths, expanded, readable_by_others};
use super::profile::{Profile, is_loopback};
use super::settings::Config;
use super::source::{ConfigError, Half, Source, suggestion};

/// The names of the views that every inbox has.
pub const BUILT_IN_VIEWS: [&str; 9] =
    ["all", "mine", "unassigned", "unread", "waiting", "open", "pending", "snoozed", "resolved"];

/// The configuration in force.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What the file says, or the defaults.
    pub config: Config,
    /// The default keymap with the user's keys laid over it.
    pub keymap: Keymap,
    /// The file that was read; `None` when there is none.
    pub file: Option<PathBuf>,
}

/// The profile to open, and its name, under which tokens and caches are kept.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The name.
    pub name: String,
    /// The profile.
    pub profile: Profile,
}

impl Loaded {
    /// Reads `file`, or `config.toml` of the configuration directory, which may be missing.
    ///
    /// # Errors
    /// A named file that cannot be read, or a mistake in the file, with its place.
    pub fn load(paths: &Paths, file: Option<&Path>) -> Result<Self, ConfigError> {
        let path = file.map_or_else(|| paths.config_file(), Path::to_owned);
        if file.is_none() && !path.exists() {
            return Ok(Self { config: Config::default(), keymap: Keymap::built_in()?, file: None });
        }
        let source = Source::read(&path)?;
        let loaded = Self::from_source(&source)?;
        for (name, profile) in &loaded.config.profiles {
            let holds_secret = profile.token.is_some() || !profile.headers.is_empty();
            if let Some(mode) = readable_by_others(&path).filter(|_| holds_secret) {
                let key = if profile.token.is_some() { "token" } else { "headers" };
                let problem = format!(
                    "`{key}` in [profile.{name}] is a secret, but others may read this file (mode {mode}): run `chmod \
                     600` on it, or use `token_command`, `token_env` or `token_file`"
                );
                return Err(source.problem(&["profile", name, key], Half::Key, problem));
            }
        }
        let mut loaded = Self { file: Some(path.clone()), ..loaded };
        let directory = path.parent().unwrap_or_else(|| Path::new("."));
        for profile in loaded.config.profiles.values_mut() {
            for file in [&mut profile.token_file, &mut profile.ca_file].into_iter().flatten() {
                *file = placed(file, directory);
            }
        }
        if let Some(file) = &mut loaded.config.log.file {
            *file = placed(file, directory);
        }
        Ok(loaded)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// A mistake in it, with its place.
    pub fn from_source(source: &Source) -> Result<Self, ConfigError> {
        let config: Config = source.parse()?;
        for (name, profile) in &config.profiles {
            profile.check().map_err(|wrong| {
                let problem = format!("`{}` in [profile.{name}]: {}", wrong.key, wrong.problem);
                source.problem(&["profile", name, wrong.key], Half::Value, problem)
            })?;
        }
        if let Some(name) = config.default_profile.as_ref().filter(|name| !config.profiles.contains_key(*name)) {
            let names: Vec<&String> = config.profiles.keys().collect();
            let problem = format!("there is no profile `{name}`{}", suggestion(name, &names, "there is"));
            return Err(source.problem(&["default_profile"], Half::Value, problem));
        }
        for (key, value) in [("local", config.frames.local), ("ssh", config.frames.ssh)] {
            if !(1..=240).contains(&value) {
                let problem = format!("`{key}` in [frames] must be from 1 to 240, not {value}");
                return Err(source.problem(&["frames", key], Half::Value, problem));
            }
        }
        if !(1..=500).contains(&config.history.page) {
            let problem = format!("`page` in [history] must be from 1 to 500, not {}", config.history.page);
            return Err(source.problem(&["history", "page"], Half::Value, problem));
        }
        let views: Vec<&str> = BUILT_IN_VIEWS.iter().copied().chain(config.views.keys().map(String::as_str)).collect();
        let no_view = |view: &str| format!("there is no view `{view}`{}", suggestion(view, &views, "there is"));
        if !views.contains(&config.first_view.as_str()) {
            return Err(source.problem(&["first_view"], Half::Value, no_view(&config.first_view)));
        }
        for (nth, rule) in config.notifications.rules.iter().enumerate() {
            let nth = nth.to_string();
            let wrong = |key, problem| source.problem(&["notifications", "rule", &nth, key], Half::Value, problem);
            if let Some(view) = rule.view.as_deref().filter(|view| !views.contains(view)) {
                return Err(wrong("view", no_view(view)));
            }
            if let Some(name) = rule.profile.as_ref().filter(|name| !config.profiles.contains_key(*name)) {
                let names: Vec<&String> = config.profiles.keys().collect();
                let near = suggestion(name, &names, "there is");
                return Err(wrong("profile", format!("there is no profile `{name}`{near}")));
            }
        }
        if let Some(name) = config.views.keys().find(|name| BUILT_IN_VIEWS.contains(&name.as_str())) {
            let problem = format!("`{name}` is the name of a view that every inbox has: choose another");
            return Err(source.problem(&["view", name], Half::Key, problem));
        }
        let keymap = Keymap::built_in()?.with_user(source, &config.keys)?;
        Ok(Self { config, keymap, file: None })
    }

    /// The profile to open: `--url` (with the profile of that address, if there is one), else `--profile`, else
    /// `default_profile`, else the only one there is. `None` when nothing is configured.
    ///
    /// # Errors
    /// No such profile, several and none chosen, or an address that may not be spoken to.
    pub fn choose(&self, name: Option<&str>, url: Option<&Url>) -> Result<Option<Chosen>, ConfigError> {
        let profiles = &self.config.profiles;
        let named = match name.or(self.config.default_profile.as_deref().filter(|_| url.is_none())) {
            Some(name) => Some(self.named(name)?),
            None => None,
        };
        if let Some(url) = url {
            let of_address = || profiles.iter().find(|(_, profile)| profile.url == *url);
            let known = named.or_else(|| {
                of_address().map(|(name, profile)| Chosen { name: name.clone(), profile: profile.clone() })
            });
            let mut chosen =
                known.unwrap_or_else(|| Chosen { name: name_for(url), profile: Profile::new(url.clone()) });
            if chosen.profile.url != *url {
                // Another backend than the profile's own: it gets none of that one's secrets or addresses.
                let allow_plain_http = chosen.profile.allow_plain_http;
                chosen =
                    Chosen { name: name_for(url), profile: Profile { allow_plain_http, ..Profile::new(url.clone()) } };
            }
            let wrong =
                |wrong: super::profile::ProfileProblem| ConfigError::Choice(format!("--url: {}", wrong.problem));
            chosen.profile.check().map_err(wrong)?;
            return Ok(Some(chosen));
        }
        if named.is_some() || profiles.is_empty() {
            return Ok(named);
        }
        let mut all = profiles.iter();
        match (all.next(), all.next()) {
            (Some((name, profile)), None) => Ok(Some(Chosen { name: name.clone(), profile: profile.clone() })),
            _ => {
                let names: Vec<&str> = profiles.keys().map(String::as_str).collect();
                Err(ConfigError::Choice(format!(
                    "which profile? There is {}: name one with --profile, or set `default_profile`",
                    names.join(", ")
                )))
            }
        }
    }

    fn named(&self, name: &str) -> Result<Chosen, ConfigError> {
        let profiles = &self.config.profiles;
        let Some(profile) = profiles.get(name) else {
            let names: Vec<&String> = profiles.keys().collect();
            let hint = if names.is_empty() {
                "; none is configured: `switchboard login URL` makes one".to_owned()
            } else {
                suggestion(name, &names, "there is")
            };
            return Err(ConfigError::Choice(format!("there is no profile `{name}`{hint}")));
        };
        Ok(Chosen { name: name.to_owned(), profile: profile.clone() })
    }
}

/// A path as the configuration means it: `~/` is the home directory, and what is relative is so to the file.
fn placed(path: &Path, directory: &Path) -> PathBuf {
    directory.join(expanded(path))
}

/// A profile's name for a backend that has none: its host (`local` for this machine), with the port where it is not the
/// usual one.
pub fn name_for(url: &Url) -> String {
    let host = if is_loopback(url) { "local" } else { url.host_str().unwrap_or("backend") };
    let name = match url.port() {
        Some(port) => format!("{host}-{port}"),
        None => host.to_owned(),
    };
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect::<String>()
        .trim_matches('-')
        .to_owned()
}

//! The arguments that every command takes, and the configuration that they lead to.

use std::path::PathBuf;

use url::Url;

use super::failure::Failure;
use crate::config::{Chosen, Loaded, Paths, Theme, Token, find_token};

/// Arguments of every command.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// The configuration file instead of the usual one
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The profile to use
    #[arg(long, short, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The backend's address, instead of a profile's
    #[arg(long, global = true, value_name = "URL")]
    pub url: Option<Url>,
    /// A private file that holds the token
    #[arg(long, global = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Write a log to this file; each day gets its own, with the date appended
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
}

/// The configuration in force.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The arguments.
    pub options: Options,
    /// Where files are.
    pub paths: Paths,
    /// What the configuration file says.
    pub loaded: Loaded,
}

impl Setup {
    /// Reads the configuration that the arguments lead to.
    ///
    /// # Errors
    /// A mistake in it, with its place.
    pub fn load(options: Options) -> Result<Self, Failure> {
        let paths = Paths::find(|name| std::env::var_os(name))?;
        let loaded = Loaded::load(&paths, options.config.as_deref())?;
        Ok(Self { options, paths, loaded })
    }

    /// The configuration file that is read, whether it exists or not.
    pub fn config_file(&self) -> PathBuf {
        self.options.config.clone().unwrap_or_else(|| self.paths.config_file())
    }

    /// The profile to use; `None` when nothing is configured and nothing was asked for.
    ///
    /// # Errors
    /// No such profile, or several and none chosen.
    pub fn chosen(&self) -> Result<Option<Chosen>, Failure> {
        Ok(self.loaded.choose(self.options.profile.as_deref(), self.options.url.as_ref())?)
    }

    /// The theme; "auto" is the light one where the terminal says by `COLORFGBG` that its background is light.
    ///
    /// # Errors
    /// There is none of this name, or its file has a mistake.
    pub fn theme(&self) -> Result<Theme, Failure> {
        let name = self.loaded.config.theme.as_str();
        let own = || if has_light_background(std::env::var("COLORFGBG").ok().as_deref()) { "light" } else { "dark" };
        Ok(Theme::load(if name == "auto" { own() } else { name }, &self.paths.themes())?)
    }

    /// Whether the theme is to follow the background, and the environment does not tell what that is.
    pub fn background_is_unknown(&self) -> bool {
        self.loaded.config.theme == "auto" && std::env::var_os("COLORFGBG").is_none_or(|colours| colours.is_empty())
    }

    /// The token of a profile.
    ///
    /// # Errors
    /// There is none, or the source that should have it fails.
    pub async fn token(&self, chosen: &Chosen) -> Result<Token, Failure> {
        let file = self.options.token_file.as_deref();
        Ok(find_token(chosen, &self.paths, file, |name| std::env::var(name).ok()).await?)
    }
}

/// Whether `COLORFGBG`, such as `15;0` or `0;default;15`, names a light background: white (7 or 15) as rxvt counts.
fn has_light_background(colours: Option<&str>) -> bool {
    colours.and_then(|colours| colours.rsplit(';').next()).is_some_and(|background| matches!(background, "7" | "15"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_background_is_read_from_the_last_colour() {
        for (colours, light) in [
            (None, false),
            (Some("15;0"), false),
            (Some("0;15"), true),
            (Some("0;default;7"), true),
            (Some("odd"), false),
        ] {
            assert_eq!(has_light_background(colours), light, "{colours:?}");
        }
    }
}

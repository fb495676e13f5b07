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

    /// The theme; "auto" is the dark one until the terminal has said how bright it is.
    ///
    /// # Errors
    /// There is none of this name, or its file has a mistake.
    pub fn theme(&self) -> Result<Theme, Failure> {
        let name = self.loaded.config.theme.as_str();
        Ok(Theme::load(if name == "auto" { "dark" } else { name }, &self.paths.themes())?)
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

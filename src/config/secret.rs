//! Where the token comes from. It is a [`SecretString`] from here on: never in Debug, logs or messages.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::load::Chosen;
use super::paths::{Paths, readable_by_others, write_private};
use super::source::ConfigError;
use crate::text::Clean;

/// How long a `token_command` may take: long enough to unlock a key ring by hand.
pub const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// The environment variable that goes before every other source but `--token-file`.
pub const TOKEN_VARIABLE: &str = "SWITCHBOARD_TOKEN";

/// Where a token came from, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenOrigin {
    /// A file of `--token-file` or `token_file`.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// `token` in the configuration.
    Config,
    /// What `token_command` printed.
    Command,
    /// What `login` stored.
    Login,
}

impl std::fmt::Display for TokenOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::Config => f.write_str("`token` in the configuration"),
            Self::Command => f.write_str("`token_command`"),
            Self::Login => f.write_str("the last login"),
        }
    }
}

/// A token and where it came from.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token, without a "Bearer " before it.
    pub secret: SecretString,
    /// Where it came from.
    pub origin: TokenOrigin,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// No source has one.
    #[error(
        "no token for the profile `{0}`: run `switchboard login`, or set {TOKEN_VARIABLE}, or `token_command` in the profile"
    )]
    Missing(String),
    /// A file holds none.
    #[error("{origin} holds no token")]
    Empty {
        /// The source.
        origin: TokenOrigin,
    },
    /// Others may read the file.
    #[error("{0} holds a token, but others may read it (mode {mode}): run `chmod 600 {0}`", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions, octal.
        mode: String,
    },
    /// A file could not be read.
    #[error("cannot read the token from {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason of the operating system.
        source: std::io::Error,
    },
    /// The command failed.
    #[error("`token_command` of the profile `{profile}` {what}")]
    Command {
        /// The profile.
        profile: String,
        /// "could not be started: …", "ended with exit status 1: its own words", "took longer than 60 s".
        what: String,
    },
}

/// Finds the token of a profile: `file` (`--token-file`), [`TOKEN_VARIABLE`], then `token`, `token_env`,
/// `token_command` or `token_file` of the profile, then what `login` stored. `var` reads the environment.
///
/// # Errors
/// No source has one, or the first that should have one fails.
pub async fn find_token(
    chosen: &Chosen,
    paths: &Paths,
    file: Option<&Path>,
    var: impl Fn(&str) -> Option<String>,
) -> Result<Token, TokenError> {
    if let Some(path) = file {
        return read_token(path, TokenOrigin::File(path.to_owned()));
    }
    let profile = &chosen.profile;
    for name in [Some(TOKEN_VARIABLE), profile.token_env.as_deref()].into_iter().flatten() {
        if let Some(text) = var(name).filter(|text| !text.trim().is_empty()) {
            return token(&text, TokenOrigin::Variable(name.to_owned()));
        }
    }
    if let Some(secret) = &profile.token {
        return token(secret.expose_secret(), TokenOrigin::Config);
    }
    if let Some(command) = &profile.token_command {
        return run_token_command(&chosen.name, command, COMMAND_TIMEOUT).await;
    }
    if let Some(path) = &profile.token_file {
        return read_token(path, TokenOrigin::File(path.clone()));
    }
    let stored = paths.token_file(&chosen.name);
    if stored.exists() {
        return read_token(&stored, TokenOrigin::Login);
    }
    Err(TokenError::Missing(chosen.name.clone()))
}

/// Keeps the token of a profile for the next start, readable by its owner only.
///
/// # Errors
/// The file cannot be written.
pub fn store_token(paths: &Paths, profile: &str, token: &SecretString) -> Result<(), ConfigError> {
    write_private(&paths.token_file(profile), format!("{}\n", token.expose_secret()).as_bytes())
}

/// Runs a profile's `token_command` in the shell and takes what it prints. It has no terminal to ask on.
///
/// # Errors
/// It cannot be started, fails (with what it wrote to its error stream), prints nothing or takes too long.
pub async fn run_token_command(profile: &str, command: &str, timeout: Duration) -> Result<Token, TokenError> {
    let failed = |what: String| TokenError::Command { profile: profile.to_owned(), what };
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let child = tokio::process::Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("could not be started: {error}")))?;
    let output = tokio::time::timeout(timeout, child.wait_with_output())
        .await
        .map_err(|_| failed(format!("took longer than {} s", timeout.as_secs())))?
        .map_err(|error| failed(format!("could not be read: {error}")))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let words = Clean::line(words.trim());
        let words = if words.is_empty() { "it said nothing".to_owned() } else { words.to_string() };
        return Err(failed(format!("ended with {}: {words}", output.status)));
    }
    let printed =
        String::from_utf8(output.stdout).map_err(|_| failed("printed something that is not text".to_owned()))?;
    token(&printed, TokenOrigin::Command)
}

fn read_token(path: &Path, origin: TokenOrigin) -> Result<Token, TokenError> {
    if let Some(mode) = readable_by_others(path) {
        return Err(TokenError::Exposed { path: path.to_owned(), mode });
    }
    let text = std::fs::read_to_string(path).map_err(|source| TokenError::File { path: path.to_owned(), source })?;
    token(&text, origin)
}

fn token(text: &str, origin: TokenOrigin) -> Result<Token, TokenError> {
    let bare = text.trim();
    let bare = bare.strip_prefix("Bearer ").unwrap_or(bare).trim();
    if bare.is_empty() { Err(TokenError::Empty { origin }) } else { Ok(Token { secret: bare.into(), origin }) }
}

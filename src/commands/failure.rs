//! Why a command did not do its work, and the exit code that says so.

use crate::config::{ConfigError, TokenError};

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The arguments make no sense together, or name something that does not exist.
    #[error("{0}")]
    Usage(String),
    /// The configuration has a mistake.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The backend said no.
    #[error("{0}")]
    Refused(String),
    /// The backend cannot be reached, or its answer never came.
    #[error("{0}")]
    Unreachable(String),
    /// A signal ended it; nothing more is to be said. The exit code that shells use for it.
    #[error("ended by a signal")]
    Signal(u8),
    /// The command did its work, and its answer is this exit code.
    #[error("the answer is the exit code {0}")]
    Verdict(u8),
    /// Anything else.
    #[error("{0}")]
    Other(String),
    /// Whoever read the output has gone; no news to anybody.
    #[error("the reader of the output has gone")]
    Closed,
}

/// The exit codes as `--help` and the man page explain them.
pub const EXIT_CODES: &str = "Exit codes: 0 done (also when the reader of a pipe goes away), 1 failed, 2 ids do not \
     match and 3 nothing arrived (`doctor` alone), 4 refused by the backend or no token, 5 backend not reached, 64 wrong arguments or configuration.";

impl Failure {
    /// The exit code, as [`EXIT_CODES`] explains it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Signal(code) | Self::Verdict(code) => *code,
            Self::Other(_) => 1,
            Self::Refused(_) | Self::Token(_) => 4,
            Self::Unreachable(_) => 5,
            Self::Usage(_) | Self::Config(_) => 64,
        }
    }
}

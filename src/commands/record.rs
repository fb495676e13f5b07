//! `--record FILE` of the commands that have a session.

use std::path::PathBuf;

use jiff::Timestamp;

use super::Failure;
use crate::backend::BackendConfig;
use crate::store::Recorder;
use crate::wire::record::{FORMAT, Header};
use crate::wire::redact::Redaction;

/// What is recorded, and where.
#[derive(Debug, Clone, Default, PartialEq, clap::Args)]
pub struct RecordArgs {
    /// Write what the backend sends to this new file, for `switchboard replay`; never a token
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Leave out of the recording what people wrote and are called, or disguise their phones
    #[arg(long, value_name = "WHAT", value_delimiter = ',', requires = "record")]
    pub redact: Vec<What>,
}

/// What can be left out of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum What {
    /// Texts and names.
    Texts,
    /// Phones.
    Phones,
}

impl RecordArgs {
    /// Begins the recording, where one is asked for.
    ///
    /// # Errors
    /// The file exists, or cannot be made.
    pub fn begin(&self, config: &BackendConfig) -> Result<Option<Recorder>, Failure> {
        let Some(path) = &self.record else { return Ok(None) };
        let redaction = Redaction {
            texts: self.redact.contains(&What::Texts),
            phones: self.redact.contains(&What::Phones),
            key: rand::random(),
        };
        let header = Header {
            switchboard_recording: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            at: Timestamp::now(),
            dialect: config.dialect.name.clone(),
            account: config.profile.account.as_deref().map(Into::into),
            route_variants: config.profile.route_variants,
            redacted: redaction.names(),
        };
        Recorder::create(path, &header, redaction).map(Some).map_err(|error| Failure::Other(error.to_string()))
    }
}

//! `switchboard`, `switchboard inbox`: the inbox on the screen.

use super::{Failure, Setup};

/// Arguments of the inbox.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Args {
    /// Draw with ASCII only
    #[arg(long)]
    pub ascii: bool,
}

/// Opens the inbox.
///
/// # Errors
/// The configuration has a mistake, or the screen cannot be used.
pub fn run(_setup: &Setup, _args: &Args) -> Result<(), Failure> {
    Err(Failure::Other("the inbox is not part of this build".to_owned()))
}

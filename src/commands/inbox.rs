//! `switchboard`, `switchboard inbox`: the inbox on the screen.

use super::{DemoArgs, Failure, Setup};

/// Arguments of the inbox.
#[derive(Debug, Clone, Default, PartialEq, clap::Args)]
pub struct Args {
    /// The demo; the inbox opens on it by itself where nothing is configured.
    #[command(flatten)]
    pub demo: DemoArgs,
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

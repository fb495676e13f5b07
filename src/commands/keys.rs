//! `switchboard keys`: the keymap in force.

use super::{Failure, Output, Setup};
use crate::config::keymap::KeysFormat;

/// Arguments of `keys`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The formats by the names that the command line has for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Plain columns
    Text,
    /// Markdown tables
    Md,
    /// A JSON array
    Json,
}

/// Prints the keymap.
///
/// # Errors
/// The output cannot be written.
pub fn run(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    let format = match args.format {
        Format::Text => KeysFormat::Text,
        Format::Md => KeysFormat::Markdown,
        Format::Json => KeysFormat::Json,
    };
    out.text(&setup.loaded.keymap.to_table(format))
}

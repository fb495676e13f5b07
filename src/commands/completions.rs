//! `switchboard completions` and `switchboard man`: what packages install, generated from the definitions of the
//! command line.

use std::path::PathBuf;

use clap_complete::Shell;

use super::{Failure, Output};

/// Arguments of `completions`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Clone, clap::Args)]
pub struct ManArgs {
    /// Write a page for each command into this directory, instead of printing the main one
    #[arg(long, value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
}

/// Prints the completions of a shell.
///
/// # Errors
/// The output cannot be written.
pub fn run(mut command: clap::Command, args: &Args, out: &mut Output) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "switchboard", &mut script);
    out.text(&String::from_utf8_lossy(&script))
}

/// Prints the man page, or writes all of them.
///
/// # Errors
/// The output or a file cannot be written.
pub fn man(command: clap::Command, args: &ManArgs, out: &mut Output) -> Result<(), Failure> {
    if let Some(directory) = &args.directory {
        return clap_mangen::generate_to(command, directory)
            .map_err(|error| Failure::Other(format!("cannot write man pages to {}: {error}", directory.display())));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::Other(format!("cannot make the man page: {error}")))?;
    out.text(&String::from_utf8_lossy(&page))
}

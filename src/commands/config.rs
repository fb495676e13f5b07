//! `switchboard config`: where the configuration is, what it may say, and whether it is right.

use super::{Failure, Options, Output, Setup};
use crate::config::{EXAMPLE, Paths};

/// What to do with the configuration.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Action {
    /// Print the name of the configuration file
    Path,
    /// Print every key with its default and a comment
    Example,
    /// Check the configuration file, its keys and the theme
    Check,
}

/// Prints or checks the configuration.
///
/// # Errors
/// A mistake in the configuration, or the output cannot be written.
pub fn run(options: Options, action: &Action, out: &mut Output) -> Result<(), Failure> {
    match action {
        Action::Path => {
            let usual = || Paths::find(|name| std::env::var_os(name)).map(|paths| paths.config_file());
            let path = match options.config {
                Some(path) => path,
                None => usual()?,
            };
            out.line(path.display())
        }
        Action::Example => out.text(EXAMPLE),
        Action::Check => {
            let setup = Setup::load(options)?;
            setup.theme()?;
            match &setup.loaded.file {
                Some(file) => {
                    let names: Vec<&str> = setup.loaded.config.profiles.keys().map(String::as_str).collect();
                    let profiles = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                    out.line(format_args!("{} is right; profiles: {profiles}", file.display()))
                }
                None => {
                    out.line(format_args!("there is no {}: everything has its default", setup.config_file().display()))
                }
            }
        }
    }
}

//! `switchboard completions` and `switchboard man`: what packages install, generated from the definitions of the
//! command line.

use std::path::PathBuf;

use clap_complete::Shell;
use clap_mangen::roff::{Roff, roman};

use super::{Failure, Output};
use crate::config::EXAMPLE;
use crate::config::keymap::{Keymap, KeysFormat};

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
    /// Write every page into this directory (each command, the configuration, the keys), instead of printing the main one
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
        let written = || {
            std::fs::create_dir_all(directory)?;
            clap_mangen::generate_to(command, directory)?;
            std::fs::write(directory.join("switchboard-config.5"), configuration())?;
            std::fs::write(directory.join("switchboard-keys.5"), keys())
        };
        return written()
            .map_err(|error| Failure::Other(format!("cannot write man pages to {}: {error}", directory.display())));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::Other(format!("cannot make the man page: {error}")))?;
    out.text(&String::from_utf8_lossy(&page))
}

/// The page about `config.toml`: the example, which has every key with its default.
fn configuration() -> String {
    let mut page = Roff::new();
    page.control("TH", ["switchboard-config", "5"]);
    page.control("SH", ["NAME"]);
    page.text([roman("switchboard-config - the configuration file config.toml")]);
    page.control("SH", ["DESCRIPTION"]);
    page.text([roman(
        "Every key with its default. `switchboard config path` says where the file is, `switchboard config check` \
         whether it is right.",
    )]);
    literal(&mut page, EXAMPLE);
    page.render()
}

/// The page about the default keys.
fn keys() -> String {
    let mut page = Roff::new();
    page.control("TH", ["switchboard-keys", "5"]);
    page.control("SH", ["NAME"]);
    page.text([roman("switchboard-keys - the default keys of the inbox, and how to change them")]);
    page.control("SH", ["DESCRIPTION"]);
    page.text([roman(
        "Each line has keys, the name of the action, and what it does. In config.toml, [keys.CONTEXT] binds other keys: \
         \"ctrl-n\" = \"next-unread\"; \"unbind\" takes a key away; \"g g\" is a sequence. `switchboard keys` prints what is \
         in force.",
    )]);
    let keymap = Keymap::built_in().map(|keymap| keymap.to_table(KeysFormat::Text)).unwrap_or_default();
    literal(&mut page, &keymap);
    page.render()
}

/// Text as it stands, line by line.
fn literal(page: &mut Roff, text: &str) {
    page.control("nf", []);
    for line in text.lines() {
        page.text([roman(line)]);
    }
    page.control("fi", []);
}

//! `switchboard dialect`: the dialects that there are, what one says, whether a file is right, and which one a backend
//! speaks.

mod probe;

use std::path::PathBuf;

use super::place::shelf;
use super::{Failure, Output, Setup};
use crate::wire::dialect::{markdown, schema};
use crate::wire::{Dialect, Shelf};

/// What to do with dialects.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Action {
    /// Print the dialects that there are, with what each can do
    List,
    /// Print a dialect's file
    Show {
        /// Its name, as `dialect list` prints it
        name: String,
    },
    /// Check a dialect file: what is wrong with it, and where
    Check {
        /// The file
        file: PathBuf,
    },
    /// Sign in to a backend, fetch a list and a thread, listen, and say which dialect fits best
    Probe(probe::Args),
    /// Print what a dialect file may say
    Schema {
        /// How to print it
        #[arg(long, value_enum, default_value_t = Format::Json)]
        format: Format,
    },
}

/// How the schema is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A JSON Schema, for editors
    Json,
    /// A page to read
    Md,
}

/// Does it.
///
/// # Errors
/// There is no such dialect, a file has a mistake, the backend refuses or cannot be reached.
pub fn run(setup: &Setup, action: &Action, out: &mut Output) -> Result<(), Failure> {
    match action {
        Action::List => list(&shelf(setup)?, out),
        Action::Show { name } => {
            let shelf = shelf(setup)?;
            let (_, text) = shelf.text(name).ok_or_else(|| unknown(&shelf, name))?;
            out.text(text)
        }
        Action::Check { file } => check(&shelf(setup)?, file, out),
        Action::Probe(args) => probe::run(setup, args, out),
        Action::Schema { format: Format::Json } => {
            let schema = serde_json::to_string_pretty(&schema())
                .map_err(|error| Failure::Other(format!("cannot print the schema: {error}")))?;
            out.line(schema)
        }
        Action::Schema { format: Format::Md } => out.text(&markdown()),
    }
}

fn list(shelf: &Shelf, out: &mut Output) -> Result<(), Failure> {
    for (name, file) in shelf.names() {
        let from = file.map(|file| format!("  [{file}]")).unwrap_or_default();
        match shelf.dialect(name) {
            Some(Ok(dialect)) => {
                out.line(format_args!("{name:<20} {}{from}", dialect.about))?;
                out.line(format_args!("{:<20}   {}", "", abilities(&dialect)))?;
                for limit in &dialect.limits {
                    out.line(format_args!("{:<20}   not: {limit}", ""))?;
                }
            }
            Some(Err(error)) => out.line(format_args!("{name:<20} cannot be used: {error}"))?,
            None => {}
        }
    }
    Ok(())
}

/// What a dialect can do beside messages, in a line.
fn abilities(dialect: &Dialect) -> String {
    let offers = dialect.offers();
    let all = [
        ("assign", offers.assign),
        ("release", offers.release),
        ("labels", offers.labels),
        ("notes", offers.notes),
        ("priority", offers.priority),
        ("resolve", offers.resolve),
        ("reopen", offers.reopen),
        ("snooze", offers.snooze),
        ("unread", offers.unread),
        ("templates", offers.templates),
        ("replies", offers.replies),
        ("files", offers.upload),
        ("search", offers.search),
        ("typing", offers.typing),
    ];
    let can: Vec<&str> = all.iter().filter(|(_, can)| *can).map(|(name, _)| *name).collect();
    if can.is_empty() { "messages alone".to_owned() } else { can.join(", ") }
}

fn check(shelf: &Shelf, file: &std::path::Path, out: &mut Output) -> Result<(), Failure> {
    let shown = file.display().to_string();
    let text =
        std::fs::read_to_string(file).map_err(|error| Failure::Usage(format!("cannot read {shown}: {error}")))?;
    let dialect = Dialect::parse_with(&shown, &text, shelf).map_err(|error| Failure::Usage(error.to_string()))?;
    out.line(format_args!("{shown} is right: {}, {}", dialect.name, dialect.about))?;
    let missing = dialect.bound(crate::wire::Known::default());
    for (name, about) in missing.missing() {
        let about = if about.is_empty() { String::new() } else { format!(": {about}") };
        out.line(format_args!("it asks for the variable `{name}`{about}"))?;
    }
    Ok(())
}

fn unknown(shelf: &Shelf, name: &str) -> Failure {
    let names: Vec<&str> = shelf.names().into_iter().map(|(name, _)| name).collect();
    Failure::Usage(format!("there is no dialect `{name}`; there is {}", names.join(", ")))
}

//! `switchboard list`: the conversations.

use super::contacts::Contacts;
use super::kept::Kept;
use super::print::Printer;
use super::{DemoArgs, Failure, Output, Place, Setup, block_on};

/// Arguments of `list`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[command(flatten)]
    demo: DemoArgs,
    /// At most so many conversations
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// Only those with unread messages
    #[arg(long)]
    unread: bool,
    /// What the inbox has kept, without asking the backend; how old that is stands on standard error
    #[arg(long, conflicts_with = "demo")]
    offline: bool,
    /// One JSON object a line; with --offline each says `cached` and `as_of`
    #[arg(long)]
    json: bool,
}

/// Prints the list: in a pipe `id, time, unread, name, phone, preview` with tabs between.
///
/// # Errors
/// No backend, no token, or the backend refuses or cannot be reached; with `--offline`, nothing is kept.
pub fn run(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    block_on(async {
        if args.offline {
            let kept = Kept::read(setup, args.limit).await?;
            print(kept.contacts(), args, &Printer::cached(args.json, kept.as_of()), out)?;
            kept.close().await;
            return Ok(());
        }
        let place = Place::find(setup, &args.demo).await?;
        let contacts = Contacts::fetch(&place.errand(setup)?, args.limit).await?;
        print(&contacts, args, &Printer::new(args.json), out)
    })?
}

fn print(contacts: &Contacts, args: &Args, printer: &Printer, out: &mut Output) -> Result<(), Failure> {
    printer.age();
    for row in contacts.rows().iter().filter(|row| !args.unread || row.unread > 0) {
        printer.row(row, out)?;
    }
    Ok(())
}

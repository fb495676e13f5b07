//! `switchboard show`: one conversation.

use super::contacts::{Contacts, lost};
use super::print::Printer;
use super::{DemoArgs, Failure, Output, Place, Setup, block_on};

/// Arguments of `show`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The conversation: one of its ids, or its phone number
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    demo: DemoArgs,
    /// At most so many messages, the newest ones
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Prints the newest messages of a conversation, oldest first.
///
/// # Errors
/// No such conversation, no backend, no token, or the backend refuses or cannot be reached.
pub fn run(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    block_on(async {
        let place = Place::find(setup, &args.demo).await?;
        let errand = place.errand(setup)?;
        let (contacts, key) = Contacts::find(&errand, &args.id).await?;
        let page = contacts.thread(&errand, key, args.limit).await?;
        let row = contacts.row(key).ok_or_else(lost)?;
        let printer = Printer::new(args.json);
        printer.head(row, out)?;
        for message in &page.messages {
            printer.message(row, message, out)?;
        }
        Ok(())
    })?
}

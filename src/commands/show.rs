//! `switchboard show`: one conversation.

use super::contacts::{Contacts, lost};
use super::kept::Kept;
use super::print::Printer;
use super::{DemoArgs, Failure, Output, Place, Setup, block_on};
use crate::chat::{Conversation, Message};

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
    /// What the inbox has kept, without asking the backend; how old that is stands on standard error
    #[arg(long, conflicts_with = "demo")]
    offline: bool,
    /// One JSON object a line; with --offline each says `cached` and `as_of`
    #[arg(long)]
    json: bool,
}

/// Prints the newest messages of a conversation, oldest first.
///
/// # Errors
/// No such conversation, no backend, no token, or the backend refuses or cannot be reached; with `--offline`, nothing
/// is kept.
pub fn run(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    block_on(async {
        if args.offline {
            let mut kept = Kept::read(setup, u32::MAX).await?;
            let key = kept.find(&args.id)?;
            let messages = kept.messages(key, args.limit).await?;
            let row = kept.contacts().row(key).ok_or_else(lost)?;
            print(row, &messages, &Printer::cached(args.json, kept.as_of()), out)?;
            kept.close().await;
            return Ok(());
        }
        let place = Place::find(setup, &args.demo).await?;
        let errand = place.errand(setup)?;
        let (contacts, key) = Contacts::find(&errand, &args.id).await?;
        let page = contacts.thread(&errand, key, args.limit).await?;
        print(contacts.row(key).ok_or_else(lost)?, &page.messages, &Printer::new(args.json), out)
    })?
}

fn print(row: &Conversation, messages: &[Message], printer: &Printer, out: &mut Output) -> Result<(), Failure> {
    printer.age();
    printer.head(row, out)?;
    for message in messages {
        printer.message(row, message, out)?;
    }
    Ok(())
}

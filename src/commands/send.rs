//! `switchboard send`: one text or one file to one conversation, tried exactly once.

use std::io::Read as _;
use std::path::PathBuf;

use jiff::Timestamp;

use super::contacts::{Contacts, lost, refusal};
use super::print::json_line;
use super::{DemoArgs, Failure, Output, Place, Setup, block_on};
use crate::app::update::LONGEST_TEXT;
use crate::backend::{Outgoing, RestError};
use crate::chat::Id;
use crate::chat::attachment::{LONGEST_CAPTION, Limits, takes_caption};
use crate::runtime::look_at;

/// Arguments of `send`.
#[derive(Debug, Clone, clap::Args)]
#[command(group = clap::ArgGroup::new("words"))]
#[command(group = clap::ArgGroup::new("what").args(["text", "stdin", "file"]).multiple(true).required(true))]
pub struct Args {
    /// The conversation: one of its ids, or its phone number
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    demo: DemoArgs,
    /// The text
    #[arg(long, short, value_name = "TEXT", group = "words")]
    text: Option<String>,
    /// Take the text from standard input; a newline at its end is left out
    #[arg(long, group = "words")]
    stdin: bool,
    /// Send this file; the text is its caption then
    #[arg(long, short, value_name = "PATH")]
    file: Option<PathBuf>,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

/// Sends the text and prints the ids that the backend gave it.
///
/// # Errors
/// No such conversation, the backend refuses (with its reason), or the answer was lost: then nobody knows whether the
/// message was sent, and it is not sent again.
pub fn run(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    let text = words(args)?;
    let file = args.file.as_deref().map(look_at).transpose().map_err(Failure::Usage)?;
    block_on(async {
        let place = Place::find(setup, &args.demo).await?;
        let errand = place.errand(setup)?;
        let (contacts, key) = Contacts::find(&errand, &args.id).await?;
        let (row, target) = contacts.row(key).zip(contacts.target(key)).ok_or_else(lost)?;
        let body = match file {
            Some(file) => {
                let mut limits = Limits::default();
                errand.limits().await.map_err(refusal)?.into_iter().for_each(|(kind, bytes)| limits.set(kind, bytes));
                let checked = limits.check(file.kind, file.size);
                checked.map_err(|why| Failure::Usage(format!("{} cannot be sent: {why}", file.name)))?;
                if !text.is_empty() && !takes_caption(file.kind) {
                    let words = format!("WhatsApp shows no text with {}: send the two one by one", file.name);
                    return Err(Failure::Usage(words));
                }
                Outgoing::File { file, caption: text }
            }
            None => Outgoing::Text { body: text },
        };
        let client = Id::new(format!("send-{}-{}", std::process::id(), Timestamp::now().as_nanosecond()));
        let accepted = errand.send(&client, &target, &body, None).await;
        let accepted = accepted.map_err(|error| match error {
            RestError::Unreachable { before_sending: false, .. } | RestError::Unreadable(_) => {
                Failure::Unreachable(format!(
                    "nobody knows whether the message to {} was sent: {error}. Look with `switchboard show {}` before \
                     you send it again",
                    row.title(),
                    row.id.shown()
                ))
            }
            error => refusal(error),
        })?;
        if args.json {
            let answer = serde_json::json!({ "conversation": row.id, "id": accepted.id, "wa": accepted.wa });
            return out.line(json_line(&answer));
        }
        let id = accepted.id.or(accepted.wa).map(|id| format!(" ({})", id.shown())).unwrap_or_default();
        out.line(format_args!("sent to {}{id}", row.title()))
    })?
}

fn words(args: &Args) -> Result<String, Failure> {
    let mut text = args.text.clone().unwrap_or_default();
    if args.stdin {
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Failure::Other(format!("cannot read standard input: {error}")))?;
        let end = text.trim_end_matches(['\r', '\n']).len();
        text.truncate(end);
    }
    let length = text.chars().count();
    if args.file.is_some() {
        let most = LONGEST_CAPTION;
        return if length <= most {
            Ok(text.trim_end().to_owned())
        } else {
            Err(Failure::Usage(format!("the text has {length} characters; with a file WhatsApp takes {most} at most")))
        };
    }
    if text.trim().is_empty() {
        Err(Failure::Usage("there is no text to send".to_owned()))
    } else if length > LONGEST_TEXT {
        Err(Failure::Usage(format!("the text has {length} characters; WhatsApp takes {LONGEST_TEXT} at most")))
    } else {
        Ok(text)
    }
}

//! `switchboard trace`: what became of one message, stage by stage.

use jiff::Timestamp;
use serde_json::json;

use super::contacts::refusal;
use super::{DemoArgs, Failure, Output, Place, Setup, block_on};
use crate::backend::{Errand, Page, RestError, Target};
use crate::chat::{ConversationKey, Id};
use crate::inspect::Trace;
use crate::inspect::stages::{Seen, StageState, Stored, Told};
use crate::text::Clean;

/// So many conversations are searched for the message, the newest ones.
const SEARCHED: usize = 40;
/// So many messages of each.
const MESSAGES: u32 = 200;

/// Arguments of `trace`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The message: its id, or its WhatsApp id (`wamid.…`)
    #[arg(value_name = "MESSAGE-ID")]
    id: String,
    #[command(flatten)]
    demo: DemoArgs,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Prints the five stages of a message's way. What only a running inbox can see (received, routed and drawn) is not
/// observable from here.
///
/// # Errors
/// Nobody knows the message, no backend, no token, or the backend refuses or cannot be reached.
pub fn run(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    let id = Id::from_wire(args.id.trim()).ok_or_else(|| Failure::Usage("a message id is not empty".to_owned()))?;
    let trace = block_on(async {
        let place = Place::find(setup, &args.demo).await?;
        let errand = place.errand(setup)?;
        let told = ask(&errand, &id).await;
        let mut seen = match told {
            Told::Answer(_) => Seen::default(),
            _ => search(&errand, &id).await.map_err(refusal)?,
        };
        if let (Stored::NotAsked, Told::Nothing | Told::Refused(_)) = (&seen.stored, &told) {
            let said = match &told {
                Told::Refused(words) => format!("the backend, asked for its stages, said: {words}"),
                _ => "this dialect knows no request for its stages".to_owned(),
            };
            let words = format!(
                "no message {} in the newest {MESSAGES} of the newest {SEARCHED} conversations, and {said}",
                id.shown()
            );
            return Err(Failure::Other(words));
        }
        seen.told = told;
        if !seen.names.contains(&id) {
            seen.names.push(id.clone());
        }
        Ok(Trace::of(seen))
    })??;
    if args.json {
        return out.line(json!(trace));
    }
    let names: Vec<String> = trace.message.iter().map(|id| id.shown().to_string()).collect();
    out.line(format_args!("Message {}", names.join(", ")))?;
    for report in &trace.stages {
        let at = report.at.map(|at| format!("{at:.3}")).unwrap_or_default();
        let mark = match report.state {
            StageState::Ok => "ok",
            StageState::Failed => "FAILED",
            StageState::Unknown => "?",
        };
        out.line(format_args!("  {:<17} {mark:<7} {at:<25} {}", report.stage.name(), report.evidence))?;
    }
    for emit in &trace.emits {
        let room = emit.room.as_ref().map_or_else(|| "every socket".to_owned(), ToString::to_string);
        out.line(format_args!("    {} to {room}: {} sockets", emit.event, emit.sockets))?;
    }
    Ok(())
}

/// What the backend itself says, where the dialect knows how to ask.
pub(super) async fn ask(errand: &Errand, id: &Id) -> Told {
    match errand.trace(id).await {
        Ok(None) => Told::Nothing,
        Ok(Some(answer)) => Told::Answer(answer),
        Err(error) => Told::Refused(Clean::line(&error.to_string())),
    }
}

/// Looks for the message in the newest conversations.
async fn search(errand: &Errand, id: &Id) -> Result<Seen, RestError> {
    let limit = u32::try_from(SEARCHED).unwrap_or(u32::MAX);
    let list = errand.list(limit).await?;
    for (at, row) in list.rows.iter().enumerate().take(SEARCHED) {
        let Some(first) = row.ids.first() else { continue };
        let aliases = row.ids.iter().skip(1).map(|named| named.id.clone()).collect();
        let key = ConversationKey(u32::try_from(at).unwrap_or_default());
        let target = Target { key, id: first.id.clone(), aliases, line: row.line.clone(), phone: row.phone.clone() };
        let Ok(page) = errand.thread(&target, &Page::Latest, MESSAGES).await else { continue };
        if let Some(message) = page.messages.iter().find(|message| message.ids.iter().any(|name| name == id)) {
            return Ok(Seen {
                names: message.ids.iter().cloned().collect(),
                stored: Stored::Shown {
                    at: message.created_at.unwrap_or(Timestamp::UNIX_EPOCH),
                    conversation: Some(first.id.clone()),
                },
                ..Seen::default()
            });
        }
    }
    Ok(Seen::default())
}

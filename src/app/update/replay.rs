//! What a recording says of the user, done again: which conversation was opened, what was being sent.

use jiff::Timestamp;

use super::{Effect, State, open, say};
use crate::app::outbox::{Fate, Kept, Outgoing};
use crate::backend::Command;
use crate::chat::{ConversationKey, Id};
use crate::wire::record::Record;

/// What the program did of itself since it last looked, as lines of a recording: the conversation that is open now,
/// where that changed, and the texts that were given to the backend.
pub fn intents(at: Timestamp, state: &State, was_open: Option<ConversationKey>, effects: &[Effect]) -> Vec<Record> {
    let mut records = Vec::new();
    if state.open != was_open {
        let id = state.open.and_then(|key| state.inbox.get(key)).map(|row| row.id.clone());
        records.push(Record::Open { at, id });
    }
    for effect in effects {
        if let Effect::Backend(crate::backend::Command::Send { client, target, body, .. }) = effect {
            let text = body.text().to_owned();
            records.push(Record::Sending { at, client: client.clone(), key: target.key, text });
        }
    }
    records
}

/// A replay has no backend: what would go there is left out, and said where the user asked for it.
pub(super) fn keep_to_itself(state: &mut State, out: &mut Vec<Effect>) {
    let mut wanted = false;
    out.retain(|effect| match effect {
        Effect::Backend(Command::Close) => true,
        Effect::Backend(command) => {
            wanted |= matches!(
                command,
                Command::SetStatus { .. }
                    | Command::Operate { .. }
                    | Command::Inject { .. }
                    | Command::TryJoin { .. }
                    | Command::Reconnect
            );
            false
        }
        _ => true,
    });
    if wanted {
        say(state, true, NOTHING_GOES_OUT);
    }
}

/// What is said where something would be sent.
pub(super) const NOTHING_GOES_OUT: &str = "This is a replay: nothing is sent to the backend";

/// Does again what a line says of the user. What it wants of the world is left undone: the recording has the answers.
pub fn repeat(state: &mut State, record: &Record) {
    state.now = record.at();
    let mut out = Vec::new();
    match record {
        Record::Open { id: Some(id), .. } => {
            let key =
                state.inbox.all().iter().copied().find(|key| state.inbox.get(*key).is_some_and(|row| row.id == *id));
            if let Some(key) = key.filter(|key| state.open != Some(*key)) {
                open(state, key, &mut out);
            }
        }
        Record::Open { id: None, .. } => {
            state.open = None;
            state.composer.turn_to(None);
        }
        Record::Sending { client, key, text, at } => sending(state, client, *key, text, *at),
        _ => {}
    }
    state.dirty = true;
}

fn sending(state: &mut State, client: &Id, key: ConversationKey, text: &str, at: Timestamp) {
    if state.outbox.get(client).is_none() {
        let mut item = Outgoing::new(client.clone(), key, text.to_owned(), at);
        (item.attempted, item.fate, item.kept) = (Some(at), Fate::Sending, Kept::Memory);
        state.outbox.push(item);
    }
}

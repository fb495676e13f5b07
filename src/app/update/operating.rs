//! What an agent does to a conversation beside answering it, and what the backend says of it.

use super::{State, say, title_of};
use crate::backend::RestError;
use crate::chat::ConversationKey;
use crate::wire::{Operated, Operation};

/// The backend answered an operation: what it says of the conversation now is what the row says.
pub(super) fn operated(
    state: &mut State,
    key: ConversationKey,
    operation: &Operation,
    result: Result<Operated, RestError>,
) {
    match result {
        Ok(Operated { facts, .. }) => {
            if let Some(facts) = facts {
                state.inbox.change(key, |row| row.absorb(&facts));
                state.dirty = true;
            }
        }
        Err(error) => {
            let (name, what) = (title_of(state, key), what(operation));
            say(state, true, format!("{name}: {what}: {error}"));
        }
    }
}

/// What was not done, in words.
fn what(operation: &Operation) -> &'static str {
    match operation {
        Operation::Assign { .. } => "not assigned",
        Operation::Take { .. } => "not taken",
        Operation::Release => "not released",
        Operation::Labels { .. } | Operation::AddLabel { .. } | Operation::RemoveLabel { .. } => {
            "the labels were not changed"
        }
        Operation::Note { .. } => "the note was not kept",
        Operation::Priority { .. } => "the priority was not changed",
        Operation::Unread => "not marked as unread",
        Operation::Snooze { .. } => "not snoozed",
        Operation::Template { .. } => "the template was not sent",
        Operation::React { .. } => "the reaction was not sent",
    }
}

//! Putting a message into its conversation: the thread, the row, the count of what is unread.

use super::{Effect, State, attention, reading, sending, storing};
use crate::app::threads::{Anchor, Loading};
use crate::chat::thread::Inserted;
use crate::chat::{Content, ConversationFacts, ConversationKey, Direction, Message, Origin, Verdict};
use crate::text::Clean;

/// So many more than are kept may gather before the oldest go: trimming one at a time would cost each message.
const SLACK: usize = 500;

/// Puts a message into its conversation, and says what that was.
pub(super) fn place(
    state: &mut State,
    key: ConversationKey,
    mut message: Message,
    facts: &ConversationFacts,
    out: &mut Vec<Effect>,
) -> Verdict {
    message.origin = Origin::Live;
    let seen = message.ids.iter().any(|id| state.directory.conversation_of_message(id).is_some());
    state.directory.index_message(&message.ids, key);
    if !facts.ids.is_empty() {
        state.directory.observe(key, facts);
    }
    let parked = state.parked.take(&message.ids);
    let inbound = message.direction == Direction::Inbound;
    let keep = state.settings.thread_memory;
    let is_line = !matches!(message.content, Content::Reaction { .. });
    let message_at = message.created_at;
    let at = message.created_at.or(message.sent_at).unwrap_or(state.now);
    let preview = message.preview();
    let ids = message.ids.clone();
    let mut duplicate = seen;
    let mut out_of_order = false;
    let open = state.open == Some(key);
    let mut waits = None;
    state.keep.cached.remove(&key);
    let mut whole = (ids.is_empty() || state.threads.get(key).is_none()).then(|| message.clone());
    if let Some(view) = state.threads.get_mut(key) {
        if inbound {
            view.typing = None;
        }
        match view.change(|thread| thread.insert(message)) {
            Inserted::New { index, out_of_order: late } => {
                out_of_order = late;
                duplicate = false;
                view.unverified = true;
                if late && view.verified_to.is_some() {
                    view.thread.doubt_below(index, state.now);
                }
                if view.anchor != Anchor::End {
                    view.below += 1;
                } else if view.thread.len() > keep + SLACK {
                    view.change(|thread| thread.trim_to(keep));
                    view.older = Loading::Not;
                }
            }
            Inserted::Merged { changed, .. } => {
                duplicate = true;
                state.dirty |= open && changed;
            }
            Inserted::Reaction { index } => {
                // the message that it belongs to has changed; it is none itself
                whole = view.thread.get(index).cloned();
            }
            Inserted::ParkedReaction => {}
        }
        for update in parked {
            for id in ids.iter() {
                if view.thread.apply_status(id, &update) {
                    break;
                }
            }
        }
        state.dirty |= open && !duplicate;
        if view.latest == Loading::Done {
            waits = Some(crate::chat::waiting_since(&view.thread));
        }
    }
    state.missed.heard(key);
    match whole {
        Some(whole) => storing::remember_whole(state, key, whole),
        None => storing::remember(state, key, &ids),
    }
    if !inbound && state.outbox.unconfirmed(key).is_some() {
        sending::reconcile(state, key, out);
    }
    if duplicate {
        // The copy may be the one that knows when the backend stored it, as the echo of our own message does.
        let told = message_at.filter(|_| is_line).map(|at| (at, preview, inbound));
        raise(state, key, facts, told);
        return Verdict::Duplicate { key };
    }
    raise(state, key, facts, is_line.then_some((at, preview.clone(), inbound)));
    if let Some(since) = waits {
        state.inbox.set_wait(key, since);
    }
    if inbound {
        count_unread(state, key, message_at, preview, out);
    }
    match (open, out_of_order) {
        (_, true) => Verdict::OutOfOrder { key },
        (true, false) => Verdict::Routed { key },
        (false, false) => Verdict::Background { key },
    }
}

/// Moves a row to where its last message puts it, with what the event tells of the customer.
fn raise(
    state: &mut State,
    key: ConversationKey,
    facts: &ConversationFacts,
    line: Option<(jiff::Timestamp, Clean, bool)>,
) {
    state.inbox.change(key, |row| {
        row.absorb_person(facts);
        if let Some((at, preview, inbound)) = line {
            if row.last_at.is_none_or(|last| at >= last) {
                row.preview = Some(preview);
            }
            row.last_at = row.last_at.max(Some(at));
            if inbound {
                row.last_inbound_at = row.last_inbound_at.max(Some(at));
            }
        }
    });
    state.dirty = true;
}

/// Counts an inbound message that the user does not see, and tells them.
fn count_unread(
    state: &mut State,
    key: ConversationKey,
    written: Option<jiff::Timestamp>,
    body: Clean,
    out: &mut Vec<Effect>,
) {
    let counted_by_update = state.unread_owed.get_mut(&key).filter(|owed| **owed > 0);
    if let Some(owed) = counted_by_update {
        *owed -= 1;
    } else {
        state.inbox.change(key, |row| row.unread = row.unread.saturating_add(1));
    }
    if reading::in_view(state, key) {
        return reading::look(state, out);
    }
    attention::call(state, key, written, body, out);
}

//! Looking into threads that are not open: the service window and the waiting time of a row are counted from the
//! customer's last message, which some backends' rows do not tell. Only rows in view are looked into, a few at a time,
//! each once a connection, and never where a fetch marks a conversation as read.

use std::collections::HashMap;

use super::{Effect, State, storing, target};
use crate::app::layout;
use crate::app::threads::Loading;
use crate::backend::{Command, Page, Purpose, RestError, SessionState};
use crate::chat::{ConversationKey, waiting_since};
use crate::wire::ThreadPage;

/// At most this many threads are looked into at a time.
const AT_A_TIME: usize = 4;
/// So many messages of each.
const MESSAGES: u32 = 20;

/// What was looked into, and on which connection.
#[derive(Debug, Default)]
pub struct Peeked {
    asked: HashMap<ConversationKey, u32>,
    in_flight: Vec<ConversationKey>,
}

/// Looks into the rows in view whose customer's last message is not known.
pub(super) fn peek(state: &mut State, out: &mut Vec<Effect>) {
    let live = matches!(state.session.state, SessionState::Live | SessionState::Silent { .. });
    if !state.peek || !live || state.list != Loading::Done || state.peeked.in_flight.len() >= AT_A_TIME {
        return;
    }
    let Some(parts) = layout::rects(state).list_parts else { return };
    let shown = state.inbox.shown();
    let top = layout::list_top(state.inbox.selected_index(), shown.len(), parts.page());
    let epoch = state.session.epoch;
    let unknown: Vec<ConversationKey> = shown
        .iter()
        .skip(top)
        .take(parts.page())
        .copied()
        .filter(|key| state.open != Some(*key) && state.peeked.asked.get(key) != Some(&epoch))
        .filter(|key| state.inbox.get(*key).is_some_and(|row| row.last_inbound_at.is_none() && row.last_at.is_some()))
        .take(AT_A_TIME - state.peeked.in_flight.len())
        .collect();
    for key in unknown {
        let Some(target) = target(state, key) else { continue };
        state.peeked.asked.insert(key, epoch);
        state.peeked.in_flight.push(key);
        let (page, purpose) = (Page::Latest, Purpose::Asked);
        out.push(Effect::Backend(Command::FetchThread { target, page, limit: MESSAGES, purpose }));
    }
}

/// A thread came: what it tells of a row whose thread is not kept.
pub(super) fn answered(state: &mut State, key: ConversationKey, result: &Result<ThreadPage, RestError>) {
    let Some(at) = state.peeked.in_flight.iter().position(|asked| *asked == key) else { return };
    state.peeked.in_flight.remove(at);
    let (Ok(page), None) = (result, state.threads.get(key)) else { return };
    // in the order of a thread, whatever the order of the answer
    let mut thread = crate::chat::Thread::default();
    for message in &page.messages {
        thread.insert(message.clone());
        storing::remember_whole(state, key, message.clone());
    }
    let inbound = thread.newest_inbound_at();
    state.inbox.change(key, |row| row.last_inbound_at = row.last_inbound_at.max(inbound));
    if !thread.is_empty() {
        state.inbox.set_wait(key, waiting_since(&thread));
    }
    state.dirty = true;
}

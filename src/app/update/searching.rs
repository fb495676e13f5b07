//! Searching the cache: what is asked for while the user types, going to a hit, and on to the next one.

use super::{Effect, State, actions, say, storing};
use crate::app::finding::Finding;
use crate::app::state::{Focus, Overlay};
use crate::app::threads::{Anchor, Loading};
use crate::app::{layout, rows};
use crate::chat::thread::PageEdge;
use crate::chat::{ConversationKey, Id, Message, MessageIds};
use crate::store::{Command, Hit};
use crate::text::Clean;

/// At most so many hits.
const MOST_HITS: u32 = 200;
/// So many messages before a hit and after it are loaded, where its thread does not have it.
const BEFORE: u32 = 60;
const AFTER: u32 = 2_000;

/// Opens the search: in one conversation, or in all.
pub(super) fn open(state: &mut State, within: Option<ConversationKey>, out: &mut Vec<Effect>) {
    // what was received a moment ago is to be found as well
    storing::flush(state, out);
    let again = state.finding.as_ref().filter(|finding| finding.within == within);
    let (search, chosen) = again.map_or((String::new(), 0), |finding| (finding.query.clone(), finding.at));
    state.panels.overlay = Some(Overlay::Search { search, chosen, within, found: None });
}

/// Asks for what is typed, if it was not asked for yet.
pub(super) fn ask(state: &State, before: Option<&Overlay>, out: &mut Vec<Effect>) {
    let Some(Overlay::Search { search, within, .. }) = &state.panels.overlay else { return };
    let asked = match before {
        Some(Overlay::Search { search, within, .. }) => Some((search, within)),
        _ => None,
    };
    if asked == Some((search, within)) || search.trim().is_empty() {
        return;
    }
    let within = within.and_then(|key| state.inbox.get(key)).map(|row| row.id.clone());
    out.push(Effect::Store(Command::Search { query: search.clone(), within, limit: MOST_HITS }));
}

/// What the store found; an answer to something that was typed before counts no more.
pub(super) fn found(state: &mut State, query: &str, within: Option<&Id>, hits: Vec<Hit>) {
    let inbox = &state.inbox;
    if let Some(Overlay::Search { search, chosen, within: in_key, found }) = &mut state.panels.overlay
        && search == query
        && in_key.and_then(|key| inbox.get(key)).map(|row| &row.id) == within
    {
        *chosen = (*chosen).min(hits.len().saturating_sub(1));
        *found = Some((query.to_owned(), hits));
    }
}

/// Enter: goes to the chosen hit.
pub(super) fn take(state: &mut State, out: &mut Vec<Effect>) {
    let Some(Overlay::Search { chosen, within, found, .. }) = &state.panels.overlay else { return };
    let Some((query, hits)) = found.clone().filter(|(_, hits)| !hits.is_empty()) else { return };
    let finding = Finding { query, within: *within, at: (*chosen).min(hits.len() - 1), hits };
    state.panels.overlay = None;
    state.finding = Some(finding);
    go(state, out);
}

/// Goes on to the next hit (an older message) or back; `false` when nothing was searched for.
pub(super) fn step(state: &mut State, forward: bool, out: &mut Vec<Effect>) -> bool {
    let Some(finding) = &mut state.finding else { return false };
    let last = finding.hits.len().saturating_sub(1);
    let to = if forward { finding.at + 1 } else { finding.at.wrapping_sub(1) };
    if to > last {
        let where_to = if forward { "oldest" } else { "newest" };
        say(state, false, format!("That was the {where_to} hit"));
        return true;
    }
    finding.at = to;
    go(state, out);
    true
}

/// Shows the hit with what stands around it.
fn go(state: &mut State, out: &mut Vec<Effect>) {
    let Some(finding) = &state.finding else { return };
    let (at, count) = (finding.at, finding.hits.len());
    let Some(hit) = finding.hits.get(at).cloned() else { return };
    let key = storing::key_of(state, &hit.conversation)
        .or_else(|| hit.row.as_ref().and_then(|row| storing::take_in(state, row, out)));
    let Some(key) = key else {
        return say(state, true, "The conversation of this message is not known any more");
    };
    actions::enter(state, key, out);
    state.focus = Focus::Thread;
    say(state, false, format!("Hit {} of {count}", at + 1));
    if !show(state, key, &hit.ids) {
        let (before, after) = (BEFORE, AFTER);
        out.push(Effect::Store(Command::LoadAround {
            key,
            conversation: hit.conversation,
            ids: hit.ids,
            before,
            after,
        }));
    }
}

/// The part of a thread around a hit came from the cache.
pub(super) fn around(state: &mut State, key: ConversationKey, ids: &MessageIds, messages: Vec<Message>) {
    for message in &messages {
        state.directory.index_message(&message.ids, key);
    }
    let Some(view) = state.threads.get_mut(key) else { return };
    let first = view.thread.get(0).and_then(|message| message.ids.iter().next().cloned());
    let settled = view.latest == Loading::Done && !view.cached;
    let paged = view.change(|thread| thread.page_in(storing::as_history(messages), PageEdge::Cached));
    view.cached |= paged.added > 0 && !settled;
    if settled
        && paged.added > 0
        && let Some(index) = first.and_then(|id| view.thread.index_of(&id))
    {
        // what the cache has may have holes: what the backend told begins here
        view.change(|thread| thread.gap_above(index));
    }
    if !show(state, key, ids) {
        say(state, true, "This message is not in the cache any more");
    }
}

/// Puts the cursor on a message and brings it into view, with some of what stands before it.
fn show(state: &mut State, key: ConversationKey, ids: &MessageIds) -> bool {
    let Some(view) = state.threads.get(key) else { return false };
    let Some(index) = ids.iter().find_map(|id| view.thread.index_of(id)) else { return false };
    let above = layout::rects(state).thread.map_or(0, |area| isize::try_from(area.height / 3).unwrap_or(0));
    let Some(view) = state.threads.get_mut(key) else { return false };
    view.anchor = Anchor::At { index, row: 0 };
    view.settled = None;
    let Some(view) = state.threads.get(key) else { return false };
    let anchor = rows::scrolled(state, view, -above);
    if let Some(view) = state.threads.get_mut(key) {
        view.anchor = anchor;
        view.cursor = Some(index);
    }
    state.dirty = true;
    true
}

/// The words that are marked in the open thread.
pub fn marked(state: &State) -> Vec<String> {
    match (&state.panels.overlay, &state.finding) {
        (None, Some(finding)) => finding.terms(),
        _ => Vec::new(),
    }
}

/// What a search shows when it finds nothing.
pub fn nothing_found(state: &State, search: &str) -> Clean {
    match &state.keep.stage {
        crate::app::Stage::Broken(what) => what.clone(),
        _ if search.trim().is_empty() => Clean::default(),
        _ => Clean::line("Nothing in the cache has these words."),
    }
}

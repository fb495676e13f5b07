//! Searching the cache and at the backend: what is asked for while the user types, going to a hit, and on to the next.

use std::time::Duration;

use super::{Effect, State, actions, lists, say, storing, waiting};
use crate::app::finding::{self, Finding, Remote, Results, Seeking};
use crate::app::msg::Timer;
use crate::app::state::{Focus, Overlay};
use crate::app::threads::{Anchor, Loading};
use crate::app::{layout, rows};
use crate::backend::{self, RestError};
use crate::chat::thread::PageEdge;
use crate::chat::{ConversationKey, Id, Message, MessageIds};
use crate::store::{Command, Hit};
use crate::text::Clean;
use crate::wire::Found;

/// At most so many hits.
const MOST_HITS: u32 = 200;
/// So many messages before a hit and after it are loaded, where its thread does not have it.
const BEFORE: u32 = 60;
const AFTER: u32 = 2_000;
/// The backend is asked when nothing was typed for so long.
const TYPING_PAUSE: Duration = Duration::from_millis(250);
/// A hit is looked for in so many pages of older messages; each is as long as all that is here and more.
const MOST_PAGES: u32 = 20;

/// Opens the search: in one conversation, or in all.
pub(super) fn open(state: &mut State, within: Option<ConversationKey>, out: &mut Vec<Effect>) {
    // what was received a moment ago is to be found as well
    storing::flush(state, out);
    let again = state.finding.as_ref().filter(|finding| finding.within == within);
    let (search, chosen) = again.map_or((String::new(), 0), |finding| (finding.query.clone(), finding.at));
    state.panels.overlay = Some(Overlay::Search { search, chosen, within, found: None });
}

/// Asks for what is typed, if it was not asked for yet: the cache at once, the backend after a moment.
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
    if state.offers.search {
        out.push(Effect::Wake { after: TYPING_PAUSE, timer: Timer::Search });
    }
}

/// The backend is asked for what is typed.
pub(super) fn ask_backend(state: &mut State, out: &mut Vec<Effect>) {
    let connected = state.session.state.is_connected();
    let Some(Overlay::Search { search, found, .. }) = &mut state.panels.overlay else { return };
    if search.trim().is_empty() {
        return;
    }
    let results = of_query(found, search);
    if connected {
        results.remote = Remote::Asked;
        out.push(Effect::Backend(backend::Command::Search { query: search.clone(), limit: MOST_HITS }));
    } else {
        results.remote = Remote::Failed(Clean::line("not connected"));
    }
    state.dirty = true;
}

/// The results of this query; those of an older one give way.
fn of_query<'a>(found: &'a mut Option<Results>, query: &str) -> &'a mut Results {
    if found.as_ref().is_some_and(|found| found.query != query) {
        *found = None;
    }
    found.get_or_insert_with(|| Results::of(query))
}

/// What the store found; an answer to something that was typed before counts no more.
pub(super) fn found(state: &mut State, query: &str, within: Option<&Id>, hits: Vec<Hit>) {
    let inbox = &state.inbox;
    if let Some(Overlay::Search { search, chosen, within: in_key, found }) = &mut state.panels.overlay
        && search == query
        && in_key.and_then(|key| inbox.get(key)).map(|row| &row.id) == within
    {
        let again = found.as_ref().is_some_and(|found| found.query == query);
        change(of_query(found, query), chosen, again, |results| results.add_cached(hits));
    }
}

/// What the backend found, or why it did not; the same holds.
pub(super) fn found_remotely(state: &mut State, query: &str, result: Result<Vec<Found>, RestError>) {
    state.dirty = true;
    let Some(Overlay::Search { search, chosen, within, found }) = &mut state.panels.overlay else { return };
    if search != query {
        return;
    }
    let results = of_query(found, query);
    match result {
        Ok(mut all) => {
            if let Some(key) = *within {
                let names = state.directory.declared_ids(key);
                let row = state.inbox.get(key).map(|row| &row.id);
                all.retain(|one| one.ids.iter().any(|named| names.contains(&named.id) || Some(&named.id) == row));
            }
            change(results, chosen, true, |results| results.add_remote(all));
        }
        Err(why) => results.remote = Remote::Failed(Clean::line(&why.to_string())),
    }
}

/// Changes the results; the chosen one stays the chosen one, wherever it stands now.
fn change(results: &mut Results, chosen: &mut usize, stay: bool, with: impl FnOnce(&mut Results)) {
    let had = results.hits.get(*chosen).filter(|_| stay && *chosen > 0).map(|hit| hit.shown.ids.clone());
    with(results);
    let again = had.and_then(|ids| results.hits.iter().position(|hit| hit.shown.ids == ids));
    *chosen = again.unwrap_or(*chosen).min(results.hits.len().saturating_sub(1));
}

/// Enter: goes to the chosen hit.
pub(super) fn take(state: &mut State, out: &mut Vec<Effect>) {
    let Some(Overlay::Search { chosen, within, found, .. }) = &state.panels.overlay else { return };
    let Some(Results { query, hits, .. }) = found.clone().filter(|found| !found.hits.is_empty()) else { return };
    let finding = Finding { query, within: *within, at: (*chosen).min(hits.len() - 1), hits, seeking: None };
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

/// The conversation of a hit, if it is in the list.
pub fn conversation_of(state: &State, hit: &finding::Hit) -> Option<ConversationKey> {
    std::iter::once(&hit.shown.conversation).chain(&hit.names).find_map(|id| storing::key_of(state, id))
}

/// Shows the hit with what stands around it: from the thread, from the cache, or with what is fetched for it.
fn go(state: &mut State, out: &mut Vec<Effect>) {
    let Some(finding) = &mut state.finding else { return };
    finding.seeking = None;
    let (at, count) = (finding.at, finding.hits.len());
    let Some(hit) = finding.hits.get(at).cloned() else { return };
    let key = conversation_of(state, &hit)
        .or_else(|| hit.shown.row.as_ref().and_then(|row| storing::take_in(state, row, out)));
    let Some(key) = key else {
        let id = hit.shown.conversation;
        if hit.remote.is_some() && waiting::ask_for(state, &id, out) {
            seek(state, Seeking::Conversation(id));
            return say(state, false, "Fetching the conversation of this message");
        }
        return say(state, true, "The conversation of this message is not known any more");
    };
    actions::enter(state, key, out);
    state.focus = Focus::Thread;
    say(state, false, format!("Hit {} of {count}", at + 1));
    if show(state, key, &hit.shown.ids) {
        return;
    }
    if hit.cached {
        let (before, after) = (BEFORE, AFTER);
        let conversation = hit.shown.conversation;
        out.push(Effect::Store(Command::LoadAround { key, conversation, ids: hit.shown.ids, before, after }));
    } else {
        seek(state, Seeking::Older(MOST_PAGES));
        follow(state, out);
    }
}

fn seek(state: &mut State, seeking: Seeking) {
    if let Some(finding) = &mut state.finding {
        finding.seeking = Some(seeking);
    }
}

/// The hit that the user went to last.
fn current(state: &State) -> Option<finding::Hit> {
    let finding = state.finding.as_ref()?;
    finding.hits.get(finding.at).cloned()
}

/// A conversation was fetched, or was not: a hit in it may have waited for that.
pub(super) fn conversation_came(state: &mut State, id: &Id, failed: Option<&Clean>, out: &mut Vec<Effect>) {
    let waits = state.finding.as_ref().and_then(|finding| finding.seeking.clone());
    if waits != Some(Seeking::Conversation(id.clone())) {
        return;
    }
    let known = current(state).and_then(|hit| conversation_of(state, &hit)).is_some();
    match failed {
        None if known => go(state, out),
        None => say(state, true, "The backend fetched another conversation than that of this message"),
        Some(why) => say(state, true, format!("This message cannot be shown: {why}")),
    }
}

/// Older messages came, or could not: the hit is among them, or the next page is fetched.
pub(super) fn follow(state: &mut State, out: &mut Vec<Effect>) {
    let Some(Seeking::Older(left)) = state.finding.as_ref().and_then(|finding| finding.seeking.clone()) else { return };
    let stop = |state: &mut State| state.finding.iter_mut().for_each(|finding| finding.seeking = None);
    let Some(hit) = current(state) else { return stop(state) };
    let key = conversation_of(state, &hit).filter(|key| state.open == Some(*key));
    let Some(key) = key else { return stop(state) };
    if show(state, key, &hit.shown.ids) {
        return stop(state);
    }
    let Some(view) = state.threads.get(key) else { return stop(state) };
    let ended = matches!(view.older, Loading::Done | Loading::Failed(_)) || matches!(view.latest, Loading::Failed(_));
    if view.latest == Loading::Done && (left == 0 || ended) {
        stop(state);
        // it is shown by itself, with a gap after it
        if let Some(message) = hit.remote {
            around(state, key, &hit.shown.ids, vec![*message], out);
        }
        return;
    }
    if view.latest == Loading::Done && view.older != Loading::Asked {
        seek(state, Seeking::Older(left - 1));
        lists::fetch_older(state, out);
    }
}

/// The part of a thread around a hit came from the cache.
pub(super) fn around(
    state: &mut State,
    key: ConversationKey,
    ids: &MessageIds,
    messages: Vec<Message>,
    out: &mut Vec<Effect>,
) {
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
    if show(state, key, ids) {
        return;
    }
    if current(state).is_some_and(|hit| hit.remote.is_some() && hit.shown.ids == *ids) && state.open == Some(key) {
        seek(state, Seeking::Older(MOST_PAGES));
        return follow(state, out);
    }
    say(state, true, "This message is not in the cache any more");
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
pub fn nothing_found(state: &State, found: &Results) -> Clean {
    match (&state.keep.stage, &found.remote) {
        _ if found.query.trim().is_empty() => Clean::default(),
        (_, Remote::Asked) => Clean::line("Nothing in the cache so far; asking the backend."),
        (_, Remote::Done) => Clean::line("Neither the cache nor the backend has a message with these words."),
        (crate::app::Stage::Broken(what), _) => what.clone(),
        _ => Clean::line("Nothing in the cache has these words."),
    }
}

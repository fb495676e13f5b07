//! Answers of the REST API: the list and the threads.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::{
    Effect, State, attention, fetch_latest, mending, queue, reading, say, sending, storing, title_of, waiting, watch,
};
use crate::app::outbox::{Fate, Outgoing};
use crate::app::threads::Loading;
use crate::backend::{Command, Page, Purpose, RestError};
use crate::chat::directory::{Conflict, NameOrigin};
use crate::chat::thread::PageEdge;
use crate::chat::{Conversation, ConversationFacts, ConversationKey, Direction, Id, Message, MessageIds, Origin};
use crate::inspect::evidence;
use crate::text::Clean;
use crate::wire::{ListPage, ThreadPage};

/// What a poll has found and no event has brought so far.
#[derive(Debug, Default)]
pub struct Missed {
    suspects: Vec<ConversationKey>,
    /// The last ones that were found, for the diagnosis.
    found: VecDeque<evidence::Missed>,
}

/// So many finds are remembered.
const MOST_FOUND: usize = 100;

impl Missed {
    /// An event about this conversation came after all.
    pub(super) fn heard(&mut self, key: ConversationKey) {
        self.suspects.retain(|suspect| *suspect != key);
    }

    /// REST had this and no event brought it.
    fn find(&mut self, key: ConversationKey, message: Vec<Id>, found: Timestamp) {
        if self.found.len() >= MOST_FOUND {
            self.found.pop_front();
        }
        self.found.push_back(evidence::Missed { key, message, found });
    }

    /// What was found last, oldest first.
    pub fn found(&self) -> impl Iterator<Item = &evidence::Missed> {
        self.found.iter()
    }
}

/// The list came, or did not.
pub(super) fn list(state: &mut State, purpose: Purpose, result: Result<ListPage, RestError>, out: &mut Vec<Effect>) {
    state.dirty = true;
    let page = match result {
        Ok(page) => page,
        Err(error) => {
            if state.list != Loading::Done {
                state.list = Loading::Failed(Clean::line(&error.to_string()));
            }
            state.list_failure = Some(error);
            return;
        }
    };
    let confirmed: Vec<ConversationKey> = std::mem::take(&mut state.missed.suspects);
    let mut rows = Vec::with_capacity(page.rows.len());
    let mut merges = Vec::new();
    let mut told = Vec::new();
    let mut listing = storing::Listing::default();
    let limit = usize::try_from(state.settings.list_limit).unwrap_or(usize::MAX);
    if page.rows.len() + page.unreadable.len() >= limit || page.next.is_some() {
        listing.reaches = Some(page.rows.iter().map(|row| row.last_at).min().flatten());
    }
    let mut ahead = Vec::new();
    for facts in &page.rows {
        let learned = state.directory.learn(facts, NameOrigin::Declared);
        merges.extend(learned.merged);
        for conflict in &learned.conflicts {
            in_conflict(state, conflict);
        }
        let key = learned.key;
        told.extend(facts.unread.map(|unread| (key, unread)));
        listing.keys.insert(key);
        if let Some(row) = storing::confirmed(state, key, facts, out) {
            rows.push(row);
        } else if let Some(old) = state.inbox.get(key) {
            let moved = facts.last_at > old.last_at && facts.unread.unwrap_or(0) > old.unread;
            if moved && purpose == Purpose::Drift {
                state.missed.suspects.push(key);
            }
            if mending::is_ahead(old, facts) {
                ahead.push(key);
            }
            let mut row = absorbed(state, old, facts);
            // a page holds what the list says, whatever an event or a thread said before
            if let Some(page_id) = &facts.page_id {
                row.page_id.clone_from(page_id);
            }
            rows.push(row);
        } else if let Some(row) = Conversation::from_facts(key, facts) {
            rows.push(row);
        }
    }
    state.unread_owed.clear();
    let unread_before = attention::before_list(state, purpose);
    state.inbox.put_all(rows);
    storing::mute_kept(state);
    attention::after_list(state, unread_before, out);
    for (key, unread) in told {
        state.inbox.told_unread(key, unread);
    }
    merged(state, &merges, out);
    state.list = Loading::Done;
    state.list_failure = None;
    storing::forget_the_gone(state, &listing, out);
    state.keep.listed = Some(listing);
    storing::watch_again(state, out);
    if let Some(error) = page.unreadable.first() {
        say(state, true, format!("{} rows of the list could not be read: {error}", page.unreadable.len()));
    }
    mending::behind(state, &ahead, purpose, out);
    if purpose == Purpose::Drift && !state.open.is_some_and(|open| ahead.contains(&open)) {
        mending::verify(state, out);
    }
    mending::all_again(state, out);
    mending::route_again(state, out);
    let count = u32::try_from(confirmed.len()).unwrap_or(u32::MAX);
    for key in confirmed {
        state.missed.find(key, Vec::new(), state.now);
    }
    if count > 0 {
        out.push(Effect::Backend(Command::Missed { count }));
        if !state.join_recent {
            // The account's room brought nothing for these: an older backend broadcasts to each conversation's room alone.
            state.join_recent = true;
            watch(state, out);
        }
    }
}

/// Two conversations claim one name.
fn in_conflict(state: &mut State, conflict: &Conflict) {
    let names: Vec<String> = conflict.keys.iter().map(|key| title_of(state, *key).to_string()).collect();
    let (id, names) = (conflict.id.shown(), names.join(" and "));
    say(state, true, format!("{names} both go by the id {id}: nothing is routed by it"));
}

/// Learns a conversation from one object and puts its row into the list.
pub(super) fn put(
    state: &mut State,
    facts: &ConversationFacts,
    origin: NameOrigin,
    out: &mut Vec<Effect>,
) -> ConversationKey {
    let learned = state.directory.learn(facts, origin);
    merged(state, &learned.merged, out);
    for conflict in &learned.conflicts {
        in_conflict(state, conflict);
    }
    let key = learned.key;
    if let Some(row) = storing::confirmed(state, key, facts, out) {
        state.inbox.put(row);
        state.dirty = true;
        return key;
    }
    match state.inbox.get(key).cloned() {
        Some(row) => {
            let row = absorbed(state, &row, facts);
            state.inbox.put(row);
        }
        None => {
            if let Some(row) = Conversation::from_facts(key, facts) {
                state.inbox.put(row);
                mending::route_again(state, out);
            }
        }
    }
    if let Some(unread) = facts.unread {
        state.inbox.told_unread(key, unread);
    }
    state.dirty = true;
    key
}

/// A row with what a row of the backend says of it. What is unread is counted here: the backend is believed where it
/// has a newer message than we know of, and never when it counts less, for its answer may be older than an event. A
/// count that differs is shown beside ours.
fn absorbed(state: &State, old: &Conversation, facts: &ConversationFacts) -> Conversation {
    let mut row = old.clone();
    row.absorb(facts);
    let theirs = std::mem::replace(&mut row.unread, old.unread);
    let newer = row.last_at > old.last_at;
    if newer && state.open != Some(old.key) && !reading::is_being_told(state, old.key) {
        row.unread = old.unread.max(theirs);
    }
    row
}

/// Two rows turned out to be one conversation: everything of the one that is gone moves to the one that is kept.
pub(super) fn merged(state: &mut State, merges: &[(ConversationKey, ConversationKey)], out: &mut Vec<Effect>) {
    for (gone, kept) in merges {
        let name = title_of(state, *kept);
        let id = |key: ConversationKey| state.inbox.get(key).map(|row| row.id.clone());
        if let (Some(gone), Some(kept)) = (id(*gone), id(*kept)) {
            out.push(Effect::Store(crate::store::Command::Merge { gone, kept }));
        }
        state.outbox.move_to(*gone, *kept);
        state.keep.cached.remove(gone);
        state.inbox.remove(*gone);
        state.visits.forget(*gone);
        state.composer.move_draft(*gone, *kept);
        if let Some(view) = state.threads.remove(*gone) {
            let kept_view = state.threads.open(*kept);
            kept_view.change(|thread| {
                for message in view.thread.iter() {
                    thread.insert(message.clone());
                }
            });
            kept_view.latest = Loading::Not;
        }
        if state.open == Some(*gone) {
            state.open = None;
            super::open(state, *kept, out);
            say(state, false, format!("This conversation was merged into {name}"));
        }
    }
}

/// What was asked of a thread.
pub(super) struct Asked {
    pub(super) page: Page,
    pub(super) limit: u32,
    pub(super) purpose: Purpose,
    pub(super) epoch: u32,
}

/// A stretch of a thread came, or did not.
pub(super) fn thread(
    state: &mut State,
    key: ConversationKey,
    asked: &Asked,
    result: Result<ThreadPage, RestError>,
    out: &mut Vec<Effect>,
) {
    let Asked { page, limit, purpose, epoch } = asked;
    state.dirty = true;
    let answer = match result {
        Ok(answer) => answer,
        Err(error) => {
            let reason = Clean::line(&error.to_string());
            let for_gap = matches!(page, Page::Before { message, .. } if mending::is_for_gap(state, key, message));
            if let Some(view) = state.threads.get_mut(key) {
                match page {
                    Page::Latest => view.latest = Loading::Failed(reason),
                    // The gap stays, and says which key tries again.
                    Page::Before { .. } if for_gap => {
                        view.older = view.older.not_asked();
                        view.gap_lost = matches!(error, RestError::Unreachable { .. });
                        view.gap_failed = Some(reason);
                    }
                    Page::Before { .. } => view.older = Loading::Failed(reason),
                }
            }
            if *page == Page::Latest {
                mending::later(state, key, &error, out);
            }
            return;
        }
    };
    if let Some(facts) = &answer.facts
        && put(state, facts, NameOrigin::Declared, out) != key
    {
        let name = title_of(state, key);
        if let Some(view) = state.threads.get_mut(key) {
            view.latest = Loading::Failed(Clean::line("the backend answered with another conversation's messages"));
        }
        return say(state, true, format!("The backend answered with another conversation's messages for {name}"));
    }
    if *page == Page::Latest {
        let connected = crate::app::traffic::connected_since(state);
        state.traffic.drift.page(key, &answer.messages, state.live_since, connected, state.now);
    }
    let mut parked = Vec::new();
    for message in &answer.messages {
        state.directory.index_message(&message.ids, key);
        let updates = state.parked.take(&message.ids);
        if !updates.is_empty() {
            parked.push((message.ids.clone(), updates));
        }
    }
    let told = answer.messages.len();
    let mut kept: Vec<Message> = Vec::with_capacity(told);
    for message in answer.messages {
        match being_sent(state, key, &message) {
            Some(client) => waiting::hold_stored(state, client, key, message),
            None => kept.push(message),
        }
    }
    let (live_since, now) = (state.live_since, state.now);
    let for_gap = matches!(page, Page::Before { message, .. } if mending::is_for_gap(state, key, message));
    let Some(view) = state.threads.get_mut(key) else { return };
    let mut progress = false;
    let first_time = view.latest != Loading::Done && (view.thread.is_empty() || view.cached);
    let unread = usize::try_from(state.inbox.get(key).map_or(0, |row| row.unread)).unwrap_or(0);
    let mut missed = 0;
    for message in &mut kept {
        let late = *purpose == Purpose::Drift
            && message.direction == Direction::Inbound
            && !view.thread.contains(&message.ids)
            && live_since.is_some_and(|since| message.created_at.is_some_and(|at| at > since));
        message.origin = if late { Origin::Missed } else { Origin::History };
        missed += u32::from(late);
        if late {
            state.missed.find(key, message.ids.iter().cloned().collect(), state.now);
        }
    }
    let ids: Vec<MessageIds> = kept.iter().map(|message| message.ids.clone()).collect();
    // A backend that counts pages says whether this was the first; elsewhere fewer than were asked for are all.
    let start = answer.start.unwrap_or(told < usize::try_from(*limit).unwrap_or(usize::MAX));
    match page {
        Page::Latest => {
            if view.thread.iter().all(|message| message.origin == Origin::Local) {
                // what waits to be sent stood here alone; the pane begins anew
                view.settled = None;
            }
            if std::mem::take(&mut view.cached) {
                view.refresh(kept, start);
            } else {
                view.change(|thread| thread.page_in(kept, PageEdge::Latest { start }));
            }
            view.latest = Loading::Done;
            view.epoch = *epoch;
            let (newest, oldest) = (ids.last(), ids.first());
            let name = |ids: Option<&MessageIds>| ids.and_then(|ids| ids.iter().next().cloned());
            let told = |had: &Id| ids.iter().any(|ids| ids.iter().any(|id| id == had));
            let verified = std::mem::replace(&mut view.verified_to, name(newest));
            // More came than this stretch holds: what no event brought may lie before it.
            if let (true, Some(oldest)) = (view.unverified && !start, name(oldest))
                && !verified.as_ref().is_some_and(told)
            {
                let reached = view.thread.reaches_start();
                view.change(|thread| thread.doubt(verified.as_ref(), &oldest, now));
                if reached && !view.thread.reaches_start() {
                    view.older = Loading::Not;
                }
            }
            view.unverified = !mending::is_told(&view.thread, &ids)
                || state.inbox.get(key).is_some_and(|row| mending::is_row_ahead(row, &view.thread));
            if first_time {
                view.mark_new(unread);
            }
        }
        Page::Before { message, .. } => {
            let first = answer.start == Some(true);
            // Nothing new before the first message is the end; before another one it says nothing about that.
            let from_first = view.thread.index_of(message) == Some(0);
            let edge = PageEdge::Before { message: message.clone(), start: first };
            let gaps = view.thread.gaps();
            let paged = view.change(|thread| thread.page_in(kept, edge));
            // A stretch that events had brought already makes a gap smaller too.
            progress = for_gap && (paged.added > 0 || view.thread.gaps() != gaps);
            if !for_gap || first {
                let ended = first || (paged.added == 0 && from_first);
                view.older = if ended { Loading::Done } else { Loading::Not };
            } else {
                // It may have been asked for as what lies before the first message, which is the first no more.
                view.older = view.older.not_asked();
            }
        }
    }
    for (ids, updates) in parked {
        for update in updates {
            ids.iter().any(|id| view.thread.apply_status(id, &update));
        }
    }
    let inbound = view.thread.newest_inbound_at();
    let waits = crate::chat::waiting_since(&view.thread);
    for ids in ids {
        storing::remember(state, key, &ids);
    }
    state.inbox.change(key, |row| row.last_inbound_at = row.last_inbound_at.max(inbound));
    state.inbox.set_wait(key, waits);
    if let Some(error) = answer.unreadable.first() {
        say(state, true, format!("{} messages could not be read: {error}", answer.unreadable.len()));
    }
    if missed > 0 {
        out.push(Effect::Backend(Command::Missed { count: missed }));
    }
    match page {
        Page::Latest => mending::close_gaps(state, key, out),
        Page::Before { .. } if progress => mending::close_more(state, key, out),
        Page::Before { .. } => {}
    }
    sending::reconcile(state, key, out);
    if *page == Page::Latest {
        queue::looked(state, key, out);
    }
    reading::look(state, out);
}

/// The text of ours that a stored message is, while its answer is awaited: it is shown already.
fn being_sent(state: &State, key: ConversationKey, message: &Message) -> Option<Id> {
    let mut sending = state.outbox.items().iter().filter(|item| item.key == key && item.fate == Fate::Sending);
    let is_it = |item: &&Outgoing| {
        item.is_said_by(message)
            && item.attempted.is_some_and(|at| message.created_at.is_none_or(|stored| stored >= at - sending::SKEW))
    };
    sending.find(is_it).map(|item| item.client.clone())
}

/// The user scrolled to the beginning of what is here: ask for what lies before.
pub(super) fn fetch_older(state: &mut State, out: &mut Vec<Effect>) {
    let Some(key) = state.open else { return };
    let Some(target) = super::target(state, key) else { return };
    let step = state.settings.thread_limit;
    let offline = !state.session.state.is_connected();
    let Some(view) = state.threads.get_mut(key) else { return };
    if offline && view.older != Loading::Asked {
        view.older = Loading::Asked;
        let limit = u32::try_from(view.thread.len()).unwrap_or(u32::MAX).saturating_add(step);
        state.dirty = true;
        return storing::load(state, key, limit, out);
    }
    if matches!(view.older, Loading::Asked | Loading::Done) || view.latest != Loading::Done {
        return;
    }
    let Some((message, at)) = view.thread.iter().find_map(|m| m.ids.id.clone().map(|id| (id, m.created_at))) else {
        return;
    };
    view.older = Loading::Asked;
    // A backend that cannot page back answers with its newest `limit` messages: ask for enough to reach further.
    let limit = u32::try_from(view.thread.len()).unwrap_or(u32::MAX).saturating_add(step);
    let page = Page::Before { message, at };
    out.push(Effect::Backend(Command::FetchThread { target, page, limit, purpose: Purpose::Asked }));
    state.dirty = true;
}

/// The user asks for a gap to be closed, or a failed fetch to be tried again.
pub(super) fn fetch_gap(state: &mut State, out: &mut Vec<Effect>) {
    let Some(key) = state.open else { return };
    if let Some(view) = state.threads.get_mut(key) {
        (view.latest, view.gap_failed) = (Loading::Not, None);
        if matches!(view.older, Loading::Failed(_)) {
            view.older = Loading::Not;
        }
    }
    fetch_latest(state, key, out);
}

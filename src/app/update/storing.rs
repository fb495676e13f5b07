//! What goes to the store and what comes from it: the cache, the drafts, where the user stands.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::{Effect, State, lists, queue, reading, say, searching, sending, watch};
use crate::app::composer::Mode;
use crate::app::keep::{Stage, Unsaved};
use crate::app::msg::Timer;
use crate::app::outbox::{Kept, Outgoing};
use crate::app::state::Focus;
use crate::app::threads::{Anchor, Loading};
use crate::backend::SessionState;
use crate::chat::directory::NameOrigin;
use crate::chat::thread::PageEdge;
use crate::chat::{
    Conversation, ConversationFacts, ConversationKey, Evidence, Id, Message, MessageIds, NamedId, Origin, Outcome,
};
use crate::store::{Command, OutboxRow, Position, Reply, StoredConversation};
use crate::text::Clean;

/// The store is given what changed this much after the first change.
const GATHER: Duration = Duration::from_secs(1);
/// At most so many messages at a time, so that no key waits for them; the others follow at once.
const AT_A_TIME: usize = 500;
const AT_ONCE: Duration = Duration::from_millis(20);
/// The time of the cache is noted this often, and at the end.
const STEP: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);

/// The store answers.
pub(super) fn replied(state: &mut State, reply: Reply, out: &mut Vec<Effect>) {
    match reply {
        Reply::Opened { set_aside } => {
            state.keep.stage = Stage::Open;
            state.keep.trouble = None;
            if let Some(path) = set_aside {
                let what = "drafts and waiting messages that could be read were taken over";
                say(state, true, format!("The store was damaged: it is set aside as {}; {what}", path.display()));
            }
        }
        Reply::Started { conversations, drafts, notes, outbox, position, muted } => {
            started(state, conversations, position.as_of, out);
            state.keep.muted = muted.into_iter().collect();
            mute_kept(state);
            let drafts = drafts.into_iter().map(|draft| (Mode::Reply, draft));
            for (mode, (id, text)) in drafts.chain(notes.into_iter().map(|note| (Mode::Note, note))) {
                if let Some(key) = known(state, &id, out) {
                    state.composer.restore(key, mode, &text);
                }
            }
            waiting(state, outbox, out);
            resume(state, position, out);
        }
        Reply::Thread { key, messages, .. } => {
            thread(state, key, messages);
            searching::follow(state, out);
        }
        Reply::Around { key, ids, messages } => searching::around(state, key, &ids, messages, out),
        Reply::Found { query, within, hits } => searching::found(state, &query, within.as_ref(), hits),
        Reply::Enqueued { client } => queue::enqueued(state, &client, out),
        Reply::Unwritten { client, what } => queue::unwritten(state, &client, &what, out),
        Reply::Claimed { client, ours } => queue::claimed(state, &client, ours, out),
        Reply::Settled { client } => queue::settled_elsewhere(state, &client, out),
        Reply::Returned(row) => queue::returned(state, row, out),
        Reply::Failed { what, lasting } => {
            if lasting {
                match state.keep.stage {
                    Stage::Opening => state.keep.stage = Stage::Broken(what.clone()),
                    _ => state.keep.trouble = Some(what.clone()),
                }
                let meanwhile = "until then drafts and what waits to be sent are in memory only";
                return say(state, true, format!("{what} ({meanwhile})"));
            }
            say(state, true, &what);
        }
        Reply::Recovered => {
            state.keep.trouble = None;
            say(state, false, "The store takes what it is given again");
        }
    }
    state.dirty = true;
}

/// Conversations that an earlier run muted are muted again, as soon as they are in the list.
pub(super) fn mute_kept(state: &mut State) {
    for id in state.keep.muted.iter().cloned().collect::<Vec<Id>>() {
        if let Some(key) = key_of(state, &id) {
            state.inbox.mute(key, true);
            state.keep.muted.remove(&id);
        }
    }
}

/// The conversation with this id.
pub(super) fn key_of(state: &State, id: &Id) -> Option<ConversationKey> {
    let ids = vec![NamedId { pointer: "the store".into(), id: id.clone() }];
    match state.directory.resolve(&Evidence { ids, ..Evidence::default() }).outcome {
        Outcome::Known(key) => state.inbox.get(key).map(|row| row.key),
        _ => None,
    }
}

/// The same; one that is not known gets a row, for something of the user's hangs on it.
fn known(state: &mut State, id: &Id, out: &mut Vec<Effect>) -> Option<ConversationKey> {
    if let Some(key) = key_of(state, id) {
        return Some(key);
    }
    take_in(state, &StoredConversation::named(id.clone()), out)
}

/// A row of the store becomes one of the list.
pub(super) fn take_in(
    state: &mut State,
    stored: &StoredConversation,
    out: &mut Vec<Effect>,
) -> Option<ConversationKey> {
    let facts = stored.facts();
    let learned = state.directory.learn(&facts, NameOrigin::Declared);
    lists::merged(state, &learned.merged, out);
    if state.inbox.get(learned.key).is_none() {
        state.inbox.put(Conversation::from_facts(learned.key, &facts)?);
        state.keep.cached.insert(learned.key);
    }
    Some(learned.key)
}

/// The rows of the cache: all of them, unless the backend was faster.
fn started(
    state: &mut State,
    conversations: Vec<StoredConversation>,
    as_of: Option<jiff::Timestamp>,
    out: &mut Vec<Effect>,
) {
    let had = state.inbox.take_touched();
    let listed = state.list == Loading::Done;
    let mut rows = Vec::with_capacity(conversations.len());
    let mut merges = Vec::new();
    for stored in &conversations {
        let ours = state.directory.rules().account.as_ref();
        if stored.account.as_ref().is_some_and(|theirs| ours.is_some_and(|ours| ours != theirs)) {
            continue;
        }
        let facts = stored.facts();
        let learned = state.directory.learn(&facts, NameOrigin::Declared);
        merges.extend(learned.merged);
        let key = learned.key;
        match state.inbox.get(key).map(|row| row.id.clone()) {
            Some(id) => {
                if id != stored.id {
                    out.push(Effect::Store(Command::Merge { gone: stored.id.clone(), kept: id }));
                }
                state.inbox.change(key, |row| row.last_inbound_at = row.last_inbound_at.max(facts.last_inbound_at));
            }
            None => {
                rows.extend(Conversation::from_facts(key, &facts));
                state.keep.cached.insert(key);
            }
        }
    }
    state.inbox.put_all(rows);
    lists::merged(state, &merges, out);
    // what came from there need not go there
    state.inbox.take_touched();
    state.inbox.touch(had);
    state.keep.as_of = as_of;
    state.keep.cached_list = !listed && !conversations.is_empty();
    if let Some(listing) = state.keep.listed.clone() {
        forget_the_gone(state, &listing, out);
    }
}

/// What the backend said of its list.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Listing {
    /// The conversations in it.
    pub(super) keys: HashSet<ConversationKey>,
    /// The time of its last row, when there may be more behind it.
    pub(super) reaches: Option<Option<jiff::Timestamp>>,
}

/// Rows of the cache that the backend's list would have if the backend had them: they go.
pub(super) fn forget_the_gone(state: &mut State, listing: &Listing, out: &mut Vec<Effect>) {
    state.keep.cached_list = false;
    let beyond = |row: &Conversation| listing.reaches.is_some_and(|last| row.last_at <= last);
    let mine = |state: &State, key: ConversationKey| {
        state.open == Some(key) || state.composer.has_draft(key) || state.outbox.of(key).next().is_some()
    };
    let cached: Vec<ConversationKey> = state.keep.cached.drain().collect();
    let mut gone = Vec::new();
    for key in cached {
        if listing.keys.contains(&key) {
            continue;
        }
        let Some(row) = state.inbox.get(key) else { continue };
        if beyond(row) || mine(state, key) {
            state.keep.cached.insert(key);
            continue;
        }
        gone.push(row.id.clone());
        state.inbox.remove(key);
        state.threads.remove(key);
        state.visits.forget(key);
    }
    if !gone.is_empty() {
        out.push(Effect::Store(Command::Forget(gone)));
    }
}

/// What an earlier run left in the queue.
fn waiting(state: &mut State, rows: Vec<OutboxRow>, out: &mut Vec<Effect>) {
    for row in rows {
        if state.outbox.get(&row.client).is_some() {
            continue;
        }
        let Some(key) = known(state, &row.conversation, out) else { continue };
        state.outbox.push(Outgoing::kept(row, key));
        sending::show_waiting(state, key);
    }
    if is_live(state) {
        queue::look_after(state, out);
    }
}

/// The conversation that was open is open again.
fn resume(state: &mut State, position: Position, out: &mut Vec<Effect>) {
    let key = position.open.as_ref().and_then(|id| key_of(state, id));
    state.keep.position = position;
    let Some(key) = key.filter(|_| state.open.is_none() && state.panels.overlay.is_none()) else { return };
    if let Some((id, row)) = state.keep.position.top.clone() {
        state.keep.restoring = Some((key, id, usize::try_from(row).unwrap_or(0)));
    }
    state.visits.go(key);
    super::open(state, key, out);
    if state.size.0 < crate::app::layout::TWO_PANES && state.focus == Focus::List {
        state.focus = Focus::Thread;
    }
}

/// Asks for what the cache has of a thread that is not here.
pub(super) fn load(state: &State, key: ConversationKey, limit: u32, out: &mut Vec<Effect>) {
    let Some(row) = state.inbox.get(key) else { return };
    out.push(Effect::Store(Command::LoadThread { key, conversation: row.id.clone(), limit }));
}

/// What the cache has of a thread.
fn thread(state: &mut State, key: ConversationKey, messages: Vec<Message>) {
    let offline = !state.session.state.is_connected();
    let unread = usize::try_from(state.inbox.get(key).map_or(0, |row| row.unread)).unwrap_or(0);
    let Some(view) = state.threads.get_mut(key) else { return };
    let for_older = offline && view.older == Loading::Asked;
    if view.latest == Loading::Done && !view.cached && !for_older {
        // It came back into touch before the cache answered: what was asked of the cache is asked of the backend then.
        view.older = view.older.not_asked();
        return;
    }
    for message in &messages {
        state.directory.index_message(&message.ids, key);
    }
    let first = view.thread.iter().all(|message| message.origin == Origin::Local);
    let paged = view.change(|thread| thread.page_in(as_history(messages), PageEdge::Cached));
    view.cached |= paged.added > 0 && view.latest != Loading::Done;
    if for_older {
        view.older = match paged.added {
            0 => Loading::Failed(Clean::line("not connected, and the cache has no more")),
            _ => Loading::Not,
        };
    }
    if first && paged.added > 0 {
        view.mark_new(unread);
        view.settled = None;
        if let Some((_, id, row)) = state.keep.restoring.take_if(|(restored, ..)| *restored == key)
            && let Some(index) = view.thread.index_of(&id)
        {
            view.anchor = Anchor::At { index, row };
        }
    }
    let inbound = view.thread.newest_inbound_at();
    if state.inbox.get(key).is_some_and(|row| row.last_inbound_at < inbound) {
        state.inbox.change(key, |row| row.last_inbound_at = inbound);
    }
}

/// Messages of the cache: however they came once, they are history now.
pub(super) fn as_history(mut messages: Vec<Message>) -> Vec<Message> {
    for message in &mut messages {
        message.origin = Origin::History;
    }
    messages
}

/// A message that stands in its thread is new or changed.
pub(super) fn remember(state: &mut State, key: ConversationKey, ids: &MessageIds) {
    if let Some(id) = ids.iter().next() {
        state.keep.messages.push((key, Unsaved::Here(id.clone())));
    }
}

/// A message whose thread is not here, or that has no id, is new or changed.
pub(super) fn remember_whole(state: &mut State, key: ConversationKey, message: Message) {
    state.keep.messages.push((key, Unsaved::Whole(Box::new(message))));
}

/// Something changed: a batch follows in a while.
pub(super) fn gather(state: &mut State, out: &mut Vec<Effect>) {
    if state.open != state.keep.open {
        position(state, false, out);
    }
    if !state.keep.timer && (state.inbox.is_touched() || !state.keep.messages.is_empty()) {
        state.keep.timer = true;
        out.push(Effect::Wake { after: GATHER, timer: Timer::Keep });
    }
}

/// Gives the store what changed.
pub(super) fn flush(state: &mut State, out: &mut Vec<Effect>) {
    state.keep.timer = false;
    let touched = state.inbox.take_touched();
    let rows: Vec<StoredConversation> = touched.iter().filter_map(|key| stored(state, *key)).collect();
    if !rows.is_empty() {
        out.push(Effect::Store(Command::Conversations(rows)));
    }
    let rest = state.keep.messages.split_off(state.keep.messages.len().min(AT_A_TIME));
    let batch = std::mem::replace(&mut state.keep.messages, rest);
    let mut by_conversation: HashMap<ConversationKey, Vec<Message>> = HashMap::new();
    let mut given: HashSet<Id> = HashSet::new();
    for (key, unsaved) in batch {
        let key = state.directory.current(key);
        let message = match unsaved {
            Unsaved::Whole(message) => Some(*message),
            Unsaved::Here(id) if !given.insert(id.clone()) => None,
            Unsaved::Here(id) => {
                let view = state.threads.get(key);
                view.and_then(|view| view.thread.get(view.thread.index_of(&id)?).cloned())
            }
        };
        if let Some(message) = message.filter(|message| message.origin != Origin::Local) {
            by_conversation.entry(key).or_default().push(message);
        }
    }
    for (key, messages) in by_conversation {
        if let Some(row) = state.inbox.get(key) {
            out.push(Effect::Store(Command::Messages { conversation: row.id.clone(), messages }));
        }
    }
    position(state, false, out);
    if !state.keep.messages.is_empty() {
        state.keep.timer = true;
        out.push(Effect::Wake { after: AT_ONCE, timer: Timer::Keep });
    }
}

fn stored(state: &State, key: ConversationKey) -> Option<StoredConversation> {
    let row = state.inbox.get(key)?;
    let names = state.directory.aliases(key);
    let names = names.filter(|(_, origin, conflict)| *origin == NameOrigin::Declared && !conflict);
    let names = names.map(|(id, ..)| id.clone()).collect();
    Some(StoredConversation::of(row, names, state.directory.links(key).to_vec()))
}

/// Notes where the user stands, if that changed.
fn position(state: &mut State, leaving: bool, out: &mut Vec<Effect>) {
    if state.keep.stage == Stage::Opening {
        return;
    }
    state.keep.open = state.open;
    let open = state.open.and_then(|key| state.inbox.get(key)).map(|row| row.id.clone());
    let top = state.open_thread().and_then(|view| match view.anchor {
        Anchor::End => None,
        Anchor::At { index, row } => {
            let id = view.thread.get(index)?.ids.iter().next()?.clone();
            Some((id, u32::try_from(row).unwrap_or(0)))
        }
    });
    let had = state.keep.position.as_of;
    let due = had.is_none_or(|at| leaving || state.now.duration_since(at) >= STEP);
    let as_of = if is_live(state) && due { Some(state.now) } else { had };
    let position = Position { open, top, as_of };
    if position != state.keep.position {
        state.keep.position = position.clone();
        out.push(Effect::Store(Command::Position(position)));
    }
}

fn is_live(state: &State) -> bool {
    state.list == Loading::Done && matches!(state.session.state, SessionState::Live | SessionState::Silent { .. })
}

/// Gives the store the drafts that changed. A text that is on its way to the queue stays the draft until it is there.
pub(super) fn drafts(state: &mut State, out: &mut Vec<Effect>) {
    if !state.composer.is_touched() {
        return;
    }
    let outbox = &state.outbox;
    let changes = state.composer.changes(|key| outbox.of(key).any(|item| item.kept == Kept::Asked));
    for (key, mode, text) in changes {
        if let Some(row) = state.inbox.get(key) {
            let note = mode == Mode::Note;
            out.push(Effect::Store(Command::Draft { conversation: row.id.clone(), note, text }));
        }
    }
}

/// The program ends: everything that must be kept is given to the store.
pub(super) fn leaving(state: &mut State, out: &mut Vec<Effect>) {
    state.composer.touch();
    drafts(state, out);
    while state.keep.timer || !state.keep.messages.is_empty() || state.inbox.is_touched() {
        flush(state, out);
        if state.keep.messages.is_empty() {
            break;
        }
    }
    position(state, true, out);
}

/// A row that came from the cache is told anew by the backend: it is as the backend has it, and only what that does
/// not tell stays.
pub(super) fn confirmed(
    state: &mut State,
    key: ConversationKey,
    facts: &ConversationFacts,
    out: &mut Vec<Effect>,
) -> Option<Conversation> {
    if !state.keep.cached.remove(&key) {
        return None;
    }
    let old = state.inbox.get(key)?;
    let mut row = Conversation::from_facts(key, facts)?;
    row.name = row.name.or_else(|| old.name.clone());
    row.phone = row.phone.or_else(|| old.phone.clone());
    row.line = row.line.or_else(|| old.line.clone());
    row.account = row.account.or_else(|| old.account.clone());
    row.last_inbound_at = row.last_inbound_at.max(old.last_inbound_at);
    if row.last_at == old.last_at {
        row.preview = row.preview.or_else(|| old.preview.clone());
    }
    if row.id != old.id {
        out.push(Effect::Store(Command::Merge { gone: old.id.clone(), kept: row.id.clone() }));
        if state.open == Some(key) {
            state.keep.renamed_open = true;
        }
    }
    Some(row)
}

/// The open conversation goes by another id than the cache had: its rooms do too.
pub(super) fn watch_again(state: &mut State, out: &mut Vec<Effect>) {
    if std::mem::take(&mut state.keep.renamed_open) {
        watch(state, out);
        reading::look(state, out);
    }
}

//! What waits to be sent: whose turn it is, which program may send it, and what the agent decides about it.

use super::{Effect, State, Until, fetch_latest, no_more, say, say_of, sending, storing, target, title_of};
use crate::app::composer::Mode;
use crate::app::outbox::{Claim, Fate, Kept, Outgoing, Turn, Waits};
use crate::app::state::{Focus, Overlay};
use crate::app::{Along, Quote, rows};
use crate::backend::{Command, Enclosed, Outgoing as Body};
use crate::chat::{ConversationKey, Direction, Id, Message, Origin};
use crate::store;
use crate::text::Clean;

/// Starts with what may go now: a row on disk is claimed first.
pub(super) fn start(state: &mut State, out: &mut Vec<Effect>) {
    if state.session.is_signed_out() {
        return;
    }
    for turn in state.outbox.start(state.now) {
        state.dirty = true;
        match turn {
            Turn::Claim(client) => ask_for(state, &client, out),
            Turn::Send(client) => post(state, &client, out),
        }
    }
    leave_to_the_agent(state);
}

/// What was said of a message is no more so when it waits for the agent.
fn leave_to_the_agent(state: &mut State) {
    let Some(Until::Sent(client)) = state.notice.as_ref().map(|notice| &notice.until) else { return };
    let item = state.outbox.get(client).filter(|item| item.waits == Some(Waits::Agent));
    if let Some((client, key, Some(note))) = item.map(|item| (item.client.clone(), item.key, item.note.clone())) {
        let name = title_of(state, key);
        say_of(state, &client, format!("The message to {name} waits for you: {note}. R sends it, e takes it back"));
    }
}

fn ask_for(state: &State, client: &Id, out: &mut Vec<Effect>) {
    let after = state.outbox.get(client).and_then(|item| newest_stored(state, item.key));
    out.push(Effect::Store(store::Command::Claim { client: client.clone(), after }));
}

/// The newest message of a thread that the backend has.
pub(super) fn newest_stored(state: &State, key: ConversationKey) -> Option<Id> {
    let messages = state.threads.get(key)?.thread.iter().rev();
    let mut stored = messages.filter(|message| message.origin != Origin::Local);
    stored.find_map(|message| message.ids.id.clone().or_else(|| message.ids.wa.clone()))
}

/// Puts a message on the wire. On disk it is ours, or in memory alone.
fn post(state: &mut State, client: &Id, out: &mut Vec<Effect>) {
    let Some(key) = state.outbox.get(client).map(|item| item.key) else { return };
    let (now, after, target) = (state.now, newest_stored(state, key), target(state, key));
    let Some(item) = state.outbox.get_mut(client) else { return };
    let Some(target) = target else {
        let note = Clean::line("its conversation is not in the list");
        (item.fate, item.waits, item.note) = (Fate::Queued, Some(Waits::Agent), Some(note.clone()));
        let (client, note) = (client.clone(), Some(note));
        return out.push(Effect::Store(store::Command::Fate { client, fate: store::Fate::Queued, note }));
    };
    item.fate = Fate::Sending;
    (item.attempted, item.after, item.note) = (Some(now), after, None);
    item.progress = None;
    let (body, reply_to) = (Body::new(item.text.clone(), item.enclosed.clone()), item.reply_to.clone());
    out.push(Effect::Backend(Command::Send { client: client.clone(), target, body, reply_to }));
    state.dirty = true;
}

/// A text is on disk now.
pub(super) fn enqueued(state: &mut State, client: &Id, out: &mut Vec<Effect>) {
    let Some(item) = state.outbox.get_mut(client) else { return };
    item.kept = Kept::Disk;
    let (key, claim) = (item.key, item.claim);
    // only now may the draft on disk go: the text stands in the queue
    state.composer.touch_of(key);
    match claim {
        Some(_) => ask_for(state, client, out),
        None => start(state, out),
    }
}

/// A text is not on disk, or a claim is not.
pub(super) fn unwritten(state: &mut State, client: &Id, what: &Clean, out: &mut Vec<Effect>) {
    let Some(item) = state.outbox.get_mut(client) else { return };
    let key = item.key;
    let claim = item.claim.take();
    if item.kept == Kept::Asked {
        item.kept = Kept::Memory;
        let name = title_of(state, key);
        say_of(state, client, format!("The message to {name} is in memory only: {what}"));
        match claim {
            Some(claim) => claimed_for(state, client, claim, out),
            None => start(state, out),
        }
        return;
    }
    item.note = Some(what.clone());
    item.waits = Some(Waits::Backend);
    out.push(Effect::Wake { after: std::time::Duration::from_secs(5), timer: crate::app::Timer::Outbox });
    state.dirty = true;
}

/// The store says whether this program may do what it wanted with a row.
pub(super) fn claimed(state: &mut State, client: &Id, ours: bool, out: &mut Vec<Effect>) {
    state.dirty = true;
    let Some(item) = state.outbox.get_mut(client) else {
        if ours {
            // nobody here wants it any more
            let (client, fate) = (client.clone(), store::Fate::Queued);
            out.push(Effect::Store(store::Command::Fate { client, fate, note: None }));
        }
        return;
    };
    let claim = item.claim.take();
    match (ours, claim) {
        (true, claim) => claimed_for(state, client, claim.unwrap_or(Claim::Send), out),
        (false, _) => {
            item.fate = Fate::Elsewhere;
            item.note = Some(Clean::line("another running Switchboard has it"));
        }
    }
}

fn claimed_for(state: &mut State, client: &Id, claim: Claim, out: &mut Vec<Effect>) {
    match claim {
        Claim::Send => post(state, client, out),
        Claim::TakeBack => {
            let key = back_into_composer(state, client, out);
            if key.is_some() && key == state.composer.target {
                state.focus = Focus::Composer;
            }
            start(state, out);
        }
        Claim::Discard => {
            if let Some(item) = forget(state, client) {
                settle_on_disk(state, &item, out);
                say(state, false, "Thrown away; it was not sent");
            }
            start(state, out);
        }
    }
}

/// Takes a message out of the queue and out of its thread.
fn forget(state: &mut State, client: &Id) -> Option<Outgoing> {
    let item = state.outbox.remove(client)?;
    if let Some(view) = state.threads.get_mut(item.key) {
        view.change(|thread| {
            let local = thread.index_of(client).and_then(|index| thread.get(index));
            if local.is_some_and(|message| message.origin == Origin::Local) {
                thread.remove(client);
            }
        });
    }
    state.composer.touch_of(item.key);
    state.dirty = true;
    Some(item)
}

/// The text goes back into the composer of its conversation, and on disk as its draft, before the row there goes.
pub(super) fn back_into_composer(state: &mut State, client: &Id, out: &mut Vec<Effect>) -> Option<ConversationKey> {
    let item = forget(state, client)?;
    let (file, template) = match &item.enclosed {
        Some(Enclosed::File(file)) => (Some(file.clone()), false),
        Some(Enclosed::Template(_)) => (None, true),
        Some(Enclosed::Note) | None => (None, false),
    };
    // a template's text is no text of the agent's
    if !template && !item.text.is_empty() {
        let mode = if item.enclosed == Some(Enclosed::Note) { Mode::Note } else { Mode::Reply };
        state.composer.give_back(item.key, mode, &item.text);
        if state.composer.target == Some(item.key) {
            // where it stands again is shown; what stood there is kept beside it
            state.composer.write(mode);
        }
    }
    let quote = item.reply_to.as_ref().map(|to| Quote { to: to.clone(), words: quoted(state, item.key, to) });
    state.composer.give_along_back(item.key, Along { file, quote: quote.filter(|_| !template) });
    storing::drafts(state, out);
    settle_on_disk(state, &item, out);
    Some(item.key)
}

/// A message in one line, as it is quoted.
pub(super) fn quoted(state: &State, key: ConversationKey, to: &Id) -> Clean {
    let thread = state.threads.get(key).map(|view| &view.thread);
    let message = thread.and_then(|thread| thread.get(thread.index_of(to)?));
    message.map_or_else(
        || Clean::line("an earlier message"),
        |message| {
            let name = rows::author(state, key, message);
            Clean::line(&format!("{name}: {}", message.preview()))
        },
    )
}

/// The row on disk goes.
pub(super) fn settle_on_disk(state: &mut State, item: &Outgoing, out: &mut Vec<Effect>) {
    if item.kept != Kept::Memory {
        out.push(Effect::Store(store::Command::Settle { client: item.client.clone() }));
    }
    if let Some(Overlay::Discard { client }) = &state.panels.overlay
        && *client == item.client
    {
        state.panels.overlay = None;
    }
}

/// Another program settled a row.
pub(super) fn settled_elsewhere(state: &mut State, client: &Id, out: &mut Vec<Effect>) {
    let Some(item) = forget(state, client) else { return };
    no_more(state, &Until::Sent(client.clone()));
    if let Some(view) = state.threads.get_mut(item.key) {
        view.latest = crate::app::Loading::Not;
        fetch_latest(state, item.key, out);
    }
    start(state, out);
}

/// Another program gave a row back, or is gone.
pub(super) fn returned(state: &mut State, row: store::OutboxRow, out: &mut Vec<Effect>) {
    state.dirty = true;
    let client = row.client.clone();
    if let Some(item) = state.outbox.get_mut(&client) {
        item.take_over(row);
        // whose it was decides, not whoever sees it first
        item.waits = (item.fate == Fate::Queued).then_some(Waits::Agent);
        let key = item.key;
        if let Some(view) = state.threads.get_mut(key) {
            view.latest = crate::app::Loading::Not;
        }
        look_after(state, out);
    }
}

/// Threads are fetched that decide about a message: whether a lost one is there, whether the customer has written since.
pub(super) fn look_after(state: &mut State, out: &mut Vec<Effect>) {
    for key in state.outbox.to_look_at() {
        if state.threads.get(key).is_none() {
            state.threads.open(key);
            sending::show_waiting(state, key);
        }
        fetch_latest(state, key, out);
    }
}

/// A thread is as the backend has it: what an earlier run left goes by itself, unless the customer wrote since.
pub(super) fn looked(state: &mut State, key: ConversationKey, out: &mut Vec<Effect>) {
    let Some(view) = state.threads.get(key) else { return };
    let inbound = |message: &&Message| message.direction == Direction::Inbound;
    let newest = view.thread.iter().filter(inbound).filter_map(|message| message.created_at).max();
    // what was not there when it was written, whatever the clocks say; by the time where that is not known
    let has_written = |item: &Outgoing| match item.after.as_ref().and_then(|id| view.thread.index_of(id)) {
        Some(index) => view.thread.iter().skip(index + 1).any(|message| inbound(&message)),
        None => newest.is_some_and(|at| at > item.written),
    };
    let mut any = false;
    for item in state.outbox.items_mut().iter_mut().filter(|item| item.key == key && item.waits == Some(Waits::Look)) {
        any = true;
        item.waits = None;
        if has_written(item) {
            item.waits = Some(Waits::Agent);
            item.note = Some(Clean::line("the customer has written since; not sent by itself"));
        }
    }
    if any {
        state.dirty = true;
        start(state, out);
    }
}

/// The message that a command is about: the chosen one of the queue, else one of the open thread.
fn meant(state: &State, last: bool) -> Option<Id> {
    if let Some(Overlay::Queue { chosen }) = state.panels.overlay {
        return state.outbox.items().get(chosen).map(|item| item.client.clone());
    }
    let idle = |item: &&Outgoing| !matches!(item.fate, Fate::Sending | Fate::Elsewhere);
    let mut waiting = state.outbox.of(state.open?).filter(idle);
    let item = if last { waiting.next_back() } else { waiting.next() };
    item.map(|item| item.client.clone())
}

/// The same, if anything can be done with it now.
fn free(state: &mut State, last: bool) -> Option<Id> {
    let Some(client) = meant(state, last) else {
        say(state, false, "Nothing waits to be sent here");
        return None;
    };
    let item = state.outbox.get(&client)?;
    if matches!(item.fate, Fate::Sending | Fate::Elsewhere) || item.claim.is_some() {
        say(state, false, "It is being sent at this moment");
        return None;
    }
    Some(client)
}

/// The agent wants a message sent, or sent again.
pub(super) fn retry(state: &mut State, out: &mut Vec<Effect>) {
    let Some(client) = free(state, false) else { return };
    let now = state.now;
    let Some(item) = state.outbox.get_mut(&client) else { return };
    if item.fate == Fate::Unconfirmed && item.kept != Kept::Memory {
        let (client, fate) = (client.clone(), store::Fate::Queued);
        out.push(Effect::Store(store::Command::Fate { client, fate, note: None }));
    }
    item.fate = Fate::Queued;
    (item.written, item.waits, item.note) = (now, None, None);
    state.dirty = true;
    if state.session.is_signed_out() {
        say_of(state, &client, "Signed out: it goes when you are signed in again");
    }
    start(state, out);
}

/// The agent takes a message that waits back into the composer.
pub(super) fn take_back(state: &mut State, out: &mut Vec<Effect>) {
    let Some(client) = free(state, true) else { return };
    if let Some(Overlay::Queue { .. }) = state.panels.overlay
        && let Some(key) = state.outbox.get(&client).map(|item| item.key)
    {
        state.panels.overlay = None;
        super::actions::enter(state, key, out);
    }
    claim(state, &client, Claim::TakeBack, out);
}

/// The agent wants a message thrown away: that is asked about first.
pub(super) fn ask_to_discard(state: &mut State) {
    if let Some(client) = free(state, true) {
        state.panels.overlay = Some(Overlay::Discard { client });
    }
}

/// The agent said yes.
pub(super) fn discard(state: &mut State, client: &Id, out: &mut Vec<Effect>) {
    claim(state, client, Claim::Discard, out);
}

fn claim(state: &mut State, client: &Id, what: Claim, out: &mut Vec<Effect>) {
    let Some(item) = state.outbox.get_mut(client) else { return };
    match item.kept {
        Kept::Memory => claimed_for(state, client, what, out),
        // it is claimed as soon as it is on disk
        Kept::Asked => item.claim = Some(what),
        Kept::Disk => {
            item.claim = Some(what);
            if item.fate == Fate::Unconfirmed {
                let (client, fate) = (client.clone(), store::Fate::Queued);
                out.push(Effect::Store(store::Command::Fate { client, fate, note: None }));
            }
            ask_for(state, client, out);
        }
    }
}

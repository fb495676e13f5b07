//! From Enter to the tick: the optimistic line, the backend's answer, and what a refusal or silence means.

use std::time::Duration;

use jiff::SignedDuration;

use super::{Effect, State, fetch_latest, queue, say, storing, title_of, typing, waiting};
use crate::app::composer::Mode;
use crate::app::msg::Timer;
use crate::app::outbox::{Fate, Kept, Outgoing, Waits};
use crate::app::threads::Loading;
use crate::backend::RestError;
use crate::chat::{Content, ConversationKey, Delivery, Direction, Id, Message, MessageIds, Origin};
use crate::store;
use crate::text::Clean;
use crate::wire::Accepted;

/// WhatsApp's longest text, in characters.
pub const LONGEST_TEXT: usize = 4096;
/// What could not be sent because the backend was not reached is tried again after this time.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// Sends what is in the composer, to the conversation that it was written for: first it goes on disk.
pub(super) fn send(state: &mut State, out: &mut Vec<Effect>) {
    let Some(key) = state.composer.target else { return };
    if state.composer.is_blank() {
        return;
    }
    if state.composer.mode == Mode::Note {
        return say(state, true, "This backend keeps no notes; nothing was sent");
    }
    if state.replaying.is_some() {
        return say(state, true, super::replay::NOTHING_GOES_OUT);
    }
    let length = state.composer.text().chars().count();
    if length > LONGEST_TEXT {
        return say(state, true, format!("WhatsApp takes {LONGEST_TEXT} characters at most; this text has {length}"));
    }
    let Some(conversation) = state.inbox.get(key).map(|row| row.id.clone()) else { return };
    let text = state.composer.take();
    let text = text.trim_end().to_owned();
    typing::agent_stopped(state, key, out);
    state.sent_here += 1;
    let client = Id::new(format!("switchboard-{}-{}", state.now.as_millisecond(), state.sent_here));
    let item = Outgoing::new(client, key, text, state.now);
    let view = state.threads.open(key);
    view.change(|thread| thread.insert(line(&item, state.identity.name.clone())));
    view.new_from = None;
    view.go_to_end();
    out.push(Effect::Store(store::Command::Enqueue(row(&item, conversation))));
    state.outbox.push(item);
    state.dirty = true;
    if let Some(waiting) = state.outbox.unconfirmed(key) {
        let note = format!(
            "Waits for the unconfirmed message of {}: retry it (R) or take it back (e)",
            clock(state, waiting.written)
        );
        say(state, true, note);
    }
}

/// A text on its way as the store keeps it.
fn row(item: &Outgoing, conversation: Id) -> store::OutboxRow {
    store::OutboxRow {
        client: item.client.clone(),
        conversation,
        text: item.text.clone(),
        written: item.written,
        attempted: item.attempted,
        after: item.after.clone(),
        fate: store::Fate::Queued,
        note: item.note.clone(),
    }
}

/// A text on its way as it stands in the thread.
fn line(item: &Outgoing, sender: Option<Clean>) -> Message {
    Message {
        ids: MessageIds { client: Some(item.client.clone()), ..MessageIds::default() },
        direction: Direction::Outbound,
        sender,
        content: Content::Text { body: Clean::text(&item.text) },
        delivery: Delivery::default(),
        created_at: Some(item.written),
        sent_at: None,
        reply_to: None,
        reactions: Vec::new(),
        origin: Origin::Local,
    }
}

/// Puts into a thread what waits to be sent there and does not stand in it: it was written in an earlier run, or the
/// thread was not in memory for a while.
pub(super) fn show_waiting(state: &mut State, key: ConversationKey) {
    let sender = state.identity.name.clone();
    let Some(view) = state.threads.get_mut(key) else { return };
    for item in state.outbox.of(key) {
        if view.thread.index_of(&item.client).is_none() {
            view.change(|thread| thread.insert(line(item, sender.clone())));
        }
    }
}

pub(super) fn clock(state: &State, at: jiff::Timestamp) -> String {
    at.to_zoned(state.settings.zone.clone()).strftime("%H:%M").to_string()
}

/// The backend answered a send, or the answer was lost.
pub(super) fn answered(
    state: &mut State,
    client: &Id,
    key: ConversationKey,
    result: Result<Accepted, RestError>,
    out: &mut Vec<Effect>,
) {
    state.dirty = true;
    match result {
        Ok(accepted) => settle(state, client, key, &accepted, out),
        Err(error) => refused(state, client, key, error, out),
    }
    waiting::release_held(state, client, out);
    queue::start(state, out);
}

/// The message is stored: the optimistic line becomes the stored one.
pub(super) fn settle(state: &mut State, client: &Id, key: ConversationKey, accepted: &Accepted, out: &mut Vec<Effect>) {
    let Some(item) = state.outbox.remove(client) else { return };
    let ids = MessageIds { id: accepted.id.clone(), wa: accepted.wa.clone(), client: Some(client.clone()) };
    state.directory.index_message(&ids, key);
    if let Some(view) = state.threads.get_mut(key) {
        view.change(|thread| thread.accept(client, &ids));
        for update in state.parked.take(&ids) {
            for id in ids.iter() {
                if view.thread.apply_status(id, &update) {
                    break;
                }
            }
        }
    }
    storing::remember(state, key, &ids);
    // When it was stored is the backend's to say, by its event or its list: a clock of ours that is ahead would hold the
    // row up, and what the customer answers would look older than our own message.
    let is_newest = state.threads.get(key).is_none_or(|view| view.thread.last().is_some_and(|last| last.ids == ids));
    if is_newest {
        let preview = Clean::line(&item.text);
        state.inbox.change(key, |row| row.preview = Some(preview));
        state.inbox.set_wait(key, None);
    }
    state.composer.touch_of(key);
    queue::settle_on_disk(state, &item, out);
}

fn refused(state: &mut State, client: &Id, key: ConversationKey, error: RestError, out: &mut Vec<Effect>) {
    let name = title_of(state, key);
    match error {
        RestError::Unreachable { reason, before_sending: true } => {
            fate(state, client, Fate::Queued, &reason, out);
            if let Some(item) = state.outbox.get_mut(client) {
                item.waits = Some(Waits::Backend);
                out.push(Effect::Wake { after: TRY_AGAIN, timer: Timer::Outbox });
            }
            say(state, true, format!("The message to {name} waits until the backend can be reached: {reason}"));
        }
        RestError::Unreachable { reason, before_sending: false } => unconfirmed(state, client, key, &reason, out),
        RestError::Unreadable(error) => unconfirmed(state, client, key, &Clean::line(&error.to_string()), out),
        RestError::SignedOut { reason } => give_back(state, client, key, &format!("signed out: {reason}"), out),
        RestError::Refused { status, code, reason, retry_after } => {
            let words = refusal_in_words(status, code.as_deref(), &reason, retry_after);
            give_back(state, client, key, &words, out);
            // Some backends keep a failed message; the thread shows what they keep.
            if let Some(view) = state.threads.get_mut(key) {
                view.latest = Loading::Not;
            }
            fetch_latest(state, key, out);
        }
    }
}

/// Notes what became of an attempt, here and on disk.
fn fate(state: &mut State, client: &Id, fate: Fate, note: &Clean, out: &mut Vec<Effect>) {
    let Some(item) = state.outbox.get_mut(client) else { return };
    (item.fate, item.note) = (fate, Some(note.clone()));
    let on_disk = if fate == Fate::Unconfirmed { store::Fate::Unconfirmed } else { store::Fate::Queued };
    if item.kept != Kept::Memory {
        let (client, note) = (client.clone(), Some(note.clone()));
        out.push(Effect::Store(store::Command::Fate { client, fate: on_disk, note }));
    }
}

fn unconfirmed(state: &mut State, client: &Id, key: ConversationKey, reason: &Clean, out: &mut Vec<Effect>) {
    let name = title_of(state, key);
    fate(state, client, Fate::Unconfirmed, reason, out);
    if let Some(view) = state.threads.get_mut(key) {
        view.latest = Loading::Not;
    }
    fetch_latest(state, key, out);
    say(state, true, format!("It is not known whether the message to {name} was sent ({reason}): looking for it"));
}

/// The text goes back into the composer, on disk before it is gone from the queue there.
fn give_back(state: &mut State, client: &Id, key: ConversationKey, why: &str, out: &mut Vec<Effect>) {
    let name = title_of(state, key);
    queue::back_into_composer(state, client, out);
    if state.composer.target == Some(key) {
        state.composer.refusal = Some(Clean::line(why));
    }
    say(state, true, format!("Not sent to {name}: {why}"));
}

/// What a refusal means and what to do, for the codes that this family of backends uses.
fn refusal_in_words(status: u16, code: Option<&str>, reason: &str, retry_after: Option<Duration>) -> String {
    if let Some(wait) = retry_after {
        return format!("{reason} (try again in {} s)", wait.as_secs().max(1));
    }
    match (status, code) {
        (429, _) => format!("{reason} (too many messages; wait a little)"),
        (_, Some("SESSION_EXPIRED" | "WINDOW_CLOSED" | "WINDOW_EXPIRED")) => {
            "the 24 h service window has ended; only a template can reopen it".to_owned()
        }
        (_, Some("INVALID_PHONE_FORMAT")) => format!("the customer's number is not one that WhatsApp takes: {reason}"),
        _ if reason.contains("131047") => format!("the 24 h service window has ended (131047): {reason}"),
        _ if reason.contains("131026") => format!("the number cannot receive WhatsApp messages (131026): {reason}"),
        (_, Some(code)) => format!("{reason} ({code})"),
        _ => reason.to_owned(),
    }
}

/// Clocks of two machines may differ by so much.
pub(super) const SKEW: SignedDuration = SignedDuration::from_secs(30);
/// A message that was stored later than this after the attempt is not that attempt's.
const ANSWER_LOST_WITHIN: SignedDuration = SignedDuration::from_secs(120);

/// Whether this is an outbound message with this text.
pub(super) fn says(message: &Message, text: &str) -> bool {
    message.direction == Direction::Outbound
        && matches!(&message.content, Content::Text { body } if **body == *Clean::text(text))
}

/// A thread was fetched after an attempt whose answer was lost: only one outbound message with equal text inside the
/// attempt's time span, and behind what was known before it, counts as ours. Otherwise the agent is told what there is.
pub(super) fn reconcile(state: &mut State, key: ConversationKey, out: &mut Vec<Effect>) {
    let lost: Vec<Outgoing> = state.outbox.of(key).filter(|item| item.fate == Fate::Unconfirmed).cloned().collect();
    for item in lost {
        let Some(view) = state.threads.get(key) else { return };
        let candidates = candidates(&view.thread, &item);
        let known = view.latest == Loading::Done && !view.cached;
        match candidates.as_slice() {
            [one] => {
                let accepted = Accepted { id: one.ids.id.clone(), wa: one.ids.wa.clone() };
                settle(state, &item.client, key, &accepted, out);
                state.notice = None;
                queue::start(state, out);
            }
            [] if known => {
                let words = format!("the thread as the backend has it at {} has no such text", clock(state, state.now));
                note(state, &item.client, &words);
            }
            [] => {}
            several => {
                let times: Vec<String> =
                    several.iter().filter_map(|message| message.created_at).map(|at| clock(state, at)).collect();
                let words =
                    format!("{} messages with this text stand in the thread ({})", times.len(), times.join(", "));
                note(state, &item.client, &words);
            }
        }
    }
}

fn note(state: &mut State, client: &Id, words: &str) {
    if let Some(item) = state.outbox.get_mut(client) {
        item.note = Some(Clean::line(words));
    }
    state.dirty = true;
}

/// The stored messages that a lost attempt may have become.
fn candidates<'a>(thread: &'a crate::chat::Thread, item: &Outgoing) -> Vec<&'a Message> {
    let stored = |message: &&Message| message.origin != Origin::Local;
    let by_name = thread.index_of(&item.client).and_then(|index| thread.get(index)).filter(stored);
    if let Some(message) = by_name {
        return vec![message];
    }
    let Some(attempted) = item.attempted else { return Vec::new() };
    let span = attempted.saturating_sub(SKEW).unwrap_or(attempted)
        ..=attempted.saturating_add(ANSWER_LOST_WITHIN).unwrap_or(attempted);
    let from = item.after.as_ref().and_then(|id| thread.index_of(id)).map_or(0, |index| index + 1);
    thread
        .iter()
        .skip(from)
        .filter(stored)
        .filter(|message| message.created_at.is_some_and(|at| span.contains(&at)))
        .filter(|message| message.ids.client.is_none() && says(message, &item.text))
        .collect()
}

//! From Enter to the tick: the optimistic line, the backend's answer, and what a refusal or silence means.

use std::time::Duration;

use jiff::SignedDuration;

use super::{Effect, State, Until, fetch_latest, no_more, queue, say, say_of, storing, title_of, typing, waiting};
use crate::app::composer::Mode;
use crate::app::msg::Timer;
use crate::app::outbox::{Fate, Kept, Outgoing, Waits};
use crate::app::snooze;
use crate::app::threads::Loading;
use crate::backend::{Enclosed, RestError};
use crate::chat::attachment::{LONGEST_CAPTION, takes_caption};
use crate::chat::codes::{code_in, code_of};
use crate::chat::{ConversationKey, Delivery, Direction, Id, MediaKind, Message, MessageIds, Origin};
use crate::store;
use crate::text::Clean;
use crate::wire::Accepted;

/// WhatsApp's longest text, in characters.
pub const LONGEST_TEXT: usize = 4096;
/// Refusals that say nothing about whether the message was sent: an attempt with the same key is under way, or was broken
/// off when the server stopped.
const LEAVES_IT_OPEN: [&str; 2] = ["IDEMPOTENCY_KEY_BUSY", "SEND_INTERRUPTED"];
/// What could not be sent because the backend was not reached is tried again after this time.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// Sends what is in the composer, to the conversation that it was written for: first it goes on disk.
pub(super) fn send(state: &mut State, out: &mut Vec<Effect>) {
    let Some(key) = state.composer.target else { return };
    if state.composer.is_empty() {
        return;
    }
    let note = state.composer.mode == Mode::Note;
    if state.replaying.is_some() {
        return say(state, true, super::replay::NOTHING_GOES_OUT);
    }
    let length = state.composer.text().trim_end().chars().count();
    if let Some(file) = state.composer.along.file.as_ref().filter(|_| !note) {
        if length > LONGEST_CAPTION {
            let words = format!("The text with a file may have {LONGEST_CAPTION} characters; this one has {length}");
            return say(state, true, words);
        }
        if length > 0 && !takes_caption(file.kind) {
            let what = if file.kind == MediaKind::Sticker { "a sticker" } else { "a sound" };
            let words = format!("WhatsApp shows no text with {what}: take one of the two out and send them one by one");
            return say(state, true, words);
        }
    } else if length > LONGEST_TEXT {
        return say(state, true, format!("WhatsApp takes {LONGEST_TEXT} characters at most; this text has {length}"));
    }
    if state.inbox.get(key).is_none() {
        return;
    }
    let text = state.composer.take();
    if note && !state.offers.notes {
        return keep_note(state, key, text.trim_end(), out);
    }
    if note {
        // what is typed next is for the team too, until the agent says otherwise
        return put(state, key, text.trim_end().to_owned(), Some(Enclosed::Note), None, out);
    }
    let along = std::mem::take(&mut state.composer.along);
    let reply_to = along.quote.map(|quote| quote.to);
    put(state, key, text.trim_end().to_owned(), along.file.map(Enclosed::File), reply_to, out);
}

/// A note that the backend has no place for: it is kept here alone.
fn keep_note(state: &mut State, key: ConversationKey, text: &str, out: &mut Vec<Effect>) {
    state.sent_here += 1;
    let client = Id::new(format!("local-note-{}-{}", state.now.as_millisecond(), state.sent_here));
    let item = Outgoing { enclosed: Some(Enclosed::Note), ..Outgoing::new(client, key, text.to_owned(), state.now) };
    let note = Message { origin: Origin::History, ..line(&item, state.identity.name.clone()) };
    let view = state.threads.open(key);
    view.change(|thread| thread.insert(note.clone()));
    view.go_to_end();
    storing::remember_whole(state, key, note);
    storing::gather(state, out);
    say(state, false, "The note is kept on this machine alone: this backend has no place for it");
}

/// Puts something into the queue of a conversation.
pub(super) fn put(
    state: &mut State,
    key: ConversationKey,
    text: String,
    enclosed: Option<Enclosed>,
    reply_to: Option<Id>,
    out: &mut Vec<Effect>,
) {
    if state.replaying.is_some() {
        return say(state, true, super::replay::NOTHING_GOES_OUT);
    }
    let Some(conversation) = state.inbox.get(key).map(|row| row.id.clone()) else { return };
    typing::agent_stopped(state, key, out);
    state.begun.remove(&key);
    state.sent_here += 1;
    let client = Id::new(format!("switchboard-{}-{}", state.now.as_millisecond(), state.sent_here));
    let after = queue::newest_stored(state, key);
    let item = Outgoing { enclosed, reply_to, after, ..Outgoing::new(client.clone(), key, text, state.now) };
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
        say_of(state, &client, note);
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
        enclosed: item.enclosed.clone(),
        reply_to: item.reply_to.clone(),
    }
}

/// A text on its way as it stands in the thread.
fn line(item: &Outgoing, sender: Option<Clean>) -> Message {
    Message {
        ids: MessageIds { client: Some(item.client.clone()), ..MessageIds::default() },
        direction: item.direction(),
        sender,
        content: item.content(),
        delivery: Delivery::default(),
        created_at: Some(item.written),
        sent_at: None,
        reply_to: item.reply_to.clone(),
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
    no_more(state, &Until::Sent(client.clone()));
    let ids = MessageIds { id: accepted.id.clone(), wa: accepted.wa.clone(), client: Some(client.clone()) };
    state.directory.index_message(&ids, key);
    if let Some(view) = state.threads.get_mut(key) {
        // Others may have been stored before it, and after.
        view.unverified = true;
        if let Some(index) = view.change(|thread| thread.accept(client, &ids)) {
            view.thread.doubt_below(index, state.now);
        }
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
    if is_newest && item.direction() == Direction::Outbound {
        let preview = match item.enclosed {
            None => Clean::line(&item.text),
            Some(_) => line(&item, None).preview(),
        };
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
            let words = format!("The message to {name} waits until the backend can be reached: {reason}");
            say_of(state, client, words);
        }
        RestError::Unreachable { reason, before_sending: false } => unconfirmed(state, client, key, &reason, out),
        RestError::Unreadable(error) => unconfirmed(state, client, key, &Clean::line(&error.to_string()), out),
        RestError::Withheld { reason } => give_back(state, client, key, &reason, out),
        RestError::SignedOut { reason } => give_back(state, client, key, &format!("signed out: {reason}"), out),
        RestError::Refused { code: Some(code), reason, .. } if LEAVES_IT_OPEN.contains(&&*code) => {
            unconfirmed(state, client, key, &reason, out);
        }
        RestError::Refused { status, code, reason, retry_after } => {
            let again = retry_after.and_then(|wait| state.now.checked_add(wait).ok());
            let again = again.map(|at| snooze::when_exactly(at, state.now, &state.settings.zone));
            let words = refusal_in_words(status, code.as_deref(), &reason, again.as_deref());
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
    let words = format!("It is not known whether the message to {name} was sent ({reason}): looking for it");
    say_of(state, client, words);
}

/// The text goes back into the composer, on disk before it is gone from the queue there.
fn give_back(state: &mut State, client: &Id, key: ConversationKey, why: &str, out: &mut Vec<Effect>) {
    let name = title_of(state, key);
    let template = match state.outbox.get(client).map(|item| &item.enclosed) {
        Some(Some(Enclosed::Template(template))) => format!("the template {}, ", template.template),
        _ => String::new(),
    };
    queue::back_into_composer(state, client, out);
    if state.composer.target == Some(key) {
        state.composer.refusal = Some(Clean::line(why));
    }
    say(state, true, format!("Not sent to {name}: {template}{why}"));
}

/// What a refusal means and what to do, for the codes that this family of backends uses. `again` is when it may be tried
/// again.
fn refusal_in_words(status: u16, code: Option<&str>, reason: &str, again: Option<&str>) -> String {
    if let Some(again) = again {
        let many = if status == 429 { "too many messages; " } else { "" };
        return format!("{many}try again after {again} ({reason})");
    }
    match (status, code) {
        (429, _) => format!("{reason} (too many messages; wait a little)"),
        (_, Some("SESSION_EXPIRED" | "WINDOW_CLOSED" | "WINDOW_EXPIRED")) => {
            "the 24 h service window has ended; only a template can reopen it".to_owned()
        }
        (_, Some("FILE_TOO_LARGE")) => format!("the file is too large: {reason}"),
        (_, Some("TEMPLATE_NOT_APPROVED")) => format!("WhatsApp has not approved this template: {reason}"),
        (_, Some("TEMPLATE_PARAMS")) => format!("a placeholder of the template is missing or one too many: {reason}"),
        (_, Some("TEMPLATE_NOT_FOUND")) => format!("there is no such template in this language: {reason}"),
        (_, Some("INVALID_PHONE_FORMAT")) => format!("the customer's number is not one that WhatsApp takes: {reason}"),
        (_, code) => match (code.and_then(code_of).or_else(|| code_in(reason)), code) {
            (Some(known), _) => format!("{} ({reason})", known.in_words()),
            (None, Some(code)) => format!("{reason} ({code})"),
            (None, None) => reason.to_owned(),
        },
    }
}

/// Clocks of two machines may differ by so much.
pub(super) const SKEW: SignedDuration = SignedDuration::from_secs(30);
/// A message that was stored later than this after the attempt is not that attempt's.
const ANSWER_LOST_WITHIN: SignedDuration = SignedDuration::from_secs(120);

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
                queue::start(state, out);
            }
            [] if known => {
                let words =
                    format!("the thread as the backend has it at {} has no such message", clock(state, state.now));
                note(state, &item.client, &words);
            }
            [] => {}
            several => {
                let times: Vec<String> =
                    several.iter().filter_map(|message| message.created_at).map(|at| clock(state, at)).collect();
                let words = format!("{} such messages stand in the thread ({})", times.len(), times.join(", "));
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

/// How long a file may have been on its way, over a slow line.
fn upload_time(item: &Outgoing) -> SignedDuration {
    const BYTES_A_SECOND: u64 = 20_000;
    match &item.enclosed {
        Some(Enclosed::File(file)) => {
            SignedDuration::from_secs(i64::try_from(file.size / BYTES_A_SECOND).unwrap_or(i64::MAX))
        }
        _ => SignedDuration::ZERO,
    }
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
        ..=attempted.saturating_add(ANSWER_LOST_WITHIN + upload_time(item)).unwrap_or(attempted);
    let from = item.after.as_ref().and_then(|id| thread.index_of(id)).map_or(0, |index| index + 1);
    thread
        .iter()
        .skip(from)
        .filter(stored)
        .filter(|message| message.created_at.is_some_and(|at| span.contains(&at)))
        .filter(|message| message.ids.client.is_none() && item.is_said_by(message))
        .collect()
}

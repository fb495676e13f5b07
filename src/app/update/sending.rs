//! From Enter to the tick: the outbox, the optimistic line, and what a refusal or silence means.

use std::time::Duration;

use jiff::SignedDuration;

use super::{Effect, State, fetch_latest, say, target, title_of, waiting};
use crate::app::composer::Mode;
use crate::app::msg::Timer;
use crate::app::outbox::{Fate, Outgoing};
use crate::app::threads::Loading;
use crate::backend::{Command, Outgoing as Body, RestError};
use crate::chat::{Content, ConversationKey, Delivery, Direction, Id, Message, MessageIds, Origin};
use crate::text::Clean;
use crate::wire::Accepted;

/// WhatsApp's longest text, in characters.
pub const LONGEST_TEXT: usize = 4096;
/// The room is told that the agent types at most this often, and that they stopped after as long without a key.
const TYPING_EVERY: SignedDuration = SignedDuration::from_secs(3);

/// Sends what is in the composer, to the conversation that it was written for.
pub(super) fn send(state: &mut State, out: &mut Vec<Effect>) {
    let Some(key) = state.composer.target else { return };
    if state.composer.is_blank() {
        return;
    }
    if state.composer.mode == Mode::Note {
        return say(state, true, "This backend keeps no notes; nothing was sent");
    }
    let length = state.composer.text().chars().count();
    if length > LONGEST_TEXT {
        return say(state, true, format!("WhatsApp takes {LONGEST_TEXT} characters at most; this text has {length}"));
    }
    let text = state.composer.take();
    let text = text.trim_end().to_owned();
    agent_stopped_typing(state, key, out);
    state.sent_here += 1;
    let client = Id::new(format!("switchboard-{}-{}", state.now.as_millisecond(), state.sent_here));
    let message = Message {
        ids: MessageIds { client: Some(client.clone()), ..MessageIds::default() },
        direction: Direction::Outbound,
        sender: state.identity.name.clone(),
        content: Content::Text { body: Clean::text(&text) },
        delivery: Delivery::default(),
        created_at: Some(state.now),
        sent_at: None,
        reply_to: None,
        reactions: Vec::new(),
        origin: Origin::Local,
    };
    let view = state.threads.open(key);
    view.thread.insert(message);
    view.new_from = None;
    view.go_to_end();
    let item = Outgoing { client, key, text, written: state.now, attempted: None, fate: Fate::Queued, note: None };
    state.outbox.push(item);
    state.dirty = true;
    start(state, out);
    if let Some(waiting) = state.outbox.unconfirmed(key) {
        let note = format!(
            "Waits for the unconfirmed message of {}: retry it (R) or take it back (e)",
            clock(state, waiting.written)
        );
        say(state, true, note);
    }
}

fn clock(state: &State, at: jiff::Timestamp) -> String {
    at.to_zoned(state.settings.zone.clone()).strftime("%H:%M").to_string()
}

/// Puts on the wire what may go now.
pub(super) fn start(state: &mut State, out: &mut Vec<Effect>) {
    if state.session.is_signed_out() {
        return;
    }
    for item in state.outbox.start(state.now) {
        let Some(target) = target(state, item.key) else { continue };
        let body = Body::Text { body: item.text };
        out.push(Effect::Backend(Command::Send { client: item.client, target, body, reply_to: None }));
        state.dirty = true;
    }
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
        Ok(accepted) => settle(state, client, key, &accepted),
        Err(error) => refused(state, client, key, error, out),
    }
    waiting::release_held(state, client, out);
    start(state, out);
}

/// The message is stored: the optimistic line becomes the stored one.
pub(super) fn settle(state: &mut State, client: &Id, key: ConversationKey, accepted: &Accepted) {
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
    let (now, preview) = (state.now, Clean::line(&item.text));
    state.inbox.change(key, |row| {
        row.preview = Some(preview);
        row.last_at = row.last_at.max(Some(now));
    });
}

fn refused(state: &mut State, client: &Id, key: ConversationKey, error: RestError, out: &mut Vec<Effect>) {
    let name = title_of(state, key);
    match error {
        RestError::Unreachable { reason, before_sending: true } => {
            if let Some(item) = state.outbox.get_mut(client) {
                item.fate = Fate::Queued;
                item.note = Some(reason.clone());
            }
            say(state, true, format!("The message to {name} waits until the backend can be reached: {reason}"));
        }
        RestError::Unreachable { reason, before_sending: false } => unconfirmed(state, client, key, &reason, out),
        RestError::Unreadable(error) => unconfirmed(state, client, key, &Clean::line(&error.to_string()), out),
        RestError::SignedOut { reason } => give_back(state, client, key, &format!("signed out: {reason}")),
        RestError::Refused { status, code, reason, retry_after } => {
            let words = refusal_in_words(status, code.as_deref(), &reason, retry_after);
            give_back(state, client, key, &words);
            // Some backends keep a failed message; the thread shows what they keep.
            if let Some(view) = state.threads.get_mut(key) {
                view.latest = Loading::Not;
            }
            fetch_latest(state, key, out);
        }
    }
}

fn unconfirmed(state: &mut State, client: &Id, key: ConversationKey, reason: &Clean, out: &mut Vec<Effect>) {
    let name = title_of(state, key);
    if let Some(item) = state.outbox.get_mut(client) {
        item.fate = Fate::Unconfirmed;
        item.note = Some(reason.clone());
    }
    if let Some(view) = state.threads.get_mut(key) {
        view.latest = Loading::Not;
    }
    fetch_latest(state, key, out);
    say(state, true, format!("It is not known whether the message to {name} was sent ({reason}): looking for it"));
}

fn give_back(state: &mut State, client: &Id, key: ConversationKey, why: &str) {
    let name = title_of(state, key);
    if let Some(view) = state.threads.get_mut(key) {
        view.change(|thread| thread.remove(client));
    }
    if let Some(item) = state.outbox.remove(client) {
        state.composer.give_back(key, &item.text);
    }
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

/// A thread was fetched after an attempt whose answer was lost: only one outbound message with equal text inside the
/// attempt's time span counts as ours.
pub(super) fn reconcile(state: &mut State, key: ConversationKey) {
    let lost: Vec<Outgoing> =
        state.outbox.items().iter().filter(|item| item.key == key && item.fate == Fate::Unconfirmed).cloned().collect();
    for item in lost {
        let Some(view) = state.threads.get(key) else { return };
        let Some(attempted) = item.attempted else { continue };
        let found: Vec<Accepted> = view
            .thread
            .iter()
            .rev()
            .take_while(|message| message.created_at.is_none_or(|at| at >= attempted - SKEW))
            .filter(|message| message.origin != Origin::Local && says(message, &item.text))
            .filter(|message| message.created_at.is_some_and(|at| at <= attempted + ANSWER_LOST_WITHIN))
            .map(|message| Accepted { id: message.ids.id.clone(), wa: message.ids.wa.clone() })
            .collect();
        if let [one] = found.as_slice() {
            settle(state, &item.client, key, one);
            state.notice = None;
        }
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

/// The agent wants the last failed or unconfirmed message of the open thread sent again.
pub(super) fn retry(state: &mut State, out: &mut Vec<Effect>) {
    let Some(key) = state.open else { return };
    let now = state.now;
    let client = state
        .outbox
        .items()
        .iter()
        .find(|item| item.key == key && item.fate != Fate::Sending)
        .map(|item| item.client.clone());
    let Some(item) = client.and_then(|client| state.outbox.get_mut(&client)) else {
        return say(state, false, "Nothing waits to be sent here");
    };
    item.fate = Fate::Queued;
    item.written = now;
    start(state, out);
}

/// The agent takes the last message that waits back into the composer.
pub(super) fn take_back(state: &mut State) {
    let Some(key) = state.open else { return };
    let waiting = state.outbox.items().iter().rev().find(|item| item.key == key && item.fate != Fate::Sending);
    let Some(client) = waiting.map(|item| item.client.clone()) else {
        return say(state, false, "Nothing waits to be sent here");
    };
    if let Some(item) = state.outbox.remove(&client) {
        if let Some(view) = state.threads.get_mut(key) {
            view.change(|thread| thread.remove(&client));
        }
        state.composer.give_back(key, &item.text);
        state.focus = crate::app::state::Focus::Composer;
        state.dirty = true;
    }
}

/// The agent typed in the composer.
pub(super) fn agent_types(state: &mut State, out: &mut Vec<Effect>) {
    let Some(key) = state.composer.target.filter(|_| state.composer.mode == Mode::Reply) else { return };
    if state.composer.is_blank() {
        return agent_stopped_typing(state, key, out);
    }
    let due = state.agent_typing.is_none_or(|(other, at)| other != key || state.now.duration_since(at) >= TYPING_EVERY);
    if due {
        if let Some(target) = target(state, key) {
            state.agent_typing = Some((key, state.now));
            out.push(Effect::Backend(Command::Typing { target, typing: true }));
        }
        out.push(Effect::Wake { after: TYPING_EVERY.unsigned_abs() * 2, timer: Timer::AgentTypingEnds(key) });
    }
}

/// The agent sent, emptied or left the text, or paused.
pub(super) fn agent_stopped_typing(state: &mut State, key: ConversationKey, out: &mut Vec<Effect>) {
    if state.agent_typing.take_if(|(typing, _)| *typing == key).is_some()
        && let Some(target) = target(state, key)
    {
        out.push(Effect::Backend(Command::Typing { target, typing: false }));
    }
}

/// The agent turns to another conversation.
pub(super) fn agent_left(state: &mut State, out: &mut Vec<Effect>) {
    if let Some((key, _)) = state.agent_typing {
        agent_stopped_typing(state, key, out);
    }
}

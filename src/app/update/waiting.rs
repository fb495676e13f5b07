//! Events that wait: for a conversation that is being fetched, for the answer to a send, or for the agent to say where
//! they belong.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::routing::message_event;
use super::{Effect, State, lists, placing, say, searching, storing, title_of};
use crate::app::outbox::Fate;
use crate::app::state::Unrouted;
use crate::backend::{Command, RestError};
use crate::chat::directory::NameOrigin;
use crate::chat::{ConversationFacts, ConversationKey, Direction, Evidence, Id, Message, Outcome};
use crate::text::Clean;
use crate::wire::ThreadPage;

/// At most this many events wait for unknown conversations and for answers to sends; the oldest give way, visibly.
const MOST_WAITING: usize = 10_000;
/// A conversation that could not be fetched is asked for again by an event after this time.
const ASK_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Events that wait for something that was asked for.
#[derive(Debug, Default)]
pub struct Waiting {
    /// For a conversation that is being fetched, by the id that was asked for.
    unknown: HashMap<Id, Vec<Waiter>>,
    /// What could not be fetched lately, since when, and why: it is not asked for again with every event.
    refused: HashMap<Id, (Timestamp, Clean)>,
    /// For the answer to a send that this may be the echo of, by our id of the message.
    held: Vec<(Id, Held)>,
}

/// What may be a message of ours whose answer is awaited.
#[derive(Debug)]
enum Held {
    /// An event.
    Event(Waiter),
    /// A message of a page, and whose.
    Stored(ConversationKey, Box<Message>),
}

/// A message event that waits.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) seq: u64,
    pub(super) evidence: Evidence,
    pub(super) message: Box<Message>,
    pub(super) facts: Box<ConversationFacts>,
}

/// The send of ours that this outbound message may be the echo of, while its answer is awaited: until then nobody
/// knows its ids, and showing it would show it twice.
pub(super) fn echo_of(state: &State, key: ConversationKey, message: &Message) -> Option<Id> {
    if message.direction == Direction::Inbound
        || message.ids.iter().any(|id| state.directory.conversation_of_message(id).is_some())
    {
        return None;
    }
    let mut sending = state.outbox.items().iter().filter(|item| item.key == key && item.fate == Fate::Sending);
    sending.find(|item| item.is_said_by(message)).map(|item| item.client.clone())
}

/// Holds an event back until the answer to this send is there.
pub(super) fn hold(state: &mut State, client: Id, waiter: Waiter) {
    state.waiting.held.push((client, Held::Event(waiter)));
}

/// The same for a message of a page: it is the only one who knows when the backend stored it.
pub(super) fn hold_stored(state: &mut State, client: Id, key: ConversationKey, message: Message) {
    state.waiting.held.push((client, Held::Stored(key, Box::new(message))));
}

/// The answer to a send came: what waited for it is routed now.
pub(super) fn release_held(state: &mut State, client: &Id, out: &mut Vec<Effect>) {
    let (free, held) =
        std::mem::take(&mut state.waiting.held).into_iter().partition(|(waits_for, _)| waits_for == client);
    state.waiting.held = held;
    for (_, held) in free {
        match held {
            Held::Event(waiter) => _ = message_event(state, waiter, out),
            Held::Stored(key, message) => {
                let key = state.directory.current(key);
                storing::remember(state, key, &message.ids);
                if let Some(view) = state.threads.get_mut(key) {
                    view.change(|thread| thread.insert(*message));
                    view.unverified = true;
                }
            }
        }
    }
}

/// A message that cannot be routed stands in the Unrouted row, with its reason.
pub(super) fn park(state: &mut State, seq: u64, evidence: Evidence, message: Option<Box<Message>>, reason: Clean) {
    let received = state.now;
    state.unrouted.push(Unrouted { seq, received, evidence, message, reason });
    state.dirty = true;
}

/// An event names a conversation that is not known: it waits while that is fetched.
pub(super) fn wait_for(state: &mut State, id: Id, waiter: Waiter, out: &mut Vec<Effect>) {
    if let Some(reason) = refused_lately(state, &id) {
        return park(state, waiter.seq, waiter.evidence, Some(waiter.message), reason);
    }
    ask_for(state, &id, out);
    let waiting: usize = state.waiting.unknown.values().map(Vec::len).sum();
    if waiting >= MOST_WAITING {
        let reason = Clean::line("too many events wait for unknown conversations");
        return park(state, waiter.seq, waiter.evidence, Some(waiter.message), reason);
    }
    state.waiting.unknown.entry(id).or_default().push(waiter);
}

/// Why this id could not be fetched, if that was a moment ago.
fn refused_lately(state: &State, id: &Id) -> Option<Clean> {
    let (at, reason) = state.waiting.refused.get(id)?;
    (state.now.duration_since(*at) < ASK_AGAIN_AFTER).then(|| reason.clone())
}

/// Asks for an unknown conversation, unless that is under way or failed a moment ago.
/// `false` in the latter case.
pub(super) fn ask_for(state: &mut State, id: &Id, out: &mut Vec<Effect>) -> bool {
    if refused_lately(state, id).is_some() {
        return false;
    }
    if !state.waiting.unknown.contains_key(id) {
        state.waiting.unknown.insert(id.clone(), Vec::new());
        out.push(Effect::Backend(Command::FetchConversation { id: id.clone() }));
    }
    true
}

/// A conversation that an event named was fetched, or could not be.
pub(super) fn fetched(state: &mut State, id: &Id, result: Result<ThreadPage, RestError>, out: &mut Vec<Effect>) {
    let waiters = state.waiting.unknown.remove(id).unwrap_or_default();
    let reason = match result {
        Ok(page) => match page.facts {
            Some(mut facts) => {
                // What the event names it by is what paths and rooms take: in the composite era that is the composite.
                facts.led_by(id);
                let unread = u32::try_from(page.messages.iter().filter(|m| m.direction == Direction::Inbound).count());
                facts.unread = facts.unread.or(unread.ok());
                let key = lists::put(state, &facts, NameOrigin::Declared, out);
                // the row counts the messages already that have waited for it
                let inbound = |waiter: &&Waiter| waiter.message.direction == Direction::Inbound;
                let counted = u32::try_from(waiters.iter().filter(inbound).count()).unwrap_or(u32::MAX);
                let unread = state.inbox.get(key).map_or(0, |row| row.unread);
                state.unread_owed.insert(key, counted.min(unread));
                None
            }
            None => Some(Clean::line("the backend's answer does not describe the conversation")),
        },
        Err(error) => Some(Clean::line(&format!("its conversation could not be fetched: {error}"))),
    };
    match &reason {
        Some(reason) => {
            let now = state.now;
            state.waiting.refused.retain(|_, (at, _)| now.duration_since(*at) < ASK_AGAIN_AFTER);
            state.waiting.refused.insert(id.clone(), (now, reason.clone()));
        }
        None => _ = state.waiting.refused.remove(id),
    }
    for waiter in waiters {
        if let Some(reason) = &reason {
            park(state, waiter.seq, waiter.evidence, Some(waiter.message), reason.clone());
            continue;
        }
        let seq = waiter.seq;
        let again = state.directory.resolve(&waiter.evidence);
        if matches!(again.outcome, Outcome::Unknown(_)) {
            let reason = Clean::line("the backend fetched a conversation that does not carry the event's id");
            park(state, seq, waiter.evidence, Some(waiter.message), reason);
            continue;
        }
        let decision = message_event(state, waiter, out);
        let rule = decision.resolution.and_then(|found| found.rule);
        state.sightings.decide_again(seq, &decision.verdict, decision.key, rule);
        state.timeline.decide_again(seq, decision.verdict, decision.key, rule);
        state.traffic.changed(&state.timeline, seq);
    }
    searching::conversation_came(state, id, reason.as_ref(), out);
    state.dirty = true;
}

/// The agent says where an unrouted message belongs.
pub(super) fn belongs(state: &mut State, index: usize, key: ConversationKey, out: &mut Vec<Effect>) {
    if index >= state.unrouted.len() {
        return;
    }
    let item = state.unrouted.remove(index);
    let name = title_of(state, key);
    match item.message {
        Some(message) => {
            placing::place(state, key, *message, &ConversationFacts::default(), out);
            say(state, false, format!("Put into the conversation with {name}, as you said"));
        }
        None => say(state, true, "It could not be read; its raw payload is in the traffic panel (F12)"),
    }
}

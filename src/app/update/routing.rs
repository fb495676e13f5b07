//! What one socket event does: which conversation it belongs to, what it changes there, and what the traffic panel
//! says of it. The [`Directory`](crate::chat::Directory) decides; here is what follows.

use std::collections::HashMap;
use std::time::Duration;

use super::{Effect, State, lists, reading, say, sending, title_of};
use crate::app::msg::Timer;
use crate::app::outbox::Fate;
use crate::app::state::{TrafficSize, Unrouted};
use crate::app::threads::Anchor;
use crate::backend::{Command, Frame, RestError};
use crate::chat::directory::NameOrigin;
use crate::chat::thread::Inserted;
use crate::chat::{
    Content, ConversationFacts, ConversationKey, DeliveryUpdate, Direction, Evidence, Id, Message, Origin, Outcome,
    Resolution, Rule, Verdict, naive_match,
};
use crate::inspect::{Entry, MatchRecord};
use crate::text::Clean;
use crate::wire::{Event, ThreadPage};

/// At most this many events wait for unknown conversations and for answers to sends; the oldest give way, visibly.
const MOST_WAITING: usize = 10_000;
/// A customer who has not typed for this long has stopped.
const TYPING_LASTS: Duration = Duration::from_secs(8);

/// Events that wait for something that was asked for.
#[derive(Debug, Default)]
pub struct Waiting {
    /// For a conversation that is being fetched, by the id that was asked for.
    unknown: HashMap<Id, Vec<Waiter>>,
    /// For the answer to a send that this may be the echo of, by our id of the message.
    held: Vec<(Id, Waiter)>,
}

/// A message event that waits.
#[derive(Debug)]
struct Waiter {
    seq: u64,
    evidence: Evidence,
    message: Box<Message>,
    facts: Box<ConversationFacts>,
}

/// What was decided about an event.
struct Decision {
    verdict: Verdict,
    resolution: Option<Resolution>,
    key: Option<ConversationKey>,
}

impl Decision {
    fn plain(verdict: Verdict) -> Self {
        Self { verdict, resolution: None, key: None }
    }

    fn of(verdict: Verdict, resolution: Resolution) -> Self {
        let key = verdict.key().or(match resolution.outcome {
            Outcome::Known(key) | Outcome::Probable(key) => Some(key),
            _ => None,
        });
        Self { verdict, resolution: Some(resolution), key }
    }
}

/// One event came.
pub(super) fn frame(state: &mut State, frame: Frame, out: &mut Vec<Effect>) {
    let Frame { epoch, seq, received, name, raw, ack, bytes, emitted, event } = frame;
    let mut record = MatchRecord { timestamp: emitted, ..selected(state) };
    let mut evidence = Evidence::default();
    let decision = match event {
        Err(error) => {
            let reason = Clean::line(&error.to_string());
            park(state, seq, Evidence::default(), None, reason.clone());
            Decision::plain(Verdict::Undecodable { reason })
        }
        Ok(Event::Message { evidence: told, message, facts }) => {
            evidence = told;
            record.message_from = evidence.phone.as_ref().map(|phone| phone.shown()).or_else(|| message.sender.clone());
            record.message_type = Some(Clean::line(message.content.kind()));
            message_event(state, Waiter { seq, evidence: evidence.clone(), message, facts }, out)
        }
        Ok(Event::Conversation { evidence: told, facts }) => {
            evidence = told;
            conversation_event(state, &evidence, &facts, out)
        }
        Ok(Event::Status { evidence: told, update }) => {
            evidence = told;
            status_event(state, &evidence, &update)
        }
        Ok(Event::Typing { evidence: told, who, typing }) => {
            evidence = told;
            typing_event(state, &evidence, who.as_ref(), typing, out)
        }
        Ok(Event::Account) => Decision::plain(Verdict::Account),
        Ok(Event::Complaint { message }) => {
            say(state, true, format!("The backend complains: {message}"));
            Decision::plain(Verdict::Account)
        }
        Ok(Event::NotInDialect) => Decision::plain(Verdict::NotInDialect),
    };
    record.broadcast_conversation_id.clone_from(&evidence.broadcast_id);
    record.matched = naive_match(record.selected_contact_id.as_ref(), record.broadcast_conversation_id.as_ref());
    let of_open = decision.key.is_some() && decision.key == state.open;
    let named = record.broadcast_conversation_id.is_some();
    let room = room_of(state, &evidence);
    if let Some(room) = &room {
        state.rooms.confirm(room, state.now);
    }
    let (rule, pointer, compared) =
        decision.resolution.map_or((None, None, Vec::new()), |found| (found.rule, found.pointer, found.compared));
    state.timeline.push(Entry {
        seq,
        epoch,
        received,
        routed: state.now,
        drawn: None,
        name,
        raw,
        ack,
        bytes,
        rescued: of_open && named && !record.matched,
        record,
        conversation: decision.key,
        verdict: decision.verdict,
        rule,
        pointer,
        compared,
        room,
    });
    state.dirty |= state.panels.traffic != TrafficSize::Hidden;
}

/// What a naive page holds while this conversation is open.
fn selected(state: &State) -> MatchRecord {
    let row = state.open.and_then(|key| state.inbox.get(key));
    MatchRecord {
        selected_contact_id: row.map(|row| row.page_id.clone()),
        selected_contact_phone: row.and_then(|row| row.phone.as_ref()).map(|phone| phone.shown()),
        ..MatchRecord::default()
    }
}

/// The room that an event probably came by: one that is joined under an id which the event names.
fn room_of(state: &State, evidence: &Evidence) -> Option<Id> {
    let joined = |id: &Id| state.rooms.joined().any(|row| row.key.is_some() && row.id == *id);
    evidence.ids.iter().map(|named| &named.id).find(|id| joined(id)).cloned()
}

fn message_event(state: &mut State, waiter: Waiter, out: &mut Vec<Effect>) -> Decision {
    let resolution = state.directory.resolve(&waiter.evidence);
    match &resolution.outcome {
        Outcome::Known(key) => {
            let key = *key;
            if let Some(client) = echo_of(state, key, &waiter.message) {
                state.waiting.held.push((client, waiter));
                return Decision::of(Verdict::Duplicate { key }, resolution);
            }
            let verdict = place(state, key, *waiter.message, &waiter.facts, out);
            Decision::of(verdict, resolution)
        }
        Outcome::Unknown(id) => {
            let id = id.clone();
            wait_for(state, id.clone(), waiter, out);
            Decision::of(Verdict::Unknown { id }, resolution)
        }
        Outcome::Foreign => Decision::of(Verdict::Foreign, resolution),
        Outcome::Probable(key) => {
            let (key, reason) = (*key, format!("probably {}, by a national form of the number", title_of(state, *key)));
            park(state, waiter.seq, waiter.evidence, Some(waiter.message), Clean::line(&reason));
            Decision::of(Verdict::Probable { key }, resolution)
        }
        Outcome::NoId => {
            let reason = Clean::line("nothing in it names a conversation");
            park(state, waiter.seq, waiter.evidence, Some(waiter.message), reason);
            Decision::of(Verdict::NoId, resolution)
        }
        Outcome::Ambiguous(keys) => {
            let keys = keys.clone();
            let reason = format!("{} conversations answer to what it says", keys.len());
            park(state, waiter.seq, waiter.evidence, Some(waiter.message), Clean::line(&reason));
            Decision::of(Verdict::Ambiguous { keys }, resolution)
        }
    }
}

/// The send of ours that this outbound message may be the echo of, while its answer is awaited: until then nobody
/// knows its ids, and showing it would show it twice.
fn echo_of(state: &State, key: ConversationKey, message: &Message) -> Option<Id> {
    if message.direction != Direction::Outbound
        || message.ids.iter().any(|id| state.directory.conversation_of_message(id).is_some())
    {
        return None;
    }
    let Content::Text { .. } = message.content else { return None };
    let mut sending = state.outbox.items().iter().filter(|item| item.key == key && item.fate == Fate::Sending);
    sending.find(|item| sending::says(message, &item.text)).map(|item| item.client.clone())
}

/// The answer to a send came: what waited for it is routed now.
pub(super) fn release_held(state: &mut State, client: &Id, out: &mut Vec<Effect>) {
    let (free, held) =
        std::mem::take(&mut state.waiting.held).into_iter().partition(|(waits_for, _)| waits_for == client);
    state.waiting.held = held;
    for (_, waiter) in free {
        message_event(state, waiter, out);
    }
}

/// Puts a message into its conversation, and says what that was.
pub(super) fn place(
    state: &mut State,
    key: ConversationKey,
    mut message: Message,
    facts: &ConversationFacts,
    out: &mut Vec<Effect>,
) -> Verdict {
    message.origin = Origin::Live;
    let seen = message.ids.iter().any(|id| state.directory.conversation_of_message(id).is_some());
    state.directory.index_message(&message.ids, key);
    if !facts.ids.is_empty() {
        state.directory.observe(key, facts);
    }
    let parked = state.parked.take(&message.ids);
    let inbound = message.direction == Direction::Inbound;
    let is_line = !matches!(message.content, Content::Reaction { .. });
    let at = message.created_at.or(message.sent_at).unwrap_or(state.now);
    let preview = message.preview();
    let ids = message.ids.clone();
    let mut duplicate = seen;
    let mut out_of_order = false;
    let open = state.open == Some(key);
    if let Some(view) = state.threads.get_mut(key) {
        if inbound {
            view.typing = None;
        }
        match view.change(|thread| thread.insert(message)) {
            Inserted::New { out_of_order: late, .. } => {
                out_of_order = late;
                duplicate = false;
                if view.anchor != Anchor::End {
                    view.below += 1;
                }
            }
            Inserted::Merged { changed, .. } => {
                duplicate = true;
                state.dirty |= open && changed;
            }
            Inserted::Reaction { .. } | Inserted::ParkedReaction => {}
        }
        for update in parked {
            for id in ids.iter() {
                if view.thread.apply_status(id, &update) {
                    break;
                }
            }
        }
        state.dirty |= open && !duplicate;
    }
    state.missed.heard(key);
    if duplicate {
        raise(state, key, facts, None);
        return Verdict::Duplicate { key };
    }
    raise(state, key, facts, is_line.then_some((at, preview.clone(), inbound)));
    if inbound {
        count_unread(state, key, preview, out);
    }
    match (open, out_of_order) {
        (_, true) => Verdict::OutOfOrder { key },
        (true, false) => Verdict::Routed { key },
        (false, false) => Verdict::Background { key },
    }
}

/// Moves a row to where its last message puts it, with what the event tells of the customer.
fn raise(
    state: &mut State,
    key: ConversationKey,
    facts: &ConversationFacts,
    line: Option<(jiff::Timestamp, Clean, bool)>,
) {
    state.inbox.change(key, |row| {
        row.absorb_person(facts);
        if let Some((at, preview, inbound)) = line {
            if row.last_at.is_none_or(|last| at >= last) {
                row.preview = Some(preview);
            }
            row.last_at = row.last_at.max(Some(at));
            if inbound {
                row.last_inbound_at = row.last_inbound_at.max(Some(at));
            }
        }
    });
    state.dirty = true;
}

/// Counts an inbound message that the user does not see, and tells them.
fn count_unread(state: &mut State, key: ConversationKey, body: Clean, out: &mut Vec<Effect>) {
    let counted_by_update = state.unread_owed.get_mut(&key).filter(|owed| **owed > 0);
    if let Some(owed) = counted_by_update {
        *owed -= 1;
    } else {
        state.inbox.change(key, |row| row.unread = row.unread.saturating_add(1));
    }
    if reading::in_view(state, key) {
        return reading::look(state, out);
    }
    if state.live_since.is_none() {
        return;
    }
    if state.settings.bell {
        out.push(Effect::Bell);
    }
    if state.settings.notify {
        let (title, body) = if state.settings.hide_content {
            (Clean::line("Switchboard"), Clean::line("A new message"))
        } else {
            (title_of(state, key), body)
        };
        out.push(Effect::Notify { title, body });
    }
}

fn conversation_event(
    state: &mut State,
    evidence: &Evidence,
    facts: &ConversationFacts,
    out: &mut Vec<Effect>,
) -> Decision {
    let resolution = state.directory.resolve(evidence);
    let verdict = match &resolution.outcome {
        Outcome::Known(key) => {
            let key = *key;
            let learned = state.directory.observe(key, facts);
            lists::merged(state, &learned.merged, out);
            absorb_update(state, key, facts, out);
            if state.open == Some(key) { Verdict::Routed { key } } else { Verdict::Background { key } }
        }
        Outcome::Unknown(id) => {
            let id = id.clone();
            ask_for(state, &id, out);
            Verdict::Unknown { id }
        }
        Outcome::Foreign => Verdict::Foreign,
        Outcome::Probable(key) => Verdict::Probable { key: *key },
        Outcome::NoId => Verdict::NoId,
        Outcome::Ambiguous(keys) => Verdict::Ambiguous { keys: keys.clone() },
    };
    Decision::of(verdict, resolution)
}

/// A row says anew how many messages are unread: what it counts need not be counted again when the message comes.
fn absorb_update(state: &mut State, key: ConversationKey, facts: &ConversationFacts, out: &mut Vec<Effect>) {
    state.missed.heard(key);
    let before = state.inbox.get(key).map_or(0, |row| row.unread);
    state.inbox.change(key, |row| {
        row.absorb(facts);
        row.last_at = row.last_at.max(facts.last_at);
    });
    if let Some(unread) = facts.unread {
        let more = unread.saturating_sub(before);
        if more > 0 {
            *state.unread_owed.entry(key).or_default() += more;
        } else {
            state.unread_owed.remove(&key);
        }
    }
    state.dirty = true;
    reading::look(state, out);
}

fn status_event(state: &mut State, evidence: &Evidence, update: &DeliveryUpdate) -> Decision {
    let resolution = state.directory.resolve(evidence);
    let Outcome::Known(key) = resolution.outcome else {
        for id in evidence.message.iter().take(1) {
            state.parked.park(id.clone(), update.clone(), state.now);
        }
        let verdict = match &resolution.outcome {
            Outcome::Foreign => Verdict::Foreign,
            Outcome::Unknown(id) => Verdict::Unknown { id: id.clone() },
            Outcome::Ambiguous(keys) => Verdict::Ambiguous { keys: keys.clone() },
            _ => Verdict::NoId,
        };
        return Decision::of(verdict, resolution);
    };
    let open = state.open == Some(key);
    let known = evidence.message.iter().find_map(|id| {
        let view = state.threads.get_mut(key)?;
        view.thread.index_of(id)?;
        Some(view.thread.apply_status(id, update))
    });
    match known {
        Some(changed) => state.dirty |= changed && open,
        None => {
            for id in evidence.message.iter().take(1) {
                state.parked.park(id.clone(), update.clone(), state.now);
            }
        }
    }
    let verdict = if open { Verdict::Routed { key } } else { Verdict::Background { key } };
    Decision::of(verdict, resolution)
}

fn typing_event(
    state: &mut State,
    evidence: &Evidence,
    who: Option<&Id>,
    typing: bool,
    out: &mut Vec<Effect>,
) -> Decision {
    // Our own typing comes back to us on some backends, under the account's id.
    let echo = who.is_some() && who == state.identity.account.as_ref() && state.agent_typing.is_some();
    let mut resolution = state.directory.resolve(evidence);
    if resolution.outcome == Outcome::NoId {
        let mut rooms: Vec<ConversationKey> = state.rooms.joined().filter_map(|row| row.key).collect();
        rooms.dedup();
        if let [only] = rooms.as_slice() {
            resolution.outcome = Outcome::Known(*only);
            resolution.rule = Some(Rule::OnlyRoom);
        }
    }
    let Outcome::Known(key) = resolution.outcome else {
        return Decision::of(Verdict::NoId, resolution);
    };
    if echo {
        return Decision::of(Verdict::Duplicate { key }, resolution);
    }
    let now = state.now;
    if let Some(view) = state.threads.get_mut(key) {
        view.typing = typing.then_some(now);
        state.dirty = true;
        if typing {
            out.push(Effect::Wake { after: TYPING_LASTS, timer: Timer::TypingEnds(key) });
        }
    }
    let verdict = if state.open == Some(key) { Verdict::Routed { key } } else { Verdict::Background { key } };
    Decision::of(verdict, resolution)
}

/// A message that cannot be routed stands in the Unrouted row, with its reason.
fn park(state: &mut State, seq: u64, evidence: Evidence, message: Option<Box<Message>>, reason: Clean) {
    let received = state.now;
    state.unrouted.push(Unrouted { seq, received, evidence, message, reason });
    state.dirty = true;
}

/// An event names a conversation that is not known: it waits while that is fetched.
fn wait_for(state: &mut State, id: Id, waiter: Waiter, out: &mut Vec<Effect>) {
    ask_for(state, &id, out);
    let waiting: usize = state.waiting.unknown.values().map(Vec::len).sum();
    if waiting >= MOST_WAITING {
        let reason = Clean::line("too many events wait for unknown conversations");
        return park(state, waiter.seq, waiter.evidence, Some(waiter.message), reason);
    }
    state.waiting.unknown.entry(id).or_default().push(waiter);
}

fn ask_for(state: &mut State, id: &Id, out: &mut Vec<Effect>) {
    if !state.waiting.unknown.contains_key(id) {
        state.waiting.unknown.insert(id.clone(), Vec::new());
        out.push(Effect::Backend(Command::FetchConversation { id: id.clone() }));
    }
}

/// A conversation that an event named was fetched, or could not be.
pub(super) fn fetched(state: &mut State, id: &Id, result: Result<ThreadPage, RestError>, out: &mut Vec<Effect>) {
    let waiters = state.waiting.unknown.remove(id).unwrap_or_default();
    let reason = match result {
        Ok(page) => match page.facts {
            Some(mut facts) => {
                if facts.ids.iter().all(|named| named.id != *id) {
                    // The backend answered this id with another name for it: the answer declares both.
                    facts.ids.push(crate::chat::NamedId { pointer: "(asked for)".into(), id: id.clone() });
                }
                let unread = u32::try_from(page.messages.iter().filter(|m| m.direction == Direction::Inbound).count());
                facts.unread = facts.unread.or(unread.ok());
                lists::put(state, &facts, NameOrigin::Declared, out);
                None
            }
            None => Some(Clean::line("the backend's answer does not describe the conversation")),
        },
        Err(error) => Some(Clean::line(&format!("its conversation could not be fetched: {error}"))),
    };
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
        if let Some(entry) = state.timeline.get_mut(seq) {
            entry.verdict = decision.verdict;
            entry.conversation = decision.key;
            entry.rule = decision.resolution.and_then(|found| found.rule);
        }
    }
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
            place(state, key, *message, &ConversationFacts::default(), out);
            say(state, false, format!("Put into the conversation with {name}, as you said"));
        }
        None => say(state, true, "It could not be read; its raw payload is in the traffic panel (F12)"),
    }
}

//! What one socket event does: which conversation it belongs to, what it changes there, and what the traffic panel
//! says of it. The [`Directory`](crate::chat::Directory) decides; here is what follows.

use std::time::Duration;

use jiff::Timestamp;

use super::placing::place;
use super::waiting::{Waiter, ask_for, echo_of, hold, park, wait_for};
use super::{Effect, State, catalogues, lists, presence, reading, say, storing, title_of};
use crate::app::msg::Timer;
use crate::app::state::TrafficSize;
use crate::backend::Frame;
use crate::chat::{
    ConversationFacts, ConversationKey, DeliveryState, DeliveryUpdate, Evidence, Id, MessageIds, NamedId, Outcome,
    Rank, Resolution, Rule, Verdict, naive_match,
};
use crate::inspect::payload::{in_payload, payload_lines};
use crate::inspect::repeats::{Coming, Glimpse};
use crate::inspect::sightings::{Sight, Spelling};
use crate::inspect::{About, Entry, Kind, MatchRecord};
use crate::text::Clean;
use crate::wire::{DecodeError, Event, Viewer};

/// Who has not typed for this long has stopped.
pub(super) const TYPING_LASTS: Duration = Duration::from_secs(8);

/// What was decided about an event.
pub(super) struct Decision {
    pub(super) verdict: Verdict,
    pub(super) resolution: Option<Resolution>,
    pub(super) key: Option<ConversationKey>,
}

impl Decision {
    fn plain(verdict: Verdict) -> Self {
        Self { verdict, resolution: None, key: None }
    }

    pub(super) fn of(verdict: Verdict, resolution: Resolution) -> Self {
        let key = verdict.key().or(match resolution.outcome {
            Outcome::Known(key) | Outcome::Probable(key) => Some(key),
            _ => None,
        });
        Self { verdict, resolution: Some(resolution), key }
    }
}

/// One event came.
pub(super) fn frame(state: &mut State, frame: Frame, out: &mut Vec<Effect>) {
    let Frame { epoch, seq, received, name, raw, ack, bytes, emitted, event, injected } = frame;
    let about = event.as_ref().map(About::of).unwrap_or_default();
    let joined = |evidence: &Evidence| room_of(state, evidence).is_some();
    let proves_the_account = event.as_ref().is_ok_and(|event| event.proves_the_account(joined));
    let glimpse = match &event {
        Ok(Event::Message { message, .. }) if !injected => Some(Glimpse::from(&**message)),
        _ => None,
    };
    state.traffic.injecting = injected;
    let mut record = MatchRecord { timestamp: emitted, ..selected(state) };
    let mut evidence = Evidence::default();
    let (created, rank) = progress(&event);
    let decision = match event {
        Err(error) => {
            let reason = Clean::line(&error.to_string());
            park(state, seq, Evidence::default(), None, reason.clone());
            Decision::plain(Verdict::Undecodable { reason })
        }
        Ok(Event::Message { evidence: told, message, facts }) => {
            evidence = told;
            record.message_from =
                evidence.phone.as_ref().map(|phone| Clean::line(phone.raw())).or_else(|| message.sender.clone());
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
        Ok(Event::Typing { evidence: told, who, agent: None, typing }) => {
            evidence = told;
            typing_event(state, &evidence, who.as_ref(), typing, out)
        }
        Ok(Event::Typing { evidence: told, who, agent: Some(agent), typing }) => {
            evidence = told;
            presence::agent_types(state, &evidence, Viewer { id: who, name: agent, typing }, out)
        }
        Ok(Event::Presence { evidence: told, viewers }) => {
            evidence = told;
            presence::viewers(state, &evidence, viewers)
        }
        Ok(Event::Changed { catalogue }) => {
            catalogues::changed(state, catalogue, out);
            Decision::plain(Verdict::Account)
        }
        Ok(Event::Merged { evidence: told, gone }) => {
            evidence = told;
            merged_event(state, &evidence, &gone, out)
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
    // what was put in here came by no room
    if let Some(room) = room.as_ref().filter(|_| !injected) {
        state.rooms.confirm(room, state.now);
    }
    if proves_the_account && !injected && decision.verdict != Verdict::Foreign {
        state.rooms.confirm_account(state.now);
    }
    let (rule, pointer, compared) =
        decision.resolution.map_or((None, None, Vec::new()), |found| (found.rule, found.pointer, found.compared));
    if let Some(glimpse) = glimpse {
        let coming = Coming { seq, name: name.clone(), at: received };
        state.traffic.repeats.heard(coming, decision.key, &glimpse);
    }
    let stands_at = match decision.key {
        Some(key) if about.kind == Kind::Message && evidence.ids.is_empty() => elsewhere(state, key, &raw),
        _ => None,
    };
    state.sightings.push(Sight {
        stands_at,
        seq,
        epoch,
        received,
        emitted,
        name: name.clone(),
        kind: about.kind,
        bytes,
        created,
        rank,
        selected: record.selected_contact_id.clone(),
        matched: record.matched,
        rescued: of_open && named && !record.matched,
        of_open,
        verdict: decision.verdict.clone(),
        rule,
        conversation: decision.key,
        spelling: Spelling::of(&raw),
        says: evidence,
    });
    state.timeline.push(Entry {
        seq,
        epoch,
        received,
        routed: state.now,
        drawn: None,
        name,
        about,
        raw,
        cut: None,
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
        injected,
    });
    state.traffic.pushed(&state.timeline);
    state.dirty |= state.panels.traffic != TrafficSize::Hidden;
}

/// When an event's message was made, and how far a status says that one got.
fn progress(event: &Result<Event, DecodeError>) -> (Option<Timestamp>, Option<Rank>) {
    match event {
        Ok(Event::Message { message, .. }) => (message.created_at.or(message.sent_at), None),
        Ok(Event::Status { update, .. }) => match update.state {
            DeliveryState::Reached(rank) => (None, Some(rank)),
            DeliveryState::Failed(_) => (None, None),
        },
        _ => (None, None),
    }
}

/// What a naive page holds while this conversation is open.
fn selected(state: &State) -> MatchRecord {
    let row = state.open.and_then(|key| state.inbox.get(key));
    MatchRecord {
        selected_contact_id: row.map(|row| row.page_id.clone()),
        selected_contact_phone: row.and_then(|row| row.phone.as_ref()).map(|phone| Clean::line(phone.raw())),
        ..MatchRecord::default()
    }
}

/// So many lines of a payload are looked at.
const MOST_LINES: usize = 200;

/// Where in a payload the id of its conversation stands, that the dialect did not find.
fn elsewhere(state: &State, key: ConversationKey, raw: &str) -> Option<Clean> {
    let row = state.inbox.get(key)?;
    let ids = [&row.page_id, &row.id].map(|id| format!("\"{}\"", id.as_str()));
    let lines = payload_lines(raw, super::traffic::PAYLOAD_COLUMNS).take(MOST_LINES);
    // the outermost: an event's own field rather than its message's
    let found = lines
        .filter(|line| ids.iter().any(|id| line.text.contains(id)))
        .min_by_key(|line| line.pointer.matches('/').count())?;
    Some(Clean::line(in_payload(&found.pointer)))
}

/// The room that an event probably came by: one that is joined under an id which the event names.
fn room_of(state: &State, evidence: &Evidence) -> Option<Id> {
    evidence.ids.iter().map(|named| &named.id).find(|id| state.rooms.is_joined(id)).cloned()
}

pub(super) fn message_event(state: &mut State, waiter: Waiter, out: &mut Vec<Effect>) -> Decision {
    let resolution = state.directory.resolve(&waiter.evidence);
    match &resolution.outcome {
        // the cache named it, and the backend's list did not
        Outcome::Known(key) if state.inbox.get(*key).is_none() && state.directory.primary(*key).is_some() => {
            let id = state.directory.primary(*key).cloned().unwrap_or_else(|| Id::new(""));
            wait_for(state, id.clone(), waiter, out);
            Decision::of(Verdict::Unknown { id }, resolution)
        }
        Outcome::Known(key) => {
            let key = *key;
            if !state.traffic.injecting {
                state.traffic.drift.heard(key, &waiter.message, state.now);
            }
            if let Some(client) = echo_of(state, key, &waiter.message) {
                hold(state, client, waiter);
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
            if state.inbox.get(key).is_none()
                && let Some(id) = state.directory.primary(key).cloned()
            {
                ask_for(state, &id, out);
            }
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

/// The backend says that a conversation became part of another one. What is not certain is left to the next list.
fn merged_event(state: &mut State, evidence: &Evidence, gone: &[NamedId], out: &mut Vec<Effect>) -> Decision {
    let resolution = state.directory.resolve(evidence);
    let verdict = match &resolution.outcome {
        Outcome::Known(key) => {
            let merges = state.directory.told_merged(*key, gone);
            lists::merged(state, &merges, out);
            state.dirty |= !merges.is_empty();
            let key = state.directory.current(*key);
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
        state.inbox.told_unread(key, unread);
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
        Some(changed) => {
            state.dirty |= changed && open;
            if changed && let Some(id) = evidence.message.first() {
                let ids = MessageIds { id: Some(id.clone()), ..MessageIds::default() };
                storing::remember(state, key, &ids);
            }
        }
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

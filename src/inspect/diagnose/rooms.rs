//! Was the room joined, under which name and with which argument, and does anything come by it?

use jiff::SignedDuration;

use super::connection::connected;
use super::delivery::{came_unread, truly_missed};
use super::identity::messages;
use super::{Certainty, Finding, Outcome, Severity, Side};
use crate::backend::RoomStage;
use crate::inspect::Kind;
use crate::inspect::evidence::{Evidence, JoinWay, RoomTrial, Sent};
use crate::inspect::stages::Emit;

fn fault(rule: &'static str, certainty: Certainty) -> Finding {
    Finding::new(rule, Severity::Fault, certainty).mend(Side::BackendRooms).outcome(Outcome::NothingArrived)
}

fn trial(evidence: &Evidence, way: JoinWay) -> Option<&RoomTrial> {
    evidence.checks.trials.iter().find(|trial| trial.way == way)
}

fn brought(evidence: &Evidence, way: JoinWay) -> bool {
    trial(evidence, way).is_some_and(|trial| trial.brought)
}

/// Whether an event of this session brought a test message.
fn arrived(evidence: &Evidence, sent: &Sent) -> bool {
    messages(evidence).any(|sight| sight.says.message.iter().any(|id| sent.ids.contains(id)))
}

/// The test messages that REST has.
fn stored(evidence: &Evidence) -> Vec<&Sent> {
    let test = evidence.checks.test.as_ref();
    test.into_iter().flat_map(|test| &test.sent).filter(|sent| sent.stored == Some(true)).collect()
}

/// The joins of the open conversation as they were emitted.
fn joins(evidence: &Evidence) -> String {
    let open = evidence.open.as_ref().map(|open| open.key);
    let emitted: Vec<String> = evidence
        .rooms
        .iter()
        .filter(|row| row.key.is_some() && row.key == open && !row.emitted.is_empty())
        .map(|row| row.emitted.to_string())
        .collect();
    if emitted.is_empty() { "no join was sent".to_owned() } else { emitted.join(" and ") }
}

pub(super) fn argument_shape(evidence: &Evidence) -> Option<Finding> {
    if brought(evidence, JoinWay::PageId) || brought(evidence, JoinWay::Composite) {
        return None;
    }
    let other = [JoinWay::BareString, JoinWay::Object]
        .into_iter()
        .find_map(|way| trial(evidence, way).filter(|t| t.brought))?;
    let shape = if other.way == JoinWay::BareString { "a bare string" } else { "an object" };
    Some(
        fault("join-argument-shape", Certainty::Certain)
            .saw(format!("`{}` brought the test message, {} did not", other.emitted, joins(evidence)))
            .means(format!("the backend's join takes {shape}; any other argument joins nothing, without a word"))
            .todo(format!("in the page: emit `{}`", other.emitted))
            .todo("here: correct `argument` of `join` in the dialect")
            .mend(Side::Page),
    )
}

pub(super) fn named_composite(evidence: &Evidence) -> Option<Finding> {
    let composite = trial(evidence, JoinWay::Composite).filter(|trial| trial.brought)?;
    if brought(evidence, JoinWay::PageId) {
        return None;
    }
    let open = evidence.open.as_ref()?;
    Some(
        fault("room-named-composite", Certainty::Certain)
            .saw(format!("`{}` brought the test message; a join by the list's id, {}, did not", composite.emitted, open.page_id.shown()))
            .means(
                "the rooms are named by the composite id, the list gives another: a page that joins by the list's id hears \
                 nothing. Here every declared name is joined",
            )
            .todo("mend the broadcast: `io.to(`conversation:${conversation._id}`)`")
            .mend(Side::BackendRooms)
            .should_send(open.page_id.clone())
            .outcome(Outcome::Mismatch),
    )
}

/// The emits to conversations' rooms, as the backend itself tells.
fn room_emits(evidence: &Evidence) -> Vec<&Emit> {
    let trace = evidence.trace.as_ref();
    let emits = trace.into_iter().flat_map(|trace| &trace.emits);
    emits.filter(|emit| emit.room.as_ref().is_some_and(|room| room.starts_with("conversation:"))).collect()
}

pub(super) fn nothing_by_the_room(evidence: &Evidence) -> Option<Finding> {
    let open = evidence.open.as_ref()?;
    let rooms: Vec<&RoomTrial> = evidence.checks.trials.iter().collect();
    let joined_then = stored(evidence).into_iter().any(|sent| sent.joined);
    if rooms.is_empty()
        || rooms.iter().any(|trial| trial.brought)
        || !joined_then
        || messages(evidence).next().is_none()
    {
        return None;
    }
    if messages(evidence).any(|sight| sight.verdict == crate::chat::Verdict::Foreign) {
        return None;
    }
    // every test message that came, came by the account's room: the conversation's own room brought nothing
    let answered = rooms.iter().any(|trial| trial.answered);
    let emits = room_emits(evidence);
    let names = |emit: &&&Emit| {
        let room = emit.room.as_deref().unwrap_or_default();
        std::iter::once(&open.id).chain([&open.page_id]).chain(&open.aliases).any(|id| room.ends_with(id.as_str()))
    };
    let elsewhere = emits.iter().find(|emit| !names(emit)).and_then(|emit| emit.room.clone());
    let right_but_empty = emits.iter().find(names).is_some();
    let (rule, certainty) = match (&elsewhere, right_but_empty) {
        (Some(_), _) => ("broadcast-to-wrong-room", Certainty::Certain),
        (None, true) => ("joins-ignored", Certainty::Certain),
        (None, false) if answered => ("broadcast-to-wrong-room", Certainty::Likely),
        (None, false) => ("joins-ignored", Certainty::Likely),
    };
    let finding = fault(rule, certainty);
    Some(if rule == "joins-ignored" {
        let tried: Vec<String> = rooms.iter().map(|trial| format!("`{}`", trial.emitted)).collect();
        finding
            .saw(format!("joined by {}: none was answered, and the room brought nothing", tried.join(", ")))
            .means("the backend does nothing with the join (or emits to a room of another name): a page that waits for the room's events hears nothing")
            .todo(format!(
                "is there a handler `socket.on(\"{}\", …)`, is it registered before the page emits, and does it call `socket.join(…)`?",
                evidence.address.join_event.as_deref().unwrap_or("join_conversation")
            ))
    } else {
        let room = elsewhere.map(|room| format!(" `{room}`")).unwrap_or_default();
        finding
            .saw(format!("the joins were taken, and the conversation's room brought nothing; the broadcast went to another room{room}"))
            .means("the id in the room's name is not the one that is joined: undefined, or of another kind")
            .todo("mend the emit: `io.to(`conversation:${conversation._id}`)`; log the room's name beside the joined ones")
            .should_send(open.page_id.clone())
            .mend(Side::BackendEmit)
    })
}

pub(super) fn not_broadcast(evidence: &Evidence) -> Option<Finding> {
    if !connected(evidence) || messages(evidence).next().is_some() || came_unread(evidence) {
        return None;
    }
    let tested: Vec<&Sent> = stored(evidence);
    let missed = truly_missed(evidence);
    if tested.is_empty() && missed.is_empty() {
        return None;
    }
    let no_emit = evidence.trace.as_ref().is_some_and(|trace| trace.emits.is_empty() && trace.tells_broadcast());
    let certainty = match () {
        () if no_emit => Certainty::Certain,
        () if !evidence.checks.trials.is_empty() => Certainty::Likely,
        () => Certainty::Possible,
    };
    let what = if tested.is_empty() { missed.len() } else { tested.len() };
    let other = evidence.events.len();
    Some(
        fault("not-broadcast", certainty)
            .saw(format!(
                "REST has {what} new messages and no event brought one, though the socket is connected by {} and joined by {} ({other} other events)",
                evidence.session.transport.unwrap_or("nothing"),
                joins(evidence)
            ))
            .means(if no_emit {
                "the backend itself says that it emitted nothing"
            } else {
                "the backend does not emit: Socket.IO is not wired into what stores messages (`app.set(\"io\", io)` forgotten, \
                 another process, an error in between); or it emits to rooms of another name. Here the list is polled instead"
            })
            .todo("was the conversation open when it was written to? If not, write once more while this waits: its room is joined now")
            .todo("in the backend, log the room and the number of sockets just before the emit: `(await io.in(room).fetchSockets()).length`")
            .mend(Side::BackendEmit),
    )
}

pub(super) fn rooms_forgotten(evidence: &Evidence) -> Option<Finding> {
    let epoch = evidence.session.epoch;
    let last = messages(evidence).find(|sight| sight.epoch == epoch)?;
    if !connected(evidence) || super::connection::half_open(evidence).is_some() {
        return None;
    }
    let lost: Vec<&Sent> = stored(evidence).into_iter().filter(|sent| !arrived(evidence, sent)).collect();
    let after_all = |at: jiff::Timestamp| at > last.received;
    let by_test = !lost.is_empty() && lost.iter().all(|sent| after_all(sent.at));
    let missed = truly_missed(evidence);
    // what a poll found is older than the poll: a while must have passed since the last event
    let by_poll = !missed.is_empty()
        && missed.iter().all(|missed| missed.found.duration_since(last.received) > SignedDuration::from_secs(30));
    if !(by_test || (stored(evidence).is_empty() && by_poll)) {
        return None;
    }
    let s = evidence.now.duration_since(last.received).as_secs();
    Some(
        fault("rooms-forgotten", if by_test { Certainty::Certain } else { Certainty::Likely })
            .saw(format!("events came until {s} s ago, then none, although REST has new messages and the connection stands"))
            .means(
                "the backend has forgotten which rooms this socket is in, without closing it: an adapter (Redis) that \
                 restarted, a `socket.leave` too many, another process that took over",
            )
            .todo("reconnect (it joins again); in the backend look for `leave`, `disconnectSockets` and the adapter's reconnects"),
    )
}

pub(super) fn account_room_silent(evidence: &Evidence) -> Option<Finding> {
    let lost: Vec<&Sent> =
        stored(evidence).into_iter().filter(|sent| !sent.joined && !arrived(evidence, sent)).collect();
    let by_room = stored(evidence).into_iter().any(|sent| sent.joined && arrived(evidence, sent));
    let account_wide = evidence.events.iter().any(|sight| matches!(sight.kind, Kind::Conversation | Kind::Account));
    if lost.is_empty() || !by_room || account_wide {
        return None;
    }
    Some(
        Finding::new("account-room-silent", Severity::Warning, Certainty::Certain)
            .saw("the open conversation's room brings its messages; of a conversation that was not open no event came")
            .means(
                "the backend emits to conversations' rooms alone, as its earlier eras did: a page's list does not move for \
                 conversations that are not open. Here the rooms of the latest 200 are joined and the rest is polled",
            )
            .todo("emit `conversation_update` and `message.received` to the account's room too: `io.to(`user:${accountId}`)`")
            .mend(Side::BackendEmit),
    )
}

pub(super) fn join_refused(evidence: &Evidence) -> Option<Finding> {
    let row = evidence.rooms.iter().find(|row| row.stage == RoomStage::Refused)?;
    let note = row.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    Some(
        fault("join-refused", Certainty::Certain)
            .saw(format!("`{}` was refused{note}", row.emitted))
            .means("the backend answers the join and says no: no right to this conversation, or an id that it does not know")
            .todo("compare the id with the one that the list gives; check the agent's rights"),
    )
}

pub(super) fn string_joins_nothing(evidence: &Evidence) -> Option<Finding> {
    let string = trial(evidence, JoinWay::BareString)?;
    if string.brought || string.answered || !brought(evidence, JoinWay::PageId) {
        return None;
    }
    Some(
        Finding::new("string-joins-nothing", Severity::Note, Certainty::Certain)
            .saw(format!("`{}` joined nothing; with an object the room is joined", string.emitted))
            .means("a page that joins by a bare string hears nothing, and is not told")
            .todo("in the page, emit the object")
            .mend(Side::Page),
    )
}

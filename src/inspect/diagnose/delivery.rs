//! Messages arrive: all of them, once, in order, in time, whole?

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::connection::connected;
use super::identity::{messages, numbers};
use super::{Certainty, Finding, Outcome, Severity, Side};
use crate::chat::{ConversationKey, Id, Rank, Verdict};
use crate::inspect::evidence::{Evidence, Missed};
use crate::inspect::{Kind, Sight};

/// Clocks that differ by less are in step.
const IN_STEP: SignedDuration = SignedDuration::from_secs(5);
/// An event that takes longer from the backend to here is late.
const IN_TIME: SignedDuration = SignedDuration::from_secs(3);
/// A payload above Socket.IO's own default for what a server takes.
const LARGE: usize = 1_000_000;

fn warning(rule: &'static str) -> Finding {
    Finding::new(rule, Severity::Warning, Certainty::Certain)
}

/// How far the backend's clock is ahead of ours: by its `Date`, else by events from the future.
fn clock_ahead(evidence: &Evidence) -> Option<SignedDuration> {
    if let Some(ahead) = evidence.checks.clock {
        return (ahead.abs() > IN_STEP).then_some(ahead);
    }
    let ahead = |sight: &Sight| Some(sight.emitted?.duration_since(sight.received));
    evidence.events.iter().filter_map(ahead).max().filter(|ahead| *ahead > IN_STEP)
}

pub(super) fn clock_skew(evidence: &Evidence) -> Option<Finding> {
    let ahead = clock_ahead(evidence)?;
    let (by, way) = (ahead.abs().as_secs(), if ahead.is_negative() { "behind" } else { "ahead of" });
    let source = if evidence.checks.clock.is_some() { "the Date of its answers" } else { "its events' times" };
    Some(
        warning("clock-skew")
            .saw(format!("by {source} the backend's clock is {by} s {way} this machine's"))
            .means(
                "times on the screen, service windows and token expiry are off by that much, and latencies cannot be \
                 told. One of the two clocks is wrong",
            )
            .todo("set both clocks by NTP: `timedatectl status`, `chronyc tracking`")
            .mend(Side::Between),
    )
}

pub(super) fn late(evidence: &Evidence) -> Option<Finding> {
    if clock_ahead(evidence).is_some() {
        return None;
    }
    let took = |sight: &Sight| Some(sight.received.duration_since(sight.emitted?));
    let sights: Vec<&Sight> =
        messages(evidence).filter(|sight| took(sight).is_some_and(|took| took > IN_TIME)).collect();
    let worst = sights.iter().filter_map(|sight| took(sight)).max()?;
    let sure = evidence.checks.clock.is_some();
    Some(
        Finding::new("late-delivery", Severity::Warning, if sure { Certainty::Certain } else { Certainty::Likely })
            .saw(format!("{} messages came late: up to {} s after the backend says that it emitted them", sights.len(), worst.as_secs()))
            .means(if sure {
                "the clocks agree, so the events waited: a busy event loop (synchronous work in the backend), a queue or \
                 a buffering proxy"
            } else {
                "the events waited somewhere, or the backend's clock is behind"
            })
            .todo("look for synchronous work in the backend's event loop; nginx: `proxy_buffering off` for polling")
            .mend(Side::BackendEmit)
            .events(numbers(sights.iter().copied())),
    )
}

pub(super) fn twice(evidence: &Evidence) -> Option<Finding> {
    let mut first: HashMap<(u32, &str, &Id), &Sight> = HashMap::new();
    let mut again: Vec<&Sight> = Vec::new();
    let mut stored_twice = false;
    for sight in evidence.events.iter().filter(|sight| sight.kind == Kind::Message) {
        let mut repeated = false;
        for id in &sight.says.message {
            let before = first.entry((sight.epoch, &sight.name, id)).or_insert(sight);
            if before.seq != sight.seq {
                repeated = true;
                stored_twice |= before.says.message.iter().any(|had| !sight.says.message.contains(had));
            }
        }
        if repeated {
            again.push(sight);
        }
    }
    let last = again.last()?;
    let (rule, means, todo) = if stored_twice {
        (
            "stored-twice",
            "the same WhatsApp message has two ids of the backend: a repeated webhook was stored again",
            "make the webhook idempotent: a unique index on `waMessageId`, and emit after a first insert alone",
        )
    } else {
        (
            "events-twice",
            "the backend emits twice, or to two rooms in two emits: a page that does not compare ids shows the message \
             twice. Here they were merged",
            "emit once to several rooms: `io.to(a).to(b).emit(…)`; is a listener registered twice, or the handler on every connect?",
        )
    };
    Some(
        warning(rule)
            .saw(format!("`{}` came more than once for the same message ({} times in all)", last.name, again.len()))
            .means(means)
            .todo(todo)
            .mend(Side::BackendEmit)
            .events(numbers(again.iter().rev().copied())),
    )
}

pub(super) fn out_of_order(evidence: &Evidence) -> Option<Finding> {
    let mut newest: HashMap<(ConversationKey, &Arc<str>), Timestamp> = HashMap::new();
    let mut overtaken: Vec<&Sight> = Vec::new();
    for sight in evidence.events.iter().filter(|sight| sight.kind == Kind::Message) {
        let (Some(key), Some(at)) = (sight.conversation, sight.created) else { continue };
        let last = newest.entry((key, &sight.name)).or_insert(at);
        if at < *last {
            overtaken.push(sight);
        }
        *last = at.max(*last);
    }
    // what came twice came again, not too late
    overtaken.retain(|sight| {
        !evidence.events.iter().any(|other| {
            other.seq < sight.seq
                && other.name == sight.name
                && other.says.message.iter().any(|id| sight.says.message.contains(id))
        })
    });
    let last = overtaken.last()?;
    Some(
        warning("out-of-order")
            .saw(format!("{} messages came after younger ones (`{}`)", overtaken.len(), last.name))
            .means(
                "the backend works on several webhooks at a time and emits as each ends: a page that appends shows the \
                 wrong order. Here they are put into their places by `createdAt`",
            )
            .todo("sort by createdAt, then _id, in the page; or handle one conversation's webhooks one after the other")
            .mend(Side::BackendEmit)
            .events(numbers(overtaken.iter().rev().copied())),
    )
}

pub(super) fn status_out_of_rank(evidence: &Evidence) -> Option<Finding> {
    let mut reached: HashMap<&Id, Rank> = HashMap::new();
    let mut back: Vec<(&Sight, Rank, Rank)> = Vec::new();
    for sight in evidence.events.iter().filter(|sight| sight.kind == Kind::Status) {
        let Some(rank) = sight.rank else { continue };
        let Some(id) = sight.says.message.first() else { continue };
        let best = reached.entry(id).or_insert(rank);
        if rank < *best {
            back.push((sight, *best, rank));
        }
        *best = rank.max(*best);
    }
    let (_, from, to) = back.last()?;
    Some(
        warning("status-out-of-rank")
            .saw(format!(
                "{} statuses went back, such as {} after {}",
                back.len(),
                format!("{to:?}").to_lowercase(),
                format!("{from:?}").to_lowercase()
            ))
            .means(
                "statuses are neither ordered nor checked by the backend: a page that takes the last one shows ticks \
                 going away. Here a rank never goes back",
            )
            .todo("store and emit a status only if its rank is higher: queued < sent < delivered < read")
            .mend(Side::BackendEmit)
            .events(numbers(back.iter().rev().map(|(sight, ..)| *sight))),
    )
}

pub(super) fn half_characters(evidence: &Evidence) -> Option<Finding> {
    let sights: Vec<&Sight> = evidence.events.iter().rev().filter(|sight| sight.spelling.half_character).collect();
    let first = sights.first()?;
    Some(
        warning("half-characters")
            .saw(format!(
                "`{}` has half an emoji in a text (a lone surrogate); {} such events",
                first.name,
                sights.len()
            ))
            .means(
                "the backend cuts texts inside a character: `text.substring(0, n)` counts UTF-16 units. Strict JSON \
                 readers refuse the whole event. Here the half is shown as U+FFFD",
            )
            .todo("cut by characters: `[...text].slice(0, n).join(\"\")`, or `text.toWellFormed()` before the emit")
            .mend(Side::BackendEmit)
            .events(numbers(sights.iter().copied())),
    )
}

pub(super) fn oversized(evidence: &Evidence) -> Option<Finding> {
    let sights: Vec<&Sight> = evidence.events.iter().rev().filter(|sight| sight.bytes > LARGE).collect();
    let largest = sights.iter().map(|sight| sight.bytes).max()?;
    Some(
        warning("oversized-payloads")
            .saw(format!("events of up to {} kB came ({} of them)", largest / 1000, sights.len()))
            .means(
                "somebody puts files or whole histories into events: each stalls every socket, and servers and clients with \
                 Socket.IO's usual bound of 1 MB cut the connection",
            )
            .todo("send a link to media instead of its bytes, and one message instead of the thread")
            .mend(Side::BackendEmit)
            .events(numbers(sights.iter().copied())),
    )
}

/// The test messages that REST has and no event brought, though the room was joined: how many, and whether one that was
/// put in later came.
fn lost_tests(evidence: &Evidence) -> (usize, bool) {
    let sent = evidence.checks.test.as_ref().map(|test| test.sent.as_slice()).unwrap_or_default();
    let came = |ids: &[Id]| messages(evidence).any(|sight| sight.says.message.iter().any(|id| ids.contains(id)));
    let lost: Vec<usize> = (0..sent.len())
        .filter(|at| sent.get(*at).is_some_and(|sent| sent.joined && sent.stored == Some(true) && !came(&sent.ids)))
        .collect();
    let gap = lost.first().is_some_and(|first| sent.iter().skip(*first).any(|sent| came(&sent.ids)));
    (lost.len(), gap)
}

/// What REST has and no event brought, neither before nor after.
/// Whether an event came that could not be read: it may have been a message.
pub(super) fn came_unread(evidence: &Evidence) -> bool {
    evidence.events.iter().any(|sight| matches!(sight.verdict, Verdict::Undecodable { .. }))
}

pub(super) fn truly_missed(evidence: &Evidence) -> Vec<&Missed> {
    let began = evidence.live_since.unwrap_or(evidence.now);
    let brought = |missed: &&Missed| {
        missed.found < began
            || evidence.events.iter().any(|sight| {
                // what could not be read, or placed, may be the one
                let unread = matches!(sight.verdict, Verdict::Undecodable { .. });
                if missed.message.is_empty() {
                    let placed = sight.conversation == Some(missed.key) || sight.conversation.is_none();
                    unread || (placed && sight.kind == Kind::Message && sight.verdict != Verdict::Foreign)
                } else {
                    unread || sight.says.message.iter().any(|id| missed.message.contains(id))
                }
            })
    };
    evidence.missed.iter().filter(|missed| !brought(missed)).collect()
}

pub(super) fn messages_missed(evidence: &Evidence) -> Option<Finding> {
    let missed = truly_missed(evidence);
    // nothing at all, or nothing any more, is another finding
    let newest = messages(evidence).next()?;
    let after = missed.first().is_some_and(|first| newest.received > first.found);
    let (lost, gap) = lost_tests(evidence);
    if !(after && !missed.is_empty() || gap) {
        return None;
    }
    let count = missed.len().max(lost);
    Some(
        Finding::new("messages-missed", Severity::Fault, Certainty::Certain)
            .saw(format!("REST has {count} messages that no event brought, while others came before and after"))
            .means(
                "the socket works and loses messages: an emit in only some of the backend's code paths, an error between \
                 storing and emitting, or several processes without an adapter between them",
            )
            .todo("emit wherever a message is stored (webhook, retry, import), in one function")
            .todo("more than one backend process: use @socket.io/redis-adapter or the like")
            .mend(Side::BackendEmit)
            .outcome(Outcome::NothingArrived),
    )
}

pub(super) fn not_stored(evidence: &Evidence) -> Option<Finding> {
    let test = evidence.checks.test.as_ref()?;
    if test.sent.is_empty()
        || test.sent.iter().any(|sent| sent.stored != Some(false))
        || !connected(evidence)
        || evidence.list.failed.is_some()
    {
        return None;
    }
    match &test.webhook {
        Some(Ok(status)) if (200..300).contains(status) => {}
        _ => return None,
    }
    let arrived = messages(evidence)
        .any(|sight| sight.says.message.iter().any(|id| test.sent.iter().any(|sent| sent.ids.contains(id))));
    if arrived {
        return None;
    }
    let stage = evidence.trace.as_ref().and_then(|trace| trace.broken_at());
    let because = stage.map(|stage| format!(" ({}: {})", stage.stage.name(), stage.evidence)).unwrap_or_default();
    Some(
        Finding::new("not-stored", Severity::Fault, Certainty::Certain)
            .saw(format!("the webhook answered 200, and REST does not have the test message{because}"))
            .means(
                "the backend acknowledges deliveries and then fails to store them; WhatsApp does not send them again. \
                 This is no trouble of sockets",
            )
            .todo("look at the backend's log just after the webhook: a schema error, a wrong account or line")
            .mend(Side::BackendRest)
            .outcome(Outcome::NothingArrived),
    )
}

pub(super) fn webhook_refused(evidence: &Evidence) -> Option<Finding> {
    let test = evidence.checks.test.as_ref()?;
    let words = match test.webhook.as_ref()? {
        Ok(status) if (200..300).contains(status) => return None,
        Ok(status) => format!("HTTP {status}"),
        Err(words) => words.to_string(),
    };
    Some(
        Finding::new("webhook-refused", Severity::Fault, Certainty::Certain)
            .saw(format!("the webhook refused the signed test message: {words}"))
            .means("the secret in the profile is not the backend's, or the webhook is at another address")
            .todo("compare `webhook_secret_env` with the backend's app secret; `webhook_url` says where the webhook is")
            .mend(Side::Profile)
            .outcome(Outcome::Refused),
    )
}

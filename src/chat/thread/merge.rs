//! Two copies of one message become one that knows what both know. The result does not depend on which came first.

use super::Slot;
use crate::chat::ids::Id;
use crate::chat::message::{Content, Media, Message, MessageIds, Origin};
use crate::text::Clean;

/// Merges `other` into `slot`; false when it brings nothing new.
pub(super) fn slots(slot: &mut Slot, other: Slot) -> bool {
    let before = slot.clone();
    // A time from the backend replaces one that was borrowed; of two, the earlier one holds.
    let (ours, theirs) = (slot.message.created_at, other.message.created_at);
    match (slot.borrowed.is_some(), other.borrowed.is_some()) {
        (true, false) => {
            slot.borrowed = None;
            slot.message.created_at = theirs;
        }
        (false, false) => slot.message.created_at = ours.min(theirs),
        (true, true) => slot.message.created_at = ours.or(theirs),
        (false, true) => {}
    }
    slot.seq = slot.seq.min(other.seq);
    message(&mut slot.message, other.message);
    before.message != slot.message || before.at() != slot.at()
}

fn message(ours: &mut Message, theirs: Message) {
    ids(&mut ours.ids, &theirs.ids);
    content(&mut ours.content, theirs.content, ours.origin, theirs.origin);
    text(&mut ours.sender, theirs.sender);
    ours.delivery.merge(&theirs.delivery);
    ours.sent_at = match (ours.sent_at, theirs.sent_at) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    ours.reply_to = least(ours.reply_to.take(), theirs.reply_to);
    for reaction in theirs.reactions {
        if !ours.reactions.iter().any(|had| had.direction == reaction.direction) {
            ours.reactions.push(reaction);
        }
    }
    ours.origin = if rank(theirs.origin) > rank(ours.origin) { theirs.origin } else { ours.origin };
}

/// Fills what is empty; where both know and differ, the lesser one stays, so that order does not matter.
pub(super) fn ids(ours: &mut MessageIds, theirs: &MessageIds) {
    ours.id = least(ours.id.take(), theirs.id.clone());
    ours.wa = least(ours.wa.take(), theirs.wa.clone());
    ours.client = least(ours.client.take(), theirs.client.clone());
}

fn least(ours: Option<Id>, theirs: Option<Id>) -> Option<Id> {
    match (ours, theirs) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// An event is the best witness; what REST has replaces what we only wrote.
fn rank(origin: Origin) -> u8 {
    match origin {
        Origin::Local => 0,
        Origin::History => 1,
        Origin::Missed => 2,
        Origin::Live => 3,
    }
}

fn text(ours: &mut Option<Clean>, theirs: Option<Clean>) {
    if let Some(theirs) = theirs
        && ours.as_ref().is_none_or(|ours| richer(&theirs, ours))
    {
        *ours = Some(theirs);
    }
}

/// The longer one, and of equal ones the greater.
fn richer(a: &str, b: &str) -> bool {
    (a.len(), a) > (b.len(), b)
}

/// The copy that says more: what the backend stored before what we wrote, a known type before an unknown one.
fn content(ours: &mut Content, theirs: Content, our_origin: Origin, their_origin: Origin) {
    let weight = |content: &Content, origin: Origin| {
        let known = u8::from(!matches!(content, Content::Unsupported { .. }));
        let stored = u8::from(origin != Origin::Local);
        (known, stored)
    };
    match (weight(ours, our_origin).cmp(&weight(&theirs, their_origin)), &mut *ours, theirs) {
        (std::cmp::Ordering::Less, ours, theirs) => *ours = theirs,
        (std::cmp::Ordering::Greater, ..) => {}
        (_, Content::Media(ours), Content::Media(theirs)) => media(ours, *theirs),
        (_, Content::Text { body }, Content::Text { body: theirs }) => {
            if richer(&theirs, body) {
                *body = theirs;
            }
        }
        (_, ours, theirs) => {
            if richer(&format!("{theirs:?}"), &format!("{ours:?}")) {
                *ours = theirs;
            }
        }
    }
}

fn media(ours: &mut Media, theirs: Media) {
    text(&mut ours.caption, theirs.caption);
    text(&mut ours.filename, theirs.filename);
    text(&mut ours.mime, theirs.mime);
    ours.size = ours.size.max(theirs.size);
    if let Some(url) = theirs.url
        && ours.url.as_ref().is_none_or(|had| richer(&url, had))
    {
        ours.url = Some(url);
    }
}

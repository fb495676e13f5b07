//! The messages of one conversation: ordered, each once, with gaps where some may be missing.
//!
//! Messages are ordered by the backend's time of storing, then by its id; one without a time keeps its place among the
//! messages beside which it arrived. Two copies of one message (equal channel's id, backend's id or client's id) become
//! one that knows what both know, whatever the order in which they come.

mod gaps;
mod merge;
mod parked;
mod reactions;

use std::cmp::Ordering;
use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;

use super::delivery::{DeliveryUpdate, Failure, Rank};
use super::ids::Id;
use super::message::{Content, Direction, Message, MessageIds, Origin};
use crate::text::Clean;
use gaps::Break;
pub use gaps::{Gap, PageEdge, Paged};
pub use parked::ParkedStatuses;
use reactions::Reactions;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

/// What became of a message that was inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It is a line of its own now.
    New {
        /// Where.
        index: usize,
        /// It is older than a message that was here before it.
        out_of_order: bool,
    },
    /// It was here; what it knows was added.
    Merged {
        /// Where it stands.
        index: usize,
        /// Whether anything changed by it.
        changed: bool,
    },
    /// It is a reaction and was attached to its message.
    Reaction {
        /// Where that message stands.
        index: usize,
    },
    /// It is a reaction to a message that is not here; it waits for it.
    ParkedReaction,
}

/// One message with its place in the order.
#[derive(Clone, Debug)]
struct Slot {
    /// Where the backend gave no time of storing: the time of the neighbour after which the message stands.
    borrowed: Option<Box<Option<Timestamp>>>,
    /// Order of arrival, the last tie-break.
    seq: i64,
    message: Message,
}

impl Slot {
    /// The time by which it is ordered.
    fn at(&self) -> Option<Timestamp> {
        self.borrowed.as_ref().map_or(self.message.created_at, |at| **at)
    }

    fn order(&self, other: &Self) -> Ordering {
        (self.at(), self.borrowed.is_some())
            .cmp(&(other.at(), other.borrowed.is_some()))
            .then_with(|| self.stored_id().cmp(&other.stored_id()))
            .then_with(|| self.seq.cmp(&other.seq))
    }

    /// The backend's id, where the time is the backend's too.
    fn stored_id(&self) -> Option<&Id> {
        self.message.ids.id.as_ref().filter(|_| self.borrowed.is_none())
    }
}

/// The messages of one conversation.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    /// Storage; free places are reused. `order` holds places in here.
    slots: Vec<Option<Slot>>,
    free: Vec<u32>,
    order: VecDeque<u32>,
    names: HashMap<Id, u32>,
    /// Names beside those that the message itself carries: copies of one message may differ in `_id`.
    extra_names: Vec<(u32, Id)>,
    next_seq: i64,
    first_seq: i64,
    reactions: Reactions,
    breaks: Vec<Break>,
    newest_inbound: Option<Timestamp>,
    reaches_start: bool,
    /// Names of those who wrote.
    senders: Vec<Clean>,
}

/// So many names are kept once instead of with each message.
const MOST_SENDERS: usize = 8;

/// Whether the backend gave the message no time of storing: our own clock's is none.
fn lacks_time(message: &Message) -> bool {
    message.origin == Origin::Local || message.created_at.is_none()
}

impl Thread {
    /// How many messages are here.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The message at a place, 0 is the oldest.
    pub fn get(&self, index: usize) -> Option<&Message> {
        self.slot(*self.order.get(index)?).map(|slot| &slot.message)
    }

    /// All messages, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.order.iter().filter_map(|place| self.slot(*place)).map(|slot| &slot.message)
    }

    /// The newest message.
    pub fn last(&self) -> Option<&Message> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Where the message with this id (any of its names) stands.
    pub fn index_of(&self, id: &Id) -> Option<usize> {
        self.position(*self.names.get(id)?)
    }

    /// Whether a message with any of these names is here.
    pub fn contains(&self, ids: &MessageIds) -> bool {
        ids.iter().any(|id| self.names.contains_key(id))
    }

    /// When the customer wrote last, by the channel's clock where it is known: the service window counts from here.
    pub fn newest_inbound_at(&self) -> Option<Timestamp> {
        self.newest_inbound
    }

    /// Whether the oldest message here is the conversation's first.
    pub fn reaches_start(&self) -> bool {
        self.reaches_start
    }

    /// Puts a message where it belongs, or merges it with the copy that is here.
    pub fn insert(&mut self, message: Message) -> Inserted {
        self.note_inbound(&message);
        if matches!(message.content, Content::Reaction { .. }) {
            return self.react(message);
        }
        let copies = self.copies_of(&message.ids);
        let Some((&place, others)) = copies.split_first() else {
            let borrowed = lacks_time(&message).then(|| Box::new(self.end_time().or(message.created_at)));
            let seq = self.next_seq;
            let live = message.origin != Origin::Local;
            let place = self.place(Slot { borrowed, seq, message });
            let index = self.position(place).unwrap_or_default();
            if live {
                self.end_breaks_at(place, index);
            }
            return Inserted::New { index, out_of_order: index + 1 != self.len() };
        };
        let mut changed = false;
        for other in others {
            changed |= self.absorb(*other, place);
        }
        changed |= self.merge_into(place, message);
        Inserted::Merged { index: self.position(place).unwrap_or_default(), changed }
    }

    /// The backend accepted what was sent under this client id: its line takes the backend's ids and becomes one with
    /// the stored message, whichever of the two came first. `None` when neither is here.
    pub fn accept(&mut self, client: &Id, ids: &MessageIds) -> Option<usize> {
        let mut all = ids.clone();
        all.client = Some(client.clone());
        let copies = self.copies_of(&all);
        let (&place, others) = copies.split_first()?;
        for other in others {
            self.absorb(*other, place);
        }
        let rank = if all.wa.is_some() { Rank::Sent } else { Rank::Queued };
        let before = self.slot(place).map(|slot| slot.message.ids.clone()).unwrap_or_default();
        self.change(place, |slot| {
            slot.message.delivery.rank = slot.message.delivery.rank.max(rank);
            merge::ids(&mut slot.message.ids, &all);
            if slot.message.origin == Origin::Local {
                slot.message.origin = Origin::Live;
                slot.message.delivery.failure = None;
                // Our clock's time is not the backend's: kept as such, it would move the message once its copy comes.
                let written = slot.message.created_at.take();
                slot.message.sent_at = slot.message.sent_at.or(written);
            }
        });
        self.name(place, &before);
        self.name(place, &all);
        self.unpark_reactions(place);
        self.position(place)
    }

    /// What was sent under this client id failed. False when it is not here.
    pub fn fail(&mut self, client: &Id, failure: Failure) -> bool {
        let Some(slot) = self.names.get(client).copied().and_then(|place| self.slot_mut(place)) else { return false };
        slot.message.delivery.failure = Some(failure);
        true
    }

    /// Takes the line of this client id away. False when it is not here.
    pub fn remove(&mut self, client: &Id) -> bool {
        let Some(place) = self.names.get(client).copied() else { return false };
        self.take_out(place).is_some()
    }

    /// Applies a delivery report to the message with this id. False when it is not here, or nothing changed.
    pub fn apply_status(&mut self, id: &Id, update: &DeliveryUpdate) -> bool {
        let slot = self.names.get(id).copied().and_then(|place| self.slot_mut(place));
        slot.is_some_and(|slot| slot.message.delivery.apply(update))
    }

    /// Keeps the newest `most` messages; returns how many went.
    pub fn trim_to(&mut self, most: usize) -> usize {
        let mut gone = 0;
        while self.len() > most {
            let Some(place) = self.order.front().copied() else { break };
            if self.take_out(place).is_none() {
                break;
            }
            gone += 1;
        }
        self.reaches_start &= gone == 0;
        gone
    }

    fn slot(&self, place: u32) -> Option<&Slot> {
        self.slots.get(place as usize)?.as_ref()
    }

    fn slot_mut(&mut self, place: u32) -> Option<&mut Slot> {
        self.slots.get_mut(place as usize)?.as_mut()
    }

    /// The index of a place in the order.
    fn position(&self, place: u32) -> Option<usize> {
        let slot = self.slot(place)?;
        if self.order.back() == Some(&place) {
            return Some(self.order.len() - 1);
        }
        let index = self.order.partition_point(|other| self.is_before(*other, slot));
        (self.order.get(index) == Some(&place)).then_some(index)
    }

    fn is_before(&self, place: u32, slot: &Slot) -> bool {
        self.slot(place).is_some_and(|other| other.order(slot) == Ordering::Less)
    }

    fn end_time(&self) -> Option<Timestamp> {
        self.order.back().and_then(|place| self.slot(*place)).and_then(Slot::at)
    }

    /// Stores a new slot and puts it into the order.
    fn place(&mut self, mut slot: Slot) -> u32 {
        self.share_sender(&mut slot.message);
        self.next_seq = self.next_seq.max(slot.seq + 1);
        self.first_seq = self.first_seq.min(slot.seq);
        let ids = slot.message.ids.clone();
        let place = match self.free.pop() {
            Some(place) => place,
            None => {
                self.slots.push(None);
                u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
            }
        };
        if let Some(free) = self.slots.get_mut(place as usize) {
            *free = Some(slot);
        }
        self.put_in_order(place);
        self.name(place, &ids);
        self.unpark_reactions(place);
        place
    }

    /// One copy of a name that thousands of messages have.
    fn share_sender(&mut self, message: &mut Message) {
        let Some(sender) = &mut message.sender else { return };
        match self.senders.iter().find(|had| *had == sender) {
            Some(had) => *sender = had.clone(),
            None if self.senders.len() < MOST_SENDERS => self.senders.push(sender.clone()),
            None => {}
        }
    }

    fn put_in_order(&mut self, place: u32) {
        let Some(slot) = self.slot(place) else { return };
        let at_end = self.order.back().is_none_or(|last| self.is_before(*last, slot));
        let index =
            if at_end { self.order.len() } else { self.order.partition_point(|other| self.is_before(*other, slot)) };
        self.order.insert(index, place);
    }

    /// Changes a slot and puts it where it belongs then.
    fn change(&mut self, place: u32, how: impl FnOnce(&mut Slot)) {
        let before = self.position(place);
        let beside = before.map(|index| self.beside(index));
        if let Some(index) = before {
            self.order.remove(index);
        }
        if let Some(slot) = self.slot_mut(place) {
            how(slot);
        }
        self.put_in_order(place);
        let after = self.position(place);
        if before == after {
            return;
        }
        // A gap stays where it was.
        if let (Some(beside), Some(index)) = (beside, after)
            && beside != self.beside(index)
        {
            self.forget_in_breaks(place, beside);
            if let Some(since) = self.slot(place).and_then(Slot::at) {
                self.doubt_below(index, since);
            }
        }
    }

    fn name(&mut self, place: u32, ids: &MessageIds) {
        for id in ids.iter() {
            self.names.insert(id.clone(), place);
            let carried = self.slot(place).is_some_and(|slot| slot.message.ids.iter().any(|own| own == id));
            if !carried && !self.extra_names.iter().any(|(_, extra)| extra == id) {
                self.extra_names.push((place, id.clone()));
            }
        }
    }

    /// The lines that these ids name, strongest name first; more than one when a line and its stored copy are not one
    /// yet.
    fn copies_of(&self, ids: &MessageIds) -> Vec<u32> {
        let mut places = Vec::new();
        for place in ids.iter().filter_map(|id| self.names.get(id)) {
            if !places.contains(place) {
                places.push(*place);
            }
        }
        places
    }

    /// Makes one line of two.
    fn absorb(&mut self, gone: u32, kept: u32) -> bool {
        let extra: Vec<Id> =
            self.extra_names.iter().filter(|(place, _)| *place == gone).map(|(_, id)| id.clone()).collect();
        self.reactions.rename(gone, kept);
        let Some(slot) = self.take_out(gone) else { return false };
        self.merge_slot(kept, slot);
        for id in extra {
            self.names.insert(id.clone(), kept);
            self.extra_names.push((kept, id));
        }
        true
    }

    fn merge_into(&mut self, place: u32, message: Message) -> bool {
        let borrowed = lacks_time(&message).then(|| Box::new(message.created_at));
        self.merge_slot(place, Slot { borrowed, seq: i64::MAX, message })
    }

    fn merge_slot(&mut self, place: u32, other: Slot) -> bool {
        let Some(slot) = self.slot(place) else { return false };
        let (before, ids) = (slot.message.ids.clone(), other.message.ids.clone());
        let mut merged = slot.clone();
        let changed = merge::slots(&mut merged, other);
        if changed {
            self.change(place, |slot| *slot = merged);
            self.name(place, &before);
        }
        self.name(place, &ids);
        self.unpark_reactions(place);
        changed
    }

    /// Removes a line and all its names.
    fn take_out(&mut self, place: u32) -> Option<Slot> {
        let index = self.position(place)?;
        if !self.breaks.is_empty() {
            self.forget_in_breaks(place, self.beside(index));
        }
        self.order.remove(index);
        let slot = self.slots.get_mut(place as usize)?.take()?;
        self.free.push(place);
        for id in slot.message.ids.iter() {
            self.names.remove(id);
        }
        if !self.extra_names.is_empty() {
            let names = &mut self.names;
            self.extra_names.retain(|(owner, id)| {
                if *owner == place {
                    names.remove(id);
                }
                *owner != place
            });
        }
        self.reactions.forget(place);
        Some(slot)
    }

    fn note_inbound(&mut self, message: &Message) {
        if message.direction == Direction::Inbound {
            self.newest_inbound = self.newest_inbound.max(message.sent_at.or(message.created_at));
        }
    }
}

//! Reactions are attached to their message, by any of its names, and wait for it where it is not here yet.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;

use super::{Inserted, Thread};
use crate::chat::ids::Id;
use crate::chat::message::{Content, Direction, Message, Reaction};

/// How many reactions wait for their message at most; the oldest go first.
const MOST_PARKED: usize = 1_000;

/// When a side last reacted to a message, so that an older reaction that comes late changes nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Reactions {
    latest: HashMap<(u32, Direction), Stamp>,
    parked: VecDeque<Message>,
}

type Stamp = (Option<Timestamp>, Option<Id>);

impl Reactions {
    /// What is known of one line's reactions is known of another from now on.
    pub(super) fn rename(&mut self, gone: u32, kept: u32) {
        for direction in [Direction::Inbound, Direction::Outbound, Direction::Note] {
            if let Some(stamp) = self.latest.remove(&(gone, direction)) {
                let entry = self.latest.entry((kept, direction)).or_default();
                *entry = std::cmp::max(entry.clone(), stamp);
            }
        }
    }

    pub(super) fn forget(&mut self, place: u32) {
        if !self.latest.is_empty() {
            self.latest.retain(|(owner, _), _| *owner != place);
        }
    }
}

impl Thread {
    pub(super) fn react(&mut self, message: Message) -> Inserted {
        let Content::Reaction { to, .. } = &message.content else { return Inserted::ParkedReaction };
        let Some(place) = self.names.get(to).copied() else {
            let same = |had: &Message| had.ids == message.ids && had.content == message.content;
            if !self.reactions.parked.iter().any(same) {
                if self.reactions.parked.len() >= MOST_PARKED {
                    self.reactions.parked.pop_front();
                }
                self.reactions.parked.push_back(message);
            }
            return Inserted::ParkedReaction;
        };
        self.attach(place, message);
        Inserted::Reaction { index: self.position(place).unwrap_or_default() }
    }

    /// Attaches the reactions that waited for this line.
    pub(super) fn unpark_reactions(&mut self, place: u32) {
        if self.reactions.parked.is_empty() {
            return;
        }
        for message in std::mem::take(&mut self.reactions.parked) {
            match &message.content {
                Content::Reaction { to, .. } if self.names.get(to) == Some(&place) => self.attach(place, message),
                _ => self.reactions.parked.push_back(message),
            }
        }
    }

    fn attach(&mut self, place: u32, message: Message) {
        let Message { ids, direction, content, created_at, sent_at, .. } = message;
        let Content::Reaction { emoji, .. } = content else { return };
        let stamp: Stamp = (created_at.or(sent_at), ids.id.or(ids.wa));
        let latest = self.reactions.latest.get(&(place, direction));
        // Without a time the order of arrival decides.
        if stamp.0.is_some() && latest.is_some_and(|latest| *latest >= stamp) {
            return;
        }
        self.reactions.latest.insert((place, direction), stamp);
        let Some(slot) = self.slot_mut(place) else { return };
        slot.message.reactions.retain(|had| had.direction != direction);
        if !emoji.is_empty() {
            slot.message.reactions.push(Reaction { direction, emoji });
            slot.message.reactions.sort_by_key(|reaction| reaction.direction != Direction::Inbound);
        }
    }
}

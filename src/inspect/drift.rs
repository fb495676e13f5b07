//! What REST has and no event brought, and what an event brought and REST does not have.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::chat::{ConversationKey, Direction, Id, Message};
use crate::text::Clean;

/// So many messages of one conversation are remembered as heard.
const HEARD: usize = 100;
/// So many conversations are.
const CONVERSATIONS: usize = 2_000;
/// So many finds are told.
const TOLD: usize = 300;
/// A message that came this shortly before the answer may not have been in it yet.
const SETTLES: SignedDuration = SignedDuration::from_secs(3);

/// Which side had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// REST had it, and no event brought it while the connection stood.
    Missed,
    /// REST had it, and it was made while there was no connection.
    Offline,
    /// An event brought it, and REST does not have it.
    NotStored,
}

impl Side {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missed => "missed: REST has it, no event brought it",
            Self::Offline => "came while not connected",
            Self::NotStored => "not stored: an event brought it, REST has it not",
        }
    }
}

/// One message that one side alone had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drifted {
    /// Which side.
    pub side: Side,
    /// Whose it is.
    pub key: ConversationKey,
    /// Its id.
    pub id: Clean,
    /// What it says, in short.
    pub words: Clean,
    /// When it was made.
    pub made: Option<Timestamp>,
    /// When that was seen.
    pub found: Timestamp,
    /// An event brought it, or REST had it, after all.
    pub settled: Option<Timestamp>,
    ids: Vec<Id>,
}

#[derive(Debug)]
struct Heard {
    ids: Vec<Id>,
    words: Clean,
    made: Option<Timestamp>,
    at: Timestamp,
    /// REST showed it at this time.
    stored: Option<Timestamp>,
}

/// Both sides, as far as they were seen.
#[derive(Debug, Default)]
pub struct Drift {
    heard: HashMap<ConversationKey, VecDeque<Heard>>,
    told: VecDeque<Drifted>,
    /// Threads that were compared.
    compared: u64,
    /// When the last one was.
    last: Option<Timestamp>,
}

impl Drift {
    /// An event brought this message.
    pub fn heard(&mut self, key: ConversationKey, message: &Message, at: Timestamp) {
        let ids: Vec<Id> = message.ids.iter().cloned().collect();
        if ids.is_empty() {
            return;
        }
        let settled = |one: &&mut Drifted| one.side != Side::NotStored && one.key == key && one.settled.is_none();
        for one in self.told.iter_mut().filter(settled) {
            if one.ids.iter().any(|id| ids.contains(id)) {
                one.settled = Some(at);
            }
        }
        if self.heard.len() >= CONVERSATIONS && !self.heard.contains_key(&key) {
            let oldest = self.heard.iter().min_by_key(|(_, heard)| heard.back().map(|last| last.at));
            if let Some(key) = oldest.map(|(key, _)| *key) {
                self.heard.remove(&key);
            }
        }
        let heard = self.heard.entry(key).or_default();
        if let Some(known) = heard.iter_mut().rev().find(|known| known.ids.iter().any(|id| ids.contains(id))) {
            for id in ids {
                if !known.ids.contains(&id) {
                    known.ids.push(id);
                }
            }
            return;
        }
        let made = message.created_at.or(message.sent_at);
        let words = Clean::line_within(&message.preview(), 60);
        heard.push_back(Heard { ids, words, made, at, stored: None });
        if heard.len() > HEARD {
            heard.pop_front();
        }
    }

    /// REST answered with the newest stretch of a thread. `watched` is since when events have been listened to, and
    /// `connected` whether and since when without a break.
    pub fn page(
        &mut self,
        key: ConversationKey,
        messages: &[Message],
        watched: Option<Timestamp>,
        connected: Option<Timestamp>,
        now: Timestamp,
    ) {
        let Some(watched) = watched else { return };
        self.compared += 1;
        self.last = Some(now);
        for one in self.heard.get_mut(&key).into_iter().flatten().filter(|one| one.stored.is_none()) {
            if messages.iter().any(|message| message.ids.iter().any(|id| one.ids.contains(id))) {
                one.stored = Some(now);
            }
        }
        let heard = self.heard.get(&key);
        let mut found = Vec::new();
        for message in messages {
            let Some(made) = message.created_at.filter(|made| *made > watched) else { continue };
            let known = |ids: &[Id]| message.ids.iter().any(|id| ids.contains(id));
            let came = heard.is_some_and(|heard| heard.iter().any(|one| known(&one.ids)));
            let ours = message.direction != Direction::Inbound;
            let told = self.told.iter().any(|one| one.key == key && known(&one.ids));
            if came || told || ours || message.ids.iter().next().is_none() || now.duration_since(made) < SETTLES {
                continue;
            }
            let side = if connected.is_some_and(|since| made > since) { Side::Missed } else { Side::Offline };
            found.push(drifted(side, key, message.ids.iter().cloned().collect(), &message.preview(), Some(made), now));
        }
        let oldest = messages.iter().filter_map(|message| message.created_at).min();
        for one in heard.into_iter().flatten() {
            let in_reach = one.made.is_some_and(|made| oldest.is_some_and(|oldest| made >= oldest));
            let in_page = messages.iter().any(|message| message.ids.iter().any(|id| one.ids.contains(id)));
            if in_page {
                let waits = |told: &&mut Drifted| told.side == Side::NotStored && told.settled.is_none();
                for told in self.told.iter_mut().filter(waits) {
                    if told.ids.iter().any(|id| one.ids.contains(id)) {
                        told.settled = Some(now);
                    }
                }
            } else if in_reach
                && now.duration_since(one.at) >= SETTLES
                && !self.told.iter().any(|told| told.ids.iter().any(|id| one.ids.contains(id)))
            {
                found.push(drifted(Side::NotStored, key, one.ids.clone(), &one.words, one.made, now));
            }
        }
        self.told.extend(found);
        while self.told.len() > TOLD {
            self.told.pop_front();
        }
    }

    /// Whether REST has shown a message since it was heard, and when; `Err` with the time at which it was found to be
    /// missing there. `None` while nobody knows.
    pub fn stored(&self, key: ConversationKey, ids: &[Id]) -> Option<Result<Timestamp, Timestamp>> {
        let known = |known: &[Id]| known.iter().any(|id| ids.contains(id));
        let heard = self.heard.get(&key)?.iter().rev().find(|one| known(&one.ids))?;
        if let Some(at) = heard.stored {
            return Some(Ok(at));
        }
        let lost = self.told.iter().find(|one| one.side == Side::NotStored && known(&one.ids))?;
        Some(Err(lost.found))
    }

    /// What one side alone had, oldest first.
    pub fn told(&self) -> &VecDeque<Drifted> {
        &self.told
    }

    /// How many threads were compared, and when last.
    pub fn compared(&self) -> (u64, Option<Timestamp>) {
        (self.compared, self.last)
    }

    /// How many messages REST had that no event brought, and how many the other way round, settled ones left out.
    pub fn counts(&self) -> (usize, usize) {
        let count = |side| self.told.iter().filter(|one| one.side == side && one.settled.is_none()).count();
        (count(Side::Missed), count(Side::NotStored))
    }

    /// Since when the socket has been silent although REST moved: the first message that was missed after the last event.
    pub fn silent_since(&self, last_event: Option<Timestamp>) -> Option<Timestamp> {
        let missed = self.told.iter().filter(|one| one.side == Side::Missed && one.settled.is_none());
        missed.filter_map(|one| one.made).filter(|made| last_event.is_none_or(|last| *made > last)).min()
    }
}

fn drifted(
    side: Side,
    key: ConversationKey,
    ids: Vec<Id>,
    words: &str,
    made: Option<Timestamp>,
    found: Timestamp,
) -> Drifted {
    let id = ids.first().map(Id::shown).unwrap_or_default();
    Drifted { side, key, id, words: Clean::line_within(words, 60), made, found, settled: None, ids }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{Content, Delivery, MessageIds, Origin};

    const KEY: ConversationKey = ConversationKey(3);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn message(id: &str, second: i64) -> Message {
        Message {
            ids: MessageIds { id: Some(Id::new(id)), wa: None, client: None },
            direction: Direction::Inbound,
            sender: None,
            content: Content::Text { body: Clean::text("hi") },
            delivery: Delivery::default(),
            created_at: Some(at(second)),
            sent_at: None,
            reply_to: None,
            reactions: Vec::new(),
            origin: Origin::Live,
        }
    }

    fn told(drift: &Drift) -> Vec<(Side, &str, bool)> {
        drift.told().iter().map(|one| (one.side, one.id.as_str(), one.settled.is_some())).collect()
    }

    #[test]
    fn what_no_event_brought_is_missed_unless_there_was_no_connection() {
        let mut drift = Drift::default();
        drift.heard(KEY, &message("m2", 20), at(20));
        let page = [message("m0", -5), message("m1", 10), message("m2", 20), message("m3", 40), message("m4", 59)];
        drift.page(KEY, &page, Some(at(0)), Some(at(30)), at(60));
        assert_eq!(told(&drift), [(Side::Offline, "m1", false), (Side::Missed, "m3", false)], "m4 is too new to say");
        assert_eq!(drift.counts(), (1, 0));
        assert_eq!(drift.silent_since(Some(at(20))), Some(at(40)));
        assert_eq!(drift.silent_since(Some(at(50))), None);
        drift.page(KEY, &page, Some(at(0)), Some(at(30)), at(61));
        assert_eq!(drift.told().len(), 2, "told once");
        drift.heard(KEY, &message("m3", 40), at(70));
        assert_eq!((drift.counts(), told(&drift)[1].2), ((0, 0), true), "it came late");
    }

    #[test]
    fn what_rest_does_not_have_was_not_stored() {
        let mut drift = Drift::default();
        drift.heard(KEY, &message("m1", 10), at(10));
        drift.heard(KEY, &message("m2", 20), at(20));
        drift.heard(KEY, &message("m3", 59), at(59));
        drift.page(KEY, &[message("m0", -5), message("m1", 10)], Some(at(0)), Some(at(0)), at(60));
        assert_eq!(told(&drift), [(Side::NotStored, "m2", false)], "m3 may not have been stored yet");
        drift.page(KEY, &[message("m1", 10), message("m2", 20), message("m3", 59)], Some(at(0)), Some(at(0)), at(70));
        assert_eq!((told(&drift)[0].2, drift.counts()), (true, (0, 0)));
        drift.page(KEY, &[], None, None, at(80));
        assert_eq!(drift.compared(), (2, Some(at(70))));
    }
}

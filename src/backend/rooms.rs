//! The room ledger: which rooms are wanted, and how far each is. Pure; the session emits what [`Ledger`] asks for.
//!
//! A client cannot see its rooms, and they are lost with the connection. So every wanted room is joined again after
//! each connect, under every declared id of its conversation: which of them the backend's room is named by is not known.

use std::collections::HashMap;

use super::command::Target;
use super::report::{RoomReport, RoomStage};
use crate::chat::{ConversationKey, Id};
use crate::text::Clean;

/// One room.
#[derive(Clone, Debug)]
struct Room {
    /// `None` for the account's room.
    key: Option<ConversationKey>,
    stage: RoomStage,
    emitted: Clean,
    epoch: u32,
}

/// What a change of the wanted set asks for, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Rooms to join.
    pub join: Vec<Id>,
    /// Rooms to leave.
    pub leave: Vec<Id>,
    /// What to report at once.
    pub reports: Vec<RoomReport>,
}

/// All rooms, in the order in which they were wanted.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    rooms: HashMap<Id, Room>,
    order: Vec<Id>,
}

impl Ledger {
    /// Takes the wanted conversations over, the open one first.
    pub fn want(&mut self, open: Option<&Target>, others: &[Target]) -> Changes {
        let mut changes = Changes::default();
        let mut wanted: HashMap<&Id, ConversationKey> = HashMap::new();
        let mut order = Vec::new();
        for target in open.into_iter().chain(others) {
            // The id that paths take comes last: a server that remembers one conversation a socket remembers the last.
            for id in target.aliases.iter().chain(std::iter::once(&target.id)) {
                // An id that two conversations claim stays with the one that was named first.
                if wanted.contains_key(id) {
                    continue;
                }
                wanted.insert(id, target.key);
                order.push(id.clone());
            }
        }
        for id in self.conversations() {
            if wanted.contains_key(&id) {
                continue;
            }
            if let Some(mut room) = self.rooms.remove(&id) {
                if matches!(room.stage, RoomStage::Emitted | RoomStage::Acknowledged) {
                    changes.leave.push(id.clone());
                }
                room.stage = RoomStage::Left;
                changes.reports.push(room.report(&id, None));
            }
        }
        for id in &order {
            let key = wanted.get(id).copied();
            if let Some(room) = self.rooms.get_mut(id) {
                room.key = key;
                continue;
            }
            let room = Room { key, stage: RoomStage::Wanted, emitted: Clean::default(), epoch: 0 };
            changes.reports.push(room.report(id, None));
            changes.join.push(id.clone());
            self.rooms.insert(id.clone(), room);
        }
        self.order = self.order.iter().filter(|id| self.is_account(id)).cloned().chain(order).collect();
        changes
    }

    /// Adds a room of the account, which is wanted for ever; several keep their order, before all others.
    pub fn want_account(&mut self, id: Id) {
        let room = Room { key: None, stage: RoomStage::Wanted, emitted: Clean::default(), epoch: 0 };
        if !self.rooms.contains_key(&id) {
            let place = self.order.iter().take_while(|id| self.is_account(id)).count();
            self.order.insert(place, id.clone());
            self.rooms.insert(id, room);
        }
    }

    /// Every wanted room, the account's first.
    pub fn all(&self) -> Vec<Id> {
        self.order.clone()
    }

    fn conversations(&self) -> Vec<Id> {
        self.order.iter().filter(|id| !self.is_account(id)).cloned().collect()
    }

    /// Whether a room of a conversation is joined by one of these ids, as far as is known here.
    pub fn joined<'a>(&self, mut ids: impl Iterator<Item = &'a Id>) -> bool {
        ids.any(|id| {
            let room = self.rooms.get(id).filter(|room| room.key.is_some());
            room.is_some_and(|room| matches!(room.stage, RoomStage::Emitted | RoomStage::Acknowledged))
        })
    }

    /// The join was sent in this connection; `emitted` is the event's name and its exact argument.
    pub fn emitted(&mut self, id: &Id, emitted: Clean, epoch: u32) -> Option<RoomReport> {
        let room = self.rooms.get_mut(id)?;
        (room.stage, room.emitted, room.epoch) = (RoomStage::Emitted, emitted, epoch);
        Some(room.report(id, None))
    }

    /// The server answered the join of this connection; `Err` with its words.
    pub fn answered(&mut self, id: &Id, epoch: u32, answer: Result<(), Clean>) -> Option<RoomReport> {
        let room = self.rooms.get_mut(id).filter(|room| room.epoch == epoch && room.stage == RoomStage::Emitted)?;
        room.stage = if answer.is_ok() { RoomStage::Acknowledged } else { RoomStage::Refused };
        Some(room.report(id, answer.err()))
    }

    /// The connection ended: whatever was joined is joined no longer.
    pub fn stale(&mut self) -> Vec<RoomReport> {
        let mut reports = Vec::new();
        for id in &self.order {
            if let Some(room) = self.rooms.get_mut(id)
                && !matches!(room.stage, RoomStage::Wanted | RoomStage::Stale)
            {
                room.stage = RoomStage::Stale;
                reports.push(room.report(id, None));
            }
        }
        reports
    }

    /// Whether this is the account's room.
    pub fn is_account(&self, id: &Id) -> bool {
        self.rooms.get(id).is_some_and(|room| room.key.is_none())
    }
}

impl Room {
    fn report(&self, id: &Id, note: Option<Clean>) -> RoomReport {
        let (id, key, emitted) = (id.clone(), self.key, self.emitted.clone());
        RoomReport { id, key, emitted, stage: self.stage, note, epoch: self.epoch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(key: u32, id: &str, aliases: &[&str]) -> Target {
        let aliases = aliases.iter().map(|id| Id::from(*id)).collect();
        Target { key: ConversationKey(key), id: id.into(), aliases, line: None, phone: None }
    }

    fn ids(ids: &[&str]) -> Vec<Id> {
        ids.iter().map(|id| Id::from(*id)).collect()
    }

    fn stages(reports: &[RoomReport]) -> Vec<(&str, RoomStage)> {
        reports.iter().map(|report| (report.id.as_str(), report.stage)).collect()
    }

    #[test]
    fn every_declared_id_is_joined_and_left() {
        let mut ledger = Ledger::default();
        let changes = ledger.want(Some(&target(1, "a", &["acc_line_1"])), &[target(2, "b", &[])]);
        assert_eq!((changes.join, changes.leave), (ids(&["acc_line_1", "a", "b"]), vec![]));
        for id in ids(&["a", "acc_line_1", "b"]) {
            ledger.emitted(&id, Clean::line("join"), 1).unwrap();
        }
        let changes = ledger.want(Some(&target(2, "b", &["acc_line_2"])), &[]);
        assert_eq!((changes.join, changes.leave), (ids(&["acc_line_2"]), ids(&["acc_line_1", "a"])));
        use RoomStage::{Left, Wanted};
        assert_eq!(stages(&changes.reports), [("acc_line_1", Left), ("a", Left), ("acc_line_2", Wanted)]);
        assert!(ledger.joined(ids(&["b"]).iter()) && !ledger.joined(ids(&["a", "acc_line_2"]).iter()));
    }

    #[test]
    fn nothing_is_left_that_was_not_joined() {
        let mut ledger = Ledger::default();
        ledger.want(Some(&target(1, "a", &[])), &[]);
        assert_eq!(ledger.want(None, &[]).leave, vec![], "it was only wanted");
        ledger.want(Some(&target(1, "a", &[])), &[]);
        ledger.emitted(&"a".into(), Clean::line("join"), 1);
        ledger.stale();
        assert_eq!(ledger.want(None, &[]).leave, vec![], "it went with the connection");
    }

    #[test]
    fn rooms_of_the_account_keep_their_order() {
        let mut ledger = Ledger::default();
        ledger.want(Some(&target(1, "a", &[])), &[]);
        for id in ["first", "second", "first"] {
            ledger.want_account(id.into());
        }
        assert_eq!(ledger.all(), ids(&["first", "second", "a"]));
        assert_eq!(ledger.want(None, &[]).leave, vec![], "they are never left");
        assert_eq!(ledger.all(), ids(&["first", "second"]));
    }

    #[test]
    fn rooms_go_stale_with_the_connection_and_are_wanted_again() {
        let mut ledger = Ledger::default();
        ledger.want_account("account".into());
        ledger.want(Some(&target(1, "a", &[])), &[target(2, "b", &[])]);
        ledger.emitted(&"account".into(), Clean::line("subscribe"), 1);
        ledger.emitted(&"a".into(), Clean::line("join"), 1);
        ledger.emitted(&"b".into(), Clean::line("join"), 1);
        assert_eq!(ledger.answered(&"b".into(), 1, Err(Clean::line("no"))).unwrap().stage, RoomStage::Refused);
        let stale = ledger.stale();
        assert_eq!(stale.iter().map(|report| report.id.as_str()).collect::<Vec<_>>(), ["account", "a", "b"]);
        assert!(ledger.stale().is_empty(), "told once");
        assert_eq!(ledger.conversations(), ids(&["a", "b"]));
    }

    #[test]
    fn an_answer_of_an_earlier_connection_counts_for_nothing() {
        let mut ledger = Ledger::default();
        ledger.want(Some(&target(1, "a", &[])), &[]);
        ledger.emitted(&"a".into(), Clean::line("join"), 1);
        ledger.stale();
        assert_eq!(ledger.answered(&"a".into(), 1, Ok(())), None);
        ledger.emitted(&"a".into(), Clean::line("join"), 2);
        assert_eq!(ledger.answered(&"a".into(), 1, Ok(())), None);
        assert_eq!(ledger.answered(&"a".into(), 2, Ok(())).unwrap().stage, RoomStage::Acknowledged);
    }

    #[test]
    fn an_id_claimed_twice_belongs_to_the_first() {
        let mut ledger = Ledger::default();
        let changes = ledger.want(Some(&target(1, "a", &["x"])), &[target(2, "x", &[])]);
        assert_eq!(changes.join, ids(&["x", "a"]));
        let report = ledger.emitted(&"x".into(), Clean::line("join"), 1).unwrap();
        assert_eq!(report.key, Some(ConversationKey(1)));
    }
}

//! The room ledger: what should be joined, what was sent for it, and what proves that it worked.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::backend::{RoomReport, RoomStage};
use crate::chat::{ConversationKey, Id};
use crate::text::Clean;

/// One room, with the time of each step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomRow {
    /// The id by which it is joined.
    pub id: Id,
    /// The conversation, or `None` for the account's room.
    pub key: Option<ConversationKey>,
    /// The event and its exact argument.
    pub emitted: Clean,
    /// How far it is.
    pub stage: RoomStage,
    /// The server's words on a refusal.
    pub note: Option<Clean>,
    /// The connection of the last step.
    pub epoch: u32,
    /// When each stage was reached last.
    pub times: BTreeMap<RoomStage, Timestamp>,
    /// When traffic last proved the membership, on the current connection.
    pub confirmed: Option<Timestamp>,
}

impl RoomRow {
    /// A join was sent for it and not taken back.
    fn is_joined(&self) -> bool {
        matches!(self.stage, RoomStage::Emitted | RoomStage::Acknowledged)
    }
}

/// All rooms of the session.
#[derive(Debug, Default)]
pub struct RoomLedger {
    rows: BTreeMap<Id, RoomRow>,
}

impl RoomLedger {
    /// Takes in a step that the session reports.
    pub fn report(&mut self, report: RoomReport, at: Timestamp) {
        let row = self.rows.entry(report.id.clone()).or_insert_with(|| RoomRow {
            id: report.id.clone(),
            key: report.key,
            emitted: report.emitted.clone(),
            stage: report.stage,
            note: None,
            epoch: report.epoch,
            times: BTreeMap::new(),
            confirmed: None,
        });
        if matches!(report.stage, RoomStage::Stale | RoomStage::Left | RoomStage::Refused) {
            row.confirmed = None;
        }
        row.key = report.key;
        row.stage = report.stage;
        row.note = report.note;
        row.epoch = report.epoch;
        if !report.emitted.is_empty() {
            row.emitted = report.emitted;
        }
        row.times.insert(report.stage, at);
    }

    /// Traffic proved that this room is joined.
    pub fn confirm(&mut self, id: &Id, at: Timestamp) {
        if let Some(row) = self.rows.get_mut(id) {
            row.confirmed = Some(at);
        }
    }

    /// Traffic proved that the account's room is joined. By which room a frame came it does not say: where there are
    /// several rooms of the account, nothing is proved of any.
    pub fn confirm_account(&mut self, at: Timestamp) {
        let mut of_account = self.rows.values_mut().filter(|row| row.key.is_none() && row.is_joined());
        if let (Some(row), None) = (of_account.next(), of_account.next()) {
            row.confirmed = Some(at);
        }
    }

    /// Rooms, by id.
    pub fn rows(&self) -> impl Iterator<Item = &RoomRow> {
        self.rows.values()
    }

    /// Whether this is the room of a conversation, and a join was sent for it and not taken back.
    pub fn is_joined(&self, id: &Id) -> bool {
        self.rows.get(id).is_some_and(|row| row.key.is_some() && row.is_joined())
    }

    /// Rooms of a conversation that a join was sent for and not taken back.
    pub fn joined(&self) -> impl Iterator<Item = &RoomRow> {
        self.rows.values().filter(|row| row.is_joined())
    }
}

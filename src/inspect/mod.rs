//! Timeline, verdict log, room ledger, diagnosis: consumes what was decided, decides nothing.

pub mod explain;
pub mod payload;
pub mod rooms;
pub mod timeline;

pub use rooms::{RoomLedger, RoomRow};
pub use timeline::{About, Counters, Entry, Kind, MatchRecord, Row, Timeline};

//! Timeline, verdict log, room ledger, diagnosis: consumes what was decided, decides nothing.

pub mod diagnose;
pub mod evidence;
pub mod explain;
pub mod payload;
pub mod rooms;
pub mod sightings;
pub mod stages;
pub mod timeline;

pub use diagnose::{Finding, diagnose};
pub use evidence::Evidence;
pub use rooms::{RoomLedger, RoomRow};
pub use sightings::{Sight, Sightings};
pub use stages::Trace;
pub use timeline::{About, Counters, Entry, Kind, MatchRecord, Row, Timeline};

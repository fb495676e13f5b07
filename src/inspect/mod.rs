//! Timeline, verdict log, room ledger, diagnosis: consumes what was decided, decides nothing.

pub mod diagnose;
pub mod diff;
pub mod drift;
pub mod evidence;
pub mod explain;
pub mod export;
pub mod filter;
pub mod latency;
pub mod payload;
pub mod repeats;
pub mod rooms;
pub mod sightings;
pub mod stages;
pub mod timeline;

pub use diagnose::{Finding, diagnose};
pub use drift::Drift;
pub use evidence::Evidence;
pub use filter::{Filter, View};
pub use repeats::Repeats;
pub use rooms::{RoomLedger, RoomRow};
pub use sightings::{Sight, Sightings};
pub use stages::Trace;
pub use timeline::{About, Counters, Entry, Kind, MatchRecord, Row, Timeline};

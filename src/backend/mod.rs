//! What talks to a backend: REST, the supervised socket session, resync, outbox.

pub mod command;
pub mod report;

pub use command::{Command, Outgoing, Page, Purpose, Target};
pub use report::{Frame, Health, Report, RestError, RoomReport, RoomStage, Session, SessionState};

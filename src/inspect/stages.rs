//! The five stages of a message's way: webhook received, stored, broadcast, received, routed and drawn.

use jiff::Timestamp;

use crate::chat::Id;
use crate::text::Clean;

/// A stage of a message's way, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The channel's delivery reached the backend.
    Webhook,
    /// The backend stored the message.
    Stored,
    /// The backend emitted it to a room.
    Broadcast,
    /// This program's socket brought it.
    Received,
    /// It was put into a conversation and is on the screen.
    Drawn,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::Webhook, Self::Stored, Self::Broadcast, Self::Received, Self::Drawn];

    /// The name as the user sees it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook received",
            Self::Stored => "stored",
            Self::Broadcast => "broadcast",
            Self::Received => "received",
            Self::Drawn => "routed and drawn",
        }
    }
}

/// How a stage went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageState {
    /// It happened.
    Ok,
    /// It did not, although what lies before it did.
    Failed,
    /// Nothing here tells.
    Unknown,
}

impl StageState {
    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Unknown => "not observable from here",
        }
    }
}

/// One stage of one message.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct StageReport {
    /// Which.
    pub stage: Stage,
    /// How it went.
    pub state: StageState,
    /// When, where that is known.
    pub at: Option<Timestamp>,
    /// What shows it.
    pub evidence: Clean,
}

/// The way of one message.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Trace {
    /// The message's names.
    pub message: Vec<Id>,
    /// The stages, in order.
    pub stages: Vec<StageReport>,
    /// What the backend says that it emitted, where it tells.
    pub emits: Vec<Emit>,
}

/// One emit, as the backend tells of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Emit {
    /// The event's name.
    pub event: Clean,
    /// The room; `None` where it went to every socket.
    pub room: Option<Clean>,
    /// How many sockets were in it then.
    pub sockets: u64,
    /// When.
    pub at: Option<Timestamp>,
}

impl Trace {
    /// Whether the backend tells of its broadcasts.
    pub fn tells_broadcast(&self) -> bool {
        self.stages.iter().any(|report| report.stage == Stage::Broadcast && report.state != StageState::Unknown)
    }

    /// The first stage that failed.
    pub fn broken_at(&self) -> Option<&StageReport> {
        self.stages.iter().find(|report| report.state == StageState::Failed)
    }
}

//! What a recording consists of: one JSON object a line. The first line says what was recorded and how; the others are
//! what reached the program, in order, with the time at which it did.
//!
//! Frames stand as they came, so that another dialect can read them again; REST answers as the dialect read them, and
//! beside them as they came (`exchange`), for people and for other tools.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::chat::{ConversationKey, Id};

/// The format that is written, and the newest that is read.
pub const FORMAT: u32 = 1;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The format of the lines.
    pub switchboard_recording: u32,
    /// The version of the program that wrote it.
    pub version: String,
    /// When it began.
    pub at: Timestamp,
    /// The dialect by which frames were read.
    pub dialect: String,
    /// The account, where the profile names one.
    pub account: Option<Id>,
    /// National variants of numbers were routed.
    pub route_variants: bool,
    /// What was taken out beside secrets: `texts`, `phones`.
    pub redacted: Vec<String>,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// The socket brought an event.
    Frame {
        /// When it was taken in.
        at: Timestamp,
        /// The connection.
        epoch: u32,
        /// Its number.
        seq: u64,
        /// When it was read from the socket.
        received: Timestamp,
        /// Its name.
        #[serde(rename = "event")]
        name: String,
        /// The argument array as it came; a text where it is no JSON.
        args: Box<RawValue>,
        /// The ack id.
        ack: Option<u64>,
        /// Packet size in bytes.
        bytes: usize,
        /// The user put it in.
        injected: bool,
    },
    /// Something else that the backend part told.
    Told {
        /// When it was taken in.
        at: Timestamp,
        /// The report.
        report: Box<RawValue>,
    },
    /// A REST exchange as it was; nothing follows from it.
    Exchange {
        /// When it ended.
        at: Timestamp,
        /// All of it.
        exchange: Box<RawValue>,
    },
    /// A conversation was opened, or none is open any more.
    Open {
        /// When.
        at: Timestamp,
        /// Which.
        id: Option<Id>,
    },
    /// A message was given to the backend to be sent.
    Sending {
        /// When.
        at: Timestamp,
        /// The id that this program gave it.
        client: Id,
        /// To whom.
        key: ConversationKey,
        /// The text.
        text: String,
    },
    /// The user pressed a key; recorded on request alone.
    Key {
        /// When.
        at: Timestamp,
        /// The key, as keymaps write it.
        key: String,
    },
}

impl Record {
    /// When it happened.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Frame { at, .. }
            | Self::Told { at, .. }
            | Self::Exchange { at, .. }
            | Self::Open { at, .. }
            | Self::Sending { at, .. }
            | Self::Key { at, .. } => *at,
        }
    }
}

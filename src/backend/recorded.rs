//! Reports as lines of a recording, and back.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::report::{Frame, Health, Mishap, Report, Session, SessionState};
use crate::socketio::RUST_SOCKETIO;
use crate::text::Clean;
use crate::wire::Dialect;
use crate::wire::record::Record;

/// A report as a line; `None` for what a replay has no use for.
pub fn to_record(at: Timestamp, report: &Report) -> Option<Record> {
    match report {
        Report::Frame(frame) => {
            let args = RawValue::from_string(frame.raw.to_string()).ok();
            // what is no JSON is kept as a text
            let args = args.or_else(|| to_raw_value(&*frame.raw).ok())?;
            Some(Record::Frame {
                at,
                epoch: frame.epoch,
                seq: frame.seq,
                received: frame.received,
                name: frame.name.to_string(),
                args,
                ack: frame.ack,
                bytes: frame.bytes,
                injected: frame.injected,
            })
        }
        Report::Exchange(exchange) => Some(Record::Exchange { at, exchange: to_raw_value(exchange).ok()? }),
        report => Some(Record::Told { at, report: to_raw_value(report).ok()? }),
    }
}

/// The report of a line; frames are read by the dialect again. `None` for lines that are no report.
///
/// # Errors
/// What the line should be and is not.
pub fn from_record(record: &Record, dialect: &Dialect) -> Result<Option<Report>, String> {
    match record {
        Record::Frame { epoch, seq, received, name, args, ack, bytes, injected, .. } => {
            let raw: Arc<str> = match serde_json::from_str::<String>(args.get()) {
                Ok(text) => text.into(),
                Err(_) => args.get().into(),
            };
            let decoded = dialect.decode_event(name, &raw);
            Ok(Some(Report::Frame(Box::new(Frame {
                epoch: *epoch,
                seq: *seq,
                received: *received,
                name: name.as_str().into(),
                raw,
                ack: *ack,
                bytes: *bytes,
                emitted: decoded.emitted,
                event: decoded.event,
                injected: *injected,
            }))))
        }
        Record::Told { report, .. } => serde_json::from_str(report.get()).map(Some).map_err(|error| error.to_string()),
        Record::Exchange { exchange, .. } => {
            let exchange = serde_json::from_str(exchange.get()).map_err(|error| error.to_string())?;
            Ok(Some(Report::Exchange(exchange)))
        }
        Record::Open { .. } | Record::Sending { .. } | Record::Key { .. } => Ok(None),
    }
}

/// A [`Session`] as it is written: its words have no fixed set there.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct WrittenSession {
    state: WrittenState,
    since: Timestamp,
    epoch: u32,
    url: Clean,
    transport: Option<String>,
    sid: Option<Clean>,
    rest: Health,
    socket: Health,
    round_trip: Option<Duration>,
    reconnects: u32,
    last_frame: Option<Timestamp>,
    heartbeat: Option<(Duration, Duration)>,
    as_of: Timestamp,
    mishaps: Vec<Mishap>,
    #[serde(default)]
    token_refused: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenState {
    Connecting { step: String },
    Live,
    Silent { reason: Clean },
    Waiting { retry_at: Timestamp, attempt: u32, reason: Clean },
    Offline { reason: Clean },
    SignedOut { reason: Clean },
}

/// The steps that a session tells.
const STEPS: [&str; 7] = [
    "starting",
    "connecting",
    "looking for a new token",
    "waiting for the server to be ready",
    "subscribing",
    "catching up",
    "handshake",
];

impl Serialize for Session {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WrittenSession::from(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Session {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        WrittenSession::deserialize(deserializer).map(Self::from)
    }
}

impl From<Session> for WrittenSession {
    fn from(session: Session) -> Self {
        let state = match session.state {
            SessionState::Connecting { step } => WrittenState::Connecting { step: step.to_owned() },
            SessionState::Live => WrittenState::Live,
            SessionState::Silent { reason } => WrittenState::Silent { reason },
            SessionState::Waiting { retry_at, attempt, reason } => WrittenState::Waiting { retry_at, attempt, reason },
            SessionState::Offline { reason } => WrittenState::Offline { reason },
            SessionState::SignedOut { reason } => WrittenState::SignedOut { reason },
        };
        Self {
            state,
            since: session.since,
            epoch: session.epoch,
            url: session.url,
            transport: session.transport.map(str::to_owned),
            sid: session.sid,
            rest: session.rest,
            socket: session.socket,
            round_trip: session.round_trip,
            reconnects: session.reconnects,
            last_frame: session.last_frame,
            heartbeat: session.heartbeat,
            as_of: session.as_of,
            mishaps: session.mishaps,
            token_refused: session.token_refused,
        }
    }
}

impl From<WrittenSession> for Session {
    fn from(written: WrittenSession) -> Self {
        let state = match written.state {
            WrittenState::Connecting { step } => {
                let step = STEPS.into_iter().find(|known| **known == step).unwrap_or("connecting");
                SessionState::Connecting { step }
            }
            WrittenState::Live => SessionState::Live,
            WrittenState::Silent { reason } => SessionState::Silent { reason },
            WrittenState::Waiting { retry_at, attempt, reason } => SessionState::Waiting { retry_at, attempt, reason },
            WrittenState::Offline { reason } => SessionState::Offline { reason },
            WrittenState::SignedOut { reason } => SessionState::SignedOut { reason },
        };
        let known = ["websocket", "polling", RUST_SOCKETIO];
        let transport = written.transport.and_then(|name| known.into_iter().find(|known| **known == name));
        Self {
            state,
            since: written.since,
            epoch: written.epoch,
            url: written.url,
            transport,
            sid: written.sid,
            rest: written.rest,
            socket: written.socket,
            round_trip: written.round_trip,
            reconnects: written.reconnects,
            last_frame: written.last_frame,
            heartbeat: written.heartbeat,
            as_of: written.as_of,
            mishaps: written.mishaps,
            token_refused: written.token_refused,
        }
    }
}

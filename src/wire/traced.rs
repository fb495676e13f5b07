//! What became of a message at the backend, where it tells: the request for it, and what the answer says.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ask::Request;
use super::decode::{line, with_json};
use super::dialect::{Dialect, StageSpec, StageWord};
use super::encode::query;
use super::event::DecodeError;
use super::json::Json;
use crate::chat::Id;
use crate::text::Clean;

/// What the backend says of a message's way.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Traced {
    /// The message's names.
    pub ids: Vec<Id>,
    /// The channel's delivery.
    pub webhook: TracedStage,
    /// The message in the backend's store.
    pub stored: TracedStage,
    /// Its emission.
    pub broadcast: TracedStage,
    /// What was emitted.
    pub emits: Vec<Emit>,
}

/// What the backend says of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracedStage {
    /// How it went.
    pub state: StageWord,
    /// When.
    pub at: Option<Timestamp>,
    /// Why, or what shows it; empty where nothing is said.
    pub words: Clean,
}

impl Default for TracedStage {
    fn default() -> Self {
        Self { state: StageWord::Unknown, at: None, words: Clean::default() }
    }
}

/// One emit, as the backend tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

impl Dialect {
    /// Asks what became of a message; `None` where the backend does not tell.
    pub fn trace_request(&self, message: &Id) -> Option<Request> {
        let spec = self.trace.as_ref()?;
        let variables = self.values().with("message", Some(message.as_str()));
        let mut request = self.plain("a message's way", "GET", &spec.path, &variables)?;
        request.query = query(&spec.query, &variables);
        request.idempotent = true;
        Some(request)
    }

    /// What the answer says.
    ///
    /// # Errors
    /// The answer is no JSON.
    pub fn traced(&self, body: &[u8]) -> Result<Traced, DecodeError> {
        let Some(spec) = &self.trace else { return Ok(Traced::default()) };
        with_json("a message's way", &String::from_utf8_lossy(body), |json| {
            let stage = |stage: &StageSpec| {
                let at = stage.at.read(json, Json::time);
                let said = stage.state.read(json, Json::text);
                let state = match said {
                    Some(word) => spec.states.get(&*word).copied().unwrap_or(StageWord::Unknown),
                    None if at.is_some() => StageWord::Ok,
                    None => StageWord::Unknown,
                };
                let words = stage.reason.read(json, line).unwrap_or_else(|| {
                    let shown = stage.evidence.iter().filter_map(|(words, choice)| {
                        let value = choice.read(json, line).filter(|value| &**value != "0")?;
                        Some(format!("{words} {value}"))
                    });
                    Clean::line(&shown.collect::<Vec<_>>().join(", "))
                });
                TracedStage { state, at, words }
            };
            let emit = |row: &Json<'_>| {
                let sockets = spec.emits.sockets.read(row, Json::number).unwrap_or_default();
                Some(Emit {
                    event: spec.emits.event.read(row, line)?,
                    room: spec.emits.room.read(row, line),
                    sockets: sockets.max(0.0) as u64,
                    at: spec.emits.at.read(row, Json::time),
                })
            };
            let emits = match spec.emits.array.find(json) {
                Some(Json::Array(rows)) => rows.iter().filter_map(emit).collect(),
                _ => Vec::new(),
            };
            Ok(Traced {
                ids: spec.ids.iter().filter_map(|pointer| pointer.id(json)).collect(),
                webhook: stage(&spec.webhook),
                stored: stage(&spec.stored),
                broadcast: stage(&spec.broadcast),
                emits,
            })
        })
    }
}

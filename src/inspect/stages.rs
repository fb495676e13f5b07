//! The five stages of a message's way: webhook received, stored, broadcast, received, routed and drawn.

use jiff::Timestamp;
use serde::Deserialize;

use super::sightings::Sight;
use crate::chat::{Id, Verdict};
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
#[derive(Clone, Debug, PartialEq, Eq, Default, serde::Serialize)]
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

/// What REST and this program's own session show of a message.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Its names.
    pub names: Vec<Id>,
    /// When it was stored, and in which conversation.
    pub stored: Option<(Timestamp, Id)>,
    /// The event that brought it.
    pub received: Option<Sight>,
    /// When its effect was on the screen.
    pub drawn: Option<Timestamp>,
    /// A session has been listening since before the message was stored: what it did not hear did not come.
    pub listening: bool,
}

impl Trace {
    /// What the embedded server says of the first three stages (docs/embedded-server.md); `None` if that is something
    /// else.
    pub fn from_backend(body: &[u8]) -> Option<Self> {
        let told: Told = serde_json::from_slice(body).ok()?;
        let mut trace =
            Self { message: [told.message_id, told.wa_message_id].into_iter().flatten().collect(), ..Self::default() };
        for mut stage in told.stages {
            let which = Stage::ALL.into_iter().find(|known| known.name() == stage.stage)?;
            let (state, words) = match stage.state.as_str() {
                "ok" => (StageState::Ok, String::new()),
                "failed" => (StageState::Failed, stage.reason.clone().unwrap_or_default()),
                "none" => (StageState::Unknown, "an agent's own message comes by no webhook".to_owned()),
                "waiting" => (StageState::Unknown, "not yet".to_owned()),
                _ => (StageState::Unknown, stage.reason.clone().unwrap_or_default()),
            };
            if let Some(emits) = stage.evidence.emits.take() {
                trace.emits = emits.into_iter().map(Emit::from).collect();
            }
            let words = if words.is_empty() { stage.evidence.in_words(which, &trace.emits) } else { words };
            trace.stages.push(StageReport { stage: which, state, at: stage.at, evidence: Clean::line(&words) });
        }
        Some(trace)
    }

    /// With what REST and the session show, all five stages, in order.
    pub fn seen(mut self, id: &Id, seen: &Seen) -> Self {
        for name in seen.names.iter().chain([id]) {
            if !self.message.contains(name) {
                self.message.push(name.clone());
            }
        }
        let mut stages = Vec::with_capacity(Stage::ALL.len());
        let mut later = false;
        for stage in Stage::ALL.into_iter().rev() {
            let told = self.stages.iter().find(|report| report.stage == stage).cloned();
            let own = observed(stage, seen);
            let mut report = match (told, own) {
                // the backend's own failure does not stand against what is seen here
                (Some(told), Some(own)) if told.state != StageState::Ok && own.state == StageState::Ok => own,
                (Some(told), _) => told,
                (None, Some(own)) => own,
                (None, None) => unknown(stage),
            };
            // what comes after it happened, so it did
            if later && report.state == StageState::Unknown && stage != Stage::Webhook {
                report.state = StageState::Ok;
                report.evidence = Clean::line("what comes after it happened");
            }
            later |= report.state == StageState::Ok;
            stages.push(report);
        }
        stages.reverse();
        self.stages = stages;
        self
    }
}

fn unknown(stage: Stage) -> StageReport {
    let why = match stage {
        Stage::Webhook => "this backend does not tell of its webhook",
        Stage::Stored => "REST was not asked",
        Stage::Broadcast => "this backend does not tell of its emits",
        Stage::Received | Stage::Drawn => "no inbox was listening here",
    };
    StageReport { stage, state: StageState::Unknown, at: None, evidence: Clean::line(why) }
}

/// What is seen of a stage from here.
fn observed(stage: Stage, seen: &Seen) -> Option<StageReport> {
    let report = |state, at, words: String| Some(StageReport { stage, state, at, evidence: Clean::line(&words) });
    let sight = seen.received.as_ref();
    match stage {
        Stage::Webhook => None,
        Stage::Stored => {
            let (at, conversation) = seen.stored.as_ref()?;
            report(StageState::Ok, Some(*at), format!("REST has it in conversation {}", conversation.shown()))
        }
        Stage::Broadcast => {
            let sight = sight?;
            report(StageState::Ok, sight.emitted, format!("`{}` came", sight.name))
        }
        Stage::Received => match sight {
            Some(sight) => {
                let took = sight.emitted.map(|at| sight.received.duration_since(at).as_millis());
                let took = took.map(|ms| format!(", {ms} ms after its emission")).unwrap_or_default();
                report(StageState::Ok, Some(sight.received), format!("`{}`, {} bytes{took}", sight.name, sight.bytes))
            }
            None if seen.listening => {
                report(StageState::Failed, None, "this session was listening, and no event brought it".to_owned())
            }
            None => None,
        },
        Stage::Drawn => {
            let sight = sight?;
            let by = sight.rule.map(|rule| format!(" by the rule `{}`", rule.name())).unwrap_or_default();
            let routed = matches!(
                sight.verdict,
                Verdict::Routed { .. }
                    | Verdict::Background { .. }
                    | Verdict::Duplicate { .. }
                    | Verdict::OutOfOrder { .. }
            );
            let words = format!("{}{by}", sight.verdict.name());
            match (routed, seen.drawn) {
                (true, at) => report(StageState::Ok, at, words),
                (false, _) => report(StageState::Failed, None, words),
            }
        }
    }
}

/// The answer of the embedded server, as far as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    message_id: Option<Id>,
    wa_message_id: Option<Id>,
    stages: Vec<ToldStage>,
}

#[derive(Deserialize)]
struct ToldStage {
    stage: String,
    state: String,
    at: Option<Timestamp>,
    reason: Option<String>,
    #[serde(default)]
    evidence: ToldEvidence,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ToldEvidence {
    phone_number_id: Option<String>,
    repeats: Option<u64>,
    conversation_id: Option<String>,
    status: Option<String>,
    sockets: Option<u64>,
    emits: Option<Vec<ToldEmit>>,
}

#[derive(Deserialize)]
struct ToldEmit {
    event: String,
    room: Option<String>,
    sockets: u64,
    at: Option<Timestamp>,
}

impl From<ToldEmit> for Emit {
    fn from(told: ToldEmit) -> Self {
        Self {
            event: Clean::line(&told.event),
            room: told.room.as_deref().map(Clean::line),
            sockets: told.sockets,
            at: told.at,
        }
    }
}

impl ToldEvidence {
    fn in_words(&self, stage: Stage, emits: &[Emit]) -> String {
        match stage {
            Stage::Webhook => {
                let line = self.phone_number_id.as_deref().map(|line| format!("on line {line}")).unwrap_or_default();
                match self.repeats {
                    Some(repeats @ 1..) => format!("{line}, delivered {repeats} times more"),
                    _ => line,
                }
            }
            Stage::Stored => {
                let id = self.conversation_id.as_deref().map(|id| format!("in conversation {id}")).unwrap_or_default();
                self.status.as_deref().map_or(id.clone(), |status| format!("{id}, {status}"))
            }
            _ => {
                let sockets = self.sockets.unwrap_or_default();
                let s = if sockets == 1 { "" } else { "s" };
                format!("{} emits, to {sockets} socket{s} at most", emits.len())
            }
        }
    }
}

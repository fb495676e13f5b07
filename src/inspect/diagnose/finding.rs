//! What a rule says.

use serde::Serialize;

use crate::chat::Id;
use crate::text::Clean;

/// How grave it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Messages do not reach the screen, or would not reach a web page's.
    Fault,
    /// Something is wrong that costs no message here.
    Warning,
    /// Worth knowing.
    Note,
    /// All is well.
    Good,
}

/// How surely it explains what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// The evidence allows nothing else.
    Certain,
    /// Other explanations are far-fetched.
    Likely,
    /// One of several.
    Possible,
}

/// What the three outcomes of a test are, with the two of a test that cannot begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Events arrive, and the ids match.
    Match,
    /// Events arrive, and the ids do not match.
    Mismatch,
    /// Nothing arrives.
    NothingArrived,
    /// The backend refuses us.
    Refused,
    /// The backend cannot be reached.
    Unreachable,
}

impl Outcome {
    /// The exit code of `switchboard doctor`.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Match => 0,
            Self::Mismatch => 2,
            Self::NothingArrived => 3,
            Self::Refused => 4,
            Self::Unreachable => 5,
        }
    }
}

/// Who has to mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The backend's REST answers.
    BackendRest,
    /// The backend's emits.
    BackendEmit,
    /// The backend's rooms: what joins them, and what they are named by.
    BackendRooms,
    /// What the backend lets a socket in by: its token check, its versions, its origins.
    BackendSocket,
    /// What stands between: a proxy, the network, a clock.
    Between,
    /// The web page (it would fail where this program does not).
    Page,
    /// This program's profile or dialect.
    Profile,
}

impl Side {
    /// The side in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::BackendRest => "the backend's REST answers",
            Self::BackendEmit => "the backend's emit",
            Self::BackendRooms => "the backend's rooms",
            Self::BackendSocket => "how the backend lets sockets in",
            Self::Between => "what stands between",
            Self::Page => "the web page",
            Self::Profile => "the profile",
        }
    }
}

/// Two ids that should be the same string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdPair {
    /// The event's.
    pub event: Id,
    /// What the page holds, from the list.
    pub list: Id,
    /// How they differ, in words.
    pub differ: Clean,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's name, such as `ids-differ`.
    pub rule: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// How surely it explains what was seen.
    pub certainty: Certainty,
    /// What was seen.
    pub saw: Clean,
    /// What it means.
    pub means: Clean,
    /// What to do, a step a line.
    pub todo: Vec<Clean>,
    /// Who has to mend it.
    pub mend: Option<Side>,
    /// The two ids, for a mismatch.
    pub ids: Option<IdPair>,
    /// The value that the side to mend should send.
    #[serde(rename = "shouldSend")]
    pub should_send: Option<Id>,
    /// A command to look for oneself, with `$TOKEN` in the token's place.
    pub command: Option<Clean>,
    /// The events that show it, by their numbers on the timeline, the newest first; at most 20.
    pub events: Vec<u64>,
    /// What it makes of a test.
    pub outcome: Option<Outcome>,
}

impl Finding {
    /// A finding that has said what it saw and what that means.
    pub(super) fn new(rule: &'static str, severity: Severity, certainty: Certainty) -> Self {
        Self {
            rule,
            severity,
            certainty,
            saw: Clean::default(),
            means: Clean::default(),
            todo: Vec::new(),
            mend: None,
            ids: None,
            should_send: None,
            command: None,
            events: Vec::new(),
            outcome: None,
        }
    }

    pub(super) fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    pub(super) fn saw(self, words: impl AsRef<str>) -> Self {
        Self { saw: Clean::line(words.as_ref()), ..self }
    }

    pub(super) fn means(self, words: impl AsRef<str>) -> Self {
        Self { means: Clean::line(words.as_ref()), ..self }
    }

    pub(super) fn todo(mut self, words: impl AsRef<str>) -> Self {
        self.todo.push(Clean::line(words.as_ref()));
        self
    }

    pub(super) fn mend(self, side: Side) -> Self {
        Self { mend: Some(side), ..self }
    }

    pub(super) fn should_send(self, id: Id) -> Self {
        Self { should_send: Some(id), ..self }
    }

    pub(super) fn command(self, words: impl AsRef<str>) -> Self {
        Self { command: Some(Clean::line(words.as_ref())), ..self }
    }

    pub(super) fn events(self, events: Vec<u64>) -> Self {
        Self { events, ..self }
    }

    pub(super) fn outcome(self, outcome: Outcome) -> Self {
        Self { outcome: Some(outcome), ..self }
    }

    /// Whether something is wrong.
    pub fn is_fault(&self) -> bool {
        matches!(self.severity, Severity::Fault | Severity::Warning)
    }
}

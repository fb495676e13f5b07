//! The five stages of a message's way: webhook received, stored, broadcast, received, routed and drawn.

use std::sync::Arc;

use jiff::Timestamp;

use super::explain::explain;
use super::timeline::{Entry, Kind};
use crate::chat::{Id, Rule, Verdict};
use crate::text::Clean;
pub use crate::wire::Emit;
use crate::wire::{StageWord, Traced, TracedStage};

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

/// What the backend itself says of a message's way.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Told {
    /// The dialect knows no request for it.
    #[default]
    Nothing,
    /// It was asked; the answer is on its way.
    Asked,
    /// A recording is played, and nobody asked when it was made.
    Replayed,
    /// It was asked, and did not say. In its words.
    Refused(Clean),
    /// Its answer.
    Answer(Traced),
}

/// What REST shows of a message.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Stored {
    /// REST was not asked for its thread since.
    #[default]
    NotAsked,
    /// It is there.
    Shown {
        /// Since when it has been.
        at: Timestamp,
        /// In which conversation, by the list's id.
        conversation: Option<Id>,
    },
    /// REST answered with that stretch of the thread, and it was not in it.
    Missing {
        /// When.
        at: Timestamp,
    },
    /// There is no message to be stored.
    NoMessage,
}

/// The event that brought a message, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The event's name.
    pub name: Arc<str>,
    /// The connection.
    pub epoch: u32,
    /// Packet size in bytes.
    pub bytes: usize,
    /// When the backend says that it emitted it.
    pub emitted: Option<Timestamp>,
    /// When it was read from the socket.
    pub received: Timestamp,
    /// When it was decided about.
    pub routed: Timestamp,
    /// When its effect was on the screen.
    pub drawn: Option<Timestamp>,
    /// The room that it probably came by.
    pub room: Option<Id>,
    /// The user put it in.
    pub injected: bool,
    /// What was decided.
    pub verdict: Verdict,
    /// By which rule.
    pub rule: Option<Rule>,
    /// Why, in words.
    pub why: String,
}

impl From<&Entry> for Heard {
    fn from(entry: &Entry) -> Self {
        Self {
            name: Arc::clone(&entry.name),
            epoch: entry.epoch,
            bytes: entry.bytes,
            emitted: entry.record.timestamp,
            received: entry.received,
            routed: entry.routed,
            drawn: entry.drawn,
            room: entry.room.clone(),
            injected: entry.injected,
            verdict: entry.verdict.clone(),
            rule: entry.rule,
            why: explain(entry),
        }
    }
}

/// All that is known of a message's way.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Its names.
    pub names: Vec<Id>,
    /// What the backend says.
    pub told: Told,
    /// What REST shows.
    pub stored: Stored,
    /// The event that brought it, where a session was listening.
    pub heard: Option<Heard>,
}

impl Seen {
    /// What an event shows of its message.
    pub fn by(entry: &Entry) -> Self {
        let stored = if entry.about.kind == Kind::Message { Stored::NotAsked } else { Stored::NoMessage };
        Self { names: entry.about.message.clone(), stored, heard: Some(Heard::from(entry)), ..Self::default() }
    }
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

    /// The five stages, from all that is known.
    pub fn of(seen: Seen) -> Self {
        let (mut message, mut emits) = (seen.names.clone(), Vec::new());
        if let Told::Answer(answer) = &seen.told {
            message.extend(answer.ids.iter().filter(|id| !seen.names.contains(id)).cloned());
            emits.clone_from(&answer.emits);
        }
        let stages = vec![webhook(&seen), stored(&seen), broadcast(&seen), received(&seen), drawn(&seen)];
        Self { message, stages, emits }
    }
}

fn report(stage: Stage, state: StageState, at: Option<Timestamp>, evidence: impl AsRef<str>) -> StageReport {
    StageReport { stage, state, at, evidence: Clean::line(evidence.as_ref()) }
}

/// A stage by the backend's own word; `Err` with why it has none.
fn told(seen: &Seen, stage: Stage, of: impl Fn(&Traced) -> &TracedStage) -> Result<StageReport, String> {
    let answer = match &seen.told {
        Told::Answer(answer) => answer,
        Told::Nothing => return Err("this backend does not tell of it".to_owned()),
        Told::Replayed => return Err("in a replay nobody is asked, and the recording has no answer".to_owned()),
        Told::Asked => return Err("the backend was asked; its answer is on its way".to_owned()),
        Told::Refused(words) => return Err(format!("the backend was asked, and said: {words}")),
    };
    let said = of(answer);
    let or = |words: &str| if said.words.is_empty() { words.to_owned() } else { said.words.to_string() };
    match said.state {
        StageWord::Ok => Ok(report(stage, StageState::Ok, said.at, or("so says the backend"))),
        StageWord::Failed => Ok(report(stage, StageState::Failed, said.at, or("the backend does not say why"))),
        StageWord::None => Err(or("a message of this kind does not pass here")),
        StageWord::Waiting => Err(format!("not yet: {}", or("the backend is at it; Enter twice asks again"))),
        StageWord::Unknown => Err(or("the backend does not know")),
    }
}

fn webhook(seen: &Seen) -> StageReport {
    const STAGE: Stage = Stage::Webhook;
    if seen.stored == Stored::NoMessage {
        return report(STAGE, StageState::Unknown, None, "this event carries no message");
    }
    told(seen, STAGE, |answer| &answer.webhook).unwrap_or_else(|why| report(STAGE, StageState::Unknown, None, why))
}

fn stored(seen: &Seen) -> StageReport {
    const STAGE: Stage = Stage::Stored;
    let told = told(seen, STAGE, |answer| &answer.stored);
    match (&seen.stored, told) {
        (Stored::NoMessage, _) => report(STAGE, StageState::Unknown, None, "this event carries no message"),
        (Stored::Missing { at }, Ok(told)) if told.state == StageState::Ok => {
            let words = format!("{}; but REST answered with this stretch of the thread without it", told.evidence);
            report(STAGE, StageState::Failed, Some(*at), words)
        }
        (Stored::Missing { at }, _) => {
            let words = "REST answered with this stretch of the thread, and it was not in it";
            report(STAGE, StageState::Failed, Some(*at), words)
        }
        (Stored::Shown { .. } | Stored::NotAsked, Ok(told)) if told.state == StageState::Ok => told,
        (Stored::Shown { at, conversation }, _) => {
            let place = conversation.as_ref().map(|id| format!(" in conversation {}", id.shown())).unwrap_or_default();
            report(STAGE, StageState::Ok, Some(*at), format!("REST shows it{place}"))
        }
        (Stored::NotAsked, Ok(told)) => told,
        (Stored::NotAsked, Err(_)) => {
            report(STAGE, StageState::Unknown, None, "REST was not asked for this thread since")
        }
    }
}

fn broadcast(seen: &Seen) -> StageReport {
    const STAGE: Stage = Stage::Broadcast;
    let told = told(seen, STAGE, |answer| &answer.broadcast);
    let came = seen.heard.as_ref().filter(|heard| !heard.injected);
    match (told, came) {
        (Ok(mut told), None) | (Ok(mut told @ StageReport { state: StageState::Ok, .. }), Some(_)) => {
            if let (StageState::Ok, Told::Answer(answer)) = (told.state, &seen.told) {
                told.evidence = Clean::line(&emitted(&answer.emits).unwrap_or_else(|| told.evidence.to_string()));
            }
            told
        }
        // the backend's own failure does not stand against what is seen here
        (_, Some(heard)) => {
            let words = match &heard.room {
                Some(room) => format!("it came, probably by the room {}", room.shown()),
                None => {
                    "it came by no conversation's room that is joined: by the account's, or to everybody".to_owned()
                }
            };
            report(STAGE, StageState::Ok, heard.emitted, words)
        }
        (Err(_), None) if seen.heard.is_some() => {
            report(STAGE, StageState::Unknown, None, "put in by you: the backend never sent it")
        }
        (Err(why), None) => report(STAGE, StageState::Unknown, None, why),
    }
}

/// The emits in short.
fn emitted(emits: &[Emit]) -> Option<String> {
    let most = emits.iter().map(|emit| emit.sockets).max()?;
    let count = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    Some(format!("{}, to {} at most", count(emits.len() as u64, "emit"), count(most, "socket")))
}

fn received(seen: &Seen) -> StageReport {
    const STAGE: Stage = Stage::Received;
    let Some(heard) = &seen.heard else {
        return report(STAGE, StageState::Unknown, None, "no inbox was listening here");
    };
    if heard.injected {
        return report(STAGE, StageState::Unknown, Some(heard.received), "put in by you: the backend never sent it");
    }
    let took = heard.emitted.map(|at| heard.received.duration_since(at).as_millis());
    let took = took.map(|ms| format!(", {ms} ms after its emission")).unwrap_or_default();
    let words = format!("connection {}, {} bytes, as `{}`{took}", heard.epoch, heard.bytes, heard.name);
    report(STAGE, StageState::Ok, Some(heard.received), words)
}

fn drawn(seen: &Seen) -> StageReport {
    const STAGE: Stage = Stage::Drawn;
    let Some(heard) = &seen.heard else {
        return report(STAGE, StageState::Unknown, None, "no inbox was listening here");
    };
    let name = heard.verdict.name();
    if heard.verdict.key().is_none() && !matches!(heard.verdict, Verdict::Account) {
        return report(STAGE, StageState::Failed, Some(heard.routed), format!("{name}: {}", heard.why));
    }
    let rule = heard.rule.map(|rule| format!(" by the rule `{}`", rule.name())).unwrap_or_default();
    let screen = if heard.drawn.is_some() { "drawn" } else { "not drawn yet" };
    report(STAGE, StageState::Ok, Some(heard.drawn.unwrap_or(heard.routed)), format!("{name}{rule}; {screen}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::ConversationKey;
    use crate::wire::Dialect;

    fn now() -> Timestamp {
        Timestamp::from_second(1_795_347_000).unwrap()
    }

    fn message(verdict: Verdict) -> Entry {
        let mut entry = Entry::new(7, now(), "new_message");
        entry.about.kind = Kind::Message;
        entry.about.message = vec![Id::from("6b02cdeea7e8cf19424a8b0d")];
        entry.verdict = verdict;
        entry
    }

    fn routed() -> Verdict {
        Verdict::Routed { key: ConversationKey(1) }
    }

    /// What docs/embedded-server.md says that the server answers.
    fn answer(broadcast: &str, reason: &str, sockets: u64) -> Told {
        let body = format!(
            r#"{{"success":true,"messageId":"6b02cdeea7e8cf19424a8b0d","waMessageId":"wamid.HBgL","stages":[
            {{"stage":"webhook received","state":"ok","at":"2026-11-22T11:11:42.201Z","reason":null,
              "evidence":{{"phoneNumberId":"1003427786179738","repeats":2}}}},
            {{"stage":"stored","state":"ok","at":"2026-11-22T11:11:42.276Z","reason":null,
              "evidence":{{"messageId":"6b02cdeea7e8cf19424a8b0d","conversationId":"6b02cde8","status":"delivered"}}}},
            {{"stage":"broadcast","state":"{broadcast}","at":"2026-11-22T11:11:42.280Z","reason":{reason},
              "evidence":{{"sockets":{sockets},"emits":[{{"event":"new_message","room":"conversation:6b02cde8",
              "sockets":{sockets},"at":"2026-11-22T11:11:42.280Z"}}]}}}}]}}"#
        );
        let dialect = Dialect::shipped("switchboard").unwrap();
        Told::Answer(dialect.traced(body.as_bytes()).unwrap())
    }

    fn states(trace: &Trace) -> Vec<StageState> {
        trace.stages.iter().map(|report| report.state).collect()
    }

    #[test]
    fn the_backends_answer_tells_the_first_three_stages() {
        let told = answer("ok", "null", 3);
        let trace = Trace::of(Seen { told, ..Seen::by(&message(routed())) });
        assert_eq!(states(&trace), [StageState::Ok; 5]);
        let evidence: Vec<&str> = trace.stages.iter().map(|report| &*report.evidence).collect();
        assert_eq!(evidence[0], "on line 1003427786179738, repeated 2");
        assert_eq!(evidence[1], "in conversation 6b02cde8, status delivered");
        assert_eq!(evidence[2], "1 emit, to 3 sockets at most");
        assert!(trace.stages.iter().all(|report| report.at.is_some()));
        assert_eq!(trace.message.len(), 2, "both names");
        assert_eq!(trace.broken_at(), None);
    }

    #[test]
    fn where_nobody_was_listening_the_backends_failure_stands() {
        let told = answer("failed", r#""no socket was in any of these rooms""#, 0);
        let trace = Trace::of(Seen { told: told.clone(), ..Seen::default() });
        use StageState::{Failed, Ok, Unknown};
        assert_eq!(states(&trace), [Ok, Ok, Failed, Unknown, Unknown]);
        assert_eq!(&*trace.broken_at().unwrap().evidence, "no socket was in any of these rooms");
        let came = Trace::of(Seen { told, ..Seen::by(&message(routed())) });
        assert_eq!(states(&came), [StageState::Ok; 5], "it came, so it was sent");
    }

    #[test]
    fn what_is_not_seen_is_not_claimed() {
        use StageState::{Failed, Ok, Unknown};
        let alone = Trace::of(Seen::by(&message(routed())));
        assert_eq!(states(&alone), [Unknown, Unknown, Ok, Ok, Ok], "an event is no proof that it was stored");
        let lost = Seen { stored: Stored::Missing { at: now() }, told: answer("ok", "null", 1), ..Seen::default() };
        assert_eq!(states(&Trace::of(lost)), [Ok, Failed, Ok, Unknown, Unknown], "REST has the last word");
        let mut entry = message(Verdict::NoId);
        assert_eq!(states(&Trace::of(Seen::by(&entry))).last(), Some(&Failed));
        entry.injected = true;
        assert_eq!(states(&Trace::of(Seen::by(&entry))), [Unknown, Unknown, Unknown, Unknown, Failed]);
        let refused = Seen { told: Told::Refused(Clean::line("404: no such message")), ..Seen::default() };
        assert!(Trace::of(refused).stages[0].evidence.contains("404: no such message"));
    }
}

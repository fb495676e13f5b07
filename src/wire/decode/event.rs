//! What a socket event means.

use jiff::Timestamp;

use super::super::dialect::{Dialect, EventKind, EventSpec, fits};
use super::super::event::{DecodeError, Event, Viewer};
use super::super::json::Json;
use super::super::pointer::{Choice, Pointer, named_ids};
use super::message::as_evidence;
use super::{error, line, list_of, with_json};
use crate::chat::{ConversationFacts, DeliveryUpdate, Evidence, Id, NamedId, Origin};
use crate::text::Clean;

/// A socket event, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The backend's time of emission, where the payload carries one.
    pub emitted: Option<Timestamp>,
    /// What it means.
    pub event: Result<Event, DecodeError>,
    /// What else it means, where one event brings several things.
    pub more: Vec<Result<Event, DecodeError>>,
    /// It says only that something changed: the list is to be fetched again.
    pub refetch: bool,
}

impl Decoded {
    fn alone(event: Result<Event, DecodeError>) -> Self {
        Self { emitted: None, event, more: Vec::new(), refetch: false }
    }
}

impl Dialect {
    /// What an event means; `args` is the JSON of its argument array, without the name.
    pub fn decode_event(&self, name: &str, args: &str) -> Decoded {
        let by_name = self.by_name.get(name).into_iter().flatten().copied();
        let by_pattern = self.by_pattern.iter().filter(|(pattern, _)| fits(pattern, name)).map(|(_, place)| *place);
        let specs: Vec<&EventSpec> = by_name.chain(by_pattern).filter_map(|place| self.events.get(place)).collect();
        if specs.is_empty() {
            return Decoded::alone(Ok(Event::NotInDialect));
        }
        let decoded = with_json(name, args, |args| {
            let mut missing = None;
            for spec in &specs {
                let Some(payload) = args.step(&spec.argument.to_string()) else {
                    missing.get_or_insert(spec.argument);
                    continue;
                };
                let applies = |(pointer, words): (&Pointer, &Vec<String>)| {
                    let word = pointer.word(payload);
                    words.iter().any(|wanted| *wanted == word)
                };
                if spec.when.iter().all(applies) {
                    let mut decoded = self.decoded(name, spec, payload);
                    if let (Err(problem), Json::Array(all)) = (&mut decoded.event, args) {
                        problem.problem.push_str(&shape(payload, all.len()));
                    }
                    return Ok(decoded);
                }
            }
            match missing {
                Some(argument) => Err(error(name, &format!("/{argument}"), "the argument is missing")),
                None => Ok(Decoded::alone(Ok(Event::NotInDialect))),
            }
        });
        decoded.unwrap_or_else(|problem| Decoded::alone(Err(problem)))
    }

    fn decoded(&self, name: &str, spec: &EventSpec, payload: &Json<'_>) -> Decoded {
        let emitted = spec.emitted.read(payload, Json::time);
        let mut events = match spec.each.find(payload) {
            Some(Json::Array(elements)) => elements.iter().map(|element| self.event(name, spec, element)).collect(),
            Some(one) => vec![self.event(name, spec, one)],
            None if spec.each.is_empty() => vec![self.event(name, spec, payload)],
            None => vec![Err(error(name, &spec.each.shown(), "no list"))],
        };
        // An empty list is an event without news.
        let event = if events.is_empty() { Ok(Event::Account) } else { events.remove(0) };
        Decoded { emitted, event, more: events, refetch: spec.refetch }
    }

    fn event(&self, name: &str, spec: &EventSpec, payload: &Json<'_>) -> Result<Event, DecodeError> {
        match spec.kind {
            EventKind::Message => self.message_event(name, spec, payload),
            EventKind::Merged => {
                let gone = named_ids(&spec.gone, payload);
                if gone.is_empty() {
                    return Err(error(name, "", "nothing says which conversation is no more"));
                }
                Ok(Event::Merged { evidence: self.bare_evidence(spec, payload), gone })
            }
            EventKind::Conversation => {
                let object = spec.object.find(payload).unwrap_or(payload);
                let facts = self.conversation_facts(object, &spec.ids);
                let evidence = Evidence {
                    ids: facts.ids.clone(),
                    broadcast_id: spec.broadcast.id(object).or_else(|| spec.broadcast.id(payload)),
                    account: facts.account.clone(),
                    line: facts.line.clone(),
                    phone: facts.phone.clone(),
                    links: facts.links.clone(),
                    message: Vec::new(),
                };
                Ok(Event::Conversation { evidence, facts: Box::new(facts) })
            }
            EventKind::Status => {
                let (pointer, value) = (spec.value.shown(), spec.value.find(payload));
                let value = value.ok_or_else(|| error(name, &pointer, "no status"))?;
                let word = self.status_word(value).ok_or_else(|| {
                    let word = value.text().unwrap_or_else(|| value.kind().into());
                    error(name, &pointer, format!("`{}` is no status that the dialect knows", word.escape_debug()))
                })?;
                let state = Self::reached(word, payload, &spec.error_code, &spec.error_reason);
                let update = DeliveryUpdate { state, at: spec.at.read(payload, Json::time) };
                Ok(Event::Status { evidence: self.bare_evidence(spec, payload), update })
            }
            EventKind::Typing => {
                let typing = spec.typing.or_else(|| spec.value.read(payload, Json::truth));
                let typing = typing.ok_or_else(|| error(name, &spec.value.shown(), "neither true nor false"))?;
                let (who, agent) = (spec.who.id(payload), spec.agent.read(payload, line));
                Ok(Event::Typing { evidence: self.bare_evidence(spec, payload), who, agent, typing })
            }
            EventKind::Presence => {
                let list = list_of(name, &spec.viewers, payload)?;
                let viewer = |one: &Json<'_>| {
                    let typing = spec.value.read(one, Json::truth).unwrap_or(false);
                    Some(Viewer { id: spec.who.id(one), name: spec.agent.read(one, line)?, typing })
                };
                let viewers = list.iter().filter_map(viewer).collect();
                Ok(Event::Presence { evidence: self.bare_evidence(spec, payload), viewers })
            }
            EventKind::Catalogue => match spec.changes {
                Some(catalogue) => Ok(Event::Changed { catalogue }),
                None => Ok(Event::Account),
            },
            EventKind::Account => Ok(Event::Account),
            EventKind::Complaint => {
                let message =
                    spec.value.read(payload, line).unwrap_or_else(|| Clean::line("the server reports an error"));
                Ok(Event::Complaint { message })
            }
        }
    }

    fn message_event(&self, name: &str, spec: &EventSpec, payload: &Json<'_>) -> Result<Event, DecodeError> {
        let object = spec.message.find(payload);
        let object = object.ok_or_else(|| error(name, &spec.message.shown(), "no message"))?;
        let message = self.message(name, object, Origin::Live, spec.direction)?;
        let (phone, customer) = self.customer(object, message.direction);
        let either = |choice: &Choice| choice.id(object).or_else(|| choice.id(payload));
        // What stands beside the message of its customer; ids there count only where `ids` names them.
        let beside = spec.object.find(payload).map(|object| self.conversation_facts(object, &[])).unwrap_or_default();
        let evidence = Evidence {
            ids: named_ids(&spec.all_ids, payload),
            broadcast_id: spec.broadcast.id(payload),
            account: either(&self.message.account).or(beside.account),
            line: either(&self.message.line).or(beside.line),
            phone: phone.or(beside.phone),
            links: self.message.links.iter().filter_map(|link| link.id(object)).chain(beside.links).collect(),
            message: as_evidence(&message.ids),
        };
        let facts = ConversationFacts {
            ids: evidence.ids.clone(),
            account: evidence.account.clone(),
            line: evidence.line.clone(),
            phone: evidence.phone.clone(),
            links: evidence.links.clone(),
            name: customer.or(beside.name),
            ..ConversationFacts::default()
        };
        Ok(Event::Message { evidence, message: Box::new(message), facts: Box::new(facts) })
    }

    /// What a status or typing event says of its conversation: often nothing, and of its message an id.
    fn bare_evidence(&self, spec: &EventSpec, payload: &Json<'_>) -> Evidence {
        Evidence {
            ids: named_ids(&spec.ids, payload),
            broadcast_id: spec.broadcast.id(payload),
            account: self.message.account.id(payload),
            line: self.message.line.id(payload),
            message: named_ids(&spec.message_ids, payload)
                .into_iter()
                .map(|named: NamedId| -> Id { named.id })
                .collect(),
            ..Evidence::default()
        }
    }
}

/// What is odd about the arguments of an event that could not be read.
fn shape(payload: &Json<'_>, arguments: usize) -> String {
    match payload {
        Json::Text(text) if text.trim_start().starts_with(['{', '[']) => {
            "; the argument is a string that holds JSON: it was encoded twice, by JSON.stringify and by the emit"
                .to_owned()
        }
        Json::Object(_) => String::new(),
        other if arguments > 1 => format!("; {arguments} arguments came, and the first is {}", other.kind()),
        other => format!("; the argument is {}", other.kind()),
    }
}

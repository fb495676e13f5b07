//! What a socket event means.

use jiff::Timestamp;

use super::super::dialect::{Dialect, EventKind, EventSpec};
use super::super::event::{DecodeError, Event};
use super::super::json::Json;
use super::super::pointer::named_ids;
use super::message::as_evidence;
use super::{error, line, with_json};
use crate::chat::{ConversationFacts, DeliveryUpdate, Evidence, Id, NamedId, Origin};
use crate::text::Clean;

/// A socket event, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The backend's time of emission, where the payload carries one.
    pub emitted: Option<Timestamp>,
    /// What it means.
    pub event: Result<Event, DecodeError>,
}

impl Dialect {
    /// What an event means; `args` is the JSON of its argument array, without the name.
    pub fn decode_event(&self, name: &str, args: &str) -> Decoded {
        let Some(spec) = self.by_name.get(name).and_then(|place| self.events.get(*place)) else {
            return Decoded { emitted: None, event: Ok(Event::NotInDialect) };
        };
        let mut emitted = None;
        let event = with_json(name, args, |args| {
            let payload = args
                .step(&spec.argument.to_string())
                .ok_or_else(|| error(name, &format!("/{}", spec.argument), "the argument is missing"))?;
            emitted = spec.emitted.read(payload, Json::time);
            self.event(name, spec, payload)
        });
        Decoded { emitted, event }
    }

    fn event(&self, name: &str, spec: &EventSpec, payload: &Json<'_>) -> Result<Event, DecodeError> {
        match spec.kind {
            EventKind::Message => self.message_event(name, spec, payload),
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
                Ok(Event::Typing { evidence: self.bare_evidence(spec, payload), who: spec.who.id(payload), typing })
            }
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
        let either = |choice: &super::super::pointer::Choice| choice.id(object).or_else(|| choice.id(payload));
        let evidence = Evidence {
            ids: named_ids(&spec.all_ids, payload),
            broadcast_id: spec.broadcast.id(payload),
            account: either(&self.message.account),
            line: either(&self.message.line),
            phone,
            links: self.message.links.iter().filter_map(|link| link.find(object)?.id()).collect(),
            message: as_evidence(&message.ids),
        };
        let facts = ConversationFacts {
            ids: evidence.ids.clone(),
            account: evidence.account.clone(),
            line: evidence.line.clone(),
            phone: evidence.phone.clone(),
            links: evidence.links.clone(),
            name: customer,
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

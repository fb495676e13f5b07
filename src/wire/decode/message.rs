//! A message, wherever one is described.

use super::super::dialect::{Dialect, Kind, StatusWord};
use super::super::event::DecodeError;
use super::super::json::Json;
use super::super::pointer::Choice;
use super::{error, line, name, phone};
use crate::chat::message::Degrees;
use crate::chat::{
    Content, Delivery, DeliveryState, DeliveryUpdate, Direction, Failure, Id, Media, MediaKind, Message, MessageIds,
    Origin, Phone,
};
use crate::text::Clean;

impl Dialect {
    /// Reads a message. `fallback` is its direction where the object does not say one.
    pub(in super::super) fn message(
        &self,
        what: &str,
        json: &Json<'_>,
        origin: Origin,
        fallback: Option<Direction>,
    ) -> Result<Message, DecodeError> {
        if !matches!(json, Json::Object(_)) {
            return Err(error(what, "", format!("{} where a message should be", json.kind())));
        }
        let spec = &self.message;
        let direction = self.direction(what, json, fallback)?;
        let sender = match direction {
            Direction::Inbound => &spec.inbound_sender,
            Direction::Outbound | Direction::Note => &spec.outbound_sender,
        };
        let phone = spec.phone.read(json, phone);
        Ok(Message {
            ids: self.message_ids(json),
            direction,
            sender: sender.read(json, |json| name(json, phone.as_ref())),
            content: self.content(json),
            delivery: self.delivery(json),
            created_at: spec.created_at.read(json, Json::time),
            sent_at: spec.sent_at.read(json, Json::time),
            reply_to: spec.reply_to.id(json),
            reactions: Vec::new(),
            origin,
        })
    }

    /// The ids of a message.
    pub(super) fn message_ids(&self, json: &Json<'_>) -> MessageIds {
        let spec = &self.message;
        MessageIds { id: spec.id.id(json), wa: spec.channel_id.id(json), client: spec.client_id.id(json) }
    }

    /// The customer's phone and name, as far as the message tells.
    pub(super) fn customer(&self, json: &Json<'_>, direction: Direction) -> (Option<Phone>, Option<Clean>) {
        let spec = &self.message;
        let phone = spec.phone.read(json, phone);
        let written = (direction == Direction::Inbound).then_some(&spec.inbound_sender);
        let customer = std::iter::once(&spec.customer)
            .chain(written)
            .find_map(|choice| choice.read(json, |json| name(json, phone.as_ref())));
        (phone, customer)
    }

    fn direction(&self, what: &str, json: &Json<'_>, fallback: Option<Direction>) -> Result<Direction, DecodeError> {
        let spec = &self.message;
        let pointer = || spec.direction.shown();
        if spec.note.read(json, Json::truth) == Some(true) {
            return Ok(Direction::Note);
        }
        let Some(found) = spec.direction.find(json) else {
            let word = if spec.direction.is_null(json) { "null" } else { "absent" };
            if let Some(direction) = spec.directions.get(word) {
                return Ok(*direction);
            }
            if let Some((own, sender)) = spec.own.as_ref().and_then(|own| Some((own, own.sender.id(json)?))) {
                let values = self.values();
                let is_own = own.is.iter().any(|id| id.fill(&values).as_deref() == Some(sender.as_str()));
                return Ok(if is_own { Direction::Outbound } else { Direction::Inbound });
            }
            return fallback.ok_or_else(|| error(what, &pointer(), "nothing says who wrote the message"));
        };
        let word = match found {
            Json::Bool(truth) => truth.to_string().into(),
            other => other.text().unwrap_or_default(),
        };
        let known = spec.directions.get(word.as_ref()).or_else(|| spec.directions.get(&word.to_ascii_lowercase()));
        known.copied().or(fallback).ok_or_else(|| {
            let problem = format!("`{}` is no direction that the dialect knows", word.escape_debug());
            error(what, &pointer(), problem)
        })
    }

    /// The status that a word or a number means; `None` for one that the dialect does not know.
    pub(super) fn status_word(&self, json: &Json<'_>) -> Option<StatusWord> {
        let word = json.text()?;
        self.statuses.get(word.as_ref()).or_else(|| self.statuses.get(&word.to_ascii_lowercase())).copied()
    }

    /// A status as a report.
    pub(super) fn reached(word: StatusWord, json: &Json<'_>, code: &Choice, reason: &Choice) -> DeliveryState {
        match word.rank() {
            Some(rank) => DeliveryState::Reached(rank),
            None => DeliveryState::Failed(Failure { code: code.read(json, line), reason: reason.read(json, line) }),
        }
    }

    fn delivery(&self, json: &Json<'_>) -> Delivery {
        let spec = &self.message;
        let mut delivery = Delivery::default();
        let Some(word) = spec.status.find(json).and_then(|status| self.status_word(status)) else { return delivery };
        match Self::reached(word, json, &spec.error_code, &spec.error_reason) {
            // A stored rank is a state, no report: it has no history.
            DeliveryState::Reached(rank) => delivery.rank = rank,
            state @ DeliveryState::Failed(_) => {
                delivery.apply(&DeliveryUpdate { state, at: spec.failed_at.read(json, Json::time) });
            }
        }
        delivery
    }

    /// What a word for a message's type means, in whatever case it is spelled.
    fn kind(&self, word: &str) -> Option<Kind> {
        let types = &self.message.types;
        types.get(word).or_else(|| types.get(&word.to_ascii_lowercase())).copied()
    }

    fn content(&self, json: &Json<'_>) -> Content {
        let spec = &self.message.content;
        let word = self.message.kind.read(json, Json::text).unwrap_or_default();
        let body = || spec.text.read(json, Json::text).map(|text| Clean::text(&text));
        let unsupported =
            || Content::Unsupported { kind: Clean::line(if word.is_empty() { "unknown" } else { &word }) };
        let kind = self.kind(&word).or_else(|| self.guessed(json, &word));
        let Some(kind) = kind else { return unsupported() };
        let content = match kind {
            Kind::Text => body().map(|body| Content::Text { body }),
            Kind::Image => Some(self.media(json, MediaKind::Image)),
            Kind::Video => Some(self.media(json, MediaKind::Video)),
            Kind::Voice => Some(self.media(json, MediaKind::Voice)),
            Kind::Audio if spec.voice.read(json, Json::truth) == Some(true) => Some(self.media(json, MediaKind::Voice)),
            Kind::Audio => Some(self.media(json, MediaKind::Audio)),
            Kind::Document => Some(self.media(json, MediaKind::Document)),
            Kind::Sticker => Some(self.media(json, MediaKind::Sticker)),
            Kind::Location => self.location(json),
            Kind::Contacts => Some(Content::Contacts { names: self.contacts(json) }),
            Kind::Template => {
                let body = body();
                let name = spec.template.read(json, line).unwrap_or_else(|| Clean::line("template"));
                Some(Content::Template { name, body })
            }
            Kind::Choice => spec.choice.read(json, line).or_else(body).map(|title| Content::Choice { title }),
            Kind::Reaction => spec.reaction_to.id(json).map(|to| {
                let emoji = spec.emoji.read(json, Json::text).unwrap_or_default();
                Content::Reaction { to, emoji: if emoji.is_empty() { Clean::default() } else { Clean::line(&emoji) } }
            }),
            Kind::Order => Some(Content::Order { summary: body().unwrap_or_else(|| Clean::line("order")) }),
            Kind::System => body().map(|body| Content::System { body }),
        };
        content.unwrap_or_else(unsupported)
    }

    /// Without a type that the dialect knows: a file says so by its address, a text by being there.
    fn guessed(&self, json: &Json<'_>, word: &str) -> Option<Kind> {
        if !word.is_empty() {
            return None;
        }
        let spec = &self.message.content;
        if spec.url.find(json).is_some() {
            let media = spec.media.read(json, Json::text).unwrap_or_default();
            return Some(self.kind(&media).unwrap_or(Kind::Document));
        }
        spec.text.read(json, Json::text).map(|_| Kind::Text)
    }

    fn media(&self, json: &Json<'_>, kind: MediaKind) -> Content {
        let spec = &self.message.content;
        let caption = |json: &Json<'_>| json.text().filter(|text| !text.is_empty()).map(|text| Clean::text(&text));
        Content::Media(Box::new(Media {
            kind,
            caption: spec.caption.read(json, caption),
            filename: spec.filename.read(json, line),
            mime: spec.mime.read(json, line),
            size: spec.size.read(json, |json| json.number().filter(|size| *size >= 0.0).map(|size| size as u64)),
            url: spec.url.read(json, |json| json.text().map(std::borrow::Cow::into_owned)),
        }))
    }

    fn location(&self, json: &Json<'_>) -> Option<Content> {
        let spec = &self.message.content;
        Some(Content::Location {
            latitude: Degrees(spec.latitude.read(json, Json::number)?),
            longitude: Degrees(spec.longitude.read(json, Json::number)?),
            label: spec.place.read(json, line),
        })
    }

    fn contacts(&self, json: &Json<'_>) -> Vec<Clean> {
        let spec = &self.message.content;
        match spec.contacts.find(json) {
            Some(Json::Array(cards)) => {
                cards.iter().filter_map(|card| spec.contact.read(card, line).or_else(|| line(card))).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Ids of a message as evidence, strongest first.
pub(super) fn as_evidence(ids: &MessageIds) -> Vec<Id> {
    ids.iter().cloned().collect()
}

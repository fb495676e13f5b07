//! One message, as the scripts write it.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::Deserialize;

use super::super::script::{Content, Demo, Media, MediaForm, OrderItem, Past, Said, Target};
use super::agent;
use crate::server::db::status::DeliveryStatus;

/// Texts that are too long for a line of TOML, by the name that `long = "…"` uses.
const LONG: [(&str, &str); 2] = [
    ("smart-lock", include_str!("../../../../assets/demo/long/smart-lock.txt")),
    ("smart-lock-follow-up", include_str!("../../../../assets/demo/long/smart-lock-follow-up.txt")),
];

/// One message as the scripts write it: exactly one of the content keys, the rest about it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSaid {
    ago: Option<String>,
    by: Option<String>,
    id: Option<String>,
    quotes: Option<String>,
    to: Option<String>,
    status: Option<String>,
    error: Option<i64>,
    repeat: Option<usize>,
    caption: Option<String>,

    text: Option<String>,
    long: Option<String>,
    image: Option<String>,
    video: Option<String>,
    audio: Option<String>,
    voice: Option<String>,
    document: Option<String>,
    sticker: Option<String>,
    location: Option<RawLocation>,
    contact: Option<RawContact>,
    button_reply: Option<RawChoice>,
    list_reply: Option<RawChoice>,
    form_reply: Option<RawForm>,
    button: Option<RawButton>,
    reaction: Option<String>,
    order: Option<RawOrder>,
    system: Option<RawSystem>,
    unsupported: Option<String>,
    template: Option<RawTemplate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLocation {
    latitude: f64,
    longitude: f64,
    name: Option<String>,
    address: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawContact {
    name: String,
    phone: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChoice {
    id: String,
    title: String,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawForm {
    body: String,
    json: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawButton {
    text: String,
    payload: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOrder {
    catalog: String,
    items: Vec<RawItem>,
    currency: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    sku: String,
    quantity: u32,
    price: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSystem {
    body: String,
    wa_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTemplate {
    name: String,
    language: String,
    text: String,
}

impl RawSaid {
    /// As a message of a history.
    pub(super) fn past(mut self, demo: &Demo) -> Result<Past, String> {
        let ago = duration(&self.ago.take().ok_or("a message of the history needs `ago`")?)?;
        let by = self.by.take().map(|key| agent(demo, &key)).transpose()?;
        let id = self.id.take();
        let error = self.error.take();
        let status = match self.status.take().as_deref() {
            None if by.is_none() => DeliveryStatus::Delivered,
            None => DeliveryStatus::Read,
            Some("failed") if error.is_some() => DeliveryStatus::Sent,
            Some(word) => DeliveryStatus::parse(word).ok_or_else(|| format!("no such status: {word}"))?,
        };
        let said = self.said()?;
        if by.is_none() && matches!(said.content, Content::Template { .. }) {
            return Err("customers send no templates".to_owned());
        }
        Ok(Past { ago, by, id, said, status, error })
    }

    /// As a message of the run.
    pub(super) fn said(self) -> Result<Said, String> {
        for (key, there) in [
            ("ago", self.ago.is_some()),
            ("by", self.by.is_some()),
            ("id", self.id.is_some()),
            ("status", self.status.is_some()),
            ("error", self.error.is_some()),
        ] {
            if there {
                return Err(format!("`{key}` belongs to messages of the history"));
            }
        }
        let quotes = self.quotes.clone().map(Target::named);
        Ok(Said { quotes, content: self.content()? })
    }

    fn content(self) -> Result<Content, String> {
        let Self { caption, repeat, to, .. } = self;
        let media = |kind: MediaForm, name: String| Content::Media(Media { kind, name, caption: caption.clone() });
        let voice = self.voice.map(|length| duration(&length)).transpose()?;
        let long = self.long.map(|name| long(&name)).transpose()?;
        let mut all = [
            self.text.map(|text| Content::Text(text.repeat(repeat.unwrap_or(1)))),
            long.map(Content::Text),
            self.image.map(|name| media(MediaForm::Image, name)),
            self.video.map(|name| media(MediaForm::Video, name)),
            self.audio.map(|name| media(MediaForm::Audio, name)),
            voice.map(|length| {
                let seconds = u16::try_from(length.as_secs()).unwrap_or(u16::MAX);
                media(MediaForm::Voice(seconds), format!("{seconds} s"))
            }),
            self.document.map(|name| media(MediaForm::Document, name)),
            self.sticker.map(|name| media(MediaForm::Sticker, name)),
            self.location.map(|raw| Content::Location {
                latitude: raw.latitude,
                longitude: raw.longitude,
                name: raw.name,
                address: raw.address,
            }),
            self.contact.map(|raw| Content::Contact { name: raw.name, phone: raw.phone }),
            self.button_reply.map(|raw| Content::ButtonReply { id: raw.id, title: raw.title }),
            self.list_reply.map(|raw| Content::ListReply {
                id: raw.id,
                title: raw.title,
                description: raw.description,
            }),
            self.form_reply.map(|raw| Content::FormReply { body: raw.body, json: raw.json }),
            self.button.map(|raw| Content::Button { text: raw.text, payload: raw.payload }),
            self.reaction.map(|emoji| Content::Reaction { emoji, to: to.map_or(Target::Agent, Target::named) }),
            self.order.map(|raw| Content::Order {
                catalog: raw.catalog,
                items: raw
                    .items
                    .into_iter()
                    .map(|item| OrderItem { sku: item.sku, quantity: item.quantity, price: item.price })
                    .collect(),
                currency: raw.currency,
                text: raw.text,
            }),
            self.system.map(|raw| Content::System { body: raw.body, wa_id: raw.wa_id }),
            self.unsupported.map(Content::Unsupported),
            self.template.map(|raw| Content::Template { name: raw.name, language: raw.language, text: raw.text }),
        ]
        .into_iter()
        .flatten();
        match (all.next(), all.next()) {
            (Some(content), None) => Ok(content),
            (Some(one), Some(two)) => {
                Err(format!("a message carries one thing, not {} and {}", one.kind(), two.kind()))
            }
            (None, _) => Err("a message carries nothing".to_owned()),
        }
    }
}

impl Target {
    fn named(word: String) -> Self {
        if word == "agent" { Self::Agent } else { Self::Named(word) }
    }
}

/// `1d 3h`, `14m`, `9s`; a day has 24 hours.
fn duration(text: &str) -> Result<Duration, String> {
    text.parse::<Span>()
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()))
        .map_err(|error| error.to_string())
        .and_then(|length| Duration::try_from(length).map_err(|error| error.to_string()))
        .map_err(|why| format!("{text:?} is no length of time like \"1d 3h\": {why}"))
}

fn long(name: &str) -> Result<String, String> {
    LONG.iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| text.trim_end().to_owned())
        .ok_or_else(|| format!("no long text {name:?}"))
}

//! From the TOML of `assets/demo/` to a [`Demo`].

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::Deserialize;

use super::script::{
    Agent, Content, Conversation, Customer, Delivery, Demo, Line, Media, MediaForm, Newcomer, OrderItem, Past, Phrases,
    Referral, Said, State, Target,
};
use crate::server::db::status::DeliveryStatus;

/// The scripts that are part of the program, each with its name.
const FILES: [(&str, &str); 9] = [
    ("shop.toml", include_str!("../../../assets/demo/shop.toml")),
    ("english.toml", include_str!("../../../assets/demo/english.toml")),
    ("europe.toml", include_str!("../../../assets/demo/europe.toml")),
    ("middle-east.toml", include_str!("../../../assets/demo/middle-east.toml")),
    ("asia.toml", include_str!("../../../assets/demo/asia.toml")),
    ("africa.toml", include_str!("../../../assets/demo/africa.toml")),
    ("awkward.toml", include_str!("../../../assets/demo/awkward.toml")),
    ("newcomers.toml", include_str!("../../../assets/demo/newcomers.toml")),
    ("small-talk.toml", include_str!("../../../assets/demo/small-talk.toml")),
];

/// Texts that are too long for a line of TOML, by the name that `long = "…"` uses.
const LONG: [(&str, &str); 2] = [
    ("smart-lock", include_str!("../../../assets/demo/long/smart-lock.txt")),
    ("smart-lock-follow-up", include_str!("../../../assets/demo/long/smart-lock-follow-up.txt")),
];

/// A script says something that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the demo script {file} cannot be used: {what}")]
pub struct ScriptError {
    /// Which file.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
}

/// The demo that is part of the program.
pub fn embedded() -> Result<Demo, ScriptError> {
    demo(&FILES)
}

/// A demo from TOML files, each with a name for error messages. Lines and agents must be declared before the
/// conversations that name them.
pub fn demo(files: &[(&str, &str)]) -> Result<Demo, ScriptError> {
    let mut demo = Demo::default();
    for (file, text) in files {
        let fail = |what: String| ScriptError { file: (*file).to_owned(), what };
        let raw: RawFile = toml::from_str(text).map_err(|error| fail(error.to_string()))?;
        raw.add_to(&mut demo).map_err(fail)?;
    }
    Ok(demo)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    account: Option<RawAccount>,
    #[serde(default)]
    line: Vec<RawLine>,
    #[serde(default)]
    agent: Vec<RawAgent>,
    labels: Option<RawLabels>,
    #[serde(default)]
    conversation: Vec<RawConversation>,
    #[serde(default)]
    newcomer: Vec<RawNewcomer>,
    #[serde(default)]
    language: BTreeMap<String, RawPhrases>,
    #[serde(default)]
    odd: Vec<RawOdd>,
    people: Option<RawPeople>,
}

impl RawFile {
    fn add_to(self, demo: &mut Demo) -> Result<(), String> {
        if let Some(account) = self.account {
            demo.account_id = account.id;
            demo.account_name = account.name;
        }
        demo.lines.extend(self.line.into_iter().map(|raw| Line {
            key: raw.key,
            id: raw.id,
            waba: raw.waba,
            name: raw.name,
            phone: raw.phone,
        }));
        demo.agents.extend(self.agent.into_iter().map(|raw| Agent { key: raw.key, name: raw.name, email: raw.email }));
        if let Some(labels) = self.labels {
            demo.labels.extend(labels.known);
        }
        for raw in self.conversation {
            let name = raw.name.clone();
            let conversation = raw.conversation(demo).map_err(|what| format!("conversation {name:?}: {what}"))?;
            demo.conversations.push(conversation);
        }
        for raw in self.newcomer {
            let name = raw.name.clone();
            let newcomer = raw.newcomer(demo).map_err(|what| format!("newcomer {name:?}: {what}"))?;
            demo.newcomers.push(newcomer);
        }
        let talk = &mut demo.small_talk;
        talk.languages.extend(
            self.language
                .into_iter()
                .map(|(name, raw)| (name, Phrases { hello: raw.hello, more: raw.more, thanks: raw.thanks })),
        );
        for raw in self.odd {
            talk.odd.push((raw.weight, raw.said.said()?));
        }
        if let Some(people) = self.people {
            talk.first_names.extend(people.first);
            talk.last_names.extend(people.last);
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccount {
    id: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLine {
    key: String,
    id: String,
    waba: String,
    name: String,
    phone: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAgent {
    key: String,
    name: String,
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLabels {
    known: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPhrases {
    hello: Vec<String>,
    more: Vec<String>,
    thanks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOdd {
    weight: u32,
    said: RawSaid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPeople {
    first: Vec<String>,
    last: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConversation {
    name: String,
    phone: String,
    language: String,
    line: String,
    agent: Option<String>,
    #[serde(default)]
    status: RawState,
    #[serde(default)]
    unread: u32,
    #[serde(default)]
    labels: Vec<String>,
    delivery: Option<RawDelivery>,
    history: Vec<RawSaid>,
    #[serde(default)]
    next: Vec<RawSaid>,
    #[serde(default)]
    replies: Vec<RawSaid>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum RawState {
    #[default]
    Open,
    Pending,
    Closed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum RawDelivery {
    Fails(i64),
    NeverReads(bool),
}

impl RawConversation {
    fn conversation(self, demo: &Demo) -> Result<Conversation, String> {
        let customer = customer(demo, self.name, self.phone, self.language, &self.line)?;
        if let Some(label) = self.labels.iter().find(|label| !demo.labels.contains(label)) {
            return Err(format!("no such label: {label}"));
        }
        let history = self.history.into_iter().map(|raw| raw.past(demo)).collect::<Result<Vec<_>, _>>()?;
        Ok(Conversation {
            customer,
            agent: self.agent.map(|key| agent(demo, &key)).transpose()?,
            state: match self.status {
                RawState::Open => State::Open,
                RawState::Pending => State::Pending,
                RawState::Closed => State::Closed,
            },
            unread: self.unread,
            labels: self.labels,
            delivery: match self.delivery {
                Some(RawDelivery::Fails(code)) => Delivery::Fails(code),
                Some(RawDelivery::NeverReads(true)) => Delivery::NeverReads,
                Some(RawDelivery::NeverReads(false)) | None => Delivery::Reads,
            },
            history,
            next: self.next.into_iter().map(RawSaid::said).collect::<Result<_, _>>()?,
            replies: self.replies.into_iter().map(RawSaid::said).collect::<Result<_, _>>()?,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNewcomer {
    name: String,
    phone: String,
    language: String,
    line: String,
    referral: Option<RawReferral>,
    opens: Vec<RawSaid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReferral {
    headline: String,
    url: String,
}

impl RawNewcomer {
    fn newcomer(self, demo: &Demo) -> Result<Newcomer, String> {
        Ok(Newcomer {
            customer: customer(demo, self.name, self.phone, self.language, &self.line)?,
            referral: self.referral.map(|raw| Referral { headline: raw.headline, url: raw.url }),
            opens: self.opens.into_iter().map(RawSaid::said).collect::<Result<_, _>>()?,
        })
    }
}

fn customer(demo: &Demo, name: String, phone: String, language: String, line: &str) -> Result<Customer, String> {
    let line = demo.lines.iter().position(|known| known.key == line).ok_or_else(|| format!("no such line: {line}"))?;
    Ok(Customer { name, phone, language, line })
}

fn agent(demo: &Demo, key: &str) -> Result<usize, String> {
    demo.agents.iter().position(|known| known.key == key).ok_or_else(|| format!("no such agent: {key}"))
}

/// One message as the scripts write it: exactly one of the content keys, the rest about it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSaid {
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
    fn past(mut self, demo: &Demo) -> Result<Past, String> {
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

    fn said(self) -> Result<Said, String> {
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

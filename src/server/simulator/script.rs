//! What the demo's customers are and say, as data: parsed from `assets/demo/` by [`super::parse`].

use std::time::Duration;

use crate::server::db::phrases::Template;
use crate::server::db::status::DeliveryStatus;

/// The whole demo: one account, its lines, its team and its customers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Demo {
    /// The account's id, 24 hex digits.
    pub account_id: String,
    /// What the company is called.
    pub account_name: String,
    /// The business lines.
    pub lines: Vec<Line>,
    /// The team.
    pub agents: Vec<Agent>,
    /// The words that conversations may carry as labels.
    pub labels: Vec<String>,
    /// Conversations with a history.
    pub conversations: Vec<Conversation>,
    /// Customers who are not known when the demo starts.
    pub newcomers: Vec<Newcomer>,
    /// The team's canned replies: shortcut and text.
    pub canned: Vec<(String, String)>,
    /// The account's templates.
    pub templates: Vec<Template>,
    /// What colleagues note.
    pub notes: Vec<String>,
    /// What anyone says whose script has run out.
    pub small_talk: SmallTalk,
}

/// A business line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The word by which the scripts name it.
    pub key: String,
    /// The Cloud API's `phone_number_id`.
    pub id: String,
    /// The WhatsApp business account that it belongs to.
    pub waba: String,
    /// What it is called.
    pub name: String,
    /// Its number as people write it.
    pub phone: String,
}

impl Line {
    /// The number's digits alone, as envelopes carry it.
    pub fn digits(&self) -> String {
        self.phone.chars().filter(char::is_ascii_digit).collect()
    }
}

/// A member of the team.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// The word by which the scripts name them.
    pub key: String,
    /// The name that colleagues see.
    pub name: String,
    /// The login name.
    pub email: String,
}

/// Somebody who writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// The profile name; may be empty, and may be hostile.
    pub name: String,
    /// Where they are reached: the `wa_id` (digits without `+`) or, where they hide their phone behind a username, the
    /// business-scoped user id (`GB.4af…`).
    pub address: String,
    /// The language of their small talk (`en`, `zh-TW`).
    pub language: String,
    /// Which of [`Demo::lines`] they write to.
    pub line: usize,
}

impl Customer {
    /// Their phone's digits, if they show it.
    pub fn phone(&self) -> Option<&str> {
        Some(self.address.as_str()).filter(|address| !is_user_id(address))
    }

    /// Their business-scoped user id, if that is how they are reached.
    pub fn user_id(&self) -> Option<&str> {
        Some(self.address.as_str()).filter(|address| is_user_id(address))
    }
}

/// Whether an address is a business-scoped user id: a country's two letters, a dot, letters and digits.
pub fn is_user_id(address: &str) -> bool {
    address
        .split_once('.')
        .is_some_and(|(country, _)| country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()))
}

/// A customer with a history.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// Who it is with.
    pub customer: Customer,
    /// Which of [`Demo::agents`] looks after it.
    pub agent: Option<usize>,
    /// Where it stands.
    pub state: State,
    /// How many of its inbound messages nobody has read.
    pub unread: u32,
    /// Its labels.
    pub labels: Vec<String>,
    /// What becomes of messages to this customer.
    pub delivery: Delivery,
    /// What was written before the demo starts, oldest first.
    pub history: Vec<Past>,
    /// What the customer writes of their own accord, in order.
    pub next: Vec<Said>,
    /// What the customer answers to the agent's first, second … message.
    pub replies: Vec<Said>,
}

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// Somebody has to do something.
    #[default]
    Open,
    /// Waiting for the customer or for a colleague. The backend's contract knows open and closed only, so it is
    /// stored as open with the label `pending`.
    Pending,
    /// Done.
    Closed,
}

/// What becomes of a message to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delivery {
    /// Sent, delivered, read.
    #[default]
    Reads,
    /// Sent, delivered, and never read.
    NeverReads,
    /// Accepted, then failed with this code of the Cloud API.
    Fails(i64),
}

/// A customer who writes for the first time during a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Newcomer {
    /// Who they are.
    pub customer: Customer,
    /// The advertisement that they came by.
    pub referral: Option<Referral>,
    /// Their first messages, one after the other.
    pub opens: Vec<Said>,
}

/// An advertisement that a first message came by.
#[derive(Debug, Clone, PartialEq)]
pub struct Referral {
    /// Its headline.
    pub headline: String,
    /// Where it points.
    pub url: String,
}

/// One message of a history.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// How long before the start it was written.
    pub ago: Duration,
    /// Which of [`Demo::agents`] wrote it; nobody: the customer.
    pub by: Option<usize>,
    /// A name by which a later message quotes it.
    pub id: Option<String>,
    /// What it says.
    pub said: Said,
    /// How far it got.
    pub status: DeliveryStatus,
    /// The Cloud API's code if it failed.
    pub error: Option<i64>,
}

/// One message, whoever writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The message that it quotes.
    pub quotes: Option<Target>,
    /// What it carries.
    pub content: Content,
}

/// An earlier message of the same conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The agent's latest.
    Agent,
    /// The one of the history with this `id`.
    Named(String),
}

/// What a message carries, one variant for each way in which the Cloud API says it.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Words.
    Text(String),
    /// A picture, video, sound, voice note, document or sticker.
    Media(Media),
    /// A place.
    Location {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// What the place is called.
        name: Option<String>,
        /// Where it is.
        address: Option<String>,
    },
    /// A contact card.
    Contact {
        /// Whose.
        name: String,
        /// Their number as people write it.
        phone: String,
    },
    /// A tap on one of the buttons of an interactive message.
    ButtonReply {
        /// The button's id.
        id: String,
        /// What it said.
        title: String,
    },
    /// A choice from the list of an interactive message.
    ListReply {
        /// The row's id.
        id: String,
        /// What it said.
        title: String,
        /// The small print below it.
        description: Option<String>,
    },
    /// A form (a "flow") that was filled in.
    FormReply {
        /// What the bubble says.
        body: String,
        /// The answers, a JSON object as text.
        json: String,
    },
    /// A tap on a template's quick-reply button.
    Button {
        /// What it said.
        text: String,
        /// What the template put behind it.
        payload: String,
    },
    /// An emoji on an earlier message; an empty one takes it away.
    Reaction {
        /// The emoji.
        emoji: String,
        /// On which message.
        to: Target,
    },
    /// A basket from the catalogue.
    Order {
        /// The catalogue.
        catalog: String,
        /// What is in it.
        items: Vec<OrderItem>,
        /// The currency of all prices, `GBP`.
        currency: String,
        /// A word with it.
        text: String,
    },
    /// WhatsApp's own notice that the customer has another number now.
    System {
        /// The notice.
        body: String,
        /// The new number's digits.
        wa_id: String,
    },
    /// Something that the Cloud API cannot pass on (code 131051).
    Unsupported(
        /// The title of the error that comes instead.
        String,
    ),
    /// A template that the business sent; never inbound.
    Template {
        /// Its name.
        name: String,
        /// Its language.
        language: String,
        /// What it said.
        text: String,
    },
}

impl Content {
    /// The Cloud API's word for it, which is also the stored message's type.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Media(media) => media.kind.word(),
            Self::Location { .. } => "location",
            Self::Contact { .. } => "contacts",
            Self::ButtonReply { .. } | Self::ListReply { .. } | Self::FormReply { .. } => "interactive",
            Self::Button { .. } => "button",
            Self::Reaction { .. } => "reaction",
            Self::Order { .. } => "order",
            Self::System { .. } => "system",
            Self::Unsupported(_) => "unsupported",
            Self::Template { .. } => "template",
        }
    }
}

/// A file in a conversation. Its bytes are made by [`super::media`].
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    /// What sort of file.
    pub kind: MediaForm,
    /// What it shows, or what it is called (documents).
    pub name: String,
    /// The words below it.
    pub caption: Option<String>,
}

/// The sorts of file that customers send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MediaForm {
    /// A PNG picture.
    Image,
    /// An MP4 video.
    Video,
    /// An audio file.
    Audio,
    /// A voice note of so many seconds.
    Voice(u16),
    /// A PDF.
    Document,
    /// A WebP sticker.
    Sticker,
}

impl MediaForm {
    /// The Cloud API's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio | Self::Voice(_) => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// Its media type.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Image => "image/png",
            Self::Video => "video/mp4",
            Self::Audio | Self::Voice(_) => "audio/ogg; codecs=opus",
            Self::Document => "application/pdf",
            Self::Sticker => "image/webp",
        }
    }
}

/// One row of a basket.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderItem {
    /// The shop's number for it.
    pub sku: String,
    /// How many.
    pub quantity: u32,
    /// What one costs.
    pub price: f64,
}

/// What anyone says whose script has run out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SmallTalk {
    /// By language; `en` is always there.
    pub languages: Vec<(String, Phrases)>,
    /// Messages that belong to no language, each with its weight.
    pub odd: Vec<(u32, Said)>,
    /// First names for customers made up on the spot.
    pub first_names: Vec<String>,
    /// Last names for them.
    pub last_names: Vec<String>,
}

impl SmallTalk {
    /// The phrases of a language, else of its base (`zh` for `zh-TW`), else English.
    pub fn phrases(&self, language: &str) -> Option<&Phrases> {
        let base = language.split('-').next().unwrap_or(language);
        [language, base, "en"]
            .into_iter()
            .find_map(|wanted| self.languages.iter().find(|(name, _)| name == wanted))
            .map(|(_, phrases)| phrases)
    }
}

/// What people say in one language.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Phrases {
    /// To begin with.
    pub hello: Vec<String>,
    /// While they wait.
    pub more: Vec<String>,
    /// After an answer.
    pub thanks: Vec<String>,
}

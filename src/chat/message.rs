//! One message, as every backend's spelling of it is understood here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::delivery::Delivery;
use super::ids::Id;
use crate::text::Clean;

/// The names a message goes by. Any of them finds it; all may be absent.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MessageIds {
    /// The backend's own id (`_id`).
    pub id: Option<Id>,
    /// The channel's id (`wamid.…`).
    pub wa: Option<Id>,
    /// The id that this program gave to what it sent.
    pub client: Option<Id>,
}

impl MessageIds {
    /// Whether nothing names the message.
    pub fn is_empty(&self) -> bool {
        self.id.is_none() && self.wa.is_none() && self.client.is_none()
    }

    /// All ids that are present, strongest for de-duplication first: channel's, backend's, ours.
    pub fn iter(&self) -> impl Iterator<Item = &Id> {
        [&self.wa, &self.id, &self.client].into_iter().flatten()
    }

    /// Whether both name one message.
    pub fn shares(&self, other: &Self) -> bool {
        self.iter().any(|id| other.iter().any(|named| named == id))
    }
}

/// Who wrote the message to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the customer.
    Inbound,
    /// To the customer.
    Outbound,
    /// For the team alone; never leaves it.
    Note,
}

/// What kind of file a message carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A sound file.
    Audio,
    /// A recording made in the chat.
    Voice,
    /// Any file.
    Document,
    /// A sticker.
    Sticker,
}

/// A file that a message carries, as far as it is described.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// What kind of file.
    pub kind: MediaKind,
    /// The text beside it.
    pub caption: Option<Clean>,
    /// Its name.
    pub filename: Option<Clean>,
    /// Its MIME type.
    pub mime: Option<Clean>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Where the backend serves it; raw, for fetching, never for drawing.
    pub url: Option<String>,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Plain text.
    Text {
        /// The words.
        body: Clean,
    },
    /// A file.
    Media(Box<Media>),
    /// A place.
    Location {
        /// Degrees north.
        latitude: Degrees,
        /// Degrees east.
        longitude: Degrees,
        /// Its name or address.
        label: Option<Clean>,
    },
    /// Contact cards.
    Contacts {
        /// The names on them.
        names: Vec<Clean>,
    },
    /// An approved WhatsApp template.
    Template {
        /// The template's name.
        name: Clean,
        /// Its text, where the backend tells.
        body: Option<Clean>,
    },
    /// An answer by button or list.
    Choice {
        /// What was chosen.
        title: Clean,
    },
    /// A reaction to another message; attached to it, never a line of its own.
    Reaction {
        /// The id (any of its names) of the message that it belongs to.
        to: Id,
        /// The emoji; empty when the reaction was taken back.
        emoji: Clean,
    },
    /// An order from a catalogue.
    Order {
        /// A summary in words.
        summary: Clean,
    },
    /// What the channel says by itself ("changed their number").
    System {
        /// In words.
        body: Clean,
    },
    /// A type that is not understood: shown as such, never dropped.
    Unsupported {
        /// The backend's name of the type.
        kind: Clean,
    },
}

impl Content {
    /// The type in one word, as people who write webhooks call it.
    pub fn kind(&self) -> &str {
        match self {
            Self::Text { .. } => "text",
            Self::Media(media) => media.kind.name(),
            Self::Location { .. } => "location",
            Self::Contacts { .. } => "contacts",
            Self::Template { .. } => "template",
            Self::Choice { .. } => "interactive",
            Self::Reaction { .. } => "reaction",
            Self::Order { .. } => "order",
            Self::System { .. } => "system",
            Self::Unsupported { kind } => kind,
        }
    }

    /// It in one line: `[image] Photo caption`.
    pub fn preview(&self) -> Clean {
        match (self, self.words()) {
            (Self::Text { body }, _) => Clean::line(body),
            (content, Some(words)) => Clean::line(&format!("[{}] {words}", content.kind())),
            (content, None) => Clean::line(&format!("[{}]", content.kind())),
        }
    }

    /// The words in it that a person would copy or quote, if there are any.
    pub fn words(&self) -> Option<&Clean> {
        match self {
            Self::Text { body } | Self::System { body } => Some(body),
            Self::Media(media) => media.caption.as_ref().or(media.filename.as_ref()),
            Self::Location { label, .. } => label.as_ref(),
            Self::Contacts { names } => names.first(),
            Self::Template { name, body } => body.as_ref().or(Some(name)),
            Self::Choice { title } => Some(title),
            Self::Reaction { emoji, .. } => Some(emoji),
            Self::Order { summary } => Some(summary),
            Self::Unsupported { .. } => None,
        }
    }
}

impl MediaKind {
    /// Every kind.
    pub const ALL: [MediaKind; 6] = [Self::Image, Self::Video, Self::Audio, Self::Voice, Self::Document, Self::Sticker];

    /// The kind in one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Voice => "voice",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }
}

/// A coordinate in degrees: a float with the equality of its bits, so that contents can be compared.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Degrees(pub f64);

impl PartialEq for Degrees {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Degrees {}

/// A reaction attached to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// Who reacted.
    pub direction: Direction,
    /// With what.
    pub emoji: Clean,
}

/// How this message came to be known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Fetched with its thread.
    #[default]
    History,
    /// An event brought it.
    Live,
    /// REST has it and no event brought it though one should have.
    Missed,
    /// Written here; not stored by the backend yet.
    Local,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its names.
    pub ids: MessageIds,
    /// Who wrote to whom.
    pub direction: Direction,
    /// Who wrote it, where the backend tells: the customer's name, or the agent's.
    pub sender: Option<Clean>,
    /// What it says.
    pub content: Content,
    /// How far it got.
    pub delivery: Delivery,
    /// When the backend stored it; messages are ordered by this, then by `ids.id`.
    pub created_at: Option<Timestamp>,
    /// When it was written, by the channel's clock (whole seconds, may be hours before `created_at`).
    pub sent_at: Option<Timestamp>,
    /// The message that it answers, by any of its names.
    pub reply_to: Option<Id>,
    /// Reactions, at most one a side.
    pub reactions: Vec<Reaction>,
    /// How it came to be known here.
    pub origin: Origin,
}

impl Message {
    /// The message in one line, for a row of the list: `[image] Photo caption`.
    pub fn preview(&self) -> Clean {
        self.content.preview()
    }

    /// The words that a person would copy.
    pub fn text(&self) -> Option<Clean> {
        self.content.words().cloned()
    }
}

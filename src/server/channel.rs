//! The door to the customer: how an outbound message leaves, and how what a customer does comes in.
//!
//! Two implementations exist: [`super::graph::GraphChannel`] (the WhatsApp Cloud API) and the simulator's. What a
//! customer does always enters as a Cloud API envelope through [`super::ingest::Ingest::deliver`].

use bytes::Bytes;
use futures_util::future::BoxFuture;

/// Something to be sent to one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Outbound {
    /// The business line that sends, a `phone_number_id`.
    pub line: String,
    /// The customer: phone digits without `+` (`923001234567`), or a business-scoped user id (`PK.4af…`) where the
    /// customer shows no phone.
    pub to: String,
    /// What is sent.
    pub content: OutboundContent,
    /// The wamid of the message that this one quotes.
    pub context: Option<String>,
}

/// What an outbound message carries.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboundContent {
    /// Plain text, at most 4096 characters.
    Text {
        /// The text.
        body: String,
    },
    /// An approved template, the only thing that may be sent outside the 24-hour window.
    Template {
        /// The template's name.
        name: String,
        /// Its language code, `en_US`.
        language: String,
        /// The values of the body's placeholders, in order.
        params: Vec<String>,
    },
    /// A file.
    Media {
        /// How WhatsApp shows it.
        kind: MediaKind,
        /// Its media type, `image/png`.
        mime: String,
        /// Its name as the sender had it.
        filename: Option<String>,
        /// The text below it.
        caption: Option<String>,
        /// Where its bytes are.
        source: MediaSource,
    },
    /// A reaction to an earlier message; an empty emoji takes it away.
    Reaction {
        /// The message that is reacted to.
        wamid: String,
        /// One emoji, or nothing.
        emoji: String,
    },
}

/// The five ways WhatsApp shows a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// A still picture, at most 5 MB.
    Image,
    /// A video, at most 16 MB.
    Video,
    /// Sound, at most 16 MB.
    Audio,
    /// Any other file, at most 100 MB.
    Document,
    /// A sticker, at most 500 KB.
    Sticker,
}

impl MediaKind {
    /// The word that the Cloud API and the stored message use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// The largest file of this kind that WhatsApp accepts, in bytes.
    pub const fn limit(self) -> usize {
        match self {
            Self::Image => 5 * 1024 * 1024,
            Self::Video | Self::Audio => 16 * 1024 * 1024,
            Self::Document => 100 * 1024 * 1024,
            Self::Sticker => 500 * 1024,
        }
    }

    /// The kind that a file of this media type is sent as: whatever is no picture, video or sound is a document.
    pub fn of_mime(mime: &str) -> Self {
        let essence = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "image/webp" => Self::Sticker,
            "image/jpeg" | "image/png" => Self::Image,
            "video/mp4" | "video/3gpp" => Self::Video,
            "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg" => Self::Audio,
            _ => Self::Document,
        }
    }
}

/// Where the bytes of a file are.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaSource {
    /// Here.
    Bytes(Bytes),
    /// At a public `https` address.
    Link(String),
}

/// A file that was fetched from the channel.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchedMedia {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its media type.
    pub mime: String,
}

/// The channel refused or could not be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub struct ChannelError {
    /// The Cloud API's code: 131047 (window closed), 131026 (undeliverable), 130429 (too fast) and so on; nothing when
    /// the channel was never reached.
    pub code: Option<i64>,
    /// What happened, in the channel's words.
    pub message: String,
    /// What it says beside that (`error_data.details`).
    pub details: Option<String>,
}

impl ChannelError {
    /// `(#131047) Re-engagement message`, the form in which the reference reports a refusal.
    pub fn text(&self) -> String {
        match self.code {
            Some(code) if !self.message.starts_with("(#") => format!("(#{code}) {}", self.message),
            _ => self.message.clone(),
        }
    }
}

/// The way out. Object safe: the server holds an `Arc<dyn Channel>`.
pub trait Channel: Send + Sync + 'static {
    /// Sends one message and gives its wamid. What becomes of it (sent, delivered, read, failed) arrives later as
    /// statuses through [`super::ingest::Ingest::deliver`].
    fn send(&self, message: Outbound) -> BoxFuture<'_, Result<String, ChannelError>>;

    /// Fetches a file that a customer sent, by the media id of the envelope.
    fn fetch_media<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<FetchedMedia, ChannelError>>;

    /// Tells the customer that their message `wamid` on `line` was read. Nothing by default.
    fn mark_read<'a>(&'a self, line: &'a str, wamid: &'a str) -> BoxFuture<'a, Result<(), ChannelError>> {
        let _ = (line, wamid);
        Box::pin(async { Ok(()) })
    }

    /// Shows the customer that an agent is typing an answer to `wamid`. WhatsApp takes it away after 25 s and marks
    /// the message as read. Nothing by default.
    fn typing<'a>(&'a self, line: &'a str, wamid: &'a str) -> BoxFuture<'a, Result<(), ChannelError>> {
        let _ = (line, wamid);
        Box::pin(async { Ok(()) })
    }
}

//! Filling a database with a history that was made elsewhere: the demo's, or a test's.

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;

use super::status::{DeliveryStatus, Direction};

/// What is put into a database in one transaction by [`super::Database::seed`].
#[derive(Debug, Clone, Default)]
pub struct Seed {
    /// The tenants, with all that is theirs.
    pub accounts: Vec<SeedAccount>,
}

/// One tenant.
#[derive(Debug, Clone)]
pub struct SeedAccount {
    /// 24 hex digits.
    pub id: String,
    /// What the company is called.
    pub name: String,
    /// Who may log in.
    pub agents: Vec<SeedAgent>,
    /// Its business lines.
    pub lines: Vec<SeedLine>,
    /// Its conversations.
    pub conversations: Vec<SeedConversation>,
}

/// One person who may log in.
#[derive(Debug, Clone)]
pub struct SeedAgent {
    /// The login name.
    pub email: String,
    /// The name that colleagues see.
    pub name: String,
    /// `admin` or `agent`.
    pub role: String,
    /// The password; without one the agent can only be given a token by `Running::token_for`.
    pub password: Option<SecretString>,
}

/// One business line.
#[derive(Debug, Clone)]
pub struct SeedLine {
    /// The Cloud API's `phone_number_id`.
    pub phone_number_id: String,
    /// The WhatsApp business account that it belongs to.
    pub waba_id: String,
    /// What it is called.
    pub display_name: String,
    /// Its number as people write it, `+92 300 1234567`.
    pub display_phone: String,
}

/// One conversation with its customer and its messages.
#[derive(Debug, Clone)]
pub struct SeedConversation {
    /// 24 hex digits; made up when absent.
    pub id: Option<String>,
    /// The line that it runs on, a `phone_number_id`.
    pub line: String,
    /// The customer.
    pub customer: SeedCustomer,
    /// `open` or `closed`.
    pub open: bool,
    /// How many of its messages nobody has read.
    pub unread: u32,
    /// The e-mail of the agent who looks after it.
    pub assigned_to: Option<String>,
    /// Its labels.
    pub tags: Vec<String>,
    /// `low`, `normal`, `high` or `urgent`.
    pub priority: String,
    /// Its messages; times decide their order.
    pub messages: Vec<SeedMessage>,
}

/// The customer of a conversation. At least one of `phone` and `user_id` must be there.
#[derive(Debug, Clone, Default)]
pub struct SeedCustomer {
    /// The `wa_id`: digits without `+`.
    pub phone: Option<String>,
    /// The business-scoped user id, `PK.4af…`.
    pub user_id: Option<String>,
    /// The profile name.
    pub name: Option<String>,
}

/// One message of a history.
#[derive(Debug, Clone)]
pub struct SeedMessage {
    /// Its wamid; made up when absent.
    pub wamid: Option<String>,
    /// Who wrote it.
    pub direction: Direction,
    /// The e-mail of the agent who wrote it, if one did.
    pub agent: Option<String>,
    /// `text`, `image`, `audio`, `video`, `document`, `sticker`, `location`, `contacts`, `interactive`, `button`,
    /// `order`, `template`, `system`, `unsupported` or `reaction`.
    pub kind: String,
    /// The stored content, in the shape of `payload.rs`: `{"text": "…"}`, `{"mediaId": …, "mimeType": …}`,
    /// `{"latitude": …, "longitude": …}`, `{"emoji": "👍", "messageId": "<wamid>"}`.
    pub content: Value,
    /// How far it got.
    pub status: DeliveryStatus,
    /// Why it failed: the Cloud API's code and text. A message with an error is marked as failed.
    pub error: Option<(i64, String)>,
    /// When it was written.
    pub at: Timestamp,
    /// The wamid that it quotes.
    pub context: Option<String>,
}

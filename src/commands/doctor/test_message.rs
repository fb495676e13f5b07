//! A test message: what WhatsApp would deliver if a customer wrote who is nobody's.

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::json;

use crate::app::State;
use crate::chat::{ConversationKey, Id};
use crate::server::webhook::signature::sign;

/// A number that is kept for fiction (Ofcom, 07700 900000 to 900999): no listed customer has it.
const PHONE: &str = "447700900999";
/// The name that the agents see.
const NAME: &str = "Switchboard doctor";

/// The customer who is nobody's, and the line that they write to.
pub struct Customer {
    line: Id,
    number: String,
}

impl Customer {
    /// On the profile's line, or the first of the account; `None` if there is none.
    pub fn on_a_line_of(state: &State) -> Option<Self> {
        let known = state.lines.first();
        let rows = state.inbox.all().iter().filter_map(|key| state.inbox.get(*key));
        let line = known.map(|line| line.id.clone()).or_else(|| rows.into_iter().find_map(|row| row.line.clone()))?;
        let phone = known.and_then(|line| line.phone.as_ref());
        let number = phone.map(|phone| phone.chars().filter(char::is_ascii_digit).collect()).unwrap_or_default();
        Some(Self { line, number })
    }

    /// Their conversation, if the list has it.
    pub fn row(&self, state: &State) -> Option<ConversationKey> {
        let mut rows = state.inbox.all().iter().filter_map(|key| state.inbox.get(*key));
        let is_theirs =
            |row: &&crate::chat::Conversation| row.phone.as_ref().is_some_and(|phone| phone.digits() == PHONE);
        rows.find(is_theirs).map(|row| row.key)
    }
}

/// One delivery.
pub struct Delivery {
    /// The message's channel id.
    pub id: Id,
    /// The envelope.
    pub body: String,
    /// The value of `X-Hub-Signature-256`.
    pub signature: Option<String>,
}

impl Delivery {
    /// The test message with this number.
    pub fn new(customer: &Customer, number: u32, secret: Option<&SecretString>) -> Self {
        let now = Timestamp::now();
        let id = format!("wamid.switchboard-doctor-{}-{number}", now.as_microsecond());
        let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "0", "changes": [{
            "field": "messages",
            "value": {
                "messaging_product": "whatsapp",
                "metadata": { "display_phone_number": customer.number, "phone_number_id": customer.line.as_str() },
                "contacts": [{ "profile": { "name": NAME }, "wa_id": PHONE }],
                "messages": [{
                    "from": PHONE,
                    "id": id,
                    "timestamp": now.as_second().to_string(),
                    "type": "text",
                    "text": { "body": format!("Test message {number} of `switchboard doctor`; nobody waits for an answer") }
                }]
            }
        }] }] })
        .to_string();
        let signature = secret.map(|secret| sign(secret, body.as_bytes()));
        Self { id: Id::new(id), body, signature }
    }
}

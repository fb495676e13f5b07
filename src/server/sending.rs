//! Sending: store as queued, hand to the channel, note the answer, tell the sockets.

use serde_json::{Value, json};

use super::channel::{ChannelError, Outbound, OutboundContent};
use super::db::accounts::Agent;
use super::db::conversations::Conversation;
use super::db::messages::NewMessage;
use super::db::status::{DeliveryStatus, Direction};
use super::db::{DatabaseError, now_ms};
use super::shared::Shared;
use super::webhook::content;

/// An accepted message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct Sent {
    /// Its 24 hex id.
    pub id: String,
    /// WhatsApp's id.
    pub wamid: String,
}

/// A message was not accepted.
#[derive(Debug, thiserror::Error)]
pub(in crate::server) enum SendError {
    /// The channel refused it; it is stored as failed.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The database failed before anything went out.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Something failed when the channel had the message, or may have had it.
    #[error("a message may have been sent: {0}")]
    Open(String),
}

/// What is sent, with the id under which its bytes are kept here if it is a file.
pub(in crate::server) struct Draft {
    pub content: OutboundContent,
    /// What a template says once it is filled.
    pub filled: Option<String>,
    pub media_id: Option<String>,
    /// The wamid that it quotes.
    pub context: Option<String>,
    /// The request's `Idempotency-Key`.
    pub key: Option<String>,
}

/// Sends to the customer of a conversation in the name of an agent.
///
/// The work goes on when the caller goes away: what the channel was given is noted.
pub(in crate::server) async fn send(
    shared: &Shared,
    agent: &Agent,
    conversation: &Conversation,
    draft: Draft,
) -> Result<Sent, SendError> {
    let (shared, agent, conversation) = (shared.clone(), agent.clone(), conversation.clone());
    let task = tokio::spawn(async move { send_whole(&shared, &agent, &conversation, draft).await });
    task.await.unwrap_or_else(|_| Err(SendError::Open("the server stopped while it sent it".to_owned())))
}

async fn send_whole(
    shared: &Shared,
    agent: &Agent,
    conversation: &Conversation,
    draft: Draft,
) -> Result<Sent, SendError> {
    let (kind, stored) = stored_form(&draft);
    let message = NewMessage {
        wamid: None,
        direction: Direction::Outbound,
        preview: content::preview(kind, &stored),
        kind: kind.to_owned(),
        content: stored,
        media_id: draft.media_id,
        context: draft.context.clone(),
        agent_id: Some(agent.id.clone()),
        status: DeliveryStatus::Queued,
        at: now_ms(),
    };
    let line = &conversation.phone_number_id;
    let id = shared.db.queue(&agent.account_id, line, &conversation.id, &message).await?;
    if let Some(key) = &draft.key {
        shared.db.key_goes_out(&agent.account_id, key, &id).await?;
    }
    let to = conversation.phone.clone().or_else(|| conversation.user_id.clone()).unwrap_or_default();
    let outbound = Outbound { line: line.clone(), to, content: draft.content, context: draft.context };
    match shared.channel.send(outbound).await {
        Ok(wamid) => {
            let noted = note(shared, conversation, &id, &wamid, &message).await;
            noted.map_err(|error| SendError::Open(error.to_string()))?;
            Ok(Sent { id, wamid })
        }
        Err(error) => {
            tracing::warn!(message = %id, error = %error.text().escape_debug(), "the channel refused a message");
            shared.db.refused(&id, error.code, &error.text()).await?;
            Err(error.into())
        }
    }
}

/// Notes that the channel has a message, and tells the sockets.
async fn note(
    shared: &Shared,
    conversation: &Conversation,
    id: &str,
    wamid: &str,
    message: &NewMessage,
) -> Result<(), DatabaseError> {
    shared.db.accepted(id, &conversation.phone_number_id, &conversation.id, wamid, message).await?;
    tracing::info!(stage = "stored", wamid, message = %id, conversation = %conversation.id, "sent");
    shared.traces.stored(&conversation.account_id, &conversation.id, id, Some(wamid));
    if let (Some(conversation), Some(message)) =
        (shared.db.any_conversation(&conversation.id).await?, shared.db.message(id).await?)
    {
        shared.sockets.sent(&conversation, &message).await;
    }
    Ok(())
}

/// The message type and the stored content.
fn stored_form(draft: &Draft) -> (&'static str, Value) {
    match &draft.content {
        OutboundContent::Text { body } => ("text", json!({ "text": body })),
        OutboundContent::Template { name, language, params } => {
            let mut value = json!({ "templateName": name, "language": language, "templateParams": params });
            if let (Some(text), Some(fields)) = (&draft.filled, value.as_object_mut()) {
                fields.insert("text".to_owned(), json!(text));
            }
            ("template", value)
        }
        OutboundContent::Reaction { wamid, emoji } => ("reaction", json!({ "emoji": emoji, "messageId": wamid })),
        OutboundContent::Media { kind, mime, filename, caption, source } => {
            let size = match source {
                super::channel::MediaSource::Bytes(bytes) => Some(bytes.len()),
                super::channel::MediaSource::Link(_) => None,
            };
            let link = match source {
                super::channel::MediaSource::Link(link) => Some(link.as_str()),
                super::channel::MediaSource::Bytes(_) => None,
            };
            let mut value = json!({
                "mediaId": draft.media_id,
                "mediaType": kind.as_str(),
                "mimeType": mime,
                "filename": filename,
                "fileSize": size,
                "caption": caption,
                "mediaUrl": link,
            });
            if let Some(fields) = value.as_object_mut() {
                fields.retain(|_, value| !value.is_null());
            }
            (kind.as_str(), value)
        }
    }
}

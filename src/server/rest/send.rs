//! Sending to a phone number, and replying in a conversation.

use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::auth::Caller;
use super::conversations::find;
use super::errors::ApiError;
use super::replies::{Answer, interrupted, once};
use crate::server::channel::OutboundContent;
use crate::server::db::accounts::Agent;
use crate::server::db::conversations::{Conversation, Customer};
use crate::server::db::{now_ms, oid};
use crate::server::limits::Budget;
use crate::server::payload::iso;
use crate::server::sending::{self, Draft, SendError, Sent};
use crate::server::shared::Shared;

/// WhatsApp's longest text, in characters.
pub(super) const LONGEST_TEXT: usize = 4096;

/// How long a customer's message keeps the conversation open for free text.
const WINDOW_MS: i64 = 24 * 3_600_000;

pub(super) async fn text(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    once(&shared.clone(), &agent.clone(), &headers, |key| async move {
        let fields = json_object(&body)?;
        let (to, message) = (field(&fields, "recipientPhone")?, field(&fields, "message")?);
        let (Some(to), Some(message)) = (to, message.filter(|text| !text.trim().is_empty())) else {
            let message = "Missing required fields: recipientPhone and message cannot be empty";
            return Err(ApiError::bad("MISSING_FIELDS", message).with("required", json!(["recipientPhone", "message"])));
        };
        let content = OutboundContent::Text { body: checked_text(message)? };
        to_phone(&shared, &agent, &fields, (&to, content), key).await
    })
    .await
}

pub(super) async fn template(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    once(&shared.clone(), &agent.clone(), &headers, |key| async move {
        let fields = json_object(&body)?;
        let to = field(&fields, "recipientPhone")?;
        let (Some(to), Some(content)) = (to, template_of(&fields)?) else {
            let message = "Missing required fields: recipientPhone and templateName cannot be empty";
            let required = json!(["recipientPhone", "templateName"]);
            return Err(ApiError::bad("MISSING_FIELDS", message).with("required", required));
        };
        to_phone(&shared, &agent, &fields, (&to, content), key).await
    })
    .await
}

async fn to_phone(
    shared: &Shared,
    agent: &Agent,
    fields: &Map<String, Value>,
    (to, content): (&str, OutboundContent),
    key: Option<String>,
) -> Result<Answer, ApiError> {
    let named = field(fields, "phoneNumberId")?;
    let what = if matches!(content, OutboundContent::Template { .. }) { "Template message" } else { "Message" };
    let conversation = conversation_to(shared, agent, to, named.as_deref()).await?;
    let filled = filled_template(shared, agent, &content).await?;
    let context = wamid_of(shared, agent, field(fields, "replyTo")?).await?;
    let draft = Draft { content, filled, media_id: None, context, key };
    let (sent, budget) = dispatch(shared, agent, &conversation, draft).await?;
    let body = json!({
        "success": true,
        "message": format!("{what} sent successfully"),
        "data": { "success": true, "messageId": sent.id, "waMessageId": sent.wamid },
        "phoneNumberUsed": conversation.phone_number_id,
        "mode": if named.is_some() { "explicit" } else { "auto" },
    });
    Ok(Answer { body, budget })
}

pub(super) async fn reply(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    once(&shared.clone(), &agent.clone(), &headers, |key| async move {
        let fields = json_object(&body)?;
        let mut content = reply_content(&fields)?;
        let conversation = find(&shared, &agent, &id).await?;
        if !matches!(content, OutboundContent::Template { .. }) {
            check_window(&conversation)?;
        }
        let filled = filled_template(&shared, &agent, &content).await?;
        if let OutboundContent::Reaction { wamid, .. } = &mut content {
            let named = wamid_of(&shared, &agent, Some(wamid.clone())).await?;
            *wamid = named.unwrap_or_default();
        }
        let context = wamid_of(&shared, &agent, field(&fields, "replyTo")?).await?;
        let draft = Draft { content, filled, media_id: None, context, key };
        let (sent, budget) = dispatch(&shared, &agent, &conversation, draft).await.map_err(as_reply_failure)?;
        let body = json!({
            "success": true,
            "message": "Reply sent successfully",
            "data": { "success": true, "messageId": sent.id, "waMessageId": sent.wamid },
        });
        Ok(Answer { body, budget })
    })
    .await
}

fn reply_content(fields: &Map<String, Value>) -> Result<OutboundContent, ApiError> {
    match fields.get("messageType").and_then(Value::as_str) {
        Some("text") => {
            let message = field(fields, "message")?.filter(|text| !text.trim().is_empty());
            let message =
                message.ok_or_else(|| ApiError::bad("MISSING_MESSAGE", "message is required for text type"))?;
            Ok(OutboundContent::Text { body: checked_text(message)? })
        }
        Some("template") => template_of(fields)?
            .ok_or_else(|| ApiError::bad("MISSING_TEMPLATE", "templateName is required for template type")),
        Some("reaction") => {
            let wamid = field(fields, "messageId")?.ok_or_else(|| {
                ApiError::bad("MISSING_MESSAGE", "messageId (a waMessageId) is required for reaction type")
            })?;
            let emoji = fields.get("emoji").and_then(Value::as_str).unwrap_or_default().to_owned();
            Ok(OutboundContent::Reaction { wamid, emoji })
        }
        _ => Err(ApiError::new(StatusCode::BAD_REQUEST, "Invalid messageType. Must be \"text\" or \"template\"")),
    }
}

fn template_of(fields: &Map<String, Value>) -> Result<Option<OutboundContent>, ApiError> {
    let Some(name) = field(fields, "templateName")? else { return Ok(None) };
    let language = field(fields, "languageCode")?.or(field(fields, "language")?).unwrap_or_else(|| "en_US".to_owned());
    let params = match fields.get("templateParams").or_else(|| fields.get("params")) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(params)) => params
            .iter()
            .map(|param| match param {
                Value::String(text) => Ok(text.clone()),
                Value::Number(number) => Ok(number.to_string()),
                _ => Err(ApiError::unprocessable("INVALID_FIELD", "templateParams must be texts")),
            })
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(ApiError::unprocessable("INVALID_FIELD", "templateParams must be a list")),
    };
    Ok(Some(OutboundContent::Template { name, language, params }))
}

/// The wamid of the message that a client names by it or by our id; what is neither is left as it is.
pub(super) async fn wamid_of(
    shared: &Shared,
    agent: &Agent,
    named: Option<String>,
) -> Result<Option<String>, ApiError> {
    let Some(id) = named.clone().filter(|id| oid::is_oid(id)) else { return Ok(named) };
    Ok(shared.db.message_of(&agent.account_id, &id).await?.and_then(|message| message.wamid).or(Some(id)))
}

/// The text that the customer will read, where the account's templates are known here; refused where WhatsApp would
/// refuse it: not approved, or another number of values.
async fn filled_template(
    shared: &Shared,
    agent: &Agent,
    content: &OutboundContent,
) -> Result<Option<String>, ApiError> {
    let OutboundContent::Template { name, language, params } = content else { return Ok(None) };
    let templates = shared.db.templates(&agent.account_id).await?;
    if templates.is_empty() {
        return Ok(None);
    }
    let Some(template) = templates.iter().find(|one| one.name == *name && one.language == *language) else {
        let message = format!("There is no template {name} in {language}");
        return Err(ApiError::unprocessable("TEMPLATE_NOT_FOUND", message));
    };
    if template.status != "approved" {
        let message = format!("The template {name} is {}, so WhatsApp does not send it", template.status);
        return Err(ApiError::unprocessable("TEMPLATE_NOT_APPROVED", message)
            .with("status", json!(template.status))
            .with("reason", json!(template.reason)));
    }
    let wanted = template.params();
    if params.len() != wanted || params.iter().any(|param| param.trim().is_empty()) {
        let message = format!("The template {name} wants {wanted} values, none of them empty; {} came", params.len());
        return Err(ApiError::unprocessable("TEMPLATE_PARAMS", message)
            .with("expected", json!(wanted))
            .with("received", json!(params.len())));
    }
    Ok(Some(template.filled(params)))
}

/// The conversation of a line with a phone number, made if it is new.
pub(super) async fn conversation_to(
    shared: &Shared,
    agent: &Agent,
    to: &str,
    line: Option<&str>,
) -> Result<Conversation, ApiError> {
    if !(10..=15).contains(&to.len()) || !to.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = "Invalid phone number format. Use only digits (e.g., 918087131777) without spaces or +.";
        return Err(ApiError::bad("INVALID_PHONE_FORMAT", message)
            .with("examples", json!(["918087131777", "923001234567"]))
            .with("received", json!(to))
            .with("receivedLength", json!(to.chars().count()))
            .with("expectedRange", json!("10-15 digits")));
    }
    let Some(sending) = shared.db.sending_line(&agent.account_id, line).await? else {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "Invalid or inactive phone number for this account")
            .with("providedPhoneNumberId", json!(line))
            .with("hint", json!("GET /api/settings/phone-numbers lists the lines of this account")));
    };
    let customer = Customer { phone: Some(to.to_owned()), ..Customer::default() };
    let conversation = shared.db.open_conversation(&agent.account_id, &sending, &customer).await?;
    conversation.ok_or_else(ApiError::no_conversation)
}

/// Takes one send of the account's minute, and sends.
pub(super) async fn dispatch(
    shared: &Shared,
    agent: &Agent,
    conversation: &Conversation,
    draft: Draft,
) -> Result<(Sent, Option<Budget>), ApiError> {
    let budget = shared.limiter.take(&agent.account_id, Instant::now()).map_err(ApiError::too_many)?;
    match sending::send(shared, agent, conversation, draft).await {
        Ok(sent) => Ok((sent, budget)),
        Err(SendError::Database(error)) => Err(error.into()),
        Err(error @ SendError::Open(_)) => {
            tracing::error!(%error, "what became of a message is not known");
            Err(interrupted())
        }
        Err(SendError::Channel(error)) => {
            let message = "Failed to send message. Please try again.";
            Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, message)
                .with("error", json!("MESSAGE_SEND_ERROR"))
                .with("details", json!(error.text()))
                .with("nextStep", json!("Please try again or contact support.")))
        }
    }
}

/// A reply that the channel refused is a 400 with the reason as its message.
pub(super) fn as_reply_failure(error: ApiError) -> ApiError {
    let body = error.body();
    if body.get("error").and_then(Value::as_str) != Some("MESSAGE_SEND_ERROR") {
        return error;
    }
    let reason = body.get("details").and_then(Value::as_str).unwrap_or("Failed to send message").to_owned();
    ApiError::bad("REPLY_FAILED", reason.clone()).with("details", json!({ "fullError": reason, "suggestedAction": "" }))
}

/// Free text may be sent for 24 hours after the customer's last message, and only then.
pub(super) fn check_window(conversation: &Conversation) -> Result<(), ApiError> {
    let now = now_ms();
    let until = conversation.last_inbound_at.map(|at| at + WINDOW_MS);
    if until.is_some_and(|until| now < until) {
        return Ok(());
    }
    let since = match conversation.last_inbound_at {
        Some(at) => format!("{} hours ago", (now - at) / 3_600_000),
        None => "never".to_owned(),
    };
    let message = "24h session expired. Please send a template message to reopen chat.";
    Err(ApiError::bad("SESSION_EXPIRED", message)
        .with("sessionExpiredAt", json!(until.map(iso)))
        .with("timeSinceLastMessage", json!(since))
        .with("requiredAction", json!("Use template message instead")))
}

fn checked_text(text: String) -> Result<String, ApiError> {
    let length = text.chars().count();
    if length > LONGEST_TEXT {
        let message = format!("The message has {length} characters; WhatsApp takes at most {LONGEST_TEXT}");
        return Err(ApiError::unprocessable("MESSAGE_TOO_LONG", message));
    }
    Ok(text)
}

/// The body as a JSON object.
pub(super) fn json_object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(ApiError::bad("INVALID_JSON", "The body must be a JSON object")),
        Err(error) => Err(ApiError::bad("INVALID_JSON", format!("The body is no JSON: {error}"))),
    }
}

/// A text field; empty is as good as absent, anything but a text is an error.
pub(super) fn field(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, ApiError> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(_) => Err(ApiError::unprocessable("INVALID_FIELD", format!("{name} must be a text"))),
    }
}

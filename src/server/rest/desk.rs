//! Triage: who looks after a conversation, labels, priority, status, unread, notes.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::auth::Caller;
use super::conversations::find;
use super::errors::ApiError;
use super::send::{LONGEST_TEXT, field, json_object};
use crate::server::db::accounts::Agent;
use crate::server::db::conversations::Conversation;
use crate::server::db::now_ms;
use crate::server::shared::Shared;

/// The longest label, in characters.
const LONGEST_LABEL: usize = 64;

/// `{"success": true, "conversation": …}` as it is now, and `more`.
async fn as_it_is(shared: &Shared, agent: &Agent, id: &str, more: Value) -> Result<Json<Value>, ApiError> {
    let conversation = find(shared, agent, id).await?;
    let mut answer =
        json!({ "success": true, "conversation": shared.sockets.payloads().conversation_raw(&conversation) });
    if let (Some(fields), Value::Object(more)) = (answer.as_object_mut(), more) {
        fields.extend(more);
    }
    Ok(Json(answer))
}

async fn asked(
    shared: &Shared,
    agent: &Agent,
    id: &str,
    body: &[u8],
) -> Result<(Map<String, Value>, Conversation), ApiError> {
    Ok((json_object(body)?, find(shared, agent, id).await?))
}

pub(super) async fn assign(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, conversation) = asked(&shared, &agent, &id, &body).await?;
    let named = match fields.get("agentId") {
        Some(Value::Null) => None,
        Some(Value::String(id)) if id == "none" => None,
        Some(Value::String(id)) if id == "me" => Some(agent.id.clone()),
        Some(Value::String(id)) => Some(id.clone()),
        _ => return Err(ApiError::bad("MISSING_FIELDS", "agentId is missing: an agent's id, \"me\", or \"none\"")),
    };
    if let Some(named) = &named
        && !shared.db.agents(&agent.account_id).await?.iter().any(|one| one.id == *named)
    {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "Agent not found").with("error", json!("AGENT_NOT_FOUND")));
    }
    let only_if_free = fields.get("ifFree").and_then(Value::as_bool).unwrap_or_default();
    if !shared.desk().assign(&conversation.id, named.as_deref(), only_if_free).await? {
        let now = find(&shared, &agent, &conversation.id).await?;
        let who = now.assigned_agent.unwrap_or_else(|| "Somebody else".to_owned());
        return Err(ApiError::new(StatusCode::CONFLICT, format!("{who} looks after this conversation"))
            .with("error", json!("ALREADY_ASSIGNED"))
            .with("assignedAgentId", json!(now.assigned_agent_id))
            .with("assignedAgentName", json!(who)));
    }
    as_it_is(&shared, &agent, &conversation.id, json!({})).await
}

pub(super) async fn label(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, conversation) = asked(&shared, &agent, &id, &body).await?;
    let (mut add, mut remove) = (labels(&fields, "add")?, labels(&fields, "remove")?);
    if fields.contains_key("labels") {
        add = labels(&fields, "labels")?;
        let has: Vec<String> = serde_json::from_str(&conversation.tags).unwrap_or_default();
        remove = has.into_iter().filter(|label| !add.contains(label)).collect();
    } else if add.is_empty() && remove.is_empty() {
        return Err(ApiError::bad("MISSING_FIELDS", "add, remove or labels is missing: a list of texts"));
    }
    let labels = shared.desk().label(&conversation.id, &add, &remove).await?;
    as_it_is(&shared, &agent, &conversation.id, json!({ "labels": labels })).await
}

/// A list of labels, without white space around them, each once.
fn labels(fields: &Map<String, Value>, name: &str) -> Result<Vec<String>, ApiError> {
    let wrong = || {
        ApiError::unprocessable(
            "INVALID_FIELD",
            format!("{name} must be a list of labels of 1 to {LONGEST_LABEL} characters"),
        )
    };
    let list = match fields.get(name) {
        None => return Ok(Vec::new()),
        Some(list) => list.as_array().ok_or_else(wrong)?,
    };
    let mut labels: Vec<String> = Vec::new();
    for label in list {
        let label = label.as_str().map(str::trim).ok_or_else(wrong)?;
        if label.is_empty() || label.chars().count() > LONGEST_LABEL {
            return Err(wrong());
        }
        if !labels.iter().any(|known| known == label) {
            labels.push(label.to_owned());
        }
    }
    Ok(labels)
}

pub(super) async fn all_labels(State(shared): State<Shared>, Caller(agent): Caller) -> Result<Json<Value>, ApiError> {
    let labels = shared.db.labels(&agent.account_id).await?;
    let labels: Vec<Value> = labels.iter().map(|(label, count)| json!({ "label": label, "count": count })).collect();
    Ok(Json(json!({ "success": true, "labels": labels })))
}

pub(super) async fn priority(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, conversation) = asked(&shared, &agent, &id, &body).await?;
    let priority =
        field(&fields, "priority")?.filter(|word| matches!(word.as_str(), "low" | "normal" | "high" | "urgent"));
    let priority = priority.ok_or_else(|| {
        ApiError::bad("INVALID_PRIORITY", "priority must be \"low\", \"normal\", \"high\" or \"urgent\"")
    })?;
    shared.desk().set_priority(&conversation.id, &priority).await?;
    as_it_is(&shared, &agent, &conversation.id, json!({})).await
}

/// The status that a word names: `resolved` is another word for `closed`.
pub(super) fn status_word(word: &str) -> Result<&'static str, ApiError> {
    match word {
        "open" => Ok("open"),
        "pending" => Ok("pending"),
        "snoozed" => Ok("snoozed"),
        "closed" | "resolved" => Ok("closed"),
        _ => Err(ApiError::bad(
            "INVALID_STATUS",
            "Invalid status. Must be \"open\", \"closed\", \"pending\", \"snoozed\" or \"resolved\"",
        )),
    }
}

pub(super) async fn status(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, conversation) = asked(&shared, &agent, &id, &body).await?;
    let word = status_word(fields.get("status").and_then(Value::as_str).unwrap_or_default())?;
    let until = match field(&fields, "until")? {
        Some(until) if word == "snoozed" => {
            let at = until.parse::<Timestamp>().map(Timestamp::as_millisecond).ok().filter(|at| *at > now_ms());
            let wrong = || ApiError::bad("INVALID_UNTIL", "until must be a time to come, as in 2030-01-31T08:00:00Z");
            Some(at.ok_or_else(wrong)?)
        }
        _ => None,
    };
    shared.desk().set_status(&conversation.id, word, until).await?;
    as_it_is(&shared, &agent, &conversation.id, json!({ "message": format!("Conversation marked as {word}") })).await
}

pub(super) async fn unread(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let conversation = find(&shared, &agent, &id).await?;
    shared.desk().mark_unread(&conversation.id).await?;
    as_it_is(&shared, &agent, &conversation.id, json!({ "message": "Conversation marked as unread" })).await
}

pub(super) async fn add_note(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, conversation) = asked(&shared, &agent, &id, &body).await?;
    let text = field(&fields, "text")?.filter(|text| !text.trim().is_empty());
    let text = text.ok_or_else(|| ApiError::bad("MISSING_FIELDS", "text is missing"))?;
    if text.chars().count() > LONGEST_TEXT {
        return Err(ApiError::unprocessable(
            "MESSAGE_TOO_LONG",
            format!("A note has at most {LONGEST_TEXT} characters"),
        ));
    }
    let note = shared.desk().note(&conversation, &agent, &text).await?.ok_or_else(ApiError::no_conversation)?;
    Ok(Json(json!({
        "success": true,
        "message": "Note added",
        "data": { "success": true, "messageId": note.id },
        "note": shared.sockets.payloads().message(&note, &[]),
    })))
}

pub(super) async fn notes(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let conversation = find(&shared, &agent, &id).await?;
    let messages = shared.db.messages(&conversation.id, None, None, 0).await?;
    let payloads = shared.sockets.payloads();
    let notes: Vec<Value> =
        messages.iter().filter(|one| one.direction == "note").map(|one| payloads.message(one, &[])).collect();
    Ok(Json(json!({ "success": true, "notes": notes })))
}

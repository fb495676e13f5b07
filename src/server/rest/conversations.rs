//! Reading: lines, the list, one conversation, its messages; marking as read, opening and closing.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::Caller;
use super::desk::status_word;
use super::errors::ApiError;
use crate::server::db::accounts::Agent;
use crate::server::db::conversations::{Conversation, ListQuery};
use crate::server::db::{now_ms, oid};
use crate::server::shared::Shared;

/// What is asked of the list, as text: an ill-formed number is answered in our words.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListAsked {
    phone_number_id: Option<String>,
    status: Option<String>,
    assigned: Option<String>,
    label: Option<String>,
    unread: Option<String>,
    search: Option<String>,
    before: Option<String>,
    limit: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct MessagesAsked {
    before: Option<String>,
    hours: Option<String>,
    limit: Option<String>,
}

pub(super) async fn phone_numbers(
    State(shared): State<Shared>,
    Caller(agent): Caller,
) -> Result<Json<Value>, ApiError> {
    let lines = shared.db.lines(&agent.account_id).await?;
    Ok(Json(shared.sockets.payloads().phone_numbers(&lines)))
}

pub(super) async fn list(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    headers: HeaderMap,
    Query(asked): Query<ListAsked>,
) -> Result<Json<Value>, ApiError> {
    let header = headers.get("x-phone-number-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let status = asked.status.as_deref().map(status_word).transpose()?;
    let assigned = asked.assigned.map(|who| match who.as_str() {
        "me" => agent.id.clone(),
        "none" => String::new(),
        _ => who,
    });
    let before = match &asked.before {
        Some(id) => Some(find(&shared, &agent, id).await?.id),
        None => None,
    };
    let query = ListQuery {
        line: asked.phone_number_id.or(header).filter(|line| !line.is_empty()),
        status: status.map(str::to_owned),
        assigned,
        label: asked.label,
        unread: asked.unread.as_deref() == Some("true"),
        search: asked.search,
        before,
        limit: limit(asked.limit.as_deref(), 50)?,
    };
    let rows = shared.db.conversations(&agent.account_id, &query).await?;
    let rows: Vec<Value> = rows.iter().map(|row| shared.sockets.payloads().conversation_row(row)).collect();
    Ok(Json(json!({ "success": true, "conversations": rows })))
}

pub(super) async fn one(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let conversation = find(&shared, &agent, &id).await?;
    Ok(Json(json!({ "success": true, "conversation": shared.sockets.payloads().conversation_raw(&conversation) })))
}

pub(super) async fn messages(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
    Query(asked): Query<MessagesAsked>,
) -> Result<Json<Value>, ApiError> {
    let conversation = find(&shared, &agent, &id).await?;
    let limit = limit(asked.limit.as_deref(), 500)?;
    let since = match asked.hours.as_deref().map(str::parse::<u32>) {
        None => None,
        Some(Ok(hours)) => Some(now_ms() - i64::from(hours) * 3_600_000),
        Some(Err(_)) => return Err(ApiError::bad("INVALID_HOURS", "hours must be a whole number")),
    };
    if let Some(before) = &asked.before
        && shared.db.message(before).await?.is_none_or(|message| message.conversation_id != conversation.id)
    {
        return Err(ApiError::bad("INVALID_BEFORE", "before must be the _id of a message of this conversation"));
    }
    // One more than asked for tells whether there are more.
    let asked_for = if limit == 0 { 0 } else { limit.saturating_add(1) };
    let mut found = shared.db.messages(&conversation.id, asked.before.as_deref(), since, asked_for).await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = limit != 0 && found.len() > wanted;
    if more {
        found.remove(0);
    }
    let ids: Vec<&str> = found.iter().map(|message| message.id.as_str()).collect();
    let histories = shared.db.histories(&ids).await?;
    let payloads = shared.sockets.payloads();
    let rows: Vec<Value> = found
        .iter()
        .map(|message| payloads.message(message, histories.get(&message.id).map(Vec::as_slice).unwrap_or_default()))
        .collect();
    Ok(Json(json!({
        "success": true,
        "conversation": payloads.conversation_raw(&conversation),
        "messages": rows,
        "hasMore": more,
    })))
}

pub(super) async fn read(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    if !oid::is_oid(&id) && !id.contains('_') {
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "Invalid conversation ID format"));
    }
    let conversation = find(&shared, &agent, &id).await?;
    let messages = shared.db.mark_read(&conversation.id).await?;
    let conversation = find(&shared, &agent, &conversation.id).await?;
    shared.sockets.updated(&conversation).await;
    if messages > 0 {
        tell_customer(shared.clone(), conversation.clone());
    }
    Ok(Json(json!({
        "success": true,
        "message": "Conversation marked as read",
        "conversation": shared.sockets.payloads().conversation_raw(&conversation),
        "updated": { "conversation": 1, "messages": messages },
    })))
}

/// The customer sees the blue ticks; the agent does not wait for it.
fn tell_customer(shared: Shared, conversation: Conversation) {
    tokio::spawn(async move {
        if let Ok(Some(wamid)) = shared.db.last_inbound_wamid(&conversation.id).await
            && let Err(error) = shared.channel.mark_read(&conversation.phone_number_id, &wamid).await
        {
            tracing::warn!(%error, wamid, "WhatsApp could not be told that a message was read");
        }
    });
}

/// The conversation that a path names, if it is one of the caller's account.
pub(super) async fn find(shared: &Shared, agent: &Agent, id: &str) -> Result<Conversation, ApiError> {
    shared.db.conversation(&agent.account_id, id).await?.ok_or_else(ApiError::no_conversation)
}

/// 0 is all, a negative number counts as its absolute value.
fn limit(asked: Option<&str>, default: u32) -> Result<u32, ApiError> {
    match asked.map(str::parse::<i32>) {
        None => Ok(default),
        Some(Ok(limit)) => Ok(limit.unsigned_abs()),
        Some(Err(_)) => Err(ApiError::bad("INVALID_LIMIT", "limit must be a whole number")),
    }
}

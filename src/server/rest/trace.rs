//! What became of a message: webhook received, stored, broadcast.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::Caller;
use super::errors::ApiError;
use crate::server::db::messages::Message;
use crate::server::db::now_ms;
use crate::server::payload::iso;
use crate::server::shared::Shared;
use crate::server::trace::Trace;

/// How long after a message was stored its broadcast may still be under way, in milliseconds.
const UNDER_WAY_MS: i64 = 1_000;

#[derive(Deserialize)]
pub(super) struct LastAsked {
    limit: Option<String>,
}

/// One message, by its 24 hex id or its wamid.
pub(super) async fn one(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let stored = shared.db.message_of(&agent.account_id, &id).await?;
    let name = stored.as_ref().map_or(id.as_str(), |message| message.id.as_str());
    let of_mine = |trace: &Trace| trace.account.as_deref().is_none_or(|account| account == agent.account_id);
    let trace = shared.traces.find(name).or_else(|| shared.traces.find(&id)).filter(of_mine);
    if stored.is_none() && trace.is_none() {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "No message with this id came here")
            .with("error", json!("MESSAGE_NOT_FOUND")));
    }
    let mut answer = told(stored.as_ref(), trace.as_ref());
    let conversation = answer.get("conversationId").and_then(Value::as_str).map(str::to_owned);
    let conversation = match conversation {
        Some(id) => shared.db.conversation(&agent.account_id, &id).await?,
        None => None,
    };
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("success".to_owned(), json!(true));
        fields.insert("composite".to_owned(), json!(conversation.map(|conversation| conversation.composite)));
    }
    Ok(Json(answer))
}

/// The last messages that came or were sent, the newest first.
pub(super) async fn last(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Query(asked): Query<LastAsked>,
) -> Result<Json<Value>, ApiError> {
    let limit = match asked.limit.as_deref().map(str::parse::<usize>) {
        None => 20,
        Some(Ok(limit)) => limit,
        Some(Err(_)) => return Err(ApiError::bad("INVALID_LIMIT", "limit must be a whole number")),
    };
    let mut traces = Vec::new();
    for trace in shared.traces.last(&agent.account_id, limit) {
        let stored = match &trace.message {
            Some(id) => shared.db.message_of(&agent.account_id, id).await?,
            None => None,
        };
        traces.push(told(stored.as_ref(), Some(&trace)));
    }
    Ok(Json(json!({ "success": true, "traces": traces })))
}

/// The three stages, from the database and from memory.
fn told(stored: Option<&Message>, trace: Option<&Trace>) -> Value {
    json!({
        "messageId": stored.map(|message| &message.id),
        "waMessageId": stored.and_then(|message| message.wamid.as_ref()).or(trace.and_then(|trace| trace.wamid.as_ref())),
        "conversationId": stored.map(|message| &message.conversation_id),
        "direction": stored.map(|message| &message.direction),
        "stages": [received(stored, trace), kept(stored, trace), broadcast(stored, trace)],
    })
}

fn stage(name: &str, state: &str, at: Option<i64>, evidence: Value, reason: Option<&str>) -> Value {
    json!({ "stage": name, "state": state, "at": at.map(iso), "evidence": evidence, "reason": reason })
}

const BEFORE: &str = "it was before this server started, or too many messages ago";

fn received(stored: Option<&Message>, trace: Option<&Trace>) -> Value {
    let name = "webhook received";
    if let Some(trace) = trace
        && let Some(at) = trace.received_at
    {
        let evidence = json!({ "phoneNumberId": trace.line, "repeats": trace.repeats });
        return stage(name, "ok", Some(at), evidence, None);
    }
    match stored {
        Some(message) if message.agent_name.is_some() => {
            stage(name, "none", None, json!({}), Some("an agent sent it from here"))
        }
        _ => stage(name, "unknown", None, json!({}), Some(BEFORE)),
    }
}

fn kept(stored: Option<&Message>, trace: Option<&Trace>) -> Value {
    let name = "stored";
    if let Some(message) = stored {
        let evidence = json!({
            "messageId": message.id, "conversationId": message.conversation_id, "status": message.status_word(),
        });
        return stage(name, "ok", Some(message.created_at), evidence, None);
    }
    match trace.and_then(|trace| trace.failed.as_ref()) {
        Some((at, why)) => stage(name, "failed", Some(*at), json!({}), Some(why)),
        None => stage(name, "waiting", None, json!({}), Some("the delivery is not processed yet")),
    }
}

fn broadcast(stored: Option<&Message>, trace: Option<&Trace>) -> Value {
    let name = "broadcast";
    let emits = trace.map(|trace| trace.emits.as_slice()).unwrap_or_default();
    if let Some(first) = emits.first() {
        let sockets = emits.iter().map(|emit| emit.sockets).max().unwrap_or_default();
        let emits: Vec<Value> = emits
            .iter()
            .map(|emit| {
                json!({
                    "event": emit.event, "room": emit.room, "sockets": emit.sockets, "at": iso(emit.at),
                    "conversationId": emit.conversation_id,
                })
            })
            .collect();
        let evidence = json!({ "sockets": sockets, "emits": emits });
        let nobody = (sockets == 0).then_some("no socket was in any of these rooms");
        return stage(name, if sockets == 0 { "failed" } else { "ok" }, Some(first.at), evidence, nobody);
    }
    let nothing = json!({ "sockets": 0, "emits": [] });
    match (stored, trace.and_then(|trace| trace.stored_at)) {
        (Some(_), Some(at)) if now_ms() - at < UNDER_WAY_MS => stage(name, "waiting", None, nothing, None),
        (Some(_), Some(_)) => stage(name, "failed", None, nothing, Some("nothing was emitted")),
        (Some(_), None) => stage(name, "unknown", None, nothing, Some(BEFORE)),
        (None, _) => stage(name, "waiting", None, nothing, Some("it is not stored")),
    }
}

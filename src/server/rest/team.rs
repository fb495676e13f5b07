//! What the team shares: its agents, canned replies, templates, counts, the search.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::auth::Caller;
use super::errors::ApiError;
use super::send::{LONGEST_TEXT, field, json_object};
use crate::server::db::accounts::Agent;
use crate::server::db::phrases::{CannedReply, Template};
use crate::server::payload::iso;
use crate::server::shared::Shared;

fn only_admins(agent: &Agent) -> Result<(), ApiError> {
    if agent.role == "admin" {
        return Ok(());
    }
    Err(ApiError::new(StatusCode::FORBIDDEN, "Only an admin may do this").with("error", json!("FORBIDDEN")))
}

fn required(fields: &Map<String, Value>, name: &str) -> Result<String, ApiError> {
    let text = field(fields, name)?.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    text.ok_or_else(|| ApiError::bad("MISSING_FIELDS", format!("{name} is missing")))
}

fn agent_row(shared: &Shared, agent: &Agent) -> Value {
    json!({
        "_id": agent.id, "email": agent.email, "name": agent.name, "role": agent.role,
        "online": shared.sockets.is_online(&agent.id),
    })
}

pub(super) async fn agents(State(shared): State<Shared>, Caller(agent): Caller) -> Result<Json<Value>, ApiError> {
    let agents = shared.db.agents(&agent.account_id).await?;
    let rows: Vec<Value> = agents.iter().map(|one| agent_row(&shared, one)).collect();
    Ok(Json(json!({ "success": true, "agents": rows })))
}

pub(super) async fn add_agent(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    only_admins(&agent)?;
    let fields = json_object(&body)?;
    let (email, name) = (required(&fields, "email")?, required(&fields, "name")?);
    let password = SecretString::from(required(&fields, "password")?);
    let role = field(&fields, "role")?.unwrap_or_else(|| "agent".to_owned());
    if !matches!(role.as_str(), "admin" | "agent") {
        return Err(ApiError::unprocessable("INVALID_FIELD", "role must be \"admin\" or \"agent\""));
    }
    let made = shared.db.create_agent(&agent.account_id, &name, &email, &role, &password).await?;
    let made = made.ok_or_else(|| {
        ApiError::new(StatusCode::CONFLICT, "This e-mail is taken").with("error", json!("EMAIL_TAKEN"))
    })?;
    Ok(Json(json!({ "success": true, "agent": agent_row(&shared, &made) })))
}

fn canned_row(reply: &CannedReply) -> Value {
    json!({ "_id": reply.id, "shortcut": reply.shortcut, "text": reply.text, "updatedAt": iso(reply.updated_at) })
}

pub(super) async fn canned_replies(
    State(shared): State<Shared>,
    Caller(agent): Caller,
) -> Result<Json<Value>, ApiError> {
    let replies = shared.db.canned_replies(&agent.account_id).await?;
    let rows: Vec<Value> = replies.iter().map(canned_row).collect();
    Ok(Json(json!({ "success": true, "cannedReplies": rows })))
}

pub(super) async fn put_canned_reply(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let fields = json_object(&body)?;
    let (shortcut, text) = (required(&fields, "shortcut")?, required(&fields, "text")?);
    let shortcut = shortcut.trim_start_matches('/').to_owned();
    if shortcut.is_empty() || shortcut.chars().count() > 40 || shortcut.contains(char::is_whitespace) {
        let message = "shortcut must have 1 to 40 characters, without white space";
        return Err(ApiError::unprocessable("INVALID_FIELD", message));
    }
    if text.chars().count() > LONGEST_TEXT {
        let message = format!("A canned reply has at most {LONGEST_TEXT} characters");
        return Err(ApiError::unprocessable("MESSAGE_TOO_LONG", message));
    }
    let reply = shared.db.put_canned_reply(&agent.account_id, &shortcut, &text).await?;
    shared.sockets.canned_replies_changed(&agent.account_id).await;
    Ok(Json(json!({ "success": true, "cannedReply": canned_row(&reply) })))
}

pub(super) async fn remove_canned_reply(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    if !shared.db.remove_canned_reply(&agent.account_id, &id).await? {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "Canned reply not found")
            .with("error", json!("CANNED_REPLY_NOT_FOUND")));
    }
    shared.sockets.canned_replies_changed(&agent.account_id).await;
    Ok(Json(json!({ "success": true })))
}

#[derive(Deserialize)]
pub(super) struct TemplatesAsked {
    status: Option<String>,
}

pub(super) async fn templates(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Query(asked): Query<TemplatesAsked>,
) -> Result<Json<Value>, ApiError> {
    let templates = shared.db.templates(&agent.account_id).await?;
    let wanted = |one: &&Template| asked.status.as_ref().is_none_or(|status| *status == one.status);
    let rows: Vec<Value> = templates
        .iter()
        .filter(wanted)
        .map(|one| {
            json!({
                "_id": one.id, "name": one.name, "language": one.language, "category": one.category,
                "status": one.status, "reason": one.reason, "body": one.body, "paramCount": one.params(),
                "updatedAt": iso(one.updated_at),
            })
        })
        .collect();
    Ok(Json(json!({ "success": true, "templates": rows })))
}

pub(super) async fn put_template(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    only_admins(&agent)?;
    let fields = json_object(&body)?;
    let status = field(&fields, "status")?.unwrap_or_else(|| "approved".to_owned());
    if !matches!(status.as_str(), "approved" | "pending" | "rejected" | "paused") {
        let message = "status must be \"approved\", \"pending\", \"rejected\" or \"paused\"";
        return Err(ApiError::unprocessable("INVALID_FIELD", message));
    }
    let template = Template {
        id: String::new(),
        name: required(&fields, "name")?,
        language: required(&fields, "language")?,
        category: field(&fields, "category")?.unwrap_or_else(|| "utility".to_owned()),
        status,
        reason: field(&fields, "reason")?,
        body: required(&fields, "body")?,
        updated_at: 0,
    };
    shared.db.put_template(&agent.account_id, &template).await?;
    Ok(Json(json!({ "success": true })))
}

pub(super) async fn counts(State(shared): State<Shared>, Caller(agent): Caller) -> Result<Json<Value>, ApiError> {
    let counts = shared.db.counts(&agent.account_id, &agent.id).await?;
    let lines = shared.db.counts_by_line(&agent.account_id).await?;
    let labels = shared.db.labels(&agent.account_id).await?;
    Ok(Json(json!({
        "success": true,
        "counts": {
            "all": counts.all, "open": counts.open, "pending": counts.pending, "snoozed": counts.snoozed,
            "closed": counts.closed, "mine": counts.mine, "unassigned": counts.unassigned, "unread": counts.unread,
            "waiting": counts.waiting,
        },
        "lines": lines.iter().map(|(line, count, unread)| json!({
            "phoneNumberId": line, "count": count, "unread": unread
        })).collect::<Vec<Value>>(),
        "labels": labels.iter().map(|(label, count)| json!({ "label": label, "count": count })).collect::<Vec<Value>>(),
    })))
}

#[derive(Deserialize)]
pub(super) struct SearchAsked {
    q: Option<String>,
    before: Option<String>,
    limit: Option<String>,
}

pub(super) async fn search(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Query(asked): Query<SearchAsked>,
) -> Result<Json<Value>, ApiError> {
    let text = asked.q.filter(|text| !text.trim().is_empty());
    let text = text.ok_or_else(|| ApiError::bad("MISSING_FIELDS", "q is missing: what to search for"))?;
    let limit = match asked.limit.as_deref().map(str::parse::<u32>) {
        None => 50,
        Some(Ok(limit)) => limit.clamp(1, 500),
        Some(Err(_)) => return Err(ApiError::bad("INVALID_LIMIT", "limit must be a whole number")),
    };
    let found = shared.db.search(&agent.account_id, &text, asked.before.as_deref(), limit).await?;
    let ids: Vec<&str> = found.iter().map(|message| message.id.as_str()).collect();
    let histories = shared.db.histories(&ids).await?;
    let payloads = shared.sockets.payloads();
    let rows: Vec<Value> = found
        .iter()
        .map(|message| payloads.message(message, histories.get(&message.id).map(Vec::as_slice).unwrap_or_default()))
        .collect();
    Ok(Json(json!({ "success": true, "messages": rows })))
}

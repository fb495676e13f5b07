//! Logging in, and who calls.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::errors::ApiError;
use super::send::json_object;
use crate::server::db::accounts::Agent;
use crate::server::passwords;
use crate::server::shared::Shared;
use crate::server::tokens::strip_bearer;

/// The agent whose token a request bears.
pub(super) struct Caller(pub Agent);

impl FromRequestParts<Shared> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.map(strip_bearer).map(str::trim).filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| ApiError::unauthorized("Authentication required. Please login."))?;
        let claims = shared
            .tokens
            .check(token)
            .map_err(|_| ApiError::unauthorized("Invalid or expired token. Please login again."))?;
        match shared.db.agent(&claims.email).await? {
            Some(agent) if agent.account_id == claims.account_id => Ok(Self(agent)),
            _ => Err(ApiError::unauthorized("Account not found. Please login again.")),
        }
    }
}

pub(super) async fn login(State(shared): State<Shared>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let fields = json_object(&body)?;
    let (Some(email), Some(password)) = (
        fields.get("email").and_then(Value::as_str).filter(|email| !email.is_empty()),
        fields.get("password").and_then(Value::as_str).filter(|password| !password.is_empty()),
    ) else {
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "Email and password required"));
    };
    let agent = shared.db.agent(email).await?;
    let hash = agent.as_ref().and_then(|agent| agent.password_hash.clone());
    let password = SecretString::from(password);
    // It is never closed; if it were, the check would only be less careful of memory.
    let _turn = shared.logins.acquire().await.ok();
    let right =
        tokio::task::spawn_blocking(move || passwords::verify(&password, hash.as_deref())).await.unwrap_or(false);
    let agent =
        agent.filter(|_| right).ok_or_else(|| ApiError::new(StatusCode::UNAUTHORIZED, "Invalid email or password"))?;
    let token = shared
        .tokens
        .issue(&agent)
        .map_err(|error| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(Json(json!({
        "success": true,
        "message": "Login successful",
        "token": token,
        "user": {
            "_id": agent.id,
            "email": agent.email,
            "accountId": agent.account_id,
            "name": agent.name,
            "role": agent.role,
            "workspaceId": agent.account_id,
        },
    })))
}

pub(super) async fn me(Caller(agent): Caller) -> Json<Value> {
    Json(json!({
        "success": true,
        "user": {
            "_id": agent.id,
            "email": agent.email,
            "name": agent.name,
            "accountId": agent.account_id,
            "role": agent.role,
        },
    }))
}

//! `GET` and `POST /api/webhooks/whatsapp`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq;

use super::envelope;
use super::signature::{self, SignatureError};
use crate::server::db::now_ms;
use crate::server::rest::errors::ApiError;
use crate::server::shared::Shared;

/// Meta sends at most 3 MB.
const LARGEST: usize = 3 * 1024 * 1024;

/// The webhook's routes.
pub(in crate::server) fn routes() -> Router<Shared> {
    Router::new().route("/api/webhooks/whatsapp", get(verify).post(receive)).layer(DefaultBodyLimit::max(LARGEST))
}

#[derive(Deserialize)]
struct Challenge {
    #[serde(rename = "hub.mode")]
    mode: Option<String>,
    #[serde(rename = "hub.verify_token")]
    token: Option<String>,
    #[serde(rename = "hub.challenge")]
    challenge: Option<String>,
}

async fn verify(State(shared): State<Shared>, Query(query): Query<Challenge>) -> Response {
    let asked = query.token.unwrap_or_default();
    let knows = shared
        .verify_token
        .as_ref()
        .is_some_and(|token| bool::from(token.expose_secret().as_bytes().ct_eq(asked.as_bytes())));
    match (query.mode.as_deref(), query.challenge) {
        (Some("subscribe"), Some(challenge)) if knows => challenge.into_response(),
        _ => {
            tracing::warn!("a webhook verification was refused: wrong mode or token");
            ApiError::new(StatusCode::FORBIDDEN, "Webhook verification failed").into_response()
        }
    }
}

async fn receive(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Result<&'static str, ApiError> {
    if let Some(secret) = &shared.webhook_secret {
        let header = headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok());
        signature::check(secret, &body, header).map_err(|error| {
            tracing::warn!(%error, bytes = body.len(), "a webhook delivery was refused");
            let code = match error {
                SignatureError::Missing => "INVALID_WEBHOOK_SIGNATURE",
                SignatureError::Mismatch => "WEBHOOK_SIGNATURE_MISMATCH",
            };
            let message = format!("Webhook signature validation failed: {error}");
            ApiError::new(StatusCode::UNAUTHORIZED, message).with("code", json!(code))
        })?;
    }
    let changes = envelope::parse(&body).map_err(|error| {
        tracing::warn!(%error, bytes = body.len(), "a webhook delivery was refused");
        ApiError::new(StatusCode::BAD_REQUEST, error.to_string()).with("code", json!("NO_ENVELOPE"))
    })?;
    for change in &changes {
        for message in &change.messages {
            let wamid = message.wamid.as_deref().unwrap_or("?");
            tracing::info!(stage = "webhook received", wamid, line = %change.line.escape_debug(), bytes = body.len());
            shared.traces.received(&change.line, wamid, now_ms());
        }
    }
    shared.ingest().deliver(body.to_vec()).await?;
    Ok("OK")
}

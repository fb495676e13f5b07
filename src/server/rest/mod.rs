//! The REST side: the reference's routes, and what an inbox needs beside them.
//!
//! A conversation is named by its 24 hex id or its composite id, everywhere. Errors are
//! `{success: false, message, error?, ...}`.

mod auth;
mod conversations;
mod desk;
pub mod errors;
mod faults;
mod media;
mod replies;
mod send;
mod team;
mod trace;

use axum::Router;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use serde_json::{Value, json};

use super::shared::Shared;
pub(in crate::server) use faults::LabDoor;
pub(in crate::server) use replies::settle_left_keys;

/// All routes but the webhook's.
pub(in crate::server) fn routes() -> Router<Shared> {
    Router::new()
        .route("/health", get(health))
        .route("/api/auth/login", post(auth::login))
        .route("/api/auth/me", get(auth::me))
        .route("/api/settings/phone-numbers", get(conversations::phone_numbers))
        .route("/api/conversations", get(conversations::list))
        .route("/api/conversations/{id}", get(conversations::one))
        .route("/api/conversations/{id}/messages", get(conversations::messages))
        .route("/api/conversations/{id}/read", patch(conversations::read))
        .route("/api/conversations/{id}/status", patch(desk::status))
        .route("/api/conversations/{id}/unread", patch(desk::unread))
        .route("/api/conversations/{id}/assign", patch(desk::assign))
        .route("/api/conversations/{id}/labels", patch(desk::label))
        .route("/api/conversations/{id}/priority", patch(desk::priority))
        .route("/api/conversations/{id}/notes", get(desk::notes).post(desk::add_note))
        .route("/api/conversations/counts", get(team::counts))
        .route("/api/labels", get(desk::all_labels))
        .route("/api/agents", get(team::agents).post(team::add_agent))
        .route("/api/canned-replies", get(team::canned_replies).post(team::put_canned_reply))
        .route("/api/canned-replies/{id}", delete(team::remove_canned_reply))
        .route("/api/templates", get(team::templates).post(team::put_template))
        .route("/api/search", get(team::search))
        .route("/api/conversations/{id}/reply", post(send::reply))
        .route("/api/messages/send", post(send::text))
        .route("/api/messages/send-template", post(send::template))
        .route("/api/trace", get(trace::last))
        .route("/api/trace/{id}", get(trace::one))
        .route("/api/faults", get(faults::list).delete(faults::clear))
        .route("/api/faults/{name}", put(faults::switch_on).delete(faults::switch_off))
        .merge(media::routes())
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
}

/// Gives what axum refuses by itself (a body that is too large, a query that cannot be read) the envelope of all
/// other errors.
pub(in crate::server) async fn in_envelope(response: Response) -> Response {
    let status = response.status();
    let plain =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !status.is_client_error() || !plain {
        return response;
    }
    let (_, body) = response.into_parts();
    let said = axum::body::to_bytes(body, 4096).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let message = if said.trim().is_empty() { status.canonical_reason().unwrap_or("Refused") } else { said.trim() };
    errors::ApiError::new(status, message).into_response()
}

async fn health() -> axum::Json<Value> {
    axum::Json(json!({ "status": "ok", "service": "switchboard", "version": env!("CARGO_PKG_VERSION") }))
}

async fn not_found(uri: Uri) -> Response {
    let body = json!({ "error": "Route not found", "path": uri.path() });
    (StatusCode::NOT_FOUND, axum::Json(body)).into_response()
}

async fn wrong_method(uri: Uri) -> Response {
    let body = json!({ "error": "Method not allowed", "path": uri.path() });
    (StatusCode::METHOD_NOT_ALLOWED, axum::Json(body)).into_response()
}

//! The REST side: the reference's routes, and what an inbox needs beside them.
//!
//! A conversation is named by its 24 hex id or its composite id, everywhere. Errors are
//! `{success: false, message, error?, ...}`.

mod auth;
mod conversations;
pub mod errors;
mod media;
mod replies;
mod send;

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use serde_json::{Value, json};

use super::shared::Shared;

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
        .route("/api/conversations/{id}/status", patch(conversations::status))
        .route("/api/conversations/{id}/reply", post(send::reply))
        .route("/api/messages/send", post(send::text))
        .route("/api/messages/send-template", post(send::template))
        .merge(media::routes())
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
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

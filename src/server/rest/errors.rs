//! The error envelope: `{success: false, message, ...}`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::server::db::DatabaseError;
use crate::server::limits::Budget;

/// A refused request.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    status: StatusCode,
    fields: Map<String, Value>,
    budget: Option<Budget>,
}

impl ApiError {
    /// An error with a message for people.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let mut fields = Map::new();
        fields.insert("success".to_owned(), Value::Bool(false));
        fields.insert("message".to_owned(), Value::String(message.into()));
        Self { status, fields, budget: None }
    }

    /// 400 with a code for programs.
    pub fn bad(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message).with("error", json!(code))
    }

    /// 422 with a code for programs: the request is well formed, but cannot be done.
    pub fn unprocessable(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message).with("error", json!(code))
    }

    /// 401: log in again.
    pub fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message).with("redirectTo", json!("/login"))
    }

    /// 404: no such conversation, or it is another account's.
    pub fn no_conversation() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Conversation not found").with("error", json!("CONVERSATION_NOT_FOUND"))
    }

    /// 429: this account has sent too much this minute.
    pub fn too_many(budget: Budget) -> Self {
        let message = format!("Too many messages sent. Please wait {} seconds before sending more.", budget.reset);
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, message)
            .with("code", json!("RATE_LIMIT_EXCEEDED"))
            .with("retryAfter", json!(budget.reset));
        error.budget = Some(budget);
        error
    }

    /// Adds a field to the body.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.fields.insert(name.to_owned(), value);
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The JSON body.
    pub fn body(&self) -> Value {
        Value::Object(self.fields.clone())
    }
}

impl From<DatabaseError> for ApiError {
    fn from(error: DatabaseError) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The server's database failed; see the server's log")
            .with("error", json!("INTERNAL_SERVER_ERROR"))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.body())).into_response();
        if let Some(budget) = self.budget {
            put_budget(&mut response, budget);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(budget.reset));
        }
        response
    }
}

/// The `RateLimit-*` headers.
pub fn put_budget(response: &mut Response, budget: Budget) {
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&format!("{};w=60", budget.limit)) {
        headers.insert("ratelimit-policy", policy);
    }
    headers.insert("ratelimit-limit", HeaderValue::from(budget.limit));
    headers.insert("ratelimit-remaining", HeaderValue::from(budget.remaining));
    headers.insert("ratelimit-reset", HeaderValue::from(budget.reset));
}

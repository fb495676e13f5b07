//! Answering a send once: the `Idempotency-Key` header, and the rate limit's headers.

use std::future::Future;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::errors::{ApiError, put_budget};
use crate::server::db::accounts::Agent;
use crate::server::db::answers::Claim;
use crate::server::db::{Database, DatabaseError};
use crate::server::limits::Budget;
use crate::server::shared::Shared;

/// A successful send.
pub(super) struct Answer {
    pub body: Value,
    pub budget: Option<Budget>,
}

/// Does the work, or, if a request with the same `Idempotency-Key` was answered before, gives that answer again with
/// the header `Idempotent-Replayed: true`. An error before anything was sent leaves the key free.
///
/// The work is told the key. It goes on when whoever asked goes away, and its answer is kept for when they ask again.
pub(super) async fn once<W: Future<Output = Result<Answer, ApiError>> + Send + 'static>(
    shared: &Shared,
    agent: &Agent,
    headers: &HeaderMap,
    work: impl FnOnce(Option<String>) -> W,
) -> Response {
    match claim(shared, agent, headers).await {
        Err(error) => error.into_response(),
        Ok(Key::None) => respond(work(None).await),
        Ok(Key::Answered(response)) => response,
        Ok(Key::Mine(key)) => {
            let (db, account, work) = (shared.db.clone(), agent.account_id.clone(), work(Some(key.clone())));
            let whole = tokio::spawn(async move {
                let done = work.await;
                let kept = match &done {
                    Ok(answer) => Some((StatusCode::OK, answer.body.clone())),
                    Err(error) => was_sent(error).then(|| (error.status(), error.body())),
                };
                let kept = kept.map(|(status, body)| (status.as_u16(), body.to_string()));
                let kept = kept.as_ref().map(|(status, body)| (*status, body.as_str()));
                if let Err(error) = db.answer_key(&account, &key, kept).await {
                    tracing::error!(%error, "an answer could not be kept for its Idempotency-Key");
                }
                done
            });
            whole.await.map_or_else(|_| interrupted().into_response(), respond)
        }
    }
}

/// The answer to a request whose work was broken off when the channel had the message, or may have had it.
pub(super) fn interrupted() -> ApiError {
    let message = "Sending this was broken off: whether the customer has it is not known";
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, message).with("error", json!("SEND_INTERRUPTED"))
}

/// Settles the keys that a killed server left. To be called before any request is answered.
pub(in crate::server) async fn settle_left_keys(db: &Database) -> Result<(), DatabaseError> {
    let answer = interrupted();
    db.settle_left_keys(answer.status().as_u16(), &answer.body().to_string()).await
}

enum Key {
    None,
    Mine(String),
    Answered(Response),
}

async fn claim(shared: &Shared, agent: &Agent, headers: &HeaderMap) -> Result<Key, ApiError> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(Key::None) };
    let key = key.to_str().ok().filter(|key| (1..=200).contains(&key.len()));
    let key =
        key.ok_or_else(|| ApiError::bad("INVALID_IDEMPOTENCY_KEY", "Idempotency-Key must have 1 to 200 letters"))?;
    match shared.db.claim_key(&agent.account_id, key).await? {
        Claim::Mine => Ok(Key::Mine(key.to_owned())),
        Claim::Busy => {
            let message = "A request with this Idempotency-Key is being worked on";
            Err(ApiError::new(StatusCode::CONFLICT, message).with("error", json!("IDEMPOTENCY_KEY_BUSY")))
        }
        Claim::Answered(status, body) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let body: Value = serde_json::from_str(&body).unwrap_or_default();
            let mut response = (status, Json(body)).into_response();
            response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
            Ok(Key::Answered(response))
        }
    }
}

/// Whether the channel had the message before the error, or may have had it.
fn was_sent(error: &ApiError) -> bool {
    let body = error.body();
    matches!(
        body.get("error").and_then(Value::as_str),
        Some("MESSAGE_SEND_ERROR" | "REPLY_FAILED" | "SEND_INTERRUPTED")
    )
}

fn respond(done: Result<Answer, ApiError>) -> Response {
    match done {
        Ok(answer) => {
            let mut response = Json(answer.body).into_response();
            if let Some(budget) = answer.budget {
                put_budget(&mut response, budget);
            }
            response
        }
        Err(error) => error.into_response(),
    }
}

//! Around all routes: what a request meets first, and its answer last.

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use serde_json::Value;

use super::answers::Asked;
use super::lab::Lab;
use super::wires::WireTag;

/// An answer that is longer is not changed.
const LONGEST: usize = 64 * 1024 * 1024;

/// The way to the control routes, which no fault may bar.
const CONTROL: &str = "/api/faults";

/// Lets a request through, with the faults that are on.
pub(in crate::server) async fn door(State(lab): State<Lab>, mut request: Request, next: Next) -> Response {
    let active = lab.active();
    if active.is_empty() || request.uri().path().starts_with(CONTROL) {
        return next.run(request).await;
    }
    let asked = Asked { method: request.method().clone(), path: request.uri().path().to_owned() };
    let mut refused = None;
    for hook in active.iter().filter_map(|(fault, _)| fault.hooks.request) {
        refused = hook(&lab, &mut request);
        if refused.is_some() {
            break;
        }
    }
    let mut response = match refused {
        Some(refusal) => refusal,
        None => next.run(request).await,
    };
    let answers: Vec<_> = active.iter().filter_map(|(fault, value)| Some((fault.hooks.answer?, *value))).collect();
    if !answers.is_empty() && asked.path.starts_with("/api/") {
        response =
            changed(response, |answer| answers.iter().for_each(|(hook, value)| hook(&lab, *value, &asked, answer)))
                .await;
    }
    for (hook, value) in active.iter().filter_map(|(fault, value)| Some((fault.hooks.headers?, *value))) {
        hook(value, response.headers_mut());
    }
    response
}

/// Notes which connections carry a WebSocket, whether or not a fault is on: one may be switched on later.
pub(in crate::server) async fn reach(State(lab): State<Lab>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/socket.io/")
        && request.headers().contains_key(header::UPGRADE)
        && let Some(ConnectInfo(tag)) = request.extensions().get::<ConnectInfo<WireTag>>()
    {
        lab.wires().carries_sockets(tag);
    }
    next.run(request).await
}

/// The answer with its JSON changed, if it has any.
async fn changed(response: Response, change: impl FnOnce(&mut Value)) -> Response {
    let json = response.headers().get(header::CONTENT_TYPE);
    if !json.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, LONGEST).await.unwrap_or_default();
    let Ok(mut answer) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    change(&mut answer);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(answer.to_string()))
}

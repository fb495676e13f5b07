//! What becomes of a request before a route sees it, and of the headers of its answer.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::OTHER_PATH;
use super::lab::Lab;
use crate::server::rest::errors::ApiError;

/// Where Socket.IO is reached.
const SOCKETS: &str = "/socket.io/";

fn is_socket(request: &Request) -> bool {
    request.uri().path().starts_with(SOCKETS)
}

pub(super) fn expired(_: &Lab, request: &mut Request) -> Option<Response> {
    let path = request.uri().path();
    let open = ["/api/auth/login", "/api/webhooks/"].iter().any(|open| path.starts_with(open));
    if !path.starts_with("/api/") || open || request.method() == Method::OPTIONS {
        return None;
    }
    Some(ApiError::unauthorized("Invalid or expired token. Please login again.").into_response())
}

pub(super) fn no_websocket(_: &Lab, request: &mut Request) -> Option<Response> {
    let upgrade = request.headers().contains_key(header::UPGRADE);
    let page = "<html><head><title>400 Bad Request</title></head><body><h1>Bad Request</h1></body></html>";
    (is_socket(request) && upgrade)
        .then(|| (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "text/html")], page).into_response())
}

pub(super) fn other_path(_: &Lab, request: &mut Request) -> Option<Response> {
    if is_socket(request) {
        let body = json!({ "error": "Route not found", "path": request.uri().path() });
        return Some((StatusCode::NOT_FOUND, axum::Json(body)).into_response());
    }
    if let Some(rest) = request.uri().path_and_query().and_then(|path| path.as_str().strip_prefix(OTHER_PATH)) {
        redirect(request, &format!("{SOCKETS}{rest}"));
    }
    None
}

pub(super) fn protocol(_: &Lab, request: &mut Request) -> Option<Response> {
    let body = json!({ "code": 5, "message": "Unsupported protocol version" });
    is_socket(request).then(|| (StatusCode::BAD_REQUEST, axum::Json(body)).into_response())
}

/// A number in a path becomes the id that it stands for.
pub(super) fn numeric(lab: &Lab, request: &mut Request) -> Option<Response> {
    let whole = request.uri().path_and_query()?.as_str().to_owned();
    let (path, query) = whole.split_once('?').map_or((whole.as_str(), None), |(path, query)| (path, Some(query)));
    let named = |part: &str| part.parse::<u64>().ok().and_then(|number| lab.id_of(number));
    let path: Vec<String> = path.split('/').map(|part| named(part).unwrap_or_else(|| part.to_owned())).collect();
    let query = query.map(|query| {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) => format!("{name}={}", named(value).unwrap_or_else(|| value.to_owned())),
            None => pair.to_owned(),
        });
        pairs.collect::<Vec<_>>().join("&")
    });
    let path = path.join("/");
    redirect(request, &query.map_or_else(|| path.clone(), |query| format!("{path}?{query}")));
    None
}

fn redirect(request: &mut Request, to: &str) {
    let mut parts = request.uri().clone().into_parts();
    if let Ok(path) = to.parse() {
        parts.path_and_query = Some(path);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
}

pub(super) fn no_preflight(_: &Lab, request: &mut Request) -> Option<Response> {
    (request.method() == Method::OPTIONS).then(|| StatusCode::METHOD_NOT_ALLOWED.into_response())
}

pub(super) fn no_cors(_: u64, headers: &mut HeaderMap) {
    let cors: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
    for name in cors {
        headers.remove(name);
    }
}

pub(super) fn skew(seconds: u64, headers: &mut HeaderMap) {
    let ahead = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or_default());
    let Ok(at) = Timestamp::now().checked_add(ahead) else { return };
    let date = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        headers.insert(header::DATE, date);
    }
}

//! Files: sending one, and fetching what a customer or an agent sent.

use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::auth::Caller;
use super::conversations::find;
use super::errors::ApiError;
use super::replies::{Answer, once};
use super::send::{LONGEST_TEXT, as_reply_failure, check_window, conversation_to, dispatch, wamid_of};
use crate::server::channel::{MediaKind, MediaSource, OutboundContent};
use crate::server::db::accounts::Agent;
use crate::server::db::conversations::Conversation;
use crate::server::db::{now_ms, oid};
use crate::server::sending::Draft;
use crate::server::shared::Shared;

/// The longest caption, in characters.
const LONGEST_CAPTION: usize = 1024;

/// A document may have 100 MB; the rest of the form has a little room beside it.
const LARGEST_FORM: usize = 101 * 1024 * 1024;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/messages/send-media", post(send).layer(DefaultBodyLimit::max(LARGEST_FORM)))
        .route("/api/conversations/{id}/media", post(reply).layer(DefaultBodyLimit::max(LARGEST_FORM)))
        .route("/api/media/limits", get(limits))
        .route("/api/media/{id}", get(fetch))
}

#[derive(Default)]
struct Form {
    file: Option<Upload>,
    to: Option<String>,
    line: Option<String>,
    caption: Option<String>,
    reply_to: Option<String>,
}

async fn send(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    headers: HeaderMap,
    multipart: Multipart,
) -> Response {
    once(&shared.clone(), &agent.clone(), &headers, |key| async move {
        let mut form = read_form(multipart).await?;
        let (Some(file), Some(to)) = (form.file.take(), form.to.take()) else {
            let required = json!(["file", "recipientPhone"]);
            return Err(ApiError::bad("MISSING_FIELDS", "Missing required fields: file and recipientPhone")
                .with("required", required));
        };
        let conversation = conversation_to(&shared, &agent, &to, form.line.as_deref()).await?;
        send_file(&shared, &agent, &conversation, (file, form), key).await
    })
    .await
}

/// As a reply in a conversation, within the service window only.
async fn reply(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    multipart: Multipart,
) -> Response {
    once(&shared.clone(), &agent.clone(), &headers, |key| async move {
        let conversation = find(&shared, &agent, &id).await?;
        check_window(&conversation)?;
        let mut form = read_form(multipart).await?;
        let Some(file) = form.file.take() else {
            return Err(
                ApiError::bad("MISSING_FIELDS", "Missing required field: file").with("required", json!(["file"]))
            );
        };
        send_file(&shared, &agent, &conversation, (file, form), key).await.map_err(as_reply_failure)
    })
    .await
}

/// Media type, name and bytes of an upload.
type Upload = (String, Option<String>, Bytes);

async fn send_file(
    shared: &Shared,
    agent: &Agent,
    conversation: &Conversation,
    ((mime, filename, bytes), form): (Upload, Form),
    key: Option<String>,
) -> Result<Answer, ApiError> {
    if form.caption.as_ref().is_some_and(|caption| caption.chars().count() > LONGEST_CAPTION) {
        let message = format!("The caption is longer than {LONGEST_CAPTION} characters");
        return Err(ApiError::unprocessable("CAPTION_TOO_LONG", message));
    }
    let kind = MediaKind::of_mime(&mime);
    let id = oid::new(now_ms());
    shared.db.store_media(&agent.account_id, &id, &mime, filename.as_deref(), &bytes).await?;
    let source = MediaSource::Bytes(bytes);
    let content = OutboundContent::Media { kind, mime, filename: filename.clone(), caption: form.caption, source };
    let context = wamid_of(shared, agent, form.reply_to).await?;
    let draft = Draft { content, filled: None, media_id: Some(id), context, key };
    let (sent, budget) = dispatch(shared, agent, conversation, draft).await?;
    let body = json!({
        "success": true,
        "message": "Media message sent successfully",
        "data": {
            "success": true,
            "messageId": sent.id,
            "waMessageId": sent.wamid,
            "mediaType": kind.as_str(),
            "filename": filename,
        },
    });
    Ok(Answer { body, budget })
}

/// What WhatsApp takes, for who wants to know before an upload.
async fn limits(Caller(_): Caller) -> Json<Value> {
    let kinds = [MediaKind::Image, MediaKind::Video, MediaKind::Audio, MediaKind::Document, MediaKind::Sticker];
    let rows: Vec<Value> =
        kinds.iter().map(|kind| json!({ "mediaType": kind.as_str(), "maxBytes": kind.limit() })).collect();
    Json(json!({ "success": true, "limits": rows, "maxCaption": LONGEST_CAPTION, "maxText": LONGEST_TEXT }))
}

async fn read_form(mut multipart: Multipart) -> Result<Form, ApiError> {
    let mut form = Form::default();
    while let Some(field) = multipart.next_field().await.map_err(bad_form)? {
        match field.name() {
            Some("file") => form.file = Some(read_file(field).await?),
            Some("recipientPhone") => form.to = Some(field.text().await.map_err(bad_form)?),
            Some("phoneNumberId") => form.line = Some(field.text().await.map_err(bad_form)?),
            Some("caption") => form.caption = Some(field.text().await.map_err(bad_form)?),
            Some("replyTo") => form.reply_to = Some(field.text().await.map_err(bad_form)?),
            _ => {}
        }
    }
    form.line = form.line.filter(|line| !line.is_empty());
    form.caption = form.caption.filter(|caption| !caption.is_empty());
    form.reply_to = form.reply_to.filter(|wamid| !wamid.is_empty());
    Ok(form)
}

/// Media type, name and bytes; reading stops where WhatsApp's limit for the kind is passed.
async fn read_file(mut field: Field<'_>) -> Result<Upload, ApiError> {
    let mime = field.content_type().unwrap_or("application/octet-stream").to_owned();
    let filename = field.file_name().map(str::to_owned).filter(|name| !name.is_empty());
    let kind = MediaKind::of_mime(&mime);
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(bad_form)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > kind.limit() {
            let message =
                format!("The {} is larger than WhatsApp takes: {} KB at most", kind.as_str(), kind.limit() / 1024);
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, message).with("error", json!("FILE_TOO_LARGE")));
        }
    }
    if bytes.is_empty() {
        return Err(ApiError::unprocessable("EMPTY_FILE", "The file is empty"));
    }
    Ok((mime, filename, bytes.into()))
}

fn bad_form(error: MultipartError) -> ApiError {
    let code = if error.status() == StatusCode::PAYLOAD_TOO_LARGE { "FILE_TOO_LARGE" } else { "INVALID_FORM" };
    ApiError::new(error.status(), error.body_text()).with("error", json!(code))
}

async fn fetch(
    State(shared): State<Shared>,
    Caller(agent): Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let not_found = || ApiError::new(StatusCode::NOT_FOUND, "Media not found").with("error", json!("MEDIA_NOT_FOUND"));
    let media = match shared.db.sent_media(&agent.account_id, &id).await? {
        Some(media) => media,
        None if shared.db.owns_media(&agent.account_id, &id).await? => {
            shared.channel.fetch_media(&id).await.map_err(|error| {
                tracing::warn!(media = %id, error = %error.text().escape_debug(), "a file could not be fetched");
                ApiError::new(StatusCode::BAD_GATEWAY, "The file could not be fetched from WhatsApp")
                    .with("error", json!("MEDIA_FETCH_ERROR"))
                    .with("details", json!(error.text()))
            })?
        }
        None => return Err(not_found()),
    };
    // A customer chose the bytes: a browser must neither guess their type nor run them.
    let headers = [
        (header::CONTENT_TYPE, media.mime),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_owned()),
        (header::CACHE_CONTROL, "private, max-age=86400".to_owned()),
    ];
    Ok((headers, media.bytes).into_response())
}

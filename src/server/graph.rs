//! The WhatsApp Cloud API (Graph API) as a channel.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::channel::{Channel, ChannelError, FetchedMedia, MediaKind, MediaSource, Outbound, OutboundContent};

/// The longest that one request may take: uploads of 100 MB are among them.
const PATIENCE: Duration = Duration::from_secs(120);

/// The largest file that is fetched: the largest that WhatsApp carries.
const LARGEST: usize = MediaKind::Document.limit();

/// How the Cloud API is reached.
#[derive(Debug, Clone)]
pub struct GraphConfig {
    /// `https://graph.facebook.com`, or what stands in for it.
    pub base_url: String,
    /// The API version, `v23.0`.
    pub version: String,
    /// The access token of the WhatsApp business account.
    pub token: SecretString,
}

impl GraphConfig {
    /// The public API, with this token.
    pub fn new(token: SecretString) -> Self {
        Self { base_url: "https://graph.facebook.com".to_owned(), version: "v23.0".to_owned(), token }
    }
}

/// The Cloud API.
pub struct GraphChannel {
    client: Client,
    root: String,
    token: SecretString,
}

impl GraphChannel {
    /// A channel; nothing is asked of the API yet.
    pub fn new(config: GraphConfig) -> Result<Self, ChannelError> {
        // reqwest is built without a crypto provider of its own; only the first call installs this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(PATIENCE)
            .connect_timeout(Duration::from_secs(10))
            .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| not_reached("the HTTPS client cannot be built", &error))?;
        let root = format!("{}/{}", config.base_url.trim_end_matches('/'), config.version.trim_matches('/'));
        Ok(Self { client, root, token: config.token })
    }

    async fn post(&self, line: &str, body: &Value) -> Result<Value, ChannelError> {
        let request = self.client.post(format!("{}/{line}/messages", self.root)).json(body);
        self.ask(request).await
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Value, ChannelError> {
        let response = request
            .bearer_auth(self.token.expose_secret())
            .send()
            .await
            .map_err(|error| not_reached("WhatsApp cannot be reached", &error))?;
        let status = response.status();
        let body = response.bytes().await.map_err(|error| not_reached("WhatsApp's answer broke off", &error))?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        match answer.get("error") {
            Some(error) => Err(refusal(error)),
            None if !status.is_success() => {
                let message = format!("WhatsApp answered {status}");
                Err(ChannelError { code: None, message, details: None })
            }
            None => Ok(answer),
        }
    }

    async fn upload(
        &self,
        line: &str,
        mime: &str,
        filename: Option<&str>,
        bytes: Bytes,
    ) -> Result<String, ChannelError> {
        let part = Part::stream(bytes).file_name(filename.unwrap_or("file").to_owned());
        let part = part.mime_str(mime).map_err(|error| not_reached("the file's media type is not valid", &error))?;
        let form = Form::new().text("messaging_product", "whatsapp").text("type", mime.to_owned()).part("file", part);
        let answer = self.ask(self.client.post(format!("{}/{line}/media", self.root)).multipart(form)).await?;
        string(&answer, "/id")
    }

    async fn deliver(&self, message: Outbound) -> Result<String, ChannelError> {
        let part = match message.content {
            OutboundContent::Text { body } => json!({ "type": "text", "text": { "body": body } }),
            OutboundContent::Template { name, language, params } => template(&name, &language, &params),
            OutboundContent::Reaction { wamid, emoji } => {
                json!({ "type": "reaction", "reaction": { "message_id": wamid, "emoji": emoji } })
            }
            OutboundContent::Media { kind, mime, filename, caption, source } => {
                let mut media = match source {
                    MediaSource::Link(link) => json!({ "link": link }),
                    MediaSource::Bytes(bytes) => {
                        json!({ "id": self.upload(&message.line, &mime, filename.as_deref(), bytes).await? })
                    }
                };
                // WhatsApp refuses captions of sounds and stickers, and names of anything but documents.
                if let (Some(caption), false) = (caption, matches!(kind, MediaKind::Audio | MediaKind::Sticker)) {
                    put(&mut media, "caption", caption.into());
                }
                if let (Some(filename), MediaKind::Document) = (filename, kind) {
                    put(&mut media, "filename", filename.into());
                }
                let mut part = json!({ "type": kind.as_str() });
                put(&mut part, kind.as_str(), media);
                part
            }
        };
        let answer = self.post(&message.line, &envelope(&message.to, message.context.as_deref(), part)).await?;
        string(&answer, "/messages/0/id")
    }

    async fn fetch(&self, id: &str) -> Result<FetchedMedia, ChannelError> {
        let answer = self.ask(self.client.get(format!("{}/{id}", self.root))).await?;
        let mime = string(&answer, "/mime_type").unwrap_or_else(|_| "application/octet-stream".to_owned());
        let request = self.client.get(string(&answer, "/url")?).bearer_auth(self.token.expose_secret());
        let mut response = request.send().await.map_err(|error| not_reached("the file cannot be fetched", &error))?;
        if !response.status().is_success() {
            let message = format!("the file cannot be fetched: WhatsApp answered {}", response.status());
            return Err(ChannelError { code: None, message, details: None });
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| not_reached("the file broke off", &error))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LARGEST {
                let message = format!("the file is larger than {LARGEST} bytes");
                return Err(ChannelError { code: None, message, details: None });
            }
        }
        Ok(FetchedMedia { bytes: bytes.into(), mime })
    }
}

impl Channel for GraphChannel {
    fn send(&self, message: Outbound) -> BoxFuture<'_, Result<String, ChannelError>> {
        Box::pin(self.deliver(message))
    }

    fn fetch_media<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<FetchedMedia, ChannelError>> {
        Box::pin(self.fetch(id))
    }

    fn mark_read<'a>(&'a self, line: &'a str, wamid: &'a str) -> BoxFuture<'a, Result<(), ChannelError>> {
        Box::pin(async move {
            let body = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": wamid });
            self.post(line, &body).await.map(drop)
        })
    }

    fn typing<'a>(&'a self, line: &'a str, wamid: &'a str) -> BoxFuture<'a, Result<(), ChannelError>> {
        Box::pin(async move {
            let body = json!({
                "messaging_product": "whatsapp",
                "status": "read",
                "message_id": wamid,
                "typing_indicator": { "type": "text" },
            });
            self.post(line, &body).await.map(drop)
        })
    }
}

/// The fields that every message has; `to` is a phone, `recipient` a business-scoped user id.
fn envelope(to: &str, context: Option<&str>, part: Value) -> Value {
    let mut body = json!({ "messaging_product": "whatsapp", "recipient_type": "individual" });
    let is_phone = to.bytes().all(|byte| byte.is_ascii_digit());
    put(&mut body, if is_phone { "to" } else { "recipient" }, to.into());
    if let Some(wamid) = context {
        put(&mut body, "context", json!({ "message_id": wamid }));
    }
    if let (Some(body), Value::Object(part)) = (body.as_object_mut(), part) {
        body.extend(part);
    }
    body
}

fn template(name: &str, language: &str, params: &[String]) -> Value {
    let mut template = json!({ "name": name, "language": { "code": language } });
    if !params.is_empty() {
        let params: Vec<Value> = params.iter().map(|text| json!({ "type": "text", "text": text })).collect();
        put(&mut template, "components", json!([{ "type": "body", "parameters": params }]));
    }
    json!({ "type": "template", "template": template })
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

fn string(answer: &Value, pointer: &str) -> Result<String, ChannelError> {
    let found = answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| ChannelError {
        code: None,
        message: format!("WhatsApp's answer has no {pointer}; whether it did what was asked is not known"),
        details: None,
    })
}

fn refusal(error: &Value) -> ChannelError {
    let text = |pointer: &str| error.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    ChannelError {
        code: error.get("code").and_then(Value::as_i64),
        message: text("/message").unwrap_or_else(|| "WhatsApp refused the message".to_owned()),
        details: text("/error_data/details"),
    }
}

/// An error of the HTTP client, without the address: it may carry a signature.
fn not_reached(what: &str, error: &(dyn std::error::Error + 'static)) -> ChannelError {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    ChannelError { code: None, message: format!("{what}: {cause}"), details: None }
}

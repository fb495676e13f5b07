//! Single attempts beside a session, for a diagnosis: a socket of its own, a request as a browser would make it, a
//! delivery to the webhook.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::BackendConfig;
use super::http::{Ask, Http, secret_header};
use super::live::{Dialled, dial};
use super::report::{MishapKind, RestError};
use super::rest;
use super::tls::Tls;
use super::token::TokenCell;
use crate::config::Transport;
use crate::socketio::{Connection, Incoming};
use crate::text::Clean;
use crate::wire::{Credential, Emission, Request};

/// How long an answer to a trial's join is waited for.
const ANSWER: Duration = Duration::from_secs(2);

/// Tries things with one backend.
#[derive(Debug)]
pub struct Trials {
    config: Arc<BackendConfig>,
    token: TokenCell,
    tls: Arc<Tls>,
    http: Http,
}

/// What came back, whatever its status.
#[derive(Clone, Debug)]
pub struct Looked {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: bytes::Bytes,
}

impl Trials {
    /// Nothing is tried yet.
    pub fn new(config: BackendConfig) -> Self {
        let tls: Arc<Tls> = Arc::default();
        let token = TokenCell::new(config.token.clone());
        let http = Http::new(config.profile.clone(), config.limits.clone(), Arc::clone(&tls));
        Self { config: Arc::new(config), token, tls, http }
    }

    /// Connects a socket of its own, by one transport alone.
    ///
    /// # Errors
    /// What kind of failure, and in words.
    pub async fn socket(&self, transport: Transport) -> Result<TrialSocket, (MishapKind, Clean)> {
        let mut config = BackendConfig::clone(&self.config);
        config.profile.transport = transport;
        match dial(&config, &self.token, &self.tls, None).await {
            Ok(dialled) => Ok(TrialSocket { connection: Dialled::into_connection(dialled) }),
            Err(error) => Err((error.kind(), Clean::line(&error.to_string()))),
        }
    }

    /// Asks for a path below the profile's address, without the token.
    ///
    /// # Errors
    /// No answer came.
    pub async fn get(&self, path: &str) -> Result<Looked, RestError> {
        let request = Request::get("a trial", path);
        let standing = self.config.dialect.standing_headers();
        self.exchange(rest::ask(&self.config.profile.url, path, &request, &standing, &Credential::None)?).await
    }

    /// Asks for an address with these headers and nothing else: as a browser's preflight does.
    ///
    /// # Errors
    /// No answer came.
    pub async fn look(&self, method: &str, url: Url, headers: &[(&str, &str)]) -> Result<Looked, RestError> {
        let named = headers.iter().filter_map(|(name, value)| {
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
        });
        let headers = HeaderMap::from_iter(named);
        let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
        self.exchange(Ask { what: "a trial", method, url, headers, body: None }).await
    }

    /// Posts a delivery to the webhook, with the value of `X-Hub-Signature-256` where there is one.
    ///
    /// # Errors
    /// No answer came.
    pub async fn deliver(&self, url: Url, body: String, signature: Option<&str>) -> Result<Looked, RestError> {
        let mut headers = HeaderMap::new();
        let name = HeaderName::from_static("x-hub-signature-256");
        headers.extend(signature.and_then(secret_header).map(|value| (name, value)));
        self.exchange(Ask { what: "a test delivery", method: Method::POST, url, headers, body: Some(body) }).await
    }

    async fn exchange(&self, ask: Ask) -> Result<Looked, RestError> {
        let answer = self.http.exchange(ask).await?;
        Ok(Looked { status: answer.status.as_u16(), headers: answer.headers, body: answer.body })
    }
}

/// A socket of a trial, in its namespace. Dropping it closes it.
#[derive(Debug)]
pub struct TrialSocket {
    connection: Connection,
}

impl TrialSocket {
    /// Emits a join; whether the server answered it, and not with a refusal.
    pub async fn join(&self, emission: &Emission) -> bool {
        let emitter = &self.connection.emitter;
        if !emission.ack {
            let _ = emitter.try_emit(&emission.event, &emission.args);
            return false;
        }
        match emitter.emit_with_ack(&emission.event, &emission.args, ANSWER).await {
            Ok(args) => emission.answer(args.whole()).is_ok(),
            Err(_) => false,
        }
    }

    /// The next event: its name and its packet; `None` when the connection has ended.
    pub async fn next(&mut self) -> Option<(Clean, String)> {
        loop {
            match self.connection.events.next().await? {
                Incoming::Event(event) => {
                    return Some((Clean::line(&event.name), event.args.whole().to_owned()));
                }
                Incoming::Closed(_) => return None,
                _ => {}
            }
        }
    }
}

//! One HTTP exchange, with a deadline for each stage, a bound on the body, and every failure in words. Knows nothing of
//! chat: what an answer means is read by the dialect, in [`super::rest`].

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, StatusCode};
use secrecy::ExposeSecret as _;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use url::Url;

use super::report::RestError;
use super::tls::Tls;
use crate::config::{Profile, check_url, is_loopback};
use crate::socketio;
use crate::text::Clean;
use crate::wire::DecodeError;

/// How long the stages of an exchange may take, and how much may come back.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Name look-up, TCP and TLS.
    pub connect: Duration,
    /// From there to the head of the answer.
    pub answer: Duration,
    /// Between two pieces of the body.
    pub silence: Duration,
    /// For the whole body.
    pub body: Duration,
    /// The largest body in bytes, after decompression.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(20),
            silence: Duration::from_secs(10),
            body: Duration::from_secs(60),
            bytes: 64 * 1024 * 1024,
        }
    }
}

/// The reference closes idle connections after 5 s: ours are given up before it does.
const POOL_IDLE: Duration = Duration::from_secs(3);
/// So many redirects within one origin are followed.
const REDIRECTS: usize = 5;

/// What is asked of the backend. Not to be shown: the address may carry the token.
#[derive(Clone)]
pub(super) struct Ask {
    /// In a few words, for errors: "the list", "a send".
    pub what: &'static str,
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    /// JSON text.
    pub body: Option<String>,
}

impl Ask {
    /// Whether asking twice does no more than asking once.
    pub fn is_read(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }
}

/// What came back: any status, the whole body.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    /// From `Retry-After`.
    pub retry_after: Option<Duration>,
    /// Whether the content type says JSON.
    pub json: bool,
    /// The content type, for words.
    pub content_type: String,
    /// The values of `Set-Cookie`.
    pub cookies: Vec<HeaderValue>,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// From the request to the last byte.
    pub took: Duration,
}

impl Answer {
    /// The value of a cookie that the answer sets.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.iter().filter_map(|value| value.to_str().ok()).find_map(|set| {
            let (cookie, _) = set.split_once(';').unwrap_or((set, ""));
            let (found, value) = cookie.split_once('=')?;
            (found.trim() == name).then(|| value.trim().to_owned())
        })
    }
}

/// The client of one profile.
#[derive(Debug)]
pub(super) struct Http {
    profile: Profile,
    limits: Limits,
    tls: Arc<Tls>,
    client: OnceCell<Client>,
}

impl Http {
    pub fn new(profile: Profile, limits: Limits, tls: Arc<Tls>) -> Self {
        Self { profile, limits, tls, client: OnceCell::new() }
    }

    /// Asks once. A request that may have reached the backend is never sent a second time.
    pub async fn exchange(&self, ask: Ask) -> Result<Answer, RestError> {
        let client = self.client.get_or_try_init(|| self.connectable()).await?;
        let started = Instant::now();
        let mut url = ask.url.clone();
        for _ in 0..=REDIRECTS {
            let response = self.head(client, &ask, &url).await?;
            if !response.status().is_redirection() || response.status() == StatusCode::NOT_MODIFIED {
                return self.body(&ask, response, started).await;
            }
            url = redirected(&ask, &url, &response)?;
        }
        Err(refused_redirect(StatusCode::LOOP_DETECTED, format!("{}: more than {REDIRECTS} redirects", ask.what)))
    }

    /// Posts a form, once. Whoever asks watches over the time.
    pub async fn post_form(&self, ask: &Ask, form: reqwest::multipart::Form) -> Result<Answer, RestError> {
        let client = self.client.get_or_try_init(|| self.connectable()).await?;
        let started = Instant::now();
        let request = client.request(ask.method.clone(), ask.url.clone()).headers(ask.headers.clone()).multipart(form);
        let response = request.send().await.map_err(|error| unreachable(&ask.url, &error))?;
        if response.status().is_redirection() {
            redirected(ask, &ask.url, &response)?;
        }
        self.body(ask, response, started).await
    }

    /// The head of an answer; redirects are not followed.
    pub async fn get(&self, ask: &Ask) -> Result<reqwest::Response, RestError> {
        let client = self.client.get_or_try_init(|| self.connectable()).await?;
        self.head(client, ask, &ask.url).await
    }

    async fn connectable(&self) -> Result<Client, RestError> {
        check_url(&self.profile.url, self.profile.allow_plain_http).map_err(never_sent)?;
        let tls = self.tls.get(&self.profile).await.map_err(never_sent)?;
        client(&self.profile, self.limits.connect, rustls::ClientConfig::clone(&tls)).map_err(never_sent)
    }

    async fn head(&self, client: &Client, ask: &Ask, url: &Url) -> Result<reqwest::Response, RestError> {
        let mut request = client.request(ask.method.clone(), url.clone()).headers(ask.headers.clone());
        if let Some(body) = &ask.body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        let longest = self.limits.connect + self.limits.answer;
        match timeout(longest, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(unreachable(url, &error)),
            Err(_) => Err(broken(format!("no answer within {} s", longest.as_secs()))),
        }
    }

    async fn body(&self, ask: &Ask, mut response: reqwest::Response, started: Instant) -> Result<Answer, RestError> {
        let limit = self.limits.bytes;
        let status = response.status();
        let text = |name: HeaderName| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let retry_after = retry_after(&text(header::RETRY_AFTER), Timestamp::now());
        let content_type = text(header::CONTENT_TYPE);
        let cookies = response.headers().get_all(header::SET_COOKIE).iter().cloned().collect();
        let headers = response.headers().clone();
        let reading = async {
            let mut body = BytesMut::new();
            loop {
                let piece = timeout(self.limits.silence, response.chunk()).await;
                let silence = || format!("the answer stopped for {} s", self.limits.silence.as_secs());
                match piece.map_err(|_| broken(silence()))? {
                    Ok(Some(piece)) if body.len() + piece.len() > limit => {
                        let problem = format!("the answer is larger than {limit} bytes");
                        return Err(unreadable(ask.what, problem));
                    }
                    Ok(Some(piece)) => body.extend_from_slice(&piece),
                    Ok(None) => return Ok(body.freeze()),
                    Err(error) => return Err(broken(format!("the answer broke off: {}", innermost(&error)))),
                }
            }
        };
        let late = || broken(format!("the answer was not whole after {} s", self.limits.body.as_secs()));
        let body = timeout(self.limits.body, reading).await.map_err(|_| late())??;
        let json = is_json(&content_type);
        Ok(Answer { status, retry_after, json, content_type, cookies, headers, body, took: started.elapsed() })
    }
}

/// A reqwest client as this product needs it.
fn client(profile: &Profile, connect: Duration, tls: rustls::ClientConfig) -> Result<Client, String> {
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")))
        .default_headers(extra_headers(profile)?)
        .connect_timeout(connect)
        .pool_idle_timeout(POOL_IDLE)
        .tcp_nodelay(true)
        .referer(false)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never());
    builder = match &profile.proxy {
        _ if is_loopback(&profile.url) => builder.no_proxy(),
        Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy.clone()).map_err(|error| in_words(&error))?),
        None => builder,
    };
    builder.build().map_err(|error| in_words(&error))
}

/// The profile's own headers. They are treated as secrets.
pub(super) fn extra_headers(profile: &Profile) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in &profile.headers {
        let bad = || format!("the header `{name}` of the profile has a character that HTTP does not allow");
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        headers.insert(key, secret_header(value.expose_secret()).ok_or_else(bad)?);
    }
    Ok(headers)
}

/// A header value that no debug output shows.
pub(super) fn secret_header(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The request certainly never reached the backend.
pub(super) fn never_sent(reason: String) -> RestError {
    RestError::Unreachable { reason: Clean::line(&reason), before_sending: true }
}

/// The request may have reached the backend, and no whole answer came.
pub(super) fn broken(reason: String) -> RestError {
    RestError::Unreachable { reason: Clean::line(&reason), before_sending: false }
}

/// The answer came and is not what was expected.
pub(super) fn unreadable(what: &str, problem: String) -> RestError {
    RestError::Unreadable(DecodeError { what: what.to_owned(), pointer: String::new(), problem })
}

fn refused_redirect(status: StatusCode, reason: String) -> RestError {
    RestError::Refused { status: status.as_u16(), code: None, reason: Clean::line(&reason), retry_after: None }
}

/// Where a redirect within the origin leads. One to elsewhere is refused: the token goes to no other server; and what
/// is not a read is not sent again.
fn redirected(ask: &Ask, from: &Url, response: &reqwest::Response) -> Result<Url, RestError> {
    let status = response.status();
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let Some(to) = location.and_then(|location| from.join(location).ok()) else {
        return Err(refused_redirect(status, format!("{}: redirected, but not to an address", ask.what)));
    };
    let (here, there) = (from.origin().ascii_serialization(), to.origin().ascii_serialization());
    if here != there {
        let reason = format!(
            "{}: {here} redirects to {there}; the token is not sent there. If that is the backend, set it as the \
             profile's `url`",
            ask.what
        );
        return Err(refused_redirect(status, reason));
    }
    if !ask.is_read() {
        let reason = format!("{}: redirected to {}; correct the path in the dialect", ask.what, to.path());
        return Err(refused_redirect(status, reason));
    }
    Ok(to)
}

/// Why a request could not be sent, or got no head of an answer.
fn unreachable(url: &Url, error: &reqwest::Error) -> RestError {
    let host = url.host_str().unwrap_or_default();
    let place = url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let cause = innermost(error);
    if error.is_connect() || error.is_builder() {
        let cause = if error.is_timeout() { "no connection in time".to_owned() } else { cause };
        return never_sent(format!("cannot reach {place}: {cause}"));
    }
    broken(format!("{place} did not answer: {cause}"))
}

/// What the system said at the bottom of an error, without the address (queries may carry secrets).
fn innermost(error: &reqwest::Error) -> String {
    error.source().map_or_else(|| "the request failed".to_owned(), socketio::tls::innermost_words)
}

/// A builder's error with its cause.
fn in_words(error: &reqwest::Error) -> String {
    format!("the HTTP client cannot be built: {}", innermost(error))
}

/// `application/json`, `application/problem+json`, whatever their parameters.
fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.ends_with("+json") || kind == "text/json"
}

/// `Retry-After` in either form: seconds, or a date.
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value.trim()).ok()?;
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_in_both_forms() {
        let now: Timestamp = "2026-11-22T11:00:00Z".parse().unwrap();
        assert_eq!(retry_after("59", now), Some(Duration::from_secs(59)));
        assert_eq!(retry_after("Sun, 22 Nov 2026 11:01:00 GMT", now), Some(Duration::from_secs(60)));
        assert_eq!(retry_after("Sun, 22 Nov 2026 10:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("", now), None);
    }

    #[test]
    fn json_by_any_name() {
        for yes in ["application/json", "application/json; charset=utf-8", "Application/Problem+JSON"] {
            assert!(is_json(yes), "{yes}");
        }
        for no in ["text/html; charset=utf-8", "", "application/octet-stream"] {
            assert!(!is_json(no), "{no}");
        }
    }

    #[test]
    fn headers_of_a_profile_are_secret() {
        let mut profile = Profile::new("http://localhost".parse().unwrap());
        profile.headers.insert("x-api-key".to_owned(), "k3y".into());
        let headers = extra_headers(&profile).unwrap();
        assert_eq!(headers.get("x-api-key").map(HeaderValue::as_bytes), Some(&b"k3y"[..]));
        assert!(!format!("{headers:?}").contains("k3y"));
    }
}

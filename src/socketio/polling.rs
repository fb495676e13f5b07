//! The HTTP long-polling transport: one GET after the other for what comes, one POST at a time for what goes.

use std::{
    collections::VecDeque,
    error::Error as _,
    fmt::Write as _,
    io, mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::{Buf, Bytes, BytesMut};
use futures_util::Stream;
use memchr::memchr;
use reqwest::{Client, Response, header};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use url::Url;

use super::{
    engine::{Handshake, SEPARATOR},
    error::{CloseReason, ConnectError, Stage, cause, causes},
    incoming::Transport,
    target::{Deadline, Target},
    tls,
    transport::Frame,
    websocket::{BODY, excerpt},
};

/// Servers close idle keep-alive connections, Node after 5 s; a request must not meet that moment.
const IDLE: Duration = Duration::from_secs(3);

/// Packets wait for the POST in flight up to this many bytes; then the emitter waits.
const WAITING: usize = 64 * 1024;

type Boxed<T> = Pin<Box<dyn Future<Output = Result<T, CloseReason>> + Send>>;

/// A polling session. It owns its requests: dropping it ends them.
pub(super) struct Polling {
    client: Client,
    url: Url,
    receiving: Receiving,
    sending: Option<Boxed<()>>,
    waiting: VecDeque<String>,
    waiting_bytes: usize,
    /// The most that one POST may carry, by what the server says.
    max_post: usize,
    max_payload: usize,
    patience: Duration,
    paused: bool,
}

enum Receiving {
    Idle,
    Asking(Boxed<Response>),
    Reading(Body),
}

/// A body on its way, cut at the separators as it comes.
struct Body {
    stream: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>,
    buffer: BytesMut,
    searched: usize,
    ended: bool,
}

impl Polling {
    /// Makes the first poll; its body begins with the open packet.
    pub async fn open(target: &Target, deadline: Deadline) -> Result<Self, ConnectError> {
        let client = client(target)?;
        let url = target.url(Transport::Polling, None);
        let first = async { client.get(url.clone()).send().await.map_err(|error| failed(error, target)) };
        let response = deadline.within(Stage::Polling, first).await?;
        let receiving = match deadline.within(Stage::Polling, async { Ok(accepted(response).await) }).await? {
            Ok(response) => Receiving::Reading(Body::new(response)),
            Err(CloseReason::Http { status, body }) => return Err(ConnectError::Http { status, body }),
            Err(reason) => return Err(ConnectError::Ended { stage: Stage::Polling, reason }),
        };
        Ok(Self {
            client,
            url,
            receiving,
            sending: None,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            max_post: WAITING,
            max_payload: target.max_payload,
            patience: Duration::from_secs(60),
            paused: false,
        })
    }

    /// Goes on with the session that the server has opened.
    pub fn begin(&mut self, target: &Target, handshake: &Handshake) {
        self.url = target.url(Transport::Polling, Some(&handshake.sid));
        self.max_post = handshake.max_payload.unwrap_or(WAITING);
        // Longer than the watchdog of the session waits: this is for a server that pings and answers no POST.
        self.patience = 2 * (handshake.ping_interval() + handshake.ping_timeout());
    }

    /// Sends no more polls: the session is about to be upgraded.
    pub fn pause(&mut self) {
        self.paused = true;
    }

    /// Whether no request is under way.
    pub fn is_idle(&self) -> bool {
        matches!(self.receiving, Receiving::Idle) && self.sending.is_none() && self.waiting.is_empty()
    }

    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Frame, CloseReason>> {
        loop {
            match &mut self.receiving {
                Receiving::Idle if self.paused => return Poll::Pending,
                Receiving::Idle => {
                    let request = self.client.get(self.url.clone()).send();
                    self.receiving = Receiving::Asking(Box::pin(async move {
                        accepted(request.await.map_err(|error| CloseReason::Io(describe(error)))?).await
                    }));
                }
                Receiving::Asking(request) => {
                    let response = ready!(request.as_mut().poll(cx))?;
                    self.receiving = Receiving::Reading(Body::new(response));
                }
                Receiving::Reading(body) => match ready!(body.poll_packet(cx, self.max_payload)) {
                    Some(packet) => return Poll::Ready(packet.map(frame)),
                    None => self.receiving = Receiving::Idle,
                },
            }
        }
    }

    pub fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        if self.waiting_bytes < WAITING {
            return Poll::Ready(Ok(()));
        }
        self.poll_flush(cx)
    }

    /// Takes a packet; it leaves with the next POST.
    pub fn start_send(&mut self, frame: &Frame) {
        let packet = match frame {
            Frame::Text(text) => text.as_str().to_owned(),
            Frame::Binary(bytes) => format!("b{}", BASE64_STANDARD.encode(bytes)),
        };
        self.waiting_bytes += packet.len() + 1;
        self.waiting.push_back(packet);
    }

    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        loop {
            if let Some(request) = &mut self.sending {
                ready!(request.as_mut().poll(cx))?;
                self.sending = None;
            }
            let Some(body) = self.next_post() else { return Poll::Ready(Ok(())) };
            let request = self.client.post(self.url.clone()).header(header::CONTENT_TYPE, "text/plain;charset=UTF-8");
            let request = request.timeout(self.patience).body(body).send();
            self.sending = Some(Box::pin(async move {
                let response = request.await.map_err(|error| CloseReason::Io(describe(error)))?;
                // Read to its end ("ok"), so that the connection can be used again.
                beginning(accepted(response).await?).await;
                Ok(())
            }));
        }
    }

    /// Joins as many waiting packets as the server takes at once.
    fn next_post(&mut self) -> Option<String> {
        let mut body = self.waiting.pop_front()?;
        while let Some(packet) = self.waiting.front() {
            if body.len() + 1 + packet.len() > self.max_post {
                break;
            }
            body.push(char::from(SEPARATOR));
            body.push_str(packet);
            self.waiting.pop_front();
        }
        self.waiting_bytes = self.waiting.iter().map(|packet| packet.len() + 1).sum();
        Some(body)
    }
}

impl Body {
    fn new(response: Response) -> Self {
        Self { stream: Box::pin(response.bytes_stream()), buffer: BytesMut::new(), searched: 0, ended: false }
    }

    /// The next packet of the body, `None` at its end.
    fn poll_packet(&mut self, cx: &mut Context<'_>, limit: usize) -> Poll<Option<Result<Bytes, CloseReason>>> {
        loop {
            let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
            if let Some(found) = memchr(SEPARATOR, unsearched) {
                let packet = self.buffer.split_to(self.searched + found).freeze();
                self.buffer.advance(1);
                self.searched = 0;
                return Poll::Ready(Some(Ok(packet)));
            }
            self.searched = self.buffer.len();
            if self.buffer.len() > limit {
                let words = format!("the server sent a polled packet of more than {limit} bytes");
                return Poll::Ready(Some(Err(CloseReason::Protocol(words))));
            }
            if self.ended {
                self.searched = 0;
                let packet = mem::take(&mut self.buffer).freeze();
                return Poll::Ready((!packet.is_empty()).then_some(Ok(packet)));
            }
            match ready!(self.stream.as_mut().poll_next(cx)) {
                Some(Ok(chunk)) => self.buffer.extend_from_slice(&chunk),
                Some(Err(error)) => return Poll::Ready(Some(Err(CloseReason::Io(describe(error))))),
                None => self.ended = true,
            }
        }
    }
}

/// A polled packet as any transport would carry it. Bad base64 stays text, which the next layer names as malformed.
fn frame(packet: Bytes) -> Frame {
    if let Some(encoded) = packet.strip_prefix(b"b")
        && let Ok(bytes) = BASE64_STANDARD.decode(encoded)
    {
        return Frame::Binary(bytes.into());
    }
    match Utf8Bytes::try_from(packet.clone()) {
        Ok(text) => Frame::Text(text),
        Err(_) => Frame::text(String::from_utf8_lossy(&packet).into_owned()),
    }
}

fn client(target: &Target) -> Result<Client, ConnectError> {
    let unusable = |error: String| ConnectError::Config(format!("no HTTP client can be made: {error}"));
    let tls = match &target.tls {
        Some(config) => rustls::ClientConfig::clone(config),
        None => tls::none().map_err(|error| unusable(error.to_string()))?,
    };
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
        .default_headers(target.headers.clone());
    let builder = match &target.proxy {
        Some(proxy) => builder.proxy(proxy.for_http()?),
        None => builder.no_proxy(),
    };
    builder.build().map_err(|error| unusable(describe(error)))
}

/// A response with status 200, or why not.
async fn accepted(response: Response) -> Result<Response, CloseReason> {
    let status = response.status().as_u16();
    match status {
        200 => Ok(response),
        _ => Err(CloseReason::Http { status, body: excerpt(&beginning(response).await) }),
    }
}

/// The beginning of a short body; a long one is not read to its end.
async fn beginning(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < BODY {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    body
}

/// An error with its causes, and without the URL, whose query may carry a token.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let _ = write!(words, ": {inner}");
        cause = inner.source();
    }
    words
}

/// Why the first poll got no answer.
fn failed(error: reqwest::Error, target: &Target) -> ConnectError {
    let connecting = error.is_connect();
    if let Some(error) = cause(&error) {
        return ConnectError::Tls { host: target.address.host.clone(), reason: tls::rustls_words(error) };
    }
    let innermost = causes(&error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last();
    let kind = innermost.map_or(io::ErrorKind::Other, io::Error::kind);
    let words = describe(error);
    match &target.proxy {
        Some(proxy) if connecting => proxy.refuses(words),
        None if connecting => {
            ConnectError::Unreachable { target: target.authority(), source: io::Error::new(kind, words) }
        }
        _ => ConnectError::Ended { stage: Stage::Polling, reason: CloseReason::Io(words) },
    }
}

//! The WebSocket transport.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::{Sink, Stream};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        error::{CapacityError, ProtocolError},
        protocol::WebSocketConfig,
    },
};

use super::{
    dial::{self, Socket},
    error::{CloseReason, ConnectError, Stage},
    incoming::Transport,
    target::{Deadline, Target},
    transport::Frame,
};

/// How much of a refusal's body is kept.
pub(super) const BODY: usize = 1024;

/// A WebSocket that carries Engine.IO packets.
pub(super) struct Websocket {
    stream: WebSocketStream<Socket>,
}

impl Websocket {
    /// Opens a WebSocket; with `sid` to upgrade an existing session.
    pub async fn open(target: &Target, sid: Option<&str>, deadline: Deadline) -> Result<Self, ConnectError> {
        let mut url = target.url(Transport::Websocket, sid);
        let scheme = if target.tls.is_some() { "wss" } else { "ws" };
        let _ = url.set_scheme(scheme);
        let mut request = url.as_str().into_client_request().map_err(|error| failed(error, target))?;
        for (name, value) in &target.headers {
            request.headers_mut().append(name, value.clone());
        }
        let mut config = WebSocketConfig::default();
        config.max_message_size = Some(target.max_payload);
        config.max_frame_size = Some(target.max_payload);
        let socket = dial::open(target, deadline).await?;
        let handshake = async {
            client_async_with_config(request, socket, Some(config)).await.map_err(|error| failed(error, target))
        };
        let (stream, _) = deadline.within(Stage::Websocket, handshake).await?;
        Ok(Self { stream })
    }

    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Frame, CloseReason>> {
        loop {
            let message = ready!(Pin::new(&mut self.stream).poll_next(cx));
            return Poll::Ready(match message {
                Some(Ok(Message::Text(text))) => Ok(Frame::Text(text)),
                Some(Ok(Message::Binary(bytes))) => Ok(Frame::Binary(bytes)),
                Some(Ok(Message::Close(frame))) => {
                    // The answer to the close frame is queued; let it go if it can.
                    let _ = self.poll_flush(cx);
                    Err(CloseReason::TransportClose {
                        code: frame.as_ref().map(|frame| frame.code.into()),
                        reason: frame.map(|frame| frame.reason.to_string()).unwrap_or_default(),
                    })
                }
                // tungstenite answers pings by itself.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Err(error)) => Err(broken(error)),
                None => Err(CloseReason::TransportClose { code: None, reason: String::new() }),
            });
        }
    }

    pub fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        Pin::new(&mut self.stream).poll_ready(cx).map_err(broken)
    }

    pub fn start_send(&mut self, frame: Frame) -> Result<(), CloseReason> {
        let message = match frame {
            Frame::Text(text) => Message::Text(text),
            Frame::Binary(bytes) => Message::Binary(bytes),
        };
        Pin::new(&mut self.stream).start_send(message).map_err(broken)
    }

    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        Pin::new(&mut self.stream).poll_flush(cx).map_err(broken)
    }

    pub fn start_close(&mut self) -> Result<(), CloseReason> {
        Pin::new(&mut self.stream).start_send(Message::Close(None)).map_err(broken)
    }
}

/// How an open WebSocket broke.
fn broken(error: Error) -> CloseReason {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => {
            CloseReason::TransportClose { code: None, reason: String::new() }
        }
        Error::Io(error) => CloseReason::Io(error.to_string()),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            CloseReason::Io("the server ended it without a word".to_owned())
        }
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
            CloseReason::Protocol(format!("the server sent a message of {size} bytes; at most {max_size} are accepted"))
        }
        other => CloseReason::Protocol(format!("the server broke the WebSocket protocol: {other}")),
    }
}

/// Why no WebSocket was opened.
fn failed(error: Error, target: &Target) -> ConnectError {
    match error {
        Error::Http(response) => ConnectError::WebsocketRefused {
            status: response.status().as_u16(),
            body: excerpt(response.body().as_deref().unwrap_or_default()),
        },
        Error::Url(_) | Error::HttpFormat(_) | Error::Utf8(_) => {
            // The request itself: its parts may be secret, so the error is not quoted.
            ConnectError::Config("the URL, the query or a header cannot be written as an HTTP request".to_owned())
        }
        Error::Protocol(
            error @ (ProtocolError::HttparseError(_)
            | ProtocolError::WrongHttpVersion
            | ProtocolError::MissingConnectionUpgradeHeader
            | ProtocolError::MissingUpgradeWebSocketHeader
            | ProtocolError::SecWebSocketAcceptKeyMismatch),
        ) => ConnectError::Protocol(format!("what answers at {} is no WebSocket server: {error}", target.authority())),
        other => ConnectError::Ended { stage: Stage::Websocket, reason: broken(other) },
    }
}

/// The beginning of a body as one line of text.
pub(super) fn excerpt(body: &[u8]) -> String {
    let body = body.get(..BODY).unwrap_or(body);
    String::from_utf8_lossy(body).split_whitespace().collect::<Vec<_>>().join(" ")
}

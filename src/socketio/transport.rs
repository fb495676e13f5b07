//! What the two transports have in common.

use std::task::{Context, Poll};

use bytes::Bytes;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{error::CloseReason, incoming::Transport, polling::Polling, websocket::Websocket};

/// An Engine.IO packet as a transport carries it.
#[derive(Debug, Clone)]
pub(super) enum Frame {
    /// Begins with the packet type.
    Text(Utf8Bytes),
    /// A binary message, without a type.
    Binary(Bytes),
}

impl Frame {
    pub fn text(text: impl Into<Utf8Bytes>) -> Self {
        Self::Text(text.into())
    }

    /// Its bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }
}

/// The transport in use.
pub(super) enum Link {
    Websocket(Box<Websocket>),
    Polling(Box<Polling>),
}

impl Link {
    pub fn kind(&self) -> Transport {
        match self {
            Self::Websocket(_) => Transport::Websocket,
            Self::Polling(_) => Transport::Polling,
        }
    }

    /// The next packet. An error is the end of the transport.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Frame, CloseReason>> {
        match self {
            Self::Websocket(websocket) => websocket.poll_next(cx),
            Self::Polling(polling) => polling.poll_next(cx),
        }
    }

    /// Ready when another packet may be sent.
    pub fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        match self {
            Self::Websocket(websocket) => websocket.poll_ready(cx),
            Self::Polling(polling) => polling.poll_ready(cx),
        }
    }

    /// Takes a packet to send, after [`Link::poll_ready`].
    pub fn start_send(&mut self, frame: Frame) -> Result<(), CloseReason> {
        match self {
            Self::Websocket(websocket) => websocket.start_send(frame),
            Self::Polling(polling) => {
                polling.start_send(&frame);
                Ok(())
            }
        }
    }

    /// Ready when all that was taken has left.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        match self {
            Self::Websocket(websocket) => websocket.poll_flush(cx),
            Self::Polling(polling) => polling.poll_flush(cx),
        }
    }

    /// Takes leave of the server on this transport, after the last packet.
    pub fn start_close(&mut self) -> Result<(), CloseReason> {
        match self {
            Self::Websocket(websocket) => websocket.start_close(),
            Self::Polling(polling) => {
                polling.start_send(&Frame::text("1"));
                Ok(())
            }
        }
    }
}

//! Moving a polling session to a WebSocket.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use super::{
    engine,
    error::{CloseReason, ConnectError, Stage},
    target::{Deadline, Target},
    transport::{Frame, Link},
    websocket::Websocket,
};

type Probe = Pin<Box<dyn Future<Output = Result<Websocket, ConnectError>> + Send>>;

/// How far the upgrade is. It fails quietly: polling goes on.
pub(super) enum Upgrade {
    /// None is wanted, or it is over.
    None,
    /// A WebSocket is being opened and tried.
    Probing(Probe),
    /// It works; the polls under way are being waited for, and nothing is written meanwhile.
    Pausing(Box<Websocket>),
}

impl Upgrade {
    /// Begins to open and try a WebSocket for the session.
    pub fn begin(target: Target, sid: String, patience: Duration) -> Self {
        Self::Probing(Box::pin(async move {
            let deadline = Deadline::after(patience);
            let mut websocket = Websocket::open(&target, Some(&sid), deadline).await?;
            deadline.within(Stage::Open, probe(&mut websocket)).await?;
            Ok(websocket)
        }))
    }

    /// Whether the transport must not be written to.
    pub fn pausing(&self) -> bool {
        matches!(self, Self::Pausing(_))
    }

    /// Goes on as far as possible; `true` when `link` has become the WebSocket.
    pub fn poll(&mut self, link: &mut Link, cx: &mut Context<'_>) -> Result<bool, CloseReason> {
        if let Self::Probing(probe) = self {
            match probe.as_mut().poll(cx) {
                Poll::Pending => return Ok(false),
                Poll::Ready(Err(error)) => {
                    tracing::debug!(%error, "no upgrade to WebSocket");
                    *self = Self::None;
                }
                Poll::Ready(Ok(websocket)) => {
                    *self = Self::Pausing(Box::new(websocket));
                    // From here on a full queue no longer stops the reading.
                    cx.waker().wake_by_ref();
                }
            }
        }
        let Link::Polling(polling) = link else { return Ok(false) };
        if !self.pausing() {
            return Ok(false);
        }
        polling.pause();
        if !polling.is_idle() {
            return Ok(false);
        }
        if let Self::Pausing(mut websocket) = std::mem::replace(self, Self::None) {
            websocket.start_send(Frame::text("5"))?;
            *link = Link::Websocket(websocket);
        }
        Ok(true)
    }
}

/// Sends a probe and waits for its answer.
async fn probe(websocket: &mut Websocket) -> Result<(), ConnectError> {
    let ended = |reason| ConnectError::Ended { stage: Stage::Open, reason };
    websocket.start_send(Frame::text("2probe")).map_err(ended)?;
    poll_fn(|cx| websocket.poll_flush(cx)).await.map_err(ended)?;
    match poll_fn(|cx| websocket.poll_next(cx)).await.map_err(ended)? {
        Frame::Text(text) if engine::decode(&text) == Ok(engine::Packet::Pong("probe")) => Ok(()),
        _ => Err(ConnectError::Protocol("the server answered the probe with something else".to_owned())),
    }
}

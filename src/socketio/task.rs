//! The one task that owns the transport of an established connection.

use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{
    assembly::{Assembly, Complete},
    emitter::{Command, Commands},
    engine,
    error::{CloseReason, PacketError},
    incoming::{AckId, Event, Incoming},
    packet::{self, Body},
    queue::Producer,
    transport::{Frame, Link},
    upgrade::Upgrade,
};

/// So many packets are read before others on the same thread have their turn.
const BATCH: usize = 256;

/// How long a polite end may take.
const LEAVE: Duration = Duration::from_secs(1);

/// What the handshake hands over.
pub(super) struct Session {
    pub link: Link,
    pub assembly: Assembly,
    /// Packets that came before the connection was complete.
    pub early: VecDeque<Frame>,
    pub upgrade: Upgrade,
    pub ping_interval: Duration,
    pub ping_timeout: Duration,
}

/// Reads, writes, answers pings and keeps the times of one connection. See the module's documentation for when it
/// reads and what it drops.
pub(super) struct Task {
    session: Session,
    queue: Producer,
    commands: Commands,
    timer: Pin<Box<Sleep>>,
    /// What the timer is set to.
    armed: Instant,
    /// When the last ping came.
    pinged: Instant,
    /// When anything last came.
    heard: Instant,
    /// The answer that the last ping waits for. Only the last one counts: a flood of pings costs no memory.
    pong: Option<String>,
    /// Attachments of the packet that was sent last.
    attachments: VecDeque<Bytes>,
    /// Something was handed to the transport and has perhaps not left.
    unflushed: bool,
    /// Every emitter is gone.
    mute: bool,
    leaving: Option<Leaving>,
}

/// A polite end under way.
struct Leaving {
    until: Instant,
    /// Our leave has been handed to the transport.
    said: bool,
}

impl Task {
    pub fn new(session: Session, queue: Producer, commands: Commands) -> Self {
        let now = Instant::now();
        let armed = now + session.ping_interval + session.ping_timeout;
        Self {
            session,
            queue,
            commands,
            timer: Box::pin(sleep_until(armed)),
            armed,
            pinged: now,
            heard: now,
            pong: None,
            attachments: VecDeque::new(),
            unflushed: false,
            mute: false,
            leaving: None,
        }
    }

    /// Runs until the connection ends, whoever ends it.
    pub async fn run(mut self) {
        let reason = poll_fn(|cx| self.poll(cx)).await;
        tracing::debug!(%reason, "connection ended");
        let Self { session, queue, commands, .. } = self;
        // The descriptors first: whoever hears of the end may count on it.
        drop(session);
        drop(commands);
        queue.close(reason);
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<CloseReason> {
        if !self.queue.begin(cx) {
            self.abandon(cx);
            return Poll::Ready(CloseReason::Local);
        }
        let ended = self.advance(cx);
        self.queue.commit();
        match ended {
            Ok(()) => Poll::Pending,
            Err(reason) => Poll::Ready(reason),
        }
    }

    /// One round of everything; an error is the end.
    fn advance(&mut self, cx: &mut Context<'_>) -> Result<(), CloseReason> {
        let mut now = Instant::now();
        let drained = self.read(cx, now)?;
        self.write(cx, now)?;
        // After both, because it waits for the end of what they have under way.
        if self.session.upgrade.poll(&mut self.session.link, cx)? {
            self.queue.always(Incoming::Upgraded(self.session.link.kind()));
            self.unflushed = true;
            cx.waker().wake_by_ref();
        }
        if !drained {
            // What has come but was not read yet may be the very ping that the timer misses.
            return Ok(());
        }
        let due = self.deadline(now);
        if due < self.armed {
            self.arm(due);
        }
        while self.timer.as_mut().poll(cx).is_ready() {
            now = Instant::now();
            self.judge(now)?;
            self.arm(self.deadline(now));
        }
        Ok(())
    }

    // Reading.

    /// Reads what is there, a batch at most. `true` if nothing more is to be read now.
    fn read(&mut self, cx: &mut Context<'_>, now: Instant) -> Result<bool, CloseReason> {
        while let Some(frame) = self.session.early.pop_front() {
            self.receive(frame, now)?;
        }
        for _ in 0..BATCH {
            if self.queue.full() && !self.queue.make_room() && self.must_wait(now) {
                return Ok(true);
            }
            match self.session.link.poll_next(cx) {
                Poll::Pending => return Ok(true),
                Poll::Ready(Ok(frame)) => {
                    self.heard = now;
                    // Whoever leaves reads only to see the end.
                    if self.leaving.is_none() {
                        self.receive(frame, now)?;
                    }
                }
                Poll::Ready(Err(reason)) => {
                    return Err(if self.leaving.is_some() { CloseReason::Local } else { reason });
                }
            }
        }
        cx.waker().wake_by_ref();
        Ok(false)
    }

    /// Whether a full queue stops the reading: never while a ping is due, an answer is awaited, or the session moves
    /// to another transport.
    fn must_wait(&self, now: Instant) -> bool {
        now < self.ping_due()
            && !self.commands.acks.awaited()
            && !self.session.upgrade.pausing()
            && self.leaving.is_none()
    }

    fn ping_due(&self) -> Instant {
        self.pinged + self.session.ping_interval
    }

    fn receive(&mut self, frame: Frame, now: Instant) -> Result<(), CloseReason> {
        match frame {
            Frame::Binary(bytes) => match self.session.assembly.binary(bytes.clone()) {
                Ok(Some(complete)) => self.deliver(complete, now)?,
                Ok(None) => {}
                Err(error) => self.malformed(bytes, error),
            },
            Frame::Text(text) => match engine::decode(&text) {
                Ok(engine::Packet::Message) => self.message(text, now)?,
                Ok(engine::Packet::Ping(payload)) if payload.len() <= engine::PING_PAYLOAD => {
                    self.pong = Some(engine::pong(payload));
                    self.pinged = now;
                    self.arm(self.deadline(now));
                    self.queue.ping(now.into_std());
                }
                Ok(engine::Packet::Close) => return Err(CloseReason::EngineClose),
                Ok(engine::Packet::Noop) => {}
                Ok(_) => self.malformed(text.into(), PacketError::EngineUnexpected),
                Err(error) => self.malformed(text.into(), error),
            },
        }
        Ok(())
    }

    fn message(&mut self, text: Utf8Bytes, now: Instant) -> Result<(), CloseReason> {
        if let Some(missing) = self.session.assembly.interrupted() {
            self.malformed(text.clone().into(), PacketError::Interrupted(missing));
        }
        match self.session.assembly.text(&text) {
            Ok(Some(Complete { body: Body::Connect(_) | Body::Refused(_), .. })) => {
                // We have joined already.
                self.malformed(text.into(), PacketError::SocketUnexpected);
            }
            Ok(Some(complete)) => self.deliver(complete, now)?,
            Ok(None) => {}
            Err(error) => self.malformed(text.into(), error),
        }
        Ok(())
    }

    fn deliver(&mut self, complete: Complete, now: Instant) -> Result<(), CloseReason> {
        let Complete { body, size } = complete;
        match body {
            Body::Event { name, args, ack } => {
                let received = now.into_std();
                let event = Event { name, args, ack: ack.map(AckId), received, bytes: size };
                self.queue.event(Incoming::Event(event), size);
            }
            Body::Ack { id, args } => self.commands.acks.resolve(id, args),
            Body::Disconnect => return Err(CloseReason::ServerDisconnect),
            Body::Connect(_) | Body::Refused(_) => {}
        }
        Ok(())
    }

    fn malformed(&mut self, bytes: Bytes, error: PacketError) {
        let size = bytes.len();
        self.queue.event(Incoming::Malformed { bytes, error }, size);
    }

    // Writing.

    /// Hands over what is to be sent as far as the transport takes it.
    fn write(&mut self, cx: &mut Context<'_>, now: Instant) -> Result<(), CloseReason> {
        let ended = self.send(cx, now);
        match &mut self.leaving {
            // The server may well be gone before our leave arrives.
            Some(_) if ended.is_err() => Err(CloseReason::Local),
            _ => ended,
        }
    }

    fn send(&mut self, cx: &mut Context<'_>, now: Instant) -> Result<(), CloseReason> {
        while !self.session.upgrade.pausing() {
            if self.session.link.poll_ready(cx)?.is_pending() {
                self.unflushed = true;
                break;
            }
            let Some(frame) = self.next_frame(cx, now)? else { break };
            self.session.link.start_send(frame)?;
            self.unflushed = true;
        }
        if self.unflushed && self.session.link.poll_flush(cx)?.is_ready() {
            self.unflushed = false;
            let said = self.leaving.as_ref().is_some_and(|leaving| leaving.said);
            if said && let Link::Polling(_) = self.session.link {
                return Err(CloseReason::Local);
            }
        }
        Ok(())
    }

    /// What goes next: a pong before all, then the attachments of the packet begun, then commands in their order.
    fn next_frame(&mut self, cx: &mut Context<'_>, now: Instant) -> Result<Option<Frame>, CloseReason> {
        if let Some(pong) = self.pong.take() {
            return Ok(Some(Frame::text(pong)));
        }
        if let Some(bytes) = self.attachments.pop_front() {
            return Ok(Some(Frame::Binary(bytes)));
        }
        match &mut self.leaving {
            Some(leaving) if leaving.said => return Ok(None),
            Some(leaving) => {
                leaving.said = true;
                self.session.link.start_close()?;
                self.unflushed = true;
                return Ok(None);
            }
            None if self.mute => return Ok(None),
            None => {}
        }
        match self.commands.receiver.poll_recv(cx) {
            Poll::Pending => Ok(None),
            Poll::Ready(None) => {
                self.mute = true;
                Ok(None)
            }
            Poll::Ready(Some(Command::Send(outgoing))) => {
                self.attachments = outgoing.binary.into();
                Ok(Some(Frame::text(outgoing.text)))
            }
            Poll::Ready(Some(Command::Disconnect)) => {
                self.leaving = Some(Leaving { until: now + LEAVE, said: false });
                Ok(Some(Frame::text(packet::disconnect(self.session.assembly.namespace()))))
            }
        }
    }

    /// The consumer is gone: takes leave as far as that needs no waiting.
    fn abandon(&mut self, cx: &mut Context<'_>) {
        let link = &mut self.session.link;
        if let Link::Websocket(_) = link
            && self.attachments.is_empty()
            && matches!(link.poll_ready(cx), Poll::Ready(Ok(())))
            && link.start_send(Frame::text(packet::disconnect(self.session.assembly.namespace()))).is_ok()
            && link.start_close().is_ok()
        {
            let _ = link.poll_flush(cx);
        }
    }

    // Time.

    fn patience(&self) -> Duration {
        self.session.ping_interval + self.session.ping_timeout
    }

    /// When the next thing is due that no frame announces.
    fn deadline(&self, now: Instant) -> Instant {
        if let Some(leaving) = &self.leaving {
            return leaving.until;
        }
        let silent = self.heard.max(self.pinged) + self.patience();
        // While reading has stopped it must go on when a ping is due.
        let resume = Some(self.ping_due()).filter(|due| self.queue.full() && now < *due);
        resume.map_or(silent, |resume| resume.min(silent))
    }

    fn arm(&mut self, at: Instant) {
        if at != self.armed {
            self.armed = at;
            self.timer.as_mut().reset(at);
        }
    }

    /// Ends what has lasted too long.
    fn judge(&mut self, now: Instant) -> Result<(), CloseReason> {
        if self.leaving.as_ref().is_some_and(|leaving| now >= leaving.until) {
            return Err(CloseReason::Local);
        }
        let silent = now.duration_since(self.heard.max(self.pinged));
        if silent >= self.patience() {
            return Err(CloseReason::PingTimeout { silent });
        }
        Ok(())
    }
}

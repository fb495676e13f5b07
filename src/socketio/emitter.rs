//! The sending half of a connection.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use serde::Serialize;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc},
    time::timeout,
};

use super::{
    acks::Acks,
    args::Args,
    error::{AckError, EmitError},
    incoming::AckId,
    packet,
};

/// How many bytes may wait to be written; a larger packet waits until it is alone.
const ROOM: u32 = 1024 * 1024;

/// What the task is asked to do.
#[derive(Debug)]
pub(super) enum Command {
    /// Send a packet and its attachments.
    Send(Outgoing),
    /// Send what came before, take leave and end.
    Disconnect,
}

/// A packet to send. It occupies its share of the room until it is handed to the transport.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub text: String,
    pub binary: Vec<Bytes>,
    pub _room: OwnedSemaphorePermit,
}

/// What the task keeps of the emitter.
#[derive(Debug)]
pub(super) struct Commands {
    pub receiver: mpsc::UnboundedReceiver<Command>,
    room: Arc<Semaphore>,
    pub acks: Arc<Acks>,
}

impl Drop for Commands {
    fn drop(&mut self) {
        // Nobody may wait for a task that has ended.
        self.room.close();
        self.receiver.close();
        self.acks.close();
    }
}

/// Sends events and answers; cheap to clone. `Ok` says that a packet is on its way, not that it arrived: only an
/// answer says that.
#[derive(Clone)]
pub struct Emitter {
    commands: mpsc::UnboundedSender<Command>,
    room: Arc<Semaphore>,
    acks: Arc<Acks>,
    namespace: Arc<str>,
    max_payload: Option<usize>,
    /// The transport carries events without attachments and answers only.
    plain: bool,
}

impl fmt::Debug for Emitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emitter").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

impl Emitter {
    pub(super) fn new(namespace: &str, max_payload: Option<usize>) -> (Self, Commands) {
        let (commands, receiver) = mpsc::unbounded_channel();
        let room = Arc::new(Semaphore::new(usize::try_from(ROOM).unwrap_or(usize::MAX)));
        let acks = Arc::new(Acks::new());
        let task = Commands { receiver, room: Arc::clone(&room), acks: Arc::clone(&acks) };
        (Self { commands, room, acks, namespace: namespace.into(), max_payload, plain: false }, task)
    }

    /// The same for a transport that carries neither attachments nor answers.
    #[cfg(feature = "rust_socketio")]
    pub(super) fn plain(self) -> Self {
        Self { plain: true, ..self }
    }

    /// Whether the transport carries answers and attachments: not [`Transport::RustSocketio`](super::Transport).
    pub fn has_answers(&self) -> bool {
        !self.plain
    }

    /// Emits an event, waiting for room if much is waiting to be written. Use [`NO_ARGS`](super::NO_ARGS) for none.
    pub async fn emit<A: Serialize>(&self, name: &str, args: &[A]) -> Result<(), EmitError> {
        self.emit_binary(name, args, Vec::new()).await
    }

    /// Emits an event at once, or fails with [`EmitError::Full`].
    pub fn try_emit<A: Serialize>(&self, name: &str, args: &[A]) -> Result<(), EmitError> {
        let text = packet::event(&self.namespace, None, name, args, 0)?;
        let room = Arc::clone(&self.room).try_acquire_many_owned(self.measure(&text, &[])?);
        let room = room.map_err(|error| match error {
            TryAcquireError::Closed => EmitError::Closed,
            TryAcquireError::NoPermits => EmitError::Full,
        })?;
        self.hand_over(text, Vec::new(), room)
    }

    /// Emits an event with binary attachments; [`placeholder`](super::placeholder)`(k)` in the arguments stands for
    /// the k-th.
    pub async fn emit_binary<A: Serialize>(&self, name: &str, args: &[A], binary: Vec<Bytes>) -> Result<(), EmitError> {
        if self.plain && !binary.is_empty() {
            return Err(EmitError::Unsupported);
        }
        let text = packet::event(&self.namespace, None, name, args, binary.len())?;
        self.send(text, binary).await
    }

    /// Emits an event and waits for the server's answer, `within` this time at most.
    pub async fn emit_with_ack<A: Serialize>(
        &self,
        name: &str,
        args: &[A],
        within: Duration,
    ) -> Result<Args, AckError> {
        self.emit_binary_with_ack(name, args, Vec::new(), within).await
    }

    /// [`Emitter::emit_binary`] and [`Emitter::emit_with_ack`] in one.
    pub async fn emit_binary_with_ack<A: Serialize>(
        &self,
        name: &str,
        args: &[A],
        binary: Vec<Bytes>,
        within: Duration,
    ) -> Result<Args, AckError> {
        if self.plain {
            return Err(AckError::Emit(EmitError::Unsupported));
        }
        let (id, answer) = self.acks.register().ok_or(AckError::Closed)?;
        let _forget = Forget { acks: &self.acks, id };
        let text = packet::event(&self.namespace, Some(id), name, args, binary.len()).map_err(AckError::Emit)?;
        let exchange = async {
            self.send(text, binary).await?;
            answer.await.map_err(|_| AckError::Closed)
        };
        timeout(within, exchange).await.unwrap_or(Err(AckError::Timeout(within)))
    }

    /// Answers an event that asked for it ([`Event::ack`](super::Event::ack)).
    pub async fn answer<A: Serialize>(&self, ack: AckId, args: &[A]) -> Result<(), EmitError> {
        self.answer_binary(ack, args, Vec::new()).await
    }

    /// [`Emitter::answer`] with binary attachments.
    pub async fn answer_binary<A: Serialize>(
        &self,
        ack: AckId,
        args: &[A],
        binary: Vec<Bytes>,
    ) -> Result<(), EmitError> {
        if self.plain {
            return Err(EmitError::Unsupported);
        }
        let text = packet::ack(&self.namespace, ack.0, args, binary.len())?;
        self.send(text, binary).await
    }

    /// Ends the connection politely: what was emitted before is sent, the server is told, and
    /// [`Incoming::Closed`](super::Incoming::Closed) follows within a second.
    pub fn disconnect(&self) {
        let _ = self.commands.send(Command::Disconnect);
    }

    /// Whether the connection has ended.
    pub fn is_closed(&self) -> bool {
        self.commands.is_closed()
    }

    async fn send(&self, text: String, binary: Vec<Bytes>) -> Result<(), EmitError> {
        let share = self.measure(&text, &binary)?;
        let room = Arc::clone(&self.room).acquire_many_owned(share).await.map_err(|_| EmitError::Closed)?;
        self.hand_over(text, binary, room)
    }

    fn hand_over(&self, text: String, binary: Vec<Bytes>, room: OwnedSemaphorePermit) -> Result<(), EmitError> {
        let outgoing = Outgoing { text, binary, _room: room };
        self.commands.send(Command::Send(outgoing)).map_err(|_| EmitError::Closed)
    }

    /// The share of the room that a packet needs, or why the server would not take it.
    fn measure(&self, text: &str, binary: &[Bytes]) -> Result<u32, EmitError> {
        if let Some(limit) = self.max_payload
            && let Some(size) = binary.iter().map(Bytes::len).chain([text.len()]).find(|size| *size > limit)
        {
            return Err(EmitError::TooLarge { size, limit });
        }
        let size = binary.iter().map(Bytes::len).fold(text.len(), usize::saturating_add);
        Ok(u32::try_from(size).unwrap_or(ROOM).clamp(1, ROOM))
    }
}

/// Takes the entry of an answer that is no longer awaited away, however the wait ends.
struct Forget<'a> {
    acks: &'a Acks,
    id: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.acks.forget(self.id);
    }
}

//! The queue between the connection's task and its consumer: bounded by number and by bytes, never waited on by the
//! task, emptied by the consumer in one go.

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Instant,
};

use super::{config::Recovery, error::CloseReason, incoming::Incoming};

/// What an item costs beside its bytes on the wire.
const OVERHEAD: usize = 256;

#[derive(Debug)]
struct State {
    items: VecDeque<Incoming>,
    bytes: usize,
    consumer: Option<Waker>,
    producer: Option<Waker>,
    /// The task has stopped reading and waits for room.
    starved: bool,
    /// The task has ended.
    closed: bool,
    /// The consumer is gone.
    abandoned: bool,
}

type Shared = Arc<Mutex<State>>;

fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// So many times the queue's size may wait where the task has to read on although the queue is full.
const SLACK: usize = 4;

/// Makes a queue that is full with `events` items or `bytes` bytes.
pub(super) fn queue(events: usize, bytes: usize, pid: Option<String>) -> (Producer, Events) {
    let shared = Arc::new(Mutex::new(State {
        items: VecDeque::new(),
        bytes: 0,
        consumer: None,
        producer: None,
        starved: false,
        closed: false,
        abandoned: false,
    }));
    let producer = Producer {
        shared: Arc::clone(&shared),
        max_events: events.max(1),
        max_bytes: bytes.max(1),
        batch: Vec::new(),
        events: 0,
        bytes: 0,
        batch_bytes: 0,
        dropped: 0,
    };
    (producer, Events { shared, taken: VecDeque::new(), recovery: pid.map(|pid| Recovery { pid, offset: None }) })
}

/// The task's end. Items are gathered in a batch and handed over under one lock.
#[derive(Debug)]
pub(super) struct Producer {
    shared: Shared,
    max_events: usize,
    max_bytes: usize,
    batch: Vec<Incoming>,
    /// What waits, the batch included.
    events: usize,
    bytes: usize,
    batch_bytes: usize,
    dropped: u64,
}

impl Producer {
    /// Begins a batch: measures the room left and has the task woken when the consumer makes room or goes.
    /// `false` if the consumer is gone.
    pub fn begin(&mut self, cx: &mut Context<'_>) -> bool {
        let shared = Arc::clone(&self.shared);
        let mut state = lock(&shared);
        state.starved = false;
        match &state.producer {
            Some(waker) if waker.will_wake(cx.waker()) => {}
            _ => state.producer = Some(cx.waker().clone()),
        }
        (self.events, self.bytes) = (state.items.len(), state.bytes);
        !state.abandoned
    }

    /// Whether reading should stop.
    pub fn full(&self) -> bool {
        self.exceeds(1)
    }

    fn exceeds(&self, times: usize) -> bool {
        self.events >= self.max_events.saturating_mul(times) || self.bytes >= self.max_bytes.saturating_mul(times)
    }

    /// Hands the batch over and measures again. If the queue is still full, the task is woken when there is room.
    pub fn make_room(&mut self) -> bool {
        self.commit();
        let shared = Arc::clone(&self.shared);
        let mut state = lock(&shared);
        (self.events, self.bytes) = (state.items.len(), state.bytes);
        state.starved = self.full();
        !state.starved
    }

    /// Adds an event of `size` bytes to the batch, or counts it as dropped if far too much waits.
    pub fn event(&mut self, item: Incoming, size: usize) {
        if self.exceeds(SLACK) {
            self.dropped += 1;
            return;
        }
        let cost = size.saturating_add(OVERHEAD);
        self.events += 1;
        self.bytes = self.bytes.saturating_add(cost);
        self.batch_bytes = self.batch_bytes.saturating_add(cost);
        self.batch.push(item);
    }

    /// Counts events that were dropped before they came here.
    #[cfg(feature = "rust_socketio")]
    pub fn missing(&mut self, events: u64) {
        if events > 0 {
            self.dropped += events;
            self.commit();
        }
    }

    /// Adds a ping unless the queue is full. It takes no room: of pings in a row only the last is kept, so that they
    /// cannot crowd events out.
    pub fn ping(&mut self, at: Instant) {
        let full = self.full();
        match self.batch.last_mut() {
            Some(Incoming::Ping { at: last }) => *last = at,
            _ if full => {}
            _ => self.batch.push(Incoming::Ping { at }),
        }
    }

    /// Adds a small item that must not be lost. Only for what happens at most once or twice in a connection.
    pub fn always(&mut self, item: Incoming) {
        self.batch.push(item);
    }

    /// Hands the batch over.
    pub fn commit(&mut self) {
        if self.batch.is_empty() && self.dropped == 0 {
            return;
        }
        let mut state = lock(&self.shared);
        state.bytes = state.bytes.saturating_add(std::mem::take(&mut self.batch_bytes));
        if let (Some(Incoming::Ping { .. }), Some(Incoming::Ping { .. })) = (state.items.back(), self.batch.first()) {
            state.items.pop_back();
        }
        state.items.extend(self.batch.drain(..));
        if self.dropped > 0 {
            // One marker for one stretch: later drops count into it while nothing follows it.
            match state.items.back_mut() {
                Some(Incoming::Overflow { dropped }) => *dropped += self.dropped,
                _ => state.items.push_back(Incoming::Overflow { dropped: self.dropped }),
            }
            self.dropped = 0;
        }
        let waker = state.consumer.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Says the last word.
    pub fn close(mut self, reason: CloseReason) {
        self.always(Incoming::Closed(reason));
        self.commit();
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        let mut state = lock(&self.shared);
        state.closed = true;
        state.producer = None;
        let waker = state.consumer.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// What comes from the server, in order. Dropping it ends the connection.
#[derive(Debug)]
pub struct Events {
    shared: Shared,
    taken: VecDeque<Incoming>,
    recovery: Option<Recovery>,
}

impl Events {
    /// The next item; `None` after [`Incoming::Closed`]. Cancel-safe: nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Incoming> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The next item if one is waiting.
    pub fn try_next(&mut self) -> Option<Incoming> {
        match self.poll_next(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(item) => item,
            Poll::Pending => None,
        }
    }

    /// [`Events::next`] for hand-written futures.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Incoming>> {
        if self.taken.is_empty() {
            let mut state = lock(&self.shared);
            if state.items.is_empty() {
                if state.closed {
                    return Poll::Ready(None);
                }
                state.consumer = Some(cx.waker().clone());
                return Poll::Pending;
            }
            std::mem::swap(&mut state.items, &mut self.taken);
            state.bytes = 0;
            let waker = if std::mem::take(&mut state.starved) { state.producer.take() } else { None };
            drop(state);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
        let item = self.taken.pop_front();
        if let (Some(recovery), Some(Incoming::Event(event))) = (&mut self.recovery, &item)
            && event.ack.is_none()
            && let Some(last) = event.args.len().checked_sub(1)
            && event.args.text(last).is_some_and(|text| text.starts_with('"'))
            && let Ok(offset) = event.args.parse(last)
        {
            // The server appends an offset to every event that it can replay; one that wants an answer it cannot.
            recovery.offset = Some(offset);
        }
        Poll::Ready(item)
    }

    /// Counts on from an earlier connection's offset.
    pub(super) fn continue_from(&mut self, offset: Option<String>) {
        if let Some(recovery) = &mut self.recovery {
            recovery.offset = offset;
        }
    }

    /// What to connect with ([`Config::recover`](super::Config::recover)) to have the events after the last one taken
    /// here replayed; `None` where the server has no connection state recovery. Still there after the end.
    pub fn recovery(&self) -> Option<Recovery> {
        self.recovery.clone()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let mut state = lock(&self.shared);
        state.abandoned = true;
        let waker = state.producer.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

//! What the socket brings: frames decoded, numbered and reported; the end of the connection and lost events acted on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;

use super::live::transport_name;
use super::report::{Frame, Report};
use super::session::Session;
use crate::chat::Evidence;
use crate::socketio::{self, CloseReason, Incoming};
use crate::wire::{DecodeError, Dialect};

/// So many items are taken before the session looks at anything else, and others on its thread have their turn: the
/// screen among them.
const BATCH: usize = 128;

/// The last number that was given to a frame in this process.
static SEQUENCE: AtomicU64 = AtomicU64::new(0);

impl Session {
    /// Handles an item, and some of those that wait behind it.
    pub(super) async fn incoming(&mut self, first: Option<Incoming>) {
        self.take_in(first).await;
        for _ in 1..BATCH {
            // After the end there is no connection, and so no item.
            let Some(item) = self.live.as_mut().and_then(|live| live.events.try_next()) else { return };
            self.take_in(Some(item)).await;
        }
        // Reports that find room never wait, and so would let nobody else in.
        tokio::task::yield_now().await;
    }

    async fn take_in(&mut self, item: Option<Incoming>) {
        match item {
            None => self.lost(&CloseReason::Io("the connection's task ended".to_owned())).await,
            Some(Incoming::Closed(reason)) => self.lost(&reason).await,
            Some(Incoming::Event(event)) => self.event(event).await,
            Some(Incoming::Ping { .. }) => self.board.session().last_frame = Some(Timestamp::now()),
            Some(Incoming::Upgraded(transport)) => {
                self.board.session().transport = Some(transport_name(transport));
            }
            Some(Incoming::Overflow { dropped }) => {
                self.reports.send(Report::Overflow { dropped }).await;
                self.catch_up();
            }
            Some(Incoming::Malformed { bytes, error }) => {
                let frame = malformed(&bytes, &error, self.board.epoch());
                self.reports.send(Report::Frame(Box::new(frame))).await;
            }
        }
    }

    async fn event(&mut self, event: socketio::Event) {
        let (frames, refetch) = frames(&self.config.dialect, &event, self.board.epoch());
        if refetch {
            self.polls.hurry();
        }
        for frame in &frames {
            self.board.session().last_frame = Some(frame.received);
            let joined = |evidence: &Evidence| self.ledger.joined(evidence.ids.iter().map(|named| &named.id));
            if frame.event.as_ref().is_ok_and(|event| event.proves_the_account(joined)) {
                self.polls.confirm();
            }
        }
        if self.ready_by.is_some() && self.config.dialect.ready_event() == Some(&*event.name) {
            self.subscribe().await;
        }
        let refused = self.config.dialect.token_refusal_event() == Some(&*event.name);
        for frame in frames {
            self.reports.send(Report::Frame(Box::new(frame))).await;
        }
        if refused {
            self.token_refused(&format!("the server refused the token by `{}`", &*event.name)).await;
        }
    }

    /// Puts an event in as if the socket had brought it.
    pub(super) async fn inject(&mut self, name: Arc<str>, raw: Arc<str>) {
        let decoded = self.config.dialect.decode_event(&name, &raw);
        let frame = Frame {
            epoch: self.board.epoch(),
            seq: next(),
            received: Timestamp::now(),
            name,
            bytes: raw.len(),
            raw,
            ack: None,
            emitted: decoded.emitted,
            event: decoded.event,
            injected: true,
        };
        self.reports.send(Report::Frame(Box::new(frame))).await;
    }
}

/// An event as it is reported, a frame for each thing that it means; and whether it asks for the list.
fn frames(dialect: &Dialect, event: &socketio::Event, epoch: u32) -> (Vec<Frame>, bool) {
    let age = event.received.elapsed();
    let now = Timestamp::now();
    let raw: Arc<str> = event.args.list().into();
    let decoded = dialect.decode_event(&event.name, &raw);
    let name: Arc<str> = Arc::from(&*event.name);
    let frame = |event_meant, bytes| Frame {
        epoch,
        seq: next(),
        received: now.checked_sub(age).unwrap_or(now),
        name: Arc::clone(&name),
        raw: Arc::clone(&raw),
        ack: event.ack.map(|ack| ack.number()),
        bytes,
        emitted: decoded.emitted,
        event: event_meant,
        injected: false,
    };
    // The bytes came once.
    let mut frames = vec![frame(decoded.event, event.bytes)];
    frames.extend(decoded.more.into_iter().map(|event| frame(event, 0)));
    (frames, decoded.refetch)
}

/// A packet that could not be understood, as an event that could not be read: it is seen in the traffic panel, with
/// its bytes.
fn malformed(bytes: &[u8], error: &socketio::PacketError, epoch: u32) -> Frame {
    let problem = DecodeError { what: "packet".to_owned(), pointer: String::new(), problem: error.to_string() };
    Frame {
        epoch,
        seq: next(),
        received: Timestamp::now(),
        name: Arc::from("(malformed packet)"),
        raw: String::from_utf8_lossy(bytes).into(),
        ack: None,
        bytes: bytes.len(),
        emitted: None,
        event: Err(problem),
        injected: false,
    }
}

fn next() -> u64 {
    SEQUENCE.fetch_add(1, Ordering::Relaxed) + 1
}

//! What the crate calls back with, brought into one order.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use futures_util::{FutureExt, future::pending};
use rust_socketio::{Event, Payload, TransportType, asynchronous::ClientBuilder};
use serde_json::Value;
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

/// What the crate has said about the connection so far.
#[derive(Debug, Default, Clone)]
pub(super) struct Signals {
    /// The namespace has been joined.
    pub joined: bool,
    /// The last error, in the crate's words.
    pub error: Option<String>,
    /// The server has disconnected this socket; the crate would keep the connection for nothing.
    pub left: bool,
    /// The transport has ended: the crate would now connect anew.
    pub ended: bool,
}

/// An event as the crate hands it over.
#[derive(Debug)]
pub(super) struct Called {
    pub name: String,
    /// `None` for a binary event.
    pub args: Option<Vec<Value>>,
    pub at: Instant,
    /// So many before it found no room.
    pub missing: u64,
}

/// The receiving end of the callbacks. Its events are bounded; a callback never waits.
pub(super) struct Heard {
    pub events: mpsc::Receiver<Called>,
    pub signals: watch::Receiver<Signals>,
    missing: Arc<AtomicU64>,
}

impl Heard {
    /// How many events found no room since the last one that did.
    pub fn missing(&self) -> u64 {
        self.missing.swap(0, Ordering::Relaxed)
    }
}

/// Where the callbacks put what they hear.
#[derive(Clone)]
struct Tell {
    events: mpsc::Sender<Called>,
    signals: Arc<watch::Sender<Signals>>,
    missing: Arc<AtomicU64>,
}

impl Tell {
    fn event(&self, name: String, args: Option<Vec<Value>>) {
        let missing = self.missing.swap(0, Ordering::Relaxed);
        if self.events.try_send(Called { name, args, at: Instant::now(), missing }).is_err() {
            self.missing.store(missing + 1, Ordering::Relaxed);
        }
    }

    fn signal(&self, change: impl FnOnce(&mut Signals)) {
        self.signals.send_modify(change);
    }

    /// A name that the crate keeps for itself: its own signal, or an event of the server's that happens to be called so.
    fn lifecycle(&self, name: &str, payload: Payload, change: impl FnOnce(&mut Signals, String)) {
        match arguments(payload) {
            Some(mut args) if matches!(args.as_slice(), [Value::String(_)]) => {
                let Some(Value::String(words)) = args.pop() else { return };
                self.signal(|signals| change(signals, words));
            }
            args => self.event(name.to_owned(), args),
        }
    }
}

fn arguments(payload: Payload) -> Option<Vec<Value>> {
    match payload {
        Payload::Text(values) => Some(values),
        _ => None,
    }
}

/// Registers everything that is listened to, with room for `room` events.
pub(super) fn register(builder: ClientBuilder, room: usize) -> (ClientBuilder, Heard) {
    let (events, hear_events) = mpsc::channel(room);
    let (signals, hear_signals) = watch::channel(Signals::default());
    let missing = Arc::new(AtomicU64::new(0));
    let tell = Tell { events, signals: Arc::new(signals), missing: Arc::clone(&missing) };
    let (open, error, close, reconnect) = (tell.clone(), tell.clone(), tell.clone(), tell.clone());
    let builder = builder
        .transport_type(TransportType::Websocket)
        // Its attempt to connect anew is the only sign of an end that comes whatever the end was.
        .reconnect(true)
        .reconnect_on_disconnect(true)
        .on_reconnect(move || {
            reconnect.signal(|signals| signals.ended = true);
            pending().boxed()
        })
        .on(Event::Connect, move |payload, _| {
            open.lifecycle("open", payload, |signals, _| signals.joined = true);
            async {}.boxed()
        })
        .on(Event::Error, move |payload, _| {
            error.lifecycle("error", payload, |signals, words| signals.error = Some(words));
            async {}.boxed()
        })
        .on(Event::Close, move |payload, _| {
            close.lifecycle("close", payload, |signals, _| signals.left = true);
            async {}.boxed()
        })
        .on_any(move |event, payload, _| {
            match (event, arguments(payload)) {
                // An event without arguments comes as a message that says the event's name.
                (Event::Message, Some(mut args)) if matches!(args.as_slice(), [Value::String(_)]) => {
                    if let Some(Value::String(name)) = args.pop() {
                        tell.event(name, Some(args));
                    }
                }
                (event, args) => tell.event(event.into(), args),
            }
            async {}.boxed()
        });
    (builder, Heard { events: hear_events, signals: hear_signals, missing })
}

//! A joined namespace, up to its end.

use std::{future::poll_fn, task::Poll, time::Duration};

use rust_socketio::{Event as Name, Payload, asynchronous::Client};
use serde_json::Value;
use tokio::{
    runtime::Handle,
    time::{interval, timeout},
};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::callbacks::{Called, Heard};
use crate::socketio::{
    emitter::{Command, Commands},
    error::{CloseReason, PacketError},
    incoming::{Event, Incoming},
    packet::{self, Body},
    queue::Producer,
};

/// How often the crate's task is looked after: when it panics, nothing else says so.
const LOOK: Duration = Duration::from_secs(2);

/// How long a polite end may take.
const LEAVE: Duration = Duration::from_secs(1);

/// So many events are taken before they are handed over.
const BATCH: usize = 256;

/// Carries events in and emitted ones out until the connection ends.
pub(super) async fn run(
    client: &Client,
    heard: &mut Heard,
    producer: &mut Producer,
    commands: &mut Commands,
    namespace: &str,
) -> CloseReason {
    tokio::select! {
        reason = read(heard, producer) => reason,
        reason = write(client, commands, namespace) => reason,
        reason = panicked() => reason,
    }
}

async fn read(heard: &mut Heard, producer: &mut Producer) -> CloseReason {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        tokio::select! {
            // What came before the end is handed over before it.
            biased;
            () = poll_fn(|cx| if producer.begin(cx) { Poll::Pending } else { Poll::Ready(()) }) => {
                return CloseReason::Local;
            }
            taken = heard.events.recv_many(&mut batch, BATCH), if !heard.events.is_empty() || !over(heard) => {
                if taken == 0 {
                    return reason(heard);
                }
                batch.drain(..).for_each(|called| deliver(called, producer));
                if heard.events.is_empty() {
                    producer.missing(heard.missing());
                }
                producer.commit();
            }
            changed = heard.signals.changed() => if changed.is_err() { return reason(heard) },
            () = std::future::ready(()), if over(heard) => return reason(heard),
        }
    }
}

fn over(heard: &Heard) -> bool {
    let said = heard.signals.borrow();
    said.left || said.ended
}

/// The crate's last word, if it had one.
fn reason(heard: &Heard) -> CloseReason {
    let said = heard.signals.borrow();
    match &said.error {
        _ if said.left => CloseReason::ServerDisconnect,
        Some(words) => CloseReason::Io(format!("rust_socketio says \"{words}\"")),
        None => CloseReason::TransportClose { code: None, reason: String::new() },
    }
}

fn deliver(called: Called, producer: &mut Producer) {
    producer.missing(called.missing);
    let Called { name, args, at, .. } = called;
    let made = args.ok_or(PacketError::Binary).and_then(|args| packet::remade(&name, &args));
    match made {
        Ok(args) => {
            let bytes = args.whole().len();
            let event = Event { name: name.into(), args, ack: None, received: at.into_std(), bytes };
            producer.event(Incoming::Event(event), bytes);
        }
        Err(error) => {
            let bytes = name.len();
            producer.event(Incoming::Malformed { bytes: name.into(), error }, bytes);
        }
    }
}

async fn write(client: &Client, commands: &mut Commands, namespace: &str) -> CloseReason {
    while let Some(command) = commands.receiver.recv().await {
        match command {
            Command::Disconnect => {
                // What it cannot say within this time it does not say.
                let _ = timeout(LEAVE, client.disconnect()).await;
                return CloseReason::Local;
            }
            Command::Send(outgoing) => {
                let Some((name, args)) = parsed(&outgoing.text, namespace) else { continue };
                if let Err(error) = client.emit(Name::Custom(name), Payload::Text(args)).await {
                    // Of an end the crate tells by itself.
                    tracing::debug!(%error, "not emitted");
                }
            }
        }
    }
    // Every emitter is gone; the events may be wanted yet.
    std::future::pending().await
}

/// The parts of a packet of our own making, as the crate wants them.
fn parsed(text: &str, namespace: &str) -> Option<(String, Vec<Value>)> {
    let packet = packet::decode(&Utf8Bytes::from(text), namespace).ok()?;
    let Body::Event { name, args, .. } = packet.body else { return None };
    let values = (0..args.len()).map(|index| args.parse(index)).collect::<Result<_, _>>().ok()?;
    Some((name.into(), values))
}

/// Returns when the crate's task is no more.
async fn panicked() -> CloseReason {
    let mut look = interval(LOOK);
    loop {
        look.tick().await;
        if Handle::current().metrics().num_alive_tasks() == 0 {
            return CloseReason::Io("the task of rust_socketio has panicked".to_owned());
        }
    }
}

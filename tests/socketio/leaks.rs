//! What is left behind: nothing.

use std::process::Command;

use serde_json::json;
use switchboard::socketio::{NO_ARGS, RUST_SOCKETIO, TransportChoice, connect};

use crate::peer::{Drive, EVERY, KINDS, PATIENCE, Server};

/// Open descriptors of this process, live tasks of this runtime, and threads that carry a connection.
fn held() -> (usize, usize, usize) {
    let descriptors = std::fs::read_dir("/proc/self/fd").unwrap().count();
    let threads = std::fs::read_dir("/proc/self/task").unwrap().filter(|thread| {
        // One that ends meanwhile has no name any more.
        let name = std::fs::read_to_string(thread.as_ref().unwrap().path().join("comm")).unwrap_or_default();
        name.trim() == RUST_SOCKETIO
    });
    (descriptors, tokio::runtime::Handle::current().metrics().num_alive_tasks(), threads.count())
}

/// Waits until no more is held than before.
async fn nothing_more_than(before: (usize, usize, usize)) {
    let settled = async {
        loop {
            let now = held();
            if now.0 <= before.0 && now.1 <= before.1 && now.2 <= before.2 {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let settled = tokio::time::timeout(PATIENCE, settled).await;
    assert!(settled.is_ok(), "before: {before:?}, after: {:?}", held());
}

#[test]
#[cfg(target_os = "linux")]
fn two_hundred_connections_leave_nothing_behind() {
    // In a process of its own, because other tests open descriptors meanwhile.
    let this = std::env::current_exe().unwrap();
    let test = "leaks::cycles_in_a_process_of_its_own";
    let run = Command::new(this).args(["--exact", test, "--ignored", "--nocapture"]).output().unwrap();
    let output = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && output.contains("1 passed"), "{output}{}", String::from_utf8_lossy(&run.stderr));
}

#[tokio::test]
#[ignore = "run by two_hundred_connections_leave_nothing_behind"]
async fn cycles_in_a_process_of_its_own() {
    let Some(server) = Server::start(json!({})).await else { return };
    // Once round first, for what is made once and kept.
    drop(server.connect(TransportChoice::Polling).await);
    let waiting = held();
    nothing_more_than((waiting.0.min(held().0), 0, 0)).await;
    let before = held();
    for cycle in 0..200 {
        let mut connection = server.connect(EVERY[cycle % EVERY.len()]).await;
        match cycle / EVERY.len() % 5 {
            // Dropped at once, perhaps in the middle of an upgrade.
            0 => {}
            1 => {
                connection.emitter.disconnect();
                connection.end().await;
            }
            2 => {
                connection.emitter.emit("end", &["disconnect"]).await.unwrap();
                connection.end().await;
            }
            // Dropped while an answer is awaited; the emitter outlives the events.
            3 => {
                let emitter = connection.emitter.clone();
                let waiting = tokio::spawn(async move { emitter.emit_with_ack("never", NO_ARGS, PATIENCE).await });
                tokio::task::yield_now().await;
                drop(connection);
                assert!(waiting.await.unwrap().is_err());
            }
            // Given up half-way.
            _ => {
                let attempt = tokio::spawn(connect(server.config(TransportChoice::Websocket)));
                tokio::task::yield_now().await;
                attempt.abort();
            }
        }
    }
    nothing_more_than(before).await;
}

#[tokio::test]
async fn a_dropped_connection_is_gone_at_the_server_too() {
    let Some(server) = Server::start(json!({})).await else { return };
    let watcher = server.connect(TransportChoice::Websocket).await;
    // A polling session ends at the server only when its pings do.
    for transport in KINDS.iter().filter(|transport| **transport != TransportChoice::Polling) {
        let dropped = server.connect(*transport).await;
        let emitter = dropped.emitter.clone();
        drop(dropped.events);
        loop {
            let connected = watcher.emitter.emit_with_ack("connected", NO_ARGS, PATIENCE).await.unwrap();
            if connected.parse::<u32>(0).unwrap() == 1 {
                break;
            }
        }
        while !emitter.is_closed() {
            tokio::task::yield_now().await;
        }
    }
}

//! Half-open connections: everything looks well and nothing arrives.

use serde_json::json;
use switchboard::socketio::{CloseReason, TransportChoice, connect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::peer::{Drive, KINDS, Server, config};

/// Forwards to `target` until it is told to freeze; from then on it takes nothing and gives nothing, and closes nothing.
async fn freezing_proxy(target: u16) -> (u16, watch::Sender<bool>) {
    let (freeze, frozen) = watch::channel(false);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
            let (client_in, client_out) = client.into_split();
            let (server_in, server_out) = server.into_split();
            tokio::spawn(forward(client_in, server_out, frozen.clone()));
            tokio::spawn(forward(server_in, client_out, frozen.clone()));
        }
    });
    (port, freeze)
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut frozen: watch::Receiver<bool>) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        tokio::select! {
            biased;
            () = async { let _ = frozen.wait_for(|frozen| *frozen).await; } => return std::future::pending().await,
            read = from.read(&mut buffer) => match read {
                Ok(0) | Err(_) => return,
                Ok(n) if to.write_all(&buffer[..n]).await.is_err() => return,
                Ok(_) => {}
            }
        }
    }
}

#[tokio::test]
async fn a_frozen_connection_is_declared_dead() {
    let options = json!({"pingInterval": 300, "pingTimeout": 300});
    let Some(server) = Server::start(options).await else { return };
    for transport in KINDS {
        let (port, freeze) = freezing_proxy(server.port).await;
        let mut connection = connect(config(port, *transport)).await.unwrap();
        connection.emitter.emit("echo", &[1, 2]).await.unwrap();
        connection.named("echo").await;
        freeze.send(true).unwrap();
        connection.emitter.emit("echo", &["into", "the void"]).await.unwrap();
        let reason = connection.end().await;
        if *transport == TransportChoice::RustSocketio {
            assert!(matches!(reason, CloseReason::Io(_)), "{reason:?}");
            continue;
        }
        assert!(matches!(reason, CloseReason::PingTimeout { .. }), "{reason:?}");
        assert!(reason.to_string().starts_with("no ping for 0."), "{reason}");
    }
}

#[tokio::test]
async fn an_idle_connection_lives_on_its_pings() {
    let options = json!({"pingInterval": 50, "pingTimeout": 10_000});
    let Some(server) = Server::start(options).await else { return };
    for transport in [TransportChoice::Websocket, TransportChoice::Polling] {
        let mut connection = server.connect(transport).await;
        for _ in 0..5 {
            let item = connection.events.next().await.unwrap();
            assert!(matches!(item, switchboard::socketio::Incoming::Ping { .. }), "{item:?}");
        }
    }
}

//! What the crate rust_socketio cannot do. Each limit is asserted, so that it is noticed when the crate gets better.

use bytes::Bytes;
use serde_json::json;
use switchboard::socketio::{
    AckError, CloseReason, ConnectError, Connection, EmitError, Incoming, NO_ARGS, Proxy, RUST_SOCKETIO_LIMITS,
    Transport, TransportChoice, connect, placeholder,
};
use tokio::io::AsyncReadExt;
use url::Url;

use crate::fake;
use crate::peer::{Drive, PATIENCE, Server, config};

const CHOICE: TransportChoice = TransportChoice::RustSocketio;

/// Makes the server send this packet (without Engine.IO's `4`).
async fn raw(connection: &Connection, packet: &str) {
    connection.emitter.emit("raw", &[packet]).await.unwrap();
}

#[tokio::test]
async fn every_limit_is_one() {
    let options = json!({"connectionStateRecovery": {"maxDisconnectionDuration": 60_000}, "pingInterval": 50});
    let Some(server) = Server::start(options).await else { return };
    for limit in RUST_SOCKETIO_LIMITS {
        let mut connection = server.connect(CHOICE).await;
        match limit {
            "texts with half an emoji" => {
                raw(&connection, r#"2["lost",{"text":"cut \ud83d"}]"#).await;
                raw(&connection, r#"2["next",1]"#).await;
                connection.named("next").await;
            }
            "answers" => {
                assert!(!connection.emitter.has_answers());
                let answer = connection.emitter.emit_with_ack("echo", &[1], PATIENCE).await;
                assert!(matches!(answer, Err(AckError::Emit(EmitError::Unsupported))), "{answer:?}");
                connection.emitter.emit("ask", &["how?"]).await.unwrap();
                assert_eq!(connection.named("question").await.ack, None);
            }
            "attachments" => {
                let sent = connection.emitter.emit_binary("echo", &[placeholder(0)], vec![Bytes::new()]).await;
                assert!(matches!(sent, Err(EmitError::Unsupported)), "{sent:?}");
                connection.emitter.emit("large_binary", &[10]).await.unwrap();
                let item = connection.item().await;
                assert!(matches!(item, Some(Incoming::Malformed { .. })), "{item:?}");
            }
            "malformed packets" => {
                raw(&connection, r#"2["x","#).await;
                let reason = connection.end().await;
                assert!(matches!(reason, CloseReason::Io(_)), "{reason:?}");
            }
            "backpressure" => backpressure(&server).await,
            // How far apart two emits are is measured by the bench; a socket that is not ours tells nobody.
            "TCP_NODELAY" => {}
            "reasons of an end" => {
                connection.emitter.emit("end", &["frame"]).await.unwrap();
                let reason = connection.end().await;
                assert!(!reason.to_string().contains("4001"), "{reason:?}");
            }
            "ids" => {
                assert_eq!((connection.info.sid.as_str(), connection.info.engine_sid.as_str()), ("", ""));
                assert_eq!(connection.info.transport, Transport::RustSocketio);
            }
            "pings" => {
                assert!(connection.info.ping_interval.is_zero());
                raw(&connection, r#"2["next",1]"#).await;
                // Not even in between.
                let next = connection.events.next().await;
                assert!(matches!(next, Some(Incoming::Event(_))), "{next:?}");
            }
            "the server's size limit" => {
                assert_eq!(connection.info.max_payload, None);
                connection.emitter.emit("echo", &["x".repeat(2_000_000)]).await.unwrap();
                connection.end().await;
            }
            "raw JSON" => {
                raw(&connection, r#"2["x",{"b":1,"a":123456789012345678901234567890}]"#).await;
                let event = connection.named("x").await;
                assert_eq!(event.args.text(0), Some(r#"{"a":1.2345678901234568e+29,"b":1}"#));
            }
            "recovery" => {
                assert!(connection.events.recovery().is_none() && !connection.info.recovered);
            }
            "polling" => polling().await,
            "proxies" => {
                let mut config = server.config(CHOICE);
                config.proxy = Proxy::Url(Url::parse("http://127.0.0.1:1").unwrap());
                let error = connect(config).await.unwrap_err();
                assert!(matches!(error, ConnectError::Proxy { .. }), "{error:?}");
            }
            other => panic!("nothing asserts the limit {other:?}"),
        }
    }
}

/// The consumer takes nothing, the server sends on, and the newest are dropped and counted.
async fn backpressure(server: &Server) {
    let mut config = server.config(CHOICE);
    config.queue = 16;
    let mut connection = connect(config).await.unwrap();
    connection.emitter.emit("burst", &[5000, 400]).await.unwrap();
    let watcher = server.connect(TransportChoice::Websocket).await;
    let missing = loop {
        // The server has its turn, and our thread its own.
        watcher.emitter.emit_with_ack("connected", NO_ARGS, PATIENCE).await.unwrap();
        match connection.item().await.unwrap() {
            Incoming::Overflow { dropped } => break dropped,
            Incoming::Event(event) => assert_eq!(&*event.name, "n", "nothing was dropped"),
            other => panic!("{other:?}"),
        }
    };
    assert!(missing > 0);
}

/// It never falls back.
async fn polling() {
    let Some(server) = Server::scripted(json!({}), json!({"upgradeRefused": true})).await else { return };
    let refused = connect(server.config(CHOICE)).await.unwrap_err();
    assert!(matches!(refused, ConnectError::WebsocketRefused { status: 403, .. }), "{refused:?}");
}

#[tokio::test]
async fn an_event_before_the_namespace_is_joined_is_kept() {
    let port = fake::websocket(&[fake::OPEN, r#"42["early",1]"#, r#"40{"sid":"s"}"#, r#"42["late",1]"#]).await;
    let mut connection = connect(config(port, CHOICE)).await.unwrap();
    connection.named("early").await;
    connection.named("late").await;
}

#[tokio::test]
async fn an_attempt_that_is_given_up_leaves_the_server() {
    let (tell, mut told) = tokio::sync::mpsc::channel(100);
    let port = fake::serve(move |mut stream| {
        let tell = tell.clone();
        async move {
            let mut buffer = [0; 1024];
            while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                tell.send("asked").await.unwrap();
            }
            tell.send("gone").await.unwrap();
        }
    })
    .await;
    let attempt = tokio::spawn(connect(config(port, CHOICE)));
    assert_eq!(told.recv().await, Some("asked"));
    attempt.abort();
    assert!(attempt.await.is_err_and(|error| error.is_cancelled()));
    let gone = async { while told.recv().await != Some("gone") {} };
    tokio::time::timeout(PATIENCE, gone).await.expect("the connection is still open");
}

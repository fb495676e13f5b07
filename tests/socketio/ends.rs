//! Every end is reported, once, with its reason.

use serde_json::json;
use switchboard::socketio::{AckError, CloseReason, Incoming, NO_ARGS, TransportChoice, connect};

use crate::fake;
use crate::peer::{Drive, EVERY, KINDS, PATIENCE, Server, config};

/// Asks the server for an end while an answer is awaited, and gives the reason.
async fn end(server: &Server, transport: TransportChoice, how: &str) -> CloseReason {
    let mut connection = server.connect(transport).await;
    let emitter = connection.emitter.clone();
    let waiting = tokio::spawn(async move { emitter.emit_with_ack("never", NO_ARGS, PATIENCE).await });
    connection.emitter.emit("echo", &["ready", "?"]).await.unwrap();
    connection.named("echo").await;
    connection.emitter.emit("end", &[how]).await.unwrap();
    let reason = connection.end().await;
    assert!(matches!(waiting.await.unwrap(), Err(AckError::Closed | AckError::Emit(_))));
    assert!(connection.emitter.is_closed());
    reason
}

#[tokio::test]
async fn websocket_ends_have_their_reasons() {
    let Some(server) = Server::start(json!({})).await else { return };
    let end = |how| end(&server, TransportChoice::Websocket, how);
    assert_eq!(end("disconnect").await, CloseReason::ServerDisconnect);
    assert_eq!(end("engine_close").await, CloseReason::EngineClose);
    let frame = end("frame").await;
    assert_eq!(frame, CloseReason::TransportClose { code: Some(4001), reason: "go away".to_owned() });
    assert_eq!(frame.to_string(), "the server closed the WebSocket (code 4001: go away)");
    let cut = end("terminate").await;
    assert!(matches!(cut, CloseReason::Io(_)), "{cut:?}");
}

#[tokio::test]
async fn polling_ends_have_their_reasons() {
    let Some(server) = Server::start(json!({})).await else { return };
    assert_eq!(end(&server, TransportChoice::Polling, "disconnect").await, CloseReason::ServerDisconnect);
    assert_eq!(end(&server, TransportChoice::Polling, "engine_close").await, CloseReason::EngineClose);
}

#[tokio::test]
async fn a_killed_server_is_noticed() {
    for transport in KINDS {
        let Some(mut server) = Server::start(json!({})).await else { return };
        let mut connection = server.connect(*transport).await;
        server.kill();
        let reason = connection.end().await;
        assert!(matches!(reason, CloseReason::Io(_)), "{transport:?}: {reason:?}");
        assert!(reason.to_string().starts_with("the connection broke: "), "{reason}");
    }
}

#[tokio::test]
async fn every_end_is_noticed() {
    let Some(server) = Server::start(json!({})).await else { return };
    for transport in EVERY {
        for how in ["disconnect", "engine_close", "frame", "terminate"] {
            if *transport == TransportChoice::Polling && matches!(how, "frame" | "terminate") {
                continue;
            }
            let mut connection = server.connect(*transport).await;
            if *transport == TransportChoice::PollingThenUpgrade {
                // Only a WebSocket can be ended in all these ways.
                while !matches!(connection.item().await, Some(Incoming::Upgraded(_))) {}
            }
            connection.emitter.emit("end", &[how]).await.unwrap();
            let reason = connection.end().await;
            assert_ne!(reason, CloseReason::Local, "{transport:?}: {how}");
            assert!(connection.emitter.is_closed());
            assert!(connection.emitter.emit("x", NO_ARGS).await.is_err());
        }
    }
}

#[tokio::test]
async fn a_polling_session_that_the_server_forgot_is_named() {
    let port = fake::polling([r#"40{"sid":"s"}"#, r#"42["last"]"#]).await;
    let mut connection = connect(config(port, TransportChoice::Polling)).await.unwrap();
    connection.named("last").await;
    let reason = connection.end().await;
    assert_eq!(reason.to_string(), r#"the server answered HTTP 400: {"code":1,"message":"Session ID unknown"}"#);
}

#[tokio::test]
async fn an_orderly_end_without_a_close_frame_is_an_end_too() {
    let port = fake::scripted(|mut socket| async move {
        use futures_util::SinkExt;
        for text in [fake::OPEN, r#"40{"sid":"s"}"#, r#"42["last"]"#] {
            let _ = socket.send(tokio_tungstenite::tungstenite::Message::text(text)).await;
        }
    })
    .await;
    let mut connection = connect(config(port, TransportChoice::Websocket)).await.unwrap();
    connection.named("last").await;
    let reason = connection.end().await;
    assert!(matches!(reason, CloseReason::Io(_)), "{reason:?}");
}

#[tokio::test]
async fn a_message_larger_than_allowed_is_an_end() {
    let Some(server) = Server::start(json!({})).await else { return };
    for transport in [TransportChoice::Websocket, TransportChoice::Polling] {
        let mut config = server.config(transport);
        config.max_payload = 10_000;
        let mut connection = connect(config).await.unwrap();
        connection.emitter.emit("large", &[20_000]).await.unwrap();
        let reason = connection.end().await;
        assert!(matches!(&reason, CloseReason::Protocol(words) if words.contains("10000")), "{reason:?}");
    }
}

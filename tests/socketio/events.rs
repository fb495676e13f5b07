//! Events, answers and binary data, over every transport.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use switchboard::socketio::{
    AckError, Connection, EmitError, Incoming, NO_ARGS, Transport, TransportChoice, connect, placeholder,
};

use crate::peer::{Drive, EVERY, KINDS, PATIENCE, Server};

/// The next event; an upgrade may come in between.
async fn event(connection: &mut Connection) -> switchboard::socketio::Event {
    match connection.item().await {
        Some(Incoming::Upgraded(Transport::Websocket)) => connection.event().await,
        Some(Incoming::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn events_pass_both_ways_on_every_transport() {
    let Some(server) = Server::start(json!({})).await else { return };
    for transport in EVERY {
        let mut connection = server.connect(*transport).await;
        let emitter = connection.emitter.clone();
        let args = [json!({"a": [1, null, "é😀\n\"\u{7f}"]}), json!(2.5), json!("three"), json!(-42)];
        emitter.emit("echo", &args).await.unwrap();
        let echoed = event(&mut connection).await;
        assert_eq!((&*echoed.name, echoed.args.len()), ("echo", 4), "{transport:?}");
        for (i, arg) in args.iter().enumerate() {
            assert_eq!(&echoed.args.parse::<Value>(i).unwrap(), arg);
            assert_eq!(echoed.args.arg(i).unwrap().get(), arg.to_string());
        }
        assert_eq!(echoed.args.parse::<Option<u8>>(4).unwrap(), None);
        assert_eq!(echoed.args.whole(), json!(["echo", args[0], args[1], args[2], args[3]]).to_string());
        for i in 0..100 {
            emitter.try_emit("echo", &[i, i]).unwrap();
        }
        for i in 0..100 {
            assert_eq!(event(&mut connection).await.args.parse::<u32>(0).unwrap(), i, "{transport:?}");
        }
        // An event without arguments, and names that mean something to others.
        emitter.emit("bare", NO_ARGS).await.unwrap();
        let bare = event(&mut connection).await;
        assert_eq!((&*bare.name, bare.args.len()), ("bare", 0), "{transport:?}");
        for name in ["message", "error", "open", "close"] {
            emitter.emit("name", &[name]).await.unwrap();
            let named = event(&mut connection).await;
            assert_eq!((&*named.name, named.args.text(0)), (name, Some(r#"{"a":1}"#)), "{transport:?}");
        }
    }
}

#[tokio::test]
async fn an_event_that_wants_an_answer_may_be_answered_too_late() {
    let Some(server) = Server::start(json!({})).await else { return };
    for transport in [TransportChoice::Websocket, TransportChoice::Polling] {
        let mut connection = server.connect(transport).await;
        connection.emitter.emit("ask_within", &[1]).await.unwrap();
        let late = connection.named("question").await.ack.unwrap();
        assert_eq!(connection.named("answered").await.args.text(0), Some("\"too late\""));
        connection.emitter.answer(late, &["late"]).await.unwrap();
        connection.emitter.emit("ask_within", &[60_000]).await.unwrap();
        let question = connection.named("question").await.ack.unwrap();
        connection.emitter.answer(question, &["in time"]).await.unwrap();
        assert_eq!(connection.named("answered").await.args.text(0), Some("\"in time\""));
    }
}

#[tokio::test]
async fn answers_pass_both_ways_on_every_transport() {
    let Some(server) = Server::start(json!({})).await else { return };
    for transport in EVERY.iter().copied().filter(|transport| *transport != TransportChoice::RustSocketio) {
        let mut connection = server.connect(transport).await;
        let emitter = connection.emitter.clone();
        assert!(emitter.has_answers());
        assert!(!connection.info.sid.is_empty() && connection.info.sid != connection.info.engine_sid);
        assert_eq!(connection.info.max_payload, Some(1_000_000));
        assert_eq!(connection.info.ping_interval, Duration::from_secs(25));

        let answer = emitter.emit_with_ack("echo", &[json!({"a": [1, "é😀"]}), json!(2)], PATIENCE).await.unwrap();
        assert_eq!(answer.len(), 2, "{transport:?}");
        assert_eq!(answer.parse::<Value>(0).unwrap(), json!({"a": [1, "é😀"]}));

        emitter.emit("echo", &["one", "two"]).await.unwrap();
        let echoed = event(&mut connection).await;
        assert_eq!((&*echoed.name, echoed.args.text(1)), ("echo", Some("\"two\"")));
        assert_eq!(echoed.ack, None);

        emitter.try_emit("ask", &["how?"]).unwrap();
        let question = event(&mut connection).await;
        assert_eq!(&*question.name, "question");
        emitter.answer(question.ack.unwrap(), &["so", "there"]).await.unwrap();
        let answered = event(&mut connection).await;
        assert_eq!(answered.args.whole(), r#"["answered","so","there"]"#);

        emitter.emit("echo", NO_ARGS).await.unwrap();
    }
}

#[tokio::test]
async fn binary_and_json_mix_both_ways() {
    let Some(server) = Server::start(json!({})).await else { return };
    for transport in [TransportChoice::Websocket, TransportChoice::Polling] {
        let mut connection = server.connect(transport).await;
        let emitter = connection.emitter.clone();
        let files = vec![Bytes::from_static(b"\0\x01\xff"), Bytes::new(), Bytes::from(vec![9; 70_000])];
        let args = [json!({"first": placeholder(0)}), json!("text"), json!([placeholder(1), placeholder(2)])];
        emitter.emit_binary("echo", &args, files.clone()).await.unwrap();
        emitter.emit("echo", &["plain"]).await.unwrap();
        let echoed = connection.named("echo").await;
        assert_eq!(echoed.args.binary(), files, "{transport:?}");
        assert_eq!(echoed.args.text(1), Some("\"text\""));
        assert_eq!(echoed.args.parse::<Value>(0).unwrap(), json!({"first": {"_placeholder": true, "num": 0}}));
        assert!(echoed.bytes > 70_000);
        assert_eq!(connection.named("echo").await.args.text(0), Some("\"plain\""));

        let answer = emitter.emit_binary_with_ack("echo", &[placeholder(0)], files[..1].to_vec(), PATIENCE).await;
        assert_eq!(answer.unwrap().binary(), &files[..1]);

        emitter.emit("ask", &[1]).await.unwrap();
        let ack = connection.named("question").await.ack.unwrap();
        emitter.answer_binary(ack, &[placeholder(0)], files[..1].to_vec()).await.unwrap();
        assert_eq!(connection.named("answered").await.args.binary(), &files[..1]);
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_a_timeout_and_a_late_one_harms_nobody() {
    let Some(server) = Server::start(json!({})).await else { return };
    let connection = server.connect(TransportChoice::Websocket).await;
    let emitter = &connection.emitter;
    let short = Duration::from_millis(20);
    assert!(matches!(emitter.emit_with_ack("never", NO_ARGS, short).await, Err(AckError::Timeout(_))));
    assert!(matches!(emitter.emit_with_ack("late", &[60], short).await, Err(AckError::Timeout(_))));
    // The late answer to the other question arrives before this one.
    let answer = emitter.emit_with_ack("late", &[120], PATIENCE).await.unwrap();
    assert_eq!(answer.text(0), Some("\"late\""));
    let both = tokio::join!(
        emitter.emit_with_ack("late", &[30], PATIENCE),
        emitter.emit_with_ack("echo", &["quick"], PATIENCE)
    );
    assert_eq!(both.0.unwrap().text(0), Some("\"late\""));
    assert_eq!(both.1.unwrap().text(0), Some("\"quick\""));
}

#[tokio::test]
async fn half_an_emoji_is_shown_and_not_dropped() {
    let Some(server) = Server::start(json!({})).await else { return };
    let mut connection = server.connect(TransportChoice::Websocket).await;
    connection.emitter.emit("raw", &[r#"2["new_message",{"text":"cut \ud83d"}]"#]).await.unwrap();
    let event = connection.named("new_message").await;
    assert_eq!(event.args.parse::<Value>(0).unwrap(), json!({"text": "cut \u{fffd}"}));
}

#[tokio::test]
async fn fifteen_megabytes_pass_both_ways() {
    const SIZE: usize = 15 * 1024 * 1024;
    let Some(server) = Server::start(json!({"maxHttpBufferSize": 20_000_000})).await else { return };
    for transport in KINDS {
        let mut config = server.config(*transport);
        config.queue_bytes = 4 * SIZE;
        let mut connection = connect(config).await.unwrap();
        connection.emitter.emit("large", &[SIZE]).await.unwrap();
        let large = connection.named("large").await;
        assert_eq!(large.args.parse::<&str>(0).unwrap().len(), SIZE);
        if *transport == TransportChoice::RustSocketio {
            continue;
        }
        connection.emitter.emit("large_binary", &[SIZE / 2]).await.unwrap();
        let large = connection.named("large_binary").await;
        assert_eq!(large.args.binary()[0].len(), SIZE / 2);
        let text = "z".repeat(SIZE);
        let answer = connection.emitter.emit_with_ack("echo", &[&text], PATIENCE).await.unwrap();
        assert_eq!(answer.parse::<&str>(0).unwrap(), text);
    }
}

#[tokio::test]
async fn what_the_server_would_not_take_is_refused_here() {
    let Some(server) = Server::start(json!({"maxHttpBufferSize": 1000})).await else { return };
    let mut connection = server.connect(TransportChoice::Websocket).await;
    let emitter = connection.emitter.clone();
    let large = "x".repeat(1000);
    let refused = emitter.emit("echo", &[&large]).await;
    assert!(matches!(refused, Err(EmitError::TooLarge { limit: 1000, .. })), "{refused:?}");
    assert!(matches!(emitter.emit("disconnect", NO_ARGS).await, Err(EmitError::Reserved(_))));
    // The connection has not suffered.
    emitter.emit("echo", &["small", "x"]).await.unwrap();
    connection.named("echo").await;
}

#[tokio::test]
async fn many_small_posts_respect_the_servers_limit() {
    let Some(server) = Server::start(json!({"maxHttpBufferSize": 500})).await else { return };
    let mut connection = server.connect(TransportChoice::Polling).await;
    let text = "x".repeat(200);
    for i in 0..50 {
        connection.emitter.emit("echo", &[json!(i), json!(text)]).await.unwrap();
    }
    for i in 0..50 {
        assert_eq!(connection.named("echo").await.args.parse::<u32>(0).unwrap(), i);
    }
}

#[tokio::test]
async fn a_polling_session_is_upgraded_and_loses_nothing() {
    let Some(server) = Server::start(json!({})).await else { return };
    let mut connection = server.connect(TransportChoice::PollingThenUpgrade).await;
    assert_eq!(connection.info.transport, Transport::Polling);
    let emitter = connection.emitter.clone();
    // Events cross the upgrade in both directions.
    for i in 0..300 {
        emitter.emit("echo", &[i, i]).await.unwrap();
    }
    let mut upgraded = false;
    let mut next = 0;
    while next < 300 || !upgraded {
        match connection.item().await.unwrap() {
            Incoming::Event(event) => {
                assert_eq!(event.args.parse::<u32>(0).unwrap(), next);
                next += 1;
            }
            Incoming::Upgraded(Transport::Websocket) => upgraded = true,
            other => panic!("{other:?}"),
        }
    }
    let seen = emitter.emit_with_ack("handshake", NO_ARGS, PATIENCE).await.unwrap();
    assert_eq!(seen.parse::<Value>(0).unwrap()["transport"], "websocket");
}

#[tokio::test]
async fn a_malformed_packet_is_reported_and_the_connection_goes_on() {
    let Some(server) = Server::start(json!({})).await else { return };
    let mut connection = server.connect(TransportChoice::Websocket).await;
    for raw in ["2[\"x\",", "9", "2/other,[\"x\"]", "3[1]"] {
        connection.emitter.emit("raw", &[raw]).await.unwrap();
        match connection.item().await {
            Some(Incoming::Malformed { bytes, .. }) => assert_eq!(bytes, format!("4{raw}")),
            other => panic!("{raw}: {other:?}"),
        }
    }
    connection.emitter.emit("echo", &[1, 2]).await.unwrap();
    connection.named("echo").await;
}

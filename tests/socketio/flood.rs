//! Bursts, slow consumers, and who waits for whom.

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use switchboard::socketio::{Connection, Incoming, NO_ARGS, TransportChoice, connect};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use crate::fake;
use crate::peer::{Drive, EVERY, PATIENCE, Server, config};

#[tokio::test]
async fn a_burst_of_20_000_arrives_in_order_while_each_is_answered() {
    let Some(server) = Server::start(json!({})).await else { return };
    for transport in [TransportChoice::Websocket, TransportChoice::Polling] {
        let mut connection = server.connect(transport).await;
        let emitter = connection.emitter.clone();
        emitter.emit("burst", &[json!(20_000), json!(100), json!(true)]).await.unwrap();
        for i in 0..20_000 {
            let event = connection.named("n").await;
            assert_eq!(event.args.parse::<u32>(0).unwrap(), i);
            emitter.answer(event.ack.unwrap(), &[i]).await.unwrap();
        }
        connection.named("burst_end").await;
        let answered = connection.named("burst_answered").await;
        assert_eq!(answered.args.whole(), r#"["burst_answered",20000,true]"#, "{transport:?}");
    }
}

#[tokio::test]
async fn a_burst_of_20_000_arrives_in_order_while_each_is_followed_by_an_emit() {
    let Some(server) = Server::start(json!({})).await else { return };
    for transport in EVERY {
        let mut config = server.config(*transport);
        config.queue = 20_000;
        let mut connection = connect(config).await.unwrap();
        let emitter = connection.emitter.clone();
        emitter.emit("burst", &[20_000, 100]).await.unwrap();
        let mut next = 0;
        while next < 20_000 {
            match connection.item().await.unwrap() {
                Incoming::Event(event) => {
                    assert_eq!(event.args.parse::<u32>(0).unwrap(), next, "{transport:?}");
                    next += 1;
                    emitter.emit("never", &[next]).await.unwrap();
                }
                Incoming::Upgraded(_) => {}
                other => panic!("{transport:?}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_consumer_may_emit_and_wait_within_its_loop() {
    let Some(server) = Server::start(json!({})).await else { return };
    let mut connection = server.connect(TransportChoice::Websocket).await;
    let emitter = connection.emitter.clone();
    emitter.emit("burst", &[1000, 10]).await.unwrap();
    for i in 0..1000 {
        assert_eq!(connection.named("n").await.args.parse::<u32>(0).unwrap(), i);
        emitter.emit_with_ack("echo", &[i], PATIENCE).await.unwrap();
    }
}

#[tokio::test]
async fn a_slow_consumer_holds_the_server_back_and_loses_nothing() {
    let Some(server) = Server::start(json!({})).await else { return };
    for transport in [TransportChoice::Websocket, TransportChoice::Polling] {
        let mut config = server.config(transport);
        config.queue = 16;
        let mut connection = connect(config).await.unwrap();
        connection.emitter.emit("burst", &[20_000, 400]).await.unwrap();
        for i in 0..20_000 {
            // Others have their turn for every item that is taken.
            tokio::task::yield_now().await;
            assert_eq!(connection.named("n").await.args.parse::<u32>(0).unwrap(), i);
        }
    }
}

/// Takes events up to `burst_end` or `last`; how many came, how many were said to be missing.
async fn drain(connection: &mut Connection, total: u64) -> (u64, u64) {
    let (mut came, mut missing) = (0, 0);
    while came + missing < total {
        match connection.item().await.unwrap() {
            Incoming::Event(event) => {
                if &*event.name == "n" {
                    // What is missing is missing at exactly this place.
                    assert_eq!(event.args.parse::<u64>(0).unwrap(), came + missing);
                }
                came += 1;
            }
            Incoming::Overflow { dropped } => missing += dropped,
            other => panic!("{other:?}"),
        }
    }
    (came, missing)
}

#[tokio::test]
async fn a_ping_is_answered_while_the_consumer_takes_nothing() {
    let (tell, mut ponged) = mpsc::channel(1);
    let port = fake::scripted(move |mut socket| {
        let tell = tell.clone();
        async move {
            let open = r#"0{"sid":"f","upgrades":[],"pingInterval":20,"pingTimeout":60000}"#;
            for text in [open, r#"40{"sid":"s"}"#] {
                socket.feed(Message::text(text)).await.unwrap();
            }
            for i in 0..30_000 {
                socket.feed(Message::text(format!(r#"42["n",{i},"{}"]"#, "x".repeat(400)))).await.unwrap();
            }
            socket.send(Message::text("2")).await.unwrap();
            while let Some(Ok(message)) = socket.next().await {
                if message.to_text().is_ok_and(|text| text == "3") {
                    tell.send(()).await.unwrap();
                }
            }
        }
    })
    .await;
    let mut config = config(port, TransportChoice::Websocket);
    config.queue = 32;
    let mut connection = connect(config).await.unwrap();
    // Nothing is taken until the server has its answer.
    ponged.recv().await.unwrap();
    let (came, missing) = drain(&mut connection, 30_000).await;
    assert!(came >= 128 && missing > 0, "{came} came, {missing} missing");
}

#[tokio::test]
async fn an_awaited_answer_is_found_behind_a_flood() {
    let Some(server) = Server::start(json!({})).await else { return };
    let mut config = server.config(TransportChoice::Websocket);
    config.queue = 32;
    let mut connection = connect(config).await.unwrap();
    connection.emitter.emit("burst", &[30_000, 400]).await.unwrap();
    // The answer comes after the burst, and nobody takes events meanwhile.
    connection.emitter.emit_with_ack("connected", NO_ARGS, PATIENCE).await.unwrap();
    let (came, missing) = drain(&mut connection, 30_001).await;
    assert!(came >= 128 && missing > 0, "{came} came, {missing} missing");
    // And the connection is as good as before.
    connection.emitter.emit("echo", &[1, 2]).await.unwrap();
    connection.named("echo").await;
}

#[tokio::test]
async fn what_waits_is_bounded_by_bytes_too() {
    let Some(server) = Server::start(json!({})).await else { return };
    let mut config = server.config(TransportChoice::Websocket);
    config.queue_bytes = 100_000;
    let mut connection = connect(config).await.unwrap();
    connection.emitter.emit("burst", &[1000, 10_000]).await.unwrap();
    connection.emitter.emit_with_ack("connected", NO_ARGS, PATIENCE).await.unwrap();
    let (came, missing) = drain(&mut connection, 1001).await;
    assert!((10..60).contains(&came), "{came} came, {missing} missing");
}

#[tokio::test]
async fn a_flood_of_pings_is_survived() {
    let (tell, mut ponged) = mpsc::channel(1);
    let port = fake::scripted(move |mut socket| {
        let tell = tell.clone();
        async move {
            for text in [fake::OPEN, r#"40{"sid":"s"}"#] {
                socket.feed(Message::text(text)).await.unwrap();
            }
            for _ in 0..100_000 {
                socket.feed(Message::text("2")).await.unwrap();
            }
            socket.send(Message::text("2last")).await.unwrap();
            while let Some(Ok(message)) = socket.next().await {
                if message.to_text().is_ok_and(|text| text == "3last") {
                    tell.send(()).await.unwrap();
                }
            }
        }
    })
    .await;
    let _connection = connect(config(port, TransportChoice::Websocket)).await.unwrap();
    ponged.recv().await.unwrap();
}

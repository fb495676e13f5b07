//! Whatever a server sends, the connection ends with a reason or goes on; it never panics and never grows.

use futures_util::{SinkExt, StreamExt};
use proptest::prelude::*;
use switchboard::socketio::{Incoming, TransportChoice, connect};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;

use crate::fake;
use crate::peer::{Drive, config};

/// Packets to be cut up and put together anew.
const CORPUS: [&str; 24] = [
    "0{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":1,\"pingTimeout\":1}",
    "2",
    "2probe",
    "3",
    "6",
    "5",
    "40{\"sid\":\"s\"}",
    "40",
    "42[\"new_message\",{\"id\":1,\"text\":\"\\ud83d\\ude00 \\ud83d\"}]",
    "42/admin,[\"x\"]",
    "4217[\"ask\",[],{},null,true,1e999]",
    "42[7]",
    "430[\"answer\"]",
    "43",
    "44{\"message\":\"no\"}",
    "451-[\"file\",{\"_placeholder\":true,\"num\":0}]",
    "453-/admin,9[\"file\"]",
    "45999999999-[\"file\"]",
    "461-0[{\"_placeholder\":true,\"num\":5}]",
    "42[\"deep\",[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "42[\"x\",\"\\u12\"]",
    "4",
    "bAAEC",
    "b!!",
];

fn text() -> impl Strategy<Value = String> {
    let known = (0..CORPUS.len()).prop_map(|i| CORPUS[i].to_owned());
    let mutated = (0..CORPUS.len(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), ".{0,4}").prop_map(
        |(i, from, to, with)| {
            let chars: Vec<char> = CORPUS[i].chars().collect();
            let (from, to) = (from.index(chars.len()), to.index(chars.len()));
            chars[..from].iter().chain(with.chars().collect::<Vec<_>>().iter()).chain(&chars[to..]).collect()
        },
    );
    prop_oneof![3 => known, 6 => mutated, 1 => ".{0,40}"]
}

#[derive(Debug, Clone)]
enum Sent {
    Text(String),
    Binary(Vec<u8>),
}

fn frames() -> impl Strategy<Value = Vec<Sent>> {
    let frame = prop_oneof![
        4 => text().prop_map(Sent::Text),
        1 => prop::collection::vec(any::<u8>(), 0..40).prop_map(Sent::Binary),
    ];
    prop::collection::vec(frame, 0..60)
}

/// Reads up to the end, which must have a reason; emits now and then.
async fn survives(port: u16, transport: TransportChoice) {
    let mut config = config(port, transport);
    config.queue = 8;
    config.max_payload = 4096;
    let Ok(mut connection) = connect(config).await else { return };
    loop {
        match connection.item().await.expect("an end without a reason: the task panicked") {
            Incoming::Closed(_) => return,
            Incoming::Event(event) => {
                assert!(event.args.whole().starts_with('['));
                let _ = event.args.parse::<serde_json::Value>(0);
                let count = event.args.len();
                assert!(event.args.check().is_ok() || count == 0, "what is no JSON has no arguments");
                for i in 0..count {
                    assert!(event.args.arg(i).is_some());
                }
                if let Some(ack) = event.ack {
                    let _ = connection.emitter.answer(ack, &["yes"]).await;
                }
            }
            _ => {}
        }
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_frames_over_a_websocket(frames in frames()) {
        run(async move {
            let port = fake::scripted(move |mut socket| {
                let frames = frames.clone();
                async move {
                    for text in [fake::OPEN, r#"40{"sid":"s"}"#] {
                        let _ = socket.send(Message::text(text)).await;
                    }
                    for frame in frames {
                        let message = match frame {
                            Sent::Text(text) => Message::text(text),
                            Sent::Binary(bytes) => Message::binary(bytes),
                        };
                        if socket.send(message).await.is_err() {
                            return;
                        }
                    }
                    let _ = socket.close(None).await;
                    while let Some(Ok(_)) = socket.next().await {}
                }
            }).await;
            survives(port, TransportChoice::Websocket).await;
        });
    }

    #[test]
    fn any_bodies_over_polling(bodies in prop::collection::vec(prop::collection::vec(text(), 0..8), 0..6)) {
        run(async move {
            let mut bodies: Vec<String> = bodies.iter().map(|packets| packets.join("\u{1e}")).collect();
            bodies.insert(0, r#"40{"sid":"s"}"#.to_owned());
            survives(fake::polling(bodies).await, TransportChoice::Polling).await;
        });
    }

    #[test]
    fn any_handshake(packets in prop::collection::vec(text(), 0..6), raw in prop::collection::vec(any::<u8>(), 0..200)) {
        run(async move {
            let port = fake::scripted(move |mut socket| {
                let packets = packets.clone();
                async move {
                    for text in packets {
                        let _ = socket.send(Message::text(text)).await;
                    }
                    let _ = socket.close(None).await;
                }
            }).await;
            survives(port, TransportChoice::Websocket).await;
            let port = fake::serve(move |mut stream| {
                let raw = raw.clone();
                async move {
                    let _ = stream.write_all(&raw).await;
                }
            }).await;
            survives(port, TransportChoice::Auto).await;
        });
    }
}

#[tokio::test]
async fn what_comes_before_the_namespace_is_joined_is_bounded() {
    for (text, count) in [("42[\"small\"]".to_owned(), 2000), (format!("42[\"large\",\"{}\"]", "x".repeat(5000)), 20)] {
        let port = fake::scripted(move |mut socket| {
            let text = text.clone();
            async move {
                let _ = socket.send(Message::text(fake::OPEN)).await;
                for _ in 0..count {
                    if socket.feed(Message::text(text.clone())).await.is_err() {
                        return;
                    }
                }
                let _ = socket.send(Message::text(r#"40{"sid":"s"}"#)).await;
                while let Some(Ok(_)) = socket.next().await {}
            }
        })
        .await;
        let mut config = config(port, TransportChoice::Websocket);
        config.max_payload = 50_000;
        let error = connect(config).await.unwrap_err();
        assert_eq!(error.to_string(), "the server sends events and does not say that we have joined");
    }
}

#[tokio::test]
async fn frames_that_claim_to_be_huge_are_refused() {
    // A WebSocket frame header that announces 2^62 bytes.
    let port = fake::scripted(|mut socket| async move {
        for text in [fake::OPEN, r#"40{"sid":"s"}"#] {
            let _ = socket.send(Message::text(text)).await;
        }
        let stream = socket.get_mut();
        let _ = stream.write_all(&[0x81, 127, 0x40, 0, 0, 0, 0, 0, 0, 0]).await;
        std::future::pending::<()>().await;
    })
    .await;
    let mut connection = connect(config(port, TransportChoice::Websocket)).await.unwrap();
    let reason = connection.end().await;
    assert!(reason.to_string().contains("at most"), "{reason}");
}

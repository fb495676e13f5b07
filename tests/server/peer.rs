//! What the embedded server cannot play, the npm peer can: seen on the wire.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};

use crate::contract_peer::{Contract, TOKEN};
use crate::house::http;
use crate::wire::Wire;

const PATIENCE: Duration = Duration::from_secs(30);

fn addr(peer: &Contract) -> SocketAddr {
    peer.url.trim_start_matches("http://").parse().unwrap()
}

/// A socket that has joined the account's room and the first conversation's, and what that is called.
async fn joined(peer: &Contract, namespace: &str) -> (Wire, String) {
    let conversation = peer.state().await["conversations"][0]["_id"].as_str().unwrap().to_owned();
    let mut wire = Wire::open(addr(peer), "/socket.io/").await.unwrap();
    assert!(wire.connect(namespace, TOKEN).await.starts_with("40"));
    let to = if namespace == "/" { String::new() } else { format!("{namespace},") };
    wire.send(&format!("42{to}[\"subscribe_conversations\"]")).await;
    wire.send(&format!("42{to}[\"join_conversation\",{{\"conversationId\":\"{conversation}\"}}]")).await;
    while peer.state().await["joins"].as_array().unwrap().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (wire, conversation)
}

#[tokio::test]
async fn a_server_of_socket_io_2_connects_unasked_and_answers_no_connect_packet() {
    let Some(peer) = Contract::start(&json!({ "protocol": 2 })) else { return };
    let mut wire = Wire::open(addr(&peer), "/socket.io/").await.unwrap();
    let open = wire.frame(PATIENCE).await.unwrap();
    assert!(open.starts_with("0{") && !open.contains("maxPayload"), "{open}");
    assert_eq!(wire.frame(PATIENCE).await.as_deref(), Some("40"), "no sid");
    let polled = http().get(format!("{}/socket.io/?EIO=4&transport=polling", peer.url)).send().await.unwrap();
    let polled = polled.text().await.unwrap();
    assert!(polled.contains(":0{") && polled.ends_with("2:40"), "{polled}");
}

#[tokio::test]
async fn ids_that_javascript_rounded_are_no_ids_any_more() {
    let Some(peer) = Contract::start(&json!({})) else { return };
    let (mut wire, conversation) = joined(&peer, "/").await;
    peer.control("set", json!({ "rounded": true })).await;
    peer.inbound(&conversation, "hello").await;
    while wire.of("new_message").next().is_none() {
        wire.frame(PATIENCE).await.expect("an event");
    }
    let id = wire.of("new_message").next().unwrap()["conversationId"].clone();
    let exact = u64::from_str_radix(&conversation[8..], 16).unwrap();
    assert!(id.is_number() && id.as_u64() != Some(exact), "{id} is not {exact}");
}

#[tokio::test]
async fn a_namespace_may_take_sockets_and_stay_silent() {
    let Some(peer) = Contract::start(&json!({})) else { return };
    peer.control("set", json!({ "otherNamespace": true })).await;
    let (mut silent, conversation) = joined(&peer, "/").await;
    let mut other = Wire::open(addr(&peer), "/socket.io/").await.unwrap();
    assert!(other.connect("/inbox", TOKEN).await.starts_with("40/inbox"));
    other.send(&format!("42/inbox,[\"join_conversation\",{{\"conversationId\":\"{conversation}\"}}]")).await;
    let told = async |wire: &mut Wire| loop {
        match wire.frame(PATIENCE).await {
            Some(frame) if frame.contains("new_message") => return frame,
            Some(_) => {}
            None => panic!("the other namespace hears nothing"),
        }
    };
    while peer.state().await["joins"].as_array().unwrap().len() < 3 {
        other.frame(Duration::from_millis(20)).await;
        assert!(!other.closed);
    }
    peer.inbound(&conversation, "hello").await;
    assert!(told(&mut other).await.starts_with("42/inbox,"));
    silent.frame(Duration::from_millis(200)).await;
    assert!(silent.events.is_empty());
}

#[tokio::test]
async fn a_join_without_an_object_ends_a_fragile_server() {
    let Some(peer) = Contract::start(&json!({})) else { return };
    let (mut wire, _) = joined(&peer, "/").await;
    peer.control("set", json!({ "fragile": true })).await;
    wire.send(&format!("42{}", json!(["join_conversation", Value::Null]))).await;
    while !wire.closed {
        wire.frame(PATIENCE).await;
    }
}

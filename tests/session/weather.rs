//! The way to the backend fails in its several ways: each is named, and the session comes back by itself.

use std::sync::Arc;

use secrecy::SecretString;
use serde_json::{Value, json};
use switchboard::backend::{Command, Health, Purpose, Report, Resolve, Session, SessionState, TokenSource};
use switchboard::config::Transport;

use crate::contract::{Contract, TOKEN};
use crate::proxy::{Kind, Proxy};
use crate::seat::{Seat, config, set, target};

/// A contract server, a proxy in front of it, and a client that goes through the proxy.
async fn behind_a_proxy(options: Value, transport: Transport) -> Option<(Contract, Proxy, Seat)> {
    let server = Contract::start(&options)?;
    let port = server.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let proxy = Proxy::start(port, 1).await;
    let mut config = config(&proxy.url());
    config.profile.transport = transport;
    let mut seat = Seat::new(config);
    seat.live().await;
    Some((server, proxy, seat))
}

fn reason(session: &Session) -> &str {
    match &session.state {
        SessionState::Waiting { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

async fn waiting(seat: &mut Seat, words: &str) -> Session {
    let fits = |state: &SessionState| matches!(state, SessionState::Waiting { reason, .. } if reason.contains(words));
    seat.state(words, fits).await
}

#[tokio::test]
async fn a_frozen_connection_is_named_and_left() {
    for transport in [Transport::Websocket, Transport::Polling] {
        let options = json!({"pingInterval": 300, "pingTimeout": 300});
        let Some((_server, proxy, mut seat)) = behind_a_proxy(options, transport).await else { return };
        // Half-open: nothing moves, nothing closes.
        proxy.set(|weather| weather.socket.frozen = true);
        let session = waiting(&mut seat, "no ping for").await;
        assert_eq!(reason(&session), "no ping for 0.6 s");
        assert!(matches!(&session.socket, Health::Ill(why) if why.starts_with("no ping for")));
        proxy.clear();
        assert_eq!(seat.live().await.reconnects, 1);
    }
}

#[tokio::test]
async fn a_proxy_that_answers_in_the_backends_place_is_named() {
    for transport in [Transport::Auto, Transport::Websocket, Transport::Polling] {
        let Some((_server, proxy, mut seat)) = behind_a_proxy(json!({}), transport).await else { return };
        proxy.set(|weather| (weather.rest.gateway, weather.socket.gateway) = (true, true));
        proxy.cut(Kind::Rest);
        proxy.cut(Kind::Socket);
        let session = waiting(&mut seat, "HTTP 502").await;
        assert_eq!(reason(&session), "a proxy answered HTTP 502 in the backend's place", "{transport:?}");
        proxy.clear();
        seat.live().await;
    }
}

#[tokio::test]
async fn the_first_attempt_after_the_network_is_back_succeeds() {
    let Some((server, mut proxy, mut seat)) = behind_a_proxy(json!({}), Transport::Auto).await else { return };
    proxy.close_door();
    proxy.cut(Kind::Rest);
    proxy.cut(Kind::Socket);
    let third = |state: &SessionState| matches!(state, SessionState::Waiting { attempt: 3.., .. });
    seat.state("the third attempt", third).await;
    let before = server.state().await["handshakes"].as_u64().expect("a number");
    proxy.open_door().await;
    seat.live().await;
    let after = server.state().await["handshakes"].as_u64().expect("a number");
    assert_eq!(after, before + 1, "one step of the back-off, no detour");
}

/// The frames that brought a message with this text, by the connection that brought them. Of the account's events only
/// this one wants no answer, so that a server can replay it.
fn heard(seat: &Seat, text: &str) -> Vec<u32> {
    let epoch = |report: &Report| match report {
        Report::Frame(frame) if &*frame.name == "message.received" && frame.raw.contains(text) => Some(frame.epoch),
        _ => None,
    };
    seat.seen.iter().filter_map(epoch).collect()
}

#[tokio::test]
async fn what_was_missed_is_replayed_where_the_server_recovers_sessions() {
    let options = json!({"recovery": 60_000});
    let Some((server, mut proxy, mut seat)) = behind_a_proxy(options, Transport::Websocket).await else { return };
    let customer = target(&server, 0, false).await;
    server.inbound(customer.id.as_str(), "Heard at once").await;
    seat.frame("message.received").await;
    proxy.close_door();
    proxy.cut(Kind::Socket);
    while server.state().await["sockets"].as_array().is_some_and(|sockets| !sockets.is_empty()) {
        tokio::task::yield_now().await;
    }
    server.inbound(customer.id.as_str(), "Missed by the socket").await;
    proxy.open_door().await;
    let recovered = |report: &Report| match report {
        Report::Handshake(handshake) if handshake.epoch == 2 => Some(handshake.recovered),
        _ => None,
    };
    assert!(seat.until("the second connection", recovered).await);
    assert_eq!(seat.live().await.reconnects, 1);
    assert_eq!(heard(&seat, "Missed by the socket"), [2]);
    assert_eq!(heard(&seat, "Heard at once"), [1], "what was taken is not replayed");
    assert_eq!(server.state().await["handshakes"], 1, "the server asked nobody who we are");
}

#[tokio::test]
async fn a_recovered_session_is_not_asked_for_with_another_token() {
    let Some(server) = Contract::start(&json!({"recovery": 60_000, "tokens": [TOKEN, "renewed"]})) else { return };
    let mut config = config(&server.url);
    let resolve: Resolve = Arc::new(|| Box::pin(async { Ok(SecretString::from("renewed")) }));
    config.token = TokenSource { current: Some(TOKEN.into()), resolve: Some(resolve) };
    let mut seat = Seat::new(config);
    seat.live().await;
    let customer = target(&server, 0, false).await;
    server.inbound(customer.id.as_str(), "Heard at once").await;
    seat.frame("message.received").await;
    // REST refuses the token, and a new one is found.
    set(&server, json!({"tokens": ["renewed"]})).await;
    seat.backend.send(Command::FetchList { limit: 50, purpose: Purpose::Drift });
    seat.list(Purpose::Drift).await;
    server.control("drop", json!({"how": "reset"})).await;
    let recovered = |report: &Report| match report {
        Report::Handshake(handshake) if handshake.epoch == 2 => Some(handshake.recovered),
        _ => None,
    };
    assert!(!seat.until("the second connection", recovered).await);
    seat.live().await;
    assert_eq!(server.state().await["handshakes"], 2, "the new token was looked at");
}

#[tokio::test]
async fn a_refusal_is_told_in_the_servers_words() {
    let Some(server) = Contract::start(&json!({})) else { return };
    set(&server, json!({"socketRefusal": "jwt expired"})).await;
    let mut seat = Seat::new(config(&server.url));
    let session = seat.state("signed out", |state| matches!(state, SessionState::SignedOut { .. })).await;
    let SessionState::SignedOut { reason } = &session.state else { unreachable!() };
    assert!(reason.starts_with("refused: jwt expired"), "{reason}");
}

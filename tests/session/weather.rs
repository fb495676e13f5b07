//! The way to the backend fails in its several ways: each is named, and the session comes back by itself.

use serde_json::{Value, json};
use switchboard::backend::{Health, Session, SessionState};
use switchboard::config::Transport;

use crate::contract::Contract;
use crate::proxy::{Kind, Proxy};
use crate::seat::{Seat, config, set};

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

#[tokio::test]
async fn a_refusal_is_told_in_the_servers_words() {
    let Some(server) = Contract::start(&json!({})) else { return };
    set(&server, json!({"socketRefusal": "jwt expired"})).await;
    let mut seat = Seat::new(config(&server.url));
    let session = seat.state("signed out", |state| matches!(state, SessionState::SignedOut { .. })).await;
    let SessionState::SignedOut { reason } = &session.state else { unreachable!() };
    assert!(reason.starts_with("refused: jwt expired"), "{reason}");
}

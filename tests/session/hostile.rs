//! Backends that mean harm: bounded, named, survived.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use switchboard::backend::{BackendConfig, Command, Outgoing, Purpose, Report, RestError, SessionState};
use switchboard::config::Transport;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::contract::Contract;
use crate::seat::{Seat, config, fault, pair, target};

/// An answer, byte by byte: first the one part, then the other for ever, if there is one.
struct Bytes {
    first: Vec<u8>,
    then: Vec<u8>,
}

impl Bytes {
    fn json(body: &str) -> Self {
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
        Self { first: (head + body).into_bytes(), then: Vec::new() }
    }
}

/// Answers every request with the same bytes, whatever HTTP says of them.
async fn raw(answer: Bytes) -> String {
    let answer = Arc::new(answer);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let mut asked = vec![0; 16 * 1024];
                while stream.read(&mut asked).await.is_ok_and(|count| count > 0) {
                    if stream.write_all(&answer.first).await.is_err() {
                        return;
                    }
                    while !answer.then.is_empty() {
                        if stream.write_all(&answer.then).await.is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    url
}

/// How a list ends that such a backend answers.
async fn list(answer: Bytes, change: impl FnOnce(&mut BackendConfig)) -> Result<usize, RestError> {
    let mut config = config(&raw(answer).await);
    change(&mut config);
    let mut seat = Seat::new(config);
    let pick = |report: &Report| match report {
        Report::List { purpose: Purpose::Asked, result, .. } => {
            Some(result.as_ref().map(|page| page.rows.len()).map_err(Clone::clone))
        }
        _ => None,
    };
    seat.until("the list", pick).await
}

fn small(config: &mut BackendConfig) {
    config.limits.bytes = 1024 * 1024;
}

#[tokio::test]
async fn json_without_end_is_bounded() {
    let first = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"conversations\":[".to_vec();
    let error = list(Bytes { first, then: b"{\"_id\":\"6b02ca344e517f5f5b27e300\"},".repeat(1000) }, small).await;
    assert!(error.as_ref().is_err_and(|error| error.to_string().contains("larger than 1048576 bytes")), "{error:?}");
}

#[tokio::test]
async fn a_flood_of_headers_is_bounded() {
    let many = [b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-flood: 1\r\n".repeat(100_000), b"\r\n{}".to_vec()].concat();
    let one_long = b"HTTP/1.1 200 OK\r\nx-flood: ".to_vec();
    for answer in [Bytes { first: many, then: Vec::new() }, Bytes { first: one_long, then: vec![b'a'; 64 * 1024] }] {
        let error = list(answer, small).await.expect_err("too much");
        assert!(matches!(error, RestError::Unreachable { before_sending: false, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn json_that_is_nested_without_end_is_unreadable() {
    for body in [
        "[".repeat(500_000),
        "{\"conversations\":".repeat(50_000),
        format!("{{\"conversations\":[{}", "[".repeat(900_000)),
    ] {
        let error = list(Bytes::json(&body), small).await.expect_err("too deep");
        assert!(matches!(error, RestError::Unreadable(_)), "{error:?}");
    }
}

#[tokio::test]
async fn answers_of_another_shape_are_named() {
    for body in [
        "null",
        "7",
        "\"text\"",
        "[]",
        "{}",
        "{\"conversations\":null}",
        "{\"conversations\":{\"a\":1}}",
        "",
        "{\"conv",
        "{\"conversations\":\"none\"}",
    ] {
        let error = list(Bytes::json(body), small).await.expect_err(body);
        assert!(matches!(error, RestError::Unreadable(_)) && !error.to_string().is_empty(), "{body}: {error:?}");
    }
    // Rows that are none do not take the others with them.
    let mixed = "{\"conversations\":[null,7,\"x\",[],{},{\"_id\":{}},{\"_id\":\"6b02ca344e517f5f5b27e300\"}]}";
    assert_eq!(list(Bytes::json(mixed), small).await.expect("a list"), 1);
}

#[tokio::test]
async fn a_huge_list_is_survived() {
    let rows: Vec<String> = (0..50_000)
        .map(|n| {
            format!(
                "{{\"_id\":\"6b02ca344e517f5f5b{n:06x}\",\"userPhone\":\"92300{n:07}\",\"userName\":\"Customer {n}\"}}"
            )
        })
        .collect();
    let body = format!("{{\"conversations\":[{}]}}", rows.join(","));
    assert_eq!(list(Bytes::json(&body), |_| ()).await.expect("a list"), 50_000);
}

#[tokio::test]
async fn the_token_follows_no_redirect_out_of_the_origin() {
    let elsewhere = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).expect(0).mount(&elsewhere).await;
    let Some(server) = Contract::start(&json!({})) else { return };
    let other = elsewhere.uri();
    let authority = other.trim_start_matches("http://").to_owned();
    let here = server.url.trim_start_matches("http://").to_owned();
    for (to, code) in [
        (format!("{other}/api/conversations"), 301),
        (format!("//{authority}/api/conversations"), 302),
        (format!("http://{here}@{authority}/"), 303),
        (format!("\\\\{authority}\\api"), 307),
        (format!("https://{here}/api/conversations"), 308),
        ("ftp://127.0.0.1/".to_owned(), 302),
    ] {
        server.control("clear", json!({})).await;
        let action = json!({"redirect": to, "code": code});
        server.control("fault", json!({"path": "/api/conversations\\?", "action": action, "times": 50})).await;
        let mut seat = Seat::new(config(&server.url));
        let pick = |report: &Report| match report {
            Report::List { result: Err(error), .. } => Some(error.clone()),
            _ => None,
        };
        let error = seat.until("the refusal", pick).await;
        assert!(matches!(&error, RestError::Refused { status, .. } if *status == code), "{to}: {error:?}");
        assert!(error.to_string().contains("redirect"), "{to}: {error}");
    }
    elsewhere.verify().await;
}

#[tokio::test]
async fn a_send_is_not_repeated_by_a_redirect() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    let to = target(&server, 1, false).await;
    fault(&server, "POST", "/api/", json!({"redirect": "/api/messages/send", "code": 307})).await;
    let body = Outgoing::Text { body: "once".to_owned() };
    seat.backend.send(Command::Send { client: "c1".into(), target: to, body, reply_to: None });
    let pick = |report: &Report| match report {
        Report::Sent { result, .. } => Some(result.clone()),
        _ => None,
    };
    let error = seat.until("the refusal", pick).await.expect_err("refused");
    assert!(matches!(error, RestError::Refused { status: 307, .. }), "{error:?}");
    let requests = server.state().await["requests"].as_array().expect("requests").clone();
    assert_eq!(requests.iter().filter(|request| request["method"] == "POST").count(), 1);
}

#[tokio::test]
async fn the_socket_follows_no_redirect() {
    let elsewhere = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).expect(0).mount(&elsewhere).await;
    let moved = format!("HTTP/1.1 307 Moved\r\nlocation: {}/socket.io/\r\ncontent-length: 0\r\n\r\n", elsewhere.uri());
    for transport in [Transport::Websocket, Transport::Polling] {
        let mut config = config(&raw(Bytes { first: moved.clone().into_bytes(), then: Vec::new() }).await);
        config.profile.transport = transport;
        let mut seat = Seat::new(config);
        let waiting =
            |state: &SessionState| matches!(state, SessionState::Waiting { reason, .. } if reason.contains("307"));
        seat.state("a refusal that names the status", waiting).await;
    }
    elsewhere.verify().await;
}

#[tokio::test]
async fn a_body_that_drips_does_not_hold_others_up() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    seat.live().await;
    let to = target(&server, 1, false).await;
    for _ in 0..4 {
        fault(&server, "GET", "/messages", json!({"drip": 20})).await;
        let (page, purpose) = (switchboard::backend::Page::Latest, Purpose::Asked);
        seat.backend.send(Command::FetchThread { target: to.clone(), page, limit: 10, purpose });
    }
    seat.backend.send(Command::FetchList { limit: 5, purpose: Purpose::Asked });
    let pick = |report: &Report| match report {
        Report::List { purpose: Purpose::Asked, result: Ok(page), .. } if page.rows.len() <= 5 => Some(()),
        _ => None,
    };
    seat.until("the list beside four slow threads", pick).await;
}

#[tokio::test]
async fn plain_http_is_refused_beyond_this_machine() {
    let mut seat = Seat::new(config("http://chat.example.test"));
    let offline = seat.state("offline", |state| matches!(state, SessionState::Offline { .. })).await;
    let SessionState::Offline { reason } = offline.state else { unreachable!() };
    assert!(reason.contains("is plain http") && reason.contains("allow_plain_http"), "{reason}");
    let mut config = config("https://chat.example.test");
    config.profile.socket_url = Some("http://sockets.example.test".parse().expect("a URL"));
    config.limits.connect = Duration::from_millis(1);
    let mut seat = Seat::new(config);
    seat.state("offline", |state| matches!(state, SessionState::Offline { .. })).await;
}

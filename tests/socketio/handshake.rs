//! The way in: namespaces, auth, refusals, recovery, proxies.

use std::time::Duration;

use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use switchboard::socketio::{
    Auth, CloseReason, ConnectError, Incoming, NO_ARGS, Proxy, Recovery, Stage, Transport, TransportChoice, connect,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use crate::fake;
use crate::peer::{Drive, EVERY, KINDS, PATIENCE, Server, config};

#[tokio::test]
async fn namespace_path_query_headers_and_auth_arrive() {
    let Some(server) = Server::start(json!({"path": "/live/socket"})).await else { return };
    for transport in KINDS {
        let mut config = server.config(*transport);
        config.path = "/live/socket/".to_owned();
        config.namespace = "/admin".to_owned();
        config.query.push(("tenant".to_owned(), "a b&c".to_owned()));
        config.headers.insert("x-tenant", HeaderValue::from_static("acme"));
        config.auth = Some(Auth::new(&json!({"token": "secret"})).unwrap());
        assert!(!format!("{config:?}").contains("secret") && !format!("{config:?}").contains("a b"));
        let mut connection = connect(config).await.unwrap();
        connection.emitter.emit("handshake", NO_ARGS).await.unwrap();
        let seen: Value = connection.named("handshake").await.args.parse(0).unwrap();
        assert_eq!(seen["auth"], json!({"token": "secret"}));
        assert_eq!(seen["query"]["tenant"], "a b&c");
        assert_eq!(seen["headers"]["x-tenant"], "acme");
        if *transport != TransportChoice::RustSocketio {
            assert_eq!(seen["id"], connection.info.sid);
        }
    }
}

#[tokio::test]
async fn a_refusal_carries_its_message_and_data() {
    let Some(server) = Server::start(json!({})).await else { return };
    for transport in KINDS {
        let mut config = server.config(*transport);
        config.namespace = "/guarded".to_owned();
        config.auth = Some(Auth::new(&json!({"token": "old"})).unwrap());
        let refused = connect(config.clone()).await.unwrap_err();
        assert_eq!(refused.to_string(), "the server refused the connection: jwt expired");
        let ConnectError::Refused { data, .. } = refused else { panic!("{refused:?}") };
        let data: Value = serde_json::from_str(data.unwrap().get()).unwrap();
        assert_eq!(data, json!({"code": "SESSION_EXPIRED", "at": "emoji cut \u{fffd}"}));

        config.auth = Some(Auth::new(&json!({"token": "good"})).unwrap());
        connect(config).await.unwrap();
    }
    let mut config = server.config(TransportChoice::Websocket);
    config.namespace = "/nowhere".to_owned();
    let refused = connect(config).await.unwrap_err();
    assert!(matches!(&refused, ConnectError::Refused { message, .. } if message == "Invalid namespace"), "{refused:?}");
}

#[tokio::test]
async fn a_wrong_path_is_named_with_its_status() {
    let Some(server) = Server::start(json!({})).await else { return };
    let wrong = |transport| {
        let mut config = server.config(transport);
        config.path = "/elsewhere".to_owned();
        config.connect_timeout = Duration::from_secs(5);
        connect(config)
    };
    // Nobody answers plain HTTP requests there, and the server closes WebSockets.
    let polling = wrong(TransportChoice::Polling).await.unwrap_err();
    assert!(matches!(polling, ConnectError::Timeout { stage: Stage::Polling, .. }), "{polling:?}");
    let websocket = wrong(TransportChoice::Websocket).await.unwrap_err();
    assert!(
        matches!(
            websocket,
            ConnectError::Ended { stage: Stage::Websocket, .. }
                | ConnectError::Timeout { stage: Stage::Websocket, .. }
                | ConnectError::WebsocketRefused { .. }
        ),
        "{websocket:?}"
    );
}

#[tokio::test]
async fn auto_falls_back_to_polling_where_websockets_are_refused() {
    let Some(server) = Server::scripted(json!({}), json!({"upgradeRefused": true})).await else { return };
    let refused = connect(server.config(TransportChoice::Websocket)).await.unwrap_err();
    assert!(matches!(refused, ConnectError::WebsocketRefused { status: 403, .. }), "{refused:?}");
    assert!(refused.to_string().starts_with("the WebSocket was refused with HTTP 403"), "{refused}");

    let mut connection = server.connect(TransportChoice::Auto).await;
    assert_eq!(connection.info.transport, Transport::Polling);
    connection.emitter.emit("echo", &["a", "b"]).await.unwrap();
    connection.named("echo").await;

    // An upgrade that fails leaves the session as it is.
    let mut connection = server.connect(TransportChoice::PollingThenUpgrade).await;
    for _ in 0..20 {
        connection.emitter.emit("echo", &["a", "b"]).await.unwrap();
        connection.named("echo").await;
    }
}

#[tokio::test]
async fn auto_leaves_polling_when_a_websocket_works_after_all() {
    let Some(server) = Server::scripted(json!({}), json!({"upgradeRefused": 1})).await else { return };
    let mut connection = server.connect(TransportChoice::Auto).await;
    assert_eq!(connection.info.transport, Transport::Polling);
    connection.emitter.emit("echo", &["a", "b"]).await.unwrap();
    let (mut echoed, mut upgraded) = (false, false);
    while !(echoed && upgraded) {
        match connection.item().await.unwrap() {
            Incoming::Event(event) => echoed = &*event.name == "echo",
            Incoming::Upgraded(Transport::Websocket) => upgraded = true,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn auto_prefers_the_websocket() {
    let Some(server) = Server::start(json!({})).await else { return };
    assert_eq!(server.connect(TransportChoice::Auto).await.info.transport, Transport::Websocket);
}

#[tokio::test]
async fn a_server_with_polling_only_is_reached_by_auto() {
    let Some(server) = Server::start(json!({"transports": ["polling"]})).await else { return };
    let connection = server.connect(TransportChoice::Auto).await;
    assert_eq!(connection.info.transport, Transport::Polling);
    let refused = connect(server.config(TransportChoice::Websocket)).await.unwrap_err();
    assert!(matches!(refused, ConnectError::WebsocketRefused { status: 400, .. }), "{refused:?}");
}

#[tokio::test]
async fn nobody_listening_is_said_so() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    for transport in EVERY {
        let error = connect(config(port, *transport)).await.unwrap_err();
        assert!(matches!(error, ConnectError::Unreachable { .. }), "{error:?}");
        assert!(error.to_string().starts_with(&format!("cannot reach 127.0.0.1:{port}: ")), "{error}");
    }
}

#[tokio::test]
async fn every_stage_has_its_deadline() {
    let short = |port, transport| {
        let mut config = config(port, transport);
        config.connect_timeout = Duration::from_millis(300);
        connect(config)
    };
    // Accepts and says nothing.
    let mute = fake::mute().await;
    for (transport, stage) in
        [(TransportChoice::Websocket, Stage::Websocket), (TransportChoice::Polling, Stage::Polling)]
    {
        let error = short(mute, transport).await.unwrap_err();
        assert!(matches!(error, ConnectError::Timeout { stage: at, .. } if at == stage), "{error:?}");
    }
    // Opens the WebSocket and does not say open; says open and does not answer the CONNECT.
    for (script, stage) in [(&[][..], Stage::Open), (&[fake::OPEN][..], Stage::Namespace)] {
        let port = fake::websocket(script).await;
        let error = short(port, TransportChoice::Websocket).await.unwrap_err();
        assert!(matches!(error, ConnectError::Timeout { stage: at, .. } if at == stage), "{error:?}");
        #[cfg(feature = "rust_socketio")]
        {
            let error = short(port, TransportChoice::RustSocketio).await.unwrap_err();
            assert!(matches!(error, ConnectError::Timeout { .. }), "{error:?}");
        }
    }
}

#[tokio::test]
async fn strangers_are_named() {
    let http = fake::http("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").await;
    let error = connect(config(http, TransportChoice::Polling)).await.unwrap_err();
    assert_eq!(error.to_string(), format!("what answers at 127.0.0.1:{http} is no Engine.IO server"));
    let error = connect(config(http, TransportChoice::Websocket)).await.unwrap_err();
    assert!(matches!(error, ConnectError::WebsocketRefused { status: 200, .. }), "{error:?}");

    let unavailable = fake::http("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 7\r\n\r\nsoon \r\n").await;
    let error = connect(config(unavailable, TransportChoice::Polling)).await.unwrap_err();
    assert_eq!(error.to_string(), "the server answered HTTP 503: soon");

    // socket.io 2 joins the namespace unasked and without an id.
    let old = fake::websocket(&[fake::OPEN, "40"]).await;
    let error = connect(config(old, TransportChoice::Websocket)).await.unwrap_err();
    assert!(matches!(&error, ConnectError::Protocol(words) if words.contains("socket.io 2")), "{error:?}");
}

#[tokio::test]
async fn a_server_that_names_no_limit_is_fine() {
    let port = fake::websocket(&[fake::OPEN, r#"40{"sid":"s"}"#, r#"42["hello"]"#]).await;
    for transport in KINDS.iter().filter(|transport| **transport != TransportChoice::Polling) {
        let mut connection = connect(config(port, *transport)).await.unwrap();
        assert_eq!(connection.info.max_payload, None);
        connection.named("hello").await;
        let large = "x".repeat(2_000_000);
        connection.emitter.emit("large", &[large]).await.unwrap();
    }
}

#[tokio::test]
async fn recovery_replays_what_was_missed() {
    let options = json!({"connectionStateRecovery": {"maxDisconnectionDuration": 60_000}});
    let Some(server) = Server::start(options).await else { return };
    let mut connection = server.connect(TransportChoice::Websocket).await;
    assert!(!connection.info.recovered);
    connection.emitter.emit("count", NO_ARGS).await.unwrap();
    connection.named("counted").await;
    // What wants an answer carries no offset; its last argument is no other one's.
    connection.emitter.emit("ask", &["how?"]).await.unwrap();
    connection.named("question").await;
    connection.emitter.emit("cut", &[3]).await.unwrap();
    connection.end().await;

    let recovery = connection.events.recovery().unwrap();
    assert!(recovery.offset.is_some());
    assert!(!format!("{recovery:?}").contains(&recovery.pid));
    let mut config = server.config(TransportChoice::Websocket);
    config.recover = Some(recovery);
    let mut again = connect(config.clone()).await.unwrap();
    assert!(again.info.recovered);
    assert_eq!(again.info.sid, connection.info.sid);
    for i in 0..3 {
        assert_eq!(again.named("missed").await.args.parse::<u32>(0).unwrap(), i);
    }

    // A session that the server does not know: joined, not recovered.
    config.recover = Some(Recovery { pid: "unknown".to_owned(), offset: None });
    assert!(!connect(config).await.unwrap().info.recovered);
}

#[tokio::test]
async fn a_server_without_recovery_offers_none() {
    let Some(server) = Server::start(json!({})).await else { return };
    let connection = server.connect(TransportChoice::Websocket).await;
    assert!(connection.events.recovery().is_none());
}

/// A proxy that opens tunnels to this machine, whatever host is asked for, for `user:pass`; its address.
pub async fn proxy_with_password() -> std::net::SocketAddr {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = proxy.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut client, _) = proxy.accept().await.unwrap();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(client.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                if !head.contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n") {
                    let no = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
                    client.write_all(no.as_bytes()).await.unwrap();
                    return;
                }
                let target = head.strip_prefix("CONNECT ").unwrap().split(' ').next().unwrap();
                let port = target.rsplit(':').next().unwrap().parse::<u16>().unwrap();
                let mut server = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                client.write_all(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n").await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn the_environment_names_the_proxy() {
    let Some(server) = Server::start(json!({})).await else { return };
    let proxy = format!("http://user:pass@{}", proxy_with_password().await);
    // In a process of its own: the environment belongs to all tests of this one.
    for (no_proxy, works) in [("", true), ("backend.test", false)] {
        let mut run = tokio::process::Command::new(std::env::current_exe().unwrap());
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "REQUEST_METHOD"] {
            run.env_remove(name);
        }
        run.args(["--exact", "handshake::through_the_proxy_of_the_environment", "--ignored", "--nocapture"]);
        run.env("HTTP_PROXY", &proxy).env("NO_PROXY", no_proxy).env("BACKEND_PORT", server.port.to_string());
        let run = run.output().await.unwrap();
        let output = String::from_utf8_lossy(&run.stdout);
        assert_eq!(run.status.success() && output.contains("1 passed"), works, "{output}");
    }
}

#[tokio::test]
#[ignore = "run by the_environment_names_the_proxy"]
async fn through_the_proxy_of_the_environment() {
    let port: u16 = std::env::var("BACKEND_PORT").unwrap().parse().unwrap();
    let mut config = config(port, TransportChoice::Websocket);
    // Nobody but the proxy knows this host.
    config.url = Url::parse(&format!("http://backend.test:{port}")).unwrap();
    config.proxy = Proxy::FromEnv;
    let mut connection = connect(config).await.unwrap();
    connection.emitter.emit("echo", &[1, 2]).await.unwrap();
    connection.named("echo").await;
}

#[tokio::test]
async fn a_proxy_tunnels_with_credentials_or_is_named() {
    let Some(server) = Server::start(json!({})).await else { return };
    let address = proxy_with_password().await;
    let mut config = server.config(TransportChoice::Websocket);
    config.proxy = Proxy::Url(Url::parse(&format!("http://user:pass@{address}")).unwrap());
    let mut connection = connect(config.clone()).await.unwrap();
    connection.emitter.emit("echo", &[1, 2]).await.unwrap();
    connection.named("echo").await;

    config.proxy = Proxy::Url(Url::parse(&format!("http://{address}")).unwrap());
    let error = connect(config.clone()).await.unwrap_err();
    assert!(matches!(error, ConnectError::Proxy { .. }), "{error:?}");
    assert!(error.to_string().contains("answered 407"), "{error}");

    let bad_gateway = fake::http("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n").await;
    config.proxy = Proxy::Url(Url::parse(&format!("http://127.0.0.1:{bad_gateway}")).unwrap());
    let error = connect(config).await.unwrap_err();
    assert!(error.to_string().contains("answered 502"), "{error}");
}

#[tokio::test]
async fn the_way_out_is_reported_too() {
    let Some(server) = Server::start(json!({})).await else { return };
    for transport in KINDS {
        let mut connection = server.connect(*transport).await;
        connection.emitter.emit("echo", &["last", "words"]).await.unwrap();
        connection.emitter.disconnect();
        // Whether the echo comes back in time is the server's affair; that it was sent is ours.
        assert_eq!(connection.end().await, CloseReason::Local, "{transport:?}");
        assert!(connection.emitter.is_closed());
        assert!(connection.emitter.emit("x", NO_ARGS).await.is_err());
        let other = server.connect(TransportChoice::Websocket).await;
        loop {
            let connected = other.emitter.emit_with_ack("connected", NO_ARGS, PATIENCE).await.unwrap();
            if connected.parse::<u32>(0).unwrap() == 1 {
                break;
            }
        }
    }
}

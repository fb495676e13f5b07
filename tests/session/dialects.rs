//! Backends that are not the reference: pages, a server that is ready late, tokens in events and cookies, refusals that
//! HTTP calls a success.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command as Process, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};
use switchboard::backend::{
    self, BackendConfig, Command, Errand, Outgoing, Page, Purpose, Report, RestError, RoomStage, SessionState, Target,
    TokenSource,
};
use switchboard::chat::{ConversationKey, Id};
use switchboard::config::Profile;
use switchboard::wire::{Dialect, Event, Known, Shelf, ThreadPage};
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::contract::no_tls;
use crate::peers::peers_dir;
use crate::seat::Seat;

/// The peer.
struct Server {
    child: Child,
    url: String,
    client: reqwest::Client,
}

impl Server {
    fn start(script: &Value) -> Option<Self> {
        let dir = peers_dir()?;
        let mut child = Process::new("node")
            .arg("dialect_server.mjs")
            .arg(script.to_string())
            .current_dir(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("output")).read_line(&mut line).expect("a line");
        let client =
            reqwest::Client::builder().tls_backend_preconfigured(no_tls()).no_proxy().build().expect("a client");
        let port: Value = serde_json::from_str(&line).expect("JSON");
        Some(Self { child, url: format!("http://127.0.0.1:{}", port["port"]), client })
    }

    async fn told(&self) -> Vec<String> {
        let answer = self.client.get(format!("{}/told", self.url)).send().await.expect("told");
        answer.json().await.expect("a list")
    }

    /// Waits until the server was told something that begins so.
    async fn hears(&self, beginning: &str) -> Vec<String> {
        loop {
            let told = self.told().await;
            if told.iter().any(|line| line.starts_with(beginning)) {
                return told;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn emit(&self, event: &str, args: Value, room: Option<&str>) {
        let body = json!({ "event": event, "args": args, "room": room });
        self.client.post(format!("{}/emit", self.url)).body(body.to_string()).send().await.expect("emit");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn config(url: &str, dialect: &Dialect, token: &str) -> BackendConfig {
    let profile = Profile::new(url.parse().expect("a URL"));
    BackendConfig::new(profile, Arc::new(dialect.clone()), TokenSource::fixed(token))
}

fn ticketz() -> Dialect {
    let dialect = Shelf::shipped().dialect("ticketz").expect("shipped").expect("right");
    let given = [("companyId".to_owned(), "7".to_owned())].into();
    dialect.bound(Known { given: Some(&given), ..Known::default() })
}

fn ticket(id: &str) -> Target {
    Target { key: ConversationKey(1), id: id.into(), aliases: vec![], line: None, phone: None }
}

fn texts(page: &ThreadPage) -> (String, String, usize) {
    let preview =
        |message: Option<&switchboard::chat::Message>| message.map(|m| m.preview().to_string()).unwrap_or_default();
    (preview(page.messages.first()), preview(page.messages.last()), page.messages.len())
}

#[tokio::test]
async fn pages_of_lists_and_threads_are_followed() {
    let Some(server) = Server::start(&json!({})) else { return };
    let errand = Errand::new(config(&server.url, &ticketz(), "t"));
    let list = errand.list(100).await.expect("a list");
    assert_eq!(list.rows.len(), 45, "both pages");
    let one = ticket("1");
    let latest = errand.thread(&one, &Page::Latest, 30).await.expect("a thread");
    assert_eq!(texts(&latest), ("message 10".into(), "message 49".into(), 40));
    assert_eq!(latest.start, Some(false));
    let before = |id: &str| Page::Before { message: id.into(), at: None };
    let older = errand.thread(&one, &before("m10"), 30).await.expect("older");
    assert_eq!((texts(&older), older.start), (("message 0".into(), "message 9".into(), 10), Some(true)));
    let asked = server.told().await;
    assert_eq!(asked.iter().filter(|line| line.starts_with("GET /messages/1")).count(), 3, "{asked:?}");
    // Another program's cache may begin anywhere: its place is looked for from the newest on.
    let fresh = Errand::new(config(&server.url, &ticketz(), "t"));
    let older = fresh.thread(&one, &before("m25"), 10).await.expect("older");
    assert_eq!(texts(&older), ("message 10".into(), "message 24".into(), 15));
    let nothing = fresh.thread(&one, &before("m0"), 10).await.expect("older");
    assert_eq!((nothing.messages.len(), nothing.start), (0, Some(true)));
}

#[tokio::test]
async fn a_conversation_whose_thread_marks_as_read_is_asked_for_by_itself() {
    let Some(server) = Server::start(&json!({})) else { return };
    let errand = Errand::new(config(&server.url, &ticketz(), "t"));
    let page = errand.conversation(&Id::from("44")).await.expect("a ticket");
    assert_eq!(page.facts.and_then(|facts| facts.name).as_deref(), Some("Customer 44"));
    let asked = server.told().await;
    assert!(!asked.iter().any(|line| line.starts_with("GET /messages")), "{asked:?}");
}

#[tokio::test]
async fn nothing_is_emitted_before_the_server_is_ready_and_rooms_are_strings() {
    let Some(server) = Server::start(&json!({})) else { return };
    let mut seat = Seat::new(config(&server.url, &ticketz(), "t0k"));
    seat.open(&ticket("1"));
    seat.live().await;
    let told = server.hears("joinChatBox").await;
    let told: Vec<&str> = told.iter().map(String::as_str).filter(|line| !line.starts_with("GET")).collect();
    let expected = [
        "connected t0k",
        "joinNotification []",
        r#"joinTickets ["open"]"#,
        r#"joinTickets ["pending"]"#,
        r#"joinChatBox ["1"]"#,
    ];
    assert_eq!(told, expected);
    let message = json!({ "id": "live", "ticketId": 1, "body": "Hello??", "fromMe": false, "mediaType": "chat" });
    let args =
        json!([{ "action": "create", "message": message, "contact": { "name": "Maria", "number": "923001234501" } }]);
    server.emit("company-7-appMessage", args.clone(), Some("1")).await;
    let frame = seat.frame("company-7-appMessage").await;
    let Ok(Event::Message { evidence, facts, .. }) = &frame.event else { panic!("{:?}", frame.event) };
    assert_eq!(evidence.ids.first().map(|named| named.id.as_str()), Some("1"));
    assert_eq!(facts.name.as_deref(), Some("Maria"));
    server.emit("company-8-appMessage", args, Some("1")).await;
    assert_eq!(seat.frame("company-8-appMessage").await.event, Ok(Event::NotInDialect));
    let rooms: Vec<_> = seat
        .seen
        .iter()
        .filter_map(|report| match report {
            Report::Room(room) if room.stage == RoomStage::Emitted => Some(room.emitted.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(rooms, ["joinNotification", r#"joinTickets "open""#, r#"joinTickets "pending""#, r#"joinChatBox "1""#]);
}

/// A ticketz that takes the token in its first event.
fn first_event() -> Dialect {
    let text = "name = \"mine\"\nextends = \"ticketz\"\nabout = \"x\"\n[socket]\nready = \"authenticated\"\n";
    let text = format!(
        "{text}authenticate = {{ event = \"authenticate\", argument = {{ token = \"{{token}}\" }}, success = \"authenticated\", failure = \"unauthorized\" }}\n"
    );
    let given = [("companyId".to_owned(), "7".to_owned())].into();
    let dialect = Dialect::parse("mine.toml", &text).expect("right");
    dialect.bound(Known { given: Some(&given), ..Known::default() })
}

#[tokio::test]
async fn a_token_in_the_first_event_is_accepted_or_refused() {
    let Some(server) = Server::start(&json!({ "firstEvent": true })) else { return };
    let mut seat = Seat::new(config(&server.url, &first_event(), "good"));
    seat.live().await;
    let told = server.hears("joinNotification").await;
    let first = told.iter().find(|line| !line.starts_with("GET"));
    assert_eq!(first.map(String::as_str), Some(r#"authenticate {"token":"good"}"#), "{told:?}");

    let mut refused = Seat::new(config(&server.url, &first_event(), "bad"));
    let session = refused.state("signed out", |state| matches!(state, SessionState::SignedOut { .. })).await;
    let SessionState::SignedOut { reason } = session.state else { unreachable!() };
    assert!(reason.contains("unauthorized"), "{reason}");
}

#[tokio::test]
async fn an_event_that_says_only_that_something_changed_fetches_the_list() {
    let Some(server) = Server::start(&json!({})) else { return };
    let text = "name = \"mine\"\nextends = \"ticketz\"\nabout = \"x\"\n\
                [[events]]\nnames = [\"changed\"]\nkind = \"conversation\"\nids = [\"/ticketId\"]\nrefetch = true\n";
    let mut seat = Seat::new(config(&server.url, &Dialect::parse("mine.toml", text).expect("right"), "t"));
    seat.live().await;
    server.emit("changed", json!([{ "ticketId": 1 }]), None).await;
    let pick = |report: &Report| matches!(report, Report::List { purpose: Purpose::Drift, .. }).then_some(());
    seat.until("the list, long before its turn", pick).await;
}

#[tokio::test]
async fn a_cookie_may_be_the_token_and_headers_stand_with_every_request() {
    let server = MockServer::start().await;
    let dialect = Shelf::shipped().dialect("everlast-crm").expect("shipped").expect("right");
    let dialect = dialect.bound(Known { line: Some("5"), ..Known::default() });
    Mock::given(method("POST"))
        .and(path("/api/auth/login"))
        .and(body_json(json!({ "username": "ines", "password": "pa55" })))
        .respond_with(
            ResponseTemplate::new(200)
                .append_header("Set-Cookie", "other=1; Path=/")
                .append_header("Set-Cookie", "token=c00kie; HttpOnly; Path=/")
                .set_body_json(json!({ "success": true, "user": { "id": 4, "name": "Ines" } })),
        )
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/api/conversations"))
        .and(query_param("page", "1"))
        .and(header("cookie", "token=c00kie"))
        .and(header("x-whatsapp-number-id", "5"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "success": true, "data": [{ "id": 41 }] })))
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path("/api/messages"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({ "success": false, "error": "WINDOW_CLOSED", "message": "24 h" })),
        )
        .mount(&server)
        .await;
    let profile = Profile::new(server.uri().parse().expect("a URL"));
    let (token, who) = backend::login(&profile, &dialect, "ines", &"pa55".into()).await.expect("signed in");
    assert_eq!(who.id, Some("4".into()));
    let token = secrecy::ExposeSecret::expose_secret(&token).to_owned();
    let errand = Errand::new(config(&server.uri(), &dialect, &token));
    assert_eq!(errand.list(10).await.expect("a list").rows.len(), 1);
    let body = Outgoing::Text { body: "hi".to_owned() };
    let refused = errand.send(&"c1".into(), &ticket("41"), &body, None).await.expect_err("the window is closed");
    assert!(
        matches!(&refused, RestError::Refused { code: Some(code), .. } if code.as_str() == "WINDOW_CLOSED"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn where_there_is_no_socket_the_list_is_polled_and_that_is_said() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/api/conversations"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({ "conversations": [{ "_id": "6b02cde878eebeb31e40f6c0" }] })),
        )
        .mount(&server)
        .await;
    let text = "name = \"mine\"\nextends = \"reference\"\nabout = \"x\"\nlines = false\nme = false\n[connection]\npolling_only = true\n[list]\nquery = {}\n";
    let dialect =
        Dialect::parse("mine.toml", text).expect("right").bound(Known { line: Some("1"), ..Known::default() });
    let mut config = config(&server.uri(), &dialect, "t");
    config.polls.often = std::time::Duration::from_millis(50);
    let mut seat = Seat::new(config);
    let polled =
        |report: &Report| matches!(report, Report::List { purpose: Purpose::Drift, result: Ok(_), .. }).then_some(());
    seat.until("a poll", polled).await;
    let said = |report: &Report| match report {
        Report::Session(session) => match &session.state {
            SessionState::Silent { reason } => Some(reason.to_string()),
            _ => None,
        },
        _ => None,
    };
    assert!(seat.ever("silent", said).await.contains("no socket"));
    seat.backend.send(Command::Reconnect);
    seat.until("another", polled).await;
}

#[tokio::test]
async fn a_token_is_renewed_by_what_the_login_gave() {
    let server = MockServer::start().await;
    let dialect = Shelf::shipped().dialect("whaticket").expect("shipped").expect("right");
    let tickets = |token: &str| {
        Mock::given(method("GET"))
            .and(path("/tickets"))
            .and(header("authorization", format!("Bearer {token}").as_str()))
    };
    let login = json!({ "token": "first", "user": { "id": 7, "name": "Ines" } });
    Mock::given(method("POST"))
        .and(path("/auth/login"))
        .respond_with(ResponseTemplate::new(200).append_header("Set-Cookie", "jrt=r1; HttpOnly").set_body_json(login))
        .mount(&server)
        .await;
    let expired = json!({ "error": "Invalid token. We'll try to assign a new one on next request" });
    tickets("first").respond_with(ResponseTemplate::new(403).set_body_json(expired)).mount(&server).await;
    let renewed = ResponseTemplate::new(200).append_header("Set-Cookie", "jrt=r2; HttpOnly");
    Mock::given(method("POST"))
        .and(path("/auth/refresh_token"))
        .and(header("cookie", "jrt=r1"))
        .respond_with(renewed.set_body_json(json!({ "token": "second" })))
        .expect(1)
        .mount(&server)
        .await;
    let rows = json!({ "tickets": [{ "id": 41 }], "hasMore": false });
    tickets("second").respond_with(ResponseTemplate::new(200).set_body_json(rows)).mount(&server).await;

    let profile = Profile::new(server.uri().parse().expect("a URL"));
    let (token, _) = backend::login(&profile, &dialect, "ines", &"pa55".into()).await.expect("signed in");
    let token = secrecy::ExposeSecret::expose_secret(&token).to_owned();
    assert_eq!(token, "first r1");
    let errand = Errand::new(config(&server.uri(), &dialect, &token));
    assert_eq!(errand.list(10).await.expect("a list").rows.len(), 1);
    assert_eq!(errand.list(10).await.expect("again").rows.len(), 1, "with the renewed token, at once");
}

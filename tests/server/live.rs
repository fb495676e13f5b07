//! The official npm `socket.io-client` against the server, by WebSocket and by polling.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::envelopes::{message, messages_from, status, text};
use crate::house::{ACCOUNT, DANA, DANA_PHONE, FOREIGN, House, LINE};
use crate::peers::peers_dir;

/// The npm client in a process of its own.
pub struct NpmClient {
    process: Child,
    commands: ChildStdin,
    reports: Lines<BufReader<ChildStdout>>,
    /// Reports that were read while another was looked for.
    seen: Vec<Value>,
}

impl NpmClient {
    /// Starts the client with this token (none at all if absent) and these transports.
    pub fn start(peers: &Path, url: &str, token: Option<&Value>, transports: &[&str]) -> Self {
        let mut options = json!({ "url": url, "transports": transports });
        if let Some(token) = token {
            options["token"] = token.clone();
        }
        let mut process = Command::new("node")
            .arg("client.mjs")
            .arg(options.to_string())
            .current_dir(peers)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let commands = process.stdin.take().unwrap();
        let reports = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, commands, reports, seen: Vec::new() }
    }

    /// Starts the client, and waits until it is connected and subscribed.
    pub async fn subscribed(peers: &Path, house: &House, token: &str, transports: &[&str]) -> Self {
        let mut client = Self::start(peers, &house.running.url(), Some(&json!(format!("Bearer {token}"))), transports);
        client.wait(|report| report["kind"] == "connect").await;
        let joined = client.ask(json!(["subscribe_conversations"])).await;
        assert_eq!(joined["success"], true, "{joined}");
        client
    }

    /// Stops the process, or lets it go on: `STOP`, `CONT`.
    #[cfg(unix)]
    pub async fn signal(&self, signal: &str) {
        let id = self.process.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().await.unwrap().success());
    }

    /// Sends a command.
    pub async fn command(&mut self, command: Value) {
        self.commands.write_all(format!("{command}\n").as_bytes()).await.unwrap();
    }

    /// Emits with an ack, and gives the answer's first argument.
    pub async fn ask(&mut self, emit: Value) -> Value {
        let name = emit[0].clone();
        self.command(json!({ "emit": emit, "ack": true })).await;
        let report = self.wait(|report| report["kind"] == "ack" && report["to"] == name).await;
        report["answer"][0].clone()
    }

    /// The first report that fits, now or later; it is not given again.
    pub async fn wait(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.seen.iter().position(&fits) {
            return self.seen.remove(at);
        }
        loop {
            let line = tokio::time::timeout(Duration::from_secs(30), self.reports.next_line()).await;
            let Ok(line) = line else { panic!("no such report came; {} others did", self.seen.len()) };
            let report: Value = serde_json::from_str(&line.unwrap().expect("the client ended")).unwrap();
            if fits(&report) {
                return report;
            }
            self.seen.push(report);
        }
    }

    /// The next event of this name.
    pub async fn event(&mut self, name: &str) -> Value {
        self.wait(|report| report["kind"] == "event" && report["name"] == name).await
    }

    /// How many reports of events with this name were read and not asked for.
    pub fn left_over(&self, name: &str) -> usize {
        self.seen.iter().filter(|report| report["kind"] == "event" && report["name"] == name).count()
    }
}

#[tokio::test]
async fn the_npm_client_works_over_both_transports() {
    let Some(peers) = peers_dir() else { return };
    for transports in [&["websocket"], &["polling"]] {
        let house = House::build().await;
        let mut client = NpmClient::subscribed(&peers, &house, &house.token, transports).await;
        let joined = client.ask(json!(["join_conversation", { "conversationId": DANA }])).await;
        let room = format!("conversation:{DANA}");
        assert_eq!(joined, json!({ "success": true, "conversationId": DANA, "room": room }), "{transports:?}");

        house.deliver(&messages_from(DANA_PHONE, "Dana Ó Briain", &[text("wamid.L1", DANA_PHONE, "Salaam 👋")])).await;
        let update = client.event("conversation_update").await;
        assert_eq!(update["args"][0]["conversationId"], format!("{ACCOUNT}_{LINE}_{DANA_PHONE}"));
        assert_eq!((&update["args"][0]["_id"], &update["wantsAck"]), (&json!(DANA), &json!(true)));
        let received = client.event("message.received").await;
        assert_eq!(
            (&received["args"][0]["senderName"], &received["wantsAck"]),
            (&json!("Dana Ó Briain"), &json!(false))
        );
        let new = client.event("new_message").await;
        assert_eq!((&new["args"][0]["conversationId"], &new["wantsAck"]), (&json!(DANA), &json!(true)));
        assert_eq!(new["args"][0]["message"]["_id"], received["args"][0]["_id"]);
        // On the wire the ack id stands right after `42`.
        let raw = client
            .wait(|report| report["kind"] == "raw" && report["data"].as_str().unwrap().contains("\"new_message\""))
            .await;
        let raw = raw["data"].as_str().unwrap();
        let id = raw.strip_prefix("42").and_then(|rest| rest.split_once('[')).unwrap().0;
        assert!(id.parse::<u64>().is_ok(), "{raw}");
    }
}

#[tokio::test]
async fn refused_tokens_are_told_why() {
    let Some(peers) = peers_dir() else { return };
    let house = House::build().await;
    let other = House::build_with(|config| config.jwt_secret = None).await;
    for (token, message) in [
        (None, "Authentication error - no token"),
        (Some(json!("")), "Authentication error - no token"),
        (Some(json!("Bearer abc")), "Invalid token: jwt malformed"),
        (Some(json!(5)), "Invalid token: jwt malformed"),
        (Some(json!(other.token)), "Invalid token: invalid signature"),
        (Some(json!(house.expired_token())), "Invalid token: jwt expired"),
    ] {
        let mut client = NpmClient::start(&peers, &house.running.url(), token.as_ref(), &["websocket"]);
        let refused = client.wait(|report| report["kind"] == "connect_error").await;
        assert_eq!(refused["message"], message, "{token:?}");
    }
}

#[tokio::test]
async fn odd_arguments_are_answered_and_do_no_harm() {
    let Some(peers) = peers_dir() else { return };
    let house = House::build().await;
    let mut client = NpmClient::subscribed(&peers, &house, &house.token, &["websocket"]).await;
    for odd in [
        json!(["join_conversation"]),
        json!(["join_conversation", null]),
        json!(["join_conversation", 5]),
        json!(["join_conversation", {}]),
        json!(["join_conversation", { "conversationId": null }]),
        json!(["join_conversation", { "conversationId": 7 }]),
        json!(["join_conversation", "nowhere"]),
        json!(["leave_conversation", null]),
        json!(["typing", []]),
        json!(["typing", { "conversationId": DANA, "isTyping": "yes" }]),
        json!(["no_such_event", 1]),
        json!(["join_conversation", { "conversationId": FOREIGN }]),
    ] {
        let answer = client.ask(odd.clone()).await;
        assert_eq!(answer["success"], false, "{odd}: {answer}");
        client.command(json!({ "emit": odd })).await;
        let error = client.event("error").await;
        assert_eq!((&error["args"][0]["event"], &error["args"][0]["message"]), (&odd[0], &answer["message"]), "{odd}");
    }
    // It is still there, and a bare string is as good as an object.
    let joined = client.ask(json!(["join_conversation", format!("{ACCOUNT}_{LINE}_{DANA_PHONE}")])).await;
    assert_eq!(joined["conversationId"], DANA);
    let left = client.ask(json!(["leave_conversation", DANA])).await;
    assert_eq!(left["success"], true);
}

#[tokio::test]
async fn another_tenant_hears_nothing_and_the_typist_no_echo() {
    let Some(peers) = peers_dir() else { return };
    let house = House::build().await;
    let mut ours = NpmClient::subscribed(&peers, &house, &house.token, &["websocket"]).await;
    let mut colleague = NpmClient::subscribed(&peers, &house, &house.token, &["websocket"]).await;
    let foreign = house.foreign_token().await;
    let mut theirs = NpmClient::subscribed(&peers, &house, &foreign, &["websocket"]).await;
    for client in [&mut ours, &mut colleague] {
        client.ask(json!(["join_conversation", { "conversationId": DANA }])).await;
    }
    let refused = theirs.ask(json!(["join_conversation", { "conversationId": DANA }])).await;
    assert_eq!(refused["message"], "Conversation not found");

    let typing = json!(["typing", { "conversationId": DANA, "isTyping": true }]);
    assert_eq!(ours.ask(typing).await["success"], true);
    let typed = colleague.event("typing").await;
    assert_eq!(typed["args"][0]["userId"], ACCOUNT);
    house.running.ingest().customer_typing(DANA, true).await;
    let customer = ours.event("typing").await;
    assert_eq!(customer["args"][0]["userId"], DANA_PHONE, "the first that the typist hears is the customer's");

    house.deliver(&messages_from(DANA_PHONE, "Dana", &[text("wamid.X", DANA_PHONE, "ours")])).await;
    ours.event("new_message").await;
    assert_eq!(theirs.ask(json!(["subscribe_conversations"])).await["success"], true);
    for event in ["conversation_update", "message.received", "new_message", "typing"] {
        assert_eq!(theirs.left_over(event), 0, "{event}");
    }
}

#[tokio::test]
async fn sends_reads_statuses_and_reactions_are_broadcast() {
    let Some(peers) = peers_dir() else { return };
    let house = House::build().await;
    house.accepts(&["wamid.S1"]).await;
    let mut client = NpmClient::subscribed(&peers, &house, &house.token, &["websocket"]).await;
    client.ask(json!(["join_conversation", { "conversationId": DANA }])).await;

    let reply = json!({ "messageType": "text", "message": "on its way" });
    let sent = house.ask(Method::POST, &format!("/api/conversations/{DANA}/reply"), Some(reply)).await;
    let event = client.event("message.sent").await["args"][0].clone();
    assert_eq!((&event["conversationId"], &event["message"]["_id"]), (&json!(DANA), &sent.body["data"]["messageId"]));
    let update = client.event("conversation_update").await;
    assert_eq!(
        (&update["args"][0]["lastMessagePreview"], &update["args"][0]["unreadCount"]),
        (&json!("on its way"), &json!(0))
    );

    house.deliver(&status("wamid.S1", "failed")).await;
    let failed = client.event("message_status").await["args"][0].clone();
    assert_eq!((&failed["status"], &failed["errorCode"]), (&json!("failed"), &json!("131047")));
    house.deliver(&status("wamid.S1", "delivered")).await;
    let status = client.event("message_status").await;
    assert_eq!((&status["args"][0]["status"], &status["wantsAck"]), (&json!("delivered"), &json!(true)));
    assert_eq!(status["args"][0]["messageId"], sent.body["data"]["messageId"]);

    let part = json!({ "message_id": "wamid.S1", "emoji": "❤️" });
    house.deliver(&messages_from(DANA_PHONE, "Dana", &[message("wamid.RE", DANA_PHONE, "reaction", part)])).await;
    let reaction = client.event("new_message").await["args"][0]["message"].clone();
    assert_eq!((&reaction["messageType"], &reaction["content"]["messageId"]), (&json!("reaction"), &json!("wamid.S1")));
    assert_eq!(client.left_over("conversation_update"), 0, "a reaction changes nothing of the row");

    house.ask(Method::PATCH, &format!("/api/conversations/{DANA}/read"), None).await;
    let read = client.event("conversation_update").await;
    assert!(read["args"][0]["unreadCount"] == 0);
}

#[tokio::test]
async fn a_burst_arrives_whole_and_in_order() {
    let Some(peers) = peers_dir() else { return };
    let house = House::build().await;
    let mut client = NpmClient::subscribed(&peers, &house, &house.token, &["websocket"]).await;
    client.ask(json!(["join_conversation", { "conversationId": DANA }])).await;
    let many: Vec<Value> = (0..500).map(|at| text(&format!("wamid.F{at}"), DANA_PHONE, &at.to_string())).collect();
    house.deliver(&messages_from(DANA_PHONE, "Dana", &many)).await;
    for at in 0..500 {
        let new = client.event("new_message").await;
        assert_eq!(new["args"][0]["message"]["content"]["text"], at.to_string());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_socket_that_is_too_far_behind_is_closed_instead_of_missing_events_unawares() {
    let Some(peers) = peers_dir() else { return };
    let house = House::build_with(|config| config.socket_buffer = 16).await;
    let mut stalled = NpmClient::subscribed(&peers, &house, &house.token, &["websocket"]).await;
    stalled.signal("STOP").await;
    // More than the kernel's buffers take for a reader who does not read.
    let long = "x".repeat(50_000);
    for batch in 0..3 {
        let many: Vec<Value> = (0..50).map(|at| text(&format!("wamid.B{batch}.{at}"), DANA_PHONE, &long)).collect();
        house.deliver(&messages_from(DANA_PHONE, "Dana", &many)).await;
    }
    house
        .until(&format!("/api/conversations/{DANA}"), |body| {
            (body["conversation"]["unreadCount"].as_i64() == Some(151)).then_some(())
        })
        .await;
    stalled.signal("CONT").await;
    let gone = stalled.wait(|report| report["kind"] == "disconnect").await;
    assert_eq!(gone["reason"], "io server disconnect");
}

//! The customers behind a whole server: database, REST, ingest.

use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::super::SimulatorConfig;
use super::super::dice::conversation_id;
use super::*;
use crate::server::{DatabaseAt, Running, Server, ServerConfig};

struct Desk {
    server: Running,
    http: reqwest::Client,
    token: String,
}

impl Desk {
    async fn open(rate: f64, database: DatabaseAt) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let simulator = Some(SimulatorConfig { seed: 1, rate, quiet_start: false });
        let server = Server::start(ServerConfig { simulator, database, rate_limit: 0, ..ServerConfig::default() })
            .await
            .unwrap();
        let token = server.token_for("sam@acme.example").await.unwrap().expose_secret().to_owned();
        Self { server, http: reqwest::Client::new(), token }
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.server.url())).bearer_auth(&self.token);
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn reply(&self, conversation: &str, text: &str) -> Value {
        let url = format!("{}/api/conversations/{conversation}/reply", self.server.url());
        let body = json!({ "messageType": "text", "message": text });
        self.http.post(url).bearer_auth(&self.token).json(&body).send().await.unwrap().json().await.unwrap()
    }

    async fn list(&self, line: &str) -> Vec<Value> {
        let list = self.get(&format!("/api/conversations?phoneNumberId={line}&limit=0")).await;
        list["conversations"].as_array().unwrap().clone()
    }

    async fn thread(&self, conversation: &str) -> Vec<Value> {
        let thread = self.get(&format!("/api/conversations/{conversation}/messages?limit=0")).await;
        thread["messages"].as_array().unwrap().clone()
    }

    /// A message of a thread once it is as wanted; looks again until then, for ten seconds.
    async fn message(&self, conversation: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let look = async {
            let mut again = tokio::time::interval(Duration::from_millis(20));
            loop {
                again.tick().await;
                if let Some(found) = self.thread(conversation).await.into_iter().find(|message| wanted(message)) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), look).await.expect("the message never became as wanted")
    }
}

fn id(demo: &Demo, name: &str) -> String {
    let customer = &with(demo, name).customer;
    conversation_id(&demo.lines[customer.line].id, &customer.address)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_is_listed_as_it_is_written() {
    let (demo, desk) = (demo(), Desk::open(0.0, DatabaseAt::Memory).await);
    let mut rows = Vec::new();
    for line in &demo.lines {
        rows.extend(desk.list(&line.id).await);
    }
    assert_eq!(rows.len(), demo.conversations.len());
    for conversation in &demo.conversations {
        let customer = &conversation.customer;
        let row = rows.iter().find(|row| row["_id"] == id(&demo, &customer.name)).unwrap();
        if let Some(phone) = customer.phone() {
            assert_eq!(row["userPhone"], phone);
        }
        assert_eq!(row["unreadCount"], conversation.unread, "{row}");
        let thread = desk.thread(row["_id"].as_str().unwrap()).await;
        assert_eq!(thread.len(), conversation.history.len(), "{}", customer.name);
        for (message, past) in thread.iter().zip(&conversation.history) {
            assert_eq!(message["messageType"], past.said.content.kind(), "{message}");
            assert_eq!(message["direction"], if past.by.is_some() { "outbound" } else { "inbound" });
            if let Some(agent) = past.by {
                assert_eq!(message["senderName"], demo.agents[agent].name);
            }
            if let Some(code) = past.error {
                assert_eq!((&message["status"], &message["errorCode"]), (&json!("failed"), &json!(code.to_string())));
            }
        }
    }
    desk.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_is_read_and_answered_and_one_to_a_dead_number_fails() {
    let (demo, desk) = (demo(), Desk::open(20.0, DatabaseAt::Memory).await);
    let (maria, owen) = (id(&demo, "Maria López"), id(&demo, "Owen Blackwood"));
    let sent = desk.reply(&maria, "It is on its way").await;
    assert_eq!(sent["success"], true, "{sent}");
    let wamid = &sent["data"]["waMessageId"];
    desk.message(&maria, |message| message["waMessageId"] == *wamid && message["status"] == "read").await;
    desk.message(&maria, |message| message["content"]["text"] == "ok, I am waiting at the window").await;

    let sent = desk.reply(&owen, "It is ready").await;
    let wamid = &sent["data"]["waMessageId"];
    let failed = desk.message(&owen, |message| message["waMessageId"] == *wamid && message["status"] == "failed").await;
    assert_eq!(failed["errorCode"], "131026", "{failed}");
    desk.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_run_on_the_same_database_is_not_taken_for_a_repetition() {
    let folder = tempfile::tempdir().unwrap();
    let database = DatabaseAt::File(folder.path().join("server.db"));
    let maria = id(&demo(), "Maria López");
    let mut threads = Vec::new();
    for text in ["one", "two"] {
        let desk = Desk::open(0.0, database.clone()).await;
        let sent = desk.reply(&maria, text).await;
        let wamid = &sent["data"]["waMessageId"];
        desk.message(&maria, |message| message["waMessageId"] == *wamid && message["status"] == "delivered").await;
        threads.push(desk.thread(&maria).await.len());
        desk.server.shutdown().await;
    }
    assert_eq!(threads[1], threads[0] + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_the_demo_are_served() {
    let (demo, desk) = (demo(), Desk::open(0.0, DatabaseAt::Memory).await);
    let thread = desk.thread(&id(&demo, "Priya Raman 🌿")).await;
    let image = thread.iter().find(|message| message["messageType"] == "image").unwrap();
    let url = image["content"]["mediaUrl"].as_str().unwrap();
    let answer = desk.http.get(url).bearer_auth(&desk.token).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &"image/png".parse().unwrap()));
    assert!(answer.bytes().await.unwrap().starts_with(b"\x89PNG"));
    desk.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_who_hides_their_phone_is_answered_and_answers() {
    let (demo, desk) = (demo(), Desk::open(20.0, DatabaseAt::Memory).await);
    let lena = id(&demo, "lena.paints");
    let sent = desk.reply(&lena, "Das geht auch so").await;
    let wamid = &sent["data"]["waMessageId"];
    desk.message(&lena, |message| message["waMessageId"] == *wamid && message["status"] == "read").await;
    desk.message(&lena, |message| message["content"]["text"] == "Super, danke!").await;
    // What she wrote went into the conversation that she had, not into one of its own.
    let rows = desk.list(&demo.lines[0].id).await;
    assert_eq!(rows.iter().filter(|row| row["userName"] == "lena.paints").count(), 1);
    desk.server.shutdown().await;
}

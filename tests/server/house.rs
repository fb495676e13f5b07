//! A server with two tenants, and a client for its REST side.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, Method, Response};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use switchboard::server::db::seed::{
    Seed, SeedAccount, SeedAgent, SeedConversation, SeedCustomer, SeedLine, SeedMessage,
};
use switchboard::server::db::status::{DeliveryStatus, Direction};
use switchboard::server::graph::GraphConfig;
use switchboard::server::{DatabaseAt, Running, Server, ServerConfig};
use wiremock::matchers::{body_partial_json, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The account of most tests.
pub const ACCOUNT: &str = "695a15a5c526dbe7c085ece2";
/// Its line.
pub const LINE: &str = "1003427786179738";
/// Its conversation with a customer who wrote an hour ago.
pub const DANA: &str = "6b02ca344e517f5f5b27e3c4";
/// Dana's phone.
pub const DANA_PHONE: &str = "923001234570";
/// Its conversation with a customer who wrote three days ago.
pub const OLD: &str = "6b02ca344e517f5f5b27e3c5";
/// The other tenant's conversation.
pub const FOREIGN: &str = "6b02ca344e517f5f5b27e3ff";
/// The other tenant's line.
pub const FOREIGN_LINE: &str = "2003427786179738";
/// What the first account's agent logs in with, once [`House::set_password`] was called.
pub const PASSWORD: &str = "correct horse";

const JWT_SECRET: &str = "house secret";

/// A running server and what a test needs to talk to it.
pub struct House {
    /// The server.
    pub running: Running,
    /// The mock of the Cloud API.
    pub graph: MockServer,
    /// The token of the first account's agent.
    pub token: String,
    client: Client,
}

impl House {
    /// The usual house, in memory.
    pub async fn build() -> Self {
        Self::build_with(|_| {}).await
    }

    /// A house whose configuration is changed first.
    pub async fn build_with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        let graph = MockServer::start().await;
        let token = SecretString::from("graph token");
        let mut config = ServerConfig {
            graph: Some(GraphConfig { base_url: graph.uri(), ..GraphConfig::new(token) }),
            jwt_secret: Some(SecretString::from(JWT_SECRET)),
            ..ServerConfig::default()
        };
        change(&mut config);
        let running = Server::start(config).await.unwrap();
        if !running.db().has_accounts().await.unwrap() {
            running.db().seed(seed()).await.unwrap();
        }
        let token = running.token_for("owner@example.test").await.unwrap().expose_secret().to_owned();
        Self { running, graph, token, client: http() }
    }

    /// A configuration with its database in this file, and the secret of the tokens with it.
    pub fn in_file(path: &std::path::Path) -> impl FnOnce(&mut ServerConfig) {
        let path = path.to_owned();
        move |config| {
            config.database = DatabaseAt::File(path);
            config.jwt_secret = None;
        }
    }

    /// The Cloud API accepts messages, with these wamids one after the other.
    pub async fn accepts(&self, wamids: &[&str]) {
        for wamid in wamids {
            Mock::given(method("POST"))
                .and(path(format!("/v23.0/{LINE}/messages")))
                .and(body_partial_json(json!({ "recipient_type": "individual" })))
                .respond_with(ResponseTemplate::new(200).set_body_json(json!({
                    "messaging_product": "whatsapp", "messages": [{ "id": wamid }]
                })))
                .up_to_n_times(1)
                .mount(&self.graph)
                .await;
        }
    }

    /// The Cloud API accepts a message, and takes its time.
    pub async fn accepts_after(&self, wamid: &str, delay: std::time::Duration) {
        let body = json!({ "messaging_product": "whatsapp", "messages": [{ "id": wamid }] });
        Mock::given(method("POST"))
            .and(path(format!("/v23.0/{LINE}/messages")))
            .respond_with(ResponseTemplate::new(200).set_body_json(body).set_delay(delay))
            .mount(&self.graph)
            .await;
    }

    /// The Cloud API refuses every message.
    pub async fn refuses(&self, code: i64, message: &str) {
        Mock::given(method("POST"))
            .and(path(format!("/v23.0/{LINE}/messages")))
            .respond_with(ResponseTemplate::new(400).set_body_json(json!({
                "error": { "message": message, "type": "OAuthException", "code": code,
                           "error_data": { "details": "More than 24 hours have passed" } }
            })))
            .mount(&self.graph)
            .await;
    }

    /// A request with the house's token.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.ask_as(&self.token, method, path, body).await
    }

    /// A request with another token.
    pub async fn ask_as(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.request(method, path).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// A bare request.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.running.url()))
    }

    /// A GET with the house's token that must succeed.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.ask(Method::GET, path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// Posts an envelope to the webhook, unsigned.
    pub async fn deliver(&self, envelope: &Value) {
        let answer = self.request(Method::POST, "/api/webhooks/whatsapp").json(envelope).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// The messages of a conversation once there are at least `count`: deliveries are processed after they are
    /// answered.
    pub async fn messages(&self, conversation: &str, count: usize) -> Vec<Value> {
        let path = format!("/api/conversations/{conversation}/messages");
        self.until(&path, |body| body["messages"].as_array().filter(|messages| messages.len() >= count).cloned()).await
    }

    /// Asks again until the answer is right.
    pub async fn until<T>(&self, path: &str, right: impl Fn(&Value) -> Option<T>) -> T {
        let mut last = Value::Null;
        for _ in 0..2_000 {
            last = self.get(path).await;
            if let Some(found) = right(&last) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{path} never became right: {last:#}");
    }

    /// A token of the first account's agent that was good in 1970.
    pub fn expired_token(&self) -> String {
        let claims = json!({ "email": "owner@example.test", "name": "Owner", "accountId": ACCOUNT, "role": "admin",
                             "iat": 1, "exp": 2 });
        let key = jsonwebtoken::EncodingKey::from_secret(JWT_SECRET.as_bytes());
        jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).unwrap()
    }

    /// Lets the first account's agent log in; hashing takes its time, so only tests that need it do it.
    pub async fn set_password(&self) {
        let password = SecretString::from(PASSWORD);
        assert!(self.running.db().set_password("owner@example.test", &password).await.unwrap());
    }

    /// The token of the other tenant's agent.
    pub async fn foreign_token(&self) -> String {
        self.running.token_for("other@example.test").await.unwrap().expose_secret().to_owned()
    }
}

/// An HTTP client; reqwest is built without a crypto provider of its own, and the first to come brings one.
pub fn http() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The JSON body, null if it is none.
    pub body: Value,
}

impl Answer {
    /// Reads a response.
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
        Self { status, headers, body }
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Two tenants: the first with two conversations, the second with one.
pub fn seed() -> Seed {
    let now = Timestamp::now().as_millisecond();
    let hour = 3_600_000;
    let said = |ago: i64, direction, text: &str, status| SeedMessage {
        wamid: None,
        direction,
        kind: "text".into(),
        content: json!({ "text": text }),
        status,
        error: None,
        at: Timestamp::from_millisecond(now - ago).unwrap(),
        context: None,
        agent: None,
    };
    let conversation = |id: &str, line: &str, phone: &str, name: &str, unread, messages| SeedConversation {
        id: Some(id.into()),
        line: line.into(),
        customer: SeedCustomer { phone: Some(phone.into()), user_id: None, name: Some(name.into()) },
        open: true,
        unread,
        assigned_to: None,
        tags: vec!["vip".into()],
        priority: "normal".into(),
        messages,
    };
    let failed = SeedMessage {
        error: Some((131_047, "Re-engagement message".into())),
        ..said(70 * hour, Direction::Outbound, "Are you there?", DeliveryStatus::Sent)
    };
    let dana = vec![
        said(2 * hour, Direction::Inbound, "Hi", DeliveryStatus::Delivered),
        said(hour + 60_000, Direction::Outbound, "Hello Dana", DeliveryStatus::Read),
        said(hour, Direction::Inbound, "Where is my order?", DeliveryStatus::Delivered),
    ];
    let old = vec![said(72 * hour, Direction::Inbound, "100% sure", DeliveryStatus::Delivered), failed];
    let account = |id: &str, email: &str, line: &str, conversations| SeedAccount {
        id: id.into(),
        name: "Acceptance Test Co".into(),
        agents: vec![SeedAgent {
            email: email.into(),
            name: "Acceptance Test Co".into(),
            role: "admin".into(),
            password: None,
        }],
        lines: vec![SeedLine {
            phone_number_id: line.into(),
            waba_id: "1217213156884302".into(),
            display_name: "Acceptance Line".into(),
            display_phone: "+92 300 1234567".into(),
        }],
        conversations,
    };
    let foreign = vec![said(hour, Direction::Inbound, "secret", DeliveryStatus::Delivered)];
    Seed {
        accounts: vec![
            account(
                ACCOUNT,
                "owner@example.test",
                LINE,
                vec![
                    conversation(DANA, LINE, DANA_PHONE, "Dana Ó Briain", 1, dana),
                    conversation(OLD, LINE, "923001234571", "Old Friend", 0, old),
                ],
            ),
            account(
                "695a15a5c526dbe7c085ecff",
                "other@example.test",
                FOREIGN_LINE,
                vec![conversation(FOREIGN, FOREIGN_LINE, DANA_PHONE, "Dana", 1, foreign)],
            ),
        ],
    }
}

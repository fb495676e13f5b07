//! The backends that are put under faults: Switchboard's own server as a process with its database in a file, which
//! can be killed, and the contract server on the official socket.io package, in an era whose ids differ.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use switchboard::server::db::seed::{
    Seed, SeedAccount, SeedAgent, SeedConversation, SeedCustomer, SeedLine, SeedMessage,
};
use switchboard::server::db::status::{DeliveryStatus, Direction};
use switchboard::server::graph::GraphConfig;
use switchboard::server::{DatabaseAt, Server, ServerConfig};

use crate::channel::Channel;
use crate::contract::{Contract, LINE, TOKEN};
use crate::roles::{Part, say};

/// How often a server pings here: a frozen connection is found soon.
const PING: Duration = Duration::from_millis(500);

/// A message as the backend's database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub id: String,
    pub text: String,
    pub outbound: bool,
}

/// A conversation as the backend's database has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Its messages, in order.
    pub messages: Vec<Stored>,
    /// What the backend's own list shows of it.
    pub preview: String,
}

/// What the backend's database holds, by the customer's phone.
pub type Truth = HashMap<String, Kept>;

/// A backend under faults.
pub enum House {
    /// Our own server.
    Own(Box<Own>),
    /// The contract server.
    Contract(Box<Contract>),
}

pub struct Own {
    part: Option<Part>,
    folder: PathBuf,
    channel: Channel,
    client: reqwest::Client,
    url: String,
    token: String,
}

/// The phone of the `n`th customer.
pub fn phone(n: usize) -> String {
    format!("92300{}", 1_234_560 + n)
}

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().expect("an HTTP client")
}

impl House {
    /// Our own server with so many conversations.
    pub async fn own(folder: PathBuf, conversations: usize) -> Self {
        let mut own = Own {
            part: None,
            folder,
            channel: Channel::start().await,
            client: http(),
            url: String::new(),
            token: String::new(),
        };
        own.up(conversations).await;
        Self::Own(Box::new(own))
    }

    /// The contract server in this era; `None` where there is no Node.
    pub fn contract(era: &str, conversations: usize) -> Option<Self> {
        let ping = u64::try_from(PING.as_millis()).expect("small");
        let options = json!({
            "era": era, "conversations": conversations, "pingInterval": ping, "pingTimeout": ping, "clock": "real",
        });
        Some(Self::Contract(Box::new(Contract::start(&options)?)))
    }

    /// The port at which it listens now.
    pub fn port(&self) -> u16 {
        let url = match self {
            Self::Own(own) => &own.url,
            Self::Contract(contract) => &contract.url,
        };
        url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
    }

    /// What it takes as a token.
    pub fn token(&self) -> String {
        match self {
            Self::Own(own) => own.token.clone(),
            Self::Contract(_) => TOKEN.to_owned(),
        }
    }

    /// Kills it where it is a process of ours; shuts its door where it keeps everything in memory.
    pub async fn kill(&mut self) {
        match self {
            Self::Own(own) => {
                if let Some(mut part) = own.part.take() {
                    part.child.kill().await.expect("killed");
                }
            }
            Self::Contract(contract) => _ = contract.control("down", json!({})).await,
        }
    }

    /// Brings it back.
    pub async fn revive(&mut self) {
        match self {
            Self::Own(own) => own.up(0).await,
            Self::Contract(contract) => _ = contract.control("up", json!({})).await,
        }
    }

    /// A customer writes. A server that is down is told once it is back, as WhatsApp does; whether it was told now.
    pub async fn inbound(&self, phone: &str, wamid: &str, text: &str) -> bool {
        match self {
            Self::Own(own) => {
                let body = envelope(phone, wamid, text);
                let sent = own.client.post(format!("{}/api/webhooks/whatsapp", own.url)).json(&body).send().await;
                sent.is_ok_and(|answer| answer.status() == 200)
            }
            Self::Contract(contract) => {
                let ask = json!({ "phone": phone, "conversation": phone, "text": text, "wamid": wamid });
                contract.control("inbound", ask).await;
                true
            }
        }
    }

    /// What its database holds.
    pub async fn truth(&self) -> Truth {
        match self {
            Self::Own(own) => own.truth().await,
            Self::Contract(contract) => contract_truth(&contract.state().await),
        }
    }

    /// How often each text was handed to the channel; empty where there is none.
    pub fn handed(&self) -> HashMap<String, u32> {
        match self {
            Self::Own(own) => own.channel.counts(),
            Self::Contract(_) => HashMap::new(),
        }
    }
}

impl Own {
    async fn up(&mut self, conversations: usize) {
        let env = [
            ("FAULTS_DB", self.folder.join("server.db").display().to_string()),
            ("FAULTS_GRAPH", self.channel.url.clone()),
            ("FAULTS_CONVERSATIONS", conversations.to_string()),
        ];
        let mut part = Part::start("server", &env, &self.folder.join("server.log"));
        let told = Part::said(&mut part.lines).await.expect("the server says where it is");
        let text = |name: &str| told[name].as_str().expect("text").to_owned();
        (self.url, self.token) = (text("url"), text("token"));
        self.part = Some(part);
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    async fn truth(&self) -> Truth {
        let mut truth = Truth::new();
        let list = self.get(&format!("/api/conversations?phoneNumberId={LINE}&limit=0")).await;
        for row in list["conversations"].as_array().expect("rows") {
            let (id, phone) = (row["_id"].as_str().expect("an id"), row["userPhone"].as_str().expect("a phone"));
            let thread = self.get(&format!("/api/conversations/{id}/messages?limit=0")).await;
            let messages = thread["messages"].as_array().expect("messages").iter().map(stored).collect();
            truth.insert(phone.to_owned(), Kept { messages, preview: preview(row) });
        }
        truth
    }
}

fn preview(row: &Value) -> String {
    row["lastMessagePreview"].as_str().unwrap_or_default().to_owned()
}

fn stored(message: &Value) -> Stored {
    Stored {
        id: message["_id"].as_str().expect("an id").to_owned(),
        text: message["content"]["text"].as_str().unwrap_or_default().to_owned(),
        outbound: message["direction"] == "outbound",
    }
}

fn contract_truth(state: &Value) -> Truth {
    let mut truth = Truth::new();
    for row in state["conversations"].as_array().expect("rows") {
        let all = state["messages"].as_array().expect("messages").iter();
        let messages = all.filter(|message| message["conversationId"] == row["_id"]).map(stored).collect();
        let kept = Kept { messages, preview: preview(row) };
        truth.insert(row["userPhone"].as_str().expect("a phone").to_owned(), kept);
    }
    truth
}

/// A text as WhatsApp posts it.
fn envelope(phone: &str, wamid: &str, text: &str) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "1217213156884302", "changes": [{ "field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "923001234567", "phone_number_id": LINE },
            "contacts": [{ "profile": { "name": format!("Customer {phone}") }, "wa_id": phone }],
            "messages": [{ "from": phone, "id": wamid, "timestamp": Timestamp::now().as_second().to_string(),
                           "type": "text", "text": { "body": text } }],
        } }] }],
    })
}

/// The role: serves until standard input closes or it is killed.
pub fn serve() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let told = |name: &str| std::env::var(name).expect("told by the environment");
        let graph = GraphConfig { base_url: told("FAULTS_GRAPH"), ..GraphConfig::new(SecretString::from("graph")) };
        let config = ServerConfig {
            database: DatabaseAt::File(told("FAULTS_DB").into()),
            graph: Some(graph),
            rate_limit: 0,
            ping_interval: PING,
            ping_timeout: PING,
            ..ServerConfig::default()
        };
        let server = Server::open(config).await.expect("the database opens");
        if !server.db().has_accounts().await.expect("an answer") {
            server.db().seed(seed(told("FAULTS_CONVERSATIONS").parse().expect("a number"))).await.expect("seeded");
        }
        let running = server.listen().await.expect("it listens");
        let token = running.token_for("owner@example.test").await.expect("a token");
        say(&json!({ "url": running.url(), "token": token.expose_secret() }));
        let ended = tokio::task::spawn_blocking(|| std::io::stdin().lines().count());
        let _ = ended.await;
        std::process::exit(0);
    });
}

fn seed(conversations: usize) -> Seed {
    let conversation = |n: usize| SeedConversation {
        id: None,
        line: LINE.into(),
        customer: SeedCustomer { phone: Some(phone(n)), user_id: None, name: Some(format!("Customer {n}")) },
        open: true,
        unread: 0,
        assigned_to: None,
        tags: Vec::new(),
        priority: "normal".into(),
        messages: vec![SeedMessage {
            wamid: None,
            direction: Direction::Inbound,
            kind: "text".into(),
            content: json!({ "text": format!("Question {n}") }),
            status: DeliveryStatus::Delivered,
            error: None,
            at: Timestamp::now(),
            context: None,
            agent: None,
        }],
    };
    let account = SeedAccount {
        id: "695a15a5c526dbe7c085ece2".into(),
        name: "Acceptance Test Co".into(),
        agents: vec![SeedAgent {
            email: "owner@example.test".into(),
            name: "Owner".into(),
            role: "admin".into(),
            password: None,
        }],
        lines: vec![SeedLine {
            phone_number_id: LINE.into(),
            waba_id: "1217213156884302".into(),
            display_name: "Acceptance Line".into(),
            display_phone: "+92 300 1234567".into(),
        }],
        conversations: (0..conversations).map(conversation).collect(),
    };
    Seed { accounts: vec![account] }
}

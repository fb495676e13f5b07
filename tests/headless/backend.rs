//! The embedded server with its demo customers, who stay silent: what happens is what a test does.

#![expect(clippy::expect_used, reason = "what fails here fails the test")]

use assert_cmd::Command;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use switchboard::server::simulator::SimulatorConfig;
use switchboard::server::{Running, Server, ServerConfig};

use crate::program::{Program, stdout};

/// A server, its agent's token, and a program that is configured for both.
pub struct Backend {
    /// The server.
    pub server: Running,
    /// The agent's token.
    pub token: String,
    /// The program.
    pub program: Program,
}

impl Backend {
    /// Starts a server and configures the program for it.
    pub async fn start() -> Self {
        Self::start_with(ServerConfig::default()).await
    }

    /// The same with a configuration of one's own.
    pub async fn start_with(config: ServerConfig) -> Self {
        let simulator = SimulatorConfig { seed: 7, rate: 0.0, ..SimulatorConfig::default() };
        let server =
            Server::start(ServerConfig { simulator: Some(simulator), ..config }).await.expect("the server starts");
        let agent = server.first_agent().await.expect("an agent");
        let token = server.token_for(&agent).await.expect("a token").expose_secret().to_owned();
        let program = Program::new();
        program.configure(&format!("[profile.demo]\nurl = \"{}\"\ntoken_env = \"THE_TOKEN\"\n", server.url()));
        Self { server, token, program }
    }

    /// The program with its token in the environment.
    pub fn command(&self) -> Command {
        let mut command = self.program.command();
        command.env("THE_TOKEN", &self.token);
        command
    }

    /// What a command with `--json` printed, a value a line.
    pub fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let printed = stdout(self.command().args(arguments).arg("--json"));
        printed.lines().map(|line| serde_json::from_str(line).expect("a JSON value a line")).collect()
    }

    /// A customer of this row writes.
    pub async fn inbound(&self, row: &Value, wamid: &str, text: &str) {
        let (phone, line) = (&row["phone"], &row["line"]);
        let now = jiff::Timestamp::now().as_second().to_string();
        let envelope = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{
            "field": "messages",
            "value": {
                "messaging_product": "whatsapp",
                "metadata": { "display_phone_number": "1", "phone_number_id": line },
                "contacts": [{ "profile": { "name": row["name"] }, "wa_id": phone }],
                "messages": [{ "from": phone, "id": wamid, "timestamp": now, "type": "text", "text": { "body": text } }],
            },
        }] }] });
        self.server.ingest().deliver(envelope.to_string().into_bytes()).await.expect("delivered");
    }
}

//! The contract server (`contract_server.mjs`): a backend of the family on the official socket.io package, in each era
//! of its ids, with a control door. A test binary takes this in with
//! `#[path = "../peers/contract.rs"] mod contract;` beside `mod peers`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::{Value, json};

use crate::peers::peers_dir;

/// The token that the server takes unless it was told otherwise.
pub const TOKEN: &str = "test-token";
/// The line of its account.
pub const LINE: &str = "1003427786179738";

/// A running server; it ends with this value.
pub struct Contract {
    /// The address of REST and socket.
    pub url: String,
    control: String,
    client: reqwest::Client,
    child: Child,
    // Its end of the pipe: the server exits when it closes, even if this process is killed.
    _stdin: Option<ChildStdin>,
}

impl Contract {
    /// Starts one; `None` where there is no Node. Options are those of `contract_server.mjs`, such as
    /// `{"era": "current", "conversations": 5}`.
    pub fn start(options: &Value) -> Option<Self> {
        let dir = peers_dir()?;
        let mut child = Command::new("node")
            .arg("contract_server.mjs")
            .arg(options.to_string())
            .current_dir(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let stdin = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("a line");
        let doors: Value = serde_json::from_str(&line).expect("the server says where it is");
        let door = |name: &str| doors[name].as_str().expect("an address").to_owned();
        let client =
            reqwest::Client::builder().tls_backend_preconfigured(no_tls()).no_proxy().build().expect("an HTTP client");
        Some(Self { url: door("url"), control: door("control"), client, child, _stdin: stdin })
    }

    /// Asks the control door; see `control` in `contract_server.mjs`.
    pub async fn control(&self, name: &str, ask: Value) -> Value {
        serde_json::from_str(&self.raw_control(name, ask.to_string()).await).expect("JSON")
    }

    /// The same with JSON that `serde_json` cannot hold, such as lone surrogates.
    pub async fn raw_control(&self, name: &str, ask: String) -> String {
        let url = format!("{}/{name}", self.control);
        let answer = self.client.post(url).body(ask.clone()).send().await.expect("the control door answers");
        let good = answer.status().is_success();
        let text = answer.text().await.expect("a whole answer");
        assert!(good, "{name} {ask}: {text}");
        text
    }

    /// All that the server knows and has seen.
    pub async fn state(&self) -> Value {
        self.control("state", json!({})).await
    }

    /// A customer writes; answers `{conversation, message}`.
    pub async fn inbound(&self, conversation: &str, text: &str) -> Value {
        self.control("inbound", json!({"conversation": conversation, "text": text})).await
    }
}

impl Drop for Contract {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn no_tls() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

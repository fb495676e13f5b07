//! `switchboard serve` as a process of its own, killed at any moment.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::Client;
use serde_json::Value;

use crate::envelopes::{messages_from, text};
use crate::house::{LINE, http};

struct Process {
    child: Child,
    url: String,
    /// Who may log in, if it says so.
    login: Option<String>,
}

impl Process {
    fn start(folder: &Path) -> Self {
        let line = format!("{LINE},+923001234567,Acceptance Line");
        Self::with(folder, &["--admin-email", "owner@example.test", "--line", &line])
    }

    fn with(folder: &Path, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_switchboard"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(args)
            .env("SWITCHBOARD_ADMIN_PASSWORD", "correct horse")
            .envs(["CONFIG", "DATA", "CACHE", "STATE"].map(|kind| (format!("SWITCHBOARD_{kind}_DIR"), folder)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It says where it is when all is ready.
        let (mut url, mut login) = (None, None);
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map(|line| line.unwrap()) {
            if let Some(told) = line.strip_prefix("Log in as ") {
                login = told.split(' ').next().map(str::to_owned);
            }
            if let Some(told) = line.strip_prefix("Switchboard serves on ") {
                url = Some(told.to_owned());
                break;
            }
        }
        Self { child, url: url.expect("the server says where it is"), login }
    }

    /// SIGKILL: no handler runs.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

async fn token(client: &Client, url: &str, email: &str) -> String {
    let login = serde_json::json!({ "email": email, "password": "correct horse" });
    let answer = client.post(format!("{url}/api/auth/login")).json(&login).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_acknowledged_delivery_survives_a_kill_and_none_is_stored_twice() {
    let folder = tempfile::tempdir().unwrap();
    let client = http();
    let mut acknowledged = HashSet::new();
    for round in 0..3 {
        let process = Process::start(folder.path());
        let url = process.url.clone();
        let post = |wamid: String| {
            let (client, url) = (client.clone(), url.clone());
            async move {
                let envelope = messages_from("447700900123", "Ann", &[text(&wamid, "447700900123", &wamid)]);
                let sent = client.post(format!("{url}/api/webhooks/whatsapp")).json(&envelope).send().await;
                sent.is_ok_and(|answer| answer.status() == 200).then_some(wamid)
            }
        };
        let posting: Vec<_> = (0..200).map(|at| tokio::spawn(post(format!("wamid.{round}.{at}")))).collect();
        let mut posting = posting.into_iter();
        // The kill falls while most are still under way.
        for task in posting.by_ref().take(20) {
            acknowledged.extend(task.await.unwrap());
        }
        process.kill();
        for task in posting {
            acknowledged.extend(task.await.unwrap());
        }
    }
    assert!(acknowledged.len() >= 60, "{}", acknowledged.len());

    let process = Process::start(folder.path());
    let token = token(&client, &process.url, "owner@example.test").await;
    let get = async |path: &str| -> Value {
        let request = client.get(format!("{}{path}", process.url)).bearer_auth(&token);
        request.send().await.unwrap().json().await.unwrap()
    };
    let mut stored: Vec<String> = Vec::new();
    for _ in 0..1_000 {
        let list = get("/api/conversations").await;
        let id = list["conversations"][0]["_id"].as_str().unwrap_or("none").to_owned();
        let thread = get(&format!("/api/conversations/{id}/messages?limit=0")).await;
        let rows = thread["messages"].as_array().cloned().unwrap_or_default();
        stored = rows.iter().map(|row| row["waMessageId"].as_str().unwrap().to_owned()).collect();
        if acknowledged.iter().all(|wamid| stored.contains(wamid)) {
            break;
        }
    }
    let unique: HashSet<&String> = stored.iter().collect();
    let lost: Vec<_> = acknowledged.iter().filter(|wamid| !unique.contains(wamid)).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    assert_eq!(unique.len(), stored.len(), "stored twice");
    process.kill();
}

#[tokio::test]
async fn whoever_starts_the_server_is_told_who_may_log_in() {
    for args in [&["--memory"][..], &["--simulator"], &["--demo"]] {
        let folder = tempfile::tempdir().unwrap();
        let process = Process::with(folder.path(), args);
        let email = process.login.clone().expect("the server says who may log in");
        assert!(!token(&http(), &process.url, &email).await.is_empty(), "{args:?}");
        process.kill();
    }
}

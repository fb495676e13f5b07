//! `tail` against the embedded server: events as they come, verdicts, a server that goes and comes back, a reader that
//! goes.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use switchboard::server::{DatabaseAt, ServerConfig};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use crate::backend::Backend;

/// Longer than anything here takes: a test that hangs ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// A `tail` that runs.
struct Tail {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    err: Lines<BufReader<ChildStderr>>,
}

impl Tail {
    async fn start(backend: &Backend, arguments: &[&str]) -> Self {
        let template = backend.command();
        let mut command = Command::new(template.get_program());
        command.env_clear();
        for (name, value) in template.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        command.arg("tail").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("tail starts");
        let out = BufReader::new(child.stdout.take().expect("stdout")).lines();
        let err = BufReader::new(child.stderr.take().expect("stderr")).lines();
        let mut tail = Self { child, out, err };
        tail.says("live").await;
        tail
    }

    /// Waits until standard error says so.
    async fn says(&mut self, words: &str) {
        loop {
            let line = tokio::time::timeout(PATIENCE, self.err.next_line()).await.expect("in time").expect("readable");
            if line.unwrap_or_else(|| panic!("it ended without saying {words}")).contains(words) {
                return;
            }
        }
    }

    async fn line(&mut self) -> String {
        let line = tokio::time::timeout(PATIENCE, self.out.next_line()).await.expect("in time").expect("readable");
        line.expect("a line")
    }

    /// The next JSON line that has this text.
    async fn message(&mut self, text: &str) -> Value {
        loop {
            let value: Value = serde_json::from_str(&self.line().await).expect("JSON");
            if value["message"]["text"] == text {
                return value;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_message_is_a_line_with_its_conversation_verdict_and_rule() {
    let backend = Backend::start().await;
    let rows = backend.json(&["list"]);
    let mut text = Tail::start(&backend, &["--count", "2"]).await;
    let mut json = Tail::start(&backend, &["--json"]).await;
    for (row, words) in [(&rows[3], "first of all"), (&rows[8], "and\nsecond \u{1b}[31mred")] {
        let wamid = format!("wamid.{}", words.len());
        backend.inbound(row, &wamid, words).await;
    }
    let event = json.message("first of all").await;
    assert_eq!((&event["conversation"], &event["verdict"]), (&rows[3]["id"], &Value::from("background")));
    assert_eq!(event["rule"], "exact");
    assert_eq!(event["message"]["direction"], "inbound");
    assert!(event["record"].get("broadcastConversationId").is_some(), "{event}");
    let name = rows[3]["name"].as_str().or(rows[3]["phone"].as_str()).expect("a name");
    let line = text.line().await;
    assert!(line.contains(name) && line.ends_with("  <  first of all"), "{line}");
    let line = text.line().await;
    assert!(line.contains("and second") && !line.contains('\u{1b}'), "{line}");
    // --count lines are out: it ends by itself, as a success.
    let status = tokio::time::timeout(PATIENCE, text.child.wait()).await.expect("in time").expect("status");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_while_the_server_could_not_be_heard_is_printed_once() {
    let directory = tempfile::tempdir().expect("directory");
    let database = DatabaseAt::File(directory.path().join("server.db"));
    // An address of its own where there are several, so that no other test's server takes the port in between.
    let listen = if cfg!(target_os = "linux") { ([127, 0, 0, 2], 0) } else { ([127, 0, 0, 1], 0) }.into();
    let config = ServerConfig { database: database.clone(), listen, ..ServerConfig::default() };
    let backend = Backend::start_with(config).await;
    let rows = backend.json(&["list"]);
    let mut tail = Tail::start(&backend, &["--json"]).await;
    backend.inbound(&rows[2], "wamid.before", "before").await;
    tail.message("before").await;
    let listen = backend.server.addr();
    let Backend { server, program, token } = backend;
    server.shutdown().await;
    tail.says("not connected").await;
    // The server comes back elsewhere first, where the tail cannot hear it, and takes a message.
    let aside = Backend::start_with(ServerConfig { database: database.clone(), ..ServerConfig::default() }).await;
    aside.inbound(&rows[2], "wamid.meanwhile", "meanwhile").await;
    while aside
        .json(&["show", rows[2]["id"].as_str().expect("id")])
        .last()
        .is_none_or(|last| last["text"] != "meanwhile")
    {
        tokio::task::yield_now().await;
    }
    aside.server.shutdown().await;
    let again = Backend::start_with(ServerConfig { database, listen, ..ServerConfig::default() }).await;
    let missed = tail.message("meanwhile").await;
    assert_eq!((&missed["via"], &missed["conversation"]), (&Value::from("rest"), &rows[2]["id"]));
    again.inbound(&rows[2], "wamid.after", "after").await;
    loop {
        let event: Value = serde_json::from_str(&tail.line().await).expect("JSON");
        let repeated = event["verdict"] == "duplicate";
        match event["message"]["text"].as_str() {
            Some("after") => break,
            Some("before" | "meanwhile") if !repeated => panic!("printed twice: {event}"),
            _ => {}
        }
    }
    drop((program, token));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_ends_it_quietly() {
    let backend = Backend::start().await;
    let rows = backend.json(&["list"]);
    let Tail { mut child, out, mut err } = Tail::start(&backend, &[]).await;
    drop(out);
    let mut number = 0;
    let status = loop {
        number += 1;
        backend.inbound(&rows[1], &format!("wamid.{number}"), "anybody there?").await;
        let ended = tokio::time::timeout(Duration::from_millis(200), child.wait()).await;
        if let Ok(status) = ended {
            break status.expect("status");
        }
        assert!(number < 100, "it goes on without a reader");
    };
    assert_eq!(status.code(), Some(0));
    assert_eq!(err.next_line().await.expect("readable"), None, "and says nothing");
}

/// What every user of the machine may read of a process: its arguments.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_not_in_the_process_list() {
    let backend = Backend::start().await;
    backend.program.configure(&format!(
        "[profile.demo]\nurl = \"{}\"\ntoken_command = \"cat '{}'\"\n",
        backend.server.url(),
        backend.program.path("token").display()
    ));
    std::fs::write(backend.program.path("token"), &backend.token).expect("write");
    let tail = Tail::start(&backend, &[]).await;
    let id = tail.child.id().expect("it runs");
    let arguments = std::fs::read_to_string(format!("/proc/{id}/cmdline")).expect("readable");
    assert!(arguments.contains("tail") && !arguments.contains(&backend.token), "{arguments}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_ends_it() {
    let backend = Backend::start().await;
    backend.command().env("THE_TOKEN", "wrong").args(["tail", "--json"]).timeout(PATIENCE).assert().code(4);
}

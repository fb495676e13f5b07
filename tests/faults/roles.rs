//! The parts that are processes of their own, so that they can be killed: this very test binary, started again with a
//! role. Each speaks in lines that begin with `@`.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Says something to the process that started this one.
pub fn say(value: &Value) {
    let mut out = std::io::stdout().lock();
    // When nobody listens any more, the end of standard input says so too.
    let _ = writeln!(out, "\n@{value}").and_then(|()| out.flush());
}

/// The server: see [`crate::house`].
#[test]
#[ignore = "started by the other tests as a process of its own"]
fn server() {
    if std::env::var_os("FAULTS_ROLE").is_some_and(|role| role == "server") {
        crate::house::serve();
    }
}

/// The program without a screen: see [`crate::client`].
#[test]
#[ignore = "started by the other tests as a process of its own"]
fn client() {
    if std::env::var_os("FAULTS_ROLE").is_some_and(|role| role == "client") {
        crate::client::run();
    }
}

/// A running part.
pub struct Part {
    pub child: Child,
    pub stdin: ChildStdin,
    pub lines: Lines<BufReader<ChildStdout>>,
}

impl Part {
    /// Starts one, with what it is told by its environment; its standard error goes to this file.
    pub fn start(role: &str, env: &[(&str, String)], errors: &Path) -> Self {
        let errors = std::fs::File::options().create(true).append(true).open(errors).expect("a file for its errors");
        let mut child = Command::new(std::env::current_exe().expect("our own path"))
            .args([&format!("roles::{role}"), "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env("FAULTS_ROLE", role)
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let stdin = child.stdin.take().expect("standard input");
        let lines = BufReader::new(child.stdout.take().expect("standard output")).lines();
        Self { child, stdin, lines }
    }

    /// The next thing that it says; `None` when it has ended.
    pub async fn said(lines: &mut Lines<BufReader<ChildStdout>>) -> Option<Value> {
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(told) = line.strip_prefix('@') {
                return Some(serde_json::from_str(told).expect("JSON"));
            }
        }
        None
    }
}

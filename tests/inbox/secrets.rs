//! Everything that a run leaves behind is searched for its secrets: the log at its most talkative, all files, what was
//! printed, the process list and the environment.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::contract::Contract;
use crate::terminal::Terminal;

const PASSWORD: &str = "correct-horse-battery-staple";
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.the-token-of-this-test.c2lnbmF0dXJl";
const STALE: &str = "eyJhbGciOiJIUzI1NiJ9.an-older-token-of-this-test.c2lnbmF0dXJl";
const HEADER: &str = "k3y-for-the-gateway-in-front";

/// A command of the program in this home, with its output.
fn output(home: &Path, args: &[&str], input: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(args).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", home);
    for name in ["CONFIG", "DATA", "CACHE", "STATE"] {
        command.env(format!("SWITCHBOARD_{name}_DIR"), home.join(name.to_lowercase()));
    }
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let mut stdin = child.stdin.take().expect("standard input");
    // A command that asks for nothing may have ended already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("its output");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Every file below a folder, with its bytes as text.
fn files(folder: &Path) -> Vec<(std::path::PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            let bytes = std::fs::read(entry.path()).unwrap_or_default();
            found.push((entry.path(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    found
}

/// A secret and the forms in which it might slip out.
fn forms(secret: &str) -> Vec<String> {
    use base64::Engine as _;
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let numbers = secret.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
    vec![secret.to_owned(), hex, numbers, base64::engine::general_purpose::STANDARD.encode(secret)]
}

fn assert_free(what: &str, text: &str, secrets: &[&str]) {
    for secret in secrets {
        for form in forms(secret) {
            if let Some(at) = text.find(&form) {
                let from = text[..at].char_indices().rev().nth(200).map_or(0, |(from, _)| from);
                panic!("{what} holds {secret}: …{}", &text[from..at + form.len()]);
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn process(pid: u32) -> String {
    let read = |name: &str| std::fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let mut all = [read("cmdline"), read("environ")].concat();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let mut text = String::from_utf8_lossy(&std::mem::take(&mut all)).into_owned();
    for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
        text += &process(child);
    }
    text
}

#[cfg(not(target_os = "linux"))]
fn process(_: u32) -> String {
    String::new()
}

#[test]
fn nothing_that_a_run_leaves_behind_holds_a_secret() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let options = json!({ "era": "current", "conversations": 3, "tokens": [TOKEN] });
    let Some(server) = Contract::start(&options) else { return };
    let home = tempfile::tempdir().expect("a directory");
    let (token, config) = (home.path().join("secrets/token"), home.path().join("config/config.toml"));
    let write = |path: &Path, text: &str| switchboard::config::write_private(path, text.as_bytes()).expect("written");
    write(&token, STALE);
    // The command's first answer is an old token; the second, after the refusal, the one that is good.
    let marker = home.path().join("secrets/asked");
    let find =
        format!("if [ -e {0} ]; then cat {1}.new; else touch {0}; cat {1}; fi", marker.display(), token.display());
    write(&home.path().join("secrets/token.new"), TOKEN);
    write(
        &config,
        &format!(
            "default_profile = \"acme\"\n[log]\nfilter = \"trace\"\n[profile.acme]\nurl = \"{}\"\ntoken_command = '''{find}'''\n\
             [profile.acme.headers]\nx-gateway = \"{HEADER}\"\n",
            server.url
        ),
    );
    let log = home.path().join("logs/run.log");
    let log_text = log.display().to_string();
    let secrets = [TOKEN, STALE, HEADER, PASSWORD];
    let mut printed = String::new();

    let mut terminal = Terminal::start_in(home.path(), 120, 40, &["--log", &log_text], &[]);
    terminal.wait_for("live");
    let pid = terminal.pid();
    assert_free("the process list", &process(pid), &secrets);
    terminal.press("\r");
    terminal.wait_for("Reply to");
    // The traffic in each of its forms, with events and exchanges in it.
    let state = runtime.block_on(server.state());
    let first = state["conversations"][0]["_id"].as_str().expect("an id");
    runtime.block_on(server.inbound(first, "a question"));
    terminal.wait_for("a question");
    terminal.press("\x1b[24~");
    for (steps, name) in [(0, "events.ndjson"), (1, "traffic.har"), (2, "report.md")] {
        terminal.press("w");
        terminal.wait_for("NDJSON");
        for _ in 0..steps {
            terminal.press("\x1b[B");
        }
        terminal.press("\r");
        terminal.wait_gone("NDJSON");
        let written = || files(home.path()).iter().any(|(path, _)| path.to_string_lossy().ends_with(name));
        crate::house::until(name, written);
    }
    terminal.press("\x1b[24~");
    terminal.wait_gone("1 Events");
    terminal.press("r");
    terminal.type_text("a reply");
    terminal.press("\r");
    // Everything goes wrong, one after the other.
    for trouble in [
        json!({ "restRefusal": { "status": 500, "message": format!("down, says {HEADER}") } }),
        json!({ "restRefusal": null, "socketRefusal": "Down for maintenance" }),
        json!({
            "restRefusal": { "status": 401, "message": format!("jwt expired: {TOKEN}") },
            "socketRefusal": format!("jwt expired: {TOKEN}"),
        }),
    ] {
        runtime.block_on(server.control("set", trouble));
        runtime.block_on(server.control("drop", json!({ "how": "reset" })));
        terminal.wait_gone("● live");
        terminal.press("\x12");
    }
    terminal.wait("being signed out", |screen| screen.contents().to_lowercase().contains("signed out"));
    terminal.press("\x1b[24~");
    terminal.press("\x11");
    terminal.press("y");
    let ended = terminal.end();
    printed += &String::from_utf8_lossy(&ended.raw);

    printed += &output(home.path(), &["list", "--log", &log_text], "");
    runtime.block_on(server.control("set", json!({ "restRefusal": null, "socketRefusal": null })));
    let recording = home.path().join("data/run.ndjson");
    std::thread::scope(|scope| {
        let args = ["tail", "--json", "--count", "1", "--log", &log_text, "--record"];
        let (folder, recording) = (home.path(), recording.display().to_string());
        let tail = scope.spawn(move || output(folder, &[&args[..], &[recording.as_str()]].concat(), ""));
        crate::house::until("it has seen a message", || {
            runtime.block_on(server.inbound(first, "a question"));
            tail.is_finished()
        });
        printed += &tail.join().expect("what it printed");
    });
    for args in [
        &["list", "--log", &log_text][..],
        &["list", "--json"],
        &["show", "923001234560"],
        &["send", "923001234560", "from a pipe"],
        &["send", "nobody", "from a pipe"],
        &["config", "check"],
        &["replay", &recording.display().to_string(), "--headless"],
        &["doctor", "--json", "--wait", "1"],
        &["list", "--url", "http://chat.example.test"],
        &["login", &server.url, "--email", "owner@example.test", "--profile", "other", "--log", &log_text],
        &["login", &server.url, "--email", "nobody@example.test", "--profile", "third", "--log", &log_text],
        &["list", "--profile", "other", "--log", &log_text],
    ] {
        printed += &output(home.path(), args, &format!("{PASSWORD}\n"));
    }
    assert_free("what was printed", &printed, &secrets);
    let logged: String = files(&home.path().join("logs")).into_iter().map(|(_, text)| text).collect();
    assert!(logged.contains("started"), "there is a log");
    assert!(std::fs::metadata(&recording).is_ok_and(|meta| meta.len() > 0), "there is a recording");
    for (path, text) in files(home.path()) {
        let kept = path.starts_with(home.path().join("secrets"))
            || path.starts_with(home.path().join("data/tokens"))
            || path == config;
        if !kept {
            assert_free(&path.display().to_string(), &text, &secrets);
            assert!(!text.contains("login-token-"), "{} holds the token of the login", path.display());
        }
    }
    private(home.path());
}

/// Everything below the program's own folders is its owner's alone.
#[cfg(unix)]
fn private(home: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mut waiting: Vec<_> = ["config", "data", "cache", "state", "logs"].iter().map(|name| home.join(name)).collect();
    while let Some(path) = waiting.pop() {
        let Ok(meta) = path.metadata() else { continue };
        let mode = meta.permissions().mode() & 0o777;
        if meta.is_dir() {
            assert_eq!(mode, 0o700, "{}", path.display());
            waiting.extend(std::fs::read_dir(&path).expect("readable").flatten().map(|entry| entry.path()));
        } else {
            assert_eq!(mode, 0o600, "{}", path.display());
        }
    }
}

#[cfg(not(unix))]
fn private(_: &Path) {}

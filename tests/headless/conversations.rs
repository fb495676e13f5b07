//! `list`, `show` and `send` against the embedded server.

use std::collections::HashSet;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_empty};
use serde_json::Value;

use crate::backend::Backend;
use crate::program::{Program, stdout};

/// A control character that a terminal would obey, other than the newline and the tab that we print ourselves.
fn controls(text: &str) -> String {
    text.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\t')).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_printed_for_people_pipes_and_programs() {
    let backend = Backend::start().await;
    let rows = backend.json(&["list"]);
    assert!(rows.len() >= 20, "{} rows", rows.len());
    let ids: HashSet<&str> = rows.iter().map(|row| text(&row["id"])).collect();
    assert_eq!(ids.len(), rows.len());
    let printed = stdout(backend.command().arg("list"));
    for (line, row) in printed.lines().zip(&rows) {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(fields.len(), 6, "{line}");
        assert_eq!(fields[0], text(&row["id"]));
        assert_eq!(fields[2], row["unread"].to_string());
    }
    assert_eq!(printed.lines().count(), rows.len());
    assert_eq!(controls(&printed), "");
    assert_eq!(backend.json(&["list", "--limit", "5"]).len(), 5);
    let unread = backend.json(&["list", "--unread"]);
    assert!(!unread.is_empty() && unread.len() < rows.len());
    assert!(unread.iter().all(|row| row["unread"].as_u64() > Some(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_shown_by_any_of_its_ids_and_by_its_phone() {
    let backend = Backend::start().await;
    let rows = backend.json(&["list"]);
    let row = &rows[0];
    let by_id = backend.json(&["show", text(&row["id"])]);
    assert!(!by_id.is_empty());
    let composite = format!("{}_{}_{}", text(&row["account"]), text(&row["line"]), text(&row["phone"]));
    assert_eq!(backend.json(&["show", &composite]), by_id);
    let phone = format!("+{}", text(&row["phone"]));
    assert_eq!(backend.json(&["show", &phone]), by_id);
    assert_eq!(backend.json(&["show", text(&row["id"]), "--limit", "1"]).len(), 1);
    let last = by_id.last().expect("a message");
    backend.command().args(["show", text(&row["id"])]).assert().success().stdout(contains(text(&row["id"])));
    assert_eq!(last["conversation"], row["id"]);
    for nobody in ["000000000000000000000000", "no-such-id", "99999999999999"] {
        let expected = contains("knows no conversation").or(contains("not found"));
        backend.command().args(["show", nobody]).assert().code(4).stdout(is_empty()).stderr(expected);
    }
}

/// The demo's customers write escape sequences, overrides and worse.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_customer_wrote_reaches_the_terminal_as_a_command() {
    let backend = Backend::start().await;
    for row in backend.json(&["list"]) {
        let printed = stdout(backend.command().args(["show", text(&row["id"]), "--limit", "500"]));
        assert_eq!(controls(&printed), "", "{}", row["name"]);
        let json = stdout(backend.command().args(["show", text(&row["id"]), "--limit", "500", "--json"]));
        assert_eq!(controls(&json), "", "{}", row["name"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_sent_once_to_the_one_conversation() {
    let backend = Backend::start().await;
    let before = backend.server.db().message_count().await.expect("count");
    let rows = backend.json(&["list"]);
    let row = &rows[0];
    // The customer has just written: the service window is open.
    backend.inbound(row, "wamid.test-open", "hello?").await;
    let answer = backend.json(&["send", text(&row["id"]), "--text", "On its way 🚚"]);
    assert_eq!(answer[0]["conversation"], row["id"]);
    let shown = backend.json(&["show", text(&row["id"])]);
    let sent: Vec<&Value> = shown.iter().filter(|message| message["id"] == answer[0]["id"]).collect();
    assert_eq!(sent.len(), 1);
    assert_eq!((text(&sent[0]["text"]), text(&sent[0]["direction"])), ("On its way 🚚", "outbound"));
    let two_lines = "first\nsecond";
    backend.command().args(["send", text(&row["id"]), "--stdin"]).write_stdin("first\nsecond\n\n").assert().success();
    let shown = backend.json(&["show", text(&row["id"])]);
    assert!(shown.iter().any(|message| message["text"] == two_lines), "{:?}", shown.last());
    backend.command().args(["show", text(&row["id"])]).assert().stdout(contains("first\n    second"));
    let after = backend.server.db().message_count().await.expect("count");
    assert_eq!(after, before + 3, "one from the customer, two from us");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sent_says_why() {
    let backend = Backend::start().await;
    let rows = backend.json(&["list"]);
    let id = text(&rows[0]["id"]);
    let before = backend.server.db().message_count().await.expect("count");
    backend.command().args(["send", id, "--text", " \n"]).assert().code(64).stderr(contains("no text"));
    let long = "x".repeat(4097);
    backend.command().args(["send", id, "--text", &long]).assert().code(64).stderr(contains("4097"));
    backend.command().args(["send", id]).assert().code(64);
    backend.command().args(["send", id, "--text", "a", "--stdin"]).assert().code(64);
    backend.command().args(["send", "000000000000000000000000", "--text", "a"]).assert().code(4);
    let after = backend.server.db().message_count().await.expect("count");
    assert_eq!(after, before);
    let hours_ago = |row: &Value| {
        let at: jiff::Timestamp = text(&row["last_at"]).parse().expect("time");
        jiff::Timestamp::now().duration_since(at).as_hours()
    };
    let expired = rows.iter().find(|row| hours_ago(row) > 25).expect("a conversation whose window has ended");
    backend
        .command()
        .args(["send", text(&expired["id"]), "--text", "too late"])
        .assert()
        .code(4)
        .stdout(is_empty())
        .stderr(contains("24"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_and_a_dead_backend_have_their_exit_codes() {
    let backend = Backend::start().await;
    backend.program.command().env("THE_TOKEN", "wrong").arg("list").assert().code(4).stdout(is_empty());
    backend.program.command().arg("list").assert().code(4).stderr(contains("no token for the profile `demo`"));
    let program = Program::new();
    program.command().arg("list").assert().code(64).stderr(contains("switchboard login URL"));
    program.configure("[profile.x]\nurl = \"http://127.0.0.1:9\"\ntoken = \"t\"\n");
    program.command().arg("list").assert().code(5).stderr(contains("127.0.0.1:9"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_in_no_output_and_no_log() {
    let backend = Backend::start().await;
    backend.program.configure(&format!(
        "[log]\nfilter = \"trace\"\n[profile.demo]\nurl = \"{}\"\ntoken_env = \"THE_TOKEN\"\n",
        backend.server.url()
    ));
    let log = backend.program.path("logs/run.log");
    for arguments in
        [vec!["list"], vec!["list", "--json"], vec!["show", "000000000000000000000000"], vec!["config", "check"]]
    {
        let output = backend.command().args(&arguments).arg("--log").arg(&log).output().expect("output");
        for stream in [output.stdout, output.stderr] {
            assert!(!String::from_utf8_lossy(&stream).contains(&backend.token), "{arguments:?}");
        }
    }
    let mut logged = 0;
    for (file, text) in backend.program.files() {
        assert!(!text.contains(&backend.token), "the token is in {}", file.display());
        logged += usize::from(file.starts_with(backend.program.path("logs")));
    }
    assert_eq!(logged, 1);
}

#[test]
fn the_demo_needs_nothing() {
    let program = Program::new();
    let rows = stdout(program.command().args(["list", "--demo", "--json"]));
    assert!(rows.lines().count() >= 20);
    program.command().args(["--demo", "list"]).assert().code(64).stderr(contains("after the command"));
}

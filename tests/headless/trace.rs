//! `trace`: the five stages of a message, from the backend's own answer and from what REST shows.

use predicates::str::contains;
use serde_json::Value;
use switchboard::server::ServerConfig;

use crate::backend::Backend;

fn states(trace: &Value) -> Vec<&str> {
    let stages = trace["stages"].as_array().into_iter().flatten();
    stages.map(|stage| stage["state"].as_str().unwrap_or_default()).collect()
}

/// The profile once more, in another dialect.
fn speak(backend: &Backend, dialect: &str) {
    let url = backend.server.url();
    backend
        .program
        .configure(&format!("[profile.demo]\nurl = \"{url}\"\ntoken_env = \"THE_TOKEN\"\ndialect = \"{dialect}\"\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backend_that_tells_answers_for_the_first_three_stages() {
    let config = ServerConfig { faults: vec!["no-broadcast".to_owned()], ..ServerConfig::default() };
    let backend = Backend::start_with(config).await;
    let row = backend.json(&["list"]).remove(0);
    backend.inbound(&row, "wamid.TRACED", "Is this traced?").await;
    speak(&backend, "switchboard");
    let mut trace = Value::Null;
    for _ in 0..100 {
        trace = backend.json(&["trace", "wamid.TRACED"]).pop().unwrap_or_default();
        if states(&trace).get(2) == Some(&"failed") {
            break;
        }
    }
    assert_eq!(states(&trace), ["ok", "ok", "failed", "unknown", "unknown"], "{trace}");
    assert!(trace["stages"][0]["at"].is_string(), "{trace}");
    assert_eq!(trace["message"].as_array().map(Vec::len), Some(2), "both of its names: {trace}");
    backend.command().args(["trace", "wamid.NOBODY"]).assert().code(1).stderr(contains("No message with this id"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn elsewhere_rest_shows_what_it_can() {
    let backend = Backend::start().await;
    let row = backend.json(&["list"]).remove(0);
    backend.inbound(&row, "wamid.SEEN", "Is this seen?").await;
    speak(&backend, "reference");
    let mut trace = Value::Null;
    for _ in 0..100 {
        match backend.json(&["trace", "wamid.SEEN"]).pop() {
            Some(found) => trace = found,
            None => continue,
        }
        break;
    }
    assert_eq!(states(&trace), ["unknown", "ok", "unknown", "unknown", "unknown"], "{trace}");
    backend.command().args(["trace", "wamid.NOBODY"]).assert().code(1).stderr(contains("knows no request"));
}

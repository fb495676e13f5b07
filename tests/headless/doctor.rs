//! `doctor`: its exit codes, and the object that programs read.

use predicates::str::contains;
use serde_json::Value;
use switchboard::server::ServerConfig;

use crate::backend::Backend;

/// What `doctor` says of a server with this fault, and how it exits.
async fn examined(fault: Option<&str>) -> (Value, Option<i32>) {
    let faults = fault.map(str::to_owned).into_iter().collect();
    let backend = Backend::start_with(ServerConfig { faults, ..ServerConfig::default() }).await;
    let mut command = backend.command();
    let output = command.args(["doctor", "--send-test", "--wait", "20", "--json"]).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(!printed.contains(&backend.token), "the token is never told");
    let mut lines = printed.lines();
    let found: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(lines.next(), None, "one object");
    assert_eq!(found["profile"], "demo");
    assert_eq!(found["url"].as_str(), Some(format!("{}/", backend.server.url()).as_str()));
    (found, output.status.code())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_read_one_object_whose_exit_code_is_the_program_s() {
    let cases = [
        (None, 0, "match", "ids-match"),
        (Some("event-composite"), 2, "mismatch", "event-id-composite"),
        (Some("rest-token-expired"), 4, "refused", "token-refused-by-rest"),
    ];
    for (fault, code, outcome, rule) in cases {
        let (found, exit) = examined(fault).await;
        assert_eq!(exit, Some(code), "{fault:?}: {found:#}");
        assert_eq!(found["exitCode"], code);
        assert_eq!(found["outcome"], outcome);
        let finding = &found["findings"][0];
        assert_eq!(finding["rule"], rule, "{found:#}");
        let texts = ["severity", "certainty", "saw", "means"];
        assert!(texts.iter().all(|key| finding[key].is_string()), "{finding:#}");
        assert!(found["checked"].as_array().is_some_and(|rows| rows.iter().all(|row| row["found"].is_string())));
        if code == 2 {
            assert_eq!(finding["mend"], "backend-emit");
            assert_eq!(finding["shouldSend"], finding["ids"]["list"]);
            assert_ne!(finding["ids"]["event"], finding["ids"]["list"]);
            assert!(finding["command"].as_str().is_some_and(|command| command.contains("$TOKEN")));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backend_that_is_not_there_and_arguments_that_are_wrong_have_codes_of_their_own() {
    let backend = Backend::start().await;
    backend.program.configure("[profile.demo]\nurl = \"http://127.0.0.1:1\"\ntoken_env = \"THE_TOKEN\"\n");
    let mut doctor = backend.command();
    doctor.args(["doctor", "--wait", "5"]).assert().code(5).stdout(contains("backend-unreachable"));
    backend.command().args(["doctor", "--wait", "soon"]).assert().code(64);
    backend.command().args(["doctor", "--profile", "nobody"]).assert().code(64);
}

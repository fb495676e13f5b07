//! `login`: what is asked, what is stored, what is never shown.

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_empty};
use serde_json::json;
use switchboard::server::{Server, ServerConfig};
use wiremock::matchers::{body_json, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::program::Program;

const TOKEN: &str = "eyJhbGciOi.J9-the-token.s1g";
const PASSWORD: &str = "correct horse battery";

async fn backend() -> MockServer {
    let server = MockServer::start().await;
    let body = json!({ "email": "owner@example.test", "password": PASSWORD });
    let answer = json!({ "success": true, "message": "Login successful", "token": TOKEN, "user": {
        "email": "owner@example.test", "accountId": "695a15a5c526dbe7c085ece2", "name": "Acceptance\u{1b}[31m Test Co",
        "role": "admin", "workspaceId": "695a15a5c526dbe7c085ece2" } });
    Mock::given(method("POST"))
        .and(path("/api/auth/login"))
        .and(body_json(body))
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
        .with_priority(1)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path("/api/auth/login"))
        .respond_with(
            ResponseTemplate::new(401)
                .set_body_json(json!({ "success": false, "message": "Invalid email or password" })),
        )
        .mount(&server)
        .await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_stored_private_and_the_profile_written() {
    let server = backend().await;
    // it is one of our own: it has a dialect that knows more
    let health = serde_json::json!({ "status": "ok", "service": "switchboard" });
    let health = ResponseTemplate::new(200).set_body_json(health);
    Mock::given(method("GET")).and(path("/health")).respond_with(health).mount(&server).await;
    let program = Program::new();
    program.configure("# my own words\ntheme = \"dark\"\n");
    let log = program.path("logs/run.log");
    program
        .command()
        .args(["login", &server.uri(), "--email", "owner@example.test", "--profile", "acme", "--log"])
        .arg(&log)
        .write_stdin(format!("{PASSWORD}\n"))
        .assert()
        .success()
        .stderr(is_empty())
        .stdout(contains("signed in as Acceptance").and(contains("`acme`")).and(contains("\u{1b}").not()));
    let config = std::fs::read_to_string(program.path("config/config.toml")).expect("config");
    assert!(
        config.starts_with("default_profile = \"acme\"\n# my own words\n") || config.starts_with("# my own words\n"),
        "{config}"
    );
    assert!(config.contains("[profile.acme]") && config.contains("account = \"695a15a5c526dbe7c085ece2\""), "{config}");
    assert!(config.contains("dialect = \"switchboard\""), "{config}");
    let token = program.path("data/tokens/acme");
    assert_eq!(std::fs::read_to_string(&token).expect("token").trim(), TOKEN);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        for (file, mode) in
            [("data/tokens/acme", 0o600), ("config/config.toml", 0o600), ("data/tokens", 0o700), ("data", 0o700)]
        {
            let found = std::fs::metadata(program.path(file)).expect(file).permissions().mode() & 0o777;
            assert_eq!(found, mode, "{file}");
        }
    }
    for (file, text) in program.files() {
        assert!(!text.contains(PASSWORD), "the password is in {}", file.display());
        assert!(file == token || !text.contains(TOKEN), "the token is in {}", file.display());
    }
    program.command().args(["config", "check"]).assert().success().stdout(contains("profiles: acme"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_and_nothing_is_written() {
    let server = backend().await;
    let program = Program::new();
    program
        .command()
        .args(["login", &server.uri(), "--email", "owner@example.test"])
        .write_stdin("wrong\n")
        .assert()
        .code(4)
        .stdout(is_empty())
        .stderr(contains("Invalid email or password").and(contains("wrong").not()));
    assert_eq!(program.files(), []);
}

#[test]
fn what_cannot_be_done_says_so() {
    let program = Program::new();
    let login = |arguments: &[&str]| program.command().arg("login").args(arguments).write_stdin("pw\n").assert();
    login(&["http://chat.example.test", "--email", "a@b.test"]).code(64).stderr(contains("is plain http"));
    login(&["http://127.0.0.1:9", "--email", "a@b.test"]).code(5).stderr(contains("127.0.0.1:9"));
    login(&["http://127.0.0.1:9"]).code(64).stderr(contains("--email"));
    login(&[]).code(64).stderr(contains("switchboard login URL"));
    program.configure("[profile.acme]\nurl = \"https://a.example\"\n");
    login(&["https://b.example", "--profile", "acme", "--email", "a@b.test"])
        .code(64)
        .stderr(contains("the profile `acme` is for https://a.example/"));
}

/// The real thing: an account of the embedded server, its password, its token.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_the_embedded_server_can_sign_in() {
    let server = Server::start(ServerConfig::default()).await.expect("server");
    server.create_account("Acme", "owner@example.test", &PASSWORD.into()).await.expect("account");
    let program = Program::new();
    let login = |password: &str| {
        let mut command = program.command();
        command.args(["login", &server.url(), "--email", "owner@example.test"]).write_stdin(format!("{password}\n"));
        command.assert()
    };
    login("something else").code(4).stdout(is_empty());
    login(PASSWORD).success().stdout(contains("signed in as Acme"));
    let name = format!("local-{}", server.addr().port());
    let token = std::fs::read_to_string(program.path("data/tokens").join(&name)).expect("token");
    assert_eq!(token.trim().split('.').count(), 3, "a JWT");
    // A second login finds the profile by its address and asks for nothing but the password.
    program.command().args(["login", &server.url()]).write_stdin(format!("{PASSWORD}\n")).assert().success();
    let config = std::fs::read_to_string(program.path("config/config.toml")).expect("config");
    assert_eq!(config.matches("[profile.").count(), 1, "{config}");
    server.shutdown().await;
}

//! Files and passwords go where the backend is, and nowhere else: what a redirect leads to gets neither the token nor the
//! profile's headers.

use std::path::PathBuf;

use secrecy::SecretString;
use serde_json::json;
use switchboard::backend::{Command, Outgoing, OutgoingFile, Report, RestError, login};
use switchboard::chat::MediaKind;
use switchboard::wire::Dialect;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::contract::{Contract, TOKEN};
use crate::seat::{Seat, config, fault, profile, target};

const HEADER: &str = "k3y-for-the-gateway-in-front";

/// A server that is not the backend.
async fn elsewhere() -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_raw("the bytes", "image/png");
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn seat(server: &Contract) -> Seat {
    let mut config = config(&server.url);
    config.profile.headers.insert("x-gateway".to_owned(), HEADER.into());
    Seat::new(config)
}

/// How the fetch of a file ends.
async fn fetched(seat: &mut Seat, media: &str, folder: &std::path::Path) -> Result<PathBuf, RestError> {
    seat.backend.send(Command::FetchFile {
        id: "f1".into(),
        media: media.to_owned(),
        folder: folder.to_owned(),
        name: "picture.png".to_owned(),
        limit: 1_000,
    });
    let pick = |report: &Report| match report {
        Report::Fetched { result, .. } => Some(result.clone()),
        _ => None,
    };
    seat.until("the end of the fetch", pick).await
}

/// Everything that the server was told.
async fn told(server: &MockServer) -> String {
    let requests = server.received_requests().await.expect("it takes note");
    requests.iter().map(|request| format!("{request:?} {}\n", String::from_utf8_lossy(&request.body))).collect()
}

#[tokio::test]
async fn a_file_that_is_elsewhere_comes_without_the_token_going_there() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let (elsewhere, folder) = (elsewhere().await, tempfile::tempdir().expect("a folder"));
    let mut seat = seat(&server);
    let authority = elsewhere.uri().trim_start_matches("http://").to_owned();
    for to in
        [format!("{}/signed?for=once", elsewhere.uri()), format!("//{authority}/x"), format!("\\\\{authority}\\x")]
    {
        fault(&server, "GET", "/api/media/", json!({ "redirect": to, "code": 302 })).await;
        let path = fetched(&mut seat, "/api/media/1", folder.path()).await.expect(&to);
        assert_eq!(std::fs::read(&path).expect("the file"), b"the bytes", "{to}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).expect("metadata").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "it is its owner's alone");
        }
    }
    // One whose address the message itself gives.
    fetched(&mut seat, &format!("{}/x", elsewhere.uri()), folder.path()).await.expect("a file");
    let told = told(&elsewhere).await;
    assert_eq!(told.lines().filter(|line| line.contains("/x") || line.contains("/signed")).count(), 4, "{told}");
    for secret in [TOKEN, HEADER, "authorization", "cookie"] {
        assert!(!told.to_lowercase().contains(secret), "{secret} went elsewhere: {told}");
    }
    // The backend itself was asked with both.
    let asked = server.state().await["requests"].to_string();
    assert!(asked.contains("/api/media/1"), "{asked}");
}

#[tokio::test]
async fn a_file_is_not_fetched_where_it_must_not_be() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut seat = seat(&server);
    for (to, words) in [
        ("http://files.example.test/x".to_owned(), "without encryption"),
        (format!("http://{}@127.0.0.1/x", server.url.trim_start_matches("http://")), "user name or password"),
        ("ftp://127.0.0.1/x".to_owned(), "no web address"),
        ("file:///etc/passwd".to_owned(), "no web address"),
        ("/api/media/again".to_owned(), "again and again"),
    ] {
        let action = json!({ "redirect": to, "code": 302 });
        server.control("fault", json!({ "path": "/api/media/", "action": action, "times": 10 })).await;
        let error = fetched(&mut seat, "/api/media/1", folder.path()).await.expect_err(&to).to_string();
        assert!(error.contains(words), "{to}: {error}");
        server.control("clear", json!({})).await;
    }
    let large = json!({ "status": 200, "headers": { "content-type": "image/png" }, "body": "x".repeat(5_000) });
    fault(&server, "GET", "/api/media/", large).await;
    let error = fetched(&mut seat, "/api/media/1", folder.path()).await.expect_err("too large").to_string();
    assert!(error.contains("the most that is fetched"), "{error}");
    // Unpacked it is larger than what came.
    fault(&server, "GET", "/api/media/", json!({ "bomb": 32 * 1024 * 1024 })).await;
    let error = fetched(&mut seat, "/api/media/1", folder.path()).await.expect_err("a bomb").to_string();
    assert!(error.contains("the most that is fetched"), "{error}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    assert!(left.is_empty(), "nothing half of it stays: {left:?}");
}

#[tokio::test]
async fn a_file_that_is_sent_and_a_password_follow_no_redirect() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let (elsewhere, folder) = (elsewhere().await, tempfile::tempdir().expect("a folder"));
    let mut seat = seat(&server);
    let path = folder.path().join("a.txt");
    std::fs::write(&path, "confidential").expect("written");
    let modified = std::fs::metadata(&path).expect("metadata").modified().ok();
    let file = OutgoingFile {
        path,
        name: "a.txt".to_owned(),
        kind: MediaKind::Document,
        mime: "text/plain".to_owned(),
        size: 12,
        modified: modified.and_then(|at| jiff::Timestamp::try_from(at).ok()),
    };
    let to = target(&server, 1, true).await;
    for code in [301, 307, 308] {
        let there = format!("{}/api/messages/send-media", elsewhere.uri());
        fault(&server, "POST", "/api/", json!({ "redirect": there, "code": code })).await;
        let body = Outgoing::File { file: file.clone(), caption: String::new() };
        seat.backend.send(Command::Send { client: "c1".into(), target: to.clone(), body, reply_to: None });
        let pick = |report: &Report| match report {
            Report::Sent { result, .. } => Some(result.clone()),
            _ => None,
        };
        let error = seat.until("the refusal", pick).await.expect_err("refused");
        assert!(matches!(&error, RestError::Refused { status, .. } if *status == code), "{error:?}");
        assert!(error.to_string().contains("the token is not sent there"), "{error}");

        let there = format!("{}/api/auth/login", elsewhere.uri());
        fault(&server, "POST", "/api/auth/login", json!({ "redirect": there, "code": code })).await;
        let password = SecretString::from("correct-horse");
        let error = login(&profile(&server.url), &Dialect::reference(), "owner@example.test", &password).await;
        let error = error.map(|_| ()).expect_err("refused").to_string();
        assert!(error.contains("redirects to") && !error.contains("correct-horse"), "{error}");
    }
    assert_eq!(told(&elsewhere).await, "", "nothing at all goes there");
}

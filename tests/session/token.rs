//! Refused tokens: said once, never retried in a loop, mended by a command or a key.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use secrecy::SecretString;
use serde_json::json;
use switchboard::backend::{Command, Health, Purpose, Report, RestError, SessionState, TokenSource, login};
use switchboard::wire::Dialect;

use crate::contract::{Contract, TOKEN};
use crate::seat::{Seat, config, fault, pair, profile, set, target};

/// A source that begins with `first` and finds `later`; and how often it was asked.
fn renewable(first: &str, later: &'static str) -> (TokenSource, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&asked);
    let source = TokenSource {
        current: Some(first.into()),
        resolve: Some(Arc::new(move || {
            counter.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move { Ok(SecretString::from(later)) })
        })),
    };
    (source, asked)
}

async fn signed_out(seat: &mut Seat) -> String {
    let session = seat.state("signed out", |state| matches!(state, SessionState::SignedOut { .. })).await;
    let SessionState::SignedOut { reason } = session.state else { unreachable!() };
    reason.to_string()
}

#[tokio::test]
async fn a_refused_token_signs_out_without_a_loop() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let mut config = config(&server.url);
    config.token = TokenSource::fixed("stale");
    let mut seat = Seat::new(config);
    let reason = signed_out(&mut seat).await;
    assert!(reason.contains("jwt malformed") && reason.contains("switchboard login"), "{reason}");
    assert!(!reason.contains("stale"));
    seat.backend.send(Command::Reconnect);
    // REST's own refusal may be told meanwhile.
    seat.state("trying again", |state| matches!(state, SessionState::Connecting { .. })).await;
    signed_out(&mut seat).await;
    assert_eq!(server.state().await["handshakes"], 2, "one attempt, and one for the key");
}

#[tokio::test]
async fn a_token_command_brings_it_back_by_itself() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let mut config = config(&server.url);
    let (source, asked) = renewable("stale", TOKEN);
    config.token = source;
    let mut seat = Seat::new(config);
    seat.live().await;
    seat.list(Purpose::Asked).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let out = |report: &Report| matches!(report, Report::Session(session) if matches!(session.state, SessionState::SignedOut { .. }));
    assert!(!seat.seen.iter().any(out));
}

#[tokio::test]
async fn a_token_command_without_a_better_token_is_run_once() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let mut config = config(&server.url);
    let (source, asked) = renewable("stale", "stale too");
    config.token = source;
    let mut seat = Seat::new(config);
    signed_out(&mut seat).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    set(&server, json!({"tokens": [TOKEN, "stale too"]})).await;
    seat.backend.send(Command::Reconnect);
    seat.live().await;
}

#[tokio::test]
async fn rest_may_refuse_while_the_socket_is_live() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    seat.live().await;
    let open = target(&server, 0, false).await;
    seat.open(&open);
    set(&server, json!({"restRefusal": {"status": 401, "message": "Invalid or expired token. Please login again."}}))
        .await;
    seat.backend.send(Command::FetchList { limit: 50, purpose: Purpose::Asked });
    let pick = |report: &Report| match report {
        Report::Session(session) if matches!(session.rest, Health::Ill(_)) => {
            assert!(session.token_refused && !session.is_signed_out());
            Some(session.state.clone())
        }
        _ => None,
    };
    assert_eq!(seat.until("REST signed out", pick).await, SessionState::Live, "receiving, cannot send");
    server.inbound(open.id.as_str(), "Still heard").await;
    seat.frame("message.received").await;
    let refused = |report: &Report| match report {
        Report::List { result: Err(RestError::SignedOut { reason }), .. } => Some(reason.to_string()),
        _ => None,
    };
    let reason = seat.seen.iter().find_map(refused).expect("the list was refused");
    assert!(reason.contains("Invalid or expired token"), "{reason}");
    set(&server, json!({"restRefusal": null})).await;
    seat.backend.send(Command::FetchList { limit: 50, purpose: Purpose::Asked });
    let well = |report: &Report| {
        matches!(report, Report::Session(session) if session.rest == Health::Well && !session.token_refused)
            .then_some(())
    };
    seat.until("REST well again", well).await;
}

#[tokio::test]
async fn a_missing_subscription_is_no_sign_out() {
    let Some(server) = Contract::start(&json!({})) else { return };
    set(
        &server,
        json!({"restRefusal": {"status": 403, "message": "Active subscription required. Please complete payment."}}),
    )
    .await;
    let mut seat = Seat::new(config(&server.url));
    let session = seat.state("silent", |state| matches!(state, SessionState::Silent { .. })).await;
    let SessionState::Silent { reason } = &session.state else { unreachable!() };
    assert!(reason.contains("not caught up") && reason.contains("Active subscription required"), "{reason}");
    set(&server, json!({"restRefusal": null})).await;
    seat.live().await;
}

#[tokio::test]
async fn no_report_and_no_debug_output_shows_a_token() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let mut config = config(&server.url);
    let (source, _) = renewable("stale-secret", TOKEN);
    config.token = source;
    config.profile.headers.insert("x-api-key".to_owned(), "header-secret".into());
    let shown = format!("{config:?}");
    let mut seat = Seat::new(config);
    seat.live().await;
    // A backend that repeats what it refuses, and one in front of it that repeats its own key.
    let words = format!("{TOKEN} by header-secret");
    let refusal = json!({"status": 401, "message": format!("no: {words}")});
    set(&server, json!({"restRefusal": refusal, "socketRefusal": format!("jwt expired: {words}")})).await;
    server.control("drop", json!({"how": "reset"})).await;
    signed_out(&mut seat).await;
    seat.backend.send(Command::FetchList { limit: 5, purpose: Purpose::Asked });
    let pick = |report: &Report| match report {
        Report::List { purpose: Purpose::Asked, result: Err(error), .. } => Some(error.to_string()),
        _ => None,
    };
    seat.until("the refusal of the list", pick).await;
    let shown = format!("{shown}{:?}{:?}", seat.backend, seat.seen);
    assert!(shown.contains("[redacted] by [redacted]"), "what it says beside is told: {shown}");
    for secret in ["stale-secret", TOKEN, "header-secret"] {
        assert!(!shown.contains(secret), "{secret} is shown");
    }
}

#[tokio::test]
async fn login_gives_a_token_that_works() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let dialect = Dialect::reference();
    let profile = profile(&server.url);
    let password = SecretString::from("anything");
    let (token, identity) = login(&profile, &dialect, "owner@example.test", &password).await.expect("a login");
    assert_eq!(identity.name.as_deref(), Some("Acceptance Test Co"));
    let mut config = config(&server.url);
    config.token = TokenSource { current: Some(token), resolve: None };
    Seat::new(config).live().await;
    let error = login(&profile, &dialect, "nobody@example.test", &password).await.expect_err("no such user");
    assert!(error.to_string().contains("Invalid email or password"), "{error}");
    let repeats = json!({"success": false, "message": "wrong password: anything"});
    fault(&server, "POST", "/api/auth/login", json!({"status": 401, "body": repeats})).await;
    let error = login(&profile, &dialect, "owner@example.test", &password).await.expect_err("refused");
    assert!(error.to_string().contains("wrong password: [redacted]"), "{error}");
}

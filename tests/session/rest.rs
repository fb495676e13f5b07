//! REST: sends and their fate, and backends that misbehave.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use switchboard::backend::{Command, Outgoing, Purpose, Report, RestError, SessionState, Target};
use switchboard::chat::Id;
use switchboard::wire::Dialect;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::contract::{Contract, LINE};
use crate::seat::{Seat, config, fault, pair, target};

fn send(seat: &Seat, target: &Target, client: &str, text: &str) {
    let body = Outgoing::Text { body: text.to_owned() };
    seat.backend.send(Command::Send { client: client.into(), target: target.clone(), body, reply_to: None });
}

async fn sent(seat: &mut Seat, wanted: &str) -> Result<switchboard::wire::Accepted, RestError> {
    let pick = |report: &Report| match report {
        Report::Sent { client, result, .. } if client.as_str() == wanted => Some(result.clone()),
        _ => None,
    };
    seat.until(wanted, pick).await
}

/// What the server stored for a conversation by sends.
async fn stored(server: &Contract, target: &Target) -> Vec<String> {
    let state = server.state().await;
    let all = state["messages"].as_array().expect("messages");
    let of = |message: &&Value| message["conversationId"] == target.id.as_str() && message["direction"] == "outbound";
    all.iter().filter(of).filter_map(|message| message["content"]["text"].as_str()).map(str::to_owned).collect()
}

#[tokio::test]
async fn sends_of_a_conversation_keep_their_order() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    let to = target(&server, 1, false).await;
    fault(&server, "POST", "/api/", json!({"delay": 200})).await;
    for (client, text) in [("c1", "one"), ("c2", "two"), ("c3", "three")] {
        send(&seat, &to, client, text);
    }
    for client in ["c1", "c2", "c3"] {
        let accepted = sent(&mut seat, client).await.expect("accepted");
        assert!(accepted.id.is_some() && accepted.wa.is_some());
    }
    assert_eq!(stored(&server, &to).await, ["Answer 1", "one", "two", "three"]);
}

#[tokio::test]
async fn a_lost_answer_leaves_the_fate_of_a_send_open_and_holds_the_next_back() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    let to = target(&server, 1, false).await;
    fault(&server, "POST", "/api/", json!({"delay": 200, "lose": true})).await;
    send(&seat, &to, "c1", "one");
    send(&seat, &to, "c2", "two");
    let lost = sent(&mut seat, "c1").await.expect_err("the answer is lost");
    assert!(matches!(lost, RestError::Unreachable { before_sending: false, .. }), "{lost:?}");
    let held = sent(&mut seat, "c2").await.expect_err("held back");
    assert!(matches!(held, RestError::Unreachable { before_sending: true, .. }), "{held:?}");
    assert_eq!(stored(&server, &to).await, ["Answer 1", "one"], "exactly one attempt");
    send(&seat, &to, "c3", "three");
    sent(&mut seat, "c3").await.expect("the queue goes on");
}

#[tokio::test]
async fn a_send_to_a_closed_door_never_left() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    seat.live().await;
    let to = target(&server, 1, false).await;
    server.control("down", json!({})).await;
    send(&seat, &to, "c1", "one");
    let error = sent(&mut seat, "c1").await.expect_err("nobody there");
    assert!(matches!(error, RestError::Unreachable { before_sending: true, .. }), "{error:?}");
    assert!(error.to_string().contains("cannot reach 127.0.0.1:"), "{error}");
}

#[tokio::test]
async fn refusals_come_with_code_words_and_time() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    let to = target(&server, 1, false).await;
    let body = json!({"success": false, "code": "RATE_LIMIT_EXCEEDED", "message": "Too many messages sent. Please wait 60 seconds before sending more.", "retryAfter": 60});
    fault(&server, "POST", "/api/", json!({"status": 429, "headers": {"retry-after": "59"}, "body": body})).await;
    send(&seat, &to, "c1", "one");
    let Err(RestError::Refused { status, code, reason, retry_after }) = sent(&mut seat, "c1").await else {
        panic!("not refused")
    };
    assert_eq!((status, code.as_deref()), (429, Some("RATE_LIMIT_EXCEEDED")));
    assert!(reason.contains("Too many messages"), "{reason}");
    assert_eq!(retry_after, Some(Duration::from_secs(59)));
    send(&seat, &to, "c2", "/expired");
    let Err(RestError::Refused { status: 400, code, .. }) = sent(&mut seat, "c2").await else { panic!("not refused") };
    assert_eq!(code.as_deref(), Some("SESSION_EXPIRED"));
}

#[tokio::test]
async fn read_and_status_and_an_unknown_conversation() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    let to = target(&server, 2, true).await;
    seat.backend.send(Command::MarkRead { target: to.clone(), last: None });
    let pick = |report: &Report| match report {
        Report::Read { result, .. } => Some(result.clone()),
        _ => None,
    };
    seat.until("read", pick).await.expect("marked");
    seat.backend.send(Command::SetStatus { target: to.clone(), status: switchboard::chat::Status::Resolved });
    let pick = |report: &Report| match report {
        Report::StatusSet { result, .. } => Some(result.clone()),
        _ => None,
    };
    seat.until("status", pick).await.expect("set");
    assert_eq!(server.state().await["conversations"][2]["status"], "closed");
    for (id, known) in [(to.aliases[0].clone(), true), (Id::from("6b02ca344e517f5f5b270000"), false)] {
        seat.backend.send(Command::FetchConversation { id: id.clone() });
        let pick = |report: &Report| match report {
            Report::Conversation { id: asked, result } if *asked == id => Some(result.clone()),
            _ => None,
        };
        let result = seat.until("the conversation", pick).await;
        assert_eq!(result.is_ok(), known, "{result:?}");
        if let Ok(page) = result {
            let ids: Vec<Id> = page.facts.expect("facts").ids.into_iter().map(|named| named.id).collect();
            assert!(ids.contains(&to.id) && ids.contains(&to.aliases[0]), "{ids:?}");
        }
    }
}

#[tokio::test]
async fn a_header_of_ours_that_is_an_id_too_leaves_the_backends_ids_alone() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let mut config = config(&server.url);
    config.profile.headers.insert("x-line".to_owned(), LINE.into());
    let page = Seat::new(config).list(Purpose::Asked).await;
    assert!(!page.rows.is_empty());
    for facts in page.rows {
        assert_eq!(facts.line, Some(LINE.into()), "{facts:?}");
    }
}

/// The answer to a list that met with `action`.
async fn bad_list(action: Value, change: impl FnOnce(&mut switchboard::backend::BackendConfig)) -> Option<RestError> {
    let server = Contract::start(&json!({}))?;
    fault(&server, "GET", "/api/conversations\\?", action).await;
    let mut config = config(&server.url);
    change(&mut config);
    let mut seat = Seat::new(config);
    // The fault meets whichever list is first: the one at start, or the resync.
    let pick = |report: &Report| match report {
        Report::List { result: Err(error), .. } => Some(error.clone()),
        _ => None,
    };
    let error = seat.until("a list that failed", pick).await;
    let live = |report: &Report| matches!(report, Report::Session(session) if session.state == SessionState::Live);
    seat.ever("live", |report| live(report).then_some(())).await;
    Some(error)
}

#[tokio::test]
async fn a_redirect_to_elsewhere_does_not_get_the_token() {
    let elsewhere = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).expect(0).mount(&elsewhere).await;
    let redirect = format!("{}/api/conversations", elsewhere.uri());
    let Some(error) = bad_list(json!({"redirect": redirect}), |_| ()).await else { return };
    assert!(matches!(error, RestError::Refused { status: 307, .. }), "{error:?}");
    assert!(error.to_string().contains(&elsewhere.uri()) && error.to_string().contains("`url`"), "{error}");
    elsewhere.verify().await;
}

#[tokio::test]
async fn a_redirect_within_the_origin_is_followed() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    seat.live().await;
    let to = "/api/conversations?phoneNumberId=1003427786179738&limit=2";
    fault(&server, "GET", "/api/conversations\\?", json!({"redirect": to, "code": 301})).await;
    seat.backend.send(Command::FetchList { limit: 50, purpose: Purpose::Asked });
    let pick = |report: &Report| match report {
        Report::List { result, .. } => Some(result.clone()),
        _ => None,
    };
    assert_eq!(seat.until("the list", pick).await.expect("followed").rows.len(), 2);
}

#[tokio::test]
async fn pages_that_never_end_are_bounded() {
    // A dialect with pages, and a backend whose every page leads to another: to a new one, or to itself.
    let reference = include_str!("../../assets/dialects/reference.toml");
    let list = "array = \"/conversations\"\n";
    let paged = reference.replacen("phoneNumberId = \"{line}\", limit", "after = \"{cursor}\", limit", 1).replacen(
        list,
        &format!("{list}paging = {{ kind = \"cursor\", next = \"/next\" }}\n"),
        1,
    );
    let dialect = Arc::new(Dialect::parse("paged", &paged).expect("a dialect"));
    for moving in [true, false] {
        let server = MockServer::start().await;
        let answer = move |request: &wiremock::Request| {
            let page = request.url.query_pairs().find(|(name, _)| name == "after");
            let page: u64 = page.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
            let (id, next) = (format!("{page:024x}"), if moving { page + 1 } else { 1 });
            ResponseTemplate::new(200).set_body_json(json!({"conversations": [{"_id": id}], "next": next.to_string()}))
        };
        Mock::given(path("/api/conversations")).respond_with(answer).mount(&server).await;
        let mut config = config(&server.uri());
        (config.dialect, config.list_limit) = (Arc::clone(&dialect), 5000);
        let mut seat = Seat::new(config);
        let rows = seat.list(Purpose::Asked).await.rows.len();
        assert_eq!(rows, if moving { 201 } else { 2 });
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_bounded() {
    let small = |config: &mut switchboard::backend::BackendConfig| config.limits.bytes = 1024 * 1024;
    let Some(error) = bad_list(json!({"bomb": 32 * 1024 * 1024}), small).await else { return };
    assert!(error.to_string().contains("larger than 1048576 bytes"), "{error}");
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let short = |config: &mut switchboard::backend::BackendConfig| config.limits.body = Duration::from_millis(300);
    let Some(error) = bad_list(json!({"drip": 20}), short).await else { return };
    assert!(error.to_string().contains("not whole"), "{error}");
}

#[tokio::test]
async fn no_answer_at_all_is_given_up() {
    let short = |config: &mut switchboard::backend::BackendConfig| {
        (config.limits.connect, config.limits.answer) = (Duration::from_secs(2), Duration::from_millis(300));
    };
    let Some(error) = bad_list(json!({"hang": true}), short).await else { return };
    assert!(matches!(error, RestError::Unreachable { before_sending: false, .. }), "{error:?}");
}

#[tokio::test]
async fn a_page_of_html_is_named() {
    let Some(error) = bad_list(json!({"html": true}), |_| ()).await else { return };
    assert!(matches!(error, RestError::Unreadable(_)) && error.to_string().contains("text/html"), "{error}");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_answer() {
    let Some(error) = bad_list(json!({"truncate": true}), |_| ()).await else { return };
    assert!(matches!(error, RestError::Unreachable { before_sending: false, .. }), "{error:?}");
}

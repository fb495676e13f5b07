use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::super::{Credential, Outgoing, Page};
use super::*;
use crate::chat::Status;

fn text(body: &str) -> Outgoing {
    Outgoing::Text { body: body.to_owned() }
}

#[test]
fn the_token_goes_where_the_dialect_says_and_is_never_shown() {
    let token = SecretString::from("t0p");
    let Credential::Header { name, value } = dialect().credential(&token) else { panic!() };
    assert_eq!((name.as_str(), value.expose_secret()), ("Authorization", "Bearer t0p"));
    let socket = dialect().socket_credentials(Some("t0p"));
    assert_eq!(socket.auth, Some(json!({ "token": "Bearer t0p" })));
    let login = dialect().login_request("a@b.test", &SecretString::from("pa55")).unwrap();
    assert_eq!(login.body, Some(json!({ "email": "a@b.test", "password": "pa55" })));
    assert!(!format!("{socket:?}{login:?}{:?}", dialect().credential(&token)).contains("t0p"));
    assert!(!format!("{login:?}").contains("pa55"));
    assert_eq!(dialect().socket_credentials(None).auth, None);
}

#[test]
fn lists_and_threads_are_asked_for() {
    let list = dialect().list_request(200, Some(&LINE.into()), None).unwrap();
    assert_eq!((list.path.as_str(), list.idempotent), ("/api/conversations", true));
    assert_eq!(list.query, [("limit".into(), "200".into()), ("phoneNumberId".into(), LINE.into())]);
    assert!(dialect().list_needs_line());
    let page = Page::Before { message: "m1".into(), at: None };
    let thread = dialect().thread_request(&target(), &page, 50).unwrap();
    assert_eq!(thread.path, format!("/api/conversations/{OID}/messages"));
    assert_eq!(thread.or_paths, [format!("/api/conversations/{COMPOSITE}/messages")]);
    assert!(thread.query.contains(&("before".into(), "m1".into())));
    let latest = dialect().thread_request(&target(), &Page::Latest, 50).unwrap();
    assert!(!latest.query.iter().any(|(name, _)| name == "before"));
}

#[test]
fn a_reply_goes_by_the_conversation() {
    let send = dialect().send_request(&target(), &text("hi"), &"c1".into(), None).unwrap();
    assert_eq!((send.method.as_str(), send.path), ("POST", format!("/api/conversations/{OID}/reply")));
    assert_eq!(send.body, Some(json!({ "messageType": "text", "message": "hi" })));
    assert_eq!(send.headers, [("Idempotency-Key".into(), "c1".into())]);
    assert!(!send.idempotent && send.or_paths.is_empty(), "never sent twice by another name");
    let answer = dialect().send_request(&target(), &text("hi"), &"c1".into(), Some(&"wamid.1".into())).unwrap();
    assert_eq!(answer.body.unwrap()["replyTo"], "wamid.1");
}

#[test]
fn read_and_status_fall_back_to_the_composite() {
    let read = dialect().read_request(&target(), None).unwrap();
    assert_eq!((read.method.as_str(), read.or_paths.len()), ("PATCH", 1));
    let closed = dialect().status_request(&target(), &Status::Resolved).unwrap();
    assert_eq!(closed.body, Some(json!({ "status": "closed" })));
    assert_eq!(closed.path, format!("/api/conversations/{OID}/status"));
    assert_eq!(closed.or_paths, [format!("/api/conversations/{COMPOSITE}/status")]);
    assert_eq!(closed.retry_on, [400, 404]);
    assert_eq!(dialect().status_request(&target(), &Status::Snoozed), None);
    let alone = super::super::Target { aliases: vec![], ..target() };
    assert!(dialect().status_request(&alone, &Status::Open).unwrap().or_paths.is_empty());
}

#[test]
fn what_a_socket_is_told_has_its_exact_shape() {
    let join = dialect().join(&OID.into()).unwrap();
    assert_eq!(join.shown().to_string(), format!(r#"join_conversation {{"conversationId":"{OID}"}}"#));
    assert_eq!(dialect().subscriptions()[0].args, Vec::<serde_json::Value>::new());
    let typing = dialect().typing(&target(), true).unwrap();
    assert_eq!(typing.args, [json!({ "conversationId": OID, "isTyping": true })]);
    assert_eq!(join.answer(r#"[{"success":true}]"#), Ok(()));
    assert_eq!(join.answer("[]"), Ok(()));
    let refused = join.answer(r#"[{"success":false,"message":"not yours"}]"#).unwrap_err();
    assert_eq!(&*refused, "not yours");
}

#[test]
fn a_refused_handshake_means_the_token_or_the_server() {
    for words in ["Invalid token: jwt expired", "Authentication error - no token"] {
        assert!(dialect().is_token_refusal(words), "{words}");
    }
    assert!(!dialect().is_token_refusal("Invalid namespace"));
}

#[test]
fn a_dialect_with_a_mistake_is_refused_with_its_place() {
    let shipped = include_str!("../../../assets/dialects/reference.toml");
    let problem = |text: &str| Dialect::parse("mine.toml", text).unwrap_err().to_string();
    let unknown = problem(&shipped.replace("last_inbound_at", "last_inbound"));
    assert!(unknown.contains("mine.toml") && unknown.contains("last_inbound"), "{unknown}");
    let line = 1 + shipped.lines().position(|line| line.starts_with("preview = ")).unwrap();
    let pointer = problem(&shipped.replace("preview = \"/lastMessagePreview\"", "preview = \"lastMessagePreview\""));
    assert!(
        pointer.contains(&format!("mine.toml:{line}:1:"))
            && pointer.contains("no JSON pointer")
            && pointer.contains("/conversation/preview"),
        "{pointer}"
    );
    let join = r#"join = { event = "join_conversation", argument = { conversationId = "{id}" }, ack = true }"#;
    assert!(problem(&shipped.replace(join, r#"join = { event = "join_conversation" }"#)).contains("no argument"));
    let twice = problem(&shipped.replace(r#"names = ["typing"]"#, r#"names = ["new_message"]"#));
    assert!(twice.contains("described twice"), "{twice}");
}

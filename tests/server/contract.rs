//! What the server emits has the shape of the reference's samples (`tests/fixtures/contract`).
//!
//! A fixture is `{sample, optional, extra}`: every path of `sample` must be emitted with a value of the same form, unless
//! it is `optional`; a path that is not in it must be listed in `extra`. A null in the sample fits anything.

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::envelopes::{messages_from, status, text};
use crate::house::{ACCOUNT, Answer, DANA, DANA_PHONE, House, LINE, OLD, PASSWORD};
use crate::live::NpmClient;
use crate::peers::peers_dir;

/// Path by path, the form of a value. Of a list the first element counts.
fn shape(value: &Value) -> BTreeMap<String, &'static str> {
    fn walk(path: &str, value: &Value, found: &mut BTreeMap<String, &'static str>) {
        found.insert(path.to_owned(), form(value));
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, value)| walk(&format!("{path}/{name}"), value, found))
            }
            Value::Array(items) => items.iter().take(1).for_each(|item| walk(&format!("{path}/0"), item, found)),
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    walk("", value, &mut found);
    found
}

fn form(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
        Value::String(text) => {
            let hex = text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let iso =
                text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T' && text.as_bytes()[19] == b'.';
            let parts: Vec<&str> = text.split('_').collect();
            if iso {
                "time with milliseconds"
            } else if hex {
                "24 hex digits"
            } else if parts.len() == 3 && parts[0].len() == 24 {
                "composite id"
            } else if text.starts_with("wamid.") {
                "wamid"
            } else if text.starts_with("eyJ") {
                "token"
            } else if text.len() > 5 && text.bytes().all(|byte| byte.is_ascii_digit()) {
                "digits"
            } else {
                "text"
            }
        }
    }
}

fn agrees(name: &str, emitted: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/contract/{name}.json"));
    let fixture: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let listed = |list: &str, path: &str| {
        fixture[list].as_array().into_iter().flatten().any(|one| path.starts_with(one.as_str().unwrap()))
    };
    let (wanted, got) = (shape(&fixture["sample"]), shape(emitted));
    for (path, form) in &wanted {
        match got.get(path) {
            None if listed("optional", path) => {}
            None => panic!("{name}: {path} is missing in {emitted:#}"),
            Some(found) => assert!(form == found || *form == "null", "{name}: {path} is {found}, not {form}"),
        }
    }
    for path in got.keys() {
        assert!(wanted.contains_key(path) || listed("extra", path), "{name}: {path} is not in the contract");
    }
}

#[tokio::test]
async fn the_rest_side_agrees_with_the_contract() {
    let house = House::build().await;
    house.set_password().await;
    house.accepts(&["wamid.A", "wamid.B"]).await;
    let login = json!({ "email": "owner@example.test", "password": PASSWORD });
    let login = house.request(Method::POST, "/api/auth/login").json(&login).send().await.unwrap();
    agrees("login", &Answer::of(login).await.body);
    agrees("me", &house.get("/api/auth/me").await);
    agrees("phone_numbers", &house.get("/api/settings/phone-numbers").await);
    let list = house.get(&format!("/api/conversations?phoneNumberId={LINE}")).await;
    agrees("conversations", &list);
    assert_eq!(list["conversations"][0]["conversationId"], list["conversations"][0]["_id"]);

    let send = json!({ "phoneNumberId": LINE, "recipientPhone": DANA_PHONE, "message": "Hello" });
    agrees("send", &house.ask(Method::POST, "/api/messages/send", Some(send)).await.body);
    let reply = json!({ "messageType": "text", "message": "reply text" });
    agrees("reply", &house.ask(Method::POST, &format!("/api/conversations/{DANA}/reply"), Some(reply)).await.body);
    let thread = house.get(&format!("/api/conversations/{DANA}/messages")).await;
    agrees("messages", &thread);
    agrees("message_inbound", &thread["messages"][0]);
    agrees("message_outbound", &thread["messages"][3]);
    let old = house.get(&format!("/api/conversations/{OLD}/messages")).await;
    agrees("message_failed", &old["messages"][1]);
    agrees("read", &house.ask(Method::PATCH, &format!("/api/conversations/{DANA}/read"), None).await.body);
    let expired = json!({ "messageType": "text", "message": "x" });
    agrees(
        "session_expired",
        &house.ask(Method::POST, &format!("/api/conversations/{OLD}/reply"), Some(expired)).await.body,
    );
}

#[tokio::test]
async fn the_events_agree_with_the_contract() {
    let Some(peers) = peers_dir() else { return };
    let house = House::build().await;
    house.accepts(&["wamid.A"]).await;
    let mut client = NpmClient::subscribed(&peers, &house, &house.token, &["websocket"]).await;
    client.ask(json!(["join_conversation", { "conversationId": DANA }])).await;
    house.deliver(&messages_from(DANA_PHONE, "فاطمہ علی", &[text("wamid.IN", DANA_PHONE, "Salaam 👋")])).await;
    for name in ["conversation_update", "message.received", "new_message"] {
        agrees(name, &client.event(name).await["args"][0]);
    }
    let reply = json!({ "messageType": "text", "message": "x" });
    house.ask(Method::POST, &format!("/api/conversations/{DANA}/reply"), Some(reply)).await;
    agrees("message.sent", &client.event("message.sent").await["args"][0]);
    house.deliver(&status("wamid.A", "delivered")).await;
    agrees("message_status", &client.event("message_status").await["args"][0]);
    house.running.ingest().customer_typing(DANA, true).await;
    agrees("typing", &client.event("typing").await["args"][0]);
    // The forms above would pass any account: this one is ours.
    assert_eq!(client.event("conversation_update").await["args"][0]["accountId"], ACCOUNT);
}

//! What became of a message: the three stages that the server answers for.

use reqwest::Method;
use serde_json::{Value, json};

use crate::envelopes::{envelope, messages_from, text, value};
use crate::house::{ACCOUNT, DANA, DANA_PHONE, House, LINE};
use crate::live::NpmClient;
use crate::peers::peers_dir;

/// The stages as `name: state`.
fn states(trace: &Value) -> Vec<String> {
    let stages = trace["stages"].as_array().unwrap();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    stages.iter().map(|stage| format!("{}: {}", word(&stage["stage"]), word(&stage["state"]))).collect()
}

#[tokio::test]
async fn a_message_nobody_listened_for_says_so() {
    let house = House::build().await;
    let envelope = messages_from(DANA_PHONE, "Dana", &[text("wamid.T/1=", DANA_PHONE, "hello")]);
    house.deliver(&envelope).await;
    house.deliver(&envelope).await;
    let told = |trace: &Value| {
        (trace["stages"][0]["evidence"]["repeats"] == 1 && trace["stages"][2]["state"] != "waiting")
            .then(|| trace.clone())
    };
    let by_wamid = house.until("/api/trace/wamid.T%2F1%3D", told).await;
    assert_eq!(states(&by_wamid), ["webhook received: ok", "stored: ok", "broadcast: failed"]);
    assert_eq!(by_wamid["composite"], format!("{ACCOUNT}_{LINE}_{DANA_PHONE}"));
    assert_eq!(by_wamid["stages"][0]["evidence"]["phoneNumberId"], LINE);
    assert_eq!(by_wamid["stages"][2]["reason"], "no socket was in any of these rooms");
    let emits = by_wamid["stages"][2]["evidence"]["emits"].as_array().unwrap();
    let rooms: Vec<&str> = emits.iter().map(|emit| emit["room"].as_str().unwrap()).collect();
    assert_eq!(rooms, [format!("user:{ACCOUNT}"), format!("conversation:{DANA}")]);
    let id = by_wamid["messageId"].as_str().unwrap();
    assert_eq!(house.get(&format!("/api/trace/{id}")).await, by_wamid);
    let last = house.get("/api/trace?limit=1").await;
    assert_eq!(last["traces"][0]["messageId"], id);

    let foreign = house.foreign_token().await;
    for name in [id, "wamid.T%2F1%3D", "nothing"] {
        let refused = house.ask_as(&foreign, Method::GET, &format!("/api/trace/{name}"), None).await;
        assert_eq!((refused.status, &refused.body["error"]), (404, &json!("MESSAGE_NOT_FOUND")), "{name}");
    }
    assert_eq!(house.ask_as(&foreign, Method::GET, "/api/trace", None).await.body["traces"], json!([]));
}

#[tokio::test]
async fn the_sockets_in_the_rooms_are_counted() {
    let Some(peers) = peers_dir() else { return };
    let house = House::build().await;
    house.accepts(&["wamid.OUT"]).await;
    let mut joined = NpmClient::subscribed(&peers, &house, &house.token, &["websocket"]).await;
    let _list_only = NpmClient::subscribed(&peers, &house, &house.token, &["websocket"]).await;
    joined.ask(json!(["join_conversation", { "conversationId": DANA }])).await;
    house.deliver(&messages_from(DANA_PHONE, "Dana", &[text("wamid.T2", DANA_PHONE, "hello")])).await;
    let new = joined.event("new_message").await;
    let trace = house.get(&format!("/api/trace/{}", new["args"][0]["message"]["_id"].as_str().unwrap())).await;
    assert_eq!(states(&trace), ["webhook received: ok", "stored: ok", "broadcast: ok"]);
    let emits = &trace["stages"][2]["evidence"]["emits"];
    assert_eq!((&emits[0]["sockets"], &emits[1]["sockets"]), (&json!(2), &json!(1)));
    assert_eq!((&emits[1]["event"], &emits[1]["conversationId"]), (&json!("new_message"), &json!(DANA)));

    let reply = json!({ "messageType": "text", "message": "hi" });
    house.ask(Method::POST, &format!("/api/conversations/{DANA}/reply"), Some(reply)).await;
    let trace = house.get("/api/trace/wamid.OUT").await;
    assert_eq!(states(&trace), ["webhook received: none", "stored: ok", "broadcast: ok"]);
}

#[tokio::test]
async fn what_could_not_be_stored_and_what_is_too_old_say_why() {
    let house = House::build().await;
    let mut stranger = value("999");
    stranger["contacts"] = json!([{ "profile": { "name": "X" }, "wa_id": "447700900123" }]);
    stranger["messages"] = json!([text("wamid.LOST", "447700900123", "hello?")]);
    house.deliver(&envelope(stranger)).await;
    let failed = |trace: &Value| (trace["stages"][1]["state"] == "failed").then(|| trace.clone());
    let trace = house.until("/api/trace/wamid.LOST", failed).await;
    assert_eq!(trace["stages"][1]["reason"], "no account has the line 999");
    assert_eq!(trace["messageId"], Value::Null);

    let thread = house.get(&format!("/api/conversations/{DANA}/messages")).await;
    let seeded = thread["messages"][0]["_id"].as_str().unwrap();
    let trace = house.get(&format!("/api/trace/{seeded}")).await;
    assert_eq!(states(&trace), ["webhook received: unknown", "stored: ok", "broadcast: unknown"]);
}

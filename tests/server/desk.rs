//! An agent's working day over REST, and what the team hears of it.

use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::envelopes::{messages_from, text};
use crate::house::{Answer, DANA, DANA_PHONE, FOREIGN, House, LINE, OLD};
use crate::wire::Wire;

const PATIENCE: Duration = Duration::from_secs(30);

/// A socket that has subscribed and joined Dana's conversation.
async fn listening(house: &House, token: &str) -> Wire {
    let mut wire = Wire::open(house.running.addr(), "/socket.io/").await.unwrap();
    assert!(wire.connect("/", token).await.starts_with("40"));
    wire.send("421[\"subscribe_conversations\"]").await;
    wire.send(&format!("422[\"join_conversation\",\"{DANA}\"]")).await;
    while wire.acks.len() < 2 {
        wire.frame(PATIENCE).await.expect("an answer");
    }
    wire
}

/// The next event of this name that fits; those before it are forgotten.
async fn hears(wire: &mut Wire, name: &str, fits: impl Fn(&Value) -> bool) -> Value {
    loop {
        if let Some(at) = wire.events.iter().position(|(event, argument, _)| event == name && fits(argument)) {
            return wire.events.drain(..=at).next_back().unwrap().1;
        }
        wire.frame(PATIENCE).await.unwrap_or_else(|| panic!("no fitting {name} among {:?}", wire.events));
    }
}

async fn colleague(house: &House) -> (String, String) {
    let body = json!({ "email": "noor@example.test", "name": "Noor", "password": "correct horse 2" });
    let made = house.ask(Method::POST, "/api/agents", Some(body)).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(made.body["agent"]["role"], "agent");
    let token = house.running.token_for("noor@example.test").await.unwrap().expose_secret().to_owned();
    (made.body["agent"]["_id"].as_str().unwrap().to_owned(), token)
}

async fn patch(house: &House, what: &str, body: Value) -> Answer {
    house.ask(Method::PATCH, &format!("/api/conversations/{DANA}/{what}"), Some(body)).await
}

async fn rows(house: &House, query: &str) -> Vec<Value> {
    let list = house.get(&format!("/api/conversations?{query}")).await;
    list["conversations"].as_array().unwrap().iter().map(|row| row["_id"].clone()).collect()
}

#[tokio::test]
async fn a_conversation_is_taken_once_and_released() {
    let house = House::build().await;
    let (noor, token) = colleague(&house).await;
    let mut wire = listening(&house, &house.token).await;
    let path = format!("/api/conversations/{DANA}/assign");
    let take = json!({ "agentId": "me", "ifFree": true });
    let taken = house.ask_as(&token, Method::PATCH, &path, Some(take.clone())).await;
    assert_eq!((taken.status, &taken.body["conversation"]["assignedAgentId"]), (200, &json!(noor)), "{}", taken.body);
    let update = hears(&mut wire, "conversation_update", |_| true).await;
    assert_eq!((&update["assignedAgentId"], &update["assignedAgentName"]), (&json!(noor), &json!("Noor")));
    let late = house.ask(Method::PATCH, &path, Some(take)).await;
    assert_eq!((late.status, &late.body["error"]), (409, &json!("ALREADY_ASSIGNED")));
    assert_eq!((&late.body["assignedAgentId"], &late.body["assignedAgentName"]), (&json!(noor), &json!("Noor")));

    assert_eq!(rows(&house, &format!("assigned={noor}")).await, [json!(DANA)]);
    assert_eq!((rows(&house, "assigned=none").await, rows(&house, "assigned=me").await), (vec![json!(OLD)], vec![]));
    let me = house.get("/api/auth/me").await["user"]["_id"].clone();
    assert_eq!(patch(&house, "assign", json!({ "agentId": me })).await.status, 200, "one may take over");
    assert_eq!(rows(&house, "assigned=me").await, [json!(DANA)]);
    assert_eq!(patch(&house, "assign", json!({ "agentId": "none" })).await.status, 200);
    hears(&mut wire, "conversation_update", |update| update["assignedAgentId"].is_null()).await;

    let other = house.ask_as(&house.foreign_token().await, Method::GET, "/api/auth/me", None).await;
    for (agent, status, code) in
        [(other.body["user"]["_id"].clone(), 404, "AGENT_NOT_FOUND"), (json!(5), 400, "MISSING_FIELDS")]
    {
        let refused = patch(&house, "assign", json!({ "agentId": agent })).await;
        assert_eq!((refused.status, &refused.body["error"]), (status, &json!(code)));
    }
    let agents = house.get("/api/agents").await["agents"].as_array().unwrap().clone();
    let online: Vec<(&Value, &Value)> = agents.iter().map(|agent| (&agent["email"], &agent["online"])).collect();
    assert_eq!(online, [(&json!("owner@example.test"), &json!(true)), (&json!("noor@example.test"), &json!(false))]);
    let again = json!({ "email": "NOOR@example.test", "name": "N", "password": "x" });
    assert_eq!(house.ask(Method::POST, "/api/agents", Some(again.clone())).await.status, 409);
    assert_eq!(house.ask_as(&token, Method::POST, "/api/agents", Some(again)).await.status, 403);
}

#[tokio::test]
async fn labels_and_priority_are_set_and_counted() {
    let house = House::build().await;
    let mut wire = listening(&house, &house.token).await;
    let done = patch(&house, "labels", json!({ "add": [" refund ", "refund"], "remove": ["vip"] })).await;
    assert_eq!((done.status, &done.body["labels"]), (200, &json!(["refund"])));
    assert_eq!(hears(&mut wire, "conversation_update", |_| true).await["tags"], json!(["refund"]));
    let set = patch(&house, "labels", json!({ "labels": ["order", "urgent"] })).await;
    assert_eq!(set.body["conversation"]["tags"], json!(["order", "urgent"]));
    assert_eq!(rows(&house, "label=order").await, [json!(DANA)]);
    let all = house.get("/api/labels").await["labels"].clone();
    let wanted =
        json!([{ "label": "order", "count": 1 }, { "label": "urgent", "count": 1 }, { "label": "vip", "count": 1 }]);
    assert_eq!(all, wanted);
    for wrong in [json!({}), json!({ "add": [""] }), json!({ "add": "x" }), json!({ "add": ["x".repeat(65)] })] {
        assert!((400..500).contains(&patch(&house, "labels", wrong.clone()).await.status), "{wrong}");
    }
    assert_eq!(patch(&house, "priority", json!({ "priority": "urgent" })).await.status, 200);
    hears(&mut wire, "conversation_update", |update| update["priority"] == "urgent").await;
    assert_eq!(patch(&house, "priority", json!({ "priority": "top" })).await.status, 400);

    assert_eq!(house.ask(Method::PATCH, &format!("/api/conversations/{OLD}/unread"), None).await.status, 200);
    hears(&mut wire, "conversation_update", |update| update["_id"] == OLD && update["unreadCount"] == 1).await;
    assert_eq!(rows(&house, "unread=true").await.len(), 2);
    let counts = house.get("/api/conversations/counts").await;
    let wanted = json!({ "all": 2, "open": 2, "pending": 0, "snoozed": 0, "closed": 0, "mine": 0, "unassigned": 2,
                         "unread": 2, "waiting": 1 });
    assert_eq!(counts["counts"], wanted);
    assert_eq!(counts["lines"], json!([{ "phoneNumberId": LINE, "count": 2, "unread": 2 }]));
}

#[tokio::test]
async fn what_is_snoozed_comes_back_by_itself_or_when_the_customer_writes() {
    let house = House::build().await;
    let mut wire = listening(&house, &house.token).await;
    let soon = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_millis(800)).unwrap();
    let snoozed = patch(&house, "status", json!({ "status": "snoozed", "until": soon.to_string() })).await;
    assert_eq!(snoozed.status, 200, "{}", snoozed.body);
    assert!(snoozed.body["conversation"]["snoozedUntil"].is_string());
    hears(&mut wire, "conversation_update", |update| update["status"] == "snoozed").await;
    let woken = hears(&mut wire, "conversation_update", |update| update["status"] == "open").await;
    assert_eq!(woken["snoozedUntil"], Value::Null);

    let far = json!({ "status": "snoozed", "until": "2100-01-01T00:00:00Z" });
    assert_eq!(patch(&house, "status", far).await.status, 200);
    assert_eq!(rows(&house, "status=snoozed").await, [json!(DANA)]);
    house.deliver(&messages_from(DANA_PHONE, "Dana Ó Briain", &[text("wamid.WAKE", DANA_PHONE, "hello?")])).await;
    hears(&mut wire, "conversation_update", |update| {
        update["status"] == "open" && update["snoozedUntil"].is_null() && update["lastMessagePreview"] == "hello?"
    })
    .await;

    for word in ["pending", "resolved", "open", "closed"] {
        assert_eq!(patch(&house, "status", json!({ "status": word })).await.status, 200, "{word}");
        let shown = if word == "resolved" { "closed" } else { word };
        hears(&mut wire, "conversation_update", |update| update["status"] == shown).await;
    }
    let row = &house.get(&format!("/api/conversations/{DANA}")).await["conversation"];
    assert_eq!(row.get("waitingSince"), None, "who is served waits no more");
    for wrong in [
        json!({ "status": "gone" }),
        json!({ "status": "snoozed", "until": "tomorrow" }),
        json!({ "status": "snoozed", "until": "2020-01-01T00:00:00Z" }),
    ] {
        assert_eq!(patch(&house, "status", wrong.clone()).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_note_stays_in_the_team() {
    let house = House::build().await;
    let mut wire = listening(&house, &house.token).await;
    let before = house.get(&format!("/api/conversations/{DANA}")).await["conversation"].clone();
    let path = format!("/api/conversations/{DANA}/notes");
    let added = house.ask(Method::POST, &path, Some(json!({ "text": "He is a friend of the owner" }))).await;
    assert_eq!((added.status, &added.body["note"]["direction"]), (200, &json!("note")), "{}", added.body);
    let told = hears(&mut wire, "note.added", |_| true).await;
    assert_eq!((&told["conversationId"], &told["message"]["_id"]), (&json!(DANA), &added.body["data"]["messageId"]));
    assert_eq!(told["message"]["senderName"], "Acceptance Test Co");
    let thread = house.messages(DANA, 4).await;
    assert_eq!((&thread[3]["direction"], thread[3].get("waMessageId")), (&json!("note"), None));
    assert_eq!(house.get(&path).await["notes"].as_array().unwrap().len(), 1);
    let after = house.get(&format!("/api/conversations/{DANA}")).await["conversation"].clone();
    for field in ["lastMessageAt", "lastMessagePreview", "unreadCount", "waitingSince", "lastRepliedAt"] {
        assert_eq!(before.get(field), after.get(field), "{field}");
    }
    assert!(house.graph.received_requests().await.unwrap().is_empty(), "the channel hears nothing of a note");
    assert_eq!(wire.of("new_message").count() + wire.of("message.sent").count(), 0);
    assert_eq!(house.ask(Method::POST, &path, Some(json!({ "text": "  " }))).await.status, 400);
}

#[tokio::test]
async fn canned_replies_are_shared() {
    let house = House::build().await;
    let mut wire = listening(&house, &house.token).await;
    let put = async |shortcut: &str, text: &str| {
        let body = json!({ "shortcut": shortcut, "text": text });
        house.ask(Method::POST, "/api/canned-replies", Some(body)).await
    };
    let made = put("/hours", "We are open from 9 to 5, {name}.").await;
    assert_eq!((made.status, &made.body["cannedReply"]["shortcut"]), (200, &json!("hours")));
    hears(&mut wire, "canned_replies.changed", |_| true).await;
    assert_eq!(put("HOURS", "From 10 to 5.").await.body["cannedReply"]["_id"], made.body["cannedReply"]["_id"]);
    assert_eq!(put("two words", "x").await.status, 422);
    let all = house.get("/api/canned-replies").await["cannedReplies"].clone();
    assert_eq!((all.as_array().unwrap().len(), &all[0]["text"]), (1, &json!("From 10 to 5.")));
    let foreign = house.foreign_token().await;
    let path = format!("/api/canned-replies/{}", all[0]["_id"].as_str().unwrap());
    assert_eq!(house.ask_as(&foreign, Method::DELETE, &path, None).await.status, 404);
    assert_eq!(house.ask(Method::DELETE, &path, None).await.status, 200);
    assert_eq!(house.get("/api/canned-replies").await["cannedReplies"], json!([]));
}

#[tokio::test]
async fn only_approved_templates_with_all_their_values_are_sent() {
    let house = House::build().await;
    house.accepts(&["wamid.TPL"]).await;
    for (name, status, reason) in
        [("order_update", "approved", None), ("spring_sale", "rejected", Some("INVALID_FORMAT"))]
    {
        let body = json!({ "name": name, "language": "en_US", "status": status, "reason": reason,
                           "body": "Hello {{1}}, your order {{2}} is on its way." });
        assert_eq!(house.ask(Method::POST, "/api/templates", Some(body)).await.status, 200);
    }
    let listed = house.get("/api/templates?status=approved").await["templates"].clone();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["paramCount"]), (1, &json!(2)));
    let send = async |name: &str, params: &[&str]| {
        let body = json!({ "messageType": "template", "templateName": name, "templateParams": params });
        house.ask(Method::POST, &format!("/api/conversations/{OLD}/reply"), Some(body)).await
    };
    for (name, params, code) in [
        ("spring_sale", &["a", "b"][..], "TEMPLATE_NOT_APPROVED"),
        ("order_update", &["a"], "TEMPLATE_PARAMS"),
        ("order_update", &["a", " "], "TEMPLATE_PARAMS"),
        ("unheard_of", &[], "TEMPLATE_NOT_FOUND"),
    ] {
        let refused = send(name, params).await;
        assert_eq!((refused.status, &refused.body["error"]), (422, &json!(code)), "{}", refused.body);
    }
    assert_eq!(send("spring_sale", &["a", "b"]).await.body["reason"], "INVALID_FORMAT");
    let sent = send("order_update", &["Ann", "{{1}}"]).await;
    assert_eq!(sent.status, 200, "outside the window too: {}", sent.body);
    let stored = house.messages(OLD, 3).await[2]["content"].clone();
    assert_eq!(stored["text"], "Hello Ann, your order {{1}} is on its way.");
}

#[tokio::test]
async fn a_file_is_a_reply_within_the_window_only() {
    let house = House::build().await;
    Mock::given(method("POST"))
        .and(path(format!("/v23.0/{LINE}/media")))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "id": "4490709327384033" })))
        .mount(&house.graph)
        .await;
    house.accepts(&["wamid.FILE"]).await;
    let send = async |conversation: &str| {
        let part = Part::bytes(vec![7; 10]).file_name("a.pdf").mime_str("application/pdf").unwrap();
        let form = Form::new().part("file", part).text("caption", "the bill").text("replyTo", "wamid.Q");
        let request = house.request(Method::POST, &format!("/api/conversations/{conversation}/media"));
        Answer::of(request.bearer_auth(&house.token).multipart(form).send().await.unwrap()).await
    };
    let sent = send(DANA).await;
    assert_eq!((sent.status, &sent.body["data"]["mediaType"]), (200, &json!("document")), "{}", sent.body);
    let stored = house.messages(DANA, 4).await[3].clone();
    assert_eq!(
        (&stored["content"]["caption"], &stored["context"]["messageId"]),
        (&json!("the bill"), &json!("wamid.Q"))
    );
    assert_eq!(send(OLD).await.body["error"], "SESSION_EXPIRED");
    assert_eq!(send(FOREIGN).await.status, 404);
    let limits = house.get("/api/media/limits").await;
    assert_eq!(limits["limits"][0], json!({ "mediaType": "image", "maxBytes": 5_242_880 }));
}

#[tokio::test]
async fn agents_see_who_else_is_there_and_types() {
    let house = House::build().await;
    let (noor, token) = colleague(&house).await;
    let mut mine = listening(&house, &house.token).await;
    let mut hers = listening(&house, &token).await;
    let name =
        |event: &Value| event["viewers"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect::<Vec<_>>();
    hers.send(&format!("423[\"viewing\",{{\"conversationId\":\"{DANA}\"}}]")).await;
    let there = hears(&mut mine, "presence", |_| true).await;
    assert_eq!((&there["conversationId"], name(&there)), (&json!(DANA), vec![json!("Noor")]));
    assert_eq!((&there["viewers"][0]["agentId"], &there["viewers"][0]["typing"]), (&json!(noor), &json!(false)));
    mine.send(&format!("423[\"viewing\",{{\"conversationId\":\"{DANA}\",\"viewing\":true}}]")).await;
    hears(&mut hers, "presence", |event| event["viewers"].as_array().unwrap().len() == 2).await;

    hers.send(&format!("42[\"typing\",{{\"conversationId\":\"{DANA}\",\"isTyping\":true}}]")).await;
    let typing = hears(&mut mine, "typing", |_| true).await;
    assert_eq!((&typing["agentName"], &typing["conversationId"]), (&json!("Noor"), &json!(DANA)));
    hears(&mut mine, "presence", |event| event["viewers"].as_array().unwrap().iter().any(|one| one["typing"] == true))
        .await;
    drop(hers);
    let left = hears(&mut mine, "presence", |event| event["viewers"].as_array().unwrap().len() == 1).await;
    assert_eq!(name(&left), [json!("Acceptance Test Co")], "a socket that goes looks at nothing");
}

#[tokio::test]
async fn the_search_finds_messages_page_by_page() {
    let house = House::build().await;
    let many: Vec<Value> =
        (0..5).map(|at| text(&format!("wamid.Q{at}"), DANA_PHONE, &format!("Order 50% {at}"))).collect();
    house.deliver(&messages_from(DANA_PHONE, "Dana Ó Briain", &many)).await;
    house.messages(DANA, 8).await;
    let page = house.get("/api/search?q=order%2050%25&limit=3").await["messages"].as_array().unwrap().clone();
    assert_eq!(
        page.iter().map(|hit| &hit["content"]["text"]).collect::<Vec<_>>(),
        ["Order 50% 4", "Order 50% 3", "Order 50% 2"]
    );
    assert_eq!((&page[0]["conversationId"], &page[0]["recipientName"]), (&json!(DANA), &json!("Dana Ó Briain")));
    let before = page[2]["_id"].as_str().unwrap();
    let rest = house.get(&format!("/api/search?q=order%2050%25&before={before}")).await;
    assert_eq!(rest["messages"].as_array().unwrap().len(), 2);
    let foreign = house.foreign_token().await;
    let theirs = house.ask_as(&foreign, Method::GET, "/api/search?q=order", None).await;
    assert_eq!(theirs.body["messages"], json!([]));
    assert_eq!(house.ask(Method::GET, "/api/search?q=%20", None).await.status, 400);
}

#[tokio::test]
async fn another_tenants_conversation_is_out_of_reach() {
    let house = House::build().await;
    for (method, what, body) in [
        (Method::PATCH, "assign", json!({ "agentId": "me" })),
        (Method::PATCH, "labels", json!({ "add": ["x"] })),
        (Method::PATCH, "priority", json!({ "priority": "low" })),
        (Method::PATCH, "status", json!({ "status": "closed" })),
        (Method::PATCH, "unread", json!({})),
        (Method::POST, "notes", json!({ "text": "x" })),
        (Method::GET, "notes", json!({})),
    ] {
        let refused = house.ask(method, &format!("/api/conversations/{FOREIGN}/{what}"), Some(body)).await;
        assert_eq!((refused.status, &refused.body["error"]), (404, &json!("CONVERSATION_NOT_FOUND")), "{what}");
    }
}

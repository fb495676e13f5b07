//! Sending and replying: what reaches the Cloud API, what is stored, what is refused and how.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use switchboard::server::db::{Database, DatabaseAt};

use crate::envelopes::{messages_from, text};
use crate::house::{ACCOUNT, Answer, DANA, DANA_PHONE, House, LINE, OLD};

fn reply_path(conversation: &str) -> String {
    format!("/api/conversations/{conversation}/reply")
}

#[tokio::test]
async fn a_send_to_a_new_number_makes_its_conversation() {
    let house = House::build().await;
    house.accepts(&["wamid.NEW"]).await;
    let body = json!({ "phoneNumberId": LINE, "recipientPhone": "447700900999", "message": "Hello 👋" });
    let sent = house.ask(Method::POST, "/api/messages/send", Some(body)).await;
    assert_eq!(sent.status, 200, "{}", sent.body);
    assert_eq!((&sent.body["mode"], &sent.body["phoneNumberUsed"]), (&json!("explicit"), &json!(LINE)));
    assert_eq!(sent.body["data"]["waMessageId"], "wamid.NEW");
    assert_eq!(sent.header("ratelimit-policy"), Some("100;w=60"));
    assert_eq!(sent.header("ratelimit-remaining"), Some("99"));
    let asked: Value = house.graph.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(
        asked,
        json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "to": "447700900999",
                "type": "text", "text": { "body": "Hello 👋" } })
    );
    let row = &house.get("/api/conversations?search=900999").await["conversations"][0];
    assert_eq!((&row["lastMessagePreview"], &row["unreadCount"]), (&json!("Hello 👋"), &json!(0)));
    let stored = &house.messages(row["_id"].as_str().unwrap(), 1).await[0];
    assert_eq!((&stored["status"], &stored["direction"]), (&json!("sent"), &json!("outbound")));
    assert_eq!(stored["_id"], sent.body["data"]["messageId"]);
    assert_eq!(stored["statusUpdates"][0]["status"], "sent");
}

#[tokio::test]
async fn malformed_sends_say_what_is_missing() {
    let house = House::build().await;
    let long = "x".repeat(4097);
    for (body, status, error) in [
        (json!({}), 400, "MISSING_FIELDS"),
        (json!({ "recipientPhone": "923001234570", "message": "  " }), 400, "MISSING_FIELDS"),
        (json!({ "recipientPhone": "+923001234570", "message": "x" }), 400, "INVALID_PHONE_FORMAT"),
        (json!({ "recipientPhone": 923_001_234_570_u64, "message": "x" }), 422, "INVALID_FIELD"),
        (json!({ "recipientPhone": "923001234570", "message": { "text": "x" } }), 422, "INVALID_FIELD"),
        (json!({ "recipientPhone": "923001234570", "message": long }), 422, "MESSAGE_TOO_LONG"),
        (json!([]), 400, "INVALID_JSON"),
    ] {
        let refused = house.ask(Method::POST, "/api/messages/send", Some(body)).await;
        assert_eq!((refused.status, &refused.body["error"]), (status, &json!(error)), "{}", refused.body);
    }
    let refused =
        house.ask(Method::POST, "/api/messages/send", Some(json!({ "recipientPhone": "+1", "message": "x" }))).await;
    assert_eq!((&refused.body["received"], &refused.body["receivedLength"]), (&json!("+1"), &json!(2)));
    assert_eq!(refused.body["expectedRange"], "10-15 digits");
    for (body, message) in [
        (json!({ "message": "x" }), "Invalid messageType. Must be \"text\" or \"template\""),
        (json!({ "messageType": "text" }), "message is required for text type"),
        (json!({ "messageType": "template" }), "templateName is required for template type"),
    ] {
        let refused = house.ask(Method::POST, &reply_path(DANA), Some(body)).await;
        assert_eq!((refused.status, &refused.body["message"]), (400, &json!(message)));
    }
    assert!(house.graph.received_requests().await.unwrap().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn the_window_counts_from_the_customers_last_message() {
    let house = House::build().await;
    house.accepts(&["wamid.T", "wamid.R"]).await;
    let text_reply = || Some(json!({ "messageType": "text", "message": "hi" }));
    let refused = house.ask(Method::POST, &reply_path(OLD), text_reply()).await;
    assert_eq!((refused.status, &refused.body["error"]), (400, &json!("SESSION_EXPIRED")), "{}", refused.body);
    assert_eq!(refused.body["timeSinceLastMessage"], "72 hours ago");
    assert!(refused.body["sessionExpiredAt"].is_string());
    // A template goes through, and does not open the window.
    let template = json!({ "messageType": "template", "templateName": "order_update", "language": "de",
                           "templateParams": ["Ann", 7] });
    assert_eq!(house.ask(Method::POST, &reply_path(OLD), Some(template)).await.status, 200);
    let asked: Value = house.graph.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(
        asked["template"],
        json!({ "name": "order_update", "language": { "code": "de" }, "components": [{ "type": "body",
                "parameters": [{ "type": "text", "text": "Ann" }, { "type": "text", "text": "7" }] }] })
    );
    assert_eq!(house.ask(Method::POST, &reply_path(OLD), text_reply()).await.body["error"], "SESSION_EXPIRED");
    // The customer does.
    house.deliver(&messages_from("923001234571", "Old", &[text("wamid.W", "923001234571", "back")])).await;
    house.messages(OLD, 4).await;
    assert_eq!(house.ask(Method::POST, &reply_path(OLD), text_reply()).await.status, 200);
    let row = &house.get(&format!("/api/conversations/{OLD}")).await["conversation"];
    assert_eq!(row["unreadCount"], 0, "a reply reads the conversation");
}

#[tokio::test]
async fn a_refusal_is_told_and_stored_as_failed() {
    let house = House::build().await;
    house.refuses(131_047, "(#131047) Re-engagement message").await;
    let body = json!({ "recipientPhone": "923001234571", "message": "hi" });
    let refused = house.ask(Method::POST, "/api/messages/send", Some(body)).await;
    assert_eq!((refused.status, &refused.body["error"]), (500, &json!("MESSAGE_SEND_ERROR")));
    assert_eq!(refused.body["details"], "(#131047) Re-engagement message");
    let refused =
        house.ask(Method::POST, &reply_path(DANA), Some(json!({ "messageType": "text", "message": "hi" }))).await;
    assert_eq!((refused.status, &refused.body["error"]), (400, &json!("REPLY_FAILED")));
    assert_eq!(refused.body["details"]["fullError"], "(#131047) Re-engagement message");
    let stored = &house.messages(DANA, 4).await[3];
    assert_eq!((&stored["status"], &stored["errorCode"]), (&json!("failed"), &json!("131047")));
    assert!(stored.get("waMessageId").is_none() && stored["failedAt"].is_string());
    let row = &house.get(&format!("/api/conversations/{DANA}")).await["conversation"];
    assert_eq!(row["lastMessagePreview"], "Where is my order?", "what was not sent is not the last message");
}

#[tokio::test]
async fn a_server_without_a_channel_says_so() {
    let house = House::build_with(|config| config.graph = None).await;
    let refused =
        house.ask(Method::POST, &reply_path(DANA), Some(json!({ "messageType": "text", "message": "hi" }))).await;
    assert!(refused.body["message"].as_str().unwrap().contains("SWITCHBOARD_GRAPH_TOKEN"), "{}", refused.body);
}

#[tokio::test]
async fn a_minute_holds_so_many_sends_and_refused_ones_do_not_count() {
    let house = House::build_with(|config| config.rate_limit = 2).await;
    house.accepts(&["wamid.1", "wamid.2", "wamid.3"]).await;
    for _ in 0..5 {
        assert_eq!(house.ask(Method::POST, "/api/messages/send", Some(json!({}))).await.status, 400);
    }
    let reply = || Some(json!({ "messageType": "text", "message": "hi" }));
    let send = || Some(json!({ "recipientPhone": DANA_PHONE, "message": "hi" }));
    assert_eq!(house.ask(Method::POST, &reply_path(DANA), reply()).await.header("ratelimit-remaining"), Some("1"));
    assert_eq!(house.ask(Method::POST, "/api/messages/send", send()).await.status, 200);
    let refused = house.ask(Method::POST, "/api/messages/send", send()).await;
    assert_eq!((refused.status, &refused.body["code"]), (429, &json!("RATE_LIMIT_EXCEEDED")));
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert_eq!(refused.body["retryAfter"], json!(wait));
    assert_eq!(house.messages(DANA, 5).await.len(), 5, "nothing was stored for it");
}

#[tokio::test]
async fn a_key_sends_once() {
    let house = House::build().await;
    house.accepts(&["wamid.1", "wamid.2"]).await;
    let send = async |key: &str, body: Value| {
        let request = house.request(Method::POST, &reply_path(DANA)).bearer_auth(&house.token).json(&body);
        Answer::of(request.header("Idempotency-Key", key).send().await.unwrap()).await
    };
    let good = json!({ "messageType": "text", "message": "once" });
    assert_eq!(send("k1", json!({})).await.status, 400, "a refused request leaves the key free");
    let first = send("k1", good.clone()).await;
    let again = send("k1", good.clone()).await;
    assert_eq!((first.status, first.body["data"]["waMessageId"].as_str()), (200, Some("wamid.1")));
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(send("k2", good).await.body["data"]["waMessageId"], "wamid.2");
    assert_eq!(house.graph.received_requests().await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_sent_under_a_key_is_sent_whole_when_whoever_asked_has_gone() {
    let house = House::build().await;
    house.accepts_after("wamid.LATE", Duration::from_millis(300)).await;
    let good = json!({ "messageType": "text", "message": "once" });
    let send = async |patience| {
        let request = house.request(Method::POST, &reply_path(DANA)).bearer_auth(&house.token).json(&good);
        request.header("Idempotency-Key", "k1").timeout(patience).send().await
    };
    assert!(send(Duration::from_millis(100)).await.unwrap_err().is_timeout());
    let answer = loop {
        let answer = Answer::of(send(Duration::from_secs(30)).await.unwrap()).await;
        if answer.status != 409 {
            break answer;
        }
        assert_eq!(answer.body["error"], "IDEMPOTENCY_KEY_BUSY");
    };
    assert_eq!((answer.status, answer.header("idempotent-replayed")), (200, Some("true")), "{}", answer.body);
    assert_eq!(answer.body["data"]["waMessageId"], "wamid.LATE");
    assert_eq!(house.graph.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_that_a_killed_server_left_is_free_where_nothing_had_gone_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("server.db");
    House::build_with(House::in_file(&file)).await.running.shutdown().await;
    // The process was killed at two moments: before it had stored the message, and while the channel had it.
    let db = Database::open(&DatabaseAt::File(file.clone())).await.unwrap();
    for key in ["before", "while"] {
        db.claim_key(ACCOUNT, key).await.unwrap();
    }
    db.key_goes_out(ACCOUNT, "while", "6b02cde878eebeb31e40f6c0").await.unwrap();
    db.close().await;

    let house = House::build_with(House::in_file(&file)).await;
    house.accepts(&["wamid.1", "wamid.2"]).await;
    let send = async |key: &str| {
        let body = json!({ "messageType": "text", "message": "once" });
        let request = house.request(Method::POST, &reply_path(DANA)).bearer_auth(&house.token).json(&body);
        Answer::of(request.header("Idempotency-Key", key).send().await.unwrap()).await
    };
    assert_eq!(send("before").await.status, 200);
    let open = send("while").await;
    assert_eq!((open.status, &open.body["error"]), (500, &json!("SEND_INTERRUPTED")), "{}", open.body);
    assert_eq!(house.graph.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_sent_and_could_not_be_noted_is_not_called_refused_nor_sent_again() {
    let house = House::build().await;
    // The second of one name cannot be stored.
    house.accepts(&["wamid.1", "wamid.1", "wamid.2"]).await;
    let send = async |key: &str| {
        let body = json!({ "messageType": "text", "message": key });
        let request = house.request(Method::POST, &reply_path(DANA)).bearer_auth(&house.token).json(&body);
        Answer::of(request.header("Idempotency-Key", key).send().await.unwrap()).await
    };
    assert_eq!(send("k1").await.status, 200);
    for _ in 0..2 {
        let open = send("k2").await;
        assert_eq!((open.status, &open.body["error"]), (500, &json!("SEND_INTERRUPTED")), "{}", open.body);
    }
    assert_eq!(house.graph.received_requests().await.unwrap().len(), 2);
}

#[tokio::test]
async fn quotes_and_reactions_name_the_message_they_are_about() {
    let house = House::build().await;
    house.accepts(&["wamid.Q", "wamid.E"]).await;
    let quote = json!({ "messageType": "text", "message": "this one", "replyTo": "wamid.X" });
    assert_eq!(house.ask(Method::POST, &reply_path(DANA), Some(quote)).await.status, 200);
    let reaction = json!({ "messageType": "reaction", "messageId": "wamid.X", "emoji": "🙏" });
    assert_eq!(house.ask(Method::POST, &reply_path(DANA), Some(reaction)).await.status, 200);
    let requests = house.graph.received_requests().await.unwrap();
    let asked: Vec<Value> = requests.iter().map(|request| request.body_json().unwrap()).collect();
    assert_eq!(asked[0]["context"], json!({ "message_id": "wamid.X" }));
    assert_eq!(asked[1]["reaction"], json!({ "message_id": "wamid.X", "emoji": "🙏" }));
    let stored = house.messages(DANA, 5).await;
    assert_eq!(stored[3]["context"], json!({ "messageId": "wamid.X" }));
    assert_eq!(stored[4]["content"]["emoji"], "🙏");
    let row = &house.get(&format!("/api/conversations/{DANA}")).await["conversation"];
    assert_eq!(row["lastMessagePreview"], "this one");
}

#[tokio::test]
async fn a_template_to_a_number() {
    let house = House::build().await;
    house.accepts(&["wamid.T"]).await;
    let body = json!({ "recipientPhone": "447700900999", "templateName": "hello_world" });
    let sent = house.ask(Method::POST, "/api/messages/send-template", Some(body)).await;
    assert_eq!((sent.status, &sent.body["mode"]), (200, &json!("auto")), "{}", sent.body);
    let row = &house.get("/api/conversations?search=900999").await["conversations"][0];
    assert_eq!(row["lastMessagePreview"], "[template] hello_world");
    let missing =
        house.ask(Method::POST, "/api/messages/send-template", Some(json!({ "recipientPhone": "447700900999" })));
    assert_eq!(missing.await.status, 400);
}

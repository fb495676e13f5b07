//! Logging in, the list, threads, paging, marking as read, opening and closing.

use reqwest::Method;
use serde_json::{Value, json};

use crate::envelopes::{messages_from, text};
use crate::house::{ACCOUNT, Answer, DANA, DANA_PHONE, House, LINE, OLD, PASSWORD};

#[tokio::test]
async fn logging_in_gives_a_token_that_works() {
    let house = House::build().await;
    house.set_password().await;
    let login = async |body: Value| {
        let request = house.request(Method::POST, "/api/auth/login").json(&body);
        Answer::of(request.send().await.unwrap()).await
    };
    let done = login(json!({ "email": "Owner@Example.test", "password": PASSWORD })).await;
    assert_eq!((done.status, &done.body["user"]["workspaceId"]), (200, &json!(ACCOUNT)), "{}", done.body);
    let token = done.body["token"].as_str().unwrap();
    let me = house.ask_as(token, Method::GET, "/api/auth/me", None).await;
    assert_eq!(me.body["user"]["email"], "owner@example.test");
    assert!(me.body["user"].get("workspaceId").is_none());
    for (body, status, message) in [
        (json!({ "email": "owner@example.test", "password": "wrong" }), 401, "Invalid email or password"),
        (json!({ "email": "nobody@example.test", "password": "wrong" }), 401, "Invalid email or password"),
        (json!({ "email": "owner@example.test" }), 400, "Email and password required"),
    ] {
        let refused = login(body).await;
        assert_eq!((refused.status, &refused.body["message"]), (status, &json!(message)));
    }
}

#[tokio::test]
async fn bad_tokens_are_refused_in_the_words_of_the_reference() {
    let house = House::build().await;
    let ask = async |header: Option<&str>| {
        let mut request = house.request(Method::GET, "/api/conversations");
        if let Some(header) = header {
            request = request.header("Authorization", header);
        }
        Answer::of(request.send().await.unwrap()).await
    };
    let none = ask(None).await;
    assert_eq!((none.status, &none.body["message"]), (401, &json!("Authentication required. Please login.")));
    assert_eq!(none.body["redirectTo"], "/login");
    let expired = format!("Bearer {}", house.expired_token());
    for header in ["Bearer abc", "bearer x", &format!("Bearer {}x", house.token), &expired] {
        let refused = ask(Some(header)).await;
        assert_eq!(refused.body["message"], "Invalid or expired token. Please login again.", "{header}");
    }
}

#[tokio::test]
async fn the_list_filters_searches_and_pages() {
    let house = House::build().await;
    let ids = async |query: &str| -> Vec<String> {
        let body = house.get(&format!("/api/conversations{query}")).await;
        let rows = body["conversations"].as_array().unwrap();
        rows.iter().map(|row| row["_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("").await, [DANA, OLD]);
    assert_eq!(ids(&format!("?phoneNumberId={LINE}&limit=0")).await, [DANA, OLD]);
    assert_eq!(ids("?phoneNumberId=999").await, [""; 0]);
    assert_eq!(ids("?limit=1").await, [DANA]);
    assert_eq!(ids("?limit=-1").await, [DANA]);
    assert_eq!(ids(&format!("?before={DANA}")).await, [OLD]);
    assert_eq!(ids("?search=BRIAIN").await, [DANA]);
    assert_eq!(ids("?search=1234571").await, [OLD]);
    assert_eq!(ids("?search=where+is+my").await, [DANA]);
    assert_eq!(ids("?search=100%25").await, [OLD], "a per cent sign is a letter");
    assert_eq!(ids("?search=_").await, [""; 0], "an underscore is a letter");
    assert_eq!(ids("?status=closed").await, [""; 0]);
    for bad in ["?limit=many", "?status=gone", "?before=6b02ca344e517f5f5b27e300"] {
        let refused = house.ask(Method::GET, &format!("/api/conversations{bad}"), None).await;
        assert!((400..500).contains(&refused.status) && refused.body["success"] == false, "{bad}: {refused:?}");
    }
    let by_header = house.request(Method::GET, "/api/conversations").header("x-phone-number-id", "999");
    let by_header = Answer::of(by_header.bearer_auth(&house.token).send().await.unwrap()).await;
    assert_eq!(by_header.body["conversations"], json!([]));
}

#[tokio::test]
async fn a_thread_pages_backwards_without_holes() {
    let house = House::build().await;
    let many: Vec<Value> = (0..25).map(|at| text(&format!("wamid.P{at}"), DANA_PHONE, &format!("p{at}"))).collect();
    house.deliver(&messages_from(DANA_PHONE, "Dana", &many)).await;
    let whole = house.messages(DANA, 28).await;
    let mut seen: Vec<Value> = Vec::new();
    let mut path = format!("/api/conversations/{DANA}/messages?limit=10");
    loop {
        let page = house.get(&path).await;
        let rows = page["messages"].as_array().unwrap().clone();
        path = format!("/api/conversations/{DANA}/messages?limit=10&before={}", rows[0]["_id"].as_str().unwrap());
        seen.splice(0..0, rows);
        if page["hasMore"] == false {
            break;
        }
    }
    assert_eq!(seen, whole);
    let hours = house.get(&format!("/api/conversations/{OLD}/messages?hours=71")).await;
    assert_eq!(hours["messages"].as_array().unwrap().len(), 1);
    for bad in ["before=6b02ca344e517f5f5b27e300", "limit=x", "hours=x"] {
        let refused = house.ask(Method::GET, &format!("/api/conversations/{DANA}/messages?{bad}"), None).await;
        assert_eq!(refused.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn both_ids_name_a_conversation_everywhere() {
    let house = House::build().await;
    let composite = format!("{ACCOUNT}_{LINE}_{DANA_PHONE}");
    house.accepts(&["wamid.1", "wamid.2"]).await;
    for id in [DANA, &composite] {
        let thread = house.get(&format!("/api/conversations/{id}/messages")).await;
        assert_eq!(
            (&thread["conversation"]["_id"], &thread["conversation"]["conversationId"]),
            (&json!(DANA), &json!(composite))
        );
        let closed = json!({ "status": "closed" });
        let closed = house.ask(Method::PATCH, &format!("/api/conversations/{id}/status"), Some(closed)).await;
        assert_eq!(closed.body["message"], "Conversation marked as closed");
        assert_eq!((&closed.body["success"], &closed.body["conversation"]["status"]), (&json!(true), &json!("closed")));
        let reply = json!({ "messageType": "text", "message": "hi" });
        assert_eq!(house.ask(Method::POST, &format!("/api/conversations/{id}/reply"), Some(reply)).await.status, 200);
        let read = house.ask(Method::PATCH, &format!("/api/conversations/{id}/read"), None).await;
        assert_eq!((read.status, &read.body["conversation"]["unreadCount"]), (200, &json!(0)));
    }
    assert_eq!(house.get("/api/conversations?status=closed").await["conversations"][0]["_id"], DANA);
    // A customer who writes opens the conversation again.
    house.deliver(&messages_from(DANA_PHONE, "Dana", &[text("wamid.O", DANA_PHONE, "me again")])).await;
    house.messages(DANA, 6).await;
    assert_eq!(house.get("/api/conversations?status=closed").await["conversations"], json!([]));
}

#[tokio::test]
async fn reading_counts_what_it_changed_and_is_harmless_twice() {
    let house = House::build().await;
    let path = format!("/api/conversations/{DANA}/read");
    let first = house.ask(Method::PATCH, &path, None).await;
    assert_eq!(first.body["updated"], json!({ "conversation": 1, "messages": 1 }));
    assert!(first.body["conversation"]["lastReadAt"].is_string());
    let second = house.ask(Method::PATCH, &path, None).await;
    assert_eq!(second.body["updated"], json!({ "conversation": 1, "messages": 0 }));
    let junk = house.ask(Method::PATCH, "/api/conversations/junk/read", None).await;
    assert_eq!((junk.status, &junk.body["message"]), (400, &json!("Invalid conversation ID format")));
}

#[tokio::test]
async fn errors_have_the_envelope() {
    let house = House::build().await;
    let unknown = house.ask(Method::GET, "/api/conversations/6b02ca344e517f5f5b27e300/messages", None).await;
    assert_eq!((unknown.status, &unknown.body["message"]), (404, &json!("Conversation not found")));
    let nowhere = house.ask(Method::GET, "/api/nowhere", None).await;
    assert_eq!((nowhere.status, nowhere.body), (404, json!({ "error": "Route not found", "path": "/api/nowhere" })));
    let status =
        house.ask(Method::PATCH, &format!("/api/conversations/{DANA}/status"), Some(json!({ "status": "x" }))).await;
    assert_eq!((status.status, &status.body["success"]), (400, &json!(false)));
    let broken = house.request(Method::POST, "/api/messages/send").bearer_auth(&house.token).body("{x");
    let broken = Answer::of(broken.send().await.unwrap()).await;
    assert_eq!((broken.status, &broken.body["success"]), (400, &json!(false)));
    assert!(broken.body.get("stack").is_none());
    let twice = house.ask(Method::GET, "/api/conversations?limit=1&limit=2", None).await;
    assert_eq!((twice.status, &twice.body["success"]), (400, &json!(false)), "{}", twice.body);
    let large = house.request(Method::POST, "/api/webhooks/whatsapp").body(vec![b' '; 3 * 1024 * 1024 + 1]);
    let large = Answer::of(large.send().await.unwrap()).await;
    assert_eq!((large.status, &large.body["success"]), (413, &json!(false)));
    let health = house.request(Method::GET, "/health").send().await.unwrap();
    assert_eq!(health.status(), 200);
}

#[tokio::test]
async fn browsers_are_let_in_from_the_origins_that_were_named() {
    let house = House::build_with(|config| config.cors = vec!["https://inbox.example.com".to_owned()]).await;
    let preflight = async |origin: &str| {
        let request = house
            .request(Method::OPTIONS, "/api/conversations")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "GET")
            .header("Access-Control-Request-Headers", "authorization");
        Answer::of(request.send().await.unwrap()).await
    };
    let named = preflight("https://inbox.example.com").await;
    assert_eq!(named.header("access-control-allow-origin"), Some("https://inbox.example.com"));
    assert_eq!(preflight("https://evil.example.com").await.header("access-control-allow-origin"), None);
}

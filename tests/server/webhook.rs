//! Deliveries: verification, signature, what is stored, what survives a kill.

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use switchboard::server::db::Database;
use switchboard::server::webhook::signature;
use switchboard::server::{DatabaseAt, Server, ServerConfig, ServerError};

use crate::envelopes::{envelope, message, messages_from, status, text, value};
use crate::house::{ACCOUNT, Answer, DANA, DANA_PHONE, House, LINE};

#[tokio::test]
async fn the_verification_echoes_the_challenge_to_whoever_knows_the_token() {
    let house = House::build_with(|config| config.verify_token = Some(SecretString::from("opens"))).await;
    let ask = async |query: &str| {
        let path = format!("/api/webhooks/whatsapp?{query}");
        let answer = house.request(Method::GET, &path).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, body) = ask("hub.mode=subscribe&hub.verify_token=opens&hub.challenge=1158201444").await;
    assert_eq!((status, body.as_str()), (200, "1158201444"));
    assert_eq!(ask("hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1").await.0, 403);
    assert_eq!(ask("hub.mode=other&hub.verify_token=opens&hub.challenge=1").await.0, 403);
}

#[tokio::test]
async fn only_signed_envelopes_are_taken() {
    let secret = SecretString::from("app secret");
    let house = House::build_with(|config| config.webhook_secret = Some(SecretString::from("app secret"))).await;
    // Meta signs the bytes that it sends, with non-ASCII letters escaped.
    let body = messages_from(DANA_PHONE, "Dana", &[text("wamid.S1", DANA_PHONE, "hello")]).to_string();
    let body = body.replace("hello", "\\u0633\\u0644\\u0627\\u0645");
    let post = async |body: &str, header: Option<String>| {
        let mut request = house.request(Method::POST, "/api/webhooks/whatsapp").body(body.to_owned());
        if let Some(header) = header {
            request = request.header("X-Hub-Signature-256", header);
        }
        Answer::of(request.send().await.unwrap()).await
    };
    let missing = post(&body, None).await;
    assert_eq!((missing.status, &missing.body["code"]), (401, &json!("INVALID_WEBHOOK_SIGNATURE")));
    let wrong = post(&body, Some(signature::sign(&SecretString::from("other"), body.as_bytes()))).await;
    assert_eq!((wrong.status, &wrong.body["code"]), (401, &json!("WEBHOOK_SIGNATURE_MISMATCH")));
    assert_eq!(wrong.body["message"], "Webhook signature validation failed: signature mismatch");
    let right = post(&body, Some(signature::sign(&secret, body.as_bytes()))).await;
    assert_eq!(right.status, 200);
    assert_eq!(house.messages(DANA, 4).await[3]["content"]["text"], "سلام");
    let junk = "{\"object\":\"page\",\"entry\":[]}";
    let junk = post(junk, Some(signature::sign(&secret, junk.as_bytes()))).await;
    assert_eq!(junk.status, 400, "{}", junk.body);
}

#[tokio::test]
async fn a_batch_is_taken_whole_and_a_repeated_wamid_once() {
    let house = House::build().await;
    let mut batch = messages_from(
        "447700900123",
        "Ann",
        &[
            text("wamid.B1", "447700900123", "one"),
            text("wamid.B2", "447700900123", "two"),
            text("wamid.B1", "447700900123", "one again"),
        ],
    );
    let other = messages_from("447700900124", "Bob", &[text("wamid.B3", "447700900124", "three")]);
    batch["entry"].as_array_mut().unwrap().push(other["entry"][0].clone());
    house.deliver(&batch).await;
    house.deliver(&batch).await;
    house.deliver(&messages_from(DANA_PHONE, "Dana", &[text("wamid.B4", DANA_PHONE, "last")])).await;
    house.messages(DANA, 4).await;
    let list = house.get("/api/conversations?search=900123").await;
    let rows = list["conversations"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{list:#}");
    assert_eq!(rows[0]["unreadCount"], 2);
    assert_eq!(rows[0]["userName"], "Ann");
    assert_eq!(rows[0]["lastMessagePreview"], "two");
    let texts: Vec<Value> = house.messages(rows[0]["_id"].as_str().unwrap(), 2).await;
    assert_eq!(texts.iter().map(|one| &one["content"]["text"]).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(house.get("/api/conversations?search=900124").await["conversations"][0]["unreadCount"], 1);
}

#[tokio::test]
async fn every_type_is_stored_and_a_reaction_is_no_line_of_the_list() {
    let house = House::build().await;
    let kinds = [
        ("image", json!({"id":"10","mime_type":"image/jpeg","caption":"📷"}), "image"),
        ("video", json!({"id":"11","mime_type":"video/mp4"}), "video"),
        ("audio", json!({"id":"12","mime_type":"audio/ogg","voice":true}), "audio"),
        ("document", json!({"id":"13","mime_type":"application/pdf","filename":"a.pdf"}), "document"),
        ("sticker", json!({"id":"14","mime_type":"image/webp"}), "sticker"),
        ("location", json!({"latitude":24.86,"longitude":67.0,"name":"Karachi"}), "location"),
        ("contacts", json!([{"name":{"formatted_name":"Bo"},"phones":[{"phone":"+1"}]}]), "contacts"),
        ("interactive", json!({"type":"button_reply","button_reply":{"id":"y","title":"Yes"}}), "interactive"),
        ("button", json!({"text":"Stop","payload":"p"}), "button"),
        ("order", json!({"catalog_id":"1","product_items":[{"product_retailer_id":"x","quantity":2}]}), "order"),
        ("system", json!({"body":"Dana changed number","type":"user_changed_number","wa_id":"1"}), "system"),
        ("poll_creation", json!({}), "unsupported"),
        ("reaction", json!({"message_id":"wamid.K0","emoji":"👍"}), "reaction"),
    ];
    let all: Vec<Value> = kinds
        .iter()
        .enumerate()
        .map(|(at, (kind, part, _))| message(&format!("wamid.K{at}"), DANA_PHONE, kind, part.clone()))
        .collect();
    house.deliver(&messages_from(DANA_PHONE, "Dana Ó Briain", &all)).await;
    let stored = house.messages(DANA, 3 + kinds.len()).await;
    for (stored, (_, _, kind)) in stored[3..].iter().zip(&kinds) {
        assert_eq!(stored["messageType"], *kind, "{stored:#}");
        assert_eq!(stored["content"]["templateParams"], json!([]));
    }
    let media = format!("{}/api/media/10", house.running.url());
    assert_eq!(stored[3]["content"]["mediaUrl"], json!(media));
    let reaction = &stored[3 + 12]["content"];
    assert_eq!((&reaction["emoji"], &reaction["messageId"]), (&json!("👍"), &json!("wamid.K0")));
    let row = &house.get(&format!("/api/conversations/{DANA}")).await["conversation"];
    assert_eq!(row["unreadCount"], 1 + 12, "the reaction is not unread");
    assert_eq!(row["lastMessageType"], "unsupported");
}

#[tokio::test]
async fn a_customer_without_a_phone_has_a_conversation_too() {
    let house = House::build().await;
    let mut value = value(LINE);
    value["contacts"] = json!([{ "profile": { "name": "Hidden" }, "user_id": "PK.4af0c1" }]);
    value["messages"] = json!([{ "id": "wamid.U1", "from_user_id": "PK.4af0c1", "timestamp": "1795392408",
                                 "type": "text", "text": { "body": "hi" } }]);
    house.deliver(&envelope(value)).await;
    let row = house.until("/api/conversations?search=Hidden", |body| body["conversations"].get(0).cloned()).await;
    assert_eq!((&row["userPhone"], &row["userId"]), (&Value::Null, &json!("PK.4af0c1")));
    let composite = format!("{ACCOUNT}_{LINE}_PK.4af0c1");
    assert_eq!(house.get(&format!("/api/conversations/{composite}")).await["conversation"]["_id"], row["_id"]);
}

#[tokio::test]
async fn a_status_never_goes_back_and_one_that_comes_early_waits() {
    let house = House::build().await;
    house.deliver(&status("wamid.OUT", "delivered")).await;
    house.accepts(&["wamid.OUT"]).await;
    let reply = json!({ "messageType": "text", "message": "soon" });
    let sent = house.ask(Method::POST, &format!("/api/conversations/{DANA}/reply"), Some(reply)).await;
    assert_eq!(sent.status, 200, "{}", sent.body);
    let path = format!("/api/conversations/{DANA}/messages");
    let shown = |wanted: &'static str| {
        move |body: &Value| body["messages"].get(3).filter(|message| message["status"] == wanted).cloned()
    };
    house.until(&path, shown("delivered")).await;
    for word in ["read", "delivered", "sent", "failed", "nonsense"] {
        house.deliver(&status("wamid.OUT", word)).await;
    }
    house.deliver(&messages_from(DANA_PHONE, "Dana", &[text("wamid.END", DANA_PHONE, "end")])).await;
    let message = &house.messages(DANA, 5).await[3];
    assert_eq!(message["status"], "read", "{message:#}");
    assert_eq!(message["errorCode"], "131047", "the late failure is kept beside the status");
    let history: Vec<&str> =
        message["statusUpdates"].as_array().unwrap().iter().map(|entry| entry["status"].as_str().unwrap()).collect();
    for word in ["sent", "delivered", "read", "failed"] {
        assert_eq!(history.iter().filter(|one| **one == word).count(), 1, "{history:?}");
    }
}

#[tokio::test]
async fn a_late_message_moves_nothing_back() {
    let house = House::build().await;
    let before = house.get(&format!("/api/conversations/{DANA}")).await;
    let mut late = text("wamid.LATE", DANA_PHONE, "from yesterday");
    late["timestamp"] = json!("1700000000");
    house.deliver(&messages_from(DANA_PHONE, "", &[late])).await;
    house.messages(DANA, 4).await;
    let after = house.get(&format!("/api/conversations/{DANA}")).await;
    for field in ["lastMessageAt", "lastMessagePreview", "lastInboundAt", "userName"] {
        assert_eq!(after["conversation"][field], before["conversation"][field], "{field}");
    }
    assert_eq!(after["conversation"]["unreadCount"], 2);
}

#[tokio::test]
async fn what_was_stored_before_a_kill_is_processed_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep").join("server.db");
    let house = House::build_with(House::in_file(&file)).await;
    let token = house.token.clone();
    house.running.shutdown().await;
    // The process stored a delivery and was killed before it came to process it.
    let db = Database::open(&DatabaseAt::File(file.clone())).await.unwrap();
    let left = messages_from(DANA_PHONE, "Dana", &[text("wamid.LEFT", DANA_PHONE, "still here")]);
    db.store_delivery(left.to_string().as_bytes()).await.unwrap();
    db.close().await;

    let house = House::build_with(House::in_file(&file)).await;
    assert_eq!(house.messages(DANA, 4).await[3]["content"]["text"], "still here");
    assert!(house.running.db().waiting_deliveries().await.unwrap().is_empty());
    let me = house.ask_as(&token, Method::GET, "/api/auth/me", None).await;
    assert_eq!(me.status, 200, "the token of before the restart is still good");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(file.parent().unwrap()), 0o700);
        for entry in file.parent().unwrap().read_dir().unwrap().flatten() {
            assert_eq!(mode(&entry.path()), 0o600, "{}", entry.path().display());
        }
    }
}

#[tokio::test]
async fn others_are_not_served_without_secrets() {
    let open = ServerConfig { listen: "0.0.0.0:0".parse().unwrap(), ..ServerConfig::default() };
    let half = ServerConfig { jwt_secret: Some(SecretString::from("x")), ..open.clone() };
    let whole = ServerConfig { webhook_secret: Some(SecretString::from("y")), ..half.clone() };
    for (config, missing) in [(open, "SWITCHBOARD_JWT_SECRET"), (half, "SWITCHBOARD_WEBHOOK_SECRET")] {
        let error = Server::start(config).await.err().unwrap();
        assert!(matches!(error, ServerError::Unguarded { .. }));
        assert!(error.to_string().contains(missing), "{error}");
    }
    assert!(Server::start(whole).await.is_ok());
}

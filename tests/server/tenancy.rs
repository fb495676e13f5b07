//! Nothing of one account is another's.

use reqwest::Method;
use serde_json::json;

use crate::envelopes::{envelope, messages_from, text, value};
use crate::house::{DANA, FOREIGN, FOREIGN_LINE, House, LINE};

#[tokio::test]
async fn another_accounts_conversation_is_not_found_on_any_route() {
    let house = House::build().await;
    let composite = format!("695a15a5c526dbe7c085ecff_{FOREIGN_LINE}_923001234570");
    let reply = json!({ "messageType": "text", "message": "hi" });
    for id in [FOREIGN, &composite] {
        for (method, route, body) in [
            (Method::GET, "", None),
            (Method::GET, "/messages", None),
            (Method::PATCH, "/read", None),
            (Method::PATCH, "/status", Some(json!({ "status": "closed" }))),
            (Method::POST, "/reply", Some(reply.clone())),
        ] {
            let refused = house.ask(method.clone(), &format!("/api/conversations/{id}{route}"), body).await;
            assert_eq!(
                (refused.status, &refused.body["message"]),
                (404, &json!("Conversation not found")),
                "{method} {route}"
            );
        }
    }
    let list = house.get("/api/conversations?limit=0&search=secret").await;
    assert_eq!(list["conversations"], json!([]));
    let theirs = house.foreign_token().await;
    let list = house.ask_as(&theirs, Method::GET, &format!("/api/conversations?phoneNumberId={LINE}"), None).await;
    assert_eq!(list.body["conversations"], json!([]));
}

#[tokio::test]
async fn another_accounts_line_sends_nothing() {
    let house = House::build().await;
    let body = json!({ "phoneNumberId": FOREIGN_LINE, "recipientPhone": "923001234570", "message": "hi" });
    let refused = house.ask(Method::POST, "/api/messages/send", Some(body)).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.body["message"], "Invalid or inactive phone number for this account");
    assert_eq!(refused.body["providedPhoneNumberId"], FOREIGN_LINE);
}

#[tokio::test]
async fn another_accounts_media_are_not_found() {
    let house = House::build().await;
    let mut value = value(FOREIGN_LINE);
    value["messages"] = json!([{ "from": "923001234570", "id": "wamid.M", "timestamp": "1795392408", "type": "image",
                                 "image": { "id": "777", "mime_type": "image/png" } }]);
    house.deliver(&envelope(value)).await;
    house.deliver(&messages_from("923001234570", "Dana", &[text("wamid.N", "923001234570", "after")])).await;
    house.messages(DANA, 4).await;
    assert_eq!(house.ask(Method::GET, "/api/media/777", None).await.status, 404);
    // Their own asks the channel, whose mock knows nothing of it.
    assert_eq!(house.ask_as(&house.foreign_token().await, Method::GET, "/api/media/777", None).await.status, 502);
}

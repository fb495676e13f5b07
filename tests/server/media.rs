//! Files, in and out.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::envelopes::{message, messages_from};
use crate::house::{Answer, DANA, DANA_PHONE, House, LINE};

async fn send(house: &House, form: Form) -> Answer {
    let request = house.request(Method::POST, "/api/messages/send-media").bearer_auth(&house.token).multipart(form);
    Answer::of(request.send().await.unwrap()).await
}

fn file(name: &str, mime: &str, bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name(name.to_owned()).mime_str(mime).unwrap()
}

#[tokio::test]
async fn a_file_is_uploaded_sent_and_kept() {
    let house = House::build().await;
    Mock::given(method("POST"))
        .and(path(format!("/v23.0/{LINE}/media")))
        .and(header("authorization", "Bearer graph token"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "id": "4490709327384033" })))
        .mount(&house.graph)
        .await;
    house.accepts(&["wamid.IMG"]).await;
    let form = Form::new()
        .part("file", file("a.png", "image/png", vec![7; 1000]))
        .text("recipientPhone", DANA_PHONE)
        .text("phoneNumberId", LINE)
        .text("caption", "cap");
    let sent = send(&house, form).await;
    assert_eq!(sent.status, 200, "{}", sent.body);
    assert_eq!((&sent.body["data"]["mediaType"], &sent.body["data"]["filename"]), (&json!("image"), &json!("a.png")));
    let requests = house.graph.received_requests().await.unwrap();
    let asked: Value = requests.last().unwrap().body_json().unwrap();
    assert_eq!(asked["image"], json!({ "id": "4490709327384033", "caption": "cap" }));
    let stored = &house.messages(DANA, 4).await[3]["content"];
    assert_eq!((&stored["fileSize"], &stored["mimeType"]), (&json!(1000), &json!("image/png")));
    let url = stored["mediaUrl"].as_str().unwrap().strip_prefix(&house.running.url()).unwrap().to_owned();
    let fetched = house.request(Method::GET, &url).bearer_auth(&house.token).send().await.unwrap();
    assert_eq!(fetched.headers()["content-type"], "image/png");
    assert_eq!(fetched.headers()["x-content-type-options"], "nosniff");
    assert_eq!(fetched.bytes().await.unwrap(), vec![7; 1000]);
    assert_eq!(house.ask_as(&house.foreign_token().await, Method::GET, &url, None).await.status, 404);
}

#[tokio::test]
async fn files_that_whatsapp_refuses_are_refused_here() {
    let house = House::build().await;
    let form = |part| Form::new().text("recipientPhone", DANA_PHONE).part("file", part);
    let large = send(&house, form(file("a.png", "image/png", vec![0; 5 * 1024 * 1024 + 1]))).await;
    assert_eq!((large.status, &large.body["error"]), (413, &json!("FILE_TOO_LARGE")));
    let empty = send(&house, form(file("a.png", "image/png", Vec::new()))).await;
    assert_eq!((empty.status, &empty.body["error"]), (422, &json!("EMPTY_FILE")));
    let caption = form(file("a.png", "image/png", vec![0])).text("caption", "x".repeat(1025));
    assert_eq!(send(&house, caption).await.status, 422);
    assert_eq!(send(&house, Form::new().text("recipientPhone", DANA_PHONE)).await.status, 400);
    assert!(house.graph.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_customers_file_is_fetched_from_the_channel() {
    let house = House::build().await;
    let part = json!({ "id": "1000000000000008", "mime_type": "image/jpeg" });
    house.deliver(&messages_from(DANA_PHONE, "Dana", &[message("wamid.F", DANA_PHONE, "image", part)])).await;
    house.messages(DANA, 4).await;
    Mock::given(method("GET"))
        .and(path("/v23.0/1000000000000008"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({
            "url": format!("{}/bytes", house.graph.uri()), "mime_type": "image/jpeg"
        })))
        .mount(&house.graph)
        .await;
    Mock::given(method("GET"))
        .and(path("/bytes"))
        .and(header("authorization", "Bearer graph token"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(vec![1, 2, 3]))
        .mount(&house.graph)
        .await;
    let fetched =
        house.request(Method::GET, "/api/media/1000000000000008").bearer_auth(&house.token).send().await.unwrap();
    assert_eq!((fetched.status().as_u16(), &fetched.headers()["content-type"]), (200, &"image/jpeg".parse().unwrap()));
    assert_eq!(fetched.bytes().await.unwrap(), vec![1, 2, 3]);
    assert_eq!(house.ask(Method::GET, "/api/media/unknown", None).await.status, 404);
    assert_eq!(house.request(Method::GET, "/api/media/unknown").send().await.unwrap().status(), 401);
}

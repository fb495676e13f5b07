//! What WhatsApp would post to the webhook: the Cloud API's envelope around one message or one status.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::event::{Event, Incoming, Progress, Step};
use super::fate;
use super::media;
use super::script::{Content, Demo, Line, Media, MediaForm};

/// The envelope of an event that happened at `seconds` since the epoch; nothing for typing, which WhatsApp does not
/// tell, and for a line that the demo does not have.
pub fn of(demo: &Demo, event: &Event, seconds: i64) -> Option<Value> {
    match event {
        Event::Typing { .. } => None,
        Event::Message(message) => {
            let mut value = json!({ "messages": [message_json(message, seconds)] });
            // A system notice comes without contacts.
            if !matches!(message.content, Content::System { .. }) {
                let profile =
                    if message.customer.name.is_empty() { json!({}) } else { json!({ "name": message.customer.name }) };
                let mut card = json!({ "profile": profile });
                put_some(&mut card, "wa_id", message.customer.phone());
                put_some(&mut card, "user_id", message.customer.user_id());
                put(&mut value, "contacts", json!([card]));
            }
            Some(wrap(demo.lines.get(message.customer.line)?, value))
        }
        Event::Status(progress) => {
            let value = json!({ "statuses": [status_json(progress, seconds)] });
            Some(wrap(demo.lines.get(progress.line)?, value))
        }
    }
}

fn wrap(line: &Line, mut value: Value) -> Value {
    put(&mut value, "messaging_product", json!("whatsapp"));
    put(&mut value, "metadata", json!({ "display_phone_number": line.digits(), "phone_number_id": line.id }));
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": line.waba, "changes": [{ "field": "messages", "value": value }] }],
    })
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(map) = object.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

/// The element of `messages[]`.
pub fn message_json(message: &Incoming, seconds: i64) -> Value {
    let kind = message.content.kind();
    let mut json = json!({ "id": message.wamid, "timestamp": seconds.to_string(), "type": kind });
    put_some(&mut json, "from", message.customer.phone());
    put_some(&mut json, "from_user_id", message.customer.user_id());
    let about = message.about.as_ref();
    match &message.content {
        Content::Unsupported(title) => put(
            &mut json,
            "errors",
            json!([{
                "code": 131_051,
                "title": title,
                "message": title,
                "error_data": { "details": fate::details(131_051) },
            }]),
        ),
        Content::Reaction { emoji, .. } => {
            let wamid = about.map(|about| about.wamid.as_str());
            put(&mut json, kind, json!({ "message_id": wamid, "emoji": emoji }));
        }
        content => put(&mut json, kind, body(content)),
    }
    if let (Some(about), false) = (about, matches!(message.content, Content::Reaction { .. })) {
        put(&mut json, "context", json!({ "from": about.from, "id": about.wamid }));
    }
    if let Some(referral) = &message.referral {
        put(
            &mut json,
            "referral",
            json!({ "source_url": referral.url, "source_type": "ad", "headline": referral.headline }),
        );
    }
    json
}

/// The object under the type's name.
fn body(content: &Content) -> Value {
    match content {
        Content::Text(text) => json!({ "body": text }),
        Content::Media(media) => media_json(media),
        Content::Location { latitude, longitude, name, address } => {
            let mut json = json!({ "latitude": latitude, "longitude": longitude });
            put_some(&mut json, "name", name.as_deref());
            put_some(&mut json, "address", address.as_deref());
            json
        }
        Content::Contact { name, phone } => {
            let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
            json!([{
                "name": { "formatted_name": name, "first_name": name },
                "phones": [{ "phone": phone, "wa_id": digits, "type": "CELL" }],
            }])
        }
        Content::ButtonReply { id, title } => {
            json!({ "type": "button_reply", "button_reply": { "id": id, "title": title } })
        }
        Content::ListReply { id, title, description } => {
            let mut reply = json!({ "id": id, "title": title });
            put_some(&mut reply, "description", description.as_deref());
            json!({ "type": "list_reply", "list_reply": reply })
        }
        Content::FormReply { body, json } => json!({
            "type": "nfm_reply",
            "nfm_reply": { "name": "flow", "body": body, "response_json": json },
        }),
        Content::Button { text, payload } => json!({ "text": text, "payload": payload }),
        Content::Order { catalog, items, currency, text } => json!({
            "catalog_id": catalog,
            "text": text,
            "product_items": items.iter().map(|item| json!({
                "product_retailer_id": item.sku,
                "quantity": item.quantity,
                "item_price": item.price,
                "currency": currency,
            })).collect::<Vec<_>>(),
        }),
        Content::System { body, wa_id } => json!({ "body": body, "wa_id": wa_id, "type": "user_changed_number" }),
        Content::Reaction { .. } | Content::Unsupported(_) | Content::Template { .. } => Value::Object(Map::new()),
    }
}

fn media_json(media: &Media) -> Value {
    let mut json = json!({
        "id": media::id(media),
        "mime_type": media.kind.mime(),
        "sha256": STANDARD.encode(Sha256::digest(media::bytes(media))),
    });
    match media.kind {
        MediaForm::Document => put(&mut json, "filename", json!(media.name)),
        MediaForm::Sticker => put(&mut json, "animated", json!(false)),
        MediaForm::Audio => put(&mut json, "voice", json!(false)),
        MediaForm::Voice(_) => put(&mut json, "voice", json!(true)),
        MediaForm::Image | MediaForm::Video => {}
    }
    put_some(&mut json, "caption", media.caption.as_deref());
    json
}

fn put_some(object: &mut Value, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        put(object, key, json!(value));
    }
}

/// The element of `statuses[]`.
fn status_json(progress: &Progress, seconds: i64) -> Value {
    let word = match progress.step {
        Step::Reached(status) => status.as_str(),
        Step::Failed(_) => "failed",
    };
    let mut json = json!({
        "id": progress.wamid,
        "status": word,
        "timestamp": seconds.to_string(),
        "recipient_id": progress.address,
    });
    match progress.step {
        Step::Failed(code) => put(
            &mut json,
            "errors",
            json!([{
                "code": code,
                "title": fate::title(code),
                "message": fate::title(code),
                "error_data": { "details": fate::details(code) },
                "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
            }]),
        ),
        Step::Reached(_) => put(
            &mut json,
            "pricing",
            json!({ "billable": false, "pricing_model": "PMP", "type": "free_customer_service", "category": "service" }),
        ),
    }
    json
}

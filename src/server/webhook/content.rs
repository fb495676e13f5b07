//! From a Cloud API message to what is stored, shown in the list and searched.
//!
//! The stored shape is the reference's where it has one: `text`; `mediaUrl`, `mediaType`, `mediaId`, `filename`,
//! `mimeType`, `fileSize`, `caption`; `templateName`; `buttonText`, `listTitle`. Where it has none, the Cloud API's names
//! in camel case. `mediaUrl` is added when the message is written out, `templateParams` too.

use serde_json::{Map, Value, json};

use super::envelope::{error_of, list, text};

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The message type.
    pub kind: String,
    /// The stored content, an object.
    pub value: Value,
    /// The list's line for it; none for a reaction.
    pub preview: Option<String>,
    /// The channel's media id.
    pub media_id: Option<String>,
}

/// The content of a message of an envelope, of any type.
pub fn of_message(message: &Value) -> Content {
    let kind = text(message.get("type")).unwrap_or_else(|| "unsupported".to_owned());
    let part = message.get(&kind).unwrap_or(&Value::Null);
    let (kind, value) = match kind.as_str() {
        "text" => (kind, json!({ "text": text(part.get("body")).unwrap_or_default() })),
        "image" | "video" | "audio" | "voice" | "document" | "sticker" => media(&kind, part),
        "location" => (kind, keep(part, &["latitude", "longitude", "name", "address", "url"])),
        "contacts" => {
            let cards: Vec<Value> = part.as_array().into_iter().flatten().map(card).collect();
            (kind, json!({ "contacts": cards }))
        }
        "interactive" => (kind, interactive(part)),
        "button" => {
            (kind, drop_null(json!({ "buttonText": text(part.get("text")), "payload": text(part.get("payload")) })))
        }
        "reaction" => (
            kind,
            json!({ "emoji": text(part.get("emoji")).unwrap_or_default(), "messageId": text(part.get("message_id")) }),
        ),
        "order" => (kind, order(part)),
        "system" => (
            kind,
            drop_null(json!({
                "text": text(part.get("body")),
                "event": text(part.get("type")),
                "newPhone": text(part.get("wa_id")).or_else(|| text(part.get("new_wa_id"))),
                "newUserId": text(part.get("user_id")),
                "previousUserId": text(part.get("previous_user_id")),
            })),
        ),
        _ => ("unsupported".to_owned(), unsupported(&kind, message)),
    };
    let media_id = text(value.get("mediaId"));
    let preview = preview(&kind, &value);
    Content { kind, value, preview, media_id }
}

/// The list's line for a stored message: its text, or what it is in brackets. `None` for a reaction, which belongs to
/// its message and is no line of its own.
pub fn preview(kind: &str, content: &Value) -> Option<String> {
    let said = |name: &str| text(content.get(name));
    let label = |word: &str, detail: Option<String>| match detail {
        Some(detail) => format!("[{word}] {detail}"),
        None => format!("[{word}]"),
    };
    Some(match kind {
        "reaction" => return None,
        "text" => said("text").unwrap_or_default(),
        "image" | "video" | "sticker" => label(kind, said("caption")),
        "audio" if content.get("voice") == Some(&Value::Bool(true)) => label("voice", None),
        "document" => label(kind, said("caption").or_else(|| said("filename"))),
        "location" => label(kind, said("name").or_else(|| said("address"))),
        "contacts" => label(kind, content.pointer("/contacts/0/name").and_then(|name| text(Some(name)))),
        "interactive" | "button" => {
            said("buttonText").or_else(|| said("listTitle")).unwrap_or_else(|| label(kind, None))
        }
        "template" => said("text").unwrap_or_else(|| label(kind, said("templateName"))),
        "system" | "unsupported" => label(kind, said("text")),
        "order" => label(kind, said("text")),
        other => label(other, said("text")),
    })
}

fn media(kind: &str, part: &Value) -> (String, Value) {
    // Older envelopes name a voice note as a type of its own.
    let voice = kind == "voice" || part.get("voice") == Some(&Value::Bool(true));
    let kind = if kind == "voice" { "audio" } else { kind };
    let value = json!({
        "mediaId": text(part.get("id")),
        "mediaType": kind,
        "mimeType": text(part.get("mime_type")),
        "filename": text(part.get("filename")),
        "fileSize": part.get("file_size").and_then(Value::as_u64),
        "caption": text(part.get("caption")),
        "sha256": text(part.get("sha256")),
        "voice": voice.then_some(true),
        "animated": part.get("animated").filter(|animated| **animated == Value::Bool(true)),
    });
    (kind.to_owned(), drop_null(value))
}

fn card(card: &Value) -> Value {
    let phones: Vec<String> = list(card, "phones")
        .iter()
        .filter_map(|phone| text(phone.get("phone")).or_else(|| text(phone.get("wa_id"))))
        .collect();
    let emails: Vec<String> = list(card, "emails").iter().filter_map(|email| text(email.get("email"))).collect();
    json!({ "name": text(card.pointer("/name/formatted_name")), "phones": phones, "emails": emails })
}

fn interactive(part: &Value) -> Value {
    let reply = part.get("button_reply").or_else(|| part.get("list_reply"));
    let title = text(reply.and_then(|reply| reply.get("title")));
    let id = text(reply.and_then(|reply| reply.get("id")));
    let is_list = part.get("list_reply").is_some();
    drop_null(json!({
        "interactiveType": text(part.get("type")),
        "buttonText": (!is_list).then(|| title.clone().or_else(|| text(part.pointer("/nfm_reply/body")))).flatten(),
        "listTitle": is_list.then_some(title).flatten(),
        "description": text(reply.and_then(|reply| reply.get("description"))),
        "replyId": id,
        "response": text(part.pointer("/nfm_reply/response_json")),
    }))
}

fn order(part: &Value) -> Value {
    let items: Vec<Value> = list(part, "product_items")
        .iter()
        .map(|item| {
            drop_null(json!({
                "productId": text(item.get("product_retailer_id")),
                "quantity": item.get("quantity"),
                "price": item.get("item_price"),
                "currency": text(item.get("currency")),
            }))
        })
        .collect();
    drop_null(json!({ "catalogId": text(part.get("catalog_id")), "text": text(part.get("text")), "items": items }))
}

/// A type that WhatsApp, or this program, does not know: what WhatsApp says about it is kept.
fn unsupported(kind: &str, message: &Value) -> Value {
    let error = list(message, "errors").first().map(error_of);
    drop_null(json!({
        "text": error.as_ref().map(|(_, text)| text.clone()),
        "errorCode": error.and_then(|(code, _)| code),
        "originalType": (kind != "unsupported").then(|| kind.to_owned()),
    }))
}

fn keep(part: &Value, names: &[&str]) -> Value {
    let kept = names.iter().filter_map(|name| Some(((*name).to_owned(), part.get(*name)?.clone())));
    Value::Object(kept.collect::<Map<String, Value>>())
}

fn drop_null(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(message: Value) -> (String, Value, Option<String>) {
        let content = of_message(&message);
        (content.kind, content.value, content.preview)
    }

    #[test]
    fn every_type_is_kept_and_has_a_line_for_the_list() {
        let cases = [
            (json!({"type":"text","text":{"body":"Hi"}}), "text", "Hi"),
            (
                json!({"type":"image","image":{"id":"7","mime_type":"image/jpeg","caption":"Look"}}),
                "image",
                "[image] Look",
            ),
            (json!({"type":"audio","audio":{"id":"7","voice":true}}), "audio", "[voice]"),
            (json!({"type":"voice","voice":{"id":"7"}}), "audio", "[voice]"),
            (json!({"type":"video","video":{"id":"7"}}), "video", "[video]"),
            (json!({"type":"sticker","sticker":{"id":"7","animated":true}}), "sticker", "[sticker]"),
            (json!({"type":"document","document":{"id":"7","filename":"a.pdf"}}), "document", "[document] a.pdf"),
            (
                json!({"type":"location","location":{"latitude":1.5,"longitude":2,"name":"Cafe"}}),
                "location",
                "[location] Cafe",
            ),
            (json!({"type":"contacts","contacts":[{"name":{"formatted_name":"Bo"}}]}), "contacts", "[contacts] Bo"),
            (
                json!({"type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"y","title":"Yes"}}}),
                "interactive",
                "Yes",
            ),
            (
                json!({"type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"y","title":"Row"}}}),
                "interactive",
                "Row",
            ),
            (json!({"type":"button","button":{"text":"Stop","payload":"p"}}), "button", "Stop"),
            (json!({"type":"order","order":{"catalog_id":"1","text":"Please"}}), "order", "[order] Please"),
            (
                json!({"type":"system","system":{"body":"A changed number","wa_id":"1"}}),
                "system",
                "[system] A changed number",
            ),
            (
                json!({"type":"unsupported","errors":[{"code":131051,"title":"Unsupported"}]}),
                "unsupported",
                "[unsupported] Unsupported",
            ),
            (json!({"type":"poll_creation","poll_creation":{}}), "unsupported", "[unsupported]"),
            (json!({}), "unsupported", "[unsupported]"),
        ];
        for (message, kind, line) in cases {
            let (got, _, preview) = shown(message.clone());
            assert_eq!((got.as_str(), preview.as_deref()), (kind, Some(line)), "{message}");
        }
    }

    #[test]
    fn a_reaction_names_its_message_and_is_no_line() {
        let (kind, value, preview) = shown(json!({"type":"reaction","reaction":{"message_id":"wamid.1","emoji":"👍"}}));
        assert_eq!((kind.as_str(), preview), ("reaction", None));
        assert_eq!(value, json!({"emoji":"👍","messageId":"wamid.1"}));
        let (_, taken_away, _) = shown(json!({"type":"reaction","reaction":{"message_id":"wamid.1"}}));
        assert_eq!(taken_away["emoji"], "");
    }
}

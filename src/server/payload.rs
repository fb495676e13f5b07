//! Every JSON payload that leaves the server, REST or socket, each built in one place.
//!
//! The shapes are the reference backend's, with its spelling of ids: a list row's `conversationId` is the 24 hex id, that
//! of a raw row and of `conversation_update` is the composite. Beside them stand a few fields that an inbox needs and the
//! reference lacks: `lastInboundAt`, `waitingSince`, `snoozedUntil`, `userId`, `context`, `senderName`, and `errorCode`/`errorMessage` of a failed
//! `message_status`.
//!
//! A reaction is a message of type `reaction` with the content `{emoji, messageId}`, where `messageId` is the wamid of
//! the message that it belongs to and an empty emoji takes the reaction away. A client attaches it there and shows no
//! line for it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::db::accounts::Line;
use super::db::conversations::Conversation;
use super::db::messages::Message;
use super::db::statuses::StatusEntry;
use super::sockets::Viewer;

/// Builds payloads; knows under which address media are to be had.
#[derive(Debug, Clone)]
pub struct Payloads {
    base: Arc<str>,
}

/// `2026-11-22T11:11:42.276Z` for milliseconds since 1970.
pub fn iso(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}

fn now() -> String {
    iso(super::db::now_ms())
}

impl Payloads {
    /// For a server that is reached under `base`, `http://127.0.0.1:5050`.
    pub fn new(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').into() }
    }

    /// A row of `GET /api/conversations`: `conversationId` is the 24 hex id.
    pub fn conversation_row(&self, conversation: &Conversation) -> Value {
        conversation_document(conversation, &conversation.id)
    }

    /// A conversation as it is stored: `conversationId` is the composite.
    pub fn conversation_raw(&self, conversation: &Conversation) -> Value {
        conversation_document(conversation, &conversation.composite)
    }

    /// A message with its history.
    pub fn message(&self, message: &Message, history: &[StatusEntry]) -> Value {
        let mut fields = object(json!({
            "accountId": message.account_id,
            "phoneNumberId": message.phone_number_id,
            "conversationId": message.conversation_id,
            "recipientPhone": message.phone,
            "recipientName": message.name,
            "messageType": message.kind,
            "content": self.content(message),
            "status": message.status_word(),
            "direction": message.direction,
            "campaign": "manual",
            "_id": message.id,
            "statusUpdates": history.iter().map(|entry| json!({
                "status": entry.status, "timestamp": iso(entry.at), "_id": entry.id
            })).collect::<Vec<Value>>(),
            "createdAt": iso(message.created_at),
            "updatedAt": iso(message.updated_at),
            "__v": 0,
        }));
        put(&mut fields, "waMessageId", message.wamid.as_deref());
        for (name, at) in [
            ("sentAt", message.sent_at),
            ("deliveredAt", message.delivered_at),
            ("readAt", message.read_at),
            ("failedAt", message.failed_at),
        ] {
            put(&mut fields, name, at.map(iso).as_deref());
        }
        put(&mut fields, "errorCode", message.error_code.map(|code| code.to_string()).as_deref());
        put(&mut fields, "errorMessage", message.error_message.as_deref());
        put(&mut fields, "senderName", message.agent_name.as_deref());
        if let Some(wamid) = &message.context {
            fields.insert("context".to_owned(), json!({ "messageId": wamid }));
        }
        Value::Object(fields)
    }

    fn content(&self, message: &Message) -> Value {
        let stored: Value = serde_json::from_str(&message.content).unwrap_or_default();
        let mut fields = object(stored);
        if let Some(id) = fields.get("mediaId").and_then(Value::as_str)
            && !fields.contains_key("mediaUrl")
        {
            let url = format!("{}/api/media/{id}", self.base);
            fields.insert("mediaUrl".to_owned(), url.into());
        }
        fields.entry("templateParams").or_insert_with(|| json!([]));
        Value::Object(fields)
    }

    /// The event `conversation_update`.
    pub fn conversation_update(&self, conversation: &Conversation) -> Value {
        let name = conversation.name.as_deref().unwrap_or("Unknown");
        json!({
            "_id": conversation.id,
            "conversationId": conversation.composite,
            "userPhone": conversation.phone,
            "phoneNumberId": conversation.phone_number_id,
            "accountId": conversation.account_id,
            "workspaceId": conversation.account_id,
            "userName": name,
            "userProfileName": name,
            "userProfilePic": null,
            "lastMessagePreview": conversation.last_preview,
            "lastMessageType": conversation.last_type,
            "lastMessageAt": conversation.last_at.map(iso),
            "unreadCount": conversation.unread,
            "status": conversation.status,
            "assignedAgentId": conversation.assigned_agent_id,
            "assignedAgentName": conversation.assigned_agent,
            "priority": conversation.priority,
            "tags": labels(conversation),
            "snoozedUntil": conversation.snoozed_until.map(iso),
            "waitingSince": conversation.waiting_since.map(iso),
            "lastInboundAt": conversation.last_inbound_at.map(iso),
            "createdAt": iso(conversation.created_at),
            "updatedAt": iso(conversation.updated_at),
            "timestamp": now(),
        })
    }

    /// The event `message.received`.
    pub fn message_received(&self, message: &Message) -> Value {
        json!({
            "_id": message.id,
            "conversationId": message.conversation_id,
            "senderName": message.name.as_deref().or(message.phone.as_deref()),
            "messageType": message.kind,
            "content": self.content(message),
            "status": message.status_word(),
            "direction": message.direction,
            "waMessageId": message.wamid,
            "createdAt": iso(message.created_at),
            "timestamp": now(),
        })
    }

    /// The event `new_message`.
    pub fn new_message(&self, message: &Message) -> Value {
        json!({
            "conversationId": message.conversation_id,
            "message": self.message(message, &[]),
            "timestamp": now(),
        })
    }

    /// The event `message.sent`.
    pub fn message_sent(&self, message: &Message, history: &[StatusEntry]) -> Value {
        json!({ "conversationId": message.conversation_id, "message": self.message(message, history) })
    }

    /// The event `message_status`.
    pub fn message_status(&self, message: &Message) -> Value {
        let mut fields = object(json!({
            "messageId": message.id,
            "status": message.status_word(),
            "timestamp": now(),
        }));
        if message.status_word() == "failed" {
            put(&mut fields, "errorCode", message.error_code.map(|code| code.to_string()).as_deref());
            put(&mut fields, "errorMessage", message.error_message.as_deref());
        }
        Value::Object(fields)
    }

    /// The event `typing` of a customer; `who` is the phone or the user id.
    pub fn typing(&self, who: &str, typing: bool) -> Value {
        json!({ "userId": who, "isTyping": typing, "timestamp": now() })
    }

    /// The event `typing` of an agent; `userId` is the account's id, as in the reference.
    pub fn agent_typing(&self, conversation: &Conversation, agent: Option<(&str, &str)>, typing: bool) -> Value {
        json!({
            "userId": conversation.account_id,
            "conversationId": conversation.id,
            "agentId": agent.map(|(id, _)| id),
            "agentName": agent.map(|(_, name)| name),
            "isTyping": typing,
            "timestamp": now(),
        })
    }

    /// The event `presence`: who looks at a conversation.
    pub(in crate::server) fn presence(&self, conversation: &str, viewers: &[Viewer]) -> Value {
        json!({ "conversationId": conversation, "viewers": self.viewers(viewers), "timestamp": now() })
    }

    /// The agents who look at a conversation.
    pub(in crate::server) fn viewers(&self, viewers: &[Viewer]) -> Value {
        let rows = viewers.iter().map(|viewer| {
            json!({
                "agentId": viewer.agent, "name": viewer.name, "since": iso(viewer.since), "typing": viewer.typing,
            })
        });
        rows.collect()
    }

    /// The answer of `GET /api/settings/phone-numbers`.
    pub fn phone_numbers(&self, lines: &[Line]) -> Value {
        let rows: Vec<Value> = lines.iter().map(line).collect();
        let waba = lines.first().map(|line| line.waba_id.as_str());
        json!({
            "success": true,
            "phoneNumbers": rows,
            "wabaConnected": waba.is_some(),
            "wabaId": waba,
            "businessId": null,
            "metaSyncStatus": "not_synced",
            "message": null,
        })
    }
}

fn labels(conversation: &Conversation) -> Value {
    serde_json::from_str(&conversation.tags).unwrap_or_else(|_| json!([]))
}

fn conversation_document(conversation: &Conversation, conversation_id: &str) -> Value {
    let mut fields = object(json!({
        "accountId": conversation.account_id,
        "workspaceId": conversation.account_id,
        "phoneNumberId": conversation.phone_number_id,
        "conversationId": conversation_id,
        "userPhone": conversation.phone,
        "status": conversation.status,
        "unreadCount": conversation.unread,
        "assignedAgentId": conversation.assigned_agent_id,
        "priority": conversation.priority,
        "tags": labels(conversation),
        "_id": conversation.id,
        "createdAt": iso(conversation.created_at),
        "updatedAt": iso(conversation.updated_at),
        "__v": 0,
    }));
    put(&mut fields, "userName", conversation.name.as_deref());
    put(&mut fields, "userProfileName", conversation.name.as_deref());
    put(&mut fields, "userId", conversation.user_id.as_deref());
    put(&mut fields, "assignedAgentName", conversation.assigned_agent.as_deref());
    put(&mut fields, "lastMessagePreview", conversation.last_preview.as_deref());
    put(&mut fields, "lastMessageType", conversation.last_type.as_deref());
    for (name, at) in [
        ("lastMessageAt", conversation.last_at),
        ("lastInboundAt", conversation.last_inbound_at),
        ("lastReadAt", conversation.last_read_at),
        ("lastRepliedAt", conversation.last_replied_at),
        ("snoozedUntil", conversation.snoozed_until),
        ("waitingSince", conversation.waiting_since),
    ] {
        put(&mut fields, name, at.map(iso).as_deref());
    }
    Value::Object(fields)
}

fn line(line: &Line) -> Value {
    json!({
        "accountId": line.account_id,
        "workspaceId": null,
        "phoneNumberId": line.phone_number_id,
        "wabaId": line.waba_id,
        "displayName": line.display_name,
        "displayPhone": line.display_phone,
        "isActive": line.is_active,
        "verifiedAt": iso(line.created_at),
        "messageCount": { "total": line.sent + line.received, "sent": line.sent, "received": line.received },
        "qualityRating": "green",
        "_id": line.id,
        "tokenUpdatedAt": iso(line.updated_at),
        "createdAt": iso(line.created_at),
        "updatedAt": iso(line.updated_at),
        "__v": 0,
        "displayPhoneNumber": line.display_phone,
        "lastTestedAt": null,
        "verifiedName": line.display_name,
    })
}

/// Puts a text that is there; what is absent is left out, as the reference leaves it out.
fn put(fields: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        fields.insert(name.to_owned(), value.into());
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

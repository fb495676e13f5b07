//! From what a backend answered to a dialect to begin with: which values no dialect looks at, and where, by the names
//! of members, the usual things seem to stand. Guesses of names only: nothing is ever routed by them.

use super::decode::with_json;
use super::dialect::Dialect;
use super::json::Json;
use super::pointer::{Choice, Pointer};

/// Members are looked into so deep.
const DEEPEST: usize = 3;

/// Where the usual things stand in the rows of a list, by the names that backends give them.
const ROW: &[(&str, &[&str])] = &[
    ("ids", &["_id", "id", "conversationId", "conversation_id", "ticketId", "leadId", "chatId", "remoteJid", "uuid"]),
    ("account", &["accountId", "tenantId", "companyId", "workspaceId", "organization_id", "businessId"]),
    ("line", &["phoneNumberId", "whatsappNumberId", "lineId", "whatsappId", "inboxId"]),
    ("phone", &["userPhone", "customerPhone", "phone", "phoneNumber", "phone_number", "number", "contactNumber"]),
    ("customer", &["userName", "customerName", "contactName", "name", "pushName", "displayName"]),
    ("preview", &["lastMessagePreview", "lastMessage", "last_message", "preview", "body", "text"]),
    ("last_at", &["lastMessageAt", "last_message_time", "lastMessageTime", "updatedAt", "updated_at", "timestamp"]),
    ("unread", &["unreadCount", "unread_count", "unreadMessages", "unread"]),
    ("status", &["status", "state"]),
    ("assignee", &["assignedAgentName", "assignedAgentId", "assigneeId", "assignedTo", "userId"]),
    ("labels", &["tags", "labels"]),
];

/// The same in the messages of a thread.
const MESSAGE: &[(&str, &[&str])] = &[
    ("id", &["_id", "id", "messageId"]),
    ("channel_id", &["waMessageId", "whatsappMessageId", "whatsappId", "wamid", "message_id"]),
    ("conversation_ids", &["conversationId", "conversation_id", "conversation", "ticketId", "leadId", "chatId"]),
    ("created_at", &["createdAt", "created_at", "timestamp", "messageTimestamp", "date"]),
    ("direction", &["direction", "fromMe", "senderType", "sender_type", "message_type", "sender"]),
    ("type", &["messageType", "message_type", "type", "mediaType"]),
    ("status", &["status", "ack"]),
    ("content.text", &["text", "body", "content", "message", "conversation"]),
    ("content.url", &["mediaUrl", "media_url", "url"]),
];

impl Dialect {
    /// The pointers of values in the first row of a list that this dialect does not look at.
    pub fn unread_in_list(&self, body: &str) -> Vec<String> {
        let spec = &self.conversation;
        let choices = [
            &spec.account,
            &spec.line,
            &spec.phone,
            &spec.customer,
            &spec.preview,
            &spec.last_at,
            &spec.last_inbound_at,
            &spec.window_ends_at,
            &spec.unread,
            &spec.status,
            &spec.assignee,
            &spec.snoozed_until,
            &spec.labels,
            &spec.priority,
            &self.identity.selected_contact_id,
        ];
        let pointers: Vec<&Pointer> =
            choices.iter().flat_map(|choice| choice.pointers()).chain(&spec.ids).chain(&spec.links).collect();
        unread(body, &self.list.array, &pointers)
    }

    /// The pointers of values in the first message of a thread that this dialect does not look at.
    pub fn unread_in_thread(&self, body: &str) -> Vec<String> {
        let spec = &self.message;
        let content = &spec.content;
        let choices = [
            &spec.id,
            &spec.channel_id,
            &spec.client_id,
            &spec.account,
            &spec.line,
            &spec.phone,
            &spec.customer,
            &spec.inbound_sender,
            &spec.outbound_sender,
            &spec.created_at,
            &spec.sent_at,
            &spec.reply_to,
            &spec.direction,
            &spec.note,
            &spec.kind,
            &spec.status,
            &spec.error_code,
            &spec.error_reason,
            &spec.failed_at,
            &content.text,
            &content.caption,
            &content.filename,
            &content.mime,
            &content.size,
            &content.url,
            &content.media,
            &content.voice,
            &content.template,
            &content.choice,
            &content.latitude,
            &content.longitude,
            &content.place,
            &content.contacts,
            &content.emoji,
            &content.reaction_to,
        ];
        let pointers: Vec<&Pointer> = choices
            .iter()
            .flat_map(|choice| choice.pointers())
            .chain(&spec.conversation_ids)
            .chain(&spec.links)
            .collect();
        unread(body, &self.thread.array, &pointers)
    }
}

fn unread(body: &str, array: &Choice, pointers: &[&Pointer]) -> Vec<String> {
    let looked = with_json("", body, |json| {
        let Some(Json::Array(rows)) = array.find(json) else { return Ok(Vec::new()) };
        let mut leaves = Vec::new();
        if let Some(row) = rows.first() {
            collect(row, String::new(), 0, &mut leaves);
        }
        let seen = |leaf: &String| {
            pointers.iter().any(|pointer| {
                pointer.source().split(" & ").any(|source| leaf == source || leaf.starts_with(&format!("{source}/")))
            })
        };
        Ok(leaves.into_iter().filter(|leaf| !seen(leaf)).collect())
    });
    looked.unwrap_or_default()
}

/// The pointers of all values that are there; lists are values.
fn collect(json: &Json<'_>, path: String, depth: usize, found: &mut Vec<String>) {
    match json {
        Json::Null => {}
        Json::Object(members) if depth < DEEPEST => {
            for (key, member) in members {
                collect(member, format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), depth + 1, found);
            }
        }
        _ => found.push(path),
    }
}

/// A dialect to begin with: what it extends, and where the usual things seem to stand in these answers. Lines that are
/// guesses say so.
pub fn propose(base: &str, list: Option<&str>, thread: Option<&str>) -> String {
    let mut text = format!(
        "# A dialect to begin with. Correct it, save it as NAME.toml in the folder `dialects` of the configuration\n\
         # directory, and check it with `switchboard dialect check NAME.toml`.\n\n\
         name = \"mine\"\nextends = \"{base}\"\nabout = \"a backend like {base}\"\n"
    );
    for (table, rows, answer) in [("list", ROW, list), ("thread", MESSAGE, thread)] {
        let Some(answer) = answer else { continue };
        let Ok(Some((array, leaves))) = with_json("", answer, |json| Ok(first_row(json, String::new(), 0))) else {
            continue;
        };
        let of = if table == "list" { "conversation" } else { "message" };
        text.push_str(&format!("\n[{table}]\narray = \"{}\"\n", if array.is_empty() { "." } else { &array }));
        let mut section = String::new();
        let mut content = String::new();
        for (key, names) in rows {
            let found: Vec<&str> = names
                .iter()
                .flat_map(|name| leaves.iter().filter(move |leaf| leaf.rsplit('/').next() == Some(name)))
                .map(String::as_str)
                .collect();
            if found.is_empty() {
                continue;
            }
            let value = match *key {
                "ids" | "conversation_ids" => format!("{found:?}"),
                _ => format!("\"{}\"", found.join(" || ")),
            };
            match key.strip_prefix("content.") {
                Some(key) => content.push_str(&format!("{key} = {value}\n")),
                None => section.push_str(&format!("{key} = {value}\n")),
            }
        }
        text.push_str(&format!("\n# Guessed by the names of members.\n[{of}]\n{section}"));
        if !content.is_empty() {
            text.push_str(&format!("\n[{of}.content]\n{content}"));
        }
    }
    text
}

/// The first list of objects: its pointer, and the pointers of the values in its first element.
fn first_row(json: &Json<'_>, path: String, depth: usize) -> Option<(String, Vec<String>)> {
    match json {
        Json::Array(rows) => {
            let row = rows.first().filter(|row| matches!(row, Json::Object(_)))?;
            let mut leaves = Vec::new();
            collect(row, String::new(), 0, &mut leaves);
            Some((path, leaves))
        }
        Json::Object(members) if depth < DEEPEST => {
            members.iter().find_map(|(key, member)| first_row(member, format!("{path}/{key}"), depth + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_is_a_dialect() {
        let list = r#"{"ok":true,"result":{"threads":[{"uuid":"u1","contact":{"phone":"923001234574","name":"Maria"},"unread":2,"updated_at":"2026-11-22T11:00:00Z"}]}}"#;
        let thread = r#"[{"id":"m1","conversation_id":"u1","fromMe":false,"body":"Hi","timestamp":1795345260}]"#;
        let text = propose("reference", Some(list), Some(thread));
        assert!(text.contains("array = \"/result/threads\""), "{text}");
        assert!(text.contains("ids = [\"/uuid\"]") && text.contains("phone = \"/contact/phone\""), "{text}");
        let dialect = Dialect::parse("mine.toml", &text).unwrap();
        let page = dialect.list_page(list.as_bytes(), None).unwrap();
        assert_eq!(page.rows[0].name.as_deref(), Some("Maria"));
    }

    #[test]
    fn what_a_dialect_does_not_look_at_is_told() {
        let list = r#"{"conversations":[{"_id":"a","conversationId":"a","sla":{"due":"x"},"userPhone":"923001234574","nothing":null}]}"#;
        assert_eq!(Dialect::reference().unread_in_list(list), ["/sla/due"]);
        let thread = r#"{"messages":[{"_id":"m","content":{"text":"x","templateParams":[]},"direction":"inbound"}]}"#;
        assert_eq!(Dialect::reference().unread_in_thread(thread), ["/content/templateParams"]);
    }
}

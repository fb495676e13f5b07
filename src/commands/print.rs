//! How headless commands show conversations and messages: columns for people, tabs for pipes, JSON for programs.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::kept::age;
use super::{Failure, Output, complain};
use crate::chat::{Content, Conversation, Direction, Message, Origin};
use crate::text::{pad, pad_start};

/// Columns of the name of a customer.
const NAME_COLUMNS: usize = 24;

/// The place and format of times.
#[derive(Debug, Clone)]
pub(super) struct Printer {
    zone: TimeZone,
    json: bool,
    /// What is printed was kept here, and when that was last in step with the backend.
    cached: Option<Option<Timestamp>>,
}

impl Printer {
    /// Prints JSON, or text with times of this machine's zone.
    pub fn new(json: bool) -> Self {
        Self { zone: TimeZone::system(), json, cached: None }
    }

    /// The same for what was kept here, and was last in step with the backend at this time.
    pub fn cached(json: bool, as_of: Option<Timestamp>) -> Self {
        Self { cached: Some(as_of), ..Self::new(json) }
    }

    /// Says on standard error how old what was kept is; programs find it in each object.
    pub fn age(&self) {
        let Some(as_of) = self.cached.filter(|_| !self.json) else { return };
        let Some(at) = as_of else {
            return complain("cached; it is not known when the backend was last asked");
        };
        let (time, ago) = (self.time(as_of), age(Timestamp::now().duration_since(at)));
        complain(format_args!("cached, as of {time} ({ago}); the backend was not asked"));
    }

    /// What programs are told beside the object itself.
    fn marked(&self, mut value: Value) -> Value {
        if let (Some(as_of), Value::Object(fields)) = (self.cached, &mut value) {
            fields.insert("cached".to_owned(), true.into());
            fields.insert("as_of".to_owned(), json!(as_of));
        }
        value
    }

    /// Prints one row of the list.
    pub fn row(&self, row: &Conversation, out: &mut Output) -> Result<(), Failure> {
        if self.json {
            return out.line(json_line(&self.marked(row_json(row))));
        }
        let (id, name) = (row.id.shown(), row.title());
        let preview = row.preview.as_deref().unwrap_or_default();
        let phone = row.phone.as_ref().map(|phone| phone.shown().to_string()).unwrap_or_default();
        let (at, unread) = (self.time(row.last_at), row.unread.to_string());
        if out.terminal {
            let (unread, name) = (pad_start(&unread, 3), pad(&name, NAME_COLUMNS));
            out.line(format_args!("{id}  {at}  {unread}  {name}  {preview}"))
        } else {
            out.line(format_args!("{id}\t{at}\t{unread}\t{}\t{phone}\t{}", untabbed(&name), untabbed(preview)))
        }
    }

    /// Prints the head of a thread.
    pub fn head(&self, row: &Conversation, out: &mut Output) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        let mut head = row.title().to_string();
        if let Some(phone) = &row.phone {
            let _ = write!(head, " · {}", phone.shown());
        }
        if let Some(assignee) = &row.assignee {
            let _ = write!(head, " · {assignee}");
        }
        let _ = write!(head, " · {}", row.id.shown());
        if self.cached.is_some() {
            head.push_str(" · cached");
        }
        out.line(head)
    }

    /// Prints one message of a thread.
    pub fn message(&self, row: &Conversation, message: &Message, out: &mut Output) -> Result<(), Failure> {
        if self.json {
            return out.line(json_line(&self.marked(message_json(row, message))));
        }
        let mut line = self.line(row, message);
        for note in notes(message) {
            let _ = write!(line, "  ({note})");
        }
        out.line(line)
    }

    /// `time, who, mark, words`; further lines of its text are indented.
    fn line(&self, row: &Conversation, message: &Message) -> String {
        match &message.content {
            Content::Text { body } => self.with_words(row, message, &body.replace('\n', "\n    ")),
            _ => self.one_line(row, message),
        }
    }

    /// `time, who, mark, words` in one line.
    pub fn one_line(&self, row: &Conversation, message: &Message) -> String {
        self.with_words(row, message, &message.preview())
    }

    fn with_words(&self, row: &Conversation, message: &Message, words: &str) -> String {
        let at = self.time(message.created_at.or(message.sent_at));
        format!("{at}  {}  {}  {words}", untabbed(&row.title()), mark(message.direction))
    }

    /// The time in this machine's zone, `2026-11-22 12:04:07`; question marks where it is not known.
    pub fn time(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(
            || "????-??-?? ??:??:??".to_owned(),
            |at| at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        )
    }
}

/// Who wrote to whom, in ASCII.
fn mark(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "<",
        Direction::Outbound => ">",
        Direction::Note => "#",
    }
}

/// What stands beside a message: how far it got, reactions, how it came.
fn notes(message: &Message) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(failure) = &message.delivery.failure {
        let words = [&failure.code, &failure.reason].into_iter().flatten().map(|word| word.to_string());
        notes.push(format!("failed {}", words.collect::<Vec<_>>().join(" ")).trim().to_owned());
    } else if message.direction == Direction::Outbound {
        notes.push(message.delivery.rank.word().to_owned());
    }
    notes.extend(message.reactions.iter().map(|reaction| format!("{} {}", mark(reaction.direction), reaction.emoji)));
    if message.origin == Origin::Missed {
        notes.push("no event brought it".to_owned());
    }
    notes
}

fn untabbed(text: &str) -> String {
    text.replace(['\t', '\n'], " ")
}

/// A conversation as programs get it.
pub(super) fn row_json(row: &Conversation) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "phone": row.phone.as_ref().map(|phone| phone.digits()),
        "account": row.account,
        "line": row.line,
        "unread": row.unread,
        "preview": row.preview,
        "last_at": row.last_at,
        "last_inbound_at": row.last_inbound_at,
        "status": row.status,
        "assignee": row.assignee,
        "labels": row.labels,
        "priority": row.priority,
    })
}

/// A message as programs get it.
pub(super) fn message_json(row: &Conversation, message: &Message) -> Value {
    json!({
        "conversation": row.id,
        "id": message.ids.id,
        "wa": message.ids.wa,
        "direction": message.direction,
        "sender": message.sender,
        "type": message.content.kind(),
        "text": message.text(),
        "content": message.content,
        "status": message.delivery.rank.word(),
        "failure": message.delivery.failure,
        "created_at": message.created_at,
        "sent_at": message.sent_at,
        "reply_to": message.reply_to,
        "reactions": message.reactions,
    })
}

/// JSON in one line; control characters that JSON allows but terminals obey (C1) are escaped.
pub(super) fn json_line(value: &Value) -> String {
    let mut line = String::new();
    for c in value.to_string().chars() {
        if c.is_control() {
            let _ = write!(line, "\\u{:04x}", u32::from(c));
        } else {
            line.push(c);
        }
    }
    line
}

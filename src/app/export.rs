//! A conversation as a file: text, Markdown or JSON. Only what is loaded can be written, and the file says so.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::State;
use super::times;
use crate::chat::{Conversation, ConversationKey, Direction, Message, Rank};

/// A name for the file: who, and the day.
pub fn file_name(title: &str, now: Timestamp, zone: &TimeZone) -> String {
    let name: String = title.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let name = name.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-").to_lowercase();
    let name = if name.is_empty() { "conversation".to_owned() } else { name };
    format!("{name}-{}.md", times::day(now, zone))
}

/// What is loaded of a conversation, in the form that the file's ending asks for: `.txt`, `.md` or `.json`. `None` for
/// any other ending.
pub fn conversation(state: &State, key: ConversationKey, path: &str) -> Option<String> {
    let row = state.inbox.get(key)?;
    let thread = &state.threads.get(key)?.thread;
    let (_, ending) = path.rsplit_once('.')?;
    match ending {
        "txt" => Some(plain(state, row, thread.reaches_start(), thread.iter())),
        "md" => Some(markdown(state, row, thread.reaches_start(), thread.iter())),
        "json" => {
            let messages: Vec<&Message> = thread.iter().collect();
            let whole = serde_json::json!({
                "conversation": row,
                "complete": thread.reaches_start(),
                "messages": messages,
            });
            serde_json::to_string_pretty(&whole).ok().map(|text| text + "\n")
        }
        _ => None,
    }
}

const INCOMPLETE: &str = "older messages were not loaded when this was written";

fn plain<'a>(state: &State, row: &Conversation, complete: bool, messages: impl Iterator<Item = &'a Message>) -> String {
    let mut out = format!("{}\n", heading(state, row));
    if !complete {
        _ = writeln!(out, "({INCOMPLETE})");
    }
    out.push('\n');
    for message in messages {
        let body = body(message).replace('\n', "\n    ");
        _ = writeln!(out, "[{}] {}: {body}{}", when(state, message), who(state, row, message), fate(message));
    }
    out
}

fn markdown<'a>(
    state: &State,
    row: &Conversation,
    complete: bool,
    messages: impl Iterator<Item = &'a Message>,
) -> String {
    let mut out = format!("# {}\n\n", escaped(&heading(state, row)));
    if !complete {
        _ = writeln!(out, "*{INCOMPLETE}*\n");
    }
    for message in messages {
        let name = escaped(&who(state, row, message));
        let body = escaped(&body(message)).replace('\n', "  \n");
        _ = writeln!(out, "**{name}** {}{}  \n{body}\n", when(state, message), fate(message));
    }
    out
}

/// Words that Markdown would read as its own signs.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn heading(state: &State, row: &Conversation) -> String {
    let phone = row.phone.as_ref().filter(|_| row.name.is_some()).map(|phone| format!(", {}", phone.shown()));
    let day = times::day(state.now, &state.settings.zone);
    format!(
        "{}{}, WhatsApp, as of {day} {}",
        row.title(),
        phone.unwrap_or_default(),
        times::clock(state.now, &state.settings.zone)
    )
}

fn when(state: &State, message: &Message) -> String {
    let zone = &state.settings.zone;
    message.created_at.or(message.sent_at).map_or_else(
        || "time not known".to_owned(),
        |at| format!("{} {}", times::day(at, zone), times::clock_seconds(at, zone)),
    )
}

fn who(state: &State, row: &Conversation, message: &Message) -> String {
    let agent = || message.sender.clone().or_else(|| state.identity.name.clone());
    match message.direction {
        Direction::Inbound => row.title().to_string(),
        Direction::Outbound => agent().map_or_else(|| "us".to_owned(), |name| name.to_string()),
        Direction::Note => {
            format!("note to the team by {}", agent().map_or_else(|| "us".to_owned(), |n| n.to_string()))
        }
    }
}

fn body(message: &Message) -> String {
    match &message.content {
        crate::chat::Content::Text { body } => body.to_string(),
        _ => message.preview().to_string(),
    }
}

fn fate(message: &Message) -> String {
    if message.direction != Direction::Outbound {
        return String::new();
    }
    if let Some(failure) = &message.delivery.failure {
        let code = failure.code.as_deref().unwrap_or_default();
        return format!(" (failed {code})").replace(" )", ")");
    }
    match message.delivery.rank {
        Rank::Queued => " (not confirmed as sent)",
        Rank::Sent => " (sent)",
        Rank::Delivered => " (delivered)",
        Rank::Read => " (read)",
        Rank::Played => " (listened to)",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let name = |title| file_name(title, now, &TimeZone::UTC);
        assert_eq!(name("María López / ../x"), "maría-lópez-x-2026-11-22.md");
        assert_eq!(name("👍"), "conversation-2026-11-22.md");
    }

    #[test]
    fn what_a_customer_writes_stays_text_in_markdown() {
        assert_eq!(escaped("*a* <b> [c](d)"), "\\*a\\* \\<b\\> \\[c\\](d)");
    }
}

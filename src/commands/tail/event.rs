//! One event as a line.

use serde_json::json;

use super::Line;
use crate::chat::{Conversation, DeliveryState, Message, Verdict};
use crate::commands::print::{Printer, message_json};
use crate::inspect::Entry;
use crate::text::Clean;
use crate::wire::Event;

/// The line of an event; `None` for what text leaves out: repetitions, typing, rows that only changed.
pub(super) fn line(
    printer: &Printer,
    json: bool,
    entry: &Entry,
    row: Option<&Conversation>,
    event: Option<&Event>,
    unrouted: Option<&Clean>,
) -> Option<Line> {
    if json {
        return Some(Line::Json(object(entry, row, event, unrouted)));
    }
    let at = printer.time(Some(entry.received));
    if let Some(reason) = unrouted {
        let words = match event {
            Some(Event::Message { message, .. }) => message.preview(),
            _ => Clean::default(),
        };
        return Some(Line::Text(format!("{at}  unrouted ({reason})  {words}").trim_end().to_owned()));
    }
    match (event?, row) {
        (Event::Message { message, .. }, Some(row)) if !matches!(entry.verdict, Verdict::Duplicate { .. }) => {
            Some(Line::Text(printer.one_line(row, message)))
        }
        (Event::Status { update, .. }, row) => {
            let DeliveryState::Failed(failure) = &update.state else { return None };
            let words: Vec<&str> =
                [&failure.code, &failure.reason].into_iter().flatten().map(|words| words.as_str()).collect();
            let name = row.map_or_else(|| Clean::line("?"), Conversation::title);
            Some(Line::Text(format!("{at}  {name}  !  a message failed: {}", words.join(" "))))
        }
        (Event::Complaint { message }, _) => Some(Line::Text(format!("{at}  the backend complains: {message}"))),
        _ => None,
    }
}

/// The line of a message that no event brought.
pub(super) fn missed(printer: &Printer, json: bool, row: &Conversation, message: &Message) -> Line {
    if json {
        return Line::Json(json!({
            "event": null,
            "via": "rest",
            "verdict": "missed",
            "conversation": row.id,
            "name": row.title(),
            "message": message_json(row, message),
        }));
    }
    Line::Text(format!("{}  (no event brought it)", printer.one_line(row, message)))
}

fn object(
    entry: &Entry,
    row: Option<&Conversation>,
    event: Option<&Event>,
    unrouted: Option<&Clean>,
) -> serde_json::Value {
    let message = match (event, row) {
        (Some(Event::Message { message, .. }), Some(row)) => Some(message_json(row, message)),
        (Some(Event::Message { message, .. }), None) => Some(json!({ "text": message.text(), "id": message.ids.id })),
        _ => None,
    };
    json!({
        "event": entry.name,
        "via": "socket",
        "seq": entry.seq,
        "epoch": entry.epoch,
        "received": entry.received,
        "verdict": entry.verdict.name(),
        "rule": entry.rule.map(|rule| rule.name()),
        "pointer": entry.pointer,
        "reason": unrouted,
        "conversation": row.map(|row| &row.id),
        "name": row.map(Conversation::title),
        "record": entry.record,
        "room": entry.room,
        "message": message,
        "update": match event {
            Some(Event::Status { update, .. }) => Some(update),
            _ => None,
        },
    })
}

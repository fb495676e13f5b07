//! What is known of the contact and the conversation, with every name that it goes by.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{CHANNEL, Canvas, heading, pane_heading, words};
use crate::app::{Focus, Wait, rows, times};
use crate::chat::directory::NameOrigin;
use crate::chat::{Conversation, DeliveryState, Direction, Rank};
use crate::text;

/// Columns of the names of fields.
const LABEL: usize = 11;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    pane_heading(canvas, area, "Details", "", false);
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let key = state.open.or_else(|| state.inbox.selected());
    let Some(row) = key.and_then(|key| state.inbox.get(key)) else {
        return words(canvas, area, "Nobody is selected", &[]);
    };
    let (label, value) = (canvas.theme.panel.label, canvas.theme.panel.value);
    let mut nth = 0;
    for (name, words) in fields(canvas, row) {
        nth = field(canvas, area, nth, &name, &words, label, value);
    }
    if state.focus == Focus::Thread && state.open == Some(row.key) {
        nth = message(canvas, area, nth + 1);
    }
    nth += 1;
    let title = canvas.theme.screen.title;
    canvas.pen(area, nth).skip(1).put("Ids", title);
    nth += 1;
    let primary = state.directory.primary(row.key).unwrap_or(&row.id);
    nth = field(canvas, area, nth, "primary", &primary.shown(), label, value);
    for (id, origin, conflict) in state.directory.aliases(row.key) {
        if id == primary {
            continue;
        }
        let name = match origin {
            NameOrigin::Declared => "declared",
            NameOrigin::Traffic => "traffic",
        };
        let style = if conflict { canvas.theme.verdict.bad } else { value };
        let shown = if conflict { format!("{} (in conflict)", id.shown()) } else { id.shown().to_string() };
        nth = field(canvas, area, nth, name, &shown, label, style);
    }
}

fn fields(canvas: &Canvas<'_>, row: &Conversation) -> Vec<(String, String)> {
    let state = canvas.state;
    let zone = &state.settings.zone;
    let mut out: Vec<(String, String)> = Vec::with_capacity(12);
    let mut add = |name: &str, words: String| out.push((name.to_owned(), words));
    add("contact", row.name.as_ref().map_or_else(|| "name not known".to_owned(), ToString::to_string));
    if let Some(phone) = &row.phone {
        add("phone", phone.shown().to_string());
    }
    add("channel", CHANNEL.to_owned());
    if let Some(line) = &row.line {
        let known = state.lines.iter().find(|known| known.id == *line);
        let name = known.and_then(|known| known.name.as_ref().or(known.phone.as_ref()));
        add("line", name.map_or_else(|| line.shown().to_string(), ToString::to_string));
        if let Some(phone) = known.filter(|known| known.name.is_some()).and_then(|known| known.phone.as_ref()) {
            add("", phone.to_string());
        }
    }
    add("status", rows::status_word(&row.status).to_owned());
    add("assigned", row.assignee.as_ref().map_or_else(|| "nobody".to_owned(), ToString::to_string));
    if !row.labels.is_empty() {
        let labels: Vec<&str> = row.labels.iter().map(|label| label.as_str()).collect();
        add("labels", labels.join(", "));
    }
    if let Some(priority) = &row.priority {
        add("priority", priority.to_string());
    }
    add("window", heading::window_words(state, row));
    match state.inbox.wait(row.key) {
        Wait::Nobody => {}
        Wait::Unknown => add("waits", "not known".to_owned()),
        Wait::Since(at) => add("waits", times::span(state.now.duration_since(at))),
        Wait::AtLeast(at) => add("waits", format!("{} or longer", times::span(state.now.duration_since(at)))),
    }
    if row.unread > 0 {
        add("unread", row.unread.to_string());
    }
    if let Some(theirs) = state.inbox.drift(row.key) {
        add("", format!("the backend counts {theirs}"));
    }
    let when = |at| {
        let day = state.settings.dates.day_words(times::day(at, zone), times::day(state.now, zone));
        format!("{day} {}", state.clock(at))
    };
    if let Some(at) = row.last_at {
        add("last", when(at));
    }
    let inbound = state.threads.get(row.key).and_then(|view| view.thread.newest_inbound_at());
    if let Some(at) = row.last_inbound_at.max(inbound) {
        add("customer", when(at));
    }
    out
}

/// The selected message: its ids, its times, and what became of it.
fn message(canvas: &mut Canvas<'_>, area: Rect, nth: u16) -> u16 {
    let state = canvas.state;
    let message = state.open_thread().and_then(|view| rows::message_at_anchor(state, view));
    let Some(message) = message else { return nth };
    let title = canvas.theme.screen.title;
    canvas.pen(area, nth).skip(1).put("Message", title);
    let (label, value, bad) = (canvas.theme.panel.label, canvas.theme.panel.value, canvas.theme.thread.failed);
    let zone = &state.settings.zone;
    let when = |at| times::clock_seconds(at, zone);
    let mut nth = nth + 1;
    let mut add = |name: &str, words: &str, style| nth = field(canvas, area, nth, name, words, label, style);
    add("kind", message.content.kind(), value);
    if let Some(at) = message.sent_at {
        add("written", &when(at), value);
    }
    if let Some(at) = message.created_at {
        add("stored", &when(at), value);
    }
    for update in &message.delivery.history {
        let at = update.at.map(when).unwrap_or_default();
        match &update.state {
            DeliveryState::Reached(rank) => add(rank_word(*rank), &at, value),
            DeliveryState::Failed(failure) => {
                let words = [at.as_str(), failure.code.as_deref().unwrap_or_default()].join(" ");
                add("failed", words.trim(), bad);
            }
        }
    }
    if message.direction == Direction::Outbound && message.delivery.history.is_empty() {
        add("status", rank_word(message.delivery.rank), value);
    }
    if let Some(failure) = &message.delivery.failure {
        for words in
            [failure.code.as_deref(), failure.reason.as_deref(), failure.code.as_deref().and_then(rows::meaning)]
                .into_iter()
                .flatten()
        {
            add("failure", words, bad);
        }
    }
    for (name, id) in [("id", &message.ids.id), ("channel id", &message.ids.wa)] {
        if let Some(id) = id {
            add(name, &id.shown(), value);
        }
    }
    nth
}

fn rank_word(rank: Rank) -> &'static str {
    match rank {
        Rank::Queued => "queued",
        Rank::Sent => "sent",
        Rank::Delivered => "delivered",
        Rank::Read => "read",
        Rank::Played => "played",
    }
}

/// One field from row `nth` on; returns the row after it.
fn field(canvas: &mut Canvas<'_>, area: Rect, nth: u16, name: &str, words: &str, label: Style, value: Style) -> u16 {
    let columns = usize::from(area.width).saturating_sub(LABEL + 2).max(1);
    let mut nth = nth;
    for (index, range) in text::wrap(words, columns).into_iter().enumerate() {
        let mut pen = canvas.pen(area, nth);
        pen.skip(1).cell(if index == 0 { name } else { "" }, LABEL, label);
        pen.put(words.get(range).unwrap_or_default(), value);
        nth = nth.saturating_add(1);
    }
    nth
}

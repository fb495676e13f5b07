//! The chosen event whole: what a web page would log of it, what was decided and why, and its raw payload.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::timeline::{latency, verdict_style};
use crate::app::times;
use crate::chat::Id;
use crate::inspect::{Entry, explain, payload};
use crate::text::{self, Clean};
use crate::ui::Canvas;

/// Columns of the names of fields: the longest is `broadcastConversationId`.
const LABEL: usize = 24;

/// One line: a field, or words over the whole width.
struct Line<'a> {
    label: &'static str,
    words: Cow<'a, str>,
    style: Style,
}

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let Some(entry) = super::chosen(&state.timeline, state.panels.traffic_chosen) else { return };
    if area.height == 0 {
        return;
    }
    let (theme, nothing) = (canvas.theme, canvas.glyphs.nothing);
    let title = theme.screen.title;
    let mut pen = canvas.pen(area, 0);
    pen.skip(1).fit(&format!("Event {}", entry.seq), title);
    pen.skip(2).fit(
        &format!("{}, {} bytes, connection {}", Clean::line(&entry.name), entry.bytes, entry.epoch),
        theme.screen.dim,
    );
    let body = super::below(area, 1);
    let columns = usize::from(body.width).saturating_sub(2);
    let entry = &entry;
    let mut lines = fields(canvas, entry, nothing, columns);
    lines.push(Line { label: "", words: Cow::Borrowed(""), style: theme.panel.value });
    let room = usize::from(body.height);
    // the end stays in view, however far down one scrolls
    let scroll = if state.panels.traffic_scroll == 0 {
        0
    } else {
        let all =
            lines.len() + payload::payload_lines(&entry.raw, columns).take(state.panels.traffic_scroll + room).count();
        state.panels.traffic_scroll.min(all.saturating_sub(room))
    };
    let heading = lines.len();
    let (label, value) = (theme.panel.label, theme.panel.value);
    for (nth, line) in (0..body.height).zip(lines.iter().skip(scroll)) {
        let mut pen = canvas.pen(body, nth);
        pen.skip(1);
        if !line.label.is_empty() {
            pen.cell(line.label, LABEL, label);
        }
        pen.fit(&line.words, line.style);
    }
    let taken = heading.saturating_sub(scroll);
    let skipped = scroll.saturating_sub(heading);
    let rest = super::below(body, u16::try_from(taken).unwrap_or(body.height));
    for (nth, line) in (0..rest.height).zip(payload::payload_lines(&entry.raw, columns).skip(skipped)) {
        canvas.pen(rest, nth).skip(1 + line.depth * payload::INDENT).fit(&line.text, value);
    }
}

/// The seven fields under the names that developers search for, then what was decided.
fn fields<'a>(canvas: &Canvas<'a>, entry: &'a Entry, nothing: &'static str, columns: usize) -> Vec<Line<'a>> {
    let theme = canvas.theme;
    let value = theme.panel.value;
    let record = &entry.record;
    let id = |id: &Option<Id>| id.as_ref().map_or(Cow::Borrowed(nothing), |id| Cow::Owned(id.shown().to_string()));
    let clean = |text: &'a Option<Clean>| text.as_deref().map_or(Cow::Borrowed(nothing), Cow::Borrowed);
    let mut lines = Vec::with_capacity(24);
    let mut add = |label, words: Cow<'a, str>, style| lines.push(Line { label, words, style });
    add("broadcastConversationId", id(&record.broadcast_conversation_id), value);
    add("selectedContactId", id(&record.selected_contact_id), value);
    add("selectedContactPhone", clean(&record.selected_contact_phone), value);
    add("messageFrom", clean(&record.message_from), value);
    add("messageType", clean(&record.message_type), value);
    let matched = if record.matched { ("true", theme.verdict.ok) } else { ("false", theme.verdict.warn) };
    add("match", Cow::Borrowed(matched.0), matched.1);
    add("timestamp", record.timestamp.map_or(Cow::Borrowed(nothing), |at| Cow::Owned(at.to_string())), value);
    let verdict =
        if entry.rescued { format!("{}, rescued", entry.verdict.name()) } else { entry.verdict.name().to_owned() };
    add("verdict", Cow::Owned(verdict), verdict_style(theme, entry.verdict.kind()));
    add("rule", Cow::Borrowed(entry.rule.map_or(nothing, |rule| rule.name())), value);
    let explained = explain::explain(entry);
    for range in text::wrap(&explained, columns) {
        let words = Clean::line(explained.get(range).unwrap_or_default());
        add("", Cow::Owned(words.to_string()), theme.screen.warning);
    }
    let pointer =
        entry.pointer.as_ref().map_or(Cow::Borrowed(nothing), |pointer| Cow::Owned(Clean::line(pointer).to_string()));
    add("pointer", pointer, value);
    for compared in &entry.compared {
        let style = if compared.equal { theme.verdict.ok } else { value };
        let sign = if compared.equal { "equals" } else { "is not" };
        add("compared", Cow::Owned(format!("{:<9} {}", compared.rule.name(), compared.theirs)), style);
        add(" ", Cow::Owned(format!("{sign:<9} {}", compared.ours)), style);
    }
    add("room", entry.room.as_ref().map_or(Cow::Borrowed("?"), |room| Cow::Owned(room.shown().to_string())), value);
    let zone = &canvas.state.settings.zone;
    let drawn = entry.drawn.map(|at| format!(", drawn {}", times::clock_seconds(at, zone))).unwrap_or_default();
    let received = times::clock_seconds(entry.received, zone);
    add(
        "latency",
        Cow::Owned(format!("{} (received {received}{drawn})", latency(canvas.state.timeline.row(entry.seq), nothing))),
        value,
    );
    lines
}

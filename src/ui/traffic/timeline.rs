//! The events as a table, newest at the bottom. Only rows in view are touched, however many are kept.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::traffic::shown;
use crate::app::{Under, layout, times};
use crate::chat::VerdictKind;
use crate::config::Theme;
use crate::inspect::{Row, timeline::Reader};
use crate::text::Clean;
use crate::ui::{Canvas, Pen};

/// Columns, by what there is room for.
struct Table {
    event: usize,
    verdict: usize,
    rule: usize,
    conversation: usize,
    rescued: usize,
}

const TIME: usize = 8;
const LATENCY: usize = 8;
const MATCH: usize = 6;

impl Table {
    fn of(width: usize) -> Self {
        let rescued = if width >= 92 { 9 } else { 2 };
        let (event, verdict, rule) = if width >= 92 { (20, 20, 13) } else { (14, 12, 9) };
        let used = 1 + TIME + 1 + event + 1 + verdict + 1 + rule + 1 + LATENCY + MATCH + 1 + rescued;
        Self { event, verdict, rule, conversation: width.saturating_sub(used), rescued }
    }
}

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let label = canvas.theme.panel.label;
    let table = Table::of(usize::from(area.width));
    let mut pen = canvas.pen(area, 0);
    pen.skip(1).cell("time", TIME, label).skip(1).cell("event", table.event, label).skip(1);
    pen.cell("verdict", table.verdict, label).skip(1).cell("rule", table.rule, label).skip(1);
    pen.cell("conversation", table.conversation, label).cell_right("latency", LATENCY, label);
    pen.cell_right("match", MATCH, label);
    let body = super::below(area, 1);
    let shown = shown(state);
    if shown.is_empty() {
        let words = match &state.traffic.found {
            Some(found) if found.is_searching() => "Looking for events that fit.",
            Some(_) => "No event fits.",
            None => "No event has come yet.",
        };
        return super::empty(canvas, body, words);
    }
    let mut reader = state.timeline.reader();
    let page = usize::from(body.height);
    let chosen = state.panels.traffic_chosen;
    let at = chosen.and_then(|seq| shown.chosen(Some(seq)));
    let from_end = layout::tail_top(at, shown.len(), page);
    let start = shown.len().saturating_sub(from_end + page);
    for (nth, index) in (0..body.height).zip(start..shown.len()) {
        let Some(seq) = shown.seq(index) else { continue };
        canvas.here(Rect { y: body.y + nth, height: 1, ..body }, Under::Event(seq));
        let Some(entry) = state.timeline.row(seq) else { continue };
        row(canvas, body, nth, &table, entry, &mut reader);
        if Some(index) == at.or(shown.len().checked_sub(1)) {
            let style = canvas.theme.panel.selected;
            let mark = canvas.glyphs.selected;
            canvas.tint(Rect { y: body.y + nth, height: 1, ..body }, style);
            if chosen.is_some() {
                canvas.pen(body, nth).put(mark, style);
            }
        }
    }
}

fn row(canvas: &mut Canvas<'_>, area: Rect, nth: u16, table: &Table, entry: &Row, reader: &mut Reader<'_>) {
    let state = canvas.state;
    let theme = canvas.theme;
    let nothing = canvas.glyphs.nothing;
    let value = theme.panel.value;
    let name = match entry.conversation().and_then(|key| state.inbox.get(key)) {
        Some(row) => row.title(),
        None => reader
            .entry(entry)
            .and_then(|entry| Some(entry.record.broadcast_conversation_id?.shown()))
            .unwrap_or_default(),
    };
    let mut pen: Pen<'_> = canvas.pen(area, nth);
    pen.skip(1).cell(&times::clock_seconds(entry.received(), &state.settings.zone), TIME, theme.thread.time).skip(1);
    pen.cell(&Clean::line(state.timeline.name(entry)), table.event, value).skip(1);
    pen.cell(entry.verdict.name(), table.verdict, verdict_style(theme, entry.verdict)).skip(1);
    pen.cell(entry.rule().map_or(nothing, |rule| rule.name()), table.rule, value).skip(1);
    pen.cell(&name, table.conversation, value).cell_right(&latency(Some(entry), nothing), LATENCY, value);
    if compares(entry.verdict) {
        let style = if entry.matched { theme.verdict.ok } else { value };
        pen.cell_right(if entry.matched { "true" } else { "false" }, MATCH, style);
    } else {
        pen.cell_right(nothing, MATCH, value);
    }
    let word = match (entry.marked, entry.injected) {
        (true, _) => Some("marked"),
        (false, true) => Some("put in"),
        _ => None,
    };
    if let Some(word) = word.filter(|_| !entry.rescued || table.rescued > 2) {
        let (word, style) = if table.rescued > 2 { (word, theme.panel.key) } else { ("*", theme.panel.key) };
        let mut pen = canvas.pen(area, nth);
        let gap = pen.left().saturating_sub(table.rescued);
        pen.skip(gap).skip(1).put(word, style);
    } else if entry.rescued {
        let word = if table.rescued > 2 { "rescued" } else { canvas.glyphs.alert };
        let mut pen = canvas.pen(area, nth);
        let gap = pen.left().saturating_sub(table.rescued);
        pen.skip(gap).skip(1).put(word, theme.verdict.warn);
    }
}

/// Whether the naive comparison says anything about an event.
fn compares(verdict: VerdictKind) -> bool {
    !matches!(verdict, VerdictKind::Account | VerdictKind::NotInDialect | VerdictKind::Undecodable)
}

/// From the backend's emission to the screen.
pub(super) fn latency(entry: Option<&Row>, nothing: &str) -> String {
    match entry.and_then(Row::emission_to_glass) {
        None => nothing.to_owned(),
        Some(took) if took.abs() < jiff::SignedDuration::from_secs(10) => format!("{} ms", took.as_millis()),
        Some(took) => format!("{} s", took.as_secs()),
    }
}

/// Routed, routed with a reservation, or not routed.
pub(super) fn verdict_style(theme: &Theme, verdict: VerdictKind) -> Style {
    match verdict {
        VerdictKind::Routed | VerdictKind::Background | VerdictKind::Account => theme.verdict.ok,
        VerdictKind::Unknown
        | VerdictKind::Duplicate
        | VerdictKind::OutOfOrder
        | VerdictKind::NotInDialect
        | VerdictKind::Probable => theme.verdict.warn,
        VerdictKind::Foreign | VerdictKind::NoId | VerdictKind::Ambiguous | VerdictKind::Undecodable => {
            theme.verdict.bad
        }
    }
}

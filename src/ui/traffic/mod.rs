//! The traffic panel: every event with what was decided about it, and what lies around: rooms, handshakes, drift,
//! repeats, latency, counts, findings.

mod connection;
mod counts;
mod event;
mod findings;
mod lines;
mod lists;
mod rooms;
mod timeline;

use ratatui::layout::Rect;

use super::{Canvas, pane_heading};
use crate::app::traffic::{View, gathered, shown};
use crate::app::{Focus, Under, times};
use crate::config::Action;
use crate::inspect::Timeline;
use crate::text;

/// From this width on the timeline and the chosen event stand side by side.
const SIDE_BY_SIDE: u16 = 140;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let focused = state.focus == Focus::Traffic && state.panels.overlay.is_none();
    let title = format!("Traffic{}{}", canvas.glyphs.dot, counters(&state.timeline, canvas.glyphs.dot));
    let rate = state.timeline.counters().rate(state.now);
    let right = if rate > 0.0 { format!("{rate:.1}/s") } else { String::new() };
    pane_heading(canvas, area, &title, &right, focused);
    let mut body = below(area, 1);
    if body.height >= 6 {
        tabs(canvas, body);
        body = below(body, 1);
    }
    body = below(body, standing(canvas, body));
    match state.traffic.view {
        View::Events => events(canvas, body),
        View::Rooms => rooms::whole(canvas, body),
        View::Handshake => connection::whole(canvas, body),
        View::Drift => lists::drift(canvas, body),
        View::Repeats => lists::repeats(canvas, body),
        View::Latency => counts::latency(canvas, body),
        View::Counts => counts::draw(canvas, body),
        View::Findings => findings::draw(canvas, body),
    }
}

fn events(canvas: &mut Canvas<'_>, body: Rect) {
    let used = connection::draw(canvas, body, if body.height >= 28 { 3 } else { body.height / 8 });
    let body = below(body, used);
    let used = if body.height >= 24 { rooms::draw(canvas, body, body.height / 6) } else { 0 };
    let body = below(body, used);
    let (events, one) = if body.width >= SIDE_BY_SIDE {
        let left = body.width * 11 / 20;
        let line = Rect { x: body.x + left, width: 1, ..body };
        super::separator(canvas, line);
        (Rect { width: left, ..body }, Rect { x: line.right(), width: body.width - left - 1, ..body })
    } else {
        let height = (body.height * 2 / 5).max(3).min(body.height);
        (Rect { height, ..body }, below(body, height))
    };
    timeline::draw(canvas, events);
    event::draw(canvas, one);
}

/// The views with their keys; where there is little room only the present one has its name.
fn tabs(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let names: Vec<(String, View)> = View::ALL
        .into_iter()
        .zip(VIEW_ACTIONS)
        .map(|(view, action)| (canvas.key_in(crate::config::Context::Traffic, action).unwrap_or_default(), view))
        .collect();
    let all: usize = names.iter().map(|(key, view)| text::width(key) + view.name().len() + 3).sum();
    let short = all > usize::from(area.width);
    let (key_style, dim) = (canvas.theme.panel.key, canvas.theme.screen.dim);
    let chosen_style = canvas.theme.panel.selected;
    let mut x = area.x;
    for ((key, view), action) in names.iter().zip(VIEW_ACTIONS) {
        let chosen = *view == state.traffic.view;
        let rest = Rect { x, width: area.right().saturating_sub(x), height: 1, ..area };
        let mut pen = canvas.pen(rest, 0);
        pen.put(" ", dim);
        let (key_style, style) = if chosen { (chosen_style, chosen_style) } else { (key_style, dim) };
        pen.put(key, key_style);
        if chosen || !short {
            pen.put(" ", style).put(view.name(), style);
        }
        pen.put(" ", dim);
        x = pen.x;
        canvas.here(Rect { width: x - rest.x, ..rest }, Under::Do(action));
    }
}

const VIEW_ACTIONS: [Action; 8] = [
    Action::ViewEvents,
    Action::ViewRooms,
    Action::ViewHandshake,
    Action::ViewDrift,
    Action::ViewRepeats,
    Action::ViewLatency,
    Action::ViewCounts,
    Action::ViewFindings,
];

/// What one must know before reading on: the socket is silent, events are paused or filtered. Returns the rows taken.
fn standing(canvas: &mut Canvas<'_>, area: Rect) -> u16 {
    let state = canvas.state;
    let theme = canvas.theme;
    let mut parts: Vec<(String, ratatui::style::Style)> = Vec::new();
    if let Some(words) = alarm(canvas) {
        parts.push((words, theme.verdict.bad));
    }
    if state.traffic.paused.is_some() {
        let hint = canvas.hint_in(crate::config::Context::Traffic, Action::PauseEvents, "goes on");
        parts.push((format!("paused, {} new ({hint})", gathered(state)), theme.verdict.warn));
    }
    if let Some(found) = &state.traffic.found {
        let mut words = format!("only {}: {}", text::Clean::line(&found.filter.typed), found.found().len());
        if found.is_searching() {
            words.push_str(&format!(", looked at {} %", found.progress(&state.timeline)));
        }
        let hint = canvas.hint_in(crate::config::Context::Traffic, Action::ShowAll, "shows all");
        parts.push((format!("{words} ({hint})"), theme.verdict.warn));
    }
    if parts.is_empty() || area.height < 4 {
        return 0;
    }
    let dot = canvas.glyphs.dot;
    let mut pen = canvas.pen(area, 0);
    pen.skip(1);
    for (nth, (words, style)) in parts.iter().enumerate() {
        if nth > 0 {
            pen.put(dot, theme.screen.dim);
        }
        pen.fit(words, *style);
    }
    1
}

/// Rooms are joined, REST moves, and no event comes.
fn alarm(canvas: &Canvas<'_>) -> Option<String> {
    let state = canvas.state;
    let since = state.traffic.drift.silent_since(state.timeline.counters().last)?;
    let joined = state.rooms.joined().count();
    let at = times::clock_seconds(since, &state.settings.zone);
    let s = if joined == 1 { "" } else { "s" };
    Some(format!("silence: REST moved at {at}, {joined} room{s} joined, and no event came"))
}

/// How many events of each verdict came, the most telling first.
fn counters(timeline: &Timeline, dot: &str) -> String {
    let counters = timeline.counters();
    let events = if counters.total == 1 { "event" } else { "events" };
    let mut words = format!("{} {events}", counters.total);
    if counters.rescued > 0 {
        words.push_str(&format!("{dot}{} rescued", counters.rescued));
    }
    // what went where it belongs first, then by name
    let usual = ["routed", "background"];
    let first = usual.iter().filter_map(|name| counters.verdicts.get_key_value(name));
    let others = counters.verdicts.iter().filter(|(name, _)| !usual.contains(name));
    for (verdict, count) in first.chain(others) {
        words.push_str(&format!("{dot}{count} {verdict}"));
    }
    words
}

/// Whether there is anything to choose from: the number of rows, for words in an empty list.
fn empty(canvas: &mut Canvas<'_>, area: Rect, words: &str) {
    let dim = canvas.theme.screen.dim;
    let columns = usize::from(area.width.saturating_sub(2));
    for (nth, range) in (0..area.height).zip(text::wrap(words, columns)) {
        canvas.pen(area, nth).skip(1).put(words.get(range).unwrap_or_default(), dim);
    }
}

/// How many events are shown, for a title.
fn shown_count(canvas: &Canvas<'_>) -> usize {
    shown(canvas.state).len()
}

fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

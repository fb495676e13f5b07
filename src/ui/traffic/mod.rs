//! The traffic panel: the connection, the rooms, every event with what was decided about it, and the chosen one whole.

mod connection;
mod event;
mod rooms;
mod timeline;

use ratatui::layout::Rect;

use super::{Canvas, pane_heading};
use crate::app::Focus;
use crate::inspect::{Entry, Timeline};

/// From this width on the timeline and the chosen event stand side by side.
const SIDE_BY_SIDE: u16 = 140;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let focused = state.focus == Focus::Traffic && state.panels.overlay.is_none();
    let title = format!("Traffic{}{}", canvas.glyphs.dot, counters(&state.timeline, canvas.glyphs.dot));
    pane_heading(canvas, area, &title, "", focused);
    let body = below(area, 1);
    let used = connection::draw(canvas, body, if body.height >= 28 { 4 } else { body.height / 5 });
    let body = below(body, used);
    let used = if body.height >= 12 { rooms::draw(canvas, body, body.height / 5) } else { 0 };
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

/// What was chosen, or else the newest.
fn chosen(timeline: &Timeline, chosen: Option<u64>) -> Option<Entry> {
    match chosen {
        Some(seq) => timeline.get(seq).or_else(|| timeline.get(timeline.rows().front()?.seq)),
        None => timeline.last(),
    }
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

fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

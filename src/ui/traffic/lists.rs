//! Views that are lists to choose from: drift and repeats, the newest first.

use ratatui::layout::Rect;

use crate::app::{layout, times};
use crate::chat::{Conversation, ConversationKey};
use crate::inspect::drift;
use crate::text::Clean;
use crate::ui::Canvas;

/// Columns of a time.
const TIME: usize = 9;

/// What REST has and no event brought, and the opposite.
pub(super) fn drift(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let theme = canvas.theme;
    let zone = &state.settings.zone;
    let (missed, not_stored) = state.traffic.drift.counts();
    let (compared, last) = state.traffic.drift.compared();
    let last = last.map(|at| format!(", last at {}", times::clock_seconds(at, zone))).unwrap_or_default();
    let words = format!(
        "{compared} answers of REST compared with what events brought{last}: {missed} missed, {not_stored} not stored"
    );
    let style = if missed + not_stored > 0 { theme.verdict.bad } else { theme.verdict.ok };
    canvas.pen(area, 0).skip(1).fit(&words, style);
    let told = state.traffic.drift.told();
    let body = super::below(area, 2);
    if told.is_empty() {
        let words = "REST and socket agree as far as threads were fetched while the connection stood. A thread is \
                     compared whenever it is fetched: open it, or let a poll find that its row moved.";
        return super::empty(canvas, body, words);
    }
    let wide = area.width >= 120;
    let label = theme.panel.label;
    let mut pen = canvas.pen(super::below(area, 1), 0);
    pen.skip(1).cell("made", TIME, label).cell("found", TIME, label).cell("settled", TIME, label);
    pen.cell("conversation", 18, label).skip(1).cell("what", if wide { 52 } else { 12 }, label).skip(1);
    pen.fit("message", label);
    let (top, page) = window(told.len(), state.traffic.row, body);
    for (nth, (index, one)) in (0..body.height).zip(told.iter().rev().enumerate().skip(top).take(page)) {
        let style = match (one.settled, one.side) {
            (Some(_), _) => theme.screen.dim,
            (None, drift::Side::Offline) => theme.verdict.warn,
            (None, _) => theme.verdict.bad,
        };
        let clock = |at: Option<jiff::Timestamp>| at.map(|at| times::clock_seconds(at, zone)).unwrap_or_default();
        let what = if wide { one.side.name() } else { short(one.side) };
        let mut pen = canvas.pen(body, nth);
        pen.skip(1).cell(&clock(one.made), TIME, theme.thread.time).cell(&clock(Some(one.found)), TIME, style);
        pen.cell(&clock(one.settled), TIME, theme.verdict.ok);
        let name = title(canvas, one.key);
        let mut pen = canvas.pen(body, nth);
        pen.skip(1 + 3 * TIME).cell(&name, 18, theme.panel.value).skip(1);
        pen.cell(what, if wide { 52 } else { 12 }, style).skip(1);
        pen.fit(&format!("{}  {}", one.words, one.id), theme.panel.value);
        chosen(canvas, body, nth, index);
    }
}

fn short(side: drift::Side) -> &'static str {
    match side {
        drift::Side::Missed => "missed",
        drift::Side::Offline => "offline",
        drift::Side::NotStored => "not stored",
    }
}

/// Messages that came more than once.
pub(super) fn repeats(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let theme = canvas.theme;
    let (messages, same) = state.traffic.repeats.counts();
    let words = if same > 0 {
        format!("{messages} messages came more than once, {same} of them by the same event twice")
    } else {
        format!("{messages} messages came more than once, none of them by the same event twice")
    };
    let style = if same > 0 { theme.verdict.warn } else { theme.verdict.ok };
    canvas.pen(area, 0).skip(1).fit(&words, style);
    let told = state.traffic.repeats.told();
    let body = super::below(area, 2);
    if told.is_empty() {
        return super::empty(
            canvas,
            body,
            "Every message came once. Here stands what came by several events or rooms.",
        );
    }
    let label = theme.panel.label;
    let mut pen = canvas.pen(super::below(area, 1), 0);
    pen.skip(1).cell("last", TIME, label).cell("conversation", 18, label).skip(1).cell_right("times", 5, label);
    pen.cell_right("within", 10, label).skip(1).cell("known by", 15, label).skip(1).fit("events", label);
    let (top, page) = window(told.len(), state.traffic.row, body);
    for (nth, (index, repeat)) in (0..body.height).zip(told.iter().rev().enumerate().skip(top).take(page)) {
        let style = if repeat.is_same_event_twice() { theme.verdict.warn } else { theme.panel.value };
        let last = repeat.comings.last().map(|coming| times::clock_seconds(coming.at, &state.settings.zone));
        let name = repeat.key.map(|key| title(canvas, key)).unwrap_or_default();
        let names: Vec<String> =
            repeat.names().iter().map(|(name, count)| format!("{} x{count}", Clean::line(name))).collect();
        let mut pen = canvas.pen(body, nth);
        pen.skip(1).cell(last.as_deref().unwrap_or_default(), TIME, theme.thread.time);
        pen.cell(&name, 18, theme.panel.value).skip(1).cell_right(&repeat.count.to_string(), 5, style);
        pen.cell_right(&times::took(repeat.span()), 10, theme.panel.value).skip(1);
        pen.cell(repeat.by.name(), 15, theme.screen.dim).skip(1);
        pen.fit(&format!("{}  {}", names.join(", "), repeat.what), style);
        chosen(canvas, body, nth, index);
    }
}

fn title(canvas: &Canvas<'_>, key: ConversationKey) -> Clean {
    canvas.state.inbox.get(key).map(Conversation::title).unwrap_or_default()
}

/// The first row that is shown, and how many are.
fn window(len: usize, row: usize, body: Rect) -> (usize, usize) {
    let page = usize::from(body.height);
    (layout::list_top(Some(row.min(len.saturating_sub(1))), len, page), page)
}

fn chosen(canvas: &mut Canvas<'_>, body: Rect, nth: u16, index: usize) {
    if index == canvas.state.traffic.row {
        let (mark, style) = (canvas.glyphs.selected, canvas.theme.panel.selected);
        canvas.tint(Rect { y: body.y + nth, height: 1, ..body }, style);
        canvas.pen(body, nth).put(mark, style);
    }
}

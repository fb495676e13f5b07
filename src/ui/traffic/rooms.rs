//! The rooms: what was sent for each, and what proves that it works.

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::app::times;
use crate::backend::RoomStage;
use crate::inspect::RoomRow;
use crate::text;
use crate::ui::Canvas;

/// Columns of a time.
const TIME: usize = 9;

/// Draws the heading and at most `most` rooms, the account's and those of the open conversation first; returns how many
/// rows it took.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, most: u16) -> u16 {
    let rows = ordered(canvas, usize::from(most));
    heading(canvas, area);
    let shown = rows.len().min(usize::from(most));
    for (nth, row) in (1..).zip(rows.into_iter().take(shown)) {
        room(canvas, area, nth, row);
    }
    1 + u16::try_from(shown).unwrap_or(most)
}

/// All rooms, scrolled, with what the columns mean.
pub(super) fn whole(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let rows = ordered(canvas, usize::MAX);
    heading(canvas, area);
    let mut foot = 0;
    if area.height >= 12 {
        let words = "wanted: it should be joined. emitted: the join was sent, with exactly this argument. acked: the server \
                     answered it; many never do. proved: an event came that only this room explains. After a reconnect \
                     every room is stale until it is joined anew.";
        let columns = usize::from(area.width.saturating_sub(2));
        let wrapped = text::wrap(words, columns);
        foot = u16::try_from(wrapped.len() + 1).unwrap_or(0);
        let place = Rect { y: area.bottom() - foot + 1, height: foot - 1, ..area };
        let dim = canvas.theme.screen.dim;
        for (nth, range) in (0..place.height).zip(wrapped) {
            canvas.pen(place, nth).skip(1).put(words.get(range).unwrap_or_default(), dim);
        }
    }
    let body = Rect { height: area.height.saturating_sub(foot), ..area };
    if rows.is_empty() {
        return super::empty(canvas, super::below(body, 1), "No room is wanted yet.");
    }
    let page = usize::from(body.height.saturating_sub(1));
    let top = state.traffic.row.min(rows.len().saturating_sub(page));
    for (nth, row) in (1..body.height).zip(rows.into_iter().skip(top)) {
        room(canvas, body, nth, row);
    }
}

fn ordered<'a>(canvas: &Canvas<'a>, most: usize) -> Vec<&'a RoomRow> {
    let state = canvas.state;
    let mut rows: Vec<&RoomRow> = state.rooms.rows().filter(|row| row.key.is_none()).collect();
    rows.extend(state.rooms.rows().filter(|row| row.key.is_some() && row.key == state.open));
    let first = rows.len();
    let others = state.rooms.rows().filter(|row| row.key.is_some() && row.key != state.open);
    rows.extend(others.take(most.saturating_sub(first)));
    rows
}

/// Columns of the name and of the join.
fn columns(area: Rect) -> (usize, usize) {
    let name = if area.width >= 140 { 24 } else { 14 };
    (name, usize::from(area.width).saturating_sub(name + 4 * TIME + 3).max(8))
}

fn heading(canvas: &mut Canvas<'_>, area: Rect) {
    let label = canvas.theme.panel.label;
    let all = canvas.state.rooms.rows().count();
    let (name, argument) = columns(area);
    let mut pen = canvas.pen(area, 0);
    let heading = if all == 1 { "1 room".to_owned() } else { format!("{all} rooms") };
    pen.skip(1).cell(&heading, name, label).skip(1).cell("join sent", argument, label);
    for name in ["wanted", "emitted", "acked", "proved"] {
        pen.cell_right(name, TIME, label);
    }
}

fn room(canvas: &mut Canvas<'_>, area: Rect, nth: u16, row: &RoomRow) {
    let state = canvas.state;
    let value = canvas.theme.panel.value;
    let label = canvas.theme.panel.label;
    let (name_width, argument) = columns(area);
    let name = match row.key {
        None => text::Clean::line("the account"),
        Some(key) => state.inbox.get(key).map_or_else(|| row.id.shown(), crate::chat::Conversation::title),
    };
    let emitted = if row.emitted.is_empty() { row.id.shown() } else { row.emitted.clone() };
    let word = stage_word(row.stage);
    let bad = matches!(row.stage, RoomStage::Refused | RoomStage::Stale);
    let bad_style = canvas.theme.verdict.bad;
    let ok_style = canvas.theme.verdict.ok;
    let nothing = canvas.glyphs.nothing;
    let mut pen = canvas.pen(area, nth);
    pen.skip(1).cell(&name, name_width, value).skip(1);
    match &row.note {
        Some(note) => pen.cell(note, argument, bad_style),
        None => pen.cell(&emitted, argument, value),
    };
    let clock = |at: Option<Timestamp>| {
        at.map_or_else(|| nothing.to_owned(), |at| times::clock_seconds(at, &state.settings.zone))
    };
    pen.cell_right(&clock(row.times.get(&RoomStage::Wanted).copied()), TIME, value);
    pen.cell_right(&clock(row.times.get(&RoomStage::Emitted).copied()), TIME, value);
    pen.cell_right(&clock(row.times.get(&RoomStage::Acknowledged).copied()), TIME, value);
    match (word, row.confirmed) {
        (Some(word), _) => pen.cell_right(word, TIME, if bad { bad_style } else { label }),
        (None, at @ Some(_)) => pen.cell_right(&clock(at), TIME, ok_style),
        (None, None) => pen.cell_right(nothing, TIME, value),
    };
}

/// What keeps a room from bringing anything, if something does.
fn stage_word(stage: RoomStage) -> Option<&'static str> {
    match stage {
        RoomStage::Wanted | RoomStage::Emitted | RoomStage::Acknowledged => None,
        RoomStage::Refused => Some("refused"),
        RoomStage::Stale => Some("stale"),
        RoomStage::Left => Some("left"),
    }
}

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

/// Draws the heading and at most `most` rooms; returns how many rows it took.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, most: u16) -> u16 {
    let state = canvas.state;
    let (label, value) = (canvas.theme.panel.label, canvas.theme.panel.value);
    // the account's room and those of the open conversation first
    let mut rows: Vec<&RoomRow> = state.rooms.rows().filter(|row| row.key.is_none()).collect();
    rows.extend(state.rooms.rows().filter(|row| row.key.is_some() && row.key == state.open));
    let first = rows.len();
    let others = state.rooms.rows().filter(|row| row.key.is_some() && row.key != state.open);
    rows.extend(others.take(usize::from(most).saturating_sub(first)));
    let all = state.rooms.rows().count();
    let name_width = if area.width >= 140 { 24 } else { 14 };
    let times_width = 4 * TIME;
    let argument = usize::from(area.width).saturating_sub(name_width + times_width + 3).max(8);
    let mut pen = canvas.pen(area, 0);
    let heading = if all == 1 { "1 room".to_owned() } else { format!("{all} rooms") };
    pen.skip(1).cell(&heading, name_width, label).skip(1).cell("join sent", argument, label);
    for name in ["wanted", "emitted", "acked", "proved"] {
        pen.cell_right(name, TIME, label);
    }
    let shown = rows.len().min(usize::from(most));
    for (nth, row) in (1..).zip(rows.into_iter().take(shown)) {
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
    1 + u16::try_from(shown).unwrap_or(most)
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

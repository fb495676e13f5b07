//! The details of the contact and the conversation, a line for each thing that is known.

use ratatui::layout::Rect;

use super::{Canvas, pane_heading, words};
use crate::app::details::{self, Detail};
use crate::app::layout::list_top;
use crate::app::{Focus, Under};
use crate::text;

/// Columns of the names of fields.
const LABEL: usize = 11;

/// One row of the pane.
struct Row<'a> {
    line: &'a Detail,
    /// The text in this row.
    words: &'a str,
    /// It is the first of its line.
    first: bool,
    /// The field among all fields.
    field: Option<usize>,
}

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let focused = state.focus == Focus::Details && state.panels.overlay.is_none();
    pane_heading(canvas, area, "Details", "", focused);
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let lines = details::lines(state);
    if lines.is_empty() {
        return words(canvas, area, "Nobody is selected", &[]);
    }
    let rows = rows(&lines, usize::from(area.width).saturating_sub(LABEL + 2).max(1));
    let page = usize::from(area.height);
    let last = details::fields(&lines).count().saturating_sub(1);
    let chosen = (state.focus == Focus::Details).then(|| state.panels.details_chosen.min(last));
    let top = match chosen {
        // from the first line on, so that the heading above it is seen too
        None | Some(0) => 0,
        Some(_) => list_top(rows.iter().rposition(|row| row.field == chosen), rows.len(), page),
    };
    let theme = canvas.theme;
    for (nth, row) in (0..area.height).zip(rows.iter().skip(top)) {
        let mut pen = canvas.pen(area, nth);
        pen.skip(1);
        match row.line {
            Detail::Blank => {}
            Detail::Heading(title) => _ = pen.put(title, theme.screen.title),
            Detail::Field(field) => {
                pen.cell(if row.first { field.name } else { "" }, LABEL, theme.panel.label);
                pen.put(row.words, if field.bad { theme.thread.failed } else { theme.panel.value });
            }
        }
        let whole = Rect { y: area.y + nth, height: 1, ..area };
        if let Some(field) = row.field {
            canvas.here(whole, Under::Detail(field));
        }
        if focused && row.field.is_some() && row.field == chosen {
            canvas.tint(whole, theme.panel.selected);
            let mark = canvas.glyphs.selected;
            canvas.pen(area, nth).put(mark, theme.panel.selected);
        }
    }
    let below = rows.len().saturating_sub(top + page);
    if below > 0 {
        super::more_below(canvas, area, below);
    }
}

fn rows(lines: &[Detail], columns: usize) -> Vec<Row<'_>> {
    let mut rows = Vec::with_capacity(lines.len() + 8);
    let mut fields = 0;
    for line in lines {
        let Detail::Field(field) = line else {
            rows.push(Row { line, words: "", first: true, field: None });
            continue;
        };
        for (nth, range) in text::wrap(&field.words, columns).into_iter().enumerate() {
            let words = field.words.get(range).unwrap_or_default();
            rows.push(Row { line, words, first: nth == 0, field: Some(fields) });
        }
        fields += 1;
    }
    rows
}

//! The keys in force and the marks, searchable.

use super::{boxed, typed};
use crate::app::help::{self, HelpLine};
use crate::text;
use crate::ui::Canvas;

/// Columns of the keys.
const KEYS: usize = 22;

pub(super) fn draw(canvas: &mut Canvas<'_>, search: &str, scroll: usize) {
    let lines = help::lines(canvas.state);
    let rows = u16::try_from(lines.len() + 1).unwrap_or(u16::MAX - 2);
    let inside = boxed(canvas, 100, rows.max(8), "Keys");
    let area = typed(canvas, inside, search, "type to search");
    let theme = canvas.theme;
    if lines.is_empty() {
        canvas.pen(area, 0).skip(1).put("Nothing matches.", theme.screen.dim);
    }
    let keys_width = KEYS.min(usize::from(area.width) / 3);
    let columns = usize::from(area.width).saturating_sub(keys_width + 5);
    let rows: Vec<Row<'_>> = lines.iter().enumerate().flat_map(|(nth, line)| rows_of(nth, line, columns)).collect();
    let page = usize::from(area.height);
    let first = rows.iter().position(|row| row.line >= scroll).unwrap_or(rows.len());
    let top = first.min(rows.len().saturating_sub(page));
    for (nth, row) in (0..area.height).zip(rows.iter().skip(top)) {
        let glyphs = canvas.glyphs;
        let mut pen = canvas.pen(area, nth);
        pen.skip(1);
        match row.what {
            HelpLine::Heading(title) => {
                pen.put(title, theme.screen.title);
            }
            HelpLine::Keys { keys, .. } => {
                let keys = if keys.is_empty() { glyphs.nothing } else { keys.as_str() };
                pen.skip(2).cell(if row.first { keys } else { "" }, keys_width, theme.panel.key).skip(1);
                pen.fit(row.words, theme.panel.value);
            }
            HelpLine::Mark(index) => {
                if let Some((mark, meaning)) = glyphs.explained().get(*index) {
                    pen.skip(2).put(mark, theme.panel.key).skip((keys_width + 1).saturating_sub(text::width(mark)));
                    pen.fit(meaning, theme.panel.value);
                }
            }
            HelpLine::Blank => {}
        }
    }
    let below = rows.len().saturating_sub(top + page);
    if below > 0 {
        crate::ui::more_below(canvas, area, below);
    }
}

/// A row of a line.
struct Row<'l> {
    line: usize,
    what: &'l HelpLine,
    words: &'static str,
    first: bool,
}

/// What an action does may take more than one row.
fn rows_of(line: usize, what: &HelpLine, columns: usize) -> Vec<Row<'_>> {
    match what {
        HelpLine::Keys { action, .. } => {
            let words = action.description();
            let parts = text::wrap(words, columns.max(1)).into_iter().enumerate();
            parts
                .map(|(nth, part)| Row { line, what, words: words.get(part).unwrap_or_default(), first: nth == 0 })
                .collect()
        }
        _ => vec![Row { line, what, words: "", first: true }],
    }
}

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
    let page = usize::from(area.height);
    let top = scroll.min(lines.len().saturating_sub(page));
    if lines.is_empty() {
        canvas.pen(area, 0).skip(1).put("Nothing matches.", theme.screen.dim);
    }
    let keys_width = KEYS.min(usize::from(area.width) / 3);
    for (nth, line) in (0..area.height).zip(lines.iter().skip(top)) {
        let glyphs = canvas.glyphs;
        let mut pen = canvas.pen(area, nth);
        pen.skip(1);
        match line {
            HelpLine::Heading(title) => {
                pen.put(title, theme.screen.title);
            }
            HelpLine::Keys { keys, action } => {
                let keys = if keys.is_empty() { glyphs.nothing } else { keys.as_str() };
                pen.skip(2).cell(keys, keys_width, theme.panel.key).skip(1);
                pen.fit(action.description(), theme.panel.value);
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
    let below = lines.len().saturating_sub(top + page);
    if below > 0 && area.height > 0 {
        let words = format!(" {} {below} more ", canvas.glyphs.down);
        let mut pen = canvas.pen(area, area.height - 1);
        let gap = pen.left().saturating_sub(text::width(&words) + 1);
        pen.skip(gap).put(&words, theme.thread.new_below);
    }
}

//! What may follow the keys typed so far, in a box above the last row; and what the composer offers, above it.

use ratatui::layout::Rect;

use super::{Canvas, pen};
use crate::app::{Focus, offered};
use crate::text;

/// Columns of one hint where not all of it fits.
const COLUMN: usize = 40;

/// The keys that can follow, in columns, each with what it does.
pub(super) fn keys(canvas: &mut Canvas<'_>) {
    let state = canvas.state;
    if state.pending_keys.is_empty() {
        return;
    }
    let bindings = state.keymap.continuations(canvas.context.stack(), &state.pending_keys);
    let hints: Vec<(String, &str)> = bindings
        .iter()
        .filter(|binding| offered(state, binding.action))
        .map(|binding| (binding.keys.to_string(), binding.action.description()))
        .collect();
    let over = canvas.rects.overlay;
    // whole words where there is room for them, else as many columns as fit
    let widest = hints.iter().map(|(keys, what)| text::width(keys) + text::width(what) + 4).max().unwrap_or(COLUMN);
    let whole = (usize::from(over.width) / widest.max(COLUMN)).clamp(1, hints.len().max(1));
    let few = hints.len().div_ceil(whole) <= usize::from(over.height / 2);
    let columns = if few { whole } else { (usize::from(over.width) / COLUMN).clamp(1, hints.len().max(1)) };
    let rows = hints.len().div_ceil(columns);
    let Some(area) = above(over, over.bottom(), over.x, over.width, rows) else { return };
    let theme = canvas.theme;
    pen::clear(canvas.buffer, area, theme.screen.text);
    let (rule, border) = (canvas.glyphs.rule, theme.screen.border_focused);
    canvas.pen(area, 0).fill(rule, 0, border);
    let width = usize::from(area.width) / columns;
    for (index, (keys, what)) in hints.iter().enumerate() {
        let nth = u16::try_from(1 + index % rows.max(1)).unwrap_or(u16::MAX);
        let mut pen = canvas.pen(area, nth);
        pen.skip(index / rows.max(1) * width + 1);
        let room = width.saturating_sub(text::width(keys) + 4);
        pen.put(keys, theme.panel.key).skip(1).fit_in(what, room, theme.panel.value);
    }
}

/// What the composer offers for the word before the cursor.
pub(super) fn completion(canvas: &mut Canvas<'_>) {
    let state = canvas.state;
    let Some(completion) = &state.composer.completion else { return };
    let Some(parts) = canvas.rects.composer_parts else { return };
    if state.focus != Focus::Composer || state.panels.overlay.is_some() {
        return;
    }
    let over = Rect { y: canvas.rects.overlay.y, ..parts.text };
    let Some(area) = above(over, parts.heading.y, over.x, over.width.min(64), completion.offers.len()) else { return };
    let theme = canvas.theme;
    pen::clear(canvas.buffer, area, theme.screen.text);
    let (rule, border) = (canvas.glyphs.rule, theme.screen.border_focused);
    let take = canvas.hint(crate::config::Action::Complete, "takes it");
    let leave = canvas.hint(crate::config::Action::Back, "leaves it");
    let words = [take, leave].join(canvas.glyphs.dot);
    canvas
        .pen(area, 0)
        .put(rule, border)
        .put(" ", border)
        .fit(&words, theme.screen.dim)
        .put(" ", border)
        .fill(rule, 0, border);
    for (nth, (index, offer)) in (1..area.height).zip(completion.offers.iter().enumerate()) {
        let chosen = index == completion.chosen;
        let mark = if chosen { canvas.glyphs.selected } else { " " };
        let mut pen = canvas.pen(area, nth);
        pen.put(mark, theme.panel.key);
        let label = if offer.detail.is_empty() { pen.left() } else { 18 };
        pen.cell(&offer.label, label, theme.panel.key).skip(1).fit(&offer.detail, theme.panel.value);
        if chosen {
            canvas.tint(Rect { y: area.y + nth, height: 1, ..area }, theme.panel.selected);
        }
    }
}

/// An area of so many rows and a rule, that ends above `bottom` and begins inside `over`.
fn above(over: Rect, bottom: u16, x: u16, width: u16, rows: usize) -> Option<Rect> {
    let height = u16::try_from(rows + 1).unwrap_or(u16::MAX).min(bottom.saturating_sub(over.y));
    (height > 1 && width > 0).then(|| Rect { x, y: bottom - height, width, height })
}

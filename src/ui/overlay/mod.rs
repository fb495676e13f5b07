//! What lies over the screen and takes all keys: help, prompts with what they find, questions, unrouted messages.

mod choice;
mod files;
mod help;
mod pick;
mod profiles;
mod prompt;
mod question;
mod queue;
mod search;
mod templates;
mod traffic;
mod unrouted;
mod welcome;

use ratatui::layout::Rect;

use super::{Canvas, pen};
use crate::app::picture::Shown;
use crate::app::{Overlay, State, Under, layout};
use crate::text;

pub(super) fn draw(canvas: &mut Canvas<'_>) {
    let state = canvas.state;
    let Some(overlay) = &state.panels.overlay else { return };
    // the cursor belongs to the overlay now, and so does the pointer
    canvas.cursor = None;
    canvas.here(canvas.rects.overlay, Under::Outside);
    match overlay {
        Overlay::Help { search, scroll } => help::draw(canvas, search, *scroll),
        Overlay::Palette { search, chosen } => prompt::palette(canvas, search, *chosen),
        Overlay::Views { search, chosen } => prompt::views(canvas, search, *chosen),
        Overlay::Welcome => welcome::draw(canvas),
        Overlay::Profiles { search, chosen } => profiles::draw(canvas, search, *chosen),
        Overlay::GoTo { search, chosen } => prompt::conversations(canvas, "Go to", search, *chosen),
        Overlay::Assign { index, search, chosen } => prompt::assign(canvas, *index, search, *chosen),
        Overlay::Replies { search, chosen } => choice::replies(canvas, search, *chosen),
        Overlay::Pick(pick) => pick::draw(canvas, pick),
        Overlay::Themes { choices, chosen, before } => choice::themes(canvas, choices, *chosen, before),
        Overlay::Links { links, chosen } => choice::links(canvas, links, *chosen),
        Overlay::Attach { typed, chosen, listing, problem } => {
            files::attach(canvas, typed, *chosen, listing.as_ref(), problem.as_ref());
        }
        Overlay::Templates { key, search, chosen } => templates::choose(canvas, *key, search, *chosen),
        Overlay::Template(form) => templates::fill(canvas, form),
        Overlay::React { key, message, search, chosen } => prompt::react(canvas, *key, message, search, *chosen),
        Overlay::Forward { text, search, chosen } => prompt::forward(canvas, text, search, *chosen),
        Overlay::Files { then, chosen } => files::choose(canvas, *then, *chosen),
        Overlay::Picture { title, shown } => files::picture(canvas, title, shown.as_ref()),
        Overlay::Ask { ask, typed } => choice::ask(canvas, ask, typed),
        Overlay::Sure { words, .. } => question::sure(canvas, words),
        Overlay::Paste { text } => question::paste(canvas, text),
        Overlay::Unrouted { chosen } => unrouted::draw(canvas, *chosen),
        Overlay::Menu { menu, chosen } => traffic::menu(canvas, menu, *chosen),
        Overlay::FilterEvents { search, .. } => traffic::filter(canvas, search),
        Overlay::TryJoin { id, shape } => question::try_join(canvas, id, *shape),
        Overlay::Quit { reason } => question::quit(canvas, reason),
        Overlay::Discard { client } => question::discard(canvas, client),
        Overlay::Queue { chosen } => queue::draw(canvas, *chosen),
        Overlay::Search { search, chosen, within, found } => {
            search::draw(canvas, search, *chosen, *within, found.as_ref());
        }
    }
}

/// Where a box with so much inside stands: in the middle of the screen, a little above it.
fn place(over: Rect, columns: u16, rows: u16) -> Rect {
    let width = columns.saturating_add(2).min(over.width);
    let height = rows.saturating_add(2).min(over.height);
    Rect { x: over.x + (over.width - width) / 2, y: over.y + (over.height - height) / 3, width, height }
}

/// Where the terminal paints the picture that it is to paint, if there is one.
pub(super) fn painted(state: &State) -> Option<Rect> {
    let Some(Overlay::Picture { shown: Some(Shown::ByTerminal { columns, rows }), .. }) = &state.panels.overlay else {
        return None;
    };
    let area = place(layout::rects(state).overlay, *columns, *rows);
    let inside = area.inner(ratatui::layout::Margin::new(1, 1));
    (inside.width == *columns && inside.height == *rows).then_some(inside)
}

/// Draws an empty box in the middle of the screen, a little above it, and returns its inside.
fn boxed(canvas: &mut Canvas<'_>, columns: u16, rows: u16, title: &str) -> Rect {
    let over = canvas.rects.overlay;
    let area = place(over, columns, rows);
    canvas.here(area, Under::Overlay);
    let (theme, glyphs) = (canvas.theme, canvas.glyphs);
    pen::clear(canvas.buffer, area, theme.screen.text);
    let border = theme.screen.border_focused;
    let [top_left, top_right, bottom_left, bottom_right] = glyphs.corners;
    let mut top = canvas.pen(area, 0);
    top.put(top_left, border).put(glyphs.rule, border).put(" ", border);
    let room = top.left().saturating_sub(2);
    top.fit_in(title, room, theme.screen.title).put(" ", border).fill(glyphs.rule, 1, border).put(top_right, border);
    for nth in 1..area.height.saturating_sub(1) {
        let mut row = canvas.pen(area, nth);
        row.put(glyphs.vertical, border);
        let gap = row.left().saturating_sub(1);
        row.skip(gap).put(glyphs.vertical, border);
    }
    if area.height > 1 {
        let mut bottom = canvas.pen(area, area.height - 1);
        bottom.put(bottom_left, border).fill(glyphs.rule, 1, border).put(bottom_right, border);
    }
    Rect { x: area.x + 1, y: area.y + 1, width: area.width.saturating_sub(2), height: area.height.saturating_sub(2) }
}

/// The line that is typed into, with the cursor behind it; returns what is left below.
fn typed(canvas: &mut Canvas<'_>, area: Rect, text: &str, placeholder: &str) -> Rect {
    let theme = canvas.theme;
    let prompt = canvas.glyphs.prompt;
    let shown = crate::app::writing::shown(text);
    // the end of what is typed stays in view
    let room = usize::from(area.width).saturating_sub(5).max(1);
    let mut from = 0;
    let mut over = text::width(&shown).saturating_sub(room);
    for (at, grapheme) in text::graphemes(&shown) {
        if over == 0 {
            break;
        }
        over = over.saturating_sub(text::grapheme_width(grapheme));
        from = at + grapheme.len();
    }
    let shown = shown.get(from..).unwrap_or_default();
    let mut pen = canvas.pen(area, 0);
    pen.skip(1).put(prompt, theme.composer.prompt).skip(1);
    let column = usize::from(pen.x - area.x) + text::width(shown);
    if shown.is_empty() {
        pen.fit(placeholder, theme.composer.placeholder);
    } else {
        pen.put(shown, theme.composer.text);
    }
    canvas.put_cursor(area, column, 0);
    Rect { y: area.y + area.height.min(1), height: area.height.saturating_sub(1), ..area }
}

/// Shows that a row is the chosen one; to be called for every row that can be chosen, which makes it clickable.
fn mark(canvas: &mut Canvas<'_>, area: Rect, nth: u16, chosen: bool) {
    canvas.line(Rect { y: area.y + nth, height: 1, ..area }, chosen);
    if chosen {
        let (mark, style) = (canvas.glyphs.selected, canvas.theme.panel.selected);
        canvas.tint(Rect { y: area.y + nth, height: 1, ..area }, style);
        canvas.pen(area, nth).skip(1).put(mark, style);
    }
}

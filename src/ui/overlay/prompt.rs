//! A line to type into with what it finds: commands, conversations.

use ratatui::layout::Rect;

use super::{boxed, mark, typed};
use crate::app::layout::list_top;
use crate::app::{Sort, update};
use crate::chat::{ConversationKey, Id};
use crate::text;
use crate::ui::Canvas;

/// Columns of prompts.
const COLUMNS: u16 = 76;
/// Rows of prompts, with the line that is typed into.
const ROWS: u16 = 18;

pub(super) fn palette(canvas: &mut Canvas<'_>, search: &str, chosen: usize) {
    let hits = update::palette_hits(canvas.state, search);
    let inside = boxed(canvas, COLUMNS, ROWS, "Commands");
    let area = typed(canvas, inside, search, "type to find a command");
    let theme = canvas.theme;
    let page = usize::from(area.height);
    let top = list_top(Some(chosen), hits.len(), page);
    if hits.is_empty() {
        nothing(canvas, area);
    }
    for (nth, (index, action)) in (0..area.height).zip(hits.iter().enumerate().skip(top)) {
        let keys = first_keys(canvas, *action);
        let mut pen = canvas.pen(area, nth);
        pen.skip(3);
        let room = pen.left().saturating_sub(text::width(&keys) + 3);
        pen.fit_in(action.description(), room, theme.panel.value);
        let gap = pen.left().saturating_sub(text::width(&keys) + 1);
        pen.skip(gap).put(&keys, theme.panel.key);
        mark(canvas, area, nth, index == chosen);
    }
}

/// The first two keys of an action, wherever they hold.
fn first_keys(canvas: &Canvas<'_>, action: crate::config::Action) -> String {
    let mut keys: Vec<String> = Vec::new();
    for binding in canvas.state.keymap.bindings().iter().filter(|binding| binding.action == action) {
        let written = binding.keys.to_string();
        if !keys.contains(&written) && keys.len() < 2 {
            keys.push(written);
        }
    }
    keys.join(", ")
}

pub(super) fn conversations(canvas: &mut Canvas<'_>, title: &str, search: &str, chosen: usize) {
    let inside = boxed(canvas, COLUMNS, ROWS, title);
    let area = typed(canvas, inside, search, "type a name or a phone");
    found(canvas, area, chosen);
}

/// The views of the list, with how many conversations each has.
pub(super) fn views(canvas: &mut Canvas<'_>, search: &str, chosen: usize) {
    let hits = update::view_hits(canvas.state, search);
    let rows = u16::try_from(hits.len() + 1).unwrap_or(ROWS).clamp(8, ROWS);
    let inside = boxed(canvas, 56, rows, "Views");
    let area = typed(canvas, inside, search, "type to find a view");
    let theme = canvas.theme;
    if hits.is_empty() {
        nothing(canvas, area);
    }
    let top = list_top(Some(chosen), hits.len(), usize::from(area.height));
    let current = canvas.state.inbox.view().name.clone();
    for (nth, (index, (view, count))) in (0..area.height).zip(hits.iter().enumerate().skip(top)) {
        let open = canvas.glyphs.open;
        let mut pen = canvas.pen(area, nth);
        pen.skip(2).put(if view.name == current { open } else { " " }, theme.panel.key);
        let sort = if view.sort == Sort::Latest { "" } else { view.sort.words() };
        let room = pen.left().saturating_sub(9 + text::width(sort));
        pen.cell(&view.name, room, theme.panel.value).skip(1);
        pen.put(sort, theme.screen.dim).cell_right(&count.to_string(), 7, theme.panel.key);
        mark(canvas, area, nth, index == chosen);
    }
}

/// Where an unrouted message belongs.
pub(super) fn assign(canvas: &mut Canvas<'_>, index: usize, search: &str, chosen: usize) {
    let theme = canvas.theme;
    let inside = boxed(canvas, COLUMNS, ROWS, "This message belongs to");
    let state = canvas.state;
    let message = state.unrouted.get(index).and_then(|unrouted| unrouted.message.as_ref());
    let words = message.map_or_else(|| "a message that could not be read".to_owned(), |m| m.preview().to_string());
    canvas.pen(inside, 0).skip(1).fit(&words, theme.thread.inbound);
    let below = Rect { y: inside.y + inside.height.min(1), height: inside.height.saturating_sub(1), ..inside };
    let area = typed(canvas, below, search, "type a name or a phone");
    found(canvas, area, chosen);
}

/// Into whose notes a message is put.
pub(super) fn forward(canvas: &mut Canvas<'_>, text: &str, search: &str, chosen: usize) {
    let theme = canvas.theme;
    let inside = boxed(canvas, COLUMNS, ROWS, "Put this into a note about");
    canvas.pen(inside, 0).skip(1).fit(&text::Clean::line(text), theme.thread.inbound);
    let below = Rect { y: inside.y + inside.height.min(1), height: inside.height.saturating_sub(1), ..inside };
    let area = typed(canvas, below, search, "type a name or a phone");
    found(canvas, area, chosen);
}

/// Emoji to react with.
pub(super) fn react(canvas: &mut Canvas<'_>, key: ConversationKey, message: &Id, search: &str, chosen: usize) {
    let state = canvas.state;
    let theme = canvas.theme;
    let hits = update::reactions_offered(state, key, message, search);
    let inside = boxed(canvas, 44, 15, "React with");
    let area = typed(canvas, inside, search, "an emoji, or its name: thumbs");
    if hits.is_empty() {
        nothing(canvas, area);
    }
    let top = list_top(Some(chosen), hits.len(), usize::from(area.height));
    for (nth, (index, (emoji, name))) in (0..area.height).zip(hits.iter().enumerate().skip(top)) {
        let mut pen = canvas.pen(area, nth);
        pen.skip(3).cell(emoji, 3, theme.thread.reaction).fit(name, theme.panel.value);
        mark(canvas, area, nth, index == chosen);
    }
}

fn found(canvas: &mut Canvas<'_>, area: Rect, chosen: usize) {
    let state = canvas.state;
    let theme = canvas.theme;
    let hits = &state.panels.hits;
    if hits.is_empty() {
        nothing(canvas, area);
    }
    let top = list_top(Some(chosen), hits.len(), usize::from(area.height));
    for (nth, (index, key)) in (0..area.height).zip(hits.iter().enumerate().skip(top)) {
        let Some(row) = state.inbox.get(*key) else { continue };
        let mut pen = canvas.pen(area, nth);
        pen.skip(3).cell(&row.title(), 24, theme.list.name).skip(1);
        let phone = row.phone.as_ref().map(crate::chat::Phone::shown).unwrap_or_default();
        pen.cell(&phone, 16, theme.screen.dim).skip(1);
        let columns = state.when_columns() + 1;
        let room = pen.left().saturating_sub(columns + 1);
        pen.cell(row.preview.as_deref().unwrap_or_default(), room, theme.list.preview);
        let time = row.last_at.map(|at| state.when(at)).unwrap_or_default();
        pen.cell_right(&time, columns, theme.list.time);
        mark(canvas, area, nth, index == chosen);
    }
}

fn nothing(canvas: &mut Canvas<'_>, area: Rect) {
    let style = canvas.theme.screen.dim;
    canvas.pen(area, 0).skip(3).put("Nothing matches.", style);
}

//! Pure draw functions: State to Frame. One file a pane; no I/O, no state of their own.
//!
//! Everything is placed by [`crate::app::layout`] and written by a `pen`, which keeps to its place. Texts from
//! outside come as [`Clean`](crate::text::Clean); what else is not ours is cleaned where it is drawn.

mod composer;
mod details;
mod footer;
mod glyphs;
mod heading;
mod hints;
mod list;
mod overlay;
mod pen;
mod status;
mod thread;
mod traffic;

#[cfg(test)]
pub(crate) mod tests;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::app::layout::{self, Rects};
use crate::app::{Divider, Focus, State, Under, update};
use crate::config::{Action, Context, Theme};

pub use glyphs::Glyphs;
use pen::Pen;

/// What every pane draws with.
struct Canvas<'a> {
    state: &'a State,
    theme: &'a Theme,
    glyphs: &'static Glyphs,
    rects: Rects,
    buffer: &'a mut Buffer,
    /// Where the terminal's cursor stands, if anything is typed.
    cursor: Option<Position>,
    /// What keys mean to what is drawn now: the pane with the focus, then what lies over it.
    context: Context,
    /// Where somebody points, while that is asked.
    pointer: Option<Pointer>,
}

/// A place on the screen, and what was drawn there last.
struct Pointer {
    at: Position,
    under: Option<Under>,
    /// Lines of the overlay so far, the one that is pointed at, the chosen one.
    lines: (isize, Option<isize>, Option<isize>),
}

impl Canvas<'_> {
    /// What is drawn here is that; what is drawn over it later counts more.
    fn here(&mut self, area: Rect, under: Under) {
        if let Some(pointer) = self.pointer.as_mut().filter(|pointer| area.contains(pointer.at)) {
            pointer.under = Some(under);
        }
    }

    /// What is drawn here is a line of an overlay that can be chosen. To be called for each, in their order.
    fn line(&mut self, area: Rect, chosen: bool) {
        let Some(pointer) = &mut self.pointer else { return };
        let (count, pointed, was) = &mut pointer.lines;
        if area.contains(pointer.at) {
            *pointed = Some(*count);
        }
        if chosen {
            *was = Some(*count);
        }
        *count += 1;
    }

    /// A pen in row `nth` of an area.
    fn pen(&mut self, area: Rect, nth: u16) -> Pen<'_> {
        Pen::new(self.buffer, self.glyphs, area, nth)
    }

    /// Lays a style over an area without touching what is written there.
    fn tint(&mut self, area: Rect, style: Style) {
        self.buffer.set_style(area, style);
    }

    /// Puts the terminal's cursor at a column of an area's row, if it is inside.
    fn put_cursor(&mut self, area: Rect, column: usize, row: usize) {
        let x = area.x.saturating_add(u16::try_from(column).unwrap_or(u16::MAX));
        let y = area.y.saturating_add(u16::try_from(row).unwrap_or(u16::MAX));
        let position = Position { x: x.min(area.right().saturating_sub(1)), y };
        if area.contains(position) {
            self.cursor = Some(position);
        }
    }

    /// The first key that does something where keys go now, as people write it.
    fn key(&self, action: Action) -> Option<String> {
        self.key_in(self.context, action)
    }

    /// The same for what has the focus then.
    fn key_in(&self, context: Context, action: Action) -> Option<String> {
        self.state.keymap.keys_for(action, context.stack()).next().map(|keys| keys.to_string())
    }

    /// `key does what`, or `does what` where no key does.
    fn hint(&self, action: Action, what: &str) -> String {
        self.hint_in(self.context, action, what)
    }

    /// The same for what has the focus then.
    fn hint_in(&self, context: Context, action: Action, what: &str) -> String {
        self.key_in(context, action).map_or_else(|| what.to_owned(), |key| format!("{key} {what}"))
    }
}

/// Draws the whole screen. Reads nothing but the state; never fails, whatever the size.
pub fn draw(state: &State, frame: &mut Frame<'_>) {
    let cursor = draw_into(state, frame.buffer_mut());
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

/// Where the terminal itself paints a picture over what was drawn, if there is one.
pub fn picture(state: &State) -> Option<Rect> {
    overlay::painted(state)
}

/// What stands at a place of the screen: found by drawing it, so that it is what the user sees.
pub fn under(state: &State, column: u16, row: u16) -> Option<Under> {
    let mut buffer = Buffer::empty(Rect::new(0, 0, state.size.0, state.size.1));
    let at = Position::new(column, row);
    let mut pointer = Some(Pointer { at, under: None, lines: (0, None, None) });
    paint(state, &mut buffer, &mut pointer);
    let pointer = pointer?;
    match pointer.lines {
        (_, Some(pointed), Some(chosen)) => Some(Under::Line(pointed - chosen)),
        _ => pointer.under,
    }
}

/// Draws into a buffer and returns where the cursor stands, if anything is typed.
pub fn draw_into(state: &State, buffer: &mut Buffer) -> Option<Position> {
    paint(state, buffer, &mut None)
}

fn paint(state: &State, buffer: &mut Buffer, pointer: &mut Option<Pointer>) -> Option<Position> {
    let screen = buffer.area;
    let theme = &*state.theme;
    let glyphs = Glyphs::of(state.settings.ascii);
    if theme.screen.text.bg.is_some() {
        buffer.set_style(screen, theme.screen.text);
    }
    let rects = layout::rects(state);
    let context = match state.focus {
        Focus::List => Context::List,
        Focus::Thread => Context::Thread,
        Focus::Composer => Context::Composer,
        Focus::Filter => Context::Prompt,
        Focus::Details => Context::Details,
        Focus::Traffic => Context::Traffic,
    };
    let asked = pointer.take();
    let mut canvas = Canvas { state, theme, glyphs, rects, buffer, cursor: None, context, pointer: asked };
    // a frame that is not of the size that the state knows is about to be drawn again
    if rects.too_small || screen.intersection(rects.screen) != rects.screen {
        too_small(&mut canvas, screen);
        return None;
    }
    status::draw(&mut canvas);
    let panes = [
        (rects.list, Focus::List),
        (rects.thread_heading, Focus::Thread),
        (rects.thread, Focus::Thread),
        (rects.composer, Focus::Composer),
        (rects.details, Focus::Details),
        (rects.traffic, Focus::Traffic),
    ];
    for (area, focus) in panes {
        canvas.here(area.unwrap_or_default(), Under::Pane(focus));
    }
    if let Some(parts) = rects.list_parts {
        list::draw(&mut canvas, &parts);
    }
    if let Some(area) = rects.thread_heading {
        heading::draw(&mut canvas, area);
    }
    if let Some(area) = rects.thread {
        thread::draw(&mut canvas, area);
    }
    if let Some(parts) = rects.composer_parts {
        composer::draw(&mut canvas, &parts);
    }
    if let Some(area) = rects.details {
        details::draw(&mut canvas, area);
    }
    for (area, divider) in rects.separators.into_iter().zip([Divider::List, Divider::Details]) {
        if let Some(area) = area {
            separator(&mut canvas, area);
            canvas.here(area, Under::Divider(divider));
        }
    }
    if let Some(area) = rects.traffic {
        traffic::draw(&mut canvas, area);
    }
    canvas.context = update::context(state);
    footer::draw(&mut canvas);
    hints::completion(&mut canvas);
    overlay::draw(&mut canvas);
    hints::keys(&mut canvas);
    *pointer = canvas.pointer;
    canvas.cursor
}

fn too_small(canvas: &mut Canvas<'_>, screen: Rect) {
    let (columns, rows) = (layout::LEAST_COLUMNS, layout::LEAST_ROWS);
    let style = canvas.theme.screen.warning;
    canvas.pen(screen, 0).put("too small", style);
    let words = format!("needs {columns}x{rows}, has {}x{}", screen.width, screen.height);
    let style = canvas.theme.screen.text;
    canvas.pen(screen, 1).put(&words, style);
}

fn separator(canvas: &mut Canvas<'_>, area: Rect) {
    let style = canvas.theme.screen.border;
    let (tee, vertical) = (canvas.glyphs.tee, canvas.glyphs.vertical);
    for nth in 0..area.height {
        canvas.pen(area, nth).put(if nth == 0 { tee } else { vertical }, style);
    }
}

/// The first row of a pane: its title in a rule that is heavy while it has the focus; `right` stands at its end.
fn pane_heading(canvas: &mut Canvas<'_>, area: Rect, title: &str, right: &str, focused: bool) {
    let theme = canvas.theme;
    let border = if focused { theme.screen.border_focused } else { theme.screen.border };
    let rule = if focused { canvas.glyphs.heavy } else { canvas.glyphs.rule };
    let room = if right.is_empty() { 1 } else { crate::text::width(right) + 3 };
    let title_style = if focused { theme.screen.title } else { theme.screen.text };
    let mut pen = canvas.pen(area, 0);
    pen.put(rule, border).put(" ", border);
    let columns = pen.left().saturating_sub(room + 1);
    pen.fit_in(title, columns, title_style).put(" ", border);
    if right.is_empty() {
        pen.fill(rule, 0, border);
    } else {
        pen.fill(rule, room, border).put(" ", border).fit(right, theme.screen.dim);
        pen.put(" ", border).fill(rule, 0, border);
    }
}

/// How many rows are further down, at the end of an area's last row.
fn more_below(canvas: &mut Canvas<'_>, area: Rect, count: usize) {
    let words = format!(" {} {count} more ", canvas.glyphs.down);
    let style = canvas.theme.thread.new_below;
    let Some(last) = area.height.checked_sub(1) else { return };
    let mut pen = canvas.pen(area, last);
    let gap = pen.left().saturating_sub(crate::text::width(&words) + 1);
    pen.skip(gap).put(&words, style);
}

/// Words in the middle of an empty pane, wrapped, the first paragraph as a heading.
fn words(canvas: &mut Canvas<'_>, area: Rect, heading: &str, paragraphs: &[String]) {
    let columns = usize::from(area.width.saturating_sub(4)).min(64);
    if columns == 0 || area.height == 0 {
        return;
    }
    let theme = canvas.theme;
    let mut lines: Vec<(String, Style)> = Vec::new();
    for range in crate::text::wrap(heading, columns) {
        lines.push((heading.get(range).unwrap_or_default().to_owned(), theme.screen.title));
    }
    for paragraph in paragraphs {
        if usize::from(area.height) > lines.len() + 3 {
            lines.push((String::new(), theme.screen.text));
        }
        for range in crate::text::wrap(paragraph, columns) {
            lines.push((paragraph.get(range).unwrap_or_default().to_owned(), theme.screen.dim));
        }
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top = area.height.saturating_sub(height) / 3;
    let inside = Rect { y: area.y + top, height: area.height - top, ..area };
    for (nth, (line, style)) in (0..inside.height).zip(&lines) {
        canvas.pen(inside, nth).skip(2).put(line, *style);
    }
}

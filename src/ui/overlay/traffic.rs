//! Choices of the traffic panel, and the line for its filter.

use ratatui::layout::Rect;

use super::{boxed, typed};
use crate::app::traffic::{self, Menu};
use crate::app::{layout, update};
use crate::inspect::filter;
use crate::text::{self, Clean};
use crate::ui::Canvas;

/// Lines to choose from.
pub(super) fn menu(canvas: &mut Canvas<'_>, menu: &Menu, chosen: usize) {
    let lines = update::menu_lines(canvas.state, menu);
    let title = match menu {
        Menu::Export => {
            let events = traffic::shown(canvas.state).len();
            format!("Write {events} events to a file")
        }
        Menu::Inject => "Put an event in, or try a join".to_owned(),
        Menu::Use { pointer, event } => format!("{} of {} is", Clean::line(pointer), Clean::line(event)),
    };
    let widest = lines.iter().map(|line| text::width(line)).max().unwrap_or(0).max(text::width(&title) + 4);
    let columns = u16::try_from(widest + 4).unwrap_or(u16::MAX);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let inside = boxed(canvas, columns, rows, &title);
    let theme = canvas.theme;
    let top = layout::list_top(Some(chosen), lines.len(), usize::from(inside.height));
    for (nth, (index, line)) in (0..inside.height).zip(lines.iter().enumerate().skip(top)) {
        canvas.pen(inside, nth).skip(2).fit(line, theme.panel.value);
        canvas.line(Rect { y: inside.y + nth, height: 1, ..inside }, index == chosen);
        if index == chosen {
            let mark = canvas.glyphs.selected;
            canvas.tint(Rect { y: inside.y + nth, height: 1, ..inside }, theme.panel.selected);
            canvas.pen(inside, nth).put(mark, theme.panel.selected);
        }
    }
}

/// The filter is typed.
pub(super) fn filter(canvas: &mut Canvas<'_>, search: &str) {
    const COLUMNS: u16 = 76;
    let columns = usize::from(COLUMNS.min(canvas.rects.overlay.width.saturating_sub(2))).saturating_sub(2);
    let help = text::wrap(filter::HELP, columns);
    let rows = u16::try_from(help.len() + 1).unwrap_or(4);
    let inside = boxed(canvas, COLUMNS, rows, "Show only events with");
    let area = typed(canvas, inside, search, "everything");
    let dim = canvas.theme.screen.dim;
    for (nth, range) in (0..area.height).zip(help) {
        canvas.pen(area, nth).skip(1).put(filter::HELP.get(range).unwrap_or_default(), dim);
    }
}

//! What is done to conversations, to choose from: agents, labels, priorities, times.

use super::{boxed, mark, typed};
use crate::app::layout::list_top;
use crate::app::{Loading, Pick, PickLine, Picking, pick, times};
use crate::text;
use crate::ui::Canvas;

/// Columns of the choice.
const COLUMNS: u16 = 60;
/// Rows of the choice, with the line that is typed into.
const ROWS: u16 = 16;

pub(super) fn draw(canvas: &mut Canvas<'_>, open: &Pick) {
    let state = canvas.state;
    let lines = pick::lines(state, open);
    let (title, hint) = match open.what {
        Picking::Agent => ("Assign", "type a name"),
        Picking::Labels => ("Labels of", "type to find a label, or a new one"),
        Picking::Priority => ("Priority of", "type to find one"),
        Picking::Snooze => ("Snooze", "or type: 45m, 17:30, fri 10:00, 2026-12-24 9:00"),
    };
    let whose = match open.keys.as_slice() {
        [one] => state.inbox.get(*one).map(|row| row.title().to_string()).unwrap_or_default(),
        several => times::counted(several.len(), "conversation"),
    };
    let loading = open.what.catalogue().map(|catalogue| state.catalogues.loading(catalogue));
    let trouble = match loading {
        Some(Loading::Asked) => Some("fetching the list…".to_owned()),
        Some(Loading::Failed(why)) => Some(format!("the list did not come: {why}")),
        _ => None,
    };
    let rows = u16::try_from(lines.len() + 1 + usize::from(trouble.is_some())).unwrap_or(ROWS).clamp(7, ROWS);
    let inside = boxed(canvas, COLUMNS, rows, &format!("{title} {whose}"));
    let mut area = typed(canvas, inside, &open.search, hint);
    let theme = canvas.theme;
    if let Some(trouble) = trouble {
        canvas.pen(area, 0).skip(3).fit(&trouble, theme.screen.dim);
        area.y += area.height.min(1);
        area.height = area.height.saturating_sub(1);
    } else if lines.is_empty() {
        canvas.pen(area, 0).skip(3).put("Nothing matches.", theme.screen.dim);
    }
    let top = list_top(Some(open.chosen), lines.len(), usize::from(area.height));
    for (nth, (index, line)) in (0..area.height).zip(lines.iter().enumerate().skip(top)) {
        let PickLine { words, detail, have, .. } = line;
        let mut pen = canvas.pen(area, nth);
        pen.skip(3);
        if let Some(have) = have {
            let on = match *have {
                0 => "[ ] ",
                have if have == open.keys.len() => "[x] ",
                _ => "[-] ",
            };
            pen.put(on, theme.panel.key);
        }
        let room = pen.left().saturating_sub(text::width(detail) + 2);
        pen.fit_in(words, room, theme.panel.value);
        let gap = pen.left().saturating_sub(text::width(detail) + 1);
        pen.skip(gap).fit(detail, theme.screen.dim);
        mark(canvas, area, nth, index == open.chosen);
    }
}

//! What waits to be sent, in all conversations, each with its reason.

use ratatui::layout::Rect;

use super::boxed;
use crate::app::layout::list_top;
use crate::app::outbox::{Fate, Waits};
use crate::app::writing;
use crate::ui::Canvas;

/// Rows of each: its text, and why it waits.
const EACH: u16 = 2;

pub(super) fn draw(canvas: &mut Canvas<'_>, chosen: usize) {
    let state = canvas.state;
    let theme = canvas.theme;
    let items = state.outbox.items();
    let rows = u16::try_from(items.len()).unwrap_or(u16::MAX / EACH).saturating_mul(EACH).clamp(EACH, 24);
    let inside = boxed(canvas, 90, rows, "Waiting to be sent");
    if items.is_empty() {
        canvas.pen(inside, 0).skip(1).put("Nothing.", theme.screen.dim);
    }
    let page = usize::from(inside.height / EACH).max(1);
    let top = list_top(Some(chosen), items.len(), page);
    for (nth, (index, item)) in (0..).zip(items.iter().enumerate().skip(top).take(page)) {
        let area = Rect { y: inside.y + nth * EACH, height: EACH, ..inside }.intersection(inside);
        let name = state.inbox.get(item.key).map(crate::chat::Conversation::title);
        let time = state.clock(item.written);
        let mut pen = canvas.pen(area, 0);
        pen.skip(3).put(&time, theme.thread.time).skip(1);
        pen.cell(name.as_deref().unwrap_or("?"), 20, theme.list.name).skip(1);
        let words = match item.enclosed {
            Some(_) => item.content().preview().to_string(),
            None => writing::shown(&item.text.replace('\n', " ")),
        };
        pen.fit(&words, theme.thread.outbound);
        let stage = match (item.fate, item.waits) {
            (Fate::Sending, _) => "on its way",
            (Fate::Elsewhere, _) => "on its way from another window",
            (Fate::Unconfirmed, _) => "not confirmed, it may have been sent",
            (Fate::Queued, Some(Waits::Agent)) => "waits for you",
            (Fate::Queued, Some(Waits::Backend)) => "waits for the backend",
            (Fate::Queued, Some(Waits::Look)) => "waits until its conversation was looked at",
            (Fate::Queued, None) => "waits for its turn",
        };
        let dot = canvas.glyphs.dot;
        let mut pen = canvas.pen(area, 1);
        pen.skip(9).put(stage, theme.status.queued);
        if let Some(note) = &item.note {
            pen.put(dot, theme.screen.dim).fit(note, theme.screen.dim);
        }
        canvas.line(area, index == chosen);
        if index == chosen {
            canvas.tint(area, theme.panel.selected);
            let mark = canvas.glyphs.selected;
            canvas.pen(area, 0).skip(1).put(mark, theme.panel.selected);
        }
    }
}

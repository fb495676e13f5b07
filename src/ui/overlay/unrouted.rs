//! The messages that could not be routed, each with its reason.

use ratatui::layout::Rect;

use super::boxed;
use crate::app::layout::list_top;
use crate::text;
use crate::ui::Canvas;

/// Rows of each message: what it says, and why it is here.
const EACH: u16 = 2;

pub(super) fn draw(canvas: &mut Canvas<'_>, chosen: usize) {
    let state = canvas.state;
    let theme = canvas.theme;
    let count = state.unrouted.len();
    let rows = u16::try_from(count).unwrap_or(u16::MAX / EACH).saturating_mul(EACH).clamp(EACH, 24);
    let inside = boxed(canvas, 90, rows, "Messages that found no conversation");
    if count == 0 {
        canvas.pen(inside, 0).skip(1).put("None.", theme.screen.dim);
    }
    let page = usize::from(inside.height / EACH).max(1);
    let top = list_top(Some(chosen), count, page);
    for (nth, (index, unrouted)) in (0..).zip(state.unrouted.iter().enumerate().skip(top).take(page)) {
        let area = Rect { y: inside.y + nth * EACH, height: EACH, ..inside }.intersection(inside);
        let from = unrouted.message.as_ref().and_then(|message| message.sender.clone());
        let from = from.or_else(|| unrouted.evidence.phone.as_ref().map(crate::chat::Phone::shown));
        let words = match &unrouted.message {
            Some(message) => message.preview(),
            None => text::Clean::line("a message that could not be read"),
        };
        let time = canvas.state.clock(unrouted.received);
        let mut pen = canvas.pen(area, 0);
        pen.skip(3).put(&time, theme.thread.time).skip(1);
        pen.cell(from.as_deref().unwrap_or("?"), 16, theme.thread.inbound_name).skip(1);
        pen.fit(&words, theme.thread.inbound);
        canvas.pen(area, 1).skip(9).fit(&unrouted.reason, theme.list.unrouted);
        if index == chosen {
            canvas.tint(area, theme.panel.selected);
            let mark = canvas.glyphs.selected;
            canvas.pen(area, 0).skip(1).put(mark, theme.panel.selected);
        }
    }
}

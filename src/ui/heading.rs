//! The open conversation in one line: who, by which channel, where it stands, and how long one may write freely.

use ratatui::layout::Rect;

use super::{Canvas, pane_heading};
use crate::app::details::{CHANNEL, window_words};
use crate::app::rows::status_word;
use crate::app::{Focus, here, snooze, times};

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let focused = state.focus == Focus::Thread && state.panels.overlay.is_none();
    let Some(row) = state.open.and_then(|key| state.inbox.get(key)) else {
        return pane_heading(canvas, area, "Conversation", "", focused);
    };
    let dot = canvas.glyphs.dot;
    let typing = state.open_thread().is_some_and(|view| view.typing.is_some());
    let name = row.title();
    let assignee = row.assignee.as_deref().map(|name| if state.inbox.me().is(name) { "you" } else { name });
    let here = here::words(state, row.key);
    let snoozed = row.snoozed_until.filter(|_| row.status == crate::chat::Status::Snoozed);
    let snoozed = snoozed.map(|at| format!("until {}", snooze::when(at, state.now, &state.settings.zone)));
    let wait = state.inbox.wait(row.key).since();
    let wait = wait.map(|since| format!("waits {}", times::minutes(state.now.duration_since(since))));
    let window = window_words(state, row);
    let mut parts = vec![name.as_str()];
    parts.extend(typing.then_some("typing"));
    parts.extend(here.as_deref());
    parts.extend([CHANNEL, status_word(&row.status)]);
    parts.extend(snoozed.as_deref());
    parts.extend(assignee);
    parts.extend(wait.as_deref());
    parts.push(&window);
    // where there is little room, what always stands there gives way to what changes
    let room = usize::from(area.width).saturating_sub(6);
    for always in [CHANNEL, "open"] {
        if crate::text::width(&parts.join(dot)) > room {
            parts.retain(|part| *part != always);
        }
    }
    let title = parts.join(dot);
    let cached = state.open_thread().is_some_and(|view| view.cached);
    let right = if cached { super::list::cached(state, state.keep.as_of) } else { String::new() };
    pane_heading(canvas, area, &title, &right, focused);
}

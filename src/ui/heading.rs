//! The open conversation in one line: who, by which channel, where it stands, and how long one may write freely.

use ratatui::layout::Rect;

use super::{CHANNEL, Canvas, pane_heading};
use crate::app::{Focus, State, times};
use crate::chat::window::{Window, service_window};
use crate::chat::{Conversation, Status};

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let focused = state.focus == Focus::Thread && state.panels.overlay.is_none();
    let Some(row) = state.open.and_then(|key| state.inbox.get(key)) else {
        return pane_heading(canvas, area, "Conversation", "", focused);
    };
    let dot = canvas.glyphs.dot;
    let typing = state.open_thread().is_some_and(|view| view.typing.is_some());
    let mut title = row.title().to_string();
    let mut add = |part: &str| {
        title.push_str(dot);
        title.push_str(part);
    };
    if typing {
        add("typing");
    }
    add(CHANNEL);
    add(status_word(&row.status));
    if let Some(assignee) = &row.assignee {
        add(if state.inbox.me().is(assignee) { "you" } else { assignee });
    }
    if let Some(since) = state.inbox.wait(row.key).since() {
        add(&format!("waits {}", times::span(state.now.duration_since(since))));
    }
    add(&window_words(state, row));
    let cached = state.open_thread().is_some_and(|view| view.cached);
    let right = if cached { super::list::cached(state, state.keep.as_of) } else { String::new() };
    pane_heading(canvas, area, &title, &right, focused);
}

/// Where a conversation stands, in one word.
pub(super) fn status_word(status: &Status) -> &str {
    match status {
        Status::Open => "open",
        Status::Pending => "pending",
        Status::Snoozed => "snoozed",
        Status::Resolved => "resolved",
        Status::Other(word) => word,
    }
}

/// The service window of a conversation, from what its row and its thread know of the customer's last message.
pub(super) fn window(state: &State, row: &Conversation) -> Window {
    let seen = state.threads.get(row.key).and_then(|view| view.thread.newest_inbound_at());
    service_window(row.last_inbound_at.max(seen), state.now)
}

/// The window in a few words.
pub(super) fn window_words(state: &State, row: &Conversation) -> String {
    let length = |left: std::time::Duration| jiff::SignedDuration::try_from(left).map(times::span).unwrap_or_default();
    match window(state, row) {
        Window::Open { left } => format!("{} left", length(left)),
        Window::Closing { left } => format!("closes in {}", length(left)),
        Window::Expired { since } => format!("window closed {} ago", times::span(state.now.duration_since(since))),
        Window::Unknown => "window ?".to_owned(),
    }
}

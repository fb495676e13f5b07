//! When something counts as read: the terminal has the focus, the thread is open, and its end is in view.

use std::time::Duration;

use jiff::SignedDuration;

use super::{Effect, State, say, target, title_of};
use crate::app::msg::Timer;
use crate::app::state::TrafficSize;
use crate::app::{layout, rows};
use crate::backend::{Command, RestError};
use crate::chat::ConversationKey;

/// The backend is told at most this often per conversation.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// What the backend was told of one conversation.
#[derive(Debug, Default)]
pub struct Telling {
    in_flight: bool,
    again: bool,
    timer: bool,
    last: Option<jiff::Timestamp>,
}

/// Whether the end of the open thread is before the user's eyes.
pub(super) fn in_view(state: &State, key: ConversationKey) -> bool {
    let somebody = match state.terminal_focused {
        Some(has) => has,
        None => state.last_key.is_some_and(|at| state.now.duration_since(at) < state.settings.presence),
    };
    somebody
        && state.front
        && state.open == Some(key)
        && state.panels.overlay.is_none()
        && state.panels.traffic != TrafficSize::Full
        && layout::rects(state).thread.is_some()
        && state.threads.get(key).is_some_and(|view| rows::end_visible(state, view))
}

/// Looks whether the open conversation has just been read, and if so says so.
pub(super) fn look(state: &mut State, out: &mut Vec<Effect>) {
    let Some(key) = state.open else { return };
    if state.inbox.get(key).is_none_or(|row| row.unread == 0) || !in_view(state, key) {
        return;
    }
    state.inbox.change(key, |row| row.unread = 0);
    if let Some(view) = state.threads.get_mut(key) {
        view.below = 0;
    }
    state.dirty = true;
    if !state.settings.mark_read {
        return;
    }
    let telling = state.telling.entry(key).or_default();
    let recently = telling.last.is_some_and(|at| state.now.duration_since(at) < SignedDuration::from_secs(1));
    if telling.in_flight {
        telling.again = true;
    } else if recently {
        if !telling.timer {
            telling.timer = true;
            out.push(Effect::Wake { after: TELL_EVERY, timer: Timer::MarkRead(key) });
        }
    } else {
        tell(state, key, out);
    }
}

/// Tells the backend that a conversation was read.
pub(super) fn tell(state: &mut State, key: ConversationKey, out: &mut Vec<Effect>) {
    let Some(target) = target(state, key) else { return };
    let last = state.threads.get(key).and_then(|view| view.thread.last().and_then(|message| message.ids.id.clone()));
    let telling = state.telling.entry(key).or_default();
    *telling = Telling { in_flight: true, again: false, timer: false, last: Some(state.now) };
    out.push(Effect::Backend(Command::MarkRead { target, last }));
}

/// The backend answered.
pub(super) fn told(state: &mut State, key: ConversationKey, result: Result<(), RestError>, out: &mut Vec<Effect>) {
    let Some(telling) = state.telling.get_mut(&key) else { return };
    telling.in_flight = false;
    if std::mem::take(&mut telling.again) && !telling.timer {
        telling.timer = true;
        out.push(Effect::Wake { after: TELL_EVERY, timer: Timer::MarkRead(key) });
    }
    if let Err(error @ RestError::Refused { .. }) = result {
        let name = title_of(state, key);
        say(state, true, format!("{name} could not be marked as read: {error}"));
    }
}

/// Whether the backend's unread count of a conversation is about to change by what it was told.
pub(super) fn is_being_told(state: &State, key: ConversationKey) -> bool {
    state.telling.get(&key).is_some_and(|telling| telling.in_flight || telling.timer)
}

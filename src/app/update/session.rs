//! The session's ups and downs, and what they mean for threads and for what waits to be sent.

use std::time::Duration;

use super::{Effect, State, Until, attention, no_more, queue, say_until};
use crate::app::msg::Timer;
use crate::backend::{Command, Session, SessionState};

/// The session reports itself.
pub(super) fn changed(state: &mut State, session: Session, out: &mut Vec<Effect>) {
    let was_connected = state.session.state.is_connected();
    let wanted_token = state.session.wants_token();
    let is_now = session.state.is_connected();
    if was_connected && !is_now {
        gap_everywhere(state);
        state.presence.clear();
    }
    if is_now && state.live_since.is_none() {
        state.live_since = Some(state.now);
    }
    if is_now && !was_connected {
        attention::connected(state);
    }
    state.dirty |= state.session != session;
    state.session = session;
    if is_now && !was_connected {
        no_more(state, &Until::Connected);
        // what waited for the backend, and what an earlier run left
        state.outbox.release();
        queue::look_after(state, out);
    }
    if is_now {
        queue::start(state, out);
    }
    if state.session.wants_token() && !wanted_token {
        out.push(Effect::LookForToken);
        out.push(Effect::Wake { after: LOOK_FOR_TOKEN, timer: Timer::Token });
    }
    count_down(state, out);
}

/// While the next attempt is waited for, the seconds until it are shown.
pub(super) fn count_down(state: &mut State, out: &mut Vec<Effect>) {
    if matches!(state.session.state, SessionState::Waiting { .. }) {
        state.dirty = true;
        out.push(Effect::Wake { after: Duration::from_secs(1), timer: Timer::Countdown });
    }
}

/// While the token is refused, its place is looked at this often.
const LOOK_FOR_TOKEN: Duration = Duration::from_secs(2);

/// Somebody may have signed in elsewhere.
pub(super) fn look_for_token(state: &mut State, out: &mut Vec<Effect>) {
    if state.session.wants_token() {
        out.push(Effect::LookForToken);
        out.push(Effect::Wake { after: LOOK_FOR_TOKEN, timer: Timer::Token });
    }
}

/// There is something new where the token comes from.
pub(super) fn token_changed(state: &mut State, out: &mut Vec<Effect>) {
    if state.session.wants_token() {
        out.push(Effect::Backend(Command::Reconnect));
        say_until(state, Until::Connected, false, "There is a new token: signing in with it");
    }
}

/// What could not be sent for want of a connection is tried again.
pub(super) fn try_again(state: &mut State, out: &mut Vec<Effect>) {
    if state.session.state.is_connected() {
        state.outbox.release();
        queue::start(state, out);
    }
}

/// Something may have been missed from now on, in every thread that is here.
pub(super) fn gap_everywhere(state: &mut State) {
    let now = state.now;
    for (_, view) in state.threads.iter_mut() {
        view.thread.open_gap(now);
        view.epoch = 0;
    }
}

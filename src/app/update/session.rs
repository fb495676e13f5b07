//! The session's ups and downs, and what they mean for threads and for what waits to be sent.

use std::time::Duration;

use super::{Effect, State, sending};
use crate::app::msg::Timer;
use crate::backend::{Session, SessionState};

/// The session reports itself.
pub(super) fn changed(state: &mut State, session: Session, out: &mut Vec<Effect>) {
    let was_connected = is_connected(&state.session.state);
    let is_now = is_connected(&session.state);
    if was_connected && !is_now {
        gap_everywhere(state);
    }
    let live = matches!(session.state, SessionState::Live | SessionState::Silent { .. });
    if live && state.live_since.is_none() {
        state.live_since = Some(state.now);
    }
    state.dirty |= state.session != session;
    state.session = session;
    if live {
        sending::start(state, out);
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

fn is_connected(state: &SessionState) -> bool {
    matches!(state, SessionState::Live | SessionState::Silent { .. })
}

/// Something may have been missed from now on, in every thread that is here.
pub(super) fn gap_everywhere(state: &mut State) {
    let now = state.now;
    for (_, view) in state.threads.iter_mut() {
        view.thread.open_gap(now);
        view.epoch = 0;
    }
}

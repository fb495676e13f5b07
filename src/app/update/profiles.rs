//! From one profile to another, as far as one of them is concerned.

use super::{Effect, State, reading, say, typing};
use crate::app::profiles::{Profile, Standing, hits};
use crate::app::state::Overlay;

/// How the other profiles do.
pub(super) fn told(state: &mut State, profiles: Vec<Profile>) {
    state.dirty |= state.profiles != profiles;
    state.profiles = profiles;
}

/// The screen is ours, or another's.
pub(super) fn front(state: &mut State, front: bool, out: &mut Vec<Effect>) {
    state.front = front;
    state.pending_keys.clear();
    if front {
        // when it was seen says nothing of how fast it came
        state.timeline.leave_undrawn();
        state.dirty = true;
        reading::look(state, out);
    } else {
        typing::agent_left(state, out);
    }
}

/// Offers the profiles; the first that is not this one is chosen, one with something unread before all.
pub(super) fn choose(state: &mut State) {
    if state.profiles.is_empty() {
        return say(state, false, "This is the only profile; `switchboard login URL` adds another one");
    }
    let other = |profile: &Profile| profile.standing != Standing::Here;
    let unread = state.profiles.iter().position(|profile| other(profile) && profile.unread > 0);
    let chosen = unread.or_else(|| state.profiles.iter().position(other)).unwrap_or(0);
    state.panels.overlay = Some(Overlay::Profiles { search: String::new(), chosen });
}

/// Enter: the chosen profile gets the screen, as soon as it is open.
pub(super) fn take(state: &mut State, search: &str, chosen: usize, out: &mut Vec<Effect>) {
    let Some(profile) = hits(state, search).get(chosen).copied() else { return };
    let (name, standing) = (profile.name.clone(), profile.standing.clone());
    match standing {
        Standing::Here => {}
        Standing::Open { .. } => out.push(Effect::TurnTo(name)),
        Standing::Closed | Standing::Opening | Standing::Failed(_) => {
            say(state, false, format!("Opening {name}"));
            out.push(Effect::TurnTo(name));
        }
    }
}

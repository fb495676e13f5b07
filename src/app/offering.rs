//! What the backend offers: what it cannot do is neither in the palette nor in the help.

use super::state::State;
use crate::config::Action;

/// Whether an action can do anything at this backend.
pub fn offered(state: &State, action: Action) -> bool {
    let offers = &state.offers;
    match action {
        Action::Assign => offers.assign && offers.agents,
        Action::Take => offers.assign,
        Action::Release => offers.release,
        Action::Labels => offers.labels,
        Action::Priority => offers.priority,
        Action::Snooze => offers.snooze,
        Action::SetPending => offers.pending,
        Action::Resolve => offers.resolve,
        Action::Reopen => offers.reopen,
        _ => true,
    }
}

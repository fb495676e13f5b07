//! Who else of the team is here: which agents have a conversation on the screen, and who of them types.

use super::routing::{Decision, TYPING_LASTS};
use super::{Effect, State};
use crate::app::msg::Timer;
use crate::chat::{ConversationKey, Evidence, Outcome, Verdict};
use crate::wire::Viewer;

/// The agents who look at a conversation are these.
pub(super) fn viewers(state: &mut State, evidence: &Evidence, viewers: Vec<Viewer>) -> Decision {
    told(state, evidence, |state, key| {
        if viewers.is_empty() {
            state.presence.remove(&key);
        } else {
            state.presence.insert(key, viewers);
        }
    })
}

/// An agent types in a conversation, or stopped.
pub(super) fn agent_types(state: &mut State, evidence: &Evidence, agent: Viewer, out: &mut Vec<Effect>) -> Decision {
    told(state, evidence, |state, key| {
        if agent.typing {
            out.push(Effect::Wake { after: TYPING_LASTS, timer: Timer::TypingEnds(key) });
        }
        let here = state.presence.entry(key).or_default();
        match here.iter_mut().find(|viewer| viewer.id == agent.id) {
            Some(viewer) => viewer.typing = agent.typing,
            None if agent.typing => here.push(agent),
            None => {}
        }
    })
}

/// Nobody has typed for a while.
pub(super) fn nobody_types(state: &mut State, key: ConversationKey) {
    for viewer in state.presence.get_mut(&key).into_iter().flatten() {
        viewer.typing = false;
    }
}

/// News of who is in a conversation, by its id.
fn told(state: &mut State, evidence: &Evidence, change: impl FnOnce(&mut State, ConversationKey)) -> Decision {
    let resolution = state.directory.resolve(evidence);
    let Outcome::Known(key) = resolution.outcome else {
        return Decision::of(Verdict::NoId, resolution);
    };
    change(state, key);
    state.dirty |= state.open == Some(key);
    let verdict = if state.open == Some(key) { Verdict::Routed { key } } else { Verdict::Background { key } };
    Decision::of(verdict, resolution)
}

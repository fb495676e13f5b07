//! The room is told while the agent types.

use jiff::SignedDuration;

use super::{Effect, State, target};
use crate::app::composer::Mode;
use crate::app::msg::Timer;
use crate::backend::Command;
use crate::chat::ConversationKey;

/// The room is told that the agent types at most this often, and that they stopped after as long without a key.
const TYPING_EVERY: SignedDuration = SignedDuration::from_secs(3);

/// The agent typed in the composer.
pub(super) fn agent_types(state: &mut State, out: &mut Vec<Effect>) {
    let Some(key) = state.composer.target.filter(|_| state.composer.mode == Mode::Reply) else { return };
    if state.composer.is_blank() {
        return agent_stopped(state, key, out);
    }
    let due = state.agent_typing.is_none_or(|(other, at)| other != key || state.now.duration_since(at) >= TYPING_EVERY);
    if due {
        if let Some(target) = target(state, key) {
            state.agent_typing = Some((key, state.now));
            out.push(Effect::Backend(Command::Typing { target, typing: true }));
        }
        out.push(Effect::Wake { after: TYPING_EVERY.unsigned_abs() * 2, timer: Timer::AgentTypingEnds(key) });
    }
}

/// The agent sent, emptied or left the text, or paused.
pub(super) fn agent_stopped(state: &mut State, key: ConversationKey, out: &mut Vec<Effect>) {
    if state.agent_typing.take_if(|(typing, _)| *typing == key).is_some()
        && let Some(target) = target(state, key)
    {
        out.push(Effect::Backend(Command::Typing { target, typing: false }));
    }
}

/// The agent turns to another conversation.
pub(super) fn agent_left(state: &mut State, out: &mut Vec<Effect>) {
    if let Some((key, _)) = state.agent_typing {
        agent_stopped(state, key, out);
    }
}

//! Who else of the team is in a conversation, and what they have done since the agent began to write.

use jiff::Timestamp;

use super::state::State;
use crate::chat::{ConversationKey, Direction, Id, Message, Origin};
use crate::text::Clean;
use crate::wire::Viewer;

/// Where a thread stood when the agent began to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// When.
    pub at: Timestamp,
    /// The newest answer in it then.
    pub after: Option<Id>,
}

/// The others who have a conversation on the screen.
fn others(state: &State, key: ConversationKey) -> impl Iterator<Item = &Viewer> {
    let is_me = |viewer: &Viewer| match (&viewer.id, &state.identity.id) {
        (Some(id), Some(mine)) => id == mine,
        _ => state.inbox.me().is(&viewer.name),
    };
    state.presence.get(&key).into_iter().flatten().filter(move |viewer| !is_me(viewer))
}

/// Who else is here, in words: `Ben is typing a reply`, `Ana and Ben are looking`.
pub fn words(state: &State, key: ConversationKey) -> Option<Clean> {
    let mut names: Vec<&Clean> = others(state, key).filter(|viewer| viewer.typing).map(|viewer| &viewer.name).collect();
    let typing = !names.is_empty();
    if !typing {
        names = others(state, key).map(|viewer| &viewer.name).collect();
    }
    names.dedup();
    let who = match names.as_slice() {
        [] => return None,
        [one] => format!("{one} is"),
        [one, two] => format!("{one} and {two} are"),
        [one, rest @ ..] => format!("{one} and {} others are", rest.len()),
    };
    Some(Clean::line(&format!("{who} {}", if typing { "typing a reply" } else { "looking" })))
}

/// Where a thread stands now.
pub fn begin(state: &State, key: ConversationKey) -> Begun {
    let newest = answers(state, key).next();
    Begun { at: state.now, after: newest.and_then(|message| message.ids.iter().next().cloned()) }
}

/// The answer that somebody else gave since the agent began to write, if there is one.
pub fn answered_since<'s>(state: &'s State, key: ConversationKey, begun: &Begun) -> Option<&'s Message> {
    let newest = answers(state, key).next()?;
    let known = begun.after.as_ref().is_some_and(|id| newest.ids.iter().any(|named| named == id));
    let came = matches!(newest.origin, Origin::Live | Origin::Missed);
    let later = came || newest.created_at.is_some_and(|at| at > begun.at);
    let mine = newest.sender.as_ref().is_some_and(|name| state.inbox.me().is(name));
    (!known && later && !mine).then_some(newest)
}

/// The stored answers of a thread that did not come from this program, the newest first.
fn answers(state: &State, key: ConversationKey) -> impl Iterator<Item = &Message> {
    let thread = state.threads.get(key).map(|view| &view.thread);
    let messages = thread.into_iter().flat_map(|thread| thread.iter().rev());
    messages.filter(|message| {
        message.direction == Direction::Outbound && message.origin != Origin::Local && message.ids.client.is_none()
    })
}

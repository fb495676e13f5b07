//! What is done with one message: it is quoted, reacted to, or put into a note.

use super::{Effect, State, actions, say, target};
use crate::app::composer::{Mode, Quote};
use crate::app::rows;
use crate::app::state::{Focus, Overlay};
use crate::backend::{Command, RestError};
use crate::chat::{Content, ConversationKey, Delivery, Direction, Id, Message, MessageIds, Origin};
use crate::text::Clean;
use crate::wire::Operation;

/// Offered before anything is typed.
const COMMON: [&str; 12] = ["👍", "❤️", "😂", "😮", "😢", "🙏", "👏", "🎉", "✅", "👀", "🔥", "🙂"];
/// So many are offered.
const MOST: usize = 60;

/// The selected message of the open conversation, by the id that the channel knows it by, else the backend.
fn selected(state: &State) -> Option<(ConversationKey, Message)> {
    let (key, view) = state.open.zip(state.open_thread())?;
    let message = rows::message_at_anchor(state, view)?;
    Some((key, message.clone()))
}

fn id_of(message: &Message) -> Option<Id> {
    message.ids.wa.clone().or_else(|| message.ids.id.clone())
}

/// Quotes the selected message in the reply that is written.
pub(super) fn quote(state: &mut State) {
    let Some((key, message)) = selected(state) else {
        return say(state, false, "Select a message first (Enter, then K and J)");
    };
    if message.direction == Direction::Note {
        return say(state, false, "A note is the team's: it cannot be quoted to the customer");
    }
    let Some(to) = id_of(&message) else {
        return say(state, false, "This message is not stored yet and cannot be quoted");
    };
    let words = super::queue::quoted(state, key, &to);
    state.composer.turn_to(Some(key));
    state.composer.write(Mode::Reply);
    state.composer.along.quote = Some(Quote { to, words });
    state.composer.touch();
    state.focus = Focus::Composer;
}

/// Asks with what to react to the selected message.
pub(super) fn ask(state: &mut State) {
    if !state.offers.reactions {
        return say(state, false, "This backend takes no reactions");
    }
    let Some((key, message)) = selected(state) else {
        return say(state, false, "Select a message first (Enter, then K and J)");
    };
    let (Some(to), false) = (id_of(&message), message.direction == Direction::Note) else {
        return say(state, false, "WhatsApp does not know this message: nobody can react to it");
    };
    state.panels.overlay = Some(Overlay::React { key, message: to, search: String::new(), chosen: 0 });
}

/// What we reacted with.
pub fn ours(state: &State, key: ConversationKey, message: &Id) -> Option<Clean> {
    let thread = &state.threads.get(key)?.thread;
    let reactions = &thread.get(thread.index_of(message)?)?.reactions;
    reactions.iter().find(|reaction| reaction.direction == Direction::Outbound).map(|reaction| reaction.emoji.clone())
}

/// The emoji that are offered, each with its name; first, where there is a reaction of ours, taking it back: no emoji.
pub fn offered(state: &State, key: ConversationKey, message: &Id, search: &str) -> Vec<(&'static str, String)> {
    let typed = search.trim().trim_matches(':').to_lowercase();
    if typed.is_empty() {
        let back = ours(state, key, message).map(|emoji| ("", format!("take {emoji} back")));
        let name = |emoji: &'static str| {
            let code = emojis::get(emoji).and_then(emojis::Emoji::shortcode).unwrap_or_default();
            (emoji, code.replace('_', " "))
        };
        return back.into_iter().chain(COMMON.map(name)).collect();
    }
    if let Some(emoji) = emojis::get(search.trim()) {
        return vec![(emoji.as_str(), emoji.name().to_owned())];
    }
    let mut found: Vec<(usize, usize, &str, &'static str)> = emojis::iter()
        .flat_map(|emoji| emoji.shortcodes().map(move |code| (code, emoji)))
        .filter_map(|(code, emoji)| {
            let at = code.replace('_', " ").find(&typed.replace('_', " "))?;
            Some((at.min(1), code.len(), code, emoji.as_str()))
        })
        .collect();
    found.sort_unstable();
    found.dedup_by_key(|(.., emoji)| *emoji);
    found.into_iter().take(MOST).map(|(.., code, emoji)| (emoji, code.replace('_', " "))).collect()
}

/// Reacts, here at once and then at the backend.
pub(super) fn react(state: &mut State, key: ConversationKey, message: Id, emoji: &str, out: &mut Vec<Effect>) {
    let Some(target) = target(state, key) else { return };
    let before = ours(state, key, &message);
    put(state, key, &message, emoji);
    state.reacting.push((key, message.clone(), before));
    let operation = Operation::React { message, emoji: emoji.to_owned() };
    out.push(Effect::Backend(Command::Operate { target, operation }));
}

fn put(state: &mut State, key: ConversationKey, message: &Id, emoji: &str) {
    let Some(view) = state.threads.get_mut(key) else { return };
    let emoji = if emoji.is_empty() { Clean::default() } else { Clean::line(emoji) };
    view.change(|thread| {
        thread.insert(Message {
            ids: MessageIds::default(),
            direction: Direction::Outbound,
            sender: None,
            content: Content::Reaction { to: message.clone(), emoji },
            delivery: Delivery::default(),
            created_at: None,
            sent_at: None,
            reply_to: None,
            reactions: Vec::new(),
            origin: Origin::Local,
        })
    });
    state.dirty = true;
}

/// The backend answered: where it said no, the reaction is as it was.
pub(super) fn answered<T>(
    state: &mut State,
    key: ConversationKey,
    operation: &Operation,
    result: &Result<T, RestError>,
) {
    let Operation::React { message, .. } = operation else { return };
    let at = state.reacting.iter().position(|(of, to, _)| *of == key && to == message);
    let Some((.., before)) = at.map(|at| state.reacting.remove(at)) else { return };
    if result.is_err() {
        put(state, key, message, before.as_deref().unwrap_or_default());
    }
}

/// Asks into whose notes the selected message is put.
pub(super) fn ask_to_forward(state: &mut State) {
    if !state.offers.notes {
        return say(state, false, "This backend keeps no notes");
    }
    let Some((key, message)) = selected(state) else {
        return say(state, false, "Select a message first (Enter, then K and J)");
    };
    let at = message.created_at.or(message.sent_at).unwrap_or(state.now);
    let at = at.to_zoned(state.settings.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let words = message.text().unwrap_or_else(|| message.preview());
    let text = format!("{}, {at}: {words}", rows::author(state, key, &message));
    state.panels.overlay = Some(Overlay::Forward { text, search: String::new(), chosen: 0 });
    super::look_up(state);
}

/// Puts it into a note of this conversation, to be sent by Enter.
pub(super) fn forward(state: &mut State, key: ConversationKey, text: &str, out: &mut Vec<Effect>) {
    if state.open != Some(key) {
        actions::enter(state, key, out);
    }
    state.composer.turn_to(Some(key));
    state.composer.write(Mode::Note);
    state.composer.area.insert_str(text);
    state.composer.touch();
    state.focus = Focus::Composer;
}

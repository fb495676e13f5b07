//! What is done with a conversation here alone: mute, copy, links, export, the selected message.

use super::{Effect, State, counted, say, title_of};
use crate::app::effect::Saving;
use crate::app::state::{Ask, Focus, Overlay};
use crate::app::threads::Anchor;
use crate::app::{details, export, rows};
use crate::chat::ConversationKey;
use crate::text::{self, Clean};

/// The conversations that a command is about: the marked ones while the list has the focus, else the selected or the
/// open one.
pub(super) fn subjects(state: &State) -> Vec<ConversationKey> {
    if state.focus == Focus::List && state.inbox.marked_count() > 0 {
        return state.inbox.marked();
    }
    one(state).into_iter().collect()
}

/// The selected conversation while the list has the focus, the one that the details are about, else the open one.
fn one(state: &State) -> Option<ConversationKey> {
    match state.focus {
        Focus::List => state.inbox.selected(),
        Focus::Details => details::subject(state),
        _ => state.open,
    }
}

/// Lets conversations neither ring nor notify, or lets them again.
pub(super) fn mute(state: &mut State, out: &mut Vec<Effect>) {
    let keys = subjects(state);
    let mut muted = 0;
    for key in &keys {
        let mute = !state.inbox.is_muted(*key);
        muted += usize::from(mute);
        state.inbox.mute(*key, mute);
        if let Some(row) = state.inbox.get(*key) {
            out.push(Effect::Store(crate::store::Command::Mute { conversation: row.id.clone(), muted: mute }));
        }
    }
    match keys.as_slice() {
        [] => say(state, false, "No conversation is selected"),
        [key] => {
            let name = title_of(state, *key);
            let words = if muted > 0 { "is silent from now on" } else { "may ring again" };
            say(state, false, format!("{name} {words}"));
        }
        several => {
            say(state, false, format!("{muted} of {} silent from now on", counted(several.len(), "conversation")))
        }
    }
}

/// What can be put on the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    MessageId,
    ConversationId,
    Phone,
}

/// Copies an id or a phone.
pub(super) fn copy(state: &mut State, what: What, out: &mut Vec<Effect>) {
    let row = one(state).and_then(|key| state.inbox.get(key));
    let found = match what {
        What::ConversationId => row.map(|row| row.id.shown()),
        What::Phone => row.and_then(|row| row.phone.as_ref()).map(crate::chat::Phone::shown),
        What::MessageId => {
            let message = state.open_thread().and_then(|view| rows::message_at_anchor(state, view));
            message.and_then(|message| message.ids.iter().next().map(crate::chat::Id::shown))
        }
    };
    match found {
        Some(text) => {
            say(state, false, format!("Copied {text}"));
            out.push(Effect::Copy(text));
        }
        None => say(state, false, "Nothing to copy here"),
    }
}

/// Opens the link of the selected message, or asks which.
pub(super) fn open_link(state: &mut State, out: &mut Vec<Effect>) {
    let message = state.open_thread().and_then(|view| rows::message_at_anchor(state, view));
    let text = message.and_then(crate::chat::Message::text);
    let mut links: Vec<Clean> = text::links(text.as_deref().unwrap_or_default()).into_iter().map(|l| l.url).collect();
    if links.is_empty() {
        // then those of the whole thread, the newest first
        let texts = state.open_thread().into_iter().flat_map(|view| view.thread.iter().rev());
        links = texts.filter_map(|message| message.text()).flat_map(|text| text::links(&text)).map(|l| l.url).collect();
        links.dedup();
        links.truncate(100);
        if links.is_empty() {
            return say(state, false, "There is no link in this conversation");
        }
        state.panels.overlay = Some(Overlay::Links { links, chosen: 0 });
        return;
    }
    match links.as_slice() {
        [one] => out.push(Effect::OpenLink(one.clone())),
        _ => state.panels.overlay = Some(Overlay::Links { links, chosen: 0 }),
    }
}

/// Asks where to write the open conversation to.
pub(super) fn ask_to_export(state: &mut State) {
    let Some(row) = state.open.and_then(|key| state.inbox.get(key)) else {
        return say(state, false, "Open a conversation first (Enter)");
    };
    let typed = export::file_name(&row.title(), state.now, &state.settings.zone);
    state.panels.overlay = Some(Overlay::Ask { ask: Ask::ExportPath, typed });
}

/// Writes the open conversation to a file; its ending says how.
pub(super) fn export(state: &mut State, path: &str, out: &mut Vec<Effect>) {
    let Some(key) = state.open else { return };
    let Some(text) = export::conversation(state, key, path) else {
        return say(state, true, "The name must end in .txt, .md or .json");
    };
    out.push(Effect::Save { path: path.into(), text, what: Saving::Export });
}

/// Selects the message above or below.
pub(super) fn select_message(state: &mut State, by: isize) {
    let Some(key) = state.open else { return };
    let Some(view) = state.threads.get(key).filter(|view| !view.thread.is_empty()) else { return };
    state.focus = Focus::Thread;
    let last = view.thread.len() - 1;
    let to = rows::current(state, view).map_or(last, |at| at.saturating_add_signed(by).min(last));
    let anchor = if rows::is_visible(state, view, to) { view.anchor } else { rows::at_message(state, view, to) };
    if let Some(view) = state.threads.get_mut(key) {
        view.anchor = anchor;
        view.cursor = Some(to);
        if anchor == Anchor::End {
            view.below = 0;
        }
    }
}

//! Templates: chosen, filled in, and sent to the conversation that was open when they were; what the service window has
//! to do with it.

use super::{Effect, State, catalogues, say, sending, title_of};
use crate::app::composer::Mode;
use crate::app::state::{Focus, Overlay};
use crate::app::template::Form;
use crate::app::times;
use crate::backend::Enclosed;
use crate::chat::ConversationKey;
use crate::chat::window::Window;
use crate::text;
use crate::wire::{Catalogue, Item};

/// From here on the end of the window is said once.
const SOON: std::time::Duration = std::time::Duration::from_mins(30);

/// Opens the templates for the open conversation.
pub(super) fn open(state: &mut State, out: &mut Vec<Effect>) {
    let Some(key) = state.open else {
        return say(state, false, "Open a conversation first (Enter)");
    };
    if !state.offers.templates {
        return say(state, false, "This backend lists no templates");
    }
    catalogues::want(state, Catalogue::Templates, out);
    state.panels.overlay = Some(Overlay::Templates { key, search: String::new(), chosen: 0 });
}

/// The templates that are found, by their names, languages and words.
pub fn found<'a>(state: &'a State, search: &str) -> Vec<&'a Item> {
    let wanted: Vec<String> = search.split_whitespace().map(text::search_fold).collect();
    let fits = |item: &&Item| {
        let language = item.language.as_deref().unwrap_or_default();
        let all = text::search_fold(&format!("{} {language} {}", item.title, item.text.as_deref().unwrap_or_default()));
        wanted.iter().all(|word| all.contains(word))
    };
    state.catalogues.items(Catalogue::Templates).iter().filter(fits).collect()
}

/// One was chosen: it is filled in.
pub(super) fn choose(state: &mut State, key: ConversationKey, search: &str, chosen: usize) {
    let Some(item) = found(state, search).get(chosen).map(|item| (*item).clone()) else {
        state.panels.overlay = Some(Overlay::Templates { key, search: search.to_owned(), chosen });
        return;
    };
    let mut form = Form::new(key, item);
    // what was typed for the one that came back is there again
    if let Some((last, template)) = &state.last_template
        && *last == key
        && template.template == form.item.id.as_str()
        && template.parameters.len() == form.values.len()
    {
        form.values.clone_from(&template.parameters);
    }
    state.panels.overlay = Some(Overlay::Template(Box::new(form)));
}

/// Enter: goes on to what is not filled in, or sends it.
pub(super) fn send(state: &mut State, out: &mut Vec<Effect>) {
    let Some(Overlay::Template(form)) = &mut state.panels.overlay else { return };
    match form.finished() {
        Err((at, problem)) => {
            // going from one to the next is no mistake
            form.problem = (at == form.at).then(|| text::Clean::line(&problem));
            form.at = at;
        }
        Ok(template) => {
            let (key, text) = (form.key, form.text());
            state.panels.overlay = None;
            state.last_template = Some((key, template.clone()));
            sending::put(state, key, text, Some(Enclosed::Template(template)), None, out);
        }
    }
    state.dirty = true;
}

/// Somebody wants to write: where only a template reaches the customer, these are shown.
pub(super) fn instead(state: &mut State, out: &mut Vec<Effect>) -> bool {
    let Some(key) = state.composer.target else { return false };
    let closed = matches!(state.window(key), Window::Expired { .. });
    if !closed || !state.offers.templates || state.composer.mode != Mode::Reply || !state.composer.is_empty() {
        return false;
    }
    let name = title_of(state, key);
    open(state, out);
    state.focus = Focus::Composer;
    say(
        state,
        false,
        format!("{name} last wrote more than 24 h ago: a template reaches them; Esc writes all the same"),
    );
    true
}

/// The window of the open conversation, or of one with a draft, ends soon: said once.
pub(super) fn warn(state: &mut State) {
    let drafted = |key: &ConversationKey| state.composer.has_draft(*key);
    let mut keys: Vec<ConversationKey> = state.inbox.all().iter().copied().filter(drafted).collect();
    keys.extend(state.open);
    for key in keys {
        match state.window(key) {
            Window::Closing { left } if left <= SOON => {
                if state.warned.insert(key) {
                    let name = title_of(state, key);
                    let left = jiff::SignedDuration::try_from(left).map(times::span).unwrap_or_default();
                    say(
                        state,
                        true,
                        format!("In {left} the window with {name} closes: then only a template reaches them"),
                    );
                    return;
                }
            }
            Window::Unknown => {}
            _ => _ = state.warned.remove(&key),
        }
    }
}

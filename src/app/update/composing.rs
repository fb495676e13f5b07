//! Writing: what the composer offers while one types, canned replies and their placeholders, and what is asked before a
//! text leaves.

use ratatui_textarea::CursorMove;

use super::{Effect, State, say, title_of, typing};
use crate::app::composer::{Kind, Mode, fill, placeholders, replace};
use crate::app::effect::Saving;
use crate::app::state::{Ask, Focus, Overlay, Sure};
use crate::app::{here, phrases, times};
use crate::chat::ConversationKey;
use crate::chat::window::Window;
use crate::config::{Action, Context, is_reply_name};
use crate::text::Clean;
use crate::wire::Catalogue;

/// The text was changed by a key, a paste or a completion.
pub(super) fn changed(state: &mut State, out: &mut Vec<Effect>) {
    state.composer.refusal = None;
    let replies = if state.composer.text().starts_with('/') { phrases::all(state) } else { Vec::new() };
    let agents: Vec<Clean> = match state.composer.mode {
        Mode::Note => state.catalogues.items(Catalogue::Agents).iter().map(|item| item.title.clone()).collect(),
        Mode::Reply => Vec::new(),
    };
    state.composer.look(&replies, &agents);
    match state.composer.target {
        Some(key) if state.composer.is_blank() => _ = state.begun.remove(&key),
        Some(key) if !state.begun.contains_key(&key) => _ = state.begun.insert(key, here::begin(state, key)),
        _ => {}
    }
    typing::agent_types(state, out);
}

/// Takes what is offered.
pub(super) fn complete(state: &mut State, out: &mut Vec<Effect>) {
    let Some(completion) = state.composer.completion.take() else { return };
    let Some(offer) = completion.offer() else { return };
    match completion.kind {
        Kind::Emoji | Kind::Agent => {
            replace(&mut state.composer.area, completion.from, &offer.insert);
            changed(state, out);
        }
        Kind::Reply => {
            replace(&mut state.composer.area, completion.from, "");
            put_in(state, &offer.insert, out);
        }
    }
}

/// Puts a canned reply in at the cursor, with what is known filled in, and goes to the first placeholder that is not.
pub(super) fn put_in(state: &mut State, text: &str, out: &mut Vec<Effect>) {
    let Some(key) = state.composer.target else {
        return say(state, false, "Open a conversation first (Enter)");
    };
    let text = fill(text, |name| known(state, key, name));
    let stops = !placeholders(&text).is_empty();
    let from = state.composer.area.cursor();
    state.composer.area.insert_str(&*Clean::text(&text));
    state.focus = Focus::Composer;
    if stops {
        state.composer.stops = true;
        jump(state, (from.0, from.1));
        next_stop(state);
    }
    changed(state, out);
}

/// What a placeholder stands for in a conversation.
fn known(state: &State, key: ConversationKey, name: &str) -> Option<String> {
    let row = state.inbox.get(key)?;
    let zone = &state.settings.zone;
    let words = match name {
        "name" => row.name.as_ref()?.to_string(),
        "first_name" => row.name.as_ref()?.split_whitespace().next()?.to_owned(),
        "phone" => row.phone.as_ref()?.shown().to_string(),
        "agent" => state.identity.name.as_ref().or(state.identity.email.as_ref())?.to_string(),
        "line" => {
            let line = state.lines.iter().find(|line| Some(&line.id) == row.line.as_ref())?;
            line.name.as_ref().or(line.phone.as_ref())?.to_string()
        }
        "date" => times::day(state.now, zone).to_string(),
        "time" => times::clock(state.now, zone),
        _ => return None,
    };
    Some(words)
}

fn jump(state: &mut State, to: (usize, usize)) {
    let cell = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    state.composer.area.cancel_selection();
    state.composer.area.move_cursor(CursorMove::Jump(cell(to.0), cell(to.1)));
}

/// Selects the next placeholder that nobody has filled in, round and round; what is typed takes its place. `false` when
/// there is none.
pub(super) fn next_stop(state: &mut State) -> bool {
    if !state.composer.stops {
        return false;
    }
    let lines = state.composer.area.lines();
    let stops: Vec<(usize, std::ops::Range<usize>)> = lines
        .iter()
        .enumerate()
        .flat_map(|(row, line)| placeholders(line).into_iter().map(move |range| (row, range)))
        .collect();
    let cursor = state.composer.area.cursor();
    let here = (cursor.0, cursor.1);
    let after = stops.iter().find(|(row, range)| (*row, range.start) >= here).or(stops.first()).cloned();
    let Some((row, range)) = after else {
        state.composer.stops = false;
        return false;
    };
    jump(state, (row, range.start));
    state.composer.area.start_selection();
    let end = CursorMove::Jump(u16::try_from(row).unwrap_or(u16::MAX), u16::try_from(range.end).unwrap_or(u16::MAX));
    state.composer.area.move_cursor(end);
    true
}

/// Whether the text may go. What looks like a slip is asked about once: Enter again sends it as it is.
pub(super) fn may_send(state: &mut State) -> bool {
    let text = state.composer.text();
    if state.composer.mode != Mode::Reply || state.composer.is_empty() || state.composer.sure.as_ref() == Some(&text) {
        state.composer.sure = None;
        return true;
    }
    let Some(key) = state.composer.target else { return true };
    let name = title_of(state, key);
    let open = if state.composer.stops { placeholders(&text).into_iter().next() } else { None };
    let warning = if let Some(range) = open {
        let word: String = text.chars().skip(range.start).take(range.len()).collect();
        next_stop(state);
        Some(format!("{word} is not filled in: type over it; Enter again sends it as it is"))
    } else if text.starts_with('/') && is_reply_name(text.get(1..).unwrap_or_default().trim_end()) {
        Some(format!("There is no canned reply {}: Enter again sends that to {name} as it is", text.trim_end()))
    } else if matches!(state.window(key), Window::Expired { .. }) {
        let key = state.keymap.keys_for(Action::Templates, Context::Composer.stack()).next();
        let key = key.filter(|_| state.offers.templates);
        let templates = key.map(|key| format!("; {key} sends a template")).unwrap_or_default();
        Some(format!(
            "{name} last wrote more than 24 h ago, so WhatsApp will refuse this{templates}; Enter again tries all the same"
        ))
    } else {
        None
    };
    match warning {
        Some(warning) => {
            state.composer.sure = Some(text);
            say(state, true, warning);
            false
        }
        None => true,
    }
}

/// Whether somebody else answered since the agent began to write: that is asked about before it is sent.
pub(super) fn overtaken(state: &mut State) -> bool {
    let Some(key) = state.composer.target.filter(|_| state.composer.mode == Mode::Reply) else { return false };
    if state.composer.is_blank() {
        return false;
    }
    let Some(message) = state.begun.get(&key).and_then(|begun| here::answered_since(state, key, begun)) else {
        return false;
    };
    let who = message.sender.clone().unwrap_or_else(|| Clean::line("Somebody else"));
    let at = message.created_at.map(|at| format!(" at {}", times::clock(at, &state.settings.zone))).unwrap_or_default();
    let (said, name) = (message.preview(), title_of(state, key));
    let said = crate::text::fit(&said, 80);
    let words = Clean::line(&format!("Send yours too? {who} answered {name}{at}, since you began: “{said}”"));
    state.panels.overlay = Some(Overlay::Sure { sure: Sure::Send, words });
    true
}

/// The agent knows of the other answer and sends all the same.
pub(super) fn send_too(state: &mut State, out: &mut Vec<Effect>) {
    if let Some(key) = state.composer.target {
        let begun = here::begin(state, key);
        state.begun.insert(key, begun);
    }
    super::actions::perform(state, crate::config::Action::Send, out);
}

/// Opens the editor on the text, or on the canned reply that is chosen.
pub(super) fn editor(state: &mut State, out: &mut Vec<Effect>) {
    if let Some(Overlay::Replies { search, chosen }) = &state.panels.overlay {
        // one of the team's becomes one's own under the same name
        if let Some(phrase) = phrases::matching(&phrases::all(state), search).get(*chosen).copied().cloned() {
            state.composer.editing = Some(phrase.name);
            out.push(Effect::Edit(phrase.text));
        }
        return;
    }
    if state.composer.target.is_none() {
        return say(state, false, "Open a conversation first (Enter)");
    }
    state.focus = Focus::Composer;
    state.composer.editing = None;
    out.push(Effect::Edit(state.composer.text()));
}

/// The editor came back.
pub(super) fn edited(state: &mut State, text: Option<String>, out: &mut Vec<Effect>) {
    let text = text.map(|text| text.trim_end_matches('\n').to_owned());
    match (state.composer.editing.take(), text) {
        (_, None) => say(state, false, "The editor was left without saving; nothing has changed"),
        (Some(name), Some(text)) if !text.trim().is_empty() => keep(state, &name, &text, out),
        (Some(name), Some(_)) => say(state, false, format!("/{name} would be empty; it is as it was")),
        (None, Some(text)) => {
            state.composer.set(&Clean::text(&text));
            changed(state, out);
        }
    }
}

/// Asks under which name to keep what is written.
pub(super) fn ask_to_keep(state: &mut State) {
    let text = state.composer.text();
    if text.trim().is_empty() {
        return say(state, false, "Write the reply first; then it can be kept under a name");
    }
    let ask = Ask::ReplyName { text: text.trim_end().to_owned() };
    state.panels.overlay = Some(Overlay::Ask { ask, typed: String::new() });
}

/// Keeps a canned reply, and writes the file.
pub(super) fn keep(state: &mut State, name: &str, text: &str, out: &mut Vec<Effect>) {
    let name = name.trim().trim_start_matches('/');
    if !is_reply_name(name) {
        return say(state, true, "A reply's name has letters, digits, - and _; it was not kept");
    }
    state.replies.put(name, text);
    save(state, out);
    say(state, false, format!("Kept: /{name} writes it from now on"));
}

/// Takes a canned reply away, and writes the file.
pub(super) fn forget(state: &mut State, name: &str, out: &mut Vec<Effect>) {
    if state.replies.remove(name) {
        save(state, out);
        say(state, false, format!("/{name} is gone"));
    }
}

fn save(state: &mut State, out: &mut Vec<Effect>) {
    let Some(path) = state.files.replies.clone() else {
        return say(state, true, "There is no place for canned replies here: they are kept until you leave");
    };
    out.push(Effect::Save { path, text: state.replies.to_toml(), what: Saving::Replies });
}

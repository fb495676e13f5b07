//! From a key to an action, by the keymap of what has the focus; what is no command is text.

use std::time::Duration;

use crokey::KeyCombination;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{Effect, State, actions, composing, overlays};
use crate::app::msg::Timer;
use crate::app::state::{Focus, Overlay};
use crate::config::{Action, Context, Match};

/// A chord's next key must come within this time.
const CHORD: Duration = Duration::from_secs(2);
/// A paste of more characters or lines than these asks first.
const LARGE_PASTE: (usize, usize) = (2_000, 20);

/// What keys mean now.
pub fn context(state: &State) -> Context {
    match &state.panels.overlay {
        Some(Overlay::Help { .. }) => Context::Help,
        Some(
            Overlay::Palette { .. }
            | Overlay::Views { .. }
            | Overlay::Profiles { .. }
            | Overlay::GoTo { .. }
            | Overlay::Replies { .. }
            | Overlay::Ask { .. }
            | Overlay::Attach { .. }
            | Overlay::Templates { .. }
            | Overlay::Template(_)
            | Overlay::React { .. }
            | Overlay::Forward { .. }
            | Overlay::Assign { .. }
            | Overlay::Pick(_)
            | Overlay::Search { .. }
            | Overlay::FilterEvents { .. },
        ) => Context::Prompt,
        Some(
            Overlay::Paste { .. }
            | Overlay::Quit { .. }
            | Overlay::Discard { .. }
            | Overlay::Sure { .. }
            | Overlay::TryJoin { .. },
        ) => Context::Dialog,
        Some(
            Overlay::Welcome
            | Overlay::Unrouted { .. }
            | Overlay::Links { .. }
            | Overlay::Files { .. }
            | Overlay::Picture { .. }
            | Overlay::Themes { .. }
            | Overlay::Menu { .. },
        ) => Context::List,
        Some(Overlay::Queue { .. }) => Context::Thread,
        None => match state.focus {
            Focus::List => Context::List,
            Focus::Thread => Context::Thread,
            Focus::Composer if state.composer.completion.is_some() => Context::Completion,
            Focus::Composer => Context::Composer,
            Focus::Filter => Context::Prompt,
            Focus::Details => Context::Details,
            Focus::Traffic => Context::Traffic,
        },
    }
}

/// A key was pressed.
pub(super) fn key(state: &mut State, event: KeyEvent, out: &mut Vec<Effect>) {
    if event.kind == KeyEventKind::Release {
        return;
    }
    state.notice = None;
    let contexts = context(state).stack();
    let typed = KeyCombination::from(event).normalized();
    state.pending_keys.push(typed);
    match state.keymap.lookup(contexts, &state.pending_keys) {
        Match::Action(action) => {
            state.pending_keys.clear();
            actions::perform(state, action, out);
        }
        Match::Prefix => out.push(Effect::Wake { after: CHORD, timer: Timer::Chord }),
        Match::None => {
            state.pending_keys.clear();
            text(state, event, out);
        }
    }
}

/// A key that is no command: text for whatever takes text.
fn text(state: &mut State, event: KeyEvent, out: &mut Vec<Effect>) {
    if state.panels.overlay.is_some() || state.focus == Focus::Filter {
        let held = event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match event.code {
            KeyCode::Char(c) if !held => overlays::type_char(state, c),
            KeyCode::Backspace => overlays::rub_out(state),
            _ => {}
        }
    } else if state.focus == Focus::Composer && rubs_out_along(state, event) {
        actions::perform(state, Action::DropOrStop, out);
    } else if state.focus == Focus::Composer && state.composer.area.input(event) {
        composing::changed(state, out);
    }
}

/// Backspace before the first character takes out what goes along with the text.
fn rubs_out_along(state: &State, event: KeyEvent) -> bool {
    let cursor = state.composer.area.cursor();
    let at_start = (cursor.0, cursor.1) == (0, 0) && state.composer.area.selection_range().is_none();
    event.code == KeyCode::Backspace && event.modifiers.is_empty() && at_start && !state.composer.along.is_empty()
}

/// Text was pasted, or came in one read: never sent by itself.
pub(super) fn paste(state: &mut State, text: String, out: &mut Vec<Effect>) {
    if state.panels.overlay.is_some() || state.focus == Focus::Filter {
        for c in text.chars().filter(|c| !c.is_control()) {
            overlays::type_char(state, c);
        }
        return;
    }
    if state.composer.target.is_none() {
        return super::say(state, false, "Open a conversation first; nothing was pasted");
    }
    state.focus = Focus::Composer;
    if text.chars().count() > LARGE_PASTE.0 || text.lines().count() > LARGE_PASTE.1 {
        state.panels.overlay = Some(Overlay::Paste { text });
    } else {
        insert(state, &text, out);
    }
}

/// Puts text into the composer at the cursor, without what a terminal must never be sent.
pub(super) fn insert(state: &mut State, text: &str, out: &mut Vec<Effect>) {
    state.composer.area.insert_str(&*crate::text::Clean::text(text));
    composing::changed(state, out);
    // what was pasted is meant as it is
    state.composer.completion = None;
}

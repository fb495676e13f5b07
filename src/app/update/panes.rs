//! What the panes do beside their content: focus of the details, widths, the bare view, the mouse's switch, themes.

use super::{Effect, State, actions, say};
use crate::app::details::{self, Does};
use crate::app::layout;
use crate::app::msg::Divider;
use crate::app::state::{Focus, Overlay, ThemeChoice, TrafficSize};

/// Columns that one press of a widening key moves a divider.
const STEP: i32 = 4;

/// Moves the focus; the details remember whence.
pub(super) fn focus(state: &mut State, to: Focus) {
    if to == Focus::Details && state.focus != Focus::Details {
        state.panels.details_from_list = matches!(state.focus, Focus::List | Focus::Filter);
        state.panels.details_chosen = 0;
    }
    state.focus = to;
}

/// Back from the details to where the focus was.
pub(super) fn leave_details(state: &mut State) {
    let list = state.panels.details_from_list || state.open.is_none();
    state.focus = if list { Focus::List } else { Focus::Thread };
}

/// Shows the details, or sends them away. Where there is one pane at a time they take the focus.
pub(super) fn toggle_details(state: &mut State) {
    if state.size.0 < layout::TWO_PANES {
        if state.focus == Focus::Details {
            leave_details(state)
        } else {
            focus(state, Focus::Details)
        }
        return;
    }
    let shown = layout::rects(state).details.is_some();
    if shown && state.focus == Focus::Details {
        leave_details(state);
    }
    state.panels.details = Some(!shown);
}

/// Moves the choice among the lines of the details.
pub(super) fn step_details(state: &mut State, by: isize) {
    let last = details::fields(&details::lines(state)).count().saturating_sub(1);
    let at = state.panels.details_chosen.min(last);
    state.panels.details_chosen = at.saturating_add_signed(by).min(last);
}

fn chosen(state: &State) -> Option<Does> {
    let lines = details::lines(state);
    let fields: Vec<&details::Field> = details::fields(&lines).collect();
    let at = state.panels.details_chosen.min(fields.len().saturating_sub(1));
    fields.get(at).map(|field| field.does.clone())
}

/// Whether the chosen line opens a conversation.
pub(super) fn opens(state: &State) -> bool {
    matches!(chosen(state), Some(Does::Open(_)))
}

/// Copies the value of the chosen line, or opens the conversation that it stands for.
pub(super) fn use_detail(state: &mut State, out: &mut Vec<Effect>) {
    match chosen(state) {
        Some(Does::Open(key)) => actions::enter(state, key, out),
        Some(Does::Copy(text)) => {
            say(state, false, format!("Copied {text}"));
            out.push(Effect::Copy(text));
        }
        None => say(state, false, "Nothing to copy here"),
    }
}

/// A divider is dragged to this column.
pub(super) fn drag(state: &mut State, divider: Divider, column: u16) {
    let width = match divider {
        Divider::List => column,
        Divider::Details => state.size.0.saturating_sub(column + 1),
    };
    set_width(state, divider, width);
}

/// Makes the pane with the focus wider or narrower.
pub(super) fn widen(state: &mut State, wider: bool) {
    let rects = layout::rects(state);
    let divider = super::mouse::beside(state.focus);
    let area = match divider {
        Divider::List => rects.list.or(rects.details),
        Divider::Details => rects.details,
    };
    let Some(area) = area.filter(|area| area.width < state.size.0) else {
        return say(state, false, "There is one pane only");
    };
    // the thread grows as the list shrinks
    let grows = wider != matches!(state.focus, Focus::Thread | Focus::Composer);
    let width = i32::from(area.width) + if grows { STEP } else { -STEP };
    set_width(state, divider, u16::try_from(width.max(0)).unwrap_or(0));
}

fn set_width(state: &mut State, divider: Divider, width: u16) {
    let widths = &mut state.panels.widths;
    match divider {
        Divider::List => widths.list = Some(width),
        Divider::Details => widths.details = Some(width),
    }
    // what could not be given is not kept: the next step is seen at once
    let rects = layout::rects(state);
    let given = match divider {
        Divider::List => rects.separators[0].map(|line| line.x),
        Divider::Details => rects.details.map(|area| area.width),
    };
    let widths = &mut state.panels.widths;
    match divider {
        Divider::List => widths.list = given.or(widths.list),
        Divider::Details => widths.details = given.or(widths.details),
    }
}

/// The thread alone, without borders and without the mouse, for the terminal's own selection; or as it was.
pub(super) fn toggle_bare(state: &mut State) {
    if state.panels.bare {
        state.panels.bare = false;
        return;
    }
    if state.open.is_none() {
        return say(state, false, "Open a conversation first (Enter)");
    }
    state.panels.bare = true;
    state.panels.traffic = TrafficSize::Hidden;
    state.focus = Focus::Thread;
}

/// Uses the mouse, or leaves it to the terminal.
pub(super) fn toggle_mouse(state: &mut State) {
    state.mouse = !state.mouse;
    let words = if state.mouse {
        "The mouse is on: click, wheel, drag the dividers. Select text with Shift held, or in the bare view"
    } else {
        "The mouse is off: the terminal selects text as usual"
    };
    say(state, false, words);
}

/// The themes came: one is chosen while looking at it.
pub(super) fn choose_theme(state: &mut State, choices: Vec<ThemeChoice>) {
    let same = |choice: &ThemeChoice| choice.theme.as_ref().is_ok_and(|theme| **theme == *state.theme);
    let chosen = choices.iter().position(same).unwrap_or(0);
    let before = std::sync::Arc::clone(&state.theme);
    state.panels.overlay = Some(Overlay::Themes { choices, chosen, before });
    state.dirty = true;
}

/// Shows the chosen theme while it is only being looked at.
pub(super) fn preview(state: &mut State) {
    if let Some(Overlay::Themes { choices, chosen, before }) = &state.panels.overlay {
        let theme = choices.get(*chosen).and_then(|choice| choice.theme.as_ref().ok());
        state.theme = std::sync::Arc::clone(theme.unwrap_or(before));
    }
}

/// Keeps the chosen theme for this run.
pub(super) fn take_theme(state: &mut State, choices: &[ThemeChoice], chosen: usize) {
    let Some(choice) = choices.get(chosen) else { return };
    match &choice.theme {
        Ok(theme) => {
            state.theme = std::sync::Arc::clone(theme);
            let name = &choice.name;
            say(state, false, format!("Theme {name}, until you leave; theme = \"{name}\" in config.toml keeps it"));
        }
        Err(problem) => {
            let problem = problem.clone();
            say(state, true, problem);
        }
    }
}

/// What follows from everything that changed: nothing has the focus that is not on the screen, the bare view ends when
/// the agent turns to something else, and the terminal's mouse is as wanted.
pub(super) fn settle(state: &mut State, out: &mut Vec<Effect>) {
    if state.panels.bare && (state.focus != Focus::Thread || state.open.is_none()) {
        state.panels.bare = false;
        state.dirty = true;
    }
    if state.focus == Focus::Details && layout::rects(state).details.is_none() {
        leave_details(state);
        state.dirty = true;
    }
    let wanted = state.mouse && !state.panels.bare;
    if wanted != state.mouse_told {
        state.mouse_told = wanted;
        out.push(Effect::Mouse(wanted));
    }
}

//! Which conversations the list shows, in which order, and which of them are marked.

use super::{State, actions, say};
use crate::app::inbox::{BuiltIn, View};
use crate::app::state::{Focus, Overlay};

/// Shows a view.
pub(super) fn show(state: &mut State, view: View) {
    state.inbox.set_view(view);
    state.focus = Focus::List;
    actions::show_list(state);
    state.focus = Focus::List;
}

/// Offers the views, the present one chosen.
pub(super) fn choose(state: &mut State) {
    let views = super::view_hits(state, "");
    let chosen = views.iter().position(|(view, _)| view.name == state.inbox.view().name).unwrap_or(0);
    state.panels.overlay = Some(Overlay::Views { search: String::new(), chosen });
}

/// The next view of those that every inbox has and the user's own, round and round.
pub(super) fn step(state: &mut State, by: isize) {
    let views: Vec<View> = state.inbox.views().map(|(view, _)| view.clone()).collect();
    let at = views.iter().position(|view| view.name == state.inbox.view().name);
    let to = at.map_or(0, |at| (at + views.len()).saturating_add_signed(by) % views.len().max(1));
    if let Some(view) = views.into_iter().nth(to) {
        show(state, view);
    }
}

/// Esc in the list: back to every conversation.
pub(super) fn leave(state: &mut State) {
    if !state.inbox.view().query.is_all() {
        show(state, BuiltIn::All.view());
    }
}

/// The next order.
pub(super) fn sort(state: &mut State) {
    let sort = state.inbox.sort().next();
    state.inbox.set_sort(sort);
    say(state, false, format!("The list is sorted: {}", sort.words()));
}

/// Marks the selected conversation, or takes its mark away, and goes on to the next one.
pub(super) fn mark(state: &mut State) {
    let Some(key) = state.inbox.selected() else { return };
    let mark = !state.inbox.is_marked(key);
    state.inbox.mark(key, mark);
    state.inbox.move_by(1);
}

/// Marks every conversation that the list shows.
pub(super) fn mark_all(state: &mut State) {
    for key in state.inbox.shown().to_vec() {
        state.inbox.mark(key, true);
    }
    let count = state.inbox.marked_count();
    say(state, false, format!("{} marked", super::counted(count, "conversation")));
}

/// Takes every mark away.
pub(super) fn unmark(state: &mut State) {
    state.inbox.clear_marks();
}

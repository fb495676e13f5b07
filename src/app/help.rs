//! The help, built from the keymap in force.

use super::offering::offered;
use super::state::{Overlay, State};
use crate::config::keymap::{Action, Group};
use crate::text;

/// One line of the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    /// The heading of a group.
    Heading(&'static str),
    /// Keys and what they do.
    Keys {
        /// The keys, as people write them; empty when only the palette does it.
        keys: String,
        /// What they do.
        action: Action,
    },
    /// One of the marks on the screen, by its index.
    Mark(usize),
    /// Nothing.
    Blank,
}

/// How many marks are explained.
pub const MARKS: usize = 23;

/// The lines of the help that match what is searched for, all when nothing is.
pub fn lines(state: &State) -> Vec<HelpLine> {
    let search = match &state.panels.overlay {
        Some(Overlay::Help { search, .. }) => text::search_fold(search),
        _ => String::new(),
    };
    let mut out = Vec::new();
    for group in Group::ALL {
        let mut heading = Some(HelpLine::Heading(group.title()));
        for action in Action::ALL.iter().copied().filter(|action| action.group() == group && offered(state, *action)) {
            let keys = keys(state, action);
            let found = search.is_empty()
                || text::search_fold(action.description()).contains(&search)
                || text::search_fold(&keys).contains(&search)
                || action.name().contains(&search);
            if found {
                if !out.is_empty() && heading.is_some() {
                    out.push(HelpLine::Blank);
                }
                out.extend(heading.take());
                out.push(HelpLine::Keys { keys, action });
            }
        }
    }
    if search.is_empty() {
        out.extend([HelpLine::Blank, HelpLine::Heading("Marks")]);
        out.extend((0..MARKS).map(HelpLine::Mark));
    }
    out
}

/// Every key that does something anywhere, each once.
fn keys(state: &State, action: Action) -> String {
    let mut keys: Vec<String> = Vec::new();
    for binding in state.keymap.bindings().iter().filter(|binding| binding.action == action) {
        let written = binding.keys.to_string();
        if !keys.contains(&written) {
            keys.push(written);
        }
    }
    keys.join(", ")
}

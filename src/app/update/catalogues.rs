//! The lists that an agent chooses from are fetched when they are first needed, and again when they changed.

use super::{Effect, State};
use crate::backend::{Command, RestError};
use crate::text::Clean;
use crate::wire::{Catalogue, Item};

/// A list is needed now: it is fetched, unless it is here or the backend has none.
pub(super) fn want(state: &mut State, catalogue: Catalogue, out: &mut Vec<Effect>) {
    let offered = match catalogue {
        Catalogue::Agents => state.offers.agents,
        Catalogue::Labels => state.offers.labels,
        Catalogue::Replies => state.offers.replies,
        Catalogue::Templates => state.offers.templates,
    };
    if offered && state.catalogues.ask(catalogue) {
        out.push(Effect::Backend(Command::FetchCatalogue { catalogue, line: None }));
    }
}

/// The backend says that a list changed.
pub(super) fn changed(state: &mut State, catalogue: Catalogue, out: &mut Vec<Effect>) {
    if state.catalogues.outdate(catalogue) {
        want(state, catalogue, out);
    }
}

/// A list came, or did not.
pub(super) fn came(state: &mut State, catalogue: Catalogue, result: Result<Vec<Item>, RestError>) {
    state.catalogues.came(catalogue, result.map_err(|error| Clean::line(&error.to_string())));
    if catalogue == Catalogue::Replies && state.composer.text().starts_with('/') {
        let replies = crate::app::phrases::all(state);
        state.composer.look(&replies, &[]);
    }
    state.dirty = true;
}

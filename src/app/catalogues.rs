//! The lists that an agent chooses from, as the backend has them: agents, labels, canned replies, templates.

use std::collections::HashMap;

use super::threads::Loading;
use crate::wire::{Catalogue, Item};

/// One list, and how far its fetch is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Its entries, in the backend's order.
    pub items: Vec<Item>,
    /// How far the fetch is. What came earlier stays while it is fetched again.
    pub loading: Loading,
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogues {
    lists: HashMap<Catalogue, Listed>,
}

impl Catalogues {
    /// The entries of a list that are here.
    pub fn items(&self, catalogue: Catalogue) -> &[Item] {
        self.lists.get(&catalogue).map_or(&[], |listed| &listed.items)
    }

    /// How far the fetch of a list is.
    pub fn loading(&self, catalogue: Catalogue) -> &Loading {
        self.lists.get(&catalogue).map_or(&Loading::Not, |listed| &listed.loading)
    }

    /// Notes that a list is fetched; `false` where it is here or on its way.
    pub(super) fn ask(&mut self, catalogue: Catalogue) -> bool {
        let listed = self.lists.entry(catalogue).or_default();
        let due = matches!(listed.loading, Loading::Not | Loading::Failed(_));
        if due {
            listed.loading = Loading::Asked;
        }
        due
    }

    /// What is here of a list is old. `true` where it had been asked for.
    pub(super) fn outdate(&mut self, catalogue: Catalogue) -> bool {
        let listed = self.lists.entry(catalogue).or_default();
        let had = listed.loading != Loading::Not;
        listed.loading = Loading::Not;
        had
    }

    /// A list came, or did not.
    pub(super) fn came(&mut self, catalogue: Catalogue, result: Result<Vec<Item>, crate::text::Clean>) {
        let listed = self.lists.entry(catalogue).or_default();
        match result {
            Ok(items) => (listed.items, listed.loading) = (items, Loading::Done),
            Err(why) => listed.loading = Loading::Failed(why),
        }
    }
}

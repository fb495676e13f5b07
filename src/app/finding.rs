//! What a search found, and where the user stands among it.

use crate::chat::ConversationKey;
use crate::store::Hit;
use crate::text::search_fold;

/// What a search found: `n` and `N` go through it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was searched for.
    pub query: String,
    /// In this conversation alone.
    pub within: Option<ConversationKey>,
    /// The messages, newest first.
    pub hits: Vec<Hit>,
    /// The one that was gone to last.
    pub at: usize,
}

impl Finding {
    /// The words that were searched for, as they are compared.
    pub fn terms(&self) -> Vec<String> {
        terms(&self.query)
    }
}

/// The words of a query, as they are compared.
pub fn terms(query: &str) -> Vec<String> {
    search_fold(query).split_whitespace().map(str::to_owned).collect()
}

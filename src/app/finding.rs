//! What a search found, in the cache and at the backend, and where the user stands among it.

use crate::chat::{ConversationKey, Id, Message};
use crate::store::{self, snippet_around};
use crate::text::{Clean, search_fold};
use crate::wire::Found;

/// One message that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The message as lists show it.
    pub shown: store::Hit,
    /// The cache has it.
    pub cached: bool,
    /// The backend found it: the message itself.
    pub remote: Option<Box<Message>>,
    /// Every id of its conversation that is known of it.
    pub names: Vec<Id>,
}

/// How far the backend's search is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Remote {
    /// It offers none, or is not there.
    #[default]
    Not,
    /// Its answer is waited for.
    Asked,
    /// It answered.
    Done,
    /// It did not, and why.
    Failed(Clean),
}

/// What was found for one query, from both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Results {
    /// What was searched for.
    pub query: String,
    /// The messages, newest first, none of them twice.
    pub hits: Vec<Hit>,
    /// The cache has answered.
    pub cache: bool,
    /// How far the backend is.
    pub remote: Remote,
}

impl Results {
    /// Nothing yet.
    pub fn of(query: &str) -> Self {
        Self { query: query.to_owned(), ..Self::default() }
    }

    /// What the cache has.
    pub fn add_cached(&mut self, hits: Vec<store::Hit>) {
        self.cache = true;
        for shown in hits {
            match self.same(std::slice::from_ref(&shown.conversation), &shown) {
                Some(had) => {
                    had.cached = true;
                    had.shown = shown;
                }
                None => {
                    let names = shown.row.as_ref().map(|row| row.names.clone()).unwrap_or_default();
                    self.hits.push(Hit { shown, cached: true, remote: None, names });
                }
            }
        }
        self.sort();
    }

    /// What the backend has.
    pub fn add_remote(&mut self, found: Vec<Found>) {
        let terms = terms(&self.query);
        for Found { ids, message } in found {
            let names: Vec<Id> = ids.into_iter().map(|named| named.id).collect();
            let Some(conversation) = names.first().cloned() else { continue };
            let shown = store::Hit {
                conversation,
                row: None,
                ids: message.ids.clone(),
                direction: message.direction,
                at: message.created_at.or(message.sent_at),
                snippet: snippet_around(&message.text().unwrap_or_default(), &terms),
            };
            match self.same(&names, &shown) {
                Some(had) => had.remote = Some(Box::new(message)),
                None => self.hits.push(Hit { shown, cached: false, remote: Some(Box::new(message)), names }),
            }
        }
        self.remote = Remote::Done;
        self.sort();
    }

    /// A hit that is the same message: by the channel's id anywhere, by any other within its conversation.
    fn same(&mut self, names: &[Id], hit: &store::Hit) -> Option<&mut Hit> {
        self.hits.iter_mut().find(|had| {
            let ids = &had.shown.ids;
            let by_channel = ids.wa.is_some() && ids.wa == hit.ids.wa;
            let here = names.iter().any(|name| *name == had.shown.conversation || had.names.contains(name));
            by_channel || (here && ids.id.is_some() && ids.id == hit.ids.id)
        })
    }

    fn sort(&mut self) {
        self.hits.sort_by_key(|hit| std::cmp::Reverse(hit.shown.at));
    }
}

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
    /// It is not here yet, and what is done about that.
    pub seeking: Option<Seeking>,
}

/// A hit that is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seeking {
    /// Its conversation is being fetched by this id.
    Conversation(Id),
    /// Older messages are fetched until it is there; so many more times.
    Older(u32),
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

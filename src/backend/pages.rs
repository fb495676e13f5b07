//! Threads of backends that count pages, or give a cursor: which page holds what lies before a message, and as many of
//! them as are wanted. Where such a backend was not asked before (the messages came from the cache), its pages are gone
//! through from the newest on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::command::{Page, Target};
use super::rest::{Reply, Rest};
use crate::chat::{ConversationKey, Id, Message};
use crate::wire::ThreadPage;

/// So many pages are fetched at most for one question.
const PAGES: usize = 40;
/// So many conversations' places are remembered.
const MOST: usize = 500;

/// For each conversation: the oldest message of the pages that were fetched, and the place of the page before it
/// (`None`: that was the first).
#[derive(Debug, Default)]
pub(super) struct Places(Mutex<HashMap<ConversationKey, (Id, Option<Id>)>>);

impl Places {
    fn before(&self, key: ConversationKey, message: &Id) -> Option<Option<Id>> {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.get(&key).filter(|(oldest, _)| oldest == message).map(|(_, next)| next.clone())
    }

    fn remember(&self, key: ConversationKey, page: &ThreadPage) {
        let Some(oldest) = page.messages.iter().find_map(|message| message.ids.id.clone()) else { return };
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= MOST {
            places.clear();
        }
        places.insert(key, (oldest, page.next.clone()));
    }
}

impl Rest {
    /// A stretch of a thread, page after page until there are `limit` messages.
    pub(super) async fn pages_of_thread(&self, target: &Target, page: &Page, limit: u32) -> Reply<ThreadPage> {
        let mut whole = ThreadPage::default();
        let mut place: Option<Id> = None;
        // The message before which the stretch ends, until it was come by.
        let mut until: Option<&Id> = None;
        if let Page::Before { message, .. } = page {
            match self.places.before(target.key, message) {
                Some(Some(next)) => place = Some(next),
                Some(None) => {
                    whole.start = Some(true);
                    return Reply { result: Ok(whole), took: None };
                }
                None => until = Some(message),
            }
        }
        let mut took = None;
        for _ in 0..PAGES {
            let Some(request) = self.dialect().thread_request_at(target, place.as_ref(), limit) else {
                return Reply::inexpressible("this page of a thread");
            };
            let reply = self.call(request, |dialect, body| dialect.thread_page(body, place.as_ref())).await;
            took = reply.took;
            let mut page = match reply.result {
                Ok(page) => page,
                Err(error) => return Reply { result: Err(error), took },
            };
            if let Some(newest) = page.newest.take() {
                place = Some(newest);
                continue;
            }
            self.places.remember(target.key, &page);
            let here = until.and_then(|until| page.messages.iter().position(|message| is_called(message, until)));
            let wanted = match (until, here) {
                (Some(_), None) => Vec::new(),
                (Some(_), Some(at)) => {
                    until = None;
                    page.messages.drain(..at).collect()
                }
                (None, _) => page.messages,
            };
            whole.messages.splice(0..0, wanted);
            whole.unreadable.extend(page.unreadable);
            whole.facts = whole.facts.or(page.facts);
            whole.start = page.start;
            let enough = until.is_none() && whole.messages.len() >= limit as usize;
            match page.next {
                Some(next) if !enough && place.as_ref() != Some(&next) => place = Some(next),
                _ => break,
            }
        }
        Reply { result: Ok(whole), took }
    }
}

fn is_called(message: &Message, id: &Id) -> bool {
    message.ids.iter().any(|name| name == id)
}

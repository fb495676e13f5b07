//! Single requests without a session: for commands that ask and leave.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::BackendConfig;
use super::command::{Outgoing, Page, Target};
use super::passage::Passage;
use super::report::RestError;
use super::rest::{Rest, renewal};
use super::token::TokenCell;
use crate::chat::{Id, IdentityRules, MediaKind};
use crate::wire::{Accepted, Dialect, ListPage, Request, ThreadPage, Traced};

/// Asks a backend for single things over REST; no socket is opened. Each method's error is what the backend or the way
/// to it said.
#[derive(Debug)]
pub struct Errand {
    config: Arc<BackendConfig>,
    rest: Rest,
}

impl Errand {
    /// Nothing is asked for yet.
    pub fn new(config: BackendConfig) -> Self {
        let config = Arc::new(config);
        let tls = Arc::default();
        let token = TokenCell::new(config.token.clone()).renewed_by(renewal(&config, &tls));
        let token = Arc::new(token);
        // Nobody listens to the news of a session that does not exist.
        let (tell, _) = mpsc::unbounded_channel();
        let rest = Rest::new(Arc::clone(&config), token, tls, tell);
        Self { config, rest }
    }

    /// The rules by which a directory judges this backend's ids.
    pub fn identity_rules(&self) -> IdentityRules {
        let profile = &self.config.profile;
        self.config.dialect.identity_rules(profile.account.as_deref().map(Id::from), profile.route_variants)
    }

    /// The list, at most `limit` rows.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn list(&self, limit: u32) -> Result<ListPage, RestError> {
        self.rest.list(limit).await.result
    }

    /// A stretch of a thread, at most `limit` messages.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn thread(&self, target: &Target, page: &Page, limit: u32) -> Result<ThreadPage, RestError> {
        self.rest.thread(target, page, limit).await.result
    }

    /// An answer as it came, for whoever looks for what a dialect does not.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn raw(&self, request: Request) -> Result<String, RestError> {
        let text = |_: &Dialect, body: &[u8]| Ok(String::from_utf8_lossy(body).into_owned());
        self.rest.call(request, text).await.result
    }

    /// A conversation by one of its ids, with its newest messages.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn conversation(&self, id: &Id) -> Result<ThreadPage, RestError> {
        self.rest.conversation(id).await.result
    }

    /// What the backend says became of a message; `None` where it does not tell.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn trace(&self, message: &Id) -> Result<Option<Traced>, RestError> {
        match self.rest.trace(message).await {
            Some(reply) => reply.result.map(Some),
            None => Ok(None),
        }
    }

    /// Sends a message; exactly one attempt.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn send(
        &self,
        client: &Id,
        target: &Target,
        body: &Outgoing,
        reply_to: Option<&Id>,
    ) -> Result<Accepted, RestError> {
        match body {
            Outgoing::File { file, caption } => {
                let passage = Passage::unwatched();
                self.rest.upload(client, target, (file, caption), reply_to, &passage).await.result
            }
            _ => self.rest.send(client, target, body, reply_to).await.result,
        }
    }

    /// How large files may be.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn limits(&self) -> Result<Vec<(MediaKind, u64)>, RestError> {
        self.rest.limits().await.result
    }
}

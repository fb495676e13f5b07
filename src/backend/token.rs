//! The token in use, and how a new one is found when the backend refuses it: once, never in a loop.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};

use crate::text::Clean;

/// Finds the token anew: reads its file, runs `token_command`. The error is in words.
pub type Resolve = Arc<dyn Fn() -> BoxFuture<'static, Result<SecretString, String>> + Send + Sync>;

/// Renews a token by what came with it. The error is in words.
pub(super) type Renew = Arc<dyn Fn(SecretString) -> BoxFuture<'static, Result<SecretString, String>> + Send + Sync>;

/// Where the token comes from.
#[derive(Clone, Default)]
pub struct TokenSource {
    /// The token to begin with; `None` to have it resolved first, or for a backend that wants none.
    pub current: Option<SecretString>,
    /// How it is found anew after a refusal.
    pub resolve: Option<Resolve>,
}

impl TokenSource {
    /// A token that cannot be renewed.
    pub fn fixed(token: impl Into<SecretString>) -> Self {
        Self { current: Some(token.into()), resolve: None }
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (current, resolve) = (self.current.is_some(), self.resolve.is_some());
        f.debug_struct("TokenSource").field("current", &current).field("resolve", &resolve).finish()
    }
}

/// A token and its number: a refusal of an old one says nothing about the present one.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub secret: Option<SecretString>,
    pub number: u32,
}

#[derive(Debug)]
struct State {
    held: Held,
    /// The present token was found by renewing, and nothing has accepted it yet.
    unproven: bool,
    /// Why renewing failed for the present token; it is not tried again until [`TokenCell::again`].
    spent: Option<Clean>,
}

/// The token in use, shared by REST and the socket.
pub(super) struct TokenCell {
    state: Mutex<State>,
    resolve: Option<Resolve>,
    renewal: Option<Renew>,
    /// Held while a token is being found, so that several refusals at once find it once.
    renewing: tokio::sync::Mutex<()>,
}

impl TokenCell {
    pub fn new(source: TokenSource) -> Self {
        let held = Held { secret: source.current, number: 0 };
        let state = Mutex::new(State { held, unproven: false, spent: None });
        Self { state, resolve: source.resolve, renewal: None, renewing: tokio::sync::Mutex::new(()) }
    }

    /// With a way to renew tokens over the wire; it is tried before the token's source is asked.
    pub fn renewed_by(mut self, renewal: Renew) -> Self {
        self.renewal = Some(renewal);
        self
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token, found first if there is none yet and it can be found.
    ///
    /// # Errors
    /// It should be found and could not be; in words.
    pub async fn get(&self) -> Result<Held, Clean> {
        let held = self.lock().held.clone();
        if held.secret.is_some() || self.resolve.is_none() {
            return Ok(held);
        }
        self.renew(held.number).await
    }

    /// The backend took the token with this number.
    pub fn accepted(&self, number: u32) {
        let mut state = self.lock();
        if state.held.number == number {
            (state.unproven, state.spent) = (false, None);
        }
    }

    /// A person asked to try again: a token may be looked for once more.
    pub fn again(&self) {
        let mut state = self.lock();
        (state.unproven, state.spent) = (false, None);
    }

    /// Finds the token anew because a person asked; where nothing finds tokens, the present one is tried again.
    ///
    /// # Errors
    /// It could not be found; in words.
    pub async fn afresh(&self) -> Result<Held, Clean> {
        let _only_one = self.renewing.lock().await;
        let found = match &self.resolve {
            Some(resolve) => Some(resolve().await.map_err(|why| Clean::line(&why))?),
            None => None,
        };
        let mut state = self.lock();
        if let Some(found) = found.filter(|found| !same(state.held.secret.as_ref(), found)) {
            state.held = Held { secret: Some(found), number: state.held.number.wrapping_add(1) };
        }
        (state.unproven, state.spent) = (false, None);
        Ok(state.held.clone())
    }

    /// The backend refused the token with this number: a newer one, if there is one or it can be found now. It is
    /// looked for once after a refusal; a token that was just found and is refused too ends it.
    ///
    /// # Errors
    /// There is no other; in words.
    pub async fn renew(&self, refused: u32) -> Result<Held, Clean> {
        let _only_one = self.renewing.lock().await;
        let old = {
            let state = self.lock();
            if state.held.number != refused {
                return Ok(state.held.clone());
            }
            if let Some(why) = &state.spent {
                return Err(why.clone());
            }
            state.held.clone()
        };
        let renewed = match (&self.renewal, &old.secret) {
            (Some(renew), Some(secret)) if !self.lock().unproven => renew(secret.clone()).await.ok(),
            _ => None,
        };
        let found = match &self.resolve {
            _ if renewed.is_some() => renewed.ok_or_else(String::new),
            None => Err("sign in again with `switchboard login`".to_owned()),
            Some(_) if self.lock().unproven => Err("a new token was found and refused as well".to_owned()),
            Some(resolve) => resolve().await,
        };
        let mut state = self.lock();
        match found {
            Ok(found) if !same(old.secret.as_ref(), &found) => {
                state.held = Held { secret: Some(found), number: refused.wrapping_add(1) };
                (state.unproven, state.spent) = (old.secret.is_some(), None);
                Ok(state.held.clone())
            }
            Ok(_) => Err(state.spend("no newer token was found: sign in again with `switchboard login`")),
            Err(why) => Err(state.spend(&why)),
        }
    }
}

fn same(old: Option<&SecretString>, new: &SecretString) -> bool {
    old.is_some_and(|old| old.expose_secret() == new.expose_secret())
}

impl State {
    fn spend(&mut self, why: &str) -> Clean {
        let why = Clean::line(why);
        self.spent = Some(why.clone());
        why
    }
}

impl fmt::Debug for TokenCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCell").field("number", &self.lock().held.number).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A source that gives `tokens` in turn, the last one for ever, and counts how often it was asked.
    fn source(tokens: &'static [&'static str]) -> (TokenSource, Arc<AtomicU32>) {
        let asked = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&asked);
        let resolve: Resolve = Arc::new(move || {
            let turn = counter.fetch_add(1, Ordering::SeqCst) as usize;
            let token = tokens[turn.min(tokens.len() - 1)];
            Box::pin(async move { Ok(SecretString::from(token)) })
        });
        (TokenSource { current: Some("first".into()), resolve: Some(resolve) }, asked)
    }

    fn secret(held: &Held) -> &str {
        held.secret.as_ref().map(|secret| secret.expose_secret()).unwrap_or_default()
    }

    #[tokio::test]
    async fn many_refusals_at_once_look_once() {
        let (source, asked) = source(&["second"]);
        let cell = TokenCell::new(source);
        let (a, b) = tokio::join!(cell.renew(0), cell.renew(0));
        assert_eq!((secret(&a.unwrap()), secret(&b.unwrap())), ("second", "second"));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_new_token_that_is_refused_ends_it_until_a_person_asks() {
        let (source, asked) = source(&["second", "third", "fourth"]);
        let cell = TokenCell::new(source);
        let held = cell.renew(0).await.unwrap();
        assert!(cell.renew(held.number).await.is_err());
        assert!(cell.renew(held.number).await.is_err());
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        cell.again();
        assert_eq!(secret(&cell.renew(held.number).await.unwrap()), "third");
    }

    #[tokio::test]
    async fn an_accepted_token_may_be_renewed_when_it_expires() {
        let (source, _) = source(&["second", "third"]);
        let cell = TokenCell::new(source);
        let held = cell.renew(0).await.unwrap();
        cell.accepted(held.number);
        assert_eq!(secret(&cell.renew(held.number).await.unwrap()), "third");
    }

    #[tokio::test]
    async fn the_same_token_again_is_no_new_one() {
        let (source, asked) = source(&["first"]);
        let cell = TokenCell::new(source);
        assert!(cell.renew(0).await.unwrap_err().contains("switchboard login"));
        assert!(cell.renew(0).await.is_err());
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_missing_token_is_found_first() {
        let (mut source, _) = source(&["second"]);
        source.current = None;
        let cell = TokenCell::new(source);
        assert_eq!(secret(&cell.get().await.unwrap()), "second");
        let bare = TokenCell::new(TokenSource::default());
        assert!(bare.get().await.unwrap().secret.is_none(), "a backend may want none");
    }

    #[test]
    fn debug_shows_no_token() {
        let source = TokenSource::fixed("t0ken");
        assert!(!format!("{source:?} {:?}", TokenCell::new(source.clone())).contains("t0ken"));
    }
}

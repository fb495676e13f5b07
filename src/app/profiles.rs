//! The other profiles of the user: which are open behind this one, and what waits there.

use super::state::State;
use crate::backend::SessionState;
use crate::text::{self, Clean};

/// How far a profile is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// This one: it has the screen.
    Here,
    /// Not opened since the program began.
    Closed,
    /// Being opened.
    Opening,
    /// It runs behind this one.
    Open {
        /// How its session does, in a word or two.
        session: Clean,
        /// Messages may not come in, and why.
        trouble: Option<Clean>,
    },
    /// It could not be opened, and why.
    Failed(Clean),
}

/// One profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name in the configuration.
    pub name: String,
    /// How far it is.
    pub standing: Standing,
    /// How many of its conversations have unread messages.
    pub unread: usize,
    /// What would be lost there if the program ended now.
    pub left_behind: Option<Clean>,
}

impl Profile {
    /// A profile that nobody has opened yet.
    pub fn closed(name: String) -> Self {
        Self { name, standing: Standing::Closed, unread: 0, left_behind: None }
    }

    /// What a running profile looks like from another one.
    pub fn behind(name: String, state: &State) -> Self {
        let (session, trouble) = session(&state.session.state);
        Self {
            name,
            standing: Standing::Open { session: Clean::line(session), trouble },
            unread: state.inbox.unread_conversations(),
            left_behind: left_behind(state),
        }
    }

    /// Why nothing may come in from it, if that is so.
    pub fn trouble(&self) -> Option<&Clean> {
        match &self.standing {
            Standing::Open { trouble, .. } => trouble.as_ref(),
            Standing::Failed(why) => Some(why),
            Standing::Here | Standing::Closed | Standing::Opening => None,
        }
    }
}

/// How a session does, in a word that stands still while it waits, and what is wrong.
fn session(state: &SessionState) -> (&'static str, Option<Clean>) {
    match state {
        SessionState::Live => ("live", None),
        SessionState::Silent { .. } => ("silent, polling", None),
        SessionState::Connecting { .. } => ("connecting", None),
        SessionState::Waiting { reason, .. } => ("not connected", Some(reason.clone())),
        SessionState::Offline { reason } => ("offline", Some(reason.clone())),
        SessionState::SignedOut { reason } => ("signed out", Some(reason.clone())),
    }
}

/// What would be lost if the program ended now, in words; nothing where everything is on disk.
pub fn left_behind(state: &State) -> Option<Clean> {
    if state.keep.is_safe(state.settings.demo) {
        return None;
    }
    let mut parts = Vec::new();
    let (waiting, drafts) = (state.outbox.items().len(), state.composer.drafts());
    if waiting > 0 {
        parts.push(format!("{waiting} not sent"));
    }
    if drafts > 0 {
        parts.push(format!("{drafts} with a draft"));
    }
    (!parts.is_empty()).then(|| Clean::line(&parts.join(", ")))
}

/// The profiles that are found for what was typed.
pub fn hits<'a>(state: &'a State, search: &str) -> Vec<&'a Profile> {
    let wanted = text::search_fold(search.trim());
    state.profiles.iter().filter(|profile| text::search_fold(&profile.name).contains(&wanted)).collect()
}

//! What the inbox has kept of a backend, for `--offline`: neither the backend nor a token is asked for.

use jiff::{SignedDuration, Timestamp};

use super::contacts::Contacts;
use super::place::dialect_of;
use super::{Failure, Setup};
use crate::chat::{ConversationKey, Id, Message};
use crate::store::{Glance, GlanceError, file_of};

/// The store of the chosen profile, and how old it is.
pub(super) struct Kept {
    glance: Glance,
    contacts: Contacts,
    as_of: Option<Timestamp>,
}

impl Kept {
    /// Reads the newest conversations that are kept, at most so many.
    pub async fn read(setup: &Setup, limit: u32) -> Result<Self, Failure> {
        let nothing = "no backend is configured: sign in with `switchboard login URL`";
        let chosen = setup.chosen()?.ok_or_else(|| Failure::Usage(nothing.to_owned()))?;
        let profile = &chosen.profile;
        let account = profile.account.as_deref().map(Id::from);
        let rules = dialect_of(setup, &chosen, None)?.identity_rules(account, profile.route_variants);
        let mut glance = Glance::at(&file_of(&setup.paths, &chosen.name)).await.map_err(|error| match error {
            GlanceError::Nothing(_) => Failure::Other(format!(
                "nothing is kept yet for the profile `{}`: open the inbox once while the backend is there",
                chosen.name
            )),
            error => failed(&error),
        })?;
        let rows = glance.conversations(limit).await.map_err(|error| failed(&error))?;
        let as_of = glance.as_of().await.map_err(|error| failed(&error))?;
        Ok(Self { glance, contacts: Contacts::kept(rules, &rows), as_of })
    }

    /// The conversations.
    pub fn contacts(&self) -> &Contacts {
        &self.contacts
    }

    /// When the store was last in step with the backend, where that is known.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.as_of
    }

    /// The conversation that an argument names, by an id or by its phone number.
    pub fn find(&self, argument: &str) -> Result<ConversationKey, Failure> {
        let nobody =
            || Failure::Other(format!("no conversation {argument:?} is kept; without --offline the backend is asked"));
        self.contacts.named(argument)?.ok_or_else(nobody)
    }

    /// The newest messages of a conversation that are kept, oldest first; at most so many.
    pub async fn messages(&mut self, key: ConversationKey, limit: u32) -> Result<Vec<Message>, Failure> {
        let id = self.contacts.row(key).map(|row| row.id.clone()).ok_or_else(super::contacts::lost)?;
        self.glance.messages(&id, limit).await.map_err(|error| failed(&error))
    }

    /// Closes the file.
    pub async fn close(self) {
        self.glance.close().await;
    }
}

fn failed(error: &GlanceError) -> Failure {
    Failure::Other(error.to_string())
}

/// How long ago in words: `less than a minute ago`, `12 min ago`, `3 h ago`, `5 days ago`.
pub(super) fn age(passed: SignedDuration) -> String {
    match passed.as_mins() {
        ..1 => "less than a minute ago".to_owned(),
        minutes @ 1..120 => format!("{minutes} min ago"),
        minutes if minutes < 48 * 60 => format!("{} h ago", minutes / 60),
        minutes => format!("{} days ago", minutes / (24 * 60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_one_unit() {
        for (seconds, words) in [
            (-5, "less than a minute ago"),
            (59, "less than a minute ago"),
            (60, "1 min ago"),
            (2 * 3600 - 1, "119 min ago"),
            (2 * 3600, "2 h ago"),
            (48 * 3600, "2 days ago"),
        ] {
            assert_eq!(age(SignedDuration::from_secs(seconds)), words, "{seconds}");
        }
    }
}

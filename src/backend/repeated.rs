//! Some backends, and what stands in front of them, repeat the token that they refuse. What is secret of ours is taken out
//! of their words before anything shows, keeps or logs them. What they answer otherwise is data and stays as it is: a
//! header of ours may be an id of theirs.

use std::borrow::Cow;

use secrecy::{ExposeSecret as _, SecretString};

use super::report::RestError;
use crate::config::Profile;
use crate::text::Clean;

/// Shorter ones are in every text, and no secrets.
const SHORTEST: usize = 6;

/// What is secret of one profile.
pub(super) struct Repeated<'a> {
    secrets: Vec<&'a str>,
}

impl<'a> Repeated<'a> {
    /// The token, and the values of the profile's headers.
    pub fn of(profile: &'a Profile, token: Option<&'a SecretString>) -> Self {
        let all = token.into_iter().chain(profile.headers.values()).map(SecretString::expose_secret);
        Self { secrets: all.filter(|secret| secret.len() >= SHORTEST).collect() }
    }

    /// The text without them.
    pub fn out_of<'t>(&self, text: impl Into<Cow<'t, str>>) -> Cow<'t, str> {
        let mut text = text.into();
        for secret in &self.secrets {
            if text.contains(secret) {
                text = Cow::Owned(text.replace(secret, "[redacted]"));
            }
        }
        text
    }

    /// Words without them.
    pub fn out_of_words(&self, words: &Clean) -> Clean {
        Clean::line(&self.out_of(&**words))
    }

    /// An error without them.
    pub fn out_of_error(&self, mut error: RestError) -> RestError {
        match &mut error {
            RestError::Unreachable { reason, .. }
            | RestError::Withheld { reason }
            | RestError::SignedOut { reason } => *reason = self.out_of_words(reason),
            RestError::Refused { code, reason, .. } => {
                *reason = self.out_of_words(reason);
                *code = code.as_ref().map(|code| self.out_of_words(code));
            }
            RestError::Unreadable(error) => error.problem = self.out_of(error.problem.as_str()).into_owned(),
        }
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_is_taken_out_and_nothing_else() {
        let mut profile = Profile::new("http://localhost".parse().unwrap());
        profile.headers.insert("x-gateway".to_owned(), "k3y-of-ours".into());
        profile.headers.insert("x-version".to_owned(), "2".into());
        let token = SecretString::from("a-token-of-ours");
        let ours = Repeated::of(&profile, Some(&token));
        assert_eq!(
            ours.out_of("jwt malformed: a-token-of-ours, a-token-of-ours"),
            "jwt malformed: [redacted], [redacted]"
        );
        assert_eq!(ours.out_of("2 keys: k3y-of-ours"), "2 keys: [redacted]");
        let reason = Clean::line("no: a-token-of-ours");
        assert_eq!(ours.out_of_error(RestError::SignedOut { reason }).to_string(), "signed out: no: [redacted]");
        let refused = |code: &str, reason: &str| RestError::Refused {
            status: 400,
            code: Some(Clean::line(code)),
            reason: Clean::line(reason),
            retry_after: None,
        };
        let error = ours.out_of_error(refused("NO_a-token-of-ours", "no: a-token-of-ours"));
        assert_eq!(error, refused("NO_[redacted]", "no: [redacted]"));
    }
}

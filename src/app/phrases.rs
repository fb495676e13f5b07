//! Canned replies: the user's own, out of a file, and those that the team shares at the backend.

use super::state::State;
use crate::text;
use crate::wire::Catalogue;

/// One canned reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// What is typed behind the slash.
    pub name: String,
    /// What it says, with `{placeholders}`.
    pub text: String,
    /// It is the team's, at the backend; otherwise the user's own.
    pub shared: bool,
}

/// All of them, the user's own first.
pub fn all(state: &State) -> Vec<Phrase> {
    let phrase = |name: &str, text: &str, shared| Phrase { name: name.to_owned(), text: text.to_owned(), shared };
    let own = state.replies.iter().map(|(name, text)| phrase(name, text, false));
    // a shortcut may be written with its slash
    let shared = state.catalogues.items(Catalogue::Replies).iter().filter_map(|item| {
        let name = item.title.trim_start_matches('/');
        Some(phrase(name, item.text.as_ref()?, true)).filter(|_| !name.is_empty())
    });
    own.chain(shared).collect()
}

/// Those that `typed` may mean: by the beginning of the name, by the name, by the text.
pub fn matching<'p>(all: &'p [Phrase], typed: &str) -> Vec<&'p Phrase> {
    let wanted = text::search_fold(typed);
    let rank = |phrase: &Phrase| match text::search_fold(&phrase.name).find(&wanted) {
        Some(0) => Some(0),
        Some(_) => Some(1),
        None => text::search_fold(&phrase.text).contains(&wanted).then_some(2),
    };
    let mut found: Vec<_> = all.iter().filter_map(|phrase| Some((rank(phrase)?, phrase))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, phrase)| phrase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_before_texts_and_ones_own_before_the_teams() {
        let phrase = |name: &str, text: &str, shared| Phrase { name: name.to_owned(), text: text.to_owned(), shared };
        let all = [
            phrase("a", "refund", false),
            phrase("my-refund", "x", false),
            phrase("refund", "y", false),
            phrase("z", "z", false),
            phrase("refund", "theirs", true),
        ];
        let found: Vec<(&str, bool)> =
            matching(&all, "REF").into_iter().map(|found| (found.name.as_str(), found.shared)).collect();
        assert_eq!(found, [("refund", false), ("refund", true), ("my-refund", false), ("a", false)]);
        assert_eq!(matching(&all, "").len(), 5);
    }
}

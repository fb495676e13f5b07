//! What the composer offers while one types: `:name` for an emoji, `/name` for a canned reply.

use ratatui_textarea::{CursorMove, TextArea};

use crate::app::phrases::{self, Phrase};
use crate::text::Clean;

/// At most this many are offered.
const MOST: usize = 8;
/// An emoji's name is looked for from so many letters on, so that `:)` and `12:30` are left alone.
const LEAST: usize = 2;

/// What completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `:name`.
    Emoji,
    /// `/name`, as the whole text.
    Reply,
    /// `@name`, an agent in a note.
    Agent,
}

/// One that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What is put into the text.
    pub insert: String,
    /// What is offered: the emoji with its name, or the reply's name.
    pub label: Clean,
    /// The beginning of what a reply says.
    pub detail: Clean,
}

/// What is offered for the word before the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What completes.
    pub kind: Kind,
    /// The character of the line where the word begins.
    pub from: usize,
    /// At least one.
    pub offers: Vec<Offer>,
    /// The chosen one.
    pub chosen: usize,
}

impl Completion {
    /// What may be meant by what stands before the cursor.
    pub fn of(area: &TextArea<'_>, replies: &[Phrase], agents: &[Clean]) -> Option<Self> {
        let cursor = area.cursor();
        let line = area.lines().get(cursor.0)?;
        let before: String = line.chars().take(cursor.1).collect();
        if cursor.0 == 0
            && let Some(typed) = before.strip_prefix('/')
            && !typed.contains(char::is_whitespace)
        {
            let detail = |phrase: &Phrase| match phrase.shared {
                true => Clean::line(&format!("(team) {}", phrase.text)),
                false => Clean::line(&phrase.text),
            };
            let offers: Vec<Offer> = phrases::matching(replies, typed)
                .into_iter()
                .take(MOST)
                .map(|phrase| Offer {
                    insert: phrase.text.clone(),
                    label: Clean::line(&format!("/{}", phrase.name)),
                    detail: detail(phrase),
                })
                .collect();
            return Self::offering(Kind::Reply, 0, offers);
        }
        if let Some((head, typed)) = before.rsplit_once('@')
            && head.chars().next_back().is_none_or(char::is_whitespace)
        {
            let wanted = crate::text::search_fold(typed);
            let named = agents.iter().filter(|name| crate::text::search_fold(name).starts_with(&wanted)).take(MOST);
            let offer = |name: &Clean| Offer {
                insert: format!("@{name} "),
                label: Clean::line(&format!("@{name}")),
                detail: Clean::default(),
            };
            return Self::offering(Kind::Agent, head.chars().count(), named.map(offer).collect());
        }
        let (head, typed) = before.rsplit_once(':')?;
        let begins = head.chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != ':');
        if !begins || typed.chars().count() < LEAST || !typed.chars().all(is_of_name) {
            return None;
        }
        let mut found: Vec<(usize, usize, &str, &str)> = Vec::new();
        for emoji in emojis::iter() {
            for code in emoji.shortcodes() {
                if let Some(at) = code.find(typed) {
                    found.push((at.min(1), code.len(), code, emoji.as_str()));
                }
            }
        }
        // those that begin so come first, short names before long ones
        found.sort_unstable();
        let offers = found.into_iter().take(MOST).map(|(.., code, emoji)| Offer {
            insert: emoji.to_owned(),
            label: Clean::line(&format!("{emoji} :{code}:")),
            detail: Clean::default(),
        });
        Self::offering(Kind::Emoji, head.chars().count(), offers.collect())
    }

    fn offering(kind: Kind, from: usize, offers: Vec<Offer>) -> Option<Self> {
        (!offers.is_empty()).then_some(Self { kind, from, offers, chosen: 0 })
    }

    /// Moves the choice, round and round.
    pub fn choose(&mut self, by: isize) {
        let len = isize::try_from(self.offers.len()).unwrap_or(1);
        let at = isize::try_from(self.chosen).unwrap_or(0) + by;
        self.chosen = usize::try_from(at.rem_euclid(len)).unwrap_or(0);
    }

    /// The chosen one.
    pub fn offer(&self) -> Option<&Offer> {
        self.offers.get(self.chosen)
    }
}

/// A `:name:` that was just closed becomes its emoji; says whether it did.
pub fn close_emoji(area: &mut TextArea<'_>) -> bool {
    let cursor = area.cursor();
    let Some(line) = area.lines().get(cursor.0) else { return false };
    let before: String = line.chars().take(cursor.1).collect();
    let emoji = before.strip_suffix(':').and_then(|rest| rest.rsplit_once(':')).and_then(|(head, name)| {
        let emoji = emojis::get_by_shortcode(name).filter(|_| name.chars().all(is_of_name))?;
        Some((head.chars().count(), emoji.as_str()))
    });
    emoji.is_some_and(|(from, emoji)| {
        replace(area, from, emoji);
        true
    })
}

/// Replaces what stands between the character `from` of the cursor's line and the cursor.
pub fn replace(area: &mut TextArea<'_>, from: usize, with: &str) {
    let cursor = area.cursor();
    let jump = |at: usize| {
        CursorMove::Jump(u16::try_from(cursor.0).unwrap_or(u16::MAX), u16::try_from(at).unwrap_or(u16::MAX))
    };
    area.move_cursor(jump(from));
    area.delete_str(cursor.1.saturating_sub(from));
    area.insert_str(with);
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '+' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(text: &str) -> TextArea<'static> {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        area
    }

    fn offered(text: &str) -> Option<(Kind, String)> {
        let phrase = |name: &str, text: &str| Phrase { name: name.to_owned(), text: text.to_owned(), shared: false };
        let replies = [phrase("hello", "Hello {name}"), phrase("refund", "Your refund is on its way")];
        let completion = Completion::of(&area(text), &replies, &[Clean::line("Ben Ito")])?;
        Some((completion.kind, completion.offer()?.label.to_string()))
    }

    #[test]
    fn emoji_by_name_where_a_name_can_begin() {
        assert_eq!(offered("ok :tad"), Some((Kind::Emoji, "🎉 :tada:".to_owned())));
        assert_eq!(offered("\n(:heart"), Some((Kind::Emoji, "❤️ :heart:".to_owned())));
        for text in ["at 12:30", "see :)", ":t", "http://x", "Re: about", "qqq :zzzzzz"] {
            assert_eq!(offered(text), None, "{text}");
        }
    }

    #[test]
    fn agents_by_the_beginning_of_their_name() {
        assert_eq!(offered("ask @be"), Some((Kind::Agent, "@Ben Ito".to_owned())));
        assert_eq!(offered("@Ben i"), Some((Kind::Agent, "@Ben Ito".to_owned())));
        for text in ["me@be", "@zoe", "@ben ito and"] {
            assert_eq!(offered(text), None, "{text}");
        }
    }

    #[test]
    fn replies_by_name_and_by_text_at_the_beginning_alone() {
        assert_eq!(offered("/"), Some((Kind::Reply, "/hello".to_owned())));
        assert_eq!(offered("/ref"), Some((Kind::Reply, "/refund".to_owned())));
        assert_eq!(offered("/on its"), None, "a word");
        assert_eq!(offered("/way"), Some((Kind::Reply, "/refund".to_owned())));
        for text in ["and/or", "a\n/hello", "/nothing-like-it"] {
            assert_eq!(offered(text), None, "{text}");
        }
    }

    #[test]
    fn a_closed_name_becomes_its_emoji_and_undo_brings_it_back() {
        let mut text = area("well done :tada:");
        assert!(close_emoji(&mut text));
        assert_eq!(text.lines(), ["well done 🎉"]);
        while text.undo() {}
        assert_eq!(text.lines(), ["well done :tada:"]);
        assert!(!close_emoji(&mut area("at 12:30:")));
    }

    #[test]
    fn the_choice_goes_round() {
        let mut completion = Completion::of(&area(":smi"), &[], &[]).unwrap();
        let count = completion.offers.len();
        completion.choose(-1);
        assert_eq!(completion.chosen, count - 1);
        completion.choose(1);
        assert_eq!(completion.chosen, 0);
    }
}

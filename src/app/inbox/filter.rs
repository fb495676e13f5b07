//! The filter of the list, as it is typed: words that must all be found.
//!
//! A word is found fuzzily in the name and the labels (`mrlpz` finds María López), as digits in the phone, and as it
//! stands in the preview: a preview is a sentence, in which almost any three letters occur somewhere. `!word` must
//! not be found.

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::chat::Conversation;

/// What was typed, ready to be looked for.
#[derive(Clone, Debug)]
pub struct Filter {
    text: String,
    words: Vec<Word>,
}

#[derive(Clone, Debug)]
struct Word {
    not: bool,
    fuzzy: Atom,
    plain: Atom,
    /// The word as part of a phone, where it can be one.
    digits: Option<String>,
}

/// What looks for words: its buffers are large and serve all rows.
#[derive(Debug)]
pub struct Finder {
    matcher: Matcher,
    buffer: Vec<char>,
}

impl Default for Finder {
    fn default() -> Self {
        Self { matcher: Matcher::new(Config::DEFAULT), buffer: Vec::new() }
    }
}

impl Finder {
    fn has(&mut self, atom: &Atom, text: &str) -> bool {
        atom.score(Utf32Str::new(text, &mut self.buffer), &mut self.matcher).is_some()
    }
}

impl Filter {
    /// The filter for a text; `None` where it asks for nothing.
    pub fn new(text: &str) -> Option<Self> {
        let words: Vec<Word> = text.split_whitespace().filter_map(Word::new).collect();
        (!words.is_empty()).then(|| Self { text: text.to_owned(), words })
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether this lets nothing through that `other` does not.
    pub fn narrows(&self, other: &Self) -> bool {
        self.text.starts_with(other.text.as_str()) && !self.text.contains('!')
    }

    /// Whether every word is found in a row.
    pub fn lets(&self, row: &Conversation, finder: &mut Finder) -> bool {
        self.words.iter().all(|word| word.is_in(row, finder) != word.not)
    }
}

impl Word {
    fn new(raw: &str) -> Option<Self> {
        let (not, word) = match raw.strip_prefix('!') {
            Some(word) => (true, word),
            None => (false, raw),
        };
        if word.is_empty() {
            return None;
        }
        let atom = |kind| Atom::new(word, CaseMatching::Ignore, Normalization::Smart, kind, false);
        let is_phone = word.chars().all(|c| c.is_ascii_digit() || "+-().".contains(c));
        let digits: String = word.chars().filter(char::is_ascii_digit).collect();
        Some(Self {
            not,
            // without gaps where it must not be found: otherwise it would hide half of the list
            fuzzy: atom(if not { AtomKind::Substring } else { AtomKind::Fuzzy }),
            plain: atom(AtomKind::Substring),
            digits: (is_phone && !digits.is_empty()).then_some(digits),
        })
    }

    fn is_in(&self, row: &Conversation, finder: &mut Finder) -> bool {
        if let Some(digits) = &self.digits
            && let Some(phone) = &row.phone
        {
            // a number is often typed as it is dialled within the country
            let national = digits.strip_prefix('0').filter(|rest| rest.len() > 2);
            if phone.digits().contains(digits.as_str()) || national.is_some_and(|rest| phone.digits().contains(rest)) {
                return true;
            }
        }
        row.name.as_deref().is_some_and(|name| finder.has(&self.fuzzy, name))
            || row.labels.iter().any(|label| finder.has(&self.fuzzy, label))
            || row.preview.as_deref().is_some_and(|preview| finder.has(&self.plain, preview))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{ConversationFacts, ConversationKey, NamedId, Phone};
    use crate::text::Clean;

    fn finds(text: &str) -> bool {
        let facts = ConversationFacts {
            ids: vec![NamedId { pointer: "/_id".into(), id: "1".into() }],
            name: Some(Clean::line("María López")),
            phone: Phone::parse("+923001234567"),
            preview: Some(Clean::line("Where is my refund?")),
            labels: Some(vec![Clean::line("delivery")]),
            ..ConversationFacts::default()
        };
        let row = Conversation::from_facts(ConversationKey(0), &facts).unwrap();
        Filter::new(text).is_none_or(|filter| filter.lets(&row, &mut Finder::default()))
    }

    #[test]
    fn each_word_is_looked_for_where_it_makes_sense() {
        for text in ["", " ", "mrlpz", "lopez", "LÓPEZ", "refund", "maria refund", "dlvry", "4567", "+92300", "0300"] {
            assert!(finds(text), "{text}");
        }
        for text in ["rfnd", "ken", "maria ken", "999", "!maria", "maria !refund"] {
            assert!(!finds(text), "{text}");
        }
        assert!(finds("!ken"));
        assert!(finds("maria !"), "a sign alone asks for nothing yet");
    }
}

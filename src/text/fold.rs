//! Text as it is compared, abbreviated and aligned.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{BidiClass, CanonicalCombiningClass};

use super::clusters::graphemes;

/// The side at which a text begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Left to right, and all that says nothing.
    #[default]
    Ltr,
    /// Right to left.
    Rtl,
}

/// The direction of the first strong character (rule P2 of the Unicode bidirectional algorithm), so that a pane can
/// align the line. Characters are never reordered here: terminals that know how do it themselves.
pub fn direction(text: &str) -> Direction {
    let classes = CodePointMapData::<BidiClass>::new();
    for c in text.chars() {
        if c.is_ascii_alphabetic() {
            return Direction::Ltr;
        }
        if !c.is_ascii() {
            match classes.get(c) {
                BidiClass::LeftToRight => return Direction::Ltr,
                BidiClass::RightToLeft | BidiClass::ArabicLetter => return Direction::Rtl,
                _ => {}
            }
        }
    }
    Direction::Ltr
}

/// One or two graphemes that stand for a name: the first of its first word and of its last, in capitals. Words
/// without a letter or digit do not count; `?` if no word is left.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| {
        graphemes(word).map(|(_, grapheme)| grapheme).find(|g| g.chars().next().is_some_and(char::is_alphanumeric))
    });
    let Some(first) = words.next() else { return "?".to_owned() };
    let last = words.next_back().unwrap_or_default();
    format!("{first}{last}").to_uppercase()
}

/// `text` as a filter compares it: lower case, without accents and vowel points, compatibility forms undone (`ﬁ` is
/// `fi`, full-width letters are plain). The result is for comparing only, never for showing.
///
/// Marks that tell letters apart stay: the nukta and virama of Indic scripts and the voicing marks of kana (combining
/// classes 7 to 9), and vowel signs (class 0).
pub fn search_fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let classes = CodePointMapData::<CanonicalCombiningClass>::new();
    DecomposingNormalizerBorrowed::new_nfkd()
        .normalize_iter(text.chars().flat_map(char::to_lowercase))
        .filter(|&c| {
            // the Arabic stretching stroke is ornament
            c != '\u{640}' && (c.is_ascii() || classes.get(c) < CanonicalCombiningClass::CCC10)
        })
        .flat_map(char::to_lowercase)
        .collect()
}

//! Text as it is compared, abbreviated and aligned.

use std::ops::Range;

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

/// Where the folded `terms` stand in a text: byte ranges on characters' borders, in order, never overlapping. Each
/// character is folded by itself, so a match that only folding across characters would make is not marked.
pub fn find_folded(text: &str, terms: &[String]) -> Vec<Range<usize>> {
    let mut folded = String::with_capacity(text.len());
    // where each character begins, folded and as it is
    let mut origin: Vec<(usize, usize)> = Vec::new();
    let mut buffer = [0; 4];
    for (at, character) in text.char_indices() {
        origin.push((folded.len(), at));
        if character.is_ascii() {
            folded.push(character.to_ascii_lowercase());
        } else {
            folded.push_str(&search_fold(character.encode_utf8(&mut buffer)));
        }
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    for term in terms.iter().filter(|term| !term.is_empty()) {
        for (start, _) in folded.match_indices(term.as_str()) {
            let first = origin.partition_point(|(from, _)| *from <= start).saturating_sub(1);
            let behind = origin.partition_point(|(from, _)| *from < start + term.len());
            let from = origin.get(first).map_or(0, |(_, at)| *at);
            let to = origin.get(behind).map_or(text.len(), |(_, at)| *at);
            found.push(from..to);
        }
    }
    found.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

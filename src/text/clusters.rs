//! A text cluster by cluster, without asking the Unicode tables about what most texts consist of.

use unicode_segmentation::UnicodeSegmentation;

/// The graphemes (extended grapheme clusters, UAX 29) of `text`, each with the byte offset at which it begins.
pub fn graphemes(text: &str) -> Graphemes<'_> {
    Graphemes { text, at: 0 }
}

/// What [`graphemes`] gives.
#[derive(Clone, Debug)]
pub struct Graphemes<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Graphemes<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..)?;
        let mut chars = rest.chars();
        let first = chars.next()?;
        let cluster = if stands_alone(first) && chars.next().is_none_or(stands_alone) {
            rest.get(..first.len_utf8())?
        } else {
            // what came before ends at a boundary, so it has no say
            rest.graphemes(true).next()?
        };
        let at = self.at;
        self.at += cluster.len();
        Some((at, cluster))
    }
}

/// Whether a boundary is on both sides of `c` when the same is true of its neighbours: no rule of UAX 29 but the last
/// (GB999) speaks of it. Letters and signs of Latin, Greek and Cyrillic, lines and boxes, kana and ideographs.
fn stands_alone(c: char) -> bool {
    matches!(c,
        ' '..='~'
        | '\u{a1}'..='\u{a8}' | '\u{aa}'..='\u{ac}' | '\u{af}'..='\u{2ff}'
        | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{52f}'
        | '\u{2010}'..='\u{2027}' | '\u{2500}'..='\u{259f}'
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said_by_the_tables(text: &str) -> Vec<(usize, &str)> {
        text.grapheme_indices(true).collect()
    }

    #[test]
    fn what_stands_alone_does() {
        for c in ('\0'..=char::MAX).filter(|c| stands_alone(*c)) {
            for (before, after) in [('a', 'a'), (c, c), ('語', '─'), ('é', 'ж')] {
                let text = String::from_iter([before, c, after]);
                assert_eq!(text.graphemes(true).count(), 3, "{c:?} in {text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn clusters_are_those_of_the_tables(text in "(\\PC|[a-z é─語\r\n\u{301}\u{200d}\u{fe0f}👩🇵🇰🏽\u{94d}क\u{1100}\u{1161}]){0,24}") {
            prop_assert_eq!(graphemes(&text).collect::<Vec<_>>(), said_by_the_tables(&text));
        }
    }
}

//! The words around what a search found, in one line.

use crate::text::{Clean, find_folded, graphemes};

/// So many graphemes before the match, and so many in all.
const BEFORE: usize = 24;
const LENGTH: usize = 100;

/// The part of `text` around the first place where one of the folded `terms` stands; the beginning where none is found.
pub fn around(text: &Clean, terms: &[String]) -> Clean {
    let line = text.to_line();
    let starts: Vec<usize> = graphemes(&line).map(|(start, _)| start).collect();
    let at = find_folded(&line, terms).first().map_or(0, |range| range.start);
    let grapheme = starts.partition_point(|start| *start <= at).saturating_sub(1);
    // A short text is shown whole.
    let from = if starts.len() <= LENGTH { 0 } else { grapheme.saturating_sub(BEFORE) };
    // What would be cut off at the beginning and is shorter than the sign for it stays.
    let from = if from <= 1 { 0 } else { from };
    let part = starts.get(from).and_then(|start| line.get(*start..)).unwrap_or_default();
    let part = if from == 0 { part.to_owned() } else { format!("…{part}") };
    Clean::line_within(&part, LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::search_fold;

    fn snippet(text: &str, term: &str) -> String {
        around(&Clean::text(text), &[search_fold(term)]).to_string()
    }

    #[test]
    fn the_match_stands_in_the_line() {
        assert_eq!(snippet("Where is my Café order?", "cafe"), "Where is my Café order?");
        let long = format!("{}the ÜBERRASCHUNG is here {}", "word ".repeat(40), "tail ".repeat(40));
        let part = snippet(&long, "überraschung");
        assert!(part.starts_with('…') && part.contains("ÜBERRASCHUNG") && part.ends_with('…'), "{part}");
        assert_eq!(snippet("two\nlines", "lines"), "two lines");
        assert_eq!(snippet("no match", "zzz"), "no match");
        assert_eq!(snippet("", "x"), "");
    }
}

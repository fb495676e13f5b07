//! How many columns a text takes.
//!
//! ratatui draws grapheme by grapheme, and what it counts is the only width that matters: a count of our own that
//! differs by one shifts every column behind it. So all widths here are sums of ratatui's own
//! [`CellWidth`], with the graphemes left out that `Buffer::set_stringn` leaves out. Do not use
//! `Span::width` or `Line::width` for text from outside: they measure whole strings, in which for instance the
//! Arabic `لا` is one column, while it is drawn in two.
//!
//! Terminals disagree about emoji made of several characters (a selector U+FE0F, ZWJ sequences, flags, skin tones).
//! The policy: text is kept as it was written and measured by Unicode's rules, as current terminals do; ratatui repaints the cell behind such a
//! grapheme. For terminals that know none of it (the Linux console, old multiplexers) [`degrade`]
//! rewrites such sequences to what every terminal draws alike.

use std::borrow::Cow;

use ratatui::buffer::CellWidth;

use super::class::{is_pictographic, is_tone};
use super::clusters::graphemes;

/// The columns that ratatui gives to one grapheme; 0 for a control character, which it does not draw.
pub fn grapheme_width(grapheme: &str) -> usize {
    match grapheme.as_bytes() {
        [byte] => usize::from(!byte.is_ascii_control()),
        // two bytes of Latin, Greek or Cyrillic before the marks, or a line of a box
        [0xc3..=0xca, _] | [0xe2, 0x94 | 0x95, _] => 1,
        _ if grapheme.contains(char::is_control) => 0,
        _ => usize::from(grapheme.cell_width()),
    }
}

/// The columns that ratatui gives to `text` in one line.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.bytes().filter(|b| !b.is_ascii_control()).count()
    } else {
        graphemes(text).map(|(_, grapheme)| grapheme_width(grapheme)).sum()
    }
}

/// `text` if it fits into `columns`, otherwise its beginning and `…`. Reads no further than the columns reach.
pub fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    let mut taken = 0;
    // the end of what fits when the ellipsis needs a column as well
    let mut end = 0;
    for (at, grapheme) in graphemes(text) {
        let wide = grapheme_width(grapheme);
        if taken + wide > columns {
            return match text.get(..end) {
                Some(head) if columns > 0 => Cow::Owned(format!("{head}…")),
                _ => Cow::Borrowed(""),
            };
        }
        taken += wide;
        if taken < columns {
            end = at + grapheme.len();
        }
    }
    Cow::Borrowed(text)
}

/// `text` in exactly `columns`: cut as by [`fit`], with spaces after it.
pub fn pad(text: &str, columns: usize) -> String {
    let mut out = fit(text, columns).into_owned();
    let missing = columns.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(' ', missing));
    out
}

/// `text` in exactly `columns`: cut as by [`fit`], with spaces before it.
pub fn pad_start(text: &str, columns: usize) -> String {
    let shown = fit(text, columns);
    let mut out = " ".repeat(columns.saturating_sub(width(&shown)));
    out.push_str(&shown);
    out
}

/// Rewrites emoji sequences about which terminals disagree: of a ZWJ sequence the first picture stays, selectors and
/// skin tones go, and a flag becomes its two letters.
pub fn degrade(text: &str) -> Cow<'_, str> {
    let disputed = |c: char| {
        matches!(c, '\u{fe0f}' | '\u{fe0e}' | '\u{1f1e6}'..='\u{1f1ff}' | '\u{e0020}'..='\u{e007f}')
            || is_tone(c)
            || c == '\u{200d}'
    };
    if !text.contains(disputed) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (_, grapheme) in graphemes(text) {
        let pictures = grapheme.chars().next().is_some_and(is_pictographic);
        for c in grapheme.chars() {
            match c {
                '\u{1f1e6}'..='\u{1f1ff}' => {
                    out.extend(char::from_u32('A' as u32 + (c as u32 - 0x1f1e6)));
                }
                '\u{200d}' if pictures => break,
                '\u{200d}' => out.push(c),
                _ if disputed(c) => {}
                _ => out.push(c),
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_ways_count_as_ratatui_does() {
        for c in ('\u{a1}'..='\u{2ff}').chain('\u{2010}'..='\u{2600}') {
            let grapheme = c.to_string();
            assert_eq!(grapheme_width(&grapheme), usize::from(grapheme.cell_width()), "{c:?}");
        }
    }
}

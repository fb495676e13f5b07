//! The composer's text as it lies in its pane: wrapped lines, and where the cursor stands among them.

use ratatui_textarea::TextArea;

use crate::text;

/// At most this many rows of text are shown; longer text scrolls.
pub const MOST_ROWS: usize = 8;
/// WhatsApp takes at most this many characters in one message.
pub const MOST_CHARACTERS: usize = 4096;

/// The rows of the composer that are shown, and the cursor among them.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// The rows, at least one; safe to draw.
    pub rows: Vec<String>,
    /// The cursor's row among them.
    pub row: usize,
    /// The cursor's column.
    pub column: usize,
}

/// What of the text is shown in `columns` and at most `most` rows: the part around the cursor.
pub fn written(area: &TextArea<'_>, columns: usize, most: usize) -> Written {
    let (rows, at, top) = laid_out(area, columns, most.max(1));
    let rows = rows.into_iter().skip(top).take(most.max(1)).map(|row| row.text).collect();
    Written { rows, row: at.0 - top.min(at.0), column: at.1 }
}

/// The line and the character that stand at a row and a column of what [`written`] shows; the end of the row behind it.
pub fn at(area: &TextArea<'_>, columns: usize, most: usize, row: usize, column: usize) -> (usize, usize) {
    let (rows, _, top) = laid_out(area, columns, most.max(1));
    let Some(found) = rows.get(top + row).or(rows.last()) else { return (0, 0) };
    let mut used = 0;
    let mut characters = 0;
    for (_, grapheme) in text::graphemes(&found.text) {
        used += text::grapheme_width(grapheme);
        if used > column {
            break;
        }
        characters += grapheme.chars().count();
    }
    (found.line, found.from + characters)
}

/// A row, and where in the text it begins.
struct LaidOut {
    text: String,
    line: usize,
    from: usize,
}

/// The rows around the cursor, the cursor among them, and the first row that is shown.
fn laid_out(area: &TextArea<'_>, columns: usize, most: usize) -> (Vec<LaidOut>, (usize, usize), usize) {
    let cursor = area.cursor();
    let lines = area.lines();
    // Only lines that can be in view are wrapped, so that a large text costs no more than a small one.
    let first = cursor.0.saturating_sub(most);
    let mut rows = Vec::new();
    let mut at = (0, 0);
    for (index, line) in lines.iter().enumerate().skip(first).take(most * 2 + 1) {
        let line = shown(line);
        let ranges = text::wrap(&line, columns);
        if index == cursor.0 {
            at = place(&line, &ranges, cursor.1, columns);
            at.0 += rows.len();
        }
        rows.extend(ranges.into_iter().map(|range| LaidOut {
            line: index,
            from: line.get(..range.start).unwrap_or_default().chars().count(),
            text: line.get(range).unwrap_or_default().to_owned(),
        }));
        if at.0 == rows.len() && index == cursor.0 {
            // a full row: the cursor stands at the beginning of the next one
            rows.push(LaidOut { text: String::new(), line: index, from: line.chars().count() });
        }
    }
    if rows.is_empty() {
        rows.push(LaidOut { text: String::new(), line: cursor.0, from: 0 });
    }
    let top = at.0.saturating_sub(most - 1).min(rows.len().saturating_sub(most));
    (rows, at, top)
}

/// Text typed or pasted by the local user as it may be drawn, character by character, so that positions stay.
pub fn shown(raw: &str) -> String {
    raw.chars()
        .map(|c| match c {
            '\t' => ' ',
            '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '·',
            '\u{2028}' | '\u{2029}' => '·',
            c if c.is_control() => '·',
            c => c,
        })
        .collect()
}

/// The same for a text of several lines, which stay.
pub fn shown_lines(raw: &str) -> String {
    raw.split('\n').map(shown).collect::<Vec<_>>().join("\n")
}

/// Row and column of the character at `position` of a wrapped line.
fn place(line: &str, ranges: &[std::ops::Range<usize>], position: usize, columns: usize) -> (usize, usize) {
    let offset = line.char_indices().nth(position).map_or(line.len(), |(offset, _)| offset);
    let row = ranges.iter().rposition(|range| range.start <= offset).unwrap_or(0);
    let start = ranges.get(row).map_or(0, |range| range.start);
    let column = text::width(line.get(start..offset).unwrap_or_default());
    if column >= columns && columns > 0 { (row + 1, 0) } else { (row, column) }
}

#[cfg(test)]
mod tests {
    use ratatui_textarea::CursorMove;

    use super::*;

    fn area(text: &str) -> TextArea<'static> {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        area
    }

    #[test]
    fn an_empty_text_is_one_row() {
        assert_eq!(written(&area(""), 10, 8), Written { rows: vec![String::new()], row: 0, column: 0 });
    }

    #[test]
    fn the_cursor_follows_the_wrapping() {
        let got = written(&area("one two three"), 8, 8);
        assert_eq!(got, Written { rows: vec!["one two".into(), "three".into()], row: 1, column: 5 });
        let full = written(&area("12345678"), 8, 8);
        assert_eq!((full.rows.len(), full.row, full.column), (2, 1, 0));
        let wide = written(&area("日本"), 8, 8);
        assert_eq!((wide.row, wide.column), (0, 4));
    }

    #[test]
    fn long_text_shows_the_part_around_the_cursor() {
        let text: Vec<String> = (0..50).map(|n| n.to_string()).collect();
        let mut area = area(&text.join("\n"));
        let got = written(&area, 8, 3);
        assert_eq!((got.rows.as_slice(), got.row), (["47".into(), "48".into(), "49".into()].as_slice(), 2));
        area.move_cursor(CursorMove::Top);
        let got = written(&area, 8, 3);
        assert_eq!((got.rows.as_slice(), got.row), (["0".into(), "1".into(), "2".into()].as_slice(), 0));
    }

    #[test]
    fn a_place_in_the_pane_is_a_place_in_the_text() {
        let text = area("one two three\n日本");
        // the text lies as `one two`, `three`, `日本`
        for (row, column, place) in [
            (0, 0, (0, 0)),
            (0, 4, (0, 4)),
            (1, 0, (0, 8)),
            (1, 99, (0, 13)),
            (2, 2, (1, 1)),
            (2, 3, (1, 1)),
            (9, 0, (1, 0)),
        ] {
            assert_eq!(at(&text, 8, 8, row, column), place, "row {row}, column {column}");
        }
    }

    #[test]
    fn nothing_that_steers_a_terminal_is_drawn() {
        assert_eq!(shown("a\u{1b}[31m\tb\u{202e}"), "a·[31m b·");
    }
}

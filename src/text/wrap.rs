//! Breaking a text into lines.

use std::ops::Range;

use super::clusters::graphemes;
use super::width::grapheme_width;

/// The lines of `text` in a pane of `columns`, as byte ranges of it: at least one, none with a newline in it.
///
/// Lines break at newlines, at spaces (which then belong to no line), after a hyphen inside a word, and around wide
/// characters, whose scripts have no spaces. A longer word is broken between graphemes; a grapheme never is, so
/// one that is wider than the pane has a line to itself and sticks out. Spaces that begin a paragraph stay, as they
/// are somebody's indentation. Each grapheme is looked at once: the work is linear in the text, whatever the width.
pub fn wrap(text: &str, columns: usize) -> Vec<Range<usize>> {
    let columns = columns.max(1);
    let mut lines = Vec::with_capacity(text.len() / columns.max(8) + 1);
    let mut offset = 0;
    for paragraph in text.split('\n') {
        let first = lines.len();
        wrap_paragraph(paragraph, columns, &mut lines);
        for line in lines.iter_mut().skip(first) {
            *line = line.start + offset..line.end + offset;
        }
        offset += paragraph.len() + 1;
    }
    lines
}

/// A place where a line may end.
struct Break {
    /// Where the line would end.
    end: usize,
    /// Where the next one would begin.
    next: usize,
    /// The column of `next` in the present line.
    column: usize,
}

fn wrap_paragraph(text: &str, columns: usize, lines: &mut Vec<Range<usize>>) {
    if text.len() <= columns && text.is_ascii() {
        lines.push(0..text.len());
        return;
    }
    let mut start = 0;
    let mut column = 0;
    let mut possible: Option<Break> = None;
    let mut spaces_from = None;
    let mut before = Kind::Other;
    for (at, grapheme) in graphemes(text) {
        let wide = grapheme_width(grapheme);
        let kind = Kind::of(grapheme, wide);
        if kind == Kind::Space {
            // spaces may hang over the edge: they are never drawn there
            spaces_from.get_or_insert(at);
            column += wide;
            before = kind;
            continue;
        }
        match spaces_from.take() {
            Some(end) if end > start => possible = Some(Break { end, next: at, column }),
            // indentation that leaves no room is given up
            Some(_) if column + wide > columns => (start, column) = (at, 0),
            Some(_) => {}
            None if at > start && Kind::may_break(before, kind) => {
                possible = Some(Break { end: at, next: at, column });
            }
            None => {}
        }
        // what has no width stays where it is, unless spaces beyond the edge are between
        if column + wide > columns && at > start && (wide > 0 || before == Kind::Space) {
            if let Some(found) = possible.take() {
                lines.push(start..found.end);
                start = found.next;
                column -= found.column;
            }
            if column + wide > columns && at > start {
                lines.push(start..at);
                start = at;
                column = 0;
            }
        }
        column += wide;
        before = kind;
    }
    let end = match spaces_from {
        Some(end) if column > columns => end,
        _ => text.len(),
    };
    lines.push(start..end);
}

/// What a grapheme is to the line breaker.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Hyphen,
    Letter,
    /// A wide character before and after which a line may break.
    Wide,
    /// A wide character that must not begin a line.
    WideClosing,
    /// A wide character that must not end a line.
    WideOpening,
    Other,
}

impl Kind {
    fn of(grapheme: &str, wide: usize) -> Self {
        let mut chars = grapheme.chars();
        let Some(first) = chars.next() else { return Self::Other };
        match first {
            '\u{a0}' | '\u{2007}' | '\u{202f}' => Self::Other,
            _ if first.is_whitespace() && chars.next().is_none() => Self::Space,
            '-' | '\u{2010}' | '\u{2013}' | '\u{2014}' => Self::Hyphen,
            '「' | '『' | '（' | '【' | '《' | '〈' | '［' | '｛' | '〔' => Self::WideOpening,
            '、' | '。' | '」' | '』' | '）' | '】' | '》' | '〉' | '］' | '｝' | '〕' | '，' | '．' | '！' | '？'
            | '：' | '；' | 'ー' | '々' | 'っ' | 'ッ' | 'ゃ' | 'ゅ' | 'ょ' | 'ャ' | 'ュ' | 'ョ' => {
                Self::WideClosing
            }
            _ if wide == 2 => Self::Wide,
            _ if first.is_alphabetic() => Self::Letter,
            _ => Self::Other,
        }
    }

    fn may_break(before: Self, after: Self) -> bool {
        match (before, after) {
            (Self::WideOpening, _) | (_, Self::WideClosing) => false,
            (Self::Hyphen, Self::Letter) => true,
            (Self::Wide | Self::WideClosing, _) => after != Self::Other && after != Self::Hyphen,
            (Self::Letter, Self::Wide | Self::WideOpening) => true,
            _ => false,
        }
    }
}

//! The marks with which people format messages in chat programs: `*bold*`, `_italic_`, `~struck~`, `` `code` `` and
//! ```` ```code``` ````.
//!
//! The rules are WhatsApp's, as its users know them: a mark opens at the beginning of a word and closes at the end of
//! one, on the same line; three backticks may span lines; inside code nothing else is formatted. A mark without its
//! partner is a letter like any other, so `2*3*4` and `snake_case_name` stay as they are.

use std::ops::Range;

/// How a run of text was meant to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Emphasis {
    /// `*bold*`
    pub bold: bool,
    /// `_italic_`
    pub italic: bool,
    /// `~struck~`
    pub strike: bool,
    /// `` `code` `` or ```` ```code``` ````
    pub code: bool,
}

/// A stretch of text of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its bytes.
    pub range: Range<usize>,
    /// Its look.
    pub emphasis: Emphasis,
    /// Whether it is one of the marks themselves: still part of the text, to be shown faintly.
    pub mark: bool,
}

/// The runs of `text`, in order and without gaps, so that [`wrap`](super::wrap()) and widths hold for them as well.
/// Takes linear time.
pub fn markup(text: &str) -> Vec<Run> {
    if !text.contains(['*', '_', '~', '`']) {
        return vec![Run { range: 0..text.len(), emphasis: Emphasis::default(), mark: false }];
    }
    let mut marks = find_marks(text);
    marks.sort_unstable_by_key(|mark| mark.at);
    let mut runs = Vec::with_capacity(2 * marks.len() + 1);
    let mut emphasis = Emphasis::default();
    let mut done = 0;
    let mut push = |range: Range<usize>, emphasis, mark| {
        if !range.is_empty() {
            runs.push(Run { range, emphasis, mark });
        }
    };
    for mark in marks {
        push(done..mark.at, emphasis, false);
        done = mark.at + mark.len;
        let mut inside = emphasis;
        mark.sign.set(&mut inside, true);
        push(mark.at..done, inside, true);
        mark.sign.set(&mut emphasis, mark.opens);
    }
    push(done..text.len(), emphasis, false);
    runs
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Bold,
    Italic,
    Strike,
    Code,
}

impl Sign {
    fn of(c: char) -> Option<Self> {
        match c {
            '*' => Some(Self::Bold),
            '_' => Some(Self::Italic),
            '~' => Some(Self::Strike),
            _ => None,
        }
    }

    fn set(self, emphasis: &mut Emphasis, on: bool) {
        match self {
            Self::Bold => emphasis.bold = on,
            Self::Italic => emphasis.italic = on,
            Self::Strike => emphasis.strike = on,
            Self::Code => emphasis.code = on,
        }
    }
}

/// One half of a pair.
struct Mark {
    at: usize,
    len: usize,
    sign: Sign,
    opens: bool,
}

fn find_marks(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut pair = |sign, len, open: usize, close: usize| {
        marks.push(Mark { at: open, len, sign, opens: true });
        marks.push(Mark { at: close, len, sign, opens: false });
    };
    // at most one of each sign, in the order in which they opened
    let mut open: Vec<(Sign, usize)> = Vec::with_capacity(3);
    let mut before: Option<char> = None;
    // a search that found nothing is not repeated before this place
    let (mut no_fence, mut no_tick) = (false, 0);
    let mut skip_to = 0;
    for (at, c) in text.char_indices() {
        if at < skip_to {
            before = Some(c);
            continue;
        }
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        let after = rest.chars().next();
        if c == '\n' {
            open.clear();
        } else if c == '`' && rest.starts_with("``") && !no_fence {
            match rest.get(2..).and_then(|body| body.find("```")) {
                Some(len) if len > 0 => {
                    pair(Sign::Code, 3, at, at + 3 + len);
                    skip_to = at + 6 + len;
                }
                Some(_) => skip_to = at + 6,
                None => no_fence = true,
            }
        } else if c == '`' && at >= no_tick {
            let end = rest.find(['`', '\n']).unwrap_or(rest.len());
            if !rest.get(end..).is_some_and(|tail| tail.starts_with('`')) {
                no_tick = at + 1 + end;
            } else {
                if end > 0 {
                    pair(Sign::Code, 1, at, at + 1 + end);
                }
                skip_to = at + 2 + end;
            }
        } else if let Some(sign) = Sign::of(c) {
            let starts_word = !before.is_some_and(char::is_alphanumeric) && !after.is_none_or(char::is_whitespace);
            let ends_word = !after.is_some_and(char::is_alphanumeric) && !before.is_none_or(char::is_whitespace);
            match open.iter().position(|(other, _)| *other == sign) {
                Some(depth) if ends_word => {
                    // what opened inside and did not close is no mark
                    for (_, begin) in open.drain(depth..).take(1) {
                        if begin + 1 < at {
                            pair(sign, 1, begin, at);
                        }
                    }
                }
                None if starts_word => open.push((sign, at)),
                _ => {}
            }
        }
        before = Some(c);
    }
    marks
}

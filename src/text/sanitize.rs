//! The rules by which text from outside becomes [`Clean`](super::Clean) text.
//!
//! | what | becomes | because |
//! |---|---|---|
//! | a terminal sequence (CSI, OSC, DCS, APC, PM, SOS, two-byte; 7 and 8 bit; ended or not) | nothing, whole | without its ESC the rest would stay as residue such as `[31m` |
//! | other C0, DEL, C1 | nothing | they move the cursor, ring, or end a string that we build |
//! | CR, CR LF, VT, FF, NEL, U+2028, U+2029 | a newline | they all mean a new line, and terminals differ about them |
//! | tab | four spaces | its width depends on the column |
//! | bidirectional overrides, embeddings, isolates (U+202A–E, U+2066–9) | nothing | they reorder what stands beside the message, our own words included |
//! | LRM, RLM, ALM | kept, one at a time | honest right-to-left text needs them; their reach ends at the next letter |
//! | ZWJ | kept inside an emoji sequence | 👩‍🚀 is made of it; elsewhere it hides text |
//! | ZWNJ, ZWJ | one kept after a letter of a script that spells with them | Persian, Hindi, Sinhala … are wrong without |
//! | other invisible characters: ZWSP, word joiner, BOM, soft hyphen, fillers, annotations, stray tags | nothing | they only hide, or are counted differently by every terminal |
//! | tag characters in a flag (🏴 + region + end) | kept | England, Scotland and Wales are written so |
//! | variation selectors | kept on a base that has variants | anything else is a flood of zero width |
//! | combining marks | 4 for any script, 8 in all on one base | Vietnamese needs 2, pointed Hebrew 4, Tibetan stacks 6; the rest is a tower over our other lines |
//! | a mark of no width that begins a line | nothing | it would sit on our own border |
//! | a cluster of more than 32 characters | its first 31 and U+FFFD | a conjunct or jamo chain without end is one "character" wider than the screen |
//! | private use, noncharacters | U+FFFD | fonts give them any meaning, and any width |
//!
//! A message of which nothing visible stays is shown as [`NOTHING_VISIBLE`]: something did arrive. A *line* of which
//! nothing stays is empty, because a name has a better stand-in, the telephone number.
//!
//! The result passes unchanged when it is sanitised again, and the work is linear in the length of the input.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::class::{Class, Mark, class, is_pictographic, is_tone, needs_joiner, selector_fits};
use super::escape::sequence_len;

/// What is shown for a message that consists of control sequences and invisible characters only.
pub const NOTHING_VISIBLE: &str = "␛";

/// The visible ending of a text that was cut.
const TEXT_CUT: &str = " […]";
/// The visible ending of a line that was cut.
const LINE_CUT: &str = "…";

const MARKS_GENERIC: u8 = 4;
const MARKS: u8 = 8;
const CLUSTER_CHARS: usize = 32;
/// A line is not read further than this many bytes of output; its limit in graphemes is far below.
const LINE_BYTES: usize = 64 * 1024;

/// Whether newlines are kept, and how long the result may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Several lines, at most so many bytes.
    Text(usize),
    /// One line without runs of space, at most so many graphemes.
    Line(usize),
}

/// Whether `raw` is clean as it stands, so that a copy is all there is to do.
pub(super) fn is_clean(raw: &str, form: Form) -> bool {
    match form {
        Form::Text(limit) => {
            raw.len() <= limit
                && (raw.bytes().all(|b| matches!(b, b' '..=b'~' | b'\n'))
                    || raw.chars().all(|c| c == '\n' || matches!(class(c), Class::Plain | Class::Blank)))
                && !(raw.contains('\u{2800}') && raw.chars().all(is_invisible))
        }
        Form::Line(limit) => {
            // a grapheme has at least one byte
            let mut last = ' ';
            raw.len() <= limit
                && raw.chars().all(|c| {
                    let good = if c == ' ' { last != ' ' } else { c != '\u{2800}' && class(c) == Class::Plain };
                    last = c;
                    good
                })
                && (raw.is_empty() || last != ' ')
        }
    }
}

/// Applies the rules.
pub(super) fn sanitize(raw: &str, form: Form) -> String {
    let mut washer = Washer::new(raw.len(), form);
    let mut chars = raw.chars();
    let bytes = match form {
        Form::Text(limit) => limit,
        Form::Line(_) => LINE_BYTES,
    };
    let mut cut = false;
    while let Some(c) = chars.next() {
        if washer.out.len() > bytes {
            cut = true;
            break;
        }
        let skip = washer.take(c, chars.as_str());
        if skip > 0 {
            chars = chars.as_str().get(skip..).unwrap_or_default().chars();
        }
    }
    washer.finish(raw, cut)
}

fn is_invisible(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}' || matches!(class(c), Class::Direction | Class::Joiner)
}

/// The output so far and what the next character needs to know about it.
struct Washer {
    out: String,
    form: Form,
    /// What marks and selectors would sit on; none at the beginning of a line.
    base: Option<char>,
    /// The last character written and its class.
    last: (char, Class),
    marks: u8,
    marks_generic: u8,
    /// How many characters in a row could belong to one cluster; never too few.
    run: usize,
    long_cluster: bool,
    visible: bool,
}

impl Washer {
    fn new(len: usize, form: Form) -> Self {
        Self {
            out: String::with_capacity(len.min(LINE_BYTES)),
            form,
            base: None,
            last: ('\n', Class::Newline),
            marks: 0,
            marks_generic: 0,
            run: 0,
            long_cluster: false,
            visible: false,
        }
    }

    /// Takes one character; `rest` is what follows. Answers how many bytes of `rest` are dealt with already.
    fn take(&mut self, c: char, rest: &str) -> usize {
        let class = class(c);
        match class {
            Class::Escape => return sequence_len(c, rest),
            Class::Hidden => {}
            Class::Foreign => self.base('\u{fffd}', Class::Plain),
            Class::Plain if c == '\u{1f3f4}' => {
                self.base(c, class);
                return self.flag_tags(rest);
            }
            Class::Plain | Class::Joining => self.base(c, class),
            Class::Return if rest.starts_with('\n') => {}
            Class::Return | Class::Newline => match self.form {
                Form::Text(_) => {
                    self.write('\n', Class::Newline);
                    self.base = None;
                }
                Form::Line(_) => self.blank(' '),
            },
            Class::Tab => match self.form {
                Form::Text(_) => (0..4).for_each(|_| self.blank(' ')),
                Form::Line(_) => self.blank(' '),
            },
            Class::Blank => self.blank(c),
            Class::Mark(kind) => self.mark(c, kind),
            Class::Joiner => self.joiner(c, rest),
            Class::Selector => {
                let on_base = matches!(self.last.1, Class::Plain | Class::Joining);
                if on_base && self.base.is_some_and(|base| selector_fits(base, c)) {
                    self.write(c, class);
                }
            }
            Class::Direction => {
                if self.last.1 != Class::Direction {
                    self.write(c, class);
                    self.base = None;
                }
            }
        }
        0
    }

    fn write(&mut self, c: char, class: Class) {
        let pulls = |class| matches!(class, Class::Joining | Class::Mark(_) | Class::Joiner | Class::Selector);
        self.run = if pulls(class) || pulls(self.last.1) { self.run + 1 } else { 0 };
        self.long_cluster |= self.run >= CLUSTER_CHARS - 1;
        self.out.push(c);
        self.last = (c, class);
    }

    fn base(&mut self, c: char, class: Class) {
        self.write(c, class);
        self.base = Some(c);
        (self.marks, self.marks_generic) = (0, 0);
        self.visible |= c != '\u{2800}';
    }

    fn blank(&mut self, c: char) {
        let c = match self.form {
            Form::Text(_) => c,
            Form::Line(_) if self.out.is_empty() || self.last.0 == ' ' => return,
            Form::Line(_) => ' ',
        };
        self.write(c, Class::Blank);
        self.base = Some(c);
        (self.marks, self.marks_generic) = (0, 0);
    }

    fn mark(&mut self, c: char, kind: Mark) {
        if self.base.is_none() {
            if kind == Mark::Spacing {
                self.base(c, Class::Mark(kind));
            }
            return;
        }
        let generic = kind == Mark::Generic || is_tone(c);
        if self.marks < MARKS && !(generic && self.marks_generic >= MARKS_GENERIC) {
            self.marks += 1;
            self.marks_generic += u8::from(generic);
            self.write(c, Class::Mark(kind));
            self.visible = true;
        }
    }

    fn joiner(&mut self, c: char, rest: &str) {
        let (last, last_class) = self.last;
        let in_emoji = c == '\u{200d}'
            && (last == '\u{fe0f}' || last == '\u{e007f}' || is_tone(last) || is_pictographic(last))
            && self.base.is_some_and(is_pictographic)
            && rest.chars().next().is_some_and(is_pictographic);
        let in_word = matches!(last_class, Class::Plain | Class::Mark(_)) && needs_joiner(last);
        if in_emoji || in_word {
            self.write(c, Class::Joiner);
        }
    }

    /// After a black flag: writes the tags of a region if they are well formed (UTS 51, at most six letters and
    /// digits and the end tag), and answers their length.
    fn flag_tags(&mut self, rest: &str) -> usize {
        let is_letter = |c: &char| matches!(c, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}');
        let letters = rest.chars().take_while(is_letter).take(7).count();
        if !(3..=6).contains(&letters) || rest.chars().nth(letters) != Some('\u{e007f}') {
            return 0;
        }
        for c in rest.chars().take(letters + 1) {
            self.write(c, Class::Selector);
        }
        // every tag character has four bytes
        (letters + 1) * 4
    }

    fn finish(self, raw: &str, cut: bool) -> String {
        let Self { mut out, form, visible, long_cluster, .. } = self;
        if !visible {
            if raw.chars().all(char::is_whitespace) && matches!(form, Form::Text(_)) {
                limit_text(&mut out, form, cut);
                return out;
            }
            return match form {
                Form::Text(_) => NOTHING_VISIBLE.to_owned(),
                Form::Line(_) => String::new(),
            };
        }
        if long_cluster {
            out = limit_clusters(&out);
        }
        match form {
            Form::Text(_) => limit_text(&mut out, form, cut),
            Form::Line(limit) => {
                let end = out.trim_end_matches(' ').len();
                out.truncate(end);
                limit_line(&mut out, limit, cut);
            }
        }
        out
    }
}

/// Cuts clusters of more than [`CLUSTER_CHARS`] characters.
fn limit_clusters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for cluster in text.graphemes(true) {
        if cluster.len() > CLUSTER_CHARS && cluster.chars().count() > CLUSTER_CHARS {
            out.extend(cluster.chars().take(CLUSTER_CHARS - 1));
            out.push('\u{fffd}');
        } else {
            out.push_str(cluster);
        }
    }
    out
}

fn limit_text(out: &mut String, form: Form, cut: bool) {
    let Form::Text(limit) = form else { return };
    if cut || out.len() > limit {
        let mut at = limit.saturating_sub(TEXT_CUT.len()).min(out.len());
        while at > 0 && !(out.is_char_boundary(at) && is_grapheme_boundary(out, at)) {
            at -= 1;
        }
        out.truncate(at);
        out.push_str(TEXT_CUT);
    }
}

fn limit_line(out: &mut String, limit: usize, cut: bool) {
    if !cut && out.len() <= limit {
        return;
    }
    let mut graphemes = out.grapheme_indices(true).map(|(at, _)| at);
    let last = graphemes.nth(limit.saturating_sub(1));
    if cut || (last.is_some() && graphemes.next().is_some()) {
        let at = last.unwrap_or(out.len());
        out.truncate(at);
        out.push_str(LINE_CUT);
    }
}

fn is_grapheme_boundary(text: &str, at: usize) -> bool {
    // the whole text is one chunk, so the cursor never asks for more context
    GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(true)
}

//! The painter against terminals that count columns otherwise than ratatui.

use icu_properties::props::{EnumeratedProperty, GeneralCategory};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::Position;
use ratatui::style::Style;
use unicode_width::UnicodeWidthChar;

use super::painter_tests::{HEIGHT, SETTLED, Scene, WIDTH, Wire, draw, painter, scenes};
use super::shown::{Shown, reach};
use super::{Colors, Painter};

const SAMPLES: [&str; 18] = [
    "আরেকটা ফ্যান লাগবে",
    "मुझे एक और पंखा चाहिए",
    "எனக்கு மற்றொரு",
    "ต้องการน้ำ",
    "ខ្ញុំត្រូវការ",
    "ሰላም ፍ፟ለ",
    "နောက်ထပ်",
    "العَرَبِيَّة",
    "שָׁלוֹם",
    "Z̸̗̈a̷͖͝l",
    "🇩🇪🇫🇷🇯🇵",
    "👨‍👩‍👧‍👦 x",
    "👩🏽‍🚀👍🏽",
    "1️⃣2️⃣",
    "❤️ ♥️a",
    "🫠⌚ok",
    "ｶﾞ강",
    "葛󠄀",
];

/// The columns that a terminal gives to a character.
type Widths = fn(char) -> usize;

fn by_unicode(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Vowel signs have a column of their own.
fn signs_apart(c: char) -> usize {
    if GeneralCategory::for_char(c) == GeneralCategory::SpacingMark { 1 } else { by_unicode(c) }
}

/// A sequence is as wide as its parts, and marks are known in Latin only.
fn sum_of_parts(c: char) -> usize {
    match c {
        '\u{1f000}'..='\u{1faff}' => 2,
        '\u{200d}' | '\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{300}'..='\u{36f}' => 0,
        _ => by_unicode(c).max(1),
    }
}

/// Emoji are like letters.
fn narrow(c: char) -> usize {
    if ('\u{1f000}'..='\u{1faff}').contains(&c) { 1 } else { by_unicode(c) }
}

const TERMINALS: [Widths; 4] = [by_unicode, signs_apart, sum_of_parts, narrow];

/// A terminal that knows what the painter writes and looks at one character after the other.
struct Emulator {
    widths: Widths,
    /// What is in each cell; nothing in the second half of a wide character.
    rows: Vec<Vec<String>>,
    x: usize,
    y: usize,
    wraps: bool,
    /// The last column was written: the next character goes to the next row.
    pending: bool,
}

impl Emulator {
    fn new(widths: Widths) -> Self {
        let rows = vec![vec![" ".to_owned(); usize::from(WIDTH)]; usize::from(HEIGHT)];
        Self { widths, rows, x: 0, y: 0, wraps: true, pending: false }
    }

    fn process(&mut self, bytes: &[u8]) {
        let mut text = std::str::from_utf8(bytes).unwrap();
        while let Some(c) = text.chars().next() {
            if let Some(sequence) = text.strip_prefix("\x1b[") {
                let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                self.control(&sequence[..end], &sequence[end..=end]);
                text = &sequence[end + 1..];
                continue;
            }
            match c {
                '\r' => (self.x, self.pending) = (0, false),
                '\x08' => (self.x, self.pending) = (self.x.saturating_sub(1), false),
                _ => self.write(c),
            }
            text = &text[c.len_utf8()..];
        }
    }

    fn control(&mut self, parameters: &str, name: &str) {
        let mut numbers = parameters.split(';').map(|number| number.parse().unwrap_or(1_usize));
        let (first, second) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
        let (right, bottom) = (usize::from(WIDTH) - 1, usize::from(HEIGHT) - 1);
        self.pending &= matches!(name, "m" | "h" | "l");
        match name {
            "H" => (self.x, self.y) = ((second - 1).min(right), (first - 1).min(bottom)),
            "B" => self.y = (self.y + first).min(bottom),
            "C" => self.x = (self.x + first).min(right),
            "D" => self.x = self.x.saturating_sub(first),
            "X" => {
                for x in self.x..(self.x + first).min(right + 1) {
                    self.put(x, " ");
                }
            }
            "J" => self.rows.iter_mut().flatten().for_each(|cell| *cell = " ".to_owned()),
            "h" | "l" if parameters == "?7" => self.wraps = name == "h",
            "h" | "l" | "m" => {}
            _ => panic!("unknown: {parameters}{name}"),
        }
    }

    /// Puts into one cell, and blanks the other half of what was there.
    fn put(&mut self, x: usize, symbol: &str) {
        let row = &mut self.rows[self.y];
        if row[x].is_empty() {
            row[x - 1] = " ".to_owned();
        }
        if row.get(x + 1).is_some_and(String::is_empty) {
            row[x + 1] = " ".to_owned();
        }
        row[x] = symbol.to_owned();
    }

    fn write(&mut self, c: char) {
        let (width, columns) = ((self.widths)(c), usize::from(WIDTH));
        if width == 0 {
            let before = if self.pending { self.x } else { self.x.saturating_sub(1) };
            let row = &mut self.rows[self.y];
            let lead = if row[before].is_empty() { before - 1 } else { before };
            row[lead].push(c);
            return;
        }
        if self.pending || self.x + width > columns {
            if self.wraps {
                self.x = 0;
                self.y += 1;
                if self.y == self.rows.len() {
                    self.rows.remove(0);
                    self.rows.push(vec![" ".to_owned(); columns]);
                    self.y -= 1;
                }
            } else {
                self.x = columns - width;
            }
            self.pending = false;
        }
        self.put(self.x, c.encode_utf8(&mut [0; 4]));
        if width == 2 {
            self.put(self.x + 1, " ");
            self.rows[self.y][self.x + 1].clear();
        }
        self.x += width;
        if self.x == columns {
            (self.x, self.pending) = (columns - 1, true);
        }
    }

    /// Everything of `buffer` that is not disputed is in its place.
    fn assert_shows(&self, buffer: &Buffer) {
        for y in 0..HEIGHT {
            let mut x = 0;
            while x < WIDTH {
                let cell = &buffer[(x, y)];
                let width = cell.cell_width().max(1);
                if reach(cell).is_none() {
                    let row = &self.rows[usize::from(y)];
                    assert_eq!(row[usize::from(x)], cell.symbol(), "at {x}, {y}: {row:?}");
                    assert!((x + 1..x + width).all(|half| row[usize::from(half)].is_empty()), "at {x}, {y}: {row:?}");
                }
                x += width;
            }
        }
    }
}

/// Draws the scenes on one terminal; after each the terminal must show what can be relied on.
fn check(widths: Widths, scenes: &[Scene], cleared: usize) {
    let wire = Wire::default();
    let mut terminal: Terminal<Painter<Wire>> = painter(&wire, Colors::True);
    let mut emulator = Emulator::new(widths);
    for (number, scene) in scenes.iter().enumerate() {
        if number == cleared {
            emulator.process("\x1b[2;3Hsomebody লাগবে".as_bytes());
            terminal.clear().unwrap();
        }
        let buffer = draw(&mut terminal, scene);
        emulator.process(&wire.taken());
        emulator.assert_shows(&buffer);
        draw(&mut terminal, scene);
        assert_eq!(wire.taken().len(), 0, "the same frame again costs nothing");
    }
}

proptest! {
    #[test]
    fn what_is_settled_stands_in_its_place(
        scenes in scenes([&SETTLED[..], &SAMPLES[..], &SAMPLES[..]].concat()),
        widths in prop::sample::select(TERMINALS.to_vec()),
        cleared in 0..6_usize,
    ) {
        check(widths, &scenes, cleared);
    }

    #[test]
    fn settled_text_costs_nothing_more(scenes in scenes(SETTLED.to_vec())) {
        let wire = Wire::default();
        let mut terminal = painter(&wire, Colors::True);
        let mut shown = Shown::default();
        let mut before = Buffer::empty(terminal.get_frame().area());
        shown.resize(before.area.as_size());
        for scene in &scenes {
            let buffer = draw(&mut terminal, scene);
            let changed = before.diff(&buffer);
            let want: Vec<(Position, Cell)> =
                changed.iter().map(|&(x, y, cell)| (Position { x, y }, cell.clone())).collect();
            let due: Vec<(Position, Cell)> =
                shown.update(changed.into_iter()).map(|(position, cell)| (position, cell.clone())).collect();
            prop_assert_eq!(due, want);
            before = buffer;
        }
    }
}

fn row(text: &'static str) -> Scene {
    let plain = Style::default();
    Scene { pieces: vec![(1, 1, text, plain), (28, 1, "│", plain), (29, 1, "3", plain)], cursor: None }
}

#[test]
fn no_ghost_stays_of_any_sample() {
    for sample in SAMPLES {
        for widths in TERMINALS {
            for other in ["Sorry to bother you again", "", "আরেকটা", "👨‍👩‍👧‍👦", "注文注文"]
            {
                check(widths, &[row(sample), row(other), row(sample)], usize::MAX);
            }
        }
    }
}

#[test]
fn at_the_right_edge_nothing_goes_on_in_the_next_row() {
    for sample in SAMPLES {
        for widths in TERMINALS {
            let pieces = (0..HEIGHT).map(|y| (26, y, sample, Style::default())).collect();
            check(widths, &[Scene { pieces, cursor: None }, row("a")], usize::MAX);
        }
    }
}

#[test]
fn what_the_interface_draws_itself_is_settled() {
    for symbol in ["a", " ", "é", "ß", "я", "ب", "א", "ก", "中", "가", "│", "─", "●", "✓", "…", "→", "▌", "\u{e0b0}"]
    {
        assert_eq!(reach(&Cell::new(symbol)), None, "{symbol}");
    }
    for (symbol, columns) in [("টা", 2), ("👨‍👩‍👧‍👦", 8), ("🇩🇪", 4), ("❤️", 2), ("👍🏽", 4), ("⌚", 2), ("🫠", 2)]
    {
        assert_eq!(reach(&Cell::new(symbol)), Some(columns), "{symbol}");
    }
}

//! Colours and attributes, and the fewest bytes that change them.

use std::fmt::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::Colors;

/// What the terminal writes with at the moment.
#[derive(Debug)]
pub(super) struct Pen {
    colors: Colors,
    now: Option<Look>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    fg: Color,
    bg: Color,
    underline: Color,
    modifier: Modifier,
}

const PLAIN: Look = Look { fg: Color::Reset, bg: Color::Reset, underline: Color::Reset, modifier: Modifier::empty() };

/// What shows where there is no letter.
pub(super) const VISIBLE_ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::CROSSED_OUT);

/// Each attribute with its code and the code that ends it. 22 ends bold and dim, 25 both kinds of blinking.
const ATTRIBUTES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

impl Pen {
    pub(super) fn new(colors: Colors) -> Self {
        Self { colors, now: None }
    }

    pub(super) fn forget(&mut self) {
        self.now = None;
    }

    /// Whether two blank cells look the same.
    pub(super) fn same_blank(a: &Cell, b: &Cell) -> bool {
        let shown = |cell: &Cell| cell.modifier & VISIBLE_ON_BLANK;
        let inked = |cell: &Cell| (!shown(cell).is_empty()).then_some((cell.fg, cell.underline_color));
        a.bg == b.bg && shown(a) == shown(b) && inked(a) == inked(b)
    }

    /// Back to nothing.
    pub(super) fn reset(&mut self, out: &mut String) {
        if self.now != Some(PLAIN) {
            out.push_str("\x1b[m");
            self.now = Some(PLAIN);
        }
    }

    /// Writes what makes the terminal write like `cell`.
    pub(super) fn change(&mut self, cell: &Cell, out: &mut String) {
        let want = self.look(cell);
        self.turn(want, out);
    }

    /// Writes what makes a space look like `cell`; what shows in letters only stays as it is.
    pub(super) fn change_for_blank(&mut self, cell: &Cell, out: &mut String) {
        let mut want = self.look(cell);
        let now = self.now.unwrap_or(PLAIN);
        want.modifier = (now.modifier - VISIBLE_ON_BLANK) | (cell.modifier & VISIBLE_ON_BLANK);
        if !cell.modifier.intersects(VISIBLE_ON_BLANK) {
            (want.fg, want.underline) = (now.fg, now.underline);
        }
        self.turn(want, out);
    }

    fn look(&self, cell: &Cell) -> Look {
        Look {
            fg: self.fit(cell.fg),
            bg: self.fit(cell.bg),
            underline: if self.colors >= Colors::Indexed256 { self.fit(cell.underline_color) } else { Color::Reset },
            modifier: cell.modifier,
        }
    }

    fn turn(&mut self, want: Look, out: &mut String) {
        if self.now == Some(want) {
            return;
        }
        let codes = match self.now {
            Some(_) if want == PLAIN => String::new(),
            Some(now) => {
                let (change, afresh) = (difference(now, want), difference(PLAIN, want));
                if change.len() <= afresh.len() + 2 { change } else { format!("0;{afresh}") }
            }
            None if want == PLAIN => String::new(),
            None => format!("0;{}", difference(PLAIN, want)),
        };
        // writing to a string cannot fail
        let _ = write!(out, "\x1b[{codes}m");
        self.now = Some(want);
    }

    /// The nearest colour that the terminal has.
    fn fit(&self, color: Color) -> Color {
        match (self.colors, color) {
            (_, Color::Reset) | (Colors::None, _) => Color::Reset,
            (Colors::Indexed256, Color::Rgb(r, g, b)) => Color::Indexed(indexed(r, g, b)),
            (Colors::Ansi16, Color::Rgb(r, g, b)) => named(r, g, b),
            (Colors::Ansi16, Color::Indexed(index)) if index >= 16 => {
                let (r, g, b) = rgb(index);
                named(r, g, b)
            }
            _ => color,
        }
    }
}

/// The codes that lead from one look to another, parted by semicolons.
fn difference(from: Look, to: Look) -> String {
    let mut codes = String::new();
    let push = |codes: &mut String, code: &str| {
        if !codes.is_empty() {
            codes.push(';');
        }
        codes.push_str(code);
    };
    let gone = from.modifier - to.modifier;
    let mut ended = Vec::new();
    for (attribute, _, end) in ATTRIBUTES {
        if gone.contains(attribute) && !ended.contains(&end) {
            push(&mut codes, &end.to_string());
            ended.push(end);
        }
    }
    for (attribute, start, end) in ATTRIBUTES {
        // what was ended together with another has to be set again
        let is_new = !from.modifier.contains(attribute) || ended.contains(&end);
        if to.modifier.contains(attribute) && is_new {
            push(&mut codes, &start.to_string());
        }
    }
    if from.fg != to.fg {
        push(&mut codes, &color_code(to.fg, 30));
    }
    if from.bg != to.bg {
        push(&mut codes, &color_code(to.bg, 40));
    }
    if from.underline != to.underline {
        push(&mut codes, &underline_code(to.underline));
    }
    codes
}

/// The place of a palette colour, if it is one.
fn palette(color: Color) -> Option<u8> {
    Some(match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(index) => index,
        Color::Reset | Color::Rgb(..) => return None,
    })
}

/// `base` is 30 for the foreground and 40 for the background.
fn color_code(color: Color, base: u8) -> String {
    match (palette(color), color) {
        (Some(index @ 0..=7), _) => (base + index).to_string(),
        (Some(index @ 8..=15), _) => (base + 52 + index).to_string(),
        (Some(index), _) => format!("{};5;{index}", base + 8),
        (None, Color::Rgb(r, g, b)) => format!("{};2;{r};{g};{b}", base + 8),
        (None, _) => (base + 9).to_string(),
    }
}

fn underline_code(color: Color) -> String {
    match (palette(color), color) {
        (Some(index), _) => format!("58;5;{index}"),
        (None, Color::Rgb(r, g, b)) => format!("58;2;{r};{g};{b}"),
        (None, _) => "59".to_owned(),
    }
}

/// The six steps of the colour cube of xterm.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn step(value: u8) -> (u8, u8) {
    let distance = |&(_, step): &(u8, u8)| value.abs_diff(step);
    (0..).zip(STEPS).min_by_key(distance).unwrap_or((0, 0))
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    square(a.0, b.0) + square(a.1, b.1) + square(a.2, b.2)
}

/// The nearest of the 256: in the cube or among the greys.
fn indexed(r: u8, g: u8, b: u8) -> u8 {
    let ((ri, rv), (gi, gv), (bi, bv)) = (step(r), step(g), step(b));
    let mean = ((u16::from(r) + u16::from(g) + u16::from(b)) / 3) as u8;
    let grey_index = (mean.saturating_sub(3) / 10).min(23);
    let grey = 8 + 10 * grey_index;
    if distance((r, g, b), (grey, grey, grey)) < distance((r, g, b), (rv, gv, bv)) {
        232 + grey_index
    } else {
        16 + 36 * ri + 6 * gi + bi
    }
}

/// What a place of the 256 from 16 on looks like.
fn rgb(index: u8) -> (u8, u8, u8) {
    if index >= 232 {
        let grey = 8 + 10 * (index - 232);
        return (grey, grey, grey);
    }
    let cube = index.saturating_sub(16);
    let value = |place: u8| STEPS.get(usize::from(place)).copied().unwrap_or(255);
    (value(cube / 36), value(cube / 6 % 6), value(cube % 6))
}

/// The nearest of the sixteen. Palettes differ, so this only has to keep hue and weight.
fn named(r: u8, g: u8, b: u8) -> Color {
    const PALETTE: [((u8, u8, u8), Color); 16] = [
        ((0, 0, 0), Color::Black),
        ((205, 0, 0), Color::Red),
        ((0, 205, 0), Color::Green),
        ((205, 205, 0), Color::Yellow),
        ((0, 0, 238), Color::Blue),
        ((205, 0, 205), Color::Magenta),
        ((0, 205, 205), Color::Cyan),
        ((229, 229, 229), Color::Gray),
        ((127, 127, 127), Color::DarkGray),
        ((255, 0, 0), Color::LightRed),
        ((0, 255, 0), Color::LightGreen),
        ((255, 255, 0), Color::LightYellow),
        ((92, 92, 255), Color::LightBlue),
        ((255, 0, 255), Color::LightMagenta),
        ((0, 255, 255), Color::LightCyan),
        ((255, 255, 255), Color::White),
    ];
    let near = PALETTE.iter().min_by_key(|(value, _)| distance(*value, (r, g, b)));
    near.map_or(Color::Reset, |(_, color)| *color)
}

//! What colours a terminal has, and the nearest of them to the one that a theme wants.

use ratatui::style::{Color, Style};

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColourDepth {
    /// None: `NO_COLOR`, or `TERM=dumb`.
    None,
    /// The sixteen of the terminal's own palette.
    Ansi16,
    /// The 256 of xterm.
    Indexed256,
    /// All.
    True,
}

impl ColourDepth {
    /// What the environment says: `NO_COLOR` (not empty), `COLORTERM`, `TERM`, `WT_SESSION`.
    pub fn from_environment(var: impl Fn(&str) -> Option<String>) -> Self {
        let term = var("TERM").unwrap_or_default();
        if var("NO_COLOR").is_some_and(|value| !value.is_empty()) || term == "dumb" {
            return Self::None;
        }
        let colorterm = var("COLORTERM").unwrap_or_default();
        let direct = ["-direct", "kitty", "alacritty", "ghostty", "foot", "wezterm"];
        if colorterm == "truecolor" || colorterm == "24bit" || direct.iter().any(|name| term.contains(name)) {
            return Self::True;
        }
        if var("WT_SESSION").is_some() {
            return Self::True;
        }
        if term.contains("256color") { Self::Indexed256 } else { Self::Ansi16 }
    }

    /// The style in colours that this depth has.
    pub(super) fn bring_down(self, mut style: Style) -> Style {
        style.fg = style.fg.and_then(|colour| self.nearest(colour));
        style.bg = style.bg.and_then(|colour| self.nearest(colour));
        style.underline_color = style.underline_color.and_then(|colour| self.nearest(colour));
        style
    }

    /// The nearest colour, or none where there are no colours.
    pub fn nearest(self, colour: Color) -> Option<Color> {
        match (self, colour) {
            (Self::None, _) => None,
            (_, Color::Rgb(r, g, b)) => Some(match self {
                Self::True => colour,
                Self::Indexed256 => Color::Indexed(to_256((r, g, b))),
                _ => to_16((r, g, b)),
            }),
            (Self::Ansi16, Color::Indexed(index)) => Some(if index < 16 { colour } else { to_16(of_256(index)) }),
            _ => Some(colour),
        }
    }
}

type Rgb = (u8, u8, u8);

/// The levels of the 6x6x6 cube of xterm.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// xterm's sixteen, in the order of their indices.
const SIXTEEN: [(Color, Rgb); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

/// Squared distance, weighted as the eye weighs red, green and blue.
fn distance(a: Rgb, b: Rgb) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    2 * square(a.0, b.0) + 4 * square(a.1, b.1) + 3 * square(a.2, b.2)
}

fn of_256(index: u8) -> Rgb {
    let level = |step: u8| LEVELS.get(usize::from(step)).copied().unwrap_or(255);
    match index {
        0..16 => SIXTEEN.get(usize::from(index)).map_or((0, 0, 0), |(_, rgb)| *rgb),
        16..232 => {
            let cube = index - 16;
            (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        232.. => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

fn to_256(rgb: Rgb) -> u8 {
    (16..=255).min_by_key(|index| distance(rgb, of_256(*index))).unwrap_or(7)
}

fn to_16(rgb: Rgb) -> Color {
    SIXTEEN.iter().min_by_key(|(_, known)| distance(rgb, *known)).map_or(Color::Reset, |(colour, _)| *colour)
}

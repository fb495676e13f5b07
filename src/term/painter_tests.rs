//! The painter against a terminal that knows nothing of it.

use std::collections::HashSet;
use std::io::{self, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::Widget;
use ratatui::{TerminalOptions, Viewport};

use super::shown::reach;
use super::{Colors, Painter};

pub(super) const WIDTH: u16 = 30;
pub(super) const HEIGHT: u16 = 4;

#[derive(Clone, Default)]
pub(super) struct Wire(Arc<Mutex<Vec<u8>>>);

impl Wire {
    pub(super) fn taken(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Pieces of text at places.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) pieces: Vec<(u16, u16, &'static str, Style)>,
    pub(super) cursor: Option<(u16, u16)>,
}

impl Widget for &Scene {
    fn render(self, _: Rect, buffer: &mut Buffer) {
        for (x, y, text, style) in &self.pieces {
            // nothing begins inside a cluster: of those with a selector ratatui would name both, or neither
            for left in x.saturating_sub(2)..*x {
                let cell = &mut buffer[(left, *y)];
                if reach(cell).is_some() && left + cell.cell_width() > *x {
                    cell.set_symbol(" ");
                }
            }
            let room = usize::from(WIDTH.saturating_sub(*x));
            buffer.set_stringn(*x, *y, text, room, *style);
        }
    }
}

/// What takes as many columns in every terminal.
pub(super) const SETTLED: [&str; 12] = [
    "a",
    "hello",
    "            ",
    "one  two",
    "注文",
    "é",
    "한글 x",
    "│",
    "──────────",
    "e\u{301}",
    "………",
    "x         y",
];

/// What vt100 makes narrower than ratatui, or puts together from parts, but never makes wider.
const DISPUTED: [&str; 6] = ["লাগবে", "น้ำ", "❤️", "1️⃣", "🇩🇪🇫🇷", "👍 ok"];

pub(super) fn scenes(texts: Vec<&'static str>) -> impl Strategy<Value = Vec<Scene>> {
    let texts = prop::sample::select(texts);
    let colors = prop::sample::select(vec![
        Color::Reset,
        Color::Red,
        Color::LightBlue,
        Color::DarkGray,
        Color::Indexed(200),
        Color::Rgb(10, 200, 30),
    ]);
    let modifiers = prop::sample::select(vec![
        Modifier::empty(),
        Modifier::BOLD,
        Modifier::DIM,
        Modifier::ITALIC,
        Modifier::UNDERLINED,
        Modifier::REVERSED | Modifier::BOLD,
    ]);
    let style = (colors.clone(), colors, modifiers)
        .prop_map(|(fg, bg, modifier)| Style::default().fg(fg).bg(bg).add_modifier(modifier));
    let piece = (0..WIDTH, 0..HEIGHT, texts, style);
    let cursor = prop::option::of((0..WIDTH, 0..HEIGHT));
    let scene = (prop::collection::vec(piece, 0..6), cursor).prop_map(|(pieces, cursor)| Scene { pieces, cursor });
    prop::collection::vec(scene, 1..6)
}

pub(super) fn draw<B: ratatui::backend::Backend<Error = io::Error>>(
    terminal: &mut Terminal<B>,
    scene: &Scene,
) -> Buffer {
    let frame = terminal
        .draw(|frame| {
            frame.render_widget(scene, frame.area());
            if let Some((x, y)) = scene.cursor {
                frame.set_cursor_position(Position { x, y });
            }
        })
        .unwrap();
    frame.buffer.clone()
}

pub(super) fn painter(wire: &Wire, colors: Colors) -> Terminal<Painter<Wire>> {
    let size = || Ok(Size { width: WIDTH, height: HEIGHT });
    Terminal::new(Painter::with_size(wire.clone(), colors, size)).unwrap()
}

fn vt_color(color: Color) -> vt100::Color {
    match color {
        Color::Red => vt100::Color::Idx(1),
        Color::LightBlue => vt100::Color::Idx(12),
        Color::DarkGray => vt100::Color::Idx(8),
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        _ => vt100::Color::Default,
    }
}

/// Blank cells that were half of a wide character. When such a character is overwritten, this terminal gives its other
/// half the new colours; ratatui does not repaint it, with any backend.
type Halves = HashSet<Position>;

fn halves(screen: &vt100::Screen, area: Rect) -> Halves {
    let half = |p: &Position| screen.cell(p.y, p.x).is_some_and(|cell| cell.is_wide() || cell.is_wide_continuation());
    area.positions().filter(half).collect()
}

/// The cells that disputed clusters cover. ratatui never tells what they look like; the painter takes them to look like
/// the cluster, as the interface draws them.
fn covered(buffer: &Buffer) -> impl Iterator<Item = Position> {
    let clusters = buffer.area.positions().filter(|&position| reach(&buffer[position]).is_some());
    clusters.flat_map(|lead| (lead.x + 1..lead.x + buffer[lead].cell_width()).map(move |x| Position { x, ..lead }))
}

fn assert_shows(screen: &vt100::Screen, buffer: &Buffer, scene: &Scene, halves: &Halves) {
    let mut covered = 0;
    let mut disputed = Rect::ZERO;
    for position in buffer.area.positions() {
        let (want, got) = (&buffer[position], screen.cell(position.y, position.x).unwrap());
        if reach(want).is_some() && !disputed.contains(position) {
            disputed = Rect::from((position, Size { width: want.cell_width(), height: 1 }));
        }
        if disputed.contains(position) {
            continue;
        }
        if got.is_wide_continuation() {
            covered += 1;
            continue;
        }
        let blank = want.symbol() == " ";
        let contents = if got.contents().is_empty() { " " } else { got.contents() };
        assert_eq!(contents, want.symbol(), "at {position}");
        if blank && halves.contains(&position) {
            continue;
        }
        assert_eq!(got.bgcolor(), vt_color(want.bg), "background at {position}");
        assert_eq!(got.underline(), want.modifier.contains(Modifier::UNDERLINED), "underline at {position}");
        assert_eq!(got.inverse(), want.modifier.contains(Modifier::REVERSED), "inverse at {position}");
        if !blank {
            assert_eq!(got.fgcolor(), vt_color(want.fg), "foreground at {position}");
            // this terminal knows either bold or dim
            let (bold, dim) = (want.modifier.contains(Modifier::BOLD), want.modifier.contains(Modifier::DIM));
            assert!((got.bold(), got.dim()) == (bold, dim) || bold && dim, "bold, dim at {position}");
            assert_eq!(got.italic(), want.modifier.contains(Modifier::ITALIC), "italic at {position}");
        }
    }
    assert!(covered < buffer.content.len());
    assert_eq!(screen.hide_cursor(), scene.cursor.is_none());
    if let Some((x, y)) = scene.cursor {
        assert_eq!(screen.cursor_position(), (y, x));
    }
}

proptest! {
    #[test]
    fn the_terminal_shows_the_buffer(scenes in scenes([&SETTLED[..], &DISPUTED[..]].concat()), cleared in 0..6_usize) {
        let wire = Wire::default();
        let mut terminal = painter(&wire, Colors::True);
        let mut vt = vt100::Parser::new(NonZero::new(HEIGHT).unwrap(), NonZero::new(WIDTH).unwrap(), 0);
        vt.process(b"\x1b[41;4mrubbish\x1b[1;1H");
        terminal.clear().unwrap();
        let mut all_halves = Halves::new();
        for (number, scene) in scenes.iter().enumerate() {
            if number == cleared {
                // as after $EDITOR
                vt.process(b"\x1b[35;1m\x1b[3;3Hsomebody else\x1b[?25h");
                terminal.clear().unwrap();
            }
            let buffer = draw(&mut terminal, scene);
            all_halves.extend(halves(vt.screen(), buffer.area));
            all_halves.extend(covered(&buffer));
            vt.process(&wire.taken());
            assert_shows(vt.screen(), &buffer, scene, &all_halves);
            draw(&mut terminal, scene);
            prop_assert_eq!(wire.taken().len(), 0, "the same frame again costs nothing");
        }
    }

    #[test]
    fn fewer_bytes_than_the_usual_backend(scenes in scenes(SETTLED.to_vec())) {
        let (ours, theirs) = (Wire::default(), Wire::default());
        let mut painter = painter(&ours, Colors::True);
        let viewport = Viewport::Fixed(Rect::new(0, 0, WIDTH, HEIGHT));
        let mut usual =
            Terminal::with_options(CrosstermBackend::new(theirs.clone()), TerminalOptions { viewport }).unwrap();
        for scene in &scenes {
            draw(&mut painter, scene);
            draw(&mut usual, scene);
            let (ours, theirs) = (ours.taken(), theirs.taken());
            prop_assert!(ours.len() <= theirs.len(), "{} > {}: {:?}", ours.len(), theirs.len(), String::from_utf8_lossy(&ours));
        }
    }
}

#[test]
fn colours_are_what_the_terminal_has() {
    let scene = |fg, bg| Scene { pieces: vec![(0, 0, "a", Style::default().fg(fg).bg(bg))], cursor: None };
    for (colors, fg, bg, want) in [
        (Colors::True, Color::Rgb(1, 2, 3), Color::Red, "\x1b[0;38;2;1;2;3;41ma"),
        (Colors::Indexed256, Color::Rgb(255, 0, 0), Color::Rgb(128, 128, 128), "\x1b[0;38;5;196;48;5;244ma"),
        (Colors::Ansi16, Color::Rgb(250, 10, 10), Color::Indexed(21), "\x1b[0;91;44ma"),
        (Colors::Ansi16, Color::LightGreen, Color::Indexed(3), "\x1b[0;92;43ma"),
        (Colors::None, Color::Rgb(1, 2, 3), Color::Red, "\x1b[ma"),
    ] {
        let wire = Wire::default();
        draw(&mut painter(&wire, colors), &scene(fg, bg));
        let bytes = String::from_utf8(wire.taken()).unwrap();
        assert!(bytes.contains(want), "{colors:?} {fg} on {bg}: {bytes:?}");
    }
}

#[test]
fn long_blanks_are_erased() {
    let wire = Wire::default();
    let mut terminal = painter(&wire, Colors::True);
    let full = Scene { pieces: vec![(0, 1, "xxxxxxxxxxxxxxxxxxxx", Style::default())], cursor: None };
    draw(&mut terminal, &full);
    wire.taken();
    draw(&mut terminal, &Scene { pieces: vec![], cursor: None });
    assert_eq!(String::from_utf8(wire.taken()).unwrap(), "\r\x1b[20X");
}

//! ratatui's cells as few bytes.

use std::fmt::Write as _;
use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Size};
use ratatui::style::Color;

use super::Colors;
use super::pen::{Pen, VISIBLE_ON_BLANK};

/// A backend for ratatui that writes what changed and nothing else.
///
/// Other than ratatui's own it remembers, from frame to frame, where the cursor stands, whether it is shown, and which
/// colours are set; it moves by the shortest sequence, erases runs of spaces instead of writing them, and turns
/// colours into what the terminal has. Nothing is flushed: the writer is meant to be an
/// [`Output`](super::Output). After the terminal was lent or left, `Terminal::clear` makes it forget.
pub struct Painter<W: Write> {
    out: W,
    /// One frame's bytes; kept for its memory.
    frame: String,
    pen: Pen,
    /// Where the terminal's cursor is, if that is known.
    at: Option<Position>,
    /// Whether it is shown, if that is known.
    shown: Option<bool>,
    size: fn() -> io::Result<Size>,
}

/// So many spaces at least are erased rather than written.
const ERASE: usize = 8;

impl<W: Write> Painter<W> {
    /// A painter on the process's terminal.
    pub fn new(out: W, colors: Colors) -> Self {
        Self::with_size(out, colors, || crossterm::terminal::size().map(|(width, height)| Size { width, height }))
    }

    /// A painter on a terminal that says its size otherwise.
    pub fn with_size(out: W, colors: Colors, size: fn() -> io::Result<Size>) -> Self {
        Self { out, frame: String::new(), pen: Pen::new(colors), at: None, shown: None, size }
    }

    /// Forgets what is known about the terminal, because somebody else wrote to it.
    pub fn forget(&mut self) {
        self.pen.forget();
        (self.at, self.shown) = (None, None);
    }

    fn emit(&mut self) -> io::Result<()> {
        let done = self.out.write_all(self.frame.as_bytes());
        self.frame.clear();
        done
    }

    fn move_to(&mut self, to: Position) {
        if self.at == Some(to) {
            return;
        }
        // writing to a string cannot fail
        let _ = match self.at {
            Some(at) if at.y == to.y && to.x == 0 => self.frame.write_char('\r'),
            Some(at) if at.y == to.y && to.x == at.x + 1 => self.frame.write_str("\x1b[C"),
            Some(at) if at.y == to.y && to.x > at.x => write!(self.frame, "\x1b[{}C", to.x - at.x),
            Some(at) if at.y == to.y && to.x + 1 == at.x => self.frame.write_char('\x08'),
            Some(at) if at.y == to.y => write!(self.frame, "\x1b[{}D", at.x - to.x),
            Some(at) if at.x == to.x && to.y > at.y => write!(self.frame, "\x1b[{}B", to.y - at.y),
            _ if to.x == 0 => write!(self.frame, "\x1b[{}H", to.y + 1),
            _ => write!(self.frame, "\x1b[{};{}H", to.y + 1, to.x + 1),
        };
        self.at = Some(to);
    }

    /// Writes `count` blank cells that look like `cell`, beginning at `from`.
    fn blanks(&mut self, from: Position, count: usize, cell: &Cell) {
        self.move_to(from);
        self.pen.change_for_blank(cell, &mut self.frame);
        // erased cells keep no underline or reversal, and a background only in some terminals
        if count >= ERASE && cell.bg == Color::Reset && !cell.modifier.intersects(VISIBLE_ON_BLANK) {
            let _ = write!(self.frame, "\x1b[{count}X");
        } else {
            self.frame.extend(std::iter::repeat_n(' ', count));
            self.advance(count);
        }
    }

    fn advance(&mut self, columns: usize) {
        let columns = u16::try_from(columns).unwrap_or(u16::MAX);
        self.at = self.at.map(|at| Position { x: at.x.saturating_add(columns), y: at.y });
    }
}

/// Whether all terminals move on by the same number of columns: for single characters below the emoji.
fn is_undisputed(symbol: &str) -> bool {
    let mut chars = symbol.chars();
    chars.next().is_some_and(|c| c < '\u{1f000}') && chars.next().is_none()
}

impl<W: Write> Backend for Painter<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let right = (self.size)().map_or(0, |size| size.width);
        let mut blank: Option<(Position, usize, &Cell)> = None;
        for (x, y, cell) in content {
            let here = Position { x, y };
            if cell.symbol() == " " {
                blank = match blank {
                    Some((from, count, like))
                        if from.y == y
                            && usize::from(x) == usize::from(from.x) + count
                            && Pen::same_blank(like, cell) =>
                    {
                        Some((from, count + 1, like))
                    }
                    other => {
                        if let Some((from, count, like)) = other {
                            self.blanks(from, count, like);
                        }
                        Some((here, 1, cell))
                    }
                };
                continue;
            }
            if let Some((from, count, like)) = blank.take() {
                self.blanks(from, count, like);
            }
            self.move_to(here);
            self.pen.change(cell, &mut self.frame);
            self.frame.push_str(cell.symbol());
            self.advance(usize::from(cell.cell_width()));
            // where the cursor is after the last column is not the same in all terminals either
            if !is_undisputed(cell.symbol()) || self.at.is_some_and(|at| at.x >= right) {
                self.at = None;
            }
        }
        if let Some((from, count, like)) = blank {
            self.blanks(from, count, like);
        }
        if self.at.is_some_and(|at| at.x >= right) {
            self.at = None;
        }
        self.emit()
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.shown != Some(false) {
            self.shown = Some(false);
            self.frame.push_str("\x1b[?25l");
        }
        self.emit()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.shown != Some(true) {
            self.shown = Some(true);
            self.frame.push_str("\x1b[?25h");
        }
        self.emit()
    }

    /// Where the painter put the cursor last. The terminal is not asked: its answer would come through the keyboard.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.move_to(position.into());
        self.emit()
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        // a whole screen is cleared when it is drawn from nothing
        if clear_type == ClearType::All {
            self.forget();
        }
        self.pen.reset(&mut self.frame);
        self.frame.push_str(match clear_type {
            ClearType::All => "\x1b[2J",
            ClearType::AfterCursor => "\x1b[J",
            ClearType::BeforeCursor => "\x1b[1J",
            ClearType::CurrentLine => "\x1b[2K",
            ClearType::UntilNewLine => "\x1b[K",
        });
        self.emit()
    }

    fn size(&self) -> io::Result<Size> {
        (self.size)()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: (self.size)()?, pixels: Size::ZERO })
    }

    /// Does nothing: a frame is written when the event loop says so.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

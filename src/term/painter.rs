//! ratatui's cells as few bytes.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::mem;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Size};
use ratatui::style::Color;

use super::Colors;
use super::pen::{Pen, VISIBLE_ON_BLANK};
use super::shown::{Shown, reach};

/// A backend for ratatui that writes what changed and nothing else.
///
/// Other than ratatui's own it remembers, from frame to frame, where the cursor stands, whether it is shown, and which
/// colours are set; it moves by the shortest sequence, erases runs of spaces instead of writing them, and turns
/// colours into what the terminal has. Around clusters whose width terminals disagree about it writes more than what
/// changed, so that everything else stands in its column whatever the terminal makes of them. Nothing is flushed: the writer is meant to be an
/// [`Output`](super::Output). After the terminal was lent or left, `Terminal::clear` makes it forget.
pub struct Painter<W: Write> {
    out: W,
    /// One frame's bytes; kept for its memory.
    frame: String,
    pen: Pen,
    shown: Shown,
    /// Where the terminal's cursor is, if that is known.
    at: Option<Position>,
    /// Whether it is visible, if that is known.
    visible: Option<bool>,
    size: fn() -> io::Result<Size>,
}

/// The size of the process's terminal.
fn terminal_size() -> io::Result<Size> {
    // crossterm opens /dev/tty for it, which is much for each frame
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(rustix::stdio::stdout())
        && size.ws_col > 0
        && size.ws_row > 0
    {
        return Ok(Size { width: size.ws_col, height: size.ws_row });
    }
    crossterm::terminal::size().map(|(width, height)| Size { width, height })
}

/// So many spaces at least are erased rather than written.
const ERASE: usize = 8;

impl<W: Write> Painter<W> {
    /// A painter on the process's terminal.
    pub fn new(out: W, colors: Colors) -> Self {
        Self::with_size(out, colors, terminal_size)
    }

    /// A painter on a terminal that says its size otherwise.
    pub fn with_size(out: W, colors: Colors, size: fn() -> io::Result<Size>) -> Self {
        Self {
            out,
            frame: String::new(),
            pen: Pen::new(colors),
            shown: Shown::default(),
            at: None,
            visible: None,
            size,
        }
    }

    /// Forgets what is known about the terminal, because somebody else wrote to it.
    pub fn forget(&mut self) {
        self.pen.forget();
        (self.at, self.visible) = (None, None);
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

    /// Writes `count` blank cells that look like `cell`, beginning at `from`. From `erase` cells on they are erased if
    /// they can be, and the cursor stays.
    fn blanks(&mut self, from: Position, count: usize, cell: &Cell, erase: usize) {
        self.move_to(from);
        self.pen.change_for_blank(cell, &mut self.frame);
        // erased cells keep no underline or reversal, and a background only in some terminals
        if count >= erase && cell.bg == Color::Reset && !cell.modifier.intersects(VISIBLE_ON_BLANK) {
            let _ = write!(self.frame, "\x1b[{count}X");
        } else {
            self.frame.extend(std::iter::repeat_n(' ', count));
            self.advance(count);
        }
    }

    /// Writes a cluster to which a terminal may give `reach` columns or fewer, in a screen of `right` columns.
    fn disputed(&mut self, from: Position, cell: &Cell, reach: u16, right: u16) {
        let width = cell.cell_width();
        // its first character covers the first column in any case
        if width > 1 {
            self.blanks(from, usize::from(width), cell, 0);
            if self.at.is_some_and(|at| at.x >= right) {
                self.at = None;
            }
        }
        self.move_to(from);
        self.pen.change(cell, &mut self.frame);
        if from.x.saturating_add(reach) > right {
            // what does not fit must not go on in the next row, or scroll the screen
            let _ = write!(self.frame, "\x1b[?7l{}\x1b[?7h", cell.symbol());
        } else {
            self.frame.push_str(cell.symbol());
        }
        self.at = None;
    }

    fn advance(&mut self, columns: usize) {
        let columns = u16::try_from(columns).unwrap_or(u16::MAX);
        self.at = self.at.map(|at| Position { x: at.x.saturating_add(columns), y: at.y });
    }
}

impl<W: Write> Backend for Painter<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let size = (self.size)();
        let right = size.as_ref().map_or(0, |size| size.width);
        let mut shown = mem::take(&mut self.shown);
        if let Ok(size) = size {
            shown.resize(size);
        }
        let mut blank: Option<(Position, usize, &Cell)> = None;
        for (here, cell) in shown.update(content) {
            if cell.symbol() == " " {
                blank = match blank {
                    Some((from, count, like))
                        if from.y == here.y
                            && usize::from(here.x) == usize::from(from.x) + count
                            && Pen::same_blank(like, cell) =>
                    {
                        Some((from, count + 1, like))
                    }
                    other => {
                        if let Some((from, count, like)) = other {
                            self.blanks(from, count, like, ERASE);
                        }
                        Some((here, 1, cell))
                    }
                };
                continue;
            }
            if let Some((from, count, like)) = blank.take() {
                self.blanks(from, count, like, ERASE);
            }
            if let Some(reach) = reach(cell) {
                self.disputed(here, cell, reach, right);
                continue;
            }
            self.move_to(here);
            self.pen.change(cell, &mut self.frame);
            self.frame.push_str(cell.symbol());
            self.advance(usize::from(cell.cell_width()));
            // a lone character is trusted; where the cursor is after the last column is not the same everywhere either
            if cell.symbol().chars().nth(1).is_some() || self.at.is_some_and(|at| at.x >= right) {
                self.at = None;
            }
        }
        if let Some((from, count, like)) = blank {
            self.blanks(from, count, like, ERASE);
        }
        if self.at.is_some_and(|at| at.x >= right) {
            self.at = None;
        }
        self.shown = shown;
        self.emit()
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.visible != Some(false) {
            self.visible = Some(false);
            self.frame.push_str("\x1b[?25l");
        }
        self.emit()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.visible != Some(true) {
            self.visible = Some(true);
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
        // ratatui draws everything anew after any of them
        self.shown.clear();
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

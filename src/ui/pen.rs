//! Writing into cells: text, rules and boxes that never leave their place and never leave half a character behind.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::glyphs::Glyphs;
use crate::text;

/// A place in one row, moving right as it writes. What does not fit is not written.
pub struct Pen<'b> {
    buffer: &'b mut Buffer,
    glyphs: &'static Glyphs,
    /// The column where it stands.
    pub x: u16,
    y: u16,
    right: u16,
}

impl<'b> Pen<'b> {
    /// At the beginning of row `nth` of an area, to its right end.
    pub fn new(buffer: &'b mut Buffer, glyphs: &'static Glyphs, area: Rect, nth: u16) -> Self {
        let area = if nth < area.height { area.intersection(buffer.area) } else { Rect::ZERO };
        let y = area.y.saturating_add(nth);
        // a row outside has no room
        let right = if y < area.bottom() { area.right() } else { area.x };
        Self { buffer, glyphs, x: area.x, y, right }
    }

    /// Columns that are left.
    pub fn left(&self) -> usize {
        usize::from(self.right.saturating_sub(self.x))
    }

    /// The cells from here to the right end.
    fn cells(&mut self) -> &mut [Cell] {
        let width = usize::from(self.buffer.area.width);
        let room = self.left();
        let row = usize::from(self.y.saturating_sub(self.buffer.area.y));
        let start = row * width + usize::from(self.x.saturating_sub(self.buffer.area.x));
        self.buffer.content.get_mut(start..start + room).unwrap_or_default()
    }

    /// Writes as much as fits.
    pub fn put(&mut self, text: &str, style: Style) -> &mut Self {
        let glyphs = self.glyphs;
        let mut cells = self.cells().iter_mut();
        let room = cells.len();
        let mut used: u16 = 0;
        if text.is_ascii() {
            let printable = text.chars().filter(|c| !c.is_ascii_control());
            for (c, cell) in printable.zip(&mut cells) {
                cell.set_char(c).set_style(style);
                used += 1;
            }
        } else {
            for (_, grapheme) in text::graphemes(text) {
                let grapheme = glyphs.plain(grapheme);
                let wide = text::grapheme_width(grapheme);
                if wide == 0 {
                    continue;
                }
                if usize::from(used) + wide > room {
                    break;
                }
                if let Some(cell) = cells.next() {
                    cell.set_symbol(grapheme).set_style(style);
                }
                // the cells that a wide character covers are blank
                for cell in cells.by_ref().take(wide - 1) {
                    cell.reset();
                    cell.set_style(style);
                }
                used += u16::try_from(wide).unwrap_or(1);
            }
        }
        self.x += used;
        self
    }

    /// Writes the text, or its beginning with the sign that it was cut.
    pub fn fit(&mut self, text: &str, style: Style) -> &mut Self {
        self.fit_in(text, self.left(), style)
    }

    /// The same in at most so many columns.
    pub fn fit_in(&mut self, text: &str, columns: usize, style: Style) -> &mut Self {
        let columns = columns.min(self.left());
        if fits(text, columns) {
            return self.put(text, style);
        }
        if columns == 0 {
            return self;
        }
        let end = self.x + u16::try_from(columns).unwrap_or(u16::MAX) - 1;
        let right = std::mem::replace(&mut self.right, end);
        self.put(text, style);
        self.right = right;
        let cut = self.glyphs.cut;
        self.put(cut, style)
    }

    /// The same in exactly so many columns, with spaces behind.
    pub fn cell(&mut self, text: &str, columns: usize, style: Style) -> &mut Self {
        let from = self.x;
        self.fit_in(text, columns, style);
        self.go(from + u16::try_from(columns).unwrap_or(u16::MAX).min(self.right.saturating_sub(from)))
    }

    /// The same, with spaces before.
    pub fn cell_right(&mut self, text: &str, columns: usize, style: Style) -> &mut Self {
        let from = self.x;
        let columns = columns.min(self.left());
        self.skip(columns.saturating_sub(text::width(text)));
        self.fit_in(text, columns, style);
        self.go(from + u16::try_from(columns).unwrap_or(u16::MAX))
    }

    /// Leaves columns free.
    pub fn skip(&mut self, columns: usize) -> &mut Self {
        let columns = u16::try_from(columns).unwrap_or(u16::MAX);
        self.go(self.x.saturating_add(columns))
    }

    /// Moves to a column.
    pub fn go(&mut self, x: u16) -> &mut Self {
        self.x = x.clamp(self.x.min(self.right), self.right);
        self
    }

    /// Repeats a mark of one column to the end of the row, but for the last `but`.
    pub fn fill(&mut self, mark: &str, but: usize, style: Style) -> &mut Self {
        let count = self.left().saturating_sub(but);
        for cell in self.cells().iter_mut().take(count) {
            cell.set_symbol(mark).set_style(style);
        }
        self.skip(count)
    }
}

/// Whether a text fits; reads no further than the columns reach.
fn fits(text: &str, columns: usize) -> bool {
    if text.is_ascii() {
        return text.len() <= columns;
    }
    let mut used = 0;
    text::graphemes(text).all(|(_, grapheme)| {
        used += text::grapheme_width(grapheme);
        used <= columns
    })
}

/// Empties an area for something that lies over what is drawn already. Wide characters that its edges cut in two
/// become blank, so that no half of one stays.
pub fn clear(buffer: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        if let Some(left) = area.left().checked_sub(1)
            && let Some(cell) = buffer.cell_mut((left, y))
            && text::grapheme_width(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
        }
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
                cell.set_style(style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Modifier;

    use super::super::glyphs::UNICODE;
    use super::*;

    fn row(buffer: &Buffer, y: u16) -> String {
        (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect()
    }

    #[test]
    fn text_stays_in_its_row() {
        let area = Rect::new(0, 0, 6, 1);
        let mut buffer = Buffer::empty(area);
        Pen::new(&mut buffer, &UNICODE, area, 0).put("abcdefgh", Style::new()).put("x", Style::new());
        assert_eq!(row(&buffer, 0), "abcdef");
        Pen::new(&mut buffer, &UNICODE, area, 1).put("outside", Style::new());
        Pen::new(&mut buffer, &UNICODE, Rect::new(9, 9, 4, 4), 0).put("outside", Style::new());
        assert_eq!(row(&buffer, 0), "abcdef");
    }

    #[test]
    fn cut_text_says_so_and_wide_characters_are_never_halved() {
        let area = Rect::new(0, 0, 6, 1);
        let mut buffer = Buffer::empty(area);
        Pen::new(&mut buffer, &UNICODE, area, 0).fit("日本語日本", Style::new());
        assert_eq!(row(&buffer, 0), "日 本 … ");
        let mut buffer = Buffer::empty(area);
        Pen::new(&mut buffer, &UNICODE, area, 0).cell("ab", 4, Style::new()).put("c", Style::new());
        assert_eq!(row(&buffer, 0), "ab  c ");
        let mut buffer = Buffer::empty(area);
        Pen::new(&mut buffer, &UNICODE, area, 0).cell_right("7", 3, Style::new()).put("c", Style::new());
        assert_eq!(row(&buffer, 0), "  7c  ");
    }

    #[test]
    fn controls_are_not_drawn() {
        let area = Rect::new(0, 0, 8, 1);
        let mut buffer = Buffer::empty(area);
        Pen::new(&mut buffer, &UNICODE, area, 0).put("a\u{1b}[b\u{9b}é\n", Style::new());
        assert_eq!(row(&buffer, 0), "a[bé    ");
    }

    #[test]
    fn clearing_leaves_no_half_character() {
        let area = Rect::new(0, 0, 6, 1);
        let mut buffer = Buffer::empty(area);
        Pen::new(&mut buffer, &UNICODE, area, 0).put("日本語", Style::new().add_modifier(Modifier::BOLD));
        clear(&mut buffer, Rect::new(1, 0, 2, 1), Style::new());
        assert_eq!(row(&buffer, 0), "    語 ");
    }
}

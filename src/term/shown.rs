//! What the terminal shows, kept because terminals disagree about the width of some clusters.
//!
//! A vowel sign such as U+09BE is a column of its own in one terminal and none in another; so are the parts of a
//! family, of a flag or of a keycap. The terminal may therefore have put half of such a cluster where ratatui, which
//! names changed cells only, believes that nothing changed. Whatever such a cluster may have reached is written again.

use std::mem;

use icu_properties::props::{EnumeratedProperty, GeneralCategory, GeneralCategoryGroup};
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::{Position, Rect, Size};
use unicode_width::UnicodeWidthChar;

/// The cells as ratatui gave them last, and which of them are due to be written.
#[derive(Debug, Default)]
pub(super) struct Shown {
    cells: Buffer,
    /// One frame's; kept for its memory.
    due: Vec<Position>,
}

/// How far one row of a frame has come, in columns.
#[derive(Debug, Default)]
struct Row {
    y: u16,
    /// Where the cluster begins that is due last.
    lead: u16,
    /// Where the next one begins.
    next: u16,
    /// Before this column the terminal may show something else than it should.
    spoilt: u16,
}

impl Shown {
    /// Begins anew if the terminal has another size now.
    pub(super) fn resize(&mut self, size: Size) {
        if self.cells.area.as_size() != size {
            self.cells = Buffer::empty(Rect::from((Position::ORIGIN, size)));
        }
    }

    /// The terminal shows nothing.
    pub(super) fn clear(&mut self) {
        self.cells.reset();
    }

    /// Takes the changed cells, row by row from the left, and gives back those to be written, in the same order.
    pub(super) fn update<'a>(
        &mut self,
        changed: impl Iterator<Item = (u16, u16, &'a Cell)>,
    ) -> impl Iterator<Item = (Position, &Cell)> {
        self.due.clear();
        let mut row = Row::default();
        for (x, y, cell) in changed {
            if y != row.y || x < row.lead {
                self.repair(&mut row, u16::MAX);
                row = Row { y, ..Row::default() };
            }
            // ratatui names the second half of some emoji; to write there would destroy the first
            if row.lead < x && x < row.next {
                continue;
            }
            self.repair(&mut row, x);
            self.replace(&mut row, x, cell);
        }
        self.repair(&mut row, u16::MAX);
        self.due.iter().filter_map(|&position| Some((position, self.cells.cell(position)?)))
    }

    /// Makes due what did not change but is spoilt, before the column `end`.
    fn repair(&mut self, row: &mut Row, end: u16) {
        while row.next < row.spoilt.min(end) {
            let (x, position) = (row.next, Position { x: row.next, y: row.y });
            let Some(cell) = self.cells.cell(position) else { break };
            self.due.push(position);
            if let Some(reach) = reach(cell) {
                row.spoilt = row.spoilt.max(x.saturating_add(reach));
            }
            (row.lead, row.next) = (x, x.saturating_add(cell.cell_width().max(1)));
        }
    }

    /// Makes a changed cell due.
    fn replace(&mut self, row: &mut Row, x: u16, cell: &Cell) {
        let end = x.saturating_add(cell.cell_width().max(1));
        for column in x..end {
            let Some(old) = self.cells.cell_mut((column, row.y)) else { break };
            let mut new = cell.clone();
            if column > x {
                // ratatui does not name the cells that a cluster covers; the interface styles them like the cluster
                new.set_symbol(" ");
            }
            let old = mem::replace(old, new);
            if let Some(reach) = reach(&old) {
                // its picture may hang over as well, and goes only when its neighbours are drawn
                let reach = reach.max(old.cell_width().saturating_add(2));
                row.spoilt = row.spoilt.max(column.saturating_add(reach));
            }
        }
        if let Some(reach) = reach(cell) {
            row.spoilt = row.spoilt.max(x.saturating_add(reach));
        }
        self.due.push(Position { x, y: row.y });
        (row.lead, row.next) = (x, end);
    }
}

/// If terminals disagree about the width of what is in `cell`: the columns that the most generous gives to it.
pub(super) fn reach(cell: &Cell) -> Option<u16> {
    let symbol = cell.symbol();
    if symbol.len() <= 1 {
        return None;
    }
    let mut chars = symbol.chars();
    let base = chars.next()?;
    if is_settled(base) && chars.all(is_diacritic) {
        return None;
    }
    let columns = symbol.chars().map(generous).fold(0, u16::saturating_add);
    Some(columns.max(cell.cell_width()))
}

/// The columns that a terminal gives to `c` at most.
fn generous(c: char) -> u16 {
    match c {
        // joiners and variation selectors
        '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => 0,
        '\u{1f000}'..='\u{1faff}' => 2,
        _ if is_diacritic(c) => 0,
        // the marks of most scripts; 2 at most
        _ => c.width().map_or(1, |width| if width > 1 { 2 } else { 1 }),
    }
}

/// The marks of Latin, Greek and Cyrillic, which stand over their letter everywhere.
fn is_diacritic(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// Whether all terminals give the same columns to `c` when it stands alone.
fn is_settled(c: char) -> bool {
    match c {
        '\u{ad}' => false,
        ..'\u{300}' => true,
        // wide since Unicode 16 only
        '\u{4dc0}'..='\u{4dff}' => false,
        // Chinese, Japanese, Korean
        '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}' => true,
        // among the symbols, lines and arrows the wide ones are emoji
        '\u{2190}'..'\u{2c00}' => c.width() == Some(1),
        '\u{1f000}'..='\u{1faff}' => false,
        // a mark without a letter
        _ => !GeneralCategoryGroup::Mark.contains(GeneralCategory::for_char(c)),
    }
}

//! A picture as it is shown over the screen: as coloured half blocks, or by the terminal itself.

use super::layout;
use super::state::State;
use crate::text::Clean;

/// Colours of a pixel.
pub type Rgb = [u8; 3];

/// A picture as cells: the upper and the lower half of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    /// Cells in a row.
    pub columns: u16,
    /// Row by row.
    pub cells: Vec<(Rgb, Rgb)>,
}

/// How far a picture is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Drawn by cells.
    Cells(Cells),
    /// The terminal paints it in so many columns and rows.
    ByTerminal {
        /// Columns.
        columns: u16,
        /// Rows.
        rows: u16,
    },
    /// It cannot be shown, and why.
    Failed(Clean),
}

/// Columns and rows that a picture may take.
pub fn room(state: &State) -> (u16, u16) {
    let over = layout::rects(state).overlay;
    (over.width.saturating_sub(4), over.height.saturating_sub(4))
}

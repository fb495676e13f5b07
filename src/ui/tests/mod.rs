mod dialogs;
mod enclosed;
mod gallery;
mod pointing;
pub(crate) mod scene;
mod screens;
mod sizes;
mod thrift;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::app::State;

/// The screen as cells.
fn drawn(state: &State) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(state.size.0, state.size.1)).unwrap();
    terminal.draw(|frame| super::draw(state, frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// The screen as text, wide characters once, rows without what is blank at their ends.
fn screen(state: &State) -> String {
    let buffer = drawn(state);
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(crate::text::width(symbol).max(1)).unwrap();
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

//! Everything that can happen, in one enum.

use crossterm::event::{KeyEvent, MouseEvent};

use crate::backend::Report;

/// What the terminal sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(KeyEvent),
    /// Pasted text, or typed text that came in one read; raw, as the local user gave it.
    Paste(String),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// The terminal got or lost the focus.
    Focus(bool),
    /// The mouse.
    Mouse(MouseEvent),
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// The terminal sent something.
    Input(Input),
    /// The backend part reports.
    Backend(Report),
    /// The minute changed: relative times and the service windows move on.
    Clock,
    /// Everything that was updated so far is on the screen.
    Drawn,
    /// The external editor came back with this text; `None` when it was left without saving.
    Edited(Option<String>),
}

//! Everything that can happen, in one enum.

use crossterm::event::{KeyEvent, MouseEvent};

use crate::backend::Report;
use crate::chat::ConversationKey;

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

/// Something to come back to after a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Tell the backend what was read; several messages are told as one.
    MarkRead(ConversationKey),
    /// The customer has not typed for a while.
    TypingEnds(ConversationKey),
    /// The agent has not typed for a while.
    AgentTypingEnds(ConversationKey),
    /// The rest of a chord did not come.
    Chord,
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
    /// A timer ran out.
    Timer(Timer),
    /// Everything that was updated so far is on the screen.
    Drawn,
    /// The external editor came back with this text; `None` when it was left without saving.
    Edited(Option<String>),
}

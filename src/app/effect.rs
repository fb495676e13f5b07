//! What `update` wants done in the world.

use std::time::Duration;

use super::msg::Timer;
use crate::backend::Command;
use crate::store;
use crate::text::Clean;

/// One wish. The runtime fulfils it and answers, where there is an answer, by a [`Msg`](super::Msg).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the backend.
    Backend(Command),
    /// Ask the store, or give it something.
    Store(store::Command),
    /// See whether the place from which the token is read has changed; answered by
    /// [`Msg::TokenChanged`](super::Msg::TokenChanged) if so.
    LookForToken,
    /// Come back with this timer after a while; a timer that is running already is started anew.
    Wake {
        /// After this long.
        after: Duration,
        /// With this.
        timer: Timer,
    },
    /// Put text on the clipboard of the user's terminal.
    Copy(Clean),
    /// Ring.
    Bell,
    /// Tell the desktop.
    Notify {
        /// Who or what.
        title: Clean,
        /// What they say.
        body: Clean,
    },
    /// The terminal's title.
    Title(Clean),
    /// Open `$EDITOR` on this text.
    Edit(String),
    /// Paint everything again from nothing.
    Repaint,
    /// Stop, as by Ctrl-Z.
    Suspend,
    /// Leave the program.
    Quit,
}

//! What `update` wants done in the world.

use std::path::PathBuf;
use std::time::Duration;

use super::msg::Timer;
use crate::backend::Command;
use crate::store;
use crate::text::Clean;

/// What a file is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saving {
    /// The canned replies.
    Replies,
    /// A conversation.
    Export,
}

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
    /// A key of a replay.
    Replay {
        /// One thing at once; otherwise stop, or go on.
        step: bool,
    },
    /// Write a file of the user's, and say where it went.
    Export {
        /// The end of its name, such as `events.ndjson`.
        name: String,
        /// What is in it.
        text: String,
    },
    /// Write what a pointer is used for into a dialect file, and say where it went.
    Patch {
        /// The event whose payload it is in.
        event: std::sync::Arc<str>,
        /// What it is.
        field: crate::wire::Field,
        /// The pointer, seen from the payload.
        pointer: String,
    },
    /// The terminal's title.
    Title(Clean),
    /// Open a link (`http:`, `https:` or `mailto:`) with what the system has for it.
    OpenLink(Clean),
    /// Write a file. A conversation never takes the place of a file that is there.
    Save {
        /// Where; `~/` is the home directory.
        path: PathBuf,
        /// What.
        text: String,
        /// What for.
        what: Saving,
    },
    /// Look at a folder (`~/` is the home directory); answered by [`Msg::Folder`](super::Msg::Folder).
    ListFolder(String),
    /// Look at a file that is to be sent; answered by [`Msg::Chosen`](super::Msg::Chosen).
    ChooseFile(PathBuf),
    /// Open a file that was fetched, with the configured program or what the system has for it.
    OpenFile(PathBuf),
    /// Read a picture and show it; answered by [`Msg::Picture`](super::Msg::Picture).
    ShowPicture {
        /// Where it is.
        path: PathBuf,
        /// In at most so many columns.
        columns: u16,
        /// And rows.
        rows: u16,
    },
    /// Open `$EDITOR` on this text.
    Edit(String),
    /// The user has seen the welcome: this file says so from now on.
    Welcomed(PathBuf),
    /// Show another profile, by its name in the configuration; this one runs on behind it.
    TurnTo(String),
    /// Let the terminal report the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Read the themes; answered by [`Msg::Themes`](super::Msg::Themes).
    Themes,
    /// Paint everything again from nothing.
    Repaint,
    /// Stop, as by Ctrl-Z.
    Suspend,
    /// Leave the program.
    Quit,
}

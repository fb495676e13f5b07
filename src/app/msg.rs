//! Everything that can happen, in one enum.

use std::path::PathBuf;

use crossterm::event::{KeyEvent, MouseEvent};

use super::state::{Focus, ThemeChoice};
use crate::backend::{OutgoingFile, Report};
use crate::chat::ConversationKey;
use crate::config::Action;
use crate::store;
use crate::text::Clean;

/// One thing that the user did at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed (or repeats).
    Key(KeyEvent),
    /// Text was pasted, or typed text came in one read; line ends are `\n`. It comes from the user, but what the user
    /// copied may come from anywhere: before it is drawn it passes [`text`](crate::text) like everything else.
    Paste(String),
    /// The screen has a new size.
    Resize {
        /// Its width.
        columns: u16,
        /// Its height.
        rows: u16,
    },
    /// The terminal got (true) or lost the focus.
    Focus(bool),
    /// The mouse, if it was asked for.
    Mouse(MouseEvent),
    /// The terminal answered what its background is: light (true) or dark.
    Background(bool),
}

/// What stands under the mouse pointer, as the screen was drawn last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    /// A part of the screen, where nothing in it says more.
    Pane(Focus),
    /// A conversation of the list.
    Conversation(ConversationKey),
    /// A message of the open thread, by its index.
    Message(usize),
    /// The text of the composer.
    Text,
    /// A line of the details, counted among those that can be chosen.
    Detail(usize),
    /// An event of the traffic panel, by its number.
    Event(u64),
    /// A line between two panes.
    Divider(Divider),
    /// A line of an overlay, so many below (or above) the chosen one.
    Line(isize),
    /// Words that stand for an action.
    Do(Action),
    /// The overlay, where nothing in it says more.
    Overlay,
    /// Everything around the overlay.
    Outside,
}

/// A line between two panes that can be dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Divider {
    /// Right of the list.
    List,
    /// Left of the details.
    Details,
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
    /// A thread could not be fetched because the backend was not reached.
    FetchAgain(ConversationKey),
    /// A second of the wait for the next attempt has passed.
    Countdown,
    /// The rest of a chord did not come.
    Chord,
    /// Give the store what has changed.
    Keep,
    /// Try again to send what could not be sent.
    Outbox,
    /// See whether there is a new token.
    Token,
    /// Nothing was typed into the search for a moment: the backend is asked as well.
    Search,
    /// Tell in one what came while there was enough to hear.
    Attention,
    /// Go on looking for events that fit the filter of the traffic panel.
    FindEvents,
}

/// Where a recording stands that is being played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replaying {
    /// So many lines were played.
    pub at: usize,
    /// Of so many.
    pub of: usize,
    /// How it goes on.
    pub pace: ReplayPace,
}

/// How a recording goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ReplayPace {
    /// So many times as fast as it was.
    Times(f64),
    /// With the next press of the key.
    Steps,
    /// It was stopped.
    Stopped,
}

/// One thing that happened.
#[expect(clippy::large_enum_variant, reason = "passed on once, never kept in number")]
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// The terminal sent something.
    Input(Input),
    /// The mouse did something, over this.
    Mouse {
        /// What.
        event: MouseEvent,
        /// Over what.
        under: Option<Under>,
    },
    /// The themes that there are.
    Themes(Vec<ThemeChoice>),
    /// Another theme is in force: the terminal told its background.
    Theme(std::sync::Arc<crate::config::Theme>),
    /// The backend part reports.
    Backend(Report),
    /// The store answers.
    Store(store::Reply),
    /// The place from which the token is read has changed since it was refused.
    TokenChanged,
    /// The program is about to end, whatever the reason: what must be kept is given to the store now.
    Leaving,
    /// How the user's other profiles do.
    Profiles(Vec<super::profiles::Profile>),
    /// This profile gets the screen, or gives it to another one and runs on behind it.
    Front(bool),
    /// The minute changed: relative times and the service windows move on.
    Clock,
    /// A timer ran out.
    Timer(Timer),
    /// A recording is being played, and stands here.
    Replaying(Replaying),
    /// Everything that was updated so far is on the screen.
    Drawn,
    /// What was asked of the system was done, in words, or was not, and why.
    Done(Result<Clean, Clean>),
    /// A folder was looked at.
    Folder(super::files::Listing),
    /// A file that is to be sent was looked at.
    Chosen(PathBuf, Result<OutgoingFile, Clean>),
    /// A file that was fetched is not there any more.
    FileGone(PathBuf),
    /// A picture is ready, or cannot be shown.
    Picture(super::picture::Shown),
    /// The external editor came back with this text; `None` when it was left without saving.
    Edited(Option<String>),
}

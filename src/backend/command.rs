//! What the program asks of a backend.

use std::path::PathBuf;
use std::sync::Arc;

use crate::chat::{Id, Status};
use crate::wire::{Catalogue, Operation};

/// Why something is fetched; comes back with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Purpose {
    /// The user asked for it, or the program started.
    Asked,
    /// After a connect: closes the gap.
    Resync,
    /// To see whether REST has what no event brought.
    Drift,
}

pub use crate::wire::{Enclosed, Outgoing, OutgoingFile, OutgoingTemplate, Page, Target};

/// The shapes in which servers of this family take the argument of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JoinShape {
    /// The id as a bare string.
    Text,
    /// An object that carries it, as the dialect says; `{"conversationId": …}` where it says a bare string.
    Object,
}

/// A request to the backend. Each is answered by reports; none blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Fetch the list.
    FetchList {
        /// At most this many rows.
        limit: u32,
        /// Why.
        purpose: Purpose,
    },
    /// Fetch a stretch of a thread.
    FetchThread {
        /// Whose.
        target: Target,
        /// Which stretch.
        page: Page,
        /// At most this many messages.
        limit: u32,
        /// Why.
        purpose: Purpose,
    },
    /// Fetch a conversation that an event named and that is not known here.
    FetchConversation {
        /// The id in the event.
        id: Id,
    },
    /// Which conversations' rooms are wanted, from now on and after every reconnect: the session joins and leaves, and
    /// tells the team which conversation the agent looks at.
    Watch {
        /// The open conversation; its thread is fetched first after a reconnect.
        open: Option<Target>,
        /// Others whose rooms are wanted.
        others: Vec<Target>,
    },
    /// Send a message; exactly one attempt.
    Send {
        /// The id that this program gave the message.
        client: Id,
        /// To whom.
        target: Target,
        /// What.
        body: Outgoing,
        /// The message that it answers, by the channel's id.
        reply_to: Option<Id>,
    },
    /// Fetch a file that a message carries; its progress and its end are reported.
    FetchFile {
        /// What reports name it by, and [`Command::Stop`].
        id: Id,
        /// Where it is: an address, or the backend's id of it.
        media: String,
        /// Into this folder, which is made if it is not there.
        folder: PathBuf,
        /// Under this name, or that name with a number: nothing is ever overwritten.
        name: String,
        /// At most so many bytes.
        limit: u64,
    },
    /// Give up a file that is on its way, in either direction. One that was sent whole is not called back.
    Stop {
        /// The send's client id, or the fetch's id.
        id: Id,
    },
    /// Ask how large files may be.
    FetchLimits,
    /// Tell the backend that a conversation was read up to here.
    MarkRead {
        /// Which.
        target: Target,
        /// The last message that was seen.
        last: Option<Id>,
    },
    /// Move a conversation to another status.
    SetStatus {
        /// Which.
        target: Target,
        /// Where to.
        status: Status,
    },
    /// Do something to a conversation.
    Operate {
        /// Which.
        target: Target,
        /// What.
        operation: Operation,
    },
    /// Fetch a list that the agent chooses from.
    FetchCatalogue {
        /// Which.
        catalogue: Catalogue,
        /// Of this line, where that matters.
        line: Option<Id>,
    },
    /// Search in the messages of all conversations, where the backend can.
    Search {
        /// Words.
        query: String,
        /// At most so many messages.
        limit: u32,
    },
    /// Tell the room that the agent types, or stopped.
    Typing {
        /// Which conversation.
        target: Target,
        /// Whether they type now.
        typing: bool,
    },
    /// REST had a message that no event brought: poll more often, and say so.
    Missed {
        /// How many.
        count: u32,
    },
    /// Put an event in as if the backend had sent it: it is decoded, routed and shown, and nobody else sees it.
    Inject {
        /// The event's name.
        name: Arc<str>,
        /// The raw JSON of the argument array.
        raw: Arc<str>,
    },
    /// Ask what became of a message over there, where the dialect says how.
    Trace {
        /// One of its ids.
        message: Id,
    },
    /// Emit the join of a conversation once, in this shape; a trial that changes no ledger.
    TryJoin {
        /// The id to join by.
        id: Id,
        /// The shape of its argument.
        shape: JoinShape,
    },
    /// Connect now, without waiting for the back-off.
    Reconnect,
    /// Leave: close the socket and end all tasks.
    Close,
}

impl Command {
    /// It asks and listens: nothing is written, and nobody is told anything.
    pub fn only_asks(&self) -> bool {
        matches!(
            self,
            Self::FetchList { .. }
                | Self::FetchThread { .. }
                | Self::FetchConversation { .. }
                | Self::Watch { .. }
                | Self::Missed { .. }
                | Self::Trace { .. }
                | Self::Reconnect
        )
    }
}

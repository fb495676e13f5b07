//! What the store is asked, and what it answers.

use std::path::PathBuf;

use jiff::Timestamp;

use super::StoredConversation;
use crate::chat::{ConversationKey, Direction, Id, Message, MessageIds};
use crate::text::Clean;
use crate::wire::Enclosed;

/// What the store is asked to do. Conversations are named by the id that paths use (`chat::Conversation::id`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Everything that the screen needs first. Answered by [`Reply::Started`]. To be asked once, at the beginning:
    /// `sending` rows of a program that is gone become unconfirmed here.
    Start {
        /// So many conversations, the most recent ones; those with a draft or a text on its way come beside them.
        conversations: u32,
    },
    /// Rows that changed: the newest version of each wins. On disk within 200 ms.
    Conversations(Vec<StoredConversation>),
    /// Two conversations turned out to be one: messages, draft, outbox and position of `gone` go to `kept`.
    Merge {
        /// The id that is no more.
        gone: Id,
        /// The id that stays.
        kept: Id,
    },
    /// The backend does not have these any more: their rows and messages go. Drafts and the outbox stay.
    Forget(Vec<Id>),
    /// Messages that are new or changed. One that is here by any of its ids is replaced; its ids and delivery merge.
    /// Those of [`Origin::Local`](crate::chat::Origin::Local) are left out: the outbox has them. Within 200 ms.
    Messages {
        /// Whose.
        conversation: Id,
        /// In any order.
        messages: Vec<Message>,
    },
    /// The newest messages of a conversation. Answered by [`Reply::Thread`]; it has all that was given before.
    LoadThread {
        /// Given back in the answer.
        key: ConversationKey,
        /// Whose.
        conversation: Id,
        /// At most so many.
        limit: u32,
    },
    /// A message with what stands around it. Answered by [`Reply::Around`]; it has all that was given before.
    LoadAround {
        /// Given back in the answer.
        key: ConversationKey,
        /// Whose.
        conversation: Id,
        /// Which message, by any of its ids.
        ids: MessageIds,
        /// At most so many before it.
        before: u32,
        /// At most so many after it.
        after: u32,
    },
    /// What stands in this program's composer for a conversation. On disk within 500 ms. Two running programs have a
    /// draft each; what a program left is taken over by the next one that starts.
    Draft {
        /// Whose.
        conversation: Id,
        /// It is a note to the team; a conversation has a draft of each kind.
        note: bool,
        /// `None` (or an empty text) removes it.
        text: Option<String>,
    },
    /// A text on its way. Answered by [`Reply::Enqueued`] once it is on disk, else by [`Reply::Unwritten`].
    Enqueue(OutboxRow),
    /// Before a queued row goes on the wire: takes it for this program. Answered by [`Reply::Claimed`].
    Claim {
        /// Which.
        client: Id,
        /// The newest stored message that is known in its conversation: what this attempt brings stands after it.
        after: Option<Id>,
    },
    /// What became of an attempt.
    Fate {
        /// Which.
        client: Id,
        /// Queued again, or unconfirmed. (`Sending` is what [`Command::Claim`] makes, and is not taken here.)
        fate: Fate,
        /// Why, in words.
        note: Option<Clean>,
    },
    /// The row was accepted, or is taken back: it goes. A row that another running program is sending does not go, and
    /// [`Reply::Claimed`] with `ours: false` says so; so take back only what was claimed first.
    Settle {
        /// Which.
        client: Id,
    },
    /// Where the user stands.
    Position(Position),
    /// Whether a conversation may call for attention.
    Mute {
        /// Which.
        conversation: Id,
        /// It may not.
        muted: bool,
    },
    /// Words in the cached messages. Answered by [`Reply::Found`]; of searches that wait only the newest is answered.
    Search {
        /// Words that all stand in the message, each anywhere; case, accents and vowel points do not matter.
        query: String,
        /// In this conversation alone.
        within: Option<Id>,
        /// At most so many.
        limit: u32,
    },
}

/// What the store says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The file is open. It comes first, unless [`Reply::Failed`] does; and again when a file turned out damaged later.
    Opened {
        /// A damaged or foreign file was in its place and stands here now; what could be read of its drafts and outbox
        /// was taken over.
        set_aside: Option<PathBuf>,
    },
    /// What was kept.
    Started {
        /// The most recent ones, newest first.
        conversations: Vec<StoredConversation>,
        /// Conversation and text.
        drafts: Vec<(Id, String)>,
        /// The same for notes to the team.
        notes: Vec<(Id, String)>,
        /// In the order in which they were written. `Sending` means here: another running program is sending it.
        outbox: Vec<OutboxRow>,
        /// Where the user stood.
        position: Position,
        /// The conversations that may not call for attention.
        muted: Vec<Id>,
    },
    /// Messages of a conversation.
    Thread {
        /// As asked.
        key: ConversationKey,
        /// As asked.
        conversation: Id,
        /// Oldest first; there may be holes between them.
        messages: Vec<Message>,
    },
    /// A message with what stands around it.
    Around {
        /// As asked.
        key: ConversationKey,
        /// As asked.
        ids: MessageIds,
        /// Oldest first; empty when the message is not kept.
        messages: Vec<Message>,
    },
    /// The text is on disk.
    Enqueued {
        /// Which.
        client: Id,
    },
    /// The text is not on disk, or the claim is not: the row is as it was. After an `Enqueue` it may be sent from memory
    /// without a claim; after a `Claim` it must not be sent now.
    Unwritten {
        /// Which.
        client: Id,
        /// Why, in words.
        what: Clean,
    },
    /// Whether this program may send the row.
    Claimed {
        /// Which.
        client: Id,
        /// `false`: another running program has it, or it is settled.
        ours: bool,
    },
    /// A row that stood in [`Reply::Started`], or whose claim was lost, was settled by another program.
    Settled {
        /// Which.
        client: Id,
    },
    /// Such a row changed: its program gave it back, or is gone.
    Returned(OutboxRow),
    /// What a search found.
    Found {
        /// As asked.
        query: String,
        /// As asked.
        within: Option<Id>,
        /// Newest first.
        hits: Vec<Hit>,
    },
    /// Something cannot be kept or read: what, in which file, what to do. The program goes on. Each trouble is told
    /// once until it is over.
    Failed {
        /// In words.
        what: Clean,
        /// What is given is not on disk until [`Reply::Recovered`] comes.
        lasting: bool,
    },
    /// Such a trouble is over: what was given since is on disk.
    Recovered,
}

/// Where the user stands.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Position {
    /// The open conversation.
    pub open: Option<Id>,
    /// Where its thread was scrolled to: the message on top, by any of its ids, and its row there. `None` at its end.
    pub top: Option<(Id, u32)>,
    /// When the cache was last in step with the backend.
    pub as_of: Option<Timestamp>,
}

/// How far a text of the outbox is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// Not on the wire.
    Queued,
    /// On the wire, by the program that claimed it.
    Sending,
    /// It may or may not have been sent.
    Unconfirmed,
}

/// A text on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// The id that this program gave it.
    pub client: Id,
    /// To whom.
    pub conversation: Id,
    /// As the agent typed it.
    pub text: String,
    /// When the agent pressed Enter.
    pub written: Timestamp,
    /// When it was put on the wire last.
    pub attempted: Option<Timestamp>,
    /// The newest stored message that was known then.
    pub after: Option<Id>,
    /// How far it is.
    pub fate: Fate,
    /// Why it waits, in words.
    pub note: Option<Clean>,
    /// What it is beside its text: a file, a template.
    pub enclosed: Option<Enclosed>,
    /// The message that it answers.
    pub reply_to: Option<Id>,
}

impl OutboxRow {
    /// Whether it is for the team alone.
    pub(super) fn is_note(&self) -> bool {
        self.enclosed == Some(Enclosed::Note)
    }
}

/// A message that a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Whose.
    pub conversation: Id,
    /// The conversation as it is kept, where it is.
    pub row: Option<Box<StoredConversation>>,
    /// The message's names.
    pub ids: MessageIds,
    /// Who wrote it.
    pub direction: Direction,
    /// When the backend stored it, or when it was written.
    pub at: Option<Timestamp>,
    /// The words around the first match, in one line.
    pub snippet: Clean,
}

//! What was sent and is not settled yet: first in, first out per conversation, each at most once on the wire without
//! knowledge of its fate.

use jiff::Timestamp;

use crate::backend::Enclosed;
use crate::chat::{Content, ConversationKey, Direction, Id, Media, Message};
use crate::store::{self, OutboxRow};
use crate::text::Clean;

/// How far a message of ours is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Not on the wire yet.
    Queued,
    /// On the wire; the answer is awaited.
    Sending,
    /// The answer was lost: it may or may not have been sent. The agent decides.
    Unconfirmed,
    /// Another running program is sending it.
    Elsewhere,
}

/// Where the text is while it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The store was given it and has not answered.
    Asked,
    /// On disk.
    Disk,
    /// In memory alone: the disk takes nothing.
    Memory,
}

/// What a row was claimed for; the answer is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// To send it.
    Send,
    /// To take its text back into the composer.
    TakeBack,
    /// To throw it away.
    Discard,
}

/// Why a queued message does not go by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// For the backend: it could not be reached.
    Backend,
    /// For a look at its thread: it was written in an earlier run, and the customer may have written since.
    Look,
    /// For the agent.
    Agent,
}

/// A message of ours on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The id that this program gave it.
    pub client: Id,
    /// To whom.
    pub key: ConversationKey,
    /// As the agent typed it.
    pub text: String,
    /// When the agent pressed Enter.
    pub written: Timestamp,
    /// When it was put on the wire last.
    pub attempted: Option<Timestamp>,
    /// The newest stored message that was known in the thread then.
    pub after: Option<Id>,
    /// How far it is.
    pub fate: Fate,
    /// Why it waits, in words.
    pub note: Option<Clean>,
    /// Where it is kept.
    pub kept: Kept,
    /// What the store was asked to claim it for.
    pub claim: Option<Claim>,
    /// Why it does not go by itself.
    pub waits: Option<Waits>,
    /// What it is beside its text: a file, a template.
    pub enclosed: Option<Enclosed>,
    /// The message that it answers.
    pub reply_to: Option<Id>,
    /// How much of its file has gone out, and how much there is.
    pub progress: Option<(u64, Option<u64>)>,
}

impl Outgoing {
    /// A text that the agent has just finished.
    pub fn new(client: Id, key: ConversationKey, text: String, written: Timestamp) -> Self {
        Self {
            client,
            key,
            text,
            written,
            attempted: None,
            after: None,
            fate: Fate::Queued,
            note: None,
            kept: Kept::Asked,
            claim: None,
            waits: None,
            enclosed: None,
            reply_to: None,
            progress: None,
        }
    }

    /// What it says, as it stands in the thread.
    pub fn content(&self) -> Content {
        let text = Clean::text(&self.text);
        match &self.enclosed {
            None | Some(Enclosed::Note) => Content::Text { body: text },
            Some(Enclosed::File(file)) => Content::Media(Box::new(Media {
                kind: file.kind,
                caption: Some(text).filter(|text| !text.is_empty()),
                filename: Some(Clean::line(&file.name)),
                mime: Some(Clean::line(&file.mime)),
                size: Some(file.size),
                url: None,
            })),
            Some(Enclosed::Template(template)) => {
                Content::Template { name: Clean::line(&template.template), body: Some(text) }
            }
        }
    }

    /// To the customer, or to the team alone.
    pub fn direction(&self) -> Direction {
        if self.enclosed == Some(Enclosed::Note) { Direction::Note } else { Direction::Outbound }
    }

    /// Whether a stored message may be this one.
    pub fn is_said_by(&self, message: &Message) -> bool {
        if message.direction != self.direction() {
            return false;
        }
        match (self.content(), &message.content) {
            (Content::Text { body }, Content::Text { body: stored }) => body == *stored,
            (Content::Media(ours), Content::Media(stored)) => {
                // what the backend does not tell speaks neither for it nor against it
                let fits = |ours: Option<&Clean>, stored: Option<&Clean>| stored.is_none_or(|_| ours == stored);
                ours.kind == stored.kind
                    && ours.caption.as_deref().unwrap_or_default() == stored.caption.as_deref().unwrap_or_default()
                    && fits(ours.filename.as_ref(), stored.filename.as_ref())
                    && stored.size.is_none_or(|size| ours.size == Some(size))
            }
            (Content::Template { name, body }, Content::Template { name: stored, body: words }) => {
                name == *stored && words.as_ref().is_none_or(|words| body.as_ref() == Some(words))
            }
            (Content::Template { body, .. }, Content::Text { body: stored }) => body.as_ref() == Some(stored),
            _ => false,
        }
    }

    /// A row that the store has from an earlier run, or that another running program has.
    pub fn kept(row: OutboxRow, key: ConversationKey) -> Self {
        let mut item = Self { kept: Kept::Disk, ..Self::new(row.client.clone(), key, row.text.clone(), row.written) };
        item.take_over(row);
        item.waits = (item.fate == Fate::Queued).then_some(Waits::Look);
        item
    }

    /// What became of a row on disk.
    pub fn take_over(&mut self, row: OutboxRow) {
        (self.enclosed, self.reply_to, self.progress) = (row.enclosed, row.reply_to, None);
        self.attempted = row.attempted;
        self.after = row.after;
        self.note = row.note;
        self.claim = None;
        self.fate = match row.fate {
            store::Fate::Queued => Fate::Queued,
            store::Fate::Sending => Fate::Elsewhere,
            store::Fate::Unconfirmed => Fate::Unconfirmed,
        };
    }
}

/// What is to be done with a message whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Claim it: it is on disk, and other programs may see it.
    Claim(Id),
    /// Send it: it is in memory alone.
    Send(Id),
}

/// All messages of ours that are on their way, oldest first.
#[derive(Debug, Default)]
pub struct Outbox {
    items: Vec<Outgoing>,
}

/// A queued message is sent by itself only while it is younger than this.
const FRESH: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

impl Outbox {
    /// Puts a message at the end.
    pub fn push(&mut self, item: Outgoing) {
        self.items.push(item);
    }

    /// All of them.
    pub fn items(&self) -> &[Outgoing] {
        &self.items
    }

    /// All of them, to be changed.
    pub fn items_mut(&mut self) -> &mut [Outgoing] {
        &mut self.items
    }

    /// The one with this id.
    pub fn get(&self, client: &Id) -> Option<&Outgoing> {
        self.items.iter().find(|item| item.client == *client)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, client: &Id) -> Option<&mut Outgoing> {
        self.items.iter_mut().find(|item| item.client == *client)
    }

    /// Takes one out: it is settled.
    pub fn remove(&mut self, client: &Id) -> Option<Outgoing> {
        let at = self.items.iter().position(|item| item.client == *client)?;
        Some(self.items.remove(at))
    }

    /// Those of a conversation, oldest first.
    pub fn of(&self, key: ConversationKey) -> impl DoubleEndedIterator<Item = &Outgoing> {
        self.items.iter().filter(move |item| item.key == key)
    }

    /// The unconfirmed one of a conversation that blocks what follows it.
    pub fn unconfirmed(&self, key: ConversationKey) -> Option<&Outgoing> {
        self.of(key).find(|item| item.fate == Fate::Unconfirmed)
    }

    /// The conversations whose threads must be looked at before it is known what becomes of a message.
    pub fn to_look_at(&self) -> Vec<ConversationKey> {
        let open = |item: &&Outgoing| item.fate == Fate::Unconfirmed || item.waits == Some(Waits::Look);
        let mut keys: Vec<ConversationKey> = self.items.iter().filter(open).map(|item| item.key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// A conversation was merged into another.
    pub fn move_to(&mut self, gone: ConversationKey, kept: ConversationKey) {
        for item in self.items.iter_mut().filter(|item| item.key == gone) {
            item.key = kept;
        }
    }

    /// The backend may be reached again: what waited for it waits no more.
    pub fn release(&mut self) {
        for item in self.items.iter_mut().filter(|item| item.waits == Some(Waits::Backend)) {
            item.waits = None;
        }
    }

    /// Whose turn it is: the head of each conversation's queue, unless something about it is not known. One that has
    /// waited too long is left to the agent.
    pub fn start(&mut self, now: Timestamp) -> Vec<Turn> {
        let mut busy: Vec<ConversationKey> = Vec::new();
        let mut turns = Vec::new();
        for item in &mut self.items {
            if busy.contains(&item.key) {
                continue;
            }
            busy.push(item.key);
            if item.fate != Fate::Queued || item.claim.is_some() || item.waits.is_some() {
                continue;
            }
            if now.duration_since(item.written) >= FRESH {
                item.waits = Some(Waits::Agent);
                item.note = Some(Clean::line("written more than 10 minutes ago and not sent by itself"));
                continue;
            }
            match item.kept {
                Kept::Asked => {}
                Kept::Disk => {
                    item.claim = Some(Claim::Send);
                    turns.push(Turn::Claim(item.client.clone()));
                }
                Kept::Memory => {
                    item.fate = Fate::Sending;
                    turns.push(Turn::Send(item.client.clone()));
                }
            }
        }
        turns
    }
}

//! The store on real files: every command, two programs on one file, kills, damage, full disks, bounds, search.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout)] // helpers of tests, outside `#[test]`

mod bounds;
mod commands;
mod damage;
mod killed;
mod messages;
mod roundtrip;
mod schema;
mod searching;
mod shared;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use switchboard::chat::{Content, ConversationKey, Delivery, Direction, Id, Message, MessageIds, Origin};
use switchboard::store::{Command, Fate, OutboxRow, Place, Reply, Store, StoreConfig, Surroundings, open_in};
use switchboard::text::Clean;
use tempfile::TempDir;
use tokio::sync::mpsc;

/// 2026-01-05 12:00:00 UTC, the present of these tests.
const NOW: i64 = 1_767_614_400;

/// A store under test, its answers and its clock.
struct Desk {
    store: Store,
    replies: mpsc::Receiver<Reply>,
    clock: Arc<AtomicI64>,
}

/// How a store is opened.
struct Setup {
    days: u32,
    megabytes: u32,
    pages: Option<u32>,
    look: Duration,
    clock: Arc<AtomicI64>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            days: 0,
            megabytes: 0,
            pages: None,
            look: switchboard::store::LEASE / 4,
            clock: Arc::new(AtomicI64::new(NOW)),
        }
    }
}

impl Setup {
    fn open(self, place: Place) -> Desk {
        let config = StoreConfig { place, days: self.days, megabytes: self.megabytes };
        let clock = Arc::clone(&self.clock);
        let read = move || at(clock.load(Ordering::SeqCst));
        let (to, replies) = mpsc::channel(64);
        let store = open_in(config, Surroundings { clock: Arc::new(read), pages: self.pages, look: self.look }, to);
        Desk { store, replies, clock: self.clock }
    }

    fn file(self, path: &Path) -> Desk {
        self.open(Place::File(path.to_owned()))
    }
}

impl Desk {
    fn on(path: &Path) -> Self {
        Setup::default().file(path)
    }

    fn send(&self, command: Command) {
        self.store.send(command);
    }

    async fn reply(&mut self) -> Reply {
        let reply = tokio::time::timeout(Duration::from_secs(60), self.replies.recv()).await;
        reply.expect("an answer within a minute").expect("the store runs")
    }

    /// The first answer that `pick` takes; others are passed over.
    async fn find<T>(&mut self, pick: impl Fn(Reply) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(self.reply().await) {
                return found;
            }
        }
    }

    async fn started(&mut self) -> Started {
        self.send(Command::Start { conversations: 100 });
        self.find(|reply| match reply {
            Reply::Started { conversations, drafts, outbox, position, muted, .. } => {
                Some(Started { conversations, drafts, outbox, open: position.open, muted })
            }
            _ => None,
        })
        .await
    }

    async fn thread(&mut self, conversation: &str, limit: u32) -> Vec<Message> {
        self.send(Command::LoadThread { key: ConversationKey(7), conversation: conversation.into(), limit });
        self.find(|reply| match reply {
            Reply::Thread { key: ConversationKey(7), conversation: of, messages } if of == Id::from(conversation) => {
                Some(messages)
            }
            _ => None,
        })
        .await
    }

    async fn search(&mut self, query: &str) -> Vec<switchboard::store::Hit> {
        self.send(Command::Search { query: query.to_owned(), within: None, limit: 50 });
        self.find(|reply| match reply {
            Reply::Found { query: of, hits, .. } if of == query => Some(hits),
            _ => None,
        })
        .await
    }

    async fn enqueue(&mut self, row: OutboxRow) {
        let client = row.client.clone();
        self.send(Command::Enqueue(row));
        assert_eq!(self.reply_about_outbox().await, Reply::Enqueued { client });
    }

    async fn claim(&mut self, client: &str) -> bool {
        self.send(Command::Claim { client: client.into(), after: None });
        match self.reply_about_outbox().await {
            Reply::Claimed { client: of, ours } if of == Id::from(client) => ours,
            other => panic!("{other:?}"),
        }
    }

    async fn reply_about_outbox(&mut self) -> Reply {
        self.find(|reply| match reply {
            Reply::Enqueued { .. } | Reply::Unwritten { .. } | Reply::Claimed { .. } => Some(reply),
            _ => None,
        })
        .await
    }

    fn pass(&self, time: Duration) {
        self.clock.fetch_add(i64::try_from(time.as_secs()).expect("a short time"), Ordering::SeqCst);
    }

    async fn close(self) {
        self.store.close().await;
    }
}

/// What [`Reply::Started`] has.
#[derive(Debug, PartialEq)]
struct Started {
    conversations: Vec<switchboard::store::StoredConversation>,
    drafts: Vec<(Id, String)>,
    outbox: Vec<OutboxRow>,
    open: Option<Id>,
    muted: Vec<Id>,
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn file_in(folder: &TempDir) -> PathBuf {
    folder.path().join("store").join("acme.sqlite")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

/// A message of the customer's.
fn text(id: &str, body: &str, second: i64) -> Message {
    Message {
        ids: MessageIds { id: Some(id.into()), ..MessageIds::default() },
        direction: Direction::Inbound,
        sender: None,
        content: Content::Text { body: Clean::text(body) },
        delivery: Delivery::default(),
        created_at: Some(at(second)),
        sent_at: None,
        reply_to: None,
        reactions: Vec::new(),
        origin: Origin::Live,
    }
}

fn messages(conversation: &str, messages: Vec<Message>) -> Command {
    Command::Messages { conversation: conversation.into(), messages }
}

fn draft(conversation: &str, text: Option<&str>) -> Command {
    Command::Draft { conversation: conversation.into(), note: false, text: text.map(str::to_owned) }
}

fn row(client: &str, text: &str) -> OutboxRow {
    OutboxRow {
        client: client.into(),
        conversation: "c1".into(),
        text: text.to_owned(),
        written: "2026-01-05T12:00:00.123456789Z".parse().expect("a time"),
        attempted: None,
        after: None,
        fate: Fate::Queued,
        note: None,
        enclosed: None,
        reply_to: None,
    }
}

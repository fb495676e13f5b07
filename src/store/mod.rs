//! On disk: conversations and messages as a cache, and what cannot be fetched again (drafts, the outbox).
//!
//! One SQLite file a profile, shared safely by several running programs. [`open`] starts the task that owns it;
//! [`Store::send`] gives it a [`Command`] and returns at once; what there is to answer comes as a [`Reply`].
//!
//! What a kill can cost: the last 200 ms of cached messages and drafts. Never a text of the outbox: it is on disk
//! when [`Reply::Enqueued`] comes. Without a usable file the program goes on: every command is answered as by an empty
//! store, and [`Reply::Failed`] says why.

mod backlog;
mod bounds;
mod cache;
mod command;
mod conversation;
mod drafts;
mod error;
mod glance;
mod messages;
mod opening;
mod outbox;
mod owner;
mod pending;
mod reader;
mod recording;
mod replies;
mod salvage;
mod search;
mod set_aside;
mod snippet;
mod transaction;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use backlog::Backlog;
pub use command::{Command, Fate, Hit, OutboxRow, Position, Reply};
pub use conversation::StoredConversation;
pub use glance::{Glance, GlanceError};
pub use outbox::LEASE;
pub use recording::{Recorder, Recording, RecordingError};
pub use snippet::around as snippet_around;

use crate::config::{Paths, file_name};

/// Where the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this file, made if it is not there. Several programs may share it.
    File(PathBuf),
    /// In memory: gone with the program.
    Memory,
}

impl Place {
    /// The file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Memory => None,
        }
    }
}

/// What the configuration decides of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreConfig {
    /// Where it is.
    pub place: Place,
    /// Days that messages are kept; 0 for ever.
    pub days: u32,
    /// Size in megabytes (10⁶ bytes) beyond which the oldest messages go, and the oldest conversations when no message is
    /// left; 0 without limit. Drafts, notes of one's own and the outbox always stay.
    pub megabytes: u32,
}

/// What surrounds the store; tests put something else in its place.
#[derive(Clone)]
pub struct Surroundings {
    /// The time.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// At most so many pages of 4 KiB fit on the disk; `None` leaves it to the disk.
    pub pages: Option<u32>,
    /// Leases are renewed, and rows of other programs looked at, this often while there are any.
    pub look: Duration,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { clock: Arc::new(Timestamp::now), pages: None, look: LEASE / 4 }
    }
}

/// The file of a profile's store.
pub fn file_of(paths: &Paths, profile: &str) -> PathBuf {
    paths.data.join("store").join(format!("{}.sqlite", file_name(profile)))
}

/// A running store. Dropped without [`close`](Self::close), it still writes what it was given, if the program lives on.
pub struct Store {
    commands: mpsc::UnboundedSender<Command>,
    backlog: Arc<Backlog>,
    task: JoinHandle<()>,
}

/// Starts a store and returns at once: opening the file happens in its task and is told by [`Reply::Opened`] or
/// [`Reply::Failed`]. To be called inside a tokio runtime.
pub fn open(config: StoreConfig, replies: mpsc::Sender<Reply>) -> Store {
    open_in(config, Surroundings::default(), replies)
}

/// The same with other surroundings.
pub fn open_in(config: StoreConfig, surroundings: Surroundings, replies: mpsc::Sender<Reply>) -> Store {
    let (commands, given) = mpsc::unbounded_channel();
    let backlog = Arc::new(Backlog::default());
    let writer = writer::Writer::new(config, surroundings, replies, given, Arc::clone(&backlog));
    Store { commands, backlog, task: tokio::spawn(writer.run()) }
}

impl Store {
    /// Gives the store something to do. Never waits. When the disk is far behind the traffic, rows of the cache are
    /// dropped here (and told by [`Reply::Failed`]); drafts and the outbox never are.
    pub fn send(&self, command: Command) {
        if self.backlog.admit(&command) {
            // The task ends only when this handle is gone, or with the runtime.
            let _ = self.commands.send(command);
        }
    }

    /// Writes everything that is waiting and closes the file.
    pub async fn close(self) {
        drop(self.commands);
        // A task that was cancelled with the runtime has nothing more to write with.
        let _ = self.task.await;
    }
}

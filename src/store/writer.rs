//! The task that owns the file: commands in, answers out, one transaction at a time.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use super::backlog::Backlog;
use super::bounds::Bounds;
use super::command::{Command, Fate, Position, Reply};
use super::error::{OpenError, in_words};
use super::opening::{self, Shelf, is_damage};
use super::outbox::{Outcome, Urgent};
use super::owner::Owner;
use super::pending::Pending;
use super::reader::{Question, Reader};
use super::replies::Replies;
use super::{StoreConfig, Surroundings, cache, transaction};
use crate::chat::Id;
use crate::text::Clean;

/// The bounds are looked at after so many messages.
const BOUND_EVERY: usize = 1_000;
/// A file is set aside at most so many times in one run.
const MOST_MENDED: u32 = 3;

/// The task's state.
pub(super) struct Writer {
    config: StoreConfig,
    surroundings: Surroundings,
    commands: mpsc::UnboundedReceiver<Command>,
    backlog: Arc<Backlog>,
    replies: Replies,
    /// `None` while there is no usable file.
    shelf: Option<Shelf>,
    reader: Option<Reader>,
    damage: Arc<Notify>,
    mended: u32,
    pending: Pending,
    bounds: Bounds,
    /// The bounds are to be looked at when there is nothing else to do.
    bounding: bool,
    since_bounded: usize,
    /// Rows that this program is sending.
    in_flight: Vec<Id>,
    /// Rows that another program may be sending, as last told.
    watched: HashMap<Id, Fate>,
    look: Option<Instant>,
    /// What became of rows and could not be written yet.
    owed: Vec<(Id, Urgent)>,
    /// The trouble that was told and is not over.
    told: Option<Clean>,
}

/// What is to be done next.
enum Work {
    Do(Box<Command>),
    Write,
    Look,
    Bound,
    Mend,
    Nothing,
    End,
}

impl Writer {
    pub(super) fn new(
        config: StoreConfig,
        surroundings: Surroundings,
        replies: mpsc::Sender<Reply>,
        commands: mpsc::UnboundedReceiver<Command>,
        backlog: Arc<Backlog>,
    ) -> Self {
        Self {
            bounds: Bounds::new(config.days, config.megabytes),
            config,
            surroundings,
            commands,
            backlog,
            replies: Replies::new(replies),
            shelf: None,
            reader: None,
            damage: Arc::new(Notify::new()),
            mended: 0,
            pending: Pending::default(),
            bounding: false,
            since_bounded: 0,
            in_flight: Vec::new(),
            watched: HashMap::new(),
            look: None,
            owed: Vec::new(),
            told: None,
        }
    }

    pub(super) async fn run(mut self) {
        self.open(false, None).await;
        loop {
            let work = tokio::select! {
                biased;
                () = self.replies.deliver(), if !self.replies.is_empty() => Work::Nothing,
                () = self.damage.notified() => Work::Mend,
                command = self.commands.recv() => command.map_or(Work::End, |command| Work::Do(Box::new(command))),
                () = until(self.pending.due()) => Work::Write,
                () = until(self.look) => Work::Look,
                () = std::future::ready(()), if self.bounding && self.pending.is_empty() => Work::Bound,
            };
            match work {
                Work::Do(command) => {
                    self.backlog.taken(&command);
                    self.perform(*command).await;
                    if self.pending.is_due() {
                        self.write().await;
                    }
                }
                Work::Write => self.write().await,
                Work::Look => self.look().await,
                Work::Bound => self.bound().await,
                Work::Mend => self.mend().await,
                Work::Nothing => {}
                Work::End => break,
            }
        }
        self.write().await;
        if !self.owed.is_empty() {
            self.look().await;
        }
        drop(self.shut().await);
    }

    fn now(&self) -> Timestamp {
        (self.surroundings.clock)()
    }

    fn path(&self) -> Option<&Path> {
        self.config.place.path()
    }

    async fn open(&mut self, suspect: bool, owner: Option<Owner>) {
        match opening::open(&self.config.place, &self.surroundings, suspect, owner).await {
            Ok((shelf, set_aside)) => {
                self.shelf = Some(shelf);
                self.bounding = true;
                if !suspect || set_aside.is_some() {
                    self.replies.give(Reply::Opened { set_aside });
                }
            }
            Err(error) => self.failed(&error),
        }
    }

    fn failed(&mut self, error: &OpenError) {
        tracing::error!(%error, "no store");
        self.replies.give(Reply::Failed { what: Clean::line(&error.to_string()), lasting: true });
    }

    /// Closes the file. The owner still answers for its rows until it is dropped.
    async fn shut(&mut self) -> Option<Owner> {
        if let Some(reader) = self.reader.take() {
            reader.stop().await;
        }
        let Shelf { conn, owner, .. } = self.shelf.take()?;
        // What was committed is in the file, whether the log could be folded into it or not.
        if let Err(error) = conn.close().await {
            tracing::warn!(%error, "the store was not closed cleanly");
        }
        Some(owner)
    }

    /// The file turned out damaged: it is looked at from end to end, set aside if that is so, and a fresh one made.
    async fn mend(&mut self) {
        let owner = self.shut().await;
        if self.mended >= MOST_MENDED {
            return self.failed(&OpenError::Again(self.mended));
        }
        self.mended += 1;
        self.open(true, owner).await;
    }

    async fn perform(&mut self, command: Command) {
        let dropped = self.backlog.dropped();
        if dropped > 0 {
            let what =
                format!("The disk is slower than the traffic: {dropped} rows were not cached; they can be fetched");
            self.replies.give(Reply::Failed { what: Clean::line(&what), lasting: false });
        }
        match command {
            Command::Start { conversations } => self.start(conversations).await,
            Command::Conversations(rows) => rows.into_iter().for_each(|row| self.pending.conversation(row)),
            Command::Messages { conversation, messages } => {
                messages.into_iter().for_each(|message| self.pending.message(&conversation, message));
            }
            Command::Merge { gone, kept } => {
                self.reshape("a conversation under its new id", async |conn| cache::merge(conn, &gone, &kept).await)
                    .await;
            }
            Command::Forget(gone) => {
                let forget = async |conn: &mut SqliteConnection| {
                    for id in &gone {
                        cache::forget(conn, id).await?;
                    }
                    Ok(())
                };
                self.reshape("what the backend has no more", forget).await;
            }
            Command::LoadThread { key, conversation, limit } => {
                self.ask(Question::Thread { key, conversation, limit }).await;
            }
            Command::LoadAround { key, conversation, ids, before, after } => {
                self.ask(Question::Around { key, conversation, ids, before, after }).await;
            }
            Command::Search { query, within, limit } => self.ask(Question::Search { query, within, limit }).await,
            Command::Draft { conversation, note, text } => self.pending.draft(conversation, note, text),
            Command::Position(position) => self.pending.position(position),
            Command::Mute { conversation, muted } => self.pending.mute(conversation, muted),
            Command::Enqueue(row) => self.urgent(row.client.clone(), Urgent::Enqueue(Box::new(row))).await,
            Command::Claim { client, after } => {
                self.urgent(client.clone(), Urgent::Claim { client, after }).await;
            }
            Command::Fate { fate: Fate::Sending, .. } => {}
            Command::Fate { client, fate, note } => {
                self.urgent(client.clone(), Urgent::Fate { client, fate, note }).await;
            }
            Command::Settle { client } => {
                self.settle(client).await;
            }
        }
    }

    /// Writes what waits.
    async fn write(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let now = self.now();
        for last in [false, true] {
            let Some(shelf) = &mut self.shelf else { return self.pending.written() };
            match self.pending.write(&mut shelf.conn, shelf.owner.name(), now).await {
                Ok(()) => {
                    self.since_bounded += self.pending.messages();
                    if self.since_bounded >= BOUND_EVERY {
                        self.since_bounded = 0;
                        self.bounding = true;
                    }
                    self.recovered();
                    if !self.owed.is_empty() {
                        self.look = Some(Instant::now());
                    }
                    return self.pending.written();
                }
                Err(error) if is_damage(&error) && !last => self.mend().await,
                Err(error) => {
                    let what = self.pending.what();
                    self.trouble(what, &error);
                    return self.pending.failed(super::error::Kind::of(&error) == super::error::Kind::Other);
                }
            }
        }
    }

    /// Tells a trouble, once until something succeeds.
    fn trouble(&mut self, what: &str, error: &sqlx::Error) {
        tracing::warn!(%error, what, "the store failed");
        let what = in_words(what, self.path(), error);
        if self.told.as_ref() != Some(&what) {
            self.told = Some(what.clone());
            self.replies.give(Reply::Failed { what, lasting: true });
        }
    }

    fn recovered(&mut self) {
        if self.told.take().is_some() {
            self.replies.give(Reply::Recovered);
        }
    }

    async fn start(&mut self, limit: u32) {
        self.write().await;
        let (now, path) = (self.now(), self.config.place.path().map(Path::to_owned));
        let mut started = None;
        for last in [false, true] {
            let Some(shelf) = &mut self.shelf else { break };
            match transaction::load(shelf, path.as_deref(), limit, now).await {
                Ok(reply) => {
                    started = Some(reply);
                    break;
                }
                Err(error) if is_damage(&error) && !last => self.mend().await,
                Err(error) => {
                    self.trouble("the list", &error);
                    break;
                }
            }
        }
        let empty = || Reply::Started {
            conversations: vec![],
            drafts: vec![],
            notes: vec![],
            outbox: vec![],
            position: Position::default(),
            muted: vec![],
        };
        let reply = started.unwrap_or_else(empty);
        if let Reply::Started { outbox, .. } = &reply {
            self.watched = outbox.iter().map(|row| (row.client.clone(), row.fate)).collect();
        }
        self.look_later();
        self.replies.give(reply);
    }

    async fn ask(&mut self, question: Question) {
        self.write().await;
        let Some(shelf) = &mut self.shelf else { return self.replies.give(question.nothing()) };
        let (Some(options), Some(path)) = (&shelf.reading, self.config.place.path()) else {
            let answer = question.ask(&mut shelf.conn).await;
            if let Err(error) = &answer {
                self.trouble(question.what(), error);
            }
            return self.replies.give(answer.unwrap_or_else(|_| question.nothing()));
        };
        let reader = self.reader.get_or_insert_with(|| {
            Reader::start(options.clone(), path.to_owned(), self.replies.sender(), Arc::clone(&self.damage))
        });
        if !reader.ask(question.clone()) {
            self.reader = None;
            self.replies.give(question.nothing());
        }
    }

    /// Does something with a row of the outbox, at once, and answers.
    async fn urgent(&mut self, client: Id, urgent: Urgent) {
        let now = self.now();
        self.owed.retain(|(had, _)| *had != client);
        let mut outcome = Err(Clean::line("there is no store"));
        for last in [false, true] {
            let Some(shelf) = &mut self.shelf else { break };
            match transaction::at_once(&mut shelf.conn, &urgent, shelf.owner.name(), now).await {
                Ok(done) => {
                    if let (Urgent::Enqueue(row), Outcome::Done) = (&urgent, done) {
                        self.pending.enqueued(row);
                    }
                    // A row may fit where the batch that failed does not.
                    if !self.pending.is_stuck() {
                        self.recovered();
                    }
                    outcome = Ok(done);
                    break;
                }
                Err(error) if is_damage(&error) && !last => self.mend().await,
                Err(error) => {
                    self.trouble("messages to be sent", &error);
                    outcome = Err(in_words("a message to be sent", self.path(), &error));
                    break;
                }
            }
        }
        self.settled(client, &urgent, outcome);
        self.look_later();
    }

    /// A row goes. A text that came back is on disk as a draft before it is gone as a row: while that cannot be, it stays.
    async fn settle(&mut self, client: Id) {
        if self.pending.has_drafts() {
            self.write().await;
        }
        if self.pending.has_drafts() && self.shelf.is_some() {
            self.owed.retain(|(had, _)| *had != client);
            self.owed.push((client.clone(), Urgent::Settle(client)));
            return self.look_later();
        }
        self.urgent(client.clone(), Urgent::Settle(client)).await;
    }

    fn settled(&mut self, client: Id, urgent: &Urgent, outcome: Result<Outcome, Clean>) {
        if outcome == Ok(Outcome::Done) {
            self.watched.remove(&client);
            self.in_flight.retain(|had| *had != client);
        }
        let reply = match (urgent, outcome) {
            (Urgent::Enqueue(_), Ok(Outcome::Done)) => Reply::Enqueued { client },
            (Urgent::Enqueue(_), Ok(_)) => {
                let what = Clean::line("another text has this id in the outbox; it was left as it is");
                Reply::Unwritten { client, what }
            }
            (Urgent::Enqueue(_) | Urgent::Claim { .. }, Err(what)) => Reply::Unwritten { client, what },
            (Urgent::Claim { .. }, Ok(Outcome::Done)) => {
                self.in_flight.push(client.clone());
                Reply::Claimed { client, ours: true }
            }
            (_, Ok(Outcome::Done)) => return,
            (_, Err(_)) => return self.owed.push((client, urgent.clone())),
            (_, Ok(_)) => {
                self.watched.insert(client.clone(), Fate::Sending);
                Reply::Claimed { client, ours: false }
            }
        };
        self.replies.give(reply);
    }

    /// Changes the cache as a whole, after everything that was given before is in it.
    async fn reshape(&mut self, what: &str, how: impl AsyncFnOnce(&mut SqliteConnection) -> Result<(), sqlx::Error>) {
        self.write().await;
        let Some(shelf) = &mut self.shelf else { return };
        let done = async {
            transaction::begin(&mut shelf.conn).await?;
            let done = how(&mut shelf.conn).await;
            transaction::end(&mut shelf.conn, done).await
        };
        if let Err(error) = done.await {
            self.trouble(what, &error);
        }
    }

    fn look_later(&mut self) {
        let any = !(self.in_flight.is_empty() && self.watched.is_empty() && self.owed.is_empty());
        self.look = any.then(|| self.look.unwrap_or_else(|| Instant::now() + self.surroundings.look));
    }

    /// Answers for our rows for another while, and sees what became of those of others.
    async fn look(&mut self) {
        self.look = None;
        for (client, urgent) in std::mem::take(&mut self.owed) {
            match urgent {
                Urgent::Settle(client) => self.settle(client).await,
                urgent => self.urgent(client, urgent).await,
            }
        }
        self.look = None;
        let (now, path) = (self.now(), self.config.place.path().map(Path::to_owned));
        let watched: Vec<(Id, Fate)> = self.watched.iter().map(|(client, fate)| (client.clone(), *fate)).collect();
        if let Some(shelf) = &mut self.shelf {
            match transaction::look(shelf, path.as_deref(), !self.in_flight.is_empty(), watched, now).await {
                Ok(changes) => changes.into_iter().for_each(|change| self.changed(change)),
                Err(error) => self.trouble("who sends what", &error),
            }
        }
        self.look_later();
    }

    fn changed(&mut self, change: Reply) {
        match &change {
            Reply::Settled { client } => {
                self.watched.remove(client);
            }
            Reply::Returned(row) => {
                self.watched.insert(row.client.clone(), row.fate);
            }
            _ => {}
        }
        self.replies.give(change);
    }

    async fn bound(&mut self) {
        let now = self.now();
        self.bounding = false;
        let Some(shelf) = &mut self.shelf else { return };
        match self.bounds.step(&mut shelf.conn, now).await {
            Ok(more) => self.bounding = more,
            Err(error) if is_damage(&error) => self.mend().await,
            Err(error) => self.trouble("the bounds of the cache", &error),
        }
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

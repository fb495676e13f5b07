//! The REST half of a session: every request is a task of its own, bounded in number, whose answer is reported with
//! what it was asked for. Sends of one conversation go one after the other.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::command::{Outgoing, Page, Purpose, Target};
use super::files::Parcel;
use super::http::never_sent;
use super::passage::Passages;
use super::report::{Report, RestError};
use super::reports::{News, NewsSender, Reports};
use super::rest::{Reply, Rest};
use crate::chat::{ConversationKey, Id, Status};
use crate::text::Clean;
use crate::wire::{Catalogue, Operation};

/// So many reads run at once.
const READS: usize = 8;
/// So many writes run at once.
const WRITES: usize = 8;
/// What is being written when the session is closed has so long to end.
const GRACE: Duration = Duration::from_secs(1);

/// A message on its way to be sent.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub client: Id,
    pub target: Target,
    pub body: Outgoing,
    pub reply_to: Option<Id>,
}

/// What is done to a conversation.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Status(Status),
    Operation(Operation),
}

/// What one request needs.
#[derive(Clone, Debug)]
struct Clerk {
    rest: Arc<Rest>,
    reports: Reports,
    news: NewsSender,
}

/// Runs the requests.
#[derive(Debug)]
pub(super) struct Desk {
    clerk: Clerk,
    closing: CancellationToken,
    reads: Arc<Semaphore>,
    writes: Arc<Semaphore>,
    reading: TaskTracker,
    writing: TaskTracker,
    /// Conversations with a send on its way, each with what waits behind it.
    queues: HashMap<ConversationKey, VecDeque<Letter>>,
    /// Conversations to which something is being done, each with what is to be done next.
    deeds: HashMap<ConversationKey, VecDeque<(Target, Deed)>>,
    /// Files on their way.
    passages: Passages,
}

impl Desk {
    pub fn new(rest: Arc<Rest>, reports: Reports, news: NewsSender, closing: CancellationToken) -> Self {
        Self {
            clerk: Clerk { rest, reports, news },
            closing,
            reads: Arc::new(Semaphore::new(READS)),
            writes: Arc::new(Semaphore::new(WRITES)),
            reading: TaskTracker::new(),
            writing: TaskTracker::new(),
            queues: HashMap::new(),
            deeds: HashMap::new(),
            passages: Passages::default(),
        }
    }

    /// Asks who we are and which lines the account has.
    pub fn introduce(&self) {
        let clerk = self.clerk.clone();
        self.read(async move {
            let reply = clerk.rest.identity().await;
            let identity = clerk.exchanged(reply, false);
            if let Ok(Some(identity)) = identity {
                clerk.reports.send(Report::Identity(identity)).await;
            }
        });
        let clerk = self.clerk.clone();
        self.read(async move {
            let reply = clerk.rest.lines().await;
            if let Ok(lines) = clerk.exchanged(reply, false) {
                clerk.reports.send(Report::Lines(lines)).await;
            }
        });
    }

    /// Fetches the list.
    pub fn list(&self, limit: u32, purpose: Purpose, epoch: u32) {
        let clerk = self.clerk.clone();
        self.read(async move {
            let reply = clerk.rest.list(limit).await;
            let result = clerk.exchanged(reply, true);
            let outcome = result.as_ref().map(|_| ()).map_err(in_words);
            clerk.reports.send(Report::List { purpose, epoch, result }).await;
            if purpose == Purpose::Drift {
                clerk.tell(News::Polled { purpose, epoch, outcome });
            }
        });
    }

    /// Fetches the list, and beside it the newest of the open thread; both are reported, the list first.
    pub fn resync(&self, limit: u32, open: Option<(Target, u32)>, epoch: u32) {
        let purpose = Purpose::Resync;
        let clerk = self.clerk.clone();
        self.read(async move {
            let thread = async {
                let (target, limit) = open?;
                let reply = clerk.rest.thread(&target, &Page::Latest, limit).await;
                let result = clerk.exchanged(reply, true);
                Some(Report::Thread { key: target.key, page: Page::Latest, limit, purpose, epoch, result })
            };
            let list = async {
                let reply = clerk.rest.list(limit).await;
                clerk.exchanged(reply, true)
            };
            let (result, thread) = tokio::join!(list, thread);
            let mut outcome = result.as_ref().map(|_| ()).map_err(in_words);
            clerk.reports.send(Report::List { purpose, epoch, result }).await;
            if let Some(thread) = thread {
                // A thread that the backend refuses is its own trouble; one that did not come leaves a gap.
                if let Report::Thread { result: Err(error @ RestError::Unreachable { .. }), .. } = &thread {
                    outcome = outcome.and(Err(in_words(error)));
                }
                clerk.reports.send(thread).await;
            }
            clerk.tell(News::Polled { purpose, epoch, outcome });
        });
    }

    /// Fetches a stretch of a thread.
    pub fn thread(&self, target: Target, page: Page, limit: u32, purpose: Purpose, epoch: u32) {
        let clerk = self.clerk.clone();
        self.read(async move {
            let reply = clerk.rest.thread(&target, &page, limit).await;
            let result = clerk.exchanged(reply, true);
            clerk.reports.send(Report::Thread { key: target.key, page, limit, purpose, epoch, result }).await;
        });
    }

    /// Fetches a conversation that is not known here.
    pub fn conversation(&self, id: Id) {
        let clerk = self.clerk.clone();
        self.read(async move {
            let reply = clerk.rest.conversation(&id).await;
            let result = clerk.exchanged(reply, true);
            clerk.reports.send(Report::Conversation { id, result }).await;
        });
    }

    /// Asks what became of a message; nothing is asked, and nothing reported, where the dialect does not say how.
    pub fn trace(&self, message: Id) {
        let clerk = self.clerk.clone();
        self.read(async move {
            let Some(reply) = clerk.rest.trace(&message).await else { return };
            let result = clerk.exchanged(reply, false);
            clerk.reports.send(Report::Traced { message, result }).await;
        });
    }

    /// Sends a message: one attempt, behind what is already on its way to the same conversation.
    pub fn send(&mut self, letter: Letter) {
        match self.queues.get_mut(&letter.target.key) {
            Some(queue) => queue.push_back(letter),
            None => {
                self.queues.insert(letter.target.key, VecDeque::new());
                self.post(letter);
            }
        }
    }

    /// A send ended: the next one goes, or is held back where its place in the order is not certain.
    pub fn sent(&mut self, key: ConversationKey, lost: bool) {
        let Some(queue) = self.queues.get_mut(&key) else { return };
        if lost {
            let held = self.queues.remove(&key).unwrap_or_default();
            let clerk = self.clerk.clone();
            self.write(async move {
                for letter in held {
                    let reason = "held back: the message before it has not certainly arrived".to_owned();
                    let result = Err(never_sent(reason));
                    clerk.reports.send(Report::Sent { client: letter.client, key, result }).await;
                }
            });
            return;
        }
        match queue.pop_front() {
            Some(letter) => self.post(letter),
            None => {
                self.queues.remove(&key);
            }
        }
    }

    fn post(&self, letter: Letter) {
        let clerk = self.clerk.clone();
        let passage = self.passages.open(&letter.client, &self.closing);
        let passages = self.passages.clone();
        self.write(async move {
            let Letter { client, target, body, reply_to } = letter;
            let reply = match &body {
                Outgoing::File { file, caption } => {
                    let upload = clerk.rest.upload(&client, &target, (file, caption), reply_to.as_ref(), &passage);
                    passage.told(upload, &client, &clerk.reports).await
                }
                _ => clerk.rest.send(&client, &target, &body, reply_to.as_ref()).await,
            };
            passages.ended(&client);
            let result = clerk.exchanged(reply, false);
            let lost = matches!(&result, Err(RestError::Unreachable { .. } | RestError::Unreadable(_)));
            clerk.reports.send(Report::Sent { client, key: target.key, result }).await;
            clerk.tell(News::Sent { key: target.key, lost });
        });
    }

    /// Fetches a file.
    pub fn fetch_file(&self, parcel: Parcel) {
        let clerk = self.clerk.clone();
        let passage = self.passages.open(&parcel.id, &self.closing);
        let passages = self.passages.clone();
        self.read(async move {
            let reply = passage.told(clerk.rest.download(&parcel, &passage), &parcel.id, &clerk.reports).await;
            passages.ended(&parcel.id);
            let result = clerk.exchanged(reply, false);
            clerk.reports.send(Report::Fetched { id: parcel.id, result }).await;
        });
    }

    /// Gives up a file that is on its way.
    pub fn stop(&self, id: &Id) {
        self.passages.stop(id);
    }

    /// Asks how large files may be; nothing is told where the backend does not say.
    pub fn limits(&self) {
        let clerk = self.clerk.clone();
        self.read(async move {
            let reply = clerk.rest.limits().await;
            if let Ok(limits) = clerk.exchanged(reply, false) {
                clerk.reports.send(Report::Limits(limits)).await;
            }
        });
    }

    /// Tells the backend that a conversation was read.
    pub fn mark_read(&self, target: Target, last: Option<Id>) {
        let clerk = self.clerk.clone();
        self.write(async move {
            let reply = clerk.rest.mark_read(&target, last.as_ref()).await;
            let result = clerk.exchanged(reply, false);
            clerk.reports.send(Report::Read { key: target.key, result }).await;
        });
    }

    /// Does something to a conversation, behind what is already on its way to the same one: what was wanted last holds.
    pub fn operate(&mut self, target: Target, deed: Deed) {
        match self.deeds.get_mut(&target.key) {
            Some(waiting) => waiting.push_back((target, deed)),
            None => {
                self.deeds.insert(target.key, VecDeque::new());
                self.carry_out(target, deed);
            }
        }
    }

    /// An operation ended: the next one goes.
    pub fn operated(&mut self, key: ConversationKey) {
        match self.deeds.get_mut(&key).and_then(VecDeque::pop_front) {
            Some((target, deed)) => self.carry_out(target, deed),
            None => {
                self.deeds.remove(&key);
            }
        }
    }

    fn carry_out(&self, target: Target, deed: Deed) {
        let clerk = self.clerk.clone();
        self.write(async move {
            let key = target.key;
            let report = match deed {
                Deed::Status(status) => {
                    let reply = clerk.rest.set_status(&target, &status).await;
                    Report::StatusSet { key, result: clerk.exchanged(reply, false) }
                }
                Deed::Operation(operation) => {
                    let reply = clerk.rest.operate(&target, &operation).await;
                    Report::Operated { key, operation, result: clerk.exchanged(reply, false) }
                }
            };
            clerk.reports.send(report).await;
            clerk.tell(News::Operated { key });
        });
    }

    /// Fetches a list that the agent chooses from.
    pub fn catalogue(&self, catalogue: Catalogue, line: Option<Id>) {
        let clerk = self.clerk.clone();
        self.read(async move {
            let reply = clerk.rest.catalogue(catalogue, line.as_ref()).await;
            let result = clerk.exchanged(reply, false);
            clerk.reports.send(Report::Catalogue { catalogue, line, result }).await;
        });
    }

    /// Searches in the messages of all conversations.
    pub fn search(&self, query: String, limit: u32) {
        let clerk = self.clerk.clone();
        self.read(async move {
            let reply = clerk.rest.search(&query, limit).await;
            let result = clerk.exchanged(reply, false);
            clerk.reports.send(Report::Found { query, result }).await;
        });
    }

    /// Waits a moment for what is being written.
    pub async fn close(&self) {
        self.reading.close();
        self.writing.close();
        let _ = tokio::time::timeout(GRACE, self.writing.wait()).await;
    }

    /// Runs a read; given up when the session is closed.
    fn read(&self, work: impl Future<Output = ()> + Send + 'static) {
        let (slots, closing) = (Arc::clone(&self.reads), self.closing.clone());
        self.reading.spawn(async move {
            let work = async {
                let _slot = slots.acquire().await;
                work.await;
            };
            tokio::select! {
                () = closing.cancelled() => {}
                () = work => {}
            }
        });
    }

    /// Runs a write; one that has begun is not given up.
    fn write(&self, work: impl Future<Output = ()> + Send + 'static) {
        let slots = Arc::clone(&self.writes);
        self.writing.spawn(async move {
            let _slot = slots.acquire().await;
            work.await;
        });
    }
}

impl Clerk {
    /// Tells the session how an exchange went, and takes its result out. `telling`: a failure speaks of REST as a whole.
    fn exchanged<T>(&self, reply: Reply<T>, telling: bool) -> Result<T, RestError> {
        let outcome = reply.result.as_ref().map(|_| ()).map_err(Clone::clone);
        self.tell(News::Exchanged { took: reply.took, telling, outcome });
        reply.result
    }

    fn tell(&self, news: News) {
        // The session may have ended meanwhile.
        let _ = self.news.send(news);
    }
}

fn in_words(error: &RestError) -> Clean {
    Clean::line(&error.to_string())
}

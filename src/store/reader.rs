//! The second connection: it reads while the first one writes.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use super::command::Reply;
use super::error::in_words;
use super::opening::{connect_reader, is_damage};
use super::{messages, search};
use crate::chat::{ConversationKey, Id, MessageIds};

/// Something to look up.
#[derive(Clone, Debug)]
pub(super) enum Question {
    Thread { key: ConversationKey, conversation: Id, limit: u32 },
    Around { key: ConversationKey, conversation: Id, ids: MessageIds, before: u32, after: u32 },
    Search { query: String, within: Option<Id>, limit: u32 },
}

impl Question {
    /// Looks it up.
    pub(super) async fn ask(&self, conn: &mut SqliteConnection) -> Result<Reply, sqlx::Error> {
        Ok(match self {
            Self::Thread { key, conversation, limit } => {
                let messages = messages::newest(conn, conversation, *limit).await?;
                Reply::Thread { key: *key, conversation: conversation.clone(), messages }
            }
            Self::Around { key, conversation, ids, before, after } => {
                let messages = messages::around(conn, conversation, ids, *before, *after).await?;
                Reply::Around { key: *key, ids: ids.clone(), messages }
            }
            Self::Search { query, within, limit } => {
                let hits = search::find(conn, query, within.as_ref(), *limit).await?;
                Reply::Found { query: query.clone(), within: within.clone(), hits }
            }
        })
    }

    /// The answer of an empty store.
    pub(super) fn nothing(self) -> Reply {
        match self {
            Self::Thread { key, conversation, .. } => Reply::Thread { key, conversation, messages: Vec::new() },
            Self::Around { key, ids, .. } => Reply::Around { key, ids, messages: Vec::new() },
            Self::Search { query, within, .. } => Reply::Found { query, within, hits: Vec::new() },
        }
    }

    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::Thread { .. } | Self::Around { .. } => "messages",
            Self::Search { .. } => "words",
        }
    }
}

/// So long a question that is being answered may take when everything ends.
const PATIENCE: Duration = Duration::from_millis(500);

/// The task that reads. It ends with this handle.
#[derive(Debug)]
pub(super) struct Reader {
    questions: mpsc::UnboundedSender<Question>,
    task: JoinHandle<()>,
}

impl Reader {
    /// Starts it; `damage` is told when the file turns out damaged.
    pub(super) fn start(
        options: SqliteConnectOptions,
        path: PathBuf,
        replies: mpsc::Sender<Reply>,
        damage: Arc<Notify>,
    ) -> Self {
        let (questions, asked) = mpsc::unbounded_channel();
        let task = tokio::spawn(read(options, path, replies, damage, asked));
        Self { questions, task }
    }

    /// Asks; false when the task is gone.
    pub(super) fn ask(&self, question: Question) -> bool {
        self.questions.send(question).is_ok()
    }

    /// Ends it and waits until its connection is closed: a file that is set aside must not be open, and only the last
    /// connection folds the log into the file. A long search is not waited for.
    pub(super) async fn stop(self) {
        let Self { questions, mut task } = self;
        drop(questions);
        if tokio::time::timeout(PATIENCE, &mut task).await.is_err() {
            task.abort();
            // An abort is what was asked for.
            let _ = task.await;
        }
    }
}

async fn read(
    options: SqliteConnectOptions,
    path: PathBuf,
    replies: mpsc::Sender<Reply>,
    damage: Arc<Notify>,
    mut asked: mpsc::UnboundedReceiver<Question>,
) {
    let mut conn: Option<SqliteConnection> = None;
    let mut waiting: VecDeque<Question> = VecDeque::new();
    while let Some(question) = next(&mut asked, &mut waiting).await {
        let answer = match &mut conn {
            Some(conn) => question.ask(conn).await,
            None => match connect_reader(&options).await {
                Ok(opened) => question.ask(conn.insert(opened)).await,
                Err(error) => Err(error),
            },
        };
        let (reply, damaged) = match answer {
            Ok(reply) => (reply, false),
            Err(error) => {
                let what = in_words(question.what(), Some(&path), &error);
                // The answer follows; if nobody hears this, nobody hears that.
                let _ = replies.send(Reply::Failed { what, lasting: false }).await;
                (question.nothing(), is_damage(&error))
            }
        };
        if replies.send(reply).await.is_err() {
            break;
        }
        // Told last: the writer ends this task to mend the file.
        if damaged {
            close(conn.take()).await;
            damage.notify_one();
        }
    }
    close(conn).await;
}

async fn close(conn: Option<SqliteConnection>) {
    if let Some(conn) = conn {
        // It only read: there is nothing to lose.
        let _ = conn.close().await;
    }
}

/// The next question; of searches that wait only the newest.
async fn next(asked: &mut mpsc::UnboundedReceiver<Question>, waiting: &mut VecDeque<Question>) -> Option<Question> {
    if waiting.is_empty() {
        waiting.push_back(asked.recv().await?);
    }
    while let Ok(question) = asked.try_recv() {
        if matches!(question, Question::Search { .. }) {
            waiting.retain(|had| !matches!(had, Question::Search { .. }));
        }
        waiting.push_back(question);
    }
    waiting.pop_front()
}

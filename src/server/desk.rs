//! What agents do with a conversation beside answering it: done in the database, then told to the team.
//!
//! The REST routes and the simulated colleagues come through here. Nothing of it ever reaches the customer.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::db::accounts::Agent;
use super::db::conversations::Conversation;
use super::db::messages::Message;
use super::db::{DatabaseError, now_ms};
use super::shared::Shared;

/// A handle to what agents do; cheap to clone.
#[derive(Clone)]
pub struct Desk {
    shared: Shared,
}

impl Desk {
    pub(in crate::server) fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// Gives a conversation (its 24 hex id) to an agent (too), or to nobody. With `only_if_free` not if somebody else
    /// has it; gives whether it was done.
    pub async fn assign(&self, id: &str, agent: Option<&str>, only_if_free: bool) -> Result<bool, DatabaseError> {
        let done = self.shared.db.assign(id, agent, only_if_free).await?;
        if done {
            self.shared.sockets.changed(id).await?;
        }
        Ok(done)
    }

    /// Adds labels and takes others away; gives all that it has now.
    pub async fn label(&self, id: &str, add: &[String], remove: &[String]) -> Result<Vec<String>, DatabaseError> {
        let labels = self.shared.db.label(id, add, remove).await?;
        self.shared.sockets.changed(id).await?;
        Ok(labels)
    }

    /// Sets the priority: `low`, `normal`, `high` or `urgent`.
    pub async fn set_priority(&self, id: &str, priority: &str) -> Result<(), DatabaseError> {
        self.shared.db.set_priority(id, priority).await?;
        self.shared.sockets.changed(id).await
    }

    /// Opens, parks (`pending`), snoozes until a time in milliseconds since 1970, or closes.
    pub async fn set_status(&self, id: &str, status: &str, until: Option<i64>) -> Result<(), DatabaseError> {
        self.shared.db.set_conversation_status(id, status, until).await?;
        self.shared.snoozed.notify_one();
        self.shared.sockets.changed(id).await
    }

    /// Marks as unread.
    pub async fn mark_unread(&self, id: &str) -> Result<(), DatabaseError> {
        self.shared.db.mark_unread(id).await?;
        self.shared.sockets.changed(id).await
    }

    /// Writes a note to the team.
    pub async fn note(
        &self,
        conversation: &Conversation,
        agent: &Agent,
        text: &str,
    ) -> Result<Option<Message>, DatabaseError> {
        let (account, line) = (&conversation.account_id, &conversation.phone_number_id);
        let id = self.shared.db.add_note(account, line, &conversation.id, &agent.id, text).await?;
        let note = self.shared.db.message(&id).await?;
        if let Some(note) = &note {
            self.shared.sockets.noted(conversation, note).await;
        }
        Ok(note)
    }

    /// Wakes snoozed conversations when their time comes, until `stop` is cancelled.
    pub(in crate::server) async fn wake(self, stop: CancellationToken) {
        loop {
            let wait = match self.wake_due().await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(%error, "snoozed conversations cannot be woken; trying again in a minute");
                    Some(Duration::from_secs(60))
                }
            };
            let due = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.shared.snoozed.notified() => {}
                () = due => {}
            }
        }
    }

    /// Wakes what is due; gives how long it is until the next.
    async fn wake_due(&self) -> Result<Option<Duration>, DatabaseError> {
        for id in self.shared.db.wake(now_ms()).await? {
            tracing::info!(conversation = %id, "a snoozed conversation is open again");
            self.shared.sockets.changed(&id).await?;
        }
        let next = self.shared.db.next_wake().await?;
        Ok(next.map(|at| Duration::from_millis(u64::try_from(at - now_ms()).unwrap_or_default())))
    }
}

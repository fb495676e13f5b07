//! The plan against the clock: waits for the next event, hands it to the ingest as WhatsApp would post it.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::dice::conversation_id;
use super::envelope;
use super::event::Event;
use super::plan::Plan;
use super::script::{Customer, Demo};
use crate::server::channel::{ChannelError, Outbound};
use crate::server::db::Database;
use crate::server::ingest::Ingest;

/// How far the history's `now` may be from the clock before messages of the run are dated by the former.
const SAME_CLOCK: SignedDuration = SignedDuration::from_secs(60);

/// What the channel and the running customers share.
pub(super) struct Shared {
    /// The scripts.
    pub(super) demo: Arc<Demo>,
    plan: Mutex<Plan>,
    /// Something was sent: what is due next may have changed.
    changed: Notify,
    began: OnceLock<Instant>,
    shift: OnceLock<SignedDuration>,
}

impl Shared {
    /// A plan that has not begun: its time starts with the first send or with [`run`].
    pub(super) fn new(demo: Arc<Demo>, plan: Plan) -> Self {
        Self { demo, plan: Mutex::new(plan), changed: Notify::new(), began: OnceLock::new(), shift: OnceLock::new() }
    }

    /// Dates the run's messages from `now` on, if that is not the clock's time.
    pub(super) fn start_at(&self, now: Timestamp) {
        let ahead = now.duration_since(Timestamp::now());
        let shift = if ahead.abs() <= SAME_CLOCK { SignedDuration::ZERO } else { ahead };
        let _ = self.shift.set(shift);
    }

    /// Goes on after earlier runs that left so many messages.
    pub(super) fn resume(&self, messages: u64) {
        self.plan().resume(messages);
    }

    /// Sends one message to a customer.
    pub(super) fn send(&self, message: &Outbound) -> Result<String, ChannelError> {
        let now = self.elapsed();
        let sent = self.plan().send(now, message);
        self.changed.notify_one();
        sent
    }

    fn elapsed(&self) -> Duration {
        self.began.get_or_init(Instant::now).elapsed()
    }

    /// The plan is never left half changed, so a panic elsewhere while it was locked does not matter.
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the next event happens.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let due = self.plan().due()?;
        self.began.get_or_init(Instant::now).checked_add(due)
    }

    /// The next event that is due by now.
    pub(super) fn take_due(&self) -> Option<Event> {
        let now = self.elapsed();
        self.plan().pop(now).map(|(_, event)| event)
    }

    fn seconds(&self) -> i64 {
        let shift = self.shift.get().copied().unwrap_or(SignedDuration::ZERO);
        Timestamp::now().as_second().saturating_add(shift.as_secs())
    }
}

/// Lets the customers live until `stop` is cancelled. Between two events it sleeps.
pub(super) async fn run(shared: Arc<Shared>, ingest: Ingest, db: Database, stop: CancellationToken) {
    loop {
        let next = shared.next_due();
        tokio::select! {
            () = stop.cancelled() => return,
            () = shared.changed.notified() => continue,
            () = until(next) => {}
        }
        while !stop.is_cancelled()
            && let Some(event) = shared.take_due()
        {
            happen(&shared, &ingest, &db, &event).await;
        }
    }
}

/// Until then, or for ever.
async fn until(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when).await,
        None => std::future::pending().await,
    }
}

async fn happen(shared: &Shared, ingest: &Ingest, db: &Database, event: &Event) {
    if let Event::Typing { customer, typing } = event {
        if let Some(conversation) = conversation_of(shared, db, customer).await {
            ingest.customer_typing(&conversation, *typing).await;
        }
        return;
    }
    let Some(envelope) = envelope::of(&shared.demo, event, shared.seconds()) else { return };
    if let Err(error) = ingest.deliver(envelope.to_string().into_bytes()).await {
        tracing::warn!(%error, "a simulated delivery was lost");
    }
}

/// The backend's conversation with a customer: of the history it is known, else it is looked up.
async fn conversation_of(shared: &Shared, db: &Database, customer: &Customer) -> Option<String> {
    let line = &shared.demo.lines.get(customer.line)?.id;
    let known = shared.demo.conversations.iter().any(|conversation| {
        conversation.customer.line == customer.line && conversation.customer.address == customer.address
    });
    if known {
        return Some(conversation_id(line, &customer.address));
    }
    let composite = format!("{}_{line}_{}", shared.demo.account_id, customer.address);
    match db.conversation(&shared.demo.account_id, &composite).await {
        Ok(found) => found.map(|conversation| conversation.id),
        Err(error) => {
            tracing::debug!(%error, "a simulated customer's typing is not shown");
            None
        }
    }
}

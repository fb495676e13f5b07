//! Who waits for which answer.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use tokio::sync::oneshot;

use super::args::Args;

type Waiting = HashMap<u64, oneshot::Sender<Args>>;

/// The emitted events that await an answer. Ids are never used twice, so that a late answer finds nobody.
#[derive(Debug)]
pub(super) struct Acks {
    /// `None` once the connection has ended.
    waiting: Mutex<Option<Waiting>>,
    count: AtomicUsize,
    next: AtomicU64,
}

impl Acks {
    pub fn new() -> Self {
        Self { waiting: Mutex::new(Some(HashMap::new())), count: AtomicUsize::new(0), next: AtomicU64::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Waiting) -> T) -> Option<T> {
        let mut waiting = self.lock();
        let waiting = waiting.as_mut()?;
        let result = change(waiting);
        self.count.store(waiting.len(), Ordering::Relaxed);
        Some(result)
    }

    /// A new id and where its answer will arrive; `None` once the connection has ended.
    pub fn register(&self) -> Option<(u64, oneshot::Receiver<Args>)> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        self.change(|waiting| waiting.insert(id, sender))?;
        Some((id, receiver))
    }

    /// Hands an answer over; a late one, or one that nobody asked for, is let go.
    pub fn resolve(&self, id: u64, args: Args) {
        if let Some(Some(sender)) = self.change(|waiting| waiting.remove(&id)) {
            let _ = sender.send(args);
        }
    }

    /// Nobody waits for this answer any more.
    pub fn forget(&self, id: u64) {
        self.change(|waiting| waiting.remove(&id));
    }

    /// Whether anybody waits for an answer.
    pub fn awaited(&self) -> bool {
        self.count.load(Ordering::Relaxed) > 0
    }

    /// The connection has ended: everyone who waits learns it.
    pub fn close(&self) {
        *self.lock() = None;
        self.count.store(0, Ordering::Relaxed);
    }
}

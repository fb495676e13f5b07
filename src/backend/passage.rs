//! A file on its way: how much of it has passed, and whether it is to be given up.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::report::Report;
use super::reports::Reports;
use crate::chat::Id;

/// Progress is told this often.
const TELL: Duration = Duration::from_millis(200);

/// The size is not known.
const UNKNOWN: u64 = u64::MAX;

#[derive(Debug)]
struct Counts {
    done: AtomicU64,
    total: AtomicU64,
}

/// One file on its way.
#[derive(Clone, Debug)]
pub(super) struct Passage {
    counts: Arc<Counts>,
    /// The user stopped it.
    pub stopped: CancellationToken,
    /// The session is being closed.
    pub closing: CancellationToken,
}

impl Passage {
    /// One that nobody watches or stops.
    pub fn unwatched() -> Self {
        Self::new(CancellationToken::new(), CancellationToken::new())
    }

    fn new(stopped: CancellationToken, closing: CancellationToken) -> Self {
        let counts = Counts { done: AtomicU64::new(0), total: AtomicU64::new(UNKNOWN) };
        Self { counts: Arc::new(counts), stopped, closing }
    }

    /// It begins (again), and has so many bytes.
    pub fn begin(&self, total: Option<u64>) {
        self.counts.done.store(0, Ordering::SeqCst);
        self.counts.total.store(total.unwrap_or(UNKNOWN), Ordering::SeqCst);
    }

    /// So many more bytes have passed.
    pub fn add(&self, bytes: usize) {
        self.counts.done.fetch_add(bytes as u64, Ordering::SeqCst);
    }

    /// How many have passed.
    pub fn done(&self) -> u64 {
        self.counts.done.load(Ordering::SeqCst)
    }

    fn total(&self) -> Option<u64> {
        Some(self.counts.total.load(Ordering::SeqCst)).filter(|total| *total != UNKNOWN)
    }

    /// Whether all of it has passed.
    pub fn is_whole(&self) -> bool {
        self.total().is_some_and(|total| self.done() >= total)
    }

    /// Does the work, and tells meanwhile how far it is.
    pub async fn told<T>(&self, work: impl Future<Output = T>, id: &Id, reports: &Reports) -> T {
        tokio::pin!(work);
        let mut tick = tokio::time::interval(TELL);
        let mut last = None;
        loop {
            tokio::select! {
                biased;
                result = &mut work => return result,
                _ = tick.tick() => {
                    let now = (self.done(), self.total());
                    if now.1.is_some() && last.replace(now) != Some(now) {
                        reports.send(Report::Progress { id: id.clone(), done: now.0, total: now.1 }).await;
                    }
                }
            }
        }
    }
}

/// All files on their way.
#[derive(Clone, Debug, Default)]
pub(super) struct Passages(Arc<Mutex<HashMap<Id, CancellationToken>>>);

impl Passages {
    /// A new one.
    pub fn open(&self, id: &Id, closing: &CancellationToken) -> Passage {
        let stopped = CancellationToken::new();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), stopped.clone());
        Passage::new(stopped, closing.clone())
    }

    /// Gives one up.
    pub fn stop(&self, id: &Id) {
        if let Some(stopped) = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id) {
            stopped.cancel();
        }
    }

    /// It has ended.
    pub fn ended(&self, id: &Id) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

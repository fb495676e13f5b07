//! What became of each message here: webhook received, stored, broadcast, each with its time and its evidence.
//!
//! The same three words stand in the log (field `stage`). The last [`KEPT`] messages are remembered, in memory; what is
//! older is still known from the database, but not to whom it was told. No text of a message is kept.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::db::now_ms;

/// How many messages are remembered.
pub const KEPT: usize = 5_000;

/// How many broadcasts of one message are remembered: a fault may repeat them without end.
const EMITS_KEPT: usize = 100;

/// The traces of one server; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Traces(Arc<Mutex<Kept>>);

/// What became of one message. Times are milliseconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// WhatsApp's id.
    pub wamid: Option<String>,
    /// Our 24 hex id, once it is stored.
    pub message: Option<String>,
    /// The tenant, once it is known.
    pub account: Option<String>,
    /// The line that it came by.
    pub line: Option<String>,
    /// When a webhook delivery (or the simulator) brought it.
    pub received_at: Option<i64>,
    /// How many more deliveries brought the same wamid.
    pub repeats: u32,
    /// When it was stored.
    pub stored_at: Option<i64>,
    /// The conversation's 24 hex id.
    pub conversation: Option<String>,
    /// When, and why, it could not be stored.
    pub failed: Option<(i64, String)>,
    /// Its broadcasts, in order.
    pub emits: Vec<Emit>,
}

/// One broadcast of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emit {
    /// The event's name.
    pub event: String,
    /// The room; none where it went to every socket.
    pub room: Option<String>,
    /// How many sockets were in the room.
    pub sockets: usize,
    /// When.
    pub at: i64,
    /// The `conversationId` that the payload carried.
    pub conversation_id: Option<String>,
}

#[derive(Debug, Default)]
struct Kept {
    next: u64,
    order: VecDeque<u64>,
    traces: HashMap<u64, Trace>,
    by_wamid: HashMap<String, u64>,
    by_message: HashMap<String, u64>,
}

impl Traces {
    /// A delivery brought a message, at `at`.
    pub(in crate::server) fn received(&self, line: &str, wamid: &str, at: i64) {
        let mut kept = self.kept();
        let trace = kept.of_wamid(wamid);
        trace.line.get_or_insert_with(|| line.to_owned());
        trace.received_at.get_or_insert(at);
    }

    /// The same message came once more.
    pub(in crate::server) fn repeated(&self, wamid: &str) {
        let mut kept = self.kept();
        let trace = kept.of_wamid(wamid);
        trace.repeats = trace.repeats.saturating_add(1);
    }

    /// A message was stored.
    pub(in crate::server) fn stored(&self, account: &str, conversation: &str, message: &str, wamid: Option<&str>) {
        let mut kept = self.kept();
        let key = match wamid {
            Some(wamid) => kept.key_of_wamid(wamid),
            None => kept.key_of_message(message),
        };
        kept.by_message.insert(message.to_owned(), key);
        if let Some(trace) = kept.traces.get_mut(&key) {
            trace.account = Some(account.to_owned());
            trace.conversation = Some(conversation.to_owned());
            trace.message = Some(message.to_owned());
            trace.stored_at.get_or_insert_with(now_ms);
        }
    }

    /// A message could not be stored, and why.
    pub(in crate::server) fn not_stored(&self, account: Option<&str>, wamid: &str, why: &str) {
        let mut kept = self.kept();
        let trace = kept.of_wamid(wamid);
        trace.account = account.map(str::to_owned);
        trace.failed = Some((now_ms(), why.to_owned()));
    }

    /// A stored message was broadcast.
    pub(in crate::server) fn emitted(&self, message: &str, emit: Emit) {
        let mut kept = self.kept();
        let key = kept.key_of_message(message);
        if let Some(trace) = kept.traces.get_mut(&key)
            && trace.emits.len() < EMITS_KEPT
        {
            trace.emits.push(emit);
        }
    }

    /// What became of a message, by its wamid or our id, if it is remembered.
    pub fn find(&self, id: &str) -> Option<Trace> {
        let kept = self.kept();
        let key = kept.by_message.get(id).or_else(|| kept.by_wamid.get(id))?;
        kept.traces.get(key).cloned()
    }

    /// The last messages of an account, and those of no account, the newest first.
    pub fn last(&self, account: &str, limit: usize) -> Vec<Trace> {
        let kept = self.kept();
        let all = kept.order.iter().rev().filter_map(|key| kept.traces.get(key));
        all.filter(|trace| trace.account.as_deref().is_none_or(|of| of == account)).take(limit).cloned().collect()
    }

    /// It is never left half changed.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn of_wamid(&mut self, wamid: &str) -> &mut Trace {
        let key = self.key_of_wamid(wamid);
        self.traces.entry(key).or_default()
    }

    fn key_of_wamid(&mut self, wamid: &str) -> u64 {
        match self.by_wamid.get(wamid) {
            Some(key) => *key,
            None => {
                let key = self.begin(Trace { wamid: Some(wamid.to_owned()), ..Trace::default() });
                self.by_wamid.insert(wamid.to_owned(), key);
                key
            }
        }
    }

    fn key_of_message(&mut self, message: &str) -> u64 {
        match self.by_message.get(message) {
            Some(key) => *key,
            None => {
                let key = self.begin(Trace { message: Some(message.to_owned()), ..Trace::default() });
                self.by_message.insert(message.to_owned(), key);
                key
            }
        }
    }

    fn begin(&mut self, trace: Trace) -> u64 {
        let key = self.next;
        self.next += 1;
        self.order.push_back(key);
        self.traces.insert(key, trace);
        while self.order.len() > KEPT {
            let Some(oldest) = self.order.pop_front() else { break };
            let Some(gone) = self.traces.remove(&oldest) else { continue };
            // A later trace may have taken the name over.
            for (names, name) in [(&mut self.by_wamid, gone.wamid), (&mut self.by_message, gone.message)] {
                if let Some(name) = name
                    && names.get(&name) == Some(&oldest)
                {
                    names.remove(&name);
                }
            }
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_found_by_either_id_and_the_oldest_are_forgotten() {
        let traces = Traces::default();
        traces.received("100", "wamid.1", 5);
        traces.stored("acc", "conv", "msg", Some("wamid.1"));
        traces.repeated("wamid.1");
        let found = traces.find("msg").unwrap();
        assert_eq!(traces.find("wamid.1"), Some(found.clone()));
        assert_eq!((found.received_at, found.repeats, found.conversation.as_deref()), (Some(5), 1, Some("conv")));
        traces.not_stored(None, "wamid.2", "no such line");
        assert_eq!(traces.last("other", 9).len(), 1, "what is nobody's is anybody's");
        for at in 0..KEPT {
            traces.received("100", &format!("wamid.x{at}"), 6);
        }
        assert_eq!(traces.find("msg"), None);
        let kept = traces.kept();
        assert_eq!((kept.traces.len(), kept.by_wamid.len(), kept.by_message.len()), (KEPT, KEPT, 0));
    }
}

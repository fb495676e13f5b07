//! Every event that came, with what was decided about it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::chat::routing::Comparison;
use crate::chat::{ConversationKey, Id, Rule, Verdict};
use crate::text::Clean;

/// What a web page of this family logs of one event, under the names that its developers search for.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchRecord {
    /// The id by which the event names the conversation.
    pub broadcast_conversation_id: Option<Id>,
    /// The raw value that a web page would hold for the open conversation.
    pub selected_contact_id: Option<Id>,
    /// The open conversation's phone.
    pub selected_contact_phone: Option<Clean>,
    /// Who the message is from: the customer's phone, or the sender's name.
    pub message_from: Option<Clean>,
    /// The message's type, in the backend's word.
    pub message_type: Option<Clean>,
    /// What a naive client decides: are the two ids the same string?
    #[serde(rename = "match")]
    pub matched: bool,
    /// When the backend says that it emitted the event.
    pub timestamp: Option<Timestamp>,
}

/// One event on the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its number within the process.
    pub seq: u64,
    /// The connection that brought it.
    pub epoch: u32,
    /// When it was read from the socket.
    pub received: Timestamp,
    /// When it was decided about.
    pub routed: Timestamp,
    /// When its effect was on the screen.
    pub drawn: Option<Timestamp>,
    /// The event's name.
    pub name: Arc<str>,
    /// The raw JSON of its arguments.
    pub raw: Arc<str>,
    /// The ack id, where the server wants an answer.
    pub ack: Option<u64>,
    /// Packet size in bytes.
    pub bytes: usize,
    /// The naive comparison.
    pub record: MatchRecord,
    /// What routing decided.
    pub verdict: Verdict,
    /// By which rule.
    pub rule: Option<Rule>,
    /// The JSON pointer of the value that decided.
    pub pointer: Option<Arc<str>>,
    /// What was compared.
    pub compared: Vec<Comparison>,
    /// The room that it probably came by: frames do not say.
    pub room: Option<Id>,
    /// The event belongs to the open conversation and a naive client would have missed it.
    pub rescued: bool,
    /// Which conversation, for filters; also set for verdicts that did not route.
    pub conversation: Option<ConversationKey>,
}

impl Entry {
    /// From the backend's emission to the screen, where both are known. Negative when the clocks disagree.
    pub fn emission_to_glass(&self) -> Option<jiff::SignedDuration> {
        Some(self.drawn?.duration_since(self.record.timestamp?))
    }
}

/// How often each verdict and each event name came.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Counters {
    /// By verdict.
    pub verdicts: BTreeMap<&'static str, u64>,
    /// By event name, at most 200 names.
    pub names: BTreeMap<Arc<str>, u64>,
    /// Events for the open conversation that a naive client would have missed.
    pub rescued: u64,
    /// All events.
    pub total: u64,
}

/// The last events, bounded by number and by bytes of raw payload.
#[derive(Debug, Default)]
pub struct Timeline {
    entries: VecDeque<Entry>,
    raw_bytes: usize,
    undrawn: usize,
    counters: Counters,
}

/// At most this many entries are kept.
const MOST_ENTRIES: usize = 100_000;
/// At most this many bytes of raw payload are kept, so that large payloads do not fill the memory.
const MOST_RAW_BYTES: usize = 24 << 20;
/// At most this many event names are counted apart.
const MOST_NAMES: usize = 200;

impl Timeline {
    /// Adds an event; the oldest ones give way.
    pub fn push(&mut self, entry: Entry) {
        self.counters.total += 1;
        self.counters.rescued += u64::from(entry.rescued);
        *self.counters.verdicts.entry(entry.verdict.name()).or_default() += 1;
        if let Some(count) = self.counters.names.get_mut(&entry.name) {
            *count += 1;
        } else if self.counters.names.len() < MOST_NAMES {
            self.counters.names.insert(entry.name.clone(), 1);
        }
        self.raw_bytes += entry.raw.len();
        self.entries.push_back(entry);
        self.undrawn += 1;
        while self.entries.len() > MOST_ENTRIES || (self.raw_bytes > MOST_RAW_BYTES && self.entries.len() > 1) {
            if let Some(gone) = self.entries.pop_front() {
                self.raw_bytes -= gone.raw.len();
            }
        }
        self.undrawn = self.undrawn.min(self.entries.len());
    }

    /// Says that everything which was pushed so far is on the screen now.
    pub fn drawn(&mut self, at: Timestamp) {
        let fresh = std::mem::take(&mut self.undrawn);
        for entry in self.entries.iter_mut().rev().take(fresh) {
            entry.drawn = Some(at);
        }
    }

    /// Whether entries wait for [`Timeline::drawn`].
    pub fn has_undrawn(&self) -> bool {
        self.undrawn > 0
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> &VecDeque<Entry> {
        &self.entries
    }

    /// The entry with this number, if it is still kept.
    pub fn get(&self, seq: u64) -> Option<&Entry> {
        let at = self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        self.entries.get(at)
    }

    /// The entry with this number, to correct what was decided (a conversation that was fetched in between).
    pub fn get_mut(&mut self, seq: u64) -> Option<&mut Entry> {
        let at = self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        self.entries.get_mut(at)
    }

    /// How often what came.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

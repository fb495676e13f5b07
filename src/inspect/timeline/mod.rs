//! Every event that came, with what was decided about it.
//!
//! Of each event a small [`Row`] is kept, and its details (the payload, what was compared) in compressed blocks, from
//! which an [`Entry`] is unpacked when somebody looks at it. 100,000 events take about as much memory as 25 MB; of more,
//! or of larger ones, the oldest give way.

mod blocks;
mod counters;
mod packed;
mod row;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::chat::delivery::{DeliveryState, Rank};
use crate::chat::routing::Comparison;
use crate::chat::{ConversationKey, Id, Rule, Verdict};
use crate::text::Clean;
use crate::wire::Event;

use blocks::{Blocks, Unpacked};
pub use counters::{Counters, SECONDS};
pub use row::Row;

/// What sort of event it is, by the dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A message.
    Message,
    /// A conversation changed.
    Conversation,
    /// A message got further, or failed.
    Status,
    /// Somebody types.
    Typing,
    /// News of the account, or a complaint.
    Account,
    /// The dialect does not know it, or it could not be read.
    #[default]
    Other,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Message, Self::Conversation, Self::Status, Self::Typing, Self::Account, Self::Other];

    /// The kind of a decoded event.
    pub fn of(event: &Event) -> Self {
        match event {
            Event::Message { .. } => Self::Message,
            Event::Conversation { .. } | Event::Merged { .. } => Self::Conversation,
            Event::Status { .. } => Self::Status,
            Event::Typing { .. } => Self::Typing,
            Event::Presence { .. } => Self::Typing,
            Event::Account | Event::Changed { .. } | Event::Complaint { .. } => Self::Account,
            Event::NotInDialect => Self::Other,
        }
    }

    /// Its name, as filters take it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Conversation => "conversation",
            Self::Status => "status",
            Self::Typing => "typing",
            Self::Account => "account",
            Self::Other => "other",
        }
    }
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct About {
    /// What kind of news it is.
    pub kind: Kind,
    /// The names of the message that it is about.
    pub message: Vec<Id>,
    /// When the message was made, by the backend.
    pub created: Option<Timestamp>,
    /// How far a status says that the message got; `None` for a failure and for anything but a status.
    pub rank: Option<Rank>,
}

impl About {
    /// What a decoded event is about.
    pub fn of(event: &Event) -> Self {
        let kind = Kind::of(event);
        match event {
            Event::Message { evidence, message, .. } => Self {
                kind,
                message: evidence.message.clone(),
                created: message.created_at.or(message.sent_at),
                rank: None,
            },
            Event::Status { evidence, update } => {
                let rank = match update.state {
                    DeliveryState::Reached(rank) => Some(rank),
                    DeliveryState::Failed(_) => None,
                };
                Self { kind, message: evidence.message.clone(), created: None, rank }
            }
            Event::Conversation { evidence, .. }
            | Event::Merged { evidence, .. }
            | Event::Presence { evidence, .. }
            | Event::Typing { evidence, .. } => Self { kind, message: evidence.message.clone(), ..Self::default() },
            Event::Account | Event::Changed { .. } | Event::Complaint { .. } | Event::NotInDialect => {
                Self { kind, ..Self::default() }
            }
        }
    }
}

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

/// One event on the timeline, with all its details.
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
    /// What it is about.
    pub about: About,
    /// The raw JSON of its arguments; empty once it gave way to newer ones.
    pub raw: Arc<str>,
    /// The length of the raw JSON in bytes, where only its beginning, or nothing of it, is kept.
    pub cut: Option<usize>,
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
    /// It was put in by the user, not by the backend.
    pub injected: bool,
}

impl Entry {
    /// An event of which nothing is known but that it came.
    pub fn new(seq: u64, received: Timestamp, name: impl Into<Arc<str>>) -> Self {
        Self {
            seq,
            epoch: 0,
            received,
            routed: received,
            drawn: None,
            name: name.into(),
            about: About::default(),
            raw: "".into(),
            cut: None,
            ack: None,
            bytes: 0,
            record: MatchRecord::default(),
            verdict: Verdict::NotInDialect,
            rule: None,
            pointer: None,
            compared: Vec::new(),
            room: None,
            rescued: false,
            conversation: None,
            injected: false,
        }
    }
}

/// The last events, bounded by number and by bytes.
#[derive(Debug, Default)]
pub struct Timeline {
    rows: VecDeque<Row>,
    blocks: Blocks,
    names: Vec<Arc<str>>,
    places: HashMap<Arc<str>, u16>,
    /// Ack ids, which few events have.
    acks: HashMap<u64, u64>,
    /// Verdicts that were corrected after a fetch.
    amended: HashMap<u64, Verdict>,
    undrawn: usize,
    counters: Counters,
}

/// At most this many events are kept.
const MOST_ROWS: usize = 100_000;
/// At most this many event names are told apart; those after them share the last place.
const MOST_NAMES: usize = 1_000;

impl Timeline {
    /// Adds an event; the oldest ones give way.
    pub fn push(&mut self, entry: Entry) {
        let name = self.intern(&entry.name);
        if let Some(name) = self.names.get(usize::from(name)) {
            self.counters.count(&entry, name);
        }
        let place = self.blocks.put(|out| packed::pack(&entry, out));
        self.rows.push_back(Row::of(&entry, name, place));
        if let Some(ack) = entry.ack {
            self.acks.insert(entry.seq, ack);
        }
        self.undrawn += 1;
        while self.rows.len() > MOST_ROWS {
            if let Some(gone) = self.rows.pop_front() {
                if !self.acks.is_empty() {
                    self.acks.remove(&gone.seq);
                }
                if gone.amended {
                    self.amended.remove(&gone.seq);
                }
            }
        }
        self.undrawn = self.undrawn.min(self.rows.len());
    }

    fn intern(&mut self, name: &Arc<str>) -> u16 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let full = self.names.len() >= MOST_NAMES;
        if full {
            // a backend that makes names up does not fill the memory
            let other: Arc<str> = "(another name)".into();
            if self.names.last() != Some(&other) {
                self.names.push(other);
            }
        } else {
            self.names.push(name.clone());
        }
        let place = u16::try_from(self.names.len().saturating_sub(1)).unwrap_or(u16::MAX);
        if !full {
            self.places.insert(name.clone(), place);
        }
        place
    }

    /// Says that everything which was pushed so far is on the screen now.
    pub fn drawn(&mut self, at: Timestamp) {
        let fresh = std::mem::take(&mut self.undrawn);
        for row in self.rows.iter_mut().rev().take(fresh) {
            row.set_drawn(at);
        }
    }

    /// What was pushed so far was never drawn: there was no screen for it.
    pub fn leave_undrawn(&mut self) {
        self.undrawn = 0;
    }

    /// Whether events wait for [`Timeline::drawn`].
    pub fn has_undrawn(&self) -> bool {
        self.undrawn > 0
    }

    /// The events, oldest first.
    pub fn rows(&self) -> &VecDeque<Row> {
        &self.rows
    }

    /// The place of an event among [`Timeline::rows`]; `Err` with where it would be.
    pub fn position(&self, seq: u64) -> Result<usize, usize> {
        self.rows.binary_search_by_key(&seq, |row| row.seq)
    }

    /// The event with this number, if it is still kept.
    pub fn row(&self, seq: u64) -> Option<&Row> {
        self.rows.get(self.position(seq).ok()?)
    }

    /// The name of a row's event.
    pub fn name(&self, row: &Row) -> &Arc<str> {
        static UNKNOWN: std::sync::LazyLock<Arc<str>> = std::sync::LazyLock::new(|| "?".into());
        self.names.get(usize::from(row.name)).unwrap_or(&UNKNOWN)
    }

    /// All event names that came, in the order of their first coming.
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// The event with this number and all its details, if it is still kept.
    pub fn get(&self, seq: u64) -> Option<Entry> {
        self.reader().entry(self.row(seq)?)
    }

    /// The newest event with all its details.
    pub fn last(&self) -> Option<Entry> {
        self.reader().entry(self.rows.back()?)
    }

    /// The newest events with all their details, at most so many, oldest first.
    pub fn newest(&self, most: usize) -> Vec<Entry> {
        let mut reader = self.reader();
        let skipped = self.rows.len().saturating_sub(most);
        self.rows.iter().skip(skipped).filter_map(|row| reader.entry(row)).collect()
    }

    /// Unpacks the details of several events; those beside each other cost little.
    pub fn reader(&self) -> Reader<'_> {
        Reader { timeline: self, unpacked: Unpacked::default() }
    }

    /// Corrects what was decided about an event (its conversation was fetched in between).
    pub fn decide_again(&mut self, seq: u64, verdict: Verdict, key: Option<ConversationKey>, rule: Option<Rule>) {
        let Ok(at) = self.position(seq) else { return };
        let Some(row) = self.rows.get_mut(at) else { return };
        self.counters.correct(row.verdict.name(), verdict.name());
        row.decide_again(verdict.kind(), key.or(verdict.key()), rule);
        self.amended.insert(seq, verdict);
    }

    /// Marks an event, or takes the mark away; says which. `None` when it is not kept.
    pub fn toggle_mark(&mut self, seq: u64) -> Option<bool> {
        let at = self.position(seq).ok()?;
        let row = self.rows.get_mut(at)?;
        row.marked = !row.marked;
        Some(row.marked)
    }

    /// How often what came.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Bytes of memory that rows and payloads take.
    pub fn memory(&self) -> usize {
        self.blocks.memory() + self.rows.capacity() * size_of::<Row>()
    }
}

/// Unpacks details.
#[derive(Debug)]
pub struct Reader<'a> {
    timeline: &'a Timeline,
    unpacked: Unpacked,
}

impl Reader<'_> {
    /// A row with all its details. Of one whose details gave way, what the row says.
    pub fn entry(&mut self, row: &Row) -> Option<Entry> {
        let timeline = self.timeline;
        let mut entry = Entry::new(row.seq, row.received(), timeline.name(row).clone());
        entry.epoch = row.epoch;
        entry.routed = row.routed();
        entry.drawn = row.drawn();
        entry.ack = timeline.acks.get(&row.seq).copied();
        entry.bytes = usize::try_from(row.bytes).unwrap_or_default();
        entry.rule = row.rule();
        entry.rescued = row.rescued;
        entry.conversation = row.conversation();
        entry.injected = row.injected;
        match timeline.blocks.read(row.place, &mut self.unpacked).and_then(packed::unpack) {
            Some(details) => {
                entry.about = details.about;
                entry.raw = details.raw;
                entry.cut = details.cut;
                entry.record = details.record;
                entry.verdict = details.verdict;
                entry.pointer = details.pointer;
                entry.compared = details.compared;
                entry.room = details.room;
            }
            None => entry.cut = Some(entry.bytes),
        }
        entry.about.kind = row.kind;
        entry.record.matched = row.matched;
        entry.record.timestamp = row.emitted();
        if let Some(verdict) = timeline.amended.get(&row.seq) {
            entry.verdict = verdict.clone();
        }
        Some(entry)
    }

    /// The raw payload of a row, as far as it is kept.
    pub fn raw(&mut self, row: &Row) -> Option<&str> {
        self.timeline.blocks.read(row.place, &mut self.unpacked).and_then(packed::raw)
    }
}

#[cfg(test)]
mod tests;

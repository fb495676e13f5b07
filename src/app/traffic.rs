//! What the traffic panel shows of what: its views, its filter, what it has gathered beside the timeline.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::state::State;
use crate::backend::{Exchange, Handshake};
use crate::chat::{ConversationKey, Id, Verdict};
use crate::inspect::stages::{Seen, Stored, Told};
use crate::inspect::{Drift, Entry, Filter, Finding, Repeats, Timeline, Trace, View as Found};
use crate::wire::Dialect;

/// What the panel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum View {
    /// Every event, and the chosen one.
    #[default]
    Events,
    /// The room ledger.
    Rooms,
    /// How connections began.
    Handshake,
    /// REST against the socket.
    Drift,
    /// Messages that came more than once.
    Repeats,
    /// How long each step takes.
    Latency,
    /// Counts and rates.
    Counts,
    /// The diagnosis in words.
    Findings,
}

impl View {
    /// Every view, in the order of their keys.
    pub const ALL: [Self; 8] = [
        Self::Events,
        Self::Rooms,
        Self::Handshake,
        Self::Drift,
        Self::Repeats,
        Self::Latency,
        Self::Counts,
        Self::Findings,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Events => "Events",
            Self::Rooms => "Rooms",
            Self::Handshake => "Handshake",
            Self::Drift => "Drift",
            Self::Repeats => "Repeats",
            Self::Latency => "Latency",
            Self::Counts => "Counts",
            Self::Findings => "Findings",
        }
    }

    /// The one that is so many further.
    pub fn further(self, by: isize) -> Self {
        let at = Self::ALL.iter().position(|view| *view == self).unwrap_or(0);
        let all = Self::ALL.len();
        let to = at.saturating_add_signed(by.rem_euclid(isize::try_from(all).unwrap_or(1))) % all;
        Self::ALL.get(to).copied().unwrap_or_default()
    }
}

/// What is shown of the chosen event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum Section {
    /// What was decided and why.
    #[default]
    Decision,
    /// The payload, value by value, beside what it was read as.
    Payload,
    /// The five stages of its way.
    Stages,
}

/// A choice that the panel offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Menu {
    /// Ways to write the events to a file.
    Export,
    /// Things to put in or to try.
    Inject,
    /// What a pointer can be used for.
    Use {
        /// The pointer, seen from the payload.
        pointer: String,
        /// The event whose payload it is in.
        event: Arc<str>,
    },
}

/// So many REST exchanges are kept.
const MOST_EXCHANGES: usize = 200;
/// Of their bodies so many bytes.
const MOST_BODY: usize = 8 << 10;
/// Of so many messages the backend's word is kept.
const MOST_TOLD: usize = 200;
/// So many handshakes are kept.
const MOST_HANDSHAKES: usize = 20;

/// What the panel knows beside the timeline and the rooms.
#[derive(Debug, Default)]
pub struct Traffic {
    /// What is shown.
    pub view: View,
    /// What is shown of the chosen event.
    pub section: Section,
    /// The chosen row of a view that is a list, or its first line.
    pub row: usize,
    /// The chosen line of the payload.
    pub cursor: usize,
    /// The events that fit the filter; `None` shows all.
    pub found: Option<Found>,
    /// Events after this one gather unseen.
    pub paused: Option<u64>,
    /// What REST had and no event brought, and the opposite.
    pub drift: Drift,
    /// Messages that came more than once.
    pub repeats: Repeats,
    /// How connections began, the newest last.
    pub handshakes: VecDeque<Handshake>,
    /// The last REST exchanges, the newest last.
    pub exchanges: VecDeque<Exchange>,
    /// What the backend said became of messages, by the id that it was asked for, the newest last.
    pub told: VecDeque<(Id, Told)>,
    /// How the backend spells things: payloads are read again when somebody looks at them.
    pub dialect: Option<Arc<Dialect>>,
    /// The event that is being decided about was put in by the user.
    pub injecting: bool,
    /// The diagnosis, as of [`Traffic::diagnosed`].
    pub findings: Vec<Finding>,
    /// When the diagnosis was made.
    pub diagnosed: Option<Timestamp>,
    /// The name of the event whose payload is in the editor, to be put in.
    pub editing: Option<Arc<str>>,
}

impl Traffic {
    /// An event was added to the timeline.
    pub fn pushed(&mut self, timeline: &Timeline) {
        if let Some(found) = &mut self.found {
            found.pushed(timeline);
        }
    }

    /// Something about an event changed.
    pub fn changed(&mut self, timeline: &Timeline, seq: u64) {
        if let Some(found) = &mut self.found {
            found.changed(timeline, seq);
        }
    }

    /// A connection came up.
    pub fn connected(&mut self, handshake: Handshake) {
        self.handshakes.push_back(handshake);
        while self.handshakes.len() > MOST_HANDSHAKES {
            self.handshakes.pop_front();
        }
    }

    /// What the backend said became of a message.
    pub fn told(&self, message: &[Id]) -> Told {
        let found = self.told.iter().rev().find(|(id, _)| message.contains(id));
        found.map_or(Told::Nothing, |(_, told)| told.clone())
    }

    /// The backend is asked what became of a message, or has answered. An older answer stays until the new one is here.
    pub fn tell(&mut self, message: Id, told: Told) {
        let had = self.told.iter().position(|(id, _)| *id == message);
        let had = had.and_then(|at| self.told.remove(at)).map(|(_, told)| told);
        let told = match (told, had) {
            (Told::Asked | Told::Replayed, Some(had @ Told::Answer(_))) => had,
            (told, _) => told,
        };
        self.told.push_back((message, told));
        while self.told.len() > MOST_TOLD {
            self.told.pop_front();
        }
    }

    /// A REST exchange ended.
    pub fn exchanged(&mut self, mut exchange: Exchange) {
        if exchange.body.len() > MOST_BODY {
            let kept = exchange.body.get(..exchange.body.floor_char_boundary(MOST_BODY)).unwrap_or_default();
            exchange.body = kept.into();
        }
        self.exchanges.push_back(exchange);
        while self.exchanges.len() > MOST_EXCHANGES {
            self.exchanges.pop_front();
        }
    }
}

/// Since when the present connection has stood; `None` without one.
pub fn connected_since(state: &State) -> Option<Timestamp> {
    state.session.sid.as_ref()?;
    let last = state.traffic.handshakes.back()?;
    (last.epoch == state.session.epoch).then_some(last.at)
}

/// The events that are shown: all, or those that fit the filter, up to the pause.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    timeline: &'a Timeline,
    found: Option<&'a VecDeque<u64>>,
    len: usize,
}

/// The events that are shown now.
pub fn shown(state: &State) -> Shown<'_> {
    let (timeline, traffic) = (&state.timeline, &state.traffic);
    let found = traffic.found.as_ref().map(Found::found);
    let len = match (found, traffic.paused) {
        (Some(found), None) => found.len(),
        (Some(found), Some(last)) => found.partition_point(|seq| *seq <= last),
        (None, None) => timeline.rows().len(),
        (None, Some(last)) => timeline.position(last + 1).unwrap_or_else(|at| at),
    };
    Shown { timeline, found, len }
}

impl Shown<'_> {
    /// How many.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of the nth event, oldest first.
    pub fn seq(&self, nth: usize) -> Option<u64> {
        if nth >= self.len {
            return None;
        }
        match self.found {
            Some(found) => found.get(nth).copied(),
            None => self.timeline.rows().get(nth).map(|row| row.seq),
        }
    }

    /// The place of an event, or of the next one that is shown.
    pub fn position(&self, seq: u64) -> usize {
        let at = match self.found {
            Some(found) => found.binary_search(&seq).unwrap_or_else(|at| at),
            None => self.timeline.position(seq).unwrap_or_else(|at| at),
        };
        at.min(self.len.saturating_sub(1))
    }

    /// The place of the chosen event; the last one where none is chosen.
    pub fn chosen(&self, chosen: Option<u64>) -> Option<usize> {
        let last = self.len.checked_sub(1)?;
        Some(chosen.map_or(last, |seq| self.position(seq)))
    }
}

/// The number of the chosen event, or of the newest that is shown.
pub fn chosen_seq(state: &State) -> Option<u64> {
    let shown = shown(state);
    shown.seq(shown.chosen(state.panels.traffic_chosen)?)
}

/// How many events came since the pause.
pub fn gathered(state: &State) -> usize {
    let Some(last) = state.traffic.paused else { return 0 };
    let rows = state.timeline.rows().len();
    rows - state.timeline.position(last + 1).unwrap_or_else(|at| at).min(rows)
}

/// Makes the diagnosis anew where it is looked at: once a second at most, however many events come.
pub fn diagnose(state: &mut State) {
    let shown = state.panels.traffic != super::state::TrafficSize::Hidden && state.traffic.view == View::Findings;
    let fresh = state.traffic.diagnosed.is_some_and(|at| state.now.duration_since(at).as_secs() < 1);
    if shown && !fresh {
        state.traffic.findings = crate::inspect::diagnose(&super::evidence(state));
        state.traffic.diagnosed = Some(state.now);
    }
}

/// The way of one event: what the backend, REST, the socket and the screen tell.
pub fn trace(state: &State, entry: &Entry) -> Trace {
    let mut seen = Seen::by(entry);
    if seen.stored == Stored::NotAsked {
        let key = entry.conversation;
        seen.stored = match key.and_then(|key| state.traffic.drift.stored(key, &entry.about.message)) {
            Some(Ok(at)) => {
                let conversation = key.and_then(|key| state.inbox.get(key)).map(|row| row.id.clone());
                Stored::Shown { at, conversation }
            }
            Some(Err(at)) => Stored::Missing { at },
            None => Stored::NotAsked,
        };
        seen.told = state.traffic.told(&entry.about.message);
    }
    Trace::of(seen)
}

/// A filter as typed, with the conversations that its words mean.
pub fn filter(state: &State, typed: &str) -> Filter {
    Filter::parse(typed, |words| conversations(state, words))
}

/// The conversations that go by some words; `this` is the open one.
fn conversations(state: &State, words: &str) -> HashSet<ConversationKey> {
    if words == "this" {
        return state.open.into_iter().collect();
    }
    let folded = crate::text::search_fold(words);
    let rows = state.inbox.all().iter().filter_map(|key| state.inbox.get(*key));
    let fits = |row: &&crate::chat::Conversation| {
        crate::text::search_fold(&row.title()).contains(&folded)
            || row.phone.as_ref().is_some_and(|phone| phone.digits().contains(words))
            || row.id.as_str() == words
    };
    rows.filter(fits).map(|row| row.key).collect()
}

/// The word of a verdict for a filter.
pub fn verdict_word(verdict: &Verdict) -> String {
    verdict.name().replace(' ', "-")
}

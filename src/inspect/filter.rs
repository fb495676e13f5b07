//! Which events are shown: words to compare with every row, and the list of those that fit, kept up to date event by
//! event, so that neither drawing nor a flood goes through all of them.

use std::collections::{HashSet, VecDeque};

use super::timeline::{Kind, Reader, Row, Timeline};
use crate::chat::ConversationKey;

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    Kind(Kind),
    /// Part of the event's name, in lower case.
    Name(String),
    /// The beginning of the verdict's name, with blanks or dashes.
    Verdict(String),
    /// The beginning of the rule's name.
    Rule(String),
    Conversation(HashSet<ConversationKey>),
    Epoch(u32),
    Rescued,
    Marked,
    Injected,
    /// Part of the payload; without capitals, capitals do not matter.
    Text(String),
}

/// Conditions that all must hold.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Filter {
    /// As it was typed.
    pub typed: String,
    /// Each with whether it must not hold.
    conditions: Vec<(Condition, bool)>,
}

/// The words that a filter knows, for its help.
pub const HELP: &str = "kind:message event:new conv:maria verdict:dup rule:alias epoch:2 is:rescued is:marked is:injected, \
                        other words: text in the payload; - before a word: not";

impl Filter {
    /// Reads `kind:message -event:typing conv:maria …`; other words are text to look for in the payload.
    /// `find` gives the conversations that go by some words.
    pub fn parse(typed: &str, find: impl Fn(&str) -> HashSet<ConversationKey>) -> Self {
        let mut conditions = Vec::new();
        for word in typed.split_whitespace() {
            let (word, not) = match word.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => (rest, true),
                _ => (word, false),
            };
            let lower = word.to_lowercase();
            let condition = match lower.split_once(':') {
                Some(("kind", name)) => Kind::ALL
                    .into_iter()
                    .find(|kind| !name.is_empty() && kind.name().starts_with(name))
                    .map(Condition::Kind),
                Some(("event" | "name", name)) => Some(Condition::Name(name.to_owned())),
                Some(("verdict", name)) => Some(Condition::Verdict(name.replace('-', " "))),
                Some(("rule", name)) => Some(Condition::Rule(name.to_owned())),
                Some(("conv" | "conversation", name)) => Some(Condition::Conversation(find(name))),
                Some(("epoch", number)) => number.parse().ok().map(Condition::Epoch),
                Some(("is", "rescued")) => Some(Condition::Rescued),
                Some(("is", "marked")) => Some(Condition::Marked),
                Some(("is", "injected")) => Some(Condition::Injected),
                _ => None,
            };
            conditions.push((condition.unwrap_or_else(|| Condition::Text(word.to_owned())), not));
        }
        Self { typed: typed.to_owned(), conditions }
    }

    /// Whether everything is shown.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Whether payloads must be unpacked to decide.
    fn reads_payloads(&self) -> bool {
        self.conditions.iter().any(|(condition, _)| matches!(condition, Condition::Text(_)))
    }

    fn fits(&self, timeline: &Timeline, row: &Row, reader: &mut Reader<'_>) -> bool {
        // what costs nothing first
        let cheap =
            |text: bool| move |(condition, _): &&(Condition, bool)| matches!(condition, Condition::Text(_)) == text;
        self.conditions.iter().filter(cheap(false)).all(|(condition, not)| holds(condition, timeline, row) != *not)
            && self.conditions.iter().filter(cheap(true)).all(|(condition, not)| {
                let Condition::Text(text) = condition else { return true };
                reader.raw(row).is_some_and(|raw| contains(raw, text)) != *not
            })
    }
}

fn holds(condition: &Condition, timeline: &Timeline, row: &Row) -> bool {
    match condition {
        Condition::Kind(kind) => row.kind == *kind,
        Condition::Name(name) => timeline.name(row).to_lowercase().contains(name.as_str()),
        Condition::Verdict(name) => row.verdict.name().starts_with(name.as_str()),
        Condition::Rule(name) => row.rule().is_some_and(|rule| rule.name().starts_with(name.as_str())),
        Condition::Conversation(keys) => row.conversation().is_some_and(|key| keys.contains(&key)),
        Condition::Epoch(epoch) => row.epoch == *epoch,
        Condition::Rescued => row.rescued,
        Condition::Marked => row.marked,
        Condition::Injected => row.injected,
        Condition::Text(_) => true,
    }
}

/// Whether a payload contains a text; one without capitals is found in any case.
fn contains(raw: &str, text: &str) -> bool {
    if text.chars().any(char::is_uppercase) {
        return memchr::memmem::find(raw.as_bytes(), text.as_bytes()).is_some();
    }
    if text.is_ascii() {
        let Some(first) = text.bytes().next() else { return true };
        let (raw, text) = (raw.as_bytes(), text.as_bytes());
        let starts = memchr::memchr2_iter(first, first.to_ascii_uppercase(), raw);
        return starts
            .into_iter()
            .any(|at| raw.get(at..at + text.len()).is_some_and(|part| part.eq_ignore_ascii_case(text)));
    }
    raw.to_lowercase().contains(text)
}

/// So many rows are looked at in one step when payloads must be unpacked: some milliseconds.
const STEP: usize = 2_000;

/// The events that fit a filter, oldest first. The newest are found first; older ones step by step.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// What is looked for.
    pub filter: Filter,
    found: VecDeque<u64>,
    /// Events before this one have not been looked at yet.
    unseen: u64,
}

impl View {
    /// Begins to look. [`View::search`] goes on as long as it says that there is more.
    pub fn new(filter: Filter, timeline: &Timeline) -> Self {
        let unseen = timeline.rows().back().map_or(0, |row| row.seq + 1);
        let mut view = Self { filter, found: VecDeque::new(), unseen };
        view.search(timeline);
        view
    }

    /// Looks at the next older events; `true` while there are more of them.
    pub fn search(&mut self, timeline: &Timeline) -> bool {
        let step = if self.filter.reads_payloads() { STEP } else { usize::MAX };
        let end = timeline.position(self.unseen).unwrap_or_else(|at| at);
        let begin = end.saturating_sub(step);
        let mut reader = timeline.reader();
        for row in timeline.rows().range(begin..end).rev() {
            if self.filter.fits(timeline, row, &mut reader) {
                self.found.push_front(row.seq);
            }
        }
        self.unseen = if begin == 0 { 0 } else { timeline.rows().get(begin).map_or(0, |row| row.seq) };
        self.is_searching()
    }

    /// Whether older events have not been looked at yet.
    pub fn is_searching(&self) -> bool {
        self.unseen > 0
    }

    /// How far the search is, in percent of what is kept.
    pub fn progress(&self, timeline: &Timeline) -> usize {
        let left = timeline.position(self.unseen).unwrap_or_else(|at| at);
        let all = timeline.rows().len();
        ((all - left.min(all)) * 100).checked_div(all).unwrap_or(100)
    }

    /// An event was added to the timeline, or gave way.
    pub fn pushed(&mut self, timeline: &Timeline) {
        if let Some(row) = timeline.rows().back()
            && self.found.back() != Some(&row.seq)
            && self.filter.fits(timeline, row, &mut timeline.reader())
        {
            self.found.push_back(row.seq);
        }
        let first = timeline.rows().front().map_or(0, |row| row.seq);
        while self.found.front().is_some_and(|seq| *seq < first) {
            self.found.pop_front();
        }
    }

    /// Something about an event changed: its mark, or what was decided.
    pub fn changed(&mut self, timeline: &Timeline, seq: u64) {
        let Some(row) = timeline.row(seq).filter(|_| seq >= self.unseen) else { return };
        let fits = self.filter.fits(timeline, row, &mut timeline.reader());
        match (self.found.binary_search(&seq), fits) {
            (Ok(at), false) => _ = self.found.remove(at),
            (Err(at), true) => self.found.insert(at, seq),
            _ => {}
        }
    }

    /// What was found so far, oldest first.
    pub fn found(&self) -> &VecDeque<u64> {
        &self.found
    }
}

#[cfg(test)]
mod tests {
    use super::super::timeline::Entry;
    use super::*;
    use crate::chat::{Rule, Verdict};

    fn timeline(many: u64) -> Timeline {
        let mut timeline = Timeline::default();
        for n in 1..=many {
            timeline.push(entry(n));
        }
        timeline
    }

    fn entry(n: u64) -> Entry {
        let key = ConversationKey(u32::try_from(n % 3).unwrap());
        let name = if n.is_multiple_of(2) { "new_message" } else { "typing" };
        let mut entry = Entry::new(n, jiff::Timestamp::from_second(i64::try_from(n).unwrap()).unwrap(), name);
        entry.about.kind = if n.is_multiple_of(2) { Kind::Message } else { Kind::Typing };
        entry.raw = format!("[{{\"text\":\"Order {n}\"}}]").into();
        entry.verdict = if n.is_multiple_of(5) { Verdict::Duplicate { key } } else { Verdict::Routed { key } };
        entry.rule = Some(Rule::Alias);
        entry.conversation = Some(key);
        entry.epoch = u32::try_from(n / 10).unwrap();
        entry
    }

    fn found(typed: &str, timeline: &Timeline) -> Vec<u64> {
        let find = |words: &str| if words == "maria" { [ConversationKey(1)].into() } else { HashSet::new() };
        let mut view = View::new(Filter::parse(typed, find), timeline);
        while view.search(timeline) {}
        view.found().iter().copied().collect()
    }

    #[test]
    fn each_word_is_a_condition() {
        let timeline = timeline(20);
        assert_eq!(found("verdict:dup", &timeline), [5, 10, 15, 20]);
        assert_eq!(found("verdict:dup kind:mess", &timeline), [10, 20]);
        assert_eq!(found("verdict:dup -kind:message", &timeline), [5, 15]);
        assert_eq!(found("conv:maria event:typ", &timeline), [1, 7, 13, 19]);
        assert_eq!(found("conv:nobody", &timeline), [0; 0]);
        assert_eq!(found("epoch:2", &timeline), [20]);
        assert_eq!(found("order text", &timeline).len(), 20, "in any case, and all words");
        assert_eq!(found("Order", &timeline).len(), 20);
        assert_eq!(found("ORDER", &timeline).len(), 0, "capitals are meant");
        assert_eq!(found("\"order", &timeline).len(), 20);
        assert_eq!(found("17", &timeline), [17]);
        assert_eq!(found("rule:alias is:rescued", &timeline), [0; 0]);
        assert_eq!(found("", &timeline).len(), 20);
    }

    #[test]
    fn the_newest_are_found_first_and_nothing_is_missed_meanwhile() {
        let mut timeline = timeline(10_000);
        let mut view = View::new(Filter::parse("order", |_| HashSet::new()), &timeline);
        assert!(view.is_searching() && view.found().back() == Some(&10_000));
        assert_eq!(view.progress(&timeline), 20);
        let mut next = 10_001;
        while view.is_searching() {
            timeline.push(entry(next));
            view.pushed(&timeline);
            next += 1;
            view.search(&timeline);
        }
        let all: Vec<u64> = (1..next).collect();
        assert_eq!(view.found().iter().copied().collect::<Vec<_>>(), all);
        assert_eq!(view.progress(&timeline), 100);
    }

    #[test]
    fn what_gives_way_goes_and_what_changes_comes() {
        let mut timeline = timeline(100_000);
        let mut view = View::new(Filter::parse("is:marked", |_| HashSet::new()), &timeline);
        for seq in [5, 70_000, 9] {
            timeline.toggle_mark(seq);
            view.changed(&timeline, seq);
        }
        assert_eq!(view.found(), &[5, 9, 70_000]);
        for n in 100_001..=100_008 {
            timeline.push(entry(n));
            view.pushed(&timeline);
        }
        assert_eq!(view.found(), &[9, 70_000]);
        timeline.toggle_mark(9);
        view.changed(&timeline, 9);
        assert_eq!(view.found(), &[70_000]);
    }
}

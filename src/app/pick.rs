//! Choosing what is done to conversations: an agent, labels, a priority, a time.

use super::deed::{Agent, Deed};
use super::snooze;
use super::state::State;
use crate::chat::{Conversation, ConversationKey};
use crate::text::{self, Clean};
use crate::wire::Catalogue;

/// What is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picking {
    /// An agent.
    Agent,
    /// Labels: each is put on or taken off.
    Labels,
    /// A priority.
    Priority,
    /// A time until which it is put off.
    Snooze,
}

/// A choice that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// What is chosen.
    pub what: Picking,
    /// For which conversations.
    pub keys: Vec<ConversationKey>,
    /// What was typed.
    pub search: String,
    /// The chosen line.
    pub chosen: usize,
}

/// One line of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickLine {
    /// What is chosen by it.
    pub words: Clean,
    /// Beside it.
    pub detail: String,
    /// How many of the conversations have it, for labels.
    pub have: Option<usize>,
    /// What it does.
    pub deed: Deed,
}

/// The words for priorities where the dialect names none.
const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];

impl Picking {
    /// The list of the backend that it is chosen from.
    pub fn catalogue(self) -> Option<Catalogue> {
        match self {
            Self::Agent => Some(Catalogue::Agents),
            Self::Labels => Some(Catalogue::Labels),
            Self::Priority | Self::Snooze => None,
        }
    }
}

/// The agent who works here, as requests name them.
pub fn me(state: &State) -> Option<Agent> {
    let known = state.catalogues.items(Catalogue::Agents);
    let of_list = |name: &Clean| known.iter().find(|item| item.title == *name).map(|item| item.id.clone());
    let name = state.identity.name.clone().or_else(|| state.identity.email.clone())?;
    let id = state.identity.id.clone().or_else(|| of_list(&name));
    // the row shows the name that the team knows
    let named = id.as_ref().and_then(|id| known.iter().find(|item| item.id == *id)).map(|item| item.title.clone());
    Some(Agent { id, name: named.unwrap_or(name) })
}

/// The agent of this name.
pub fn agent_named(state: &State, name: &Clean) -> Option<Agent> {
    let known = state.catalogues.items(Catalogue::Agents);
    let found = known.iter().find(|item| item.title == *name);
    let found = found.map(|item| Agent { id: Some(item.id.clone()), name: item.title.clone() });
    found.or_else(|| me(state).filter(|me| me.name == *name || state.inbox.me().is(name)))
}

/// What can be chosen, for what was typed.
pub fn lines(state: &State, pick: &Pick) -> Vec<PickLine> {
    let rows: Vec<&Conversation> = pick.keys.iter().filter_map(|key| state.inbox.get(*key)).collect();
    let wanted = text::search_fold(pick.search.trim());
    let plain = |words: Clean, detail: &str, deed| PickLine { words, detail: detail.to_owned(), have: None, deed };
    let mut lines: Vec<PickLine> = match pick.what {
        Picking::Agent => {
            let me = me(state);
            let is_me = |agent: &Agent| me.as_ref().is_some_and(|me| me.id == agent.id);
            let mut agents: Vec<Agent> = me.iter().filter(|me| me.id.is_some()).cloned().collect();
            let listed = state.catalogues.items(Catalogue::Agents).iter();
            let listed = listed.map(|item| Agent { id: Some(item.id.clone()), name: item.title.clone() });
            agents.extend(listed.filter(|agent| !is_me(agent)));
            let holds = |agent: &Agent| rows.iter().all(|row| row.assignee.as_ref() == Some(&agent.name));
            let mut lines: Vec<PickLine> = agents
                .into_iter()
                .map(|agent| {
                    let detail = match (is_me(&agent), holds(&agent)) {
                        (true, false) => "you",
                        (true, true) => "you, has it",
                        (false, true) => "has it",
                        (false, false) => "",
                    };
                    plain(agent.name.clone(), detail, Deed::Assign(agent))
                })
                .collect();
            if state.offers.release && rows.iter().any(|row| row.assignee.is_some()) {
                lines.push(plain(Clean::line("nobody"), "release", Deed::Release));
            }
            lines
        }
        Picking::Labels => return labels(state, &rows, pick.search.trim()),
        Picking::Priority => {
            let words = state.traffic.dialect.as_ref().map(|dialect| dialect.priorities()).unwrap_or_default();
            let words: Vec<&str> = if words.is_empty() { PRIORITIES.to_vec() } else { words };
            let line = |word: &str| {
                let deed = Deed::Priority(Clean::line(word));
                let is = rows.iter().all(|row| deed.shown_by(row));
                plain(Clean::line(word), if is { "now" } else { "" }, deed)
            };
            words.into_iter().rev().map(line).collect()
        }
        Picking::Snooze => {
            let (now, zone) = (state.now, &state.settings.zone);
            let choices = snooze::choices(now, zone, &pick.search).into_iter();
            let line = |choice: snooze::Choice| {
                let detail = choice.until.map(|at| snooze::when(at, now, zone)).unwrap_or_default();
                plain(Clean::line(&choice.words), &detail, Deed::Snooze(choice.until))
            };
            return choices.map(line).collect();
        }
    };
    lines.retain(|line| text::search_fold(&line.words).contains(&wanted) || line.detail.contains(&wanted));
    lines
}

/// The labels that exist, those that the conversations have first; and a new one, where none is called like that.
fn labels(state: &State, rows: &[&Conversation], typed: &str) -> Vec<PickLine> {
    let wanted = text::search_fold(typed);
    let mut names: Vec<Clean> = rows.iter().flat_map(|row| row.labels.iter().cloned()).collect();
    names.extend(state.catalogues.items(Catalogue::Labels).iter().map(|item| item.title.clone()));
    names.extend(state.inbox.labels().map(|(label, _)| label.clone()));
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()) && text::search_fold(name).contains(&wanted));
    let line = |label: Clean| {
        let have = rows.iter().filter(|row| row.labels.contains(&label)).count();
        let on = have < rows.len();
        let detail = if rows.len() > 1 && have > 0 && on { format!("{have} of {}", rows.len()) } else { String::new() };
        PickLine { words: label.clone(), detail, have: Some(have), deed: Deed::Label { label, on } }
    };
    let mut lines: Vec<PickLine> = names.into_iter().map(line).collect();
    let label = Clean::line(typed);
    if !label.is_empty() && !lines.iter().any(|line| line.words == label) {
        let deed = Deed::Label { label: label.clone(), on: true };
        lines.push(PickLine { words: label, detail: "new".to_owned(), have: Some(0), deed });
    }
    lines
}

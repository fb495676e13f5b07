//! Views of the list: which conversations, in which order.

use crate::chat::{Conversation, Id, Status};
use crate::config::{SavedView, ViewSort};
use crate::text::{self, Clean};
use crate::wire::Identity;

use super::filter::{Filter, Finder};
use super::wait::Wait;

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum Sort {
    /// The last message first.
    #[default]
    Latest,
    /// Who waits longest first, then whom nothing is known of, then everybody else.
    Waiting,
    /// Urgent first.
    Priority,
}

impl Sort {
    /// The order in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Latest => "last message first",
            Self::Waiting => "longest waiting first",
            Self::Priority => "urgent first",
        }
    }

    /// The next one, round and round.
    pub fn next(self) -> Self {
        match self {
            Self::Latest => Self::Waiting,
            Self::Waiting => Self::Priority,
            Self::Priority => Self::Latest,
        }
    }
}

/// Whose conversations.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Whose {
    /// Everybody's and nobody's.
    #[default]
    Anybody,
    /// Mine.
    Me,
    /// Nobody's.
    Nobody,
    /// Somebody's.
    Somebody,
    /// This agent's.
    Named(Clean),
}

/// The names by which the backend calls the agent who works here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Me {
    names: Vec<Clean>,
}

impl Me {
    /// The agent of a session.
    pub fn of(identity: &Identity) -> Self {
        Self { names: [&identity.name, &identity.email].into_iter().flatten().cloned().collect() }
    }

    /// Whether a conversation of this assignee is mine.
    pub fn is(&self, assignee: &str) -> bool {
        self.names.iter().any(|name| name.eq_ignore_ascii_case(assignee))
    }
}

/// What a view asks for. What is not asked for is not looked at.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// One of these, any when there are none.
    pub statuses: Vec<Status>,
    /// Neither resolved nor put off.
    pub at_work: bool,
    /// Whose.
    pub whose: Whose,
    /// With unread messages.
    pub unread: bool,
    /// Whose customer waits for an answer.
    pub waiting: bool,
    /// On this line.
    pub line: Option<Id>,
    /// With all of these labels.
    pub labels: Vec<Clean>,
    /// Of one of these priorities, any when there are none.
    pub priorities: Vec<String>,
    /// In which this is found.
    pub filter: Option<Filter>,
}

impl Query {
    /// Whether it lets every conversation through.
    pub fn is_all(&self) -> bool {
        self.statuses.is_empty()
            && !self.at_work
            && self.whose == Whose::Anybody
            && !self.unread
            && !self.waiting
            && self.line.is_none()
            && self.labels.is_empty()
            && self.priorities.is_empty()
            && self.filter.is_none()
    }

    /// Whether a conversation is one of those that are asked for.
    pub fn lets(&self, row: &Conversation, wait: Wait, me: &Me, finder: &mut Finder) -> bool {
        let assignee = row.assignee.as_deref();
        (self.statuses.is_empty() || self.statuses.contains(&row.status))
            && !(self.at_work && matches!(row.status, Status::Resolved | Status::Snoozed))
            && match &self.whose {
                Whose::Anybody => true,
                Whose::Me => assignee.is_some_and(|name| me.is(name)),
                Whose::Nobody => assignee.is_none(),
                Whose::Somebody => assignee.is_some(),
                Whose::Named(name) => assignee.is_some_and(|other| same(name, other)),
            }
            && (!self.unread || row.unread > 0)
            && (!self.waiting || wait.since().is_some())
            && self.line.as_ref().is_none_or(|line| row.line.as_ref() == Some(line))
            && self.labels.iter().all(|wanted| row.labels.iter().any(|label| same(wanted, label)))
            && (self.priorities.is_empty()
                || row.priority.as_deref().is_some_and(|word| self.priorities.iter().any(|one| same(one, word))))
            && self.filter.as_ref().is_none_or(|filter| filter.lets(row, finder))
    }
}

fn same(one: &str, other: &str) -> bool {
    text::search_fold(one) == text::search_fold(other)
}

/// A view: a name, what it asks for, and its order.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// What it is called on the screen, and in `first_view` of the configuration.
    pub name: Clean,
    /// What it asks for.
    pub query: Query,
    /// Its order, until the agent chooses another.
    pub sort: Sort,
}

/// The views that every inbox has, in the order in which they are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltIn {
    /// Every conversation.
    All,
    /// Mine, at work.
    Mine,
    /// Nobody's, at work.
    Unassigned,
    /// With unread messages.
    Unread,
    /// Whose customer waits, the longest first.
    Waiting,
    /// Open.
    Open,
    /// Pending.
    Pending,
    /// Put off.
    Snoozed,
    /// Done.
    Resolved,
}

impl BuiltIn {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::All,
        Self::Mine,
        Self::Unassigned,
        Self::Unread,
        Self::Waiting,
        Self::Open,
        Self::Pending,
        Self::Snoozed,
        Self::Resolved,
    ];

    /// Its place among the views.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The view.
    pub fn view(self) -> View {
        let mut query = Query::default();
        let mut sort = Sort::Latest;
        let name = match self {
            Self::All => "all",
            Self::Mine => {
                (query.at_work, query.whose) = (true, Whose::Me);
                "mine"
            }
            Self::Unassigned => {
                (query.at_work, query.whose) = (true, Whose::Nobody);
                "unassigned"
            }
            Self::Unread => {
                query.unread = true;
                "unread"
            }
            Self::Waiting => {
                (query.at_work, query.waiting, sort) = (true, true, Sort::Waiting);
                "waiting"
            }
            Self::Open => {
                query.statuses = vec![Status::Open];
                "open"
            }
            Self::Pending => {
                query.statuses = vec![Status::Pending];
                "pending"
            }
            Self::Snoozed => {
                query.statuses = vec![Status::Snoozed];
                "snoozed"
            }
            Self::Resolved => {
                query.statuses = vec![Status::Resolved];
                "resolved"
            }
        };
        View { name: Clean::line(name), query, sort }
    }
}

impl View {
    /// A view of the user's configuration.
    pub fn saved(name: &str, saved: &SavedView) -> Self {
        let whose = match saved.assigned.as_deref() {
            None => Whose::Anybody,
            Some("me") => Whose::Me,
            Some("nobody") => Whose::Nobody,
            Some("somebody") => Whose::Somebody,
            Some(name) => Whose::Named(Clean::line(name)),
        };
        let query = Query {
            statuses: saved.status.iter().map(|word| status(word)).collect(),
            at_work: false,
            whose,
            unread: saved.unread,
            waiting: saved.waiting,
            line: saved.line.as_deref().map(Id::new),
            labels: saved.labels.iter().map(|label| Clean::line(label)).collect(),
            priorities: saved.priority.clone(),
            filter: saved.filter.as_deref().and_then(Filter::new),
        };
        let sort = match saved.sort {
            ViewSort::Latest => Sort::Latest,
            ViewSort::Waiting => Sort::Waiting,
            ViewSort::Priority => Sort::Priority,
        };
        Self { name: Clean::line(name), query, sort }
    }

    /// The conversations of one line.
    pub fn of_line(line: &Id, name: &str) -> Self {
        let query = Query { line: Some(line.clone()), ..Query::default() };
        Self { name: Clean::line(&format!("line {name}")), query, sort: Sort::Latest }
    }

    /// The conversations with one label.
    pub fn of_label(label: &Clean) -> Self {
        let query = Query { labels: vec![label.clone()], ..Query::default() };
        Self { name: Clean::line(&format!("label {label}")), query, sort: Sort::Latest }
    }
}

/// A status by its word.
pub fn status(word: &str) -> Status {
    match word {
        "open" => Status::Open,
        "pending" => Status::Pending,
        "snoozed" => Status::Snoozed,
        "resolved" | "closed" => Status::Resolved,
        other => Status::Other(Clean::line(other)),
    }
}

/// How urgent a priority is, 0 first. Words that are not known stand with those that have none.
pub fn urgency(priority: Option<&str>) -> i64 {
    match priority.map(str::to_ascii_lowercase).as_deref() {
        Some("urgent" | "critical" | "highest") => 0,
        Some("high") => 1,
        Some("low" | "lowest") => 4,
        _ => 3,
    }
}

//! What an agent does to conversations beside answering them: what it changes in a row, and what undoes it.

use jiff::Timestamp;

use crate::chat::{Conversation, ConversationKey, Id, Status};
use crate::text::Clean;
use crate::wire::Operation;

/// Somebody of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// What requests name them by; `None` where only the name is known here.
    pub id: Option<Id>,
    /// Their name.
    pub name: Clean,
}

/// One thing that is done to a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It goes to another status than snoozed.
    Status(Status),
    /// It is put off until then; without a time, until the customer writes.
    Snooze(Option<Timestamp>),
    /// It is given to an agent.
    Assign(Agent),
    /// The agent who works here takes it, unless somebody has it.
    Take(Agent),
    /// It is nobody's.
    Release,
    /// It gets a label, or loses it.
    Label {
        /// Which.
        label: Clean,
        /// Whether it has it then.
        on: bool,
    },
    /// Its priority, in the backend's word.
    Priority(Clean),
    /// So many messages are unread.
    Unread(u32),
}

/// A change of conversations that can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What was done.
    pub done: Deed,
    /// To which, and what undoes it there.
    pub back: Vec<(ConversationKey, Deed)>,
}

/// The priority of what has none.
const NORMAL: &str = "normal";

impl Deed {
    /// What undoes it on this row; `None` where the row is like that already.
    pub fn undone_by(&self, row: &Conversation) -> Option<Self> {
        if self.shown_by(row) {
            return None;
        }
        Some(match self {
            Self::Status(_) | Self::Snooze(_) if row.status == Status::Snoozed => Self::Snooze(row.snoozed_until),
            Self::Status(_) | Self::Snooze(_) => Self::Status(row.status.clone()),
            Self::Assign(_) | Self::Take(_) | Self::Release => match &row.assignee {
                Some(name) => Self::Assign(Agent { id: None, name: name.clone() }),
                None => Self::Release,
            },
            Self::Label { label, on } => Self::Label { label: label.clone(), on: !on },
            Self::Priority(_) => Self::Priority(row.priority.clone().unwrap_or_else(|| Clean::line(NORMAL))),
            Self::Unread(_) => Self::Unread(row.unread),
        })
    }

    /// Whether a row is as if this had just been done to it.
    pub fn shown_by(&self, row: &Conversation) -> bool {
        match self {
            Self::Status(status) => row.status == *status,
            Self::Snooze(until) => row.status == Status::Snoozed && row.snoozed_until == *until,
            Self::Assign(agent) | Self::Take(agent) => row.assignee.as_ref() == Some(&agent.name),
            Self::Release => row.assignee.is_none(),
            Self::Label { label, on } => row.labels.contains(label) == *on,
            Self::Priority(word) => row.priority.as_deref().unwrap_or(NORMAL) == &**word,
            Self::Unread(count) => (row.unread > 0) == (*count > 0),
        }
    }

    /// Changes the row.
    pub fn apply(&self, row: &mut Conversation) {
        match self {
            Self::Status(status) => (row.status, row.snoozed_until) = (status.clone(), None),
            Self::Snooze(until) => (row.status, row.snoozed_until) = (Status::Snoozed, *until),
            Self::Assign(agent) | Self::Take(agent) => row.assignee = Some(agent.name.clone()),
            Self::Release => row.assignee = None,
            Self::Label { label, on: true } => row.labels.push(label.clone()),
            Self::Label { label, on: false } => row.labels.retain(|had| had != label),
            Self::Priority(word) => row.priority = Some(word.clone()),
            Self::Unread(count) => row.unread = *count,
        }
    }

    /// What the backend is asked for; `None` for a status, which has a command of its own, and for what cannot be asked.
    pub fn operation(&self) -> Option<Operation> {
        Some(match self {
            Self::Status(_) | Self::Unread(0) => return None,
            Self::Snooze(until) => Operation::Snooze { until: *until },
            Self::Assign(agent) => Operation::Assign { agent: agent.id.clone()? },
            Self::Take(agent) => Operation::Take { agent: agent.id.clone()? },
            Self::Release => Operation::Release,
            Self::Label { label, on: true } => Operation::AddLabel { label: label.to_string() },
            Self::Label { label, on: false } => Operation::RemoveLabel { label: label.to_string() },
            Self::Priority(word) => Operation::Priority { priority: word.to_string() },
            Self::Unread(_) => Operation::Unread,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{ConversationFacts, NamedId};
    use proptest::prelude::*;

    fn row() -> impl Strategy<Value = Conversation> {
        let status =
            prop_oneof![Just(Status::Open), Just(Status::Pending), Just(Status::Snoozed), Just(Status::Resolved),];
        let word = || prop_oneof![Just("a"), Just("b"), Just("normal")].prop_map(Clean::line);
        (status, proptest::option::of(word()), proptest::option::of(word()), 0..3_u32, any::<bool>(), any::<bool>())
            .prop_map(|(status, assignee, priority, unread, labelled, timed)| {
                let ids = vec![NamedId { pointer: "/_id".into(), id: Id::new("1") }];
                let facts = ConversationFacts { ids, ..ConversationFacts::default() };
                let mut row = Conversation::from_facts(ConversationKey(1), &facts).unwrap();
                row.snoozed_until = (timed && status == Status::Snoozed).then_some(Timestamp::UNIX_EPOCH);
                (row.status, row.assignee, row.unread) = (status, assignee, unread);
                row.priority = priority;
                row.labels = if labelled { vec![Clean::line("a")] } else { Vec::new() };
                row
            })
    }

    fn deed() -> impl Strategy<Value = Deed> {
        let agent = || prop_oneof![Just("a"), Just("b")].prop_map(|n| Agent { id: None, name: Clean::line(n) });
        prop_oneof![
            Just(Deed::Status(Status::Resolved)),
            Just(Deed::Status(Status::Open)),
            Just(Deed::Snooze(None)),
            Just(Deed::Snooze(Some(Timestamp::UNIX_EPOCH))),
            agent().prop_map(Deed::Assign),
            agent().prop_map(Deed::Take),
            Just(Deed::Release),
            any::<bool>().prop_map(|on| Deed::Label { label: Clean::line("a"), on }),
            Just(Deed::Priority(Clean::line("b"))),
            (0..2_u32).prop_map(Deed::Unread),
        ]
    }

    proptest! {
        #[test]
        fn what_is_undone_is_as_it_was(mut row in row(), deed in deed()) {
            let before = row.clone();
            match deed.undone_by(&row) {
                None => prop_assert!(deed.shown_by(&row)),
                Some(back) => {
                    deed.apply(&mut row);
                    prop_assert!(deed.shown_by(&row));
                    back.apply(&mut row);
                    row.priority = row.priority.filter(|_| before.priority.is_some());
                    prop_assert_eq!(row, before);
                }
            }
        }
    }
}

//! Since when a customer waits for an answer, as far as it is known.

use jiff::{SignedDuration, Timestamp};

use crate::chat::Conversation;

/// Rows tell whole seconds, messages milliseconds: times this close are those of one message.
const SAME: SignedDuration = SignedDuration::from_millis(1_500);

/// Since when a customer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum Wait {
    /// It is not known whether they do.
    #[default]
    Unknown,
    /// They do not: the last word is ours, or nothing was said.
    Nobody,
    /// Since then at least: what was said before is not known here.
    AtLeast(Timestamp),
    /// Since then.
    Since(Timestamp),
}

impl Wait {
    /// What a row alone tells.
    pub fn of(row: &Conversation) -> Self {
        match (row.last_inbound_at, row.last_at) {
            (Some(inbound), Some(last)) if last.duration_since(inbound) > SAME => Self::Nobody,
            (Some(inbound), _) => Self::AtLeast(inbound),
            (None, Some(last)) if row.unread > 0 => Self::AtLeast(last),
            (None, Some(_)) => Self::Unknown,
            (None, None) => Self::Nobody,
        }
    }

    /// What is known after a row has changed: who waited already and writes again has waited since the first time.
    pub fn after(self, old: &Conversation, new: &Conversation) -> Self {
        let told =
            |row: &Conversation| (row.last_inbound_at, row.last_at, row.last_inbound_at.is_none() && row.unread > 0);
        if told(old) == told(new) {
            return self;
        }
        let derived = Self::of(new);
        match (derived.since(), self.since()) {
            (Some(newer), Some(older)) if older <= newer => self,
            _ => derived,
        }
    }

    /// The time, if they are known to wait.
    pub fn since(self) -> Option<Timestamp> {
        match self {
            Self::AtLeast(at) | Self::Since(at) => Some(at),
            Self::Unknown | Self::Nobody => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{ConversationFacts, ConversationKey, NamedId};

    fn at(second: i64) -> Option<Timestamp> {
        Timestamp::from_second(second).ok()
    }

    fn row(inbound: Option<i64>, last: i64) -> Conversation {
        let facts = ConversationFacts {
            ids: vec![NamedId { pointer: "/_id".into(), id: "1".into() }],
            last_at: at(last),
            last_inbound_at: inbound.and_then(at),
            ..ConversationFacts::default()
        };
        Conversation::from_facts(ConversationKey(0), &facts).unwrap()
    }

    #[test]
    fn a_row_tells_whether_the_last_word_was_the_customers() {
        assert_eq!(Wait::of(&row(Some(10), 10)).since(), at(10));
        assert_eq!(Wait::of(&row(Some(10), 11)).since(), at(10), "whole seconds");
        assert_eq!(Wait::of(&row(Some(10), 60)), Wait::Nobody);
        assert_eq!(Wait::of(&row(None, 60)), Wait::Unknown);
    }

    #[test]
    fn who_writes_again_has_waited_since_the_first_time() {
        let first = row(Some(10), 10);
        let waits = Wait::of(&first);
        let again = waits.after(&first, &row(Some(70), 70));
        assert_eq!(again.since(), at(10));
        let answered = again.after(&row(Some(70), 70), &row(Some(70), 90));
        assert_eq!(answered, Wait::Nobody);
        assert_eq!(answered.after(&row(Some(70), 90), &row(Some(100), 100)).since(), at(100));
    }
}

//! The last events as the rules of the diagnosis look at them: what each says of its conversation and message, how it
//! spells that, and what was decided. Small, and without payloads.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use memchr::memmem;

use super::timeline::Kind;
use crate::chat::{ConversationKey, Evidence, Id, Rank, Rule, Verdict};
use crate::text::Clean;

/// One event, as the rules look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Its number on the timeline.
    pub seq: u64,
    /// The connection that brought it.
    pub epoch: u32,
    /// When it was read from the socket.
    pub received: Timestamp,
    /// When the backend says that it emitted it.
    pub emitted: Option<Timestamp>,
    /// The event's name.
    pub name: Arc<str>,
    /// What sort of event it is.
    pub kind: Kind,
    /// Packet size in bytes.
    pub bytes: usize,
    /// What it says of its conversation and its message.
    pub says: Evidence,
    /// When the message was made, by the backend.
    pub created: Option<Timestamp>,
    /// How far a status says that the message got; `None` for a failure and for anything but a status.
    pub rank: Option<Rank>,
    /// The raw value that a web page would hold for the open conversation.
    pub selected: Option<Id>,
    /// What a naive page decides.
    pub matched: bool,
    /// It belongs to the open conversation and a naive page would have missed it.
    pub rescued: bool,
    /// It belongs to the open conversation.
    pub of_open: bool,
    /// What routing decided.
    pub verdict: Verdict,
    /// By which rule.
    pub rule: Option<Rule>,
    /// Which conversation, also for verdicts that did not route.
    pub conversation: Option<ConversationKey>,
    /// How it spells things.
    pub spelling: Spelling,
    /// It names no conversation where the dialect looks; but the id of the one that it belongs to stands there.
    pub stands_at: Option<Clean>,
}

/// Oddities in the raw text of a payload that a decoder forgives and other clients do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Spelling {
    /// An id is a JSON number.
    pub number_id: bool,
    /// An id has quotes inside its string: it was encoded twice.
    pub quoted_id: bool,
    /// An object or a list stands where an id should be.
    pub object_id: bool,
    /// Half a character: a lone surrogate, which was replaced.
    pub half_character: bool,
}

/// So much of a payload is looked at.
const LOOKED_AT: usize = 16 << 10;

impl Spelling {
    /// Looks at the raw JSON of an event's arguments.
    pub fn of(raw: &str) -> Self {
        let bytes = raw.as_bytes().get(..LOOKED_AT).unwrap_or(raw.as_bytes());
        let mut found = Self { half_character: memmem::find(bytes, b"\\ufffd").is_some(), ..Self::default() };
        // a key that ends in "id" or "Id", and what its value begins with
        for at in memmem::find_iter(bytes, b"d\":") {
            let key = bytes.get(..at).unwrap_or_default();
            let is_id = key.ends_with(b"I") || key.ends_with(b"_i") || key.ends_with(b"\"i");
            let value = bytes.get(at + 3..).unwrap_or_default();
            found.number_id |= is_id && matches!(value.first(), Some(b'0'..=b'9'));
            found.quoted_id |= is_id && value.starts_with(b"\"\\\"");
            found.object_id |= is_id && matches!(value.first(), Some(b'{' | b'['));
        }
        found
    }
}

/// The last sights.
#[derive(Debug, Default)]
pub struct Sightings {
    sights: VecDeque<Sight>,
}

/// So many are kept.
pub const MOST_SIGHTS: usize = 500;

impl Sightings {
    /// Adds one; the oldest gives way.
    pub fn push(&mut self, sight: Sight) {
        if self.sights.len() >= MOST_SIGHTS {
            self.sights.pop_front();
        }
        self.sights.push_back(sight);
    }

    /// Corrects what was decided about an event.
    pub fn decide_again(&mut self, seq: u64, verdict: &Verdict, key: Option<ConversationKey>, rule: Option<Rule>) {
        if let Some(sight) = self.sights.iter_mut().rev().find(|sight| sight.seq == seq) {
            sight.verdict = verdict.clone();
            sight.conversation = key.or(verdict.key());
            sight.rule = rule;
        }
    }

    /// The sights, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Sight> {
        self.sights.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oddities_are_seen_in_the_raw_text() {
        let plain =
            Spelling::of(r#"[{"conversationId":"6b02","message":{"_id":"1","recipientPhone":"92300","at":5}}]"#);
        assert_eq!(plain, Spelling::default());
        assert!(Spelling::of(r#"[{"conversationId":9007199254740993}]"#).number_id);
        assert!(Spelling::of(r#"[{"_id":12}]"#).number_id);
        assert!(Spelling::of(r#"[{"conversationId":{"type":"Buffer","data":[107,2]}}]"#).object_id);
        assert!(!Spelling::of(r#"[{"bid":12,"paid":1}]"#).number_id, "`bid` and `paid` are no ids");
        assert!(Spelling::of(r#"[{"conversationId":"\"6b02\""}]"#).quoted_id);
        assert!(Spelling::of("[{\"text\":\"half \\ufffd\"}]").half_character);
    }
}

//! Messages that came more than once: by several events (many backends do that on purpose), or by the same event twice.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::chat::{ConversationKey, Direction, Id, Message, MessageIds};
use crate::text::Clean;

/// So many messages are remembered to be recognised.
const REMEMBERED: usize = 10_000;
/// So many messages that came again are told of.
const TOLD: usize = 300;
/// So many comings of one message are told one by one.
const COMINGS: usize = 12;

/// By what a message was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The channel's id.
    Channel,
    /// The backend's id.
    Backend,
    /// It has no id: the same text in the same second of one conversation. Such a message is never merged.
    Content,
}

impl By {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel id",
            Self::Backend => "_id",
            Self::Content => "text and second",
        }
    }
}

/// As much of a message as recognising it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glimpse {
    ids: MessageIds,
    words: Clean,
    direction: Direction,
    made: Option<Timestamp>,
}

impl From<&Message> for Glimpse {
    fn from(message: &Message) -> Self {
        // the words matter only where there is no id
        let named = message.ids.wa.is_some() || message.ids.id.is_some();
        Self {
            ids: message.ids.clone(),
            words: if named { Clean::default() } else { message.preview() },
            direction: message.direction,
            made: message.created_at.or(message.sent_at),
        }
    }
}

/// One coming of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    /// The event's number on the timeline.
    pub seq: u64,
    /// Its name.
    pub name: Arc<str>,
    /// When it came.
    pub at: Timestamp,
}

/// A message that came more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// By what it was recognised.
    pub by: By,
    /// That id, or the text.
    pub what: Clean,
    /// Whose it is.
    pub key: Option<ConversationKey>,
    /// The first comings.
    pub comings: Vec<Coming>,
    /// How often it came in all.
    pub count: u32,
}

impl Repeat {
    /// The same event brought it more than once: no design explains that.
    pub fn is_same_event_twice(&self) -> bool {
        let mut names = self.comings.iter().enumerate();
        names.any(|(at, coming)| self.comings.iter().take(at).any(|other| other.name == coming.name))
    }

    /// From its first coming to its last.
    pub fn span(&self) -> SignedDuration {
        match (self.comings.first(), self.comings.last()) {
            (Some(first), Some(last)) => last.at.duration_since(first.at),
            _ => SignedDuration::ZERO,
        }
    }

    /// Each event's name with how often it brought the message, in the order of coming.
    pub fn names(&self) -> Vec<(Arc<str>, u32)> {
        let mut names: Vec<(Arc<str>, u32)> = Vec::new();
        for coming in &self.comings {
            match names.iter_mut().find(|(name, _)| *name == coming.name) {
                Some((_, count)) => *count += 1,
                None => names.push((coming.name.clone(), 1)),
            }
        }
        names
    }
}

#[derive(Debug)]
struct Seen {
    first: Coming,
    /// The number of its [`Repeat`], once it came again.
    told: Option<u64>,
}

/// All messages that came, as far as they are remembered.
#[derive(Debug, Default)]
pub struct Repeats {
    seen: HashMap<u64, Seen>,
    order: VecDeque<u64>,
    told: VecDeque<Repeat>,
    /// The number of the first of `told`.
    first: u64,
    /// How many messages came more than once.
    messages: u64,
    /// How many of them by the same event twice.
    same_event: u64,
}

impl Repeats {
    /// An event brought this message.
    pub fn heard(&mut self, coming: Coming, key: Option<ConversationKey>, message: &Glimpse) {
        let (by, what, hash) = recognised(key, message);
        let Some(seen) = self.seen.get_mut(&hash) else {
            self.seen.insert(hash, Seen { first: coming, told: None });
            self.order.push_back(hash);
            while self.order.len() > REMEMBERED {
                if let Some(gone) = self.order.pop_front() {
                    self.seen.remove(&gone);
                }
            }
            return;
        };
        let first = self.first;
        let place = seen.told.and_then(|number| usize::try_from(number.checked_sub(first)?).ok());
        match place.and_then(|place| self.told.get_mut(place)) {
            Some(repeat) => {
                let before = repeat.is_same_event_twice();
                repeat.count += 1;
                if repeat.comings.len() < COMINGS {
                    repeat.comings.push(coming);
                }
                self.same_event += u64::from(!before && repeat.is_same_event_twice());
            }
            None => {
                seen.told = Some(first + u64::try_from(self.told.len()).unwrap_or_default());
                let comings = vec![seen.first.clone(), coming];
                let repeat = Repeat { by, what, key, comings, count: 2 };
                self.messages += 1;
                self.same_event += u64::from(repeat.is_same_event_twice());
                self.told.push_back(repeat);
                if self.told.len() > TOLD {
                    self.told.pop_front();
                    self.first += 1;
                }
            }
        }
    }

    /// The messages that came again, the newest last.
    pub fn told(&self) -> &VecDeque<Repeat> {
        &self.told
    }

    /// The one that this event is part of.
    pub fn of(&self, seq: u64) -> Option<&Repeat> {
        self.told.iter().rev().find(|repeat| repeat.comings.iter().any(|coming| coming.seq == seq))
    }

    /// How many messages came more than once, and how many of those by the same event twice.
    pub fn counts(&self) -> (u64, u64) {
        (self.messages, self.same_event)
    }
}

fn recognised(key: Option<ConversationKey>, message: &Glimpse) -> (By, Clean, u64) {
    let mut hasher = DefaultHasher::new();
    let mut id = |by: By, id: &Id| {
        id.hash(&mut hasher);
        (by, id.shown(), hasher.finish())
    };
    if let Some(wa) = &message.ids.wa {
        return id(By::Channel, wa);
    }
    if let Some(own) = &message.ids.id {
        return id(By::Backend, own);
    }
    let mut hasher = DefaultHasher::new();
    (key, &message.words, message.direction as u8).hash(&mut hasher);
    message.made.map(Timestamp::as_second).hash(&mut hasher);
    (By::Content, message.words.clone(), hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{Content, Delivery, Origin};

    fn message(wa: Option<&str>, text: &str) -> Glimpse {
        Glimpse::from(&Message {
            ids: MessageIds { id: None, wa: wa.map(Id::new), client: None },
            direction: Direction::Inbound,
            sender: None,
            content: Content::Text { body: Clean::text(text) },
            delivery: Delivery::default(),
            created_at: Some(Timestamp::from_second(1_000).unwrap()),
            sent_at: None,
            reply_to: None,
            reactions: Vec::new(),
            origin: Origin::Live,
        })
    }

    fn coming(seq: u64, name: &str) -> Coming {
        Coming { seq, name: name.into(), at: Timestamp::from_millisecond(i64::try_from(seq).unwrap()).unwrap() }
    }

    #[test]
    fn several_events_for_one_message_are_told_apart_from_one_event_twice() {
        let mut repeats = Repeats::default();
        repeats.heard(coming(1, "new_message"), None, &message(Some("w1"), "hi"));
        assert_eq!(repeats.counts(), (0, 0));
        repeats.heard(coming(2, "message.received"), None, &message(Some("w1"), "hi"));
        assert_eq!(repeats.counts(), (1, 0));
        assert_eq!(repeats.of(1).unwrap().span().as_millis(), 1);
        repeats.heard(coming(9, "new_message"), None, &message(Some("w1"), "hi"));
        assert_eq!(repeats.counts(), (1, 1));
        let told = repeats.of(9).unwrap();
        assert_eq!((told.by, told.count), (By::Channel, 3));
        assert_eq!(told.names(), [("new_message".into(), 2), ("message.received".into(), 1)]);
    }

    #[test]
    fn without_an_id_the_text_and_the_second_recognise_it() {
        let mut repeats = Repeats::default();
        let key = Some(ConversationKey(1));
        repeats.heard(coming(1, "new_message"), key, &message(None, "hi"));
        repeats.heard(coming(2, "new_message"), key, &message(None, "ho"));
        repeats.heard(coming(3, "new_message"), Some(ConversationKey(2)), &message(None, "hi"));
        assert_eq!(repeats.counts(), (0, 0));
        repeats.heard(coming(4, "new_message"), key, &message(None, "hi"));
        assert_eq!((repeats.counts(), repeats.of(4).unwrap().by), ((1, 1), By::Content));
    }

    #[test]
    fn it_forgets_what_is_long_ago() {
        let mut repeats = Repeats::default();
        for n in 0..30_000 {
            repeats.heard(coming(n * 2, "a"), None, &message(Some(&format!("w{n}")), "hi"));
            repeats.heard(coming(n * 2 + 1, "b"), None, &message(Some(&format!("w{n}")), "hi"));
        }
        assert_eq!((repeats.seen.len(), repeats.order.len(), repeats.told().len()), (REMEMBERED, REMEMBERED, TOLD));
        assert_eq!(repeats.counts(), (30_000, 0));
        repeats.heard(coming(70_000, "c"), None, &message(Some("w29999"), "hi"));
        assert_eq!(repeats.told().back().unwrap().count, 3);
    }
}

//! Every name that a conversation goes by, and which conversation a piece of evidence belongs to.
//!
//! A name is *declared* when one REST object carries it beside the conversation's own id; a name learnt from an event
//! is *provisional*. A declared name that two conversations claim is in conflict and routes nothing. What is learnt
//! does not depend on the order in which it is learnt: objects that share an id of the backend's native form are one
//! conversation; other names bind an object only when it has no such id of its own.

mod claims;
mod learn;
mod messages;
mod near;
mod resolve;

use std::collections::{HashMap, HashSet};

use super::ids::{Composite, ConversationKey, Id, Phone};
use crate::text::Clean;
use claims::{Claim, PhoneIndex};
use messages::MessageIndex;
pub use near::NearMiss;

#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod merges;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

/// The form in which a backend spells the ids of its conversations. An unknown id of this form is a conversation that
/// is not known here, whatever else the event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NativeForm {
    /// 24 hexadecimal digits.
    ObjectId,
    /// Decimal digits.
    Integer,
    /// `8-4-4-4-12` hexadecimal digits.
    Uuid,
    /// A phone number or the JID of one: two spellings with equal digits are the same id.
    Phone,
    /// Any string: every unknown id is an unknown conversation.
    #[default]
    Any,
}

impl NativeForm {
    /// Whether the id has this form, to the letter.
    pub fn fits(self, id: &str) -> bool {
        match self {
            Self::ObjectId => id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
            Self::Integer => !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()),
            Self::Uuid => {
                id.len() == 36
                    && id.bytes().enumerate().all(|(at, byte)| match at {
                        8 | 13 | 18 | 23 => byte == b'-',
                        _ => byte.is_ascii_hexdigit(),
                    })
            }
            Self::Phone => Phone::parse(id).is_some(),
            Self::Any => true,
        }
    }
}

/// By what the directory judges.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct IdentityRules {
    /// Our tenant, once the backend told; events of another one are foreign.
    pub account: Option<Id>,
    /// The form of the backend's conversation ids.
    pub native: NativeForm,
    /// Whether national variants of a number (Brazil's ninth digit, Argentina's 9, Mexico's 1) are routed, not only
    /// shown as probable.
    pub route_variants: bool,
}

/// Where a name was learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameOrigin {
    /// One REST object carries it beside the conversation's id.
    Declared,
    /// An event carried it: provisional until a REST object carries both.
    Traffic,
}

/// A name that two conversations claim with equal right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The name.
    pub id: Id,
    /// Who claims it.
    pub keys: Vec<ConversationKey>,
}

/// What learning did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    /// The conversation that the facts are about.
    pub key: ConversationKey,
    /// It was not known before.
    pub fresh: bool,
    /// Names in the facts that are in conflict now.
    pub conflicts: Vec<Conflict>,
    /// Conversations that turned out to be one: the key that is gone, and the one that is kept.
    pub merged: Vec<(ConversationKey, ConversationKey)>,
    /// How many names are new for the conversation.
    pub aliases_added: usize,
}

/// One name of a conversation.
#[derive(Clone, Debug)]
struct Alias {
    id: Id,
    origin: NameOrigin,
}

/// A fact with where it came from: what REST says is not overwritten by an event.
#[derive(Clone, Debug)]
struct Known<T> {
    value: T,
    origin: NameOrigin,
}

/// What the directory keeps of one conversation.
#[derive(Clone, Debug, Default)]
struct Entry {
    /// The id that paths use, once any is known.
    primary: Option<Alias>,
    /// All other names.
    others: Vec<Alias>,
    account: Option<Known<Id>>,
    line: Option<Known<Id>>,
    /// Digits of the customer's phone.
    digits: Option<Known<Box<str>>>,
    links: Vec<Id>,
}

impl Entry {
    fn names(&self) -> impl Iterator<Item = &Alias> {
        self.primary.iter().chain(&self.others)
    }

    fn has(&self, id: &Id) -> bool {
        self.names().any(|alias| alias.id == *id)
    }

    fn account(&self) -> Option<&Id> {
        self.account.as_ref().map(|known| &known.value)
    }

    fn line(&self) -> Option<&Id> {
        self.line.as_ref().map(|known| &known.value)
    }

    fn digits(&self) -> Option<&str> {
        self.digits.as_ref().map(|known| &*known.value)
    }
}

/// A key's place: live, or merged into another.
#[derive(Clone, Debug)]
enum Slot {
    Live(Entry),
    Merged(ConversationKey),
}

/// Every conversation's names, and the rules that find a conversation by them.
#[derive(Clone, Debug)]
pub struct Directory {
    rules: IdentityRules,
    slots: Vec<Slot>,
    live: usize,
    names: HashMap<Id, Claim>,
    phones: PhoneIndex,
    links: HashMap<Id, Vec<ConversationKey>>,
    messages: MessageIndex,
    /// Accounts and lines: few, and shared by all conversations.
    shared: HashSet<Id>,
}

impl Directory {
    /// An empty directory.
    pub fn new(rules: IdentityRules) -> Self {
        Self {
            rules,
            slots: Vec::new(),
            live: 0,
            names: HashMap::new(),
            phones: PhoneIndex::default(),
            links: HashMap::new(),
            messages: MessageIndex::default(),
            shared: HashSet::new(),
        }
    }

    /// Our tenant, once the backend told.
    pub fn set_account(&mut self, account: Id) {
        self.rules.account = Some(account);
    }

    /// By what it judges.
    pub fn rules(&self) -> &IdentityRules {
        &self.rules
    }

    /// How many conversations are known.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The key that a key stands for now: itself, or the conversation that it was merged into.
    pub fn current(&self, key: ConversationKey) -> ConversationKey {
        let mut key = key;
        // A merge always points to another key, and keys merge once: the walk ends.
        for _ in 0..self.slots.len() {
            match self.slots.get(key.0 as usize) {
                Some(Slot::Merged(into)) => key = *into,
                _ => break,
            }
        }
        key
    }

    /// The names of a conversation, primary first, each with where it was learnt and whether it is in conflict.
    pub fn aliases(&self, key: ConversationKey) -> impl Iterator<Item = (&Id, NameOrigin, bool)> {
        self.entry(key)
            .into_iter()
            .flat_map(Entry::names)
            .map(|alias| (&alias.id, alias.origin, self.names.get(&alias.id).is_some_and(Claim::in_conflict)))
    }

    /// Other identities of the customer (BSUID, LID).
    pub fn links(&self, key: ConversationKey) -> &[Id] {
        self.entry(key).map_or(&[], |entry| &entry.links)
    }

    /// The id that paths use.
    pub fn primary(&self, key: ConversationKey) -> Option<&Id> {
        self.entry(key)?.primary.as_ref().map(|alias| &alias.id)
    }

    /// What a room of the conversation may be named by, primary first: its declared names that no other conversation
    /// claims, and the composite id where account, line and phone are declared and name this conversation alone.
    pub fn declared_ids(&self, key: ConversationKey) -> Vec<Id> {
        let mut ids: Vec<Id> = self
            .aliases(key)
            .filter(|(_, origin, conflict)| *origin == NameOrigin::Declared && !conflict)
            .map(|(id, ..)| id.clone())
            .collect();
        if let Some(composed) = self.composed(key).filter(|composed| !ids.contains(composed)) {
            ids.push(composed);
        }
        ids
    }

    /// `account_line_customer` from declared parts, where nothing else may mean it too. Only the family whose native
    /// ids are ObjectIds names conversations so.
    fn composed(&self, key: ConversationKey) -> Option<Id> {
        let declared = |origin: NameOrigin| origin == NameOrigin::Declared;
        let entry = self.entry(key)?;
        let account = entry.account.as_ref().filter(|known| declared(known.origin))?;
        let line = entry.line.as_ref().filter(|known| declared(known.origin))?;
        let digits = entry.digits.as_ref().filter(|known| declared(known.origin))?;
        let ours = self.rules.account.as_ref().is_none_or(|ours| *ours == account.value);
        if self.rules.native != NativeForm::ObjectId || !ours {
            return None;
        }
        let alone = self.same_triple(&account.value, &line.value, &digits.value).len() == 1;
        let id = Id::new(format!("{}_{}_{}", account.value.as_str(), line.value.as_str(), digits.value));
        let free = self.names.get(&id).is_none_or(|claim| claim.only(key) && !claim.in_conflict());
        (alone && free && Composite::parse(id.as_str()).is_some()).then_some(id)
    }

    /// Other conversations of the same customer in this account: equal digits of a phone, or a shared identity.
    pub fn of_same_customer(&self, key: ConversationKey) -> Vec<ConversationKey> {
        let key = self.current(key);
        let Some(entry) = self.entry(key) else { return Vec::new() };
        let by_phone = entry.digits().into_iter().flat_map(|digits| {
            self.phones.with_digits(digits).filter(move |other| {
                self.entry(*other).is_some_and(|other| other.digits() == Some(digits) && !contradicts(entry, other))
            })
        });
        let by_link = entry.links.iter().filter_map(|link| self.links.get(link)).flatten().copied();
        let mut found: Vec<ConversationKey> = by_phone.chain(by_link).map(|other| self.current(other)).collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|other| *other != key);
        found
    }

    /// Conversations whose account, line and phone digits are all known and equal to these.
    fn same_triple(&self, account: &Id, line: &Id, digits: &str) -> Vec<ConversationKey> {
        self.phones
            .with_digits(digits)
            .filter(|key| {
                self.entry(*key).is_some_and(|entry| {
                    entry.digits() == Some(digits) && entry.account() == Some(account) && entry.line() == Some(line)
                })
            })
            .collect()
    }

    fn entry(&self, key: ConversationKey) -> Option<&Entry> {
        match self.slots.get(self.current(key).0 as usize)? {
            Slot::Live(entry) => Some(entry),
            Slot::Merged(_) => None,
        }
    }

    fn entry_mut(&mut self, key: ConversationKey) -> Option<&mut Entry> {
        let key = self.current(key);
        match self.slots.get_mut(key.0 as usize)? {
            Slot::Live(entry) => Some(entry),
            Slot::Merged(_) => None,
        }
    }

    /// What a person would call the conversation's id, for comparisons in the panel.
    fn shown(&self, key: ConversationKey) -> Clean {
        self.primary(key).map(Id::shown).unwrap_or_default()
    }
}

/// Whether two conversations are known to belong to different accounts.
fn contradicts(one: &Entry, other: &Entry) -> bool {
    matches!((one.account(), other.account()), (Some(one), Some(other)) if one != other)
}

//! Learning names: what REST declares, what traffic suggests, conflicts and merges.

use std::collections::hash_map;

use super::claims::Claim;
use super::{Alias, Conflict, Directory, Entry, Known, Learned, NameOrigin, NativeForm, Slot};
use crate::chat::conversation::ConversationFacts;
use crate::chat::ids::{ConversationKey, Id, Phone};
use crate::chat::routing::NamedId;

impl Directory {
    /// Learns a conversation from facts; makes one when none of its ids is known.
    ///
    /// Facts from traffic add provisional names and fill what is not known; they never change what REST declared, never
    /// bind an unknown native id to a conversation that has one, and teach nothing when they are another tenant's.
    pub fn learn(&mut self, facts: &ConversationFacts, origin: NameOrigin) -> Learned {
        let ids = self.names_in(facts);
        match origin {
            NameOrigin::Declared => self.learn_declared(facts, &ids),
            NameOrigin::Traffic => match self.subject_of_traffic(&ids) {
                Subject::New => {
                    let key = self.mint();
                    let mut learned = Learned { fresh: true, ..nothing(key) };
                    self.take_in(&mut learned, facts, &ids, NameOrigin::Traffic);
                    learned
                }
                Subject::Known(key) => self.observe(key, facts),
                Subject::Torn(key) => Learned { conflicts: self.conflicts_among(&ids), ..nothing(key) },
            },
        }
    }

    /// Learns what an event says of the conversation that it was routed to: provisional names, and facts that are not
    /// known yet.
    pub fn observe(&mut self, key: ConversationKey, facts: &ConversationFacts) -> Learned {
        let key = self.current(key);
        let mut learned = nothing(key);
        let foreign = matches!((&self.rules.account, &facts.account), (Some(ours), Some(theirs)) if ours != theirs);
        if foreign || self.entry(key).is_none() {
            return learned;
        }
        let mut ids = self.names_in(facts);
        let settled = self.entry(key).is_some_and(|entry| entry.names().any(|alias| self.is_native(&alias.id)));
        ids.retain(|id| {
            let known_elsewhere = self.names.get(id).is_some_and(|claim| !claim.only(key));
            !(known_elsewhere || settled && self.is_native(id))
        });
        self.take_in(&mut learned, facts, &ids, NameOrigin::Traffic);
        learned
    }

    /// The backend says that conversations became part of `kept`. Only a name that exactly one other conversation
    /// declares is taken, and only where account and line do not say otherwise; what is doubtful merges nothing.
    pub fn told_merged(&mut self, kept: ConversationKey, gone: &[NamedId]) -> Vec<(ConversationKey, ConversationKey)> {
        let kept = self.current(kept);
        let mut merges = Vec::new();
        for named in gone {
            let Some(Claim::One(key, NameOrigin::Declared)) = self.names.get(&named.id) else { continue };
            let key = self.current(*key);
            let (Some(one), Some(other)) = (self.entry(kept), self.entry(key)) else { continue };
            let apart = matches!((one.account(), other.account()), (Some(a), Some(b)) if a != b)
                || matches!((one.line(), other.line()), (Some(a), Some(b)) if a != b);
            if key != kept && !apart {
                self.merge(key, kept);
                merges.push((key, kept));
            }
        }
        merges
    }

    /// The ids of the facts that can name a conversation, each once, in order. The tenant's own id is no name, nor is
    /// what a program writes when it has none.
    fn names_in(&self, facts: &ConversationFacts) -> Vec<Id> {
        let mut ids: Vec<Id> = Vec::with_capacity(facts.ids.len());
        for named in &facts.ids {
            let id = &named.id;
            let tenant = self.rules.account.as_ref() == Some(id) || facts.account.as_ref() == Some(id);
            if !tenant && !names_nothing(id) && !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        ids
    }

    pub(super) fn is_native(&self, id: &Id) -> bool {
        self.rules.native.fits(id.as_str())
    }

    fn learn_declared(&mut self, facts: &ConversationFacts, ids: &[Id]) -> Learned {
        let own = self.identity_of(ids);
        let mut same: Vec<ConversationKey> = Vec::new();
        for key in ids.iter().filter_map(|id| self.names.get(id)).flat_map(|claim| self.claimants(claim)) {
            if !same.contains(&key) && self.is_same(key, &own, ids) {
                same.push(key);
            }
        }
        same.sort_unstable();
        let Some(&key) = same.first() else {
            let key = self.mint();
            let mut learned = Learned { fresh: true, ..nothing(key) };
            self.take_in(&mut learned, facts, ids, NameOrigin::Declared);
            return learned;
        };
        // Only a name in conflict makes an object equal to two conversations without naming the identity of either:
        // it says nothing new of any of them.
        if same.len() > 1 && own.iter().any(|id| self.names.get(id).is_some_and(Claim::in_conflict)) {
            return Learned { conflicts: self.conflicts_among(ids), ..nothing(key) };
        }
        let mut learned = nothing(key);
        for gone in same.iter().skip(1).copied() {
            self.merge(gone, key);
            learned.merged.push((gone, key));
        }
        self.take_in(&mut learned, facts, ids, NameOrigin::Declared);
        learned
    }

    /// The claimants of a name that a REST object may be about: a provisional name of a conversation that has declared
    /// ones binds nothing.
    fn claimants(&self, claim: &Claim) -> Vec<ConversationKey> {
        let declared = claim.origin() == NameOrigin::Declared;
        claim.keys().iter().copied().filter(|key| declared || !self.has_declared(*key)).collect()
    }

    fn has_declared(&self, key: ConversationKey) -> bool {
        self.entry(key).is_some_and(|entry| entry.names().any(|alias| alias.origin == NameOrigin::Declared))
    }

    /// The ids that are an object's identity: those of native form, or the first where none is (or all are).
    fn identity_of(&self, ids: &[Id]) -> Vec<Id> {
        let mut own: Vec<Id> = ids.iter().filter(|id| self.is_native(id)).cloned().collect();
        if own.is_empty() {
            own = ids.to_vec();
        }
        if self.rules.native == NativeForm::Any || !own.first().is_some_and(|id| self.is_native(id)) {
            own.truncate(1);
        }
        own
    }

    /// Whether an object with these ids is this conversation, not merely one that shares a name with it.
    fn is_same(&self, key: ConversationKey, own: &[Id], ids: &[Id]) -> bool {
        let Some(entry) = self.entry(key) else { return false };
        let declared = self.has_declared(key);
        let names: Vec<Id> = entry
            .names()
            .filter(|alias| !declared || alias.origin == NameOrigin::Declared)
            .map(|alias| alias.id.clone())
            .collect();
        own.iter().any(|id| names.contains(id)) || self.identity_of(&names).iter().any(|id| ids.contains(id))
    }

    fn subject_of_traffic(&self, ids: &[Id]) -> Subject {
        let mut keys: Vec<(NameOrigin, ConversationKey)> = Vec::new();
        for claim in ids.iter().filter_map(|id| self.names.get(id)) {
            match claim {
                Claim::One(key, origin) => keys.push((*origin, *key)),
                Claim::Many(..) => {}
            }
        }
        let Some(&(best, first)) = keys.iter().min_by_key(|(origin, _)| *origin) else {
            let torn = ids.iter().filter_map(|id| self.names.get(id)).find_map(|claim| claim.keys().first().copied());
            return torn.map_or(Subject::New, Subject::Torn);
        };
        if keys.iter().any(|(origin, key)| *origin == best && *key != first) {
            return Subject::Torn(first);
        }
        let has_native = |id: &Id| self.is_native(id);
        let unknown_native = ids.iter().any(|id| has_native(id) && !self.names.contains_key(id));
        let settled = self.entry(first).is_some_and(|entry| entry.names().any(|alias| has_native(&alias.id)));
        let knows_one = ids.iter().any(|id| has_native(id) && self.entry(first).is_some_and(|entry| entry.has(id)));
        if unknown_native && settled && !knows_one { Subject::New } else { Subject::Known(first) }
    }

    fn mint(&mut self) -> ConversationKey {
        let key = ConversationKey(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.slots.push(Slot::Live(Entry::default()));
        self.live += 1;
        key
    }

    /// Writes names and facts into an entry.
    fn take_in(&mut self, learned: &mut Learned, facts: &ConversationFacts, ids: &[Id], origin: NameOrigin) {
        let key = learned.key;
        for id in ids {
            if !self.claim(id, key, origin) {
                continue;
            }
            let Some(entry) = self.entry_mut(key) else { return };
            if entry.has(id) {
                promote(entry, id, origin);
            } else {
                entry.others.push(Alias { id: id.clone(), origin });
                learned.aliases_added += 1;
            }
        }
        self.choose_primary(key, ids, origin);
        self.take_in_parts(key, facts, origin);
        learned.conflicts = self.conflicts_among(ids);
    }

    /// Enters a claim to a name; false when a better one stands.
    fn claim(&mut self, id: &Id, key: ConversationKey, origin: NameOrigin) -> bool {
        let displaced = match self.names.entry(id.clone()) {
            hash_map::Entry::Vacant(vacant) => {
                vacant.insert(Claim::One(key, origin));
                return true;
            }
            hash_map::Entry::Occupied(mut occupied) => {
                let claim = occupied.get_mut();
                let displaced = claim.add(key, origin);
                if !claim.keys().contains(&key) {
                    return false;
                }
                displaced
            }
        };
        for other in displaced {
            if let Some(entry) = self.entry_mut(other) {
                entry.others.retain(|alias| alias.id != *id);
                if entry.primary.as_ref().is_some_and(|alias| alias.id == *id) {
                    entry.primary = (!entry.others.is_empty()).then(|| entry.others.remove(0));
                }
            }
        }
        true
    }

    /// The first declared name of the first object that declared any is the one that paths use.
    fn choose_primary(&mut self, key: ConversationKey, ids: &[Id], origin: NameOrigin) {
        let Some(entry) = self.entry_mut(key) else { return };
        let settled =
            entry.primary.as_ref().is_some_and(|alias| alias.origin <= origin && alias.origin == NameOrigin::Declared);
        let place =
            ids.iter().find_map(|id| entry.others.iter().position(|alias| alias.id == *id && alias.origin == origin));
        if settled || (origin == NameOrigin::Traffic && entry.primary.is_some()) {
            return;
        }
        if let Some(place) = place {
            let chosen = entry.others.remove(place);
            if let Some(before) = entry.primary.replace(chosen) {
                entry.others.insert(0, before);
            }
        }
    }

    fn take_in_parts(&mut self, key: ConversationKey, facts: &ConversationFacts, origin: NameOrigin) {
        let account = facts.account.as_ref().map(|id| self.share(id));
        let line = facts.line.as_ref().map(|id| self.share(id));
        let by_primary = self.rules.native == NativeForm::Phone;
        let Some(entry) = self.entry_mut(key) else { return };
        put(&mut entry.account, account, origin);
        put(&mut entry.line, line, origin);
        let named_by_phone =
            entry.primary.as_ref().filter(|_| by_primary).and_then(|alias| Phone::parse(alias.id.as_str()));
        let digits = facts.phone.as_ref().or(named_by_phone.as_ref()).map(|phone| Box::<str>::from(phone.digits()));
        let before = entry.digits.clone();
        put(&mut entry.digits, digits, origin);
        let after = entry.digits.clone();
        let links: Vec<Id> = facts.links.iter().filter(|link| !entry.links.contains(link)).cloned().collect();
        entry.links.extend(links.iter().cloned());
        if before.as_ref().map(|known| &known.value) != after.as_ref().map(|known| &known.value) {
            if let Some(old) = before {
                self.phones.remove(&old.value, key);
            }
            if let Some(new) = after {
                self.phones.insert(&new.value, key);
            }
        }
        for link in links {
            self.links.entry(link).or_default().push(key);
        }
    }

    /// One copy of an id that many conversations have.
    fn share(&mut self, id: &Id) -> Id {
        if let Some(shared) = self.shared.get(id) {
            return shared.clone();
        }
        self.shared.insert(id.clone());
        id.clone()
    }

    fn merge(&mut self, gone: ConversationKey, kept: ConversationKey) {
        let Some(slot) = self.slots.get_mut(gone.0 as usize) else { return };
        let Slot::Live(old) = std::mem::replace(slot, Slot::Merged(kept)) else { return };
        self.live -= 1;
        let moved: Vec<Alias> = old.names().cloned().collect();
        for alias in &moved {
            if let Some(claim) = self.names.get_mut(&alias.id) {
                claim.rename(gone, kept);
            }
        }
        if let Some(digits) = &old.digits {
            self.phones.remove(&digits.value, gone);
        }
        for link in &old.links {
            if let Some(keys) = self.links.get_mut(link) {
                keys.retain(|key| *key != gone && *key != kept);
                keys.push(kept);
            }
        }
        let Some(entry) = self.entry_mut(kept) else { return };
        for alias in moved {
            if entry.has(&alias.id) {
                promote(entry, &alias.id, alias.origin);
            } else {
                entry.others.push(alias);
            }
        }
        fill(&mut entry.account, old.account);
        fill(&mut entry.line, old.line);
        let had = entry.digits.is_some();
        fill(&mut entry.digits, old.digits);
        for link in old.links {
            if !entry.links.contains(&link) {
                entry.links.push(link);
            }
        }
        if !had && let Some(digits) = entry.digits.clone() {
            self.phones.insert(&digits.value, kept);
        }
    }

    fn conflicts_among(&self, ids: &[Id]) -> Vec<Conflict> {
        ids.iter()
            .filter_map(|id| Some((id, self.names.get(id)?)))
            .filter(|(_, claim)| claim.in_conflict())
            .map(|(id, claim)| Conflict { id: id.clone(), keys: claim.keys().to_vec() })
            .collect()
    }
}

/// Whom an event is about, by the names that it carries.
enum Subject {
    /// Nobody who is known.
    New,
    /// One conversation.
    Known(ConversationKey),
    /// Several, or a name in conflict: nothing is learnt. The key is the first of them.
    Torn(ConversationKey),
}

fn nothing(key: ConversationKey) -> Learned {
    Learned { key, fresh: false, conflicts: Vec::new(), merged: Vec::new(), aliases_added: 0 }
}

fn promote(entry: &mut Entry, id: &Id, origin: NameOrigin) {
    for alias in entry.primary.iter_mut().chain(&mut entry.others) {
        if alias.id == *id {
            alias.origin = alias.origin.min(origin);
        }
    }
}

/// REST's word replaces; traffic's fills what is empty.
fn put<T>(place: &mut Option<Known<T>>, value: Option<T>, origin: NameOrigin) {
    if let Some(value) = value
        && (place.is_none() || origin == NameOrigin::Declared)
    {
        *place = Some(Known { value, origin });
    }
}

fn fill<T>(place: &mut Option<Known<T>>, value: Option<Known<T>>) {
    if place.is_none() {
        *place = value;
    }
}

/// What programs write where an id should be and none is.
pub(super) fn names_nothing(id: &Id) -> bool {
    let text = id.as_str();
    text.is_empty() || matches!(text, "undefined" | "null" | "NaN" | "None" | "[object Object]")
}

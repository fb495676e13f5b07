//! From evidence to a conversation: the rules in order, and never a guess.

use super::claims::{Claim, are_variants};
use super::learn::names_nothing;
use super::{Directory, NameOrigin, NativeForm};
use crate::chat::ids::{Composite, ConversationKey, Id, Phone};
use crate::chat::routing::{Comparison, Evidence, NamedId, Outcome, Resolution, Rule};
use crate::text::Clean;

/// The fields by which the weaker rules compare, after all that the evidence says of them was found to agree.
#[derive(Default)]
struct Parts {
    account: Option<Id>,
    line: Option<Id>,
    digits: Option<Box<str>>,
    /// The composite id or phone that gave them, for the panel.
    named: Option<NamedId>,
    composite: bool,
}

impl Directory {
    /// Which conversation the evidence belongs to.
    ///
    /// Names first: `exact`, then `alias`. An unknown id of the native form ends the search: it is a conversation that
    /// is not known here. Only without one do `composite`, `phone`, `variant` and `identity-link` run, and they find a
    /// conversation only when exactly one remains and nothing contradicts it. Evidence that names no conversation at
    /// all is resolved by the message that it is about.
    pub fn resolve(&self, evidence: &Evidence) -> Resolution {
        let ids = self.names_of(evidence);
        let mut hits: Vec<(ConversationKey, NameOrigin, &NamedId)> = Vec::with_capacity(ids.len());
        let mut torn: Vec<ConversationKey> = Vec::new();
        let mut unknown: Vec<&NamedId> = Vec::new();
        for named in &ids {
            match self.names.get(&named.id) {
                Some(Claim::One(key, origin))
                    if *origin == NameOrigin::Declared || self.may_hold(*key, &named.id, evidence) =>
                {
                    hits.push((*key, *origin, named));
                }
                Some(Claim::Many(keys, _)) => torn.extend_from_slice(keys),
                _ => unknown.push(named),
            }
        }
        if self.is_foreign(evidence, &unknown, &hits) {
            return decided(Outcome::Foreign, None, None, Vec::new());
        }
        if let Some(named) = unknown.iter().find(|named| self.is_native(&named.id)) {
            if let Some(key) = self.same_digits_as_id(named, evidence).filter(|_| hits.is_empty() && torn.is_empty()) {
                return self.known(key, Rule::Phone, named);
            }
            return self.unknown(named, evidence);
        }
        // An id that is no composite, no phone and no known link names something that we do not know (a damaged id of
        // another conversation, say): that contradicts every name but a conversation's own.
        let own = hits.iter().any(|(_, _, named)| self.is_native(&named.id));
        if let Some(opaque) = unknown.iter().find(|named| !own && self.is_opaque(&named.id)) {
            return self.unknown(opaque, evidence);
        }
        if let Some(resolution) = self.by_names(&hits, &mut torn) {
            return resolution;
        }
        if ids.is_empty()
            && let Some(resolution) = self.by_message(evidence)
        {
            return resolution;
        }
        self.by_parts(evidence, &ids)
    }

    /// The ids that can name a conversation, in the dialect's order, what a naive page compares last.
    fn names_of(&self, evidence: &Evidence) -> Vec<NamedId> {
        let mut ids: Vec<NamedId> = Vec::with_capacity(evidence.ids.len());
        let broadcast = evidence.broadcast_id.iter().map(|id| NamedId { pointer: "".into(), id: id.clone() });
        for named in evidence.ids.iter().cloned().chain(broadcast) {
            let tenant = Some(&named.id) == self.rules.account.as_ref() || Some(&named.id) == evidence.account.as_ref();
            let known = self.names.contains_key(&named.id);
            let seen = ids.iter().any(|other| other.id == named.id);
            if !seen && !names_nothing(&named.id) && (known || !tenant) {
                ids.push(named);
            }
        }
        ids
    }

    /// Whether another tenant is named. A conversation that REST showed us under another spelling of our account
    /// vouches for that spelling.
    fn is_foreign(
        &self,
        evidence: &Evidence,
        unknown: &[&NamedId],
        hits: &[(ConversationKey, NameOrigin, &NamedId)],
    ) -> bool {
        let Some(ours) = &self.rules.account else { return false };
        let vouched = |theirs: &Id| {
            hits.iter().any(|(key, origin, _)| {
                *origin == NameOrigin::Declared
                    && self
                        .entry(*key)
                        .and_then(|entry| entry.account.as_ref())
                        .is_some_and(|known| known.origin == NameOrigin::Declared && known.value == *theirs)
            })
        };
        let foreign = |theirs: &Id| theirs != ours && !vouched(theirs);
        evidence.account.as_ref().is_some_and(foreign)
            || unknown
                .iter()
                .filter(|named| !self.is_native(&named.id))
                .filter_map(|named| well_formed(&named.id))
                .any(|composite| foreign(&composite.account))
    }

    /// Exact and alias: every name that is known must mean the same conversation.
    fn by_names(
        &self,
        hits: &[(ConversationKey, NameOrigin, &NamedId)],
        torn: &mut Vec<ConversationKey>,
    ) -> Option<Resolution> {
        // A declared name outweighs a provisional one.
        let best = hits.iter().map(|(_, origin, _)| *origin).min();
        let strong = hits.iter().filter(|(_, origin, _)| Some(*origin) == best);
        let mut keys: Vec<ConversationKey> = strong.clone().map(|(key, ..)| *key).collect();
        keys.sort_unstable();
        keys.dedup();
        torn.sort_unstable();
        torn.dedup();
        match keys.as_slice() {
            [] if torn.is_empty() => None,
            [key] if torn.is_empty() || torn.contains(key) => {
                let (key, _, named) = strong
                    .clone()
                    .find(|(_, _, named)| self.primary(*key) == Some(&named.id))
                    .or_else(|| strong.clone().next())?;
                let rule = if self.primary(*key) == Some(&named.id) { Rule::Exact } else { Rule::Alias };
                Some(self.known(*key, rule, named))
            }
            _ => {
                keys.extend_from_slice(torn);
                keys.sort_unstable();
                keys.dedup();
                let compared =
                    hits.iter().map(|(key, _, named)| self.compared(Rule::Alias, named, *key, true)).collect();
                let pointer = hits.first().map(|(_, _, named)| named.pointer.clone());
                Some(decided(Outcome::Ambiguous(keys), Some(Rule::Alias), pointer, compared))
            }
        }
    }

    /// Whether nothing that we know of is spelled so.
    fn is_opaque(&self, id: &Id) -> bool {
        well_formed(id).is_none() && Phone::parse(id.as_str()).is_none() && !self.links.contains_key(id)
    }

    fn by_message(&self, evidence: &Evidence) -> Option<Resolution> {
        let mut keys: Vec<ConversationKey> =
            evidence.message.iter().filter_map(|id| self.conversation_of_message(id)).collect();
        keys.sort_unstable();
        keys.dedup();
        let outcome = match keys.as_slice() {
            [] => return None,
            [key] if !self.differs_in_place(*key, evidence) => Outcome::Known(*key),
            _ => Outcome::Ambiguous(keys),
        };
        Some(decided(outcome, Some(Rule::Message), None, Vec::new()))
    }

    fn by_parts(&self, evidence: &Evidence, ids: &[NamedId]) -> Resolution {
        let nothing = || match ids.first() {
            Some(named) => self.unknown(named, evidence),
            None => decided(Outcome::NoId, None, None, Vec::new()),
        };
        let linked = |named: &&NamedId| self.links.contains_key(&named.id);
        let Some(parts) = parts_of(evidence, ids) else { return nothing() };
        let links: Vec<Id> =
            evidence.links.iter().chain(ids.iter().filter(linked).map(|named| &named.id)).cloned().collect();
        let by_link = self.holders_of(&links, evidence);
        if let Some((rule, keys)) = self.by_triple(&parts, &links) {
            let mut candidates = keys;
            if !by_link.is_empty() {
                candidates.extend(by_link.iter().filter(|key| !candidates.contains(key)).copied().collect::<Vec<_>>());
            }
            return self.one_of(candidates, rule, &parts);
        }
        if by_link.is_empty() { nothing() } else { self.one_of(by_link, Rule::IdentityLink, &parts) }
    }

    /// Conversations with equal account, line and digits; or, where there is none, with a national variant.
    fn by_triple(&self, parts: &Parts, links: &[Id]) -> Option<(Rule, Vec<ConversationKey>)> {
        let (account, line, digits) = (parts.account.as_ref()?, parts.line.as_ref()?, parts.digits.as_deref()?);
        let agrees = |key: &ConversationKey| !self.other_links(*key, links);
        let equal: Vec<_> = self.same_triple(account, line, digits).into_iter().filter(agrees).collect();
        if !equal.is_empty() {
            return Some((if parts.composite { Rule::Composite } else { Rule::Phone }, equal));
        }
        let variants: Vec<_> = self
            .phones
            .with_variant_of(digits)
            .filter(|key| {
                self.entry(*key).is_some_and(|entry| {
                    entry.account() == Some(account)
                        && entry.line() == Some(line)
                        && entry.digits().is_some_and(|ours| are_variants(ours, digits))
                })
            })
            .filter(agrees)
            .collect();
        (!variants.is_empty()).then_some((Rule::Variant, variants))
    }

    /// Conversations with one of these identity links that no field contradicts.
    fn holders_of(&self, links: &[Id], evidence: &Evidence) -> Vec<ConversationKey> {
        let mut keys: Vec<ConversationKey> =
            links.iter().filter_map(|link| self.links.get(link)).flatten().map(|key| self.current(*key)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.retain(|key| !self.contradicts(*key, evidence));
        keys
    }

    fn one_of(&self, keys: Vec<ConversationKey>, rule: Rule, parts: &Parts) -> Resolution {
        let pointer = parts.named.as_ref().map(|named| named.pointer.clone());
        let theirs = match &parts.named {
            Some(named) => named.id.shown(),
            None => parts.digits.as_deref().map(Clean::line).unwrap_or_default(),
        };
        let compared = keys
            .iter()
            .map(|key| {
                let ours = self.entry(*key).and_then(|entry| entry.digits()).map(Clean::line);
                Comparison {
                    rule,
                    theirs: theirs.clone(),
                    ours: ours.unwrap_or_default(),
                    equal: rule != Rule::Variant,
                }
            })
            .collect();
        let outcome = match keys.as_slice() {
            [key] if rule == Rule::Variant && !self.rules.route_variants => Outcome::Probable(*key),
            [key] => Outcome::Known(*key),
            _ => Outcome::Ambiguous(keys),
        };
        decided(outcome, Some(rule), pointer, compared)
    }

    /// Whether a provisional name may be followed: no field contradicts it, and, for a composite id, no other
    /// conversation answers to the same parts.
    fn may_hold(&self, key: ConversationKey, id: &Id, evidence: &Evidence) -> bool {
        let shared = well_formed(id).is_some_and(|parts| {
            self.phones.with_digits(parts.customer.digits()).any(|other| {
                let Some(entry) = self.entry(other).filter(|_| other != key) else { return false };
                !differ(entry.account(), Some(&parts.account)) && !differ(entry.line(), Some(&parts.line))
            })
        });
        !shared && !self.contradicts(key, evidence)
    }

    /// For backends whose ids are phones: the one conversation whose id has equal digits.
    fn same_digits_as_id(&self, named: &NamedId, evidence: &Evidence) -> Option<ConversationKey> {
        if self.rules.native != NativeForm::Phone {
            return None;
        }
        let phone = Phone::parse(named.id.as_str())?;
        let mut keys = self.phones.with_digits(phone.digits()).filter(|key| {
            self.primary(*key).and_then(|id| Phone::parse(id.as_str())).is_some_and(|ours| ours == phone)
                && !self.contradicts(*key, evidence)
        });
        let key = keys.next()?;
        keys.next().is_none().then_some(key)
    }

    /// Whether account or line of the evidence differ from the conversation's. Absent fields neither agree nor differ.
    fn differs_in_place(&self, key: ConversationKey, evidence: &Evidence) -> bool {
        let Some(entry) = self.entry(key) else { return true };
        differ(entry.account(), evidence.account.as_ref()) || differ(entry.line(), evidence.line.as_ref())
    }

    /// Whether any field of the evidence differs from the conversation's.
    fn contradicts(&self, key: ConversationKey, evidence: &Evidence) -> bool {
        let Some(entry) = self.entry(key) else { return true };
        self.differs_in_place(key, evidence)
            || differ(entry.digits(), evidence.phone.as_ref().map(Phone::digits))
            || self.other_links(key, &evidence.links)
    }

    /// Whether the conversation has a link of the same kind as one of these, but none of these.
    fn other_links(&self, key: ConversationKey, links: &[Id]) -> bool {
        let Some(entry) = self.entry(key) else { return true };
        let shares = links.iter().any(|link| entry.links.contains(link));
        !shares && links.iter().any(|link| entry.links.iter().any(|ours| kind_of(ours) == kind_of(link)))
    }

    fn known(&self, key: ConversationKey, rule: Rule, named: &NamedId) -> Resolution {
        let compared = vec![self.compared(rule, named, key, true)];
        decided(Outcome::Known(key), Some(rule), Some(named.pointer.clone()), compared)
    }

    /// Unknown, with the conversations that have the same phone shown beside it: the classic misroute is visible.
    fn unknown(&self, named: &NamedId, evidence: &Evidence) -> Resolution {
        let digits = evidence.phone.as_ref().map(Phone::digits).unwrap_or_default();
        let compared =
            self.phones.with_digits(digits).take(2).map(|key| self.compared(Rule::Exact, named, key, false)).collect();
        decided(Outcome::Unknown(named.id.clone()), None, Some(named.pointer.clone()), compared)
    }

    fn compared(&self, rule: Rule, named: &NamedId, key: ConversationKey, equal: bool) -> Comparison {
        let ours = if equal && rule <= Rule::Alias { named.id.shown() } else { self.shown(key) };
        Comparison { rule, theirs: named.id.shown(), ours, equal }
    }
}

fn decided(
    outcome: Outcome,
    rule: Option<Rule>,
    pointer: Option<std::sync::Arc<str>>,
    compared: Vec<Comparison>,
) -> Resolution {
    Resolution { outcome, rule, pointer, compared }
}

fn differ<T: PartialEq + ?Sized>(ours: Option<&T>, theirs: Option<&T>) -> bool {
    matches!((ours, theirs), (Some(ours), Some(theirs)) if ours != theirs)
}

/// A composite id whose parts look like ids; a quoted or padded one is not, and is never taken for another tenant's.
pub(super) fn well_formed(id: &Id) -> Option<Composite> {
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    Composite::parse(id.as_str()).filter(|parts| plain(parts.account.as_str()) && plain(parts.line.as_str()))
}

/// All that the evidence says of account, line and phone; `None` when it contradicts itself.
fn parts_of(evidence: &Evidence, ids: &[NamedId]) -> Option<Parts> {
    let mut parts = Parts {
        account: evidence.account.clone(),
        line: evidence.line.clone(),
        digits: evidence.phone.as_ref().map(|phone| phone.digits().into()),
        ..Parts::default()
    };
    for named in ids {
        let (account, line, phone) = match well_formed(&named.id) {
            Some(composite) => {
                parts.composite = true;
                (Some(composite.account), Some(composite.line), Some(composite.customer))
            }
            None => (None, None, Phone::parse(named.id.as_str())),
        };
        let digits = phone.map(|phone| Box::<str>::from(phone.digits()));
        agree(&mut parts.account, account)?;
        agree(&mut parts.line, line)?;
        agree(&mut parts.digits, digits)?;
        parts.named.get_or_insert_with(|| named.clone());
    }
    Some(parts)
}

/// Fills what is empty; `None` when both are there and differ.
fn agree<T: PartialEq>(place: &mut Option<T>, value: Option<T>) -> Option<()> {
    match (&*place, value) {
        (_, None) => Some(()),
        (Some(had), Some(value)) => (*had == value).then_some(()),
        (None, Some(value)) => {
            *place = Some(value);
            Some(())
        }
    }
}

/// What kind of identity link an id is: two of one kind that differ are two people.
fn kind_of(link: &Id) -> &str {
    match link.as_str().rsplit_once('@') {
        Some((_, server)) => server,
        None => "user id",
    }
}

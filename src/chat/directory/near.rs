//! What came near: for the panel, never for a route.

use super::Directory;
use super::claims::are_variants;
use super::resolve::well_formed;
use crate::chat::ids::{ConversationKey, Id, Phone};
use crate::chat::routing::Evidence;
use crate::text::Clean;

/// A conversation that the evidence almost named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// Which one.
    pub key: ConversationKey,
    /// Its value.
    pub ours: Clean,
    /// The event's value.
    pub theirs: Clean,
    /// How they differ, in words.
    pub why: Clean,
}

impl Directory {
    /// Conversations that the evidence almost named, at most `most`. For the panel alone; nothing is routed by this.
    pub fn near_misses(&self, evidence: &Evidence, most: usize) -> Vec<NearMiss> {
        let mut found: Vec<NearMiss> = Vec::new();
        let mut add = |key: ConversationKey, ours: Clean, theirs: Clean, why: &str| {
            if !found.iter().any(|near| near.key == key && near.theirs == theirs) {
                found.push(NearMiss { key, ours, theirs, why: Clean::line(why) });
            }
        };
        for named in &evidence.ids {
            let text = named.id.as_str();
            for (plain, why) in stripped(text) {
                for key in self.names.get(&Id::new(plain)).into_iter().flat_map(|claim| claim.keys()) {
                    add(*key, self.shown(*key), named.id.shown(), why);
                }
            }
            if let Some(composite) = well_formed(&named.id) {
                for key in self.phones.with_digits(composite.customer.digits()) {
                    let Some(entry) = self.entry(key) else { continue };
                    let why = if entry.account() != Some(&composite.account) {
                        "the composite's phone is equal, its account is not"
                    } else if entry.line() != Some(&composite.line) {
                        "the composite's phone is equal, its line is not"
                    } else {
                        "the composite id names this conversation's account, line and phone"
                    };
                    add(key, self.shown(key), named.id.shown(), why);
                }
            }
        }
        if let Some(phone) = &evidence.phone {
            for key in self.phones.with_digits(phone.digits()) {
                let ours = self.entry(key).and_then(|entry| entry.digits()).map(Clean::line).unwrap_or_default();
                add(key, ours, Clean::line(phone.raw()), "the phone is equal, the id is not");
            }
            for key in self.phones.with_variant_of(phone.digits()) {
                let Some(ours) = self.entry(key).and_then(|entry| entry.digits()) else { continue };
                if are_variants(ours, phone.digits()) {
                    add(key, Clean::line(ours), Clean::line(phone.raw()), "a national variant of the same number");
                }
            }
        }
        if found.len() < most {
            for (named, key, id) in self.misspelt(evidence) {
                if !found.iter().any(|near| near.key == key && near.theirs == named.shown()) {
                    let why = Clean::line("the first characters are equal, the last are not");
                    found.push(NearMiss { key, ours: id.shown(), theirs: named.shown(), why });
                }
            }
        }
        found.truncate(most);
        found
    }

    /// The conversation whose name this id would be but for white space, quotes, case or the like, and what it is.
    pub fn misspelt_name(&self, id: &Id) -> Option<(ConversationKey, &'static str)> {
        stripped(id.as_str()).into_iter().find_map(|(plain, why)| {
            let claim = self.names.get(&Id::new(plain))?;
            Some((*claim.keys().first()?, why))
        })
    }

    /// Known names that differ from an unknown id in at most its last three characters (a rounded number, a cut id).
    fn misspelt<'a>(&'a self, evidence: &'a Evidence) -> Vec<(&'a Id, ConversationKey, &'a Id)> {
        let mut found = Vec::new();
        for named in evidence.ids.iter().filter(|named| !self.names.contains_key(&named.id)) {
            let Some(stem) = named.id.as_str().len().checked_sub(3).filter(|len| *len >= 8) else { continue };
            let stem = named.id.as_str().as_bytes().get(..stem).unwrap_or_default();
            let near = self.names.iter().filter(|(id, _)| {
                id.as_str().as_bytes().starts_with(stem) && id.as_str().len() <= named.id.as_str().len() + 3
            });
            found
                .extend(near.flat_map(|(id, claim)| claim.keys().iter().map(move |key| (&named.id, *key, id))).take(8));
        }
        found.sort_by(|a, b| a.2.cmp(b.2));
        found
    }
}

/// The id without what programs and people add to it by mistake.
fn stripped(text: &str) -> Vec<(String, &'static str)> {
    let mut forms = Vec::new();
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
    let unquoted = trimmed.trim_matches(|c| c == '"' || c == '\'' || c == '\\');
    let bare = unquoted
        .strip_prefix("ObjectId(")
        .and_then(|rest| rest.strip_suffix(')'))
        .map_or(unquoted, |rest| rest.trim_matches(['"', '\'']));
    let mut form = |plain: &str, why: &'static str| {
        if plain != text && !plain.is_empty() && !forms.iter().any(|(had, _)| had == plain) {
            forms.push((plain.to_owned(), why));
        }
    };
    form(trimmed, "equal but for white space around it");
    form(unquoted, "equal but for quotes around it: it was encoded twice");
    form(bare, "equal but for ObjectId(…) around it");
    form(&bare.to_ascii_lowercase(), "equal but for upper and lower case");
    form(&bare.to_ascii_uppercase(), "equal but for upper and lower case");
    form(bare.strip_prefix("conversation:").unwrap_or(bare), "a room's name instead of an id");
    form(bare.strip_prefix('+').unwrap_or(bare), "equal but for a plus sign");
    if let Some(phone) = Phone::parse(bare) {
        form(phone.digits(), "equal digits, other signs");
    }
    forms
}

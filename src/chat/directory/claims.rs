//! Who claims a name, and who has a phone.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::NameOrigin;
use crate::chat::ids::ConversationKey;

/// Who claims a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// One conversation.
    One(ConversationKey, NameOrigin),
    /// Several with equal right: all declared, or all from traffic.
    Many(Box<[ConversationKey]>, NameOrigin),
}

impl Claim {
    pub(super) fn keys(&self) -> &[ConversationKey] {
        match self {
            Self::One(key, _) => std::slice::from_ref(key),
            Self::Many(keys, _) => keys,
        }
    }

    pub(super) fn origin(&self) -> NameOrigin {
        match self {
            Self::One(_, origin) | Self::Many(_, origin) => *origin,
        }
    }

    pub(super) fn in_conflict(&self) -> bool {
        matches!(self, Self::Many(..))
    }

    pub(super) fn only(&self, key: ConversationKey) -> bool {
        self.keys() == [key]
    }

    /// Adds a claim of equal or lesser right; a declared one displaces those from traffic and returns them.
    pub(super) fn add(&mut self, key: ConversationKey, origin: NameOrigin) -> Vec<ConversationKey> {
        if origin > self.origin() {
            return Vec::new();
        }
        if origin < self.origin() {
            let displaced = self.keys().iter().copied().filter(|had| *had != key).collect();
            *self = Self::One(key, origin);
            return displaced;
        }
        if !self.keys().contains(&key) {
            let mut keys = self.keys().to_vec();
            keys.push(key);
            keys.sort_unstable();
            *self = Self::Many(keys.into(), origin);
        }
        Vec::new()
    }

    /// Replaces a key by another after a merge.
    pub(super) fn rename(&mut self, gone: ConversationKey, kept: ConversationKey) {
        let origin = self.origin();
        let mut keys: Vec<_> = self.keys().iter().map(|key| if *key == gone { kept } else { *key }).collect();
        keys.sort_unstable();
        keys.dedup();
        *self = match keys.as_slice() {
            [one] => Self::One(*one, origin),
            _ => Self::Many(keys.into(), origin),
        };
    }
}

/// Conversations by the digits of their phone. Keyed by a hash, so whoever asks compares the digits again.
#[derive(Clone, Debug, Default)]
pub(super) struct PhoneIndex {
    by_digits: HashMap<u64, Keys>,
    /// By the form that all national variants of a number share; only for countries that have them.
    by_variant: HashMap<u64, Keys>,
}

#[derive(Clone, Debug)]
enum Keys {
    One(ConversationKey),
    Many(Box<[ConversationKey]>),
}

impl Keys {
    fn as_slice(&self) -> &[ConversationKey] {
        match self {
            Self::One(key) => std::slice::from_ref(key),
            Self::Many(keys) => keys,
        }
    }
}

impl PhoneIndex {
    pub(super) fn insert(&mut self, digits: &str, key: ConversationKey) {
        add(&mut self.by_digits, hash(digits), key);
        if let Some(common) = common_form(digits) {
            add(&mut self.by_variant, hash(&common), key);
        }
    }

    pub(super) fn remove(&mut self, digits: &str, key: ConversationKey) {
        drop_key(&mut self.by_digits, hash(digits), key);
        if let Some(common) = common_form(digits) {
            drop_key(&mut self.by_variant, hash(&common), key);
        }
    }

    pub(super) fn with_digits(&self, digits: &str) -> impl Iterator<Item = ConversationKey> {
        self.by_digits.get(&hash(digits)).map(Keys::as_slice).unwrap_or_default().iter().copied()
    }

    pub(super) fn with_variant_of(&self, digits: &str) -> impl Iterator<Item = ConversationKey> {
        common_form(digits)
            .and_then(|common| self.by_variant.get(&hash(&common)))
            .map(Keys::as_slice)
            .unwrap_or_default()
            .iter()
            .copied()
    }
}

fn add(map: &mut HashMap<u64, Keys>, hash: u64, key: ConversationKey) {
    let Some(keys) = map.get_mut(&hash) else {
        map.insert(hash, Keys::One(key));
        return;
    };
    if !keys.as_slice().contains(&key) {
        let mut all = keys.as_slice().to_vec();
        all.push(key);
        *keys = Keys::Many(all.into());
    }
}

fn drop_key(map: &mut HashMap<u64, Keys>, hash: u64, key: ConversationKey) {
    let Some(keys) = map.get_mut(&hash) else { return };
    let rest: Vec<_> = keys.as_slice().iter().copied().filter(|had| *had != key).collect();
    match rest.as_slice() {
        [] => {
            map.remove(&hash);
        }
        [one] => *keys = Keys::One(*one),
        _ => *keys = Keys::Many(rest.into()),
    }
}

fn hash(digits: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    digits.hash(&mut hasher);
    hasher.finish()
}

/// The form that the national variants of a number share, for the three countries whose numbers WhatsApp spells in two
/// ways in three countries: Brazil 55, area, perhaps 9, 8 digits; Argentina 54, perhaps 9, 10 digits; Mexico 52,
/// perhaps 1, 10 digits. `None` for all others.
pub(super) fn common_form(digits: &str) -> Option<String> {
    let (country, rest) = digits.split_at_checked(2)?;
    let (area, local) = match country {
        "55" => rest.split_at_checked(2)?,
        "54" | "52" => ("", rest),
        _ => return None,
    };
    let (extra, long) = match country {
        "55" => ('9', 9),
        "54" => ('9', 11),
        _ => ('1', 11),
    };
    let short = match local.strip_prefix(extra) {
        Some(short) if local.len() == long => short,
        _ if local.len() == long - 1 => local,
        _ => return None,
    };
    Some(format!("{country}{area}{short}"))
}

/// Whether two numbers are national variants of each other, and not equal.
pub(super) fn are_variants(a: &str, b: &str) -> bool {
    a != b && common_form(a).is_some_and(|common| common_form(b).is_some_and(|other| common == other))
}

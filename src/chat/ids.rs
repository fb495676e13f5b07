//! Ids as backends spell them, and the one key that a conversation has in this process.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::text::Clean;

/// The in-process key of a conversation: given once by the [`Directory`](super::Directory), never reused in a run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct ConversationKey(pub u32);

/// An id exactly as the backend spelled it: `6b02ca344e517f5f5b27e3b5`, `42`, `695a…_1003…_9230…`, `wamid.HBg…`.
///
/// Never trimmed, never folded, never a number: a JSON number becomes its digits, so ids above 2^53 survive.
/// The text is the wire's own and may be hostile; [`Id::shown`] is what a screen may draw.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(Arc<str>);

impl Id {
    /// The id as it came. An empty string is no id: see [`Id::from_wire`].
    pub fn new(raw: impl Into<Arc<str>>) -> Self {
        Self(raw.into())
    }

    /// `None` for an empty string, which names nothing.
    pub fn from_wire(raw: &str) -> Option<Self> {
        (!raw.is_empty()).then(|| Self::new(raw))
    }

    /// The raw text, for comparison and for the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a screen may draw it.
    pub fn shown(&self) -> Clean {
        Clean::line(&self.0)
    }

    /// 24 hexadecimal digits: the form of a MongoDB `ObjectId`.
    pub fn is_object_id(&self) -> bool {
        self.0.len() == 24 && self.0.bytes().all(|byte| byte.is_ascii_hexdigit())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl From<&str> for Id {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

/// A phone number: its digits alone, and what it looked like on the wire.
///
/// Two phones are equal when their digits are: `+92 300 1234574` and `923001234574` are one number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Phone {
    digits: Box<str>,
    raw: Box<str>,
}

impl Phone {
    /// Reads a phone from `+92 300 1234574`, `0092…` stays as it is, `923001234574@c.us`. `None` when there are fewer
    /// than six digits or letters before an `@` (that is a name, not a number), and for the digits of a LID or a group.
    pub fn parse(raw: &str) -> Option<Self> {
        let number = match raw.split_once('@') {
            None => raw,
            Some((number, "c.us" | "s.whatsapp.net")) => number,
            Some(_) => return None,
        };
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let is_number = number.chars().all(|c| c.is_ascii_digit() || " +-().\u{a0}/".contains(c));
        (is_number && digits.len() >= 6).then(|| Self { digits: digits.into(), raw: raw.into() })
    }

    /// The digits alone, such as `923001234574`.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// The phone as it came.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// `+` and the digits, as a screen may draw it.
    pub fn shown(&self) -> Clean {
        Clean::line(&format!("+{}", self.digits))
    }
}

impl PartialEq for Phone {
    fn eq(&self, other: &Self) -> bool {
        self.digits == other.digits
    }
}

impl Eq for Phone {}

impl std::hash::Hash for Phone {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.digits.hash(state);
    }
}

/// A composite id taken apart: `account_line_customer`, such as
/// `695a15a5c526dbe7c085ece2_1003427786179738_923001234574`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composite {
    /// The tenant.
    pub account: Id,
    /// The business phone number id.
    pub line: Id,
    /// The customer's phone.
    pub customer: Phone,
}

impl Composite {
    /// Exactly three parts, none empty, the last one a phone; anything else is not a composite id.
    pub fn parse(raw: &str) -> Option<Self> {
        let mut parts = raw.split('_');
        let (account, line, customer) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self { account: Id::from_wire(account)?, line: Id::from_wire(line)?, customer: Phone::parse(customer)? })
    }
}

//! One event's details as bytes: lengths and texts one after the other.

use std::sync::Arc;

use jiff::Timestamp;

use super::{About, Entry, MatchRecord};
use crate::chat::delivery::Rank;
use crate::chat::routing::Comparison;
use crate::chat::{ConversationKey, Id, Rule, Verdict};
use crate::text::Clean;

/// Of a larger payload only the beginning is kept.
pub(super) const MOST_RAW: usize = 64 << 10;

/// What a row does not say of its event.
pub(super) struct Details {
    pub raw: Arc<str>,
    /// The length of the payload, where only its beginning is here.
    pub cut: Option<usize>,
    /// But for its kind, which the row says.
    pub about: About,
    pub record: MatchRecord,
    pub verdict: Verdict,
    pub pointer: Option<Arc<str>>,
    pub compared: Vec<Comparison>,
    pub room: Option<Id>,
}

/// The rules by their place in this list, plus one.
const RULES: [Rule; 8] = [
    Rule::Exact,
    Rule::Alias,
    Rule::Composite,
    Rule::Phone,
    Rule::Variant,
    Rule::IdentityLink,
    Rule::Message,
    Rule::OnlyRoom,
];

/// The ranks by their place in this list.
const RANKS: [Rank; 5] = [Rank::Queued, Rank::Sent, Rank::Delivered, Rank::Read, Rank::Played];

pub(super) fn rule_to_byte(rule: Option<Rule>) -> u8 {
    let at = rule.and_then(|rule| RULES.iter().position(|known| *known == rule));
    at.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0)
}

pub(super) fn rule_from_byte(byte: u8) -> Option<Rule> {
    RULES.get(usize::from(byte).checked_sub(1)?).copied()
}

/// Writes what [`unpack`] reads.
pub(super) fn pack(entry: &Entry, out: &mut Vec<u8>) {
    let raw = beginning(&entry.raw, MOST_RAW);
    let whole = entry.cut.unwrap_or(entry.raw.len());
    text(out, raw);
    number(out, if whole > raw.len() { whole } else { 0 });
    let record = &entry.record;
    optional(out, record.broadcast_conversation_id.as_ref().map(Id::as_str));
    optional(out, record.selected_contact_id.as_ref().map(Id::as_str));
    optional(out, record.selected_contact_phone.as_deref());
    optional(out, record.message_from.as_deref());
    optional(out, record.message_type.as_deref());
    optional(out, entry.pointer.as_deref());
    optional(out, entry.room.as_ref().map(Id::as_str));
    number(out, entry.compared.len());
    for compared in &entry.compared {
        out.push(rule_to_byte(Some(compared.rule)));
        out.push(u8::from(compared.equal));
        text(out, &compared.theirs);
        text(out, &compared.ours);
    }
    pack_verdict(&entry.verdict, out);
    let about = &entry.about;
    number(out, about.message.len());
    for id in &about.message {
        text(out, id.as_str());
    }
    let created = about.created.map_or(i64::MIN, Timestamp::as_microsecond);
    out.extend_from_slice(&created.to_le_bytes());
    let rank = about.rank.and_then(|rank| RANKS.iter().position(|known| *known == rank));
    number(out, rank.map_or(0, |rank| rank + 1));
}

fn pack_verdict(verdict: &Verdict, out: &mut Vec<u8>) {
    let mut keyed = |tag: u8, key: &ConversationKey| {
        out.push(tag);
        number(out, usize::try_from(key.0).unwrap_or_default());
    };
    match verdict {
        Verdict::Routed { key } => keyed(0, key),
        Verdict::Background { key } => keyed(1, key),
        Verdict::Probable { key } => keyed(2, key),
        Verdict::Duplicate { key } => keyed(3, key),
        Verdict::OutOfOrder { key } => keyed(4, key),
        Verdict::Unknown { id } => {
            out.push(5);
            text(out, id.as_str());
        }
        Verdict::Undecodable { reason } => {
            out.push(6);
            text(out, reason);
        }
        Verdict::Ambiguous { keys } => {
            out.push(7);
            number(out, keys.len());
            for key in keys {
                number(out, usize::try_from(key.0).unwrap_or_default());
            }
        }
        Verdict::Foreign => out.push(8),
        Verdict::NoId => out.push(9),
        Verdict::NotInDialect => out.push(10),
        Verdict::Account => out.push(11),
    }
}

/// Reads what [`pack`] wrote; `None` if it is something else.
pub(super) fn unpack(bytes: &[u8]) -> Option<Details> {
    let mut read = Read(bytes);
    let raw = read.text()?.into();
    let cut = Some(read.number()?).filter(|whole| *whole > 0);
    let id = |text: Option<&str>| text.map(Id::new);
    let record = MatchRecord {
        broadcast_conversation_id: id(read.optional()?),
        selected_contact_id: id(read.optional()?),
        selected_contact_phone: read.optional()?.map(Clean::line),
        message_from: read.optional()?.map(Clean::line),
        message_type: read.optional()?.map(Clean::line),
        matched: false,
        timestamp: None,
    };
    let pointer = read.optional()?.map(Arc::from);
    let room = id(read.optional()?);
    let many = read.number()?;
    let mut compared = Vec::new();
    for _ in 0..many {
        let rule = rule_from_byte(read.byte()?)?;
        let equal = read.byte()? != 0;
        compared.push(Comparison { rule, equal, theirs: Clean::line(read.text()?), ours: Clean::line(read.text()?) });
    }
    let verdict = read.verdict()?;
    let many = read.number()?;
    let message = (0..many).map_while(|_| read.text().map(Id::new)).collect();
    let created = Timestamp::from_microsecond(read.eight()?).ok();
    let rank = read.number()?.checked_sub(1).and_then(|at| RANKS.get(at).copied());
    let about = About { message, created, rank, ..About::default() };
    Some(Details { raw, cut, about, record, verdict, pointer, compared, room })
}

/// The raw payload alone, for searching.
pub(super) fn raw(bytes: &[u8]) -> Option<&str> {
    Read(bytes).text()
}

/// As many bytes as may be kept, at the end of a character.
fn beginning(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default()
}

/// Seven bits a byte, the lowest first.
fn number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).unwrap_or_default());
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

fn optional(out: &mut Vec<u8>, value: Option<&str>) {
    match value {
        None => out.push(0),
        Some(value) => {
            number(out, value.len() + 1);
            out.extend_from_slice(value.as_bytes());
        }
    }
}

struct Read<'a>(&'a [u8]);

impl<'a> Read<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = 0_usize;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn eight(&mut self) -> Option<i64> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(i64::from_le_bytes(*first))
    }

    fn take(&mut self, len: usize) -> Option<&'a str> {
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        let len = self.number()?;
        self.take(len)
    }

    /// Outside: whether it could be read; inside: whether there was something.
    fn optional(&mut self) -> Option<Option<&'a str>> {
        match self.number()? {
            0 => Some(None),
            len => self.take(len - 1).map(Some),
        }
    }

    fn key(&mut self) -> Option<ConversationKey> {
        u32::try_from(self.number()?).ok().map(ConversationKey)
    }

    fn verdict(&mut self) -> Option<Verdict> {
        Some(match self.byte()? {
            0 => Verdict::Routed { key: self.key()? },
            1 => Verdict::Background { key: self.key()? },
            2 => Verdict::Probable { key: self.key()? },
            3 => Verdict::Duplicate { key: self.key()? },
            4 => Verdict::OutOfOrder { key: self.key()? },
            5 => Verdict::Unknown { id: Id::new(self.text()?) },
            6 => Verdict::Undecodable { reason: Clean::line(self.text()?) },
            7 => {
                let many = self.number()?;
                Verdict::Ambiguous { keys: (0..many).map_while(|_| self.key()).collect() }
            }
            8 => Verdict::Foreign,
            9 => Verdict::NoId,
            10 => Verdict::NotInDialect,
            11 => Verdict::Account,
            _ => return None,
        })
    }
}

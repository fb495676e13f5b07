//! Socket.IO 5 packets: the inner envelope (type, attachments, namespace, acknowledgement id) and its JSON.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{
    args::{Args, Span},
    error::{EmitError, PacketError},
    surrogates::repair_surrogates,
};

/// More attachments than this in one packet are refused; nobody sends them, and each costs an allocation.
const MAX_ATTACHMENTS: usize = 1000;

/// Messages shorter than this are copied out of the buffer that they were read into.
const SHORT: usize = 4096;

/// Names that Socket.IO keeps for itself; its parsers take a packet with one for an attack and close.
const RESERVED: [&str; 6] =
    ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/// A decoded packet that may still wait for its attachments.
#[derive(Debug)]
pub(super) struct Packet {
    pub body: Body,
    /// How many binary messages follow that belong to it.
    pub attachments: usize,
}

#[derive(Debug)]
pub(super) enum Body {
    /// `40`: joined. Servers before socket.io 3 send no payload.
    Connect(Option<Joined>),
    /// `41`: the server disconnected this socket.
    Disconnect,
    /// `42` or `45`.
    Event { name: Box<str>, args: Args, ack: Option<u64> },
    /// `43` or `46`.
    Ack { id: u64, args: Args },
    /// `44`: refused.
    Refused(Refusal),
}

/// The payload of `40`.
#[derive(Debug, Deserialize)]
pub(super) struct Joined {
    pub sid: String,
    /// Present where the server has connection state recovery.
    #[serde(default)]
    pub pid: Option<String>,
}

/// The payload of `44`.
#[derive(Debug, Deserialize)]
pub(super) struct Refusal {
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub data: Option<Box<RawValue>>,
}

/// Decodes a packet. `message` is a whole Engine.IO message, its `4` included; `namespace` the one that was joined.
pub(super) fn decode(message: &Utf8Bytes, namespace: &str) -> Result<Packet, PacketError> {
    let text = message.as_str();
    let mut rest = text.get(2..).ok_or(PacketError::SocketType)?;
    let kind = text.as_bytes().get(1).copied().unwrap_or_default();

    let attachments = match kind {
        b'5' | b'6' => {
            let (count, after) = number(rest).ok_or(PacketError::Attachments)?;
            rest = after.strip_prefix('-').ok_or(PacketError::Attachments)?;
            usize::try_from(count).ok().filter(|count| *count <= MAX_ATTACHMENTS).ok_or(PacketError::Attachments)?
        }
        b'0'..=b'4' => 0,
        _ => return Err(PacketError::SocketType),
    };

    let mut named = "/";
    if rest.starts_with('/') {
        (named, rest) = rest.split_once(',').unwrap_or((rest, ""));
        named = named.split('?').next().unwrap_or_default();
    }
    if named != namespace {
        return Err(PacketError::Namespace);
    }

    let mut id = None;
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        let (number, after) = number(rest).ok_or(PacketError::AckId)?;
        (id, rest) = (Some(number), after);
    }

    let body = match kind {
        b'0' if rest.is_empty() => Body::Connect(None),
        b'0' => Body::Connect(Some(serde_json::from_str(rest).map_err(json)?)),
        b'1' => Body::Disconnect,
        b'4' => Body::Refused(refusal(rest)?),
        b'2' | b'5' => {
            let (name, args) = cut(message, text.len() - rest.len(), true)?;
            Body::Event { name, args, ack: id }
        }
        _ => {
            let id = id.ok_or(PacketError::AckId)?;
            let (_, args) = cut(message, text.len() - rest.len(), false)?;
            Body::Ack { id, args }
        }
    };
    Ok(Packet { body, attachments })
}

/// Splits leading digits off; `None` if there are none or they exceed 64 bits.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

fn json(error: serde_json::Error) -> PacketError {
    PacketError::Json(error.to_string())
}

fn refusal(text: &str) -> Result<Refusal, PacketError> {
    let text = repair_surrogates(text);
    serde_json::from_str(&text).or_else(|error| {
        // socket.io 2 sent the bare message.
        serde_json::from_str(&text).map(|message| Refusal { message, data: None }).map_err(|_| json(error))
    })
}

/// Checks the JSON array that begins at `from` and finds its elements.
fn cut(message: &Utf8Bytes, from: usize, named: bool) -> Result<(Box<str>, Args), PacketError> {
    let text = message.get(from..).unwrap_or_default();
    if let Cow::Owned(repaired) = repair_surrogates(text) {
        return cut(&Utf8Bytes::from(repaired), 0, named);
    }
    let mut json_text = serde_json::Deserializer::from_str(text);
    let elements = json_text.deserialize_seq(Elements { text, from, named }).map_err(json)?;
    json_text.end().map_err(json)?;
    let whole = span(text, from, text).ok_or(PacketError::TooLarge)?;
    // A short message is copied, so that it does not hold the whole buffer that it was read into.
    let text = if message.len() < SHORT { Utf8Bytes::from(message.as_str()) } else { message.clone() };
    Ok((elements.name, Args::new(text, whole, elements.first, elements.rest)))
}

/// Where `part`, a slice of `text`, stands in the message; `from` is where `text` begins in it.
fn span(text: &str, from: usize, part: &str) -> Option<Span> {
    let start = from + (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    Some((u32::try_from(start).ok()?, u32::try_from(start + part.len()).ok()?))
}

struct Cut {
    name: Box<str>,
    first: Option<Span>,
    rest: Vec<Span>,
}

struct Elements<'t> {
    text: &'t str,
    from: usize,
    named: bool,
}

impl<'t> Visitor<'t> for Elements<'t> {
    type Value = Cut;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.named { "an array that begins with an event name" } else { "an array" })
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<Cut, A::Error> {
        use serde::de::Error;
        let name = match self.named {
            true => seq.next_element::<Name>()?.ok_or_else(|| A::Error::custom("an event without a name"))?.0,
            false => Box::default(),
        };
        let mut cut = Cut { name, first: None, rest: Vec::new() };
        while let Some(element) = seq.next_element::<&'t RawValue>()? {
            let span = span(self.text, self.from, element.get()).ok_or_else(|| A::Error::custom("too large"))?;
            match cut.first {
                None => cut.first = Some(span),
                Some(_) => cut.rest.push(span),
            }
        }
        Ok(cut)
    }
}

/// An event name: a string, or, as Socket.IO's parser allows, a number.
struct Name(Box<str>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl Visitor<'_> for NameVisitor {
            type Value = Name;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event name")
            }
            fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                Ok(Name(name.into()))
            }
            fn visit_u64<E>(self, name: u64) -> Result<Name, E> {
                Ok(Name(name.to_string().into()))
            }
            fn visit_i64<E>(self, name: i64) -> Result<Name, E> {
                Ok(Name(name.to_string().into()))
            }
            fn visit_f64<E>(self, name: f64) -> Result<Name, E> {
                Ok(Name(name.to_string().into()))
            }
        }
        deserializer.deserialize_any(NameVisitor)
    }
}

/// What goes in front of a payload: type, attachments, namespace, id. Namespace `/` is not written.
fn head(kind: char, attachments: usize, namespace: &str, id: Option<u64>) -> Vec<u8> {
    let mut head = format!("4{kind}");
    if attachments > 0 {
        head.push_str(&format!("{attachments}-"));
    }
    if namespace != "/" {
        head.push_str(namespace);
        head.push(',');
    }
    if let Some(id) = id {
        head.push_str(&id.to_string());
    }
    head.into_bytes()
}

/// Encodes an event; with `id` the server is asked for an answer.
pub(super) fn event<A: Serialize>(
    namespace: &str,
    id: Option<u64>,
    name: &str,
    args: &[A],
    attachments: usize,
) -> Result<String, EmitError> {
    if RESERVED.contains(&name) {
        return Err(EmitError::Reserved(name.to_owned()));
    }
    let mut packet = head(if attachments > 0 { '5' } else { '2' }, attachments, namespace, id);
    packet.push(b'[');
    serde_json::to_writer(&mut packet, name)?;
    for arg in args {
        packet.push(b',');
        serde_json::to_writer(&mut packet, arg)?;
    }
    packet.push(b']');
    finish(packet)
}

/// Encodes the answer to an event.
pub(super) fn ack<A: Serialize>(namespace: &str, id: u64, args: &[A], attachments: usize) -> Result<String, EmitError> {
    let mut packet = head(if attachments > 0 { '6' } else { '3' }, attachments, namespace, Some(id));
    serde_json::to_writer(&mut packet, args)?;
    finish(packet)
}

fn finish(packet: Vec<u8>) -> Result<String, EmitError> {
    String::from_utf8(packet).map_err(|error| EmitError::Json(serde::ser::Error::custom(error)))
}

/// Encodes the request to join a namespace, with the JSON text of its auth payload.
pub(super) fn connect(namespace: &str, auth: Option<&str>) -> String {
    let comma = if namespace == "/" { "" } else { "," };
    let shown = if namespace == "/" { "" } else { namespace };
    format!("40{shown}{comma}{}", auth.unwrap_or_default())
}

/// Encodes our leave.
pub(super) fn disconnect(namespace: &str) -> String {
    if namespace == "/" { "41".to_owned() } else { format!("41{namespace},") }
}

#[cfg(test)]
#[path = "packet_tests.rs"]
mod tests;

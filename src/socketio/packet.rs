//! Socket.IO 5 packets: the inner envelope (type, attachments, namespace, acknowledgement id) and its JSON.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{
    args::Args,
    error::{EmitError, PacketError},
    incoming::Name,
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
    Event { name: Name, args: Args, ack: Option<u64> },
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

pub(super) fn refusal(text: &str) -> Result<Refusal, PacketError> {
    let text = repair_surrogates(text);
    serde_json::from_str(&text).or_else(|error| {
        // socket.io 2 sent the bare message.
        serde_json::from_str(&text).map(|message| Refusal { message, data: None }).map_err(|_| json(error))
    })
}

/// Finds the JSON array that begins at `from`, and its name; what follows the name is not yet looked at.
fn cut(message: &Utf8Bytes, from: usize, named: bool) -> Result<(Name, Args), PacketError> {
    let text = message.get(from..).unwrap_or_default();
    if let Cow::Owned(repaired) = repair_surrogates(text) {
        return cut(&Utf8Bytes::from(repaired), 0, named);
    }
    let bad = |words: &str| PacketError::Json(words.to_owned());
    let array = text.trim_ascii();
    let inside = array.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let inside = inside.ok_or_else(|| bad("no JSON array"))?;
    let (name, behind) = if named { name(inside)? } else { (Name::default(), inside) };
    let behind = behind.trim_ascii_start();
    if named && !behind.is_empty() && !behind.starts_with(',') {
        return Err(bad("the event's name is not followed by `,` or `]`"));
    }
    let at = |part: &str| u32::try_from((part.as_ptr() as usize).wrapping_sub(message.as_ptr() as usize));
    let large = |_| PacketError::TooLarge;
    let start = at(array).map_err(large)?;
    let end = start + u32::try_from(array.len()).map_err(large)?;
    let before = if named { at(behind).map_err(large)? } else { start };
    // A short message is copied, so that it does not hold the whole buffer that it was read into.
    let text = if message.len() < SHORT { Utf8Bytes::from(message.as_str()) } else { message.clone() };
    Ok((name, Args::new(text, (start, end), before, named)))
}

/// The first element of an array, the event's name: a string, or, as Socket.IO's parser allows, a number. Gives what
/// follows it, too.
fn name(elements: &str) -> Result<(Name, &str), PacketError> {
    let elements = elements.trim_ascii_start();
    // Nearly every name is a plain string.
    if let Some(rest) = elements.strip_prefix('"')
        && let Some((plain, behind)) = rest.split_once('"')
        && !plain.bytes().any(|byte| byte == b'\\' || byte < b' ')
    {
        return Ok((plain.into(), behind));
    }
    let mut values = serde_json::Deserializer::from_str(elements).into_iter::<serde_json::Value>();
    let name = match values.next() {
        None => return Err(PacketError::Json("an event without a name".to_owned())),
        Some(Err(error)) => return Err(json(error)),
        Some(Ok(serde_json::Value::String(name))) => name.into(),
        Some(Ok(serde_json::Value::Number(number))) => number.to_string().into(),
        Some(Ok(_)) => return Err(PacketError::Json("an event name is a string or a number".to_owned())),
    };
    Ok((name, elements.get(values.byte_offset()..).unwrap_or_default()))
}

/// The arguments of an event that somebody else has parsed.
#[cfg(feature = "rust_socketio")]
pub(super) fn remade(name: &str, args: &[serde_json::Value]) -> Result<Args, PacketError> {
    let elements: Vec<_> = std::iter::once(serde_json::Value::from(name)).chain(args.iter().cloned()).collect();
    let text = serde_json::to_string(&elements).map_err(json)?;
    Ok(cut(&Utf8Bytes::from(text), 0, true)?.1)
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

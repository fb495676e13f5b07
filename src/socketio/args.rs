//! The arguments of an event or an answer, kept as the text that came.

use std::{fmt, sync::OnceLock};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, SeqAccess, Visitor},
};
use serde_json::{Error, value::RawValue};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::error::PacketError;

/// No arguments, for [`Emitter::emit`](super::Emitter::emit).
pub const NO_ARGS: &[()] = &[];

/// Where a part stands in the text.
pub(super) type Span = (u32, u32);

/// The arguments of an event or an answer, as they came: the text of a JSON array that has been found but not yet parsed.
///
/// Reading costs one pass over an argument, into the type that it is parsed into: [`Args::parse`]. What is no JSON is an
/// error there, or in [`Args::check`], and [`Args::whole`] has the text.
///
/// Long ones share the buffer that they were read into: to keep them, parse them and let them go.
#[derive(Clone)]
pub struct Args {
    text: Utf8Bytes,
    /// The array.
    whole: Span,
    /// What stands before the first argument: the bracket, or the comma after the name; the closing bracket if there is
    /// none.
    before: u32,
    /// The first element is the name of an event.
    named: bool,
    /// Where each argument stands, once somebody has asked.
    cut: OnceLock<Result<Box<[Span]>, Box<str>>>,
    binary: Vec<Bytes>,
}

impl Args {
    /// `whole` begins and ends with its brackets.
    pub(super) fn new(text: Utf8Bytes, whole: Span, before: u32, named: bool) -> Self {
        Self { text, whole, before, named, cut: OnceLock::new(), binary: Vec::new() }
    }

    pub(super) fn attach(&mut self, binary: Vec<Bytes>) {
        self.binary = binary;
    }

    /// Parses an argument. A missing one is parsed as `null`, as JavaScript would see it.
    ///
    /// # Errors
    /// The argument is not of this type, or no JSON; one behind it may still be none.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self, index: usize) -> Result<T, Error> {
        if index > 0 {
            return serde_json::from_str(self.text(index).unwrap_or("null"));
        }
        let (_, rest) = self.rest();
        if self.is_empty() {
            return serde_json::from_str("null");
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        let first = values.next().unwrap_or_else(|| Err(Error::custom("an argument is missing")))?;
        let behind = rest.get(values.byte_offset()..).unwrap_or_default().trim_ascii_start();
        if behind == "]" || behind.starts_with(',') { Ok(first) } else { Err(Error::custom("expected `,` or `]`")) }
    }

    /// An argument as raw JSON.
    pub fn arg(&self, index: usize) -> Option<&RawValue> {
        match index {
            0 if self.is_empty() => None,
            0 => self.parse(0).ok(),
            _ => serde_json::from_str(self.text(index)?).ok(),
        }
    }

    /// The raw JSON text of an argument.
    pub fn text(&self, index: usize) -> Option<&str> {
        self.at(*self.spans().get(index)?)
    }

    /// How many arguments there are; none if they are no JSON.
    pub fn len(&self) -> usize {
        self.spans().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        let (before, rest) = self.rest();
        before == b']' || (before == b'[' && rest.trim_ascii_start() == "]")
    }

    /// Whether all of them are JSON. Costs a pass over the text, the first time.
    ///
    /// # Errors
    /// [`PacketError::Json`], with what is wrong.
    pub fn check(&self) -> Result<(), PacketError> {
        self.cut().as_ref().map(|_| ()).map_err(|error| PacketError::Json(error.to_string()))
    }

    /// The whole JSON array as it came; an event's name is its first element.
    pub fn whole(&self) -> &str {
        self.at(self.whole).unwrap_or_default()
    }

    /// The JSON array of the arguments alone, without the name.
    pub fn list(&self) -> String {
        let (before, rest) = self.rest();
        if before == b']' { "[]".to_owned() } else { format!("[{rest}") }
    }

    /// The binary attachments; `{"_placeholder":true,"num":k}` in the text stands for the k-th.
    pub fn binary(&self) -> &[Bytes] {
        &self.binary
    }

    /// What stands before the first argument, and what from there on, up to the last bracket.
    fn rest(&self) -> (u8, &str) {
        let before = usize::try_from(self.before).ok().and_then(|at| self.text.as_bytes().get(at));
        (before.copied().unwrap_or(b']'), self.at((self.before + 1, self.whole.1)).unwrap_or_default())
    }

    fn at(&self, (from, to): Span) -> Option<&str> {
        self.text.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
    }

    fn spans(&self) -> &[Span] {
        self.cut().as_deref().unwrap_or_default()
    }

    fn cut(&self) -> &Result<Box<[Span]>, Box<str>> {
        self.cut.get_or_init(|| {
            let mut json = serde_json::Deserializer::from_str(self.whole());
            let elements = Elements { text: &self.text, named: self.named };
            let spans = json.deserialize_seq(elements).and_then(|spans| json.end().map(|()| spans));
            spans.map_err(|error| error.to_string().into())
        })
    }
}

impl fmt::Debug for Args {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Args").field("json", &self.whole()).field("binary", &self.binary.len()).finish()
    }
}

/// Finds the elements of an array in the text that it stands in, without the name.
struct Elements<'t> {
    text: &'t str,
    named: bool,
}

impl<'t> Visitor<'t> for Elements<'t> {
    type Value = Box<[Span]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<Box<[Span]>, A::Error> {
        let mut spans = Vec::with_capacity(2);
        let mut name = self.named;
        while let Some(element) = seq.next_element::<&'t RawValue>()? {
            if !std::mem::take(&mut name) {
                spans.push(span(self.text, element.get()).ok_or_else(|| A::Error::custom("too large"))?);
            }
        }
        Ok(spans.into())
    }
}

/// Where `part`, a slice of `text`, stands in it.
fn span(text: &str, part: &str) -> Option<Span> {
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    Some((u32::try_from(start).ok()?, u32::try_from(start + part.len()).ok()?))
}

/// Stands in an argument for the `num`-th attachment of
/// [`Emitter::emit_binary`](super::Emitter::emit_binary), counted from 0.
pub fn placeholder(num: usize) -> impl Serialize + Clone + fmt::Debug {
    #[derive(Serialize, Clone, Debug)]
    struct Placeholder {
        _placeholder: bool,
        num: usize,
    }
    Placeholder { _placeholder: true, num }
}

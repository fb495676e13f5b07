//! The arguments of an event or an answer, kept as the text that came.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// No arguments, for [`Emitter::emit`](super::Emitter::emit).
pub const NO_ARGS: &[()] = &[];

/// Where one argument stands in the text.
pub(super) type Span = (u32, u32);

/// The arguments of an event or an answer: checked JSON text, cut at its top level and not yet parsed.
///
/// A long one shares the buffer that it was read into: to keep it, parse it and let it go.
#[derive(Clone)]
pub struct Args {
    text: Utf8Bytes,
    whole: Span,
    first: Option<Span>,
    rest: Vec<Span>,
    binary: Vec<Bytes>,
}

impl Args {
    pub(super) fn new(text: Utf8Bytes, whole: Span, first: Option<Span>, rest: Vec<Span>) -> Self {
        Self { text, whole, first, rest, binary: Vec::new() }
    }

    pub(super) fn attach(&mut self, binary: Vec<Bytes>) {
        self.binary = binary;
    }

    /// How many arguments there are.
    pub fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// The raw JSON text of an argument.
    pub fn text(&self, index: usize) -> Option<&str> {
        let span = match index.checked_sub(1) {
            None => self.first?,
            Some(index) => *self.rest.get(index)?,
        };
        self.cut(span)
    }

    /// An argument as raw JSON; where the text will do, [`Args::text`] is cheaper.
    pub fn arg(&self, index: usize) -> Option<&RawValue> {
        serde_json::from_str(self.text(index)?).ok()
    }

    /// Parses an argument. A missing one is parsed as `null`, as JavaScript would see it.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self, index: usize) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.text(index).unwrap_or("null"))
    }

    /// The whole JSON array as it came, without white space around it; an event's name is its first element.
    pub fn whole(&self) -> &str {
        self.cut(self.whole).unwrap_or_default().trim_ascii()
    }

    /// The binary attachments; `{"_placeholder":true,"num":k}` in the text stands for the k-th.
    pub fn binary(&self) -> &[Bytes] {
        &self.binary
    }

    fn cut(&self, (from, to): Span) -> Option<&str> {
        self.text.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
    }
}

impl fmt::Debug for Args {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Args").field("json", &self.whole()).field("binary", &self.binary.len()).finish()
    }
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

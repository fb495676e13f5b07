//! [`Clean`]: text that may be shown.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::sanitize::{Form, is_clean, sanitize};

/// The longest text, in bytes, unless the caller says otherwise: more than any messenger accepts in one message.
pub const TEXT_BYTES: usize = 64 * 1024;

/// The longest line, in graphemes, unless the caller says otherwise: more than any screen is wide.
pub const LINE_GRAPHEMES: usize = 1000;

/// Text that may be drawn, copied, and put into a title, a notification or a hyperlink without harm.
///
/// It has no control character but the newline, no bidirectional override, no flood of invisible characters or
/// marks; the rules stand in [`sanitize`](super::sanitize). Cloning is cheap. The only ways to one are the
/// constructors here, and all of them sanitise.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Clean(Arc<str>);

impl Clean {
    /// A text of several lines, at most [`TEXT_BYTES`] long.
    pub fn text(raw: &str) -> Self {
        Self::text_within(raw, TEXT_BYTES)
    }

    /// A text of several lines, at most `bytes` long, with a visible ending where it was cut.
    pub fn text_within(raw: &str, bytes: usize) -> Self {
        Self::of(raw, Form::Text(bytes))
    }

    /// One line for a name, a preview or a title: newlines are spaces, runs of white space are one, ends are trimmed;
    /// at most [`LINE_GRAPHEMES`]. Empty if nothing visible stays.
    pub fn line(raw: &str) -> Self {
        Self::line_within(raw, LINE_GRAPHEMES)
    }

    /// One line of at most `graphemes`, with `…` at the end where it was cut.
    pub fn line_within(raw: &str, graphemes: usize) -> Self {
        Self::of(raw, Form::Line(graphemes))
    }

    /// A text out of bytes that ought to be UTF-8; what is not (overlong forms and surrogates too) is U+FFFD.
    pub fn bytes(raw: &[u8]) -> Self {
        match String::from_utf8_lossy(raw) {
            Cow::Borrowed(text) => Self::text(text),
            Cow::Owned(text) => Self::text(&text),
        }
    }

    fn of(raw: &str, form: Form) -> Self {
        if is_clean(raw, form) { Self(Arc::from(raw)) } else { Self(Arc::from(sanitize(raw, form))) }
    }

    /// The same as one line.
    pub fn to_line(&self) -> Self {
        if is_clean(&self.0, Form::Line(LINE_GRAPHEMES)) { self.clone() } else { Self::line(&self.0) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Clean {
    fn default() -> Self {
        Self(Arc::from(""))
    }
}

impl Deref for Clean {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Clean {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Clean {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl PartialEq<str> for Clean {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

impl PartialEq<&str> for Clean {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == **other
    }
}

impl Serialize for Clean {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Sanitises as [`Clean::text`]: what was stored is as little to be trusted as what was sent.
impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::text(&raw))
    }
}

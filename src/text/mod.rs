//! The only door for text from outside: sanitize, width, wrap, links.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Text that may be drawn, copied, or put into a title.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Clean(Arc<str>);

impl Clean {
    /// Several lines.
    pub fn text(raw: &str) -> Self {
        Self(raw.chars().filter(|c| !c.is_control() || *c == '\n').collect::<String>().into())
    }

    /// One line.
    pub fn line(raw: &str) -> Self {
        Self(raw.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().into())
    }
}

impl std::ops::Deref for Clean {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Clean {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

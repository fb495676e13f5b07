//! JSON pointers, alone or as alternatives: `/conversationId || /_id`.

use std::sync::Arc;

use serde::Deserialize;

use super::json::Json;
use crate::chat::{Id, NamedId};

/// A JSON pointer (RFC 6901), taken apart once. `.` is the whole value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Pointer {
    source: Arc<str>,
    tokens: Box<[Box<str>]>,
}

impl Pointer {
    /// Reads `/message/conversationId`, or `.` for the whole.
    pub fn parse(source: &str) -> Result<Self, String> {
        let tokens = match source {
            "." => Box::default(),
            _ => source
                .strip_prefix('/')
                .ok_or_else(|| {
                    format!("`{source}` is no JSON pointer: it must begin with a slash, or be a single dot")
                })?
                .split('/')
                .map(|token| token.replace("~1", "/").replace("~0", "~").into())
                .collect(),
        };
        Ok(Self { source: if source == "." { "".into() } else { source.into() }, tokens })
    }

    /// The pointer as written; empty for the whole.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// This pointer seen from where `base` starts.
    pub(super) fn below(&self, base: &Self) -> Self {
        let tokens = base.tokens.iter().chain(&self.tokens).cloned().collect();
        Self { source: format!("{}{}", base.source, self.source).into(), tokens }
    }

    /// What it points to; null is nothing.
    pub(super) fn find<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j Json<'a>> {
        self.raw(json).filter(|found| !matches!(found, Json::Null))
    }

    /// Whether it points to a null.
    pub(super) fn is_null(&self, json: &Json<'_>) -> bool {
        self.raw(json) == Some(&Json::Null)
    }

    fn raw<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j Json<'a>> {
        self.tokens.iter().try_fold(json, |json, token| json.step(token))
    }
}

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(source: String) -> Result<Self, String> {
        Self::parse(&source)
    }
}

/// Pointers in order of preference, written `/a || /b/c`. Empty where a dialect says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct Choice(Box<[Pointer]>);

impl TryFrom<String> for Choice {
    type Error = String;

    fn try_from(source: String) -> Result<Self, String> {
        source.split("||").map(|part| Pointer::parse(part.trim())).collect::<Result<_, _>>().map(Self)
    }
}

impl Choice {
    /// The alternatives.
    pub fn pointers(&self) -> &[Pointer] {
        &self.0
    }

    /// The first that points to something.
    pub(super) fn find<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j Json<'a>> {
        self.0.iter().find_map(|pointer| pointer.find(json))
    }

    /// The first value that can be read so.
    pub(super) fn read<'j, 'a, T>(&self, json: &'j Json<'a>, read: impl Fn(&'j Json<'a>) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(|pointer| pointer.find(json).and_then(&read))
    }

    /// The first that is an id.
    pub(super) fn id(&self, json: &Json<'_>) -> Option<Id> {
        self.read(json, Json::id)
    }

    /// The alternatives in words, for errors.
    pub(super) fn shown(&self) -> String {
        self.0.iter().map(|pointer| &*pointer.source).collect::<Vec<_>>().join(" || ")
    }
}

/// Every id that these pointers find, each once, in order.
pub(super) fn named_ids(pointers: &[Pointer], json: &Json<'_>) -> Vec<NamedId> {
    let mut found: Vec<NamedId> = Vec::with_capacity(pointers.len());
    for pointer in pointers {
        if let Some(id) = pointer.find(json).and_then(Json::id)
            && !found.iter().any(|named| named.id == id)
        {
            found.push(NamedId { pointer: pointer.source.clone(), id });
        }
    }
    found
}

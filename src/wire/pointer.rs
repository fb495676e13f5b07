//! JSON pointers, alone or as alternatives: `/conversationId || /_id`; or several in one id: `/accountId & /chatId`.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::json::Json;
use crate::chat::{Id, NamedId};

/// What stands between the parts of an id that is made of several.
pub(super) const JOINER: char = '|';

/// The steps of one JSON pointer.
type Steps = Box<[Box<str>]>;

/// A JSON pointer (RFC 6901), taken apart once. `.` is the whole value; `/a & /b` is one id of two parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Pointer {
    source: Arc<str>,
    /// One, or the parts of an id.
    parts: Box<[Steps]>,
}

impl Pointer {
    /// Reads `/message/conversationId`, `.` for the whole, or `/a & /b`.
    pub fn parse(source: &str) -> Result<Self, String> {
        let parts = source.split('&').map(|part| steps(part.trim())).collect::<Result<Box<[_]>, _>>()?;
        Ok(Self { source: if source == "." { "".into() } else { source.into() }, parts })
    }

    /// The pointer as written; empty for the whole.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// This pointer seen from where `base` starts.
    pub(super) fn below(&self, base: &Self) -> Self {
        let Some(base_steps) = base.parts.first() else { return self.clone() };
        let below = |steps: &Steps| base_steps.iter().chain(steps).cloned().collect::<Steps>();
        let parts: Box<[Steps]> = self.parts.iter().map(below).collect();
        let source = match self.parts.len() {
            1 => format!("{}{}", base.source, self.source),
            _ => parts.iter().map(written).collect::<Vec<_>>().join(" & "),
        };
        Self { source: source.into(), parts }
    }

    /// What it points to; null is nothing, and so is a pointer of several parts.
    pub(super) fn find<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j Json<'a>> {
        self.raw(json).filter(|found| !matches!(found, Json::Null))
    }

    /// The id that it points to; of several parts all must be there.
    pub(super) fn id(&self, json: &Json<'_>) -> Option<Id> {
        match &*self.parts {
            [steps] => walk(steps, json)?.id(),
            parts => {
                let mut whole = String::new();
                for (at, steps) in parts.iter().enumerate() {
                    let part = walk(steps, json)?.text().filter(|part| !part.is_empty())?;
                    if at > 0 {
                        whole.push(JOINER);
                    }
                    whole.push_str(&part);
                }
                Id::from_wire(&whole)
            }
        }
    }

    /// Whether it points to a null.
    pub(super) fn is_null(&self, json: &Json<'_>) -> bool {
        self.raw(json) == Some(&Json::Null)
    }

    /// The word that it points to: a text, a number's digits, `true`, `false`; empty where nothing is there.
    pub(super) fn word<'j>(&self, json: &'j Json<'_>) -> Cow<'j, str> {
        match self.find(json) {
            Some(Json::Bool(truth)) => Cow::Borrowed(if *truth { "true" } else { "false" }),
            Some(found) => found.text().unwrap_or_default(),
            None => Cow::Borrowed(""),
        }
    }

    fn raw<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j Json<'a>> {
        match &*self.parts {
            [steps] => walk(steps, json),
            _ => None,
        }
    }
}

fn steps(source: &str) -> Result<Steps, String> {
    match source {
        "." => Ok(Box::default()),
        _ => Ok(source
            .strip_prefix('/')
            .ok_or_else(|| format!("`{source}` is no JSON pointer: it must begin with a slash, or be a single dot"))?
            .split('/')
            .map(|token| token.replace("~1", "/").replace("~0", "~").into())
            .collect()),
    }
}

fn written(steps: &Steps) -> String {
    steps.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
}

fn walk<'j, 'a>(steps: &Steps, json: &'j Json<'a>) -> Option<&'j Json<'a>> {
    steps.iter().try_fold(json, |json, step| json.step(step))
}

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(source: String) -> Result<Self, String> {
        Self::parse(&source)
    }
}

impl JsonSchema for Pointer {
    fn schema_name() -> Cow<'static, str> {
        "Pointer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A JSON pointer (RFC 6901): /message/conversationId. A dot is the whole value. /a & /b is one id of two parts.",
            "pattern": r"^(\.|/.*)$"
        })
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

impl JsonSchema for Choice {
    fn schema_name() -> Cow<'static, str> {
        "Pointers".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "JSON pointers in order of preference: /userName || /contact/name. The first that is there counts.",
            "pattern": r"^(\.|/.*)$"
        })
    }
}

impl Choice {
    /// The whole value.
    pub(super) fn whole() -> Self {
        Self(Box::new([Pointer { source: "".into(), parts: Box::new([Box::default()]) }]))
    }

    /// Whether the dialect says nothing here.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

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
        self.0.iter().find_map(|pointer| pointer.id(json))
    }

    /// Whether one of them points to a null.
    pub(super) fn is_null(&self, json: &Json<'_>) -> bool {
        self.0.iter().any(|pointer| pointer.is_null(json))
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
        if let Some(id) = pointer.id(json)
            && !found.iter().any(|named| named.id == id)
        {
            found.push(NamedId { pointer: pointer.source.clone(), id });
        }
    }
    found
}

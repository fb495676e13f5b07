//! Templates: text and JSON with `{variables}`, filled without ever leaving a hole.
//!
//! `{id.1}` is the second part of an id of several; `{phone:number}` a JSON number; `{id:local}` what stands before an
//! `@`; `{name?}` alone as a member is left out where there is no `name`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::pointer::JOINER;

/// What the variables of a template stand for.
#[derive(Clone, Default)]
pub(super) struct Variables<'a>(Vec<(&'a str, Value)>);

impl<'a> Variables<'a> {
    /// With one more; nothing is added for `None`.
    pub fn with(mut self, name: &'a str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.push((name, value.into()));
        }
        self
    }

    fn plain(&self, name: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(had, _)| *had == name).map(|(_, value)| value)
    }

    /// The value of `name`, `name.1`, `name:number` or `name:local`.
    fn get(&self, name: &str) -> Option<Cow<'_, Value>> {
        if let Some(value) = self.plain(name) {
            return Some(Cow::Borrowed(value));
        }
        let (name, shape) = name.split_once(':').unwrap_or((name, ""));
        let value = match name.split_once('.') {
            Some((name, part)) => {
                let part = part.parse::<usize>().ok()?;
                Value::from(self.plain(name)?.as_str()?.split(JOINER).nth(part)?)
            }
            None => self.plain(name)?.clone(),
        };
        Some(Cow::Owned(match (shape, &value) {
            ("", _) => value,
            // A number that would be rounded is not sent at all.
            ("number", Value::String(digits)) => Value::from(digits.parse::<u64>().ok()?),
            ("number", Value::Number(_)) => value,
            ("local", Value::String(text)) => Value::from(text.split('@').next().unwrap_or(text)),
            _ => return None,
        }))
    }
}

/// The name that a variable is known by, without its part and its shape.
fn base_name(name: &str) -> &str {
    let name = name.strip_suffix('?').unwrap_or(name);
    name.split([':', '.']).next().unwrap_or(name)
}

/// The variable that stands for a JSON null, which TOML has no word for. Only bodies of requests may have it.
pub(super) const NULL: &str = "null";

/// A text with `{variables}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct TextTemplate(String);

impl TextTemplate {
    /// The text; `None` when a variable is not there.
    pub(super) fn fill(&self, variables: &Variables<'_>) -> Option<String> {
        fill_text(&self.0, variables, str::to_owned)
    }

    /// The text with every value percent-encoded, for a path.
    pub(super) fn fill_path(&self, variables: &Variables<'_>) -> Option<String> {
        fill_text(&self.0, variables, percent_encoded)
    }

    /// The names of its variables.
    pub(super) fn names(&self) -> Vec<&str> {
        names_in(&self.0)
    }

    /// The names of the variables in a text that is no template of its own.
    pub(super) fn names_of(text: &str) -> Vec<&str> {
        names_in(text)
    }
}

impl JsonSchema for TextTemplate {
    fn schema_name() -> Cow<'static, str> {
        "TextTemplate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A text with {variables}; in a path their values are percent-encoded. {id.1} is the second part of an id of several, {id:local} what stands before its @."
        })
    }
}

/// JSON with `{variables}` in its strings. A string that is one variable alone takes the variable's own type. A member
/// whose value is `{name?}` is left out when there is no `name`; any other missing variable leaves the whole unfilled.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct JsonTemplate(Value);

impl JsonTemplate {
    /// The JSON; `None` when a variable is not there.
    pub(super) fn fill(&self, variables: &Variables<'_>) -> Option<Value> {
        fill_value(&self.0, variables)
    }

    /// The names of its variables.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        collect(&self.0, &mut names);
        names
    }
}

impl JsonSchema for JsonTemplate {
    fn schema_name() -> Cow<'static, str> {
        "JsonTemplate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Any JSON with {variables} in its strings. A string that is one variable alone takes that variable's type; {name:number} is a number, {null} (in bodies) a null; a member whose value is {name?} is left out where there is no name."
        })
    }
}

fn collect<'t>(value: &'t Value, names: &mut Vec<&'t str>) {
    match value {
        Value::String(text) => names.extend(names_in(text)),
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, names)),
        Value::Object(members) => members.values().for_each(|member| collect(member, names)),
        _ => {}
    }
}

/// The base names of the variables in a text.
fn names_in(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| base_name(name)).collect()
}

fn fill_value(template: &Value, variables: &Variables<'_>) -> Option<Value> {
    Some(match template {
        Value::String(text) => match lone_variable(text) {
            Some(NULL) => Value::Null,
            Some(name) => variables.get(name)?.into_owned(),
            None => Value::String(fill_text(text, variables, str::to_owned)?),
        },
        Value::Array(elements) => {
            Value::Array(elements.iter().map(|element| fill_value(element, variables)).collect::<Option<_>>()?)
        }
        Value::Object(members) => {
            let mut filled = Map::new();
            for (key, member) in members {
                let optional = member.as_str().and_then(lone_variable).and_then(|name| name.strip_suffix('?'));
                match optional {
                    Some(name) => {
                        if let Some(value) = variables.get(name) {
                            filled.insert(key.clone(), value.into_owned());
                        }
                    }
                    None => {
                        filled.insert(key.clone(), fill_value(member, variables)?);
                    }
                }
            }
            Value::Object(filled)
        }
        other => other.clone(),
    })
}

fn lone_variable(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.strip_suffix('}').filter(|name| !name.contains(['{', '}']))
}

fn fill_text(template: &str, variables: &Variables<'_>, shape: impl Fn(&str) -> String) -> Option<String> {
    let mut filled = String::with_capacity(template.len() + 24);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let name = name.strip_suffix('?').unwrap_or(name);
        filled.push_str(before);
        match &*variables.get(name)? {
            Value::String(text) => filled.push_str(&shape(text)),
            Value::Null => return None,
            other => filled.push_str(&shape(&other.to_string())),
        }
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

/// All but RFC 3986's unreserved characters as `%XX`: an id can never add a segment or a query to a path.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    // A segment of dots alone would climb out of the path.
    if encoded.bytes().all(|byte| byte == b'.') { encoded.replace('.', "%2E") } else { encoded }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_template_is_filled_whole_or_not_at_all() {
        let template =
            JsonTemplate(json!({ "conversationId": "{id}", "on": "{typing}", "as": "room:{id}", "to": "{reply?}" }));
        let variables = Variables::default().with("id", Some("42")).with("typing", Some(true));
        assert_eq!(template.fill(&variables), Some(json!({ "conversationId": "42", "on": true, "as": "room:42" })));
        assert_eq!(template.fill(&Variables::default().with("id", Some("42"))), None, "never null or missing");
        assert_eq!(template.names(), ["id", "id", "typing", "reply"]);
    }

    #[test]
    fn an_id_stays_one_segment_of_a_path() {
        let template = TextTemplate("/api/{id}/messages".into());
        let path = |id: &str| template.fill_path(&Variables::default().with("id", Some(id)));
        assert_eq!(path("a/b?c#d é"), Some("/api/a%2Fb%3Fc%23d%20%C3%A9/messages".into()));
        assert_eq!(path(".."), Some("/api/%2E%2E/messages".into()));
    }

    #[test]
    fn parts_and_shapes_of_a_value() {
        let variables = Variables::default().with("id", Some("acc|972501@c.us")).with("n", Some("9007199254740993"));
        let fill = |text: &str| TextTemplate(text.into()).fill(&variables);
        assert_eq!(fill("/{id.0}/{id.1}"), Some("/acc/972501@c.us".into()));
        assert_eq!(fill("{id.1:local}"), Some("972501".into()));
        assert_eq!(fill("{id.2}"), None);
        let number = |text: &str| JsonTemplate(json!(text)).fill(&variables);
        assert_eq!(number("{n:number}"), Some(json!(9_007_199_254_740_993_u64)), "not rounded");
        assert_eq!(number("{id:number}"), None, "what is no number is not sent");
    }
}

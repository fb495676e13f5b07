//! Templates: text and JSON with `{variables}`, filled without ever leaving a hole.

use serde::Deserialize;
use serde_json::{Map, Value};

/// What the variables of a template stand for.
#[derive(Default)]
pub(super) struct Variables<'a>(Vec<(&'a str, Value)>);

impl<'a> Variables<'a> {
    /// With one more; nothing is added for `None`.
    pub fn with(mut self, name: &'a str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.push((name, value.into()));
        }
        self
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(had, _)| *had == name).map(|(_, value)| value)
    }
}

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
}

fn fill_value(template: &Value, variables: &Variables<'_>) -> Option<Value> {
    Some(match template {
        Value::String(text) => match lone_variable(text) {
            Some(name) => variables.get(name)?.clone(),
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
                            filled.insert(key.clone(), value.clone());
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
        match variables.get(name)? {
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
    }

    #[test]
    fn an_id_stays_one_segment_of_a_path() {
        let template = TextTemplate("/api/{id}/messages".into());
        let path = |id: &str| template.fill_path(&Variables::default().with("id", Some(id)));
        assert_eq!(path("a/b?c#d é"), Some("/api/a%2Fb%3Fc%23d%20%C3%A9/messages".into()));
        assert_eq!(path(".."), Some("/api/%2E%2E/messages".into()));
    }
}

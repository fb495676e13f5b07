//! A dialect made ready for a session: the values of its variables, and the names of its events with them filled in.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::json::{Json, prepare};
use super::super::pointer::Choice;
use super::super::template::Variables;
use super::{Dialect, EventKind};
use crate::chat::Id;

/// What is known when a session begins.
#[derive(Clone, Copy, Default)]
pub struct Known<'a> {
    /// The profile's `variables`.
    pub given: Option<&'a BTreeMap<String, String>>,
    /// The tenant.
    pub account: Option<&'a str>,
    /// The business phone line.
    pub line: Option<&'a str>,
    /// The token, for its claims.
    pub token: Option<&'a str>,
}

impl Dialect {
    /// This dialect with the session's values for its variables.
    pub fn bound(&self, known: Known<'_>) -> Self {
        let mut values: BTreeMap<String, String> = known.given.cloned().unwrap_or_default();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                values.entry(name.to_owned()).or_insert(value);
            }
        };
        put("account", known.account.map(str::to_owned));
        put("line", known.line.map(str::to_owned));
        let claims = known.token.and_then(claims).unwrap_or_default();
        let claims = prepare(&claims);
        let claims = Json::parse(&claims).unwrap_or(Json::Null);
        for (name, spec) in &self.variables {
            let claimed = spec.claim.id(&claims).map(|id| id.as_str().to_owned());
            put(name, claimed.or_else(|| spec.default.clone()));
        }
        let mut bound = Self { values, ..self.clone() };
        bound.index();
        bound
    }

    /// The variables that have no value in this session, each with what it is.
    pub fn missing(&self) -> Vec<(&str, &str)> {
        let about = |name: &'_ str| self.variables.get(name).and_then(|spec| spec.about.as_deref()).unwrap_or_default();
        self.variables
            .keys()
            .filter(|name| !self.values.contains_key(*name))
            .map(|name| (&**name, about(name)))
            .collect()
    }

    /// The session's values, to begin a template's variables with.
    pub(in super::super) fn values(&self) -> Variables<'_> {
        self.values.iter().fold(Variables::default(), |all, (name, value)| all.with(name, Some(value.as_str())))
    }

    /// The tenant that a bound dialect knows.
    pub fn account(&self) -> Option<Id> {
        self.values.get("account").map(|account| Id::new(account.as_str()))
    }

    /// Fills in what follows from the rest.
    pub(super) fn complete(&mut self) {
        for event in &mut self.events {
            if event.kind == EventKind::Message && event.message.is_empty() {
                event.message = Choice::whole();
            }
            event.all_ids.clone_from(&event.ids);
            if event.kind == EventKind::Message {
                for base in event.message.pointers() {
                    for pointer in self.message.conversation_ids.iter().map(|pointer| pointer.below(base)) {
                        if !event.all_ids.contains(&pointer) {
                            event.all_ids.push(pointer);
                        }
                    }
                }
            }
        }
        if self.thread.conversation_ids.is_empty() {
            self.thread.conversation_ids.clone_from(&self.conversation.ids);
        }
    }

    /// Makes events findable by their names.
    pub(super) fn index(&mut self) {
        let (mut by_name, mut by_pattern) = (HashMap::<String, Vec<usize>>::new(), Vec::new());
        for (place, event) in self.events.iter().enumerate() {
            for name in &event.names {
                let name = self.event_name(name);
                if name.contains('*') {
                    by_pattern.push((name, place));
                } else {
                    by_name.entry(name).or_default().push(place);
                }
            }
        }
        (self.by_name, self.by_pattern) = (by_name, by_pattern);
    }

    /// An event's name with the session's values; where one is not known, anything may stand.
    fn event_name(&self, template: &str) -> String {
        let mut name = String::new();
        let mut rest = template;
        while let Some((before, (variable, after))) =
            rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
        {
            name.push_str(before);
            name.push_str(self.values.get(variable).map_or("*", String::as_str));
            rest = after;
        }
        name.push_str(rest);
        name
    }
}

/// The claims of a JWT as JSON text; nothing is verified: they are the account's own words to itself.
fn claims(token: &str) -> Option<String> {
    let token = token.strip_prefix("Bearer ").unwrap_or(token);
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    String::from_utf8(URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()
}

/// Whether a name fits a pattern with stars.
pub(in super::super) fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| name.strip_prefix(start)) else { return false };
    let Some(end) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part).and_then(|at| rest.get(at + part.len()..)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, name, fit) in [
            ("company-*-ticket", "company-12-ticket", true),
            ("company-*-ticket", "company--ticket", true),
            ("company-*-ticket", "company-12-tickets", false),
            ("company-*-ticket", "company-ticket", false),
            ("mensagem-*", "mensagem-acme", true),
            ("*", "anything", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
        ] {
            assert_eq!(fits(pattern, name), fit, "{pattern} {name}");
        }
    }

    #[test]
    fn claims_are_read_from_a_token_and_from_nothing_else() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"companyId":9007199254740993}"#);
        assert_eq!(claims(&format!("Bearer x.{payload}.y")).unwrap(), r#"{"companyId":9007199254740993}"#);
        assert_eq!(claims("an-api-key"), None);
        assert_eq!(claims("a.!!.c"), None);
    }
}

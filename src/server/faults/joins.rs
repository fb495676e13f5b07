//! What is done with the argument of a join.

use serde_json::{Value, json};

use super::lab::Lab;

/// What is done with a join, a leave or typing.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::server) enum Join {
    /// The room of the conversation that it names.
    AsUsual,
    /// As if this had been the argument.
    Instead(Value),
    /// The room that the argument spells, by whichever id.
    Literal,
    /// Nothing, and no answer.
    Ignored,
}

pub(super) fn wants_string(_: &Lab, argument: Option<&Value>) -> Join {
    if argument.is_some_and(Value::is_string) { Join::AsUsual } else { Join::Ignored }
}

pub(super) fn wants_object(_: &Lab, argument: Option<&Value>) -> Join {
    if argument.is_some_and(Value::is_object) { Join::AsUsual } else { Join::Ignored }
}

pub(super) fn ignored(_: &Lab, _: Option<&Value>) -> Join {
    Join::Ignored
}

pub(super) fn literal(_: &Lab, _: Option<&Value>) -> Join {
    Join::Literal
}

/// A number, written as one or as a text, becomes the id that it stands for.
pub(super) fn numeric(lab: &Lab, argument: Option<&Value>) -> Join {
    let Some(argument) = argument else { return Join::AsUsual };
    let said = argument.get("conversationId").unwrap_or(argument);
    let number = said.as_u64().or_else(|| said.as_str().and_then(|text| text.parse().ok()));
    let Some(id) = number.and_then(|number| lab.id_of(number)) else { return Join::AsUsual };
    let mut instead = argument.clone();
    match instead.get_mut("conversationId") {
        Some(place) => *place = json!(id),
        None => instead = json!(id),
    }
    Join::Instead(instead)
}

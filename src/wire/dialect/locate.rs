//! Where in a TOML text something stands.

use toml::de::{DeTable, DeValue};

use crate::config::Position;

/// The position of the value at `path` (keys, and indices of lists), or of the deepest part of it that is there, with
/// how deep that is. `None` where the text is no TOML, or says nothing of the path.
pub(super) fn locate(text: &str, path: &[String]) -> Option<(usize, Position)> {
    let document = DeTable::parse(text).ok()?.into_inner();
    let first = path.first()?;
    let (key, value) = document.iter().find(|(key, _)| key.get_ref() == first)?;
    let mut place = key.span().start;
    let mut value = value.get_ref();
    let mut depth = 1;
    for step in path.iter().skip(1) {
        let next = match value {
            DeValue::Table(table) => table
                .iter()
                .find(|(key, _)| key.get_ref() == step)
                .map(|(key, value)| (key.span().start, value.get_ref())),
            DeValue::Array(elements) => step
                .parse::<usize>()
                .ok()
                .and_then(|at| elements.get(at))
                .map(|element| (element.span().start, element.get_ref())),
            _ => None,
        };
        let Some((at, deeper)) = next else { break };
        (place, value) = (at, deeper);
        depth += 1;
    }
    Some((depth, position(text, place)))
}

/// Line and column of a byte.
pub(super) fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).map_or(0, |line| line.chars().count()) + 1;
    Position { line: before.matches('\n').count() + 1, column }
}

//! Reading a dialect file: what it extends, what is wrong with it and where.

use serde_path_to_error::Segment;
use toml::{Table, Value};

use super::locate::{locate, position};
use super::shipped::Shipped;
use super::{Dialect, validate};
use crate::config::{Position, in_words};

/// So many dialects may extend one another.
const DEEPEST: usize = 8;

/// Why a dialect file cannot be used: the TOML or the meaning, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.shown())]
pub struct DialectError {
    /// The file's or the dialect's name.
    pub name: String,
    /// Where in the file, if it can be said.
    pub at: Option<Position>,
    /// The pointer to the trouble within the dialect, such as `/events/3/ids/0`; empty where it is not one value.
    pub pointer: String,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl DialectError {
    fn shown(&self) -> String {
        let place = self.at.map(|at| format!(":{at}")).unwrap_or_default();
        let pointer = if self.pointer.is_empty() { String::new() } else { format!(" at {}", self.pointer) };
        format!("{}{place}: {}{pointer}", self.name, self.problem)
    }
}

/// Dialect files beside those that come with the program.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    own: Vec<OwnFile>,
}

#[derive(Clone, Debug)]
struct OwnFile {
    name: String,
    file: String,
    text: String,
}

impl Shelf {
    /// What comes with the program alone.
    pub fn shipped() -> Self {
        Self::default()
    }

    /// With one more file: the dialect's name, the file's name for errors, its text. It goes before a shipped one.
    pub fn with(mut self, name: &str, file: &str, text: &str) -> Self {
        self.own.push(OwnFile { name: name.to_owned(), file: file.to_owned(), text: text.to_owned() });
        self
    }

    /// All names, the user's own first; the second is the file's name for errors, `None` for a shipped one.
    pub fn names(&self) -> Vec<(&str, Option<&str>)> {
        let own = self.own.iter().map(|own| (own.name.as_str(), Some(own.file.as_str())));
        let shipped = Shipped::ALL.iter().map(|shipped| (shipped.name, None));
        own.chain(shipped.filter(|(name, _)| !self.own.iter().any(|own| own.name == *name))).collect()
    }

    /// The text of a dialect's file and the file's name.
    pub fn text(&self, name: &str) -> Option<(&str, &str)> {
        self.find(name, &[])
    }

    /// A dialect by its name; `None` where there is none of that name.
    pub fn dialect(&self, name: &str) -> Option<Result<Dialect, DialectError>> {
        let (file, text) = self.text(name)?;
        Some(read(file, text, self))
    }

    /// The file of a name that is not one of `seen`.
    fn find(&self, name: &str, seen: &[String]) -> Option<(&str, &str)> {
        let own = self.own.iter().find(|own| own.name == name && !seen.contains(&own.file));
        own.map(|own| (own.file.as_str(), own.text.as_str())).or_else(|| {
            let shipped = Shipped::find(name)?;
            (!seen.iter().any(|file| file == shipped.name)).then_some((shipped.name, shipped.text))
        })
    }
}

/// One file on the way from the dialect to what it extends in the end.
struct Layer<'t> {
    file: String,
    text: &'t str,
}

/// Reads a dialect from its file.
pub(super) fn read(file: &str, text: &str, shelf: &Shelf) -> Result<Dialect, DialectError> {
    let mut layers = vec![Layer { file: file.to_owned(), text }];
    let mut tables = vec![table(file, text)?];
    while let Some(base) = tables.last().and_then(|table| table.get("extends")).and_then(Value::as_str) {
        let seen: Vec<String> = layers.iter().map(|layer| layer.file.clone()).collect();
        let here = layers.get(layers.len() - 1..).unwrap_or_default();
        let error = |problem: String| located(here, &["extends".to_owned()], problem);
        if layers.len() >= DEEPEST {
            return Err(error(format!("more than {DEEPEST} dialects extend one another")));
        }
        let Some((file, text)) = shelf.find(base, &seen) else {
            let known: Vec<&str> = shelf.names().into_iter().map(|(name, _)| name).collect();
            let problem = if known.contains(&base) { "extends this one: a circle" } else { "is not known" };
            return Err(error(format!("`{base}` {problem}; there is {}", known.join(", "))));
        };
        tables.push(table(file, text)?);
        layers.push(Layer { file: file.to_owned(), text });
    }
    let mut merged = Table::new();
    while let Some(over) = tables.pop() {
        merge(&mut merged, over, "");
    }
    let mut dialect: Dialect = serde_path_to_error::deserialize(Value::Table(merged)).map_err(|error| {
        let path: Vec<String> = error.path().iter().filter_map(step).collect();
        let words: Vec<String> = path.clone();
        located(&layers, &path, in_words(error.inner().message(), &words))
    })?;
    dialect.complete();
    validate::check(&dialect).map_err(|(path, problem)| located(&layers, &path, problem))?;
    dialect.index();
    Ok(dialect)
}

fn table(file: &str, text: &str) -> Result<Table, DialectError> {
    toml::from_str(text).map_err(|error| DialectError {
        name: file.to_owned(),
        at: error.span().map(|span| position(text, span.start)),
        pointer: String::new(),
        problem: error.message().to_owned(),
    })
}

fn step(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// An error in the file that says most about the path; the first of them goes before the others.
fn located(layers: &[Layer<'_>], path: &[String], problem: String) -> DialectError {
    let mut best: Option<(usize, Position, &Layer<'_>)> = None;
    for layer in layers {
        if let Some((depth, at)) = locate(layer.text, path)
            && best.as_ref().is_none_or(|(deepest, ..)| depth > *deepest)
        {
            best = Some((depth, at, layer));
        }
    }
    let name = best.as_ref().map(|(.., layer)| *layer).or(layers.first()).map_or("", |layer| &layer.file);
    let pointer = path.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect();
    DialectError { name: name.to_owned(), at: best.as_ref().map(|(_, at, _)| *at), pointer, problem }
}

/// What is a value of the backend's, not a table of ours: replaced as a whole.
fn is_whole(path: &str) -> bool {
    ["body", "argument", "when", "only", "values"].iter().any(|name| path.rsplit('/').next() == Some(name))
        || path == "/socket/auth"
}

/// Puts one table over another.
fn merge(base: &mut Table, over: Table, path: &str) {
    for (key, value) in over {
        let path = format!("{path}/{key}");
        match (base.get_mut(&key), value) {
            // `login = false` takes away what the base has.
            (Some(Value::Table(_) | Value::Array(_)), Value::Boolean(false)) => {
                base.remove(&key);
            }
            (Some(Value::Table(had)), Value::Table(over)) if !is_whole(&path) => merge(had, over, &path),
            (Some(Value::Array(had)), Value::Array(over)) if path == "/events" => merge_events(had, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// Events with the same names are replaced, others are added in front, where they are looked at first.
fn merge_events(base: &mut Vec<Value>, over: Vec<Value>) {
    base.retain(|had| !over.iter().any(|new| new.get("names").is_some() && new.get("names") == had.get("names")));
    base.splice(0..0, over);
}

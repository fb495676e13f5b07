//! One TOML file as text, and the errors that point into it: file, line, column, key, and what was probably meant.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

/// A place in a file, both counted from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character within the line.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// What is wrong with the configuration, in words that name the place and the way out.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// "read", "write", "create".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The reason of the operating system.
        source: std::io::Error,
    },
    /// Something in a file is wrong.
    #[error("{file}{}: {problem}", at.map(|at| format!(":{at}")).unwrap_or_default())]
    At {
        /// The file's path, or what stands for it ("built-in keymap").
        file: String,
        /// Where in it, if it can be said.
        at: Option<Position>,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// The choice of profile cannot be followed.
    #[error("{0}")]
    Choice(String),
}

/// The text of one TOML file and its name, which errors carry.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: String,
}

/// Which half of `key = value` a position is wanted of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Key,
    Value,
}

impl Source {
    /// A text that came with the program; `name` stands for its path in errors.
    pub fn built_in(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The file cannot be read or is not UTF-8.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        Ok(Self { name: path.display().to_string(), text })
    }

    /// Parses the text as `T`.
    ///
    /// # Errors
    /// Bad TOML, an unknown key (with the nearest valid one) or an ill-typed value, with its place.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(&self.text).map_err(|error| self.explain(&error))
    }

    /// An error about the value (or, with [`Half::Key`], the key) at `path`.
    pub(super) fn problem(&self, path: &[&str], half: Half, problem: impl Into<String>) -> ConfigError {
        ConfigError::At { file: self.name.clone(), at: self.locate(path, half), problem: problem.into() }
    }

    /// Where the key or the value at `path` stands, written `file:line:column` or the bare name.
    pub(super) fn place(&self, path: &[&str], half: Half) -> String {
        self.locate(path, half).map_or_else(|| self.name.clone(), |at| format!("{}:{at}", self.name))
    }

    fn locate(&self, path: &[&str], half: Half) -> Option<Position> {
        let document = DeTable::parse(&self.text).ok()?.into_inner();
        let mut table = &document;
        let mut rest = path;
        while let Some((name, deeper)) = rest.split_first() {
            let (key, value) = table.iter().find(|(key, _)| key.get_ref() == name)?;
            if deeper.is_empty() {
                let span = if half == Half::Key { key.span() } else { value.span() };
                return Some(self.position(span.start));
            }
            (table, rest) = match (value.get_ref(), deeper) {
                (DeValue::Table(inner), _) => (inner, deeper),
                // the number of an entry, then what is in it
                (DeValue::Array(all), [nth, deeper @ ..]) => match all.get(nth.parse::<usize>().ok()?)?.get_ref() {
                    DeValue::Table(inner) => (inner, deeper),
                    _ => return None,
                },
                _ => return None,
            };
        }
        None
    }

    fn position(&self, offset: usize) -> Position {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(0, |line| line.chars().count()) + 1,
        }
    }

    fn explain(&self, error: &toml::de::Error) -> ConfigError {
        let span = error.span();
        let path = span.as_ref().map(|span| self.path_at(span)).unwrap_or_default();
        ConfigError::At {
            file: self.name.clone(),
            at: span.map(|span| self.position(span.start)),
            problem: in_words(error.message(), &path),
        }
    }

    /// The keys that lead to the smallest entry that covers the start of `span`; empty when the file is not TOML.
    fn path_at(&self, span: &Range<usize>) -> Vec<String> {
        let Ok(document) = DeTable::parse(&self.text) else { return Vec::new() };
        let mut best: Option<(usize, Vec<String>)> = None;
        visit(document.get_ref(), &mut Vec::new(), &mut |path, covered| {
            let width = covered.len();
            let closer = best.as_ref().is_none_or(|(so_far, _)| width < *so_far);
            if covered.contains(&span.start) && closer {
                best = Some((width, path.to_vec()));
            }
        });
        best.map(|(_, path)| path).unwrap_or_default()
    }
}

/// Calls `each` with the path and the span of every key and every value of a table and of those inside it.
fn visit(table: &DeTable<'_>, path: &mut Vec<String>, each: &mut impl FnMut(&[String], Range<usize>)) {
    for (key, value) in table {
        path.push(key.get_ref().to_string());
        each(path, key.span());
        each(path, value.span());
        match value.get_ref() {
            DeValue::Table(inner) => visit(inner, path, each),
            DeValue::Array(all) => {
                for one in all {
                    if let DeValue::Table(inner) = one.get_ref() {
                        visit(inner, path, each);
                    }
                }
            }
            _ => {}
        }
        path.pop();
    }
}

/// Turns a message of serde into one about this key, with the nearest valid name where one is close.
pub(crate) fn in_words(message: &str, path: &[String]) -> String {
    let message = message.trim();
    let ticked = |text: &str| -> Vec<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let (key, tables) = path.split_last().map_or(("", [].as_slice()), |(key, tables)| (key.as_str(), tables));
    let whereabouts = if tables.is_empty() { String::new() } else { format!(" in [{}]", tables.join(".")) };
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let mut names = ticked(rest);
        let wrong = if names.is_empty() { String::new() } else { names.remove(0) };
        let tables = if key == wrong { tables } else { path };
        let whereabouts = if tables.is_empty() { String::new() } else { format!(" in [{}]", tables.join(".")) };
        return format!("unknown key `{wrong}`{whereabouts}{}", suggestion(&wrong, &names, "there is"));
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let mut names = ticked(rest);
        let wrong = if names.is_empty() { String::new() } else { names.remove(0) };
        return format!("`{key}`{whereabouts} cannot be \"{wrong}\"{}", suggestion(&wrong, &names, "use"));
    }
    if let Some(rest) = message.strip_prefix("missing field ") {
        let name = ticked(rest).into_iter().next().unwrap_or_default();
        return format!("`{name}` is missing in [{}]", path.join("."));
    }
    for kind in ["invalid type: ", "invalid value: "] {
        let Some((found, expected)) = message.strip_prefix(kind).and_then(|rest| rest.rsplit_once(", expected "))
        else {
            continue;
        };
        let expected = match expected {
            _ if key == "proxy" || key.ends_with("url") => "an address such as \"https://chat.example.com\"",
            "u8" | "u16" | "u32" => "a whole number, 0 or more",
            "a map" => "a table",
            other => other,
        };
        // What stands where a token or an address (which may hold a password) belongs is never repeated.
        let private = key.contains("token")
            || ["headers", "proxy"].contains(&key)
            || key.ends_with("url")
            || tables.iter().any(|table| table == "headers");
        if private {
            return format!("`{key}`{whereabouts} must be {expected}");
        }
        let found = found.replace('`', "");
        return format!("`{key}`{whereabouts} must be {expected}, not {found}");
    }
    if key.is_empty() { message.to_owned() } else { format!("`{key}`{whereabouts}: {message}") }
}

/// ", did you mean `x`?" when a valid name is near, otherwise the valid names.
pub(super) fn suggestion<S: AsRef<str>>(wrong: &str, valid: &[S], otherwise: &str) -> String {
    match nearest(wrong, valid) {
        Some(near) => format!(", did you mean `{near}`?"),
        None if valid.is_empty() => String::new(),
        None => {
            let names: Vec<String> = valid.iter().map(|name| format!("`{}`", name.as_ref())).collect();
            format!("; {otherwise} {}", names.join(", "))
        }
    }
}

/// The valid name that is most like `wrong`, if any is like it at all.
fn nearest<'a, S: AsRef<str>>(wrong: &str, valid: &'a [S]) -> Option<&'a str> {
    let lower = wrong.to_lowercase();
    valid
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&lower, name.as_ref()), name.as_ref()))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(default)]
        #[expect(dead_code, reason = "only its place in the text matters")]
        inner: std::collections::BTreeMap<String, Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only their places in the text matter")]
    struct Inner {
        transport: Option<Kind>,
        count: Option<u8>,
        token: Option<String>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Websocket,
        Polling,
    }

    fn error(text: &str) -> String {
        Source::built_in("f.toml", text).parse::<Outer>().expect_err("wrong").to_string()
    }

    #[test]
    fn unknown_key_names_its_table_and_the_nearest() {
        assert_eq!(
            error("# é\n[inner.acme]\n  trasport = \"polling\"\n"),
            "f.toml:3:3: unknown key `trasport` in [inner.acme], did you mean `transport`?"
        );
        assert_eq!(error("\ninnre = 1\n"), "f.toml:2:1: unknown key `innre`, did you mean `inner`?");
        assert_eq!(
            error("[inner.a]\ncolour = 1\n"),
            "f.toml:2:1: unknown key `colour` in [inner.a]; there is `transport`, `count`, `token`"
        );
        assert_eq!(
            error("inner = { a = { conut = 1 } }"),
            "f.toml:1:17: unknown key `conut` in [inner.a], did you mean `count`?"
        );
    }

    #[test]
    fn a_wrong_value_says_what_was_expected() {
        assert_eq!(
            error("[inner.acme]\ncount = \"many\"\n"),
            "f.toml:2:9: `count` in [inner.acme] must be a whole number, 0 or more, not string \"many\""
        );
        assert_eq!(
            error("[inner.acme]\ntransport = \"pol\"\n"),
            "f.toml:2:13: `transport` in [inner.acme] cannot be \"pol\"; use `websocket`, `polling`"
        );
        assert_eq!(
            error("[inner.acme]\ntransport = \"poling\"\n"),
            "f.toml:2:13: `transport` in [inner.acme] cannot be \"poling\", did you mean `polling`?"
        );
    }

    #[test]
    fn a_value_in_the_place_of_a_token_is_not_repeated() {
        let message = error("[inner.acme]\ntoken = [\"s3cret\"]\n");
        assert!(message.starts_with("f.toml:2:9: `token` in [inner.acme] must be"), "{message}");
        assert!(!message.contains("s3cret"), "{message}");
    }

    #[test]
    fn bad_toml_is_placed_too() {
        let message = error("[inner]\nacme = = 1\n");
        assert!(message.starts_with("f.toml:2:8: "), "{message}");
    }
}

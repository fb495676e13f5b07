//! Canned replies: `replies.toml` beside `config.toml`, written by hand or from within the program.
//!
//! ```toml
//! [hello]
//! text = "Hello {first_name}, this is {agent}. How can I help?"
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::source::{ConfigError, Half, Source};

/// A canned reply.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// What it says, with `{placeholders}`.
    pub text: String,
}

/// All canned replies, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replies {
    all: BTreeMap<String, Reply>,
}

impl Replies {
    /// Reads the file; none when there is none.
    ///
    /// # Errors
    /// It cannot be read, or has a mistake, with its place.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        if path.exists() { Self::read(&Source::read(path)?) } else { Ok(Self::default()) }
    }

    /// Reads a text.
    ///
    /// # Errors
    /// A mistake in it, with its place.
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        let all: BTreeMap<String, Reply> = source.parse()?;
        for (name, reply) in &all {
            if !is_name(name) {
                let problem = format!("`{name}` cannot be typed as /{name}: use letters, digits, - and _");
                return Err(source.problem(&[name], Half::Key, problem));
            }
            if reply.text.trim().is_empty() {
                return Err(source.problem(&[name, "text"], Half::Value, format!("`text` of [{name}] is empty")));
            }
        }
        Ok(Self { all })
    }

    /// The file that says the same, with a word on top for who opens it.
    pub fn to_toml(&self) -> String {
        let head = "# Canned replies: type / and the name in the composer. Placeholders: {name}, {first_name}, {phone}, {agent},\n\
                    # {line}, {date}, {time}; any other is asked for when the reply is used.\n";
        format!("{head}\n{}", toml::to_string_pretty(&self.all).unwrap_or_default())
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all.iter().map(|(name, reply)| (name.as_str(), reply.text.as_str()))
    }

    /// What one says.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all.get(name).map(|reply| reply.text.as_str())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Keeps a reply under a name, in the place of another one of that name.
    pub fn put(&mut self, name: &str, text: &str) {
        self.all.insert(name.to_owned(), Reply { text: text.to_owned() });
    }

    /// Takes one away.
    pub fn remove(&mut self, name: &str) -> bool {
        self.all.remove(name).is_some()
    }
}

/// Whether a reply can be called so: what can be typed after `/`.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Replies, String> {
        Replies::read(&Source::built_in("replies.toml", text)).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let mut replies = read("[hello]\ntext = \"Hello {name}\"\n[bye]\ntext = \"\"\"Bye,\n{agent}\"\"\"\n").unwrap();
        replies.put("late", "I am \"late\", {first_name}:\n\\o/");
        assert_eq!(read(&replies.to_toml()).unwrap(), replies);
        assert_eq!(replies.len(), 3);
        assert!(replies.remove("late") && !replies.remove("late"));
    }

    #[test]
    fn mistakes_are_placed() {
        assert_eq!(
            read("[\"two words\"]\ntext = \"x\"\n").unwrap_err(),
            "replies.toml:1:2: `two words` cannot be typed as /two words: use letters, digits, - and _"
        );
        assert_eq!(read("[a]\ntext = \" \"\n").unwrap_err(), "replies.toml:2:8: `text` of [a] is empty");
        assert!(read("[a]\ntxt = \"x\"\n").unwrap_err().contains("did you mean `text`?"));
    }
}

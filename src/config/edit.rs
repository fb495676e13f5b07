//! Writing a profile into the user's `config.toml`; comments, order and everything else in it stay.

use std::collections::BTreeMap;
use std::path::Path;

use toml_edit::{DocumentMut, InlineTable, Item, Table, value};
use url::Url;

use super::load::Loaded;
use super::paths::write_private;
use super::source::{ConfigError, Source};

/// Writes what `login` knows of a profile: its address, e-mail, account, line and the dialect's variables. A profile of this name keeps its
/// other keys; the first profile becomes the default one.
///
/// # Errors
/// The file has a mistake already, or cannot be read or written. It is then unchanged.
pub fn save_profile(
    file: &Path,
    name: &str,
    url: &Url,
    email: &str,
    account: Option<&str>,
    dialect: Option<&str>,
    variables: &BTreeMap<String, String>,
) -> Result<(), ConfigError> {
    let before = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(ConfigError::File { action: "read", path: file.to_owned(), source }),
    };
    let shown = file.display().to_string();
    Loaded::from_source(&Source::built_in(&shown, &before))?;
    let unreadable = |problem: String| ConfigError::At { file: shown.clone(), at: None, problem };
    let mut document: DocumentMut =
        before.parse().map_err(|error: toml_edit::TomlError| unreadable(error.message().to_owned()))?;
    let profiles = document.entry("profile").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let profiles = profiles.as_table_like_mut().ok_or_else(|| unreadable("`profile` must be a table".to_owned()))?;
    let first = profiles.is_empty();
    let profile = profiles.entry(name).or_insert_with(|| Item::Table(Table::new()));
    let profile = profile.as_table_like_mut().ok_or_else(|| unreadable(format!("`profile.{name}` must be a table")))?;
    let known = [("url", Some(url.as_str())), ("email", Some(email)), ("account", account)];
    let dialect = dialect.filter(|_| !profile.contains_key("dialect")).map(|dialect| ("dialect", Some(dialect)));
    for (key, text) in known.into_iter().chain(dialect).filter_map(|(key, text)| text.map(|text| (key, text))) {
        match profile.get_mut(key).and_then(Item::as_value_mut) {
            Some(held) if held.as_str() == Some(text) => {}
            Some(held) => {
                let decor = held.decor().clone();
                *held = text.into();
                *held.decor_mut() = decor;
            }
            None => {
                profile.insert(key, value(text));
            }
        }
    }
    if !variables.is_empty() {
        let held = profile.entry("variables").or_insert_with(|| value(InlineTable::new()));
        let held = held
            .as_table_like_mut()
            .ok_or_else(|| unreadable(format!("`profile.{name}.variables` must be a table")))?;
        for (key, text) in variables {
            held.insert(key, value(text));
        }
    }
    if first && !document.contains_key("default_profile") {
        document.insert("default_profile", value(name));
    }
    let after = document.to_string();
    // What is written must be readable: never leave the user with a file that the program refuses.
    Loaded::from_source(&Source::built_in(&shown, &after))?;
    write_private(file, after.as_bytes())
}

//! Which key does what: data in `assets/keymap.toml`, read by the same parser as the user's `[keys.<context>]`.
//!
//! A binding is `"key" = "action"`. The innermost context that knows a key decides; the user's binding of a key
//! replaces the default one in the same context, and `"unbind"` removes it.

mod action;
mod context;
mod notation;
mod show;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crokey::KeyCombination;

pub use action::{Action, Group};
pub use context::Context;
pub use notation::{KeySequence, key_name, key_of};
pub use show::KeysFormat;

use super::source::{ConfigError, Half, Source, suggestion};

/// The text of the default keymap.
pub const DEFAULT_KEYMAP: &str = include_str!("../../../assets/keymap.toml");

/// What takes a default binding away.
const UNBIND: &str = "unbind";

/// The bindings as TOML has them: context, then key, then action.
pub type RawKeys = BTreeMap<String, BTreeMap<String, String>>;

/// What the keys typed so far mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// They are bound to this.
    Action(Action),
    /// They are the beginning of at least one sequence: wait for the next key.
    Prefix,
    /// Nothing.
    None,
}

/// One binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Where it holds.
    pub context: Context,
    /// What is pressed.
    pub keys: KeySequence,
    /// What it does.
    pub action: Action,
}

/// All bindings in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

/// One line of a `[keys]` table, before it is merged.
struct Line {
    context: Context,
    keys: KeySequence,
    /// `None` for "unbind".
    action: Option<Action>,
    /// As it is written in the file, for errors.
    written: String,
}

impl Keymap {
    /// The default bindings.
    ///
    /// # Errors
    /// Never in a released program: a test reads them.
    pub fn built_in() -> Result<Self, ConfigError> {
        let source = Source::built_in("built-in keymap", DEFAULT_KEYMAP);
        let mut keymap = Self { bindings: Vec::new() };
        keymap.merge(&source, &[], &source.parse()?)?;
        Ok(keymap)
    }

    /// Lays the `[keys]` of a user's file over these bindings.
    ///
    /// # Errors
    /// An unknown context, action or key, or two lines of the file that fight for the same keys, with their places.
    pub fn with_user(mut self, source: &Source, keys: &RawKeys) -> Result<Self, ConfigError> {
        self.merge(source, &["keys"], keys)?;
        Ok(self)
    }

    fn merge(&mut self, source: &Source, root: &[&str], raw: &RawKeys) -> Result<(), ConfigError> {
        let lines = read_lines(source, root, raw)?;
        for (index, line) in lines.iter().enumerate() {
            let mut later = lines.iter().skip(index + 1);
            let rival =
                later.find(|other| line.fights(other.context, &other.keys) && other.fights(line.context, &line.keys));
            if let Some(other) = rival {
                let other_place = source.place(&at(root, other), Half::Key);
                let problem = format!(
                    "`{}` and `{}` ({other_place}) in [{}] stand for the same key: one would never be reached",
                    line.written,
                    other.written,
                    at(root, line).split_last().map(|(_, tables)| tables.join(".")).unwrap_or_default(),
                );
                return Err(source.problem(&at(root, line), Half::Key, problem));
            }
        }
        for line in &lines {
            self.bindings.retain(|held| !line.fights(held.context, &held.keys));
        }
        self.bindings.extend(
            lines.into_iter().filter_map(|line| {
                line.action.map(|action| Binding { context: line.context, keys: line.keys, action })
            }),
        );
        self.bindings.sort_by_cached_key(|binding| (binding.context, binding.action, binding.keys.to_string().len()));
        Ok(())
    }

    /// What `typed` means while `contexts` (innermost first, see [`Context::stack`]) hold.
    pub fn lookup(&self, contexts: &[Context], typed: &[KeyCombination]) -> Match {
        for context in contexts {
            let here = self.of(*context);
            if let Some(binding) = here.iter().find(|binding| binding.keys.keys() == typed) {
                return Match::Action(binding.action);
            }
            if here.iter().any(|binding| binding.keys.continues(typed)) {
                return Match::Prefix;
            }
        }
        Match::None
    }

    /// The bindings of one context.
    fn of(&self, context: Context) -> &[Binding] {
        let from = self.bindings.partition_point(|binding| binding.context < context);
        let here = self.bindings.get(from..).unwrap_or_default();
        here.get(..here.partition_point(|binding| binding.context == context)).unwrap_or_default()
    }

    /// Those of them that do `action`.
    fn doing(&self, action: Action, context: Context) -> &[Binding] {
        let here = self.of(context);
        let from = here.partition_point(|binding| binding.action < action);
        let doing = here.get(from..).unwrap_or_default();
        doing.get(..doing.partition_point(|binding| binding.action == action)).unwrap_or_default()
    }

    /// Whether a binding's keys come to it while `contexts` hold.
    fn reaches(&self, contexts: &[Context], binding: &Binding) -> bool {
        self.lookup(contexts, binding.keys.keys()) == Match::Action(binding.action)
    }

    /// The keys that do `action` while `contexts` (innermost first) hold, the one to show first; what an inner context
    /// hides is left out.
    pub fn keys_for<'a>(&'a self, action: Action, contexts: &'a [Context]) -> impl Iterator<Item = &'a KeySequence> {
        let all = contexts.iter().flat_map(move |context| self.doing(action, *context));
        all.filter(|binding| self.reaches(contexts, binding)).map(|binding| &binding.keys)
    }

    /// The sequences that `typed` begins, with what they do: the hints after a prefix key.
    pub fn continuations(&self, contexts: &[Context], typed: &[KeyCombination]) -> Vec<&Binding> {
        self.bindings
            .iter()
            .filter(|binding| contexts.contains(&binding.context) && binding.keys.continues(typed))
            // what an inner context hides is never reached
            .filter(|binding| self.reaches(contexts, binding))
            .collect()
    }

    /// Every binding, by context, then in the order of [`Action::ALL`].
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }
}

impl Line {
    /// Whether these keys could never be reached beside this line, or the reverse. "unbind" takes nothing but its very
    /// keys away.
    fn fights(&self, context: Context, keys: &KeySequence) -> bool {
        let prefix = keys.continues(self.keys.keys()) || self.keys.continues(keys.keys());
        self.context == context && (self.keys == *keys || (prefix && self.action.is_some()))
    }
}

fn at<'a>(root: &[&'a str], line: &'a Line) -> Vec<&'a str> {
    root.iter().copied().chain([line.context.name(), line.written.as_str()]).collect()
}

fn read_lines(source: &Source, root: &[&str], raw: &RawKeys) -> Result<Vec<Line>, ConfigError> {
    let mut lines = Vec::new();
    for (context_name, table) in raw {
        let path = |key| root.iter().copied().chain([context_name.as_str()]).chain(key).collect::<Vec<_>>();
        let Some(context) = Context::from_name(context_name) else {
            let hint = suggestion(context_name, &Context::ALL.map(Context::name), "there is");
            let problem = format!("unknown context `{context_name}` for keys{hint}");
            return Err(source.problem(&path(None), Half::Key, problem));
        };
        for (written, action_name) in table {
            let keys: KeySequence = written
                .parse()
                .map_err(|problem: String| source.problem(&path(Some(written.as_str())), Half::Key, problem))?;
            let action = Action::from_name(action_name);
            if action.is_none() && action_name != UNBIND {
                let names: Vec<&str> = Action::ALL.iter().map(|action| action.name()).chain([UNBIND]).collect();
                let hint = suggestion(action_name, &names, "the actions are");
                let problem = format!("unknown action `{action_name}`{hint}");
                return Err(source.problem(&path(Some(written.as_str())), Half::Value, problem));
            }
            if action.is_some() && context.takes_text() && keys.begins_with_text() {
                let problem = format!(
                    "`{written}` types a character, and [{}] holds while text is typed; bind it in \
                     [{}] or take a key with Ctrl or a function key",
                    path(None).join("."),
                    root.iter().copied().chain([Context::Browse.name()]).collect::<Vec<_>>().join("."),
                );
                return Err(source.problem(&path(Some(written.as_str())), Half::Key, problem));
            }
            lines.push(Line { context, keys, action, written: written.clone() });
        }
    }
    Ok(lines)
}

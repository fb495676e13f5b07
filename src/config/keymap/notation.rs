//! How keys are written: `j`, `G`, `ctrl-g`, `alt-enter`, `f12`, and sequences with a space between: `g g`.

use std::fmt;

use crokey::KeyCombination;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// One or more keys pressed one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeySequence(Vec<KeyCombination>);

impl KeySequence {
    /// The keys, at least one.
    pub fn keys(&self) -> &[KeyCombination] {
        &self.0
    }

    /// Whether `typed` is the beginning of this sequence, but not all of it.
    pub(super) fn continues(&self, typed: &[KeyCombination]) -> bool {
        self.0.len() > typed.len() && self.0.starts_with(typed)
    }

    /// Whether it begins with a key that types a character.
    pub(super) fn begins_with_text(&self) -> bool {
        self.0.first().is_some_and(|key| {
            matches!(key.codes, crokey::OneToThree::One(KeyCode::Char(_)))
                && key.modifiers.difference(KeyModifiers::SHIFT).is_empty()
        })
    }
}

impl std::str::FromStr for KeySequence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let keys = text.split_whitespace().map(parse_key).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err("the name of a key is missing".to_owned()) } else { Ok(Self(keys)) }
    }
}

impl fmt::Display for KeySequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, key) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write_key(f, *key)?;
        }
        Ok(())
    }
}

/// The combination that a terminal event stands for, as the keymap writes it: Shift counts for letters and named
/// keys only (terminals disagree on whether `?` comes with it).
pub fn key_of(event: KeyEvent) -> KeyCombination {
    normal(KeyCombination::from(event))
}

fn normal(key: KeyCombination) -> KeyCombination {
    let mut key = key.normalized();
    match *key.codes.first() {
        KeyCode::Char(letter) if letter.is_ascii_alphabetic() => {}
        KeyCode::Char(_) => key.modifiers.remove(KeyModifiers::SHIFT),
        KeyCode::BackTab => key.modifiers.insert(KeyModifiers::SHIFT),
        _ => {}
    }
    key
}

fn parse_key(text: &str) -> Result<KeyCombination, String> {
    let (modifiers, name) = match text.rfind('-') {
        Some(dash) if dash + 1 < text.len() => text.split_at(dash + 1),
        // "-" and "ctrl--": the last dash is the key.
        Some(dash) => text.split_at(dash),
        None => ("", text),
    };
    let mut letters = name.chars();
    let single = letters.next().filter(|_| letters.next().is_none());
    // crokey folds case; here `G` is Shift-G.
    let shift = if modifiers.is_empty() && single.is_some_and(|c| c.is_ascii_uppercase()) { "shift-" } else { "" };
    let key = match single.filter(|c| !c.is_ascii()) {
        Some(letter) => format!("{modifiers}x").parse::<KeyCombination>().map(|mut key| {
            *key.codes.first_mut() = KeyCode::Char(letter);
            key
        }),
        None => format!("{shift}{modifiers}{name}").parse(),
    }
    .map_err(|_| {
        format!("`{text}` is not a key; keys are written like j, G, ctrl-g, alt-enter, f12, space, pagedown")
    })?;
    if !key.is_ansi_compatible() {
        return Err(format!(
            "`{text}`: most terminals cannot see keys pressed together; for a sequence put a space between them"
        ));
    }
    Ok(normal(key))
}

/// A key as people write it.
pub fn key_name(key: KeyCombination) -> String {
    struct Name(KeyCombination);
    impl fmt::Display for Name {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_key(f, self.0)
        }
    }
    Name(key).to_string()
}

fn write_key(f: &mut fmt::Formatter<'_>, key: KeyCombination) -> fmt::Result {
    let code = *key.codes.first();
    let letter = matches!(code, KeyCode::Char(c) if c.is_ascii_alphabetic());
    for (modifier, name) in
        [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-"), (KeyModifiers::SUPER, "Cmd-")]
    {
        if key.modifiers.contains(modifier) {
            f.write_str(name)?;
        }
    }
    let bare = key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
    if key.modifiers.contains(KeyModifiers::SHIFT) && code != KeyCode::BackTab && !(letter && bare) {
        f.write_str("Shift-")?;
    }
    match code {
        KeyCode::BackTab => f.write_str("BackTab"),
        KeyCode::Char(' ') => f.write_str("Space"),
        KeyCode::Char(c) if bare => write!(f, "{c}"),
        KeyCode::Char(c) => write!(f, "{}", c.to_ascii_uppercase()),
        KeyCode::PageUp => f.write_str("PageUp"),
        KeyCode::PageDown => f.write_str("PageDown"),
        KeyCode::Esc => f.write_str("Esc"),
        KeyCode::Delete => f.write_str("Del"),
        KeyCode::Enter => f.write_str("Enter"),
        KeyCode::Backspace => f.write_str("Backspace"),
        other => write!(f, "{}", KeyCombination::from(other)),
    }
}

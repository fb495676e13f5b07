//! A WhatsApp template while its placeholders are filled in: where they stand, what stands for them, how it will read.

use crate::backend::OutgoingTemplate;
use crate::chat::ConversationKey;
use crate::text::Clean;
use crate::wire::Item;

/// WhatsApp takes a placeholder's value up to so many characters.
const LONGEST_VALUE: usize = 1024;

/// A template that is being filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The conversation that it goes to: the one that was open when it was chosen.
    pub key: ConversationKey,
    /// The template.
    pub item: Item,
    /// The names of its placeholders, in the order in which their values are sent.
    pub names: Vec<String>,
    /// What stands for them.
    pub values: Vec<String>,
    /// The one that is typed into.
    pub at: usize,
    /// Why it was not sent.
    pub problem: Option<Clean>,
}

/// A part of a template's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// As it stands in the template.
    Fixed(String),
    /// A placeholder that is filled in.
    Filled(String),
    /// One that is not, as the template has it: `{{1}}`.
    Open(String),
}

impl Form {
    /// Begins to fill in a template.
    pub fn new(key: ConversationKey, item: Item) -> Self {
        let names = names(item.text.as_deref().unwrap_or_default());
        let values = vec![String::new(); names.len()];
        Self { key, item, names, values, at: 0, problem: None }
    }

    /// Goes to the next placeholder, or the one before, round and round.
    pub fn step(&mut self, by: isize) {
        let len = isize::try_from(self.names.len()).unwrap_or(1).max(1);
        let at = isize::try_from(self.at).unwrap_or(0) + by;
        self.at = usize::try_from(at.rem_euclid(len)).unwrap_or(0);
    }

    /// The first placeholder that is not filled in, at the one with the cursor or behind it, else before it.
    pub fn open(&self) -> Option<usize> {
        let empty = |index: &usize| self.values.get(*index).is_some_and(|value| value.trim().is_empty());
        (self.at..self.values.len()).chain(0..self.at).find(empty)
    }

    /// How it reads now.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut rest = self.item.text.as_deref().unwrap_or_default();
        while let Some((before, name, after)) = next(rest) {
            parts.push(Part::Fixed(before.to_owned()));
            let value = self.names.iter().position(|known| known == name).and_then(|at| self.values.get(at));
            parts.push(match value.map(|value| value.trim()) {
                Some(value) if !value.is_empty() => Part::Filled(value.to_owned()),
                _ => Part::Open(format!("{{{{{name}}}}}")),
            });
            rest = after;
        }
        parts.push(Part::Fixed(rest.to_owned()));
        parts.retain(|part| *part != Part::Fixed(String::new()));
        parts
    }

    /// The text as the customer will read it.
    pub fn text(&self) -> String {
        let text = |part| match part {
            Part::Fixed(text) | Part::Filled(text) | Part::Open(text) => text,
        };
        self.parts().into_iter().map(text).collect()
    }

    /// What is sent.
    ///
    /// # Errors
    /// Which placeholder is missing or cannot be sent so, in words, and where it is.
    pub fn finished(&self) -> Result<OutgoingTemplate, (usize, String)> {
        if let Some(at) = self.open() {
            let name = self.names.get(at).map(String::as_str).unwrap_or_default();
            return Err((at, format!("{{{{{name}}}}} is not filled in")));
        }
        for (at, value) in self.values.iter().enumerate() {
            let name = self.names.get(at).map(String::as_str).unwrap_or_default();
            // what the channel refuses, said before it does
            if value.contains("    ") {
                return Err((at, format!("{{{{{name}}}}} has four spaces in a row, which WhatsApp refuses")));
            }
            if value.chars().count() > LONGEST_VALUE {
                return Err((at, format!("{{{{{name}}}}} has more than {LONGEST_VALUE} characters")));
            }
        }
        Ok(OutgoingTemplate {
            template: self.item.id.as_str().to_owned(),
            language: self.item.language.as_ref().map(ToString::to_string),
            parameters: self.values.iter().map(|value| value.trim().to_owned()).collect(),
        })
    }
}

/// The text before the first placeholder, its name, and the text behind it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let open = from + text.get(from..)?.find("{{")?;
        let inside = text.get(open + 2..)?;
        let name = inside.split_once("}}").map(|(name, _)| name)?;
        let plain = !name.trim().is_empty() && name.trim().chars().all(|c| c.is_alphanumeric() || c == '_');
        if plain {
            return Some((text.get(..open)?, name, inside.get(name.len() + 2..)?));
        }
        from = open + 2;
    }
}

/// The placeholders of a text, each once: numbers in their order, names as they come.
fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((_, name, after)) = next(rest) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        rest = after;
    }
    if names.iter().all(|name| name.trim().parse::<u32>().is_ok()) {
        names.sort_by_key(|name| name.trim().parse::<u32>().unwrap_or(0));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Id;

    fn form(body: &str) -> Form {
        let item = Item {
            id: Id::new("order_update"),
            title: Clean::line("order_update"),
            text: Some(Clean::text(body)),
            language: Some(Clean::line("en")),
        };
        Form::new(ConversationKey(1), item)
    }

    #[test]
    fn placeholders_are_filled_in_their_order_wherever_they_stand() {
        let mut form = form("Your order {{2}} is ready, {{1}}. Once more: {{2}} {{}} {{a b}} {{");
        assert_eq!(form.names, ["1", "2"]);
        form.values = vec!["Zoë {{2}}".to_owned(), " 1042 ".to_owned()];
        assert_eq!(form.text(), "Your order 1042 is ready, Zoë {{2}}. Once more: 1042 {{}} {{a b}} {{");
        let sent = form.finished().unwrap();
        assert_eq!((sent.template.as_str(), sent.language.as_deref()), ("order_update", Some("en")));
        assert_eq!(sent.parameters, ["Zoë {{2}}", "1042"]);
    }

    #[test]
    fn what_is_missing_is_said_with_its_place() {
        let mut form = form("{{1}} and {{2}}");
        form.values[0] = "a".to_owned();
        assert_eq!(form.finished(), Err((1, "{{2}} is not filled in".to_owned())));
        form.values[1] = "b    c".to_owned();
        assert_eq!(form.finished().unwrap_err().0, 1);
        assert_eq!(form.parts()[0], Part::Filled("a".to_owned()));
        form.step(-1);
        assert_eq!(form.at, 1);
        form.step(1);
        assert_eq!(form.at, 0);
    }

    #[test]
    fn names_stand_in_the_order_of_the_text_and_none_is_no_trouble() {
        assert_eq!(form("Hi {{name}}, {{order}}, {{name}}").names, ["name", "order"]);
        let plain = form("We are back.");
        assert_eq!((plain.text().as_str(), plain.finished().unwrap().parameters.len()), ("We are back.", 0));
    }
}

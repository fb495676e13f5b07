//! Where the agent writes. Each conversation has a draft of its own; the text can never slip into another thread.

mod completion;
mod placeholders;

use std::collections::{HashMap, HashSet};

use ratatui_textarea::TextArea;

pub use completion::{Completion, Kind, Offer, replace};
pub use placeholders::{fill, placeholders};

use super::phrases::Phrase;
use crate::backend::OutgoingFile;
use crate::chat::{ConversationKey, Id};
use crate::text::Clean;

/// Whom the text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum Mode {
    /// The customer.
    #[default]
    Reply,
    /// The team alone.
    Note,
}

/// What goes along with the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Along {
    /// A file; the text is its caption then.
    pub file: Option<OutgoingFile>,
    /// The message that is answered.
    pub quote: Option<Quote>,
}

impl Along {
    /// Nothing goes along.
    pub fn is_empty(&self) -> bool {
        self.file.is_none() && self.quote.is_none()
    }
}

/// The message that is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Its id, the channel's where there is one.
    pub to: Id,
    /// Who said what, in one line.
    pub words: Clean,
}

/// The composer of the open conversation, and the drafts of all others.
#[derive(Debug, Default)]
pub struct Composer {
    /// The conversation that the text goes to: captured when it was opened, never changed under the text.
    pub target: Option<ConversationKey>,
    /// Whom it is for.
    pub mode: Mode,
    /// The text with its cursor and undo history.
    pub area: TextArea<'static>,
    /// Why the last text came back, in words.
    pub refusal: Option<Clean>,
    /// What is offered for the word before the cursor.
    pub completion: Option<Completion>,
    /// The text came from a canned reply with placeholders: Tab goes to those that are not filled in.
    pub stops: bool,
    /// The text about which the agent was asked: Enter again sends it.
    pub sure: Option<String>,
    /// The canned reply that the editor is open on; without one it is open on the text.
    pub editing: Option<String>,
    /// What goes along with the text.
    pub along: Along,
    /// What goes along with the drafts of all others.
    others: HashMap<ConversationKey, Along>,
    drafts: HashMap<Slot, TextArea<'static>>,
    /// What the store has of each.
    kept: HashMap<Slot, String>,
    /// Those that may differ from what the store has.
    touched: HashSet<Slot>,
}

/// A conversation has one draft for the customer and one for the team: neither ever becomes the other.
type Slot = (ConversationKey, Mode);

const MODES: [Mode; 2] = [Mode::Reply, Mode::Note];

impl Composer {
    /// Puts the current text away as a draft and takes out that of another conversation.
    pub fn turn_to(&mut self, key: Option<ConversationKey>) {
        if self.target == key {
            return;
        }
        self.put_away();
        let along = std::mem::take(&mut self.along);
        if let Some(old) = self.target.filter(|_| !along.is_empty()) {
            self.others.insert(old, along);
        }
        self.along = key.and_then(|key| self.others.remove(&key)).unwrap_or_default();
        self.target = key;
        self.mode = Mode::Reply;
        self.take_out();
    }

    /// Turns to what is written for the customer, or for the team. Each is a text of its own.
    pub fn write(&mut self, mode: Mode) {
        if self.mode != mode {
            self.put_away();
            self.mode = mode;
            self.take_out();
        }
    }

    fn put_away(&mut self) {
        let area = std::mem::take(&mut self.area);
        if let Some(old) = self.target.filter(|_| !is_blank(&area)) {
            self.drafts.insert((old, self.mode), area);
        }
    }

    fn take_out(&mut self) {
        self.area = self.target.and_then(|key| self.drafts.remove(&(key, self.mode))).unwrap_or_default();
        self.refusal = None;
        self.completion = None;
        self.sure = None;
        self.stops = !placeholders(&self.text()).is_empty();
    }

    /// Whether the open conversation has a text of the other kind than the one that is shown.
    pub fn has_other(&self) -> bool {
        let other = if self.mode == Mode::Reply { Mode::Note } else { Mode::Reply };
        self.target.is_some_and(|key| self.drafts.contains_key(&(key, other)))
    }

    /// Looks what can be offered now that the text has changed; a `:name:` that was closed becomes its emoji.
    pub fn look(&mut self, replies: &[Phrase], agents: &[Clean]) {
        completion::close_emoji(&mut self.area);
        self.completion = Completion::of(&self.area, replies, agents);
    }

    /// The text as it would be sent.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether there is nothing but white space.
    pub fn is_blank(&self) -> bool {
        is_blank(&self.area)
    }

    /// Whether there is nothing that could be sent.
    pub fn is_empty(&self) -> bool {
        self.is_blank() && (self.along.file.is_none() || self.mode == Mode::Note)
    }

    /// Gives what went along with a text back to its conversation, unless something else stands there by now.
    pub fn give_along_back(&mut self, key: ConversationKey, along: Along) {
        let there = if self.target == Some(key) { &mut self.along } else { self.others.entry(key).or_default() };
        there.file = there.file.take().or(along.file);
        there.quote = there.quote.take().or(along.quote);
        if self.target != Some(key) && there.is_empty() {
            self.others.remove(&key);
        }
    }

    /// Takes the text out and leaves the composer empty.
    pub fn take(&mut self) -> String {
        let text = self.text();
        self.area = TextArea::default();
        self.refusal = None;
        self.completion = None;
        self.stops = false;
        self.sure = None;
        text
    }

    /// Replaces the text (a refused message that comes back, or what the editor saved).
    pub fn set(&mut self, text: &str) {
        self.area = area_of(text);
    }

    /// Gives a text back to the conversation and to those that it was written for, whatever is open now; text that
    /// stands there already is kept below it.
    pub fn give_back(&mut self, key: ConversationKey, mode: Mode, text: &str) {
        self.touched.insert((key, mode));
        if self.target == Some(key) && self.mode == mode {
            let rest = self.text();
            self.set(&if is_blank(&self.area) { text.to_owned() } else { format!("{text}\n{rest}") });
        } else {
            let rest = self.drafts.remove(&(key, mode)).map(|area| area.lines().join("\n"));
            let rest = rest.filter(|rest| !rest.trim().is_empty());
            let text = rest.map_or_else(|| text.to_owned(), |rest| format!("{text}\n{rest}"));
            self.drafts.insert((key, mode), area_of(&text));
        }
    }

    /// Takes in a draft that the store has kept; what was typed meanwhile stays below it.
    pub fn restore(&mut self, key: ConversationKey, mode: Mode, text: &str) {
        self.give_back(key, mode, text);
        self.kept.insert((key, mode), text.to_owned());
    }

    /// What stands here for a conversation; `None` when it is nothing but white space.
    pub fn draft(&self, key: ConversationKey, mode: Mode) -> Option<String> {
        let shown = self.target == Some(key) && self.mode == mode;
        let area = if shown { Some(&self.area) } else { self.drafts.get(&(key, mode)) };
        area.filter(|area| !is_blank(area)).map(|area| area.lines().join("\n"))
    }

    /// The text of the open conversation may have been changed.
    pub fn touch(&mut self) {
        self.touched.extend(self.target.map(|key| (key, self.mode)));
    }

    /// The drafts of a conversation may differ from what the store has.
    pub fn touch_of(&mut self, key: ConversationKey) {
        self.touched.extend(MODES.map(|mode| (key, mode)));
    }

    /// Whether anything may differ from what the store has.
    pub fn is_touched(&self) -> bool {
        !self.touched.is_empty()
    }

    /// What differs from what the store has, which is told it now. What `held` says must wait comes another time.
    pub fn changes(&mut self, held: impl Fn(ConversationKey) -> bool) -> Vec<(ConversationKey, Mode, Option<String>)> {
        let (waiting, touched): (HashSet<_>, HashSet<_>) = self.touched.drain().partition(|(key, _)| held(*key));
        self.touched = waiting;
        let mut changes = Vec::new();
        for (key, mode) in touched {
            let text = self.draft(key, mode);
            if self.kept.get(&(key, mode)) == text.as_ref() {
                continue;
            }
            match &text {
                Some(text) => self.kept.insert((key, mode), text.clone()),
                None => self.kept.remove(&(key, mode)),
            };
            changes.push((key, mode, text));
        }
        changes
    }

    /// Moves the draft of a conversation that was merged into another.
    pub fn move_draft(&mut self, gone: ConversationKey, kept: ConversationKey) {
        for mode in MODES {
            self.kept.remove(&(gone, mode));
            self.touched.remove(&(gone, mode));
        }
        let along = if self.target == Some(gone) { std::mem::take(&mut self.along) } else { Along::default() };
        let along = if along.is_empty() { self.others.remove(&gone).unwrap_or_default() } else { along };
        if !along.is_empty() {
            self.give_along_back(kept, along);
        }
        if self.target == Some(gone) {
            self.put_away();
            self.target = None;
        }
        for mode in MODES {
            if let Some(area) = self.drafts.remove(&(gone, mode)) {
                self.give_back(kept, mode, &area.lines().join("\n"));
            }
        }
    }

    /// How many texts were not sent.
    pub fn drafts(&self) -> usize {
        self.drafts.len() + usize::from(self.target.is_some() && !self.is_blank())
    }

    /// Whether a conversation has text that was not sent.
    pub fn has_draft(&self, key: ConversationKey) -> bool {
        let shown = self.target == Some(key);
        if shown && !self.is_empty() {
            return true;
        }
        let put_away = MODES.iter().any(|mode| self.drafts.contains_key(&(key, *mode)));
        put_away
            || shown && self.along.file.is_some()
            || self.others.get(&key).is_some_and(|along| along.file.is_some())
    }
}

/// A text with the cursor behind it.
fn area_of(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.move_cursor(ratatui_textarea::CursorMove::Bottom);
    area.move_cursor(ratatui_textarea::CursorMove::End);
    area
}

fn is_blank(area: &TextArea<'_>) -> bool {
    area.lines().iter().all(|line| line.trim().is_empty())
}

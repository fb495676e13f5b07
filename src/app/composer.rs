//! Where the agent writes. Each conversation has a draft of its own; the text can never slip into another thread.

use std::collections::HashMap;

use ratatui_textarea::TextArea;

use crate::chat::ConversationKey;

/// Whom the text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// The customer.
    #[default]
    Reply,
    /// The team alone.
    Note,
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
    pub refusal: Option<crate::text::Clean>,
    drafts: HashMap<ConversationKey, TextArea<'static>>,
}

impl Composer {
    /// Puts the current text away as a draft and takes out that of another conversation.
    pub fn turn_to(&mut self, key: Option<ConversationKey>) {
        if self.target == key {
            return;
        }
        let area = std::mem::take(&mut self.area);
        if let Some(old) = self.target.filter(|_| !is_blank(&area)) {
            self.drafts.insert(old, area);
        }
        self.area = key.and_then(|key| self.drafts.remove(&key)).unwrap_or_default();
        self.target = key;
        self.mode = Mode::Reply;
        self.refusal = None;
    }

    /// The text as it would be sent.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether there is nothing but white space.
    pub fn is_blank(&self) -> bool {
        is_blank(&self.area)
    }

    /// Takes the text out and leaves the composer empty.
    pub fn take(&mut self) -> String {
        let text = self.text();
        self.area = TextArea::default();
        self.refusal = None;
        text
    }

    /// Replaces the text (a refused message that comes back, or what the editor saved).
    pub fn set(&mut self, text: &str) {
        self.area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        self.area.move_cursor(ratatui_textarea::CursorMove::Bottom);
        self.area.move_cursor(ratatui_textarea::CursorMove::End);
    }

    /// Gives a text back to the conversation that it was written for, whichever is open now; text that stands there
    /// already is kept below it.
    pub fn give_back(&mut self, key: ConversationKey, text: &str) {
        if self.target == Some(key) {
            let rest = self.text();
            self.set(&if is_blank(&self.area) { text.to_owned() } else { format!("{text}\n{rest}") });
        } else {
            let rest =
                self.drafts.remove(&key).map(|area| area.lines().join("\n")).filter(|rest| !rest.trim().is_empty());
            let text = rest.map_or_else(|| text.to_owned(), |rest| format!("{text}\n{rest}"));
            self.drafts.insert(key, TextArea::new(text.split('\n').map(str::to_owned).collect()));
        }
    }

    /// Moves the draft of a conversation that was merged into another.
    pub fn move_draft(&mut self, gone: ConversationKey, kept: ConversationKey) {
        if self.target == Some(gone) {
            let text = self.take();
            self.target = None;
            if !text.trim().is_empty() {
                self.give_back(kept, &text);
            }
        } else if let Some(area) = self.drafts.remove(&gone) {
            self.give_back(kept, &area.lines().join("\n"));
        }
    }

    /// How many conversations have text that was not sent.
    pub fn drafts(&self) -> usize {
        self.drafts.len() + usize::from(self.target.is_some() && !self.is_blank())
    }

    /// Whether a conversation has text that was not sent.
    pub fn has_draft(&self, key: ConversationKey) -> bool {
        if self.target == Some(key) { !self.is_blank() } else { self.drafts.contains_key(&key) }
    }
}

fn is_blank(area: &TextArea<'_>) -> bool {
    area.lines().iter().all(|line| line.trim().is_empty())
}

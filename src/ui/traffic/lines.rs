//! Fields and words one below the other, scrolled.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::text;
use crate::ui::Canvas;

/// Columns of the names of fields: the longest is `broadcastConversationId`.
pub(super) const LABEL: usize = 24;

/// One line: a field, or words over the whole width.
pub(super) struct Line<'a> {
    label: Cow<'a, str>,
    words: Cow<'a, str>,
    style: Style,
}

/// Lines that are being put together for so many columns.
pub(super) struct Lines<'a> {
    pub all: Vec<Line<'a>>,
    columns: usize,
    heading: Style,
    plain: Style,
}

impl<'a> Lines<'a> {
    pub fn new(canvas: &Canvas<'_>, columns: usize) -> Self {
        let (heading, plain) = (canvas.theme.screen.title, canvas.theme.panel.value);
        Self { all: Vec::with_capacity(32), columns, heading, plain }
    }

    /// A heading, with a blank line before it unless it is the first.
    pub fn heading(&mut self, words: impl Into<Cow<'a, str>>) {
        if !self.all.is_empty() {
            self.blank();
        }
        let style = self.heading;
        self.push("", words, style);
    }

    pub fn blank(&mut self) {
        let style = self.plain;
        self.push("", "", style);
    }

    pub fn push(&mut self, label: impl Into<Cow<'a, str>>, words: impl Into<Cow<'a, str>>, style: Style) {
        self.all.push(Line { label: label.into(), words: words.into(), style });
    }

    /// A field with an ordinary value.
    pub fn field(&mut self, label: impl Into<Cow<'a, str>>, words: impl Into<Cow<'a, str>>) {
        let style = self.plain;
        self.push(label, words, style);
    }

    /// Words over the whole width, wrapped.
    pub fn words(&mut self, words: &str, style: Style) {
        for range in text::wrap(words, self.columns) {
            self.push("", words.get(range).unwrap_or_default().to_owned(), style);
        }
    }

    /// A field whose words are wrapped beside its name.
    pub fn wrapped(&mut self, label: &'static str, words: &str, style: Style) {
        let columns = self.columns.saturating_sub(LABEL).max(16);
        for (nth, range) in text::wrap(words, columns).into_iter().enumerate() {
            let label = if nth == 0 { label } else { " " };
            self.push(label, words.get(range).unwrap_or_default().to_owned(), style);
        }
    }

    /// Draws from line `scroll` on; the end stays in view however far one scrolls. Returns how many rows were taken.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, scroll: usize) -> u16 {
        let label = canvas.theme.panel.label;
        let scroll = scroll.min(self.all.len().saturating_sub(usize::from(area.height)));
        let mut taken = 0;
        for (nth, line) in (0..area.height).zip(self.all.iter().skip(scroll)) {
            let mut pen = canvas.pen(area, nth);
            pen.skip(1);
            if !line.label.is_empty() {
                pen.cell(&line.label, LABEL.min(self.columns / 2), label);
            }
            pen.fit(&line.words, line.style);
            taken = nth + 1;
        }
        taken
    }
}

//! Marks and lines, in Unicode and in ASCII. Each mark differs from the others in shape, not only in colour; the help
//! explains them.

use crate::app::help::MARKS;
use crate::app::rows::Tick;

/// The marks of one character set. Each takes the columns that its Unicode form takes.
#[derive(Debug)]
pub struct Glyphs {
    /// Before the selected row.
    pub selected: &'static str,
    /// Before the open conversation where another one is selected.
    pub open: &'static str,
    /// Before a conversation of high priority, a refusal, a failure.
    pub alert: &'static str,
    /// A conversation that is marked for what is done with several.
    pub marked: &'static str,
    /// Before a count of unread messages that is not the backend's.
    pub drift: &'static str,
    /// It may not call for attention.
    pub muted: &'static str,
    /// A customer who waits: shortly, a while, long.
    pub waits: [&'static str; 3],
    /// A draft.
    pub draft: &'static str,
    /// Where text was cut.
    pub cut: &'static str,
    /// Between parts of a line, with its spaces.
    pub dot: &'static str,
    /// The rule under a heading.
    pub rule: &'static str,
    /// The rule under the heading of what has the focus.
    pub heavy: &'static str,
    /// Between panes.
    pub vertical: &'static str,
    /// Where the line between panes begins.
    pub tee: &'static str,
    /// A gap.
    pub dashed: &'static str,
    /// Corners of a box: top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// Connected and well.
    pub live: &'static str,
    /// On the way, or with a reservation.
    pub half: &'static str,
    /// Not connected.
    pub none: &'static str,
    /// What is waiting to be sent.
    pub queued: &'static str,
    /// Before a quote.
    pub quote: &'static str,
    /// Before reactions.
    pub reaction: &'static str,
    /// Where a message begins that has neither a time nor a name of its own.
    pub begins: &'static str,
    /// Something is further down.
    pub down: &'static str,
    /// Before what is typed.
    pub prompt: &'static str,
    /// Nothing to say in a table.
    pub nothing: &'static str,
    /// The delivery marks, two columns each: queued, sending, unconfirmed, sent, delivered, read, played, failed.
    pub ticks: [&'static str; 8],
}

/// For terminals that draw Unicode.
pub static UNICODE: Glyphs = Glyphs {
    selected: "▌",
    open: "›",
    alert: "!",
    marked: "◆",
    drift: "≠",
    muted: "⊘",
    waits: ["◔", "◑", "◕"],
    draft: "✎",
    cut: "…",
    dot: " · ",
    rule: "─",
    heavy: "━",
    vertical: "│",
    tee: "┬",
    dashed: "┄",
    corners: ["╭", "╮", "╰", "╯"],
    live: "●",
    half: "◐",
    none: "○",
    queued: "↻",
    quote: "│",
    reaction: "↳",
    begins: "·",
    down: "↓",
    prompt: "›",
    nothing: "–",
    ticks: [" …", " ›", " ?", " ✓", "✓✓", "✓◉", "✓▸", " !"],
};

/// For all others.
pub static ASCII: Glyphs = Glyphs {
    selected: ">",
    open: "*",
    alert: "!",
    marked: "+",
    drift: "#",
    muted: "x",
    waits: [".", "o", "O"],
    draft: "~",
    cut: "~",
    dot: " - ",
    rule: "-",
    heavy: "=",
    vertical: "|",
    tee: "+",
    dashed: "~",
    corners: ["+", "+", "+", "+"],
    live: "*",
    half: "o",
    none: ".",
    queued: "@",
    quote: "|",
    reaction: "^",
    begins: "'",
    down: "v",
    prompt: ">",
    nothing: "-",
    ticks: [" .", " >", " ?", " s", " d", " r", " p", " !"],
};

impl Glyphs {
    /// The marks to draw with.
    pub fn of(ascii: bool) -> &'static Self {
        if ascii { &ASCII } else { &UNICODE }
    }

    /// A mark of punctuation as this set has it; everything else as it is.
    pub fn plain<'t>(&self, grapheme: &'t str) -> &'t str {
        if !std::ptr::eq(self, &ASCII) {
            return grapheme;
        }
        match grapheme {
            "—" | "–" | "·" | "→" => "-",
            "“" | "”" | "„" => "\"",
            "‘" | "’" => "'",
            "…" => "~",
            _ => grapheme,
        }
    }

    /// The mark of delivery.
    pub fn tick(&self, tick: Tick) -> &'static str {
        let [queued, sending, unconfirmed, sent, delivered, read, played, failed] = self.ticks;
        match tick {
            Tick::Queued => queued,
            Tick::Sending => sending,
            Tick::Unconfirmed => unconfirmed,
            Tick::Sent => sent,
            Tick::Delivered => delivered,
            Tick::Read => read,
            Tick::Played => played,
            Tick::Failed => failed,
        }
    }
}

impl Glyphs {
    /// Every mark that needs a word, with it: first those of delivery.
    pub fn explained(&self) -> [(&'static str, &'static str); MARKS] {
        let [queued, sending, unconfirmed, sent, delivered, read, played, failed] = self.ticks;
        let [short, middle, long] = self.waits;
        [
            (queued, "waiting to be sent"),
            (sending, "on its way"),
            (unconfirmed, "not confirmed: it may have been sent"),
            (sent, "sent"),
            (delivered, "delivered to the customer's phone"),
            (read, "read"),
            (played, "listened to"),
            (failed, "failed: the reason stands below"),
            (self.begins, "a message begins, in the same minute as the one above"),
            (self.selected, "selected"),
            (self.open, "open, while another one is selected"),
            (self.alert, "urgent, failed or refused"),
            (short, "the customer waits, less than a quarter of an hour"),
            (middle, "waits, less than an hour"),
            (long, "waits, an hour or longer"),
            (self.marked, "marked for what is done with several at once"),
            (self.drift, "the backend counts another number of unread messages"),
            (self.muted, "muted: it neither rings nor notifies"),
            (self.draft, "has a draft"),
            (self.queued, "replies that wait to be sent"),
            (self.live, "live"),
            (self.half, "on the way to be live, or live with a reservation"),
            (self.none, "not connected"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::text::width;

    #[test]
    fn both_sets_take_the_same_columns_and_tell_things_apart() {
        for glyphs in [&UNICODE, &ASCII] {
            let ticks: HashSet<_> = glyphs.ticks.iter().collect();
            assert_eq!(ticks.len(), 8, "each state of delivery has a shape of its own");
            assert!(glyphs.ticks.iter().all(|tick| width(tick) == 2));
            let states: HashSet<_> = [glyphs.live, glyphs.half, glyphs.none].into_iter().collect();
            assert_eq!(states.len(), 3);
            assert_eq!(glyphs.waits.iter().collect::<HashSet<_>>().len(), 3);
            let marks = [glyphs.selected, glyphs.open, glyphs.draft, glyphs.rule, glyphs.heavy, glyphs.vertical];
            for mark in marks.into_iter().chain(glyphs.waits).chain([glyphs.marked, glyphs.drift, glyphs.muted]) {
                assert_eq!(width(mark), 1);
            }
        }
        assert!(ASCII.ticks.iter().all(|tick| tick.is_ascii()));
    }
}

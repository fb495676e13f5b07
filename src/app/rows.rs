//! The rows of the open thread: which of them stand in its pane, and how it scrolls.
//!
//! Only messages in view are broken into rows, so a thread of any length costs the same. A pane is anchored by its
//! top row. While it follows the end, its top stays where it is as long as the newest message fits below; when it
//! does not, the top moves down by a third of the page, or by most of it when messages come thick and fast
//! ([`settled`](super::ThreadView::settled)): a message then costs the terminal its own row, and now and then a page,
//! instead of a page each time.

mod message;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

pub use message::{Head, Line, MISSED, Row, Tick, Tone, status_word};

use super::state::State;
use super::threads::{Anchor, ThreadView};
use super::{layout, times};
use crate::chat::thread::Gap;
use crate::chat::{ConversationKey, Direction, Message};
use crate::text::Clean;

/// A row of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The message, by its index in the thread.
    pub index: usize,
    /// Its row, 0 for its first.
    pub row: usize,
}

/// Where a pane that follows the end stands until its newest message does not fit any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Its top row.
    pub top: Place,
    /// The columns for which that holds.
    pub width: usize,
    /// The rows for which that holds.
    pub height: usize,
    /// When it was moved last.
    pub since: Timestamp,
    /// Rows from its top to the end, while nothing but new messages changed them.
    pub rows: Option<usize>,
    /// How many messages the thread had when they were counted.
    pub len: usize,
}

/// A pane that must move again within this time moves far, so that a flood does not repaint it for every message.
const SOON: SignedDuration = SignedDuration::from_secs(5);
/// It keeps no more rows than these then.
const FEW: usize = 6;

/// The columns of a message: its time, who wrote it and how far it got, and its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Where the time begins.
    pub time: usize,
    /// Where the name begins.
    pub name: usize,
    /// Columns of the name, with the delivery mark at their end.
    pub name_width: usize,
    /// Where the text begins.
    pub text: usize,
    /// Columns of the text.
    pub text_width: usize,
}

impl Columns {
    /// The columns in a pane of this width, with so many for the time of day.
    fn of(width: usize, clock: usize) -> Self {
        let name_width = match width {
            90.. => 14,
            60..90 => 11,
            44..60 => 9,
            _ => 7,
        };
        let name = clock + 2;
        let text = name + 1 + name_width;
        Self { time: 1, name, name_width, text, text_width: width.saturating_sub(text + 1).max(1) }
    }

    /// The columns of the bare view: the text takes the whole row, so that what is selected is nothing else.
    fn bare(width: usize) -> Self {
        Self { time: 0, name: 0, name_width: 40, text: 0, text_width: width.max(1) }
    }
}

/// A row in the pane, with the message that it belongs to.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The message, by its index in the thread.
    pub index: usize,
    /// The row.
    pub row: Row<'a>,
}

/// A thread in a pane: all that decides its rows.
pub struct Pane<'a> {
    state: &'a State,
    view: &'a ThreadView,
    customer: Clean,
    today: Date,
    gaps: Vec<Gap>,
    /// Columns of the pane.
    pub width: usize,
    /// Rows of the pane.
    pub height: usize,
}

impl<'a> Pane<'a> {
    /// The open thread in its pane; `None` while it is not on the screen.
    pub fn of(state: &'a State, view: &'a ThreadView) -> Option<Self> {
        let area = layout::rects(state).thread?;
        Some(Self::sized(state, view, usize::from(area.width), usize::from(area.height)))
    }

    /// The open thread in a pane of this size.
    pub fn sized(state: &'a State, view: &'a ThreadView, width: usize, height: usize) -> Self {
        let row = state.open.and_then(|key| state.inbox.get(key));
        Self {
            state,
            view,
            customer: row.map(crate::chat::Conversation::title).unwrap_or_default(),
            today: times::day(state.now, &state.settings.zone),
            gaps: if view.thread.has_gaps() { view.thread.gaps() } else { Vec::new() },
            width,
            height,
        }
    }

    /// The columns of its messages.
    pub fn columns(&self) -> Columns {
        if self.state.panels.bare {
            return Columns::bare(self.width);
        }
        Columns::of(self.width, self.state.settings.dates.clock_columns())
    }

    /// The rows of one message, with what stands above it: a day, the "new" divider, a gap. Never empty.
    pub fn rows(&self, index: usize) -> Vec<Row<'a>> {
        message::rows(self, index)
    }

    fn len(&self) -> usize {
        self.view.thread.len()
    }

    /// The rows in view, top down, and whether the last of the thread is among them.
    pub fn visible(&self) -> (Vec<Shown<'a>>, bool) {
        if let Some(settled) = self.settled() {
            let (rows, ended) = self.from(settled.top);
            if ended {
                return (rows, true);
            }
        }
        match self.view.anchor {
            Anchor::At { index, row } if index < self.len() => self.from(Place { index, row }),
            _ => self.from(self.flush(self.height)),
        }
    }

    /// Where the pane begins.
    fn top(&self) -> Place {
        match (self.view.anchor, self.settled()) {
            (Anchor::At { index, row }, _) if index < self.len() => Place { index, row },
            (Anchor::End, Some(settled)) if self.fits(settled.top) => settled.top,
            _ => self.flush(self.height),
        }
    }

    fn settled(&self) -> Option<Settled> {
        self.view.settled.filter(|settled| {
            self.view.anchor == Anchor::End
                && (settled.width, settled.height) == (self.width, self.height)
                && settled.top.index < self.len()
        })
    }

    /// Rows from `top` down, as many as fit, and whether the thread ends among them.
    fn from(&self, top: Place) -> (Vec<Shown<'a>>, bool) {
        let mut out = Vec::with_capacity(self.height);
        let mut skip = top.row;
        for index in top.index..self.len() {
            let rows = self.rows(index);
            // a row that is there no more (the message became shorter) is as good as its last
            let skipped = std::mem::take(&mut skip).min(rows.len().saturating_sub(1));
            for row in rows.into_iter().skip(skipped) {
                if out.len() == self.height {
                    return (out, false);
                }
                out.push(Shown { index, row });
            }
        }
        (out, true)
    }

    /// Whether everything from `top` to the end fits into the pane.
    fn fits(&self, top: Place) -> bool {
        self.count_from(top) <= self.height
    }

    /// Rows from `top` to the end; once they are more than fit, they are counted no further.
    fn count_from(&self, top: Place) -> usize {
        let mut used = 0;
        for index in top.index..self.len() {
            let rows = self.rows(index).len();
            used += if index == top.index { rows.saturating_sub(top.row).max(1) } else { rows };
            if used > self.height {
                break;
            }
        }
        used
    }

    /// The top row when the last `rows` rows of the thread are shown; its beginning if it has fewer.
    fn flush(&self, rows: usize) -> Place {
        self.up_from(Place { index: self.len(), row: 0 }, rows)
    }

    fn up_from(&self, from: Place, by: usize) -> Place {
        let mut at = from;
        let mut left = by;
        while left > at.row {
            let Some(above) = at.index.checked_sub(1) else { return Place { index: 0, row: 0 } };
            left -= at.row;
            at = Place { index: above, row: self.rows(above).len() };
        }
        Place { row: at.row - left, ..at }
    }

    /// `None` past the last row.
    fn down_from(&self, from: Place, by: usize) -> Option<Place> {
        let mut at = from;
        let mut left = by;
        while at.index < self.len() {
            let below = self.rows(at.index).len().saturating_sub(at.row);
            if left < below {
                return Some(Place { row: at.row + left, ..at });
            }
            left -= below;
            at = Place { index: at.index + 1, row: 0 };
        }
        None
    }

    fn scrolled(&self, by: isize) -> Anchor {
        // further than any thread reaches, without walking there
        const FAR: isize = isize::MAX / 4;
        let steps = by.unsigned_abs();
        let to = if by <= -FAR {
            Some(Place { index: 0, row: 0 })
        } else if by >= FAR {
            None
        } else if by < 0 {
            Some(self.up_from(self.top(), steps))
        } else {
            self.down_from(self.top(), steps)
        };
        match to {
            Some(top) if !self.fits(top) => Anchor::At { index: top.index, row: top.row },
            _ => Anchor::End,
        }
    }

    /// Where the pane should stand now that it follows the end.
    fn settle(&self) -> Settled {
        let now = self.state.now;
        let settled = self.settled();
        if let Some(settled) = settled {
            // a message at the end costs its own rows and no more
            let rows = match settled.rows {
                Some(rows) if settled.len <= self.len() => {
                    rows + (settled.len..self.len()).map(|index| self.rows(index).len()).sum::<usize>()
                }
                _ => self.count_from(settled.top),
            };
            if rows <= self.height {
                return Settled { rows: Some(rows), len: self.len(), ..settled };
            }
        }
        let top = match settled {
            Some(settled) => {
                let kept = if now.duration_since(settled.since) < SOON {
                    (self.height / 5).min(FEW)
                } else {
                    self.height * 2 / 3
                };
                let newest = self.len().checked_sub(1).map_or(0, |last| self.rows(last).len());
                self.flush(kept.max(newest.min(self.height)))
            }
            None => self.flush(self.height),
        };
        Settled { top, width: self.width, height: self.height, since: now, rows: None, len: self.len() }
    }
}

/// Where the pane stands after scrolling by so many rows, up when negative.
pub fn scrolled(state: &State, view: &ThreadView, by: isize) -> Anchor {
    Pane::of(state, view).map_or(view.anchor, |pane| pane.scrolled(by))
}

/// Where the pane stands so that the message at `index` begins at its top, or the end if that is in view then.
pub fn at_message(state: &State, view: &ThreadView, index: usize) -> Anchor {
    match Pane::of(state, view) {
        Some(pane) if !pane.fits(Place { index, row: 0 }) => Anchor::At { index, row: 0 },
        _ => Anchor::End,
    }
}

/// Whether a message has a row in view.
pub fn is_visible(state: &State, view: &ThreadView, index: usize) -> bool {
    Pane::of(state, view).is_some_and(|pane| pane.visible().0.iter().any(|shown| shown.index == index))
}

/// Whether the newest message is in view.
pub fn end_visible(state: &State, view: &ThreadView) -> bool {
    match (Pane::of(state, view), view.anchor) {
        (Some(pane), _) if pane.height == 0 => false,
        (Some(_), Anchor::End) => true,
        (Some(pane), Anchor::At { index, row }) => pane.fits(Place { index, row }),
        (None, _) => false,
    }
}

/// Whether a pane that stands so shows the first row of the thread.
pub fn top_reached(state: &State, view: &ThreadView, anchor: Anchor) -> bool {
    match anchor {
        Anchor::At { index, row } => index == 0 && row == 0,
        Anchor::End => Pane::of(state, view).is_some_and(|pane| pane.flush(pane.height) == Place { index: 0, row: 0 }),
    }
}

/// The message that commands are about while the thread has the focus: the chosen one, else the last in view.
pub fn current(state: &State, view: &ThreadView) -> Option<usize> {
    let len = view.thread.len();
    view.cursor.filter(|index| *index < len).or_else(|| match view.anchor {
        Anchor::End => len.checked_sub(1),
        Anchor::At { .. } => Pane::of(state, view)?.visible().0.last().map(|shown| shown.index),
    })
}

/// The same message itself.
pub fn message_at_anchor<'a>(state: &State, view: &'a ThreadView) -> Option<&'a Message> {
    view.thread.get(current(state, view)?)
}

/// Who wrote a message, as a quote says it.
pub fn author(state: &State, key: ConversationKey, message: &Message) -> Clean {
    match (message.direction, &message.sender) {
        (Direction::Inbound, Some(sender)) => sender.clone(),
        (Direction::Inbound, None) => {
            state.inbox.get(key).map(crate::chat::Conversation::title).unwrap_or_else(|| Clean::line("the customer"))
        }
        (_, Some(sender)) if state.identity.name.as_ref() != Some(sender) => sender.clone(),
        _ => Clean::line("you"),
    }
}

/// Lets the pane of the open thread follow its end without moving for every message. To be called when the thread or
/// the screen changed, before it is drawn; drawing without it is right too, but moves the pane for each message.
pub fn follow(state: &mut State) {
    let Some(key) = state.open else { return };
    let settled = state.threads.get(key).and_then(|view| {
        let pane = Pane::of(state, view)?;
        (view.anchor == Anchor::End).then(|| pane.settle())
    });
    if let Some(view) = state.threads.get_mut(key) {
        view.settled = settled;
    }
}

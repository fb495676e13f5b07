//! Stretches that may have been missed: opened by a disconnect, closed by a fetch that reaches over them.

use jiff::Timestamp;

use super::{Slot, Thread};
use crate::chat::ids::Id;
use crate::chat::message::{Content, Message, Origin};

/// Where a fetched stretch lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageEdge {
    /// It ends with the newest message that the backend has.
    Latest {
        /// It begins with the conversation's first message (fewer came than were asked for).
        start: bool,
    },
    /// It ends just before this message.
    Before {
        /// The message that was asked from, by any of its ids.
        message: Id,
        /// It begins with the conversation's first message.
        start: bool,
    },
    /// It comes from the cache on disk: it closes nothing, and there may be holes beyond its end.
    Cached,
}

/// What a fetched stretch brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Paged {
    /// Messages that were not here.
    pub added: usize,
    /// Of these, those newer than all that was here.
    pub newer: usize,
    /// Messages that were here, whose fields were merged.
    pub merged: usize,
    /// Whether anything is different now.
    pub changed: bool,
    /// Gaps that are closed now.
    pub closed: usize,
}

/// A stretch that may have been missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// It stands above the message with this index; at the end when the index is the thread's length.
    pub index: usize,
    /// An id of the last message before it, where there is one that has an id.
    pub after: Option<Id>,
    /// An id of the first message after it, where there is one that has an id.
    pub before: Option<Id>,
    /// Since when something may be missing.
    pub since: Timestamp,
}

/// A gap by its places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Break {
    after: Option<u32>,
    before: Option<u32>,
    since: Timestamp,
}

/// A stretch of which everything is here.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: u32,
    to: u32,
    /// It begins with the conversation's first message.
    start: bool,
    /// The backend had nothing newer when it was asked.
    latest: bool,
}

impl Thread {
    /// Takes in a stretch of history, oldest first, and closes the gaps that it reaches over. Where it does not reach
    /// what was here, the hole between becomes a gap.
    pub fn page_in(&mut self, page: Vec<Message>, edge: PageEdge) -> Paged {
        let mut paged = Paged::default();
        let last_before = self.last_stored();
        let mut seq = match edge {
            PageEdge::Before { .. } => self.first_seq - i64::try_from(page.len()).unwrap_or(i64::MAX / 2) - 1,
            _ => self.next_seq,
        };
        let (mut oldest, mut newest): (Option<u32>, Option<u32>) = (None, None);
        let mut time: Option<Timestamp> = None;
        let mut nameless: Vec<u32> = Vec::new();
        for message in page {
            self.note_inbound(&message);
            if matches!(message.content, Content::Reaction { .. }) {
                self.react(message);
                continue;
            }
            time = message.created_at.or(time);
            let place = match self.copy_in(&message, &nameless) {
                Some(place) => {
                    paged.merged += 1;
                    let copies = self.copies_of(&message.ids);
                    for other in copies.into_iter().filter(|other| *other != place) {
                        paged.changed |= self.absorb(other, place);
                    }
                    paged.changed |= self.merge_into(place, message.clone());
                    place
                }
                None => {
                    paged.added += 1;
                    let borrowed = message.created_at.is_none().then(|| Box::new(time));
                    let place = self.place(Slot { borrowed, seq, message: message.clone() });
                    let newer = last_before.is_none_or(|last| self.position(last) < self.position(place));
                    paged.newer += usize::from(newer);
                    place
                }
            };
            seq += 1;
            if message.ids.is_empty() {
                nameless.push(place);
            }
            let older = oldest.is_none_or(|had| self.position(place) < self.position(had));
            if older {
                oldest = Some(place);
            }
            if newest.is_none_or(|had| self.position(place) > self.position(had)) {
                newest = Some(place);
            }
        }
        paged.changed |= paged.added > 0;
        let (start, latest) = match &edge {
            PageEdge::Cached => return paged,
            PageEdge::Latest { start } => (*start, true),
            PageEdge::Before { start, .. } => (*start, false),
        };
        // An empty thread's beginning is not that of what was stored since, in whichever order the answers come.
        let begins = start && !(latest && oldest.is_none() && last_before.is_some());
        self.reaches_start = begins || (self.reaches_start && !(latest && paged.added > 0 && last_before.is_none()));
        if let (Some(oldest), Some(newest)) = (oldest, newest) {
            let to = match &edge {
                PageEdge::Before { message, .. } => self.names.get(message).copied(),
                _ => Some(newest),
            };
            paged.closed = self.close_breaks(Stretch { from: oldest, to: to.unwrap_or(newest), start, latest });
            if latest && !start && paged.merged == 0 {
                self.break_between(last_before, oldest);
            }
        }
        paged
    }

    /// The connection was lost at this time: what comes after the newest message may be missed. An empty thread has
    /// nothing to miss from. False when that gap is open already.
    pub fn open_gap(&mut self, at: Timestamp) -> bool {
        let Some(last) = self.last_stored() else { return false };
        if self.breaks.iter().any(|had| had.after == Some(last) && had.before.is_none()) {
            return false;
        }
        self.breaks.push(Break { after: Some(last), before: None, since: at });
        true
    }

    /// Messages may be missing between the one at this index and the one before it.
    pub fn gap_above(&mut self, index: usize) {
        let place = |index: usize| self.order.get(index).copied();
        let (Some(before), Some(after)) = (place(index), index.checked_sub(1).and_then(place)) else { return };
        let known = self.breaks.iter().any(|gap| gap.before == Some(before));
        let since = self.slot(after).and_then(Slot::at);
        if let Some(since) = since.filter(|_| !known) {
            self.breaks.push(Break { after: Some(after), before: Some(before), since });
        }
    }

    /// Something may be missing between these two although nothing was noticed: it becomes a gap, or makes one wider that
    /// ends there. Without a first one that is here it begins after the oldest message. False when they are not both here in
    /// this order.
    pub fn doubt(&mut self, after: Option<&Id>, before: &Id, since: Timestamp) -> bool {
        let is_stored = |place: &&u32| self.slot(**place).is_some_and(|slot| slot.message.origin != Origin::Local);
        let first = || self.order.iter().find(is_stored).or(self.order.front());
        let known = after.and_then(|after| self.names.get(after));
        let above = known.or_else(first).copied();
        let (Some(above), Some(below)) = (above, self.names.get(before).copied()) else { return false };
        // The oldest may not be the first: what was stored before it may have been missed just as well.
        let reaches_start = self.reaches_start && known.is_some() && first() != Some(&below);
        self.reaches_start = reaches_start;
        let from = self.position(above);
        if from >= self.position(below) {
            // What lies before the oldest message is no gap: it is what can be asked for as older.
            return false;
        }
        let mut breaks = std::mem::take(&mut self.breaks);
        match breaks.iter_mut().find(|gap| gap.before == Some(below)) {
            Some(gap) if gap.after.is_some_and(|after| self.position(after) > from) => gap.after = Some(above),
            Some(_) => {}
            None => breaks.push(Break { after: Some(above), before: Some(below), since }),
        }
        self.breaks = breaks;
        true
    }

    /// A single message stands before all that was fetched: what lies between is not known, unless the beginning is.
    pub fn doubt_below(&mut self, index: usize, since: Timestamp) {
        let is_stored = |place: &&u32| self.slot(**place).is_some_and(|slot| slot.message.origin != Origin::Local);
        if self.reaches_start || self.order.iter().take(index).any(|place| is_stored(&place)) {
            return;
        }
        let (after, before) = (self.order.get(index), self.order.iter().skip(index + 1).find(is_stored));
        let edges = (after.copied(), before.copied());
        let known = self.breaks.iter().any(|gap| (gap.after, gap.before) == edges);
        if edges.0.is_some() && edges.1.is_some() && !known {
            self.breaks.push(Break { after: edges.0, before: edges.1, since });
        }
    }

    /// The gaps, in order.
    pub fn gaps(&self) -> Vec<Gap> {
        let name = |place: Option<u32>| {
            place.and_then(|place| self.slot(place)).and_then(|slot| slot.message.ids.iter().next().cloned())
        };
        let mut gaps: Vec<Gap> = self
            .breaks
            .iter()
            .map(|gap| {
                let below = gap.before.and_then(|place| self.position(place));
                let above = gap.after.and_then(|place| self.position(place)).map(|index| index + 1);
                Gap {
                    index: below.or(above).unwrap_or_default(),
                    after: name(gap.after),
                    before: name(gap.before),
                    since: gap.since,
                }
            })
            .collect();
        gaps.sort_by_key(|gap| gap.index);
        gaps
    }

    /// Whether there is any gap.
    pub fn has_gaps(&self) -> bool {
        !self.breaks.is_empty()
    }

    /// The newest message that the backend stored; where possible one whose place is certain.
    fn last_stored(&self) -> Option<u32> {
        let stored = |place: &u32| self.slot(*place).is_some_and(|slot| slot.message.origin != Origin::Local);
        let newest = |is_it: &dyn Fn(&u32) -> bool| self.order.iter().rev().copied().find(is_it);
        newest(&|place| stored(place) && self.is_timed(*place)).or_else(|| newest(&stored))
    }

    /// Whether the backend told when it stored this one.
    fn is_timed(&self, place: u32) -> bool {
        self.slot(place).is_some_and(|slot| slot.borrowed.is_none())
    }

    /// The line that a fetched message is a copy of. One without ids is a copy of one without ids that says the same;
    /// within one page each counts once.
    fn copy_in(&self, message: &Message, taken: &[u32]) -> Option<u32> {
        if !message.ids.is_empty() {
            return self.copies_of(&message.ids).first().copied();
        }
        self.order.iter().copied().find(|place| {
            self.slot(*place).is_some_and(|slot| {
                let had = &slot.message;
                let times = (had.created_at, message.created_at);
                let same_time = !matches!(times, (Some(a), Some(b)) if a != b);
                had.ids.is_empty()
                    && had.direction == message.direction
                    && had.content == message.content
                    && same_time
                    && !taken.contains(place)
            })
        })
    }

    /// Closes what a stretch covers, and moves the edges of what it covers in part. A stretch that was the newest when it
    /// was told says nothing of what came since: it ends with its last message, whatever stands below that here.
    fn close_breaks(&mut self, stretch: Stretch) -> usize {
        let (Some(from), Some(to)) = (self.position(stretch.from), self.position(stretch.to)) else { return 0 };
        let breaks = std::mem::take(&mut self.breaks);
        let had = breaks.len();
        for mut gap in breaks {
            let above = gap.after.and_then(|place| self.position(place));
            let below = gap.before.and_then(|place| self.position(place));
            let reaches_end = match below {
                Some(below) => to >= below,
                None => stretch.latest && above.is_none_or(|above| to >= above),
            };
            let reaches_start = stretch.start || above.is_some_and(|above| from <= above);
            match (reaches_start, reaches_end) {
                (true, true) => continue,
                (false, true) if below.is_none_or(|below| from <= below) => gap.before = Some(stretch.from),
                (true, false) if above.is_none_or(|above| to > above) => gap.after = Some(stretch.to),
                _ => {}
            }
            self.breaks.push(gap);
        }
        had - self.breaks.len()
    }

    fn break_between(&mut self, last: Option<u32>, oldest: u32) {
        let Some(last) = last else { return };
        let apart = self.position(last) < self.position(oldest);
        let known = self.breaks.iter().any(|gap| gap.before == Some(oldest));
        let since = self.slot(last).and_then(Slot::at);
        if let Some(since) = since.filter(|_| apart && !known) {
            self.breaks.push(Break { after: Some(last), before: Some(oldest), since });
        }
    }

    /// The first message that arrives after a disconnect ends the open gap.
    pub(super) fn end_breaks_at(&mut self, place: u32, index: usize) {
        if self.breaks.iter().all(|gap| gap.before.is_some()) {
            return;
        }
        let mut breaks = std::mem::take(&mut self.breaks);
        for gap in breaks.iter_mut().filter(|gap| gap.before.is_none()) {
            if gap.after.and_then(|after| self.position(after)).is_none_or(|above| index > above) {
                gap.before = Some(place);
            }
        }
        self.breaks = breaks;
    }

    /// The stored lines beside a place in the order, at which gaps end when its own line leaves it. Upwards one whose
    /// place is certain comes first: a gap may be too wide, never too narrow.
    pub(super) fn beside(&self, index: usize) -> (Option<u32>, Option<u32>) {
        let stored = |place: &u32| self.slot(*place).is_some_and(|slot| slot.message.origin != Origin::Local);
        let above = || self.order.iter().take(index).rev().copied().filter(stored);
        let below = self.order.iter().skip(index + 1).copied().find(stored);
        (above().find(|place| self.is_timed(*place)).or_else(|| above().next()), below)
    }

    /// A line goes, or goes elsewhere: the gaps that ended at it end at what stood beside it. What lies before the oldest
    /// message is no gap: it can be asked for as older, and the gap begins behind it.
    pub(super) fn forget_in_breaks(&mut self, place: u32, (above, below): (Option<u32>, Option<u32>)) {
        for gap in &mut self.breaks {
            if gap.after == Some(place) {
                self.reaches_start &= above.is_some();
                gap.after = above.or(below);
            }
            if gap.before == Some(place) {
                gap.before = below;
            }
        }
        let mut edges = Vec::with_capacity(self.breaks.len());
        self.breaks.retain(|gap| {
            let is_new = !edges.contains(&(gap.after, gap.before));
            edges.push((gap.after, gap.before));
            is_new && gap.after.is_some() && gap.after != gap.before
        });
    }
}

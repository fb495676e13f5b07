//! The list of conversations: rows, views of them in an order, the filter, the selection, and the marked ones.

mod filter;
mod shelf;
#[cfg(test)]
mod tests;
mod view;
mod wait;

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

pub use filter::{Filter, Finder};
pub use view::{BuiltIn, Me, Query, Sort, View, Whose, status, urgency};
pub use wait::Wait;

use crate::chat::{Conversation, ConversationKey, Id};
use crate::text::Clean;
use shelf::Shelf;

/// All conversations that are known, and the ones that the chosen view shows, in order, with one selected.
///
/// Raising a row moves a stretch of 4-byte keys; selecting is a binary search; counts are kept with each change.
/// None of it depends on how many rows there are in any way that a person could feel.
#[derive(Debug)]
pub struct Inbox {
    shelf: Shelf,
    /// Every key, the last message first.
    order: Vec<ConversationKey>,
    /// What the view and the filter let through, in the order of the list; `None` when that is `order`.
    listed: Option<Vec<ConversationKey>>,
    views: Vec<Counted>,
    chosen: View,
    sort: Sort,
    filter: Option<Filter>,
    selected: Option<ConversationKey>,
    me: Me,
    finder: Finder,
    /// How many conversations each line has.
    lines: BTreeMap<Id, usize>,
    /// How many conversations have each label.
    labels: BTreeMap<Clean, usize>,
    marked: usize,
    /// Rows that changed since somebody asked.
    touched: HashSet<ConversationKey>,
}

/// A view and how many conversations it has.
#[derive(Debug)]
struct Counted {
    view: View,
    count: usize,
}

impl Default for Inbox {
    fn default() -> Self {
        Self {
            shelf: Shelf::default(),
            order: Vec::new(),
            listed: None,
            views: BuiltIn::ALL.iter().map(|built_in| Counted { view: built_in.view(), count: 0 }).collect(),
            chosen: BuiltIn::All.view(),
            sort: Sort::Latest,
            filter: None,
            selected: None,
            me: Me::default(),
            finder: Finder::default(),
            lines: BTreeMap::new(),
            labels: BTreeMap::new(),
            marked: 0,
            touched: HashSet::new(),
        }
    }
}

impl Inbox {
    /// The conversation with this key.
    pub fn get(&self, key: ConversationKey) -> Option<&Conversation> {
        self.shelf.get(key)
    }

    /// How many there are, shown or not.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// All keys, the last message first, whatever the view and the filter.
    pub fn all(&self) -> &[ConversationKey] {
        &self.order
    }

    /// The keys that the list shows, in order.
    pub fn shown(&self) -> &[ConversationKey] {
        self.listed.as_ref().unwrap_or(&self.order)
    }

    /// The selected conversation.
    pub fn selected(&self) -> Option<ConversationKey> {
        self.selected
    }

    /// Where the selected conversation stands among the shown ones.
    pub fn selected_index(&self) -> Option<usize> {
        self.index_of(self.selected?)
    }

    /// Where a conversation stands among the shown ones.
    pub fn index_of(&self, key: ConversationKey) -> Option<usize> {
        self.shelf.find(self.sort, self.shown(), key)
    }

    /// Adds a row, or replaces it, and puts it into its place. Selects it if nothing is selected. A selected row that
    /// the view does not want any more stays until another one is selected.
    pub fn put(&mut self, row: Conversation) {
        let key = row.key;
        let old = self.shelf.get(key).cloned();
        let wait = old.as_ref().map_or_else(|| Wait::of(&row), |old| self.wait(key).after(old, &row));
        self.replace(old, row, wait);
    }

    /// Since when a customer waits, as their thread tells; `None` when they do not.
    pub fn set_wait(&mut self, key: ConversationKey, since: Option<Timestamp>) {
        let wait = since.map_or(Wait::Nobody, Wait::Since);
        if let Some(row) = self.shelf.get(key).filter(|_| self.wait(key) != wait).cloned() {
            self.replace(Some(row.clone()), row, wait);
        }
    }

    fn replace(&mut self, old: Option<Conversation>, row: Conversation, wait: Wait) {
        let key = row.key;
        if old.as_ref() != Some(&row) {
            self.touched.insert(key);
        }
        let was = old.as_ref().map(|old| (old, self.wait(key)));
        let moved = |sort| {
            was.is_none_or(|(old, wait_before)| shelf::place(sort, old, wait_before) != shelf::place(sort, &row, wait))
        };
        let (moves, moves_in_view) = (moved(Sort::Latest), moved(self.sort));
        for counted in &mut self.views {
            let query = &counted.view.query;
            let before = was.is_some_and(|(old, wait)| query.lets(old, wait, &self.me, &mut self.finder));
            let now = query.lets(&row, wait, &self.me, &mut self.finder);
            counted.count = (counted.count + usize::from(now)).saturating_sub(usize::from(before));
        }
        if old.as_ref().is_none_or(|old| old.line != row.line) {
            recount(&mut self.lines, old.iter().filter_map(|old| old.line.clone()), row.line.iter().cloned());
        }
        if old.as_ref().is_none_or(|old| old.labels != row.labels) {
            let before = old.iter().flat_map(|old| old.labels.iter().cloned());
            recount(&mut self.labels, before, row.labels.iter().cloned());
        }
        let listed = self.listed.is_some();
        let was_listed = listed && self.index_of(key).is_some();
        let passes = listed && self.lets(&row, wait);
        let stays = passes || (was_listed && self.selected == Some(key));
        if let Some(listed) = self.listed.as_mut().filter(|_| was_listed && (moves_in_view || !stays)) {
            self.shelf.take_out(self.sort, listed, key);
        }
        if moves {
            self.shelf.take_out(Sort::Latest, &mut self.order, key);
        }
        self.shelf.set(row, wait);
        if moves {
            self.shelf.put_in(Sort::Latest, &mut self.order, key);
        }
        if let Some(listed) = self.listed.as_mut().filter(|_| stays && (moves_in_view || !was_listed)) {
            self.shelf.put_in(self.sort, listed, key);
        }
        if self.selected.is_none() && self.index_of(key).is_some() {
            self.selected = Some(key);
        }
    }

    /// Takes a whole list at once: one sort instead of as many insertions, where it is more than a few rows.
    pub fn put_all(&mut self, rows: impl IntoIterator<Item = Conversation>) {
        let rows: Vec<Conversation> = rows.into_iter().collect();
        if rows.len() * 8 < self.order.len() {
            rows.into_iter().for_each(|row| self.put(row));
            return;
        }
        for row in rows {
            if self.shelf.get(row.key) != Some(&row) {
                self.touched.insert(row.key);
            }
            let wait = match self.shelf.get(row.key) {
                Some(old) => self.wait(row.key).after(old, &row),
                None => Wait::of(&row),
            };
            self.shelf.set(row, wait);
        }
        self.order = self.shelf.rows().map(|row| row.key).collect();
        self.shelf.sort(Sort::Latest, &mut self.order);
        self.count();
        self.list(true);
    }

    /// Takes a row away (its conversation was merged into another).
    pub fn remove(&mut self, key: ConversationKey) {
        let Some(row) = self.shelf.get(key).cloned() else { return };
        let (wait, below) = (self.wait(key), self.index_of(key));
        for counted in &mut self.views {
            let was = counted.view.query.lets(&row, wait, &self.me, &mut self.finder);
            counted.count = counted.count.saturating_sub(usize::from(was));
        }
        recount(&mut self.lines, row.line.iter().cloned(), std::iter::empty());
        recount(&mut self.labels, row.labels.iter().cloned(), std::iter::empty());
        self.marked -= usize::from(self.shelf.beside(key).marked);
        self.shelf.take_out(Sort::Latest, &mut self.order, key);
        if let Some(listed) = &mut self.listed {
            self.shelf.take_out(self.sort, listed, key);
        }
        self.shelf.take(key);
        if self.selected == Some(key) {
            let at = below.unwrap_or(0).min(self.shown().len().saturating_sub(1));
            self.selected = self.shown().get(at).copied();
        }
    }

    /// Whether any row changed since [`take_touched`](Self::take_touched) was asked.
    pub fn is_touched(&self) -> bool {
        !self.touched.is_empty()
    }

    /// These rows count as changed.
    pub fn touch(&mut self, keys: impl IntoIterator<Item = ConversationKey>) {
        self.touched.extend(keys);
    }

    /// The rows that changed since this was last asked.
    pub fn take_touched(&mut self) -> HashSet<ConversationKey> {
        std::mem::take(&mut self.touched)
    }

    /// Changes a row in place and moves it where it belongs now.
    pub fn change(&mut self, key: ConversationKey, with: impl FnOnce(&mut Conversation)) {
        if let Some(mut row) = self.get(key).cloned() {
            with(&mut row);
            self.put(row);
        }
    }

    /// Selects a conversation, if it is shown.
    pub fn select(&mut self, key: ConversationKey) {
        if self.index_of(key).is_some() {
            self.turn_to(Some(key));
        }
    }

    /// Moves the selection by so many rows, and stops at the ends.
    pub fn move_by(&mut self, rows: isize) {
        let shown = self.shown();
        let Some(last) = shown.len().checked_sub(1) else { return };
        let at = self.selected_index().map_or(0, |at| at.saturating_add_signed(rows).min(last));
        let to = shown.get(at).copied();
        self.turn_to(to);
    }

    /// Selects another row; the one that was, leaves if it stayed only because it was selected.
    fn turn_to(&mut self, key: Option<ConversationKey>) {
        let left = self.selected.filter(|left| Some(*left) != key);
        self.selected = key;
        if let Some(left) = left
            && self.listed.is_some()
            && !self.passes(left)
            && let Some(listed) = &mut self.listed
        {
            self.shelf.take_out(self.sort, listed, left);
        }
    }

    fn passes(&mut self, key: ConversationKey) -> bool {
        let wait = self.wait(key);
        let Some(row) = self.shelf.get(key) else { return false };
        self.chosen.query.lets(row, wait, &self.me, &mut self.finder)
            && self.filter.as_ref().is_none_or(|filter| filter.lets(row, &mut self.finder))
    }

    fn lets(&mut self, row: &Conversation, wait: Wait) -> bool {
        self.chosen.query.lets(row, wait, &self.me, &mut self.finder)
            && self.filter.as_ref().is_none_or(|filter| filter.lets(row, &mut self.finder))
    }

    /// The text of the filter, if there is one.
    pub fn filter(&self) -> Option<&str> {
        self.filter.as_ref().map(Filter::text)
    }

    /// Shows only rows of the view in which every word is found; the empty text shows all of them.
    pub fn set_filter(&mut self, text: &str) {
        let filter = Filter::new(text);
        // what a longer text lets through, the shorter one did: look only there while the user types on
        let narrower = match (&filter, &self.filter) {
            (Some(new), Some(old)) => new.narrows(old),
            _ => false,
        };
        self.filter = filter;
        match self.listed.take().filter(|_| narrower) {
            Some(listed) => self.listed = Some(listed.into_iter().filter(|key| self.passes(*key)).collect()),
            None => self.list(false),
        }
        self.keep_something_selected();
    }

    /// The view whose conversations are shown.
    pub fn view(&self) -> &View {
        &self.chosen
    }

    /// Shows another view, in its order and without a filter, with its first conversation selected.
    pub fn set_view(&mut self, view: View) {
        self.sort = view.sort;
        self.chosen = view;
        self.filter = None;
        self.list(false);
        self.selected = self.shown().first().copied();
    }

    /// The order of the list.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Shows the same conversations in another order.
    pub fn set_sort(&mut self, sort: Sort) {
        self.sort = sort;
        self.list(true);
    }

    /// Every view with how many conversations it has: the built-in ones in the order of [`BuiltIn::ALL`], then the
    /// user's.
    pub fn views(&self) -> impl DoubleEndedIterator<Item = (&View, usize)> {
        self.views.iter().map(|counted| (&counted.view, counted.count))
    }

    /// How many conversations a built-in view has.
    pub fn count_of(&self, view: BuiltIn) -> usize {
        self.views.get(view.index()).map_or(0, |counted| counted.count)
    }

    /// Each line with how many conversations it has.
    pub fn lines(&self) -> impl Iterator<Item = (&Id, usize)> {
        self.lines.iter().map(|(line, count)| (line, *count))
    }

    /// Each label with how many conversations have it.
    pub fn labels(&self) -> impl Iterator<Item = (&Clean, usize)> {
        self.labels.iter().map(|(label, count)| (label, *count))
    }

    /// Adds the user's own views.
    pub fn add_views(&mut self, views: impl IntoIterator<Item = View>) {
        self.views.extend(views.into_iter().map(|view| Counted { view, count: 0 }));
        self.count();
    }

    /// Who works here.
    pub fn me(&self) -> &Me {
        &self.me
    }

    /// Says who works here: what is mine is counted anew.
    pub fn set_me(&mut self, me: Me) {
        if self.me != me {
            self.me = me;
            self.count();
            self.list(true);
        }
    }

    /// How many conversations have unread messages.
    pub fn unread_conversations(&self) -> usize {
        self.count_of(BuiltIn::Unread)
    }

    /// The sum of unread messages.
    pub fn unread(&self) -> u64 {
        self.shelf.rows().map(|row| u64::from(row.unread)).sum()
    }

    /// Since when a customer waits, as far as it is known.
    pub fn wait(&self, key: ConversationKey) -> Wait {
        self.shelf.beside(key).wait
    }

    /// The backend counts so many unread messages.
    pub fn told_unread(&mut self, key: ConversationKey, count: u32) {
        if let Some(beside) = self.shelf.beside_mut(key) {
            beside.told = Some(count);
        }
    }

    /// The backend's count of unread messages where it is another one than ours.
    pub fn drift(&self, key: ConversationKey) -> Option<u32> {
        let row = self.get(key)?;
        self.shelf.beside(key).told.filter(|told| *told != row.unread)
    }

    /// Whether a conversation may neither ring nor notify.
    pub fn is_muted(&self, key: ConversationKey) -> bool {
        self.shelf.beside(key).muted
    }

    /// Lets a conversation be silent, or ring again.
    pub fn mute(&mut self, key: ConversationKey, muted: bool) {
        if let Some(beside) = self.shelf.beside_mut(key) {
            beside.muted = muted;
        }
    }

    /// Whether a conversation is one of those that a query asks for.
    pub fn fits(&mut self, query: &Query, key: ConversationKey) -> bool {
        let wait = self.wait(key);
        self.shelf.get(key).is_some_and(|row| query.lets(row, wait, &self.me, &mut self.finder))
    }

    /// Whether a conversation is marked.
    pub fn is_marked(&self, key: ConversationKey) -> bool {
        self.shelf.beside(key).marked
    }

    /// How many are marked.
    pub fn marked_count(&self) -> usize {
        self.marked
    }

    /// The marked ones, the last message first.
    pub fn marked(&self) -> Vec<ConversationKey> {
        if self.marked == 0 {
            return Vec::new();
        }
        self.order.iter().copied().filter(|key| self.is_marked(*key)).collect()
    }

    /// Marks a conversation, or takes the mark away.
    pub fn mark(&mut self, key: ConversationKey, mark: bool) {
        if let Some(beside) = self.shelf.beside_mut(key).filter(|beside| beside.marked != mark) {
            beside.marked = mark;
            self.marked = if mark { self.marked + 1 } else { self.marked.saturating_sub(1) };
        }
    }

    /// Takes every mark away.
    pub fn clear_marks(&mut self) {
        for key in self.marked() {
            self.mark(key, false);
        }
    }

    /// Counts everything anew.
    fn count(&mut self) {
        for counted in &mut self.views {
            let query = &counted.view.query;
            counted.count = if query.is_all() {
                self.order.len()
            } else {
                let lets =
                    |row: &&Conversation| query.lets(row, self.shelf.beside(row.key).wait, &self.me, &mut self.finder);
                self.shelf.rows().filter(lets).count()
            };
        }
        self.lines.clear();
        self.labels.clear();
        for row in self.shelf.rows() {
            if let Some(line) = &row.line {
                *self.lines.entry(line.clone()).or_default() += 1;
            }
            for label in &row.labels {
                *self.labels.entry(label.clone()).or_default() += 1;
            }
        }
    }

    /// Makes the list anew. Where the view is still the same, the selected row stays even if it does not belong there
    /// any more.
    fn list(&mut self, same_view: bool) {
        let kept = self.selected.filter(|_| same_view && self.selected_index_in_old_list());
        if self.chosen.query.is_all() && self.filter.is_none() {
            self.listed = (self.sort != Sort::Latest).then(|| self.order.clone());
        } else {
            let order = std::mem::take(&mut self.order);
            self.listed = Some(order.iter().copied().filter(|key| Some(*key) == kept || self.passes(*key)).collect());
            self.order = order;
        }
        if let Some(listed) = self.listed.as_mut().filter(|_| self.sort != Sort::Latest) {
            self.shelf.sort(self.sort, listed);
        }
        self.keep_something_selected();
    }

    /// Whether the selected row was listed, however the list is ordered now.
    fn selected_index_in_old_list(&self) -> bool {
        self.listed.as_ref().is_none_or(|listed| self.selected.is_some_and(|key| listed.contains(&key)))
    }

    fn keep_something_selected(&mut self) {
        if self.selected_index().is_none() {
            self.selected = self.shown().first().copied();
        }
    }
}

/// Takes `before` out of the counts and `now` in.
fn recount<T: Ord>(counts: &mut BTreeMap<T, usize>, before: impl Iterator<Item = T>, now: impl Iterator<Item = T>) {
    for one in before {
        if let Some(count) = counts.get_mut(&one) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&one);
            }
        }
    }
    for one in now {
        *counts.entry(one).or_default() += 1;
    }
}

//! The list of conversations: rows, their order, the filter, and the selection.

use jiff::Timestamp;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::chat::{Conversation, ConversationKey};

/// The order of the list: newest first, then by key so that it is total.
type Place = (std::cmp::Reverse<Option<Timestamp>>, ConversationKey);

/// All conversations that are known, in order, with one selected.
///
/// Keys are dense, so rows are found by index. Raising a row moves a stretch of 4-byte keys; selecting is a binary
/// search; neither depends on how many rows there are in any way that a person could feel.
#[derive(Debug, Default)]
pub struct Inbox {
    rows: Vec<Option<Conversation>>,
    order: Vec<ConversationKey>,
    filter: Option<Filter>,
    selected: Option<ConversationKey>,
    /// How many rows have unread messages.
    unread: usize,
}

/// A filter with what it lets through, in list order.
#[derive(Debug)]
struct Filter {
    text: String,
    pattern: Pattern,
    shown: Vec<ConversationKey>,
}

fn place(row: &Conversation) -> Place {
    (std::cmp::Reverse(row.last_at), row.key)
}

impl Inbox {
    /// The conversation with this key.
    pub fn get(&self, key: ConversationKey) -> Option<&Conversation> {
        self.rows.get(key.0 as usize)?.as_ref()
    }

    /// How many there are, filtered or not.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// All keys in list order, whatever the filter.
    pub fn all(&self) -> &[ConversationKey] {
        &self.order
    }

    /// The keys that the list shows, in order.
    pub fn shown(&self) -> &[ConversationKey] {
        match &self.filter {
            Some(filter) => &filter.shown,
            None => &self.order,
        }
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
        let wanted = place(self.get(key)?);
        self.search(self.shown(), &wanted).ok()
    }

    /// Adds a row, or replaces it, and puts it into its place. Selects it if nothing is selected.
    pub fn put(&mut self, row: Conversation) {
        let key = row.key;
        let index = key.0 as usize;
        if self.rows.len() <= index {
            self.rows.resize_with(index + 1, || None);
        }
        let old = self.rows.get(index).and_then(Option::as_ref).map(place);
        let new = place(&row);
        if old.as_ref() != Some(&new) {
            if let Some(old) = &old {
                Self::take_out(&self.rows, &mut self.order, old);
            }
            let rows = &self.rows;
            let at = self.order.partition_point(|other| Self::place_in(rows, *other).is_some_and(|p| p < new));
            self.order.insert(at, key);
        }
        if let Some(mut filter) = self.filter.take() {
            if let Some(old) = &old {
                Self::take_out(&self.rows, &mut filter.shown, old);
            }
            if matches_row(&filter.pattern, &row, &mut Matcher::new(Config::DEFAULT)) {
                let rows = &self.rows;
                let at = filter.shown.partition_point(|other| Self::place_in(rows, *other).is_some_and(|p| p < new));
                filter.shown.insert(at, key);
            }
            self.filter = Some(filter);
        }
        self.unread += usize::from(row.unread > 0);
        if let Some(slot) = self.rows.get_mut(index) {
            let gone = slot.replace(row);
            self.unread -= usize::from(gone.is_some_and(|gone| gone.unread > 0));
        }
        if self.selected.is_none() {
            self.selected = Some(key);
        }
    }

    /// Takes a whole list at once: one sort instead of as many insertions.
    pub fn put_all(&mut self, rows: impl IntoIterator<Item = Conversation>) {
        for row in rows {
            let index = row.key.0 as usize;
            if self.rows.len() <= index {
                self.rows.resize_with(index + 1, || None);
            }
            if let Some(slot) = self.rows.get_mut(index) {
                *slot = Some(row);
            }
        }
        let mut places: Vec<Place> = self.rows.iter().flatten().map(place).collect();
        places.sort_unstable();
        self.unread = self.rows.iter().flatten().filter(|row| row.unread > 0).count();
        self.order = places.into_iter().map(|(_, key)| key).collect();
        if let Some(filter) = self.filter.take() {
            self.set_filter(&filter.text);
        }
        if self.selected.is_none() {
            self.selected = self.shown().first().copied();
        }
    }

    /// Takes a row away (its conversation was merged into another).
    pub fn remove(&mut self, key: ConversationKey) {
        let Some(wanted) = self.get(key).map(place) else { return };
        let below = self.selected_index().map(|at| at.saturating_add(1));
        Self::take_out(&self.rows, &mut self.order, &wanted);
        if let Some(filter) = &mut self.filter {
            Self::take_out(&self.rows, &mut filter.shown, &wanted);
        }
        if let Some(slot) = self.rows.get_mut(key.0 as usize) {
            self.unread -= usize::from(slot.take().is_some_and(|gone| gone.unread > 0));
        }
        if self.selected == Some(key) {
            let at = below.unwrap_or(0).saturating_sub(1).min(self.shown().len().saturating_sub(1));
            self.selected = self.shown().get(at).copied();
        }
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
            self.selected = Some(key);
        }
    }

    /// Moves the selection by so many rows, and stops at the ends.
    pub fn move_by(&mut self, rows: isize) {
        let shown = self.shown();
        let Some(last) = shown.len().checked_sub(1) else { return };
        let at = self.selected_index().map_or(0, |at| at.saturating_add_signed(rows).min(last));
        self.selected = shown.get(at).copied();
    }

    /// The text of the filter, if there is one.
    pub fn filter(&self) -> Option<&str> {
        self.filter.as_ref().map(|filter| filter.text.as_str())
    }

    /// Shows only rows whose name, phone, preview or labels match, fuzzily; the empty text shows all.
    pub fn set_filter(&mut self, text: &str) {
        if text.is_empty() {
            self.filter = None;
        } else {
            let pattern = Pattern::parse(text, CaseMatching::Smart, Normalization::Smart);
            // What a longer text lets through, the shorter one did: look only there while the user types on.
            let narrower = self.filter.as_ref().is_some_and(|old| {
                text.starts_with(old.text.as_str()) && !text.contains(['!', '^', '$', '\'', '\\', ' '])
            });
            let among = if narrower { self.shown() } else { &self.order };
            let mut matcher = Matcher::new(Config::DEFAULT);
            let shown = among
                .iter()
                .copied()
                .filter(|key| self.get(*key).is_some_and(|row| matches_row(&pattern, row, &mut matcher)))
                .collect();
            self.filter = Some(Filter { text: text.to_owned(), pattern, shown });
        }
        if self.selected_index().is_none() {
            self.selected = self.shown().first().copied();
        }
    }

    /// How many conversations have unread messages.
    pub fn unread_conversations(&self) -> usize {
        self.unread
    }

    /// The sum of unread messages.
    pub fn unread(&self) -> u64 {
        self.rows.iter().flatten().map(|row| u64::from(row.unread)).sum()
    }

    fn place_in(rows: &[Option<Conversation>], key: ConversationKey) -> Option<Place> {
        rows.get(key.0 as usize)?.as_ref().map(place)
    }

    fn search(&self, among: &[ConversationKey], wanted: &Place) -> Result<usize, usize> {
        let rows = &self.rows;
        among.binary_search_by(|key| Self::place_in(rows, *key).as_ref().cmp(&Some(wanted)))
    }

    fn take_out(rows: &[Option<Conversation>], from: &mut Vec<ConversationKey>, wanted: &Place) {
        if let Ok(at) = from.binary_search_by(|key| Self::place_in(rows, *key).as_ref().cmp(&Some(wanted))) {
            from.remove(at);
        }
    }
}

fn matches_row(pattern: &Pattern, row: &Conversation, matcher: &mut Matcher) -> bool {
    let mut buffer = Vec::new();
    let mut field = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), matcher).is_some();
    row.name.as_deref().is_some_and(&mut field)
        || row.phone.as_ref().is_some_and(|phone| field(phone.digits()))
        || row.preview.as_deref().is_some_and(&mut field)
        || row.labels.iter().any(|label| field(label))
}

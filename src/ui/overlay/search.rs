//! The search in the cache and at the backend: what is typed, and the messages that were found.

use ratatui::style::Modifier;

use super::mark;
use super::{boxed, typed};
use crate::app::finding::{self, Remote, Results};
use crate::app::layout::list_top;
use crate::app::update;
use crate::chat::{ConversationKey, Direction};
use crate::text;
use crate::ui::Canvas;

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    search: &str,
    chosen: usize,
    within: Option<ConversationKey>,
    found: Option<&Results>,
) {
    let state = canvas.state;
    let name = within.and_then(|key| state.inbox.get(key)).map(crate::chat::Conversation::title);
    let title = match &name {
        Some(name) => format!("Search in the messages of {name}"),
        None => "Search in all messages".to_owned(),
    };
    let inside = boxed(canvas, 100, 22, &title);
    let area = typed(canvas, inside, search, "words, in any script");
    let theme = canvas.theme;
    let Some(found) = found else { return };
    let hits = &found.hits;
    if hits.is_empty() {
        let words = update::nothing_found(state, found);
        canvas.pen(area, 0).skip(3).fit(&words, theme.screen.dim);
        return;
    }
    let terms = finding::terms(&found.query);
    let page = usize::from(area.height).saturating_sub(1).max(1);
    let top = list_top(Some(chosen), hits.len(), page);
    for (nth, (index, hit)) in (0..area.height).zip(hits.iter().enumerate().skip(top).take(page)) {
        let mut pen = canvas.pen(area, nth);
        pen.skip(3);
        let shown = &hit.shown;
        let time = shown.at.map(|at| state.when(at)).unwrap_or_default();
        pen.cell_right(&time, state.when_columns(), theme.list.time).skip(1);
        if within.is_none() {
            let known = update::conversation_of(state, hit).and_then(|key| state.inbox.get(key));
            let kept = shown.row.as_ref();
            let title = known.map(crate::chat::Conversation::title).or_else(|| kept.and_then(|row| row.name.clone()));
            let title = title.or_else(|| kept.and_then(|row| row.phone.as_ref()).map(|phone| phone.shown()));
            pen.cell(&title.unwrap_or_else(|| shown.conversation.shown()), 18, theme.list.name).skip(1);
        }
        let (arrow, style) = match shown.direction {
            Direction::Inbound => ("< ", theme.thread.inbound),
            Direction::Outbound => ("> ", theme.thread.outbound),
            Direction::Note => ("# ", theme.thread.note),
        };
        pen.put(arrow, theme.screen.dim);
        let place = if hit.cached { "" } else { " backend" };
        let room = pen.left().saturating_sub(place.len());
        let snippet = text::fit(&shown.snippet, room);
        let mut from = 0;
        for range in text::find_folded(&snippet, &terms) {
            pen.put(snippet.get(from..range.start).unwrap_or_default(), style);
            pen.put(snippet.get(range.clone()).unwrap_or_default(), style.add_modifier(Modifier::REVERSED));
            from = range.end;
        }
        pen.put(snippet.get(from..).unwrap_or_default(), style);
        let gap = pen.left().saturating_sub(place.len());
        pen.skip(gap).put(place, theme.screen.dim);
        mark(canvas, area, nth, index == chosen);
    }
    let mut count = format!("{} of {}", chosen + 1, hits.len());
    let dot = canvas.glyphs.dot;
    match &found.remote {
        Remote::Not => {}
        Remote::Asked => count.push_str(&format!("{dot}asking the backend")),
        Remote::Done => {
            let alone = hits.iter().filter(|hit| !hit.cached).count();
            count.push_str(&format!("{dot}{alone} of them only at the backend"));
        }
        Remote::Failed(why) => count.push_str(&format!("{dot}the backend was not searched: {why}")),
    }
    let last = area.height.saturating_sub(1);
    canvas.pen(area, last).skip(3).fit(&count, theme.screen.dim);
}

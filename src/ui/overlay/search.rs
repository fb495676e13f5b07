//! The search in the cache: what is typed, and the messages that were found.

use ratatui::style::Modifier;

use super::mark;
use super::{boxed, typed};
use crate::app::layout::list_top;
use crate::app::{finding, times, update};
use crate::chat::{ConversationKey, Direction};
use crate::store::Hit;
use crate::text;
use crate::ui::Canvas;

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    search: &str,
    chosen: usize,
    within: Option<ConversationKey>,
    found: Option<&(String, Vec<Hit>)>,
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
    let Some((query, hits)) = found else { return };
    if hits.is_empty() {
        let words = update::nothing_found(state, search);
        canvas.pen(area, 0).skip(3).fit(&words, theme.screen.dim);
        return;
    }
    let terms = finding::terms(query);
    let page = usize::from(area.height).saturating_sub(1).max(1);
    let top = list_top(Some(chosen), hits.len(), page);
    for (nth, (index, hit)) in (0..area.height).zip(hits.iter().enumerate().skip(top).take(page)) {
        let mut pen = canvas.pen(area, nth);
        pen.skip(3);
        let time = hit.at.map(|at| times::ago(at, state.now, &state.settings.zone)).unwrap_or_default();
        pen.cell_right(&time, 6, theme.list.time).skip(1);
        if within.is_none() {
            let title = hit.row.as_ref().and_then(|row| row.name.clone());
            let title =
                title.or_else(|| hit.row.as_ref().and_then(|row| row.phone.as_ref()).map(|phone| phone.shown()));
            pen.cell(&title.unwrap_or_else(|| hit.conversation.shown()), 18, theme.list.name).skip(1);
        }
        let (arrow, style) = match hit.direction {
            Direction::Inbound => ("< ", theme.thread.inbound),
            Direction::Outbound => ("> ", theme.thread.outbound),
            Direction::Note => ("# ", theme.thread.note),
        };
        pen.put(arrow, theme.screen.dim);
        let snippet = text::fit(&hit.snippet, pen.left());
        let mut from = 0;
        for range in text::find_folded(&snippet, &terms) {
            pen.put(snippet.get(from..range.start).unwrap_or_default(), style);
            pen.put(snippet.get(range.clone()).unwrap_or_default(), style.add_modifier(Modifier::REVERSED));
            from = range.end;
        }
        pen.put(snippet.get(from..).unwrap_or_default(), style);
        mark(canvas, area, nth, index == chosen);
    }
    let count = format!("{} of {}", chosen + 1, hits.len());
    let last = area.height.saturating_sub(1);
    canvas.pen(area, last).skip(3).put(&count, theme.screen.dim);
}

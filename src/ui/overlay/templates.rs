//! Templates: the list to choose from, and one while it is filled in.

use ratatui::layout::Rect;

use super::{boxed, mark, typed};
use crate::app::details::CHANNEL;
use crate::app::layout::list_top;
use crate::app::template::{Form, Part};
use crate::app::{Loading, update, writing};
use crate::chat::{Conversation, ConversationKey};
use crate::config::Action;
use crate::text::{self, Clean};
use crate::ui::Canvas;
use crate::wire::Catalogue;

fn title(canvas: &Canvas<'_>, what: &str, key: ConversationKey) -> String {
    let name = canvas.state.inbox.get(key).map(Conversation::title);
    format!("{what} for {} ({CHANNEL})", name.as_deref().unwrap_or("nobody"))
}

/// The approved templates.
pub(super) fn choose(canvas: &mut Canvas<'_>, key: ConversationKey, search: &str, chosen: usize) {
    let state = canvas.state;
    let theme = canvas.theme;
    let found = update::templates_found(state, search);
    let title = title(canvas, "A template", key);
    let inside = boxed(canvas, 90, 18, &title);
    let area = typed(canvas, inside, search, "type a name, a language, or a word of it");
    let loading = state.catalogues.loading(Catalogue::Templates);
    let none = state.catalogues.items(Catalogue::Templates).is_empty();
    let words = match loading {
        Loading::Failed(why) if none => format!("The templates did not come: {why}"),
        Loading::Done if none => "There is no approved template.".to_owned(),
        _ if none => "Fetching the templates".to_owned(),
        _ if found.is_empty() => "Nothing matches.".to_owned(),
        _ => String::new(),
    };
    canvas.pen(area, 0).skip(3).fit(&words, theme.screen.dim);
    let top = list_top(Some(chosen), found.len(), usize::from(area.height));
    for (nth, (index, item)) in (0..area.height).zip(found.iter().enumerate().skip(top)) {
        let mut pen = canvas.pen(area, nth);
        pen.skip(3).cell(&item.title, 24, theme.panel.key).skip(1);
        pen.cell(item.language.as_deref().unwrap_or_default(), 6, theme.screen.dim).skip(1);
        let body = item.text.as_deref().map(Clean::line).unwrap_or_default();
        pen.fit(&body, theme.panel.value);
        mark(canvas, area, nth, index == chosen);
    }
}

/// One while it is filled in: how it reads, then its placeholders.
pub(super) fn fill(canvas: &mut Canvas<'_>, form: &Form) {
    const COLUMNS: u16 = 76;
    let theme = canvas.theme;
    let title = title(canvas, &form.item.title, form.key);
    let columns = usize::from(COLUMNS.min(canvas.rects.overlay.width.saturating_sub(2))).saturating_sub(2);
    let preview = lines(form, columns);
    let fields = u16::try_from(form.names.len()).unwrap_or(u16::MAX);
    let height = u16::try_from(preview.len()).unwrap_or(u16::MAX).saturating_add(fields).saturating_add(3);
    let inside = boxed(canvas, COLUMNS, height, &title);
    // the fields and the last line stay in view, however long the text is
    let below = (fields + 2).min(inside.height);
    let shown = inside.height - below;
    let styled = |part: &Part| match part {
        Part::Fixed(_) => theme.thread.outbound,
        Part::Filled(_) => theme.screen.hit,
        Part::Open(_) => theme.composer.placeholder,
    };
    for (nth, line) in (0..shown).zip(&preview) {
        let mut pen = canvas.pen(inside, nth);
        pen.skip(1);
        for (text, part) in line {
            pen.put(text, styled(part));
        }
    }
    let width = form.names.iter().map(|name| text::width(name) + 4).max().unwrap_or(0).min(20);
    for (nth, (index, (name, value))) in (0..fields).zip(form.names.iter().zip(&form.values).enumerate()) {
        let row = Rect { y: inside.y + shown + nth, height: 1, ..inside }.intersection(inside);
        if row.height == 0 {
            break;
        }
        let name = format!("{{{{{name}}}}}");
        canvas.pen(row, 0).skip(1).cell(&writing::shown(&name), width, theme.panel.key);
        let left = u16::try_from(width + 1).unwrap_or(0).min(row.width);
        let field = Rect { x: row.x + left, width: row.width - left, ..row };
        if index == form.at {
            typed(canvas, field, value, "type what stands here");
        } else {
            canvas.pen(field, 0).skip(3).fit(&writing::shown(value), theme.composer.text);
        }
    }
    let foot = Rect { y: inside.bottom().saturating_sub(1), height: inside.height.min(1), ..inside };
    if let Some(problem) = &form.problem {
        let alert = canvas.glyphs.alert;
        canvas.pen(foot, 0).skip(1).put(alert, theme.screen.error).skip(1).fit(problem, theme.screen.error);
        return;
    }
    let ready = form.open().is_none();
    let next = canvas.hint(Action::FocusNext, "next");
    let enter = canvas.hint(Action::Open, if ready { "sends it" } else { "goes on to what is missing" });
    let mut hints = vec![enter];
    hints.extend((form.names.len() > 1).then_some(next));
    hints.push(canvas.hint(Action::Back, "leaves it"));
    let hints = hints.join(canvas.glyphs.dot);
    canvas.pen(foot, 0).skip(1).fit(&hints, theme.screen.dim);
}

/// The text in rows, each in pieces that know what they are.
fn lines(form: &Form, columns: usize) -> Vec<Vec<(String, Part)>> {
    let parts = form.parts();
    let words = |part: &Part| match part {
        Part::Fixed(text) | Part::Filled(text) | Part::Open(text) => writing::shown_lines(text),
    };
    let whole: String = parts.iter().map(words).collect();
    let mut rows = Vec::new();
    for range in text::wrap(&whole, columns) {
        let mut row = Vec::new();
        let mut at = 0;
        for part in &parts {
            let end = at + words(part).len();
            let (from, to) = (range.start.max(at), range.end.min(end));
            if from < to {
                row.push((whole.get(from..to).unwrap_or_default().to_owned(), part.clone()));
            }
            at = end;
        }
        rows.push(row);
    }
    rows
}

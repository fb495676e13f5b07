//! Files: the prompt that finds one to send, the files of a conversation, a picture.

use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use super::{boxed, mark, typed};
use crate::app::details::CHANNEL;
use crate::app::files::{Listing, Then};
use crate::app::layout::list_top;
use crate::app::picture::Shown;
use crate::app::{rows, times, update, writing};
use crate::chat::attachment::{kind_of, mime_of};
use crate::chat::{Content, Conversation};
use crate::config::Action;
use crate::text::{self, Clean};
use crate::ui::Canvas;

/// A file to be sent is looked for.
pub(super) fn attach(
    canvas: &mut Canvas<'_>,
    path: &str,
    chosen: usize,
    listing: Option<&Listing>,
    problem: Option<&Clean>,
) {
    let state = canvas.state;
    let theme = canvas.theme;
    let name = state.composer.target.and_then(|key| state.inbox.get(key)).map(Conversation::title);
    let title = format!("A file for {} ({CHANNEL})", name.as_deref().unwrap_or("nobody"));
    let inside = boxed(canvas, 84, 18, &title);
    let area = typed(canvas, inside, path, "a path; ~/ is your home directory");
    let foot = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
    let area = Rect { height: area.height.saturating_sub(2), ..area };
    let found = update::offered(state);
    match listing {
        None => _ = canvas.pen(area, 0).skip(3).fit("Looking", theme.screen.dim),
        Some(Listing { entries: Err(why), .. }) => _ = canvas.pen(area, 0).skip(3).fit(why, theme.screen.error),
        Some(_) if found.is_empty() => {
            canvas.pen(area, 0).skip(3).fit("Nothing here has that in its name.", theme.screen.dim);
        }
        Some(_) => {}
    }
    let top = list_top(Some(chosen), found.len(), usize::from(area.height));
    for (nth, (index, entry)) in (0..area.height).zip(found.iter().enumerate().skip(top)) {
        let mut pen = canvas.pen(area, nth);
        pen.skip(3);
        let name = writing::shown(&entry.name);
        if entry.file {
            let kind = kind_of(&mime_of(&entry.name));
            let large = state.media.limits.check(kind, entry.size).is_err();
            let room = pen.left().saturating_sub(20);
            let style = if large { theme.screen.dim } else { theme.panel.value };
            pen.cell(&name, room, style).skip(1);
            pen.cell_right(&times::size(entry.size), 9, if large { theme.screen.error } else { theme.screen.dim });
            pen.skip(1).fit(kind.name(), theme.screen.dim);
        } else {
            pen.fit(&format!("{name}{}", std::path::MAIN_SEPARATOR), theme.panel.key);
        }
        mark(canvas, area, nth, index == chosen);
    }
    if let Some(problem) = problem {
        let alert = canvas.glyphs.alert;
        canvas.pen(foot, 0).skip(1).put(alert, theme.screen.error).skip(1).fit(problem, theme.screen.error);
        return;
    }
    let next = canvas.hint(Action::FocusNext, "completes");
    let hints = [canvas.hint(Action::Open, "takes it"), next, "a dot shows what is hidden".to_owned()];
    let hints = hints.join(canvas.glyphs.dot);
    canvas.pen(foot, 0).skip(1).fit(&hints, theme.screen.dim);
}

/// The files of the conversation.
pub(super) fn choose(canvas: &mut Canvas<'_>, then: Then, chosen: usize) {
    let state = canvas.state;
    let theme = canvas.theme;
    let title = match then {
        Then::Keep => "Keep which file?",
        Then::Open => "Open which file?",
        Then::View => "Look at which picture?",
    };
    let files = update::of_thread(state, then);
    let height = u16::try_from(files.len()).unwrap_or(u16::MAX).clamp(3, 16);
    let area = boxed(canvas, 90, height, title);
    let Some((key, view)) = state.open.zip(state.open_thread()) else { return };
    let top = list_top(Some(chosen), files.len(), usize::from(area.height));
    for (nth, (index, file)) in (0..area.height).zip(files.iter().enumerate().skip(top)) {
        let Some(message) = view.thread.get(*file) else { continue };
        let Content::Media(media) = &message.content else { continue };
        let time = message.created_at.map(|at| state.when(at)).unwrap_or_default();
        let author = rows::author(state, key, message);
        let name = media.filename.as_deref().or(media.caption.as_deref()).unwrap_or_default();
        let mut pen = canvas.pen(area, nth);
        pen.skip(3)
            .cell_right(&time, state.when_columns(), theme.list.time)
            .skip(1)
            .cell(&author, 16, theme.list.name)
            .skip(1);
        pen.cell(media.kind.name(), 9, theme.thread.media);
        pen.cell_right(&media.size.map(times::size).unwrap_or_default(), 9, theme.screen.dim).skip(1);
        pen.fit(name, theme.panel.value);
        mark(canvas, area, nth, index == chosen);
    }
}

/// A picture. What the terminal paints by itself is left blank here.
pub(super) fn picture(canvas: &mut Canvas<'_>, title: &str, shown: Option<&Shown>) {
    let dim = canvas.theme.screen.dim;
    let word = |canvas: &mut Canvas<'_>, words: &str, style| {
        let columns = u16::try_from(text::width(words).max(text::width(title)) + 4).unwrap_or(u16::MAX);
        let inside = boxed(canvas, columns, 1, title);
        canvas.pen(inside, 0).skip(1).fit(words, style);
    };
    match shown {
        None => word(canvas, "Reading the picture", dim),
        Some(Shown::Failed(why)) => {
            let style = canvas.theme.screen.error;
            word(canvas, why, style);
        }
        Some(Shown::ByTerminal { columns, rows }) => _ = boxed(canvas, *columns, *rows, title),
        Some(Shown::Cells(cells)) => {
            let columns = usize::from(cells.columns.max(1));
            let height = u16::try_from(cells.cells.len() / columns).unwrap_or(u16::MAX);
            let inside = boxed(canvas, cells.columns, height, title);
            for (y, row) in (0..inside.height).zip(cells.cells.chunks(columns)) {
                for (x, (upper, lower)) in (0..inside.width).zip(row) {
                    let colour = |[red, green, blue]: [u8; 3]| Color::Rgb(red, green, blue);
                    let style = Style::new().fg(colour(*upper)).bg(colour(*lower));
                    if let Some(cell) = canvas.buffer.cell_mut((inside.x + x, inside.y + y)) {
                        cell.set_symbol("▀").set_style(style);
                    }
                }
            }
        }
    }
}

//! Lists to choose from, and lines that are asked for.

use ratatui::layout::Rect;

use super::{boxed, mark, typed};
use crate::app::ThemeChoice;
use crate::app::layout::list_top;
use crate::app::phrases;
use crate::app::state::Ask;
use crate::config::{Action, Theme};
use crate::text::Clean;
use crate::ui::Canvas;

/// The canned replies that are found.
pub(super) fn replies(canvas: &mut Canvas<'_>, search: &str, chosen: usize) {
    let state = canvas.state;
    let theme = canvas.theme;
    let all = phrases::all(state);
    let found = phrases::matching(&all, search);
    let rows = u16::try_from(found.len() + 4).unwrap_or(18).clamp(8, 18);
    let inside = boxed(canvas, 84, rows, "Canned replies");
    let area = typed(canvas, inside, search, "type a name, or a word of the reply");
    let foot = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
    let area = Rect { height: area.height.saturating_sub(2), ..area };
    if all.is_empty() {
        let keep = canvas.key_in(crate::config::Context::Composer, Action::KeepReply).unwrap_or_default();
        let file = state.files.replies.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let lines = [
            "There are none yet.".to_owned(),
            format!("Write a reply in the composer and press {keep} to keep it under a name,"),
            format!("or write them into {}", Clean::line(&file)),
        ];
        for (nth, line) in (1..area.height).zip(&lines) {
            canvas.pen(area, nth).skip(3).fit(line, theme.screen.dim);
        }
    } else if found.is_empty() {
        canvas.pen(area, 0).skip(3).put("Nothing matches.", theme.screen.dim);
    }
    let top = list_top(Some(chosen), found.len(), usize::from(area.height));
    for (nth, (index, phrase)) in (0..area.height).zip(found.iter().enumerate().skip(top)) {
        let mut pen = canvas.pen(area, nth);
        pen.skip(3).cell(&format!("/{}", phrase.name), 18, theme.panel.key).skip(1);
        if phrase.shared {
            pen.put("(team) ", theme.screen.dim);
        }
        pen.fit(&Clean::line(&phrase.text), theme.panel.value);
        mark(canvas, area, nth, index == chosen);
    }
    let hints = [
        canvas.hint(Action::Open, "uses it"),
        canvas.hint(Action::Editor, "changes it in your editor"),
        canvas.hint(Action::Delete, "deletes it"),
    ];
    let hints = hints.join(canvas.glyphs.dot);
    canvas.pen(foot, 0).skip(1).fit(&hints, theme.screen.dim);
}

/// Links, to choose one.
pub(super) fn links(canvas: &mut Canvas<'_>, links: &[Clean], chosen: usize) {
    let rows = u16::try_from(links.len()).unwrap_or(u16::MAX).clamp(3, 16);
    let area = boxed(canvas, 90, rows, "Open which link?");
    let theme = canvas.theme;
    let top = list_top(Some(chosen), links.len(), usize::from(area.height));
    for (nth, (index, link)) in (0..area.height).zip(links.iter().enumerate().skip(top)) {
        canvas.pen(area, nth).skip(3).fit(link, theme.screen.link);
        mark(canvas, area, nth, index == chosen);
    }
}

/// The themes, in the colours of the chosen one.
pub(super) fn themes(canvas: &mut Canvas<'_>, choices: &[ThemeChoice], chosen: usize, before: &Theme) {
    let rows = u16::try_from(choices.len() + 2).unwrap_or(u16::MAX).clamp(5, 18);
    let inside = boxed(canvas, 60, rows, "Themes");
    let theme = canvas.theme;
    let area = Rect { height: inside.height.saturating_sub(2), ..inside };
    let top = list_top(Some(chosen), choices.len(), usize::from(area.height));
    for (nth, (index, choice)) in (0..area.height).zip(choices.iter().enumerate().skip(top)) {
        let mut pen = canvas.pen(area, nth);
        pen.skip(3).cell(&choice.name, 16, theme.panel.value).skip(1);
        match &choice.theme {
            Err(problem) => _ = pen.fit(problem, theme.screen.error),
            Ok(own) if **own == *before => _ = pen.put("in force now", theme.screen.dim),
            Ok(_) => {}
        }
        mark(canvas, area, nth, index == chosen);
    }
    let hints = [canvas.hint(Action::Open, "takes it"), canvas.hint(Action::Back, "leaves it as it was")];
    let hints = hints.join(canvas.glyphs.dot);
    canvas.pen(inside, inside.height.saturating_sub(1)).skip(1).fit(&hints, theme.screen.dim);
}

/// A line is asked for.
pub(super) fn ask(canvas: &mut Canvas<'_>, ask: &Ask, text: &str) {
    let (title, placeholder, what) = match ask {
        Ask::ReplyName { text } => ("Keep as a canned reply", "a name, such as hello", Clean::line(text)),
        Ask::ExportPath => (
            "Write the conversation to a file",
            "a file that ends in .txt, .md or .json",
            Clean::line("The ending says how: .txt, .md (Markdown) or .json"),
        ),
    };
    let inside = boxed(canvas, 76, 3, title);
    let dim = canvas.theme.screen.dim;
    let below = typed(canvas, inside, text, placeholder);
    canvas.pen(below, 1).skip(1).fit(&what, dim);
}

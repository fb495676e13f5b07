//! Questions that want yes or no.

use ratatui::layout::Rect;

use super::boxed;
use crate::app::outbox::Fate;
use crate::app::{Mode, Stage, Under, times, writing};
use crate::backend::JoinShape;
use crate::chat::Id;
use crate::config::Action;
use crate::text;
use crate::ui::Canvas;

/// At most this many lines of a paste are shown.
const SHOWN: usize = 6;

/// A large paste waits for a yes.
pub(super) fn paste(canvas: &mut Canvas<'_>, pasted: &str) {
    let state = canvas.state;
    let name = state.composer.target.and_then(|key| state.inbox.get(key)).map(crate::chat::Conversation::title);
    let name = name.as_deref().unwrap_or("nobody");
    let whom = match state.composer.mode {
        Mode::Reply => format!("the reply to {name}"),
        Mode::Note => "the note to the team".to_owned(),
    };
    let lines = pasted.lines().count();
    let characters = pasted.chars().count();
    let (counted_lines, characters) = (times::counted(lines, "line"), times::counted(characters, "character"));
    let first = format!("Put {counted_lines}, {characters}, into {whom}?");
    let mut body: Vec<String> = pasted.lines().take(SHOWN).map(|line| format!("  {}", writing::shown(line))).collect();
    if lines > SHOWN {
        body.push(format!("  and {} more", times::counted(lines - SHOWN, "line")));
    }
    ask(canvas, "Paste", &first, &body);
}

/// Leave although something would be lost?
pub(super) fn quit(canvas: &mut Canvas<'_>, reason: &str) {
    let keep = &canvas.state.keep;
    let why = match (&keep.stage, &keep.trouble) {
        (Stage::Broken(what), _) | (_, Some(what)) => writing::shown(what),
        _ if canvas.state.settings.demo => "The demo keeps nothing between runs.".to_owned(),
        _ => "The store is not open yet.".to_owned(),
    };
    let lost = "It is in memory only, and lost when you leave.".to_owned();
    ask(canvas, "Leave?", reason, &[lost, why]);
}

/// Throw a text away that was not sent?
pub(super) fn discard(canvas: &mut Canvas<'_>, client: &Id) {
    let state = canvas.state;
    let Some(item) = state.outbox.get(client) else { return ask(canvas, "Throw away?", "It is sent already.", &[]) };
    let name = state.inbox.get(item.key).map(crate::chat::Conversation::title);
    let first = format!("Throw the text to {} away?", name.as_deref().unwrap_or("the customer"));
    let mut body: Vec<String> =
        item.text.lines().take(SHOWN).map(|line| format!("  {}", writing::shown(line))).collect();
    if item.fate == Fate::Unconfirmed {
        body.push("It may have been sent all the same.".to_owned());
    }
    ask(canvas, "Throw away?", &first, &body);
}

/// Is this meant?
pub(super) fn sure(canvas: &mut Canvas<'_>, words: &str) {
    ask(canvas, "Sure?", words, &[]);
}

/// Emit a trial join? The argument is shown as it will be sent.
pub(super) fn try_join(canvas: &mut Canvas<'_>, id: &Id, shape: JoinShape) {
    let how = match shape {
        JoinShape::Text => "with the id as a bare string",
        JoinShape::Object => "with the id in an object",
    };
    let asked = format!("Emit the join of {} {how}?", id.shown());
    let body = [
        "It is sent once, to see what it brings. The backend may answer,",
        "or ignore it; the room ledger does not change.",
    ];
    ask(canvas, "Try a join", &asked, &body.map(str::to_owned));
}

fn ask(canvas: &mut Canvas<'_>, title: &str, question: &str, body: &[String]) {
    const COLUMNS: u16 = 64;
    let columns = usize::from(COLUMNS.min(canvas.rects.overlay.width.saturating_sub(2))).saturating_sub(2);
    let asked: Vec<&str> = text::wrap(question, columns).into_iter().filter_map(|range| question.get(range)).collect();
    let rows = u16::try_from(asked.len() + body.len() + 3).unwrap_or(u16::MAX - 2);
    let inside = boxed(canvas, COLUMNS, rows, title);
    let theme = canvas.theme;
    let mut nth = 0;
    for line in asked {
        canvas.pen(inside, nth).skip(1).put(line, theme.screen.text);
        nth += 1;
    }
    nth += u16::from(!body.is_empty());
    for line in body {
        canvas.pen(inside, nth).skip(1).fit(line, theme.screen.dim);
        nth += 1;
    }
    // the answer is always in view, whatever had to give way
    let last = (nth + 1).min(inside.height.saturating_sub(1));
    let mut pen = canvas.pen(inside, last);
    let room = pen.left();
    pen.cell("", room, theme.screen.text);
    let row = Rect { y: inside.y + last, height: 1, ..inside };
    let mut x = row.x + 1;
    for (nth, (action, word)) in [(Action::Confirm, "yes"), (Action::Decline, "no")].into_iter().enumerate() {
        let dot = if nth > 0 { canvas.glyphs.dot } else { "" };
        let words = format!("{dot}{}", canvas.hint(action, word));
        let width = u16::try_from(text::width(&words)).unwrap_or(u16::MAX);
        let area = Rect { x, width, ..row }.intersection(row);
        canvas.pen(area, 0).put(&words, theme.panel.key);
        canvas.here(area, Under::Do(action));
        x = x.saturating_add(width);
    }
}

//! Where the agent writes: who will get it, what is written, and why a text came back.

use ratatui::layout::Rect;

use super::Canvas;
use crate::app::composer::placeholders;
use crate::app::details::{CHANNEL, window_words};
use crate::app::layout::ComposerParts;
use crate::app::writing::{self, MOST_CHARACTERS};
use crate::app::{Focus, Mode, State, Under, times};
use crate::chat::window::Window;
use crate::config::{Action, Context};
use crate::text;

/// From here on the count of characters is shown.
const NEAR_THE_LIMIT: usize = MOST_CHARACTERS - 596;

pub(super) fn draw(canvas: &mut Canvas<'_>, parts: &ComposerParts) {
    heading(canvas, parts);
    if let (Some(area), Some(refusal)) = (parts.refusal, &canvas.state.composer.refusal) {
        let (alert, style) = (canvas.glyphs.alert, canvas.theme.screen.error);
        canvas.pen(area, 0).skip(1).put(alert, style);
        let lines = text::wrap(refusal, usize::from(parts.text.width));
        let text = Rect { x: parts.text.x, width: parts.text.width, ..area };
        for (nth, range) in (0..text.height).zip(lines) {
            canvas.pen(text, nth).put(refusal.get(range).unwrap_or_default(), style);
        }
    }
    if let Some(area) = parts.along {
        along(canvas, area);
    }
    written(canvas, parts);
}

/// What goes along with the text: the message that is answered, the file.
fn along(canvas: &mut Canvas<'_>, area: Rect) {
    let (state, theme) = (canvas.state, canvas.theme);
    let mut nth = 0;
    if let Some(quote) = &state.composer.along.quote {
        let mark = canvas.glyphs.quote;
        canvas.pen(area, nth).skip(1).put(mark, theme.composer.prompt).skip(1).fit(&quote.words, theme.screen.dim);
        nth += 1;
    }
    if let Some(file) = &state.composer.along.file {
        let label = format!("[{}]", file.kind.name());
        let words = format!("{} ({})", file.name, times::size(file.size));
        let drop = canvas.hint_in(Context::Composer, Action::DropOrStop, "takes it out");
        let mut pen = canvas.pen(area, nth.min(area.height.saturating_sub(1)));
        pen.skip(3).put(&label, theme.thread.media).skip(1);
        let room = pen.left().saturating_sub(text::width(&drop) + 4);
        pen.fit_in(&writing::shown(&words), room, theme.composer.text).skip(2).fit(&drop, theme.screen.dim);
    }
}

/// Whom the text is for; on the right what matters while writing.
fn heading(canvas: &mut Canvas<'_>, parts: &ComposerParts) {
    let state = canvas.state;
    let theme = canvas.theme;
    let focused = state.focus == Focus::Composer && state.panels.overlay.is_none();
    let note = state.composer.mode == Mode::Note;
    let name = state.composer.target.and_then(|key| state.inbox.get(key)).map(crate::chat::Conversation::title);
    let name = name.as_deref().unwrap_or("nobody");
    let title = match state.composer.mode {
        Mode::Reply => match &state.composer.along.file {
            Some(file) => format!("Send {} to {name} ({CHANNEL})", writing::shown(&file.name)),
            None => format!("Reply to {name} ({CHANNEL})"),
        },
        Mode::Note => format!("Note to the team, never sent to {name}"),
    };
    let right = aside(canvas, state);
    // a note differs from a reply in word, border and colour, so that neither is written for the other
    let (rule, border) = match (note, focused) {
        (true, _) => (canvas.glyphs.dashed, theme.composer.note),
        (false, true) => (canvas.glyphs.heavy, theme.screen.border_focused),
        (false, false) => (canvas.glyphs.rule, theme.screen.border),
    };
    let style = if note { theme.composer.note } else { theme.composer.recipient };
    let below = state.open_thread().map_or(0, |view| view.below);
    let mut pen = canvas.pen(parts.heading, 0);
    let right_style = if below > 0 { theme.thread.new_below } else { theme.composer.window };
    let room = if right.is_empty() { 0 } else { text::width(&right) + 3 };
    pen.put(rule, border).put(" ", border);
    let columns = pen.left().saturating_sub(room + 2);
    pen.fit_in(&title, columns, style).put(" ", border).fill(rule, room, border);
    if !right.is_empty() {
        pen.put(" ", border).fit(&right, right_style).put(" ", border).fill(rule, 0, border);
    }
}

/// What matters most of: new messages further down, the length, the window.
fn aside(canvas: &Canvas<'_>, state: &State) -> String {
    let below = state.open_thread().map_or(0, |view| view.below);
    if below > 0 {
        let keys = canvas.key(Action::Bottom).map(|key| format!(" {key}")).unwrap_or_default();
        return format!("{} {below} new below{keys}", canvas.glyphs.down);
    }
    let length: usize = state.composer.area.lines().iter().map(|line| line.chars().count() + 1).sum::<usize>();
    let length = length.saturating_sub(1);
    if length >= NEAR_THE_LIMIT {
        return format!("{length} of {MOST_CHARACTERS}");
    }
    if state.composer.has_other() {
        // Esc, and then the key of the other, leads there
        let other = if state.composer.mode == Mode::Reply { "note" } else { "reply" };
        return format!("{} {other}", canvas.glyphs.draft);
    }
    let row = state.open.and_then(|key| state.inbox.get(key));
    match (state.composer.mode, row.map(|row| state.window(row.key))) {
        (Mode::Reply, Some(Window::Expired { .. })) => "window closed: templates only".to_owned(),
        (Mode::Reply, Some(Window::Closing { .. })) => {
            row.map(|row| format!("window {}", window_words(state, row))).unwrap_or_default()
        }
        _ => String::new(),
    }
}

fn written(canvas: &mut Canvas<'_>, parts: &ComposerParts) {
    let state = canvas.state;
    let theme = canvas.theme;
    let prompt = canvas.glyphs.prompt;
    let focused = state.focus == Focus::Composer;
    let area = parts.text;
    let start = Rect { x: area.x.saturating_sub(2), width: area.width + 2, ..area };
    canvas.here(area, Under::Text);
    canvas.pen(start, 0).put(prompt, theme.composer.prompt);
    if state.composer.is_empty() && !focused {
        let dot = canvas.glyphs.dot;
        let hint = [(Action::Reply, "reply"), (Action::Note, "note to the team")]
            .map(|(action, what)| canvas.hint_in(Context::Thread, action, what))
            .join(dot);
        canvas.pen(area, 0).fit(&hint, theme.composer.placeholder);
        return;
    }
    let window = state.composer.target.map(|key| state.window(key));
    if state.composer.is_empty() && state.composer.mode == Mode::Reply && matches!(window, Some(Window::Expired { .. }))
    {
        let templates = if state.offers.templates {
            canvas.hint_in(Context::Composer, Action::Templates, "sends a template")
        } else {
            "only a template reaches them".to_owned()
        };
        let words = ["the 24 h window has closed".to_owned(), templates].join(canvas.glyphs.dot);
        canvas.pen(area, 0).fit(&words, theme.composer.placeholder);
        if focused && state.panels.overlay.is_none() {
            canvas.put_cursor(area, 0, 0);
        }
        return;
    }
    let text = writing::written(&state.composer.area, usize::from(area.width), usize::from(area.height));
    for (nth, row) in (0..area.height).zip(&text.rows) {
        let mut pen = canvas.pen(area, nth);
        let mut rest = 0;
        // placeholders that nobody has filled in stand out
        for range in if state.composer.stops { placeholders(row) } else { Vec::new() } {
            let part = |from: usize, to: usize| row.chars().skip(from).take(to - from).collect::<String>();
            pen.put(&part(rest, range.start), theme.composer.text);
            pen.put(&part(range.start, range.end), theme.screen.hit);
            rest = range.end;
        }
        let rest: &str = row.char_indices().nth(rest).and_then(|(at, _)| row.get(at..)).unwrap_or_default();
        pen.put(rest, theme.composer.text);
    }
    if focused && state.panels.overlay.is_none() {
        canvas.put_cursor(area, text.column, text.row);
    }
}

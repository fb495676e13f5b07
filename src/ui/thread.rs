//! The messages in view.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{Canvas, words};
use crate::app::rows::{self, Columns, Head, Line, Pane, Row, Tick, Tone};
use crate::app::{Focus, Loading, Under, update};
use crate::chat::Direction;
use crate::config::{Action, Context, Theme};

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let Some(view) = state.open_thread() else {
        return nothing_open(canvas, area);
    };
    if view.thread.is_empty() {
        return empty(canvas, area, &view.latest);
    }
    // while it follows its end nothing is marked: a message would repaint the one before it
    let current = (state.focus == Focus::Thread && view.has_chosen()).then(|| rows::current(state, view)).flatten();
    let pane = Pane::sized(state, view, usize::from(area.width), usize::from(area.height));
    let columns = pane.columns();
    let bare = state.panels.bare;
    let marked = update::marked(state);
    let (shown, _) = pane.visible();
    for (nth, shown) in (0..area.height).zip(shown) {
        let chosen = !bare && current == Some(shown.index);
        canvas.here(Rect { y: area.y + nth, height: 1, ..area }, Under::Message(shown.index));
        match shown.row {
            Row::Start(text) => centred(canvas, area, nth, &text, " ", canvas.theme.screen.dim),
            Row::Day(text) => centred(canvas, area, nth, &text, " ", canvas.theme.thread.day),
            Row::New => centred(canvas, area, nth, "new", canvas.glyphs.rule, canvas.theme.thread.new_divider),
            Row::Gap(mut text) => {
                let room = usize::from(area.width).saturating_sub(4 + crate::text::width(&text));
                text.push_str(&gap_key(canvas, &view.latest, room));
                centred(canvas, area, nth, &text, canvas.glyphs.dashed, canvas.theme.thread.gap);
            }
            Row::GapTrouble(text) => centred(canvas, area, nth, &text, " ", canvas.theme.thread.gap),
            Row::Line(line) => {
                message_row(canvas, area, nth, columns, &line, &marked);
                if chosen {
                    let row = Rect { y: area.y + nth, height: 1, ..area };
                    canvas.tint(row, canvas.theme.thread.selected);
                    let (mark, style) = (canvas.glyphs.selected, canvas.theme.screen.border_focused);
                    canvas.pen(row, 0).put(mark, style);
                }
            }
        }
    }
}

/// What stands behind a gap: the key that fetches what is missing, where one does, and its word if there is room.
fn gap_key(canvas: &Canvas<'_>, latest: &Loading, room: usize) -> String {
    let (state, dot) = (canvas.state, canvas.glyphs.dot);
    let fits = |words: &String| crate::text::width(words) <= room;
    if *latest == Loading::Asked {
        return Some(format!("{dot}fetching")).filter(fits).unwrap_or_default();
    }
    // while there is no connection it is fetched by itself as soon as there is one
    let useful = state.session.state.is_connected() && state.focus != Focus::Composer;
    let key = canvas.key_in(Context::Thread, Action::FetchGap).filter(|_| useful);
    let words = key.map(|key| [format!("{dot}{key} fetches"), format!("{dot}{key}")]);
    words.into_iter().flatten().find(fits).unwrap_or_default()
}

fn message_row(canvas: &mut Canvas<'_>, area: Rect, nth: u16, columns: Columns, line: &Line<'_>, marked: &[String]) {
    let (theme, glyphs) = (canvas.theme, canvas.glyphs);
    if let Some(head) = &line.head {
        draw_head(canvas, area, nth, columns, head);
    }
    let style = tone_style(theme, line.tone);
    let mark = match line.tone {
        Tone::Quote => glyphs.quote,
        Tone::Reaction => glyphs.reaction,
        Tone::Failure if line.text.starts_with("failed") => glyphs.alert,
        Tone::Failure if line.text.starts_with("not confirmed") => "?",
        _ => " ",
    };
    let mut pen = canvas.pen(area, nth);
    pen.skip(columns.text);
    if line.tone.mark() > 0 {
        pen.put(mark, style).skip(line.tone.mark() - 1);
    }
    let (label, text) = line.text.split_at_checked(line.label).unwrap_or(("", &line.text));
    pen.put(label, if line.tone == Tone::Note { theme.thread.note } else { theme.thread.media });
    if marked.is_empty() {
        pen.put(text, style);
    } else {
        let mut from = 0;
        for range in crate::text::find_folded(text, marked) {
            pen.put(text.get(from..range.start).unwrap_or_default(), style);
            pen.put(text.get(range.clone()).unwrap_or_default(), style.add_modifier(Modifier::REVERSED));
            from = range.end;
        }
        pen.put(text.get(from..).unwrap_or_default(), style);
    }
    if line.missed {
        pen.put(rows::MISSED, theme.list.missed);
    }
}

fn draw_head(canvas: &mut Canvas<'_>, area: Rect, nth: u16, columns: Columns, head: &Head<'_>) {
    let (theme, glyphs) = (canvas.theme, canvas.glyphs);
    let name_style = match head.direction {
        Direction::Inbound => theme.thread.inbound_name,
        Direction::Outbound => theme.thread.outbound_name,
        Direction::Note => theme.thread.note,
    };
    if let Some(time) = &head.time {
        canvas.pen(area, nth).skip(columns.time).put(time, theme.thread.time);
    } else if head.name.is_none() && head.tick.is_none() {
        // nothing else says that a message begins here
        let (mark, style) = (glyphs.begins, theme.thread.inbound);
        canvas.pen(area, nth).skip(columns.text - 2).put(mark, style);
    }
    let mut pen = canvas.pen(area, nth);
    pen.skip(columns.name);
    if let Some(name) = &head.name {
        pen.fit_in(name, columns.name_width, name_style);
    }
    if let Some(tick) = head.tick {
        let mut pen = canvas.pen(area, nth);
        pen.skip(columns.name + columns.name_width - 2).put(glyphs.tick(tick), tick_style(theme, tick));
    }
}

fn tone_style(theme: &Theme, tone: Tone) -> Style {
    match tone {
        Tone::Inbound => theme.thread.inbound,
        Tone::Outbound => theme.thread.outbound,
        Tone::Note => theme.thread.note,
        Tone::System | Tone::Quote => theme.screen.dim,
        Tone::Reaction => theme.thread.reaction,
        Tone::Failure => theme.thread.failed,
        Tone::Progress => theme.ticks.sending,
    }
}

fn tick_style(theme: &Theme, tick: Tick) -> Style {
    match tick {
        Tick::Queued => theme.ticks.queued,
        Tick::Sending => theme.ticks.sending,
        Tick::Unconfirmed => theme.ticks.unconfirmed,
        Tick::Sent => theme.ticks.sent,
        Tick::Delivered => theme.ticks.delivered,
        Tick::Read | Tick::Played => theme.ticks.read,
        Tick::Failed => theme.ticks.failed,
    }
}

/// Words in the middle of a row, with a rule on both sides.
fn centred(canvas: &mut Canvas<'_>, area: Rect, nth: u16, text: &str, rule: &str, style: Style) {
    let width = crate::text::width(text) + 2;
    let mut pen = canvas.pen(area, nth);
    pen.skip(1);
    let before = pen.left().saturating_sub(width + 1) / 2;
    if rule == " " {
        pen.skip(before + 1).fit(text, style);
        return;
    }
    let right = pen.left().saturating_sub(before);
    pen.fill(rule, right, style).put(" ", style).fit(text, style).put(" ", style);
    pen.fill(rule, 1, style);
}

fn nothing_open(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let mut paragraphs = Vec::new();
    if state.settings.demo {
        paragraphs.push(
            "This is the demo: simulated customers write to a server inside this program, over real HTTP and \
             Socket.IO. `switchboard login URL` connects it to a backend of yours."
                .to_owned(),
        );
    }
    let dot = canvas.glyphs.dot;
    let hint = |action, what| canvas.hint_in(Context::List, action, what);
    let keys =
        [hint(Action::Down, "down"), hint(Action::Up, "up"), hint(Action::Open, "opens the selected conversation")];
    paragraphs.push(keys.join(dot));
    let keys =
        [hint(Action::GoTo, "finds one by name or phone"), hint(Action::NextUnread, "opens the next unread one")];
    paragraphs.push(keys.join(dot));
    let keys = [hint(Action::Palette, "lists every command"), hint(Action::Help, "shows the keys")];
    paragraphs.push(keys.join(dot));
    words(canvas, area, "No conversation is open", &paragraphs);
}

fn empty(canvas: &mut Canvas<'_>, area: Rect, latest: &Loading) {
    let again = canvas.hint(Action::Reconnect, "tries again");
    match latest {
        Loading::Not | Loading::Asked => words(canvas, area, "Loading messages", &[]),
        Loading::Done => {
            words(canvas, area, "No messages", &["Nothing has been written in this conversation yet.".to_owned()]);
        }
        Loading::Failed(reason) => {
            let mut paragraphs = vec![reason.to_string(), again];
            if canvas.state.session.wants_token() {
                paragraphs.push("`switchboard login` in another terminal is noticed here by itself.".to_owned());
            }
            words(canvas, area, "The messages did not come", &paragraphs);
        }
    }
}

//! The first start without a configuration: what this is, how to move about, and how to get to one's own backend.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::boxed;
use crate::config::{Action, Context};
use crate::ui::Canvas;

pub(super) fn draw(canvas: &mut Canvas<'_>) {
    let theme = canvas.theme;
    let (plain, dim, strong) = (theme.screen.text, theme.screen.dim, theme.screen.title);
    let mut lines: Vec<(String, Style)> = vec![
        ("This is the demo: a server inside the program, with simulated".to_owned(), plain),
        ("customers who write to you. Nothing leaves this machine, and".to_owned(), plain),
        ("nothing of it is kept.".to_owned(), plain),
        (String::new(), plain),
    ];
    for (action, words) in [
        (Action::Open, "opens a conversation, then Tab goes from pane to pane"),
        (Action::Reply, "replies; Enter sends, Esc goes back and keeps the draft"),
        (Action::NextUnread, "goes to the next unread one"),
        (Action::Filter, "filters the list as you type"),
        (Action::Palette, "finds any command by its name"),
        (Action::Traffic, "shows each event, and why it is where it is"),
        (Action::Help, "shows every key"),
        (Action::Quit, "leaves"),
    ] {
        let key = canvas.key_in(Context::List, action).unwrap_or_default();
        lines.push((format!("{key:>7}  {words}"), plain));
    }
    lines.extend([
        (String::new(), plain),
        ("Your own backend, in a shell:".to_owned(), plain),
        ("  switchboard login https://chat.example.com".to_owned(), strong),
        ("and from then on `switchboard` opens it.".to_owned(), plain),
    ]);
    let rows = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let inside = boxed(canvas, 66, rows, "Welcome to Switchboard");
    let last = inside.height.saturating_sub(1);
    for (nth, (line, style)) in (0..last).zip(&lines) {
        canvas.pen(inside, nth).skip(2).fit(line, *style);
    }
    let key = canvas.key_in(Context::List, Action::Open).unwrap_or_default();
    let foot = Rect { y: inside.y + last, height: 1, ..inside };
    canvas.pen(foot, 0).skip(2).fit(&format!("{key} begins. This is shown once."), dim);
}

//! The user's profiles, with what is unread in each.

use super::{boxed, mark, typed};
use crate::app::layout::list_top;
use crate::app::profiles::{Standing, hits};
use crate::text::{self, Clean};
use crate::ui::Canvas;

pub(super) fn draw(canvas: &mut Canvas<'_>, search: &str, chosen: usize) {
    let state = canvas.state;
    let found = hits(state, search);
    let rows = u16::try_from(found.len() + 1).unwrap_or(18).clamp(6, 18);
    let inside = boxed(canvas, 72, rows, "Profiles");
    let area = typed(canvas, inside, search, "type to find a profile");
    let (theme, glyphs) = (canvas.theme, canvas.glyphs);
    if found.is_empty() {
        canvas.pen(area, 0).skip(3).put("Nothing matches.", theme.screen.dim);
    }
    let top = list_top(Some(chosen), found.len(), usize::from(area.height));
    for (nth, (index, profile)) in (0..area.height).zip(found.iter().enumerate().skip(top)) {
        let here = profile.standing == Standing::Here;
        let (words, style) = match &profile.standing {
            Standing::Here => ("this one".to_owned(), theme.screen.dim),
            Standing::Closed => ("not open".to_owned(), theme.screen.dim),
            Standing::Opening => ("opening".to_owned(), theme.screen.dim),
            Standing::Open { session, trouble: None } => (session.to_string(), theme.status.live),
            Standing::Open { session, trouble: Some(why) } => (format!("{session}: {why}"), theme.screen.warning),
            Standing::Failed(why) => (why.to_string(), theme.screen.error),
        };
        let unread = if here { state.inbox.unread_conversations() } else { profile.unread };
        let unread = if unread == 0 { String::new() } else { format!("{unread} unread") };
        let mut pen = canvas.pen(area, nth);
        pen.skip(2).put(if here { glyphs.open } else { " " }, theme.panel.key);
        pen.cell(&Clean::line(&profile.name), 20, theme.panel.value).skip(1);
        let room = pen.left().saturating_sub(text::width(&unread) + 2);
        pen.cell(&words, room, style).skip(1).put(&unread, theme.list.name_unread);
        mark(canvas, area, nth, index == chosen);
    }
}

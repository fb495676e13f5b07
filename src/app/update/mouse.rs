//! The mouse: a click does what stands under it, the wheel moves the pane under the pointer, dividers are dragged.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{Effect, State, actions, overlays, panes, traffic};
use crate::app::msg::{Divider, Under};
use crate::app::state::Focus;
use crate::app::{layout, writing};
use crate::config::Action;
use ratatui_textarea::CursorMove;

/// Rows that one notch of the wheel moves.
const NOTCH: isize = 3;

/// Something happened to the mouse, over this.
pub(super) fn mouse(state: &mut State, event: MouseEvent, under: Option<Under>, out: &mut Vec<Effect>) {
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            state.notice = None;
            state.dirty = true;
            click(state, event, under, out);
        }
        MouseEventKind::Drag(MouseButton::Left) => {
            if let Some(divider) = state.panels.dragged {
                state.dirty = true;
                panes::drag(state, divider, event.column);
            }
        }
        MouseEventKind::Up(_) => state.panels.dragged = None,
        MouseEventKind::ScrollUp => wheel(state, -NOTCH, under, out),
        MouseEventKind::ScrollDown => wheel(state, NOTCH, under, out),
        _ => {}
    }
}

fn click(state: &mut State, event: MouseEvent, under: Option<Under>, out: &mut Vec<Effect>) {
    state.panels.dragged = None;
    let Some(under) = under else { return };
    match under {
        Under::Outside => actions::perform(state, Action::Back, out),
        Under::Overlay => {}
        Under::Line(by) => {
            overlays::choose(state, by);
            actions::perform(state, Action::Open, out);
        }
        Under::Do(action) => actions::perform(state, action, out),
        Under::Divider(divider) => state.panels.dragged = Some(divider),
        Under::Pane(Focus::Composer) if state.composer.target.is_none() => {}
        Under::Pane(focus) => panes::focus(state, focus),
        Under::Conversation(key) => {
            state.focus = Focus::List;
            state.inbox.select(key);
            actions::perform(state, Action::Open, out);
        }
        Under::Message(index) => {
            state.focus = Focus::Thread;
            if let Some(view) = state.open.and_then(|key| state.threads.get_mut(key)) {
                view.cursor = Some(index);
            }
        }
        Under::Text => {
            state.focus = Focus::Composer;
            if let Some(parts) = layout::rects(state).composer_parts {
                let text = parts.text;
                let (columns, rows) = (usize::from(text.width), usize::from(text.height));
                let row = usize::from(event.row.saturating_sub(text.y));
                let column = usize::from(event.column.saturating_sub(text.x));
                let (line, character) = writing::at(&state.composer.area, columns, rows, row, column);
                let clamp = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
                state.composer.area.cancel_selection();
                state.composer.area.move_cursor(CursorMove::Jump(clamp(line), clamp(character)));
                state.composer.completion = None;
            }
        }
        Under::Detail(field) => {
            let again = state.focus == Focus::Details && state.panels.details_chosen == field;
            panes::focus(state, Focus::Details);
            state.panels.details_chosen = field;
            if again || panes::opens(state) {
                panes::use_detail(state, out);
            }
        }
        Under::Event(seq) => {
            state.focus = Focus::Traffic;
            state.panels.traffic_chosen = Some(seq);
        }
    }
}

fn wheel(state: &mut State, by: isize, under: Option<Under>, out: &mut Vec<Effect>) {
    state.dirty = true;
    match under {
        Some(Under::Line(_) | Under::Overlay) => overlays::choose(state, by),
        Some(Under::Conversation(_) | Under::Pane(Focus::List | Focus::Filter)) => state.inbox.move_by(by),
        Some(Under::Message(_) | Under::Text | Under::Pane(Focus::Thread | Focus::Composer)) => {
            actions::scroll_thread(state, by, out);
        }
        Some(Under::Detail(_) | Under::Pane(Focus::Details)) => {
            panes::focus(state, Focus::Details);
            panes::step_details(state, by);
        }
        Some(Under::Event(_) | Under::Pane(Focus::Traffic)) => traffic::step(state, by),
        Some(Under::Do(_) | Under::Divider(_) | Under::Outside) | None => {}
    }
}

/// The divider at the side of a pane that the widening keys move.
pub(super) const fn beside(focus: Focus) -> Divider {
    match focus {
        Focus::Details => Divider::Details,
        _ => Divider::List,
    }
}

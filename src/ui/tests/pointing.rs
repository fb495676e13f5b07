//! The mouse from the cell that is pointed at to what it does: what is drawn is found, and `update` acts on it.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{drawn, scene, screen};
use crate::app::{Anchor, Effect, Focus, Msg, Overlay, State, TrafficSize, layout, update};
use crate::chat::ConversationKey;
use crate::ui;

fn at(state: &mut State, kind: MouseEventKind, (column, row): (u16, u16)) -> Vec<Effect> {
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    let under = ui::under(state, column, row);
    let now = state.now;
    update::update(state, now, Msg::Mouse { event, under })
}

fn click(state: &mut State, at_cell: (u16, u16)) -> Vec<Effect> {
    let effects = at(state, MouseEventKind::Down(MouseButton::Left), at_cell);
    at(state, MouseEventKind::Up(MouseButton::Left), at_cell);
    effects
}

/// The first cell of a text on the screen.
fn cell_of(state: &State, text: &str) -> (u16, u16) {
    let buffer = drawn(state);
    for y in 0..buffer.area.height {
        let row: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
        if let Some(found) = row.find(text) {
            return (u16::try_from(row[..found].chars().count()).unwrap(), y);
        }
    }
    panic!("{text:?} is not on the screen:\n{}", screen(state));
}

#[test]
fn a_click_opens_focuses_selects_and_places_the_cursor() {
    let mut state = scene::open(120, 40);
    state.composer.set("first line\nsecond line");
    let there = cell_of(&state, "cond line");
    click(&mut state, there);
    assert_eq!((state.focus, state.composer.area.cursor()), (Focus::Composer, (1, 2).into()));
    let there = cell_of(&state, "Hello??");
    click(&mut state, there);
    assert_eq!((state.focus, state.open_thread().unwrap().cursor), (Focus::Thread, Some(11)));
    let there = cell_of(&state, "primary");
    click(&mut state, there);
    assert_eq!(state.focus, Focus::Details);
    // again on the same line: its value is copied
    let effects = click(&mut state, there);
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::Copy(text) if **text == *scene::oid(0))),
        "{effects:?}"
    );
    let there = cell_of(&state, "Ken");
    click(&mut state, there);
    assert_eq!((state.open, state.focus), (Some(ConversationKey(3)), Focus::Thread));
}

#[test]
fn the_wheel_moves_what_is_under_the_pointer_and_nothing_else() {
    let mut state = scene::open(120, 20);
    let there = cell_of(&state, "Hello??");
    at(&mut state, MouseEventKind::ScrollUp, there);
    assert_eq!(state.focus, Focus::List, "the wheel moves no focus");
    assert_ne!(state.open_thread().unwrap().anchor, Anchor::End);
    let selected = state.inbox.selected_index();
    let there = cell_of(&state, "Ken");
    at(&mut state, MouseEventKind::ScrollDown, there);
    assert_ne!(state.inbox.selected_index(), selected);
    assert_eq!(state.open, Some(ConversationKey(0)), "nothing was opened");
}

#[test]
fn dividers_are_dragged_and_stay_there() {
    let mut state = scene::open(140, 30);
    let [list, details] = layout::rects(&state).separators.map(Option::unwrap);
    for (line, to) in [(list, 50), (details, 100)] {
        at(&mut state, MouseEventKind::Down(MouseButton::Left), (line.x, 9));
        at(&mut state, MouseEventKind::Drag(MouseButton::Left), (to, 9));
        at(&mut state, MouseEventKind::Up(MouseButton::Left), (to, 9));
        at(&mut state, MouseEventKind::Drag(MouseButton::Left), (70, 9));
    }
    assert_eq!(layout::rects(&state).separators.map(|line| line.unwrap().x), [50, 100]);
    // no pane is pushed off the screen
    at(&mut state, MouseEventKind::Down(MouseButton::Left), (50, 9));
    at(&mut state, MouseEventKind::Drag(MouseButton::Left), (139, 9));
    assert!(layout::rects(&state).thread.unwrap().width >= 40);
}

#[test]
fn overlays_are_clicked_and_left_by_a_click_beside_them() {
    let mut state = scene::open(80, 24);
    state.panels.overlay = Some(Overlay::Views { search: String::new(), chosen: 4 });
    let there = cell_of(&state, "snoozed ");
    click(&mut state, there);
    assert_eq!((state.panels.overlay.clone(), state.inbox.view().name.as_str()), (None, "snoozed"));
    state.panels.overlay = Some(Overlay::Help { search: String::new(), scroll: 0 });
    let there = cell_of(&state, "Moving");
    click(&mut state, there);
    assert!(state.panels.overlay.is_some(), "inside of it");
    at(&mut state, MouseEventKind::ScrollDown, there);
    assert_eq!(state.panels.overlay, Some(Overlay::Help { search: String::new(), scroll: 3 }));
    state.panels.overlay = Some(Overlay::Palette { search: String::new(), chosen: 0 });
    click(&mut state, (0, 12));
    assert_eq!(state.panels.overlay, None);
    state.panels.overlay = Some(Overlay::Quit { reason: crate::text::Clean::line("2 not sent") });
    let there = cell_of(&state, "n no");
    click(&mut state, there);
    assert_eq!(state.panels.overlay, None);
    state.panels.overlay = Some(Overlay::Quit { reason: crate::text::Clean::line("2 not sent") });
    let there = cell_of(&state, "y yes");
    assert!(click(&mut state, there).contains(&Effect::Quit));
}

#[test]
fn what_the_last_row_offers_is_done_by_a_click() {
    let mut state = scene::traffic(80, 24);
    let there = cell_of(&state, "? help");
    click(&mut state, there);
    assert!(matches!(state.panels.overlay, Some(Overlay::Help { .. })));
    let mut state = scene::traffic(120, 40);
    state.panels.traffic = TrafficSize::Full;
    state.focus = Focus::Traffic;
    let there = cell_of(&state, "2 Rooms");
    click(&mut state, there);
    assert_eq!(state.traffic.view, crate::app::traffic::View::Rooms);
}

#[test]
fn every_cell_of_a_pane_is_part_of_it() {
    let state = scene::open(120, 40);
    for row in 1..39 {
        for column in 0..120 {
            assert!(ui::under(&state, column, row).is_some(), "{column},{row}");
        }
    }
    assert_eq!(ui::under(&state, 400, 400), None);
}

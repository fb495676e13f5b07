//! The details, widths, the bare view, the mouse's switch, themes.

use super::*;
use crate::app::{ThemeChoice, layout};
use crate::config::Theme;

#[test]
fn tab_reaches_the_details_and_enter_copies_the_chosen_line() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.state.size = (120, 40);
    world.key(KeyCode::Enter);
    world.key(KeyCode::Tab);
    world.key(KeyCode::Tab);
    assert_eq!(world.state.focus, Focus::Details);
    world.key(KeyCode::Char('j'));
    let effects = world.key(KeyCode::Enter);
    let copied = effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.to_string()),
        _ => None,
    });
    assert_eq!(
        copied,
        world.state.inbox.get(world.key_of(1)).and_then(|row| Some(row.phone.as_ref()?.shown().to_string()))
    );
    world.key(KeyCode::Esc);
    assert_eq!(world.state.focus, Focus::Thread);
}

#[test]
fn enter_on_another_conversation_of_the_customer_opens_it() {
    let mut same = row(2, &oid(2), &[]);
    same.phone = row(1, &oid(1), &[]).phone;
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), same, row(3, &oid(3), &[])]);
    world.state.size = (120, 40);
    let [first, second, third] = [0, 1, 2].map(|at| world.state.inbox.all()[at]);
    assert_eq!(world.state.directory.of_same_customer(first), [second]);
    assert!(world.state.directory.of_same_customer(third).is_empty());
    world.state.inbox.select(first);
    world.key(KeyCode::Enter);
    world.state.focus = Focus::Details;
    let lines = crate::app::details::lines(&world.state);
    let at = crate::app::details::fields(&lines)
        .position(|field| field.does == crate::app::details::Does::Open(second))
        .expect("the other conversation");
    world.state.panels.details_chosen = at;
    world.key(KeyCode::Enter);
    assert_eq!((world.state.open, world.state.focus), (Some(second), Focus::Thread));
}

#[test]
fn nothing_has_the_focus_that_is_not_on_the_screen() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.state.size = (60, 20);
    world.key(KeyCode::Char('d'));
    assert!(layout::rects(&world.state).details.is_some() && world.state.focus == Focus::Details);
    world.key(KeyCode::Char('d'));
    assert!(layout::rects(&world.state).list.is_some() && world.state.focus == Focus::List);
    world.state.size = (120, 40);
    world.key(KeyCode::Tab);
    assert_eq!(world.state.focus, Focus::Details);
    world.send(Msg::Input(Input::Resize { columns: 100, rows: 30 }));
    assert_eq!(world.state.focus, Focus::List);
}

#[test]
fn everything_is_reached_by_tab_on_a_small_screen() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.state.size = (60, 20);
    world.key(KeyCode::Enter);
    world.key(KeyCode::F(12));
    let mut seen = std::collections::HashSet::new();
    for _ in 0..6 {
        seen.insert(world.state.focus);
        world.key(KeyCode::Tab);
    }
    assert!(seen.is_superset(&[Focus::List, Focus::Thread, Focus::Composer, Focus::Traffic].into()), "{seen:?}");
}

#[test]
fn panes_are_widened_by_keys_and_the_thread_by_narrowing_the_list() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.state.size = (120, 40);
    world.key(KeyCode::Enter);
    let widths = |world: &World| {
        let rects = layout::rects(&world.state);
        [rects.list, rects.thread, rects.details].map(|area| area.expect("three panes").width)
    };
    let [list, thread, details] = widths(&world);
    world.key(KeyCode::Char('>'));
    assert_eq!(widths(&world), [list - 4, thread + 4, details]);
    world.state.focus = Focus::Details;
    world.key(KeyCode::Char('>'));
    assert_eq!(widths(&world), [list - 4, thread, details + 4]);
    world.state.focus = Focus::List;
    for _ in 0..40 {
        world.key(KeyCode::Char('<'));
    }
    world.key(KeyCode::Char('>'));
    assert_eq!(widths(&world)[0], 28, "one key back is seen at once");
}

#[test]
fn the_bare_view_turns_the_mouse_off_and_esc_brings_all_back() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let wants = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Mouse(on) => Some(*on),
            _ => None,
        })
    };
    world.key(KeyCode::Char('w'));
    assert_eq!(wants(&world.key(KeyCode::Char('m'))), Some(true));
    world.key(KeyCode::Enter);
    world.key(KeyCode::Char('w'));
    assert_eq!(wants(&world.key(KeyCode::Char('b'))), Some(false));
    assert!(layout::rects(&world.state).list.is_none());
    assert_eq!(wants(&world.key(KeyCode::Esc)), Some(true));
    assert!(!world.state.panels.bare);
    // turning to the composer leaves it too
    world.key(KeyCode::Char('w'));
    world.key(KeyCode::Char('b'));
    assert_eq!(wants(&world.key(KeyCode::Char('r'))), Some(true));
    assert!(!world.state.panels.bare && world.state.focus == Focus::Composer);
}

#[test]
fn a_theme_is_looked_at_before_it_is_taken() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let before = Arc::clone(&world.state.theme);
    let choices: Vec<ThemeChoice> = ["dark", "light"]
        .map(|name| ThemeChoice { name: Clean::line(name), theme: Ok(Arc::new(Theme::built_in(name).expect(name))) })
        .to_vec();
    let light = choices[1].theme.clone().expect("light");
    world.key(KeyCode::Char('w'));
    assert!(world.key(KeyCode::Char('t')).contains(&Effect::Themes));
    world.send(Msg::Themes(choices.clone()));
    world.key(KeyCode::Char('j'));
    assert_eq!(world.state.theme, light, "seen while it is chosen");
    world.key(KeyCode::Esc);
    assert_eq!(world.state.theme, before, "and as it was when it is not taken");
    world.send(Msg::Themes(choices));
    world.key(KeyCode::Char('j'));
    world.key(KeyCode::Enter);
    assert_eq!((world.state.theme.clone(), world.state.panels.overlay.clone()), (light, None));
}

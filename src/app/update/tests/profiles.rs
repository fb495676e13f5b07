//! Several profiles, as one of them sees it.

use super::*;
use crate::app::profiles::{Profile, Standing};

fn behind(name: &str, unread: usize) -> Profile {
    let standing = Standing::Open { session: Clean::line("live"), trouble: None };
    Profile { standing, unread, ..Profile::closed(name.to_owned()) }
}

fn here() -> Profile {
    Profile { standing: Standing::Here, ..Profile::closed("acme".to_owned()) }
}

#[test]
fn behind_another_profile_nothing_is_read_and_nothing_rings_twice() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    world.send(Msg::Input(Input::Focus(true)));
    world.send(Msg::Front(false));
    let effects = world.message(evidence(&oid(1)), "m1", "while away");
    assert!(effects.contains(&Effect::Bell));
    assert!(!commands(&effects).iter().any(|command| matches!(command, Command::MarkRead { .. })));
    assert_eq!(world.state.inbox.get(key).unwrap().unread, 1);
    assert_eq!(Profile::behind("acme".to_owned(), &world.state).unread, 1);
    let effects = world.send(Msg::Front(true));
    assert!(commands(&effects).iter().any(|command| matches!(command, Command::MarkRead { .. })), "it is seen now");
}

#[test]
fn the_picker_offers_the_one_where_something_is_unread() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.key(KeyCode::Char('P'));
    assert_eq!(world.state.panels.overlay, None, "there is only one");
    assert!(world.state.notice.as_ref().unwrap().text.contains("login"));
    world.send(Msg::Profiles(vec![here(), behind("beta", 0), behind("gamma", 3), Profile::closed("delta".to_owned())]));
    world.key(KeyCode::F(5));
    let effects = world.key(KeyCode::Enter);
    assert!(effects.contains(&Effect::TurnTo("gamma".to_owned())));
    world.key(KeyCode::F(5));
    world.type_text("del");
    let effects = world.key(KeyCode::Enter);
    assert!(effects.contains(&Effect::TurnTo("delta".to_owned())));
    assert!(world.state.notice.as_ref().unwrap().text.contains("Opening delta"));
}

#[test]
fn leaving_asks_for_what_another_profile_would_lose() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let left_behind = Some(Clean::line("1 with a draft"));
    world.send(Msg::Profiles(vec![here(), Profile { left_behind, ..behind("beta", 0) }]));
    let effects = world.key(KeyCode::Char('q'));
    assert!(!effects.contains(&Effect::Quit));
    assert_eq!(world.state.panels.overlay, Some(Overlay::Quit { reason: Clean::line("beta: 1 with a draft") }));
}

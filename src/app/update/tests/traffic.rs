//! The traffic panel: what Enter asks for, what can be put in.

use super::*;
use crate::app::traffic::{Menu, Section, View, trace};
use crate::app::{Overlay, TrafficSize};
use crate::backend::JoinShape;
use crate::inspect::stages::StageState;
use crate::wire::{Dialect, Traced};

impl World {
    /// A live session that speaks this dialect, with a conversation and one message of it, which the panel shows.
    fn watching(dialect: &str) -> Self {
        let mut world = Self::with_list(vec![row(1, &oid(1), &[])]);
        world.state.traffic.dialect = Dialect::shipped(dialect);
        world.message(Evidence { message: vec!["m1".into()], ..evidence(&oid(1)) }, "m1", "one");
        world.key(KeyCode::F(12));
        world
    }

    /// How the five stages of the chosen event stand.
    fn stages(&self) -> Vec<StageState> {
        let entry = super::super::traffic::chosen(&self.state).unwrap();
        trace(&self.state, &entry).stages.iter().map(|report| report.state).collect()
    }
}

#[test]
fn enter_asks_the_backend_and_rest_what_became_of_a_message() {
    use StageState::{Failed, Ok as Good, Unknown};
    let mut world = World::watching("switchboard");
    let asked = world.key(KeyCode::Enter);
    assert_eq!(world.state.traffic.section, Section::Stages);
    let asked = commands(&asked);
    assert!(matches!(asked[..], [Command::Trace { .. }, Command::FetchThread { .. }]), "{asked:?}");
    assert_eq!(world.stages(), [Unknown, Unknown, Good, Good, Good]);
    let body =
        br#"{"messageId":"m1","stages":[{"stage":"webhook received","state":"ok"},{"stage":"stored","state":"ok"},
        {"stage":"broadcast","state":"ok","evidence":{"emits":[{"event":"new_message","room":"r","sockets":2}]}}]}"#;
    let answer = Dialect::shipped("switchboard").unwrap().traced(body);
    let result = answer.map_err(RestError::Unreadable);
    world.report(Report::Traced { message: "m1".into(), result });
    assert_eq!(world.stages(), [Good; 5]);
    // REST answers that it is not there: then it is not stored, whatever the backend said
    let key = world.key_of(1);
    world.now += jiff::SignedDuration::from_secs(10);
    let older = message("m0", "before", Direction::Inbound, world.now - jiff::SignedDuration::from_secs(90));
    world.thread(key, Page::Latest, Purpose::Asked, vec![older]);
    assert_eq!(world.stages(), [Good, Failed, Good, Good, Good]);
    world.key(KeyCode::Esc);
    assert_eq!(world.state.traffic.section, Section::Decision);
}

#[test]
fn a_backend_that_does_not_tell_is_not_asked_and_a_refusal_is_shown() {
    let mut world = World::watching("reference");
    let asked = world.key(KeyCode::Enter);
    assert!(matches!(commands(&asked)[..], [Command::FetchThread { .. }]), "its thread alone: {asked:?}");
    let mut world = World::watching("switchboard");
    world.key(KeyCode::Enter);
    let reason = Clean::line("No message with this id came here");
    let refused = RestError::Refused { status: 404, code: None, reason, retry_after: None };
    world.report(Report::Traced { message: "m1".into(), result: Err::<Traced, _>(refused) });
    let entry = super::super::traffic::chosen(&world.state).unwrap();
    let shown = trace(&world.state, &entry);
    assert!(shown.stages[0].evidence.contains("No message with this id"), "{:?}", shown.stages[0]);
    assert_eq!(shown.stages[0].state, StageState::Unknown);
}

#[test]
fn where_fetching_marks_as_read_a_closed_thread_is_not_fetched() {
    let mut world = World::watching("whaticket");
    let asked = world.key(KeyCode::Enter);
    assert!(commands(&asked).is_empty(), "{asked:?}");
}

#[test]
fn a_join_is_tried_only_with_an_id_and_after_a_yes() {
    let mut world = World::watching("reference");
    let menu = |world: &mut World, chosen| {
        world.state.panels.overlay = Some(Overlay::Menu { menu: Menu::Inject, chosen });
        world.key(KeyCode::Enter)
    };
    let nothing = menu(&mut world, 2);
    assert!(commands(&nothing).is_empty(), "no conversation is open, so there is no id: {nothing:?}");
    assert_eq!(world.state.panels.overlay, None);
    assert!(world.state.notice.as_ref().unwrap().text.contains("Open a conversation first"));
    world.state.panels.traffic = TrafficSize::Hidden;
    world.open(1);
    for (line, wanted) in [(2, JoinShape::Text), (3, JoinShape::Object)] {
        let asked = menu(&mut world, line);
        assert!(commands(&asked).is_empty(), "first it asks: {asked:?}");
        assert!(matches!(world.state.panels.overlay, Some(Overlay::TryJoin { .. })));
        let done = world.key(KeyCode::Enter);
        let done = commands(&done);
        assert_eq!(done, [&Command::TryJoin { id: oid(1).as_str().into(), shape: wanted }]);
    }
}

#[test]
fn an_event_is_put_in_once_more_and_only_whole() {
    let mut world = World::watching("reference");
    world.state.traffic.view = View::Events;
    world.state.panels.overlay = Some(Overlay::Menu { menu: Menu::Inject, chosen: 0 });
    let done = world.key(KeyCode::Enter);
    let done = commands(&done);
    assert_eq!(done, [&Command::Inject { name: "new_message".into(), raw: "[]".into() }]);
}

#[test]
fn what_came_by_no_other_room_proves_the_rooms_of_the_account() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let room = |id: &str, key| {
        Report::Room(RoomReport {
            id: Id::new(id),
            key,
            emitted: Clean::line("join"),
            stage: RoomStage::Emitted,
            note: None,
            epoch: 1,
        })
    };
    let proved =
        |world: &World, id: &str| world.state.rooms.rows().any(|row| row.id.as_str() == id && row.confirmed.is_some());
    world.report(room("account", None));
    let key = world.key_of(1);
    world.report(room(&oid(1), Some(key)));
    let put_in = Event::Conversation { evidence: evidence(&oid(1)), facts: Box::default() };
    world.frame_from("conversation_update", put_in, true);
    assert_eq!((proved(&world, "account"), proved(&world, &oid(1))), (false, false), "put in here, it proves nothing");
    world.message(evidence(&oid(1)), "m1", "by its own room, perhaps");
    assert_eq!((proved(&world, "account"), proved(&world, &oid(1))), (false, true));
    world.message(evidence(&oid(2)), "m2", "of a room that is not joined");
    assert!(proved(&world, "account"));
    // of several nobody can tell which it was
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.report(room("account", None));
    world.report(room("notification", None));
    world.message(evidence(&oid(2)), "m2", "of a room that is not joined");
    assert!(!proved(&world, "account") && !proved(&world, "notification"));
}

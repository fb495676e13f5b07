//! Finding the next conversation: views, filter, go to, unread, waiting.

use super::*;
use crate::app::Wait;
use crate::app::inbox::BuiltIn;

impl World {
    fn keys(&mut self, keys: &str) {
        for c in keys.chars() {
            self.key(KeyCode::Char(c));
        }
    }

    fn poll(&mut self, rows: Vec<ConversationFacts>) -> Vec<Effect> {
        self.report(Report::List {
            purpose: Purpose::Drift,
            epoch: 1,
            result: Ok(ListPage { rows, ..ListPage::default() }),
        })
    }
}

fn unread(n: u32, count: u32) -> ConversationFacts {
    let mut facts = row(n, &oid(n), &[]);
    facts.unread = Some(count);
    facts
}

#[test]
fn what_is_typed_into_the_help_is_searched_for() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.key(KeyCode::F(1));
    world.keys("jump?q");
    assert_eq!(world.state.panels.overlay, Some(Overlay::Help { search: "jump?q".to_owned(), scroll: 0 }));
    world.key(KeyCode::Esc);
    assert_eq!(world.state.panels.overlay, None);
}

#[test]
fn views_are_chosen_by_two_keys_and_left_by_esc() {
    let mut assigned = row(1, &oid(1), &[]);
    assigned.assignee = Some(Some(Clean::line("Ines")));
    let mut world = World::with_list(vec![assigned, row(2, &oid(2), &[])]);
    let identity = Identity { name: Some(Clean::line("Ines")), ..Identity::default() };
    world.report(Report::Identity(identity));
    world.keys("vm");
    assert_eq!(world.state.inbox.shown(), [world.key_of(1)]);
    world.keys("vo");
    assert_eq!(world.state.inbox.shown(), [world.key_of(2)]);
    world.key(KeyCode::Esc);
    assert_eq!(world.state.inbox.shown().len(), 2);
    world.keys("vvunass");
    world.key(KeyCode::Enter);
    assert_eq!(world.state.inbox.view().name, "unassigned");
    world.keys("}");
    assert_eq!(world.state.inbox.view().name, "unread");
    world.keys("{{");
    assert_eq!(world.state.inbox.view().name, "mine");
}

#[test]
fn the_next_unread_is_found_outside_of_the_view_too() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), unread(2, 3)]);
    let two = world.key_of(2);
    world.state.inbox.set_view(BuiltIn::Snoozed.view());
    assert!(world.state.inbox.shown().is_empty());
    world.keys("u");
    assert_eq!(world.state.open, Some(two));
    world.open(1);
    world.key(KeyCode::Esc);
    world.keys("[");
    assert_eq!(world.state.open, Some(two), "and back");
}

#[test]
fn go_to_looks_when_something_is_typed() {
    let mut world = World::with_list((1..40).map(|n| row(n, &oid(n), &[])).collect());
    world.send(Msg::Input(Input::Key(KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL))));
    assert_eq!(world.state.panels.hits.len(), 39);
    world.type_text("customer 17");
    assert_eq!(world.state.panels.hits.first(), Some(&world.key_of(17)));
    world.key(KeyCode::Enter);
    assert_eq!(world.state.open, Some(world.key_of(17)));
}

#[test]
fn the_backend_never_lowers_our_count_and_the_difference_is_known() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.key_of(1);
    world.message(evidence(&oid(1)), "m1", "one");
    world.message(evidence(&oid(1)), "m2", "two");
    let count = |world: &World| world.state.inbox.get(key).unwrap().unread;
    assert_eq!(count(&world), 2);
    // its answer was on the way before the events
    world.poll(vec![unread(1, 1)]);
    assert_eq!((count(&world), world.state.inbox.drift(key)), (2, Some(1)));
    // it counts one message twice
    world.poll(vec![unread(1, 5)]);
    assert_eq!((count(&world), world.state.inbox.drift(key)), (2, Some(5)));
    // it has a message that no event brought
    let mut newer = unread(1, 3);
    newer.last_at = Some(world.now.checked_add(jiff::SignedDuration::from_secs(60)).unwrap());
    world.poll(vec![newer]);
    assert_eq!((count(&world), world.state.inbox.drift(key)), (3, None));
}

#[test]
fn what_is_marked_unread_here_stays_so() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.state.offers.unread = false;
    let key = world.open(1);
    world.keys("U");
    assert_eq!(world.state.inbox.get(key).unwrap().unread, 1);
    assert!(world.state.notice.as_ref().unwrap().text.contains("the backend is not told"));
    world.poll(vec![unread(1, 0)]);
    assert_eq!(world.state.inbox.get(key).unwrap().unread, 1);
}

#[test]
fn rows_in_view_are_looked_into_where_that_marks_nothing_as_read() {
    let rows = || (1..60).map(|n| row(n, &oid(n), &[])).collect::<Vec<_>>();
    let fetched = |effects: &[Effect]| {
        commands(effects).iter().filter(|command| matches!(command, Command::FetchThread { .. })).count()
    };
    let mut world = World::with_list(rows());
    assert_eq!(fetched(&world.poll(rows())), 0, "not unless it is known to be harmless");
    world.state.peek = true;
    assert_eq!(fetched(&world.poll(rows())), 4, "a few at a time");
    let first = world.state.inbox.all()[0];
    assert_eq!(world.state.inbox.wait(first), Wait::Unknown);
    let at = world.now;
    let asked = message("h1", "and?", Direction::Inbound, at);
    let effects = world.thread(first, Page::Latest, Purpose::Asked, vec![asked]);
    assert_eq!(fetched(&effects), 1, "the next one");
    assert_eq!(world.state.inbox.wait(first), Wait::Since(at));
    assert_eq!(world.state.inbox.get(first).unwrap().last_inbound_at, Some(at));
    assert_eq!(world.state.inbox.get(first).unwrap().unread, 0);
    assert!(world.state.threads.get(first).is_none(), "nothing was opened");
    assert_eq!(fetched(&world.key(KeyCode::Down)), 0);
}

#[test]
fn who_waits_is_known_from_the_thread_and_an_answer_ends_it() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    let at = |minutes| world.now.checked_sub(jiff::SignedDuration::from_mins(minutes)).unwrap();
    let (ours, first, second) = (at(9), at(8), at(7));
    let history = vec![
        message("h1", "sent", Direction::Outbound, ours),
        message("h2", "hello?", Direction::Inbound, first),
        message("h3", "hello??", Direction::Inbound, second),
    ];
    world.thread(key, Page::Latest, Purpose::Asked, history);
    assert_eq!(world.state.inbox.wait(key), Wait::Since(first));
    assert_eq!(world.state.inbox.count_of(BuiltIn::Waiting), 1);
    world.keys("r");
    world.type_text("here");
    world.key(KeyCode::Enter);
    let client = world.state.outbox.items()[0].client.clone();
    let accepted = Accepted { id: Some(Id::new("s1")), wa: None };
    world.report(Report::Sent { client, key, result: Ok(accepted) });
    assert_eq!(world.state.inbox.count_of(BuiltIn::Waiting), 0);
}

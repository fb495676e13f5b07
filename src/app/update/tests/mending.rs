use super::*;

fn poll(row: &ConversationFacts) -> Report {
    let result = Ok(ListPage { rows: vec![row.clone()], ..ListPage::default() });
    Report::List { purpose: Purpose::Drift, epoch: 1, result }
}

fn at(world: &World, seconds: i64) -> Timestamp {
    world.now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap()
}

fn fetches(effects: &[Effect]) -> Vec<(ConversationKey, Page, u32)> {
    let fetch = |command: &&Command| match command {
        Command::FetchThread { target, page, limit, .. } => Some((target.key, page.clone(), *limit)),
        _ => None,
    };
    commands(effects).iter().filter_map(fetch).collect()
}

fn unreachable() -> RestError {
    RestError::Unreachable { reason: Clean::line("broke off"), before_sending: false }
}

#[test]
fn a_clock_that_is_ahead_does_not_hold_a_row_up() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let key = world.open(1);
    world.now = at(&world, 7_200);
    world.key(KeyCode::Char('r'));
    world.type_text("hello");
    let effects = world.key(KeyCode::Enter);
    let client = commands(&effects)
        .iter()
        .find_map(|command| match command {
            Command::Send { client, .. } => Some(client.clone()),
            _ => None,
        })
        .expect("a send");
    world.report(Report::Sent { client, key, result: Ok(Accepted { id: Some(Id::new("s1")), wa: None }) });
    assert_eq!(world.state.inbox.get(key).unwrap().preview.as_deref(), Some("hello"));
    let answer = message("m1", "and back", Direction::Inbound, Timestamp::new(1_790_000_010, 0).unwrap());
    let event = Event::Message { evidence: evidence(&oid(1)), message: Box::new(answer), facts: Box::default() };
    world.frame("new_message", event);
    assert_eq!(world.state.inbox.get(key).unwrap().preview.as_deref(), Some("and back"));
}

#[test]
fn a_thread_that_is_not_open_and_that_the_list_is_ahead_of_is_fetched_when_it_is_opened() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let one = world.open(1);
    world.message(evidence(&oid(1)), "m1", "an event");
    let copy = message("m1", "an event", Direction::Inbound, world.now);
    world.thread(one, Page::Latest, Purpose::Drift, vec![copy]);
    world.open(2);
    world.state.focus = Focus::List;
    world.state.inbox.select(one);
    assert_eq!(fetches(&world.key(KeyCode::Enter)), [], "nothing was missed");
    world.open(2);
    let mut moved = row(1, &oid(1), &[]);
    (moved.last_at, moved.preview) = (Some(world.now), Some(Clean::line("no event brought me")));
    // Rows tell whole seconds: within one the other text tells.
    moved.last_at = world.state.inbox.get(one).unwrap().last_at;
    world.report(poll(&moved));
    assert_eq!(world.state.threads.get(one).unwrap().thread.gaps().len(), 1);
    world.state.focus = Focus::List;
    world.state.inbox.select(one);
    assert_eq!(fetches(&world.key(KeyCode::Enter)), [(one, Page::Latest, 50)]);
}

#[test]
fn what_later_events_hide_from_the_list_is_found() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let one = world.open(1);
    let times = [at(&world, -1), world.now];
    world.message(evidence(&oid(1)), "m2", "the event of the one before it was lost");
    let mut same = row(1, &oid(1), &[]);
    let known = world.state.inbox.get(one).unwrap();
    (same.last_at, same.preview) = (known.last_at, known.preview.clone());
    assert_eq!(fetches(&world.report(poll(&same))), [(one, Page::Latest, 50)], "of the open thread with the poll");
    let whole = vec![
        message("m1", "hidden", Direction::Inbound, times[0]),
        message("m2", "the event of the one before it was lost", Direction::Inbound, times[1]),
    ];
    let effects = world.thread(one, Page::Latest, Purpose::Drift, whole);
    assert!(commands(&effects).contains(&&Command::Missed { count: 1 }));
    assert_eq!(fetches(&world.report(poll(&same))), [], "nothing has come since");
    world.open(2);
    world.message(evidence(&oid(1)), "m3", "and of others");
    world.state.focus = Focus::List;
    world.state.inbox.select(one);
    assert_eq!(fetches(&world.key(KeyCode::Enter)), [(one, Page::Latest, 50)], "when they are opened");
}

#[test]
fn what_a_colleague_wrote_and_no_event_brought_is_fetched_for_the_open_thread() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let one = world.open(1);
    let mut moved = row(1, &oid(1), &[]);
    (moved.last_at, moved.preview) = (Some(world.now), Some(Clean::line("by a colleague")));
    assert_eq!(fetches(&world.report(poll(&moved))), [(one, Page::Latest, 50)], "it is not unread");
}

#[test]
fn a_fetch_that_failed_is_tried_again_by_itself() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let one = world.open(1);
    let failed = || Report::Thread {
        key: one,
        page: Page::Latest,
        limit: 50,
        purpose: Purpose::Asked,
        epoch: 1,
        result: Err(unreachable()),
    };
    let effects = world.report(failed());
    let timer = Timer::FetchAgain(one);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Wake { timer: wake, .. } if *wake == timer)));
    assert_eq!(fetches(&world.send(Msg::Timer(timer))), [(one, Page::Latest, 50)]);
    assert_eq!(fetches(&world.send(Msg::Timer(timer))), [], "one is under way");
    world.report(failed());
    assert_eq!(fetches(&world.report(poll(&row(1, &oid(1), &[])))), [(one, Page::Latest, 50)], "REST answers again");
    world.thread(one, Page::Latest, Purpose::Asked, Vec::new());
    assert_eq!(fetches(&world.send(Msg::Timer(timer))), [], "it is here");
}

/// Messages `from..to`, a second apart.
fn stretch(from: u32, to: u32) -> Vec<Message> {
    let when = |n: u32| Timestamp::new(1_789_000_000 + i64::from(n), 0).unwrap();
    (from..to).map(|n| message(&format!("m{n:04}"), &format!("text {n}"), Direction::Inbound, when(n))).collect()
}

#[test]
fn a_gap_that_is_wider_than_a_page_is_closed_page_by_page() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let one = world.open(1);
    world.thread(one, Page::Latest, Purpose::Asked, stretch(0, 50));
    let effects = world.thread(one, Page::Latest, Purpose::Resync, stretch(150, 200));
    let before = |n: u32| {
        let first = stretch(n, n + 1).remove(0);
        Page::Before { message: first.ids.id.unwrap(), at: first.created_at }
    };
    assert_eq!(fetches(&effects), [(one, before(150), 100)]);
    // A backend that pages back well.
    let effects = world.thread(one, before(150), Purpose::Asked, stretch(100, 150));
    assert_eq!(fetches(&effects), [(one, before(100), 150)]);
    // One that cannot, and gives its newest: what is asked for reaches over what is here.
    let effects = world.thread(one, before(100), Purpose::Asked, stretch(50, 200));
    assert_eq!(fetches(&effects), [(one, before(50), 200)]);
    world.thread(one, before(50), Purpose::Asked, stretch(0, 200));
    let view = world.state.threads.get(one).unwrap();
    assert_eq!((view.thread.gaps().len(), view.thread.len()), (0, 200));
}

#[test]
fn a_gap_that_cannot_be_closed_stays_and_is_tried_by_its_key() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let one = world.open(1);
    world.thread(one, Page::Latest, Purpose::Asked, stretch(0, 50));
    let asked = fetches(&world.thread(one, Page::Latest, Purpose::Resync, stretch(150, 200)));
    let page = asked[0].1.clone();
    assert_eq!(fetches(&world.thread(one, page, Purpose::Asked, stretch(150, 200))), [], "no progress, no loop");
    let view = world.state.threads.get(one).unwrap();
    assert_eq!(view.thread.gaps().len(), 1, "it is shown");
    assert_ne!(view.older, crate::app::Loading::Done, "that says nothing about the beginning");
    world.state.focus = Focus::Thread;
    assert_eq!(fetches(&world.key(KeyCode::Char('f'))), [(one, Page::Latest, 50)]);
    let asked = fetches(&world.thread(one, Page::Latest, Purpose::Asked, stretch(150, 200)));
    assert_eq!(asked.len(), 1, "the way to the hole begins anew");
}

#[test]
fn a_gap_says_why_what_is_missing_did_not_come() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let one = world.open(1);
    world.thread(one, Page::Latest, Purpose::Asked, stretch(0, 50));
    let asked = fetches(&world.thread(one, Page::Latest, Purpose::Resync, stretch(150, 200)));
    let refused = |page: &Page| Report::Thread {
        key: one,
        page: page.clone(),
        limit: 100,
        purpose: Purpose::Asked,
        epoch: 1,
        result: Err(RestError::Refused { status: 500, code: None, reason: Clean::line("no"), retry_after: None }),
    };
    let trouble = |world: &World| world.state.threads.get(one).unwrap().gap_trouble().map(ToString::to_string);
    for page in [asked[0].1.clone(), Page::Latest] {
        world.report(refused(&page));
        assert_eq!(trouble(&world).as_deref(), Some("500: no"), "{page:?}");
        world.state.focus = Focus::Thread;
        assert_eq!(fetches(&world.key(KeyCode::Char('f'))), [(one, Page::Latest, 50)]);
        assert_eq!(trouble(&world), None, "it is being asked for");
    }
    world.thread(one, Page::Latest, Purpose::Asked, stretch(0, 200));
    let view = world.state.threads.get(one).unwrap();
    assert_eq!((view.gap_trouble(), view.thread.has_gaps()), (None, false));
}

#[test]
fn where_the_accounts_room_brings_nothing_the_most_recent_rooms_are_joined() {
    let rows: Vec<_> = (1..=250).map(|n| row(n, &oid(n), &[])).collect();
    let mut world = World::with_list(rows);
    world.open(250);
    let mut moved = row(1, &oid(1), &[]);
    (moved.last_at, moved.unread) = (Some(world.now), Some(1));
    let watched = |effects: &[Effect]| {
        commands(effects).iter().find_map(|command| match command {
            Command::Watch { others, .. } => Some(others.len()),
            _ => None,
        })
    };
    assert_eq!(watched(&world.report(poll(&moved))), None, "its event may be on its way");
    let effects = world.report(poll(&moved));
    assert!(commands(&effects).contains(&&Command::Missed { count: 1 }));
    assert_eq!(watched(&effects), Some(200));
    assert_eq!(watched(&world.report(poll(&moved))), None, "once");
}

#[test]
fn what_could_not_be_routed_is_routed_once_its_conversation_is_known() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.message(evidence(&oid(9)), "m1", "who am I");
    world.report(Report::Conversation { id: Id::new(oid(9)), result: Err(unreachable()) });
    assert_eq!(world.state.unrouted.len(), 1);
    world.report(poll(&row(9, &oid(9), &[])));
    assert!(world.state.unrouted.is_empty());
    let key = world.key_of(9);
    assert_eq!(world.verdict(), Verdict::Background { key });
    assert_eq!(world.state.inbox.get(key).unwrap().preview.as_deref(), Some("who am I"));
}

#[test]
fn what_was_lost_before_more_than_a_page_of_events_is_found() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let one = world.open(1);
    world.thread(one, Page::Latest, Purpose::Asked, stretch(0, 50));
    for message in stretch(53, 150) {
        let message = Box::new(message);
        world.frame("new_message", Event::Message { evidence: evidence(&oid(1)), message, facts: Box::default() });
    }
    let asked = fetches(&world.thread(one, Page::Latest, Purpose::Drift, stretch(100, 150)));
    assert_eq!(asked.len(), 1, "the page reaches nothing that was verified");
    let page = asked[0].1.clone();
    let asked = fetches(&world.thread(one, page, Purpose::Asked, stretch(50, 100)));
    let page = asked[0].1.clone();
    world.thread(one, page, Purpose::Asked, stretch(0, 50));
    let view = world.state.threads.get(one).unwrap();
    assert_eq!((view.thread.len(), view.thread.gaps().len()), (150, 0));
}

#[test]
fn older_messages_can_be_asked_for_again_when_a_gap_was_closed_meanwhile() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let one = world.open(1);
    world.thread(one, Page::Latest, Purpose::Asked, stretch(100, 150));
    world.state.focus = Focus::Thread;
    let asked = fetches(&world.key(KeyCode::Char('o')));
    let page = asked[0].1.clone();
    let other = Page::Before { message: Id::new("m0120"), at: None };
    world.thread(one, other, Purpose::Asked, stretch(60, 120));
    world.thread(one, page, Purpose::Asked, stretch(60, 100));
    assert_eq!(fetches(&world.key(KeyCode::Char('o'))).len(), 1, "there may be more before these");
}

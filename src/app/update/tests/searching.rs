//! The search in the cache and at the backend, and the way to a hit that is not here.

use super::*;
use crate::app::finding::Remote;
use crate::wire::Found;

fn hit(n: u32, id: &str, second: i64) -> store::Hit {
    store::Hit {
        conversation: Id::new(oid(n)),
        row: None,
        ids: MessageIds { id: Some(Id::new(id)), wa: Some(Id::new(format!("wamid.{id}"))), client: None },
        direction: Direction::Inbound,
        at: Timestamp::new(1_789_000_000 + second, 0).ok(),
        snippet: Clean::line("a red sofa"),
    }
}

fn found(n: u32, id: &str, second: i64) -> Found {
    let at = Timestamp::new(1_789_000_000 + second, 0).unwrap();
    let ids = vec![NamedId { pointer: "/conversationId".into(), id: Id::new(oid(n)) }];
    Found { ids, message: message(id, "a red sofa", Direction::Inbound, at) }
}

impl World {
    /// The backend alone knows message `m5` of the first conversation; the user goes there.
    fn goes_to_a_hit_of_the_backend(&mut self) {
        self.search("sofa");
        self.send(Msg::Timer(Timer::Search));
        self.backend_finds("sofa", vec![found(1, "m5", 5)]);
        self.key(KeyCode::Enter);
    }

    fn search(&mut self, words: &str) -> Vec<Effect> {
        self.state.offers.search = true;
        self.key(KeyCode::F(3));
        let mut effects = Vec::new();
        for c in words.chars() {
            effects = self.key(KeyCode::Char(c));
        }
        effects
    }

    fn cache_finds(&mut self, query: &str, hits: Vec<store::Hit>) {
        self.send(Msg::Store(store::Reply::Found { query: query.to_owned(), within: None, hits }));
    }

    fn backend_finds(&mut self, query: &str, found: Vec<Found>) -> Vec<Effect> {
        self.report(Report::Found { query: query.to_owned(), result: Ok(found) })
    }

    /// What the search shows: the id of each message, and whether the cache has it.
    fn results(&self) -> (Vec<(String, bool)>, Remote) {
        let Some(Overlay::Search { found: Some(found), .. }) = &self.state.panels.overlay else { panic!("no results") };
        let hits = found.hits.iter().map(|hit| (hit.shown.ids.id.as_ref().unwrap().as_str().to_owned(), hit.cached));
        (hits.collect(), found.remote.clone())
    }
}

fn asked(effects: &[Effect]) -> Option<String> {
    commands(effects).iter().find_map(|command| match command {
        Command::Search { query, .. } => Some(query.clone()),
        _ => None,
    })
}

fn named(all: &[(&str, bool)]) -> Vec<(String, bool)> {
    all.iter().map(|(id, cached)| ((*id).to_owned(), *cached)).collect()
}

#[test]
fn both_sides_are_asked_and_no_message_stands_there_twice() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let effects = world.search("sofa");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Store(store::Command::Search { .. }))));
    assert_eq!(asked(&effects), None, "the backend is not asked with every letter");
    world.cache_finds("sofa", vec![hit(1, "m5", 5), hit(2, "m3", 3)]);
    assert_eq!(world.results(), (named(&[("m5", true), ("m3", true)]), Remote::Not));
    assert_eq!(asked(&world.send(Msg::Timer(Timer::Search))), Some("sofa".to_owned()));
    assert_eq!(world.results().1, Remote::Asked);
    world.backend_finds("sofa", vec![found(2, "m9", 9), found(1, "m5", 5), found(2, "m1", 1)]);
    let merged = named(&[("m9", false), ("m5", true), ("m3", true), ("m1", false)]);
    assert_eq!(world.results(), (merged, Remote::Done));
}

#[test]
fn the_answer_to_an_older_query_is_never_shown() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.search("sofa");
    world.send(Msg::Timer(Timer::Search));
    world.key(KeyCode::Char('s'));
    world.cache_finds("sofas", vec![hit(1, "m1", 1)]);
    world.backend_finds("sofa", vec![found(1, "m7", 7)]);
    world.cache_finds("sofa", vec![hit(1, "m8", 8)]);
    assert_eq!(world.results(), (named(&[("m1", true)]), Remote::Not));
    world.send(Msg::Timer(Timer::Search));
    let refused = RestError::Unreachable { reason: Clean::line("gone"), before_sending: false };
    world.report(Report::Found { query: "sofas".to_owned(), result: Err(refused) });
    assert!(matches!(world.results().1, Remote::Failed(_)));
    assert_eq!(world.results().0.len(), 1, "what the cache has stays");
}

#[test]
fn the_chosen_hit_stays_chosen_when_others_come_in_above_it() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.search("sofa");
    world.cache_finds("sofa", vec![hit(1, "m5", 5), hit(1, "m3", 3)]);
    world.key(KeyCode::Down);
    world.send(Msg::Timer(Timer::Search));
    world.backend_finds("sofa", vec![found(1, "m9", 9)]);
    let Some(Overlay::Search { chosen, .. }) = world.state.panels.overlay else { panic!() };
    assert_eq!(chosen, 2);
}

#[test]
fn older_pages_are_fetched_until_the_hit_is_there() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.goes_to_a_hit_of_the_backend();
    let key = world.key_of(1);
    assert_eq!(world.state.open, Some(key));
    let at = |second: i64| Timestamp::new(1_789_000_000 + second, 0).unwrap();
    let page = |from: i64, to: i64| -> Vec<Message> {
        (from..=to).map(|n| message(&format!("m{n}"), "words", Direction::Inbound, at(n))).collect()
    };
    let older = |effects: &[Effect]| {
        commands(effects)
            .iter()
            .any(|command| matches!(command, Command::FetchThread { page: Page::Before { .. }, .. }))
    };
    assert!(older(&world.thread(key, Page::Latest, Purpose::Asked, page(20, 29))));
    let before = |n: i64| Page::Before { message: Id::new(format!("m{n}")), at: Some(at(n)) };
    assert!(older(&world.thread(key, before(20), Purpose::Asked, page(10, 19))));
    assert!(!older(&world.thread(key, before(10), Purpose::Asked, page(1, 9))));
    let view = world.state.threads.get(key).unwrap();
    let cursor = view.cursor.and_then(|at| view.thread.get(at)).and_then(|message| message.ids.id.clone());
    assert_eq!(cursor, Some(Id::new("m5")));
}

#[test]
fn a_hit_out_of_reach_is_shown_with_a_gap_after_it() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.goes_to_a_hit_of_the_backend();
    let key = world.key_of(1);
    let at = Timestamp::new(1_789_000_900, 0).unwrap();
    world.thread(key, Page::Latest, Purpose::Asked, vec![message("m90", "new", Direction::Inbound, at)]);
    let refused = RestError::Unreachable { reason: Clean::line("gone"), before_sending: false };
    let page = Page::Before { message: Id::new("m90"), at: Some(at) };
    world.report(Report::Thread { key, page, limit: 51, purpose: Purpose::Asked, epoch: 1, result: Err(refused) });
    let view = world.state.threads.get(key).unwrap();
    let cursor = view.cursor.and_then(|at| view.thread.get(at)).and_then(|message| message.ids.id.clone());
    assert_eq!(cursor, Some(Id::new("m5")));
    assert!(view.thread.has_gaps(), "what lies between is not here, and that is seen");
}

#[test]
fn a_conversation_that_is_not_in_the_list_is_fetched_first() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.search("sofa");
    world.send(Msg::Timer(Timer::Search));
    world.backend_finds("sofa", vec![found(7, "m5", 5)]);
    let effects = world.key(KeyCode::Enter);
    assert!(commands(&effects).contains(&&Command::FetchConversation { id: Id::new(oid(7)) }));
    let page = ThreadPage { facts: Some(row(7, &oid(7), &[])), ..ThreadPage::default() };
    world.report(Report::Conversation { id: Id::new(oid(7)), result: Ok(page) });
    assert_eq!(world.state.open, Some(world.key_of(7)));

    // and one that cannot be fetched says so
    world.key(KeyCode::Esc);
    world.search("chair");
    world.send(Msg::Timer(Timer::Search));
    world.backend_finds("chair", vec![found(8, "m6", 6)]);
    world.key(KeyCode::Enter);
    let refused = RestError::Refused { status: 404, code: None, reason: Clean::line("not yours"), retry_after: None };
    world.report(Report::Conversation { id: Id::new(oid(8)), result: Err(refused) });
    let notice = world.state.notice.as_ref().unwrap();
    assert!(notice.bad && notice.text.contains("not yours"), "{}", notice.text);
}

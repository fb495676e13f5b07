//! Working beside others: notes, who else is here, the team's canned replies.

use super::*;
use crate::app::state::Sure;
use crate::app::{Mode, here};
use crate::backend::{Enclosed, Outgoing};
use crate::wire::{Catalogue, Item, Viewer};

impl World {
    fn enter_text(&mut self, text: &str) -> Vec<Effect> {
        self.type_text(text);
        self.key(KeyCode::Enter)
    }

    fn asked(&self) -> String {
        match &self.state.panels.overlay {
            Some(Overlay::Sure { words, sure: Sure::Send }) => words.to_string(),
            other => format!("{other:?}"),
        }
    }
}

fn writing(key: char) -> (World, ConversationKey) {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let identity = Identity { id: Some(Id::new("a1")), name: Some(Clean::line("Ines")), ..Identity::default() };
    world.report(Report::Identity(identity));
    let open = world.open(1);
    world.key(KeyCode::Char(key));
    (world, open)
}

fn sends(effects: &[Effect]) -> Vec<Outgoing> {
    let commands = commands(effects).into_iter();
    let body = |command: &Command| match command {
        Command::Send { body, .. } => Some(body.clone()),
        _ => None,
    };
    commands.filter_map(body).collect()
}

fn refused() -> RestError {
    RestError::Refused { status: 422, code: None, reason: Clean::line("no"), retry_after: None }
}

#[test]
fn what_is_for_the_team_and_what_is_for_the_customer_never_become_the_other() {
    let (mut world, _) = writing('r');
    world.type_text("hello");
    world.key(KeyCode::Esc);
    world.key(KeyCode::Char('m'));
    assert_eq!((world.state.composer.mode, world.state.composer.text()), (Mode::Note, String::new()));
    let effects = world.enter_text("he is angry");
    assert_eq!(sends(&effects), [Outgoing::Note { body: "he is angry".to_owned() }]);
    assert_eq!(world.state.composer.mode, Mode::Note, "what is typed next is for the team too");
    world.type_text("more");
    world.key(KeyCode::Esc);
    world.key(KeyCode::Char('r'));
    assert_eq!((world.state.composer.mode, world.state.composer.text()), (Mode::Reply, "hello".to_owned()));
    assert!(world.state.composer.has_other());
    let effects = world.key(KeyCode::Enter);
    assert_eq!(sends(&effects), [], "behind the note, in order");
    let items = world.state.outbox.items();
    assert_eq!(items.iter().map(|item| item.enclosed.clone()).collect::<Vec<_>>(), [Some(Enclosed::Note), None]);
    // both drafts outlive another conversation
    world.open(2);
    world.open(1);
    world.key(KeyCode::Char('m'));
    assert_eq!(world.state.composer.text(), "more");
}

#[test]
fn a_refused_note_comes_back_as_a_note() {
    let (mut world, key) = writing('m');
    world.enter_text("he is angry");
    world.key(KeyCode::Esc);
    world.key(KeyCode::Char('r'));
    world.type_text("Dear customer");
    let client = world.state.outbox.items()[0].client.clone();
    world.report(Report::Sent { client, key, result: Err(refused()) });
    assert_eq!((world.state.composer.mode, world.state.composer.text()), (Mode::Note, "he is angry".to_owned()));
    assert_eq!(world.state.composer.draft(key, Mode::Reply).as_deref(), Some("Dear customer"));
}

#[test]
fn drafts_of_both_kinds_are_kept_on_disk_apart() {
    let (mut world, _) = writing('m');
    world.type_text("n");
    let effects = world.type_and_see("x");
    let draft = store::Command::Draft { conversation: Id::new(oid(1)), note: true, text: Some("nx".to_owned()) };
    assert!(effects.contains(&Effect::Store(draft)), "{effects:?}");
}

impl World {
    fn type_and_see(&mut self, text: &str) -> Vec<Effect> {
        text.chars().flat_map(|c| self.key(KeyCode::Char(c))).collect()
    }
}

#[test]
fn where_the_backend_has_no_notes_they_are_kept_here_and_said_to_be() {
    let (mut world, key) = writing('m');
    world.state.offers.notes = false;
    let effects = world.enter_text("he is angry");
    assert!(sends(&effects).is_empty() && world.state.outbox.items().is_empty());
    assert!(world.state.notice.as_ref().unwrap().text.contains("kept on this machine alone"));
    let effects = world.send(Msg::Timer(Timer::Keep));
    let kept = effects.iter().any(|effect| match effect {
        Effect::Store(store::Command::Messages { messages, .. }) => messages[0].direction == Direction::Note,
        _ => false,
    });
    assert!(kept, "{effects:?}");
    // the backend's thread does not take it away
    world.thread(key, Page::Latest, Purpose::Asked, vec![message("h1", "hello", Direction::Inbound, world.now)]);
    let notes = world.state.threads.get(key).unwrap().thread.iter().filter(|m| m.direction == Direction::Note).count();
    assert_eq!(notes, 1);
}

#[test]
fn who_else_looks_and_types_is_told_in_words() {
    let (mut world, key) = writing('r');
    let viewer = |id: &str, name: &str, typing| Viewer { id: Some(Id::new(id)), name: Clean::line(name), typing };
    let told = |world: &mut World, viewers: Vec<Viewer>| {
        world.frame("presence", Event::Presence { evidence: evidence(&oid(1)), viewers });
        here::words(&world.state, key).map(|words| words.to_string())
    };
    assert_eq!(told(&mut world, vec![viewer("a1", "Ines", true)]), None, "not ourselves");
    let ben = |typing| viewer("a2", "Ben", typing);
    assert_eq!(told(&mut world, vec![viewer("a1", "Ines", false), ben(false)]).as_deref(), Some("Ben is looking"));
    assert_eq!(told(&mut world, vec![ben(true), viewer("a3", "Ana", false)]).as_deref(), Some("Ben is typing a reply"));
    assert_eq!(
        told(&mut world, vec![ben(false), viewer("a3", "Ana", false)]).as_deref(),
        Some("Ben and Ana are looking")
    );
    assert_eq!(told(&mut world, Vec::new()), None);
    let agent = Some(Clean::line("Ben"));
    world.frame("typing", Event::Typing { evidence: evidence(&oid(1)), who: Some("a2".into()), agent, typing: true });
    assert_eq!(here::words(&world.state, key).as_deref(), Some("Ben is typing a reply"));
    assert!(world.state.threads.get(key).unwrap().typing.is_none(), "the customer does not type");
}

#[test]
fn an_answer_of_somebody_else_meanwhile_is_asked_about_once() {
    let (mut world, key) = writing('r');
    let theirs = |world: &mut World, id: &str| {
        let mut message = message(id, "On its way", Direction::Outbound, world.now);
        (message.sender, message.origin) = (Some(Clean::line("Ben")), Origin::Live);
        let facts = Box::default();
        world.frame("message.sent", Event::Message { evidence: evidence(&oid(1)), message: Box::new(message), facts });
    };
    // what came before one began is no surprise
    theirs(&mut world, "b1");
    world.enter_text("first");
    assert_eq!(world.state.outbox.items().len(), 1);
    let client = world.state.outbox.items()[0].client.clone();
    let accepted = Accepted { id: Some(Id::new("s1")), wa: None };
    world.report(Report::Sent { client, key, result: Ok(accepted) });
    world.type_text("second");
    theirs(&mut world, "b2");
    assert!(sends(&world.key(KeyCode::Enter)).is_empty());
    assert!(world.asked().starts_with("Send yours too? Ben answered Customer 1 at"), "{}", world.asked());
    world.key(KeyCode::Char('n'));
    assert_eq!(world.state.composer.text(), "second");
    world.key(KeyCode::Enter);
    let effects = world.key(KeyCode::Char('y'));
    assert_eq!(sends(&effects), [Outgoing::Text { body: "second".to_owned() }]);
}

#[test]
fn the_teams_canned_replies_are_offered_beside_ones_own() {
    let (mut world, _) = writing('r');
    world.state.replies.put("refund", "Mine");
    let item = Item {
        id: Id::new("c1"),
        title: Clean::line("refund-team"),
        text: Some(Clean::text("Ours, {first_name}")),
        language: None,
    };
    world.report(Report::Catalogue { catalogue: Catalogue::Replies, line: None, result: Ok(vec![item]) });
    world.type_text("/ref");
    let offers = &world.state.composer.completion.as_ref().unwrap().offers;
    let shown: Vec<String> = offers.iter().map(|offer| format!("{} {}", offer.label, offer.detail)).collect();
    assert_eq!(shown, ["/refund Mine", "/refund-team (team) Ours, {first_name}"]);
    world.key(KeyCode::Down);
    world.key(KeyCode::Tab);
    assert_eq!(world.state.composer.text(), "Ours, Customer");
}

//! Writing: completion, canned replies, what is asked before a text leaves; and what is done with conversations.

use super::*;
use crate::app::effect::Saving;
use crate::app::state::Ask;
use crate::chat::Status;

fn writing() -> (World, ConversationKey) {
    let mut facts = row(1, &oid(1), &[]);
    facts.name = Some(Clean::line("María López"));
    let mut world = World::with_list(vec![facts, row(2, &oid(2), &[])]);
    world.report(Report::Identity(Identity { name: Some(Clean::line("Ines")), ..Identity::default() }));
    world.state.replies.put("hello", "Hello {first_name}, order {order} by {agent}");
    let key = world.open(1);
    world.key(KeyCode::Char('r'));
    (world, key)
}

impl World {
    fn ctrl(&mut self, c: char) -> Vec<Effect> {
        self.send(Msg::Input(Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))))
    }

    fn sent(&self) -> Vec<String> {
        self.state.outbox.items().iter().map(|item| item.text.clone()).collect()
    }

    pub(super) fn said(&self) -> String {
        self.state.notice.as_ref().map(|notice| notice.text.to_string()).unwrap_or_default()
    }
}

#[test]
fn an_emoji_is_offered_and_taken() {
    let (mut world, _) = writing();
    world.type_text("Great :tad");
    assert!(world.state.composer.completion.is_some());
    world.key(KeyCode::Tab);
    assert_eq!(world.state.composer.text(), "Great 🎉");
    world.type_text(" and :heart:");
    assert_eq!(world.state.composer.text(), "Great 🎉 and ❤️");
    world.key(KeyCode::Enter);
    assert_eq!(world.sent(), ["Great 🎉 and ❤️"]);
}

#[test]
fn esc_leaves_what_is_offered_and_enter_then_sends() {
    let (mut world, _) = writing();
    world.type_text("ask :sm");
    world.key(KeyCode::Esc);
    assert_eq!((world.state.focus, world.state.composer.completion.is_none()), (Focus::Composer, true));
    world.key(KeyCode::Enter);
    assert_eq!(world.sent(), ["ask :sm"]);
}

#[test]
fn a_canned_reply_is_filled_in_and_never_leaves_half_filled_by_a_slip() {
    let (mut world, _) = writing();
    world.type_text("/hel");
    world.key(KeyCode::Enter);
    assert_eq!(world.state.composer.text(), "Hello María, order {order} by Ines");
    assert!(world.sent().is_empty(), "Enter took the reply");
    world.key(KeyCode::Enter);
    assert!(world.sent().is_empty() && world.said().contains("{order} is not filled in"), "{}", world.said());
    world.type_text("1042");
    assert_eq!(world.state.composer.text(), "Hello María, order 1042 by Ines", "typed over the placeholder");
    world.key(KeyCode::Enter);
    assert_eq!(world.sent(), ["Hello María, order 1042 by Ines"]);
}

#[test]
fn tab_goes_from_placeholder_to_placeholder_and_then_on() {
    let (mut world, _) = writing();
    world.state.replies.put("two", "{a} and {b}");
    world.type_text("/two");
    world.key(KeyCode::Tab);
    world.type_text("x");
    world.key(KeyCode::Tab);
    world.type_text("y");
    assert_eq!(world.state.composer.text(), "x and y");
    world.key(KeyCode::Tab);
    assert_ne!(world.state.focus, Focus::Composer, "nothing is left to fill in");
}

#[test]
fn what_looks_like_a_slip_is_asked_about_once() {
    let (mut world, _) = writing();
    world.type_text("/helo");
    world.key(KeyCode::Enter);
    assert!(world.sent().is_empty() && world.said().contains("There is no canned reply /helo"), "{}", world.said());
    world.key(KeyCode::Enter);
    assert_eq!(world.sent(), ["/helo"]);
    let key = world.state.open.unwrap();
    let long_ago = world.now.checked_sub(jiff::SignedDuration::from_hours(30)).unwrap();
    world.state.inbox.change(key, |row| row.last_inbound_at = Some(long_ago));
    world.type_text("too late");
    world.key(KeyCode::Enter);
    assert!(world.said().contains("24 h"), "{}", world.said());
    assert_eq!(world.sent().len(), 1);
}

#[test]
fn a_reply_is_kept_changed_and_deleted_in_the_program() {
    let (mut world, _) = writing();
    world.state.files.replies = Some("/x/replies.toml".into());
    world.type_text("See you, {name}");
    world.ctrl('s');
    world.type_text("bye");
    let effects = world.key(KeyCode::Enter);
    assert!(matches!(&effects[..], [Effect::Save { text, what: Saving::Replies, .. }] if text.contains("[bye]")));
    assert_eq!(world.state.replies.get("bye"), Some("See you, {name}"));
    world.ctrl('t');
    world.type_text("bye");
    assert_eq!(world.ctrl('o'), [Effect::Edit("See you, {name}".to_owned())]);
    world.send(Msg::Edited(Some("Goodbye\n".to_owned())));
    assert_eq!(world.state.replies.get("bye"), Some("Goodbye"));
    world.ctrl('d');
    world.key(KeyCode::Char('y'));
    assert_eq!(world.state.replies.get("bye"), None);
    assert_eq!(world.state.composer.text(), "See you, {name}", "what was being written is untouched");
}

#[test]
fn the_editor_has_the_text_and_gives_it_back() {
    let (mut world, _) = writing();
    world.type_text("one");
    assert_eq!(world.ctrl('o'), [Effect::Edit("one".to_owned())]);
    world.send(Msg::Edited(Some("one\ntwo\n".to_owned())));
    assert_eq!(world.state.composer.text(), "one\ntwo");
    world.ctrl('o');
    world.send(Msg::Edited(None));
    assert_eq!(world.state.composer.text(), "one\ntwo");
}

#[test]
fn undo_brings_back_what_was_deleted() {
    let (mut world, _) = writing();
    world.type_text("one two");
    world.ctrl('w');
    assert_eq!(world.state.composer.text(), "one ");
    world.send(Msg::Input(Input::Key(KeyEvent::new(KeyCode::Char('7'), KeyModifiers::CONTROL))));
    assert_eq!(world.state.composer.text(), "one two");
}

#[test]
fn a_conversation_is_resolved_and_that_is_undone() {
    let (mut world, key) = writing();
    world.key(KeyCode::Esc);
    world.type_text("t");
    let effects = world.key(KeyCode::Char('r'));
    let wanted = |effects: &[Effect], status: Status| {
        commands(effects).iter().any(|c| matches!(c, Command::SetStatus { status: to, .. } if *to == status))
    };
    assert!(wanted(&effects, Status::Resolved));
    assert_eq!(world.state.inbox.get(key).unwrap().status, Status::Resolved);
    assert!(world.said().contains("undoes it"), "{}", world.said());
    let effects = world.key(KeyCode::Char('z'));
    assert!(wanted(&effects, Status::Open));
    assert_eq!(world.state.inbox.get(key).unwrap().status, Status::Open);
    world.key(KeyCode::Char('z'));
    assert_eq!(world.said(), "Nothing to undo");
}

#[test]
fn a_status_that_the_backend_refuses_is_as_it_was() {
    let (mut world, key) = writing();
    world.key(KeyCode::Esc);
    world.type_text("tr");
    let refused = RestError::Refused { status: 400, code: None, reason: Clean::line("no"), retry_after: None };
    world.report(Report::StatusSet { key, result: Err(refused) });
    assert_eq!(world.state.inbox.get(key).unwrap().status, Status::Open);
    world.key(KeyCode::Char('z'));
    assert_eq!(world.said(), "Nothing to undo");
}

#[test]
fn several_are_resolved_after_a_question_and_undone_at_once() {
    let (mut world, _) = writing();
    world.key(KeyCode::Esc);
    world.key(KeyCode::Esc);
    world.key(KeyCode::Char('*'));
    world.type_text("tr");
    let Some(Overlay::Sure { words, .. }) = &world.state.panels.overlay else { panic!("no question") };
    assert_eq!(words.as_str(), "Resolve 2 conversations?");
    let effects = world.key(KeyCode::Char('y'));
    assert_eq!(commands(&effects).len(), 2);
    assert_eq!(world.state.inbox.count_of(crate::app::BuiltIn::Resolved), 2);
    assert_eq!(world.state.inbox.marked_count(), 0);
    world.key(KeyCode::Char('z'));
    assert_eq!(world.state.inbox.count_of(crate::app::BuiltIn::Resolved), 0);
}

#[test]
fn messages_are_selected_copied_and_their_links_opened() {
    let (mut world, key) = writing();
    world.key(KeyCode::Esc);
    let at = |seconds| world.now.checked_sub(jiff::SignedDuration::from_secs(seconds)).unwrap();
    let history = vec![
        message("h1", "see https://example.com/a and https://example.com/b", Direction::Inbound, at(30)),
        message("h2", "or https://example.com/c", Direction::Inbound, at(20)),
        message("h3", "thanks", Direction::Inbound, at(10)),
    ];
    world.thread(key, Page::Latest, Purpose::Asked, history);
    world.key(KeyCode::Char('K'));
    let link = |url| Effect::OpenLink(Clean::line(url));
    assert_eq!(world.key(KeyCode::Char('l')), [link("https://example.com/c")]);
    world.key(KeyCode::Char('K'));
    world.key(KeyCode::Char('l'));
    world.key(KeyCode::Char('j'));
    assert_eq!(world.key(KeyCode::Enter), [link("https://example.com/b")]);
    world.type_text("c");
    assert_eq!(world.key(KeyCode::Char('i')), [Effect::Copy(Clean::line("wamid.h1"))]);
    world.type_text("c");
    assert_eq!(world.key(KeyCode::Char('c')), [Effect::Copy(Clean::line(&oid(1)))]);
}

#[test]
fn a_conversation_is_written_to_a_file() {
    let (mut world, key) = writing();
    world.key(KeyCode::Esc);
    let at = world.now;
    world.thread(key, Page::Latest, Purpose::Asked, vec![message("h1", "*hello*", Direction::Inbound, at)]);
    world.key(KeyCode::Char('x'));
    let Some(Overlay::Ask { ask: Ask::ExportPath, typed }) = &world.state.panels.overlay else { panic!("not asked") };
    assert!(typed.starts_with("maría-lópez-2026-") && typed.ends_with(".md"), "{typed}");
    let effects = world.key(KeyCode::Enter);
    let [Effect::Save { text, what: Saving::Export, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert!(text.contains("# María López") && text.contains("\\*hello\\*"), "{text}");
    for (ending, contains) in [("txt", "María López: *hello*"), ("json", "\"body\": \"*hello*\"")] {
        let text = crate::app::export::conversation(&world.state, key, &format!("a.{ending}")).unwrap();
        assert!(text.contains(contains), "{text}");
    }
    assert_eq!(crate::app::export::conversation(&world.state, key, "a.docx"), None);
}

#[test]
fn a_muted_conversation_neither_rings_nor_notifies() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    assert!(world.message(evidence(&oid(1)), "m1", "one").contains(&Effect::Bell));
    world.type_text("tm");
    let effects = world.message(evidence(&oid(1)), "m2", "two");
    assert!(!effects.contains(&Effect::Bell));
    assert_eq!(world.state.inbox.get(world.key_of(1)).unwrap().unread, 2, "it is counted all the same");
}

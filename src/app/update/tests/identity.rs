//! Who is who, in the whole program: merges while a conversation is open, one phone with two tickets, a page that
//! holds the account's id.

use super::*;
use crate::app::evidence;
use crate::chat::Directory;
use crate::inspect::diagnose;

fn named(id: &str) -> NamedId {
    NamedId { pointer: "/conversationId".into(), id: Id::new(id) }
}

#[test]
fn a_merge_while_the_conversation_is_open_keeps_the_thread_the_draft_and_the_place() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let kept = world.open(1);
    world.message(evidence_of(1), "m1", "to the first");
    let gone = world.open(2);
    world.message(evidence_of(2), "m2", "to the second");
    world.key(KeyCode::Char('r'));
    world.type_text("half a reply");
    let merged = Event::Merged { evidence: evidence_of(1), gone: vec![named(&oid(2))] };
    let effects = world.frame("conversation.merged", merged);
    assert_eq!(world.state.open, Some(kept));
    assert!(world.state.inbox.get(gone).is_none(), "its row is gone");
    assert_eq!(world.state.composer.text(), "half a reply");
    let mut texts = world.texts(kept);
    texts.sort();
    assert_eq!(texts, ["to the first", "to the second"]);
    assert!(world.state.notice.as_ref().unwrap().text.contains("merged into"));
    let rejoined = commands(&effects);
    assert!(
        rejoined.iter().any(|command| matches!(command, Command::Watch { open: Some(open), .. } if open.key == kept))
    );
    // what still comes under the old name belongs to the one that stays
    world.message(evidence_of(2), "m3", "late");
    assert_eq!(world.verdict(), Verdict::Routed { key: kept });
}

/// A message of conversation `n`, which names it by its own id alone.
fn evidence_of(n: u32) -> Evidence {
    Evidence { phone: None, ..super::evidence(&oid(n)) }
}

/// A backend whose ids are numbers, with a ticket of one customer.
fn tickets(ids: &[&str]) -> World {
    let mut world = World::empty();
    let rules = IdentityRules { account: Some(Id::new(ACCOUNT)), native: NativeForm::Integer, route_variants: false };
    world.state.directory = Directory::new(rules);
    world.session(SessionState::Live, 1);
    let rows = ids.iter().map(|id| row(1, id, &[])).collect();
    let result = Ok(ListPage { rows, ..ListPage::default() });
    world.report(Report::List { purpose: Purpose::Asked, epoch: 1, result });
    world
}

fn of_ticket(id: Option<&str>) -> Evidence {
    Evidence {
        ids: id.map(named).into_iter().collect(),
        broadcast_id: id.map(Id::new),
        account: Some(Id::new(ACCOUNT)),
        line: Some(Id::new(LINE)),
        phone: Phone::parse(&phone(1)),
        ..Evidence::default()
    }
}

#[test]
fn a_new_ticket_of_an_old_customer_is_never_put_into_the_old_one() {
    let mut world = tickets(&["41"]);
    let old = world.open(1);
    let effects = world.message(of_ticket(Some("42")), "m1", "a new matter");
    assert_eq!(world.verdict(), Verdict::Unknown { id: Id::new("42") });
    assert!(world.texts(old).is_empty(), "the closed ticket has nothing of it");
    let asked = commands(&effects);
    assert!(asked.contains(&&Command::FetchConversation { id: Id::new("42") }), "{asked:?}");
    // the backend knows the new ticket: then it has a row of its own, and its message
    let page = ThreadPage { facts: Some(row(1, "42", &[])), ..ThreadPage::default() };
    world.report(Report::Conversation { id: Id::new("42"), result: Ok(page) });
    assert!(world.texts(old).is_empty());
    assert_eq!(world.state.inbox.len(), 2);
    assert_eq!(world.state.unrouted.len(), 0);
}

#[test]
fn a_phone_that_two_tickets_share_decides_nothing() {
    let mut world = tickets(&["41", "42"]);
    world.message(of_ticket(None), "m1", "which one?");
    assert!(matches!(world.verdict(), Verdict::Ambiguous { keys } if keys.len() == 2));
    assert_eq!(world.state.unrouted.len(), 1, "it stands in the Unrouted row");
    let shown =
        world.state.inbox.all().iter().filter_map(|key| world.state.threads.get(*key)).map(|view| view.thread.len());
    assert_eq!(shown.sum::<usize>(), 0);
}

#[test]
fn the_account_id_alone_is_no_identity_and_the_page_that_holds_it_is_named() {
    let mut rows: Vec<ConversationFacts> = (1..4).map(|n| row(n, &oid(n), &[])).collect();
    for facts in &mut rows {
        facts.page_id = Some(Id::new(ACCOUNT));
    }
    let mut world = World::with_list(rows);
    let key = world.open(1);
    world.message(Evidence { phone: None, ..super::evidence(ACCOUNT) }, "m1", "for whom?");
    assert!(!matches!(world.verdict(), Verdict::Routed { .. } | Verdict::Background { .. }), "{:?}", world.verdict());
    assert!(world.texts(key).is_empty());
    let findings = diagnose(&evidence(&world.state));
    assert_eq!(findings.first().map(|finding| finding.rule), Some("page-holds-account-id"), "{findings:#?}");
}

#[test]
fn scrolled_up_the_message_matched_and_is_out_of_view() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let key = world.open(1);
    let history = (0..60).map(|n| message(&format!("h{n}"), "older", Direction::Inbound, world.now)).collect();
    world.thread(key, Page::Latest, Purpose::Asked, history);
    world.state.focus = Focus::Thread;
    world.key(KeyCode::PageUp);
    world.message(super::evidence(&oid(1)), "m1", "below");
    assert_eq!(world.verdict(), Verdict::Routed { key });
    let findings = diagnose(&evidence(&world.state));
    assert!(findings.iter().any(|finding| finding.rule == "below-the-view"), "{findings:#?}");
}

#[test]
fn filtered_away_the_message_matched_and_is_out_of_view() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let key = world.open(1);
    world.state.inbox.set_filter("nobody is called so");
    world.message(super::evidence(&oid(1)), "m1", "matched");
    assert_eq!(world.verdict(), Verdict::Routed { key });
    assert_eq!(world.texts(key), ["matched"], "the thread shows it");
    let says = |world: &World| diagnose(&evidence(&world.state)).iter().any(|finding| finding.rule == "filtered-away");
    assert!(says(&world), "the list hides its row, and the diagnosis says so");
    world.state.inbox.set_filter("");
    assert!(!says(&world), "the row is back");
}

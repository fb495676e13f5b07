//! What is done to conversations: assigned, labelled, put off; in bulk, refused, undone.

use super::*;
use crate::app::offered;
use crate::config::Action;
use crate::wire::{Catalogue, Item, Offers, Operated, Operation};

fn item(id: &str, title: &str) -> Item {
    Item { id: Id::new(id), title: Clean::line(title), text: None, language: None }
}

/// Three conversations, and a team of two: Ines, who works here, and Ben.
fn team() -> World {
    let mut world = World::with_list((1..=3).map(|n| row(n, &oid(n), &[])).collect());
    let identity = Identity { id: Some(Id::new("a1")), name: Some(Clean::line("Ines")), ..Identity::default() };
    world.report(Report::Identity(identity));
    let items = vec![item("a1", "Ines"), item("a2", "Ben")];
    world.report(Report::Catalogue { catalogue: Catalogue::Agents, line: None, result: Ok(items) });
    world
}

fn operations(effects: &[Effect]) -> Vec<Operation> {
    let commands = commands(effects).into_iter();
    let operation = |command: &Command| match command {
        Command::Operate { operation, .. } => Some(operation.clone()),
        _ => None,
    };
    commands.filter_map(operation).collect()
}

fn notice(world: &World) -> String {
    world.state.notice.as_ref().map(|notice| notice.text.to_string()).unwrap_or_default()
}

fn assignee(world: &World, n: u32) -> Option<String> {
    world.state.inbox.get(world.key_of(n)).unwrap().assignee.as_ref().map(ToString::to_string)
}

fn refusal(code: &str, reason: &str) -> RestError {
    RestError::Refused { status: 409, code: Some(Clean::line(code)), reason: Clean::line(reason), retry_after: None }
}

#[test]
fn an_agent_is_chosen_and_the_assignment_undone() {
    let mut world = team();
    world.type_text("ta");
    world.type_text("be");
    let effects = world.key(KeyCode::Enter);
    assert_eq!(operations(&effects), [Operation::Assign { agent: Id::new("a2") }]);
    assert_eq!(assignee(&world, 1).as_deref(), Some("Ben"));
    assert!(notice(&world).contains("Customer 1 is assigned to Ben now · z undoes it"), "{}", notice(&world));
    let effects = world.key(KeyCode::Char('z'));
    assert_eq!(operations(&effects), [Operation::Release]);
    assert_eq!(assignee(&world, 1), None);
    // the one that was Ben's goes back to Ben, whose id the list of agents has
    world.type_text("ta");
    world.type_text("ben");
    world.key(KeyCode::Enter);
    world.type_text("tx");
    assert_eq!(assignee(&world, 1), None);
    let effects = world.key(KeyCode::Char('z'));
    assert_eq!(operations(&effects), [Operation::Assign { agent: Id::new("a2") }]);
}

#[test]
fn a_refused_take_puts_the_row_back_and_says_who_has_it() {
    let mut world = team();
    let key = world.key_of(1);
    let effects = world.send(Msg::Input(Input::Key(KeyEvent::new(KeyCode::Char('t'), KeyModifiers::NONE))));
    assert!(operations(&effects).is_empty());
    let take = operations(&world.key(KeyCode::Char('t')));
    assert_eq!(take, [Operation::Take { agent: Id::new("a1") }]);
    assert_eq!(assignee(&world, 1).as_deref(), Some("Ines"));
    let result = Err(refusal("ALREADY_ASSIGNED", "Ben looks after this conversation"));
    world.report(Report::Operated { key, operation: take[0].clone(), result });
    assert_eq!(assignee(&world, 1), None);
    assert_eq!(notice(&world), "Customer 1: not taken: Ben looks after this conversation");
    assert!(operations(&world.key(KeyCode::Char('z'))).is_empty(), "there is nothing left to undo");
}

#[test]
fn a_refusal_does_not_put_back_what_changed_meanwhile() {
    let mut world = team();
    let key = world.key_of(1);
    world.type_text("tt");
    let mut facts = row(1, &oid(1), &[]);
    facts.assignee = Some(Some(Clean::line("Ben")));
    world.frame("conversation_update", Event::Conversation { evidence: evidence(&oid(1)), facts: Box::new(facts) });
    let operation = Operation::Take { agent: Id::new("a1") };
    let result = Err(refusal("ALREADY_ASSIGNED", "Ben looks after this conversation"));
    world.report(Report::Operated { key, operation, result });
    assert_eq!(assignee(&world, 1).as_deref(), Some("Ben"));
}

#[test]
fn many_are_asked_about_done_and_undone_as_one() {
    let mut world = team();
    world.key(KeyCode::Char('*'));
    world.type_text("ta");
    world.type_text("ben");
    assert!(operations(&world.key(KeyCode::Enter)).is_empty(), "not before a yes");
    let Some(Overlay::Sure { words, .. }) = &world.state.panels.overlay else { panic!("{:?}", world.state.panels) };
    assert_eq!(&**words, "Assign 3 conversations to Ben?");
    let effects = world.key(KeyCode::Char('y'));
    assert_eq!(operations(&effects).len(), 3);
    assert!(notice(&world).starts_with("3 conversations are assigned to Ben now"), "{}", notice(&world));
    assert_eq!(world.state.inbox.marked_count(), 0);
    // one of them is refused: the two others are undone together
    let operation = Operation::Assign { agent: Id::new("a2") };
    let result = Err(refusal("AGENT_NOT_FOUND", "Agent not found"));
    world.report(Report::Operated { key: world.key_of(2), operation, result });
    assert_eq!(assignee(&world, 2), None);
    assert_eq!(operations(&world.key(KeyCode::Char('z'))), [Operation::Release, Operation::Release]);
    assert!((1..=3).all(|n| assignee(&world, n).is_none()));
}

#[test]
fn many_refusals_are_counted() {
    let mut world = team();
    world.key(KeyCode::Char('*'));
    world.type_text("tty");
    for n in 1..=3 {
        let operation = Operation::Take { agent: Id::new("a1") };
        let result = Err(refusal("ALREADY_ASSIGNED", "Ben looks after this conversation"));
        world.report(Report::Operated { key: world.key_of(n), operation, result });
    }
    assert!(notice(&world).starts_with("3 were refused. Customer 1: not taken: Ben"), "{}", notice(&world));
}

#[test]
fn labels_are_toggled_and_made_by_typing() {
    let mut world = team();
    let labels = vec![item("vip", "vip"), item("refund", "refund")];
    world.report(Report::Catalogue { catalogue: Catalogue::Labels, line: None, result: Ok(labels) });
    world.type_text("tlref");
    let effects = world.key(KeyCode::Enter);
    assert_eq!(operations(&effects), [Operation::AddLabel { label: "refund".to_owned() }]);
    assert!(matches!(world.state.panels.overlay, Some(Overlay::Pick(_))), "the choice stays for the next label");
    world.type_text("Late parcel");
    let effects = world.key(KeyCode::Enter);
    assert_eq!(operations(&effects), [Operation::AddLabel { label: "Late parcel".to_owned() }]);
    world.type_text("refund");
    let effects = world.key(KeyCode::Enter);
    assert_eq!(operations(&effects), [Operation::RemoveLabel { label: "refund".to_owned() }]);
    world.key(KeyCode::Esc);
    world.type_text("z");
    let row = world.state.inbox.get(world.key_of(1)).unwrap();
    assert_eq!(row.labels, [Clean::line("Late parcel"), Clean::line("refund")]);
}

#[test]
fn a_typed_time_and_the_customers_next_message_are_ways_to_snooze() {
    let mut world = team();
    world.type_text("ts2h");
    let effects = world.key(KeyCode::Enter);
    let until = world.now.checked_add(jiff::SignedDuration::from_hours(2)).unwrap();
    let [Operation::Snooze { until: Some(asked) }] = operations(&effects)[..] else { panic!("{effects:?}") };
    assert!(until.duration_since(asked).as_secs().abs() <= 1);
    world.type_text("tscust");
    let effects = world.key(KeyCode::Enter);
    assert_eq!(operations(&effects), [Operation::Snooze { until: None }]);
    assert_eq!(operations(&world.key(KeyCode::Char('z'))), [Operation::Snooze { until: Some(asked) }]);
}

#[test]
fn an_answer_counts_only_when_nothing_more_is_on_the_way() {
    let mut world = team();
    let key = world.key_of(1);
    world.type_text("tt");
    world.type_text("tP");
    world.type_text("urg");
    world.key(KeyCode::Enter);
    let answer = |assignee: &str, priority: &str| {
        let mut facts = row(1, &oid(1), &[]);
        facts.assignee = Some(Some(Clean::line(assignee)));
        facts.priority = Some(Clean::line(priority));
        facts.unread = Some(7);
        Ok(Operated { facts: Some(facts), accepted: Accepted::default() })
    };
    let take = Operation::Take { agent: Id::new("a1") };
    world.report(Report::Operated { key, operation: take, result: answer("Ines", "normal") });
    assert_eq!(world.state.inbox.get(key).unwrap().priority.as_deref(), Some("urgent"), "no flicker");
    let operation = Operation::Priority { priority: "urgent".to_owned() };
    world.report(Report::Operated { key, operation, result: answer("Ines M.", "urgent") });
    let row = world.state.inbox.get(key).unwrap();
    assert_eq!((row.assignee.as_deref(), row.unread), (Some("Ines M."), 0), "what is unread is counted here");
}

#[test]
fn what_the_backend_does_not_offer_is_not_shown_and_says_so() {
    let mut world = team();
    let shown = |world: &World| crate::app::update::palette_hits(&world.state, "");
    assert!(shown(&world).contains(&Action::Assign));
    world.state.offers = Offers::default();
    assert!(!shown(&world).contains(&Action::Assign) && !offered(&world.state, Action::Snooze));
    world.type_text("ta");
    assert_eq!(notice(&world), "This backend does not offer it: Assign to an agent (this or the marked)");
    assert_eq!(world.state.panels.overlay, None);
    // being unread is kept here, and said so
    world.type_text("tn");
    assert!(notice(&world).contains("is unread here now; the backend is not told"), "{}", notice(&world));
}

#[test]
fn a_catalogue_is_fetched_when_it_is_needed_and_again_when_it_changed() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let fetched = |effects: &[Effect]| {
        commands(effects).iter().filter(|command| matches!(command, Command::FetchCatalogue { .. })).count()
    };
    let changed = |world: &mut World| world.frame("labels.changed", Event::Changed { catalogue: Catalogue::Labels });
    assert_eq!(fetched(&changed(&mut world)), 0, "nobody has needed it");
    world.key(KeyCode::Char('t'));
    assert_eq!(fetched(&world.key(KeyCode::Char('l'))), 1);
    world.report(Report::Catalogue { catalogue: Catalogue::Labels, line: None, result: Ok(Vec::new()) });
    world.key(KeyCode::Esc);
    world.key(KeyCode::Char('t'));
    assert_eq!(fetched(&world.key(KeyCode::Char('l'))), 0, "it is here");
    assert_eq!(fetched(&changed(&mut world)), 1);
}

#[test]
fn why_nothing_was_done_is_said_and_not_that_it_is_so_already() {
    use crate::app::deed::{Agent, Deed};
    let mut world = team();
    let key = world.key_of(1);
    let nobody = Deed::Assign(Agent { id: None, name: Clean::line("Zed") });
    let mut out = Vec::new();
    super::super::deeds::perform(&mut world.state, &[key], nobody, &mut out);
    assert!(operations(&out).is_empty() && assignee(&world, 1).is_none());
    assert_eq!(notice(&world), "Who Zed is to the backend is not known here; nothing was changed");
    let ben = Deed::Assign(Agent { id: Some(Id::new("a2")), name: Clean::line("Ben") });
    for words in ["is assigned to Ben now", "It is like that already"] {
        super::super::deeds::perform(&mut world.state, &[key], ben.clone(), &mut out);
        assert!(notice(&world).contains(words), "{}", notice(&world));
    }
}

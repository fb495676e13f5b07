//! Two agents at one backend: who has a conversation, labels, notes, who else is here, and answers that meet. Each step on
//! the screens and in the backend's database.

use serde_json::json;

use crate::house::{House, until};
use crate::terminal::Terminal;

/// A chord of the prefix `t`, once what may follow is shown.
fn team_key(terminal: &mut Terminal, key: &str) {
    terminal.press("t");
    terminal.wait_for("t u Undo the last");
    terminal.press(key);
}

/// Chooses by typing.
fn choose(terminal: &mut Terminal, key: &str, title: &str, typed: &str) {
    team_key(terminal, key);
    terminal.wait_for(title);
    terminal.fill(typed);
    terminal.press("\r");
}

fn go_to(terminal: &mut Terminal, phone: &str) {
    terminal.wait_for("● live");
    terminal.go_to(phone);
    terminal.wait_for("Reply to");
}

#[test]
fn two_agents_look_after_one_conversation() {
    let house = House::build();
    let row = house.rows()[3].clone();
    house.inbound(&row, "wamid.team.1", "Is anybody there?");
    let (id, phone) = (row["id"].as_str().expect("an id"), row["phone"].as_str().expect("a phone"));
    let said = |what: &str| house.ask(&format!("SELECT {what} FROM conversations WHERE id = '{id}'"));
    let (_, other) = house.colleague();
    let noor = house.ask("SELECT id FROM agents WHERE name = 'Noor Haddad'");

    let mut one = house.team_terminal("");
    go_to(&mut one, phone);
    let mut two = house.seat(&other);
    go_to(&mut two, phone);

    // nobody's, then Noor's: told to the other seat, who cannot take it any more
    team_key(&mut one, "x");
    until("it is nobody's", || said("assigned_agent_id").is_none());
    team_key(&mut two, "t");
    two.wait_for("is yours now");
    until("it is Noor's", || said("assigned_agent_id") == noor);
    one.wait_for("Noor Haddad");
    team_key(&mut one, "t");
    one.wait_for("not taken: Noor Haddad looks after this conversation");
    assert_eq!(said("assigned_agent_id"), noor);

    // labels, a priority, a time: each undone by one key
    choose(&mut one, "l", "Labels of", "late parcel");
    until("it has the label", || said("tags").is_some_and(|tags| tags.contains("late parcel")));
    two.wait_for("late parcel");
    one.press("\x1b");
    one.wait_gone("Labels of");
    one.press("z");
    one.wait_for("has the label late parcel no more");
    until("the label is gone", || said("tags").is_some_and(|tags| !tags.contains("late parcel")));
    choose(&mut one, "P", "Priority of", "urgent");
    until("it is urgent", || said("priority").as_deref() == Some("urgent"));
    choose(&mut one, "s", "Snooze", "2h");
    one.wait_for("is snoozed until");
    until("it is put off", || said("status").as_deref() == Some("snoozed"));
    let until_then = said("snoozed_until - unixepoch() * 1000").and_then(|left| left.parse::<i64>().ok());
    assert!(until_then.is_some_and(|left| (7_000_000..=7_300_000).contains(&left)), "{until_then:?}");
    one.press("z");
    until("it is open again", || said("status").as_deref() == Some("open"));

    // who else is here; and an answer that was overtaken is asked about
    one.wait_for("Noor Haddad is looking");
    one.press("r");
    one.wait_for("Reply to");
    one.type_text("my own answer");
    two.wait_for("is typing a reply");
    two.press("r");
    two.type_text("The answer of Noor");
    two.press("\r");
    one.wait_for("The answer of Noor");
    one.press("\r");
    one.wait_for("Send yours too?");
    one.press("n");
    one.wait_gone("Send yours too?");
    assert_eq!(house.sent("my own answer"), 0);
    one.press("\r");
    one.wait_for("Send yours too?");
    one.press("y");
    until("it is sent", || house.sent("my own answer") == 1);

    // a note goes to the team alone; what is written to the customer stands beside it
    one.type_text("half a reply");
    one.press("\x1b");
    one.wait_for("o older");
    one.press("m");
    one.wait_for("Note to the team, never sent to");
    one.type_text("please call him");
    one.press("\r");
    two.wait_for("[note] please call him");
    let notes = "SELECT count(*) FROM messages WHERE body = 'please call him' AND direction = 'note' AND wamid IS NULL";
    assert_eq!(house.ask(notes).as_deref(), Some("1"));
    one.wait_for("✎ reply");
    one.press("\x1b");
    one.wait_for("o older");
    one.press("r");
    one.wait_for("half a reply");
    assert_eq!(house.sent("half a reply"), 0);

    // the team's canned replies come by themselves, also those that are made meanwhile
    one.press("\x15");
    one.wait_gone("half a reply");
    house.post("/api/canned-replies", &json!({ "shortcut": "greet-team", "text": "Good day, {first_name}" }));
    one.press("/greet");
    one.wait_for("(team) Good day");
}

#[test]
fn several_marked_conversations_are_resolved_after_a_question_and_opened_again_by_one_key() {
    let house = House::build();
    let resolved = || house.ask("SELECT count(*) FROM conversations WHERE status = 'closed'");
    let before: i64 = resolved().and_then(|count| count.parse().ok()).expect("a count");
    let count = |more: i64| Some((before + more).to_string());
    let mut terminal = house.team_terminal("");
    terminal.wait_for("● live");
    terminal.press("vo");
    terminal.wait_for("Inbox: unassigned");
    terminal.press(" ");
    terminal.wait_for("1 marked");
    terminal.press(" ");
    terminal.wait_for("2 marked");
    team_key(&mut terminal, "r");
    terminal.wait_for("Resolve 2 conversations?");
    terminal.press("n");
    terminal.wait_gone("Resolve 2 conversations?");
    assert_eq!(resolved(), count(0));
    team_key(&mut terminal, "r");
    terminal.wait_for("Resolve 2 conversations?");
    terminal.press("y");
    terminal.wait_for("2 conversations are resolved now");
    until("both are resolved", || resolved() == count(2));
    terminal.press("z");
    terminal.wait_for("Undone for 2 conversations");
    until("both are open again", || resolved() == count(0));
}

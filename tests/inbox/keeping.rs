//! What is on disk is there again, whatever happens to the program; and nothing is ever sent twice.

use serde_json::json;

use crate::contract::{Contract, TOKEN};
use crate::house::{House, Passing, Wire, until};
use crate::terminal::Terminal;

/// Opens the selected conversation and writes there.
fn write(terminal: &mut Terminal, text: &str) {
    terminal.wait_for("Reply to");
    terminal.press("r");
    terminal.type_text(text);
}

fn opened(house: &House) -> Terminal {
    let mut terminal = house.terminal();
    terminal.wait_for("● live");
    terminal.press("\r");
    terminal.wait_for("Reply to");
    until("the place is on disk", || house.kept("SELECT count(*) FROM positions WHERE name = 'open'") == 1);
    terminal
}

fn on_line_with(screen: &vt100::Screen, text: &str, mark: &str) -> bool {
    screen.contents().lines().any(|line| line.contains(text) && line.contains(mark))
}

#[test]
fn a_draft_that_was_typed_survives_a_kill() {
    let house = House::build();
    let mut terminal = opened(&house);
    write(&mut terminal, "half a thought");
    until("the draft is on disk", || house.kept("SELECT count(*) FROM drafts WHERE text = 'half a thought'") == 1);
    terminal.kill();

    let mut terminal = house.terminal();
    terminal.wait_for("half a thought");
    terminal.wait_for("draft");
    terminal.wait_for("● live");
    terminal.press("r");
    terminal.type_text(" and its end");
    terminal.press("\r");
    terminal.wait("the reply with a tick", |screen| on_line_with(screen, "half a thought and its end", "✓"));
    until("the draft is gone", || house.kept("SELECT count(*) FROM drafts") == 0);
    until("the queue is empty", || house.kept("SELECT count(*) FROM outbox") == 0);
    assert_eq!(house.sent("half a thought and its end"), 1);
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn leaving_with_a_draft_asks_nothing_for_it_is_kept() {
    let house = House::build();
    let mut terminal = opened(&house);
    write(&mut terminal, "later");
    terminal.leave();
    terminal.end().assert_clean();
    assert_eq!(house.kept("SELECT count(*) FROM drafts WHERE text = 'later'"), 1);
}

#[test]
fn offline_the_cache_is_read_and_what_is_written_goes_once_when_the_backend_is_back() {
    let mut house = House::build();
    let mut terminal = opened(&house);
    let words = "Thank you, it is on its way";
    until("the list is kept", || house.kept("SELECT count(*) FROM conversations") > 20);
    until("the thread is kept", || house.kept("SELECT count(*) FROM messages") > 3);
    terminal.leave();
    terminal.end().assert_clean();
    house.close();

    let mut terminal = house.terminal();
    terminal.wait_for("cached");
    write(&mut terminal, words);
    terminal.press("\r");
    terminal.wait_for("1 queued");
    until("it is on disk", || house.kept("SELECT count(*) FROM outbox WHERE fate = 'queued'") == 1);
    terminal.kill();

    let mut terminal = house.terminal();
    terminal.wait_for("1 queued");
    house.open();
    terminal.wait("the reply with a tick", |screen| on_line_with(screen, words, "✓"));
    terminal.wait_gone("cached");
    until("the queue is empty", || house.kept("SELECT count(*) FROM outbox") == 0);
    assert_eq!(house.sent(words), 1);
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn killed_on_the_wire_after_it_arrived_it_is_found_and_not_sent_again() {
    let mut house = House::build();
    let wire = Wire::to(&house);
    house.url.clone_from(&wire.url);
    let mut terminal = opened(&house);
    let words = "once and no more";
    write(&mut terminal, words);
    wire.let_pass(Passing::NoAnswers);
    terminal.press("\r");
    until("it has arrived", || house.sent(words) == 1);
    terminal.kill();
    assert_eq!(house.kept("SELECT count(*) FROM outbox WHERE fate = 'sending'"), 1);

    wire.let_pass(Passing::All);
    let mut terminal = house.terminal();
    until("it was found", || house.kept("SELECT count(*) FROM outbox") == 0);
    terminal.wait("the reply with a tick", |screen| on_line_with(screen, words, "✓"));
    assert_eq!(house.sent(words), 1);
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn killed_on_the_wire_before_it_arrived_it_waits_for_the_agent() {
    let mut house = House::build();
    let wire = Wire::to(&house);
    house.url.clone_from(&wire.url);
    let mut terminal = opened(&house);
    let words = "did it go";
    write(&mut terminal, words);
    wire.let_pass(Passing::Nothing);
    terminal.press("\r");
    until("it is on the wire", || house.kept("SELECT count(*) FROM outbox WHERE fate = 'sending'") == 1);
    terminal.kill();

    wire.let_pass(Passing::All);
    let mut terminal = house.terminal();
    terminal.wait_for("not confirmed");
    terminal.wait_for("has no such");
    assert_eq!(house.sent(words), 0);
    terminal.press("\r");
    terminal.wait_for("send again");
    terminal.press("R");
    terminal.wait("the reply with a tick", |screen| on_line_with(screen, words, "✓"));
    until("the queue is empty", || house.kept("SELECT count(*) FROM outbox") == 0);
    assert_eq!(house.sent(words), 1);
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn a_damaged_store_is_set_aside_and_said() {
    let house = House::build();
    let store = house.store();
    std::fs::create_dir_all(store.parent().expect("a folder")).expect("made");
    std::fs::write(&store, "this is no database, ".repeat(1_000)).expect("written");
    let mut terminal = house.terminal();
    terminal.wait_for("set aside");
    terminal.wait_for("● live");
    terminal.leave();
    terminal.end().assert_clean();
    assert!(house.kept("SELECT count(*) FROM conversations") > 20);
}

#[test]
fn without_a_store_the_program_goes_on_and_says_what_that_means() {
    let house = House::build();
    // nothing can be a file where a folder is
    std::fs::create_dir_all(house.store()).expect("made");
    let mut terminal = house.terminal();
    terminal.wait_for("not kept on disk");
    terminal.wait_for("● live");
    terminal.press("\r");
    let words = "from memory";
    write(&mut terminal, words);
    terminal.press("\r");
    terminal.wait("the reply with a tick", |screen| on_line_with(screen, words, "✓"));
    assert_eq!(house.sent(words), 1);
    terminal.type_text("what would be lost");
    terminal.leave();
    terminal.wait_for("lost when you leave");
    terminal.press("y");
    terminal.end().assert_clean();
}

#[test]
fn words_are_found_in_all_conversations_and_gone_to() {
    let house = House::build();
    let rows = house.rows();
    let mut terminal = house.terminal();
    terminal.wait_for("● live");
    house.inbound(&rows[3], "wamid.find.1", "Wo ist meine Bestellung Zebra?");
    house.inbound(&rows[5], "wamid.find.2", "أين طلبي Zébra 🦓");
    terminal.wait_for("🦓");
    terminal.press("s");
    terminal.wait_for("Search in all messages");
    terminal.type_text("zebra");
    terminal.wait_for("1 of 2");
    terminal.press("\r");
    terminal.wait_for("Hit 1 of 2");
    terminal.wait("the message in the thread", |screen| {
        screen.rows(36, 60).filter(|line| line.contains("Zébra") || line.contains("Zebra")).count() > 0
    });
    terminal.press("n");
    terminal.wait_for("Hit 2 of 2");
    terminal.press("s");
    terminal.wait_for("Search in all messages");
    terminal.press("\x15");
    terminal.type_text("🦓");
    terminal.wait_for("1 of 1");
    terminal.press("\x1b");
    terminal.wait_gone("Search in all messages");
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn a_new_token_brings_the_session_back_with_draft_and_place() {
    let house = House::build();
    let file = house.home.path().join("token");
    let write_token = |token: &str| switchboard::config::write_private(&file, token.as_bytes()).expect("written");
    write_token(house.token());
    let path = file.to_str().expect("a path");
    let args = ["--url", &house.url, "--token-file", path];
    let mut terminal = house.terminal_with(&args, &[]);
    terminal.wait_for("● live");
    terminal.press("\r");
    write(&mut terminal, "not yet sent");
    until("the draft is on disk", || house.kept("SELECT count(*) FROM drafts") == 1);
    until("the place is on disk", || house.kept("SELECT count(*) FROM positions WHERE name = 'open'") == 1);
    terminal.kill();
    write_token("eyJhbGciOiJIUzI1NiJ9.e30.no-good");
    let mut terminal = house.terminal_with(&args, &[]);
    terminal.wait_for("signed out");
    terminal.wait_for("not yet sent");
    write_token(house.token());
    terminal.wait_for("● live");
    terminal.wait_for("not yet sent");
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn a_login_elsewhere_is_noticed_while_rest_alone_refuses_the_old_token() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let options = json!({ "conversations": 3, "tokens": [TOKEN, "renewed"] });
    let Some(server) = Contract::start(&options) else { return };
    let home = tempfile::tempdir().expect("a directory");
    let file = home.path().join("token");
    let write_token = |token: &str| switchboard::config::write_private(&file, token.as_bytes()).expect("written");
    write_token(TOKEN);
    let args = ["--url", &server.url, "--token-file", file.to_str().expect("a path")];
    let mut terminal = Terminal::start_in(home.path(), 120, 40, &args, &[]);
    terminal.wait_for("● live");
    // As when it expires: the socket showed it once, and lives on.
    runtime.block_on(server.control("set", json!({ "tokens": ["renewed"] })));
    terminal.press("\r");
    terminal.wait_for("receiving, cannot send: signed out");
    write_token("renewed");
    terminal.wait_for("● live");
    terminal.wait_for("Reply to");
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn two_programs_on_one_profile_send_each_text_once_and_keep_both_drafts() {
    let mut house = House::build();
    let mut one = opened(&house);
    until("the list is kept", || house.kept("SELECT count(*) FROM conversations") > 20);
    let mut other = opened(&house);
    house.close();
    write(&mut one, "from the one");
    one.press("\r");
    one.wait_for("1 queued");
    write(&mut other, "from the other");
    other.press("\r");
    other.wait_for("1 queued");
    one.type_text("draft of the one");
    other.type_text("draft of the other");
    until("both drafts are kept", || house.kept("SELECT count(*) FROM drafts") == 2);
    house.open();
    one.wait("its reply with a tick", |screen| on_line_with(screen, "from the one", "✓"));
    other.wait("its reply with a tick", |screen| on_line_with(screen, "from the other", "✓"));
    until("the queue is empty", || house.kept("SELECT count(*) FROM outbox") == 0);
    assert_eq!((house.sent("from the one"), house.sent("from the other")), (1, 1));
    for mut terminal in [one, other] {
        terminal.leave();
        terminal.end().assert_clean();
    }
    let mut again = house.terminal();
    again.wait_for("draft of the one");
    again.wait_for("draft of the other");
    again.leave();
    again.end().assert_clean();
}

//! The first day: what somebody sees who has configured nothing, and how they get to their own backend.

use crate::house::House;
use crate::terminal::Terminal;

#[test]
fn the_welcome_is_shown_once_and_goes_with_any_key() {
    let home = tempfile::tempdir().expect("a directory");
    let mut terminal = Terminal::start_in(home.path(), 120, 40, &["--seed", "7", "--rate", "0"], &[]);
    terminal.wait_for("Welcome to Switchboard");
    terminal.wait_for("switchboard login https://");
    terminal.wait_for("live");
    terminal.press("\r");
    terminal.wait_gone("Welcome to Switchboard");
    assert!(home.path().join("state/welcomed").exists());
    // Enter has only closed it
    terminal.wait_for("No conversation is open");
    terminal.press("q");
    terminal.end().assert_clean();

    let mut terminal = Terminal::start_in(home.path(), 120, 40, &["--seed", "7", "--rate", "0"], &[]);
    terminal.wait_for("live");
    assert!(!terminal.screen().contains("Welcome"));
    terminal.press("q");
    terminal.end().assert_clean();

    // a key that means something does what it means; `--demo` is a choice, and needs no welcome
    let second = tempfile::tempdir().expect("a directory");
    let mut terminal = Terminal::start_in(second.path(), 80, 24, &["--rate", "0"], &[]);
    terminal.wait_for("Welcome to Switchboard");
    terminal.press("q");
    terminal.end().assert_clean();
    let third = tempfile::tempdir().expect("a directory");
    let mut terminal = Terminal::start_in(third.path(), 80, 24, &["--demo", "--rate", "0"], &[]);
    terminal.wait_for("live");
    assert!(!terminal.screen().contains("Welcome"));
    terminal.press("q");
    terminal.end().assert_clean();
}

#[test]
fn dates_are_of_the_users_language() {
    let home = tempfile::tempdir().expect("a directory");
    let german = [("LC_ALL", "de_DE.UTF-8"), ("TZ", "Europe/Berlin")];
    let mut terminal = Terminal::start_in(home.path(), 120, 40, &["--demo", "--seed", "7", "--rate", "0"], &german);
    terminal.wait_for("live");
    terminal.press("\r");
    terminal.wait_for("Reply to");
    terminal.wait("days in German", |screen| {
        let contents = screen.contents();
        contents.contains("Heute") || contents.contains("Gestern")
    });
    terminal.press("T");
    terminal.wait_for("Lists say when something was");
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn a_backend_without_conversations_and_a_refused_token_say_so() {
    let house = House::build();
    let wrong = [("SWITCHBOARD_TOKEN", "not.a.token")];
    let mut terminal = house.terminal_with(&["--url", &house.url], &wrong);
    terminal.wait_for("Not signed in");
    terminal.wait_for("switchboard login");
    terminal.press("q");
    terminal.end().assert_clean();
}

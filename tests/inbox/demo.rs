//! Without any configuration: the inbox on the embedded server and its simulated customers.

use crate::terminal::Terminal;

#[test]
fn starts_shows_the_list_receives_answers_and_leaves_clean() {
    let mut terminal = Terminal::start(120, 40, &["--seed", "7", "--rate", "40"], &[]);
    terminal.wait_for("demo");
    terminal.wait_for("live");
    terminal.press("\r");
    terminal.wait_for("Reply to");
    terminal.press("r");
    terminal.type_text("Thank you, it is on its way");
    terminal.press("\r");
    terminal.wait("the reply in the thread with a tick", |screen| {
        screen.contents().lines().any(|line| line.contains("Thank you, it is on its way") && line.contains('✓'))
    });
    terminal.leave();
    let ended = terminal.end();
    ended.assert_clean();
    assert_eq!(ended.status.exit_code(), 0);
}

#[test]
fn a_message_raises_its_row_while_nobody_touches_a_key() {
    let mut terminal = Terminal::start(120, 40, &["--seed", "3", "--rate", "60"], &[]);
    terminal.wait_for("live");
    let before = terminal.screen();
    let first_row = |screen: &str| screen.lines().nth(2).map(str::to_owned);
    let was = first_row(&before);
    terminal.wait("another row on top", |screen| first_row(&screen.contents()) != was);
    terminal.press("q");
    terminal.end().assert_clean();
}

#[test]
fn every_size_is_survived() {
    let mut terminal = Terminal::start(200, 60, &["--seed", "7", "--rate", "20"], &[]);
    terminal.wait_for("live");
    terminal.press("\r");
    terminal.wait_for("Reply to");
    for (columns, rows) in [(120, 40), (80, 24), (60, 20), (40, 10), (20, 5), (3, 2), (1, 1), (300, 100), (20, 5)] {
        terminal.resize(columns, rows);
        terminal.press("\x0c");
    }
    terminal.resize(120, 40);
    terminal.wait_for("Reply to");
    terminal.leave();
    terminal.end().assert_clean();
}

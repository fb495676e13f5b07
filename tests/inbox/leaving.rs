//! However the program ends, the terminal is as it was.

use crate::terminal::Terminal;

fn started() -> Terminal {
    let mut terminal = Terminal::start(100, 30, &["--seed", "1", "--rate", "0"], &[]);
    terminal.wait_for("live");
    terminal
}

#[test]
fn by_the_key() {
    let mut terminal = started();
    terminal.press("q");
    let ended = terminal.end();
    ended.assert_clean();
    assert_eq!(ended.status.exit_code(), 0);
}

#[test]
fn by_sigterm() {
    let terminal = started();
    terminal.signal("TERM");
    let ended = terminal.end();
    ended.assert_clean();
    assert_eq!(ended.status.exit_code(), 143);
}

#[test]
fn by_sighup() {
    let terminal = started();
    terminal.signal("HUP");
    let ended = terminal.end();
    ended.assert_clean();
    assert_eq!(ended.status.exit_code(), 129);
}

#[test]
fn a_draft_is_not_left_behind_without_a_question() {
    let mut terminal = started();
    terminal.press("\r");
    terminal.wait_for("Reply to");
    terminal.press("r");
    terminal.type_text("half a thought");
    terminal.leave();
    terminal.wait_for("draft");
    terminal.press("y");
    terminal.end().assert_clean();
}

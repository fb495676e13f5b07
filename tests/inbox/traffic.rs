//! The traffic panel on a screen: what became of a message, stage by stage; and the same run played again.

use crate::terminal::Terminal;

#[test]
fn enter_shows_the_five_stages_and_a_recording_of_it_is_played_step_by_step() {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("run.ndjson");
    let file = file.to_str().expect("a name");
    let args = ["--demo", "--seed", "7", "--rate", "40", "--record", file];
    let mut terminal = Terminal::start(120, 40, &args, &[]);
    terminal.wait_for("live");
    terminal.press("\x1b[23~"); // F11
    terminal.wait_for("message.received");
    terminal.press("/");
    terminal.wait_for("Show only events with");
    terminal.type_text("event:message.received");
    terminal.wait_for("event:message.received");
    terminal.press("\r");
    terminal.wait_for("only event:message.received");
    terminal.press("\r");
    terminal.wait("three stages from the server, two of our own", |screen| {
        let shown = screen.contents();
        let good = |stage: &str| shown.lines().any(|line| line.contains(stage) && line.contains(" ok at "));
        ["1 webhook received", "2 stored", "3 broadcast", "4 received", "5 routed and drawn"].into_iter().all(good)
    });
    terminal.press("\x1b");
    terminal.wait_for("broadcastConversationId");
    terminal.leave();
    terminal.end().assert_clean();

    let mut terminal = Terminal::start(80, 24, &["replay", file, "--step"], &[]);
    terminal.wait_for("replay, line 0 of");
    terminal.press("\x1b[20~"); // F9
    terminal.wait_for("replay, line 1 of");
    terminal.press("\x1b[21~"); // F10: it goes on by itself
    terminal.wait_for("live");
    terminal.press("\r");
    terminal.wait_for("Reply to");
    terminal.press("r");
    terminal.wait_for("Enter send");
    terminal.type_text("Nobody hears this");
    terminal.press("\r");
    terminal.wait_for("nothing is sent to the backend");
    terminal.leave();
    terminal.end().assert_clean();
}

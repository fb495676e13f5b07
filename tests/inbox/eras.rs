//! In every era of the backend's ids, a message for the open conversation reaches the open pane, and one for another
//! does not.

use serde_json::json;

use crate::contract::{Contract, TOKEN};
use crate::terminal::Terminal;

fn in_era(era: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    // by the real clock: a customer of long ago may only be sent a template
    let options = json!({ "era": era, "conversations": 5, "ticks": true, "clock": "real" });
    let Some(server) = Contract::start(&options) else { return };
    let mut terminal = Terminal::start(120, 40, &["--url", &server.url], &[("SWITCHBOARD_TOKEN", TOKEN)]);
    terminal.wait_for("live");
    let state = runtime.block_on(server.state());
    let conversations = state["conversations"].as_array().expect("conversations").clone();
    let id = |index: usize| conversations[index]["_id"].as_str().expect("an id").to_owned();
    // The server's first conversation is opened by its phone, wherever it stands in the list.
    let phone = conversations[0]["userPhone"].as_str().expect("a phone").to_owned();
    terminal.press("/");
    terminal.type_text(&phone);
    terminal.press("\r");
    terminal.wait_for("Reply to");
    // The room is joined when a message comes through it; what came before is fetched.
    runtime.block_on(server.inbound(&id(0), "a word for the open one"));
    terminal.wait("the message in the thread", |screen| in_thread(screen, "a word for the open one"));
    runtime.block_on(server.inbound(&id(1), "a word for another"));
    runtime.block_on(server.inbound(&id(0), "and one more"));
    terminal.wait("the next message in the thread", |screen| in_thread(screen, "and one more"));
    assert!(!in_thread(terminal.emulator(), "a word for another"), "{era}: {}", terminal.screen());

    terminal.press("r");
    terminal.type_text("an answer");
    terminal.press("\r");
    terminal.wait("the answer with its ticks", |screen| {
        screen.contents().lines().any(|line| line.contains("an answer") && line.contains("✓"))
    });
    let count = |screen: &vt100::Screen| thread(screen).iter().filter(|line| line.contains("an answer")).count();
    assert_eq!(count(terminal.emulator()), 1, "{era}: {}", terminal.screen());
    terminal.leave();
    terminal.end().assert_clean();
}

/// The part of each line right of the list.
fn thread(screen: &vt100::Screen) -> Vec<String> {
    let (_, columns) = screen.size();
    let list = 36;
    screen.rows(list, columns.get() - list).collect()
}

fn in_thread(screen: &vt100::Screen, text: &str) -> bool {
    thread(screen).iter().any(|line| line.contains(text))
}

#[test]
fn list_by_id_and_broadcast_by_id() {
    in_era("oid");
}

#[test]
fn list_by_composite_and_broadcast_by_composite() {
    in_era("composite");
}

#[test]
fn list_by_id_and_broadcast_by_composite() {
    in_era("mismatch");
}

#[test]
fn conversation_update_by_composite_all_else_by_id() {
    in_era("current");
}

#[test]
fn the_traffic_panel_names_the_fields_and_says_what_was_decided() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let Some(server) = Contract::start(&json!({ "era": "mismatch", "conversations": 3 })) else { return };
    let mut terminal = Terminal::start(200, 60, &["--url", &server.url], &[("SWITCHBOARD_TOKEN", TOKEN)]);
    terminal.wait_for("live");
    let state = runtime.block_on(server.state());
    let (id, phone) = (&state["conversations"][0]["_id"], &state["conversations"][0]["userPhone"]);
    terminal.press("/");
    terminal.type_text(phone.as_str().expect("a phone"));
    terminal.press("\r");
    terminal.wait_for("Reply to");
    runtime.block_on(server.inbound(id.as_str().expect("an id"), "which pane is mine"));
    terminal.wait_for("which pane is mine");
    terminal.press("\x1b[24~");
    terminal.press("\x1b[23~");
    for field in [
        "broadcastConversationId",
        "selectedContactId",
        "selectedContactPhone",
        "messageFrom",
        "messageType",
        "match",
        "timestamp",
    ] {
        terminal.wait_for(field);
    }
    terminal.wait_for("rescued");
    terminal.press("q");
    terminal.end().assert_clean();
}

//! The backend goes away and comes back.

use serde_json::json;

use crate::contract::{Contract, TOKEN};
use crate::terminal::Terminal;

#[test]
fn a_killed_server_is_named_and_what_was_missed_is_there_when_it_is_back() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let Some(server) = Contract::start(&json!({ "era": "current", "conversations": 3 })) else { return };
    let mut terminal = Terminal::start(120, 40, &["--url", &server.url], &[("SWITCHBOARD_TOKEN", TOKEN)]);
    terminal.wait_for("live");
    terminal.press("\r");
    terminal.wait_for("Reply to");
    let state = runtime.block_on(server.state());
    let id = state["conversations"][0]["_id"].as_str().expect("an id").to_owned();
    let phone = state["conversations"][0]["userPhone"].as_str().expect("a phone").to_owned();
    terminal.press("\x1b");
    terminal.wait_for("Enter open");
    terminal.press("/");
    terminal.type_text(&phone);
    terminal.press("\r");
    terminal.wait_for("Reply to");
    runtime.block_on(server.control("down", json!({})));
    terminal.wait_gone("● live");
    runtime
        .block_on(server.control("inbound", json!({"conversation": id, "text": "while you were away", "emit": false})));
    runtime.block_on(server.control("up", json!({})));
    terminal.wait_for("while you were away");
    terminal.wait_for("● live");
    runtime.block_on(server.inbound(&id, "and live again"));
    terminal.wait_for("and live again");
    terminal.leave();
    terminal.end().assert_clean();
}

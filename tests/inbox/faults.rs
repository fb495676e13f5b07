//! The backend goes away and comes back; a customer attacks the terminal.

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

#[test]
fn a_hostile_message_reaches_the_terminal_without_a_control_byte_of_its_own() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let Some(server) = Contract::start(&json!({ "era": "current", "conversations": 3 })) else { return };
    let mut terminal = Terminal::start(120, 40, &["--url", &server.url], &[("SWITCHBOARD_TOKEN", TOKEN)]);
    terminal.wait_for("live");
    terminal.press("\r");
    terminal.wait_for("Reply to");
    let state = runtime.block_on(server.state());
    let attack = concat!(
        "start \u{1b}]52;c;aGFja2Vk\u{7} \u{1b}]0;owned title\u{7} \u{1b}[2J\u{1b}[31;41m \u{9b}31m \u{90}q\u{9c} ",
        "\u{202e}desrever\u{202c} \u{1b}]777;notify;boo;boo\u{1b}\\ \u{1b}]8;;http://evil\u{7}link\u{1b}]8;;\u{7} end of attack"
    );
    for conversation in state["conversations"].as_array().expect("conversations") {
        runtime.block_on(server.inbound(conversation["_id"].as_str().expect("an id"), attack));
    }
    terminal.wait("the end of the attack", |screen| screen.contents().matches("desrever").count() > 1);
    terminal.leave();
    let ended = terminal.end();
    ended.assert_clean();
    let raw = String::from_utf8_lossy(&ended.raw).into_owned();
    for forbidden in
        ["aGFja2Vk", "owned title\u{7}", "]777;", "]8;;http://evil", "[31;41m", "\u{9b}", "\u{90}", "\u{202e}"]
    {
        assert!(!raw.contains(forbidden), "{forbidden:?} reached the terminal");
    }
}

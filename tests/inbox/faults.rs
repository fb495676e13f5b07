//! The backend goes away and comes back.

use serde_json::json;

use crate::contract::{Contract, TOKEN};
use crate::proxy::{Kind, Proxy};
use crate::residue;
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
fn through_thick_and_thin_the_terminal_stays_intact() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let options = json!({ "era": "current", "conversations": 3, "pingInterval": 500, "pingTimeout": 500 });
    let Some(server) = Contract::start(&options) else { return };
    let port = server.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let mut proxy = runtime.block_on(Proxy::start(port, 5));
    let mut terminal = Terminal::start(120, 40, &["--url", &proxy.url()], &[("SWITCHBOARD_TOKEN", TOKEN)]);
    terminal.wait_for("live");
    let state = runtime.block_on(server.state());
    let id = state["conversations"][0]["_id"].as_str().expect("an id").to_owned();
    terminal.press("/");
    terminal.type_text(state["conversations"][0]["userPhone"].as_str().expect("a phone"));
    terminal.press("\r");
    terminal.wait_for("Reply to");
    let ways = ["cut", "frozen", "502", "nobody", "server down", "answers lost", "truncated", "closed by the server"];
    for (number, way) in ways.iter().cycle().take(2 * ways.len()).enumerate() {
        match *way {
            "frozen" => proxy.set(|weather| weather.socket.frozen = true),
            "502" => proxy.set(|weather| (weather.rest.gateway, weather.socket.gateway) = (true, true)),
            "nobody" => proxy.close_door(),
            "server down" => _ = runtime.block_on(server.control("down", json!({}))),
            "answers lost" => proxy.set(|weather| weather.rest.answers_lost = true),
            "truncated" => proxy.set(|weather| weather.rest.truncated = true),
            "closed by the server" => _ = runtime.block_on(server.control("drop", json!({ "how": "close" }))),
            _ => {}
        }
        if *way != "frozen" {
            proxy.cut(Kind::Rest);
            proxy.cut(Kind::Socket);
        }
        let text = format!("no. {number}, {way}.");
        let inbound = json!({ "conversation": id, "text": text, "emit": *way != "server down" });
        runtime.block_on(server.control("inbound", inbound));
        let (columns, rows) = if number % 2 == 0 { (100, 30) } else { (120, 40) };
        terminal.resize(columns, rows);
        terminal.press("\x0c");
        match *way {
            "nobody" => runtime.block_on(proxy.open_door()),
            "server down" => _ = runtime.block_on(server.control("up", json!({}))),
            _ => proxy.clear(),
        }
        terminal.wait_for(&text);
    }
    terminal.wait_for("● live");
    residue::leave_without(terminal);
}

//! What a backend refuses to send is back in the composer with the reason; what waits is changed, retried and thrown away
//! from the queue.

use serde_json::{Value, json};

use crate::contract::{Contract, TOKEN};
use crate::house::{House, until};
use crate::terminal::Terminal;

/// The row of the screen's last lines that holds the composer.
fn in_composer(screen: &vt100::Screen, text: &str) -> bool {
    screen.contents().lines().any(|line| line.contains(&format!("› {text}")))
}

#[test]
fn every_refusal_is_read_on_the_screen_and_the_text_is_back() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let options = json!({ "era": "current", "conversations": 2, "clock": "real" });
    let Some(server) = Contract::start(&options) else { return };
    let home = tempfile::tempdir().expect("a directory");
    let mut terminal =
        Terminal::start_in(home.path(), 120, 40, &["--url", &server.url], &[("SWITCHBOARD_TOKEN", TOKEN)]);
    terminal.wait_for("● live");
    terminal.press("\r");
    terminal.wait_for("Reply to");
    terminal.press("r");
    terminal.type_text("a careful text");
    for (status, body, headers, words) in [
        (
            400,
            json!({ "success": false, "error": "SESSION_EXPIRED", "message": "24h" }),
            json!({}),
            "24 h service window has ended",
        ),
        (
            429,
            json!({ "success": false, "code": "RATE_LIMIT_EXCEEDED", "message": "Too many messages sent." }),
            json!({ "retry-after": "59" }),
            "too many messages; try again after",
        ),
        (
            400,
            json!({ "success": false, "error": "INVALID_PHONE_FORMAT", "message": "Use only digits." }),
            json!({}),
            "number is not one that WhatsApp takes",
        ),
        (
            500,
            json!({ "success": false, "message": "Failed to send.", "details": "(#131047) Re-engagement message" }),
            json!({}),
            "only a template reaches them",
        ),
    ] {
        let action = json!({ "status": status, "body": body, "headers": headers });
        let fault = json!({ "method": "POST", "path": "/(reply|send)$", "action": action });
        runtime.block_on(server.control("fault", fault));
        terminal.press("\r");
        terminal.wait_for(words);
        terminal.wait("the text in the composer", |screen| in_composer(screen, "a careful text"));
    }
    // It can be changed and sent.
    terminal.type_text(", mended");
    terminal.press("\r");
    terminal.wait("the reply with a tick", |screen| {
        screen.contents().lines().any(|line| line.contains("a careful text, mended") && line.contains('✓'))
    });
    let state = runtime.block_on(server.state());
    let ours = |text: &str| {
        state["messages"].as_array().map_or(0, |all| {
            all.iter()
                .filter(|message| message["text"].as_str().or(message["content"]["text"].as_str()) == Some(text))
                .count()
        })
    };
    assert_eq!((ours("a careful text"), ours("a careful text, mended")), (0, 1), "{}", state["messages"]);
    terminal.leave();
    terminal.end().assert_clean();
}

fn row<'a>(rows: &'a [Value], name: &str) -> &'a str {
    let found = rows.iter().filter_map(|row| row["name"].as_str()).find(|had| had.contains(name));
    found.expect("a customer of that name")
}

#[test]
fn what_waits_is_changed_retried_and_thrown_away_from_the_queue() {
    let mut house = House::build();
    let rows = house.rows();
    let mut terminal = house.terminal();
    terminal.wait_for("● live");
    house.close();
    terminal.wait_for("retry in");
    for (name, text) in [("Ken", "for Ken"), ("Priya", "for Priya"), ("Maria", "for Maria")] {
        terminal.go_to(row(&rows, name));
        terminal.wait_for(&format!("Reply to {name}"));
        terminal.press("r");
        terminal.type_text(text);
        terminal.press("\r");
        terminal
            .wait("the text in its thread", |screen| !in_composer(screen, text) && screen.contents().contains(text));
        // Esc and the next key must not come in one read
        terminal.press("\x1b");
        terminal.wait_for("r reply");
    }
    terminal.wait_for("3 queued");
    terminal.press("\x1b[18~");
    terminal.wait_for("Waiting to be sent");
    terminal.wait("each with its reason", |screen| {
        let all = screen.contents();
        ["for Ken", "for Priya", "for Maria"].iter().all(|text| all.contains(text))
            && all.matches("waits for the backend").count() == 3
    });
    // The first is taken back: it stands in the composer of its own conversation, and on disk.
    terminal.press("e");
    terminal.wait("the text in the composer", |screen| in_composer(screen, "for Ken"));
    terminal.wait_for("2 queued");
    until("it is a draft", || house.kept("SELECT count(*) FROM drafts WHERE text = 'for Ken'") == 1);
    terminal.type_text(" and family");
    terminal.press("\r");
    terminal.wait_for("3 queued");
    terminal.press("\x1b");
    terminal.wait_for("r reply");
    // The next is thrown away, after a question.
    terminal.press("\x1b[18~");
    terminal.wait_for("Waiting to be sent");
    terminal.press("D");
    terminal.wait_for("Throw the text to Priya");
    terminal.press("y");
    terminal.wait_for("2 queued");
    until("it is gone", || house.kept("SELECT count(*) FROM outbox") == 2);
    // The others go when the backend is back, each once.
    house.open();
    terminal.wait_for("● live");
    until("the queue is empty", || house.kept("SELECT count(*) FROM outbox") == 0);
    terminal.wait_gone("queued");
    let sent = ["for Ken and family", "for Maria", "for Ken", "for Priya"].map(|text| house.sent(text));
    assert_eq!(sent, [1, 1, 0, 0]);
    terminal.leave();
    terminal.end().assert_clean();
}

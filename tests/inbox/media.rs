//! Files, templates, quotes and reactions: on the screen, in the backend's database, and byte for byte.

use std::path::Path;

use serde_json::Value;

use crate::house::{House, Passing, Wire, until};
use crate::terminal::Terminal;

/// Opens a conversation by its phone.
fn go_to(terminal: &mut Terminal, row: &Value) {
    terminal.go_to(row["phone"].as_str().expect("a phone"));
    terminal.wait_for("Reply to");
}

/// The program on this house, live, with a row open.
fn opened(house: &House, row: &Value) -> Terminal {
    let mut terminal = house.team_terminal("");
    terminal.wait_for("● live");
    go_to(&mut terminal, row);
    terminal
}

/// The row of the conversation in which something is true.
fn row_where(house: &House, sql: &str) -> Value {
    let id = house.ask(&format!("SELECT conversation_id FROM messages WHERE {sql} LIMIT 1")).expect("a conversation");
    house.rows().into_iter().find(|row| row["id"].as_str() == Some(&id)).expect("its row")
}

/// A customer who wrote within the last hour.
fn fresh(house: &House, nth: usize) -> Value {
    let rows = house.rows();
    house.inbound(&rows[nth], &format!("wamid.fresh.{nth}"), "Is anybody there?");
    rows[nth].clone()
}

/// Takes a file in the prompt.
fn attach(terminal: &mut Terminal, path: &Path) {
    terminal.press("\x1bOS");
    terminal.wait_for("A file for");
    terminal.press("\x15");
    terminal.wait_for("is your home directory");
    terminal.press(path.to_str().expect("a path"));
    let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
    terminal.wait_for(&format!("/{name}"));
    terminal.press("\r");
    terminal.wait_gone("A file for");
}

fn pattern(size: usize) -> Vec<u8> {
    (0..size).map(|at| u8::try_from(at * 7 % 251).unwrap_or(0)).collect()
}

#[test]
fn a_file_goes_out_byte_for_byte_with_its_caption_and_too_large_ones_do_not() {
    let house = House::build();
    let row = fresh(&house, 2);
    let folder = house.home.path().join("My files");
    std::fs::create_dir_all(&folder).expect("a folder");
    let bytes = pattern(300_000);
    std::fs::write(folder.join("Rechnung März.pdf"), &bytes).expect("written");
    std::fs::write(folder.join("huge.png"), vec![0; 6 << 20]).expect("written");
    let mut terminal = opened(&house, &row);
    terminal.press("\x1bOS");
    terminal.wait_for("A file for");
    terminal.wait_for("My files/");
    terminal.press("\x15");
    terminal.wait_for("is your home directory");
    terminal.press("~/My");
    terminal.wait_for("~/My");
    terminal.press("\t");
    terminal.wait_for("huge.png");
    terminal.press("hu");
    terminal.wait_for("My files/hu");
    terminal.wait_gone("Rechnung");
    terminal.press("\r");
    terminal.wait_for("a picture may have 5.0 MB at most");
    terminal.press("\x7f");
    terminal.wait_for("Rechnung");
    terminal.press("\x7f");
    terminal.wait_gone("My files/h");
    terminal.press("re");
    terminal.wait_for("My files/re");
    terminal.wait_for("Rechnung März.pdf");
    terminal.press("\r");
    terminal.wait_for("Send Rechnung März.pdf to");
    terminal.type_text("your invoice");
    terminal.press("\r");
    terminal.wait("the file with a tick", |screen| {
        let rows: Vec<String> = screen.contents().lines().map(str::to_owned).collect();
        rows.iter().any(|line| line.contains("[document] your invoice") && line.contains('✓'))
    });
    let sql = "SELECT hex(bytes) FROM media WHERE filename = 'Rechnung März.pdf' AND mime = 'application/pdf'";
    assert_eq!(house.ask(sql).as_deref(), Some(hex(&bytes).as_str()), "the bytes arrived as they were");
    assert_eq!(house.ask("SELECT count(*) FROM media").as_deref(), Some("1"));
    let caption = "SELECT count(*) FROM messages WHERE kind = 'document' AND direction = 'outbound' AND content LIKE '%your invoice%'";
    assert_eq!(house.ask(caption).as_deref(), Some("1"));
    until("the queue is empty", || house.kept("SELECT count(*) FROM outbox") == 0);
    terminal.leave();
    terminal.end().assert_clean();
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn killed_during_an_upload_nothing_is_lost_and_nothing_is_sent_twice() {
    let mut house = House::build();
    let row = fresh(&house, 2);
    let path = house.home.path().join("film.bin");
    std::fs::write(&path, pattern(4 << 20)).expect("written");
    let wire = Wire::to(&house);
    house.url.clone_from(&wire.url);
    let mut terminal = opened(&house, &row);
    attach(&mut terminal, &path);
    terminal.wait_for("Send film.bin to");
    // its head goes through, its end does not: the wire is cut in the middle
    wire.let_pass(Passing::Nothing);
    terminal.press("\r");
    until("it is on the wire", || house.kept("SELECT count(*) FROM outbox WHERE fate = 'sending'") == 1);
    terminal.kill();
    assert_eq!(house.ask("SELECT count(*) FROM media").as_deref(), Some("0"));
    assert_eq!(house.kept("SELECT count(*) FROM outbox WHERE enclosed LIKE '%film.bin%'"), 1);

    wire.let_pass(Passing::All);
    let mut terminal = house.team_terminal("");
    terminal.wait_for("● live");
    go_to(&mut terminal, &row);
    terminal.wait_for("not confirmed");
    terminal.wait_for("has no such");
    assert_eq!(house.ask("SELECT count(*) FROM media").as_deref(), Some("0"));
    terminal.press("R");
    until("it is sent", || house.kept("SELECT count(*) FROM outbox") == 0);
    assert_eq!(house.ask("SELECT count(*) || ' ' || length(bytes) FROM media").as_deref(), Some("1 4194304"));

    // and the other way: it arrived, and the answer was lost
    std::fs::write(&path, pattern(100_000)).expect("written");
    attach(&mut terminal, &path);
    terminal.wait_for("Send film.bin to");
    wire.let_pass(Passing::NoAnswers);
    terminal.press("\r");
    until("it has arrived", || house.ask("SELECT count(*) FROM media").as_deref() == Some("2"));
    terminal.kill();
    wire.let_pass(Passing::All);
    let mut terminal = house.team_terminal("");
    until("it was found", || house.kept("SELECT count(*) FROM outbox") == 0);
    terminal.wait_for("● live");
    assert_eq!(house.ask("SELECT count(*) FROM media").as_deref(), Some("2"), "it is not sent again");
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn an_upload_is_stopped_and_comes_back_and_one_that_changed_is_not_sent() {
    let mut house = House::build();
    let row = fresh(&house, 2);
    let path = house.home.path().join("film.bin");
    std::fs::write(&path, vec![7; 48 << 20]).expect("written");
    let wire = Wire::to(&house);
    house.url.clone_from(&wire.url);
    let mut terminal = opened(&house, &row);
    attach(&mut terminal, &path);
    terminal.type_text("with words");
    wire.let_pass(Passing::Stopped);
    terminal.press("\r");
    terminal.wait_for("uploading");
    terminal.press("\x18");
    terminal.wait_for("you stopped it");
    terminal.wait_for("Send film.bin to");
    terminal.wait_for("with words");
    until("the queue is empty", || house.kept("SELECT count(*) FROM outbox") == 0);
    wire.let_pass(Passing::All);
    // it changes between being chosen and being sent
    std::fs::write(&path, pattern(10)).expect("written");
    terminal.press("\r");
    terminal.wait_for("has changed since it was chosen");
    assert_eq!(house.ask("SELECT count(*) FROM media").as_deref(), Some("0"));
    terminal.press("\x18");
    terminal.wait_for("Reply to");
    terminal.wait_for("with words");
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn a_customers_picture_is_kept_byte_for_byte_and_shown() {
    let house = House::build();
    let row = row_where(&house, "kind = 'image' AND direction = 'inbound' AND media_id LIKE 'demo-%'");
    let kept = house.home.path().join("kept");
    let copy = house.home.path().join("opened");
    let (to, copied) = (kept.display(), copy.display());
    let text = format!("[media]\ndownloads = \"{to}\"\npictures = \"blocks\"\nopen = \"cp {{file}} {copied}\"\n");
    let mut terminal = house.team_terminal(&text);
    terminal.wait_for("● live");
    go_to(&mut terminal, &row);
    terminal.press("w");
    terminal.wait_for("Keep the file of this message");
    terminal.press("s");
    terminal.wait("a choice, or the file", |screen| {
        let text = screen.contents();
        text.contains("Keep which file?") || text.contains("Kept as")
    });
    if terminal.screen().contains("Keep which file?") {
        terminal.press("\r");
    }
    terminal.wait_for("Kept as");
    let files: Vec<_> = std::fs::read_dir(&kept).expect("a folder").flatten().map(|entry| entry.path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let bytes = std::fs::read(&files[0]).expect("a file");
    assert!(house.serves(&bytes), "the file is what the backend serves");
    // once more: what was fetched is there, nothing is fetched twice
    terminal.press("w");
    terminal.wait_for("Open the file of this message");
    terminal.press("o");
    terminal.wait("a choice, or the file", |screen| {
        let text = screen.contents();
        text.contains("Open which file?") || text.contains("Opened")
    });
    if terminal.screen().contains("Open which file?") {
        terminal.press("\r");
    }
    terminal.wait_for("Opened");
    until("the program got the file", || std::fs::read(&copy).is_ok_and(|copied| copied == bytes));
    terminal.press("w");
    terminal.wait_for("Look at the picture of this message");
    terminal.press("v");
    terminal.wait("a choice, or the picture", |screen| {
        let text = screen.contents();
        text.contains("Look at which picture?") || text.contains("▀▀▀▀")
    });
    if terminal.screen().contains("Look at which picture?") {
        terminal.press("\r");
    }
    terminal.wait_for("▀▀▀▀▀▀▀▀");
    terminal.press("\x1b");
    terminal.wait_gone("▀▀▀▀▀▀▀▀");
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn after_the_window_a_template_is_filled_in_and_sent() {
    let house = House::build();
    let old = "conversation_id IN (SELECT id FROM conversations WHERE status = 'open' \
               AND last_inbound_at < (unixepoch() - 90000) * 1000)";
    let row = row_where(&house, old);
    let mut terminal = opened(&house, &row);
    terminal.press("r");
    terminal.wait_for("A template for");
    terminal.fill("order_update");
    terminal.press("\r");
    terminal.wait_for("goes on to what is missing");
    terminal.fill("Zoë");
    terminal.press("\r");
    let body = house.ask("SELECT body FROM templates WHERE name = 'order_update' AND language = 'en_US'").expect("one");
    terminal.wait_for("{{2}} ›");
    let mut left = body.matches("{{").count() - 1;
    while left > 0 {
        terminal.fill(&format!("value {left}"));
        if left == 1 {
            terminal.wait_for("sends it");
        }
        terminal.press("\r");
        left -= 1;
        if left > 0 {
            terminal.wait_for("{{3}} ›");
        }
    }
    terminal.wait_for("[template order_update]");
    let sent =
        "SELECT count(*) FROM messages WHERE kind = 'template' AND direction = 'outbound' AND content LIKE '%Zoë%'";
    until("it is stored", || house.ask(sent).as_deref() == Some("1"));
    until("the queue is empty", || house.kept("SELECT count(*) FROM outbox") == 0);
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn a_message_is_quoted_and_reacted_to() {
    let house = House::build();
    let row = fresh(&house, 2);
    let mut terminal = opened(&house, &row);
    // in the list and in the thread
    terminal.wait("the message in the thread", |screen| screen.contents().matches("Is anybody there?").count() == 2);
    terminal.press("Q");
    terminal.wait("the quote in the composer", |screen| screen.contents().matches("Is anybody there?").count() == 3);
    // taken out, and in again
    terminal.press("\x18");
    terminal.wait_for("No message is quoted now");
    terminal.press("\x1b");
    terminal.wait_for("› r reply");
    terminal.press("Q");
    terminal.type_text("Yes, I am");
    terminal.press("\r");
    let sql = "SELECT context FROM messages WHERE direction = 'outbound' AND body = 'Yes, I am'";
    until("it is stored", || house.ask(sql).as_deref() == Some("wamid.fresh.2"));
    terminal.wait("the quote in the thread", |screen| {
        let lines: Vec<String> = screen.contents().lines().map(str::to_owned).collect();
        lines
            .windows(2)
            .any(|two| two[0].contains("│ ") && two[0].contains("Is anybody") && two[1].contains("Yes, I am"))
    });
    terminal.press("\x1b");
    terminal.wait_for("› r reply");
    // the customer's message, above ours
    terminal.press("K");
    terminal.press("+");
    terminal.wait_for("React with");
    terminal.fill("tada");
    terminal.press("\r");
    terminal.wait_for("🎉 you");
    let reaction = "SELECT count(*) FROM messages WHERE kind = 'reaction' AND direction = 'outbound' AND content LIKE '%🎉%' AND content LIKE '%wamid.fresh.2%'";
    until("the reaction is stored", || house.ask(reaction).as_deref() == Some("1"));
    terminal.press("+");
    terminal.wait_for("take 🎉 back");
    terminal.press("\r");
    terminal.wait_gone("🎉 you");
    terminal.leave();
    terminal.end().assert_clean();
}

//! Customers attack the terminal: with what they write, and with what they call themselves. Nothing of it may reach the
//! terminal as anything but text, be it drawn, told to the desktop or copied.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use serde_json::{Value, json};

use crate::contract::{Contract, TOKEN};
use crate::residue;
use crate::terminal::Terminal;

/// Attacks; each is shown between two marks.
fn corpus() -> Vec<(&'static str, String)> {
    vec![
        ("CSI", "\u{1b}[2J\u{1b}[31;41m\u{1b}[999;999H\u{1b}[?1049l\u{1b}[6n\u{1b}[>c\u{1b}[1;1r".into()),
        ("OSC 0", "\u{1b}]0;owned title\u{7}\u{1b}]2;owned title\u{1b}\\".into()),
        ("OSC 8", "\u{1b}]8;;http://evil.test\u{7}bank\u{1b}]8;;\u{7}\u{1b}]8;;file:///etc/passwd\u{1b}\\x".into()),
        ("OSC 52", "\u{1b}]52;c;aGFja2Vk\u{7}\u{1b}]52;p;?\u{1b}\\".into()),
        (
            "OSC 777",
            "\u{1b}]777;notify;boo;boo\u{1b}\\\u{1b}]9;boo\u{7}\u{1b}]99;i=1;boo\u{1b}\\\u{1b}]1337;File=:AA\u{7}"
                .into(),
        ),
        ("OSC without end", "\u{1b}]0;never ended".into()),
        ("DCS", "\u{1b}P$q\"p\u{1b}\\\u{1b}P+q544e\u{1b}\\\u{1b}Pq#0;2;0;0;0~-\u{1b}\\".into()),
        ("APC, PM, SOS", "\u{1b}_Ga=T,f=24;AAAA\u{1b}\\\u{1b}^private\u{1b}\\\u{1b}Xstring\u{1b}\\".into()),
        ("ESC", "\u{1b}c\u{1b}(0\u{1b}#8\u{1b}7\u{1b}8\u{1b}=\u{1b}N\u{1b}O\u{1b}".into()),
        ("C1", "\u{9b}31m\u{9d}0;owned\u{9c}\u{90}q\u{9c}\u{85}\u{84}\u{8d}\u{9f}x\u{9c}".into()),
        ("C0", "\u{0}\u{1}\u{4}\u{5}\u{7}\u{8}\u{8}\u{8}\u{b}\u{c}\u{e}\u{f}\u{11}\u{13}\u{18}\u{1a}\u{7f}".into()),
        ("carriage returns", "safe\rEVIL\r\r\n\n\rover".into()),
        ("bidi overrides", "\u{202e}gpj.exe\u{202c}\u{202d}x\u{202a}\u{202b}\u{200e}\u{200f}\u{61c}".into()),
        ("bidi isolates", "\u{2066}a\u{2067}b\u{2068}c\u{2069}\u{2069}\u{2069}".into()),
        ("zero widths", format!("a{}b{}c", "\u{200b}".repeat(5_000), "\u{200d}\u{2060}\u{feff}".repeat(2_000))),
        ("towers", format!("Z{}a{}", "\u{301}\u{489}\u{36f}".repeat(700), "\u{20dd}".repeat(300))),
        ("tags", format!("\u{1f3f4}{}x", "\u{e0067}\u{e0062}\u{e007f}\u{e0001}".repeat(200))),
        ("separators", "a\u{2028}b\u{2029}c\u{fff9}d\u{fffb}\u{206a}".into()),
        ("variation selectors", format!("x{}", "\u{fe0f}\u{e0100}".repeat(1_000))),
        (
            "wide",
            "\u{fdfd}\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}\u{1f1ea}\u{1f1fa}\u{1f1ea}".into(),
        ),
        ("blanks", format!("\u{3164}\u{115f}\u{1160}\u{a0}\u{2003}{}", "\u{ad}".repeat(500))),
    ]
}

fn start(url: &str, env: &[(&str, &str)]) -> (tempfile::TempDir, Terminal) {
    let home = tempfile::tempdir().expect("a directory");
    let config = b"[notifications]\ndesktop = true\nbell = true\n";
    switchboard::config::write_private(&home.path().join("config/config.toml"), config).expect("a configuration");
    let env = [&[("SWITCHBOARD_TOKEN", TOKEN)], env].concat();
    let terminal = Terminal::start_in(home.path(), 120, 40, &["--url", url], &env);
    (home, terminal)
}

/// Opens the conversation with this phone, so that the end of its thread is in view.
fn open(terminal: &mut Terminal, phone: &str) {
    terminal.wait_for("live");
    terminal.press("/");
    terminal.type_text(phone);
    terminal.press("\r");
    terminal.wait_for("Reply to");
}

fn conversation(state: &Value, at: usize, name: &str) -> String {
    state["conversations"][at][name].as_str().expect("text").to_owned()
}

#[test]
fn what_customers_write_and_call_themselves_is_text_and_nothing_else() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for (notifier, env) in
        [("9", ("TERM_PROGRAM", "iTerm.app")), ("777", ("TERM", "foot")), ("99", ("TERM", "xterm-kitty"))]
    {
        let Some(server) = Contract::start(&json!({ "era": "current", "conversations": 3, "clock": "real" })) else {
            return;
        };
        let state = runtime.block_on(server.state());
        let (_home, mut terminal) = start(&server.url, &[env]);
        open(&mut terminal, &conversation(&state, 0, "userPhone"));
        for (number, (name, attack)) in corpus().into_iter().enumerate() {
            // To the open thread; and, with its name, to another one: that is a row, and a word to the desktop.
            let other = json!({ "conversation": conversation(&state, 1, "_id"), "text": attack, "name": attack });
            runtime.block_on(server.control("inbound", other));
            let text = format!("<{number:02} {attack} {number:02}>");
            runtime.block_on(server.inbound(&conversation(&state, 0, "_id"), &text));
            // What follows a sequence that never ends is part of it, as a terminal would have it.
            let begin = format!("<{number:02}");
            terminal.wait(&format!("{name} in the thread"), |screen| screen.contents().matches(&begin).count() > 0);
            terminal.press("y");
            terminal.wait_for("Copied");
        }
        runtime.block_on(server.inbound(&conversation(&state, 0, "_id"), "and all is well"));
        terminal.wait_for("and all is well");
        terminal.leave();
        let ended = terminal.end();
        ended.assert_clean();
        let found = residue::of(&ended.raw);
        assert!(found.bad.is_empty(), "{notifier}: {:#?}", found.bad);
        assert!(found.osc.iter().any(|osc| osc.starts_with(&format!("{notifier};"))), "the desktop was told");
        assert!(found.copied.len() >= corpus().len() / 2, "{} texts were copied", found.copied.len());
        for owned in ["owned title", "aGFja2Vk", "http://evil.test", "file:///etc"] {
            assert!(!found.osc.iter().any(|osc| osc.contains(owned) && !osc.starts_with(notifier)), "{owned}");
        }
    }
}

/// What a command prints, in whose colours whatever.
fn printed(url: &str, args: &[&str]) -> Vec<u8> {
    let home = tempfile::tempdir().expect("a directory");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(["--url", url]).args(args).env_clear().env("SWITCHBOARD_TOKEN", TOKEN).env("HOME", home.path());
    let output = command.output().expect("it runs");
    [output.stdout, output.stderr].concat()
}

#[test]
fn what_a_backend_says_in_any_other_place_is_text_too() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let options = json!({ "era": "current", "conversations": 3, "clock": "real" });
    let Some(server) = Contract::start(&options) else { return };
    let state = runtime.block_on(server.state());
    let (_home, mut terminal) = start(&server.url, &[]);
    open(&mut terminal, &conversation(&state, 0, "userPhone"));
    terminal.press("\x1b[24~");
    terminal.wait_for("1 Events");
    let attacks = corpus();
    for (_, attack) in &attacks {
        // As an event's name, in the fields of one that is understood, and in one that is not.
        let id = conversation(&state, 0, "_id");
        for (event, args) in [
            (attack.as_str(), json!([{ "conversationId": id, "text": attack }])),
            ("new_message", json!([{ "conversationId": attack, "_id": attack, "text": attack, "type": attack }])),
            ("phone_status_changed", json!([attack, { attack.as_str(): attack }])),
        ] {
            runtime.block_on(server.control("emit", json!({ "event": event, "args": args })));
        }
        runtime.block_on(server.inbound(&id, attack));
    }
    runtime.block_on(server.inbound(&conversation(&state, 0, "_id"), "all of it came"));
    terminal.wait_for("all of it came");
    // Each is looked at in full, from the newest on, and in each of the panel's views.
    for _ in 0..attacks.len() * 4 {
        terminal.press("k");
    }
    for view in "2345678".chars() {
        terminal.press(&view.to_string());
    }
    terminal.press("1");
    terminal.press("\x1b[24~");
    terminal.wait_gone("1 Events");
    // Why something was refused. Each key in a read of its own: what comes together was pasted.
    terminal.press("r");
    terminal.wait_for("Enter send");
    terminal.type_text("a text");
    terminal.press("\x1b");
    terminal.wait_for("r reply");
    for (_, attack) in &attacks {
        let action = json!({ "status": 400, "body": { "success": false, "message": format!("refused: {attack}"), "error": attack } });
        let fault = json!({ "method": "POST", "path": "/(reply|send)$", "action": action });
        runtime.block_on(server.control("fault", fault));
        terminal.press("r");
        terminal.wait_for("Enter send");
        terminal.press("\r");
        terminal.wait_for("Not sent to");
        terminal.press("\x1b");
        terminal.wait_for("r reply");
    }
    for (_, attack) in attacks.iter().take(6) {
        runtime.block_on(server.control("set", json!({ "socketRefusal": format!("not now: {attack}") })));
        runtime.block_on(server.control("drop", json!({ "how": "reset" })));
        terminal.wait_for("not now");
        terminal.press("\x12");
    }
    runtime.block_on(server.control("set", json!({ "socketRefusal": null })));
    terminal.press("\x12");
    terminal.wait_for("● live");
    residue::leave_without(terminal);

    let phone = conversation(&state, 0, "userPhone");
    for args in [&["list"][..], &["show", &phone], &["show", &phone, "--json"], &["send", &phone, "/expired"]] {
        // between columns stand tabs of its own
        let printed = String::from_utf8(printed(&server.url, args)).expect("UTF-8").replace('\t', " ");
        let found = residue::of(printed.as_bytes());
        assert!(found.bad.is_empty() && found.osc.is_empty(), "{args:?}: {:#?}", found.bad);
    }
}

#[test]
fn a_line_of_a_megabyte_is_survived() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let Some(server) = Contract::start(&json!({ "era": "current", "conversations": 2 })) else { return };
    let state = runtime.block_on(server.state());
    let (_home, mut terminal) = start(&server.url, &[]);
    open(&mut terminal, &conversation(&state, 0, "userPhone"));
    let id = conversation(&state, 0, "_id");
    for text in ["A".repeat(1_000_000), "\u{1b}[31m\u{202e}".repeat(100_000), "\u{301}".repeat(500_000)] {
        runtime.block_on(server.control("inbound", json!({ "conversation": id, "text": text, "name": text })));
    }
    runtime.block_on(server.inbound(&id, "after the flood"));
    terminal.wait_for("after the flood");
    residue::leave_without(terminal);
}

/// What is no UTF-8 at all, of the marks' length: an overlong ESC and an overlong NUL, surrogates, bytes that never occur.
const NO_UTF8: [(&[u8], &[u8]); 3] = [
    (b"OVERLONG", b"\xc0\x9b[31mA\xc0"),
    (b"SURROGAT", b"\xed\xa0\xbd\xed\xb8\x80\xfe\xff"),
    (b"CUTSHORT", b"\xf0\x9f\x98\xe2\x82\x9bmC"),
];

/// Forwards to `target`, with the marks in what comes back replaced by what is no UTF-8.
fn spoiling_proxy(target: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let target = target.trim_start_matches("http://").to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(&target) else { return };
            let (from, to) = (client.try_clone().expect("a handle"), server.try_clone().expect("a handle"));
            std::thread::spawn(move || forward(from, to, false));
            std::thread::spawn(move || forward(server, client, true));
        }
    });
    url
}

fn forward(mut from: TcpStream, mut to: TcpStream, spoil: bool) {
    let mut buffer = vec![0; 256 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let piece = &mut buffer[..count];
        for (mark, bytes) in NO_UTF8.iter().filter(|_| spoil) {
            while let Some(at) = piece.windows(mark.len()).position(|window| window == *mark) {
                piece[at..at + mark.len()].copy_from_slice(bytes);
            }
        }
        if to.write_all(piece).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}

#[test]
fn what_is_no_utf8_is_shown_as_far_as_it_is_text() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let Some(server) = Contract::start(&json!({ "era": "current", "conversations": 2 })) else { return };
    let state = runtime.block_on(server.state());
    let id = conversation(&state, 0, "_id");
    let (_home, mut terminal) = start(&spoiling_proxy(&server.url), &[]);
    open(&mut terminal, &conversation(&state, 0, "userPhone"));
    for (number, (mark, _)) in NO_UTF8.iter().enumerate() {
        let mark = std::str::from_utf8(mark).expect("a mark");
        // By an event, and by REST when the thread is fetched anew.
        runtime.block_on(server.inbound(&id, &format!("begin{number} {mark} end{number}")));
        terminal.wait_for(&format!("end{number}"));
        terminal.wait_for(&format!("begin{number}"));
    }
    runtime.block_on(server.control("drop", json!({ "how": "reset" })));
    terminal.wait_gone("● live");
    terminal.wait_for("● live");
    terminal.wait_for("begin0");
    residue::leave_without(terminal);
}

#[test]
fn lone_surrogates_are_shown_not_dropped() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let Some(server) = Contract::start(&json!({ "era": "current", "conversations": 2 })) else { return };
    let state = runtime.block_on(server.state());
    let id = conversation(&state, 0, "_id");
    let (_home, mut terminal) = start(&server.url, &[]);
    open(&mut terminal, &conversation(&state, 0, "userPhone"));
    runtime.block_on(server.raw_control(
        "inbound",
        format!("{{\"conversation\":\"{id}\",\"text\":\"half \\ud83d of a face \\ude00\",\"name\":\"\\udc00\"}}"),
    ));
    terminal.wait("the text around it", |screen| screen.contents().contains("of a face"));
    let ended = residue::leave_without(terminal);
    // The emulator draws no replacement characters, so the bytes are asked.
    assert!(String::from_utf8_lossy(&ended.raw).contains('\u{fffd}'));
}

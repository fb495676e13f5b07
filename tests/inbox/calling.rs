//! What calls for attention, byte by byte; what stays muted; and a hit that only the backend has.

use crate::house::{House, until};
use crate::terminal::Terminal;

/// The inbox with this configuration beside the profile of the house.
fn start(house: &House, config: &str, env: &[(&str, &str)]) -> Terminal {
    let folder = house.home.path().join("config");
    std::fs::create_dir_all(&folder).expect("a directory");
    let profile = format!("[profile.own]\nurl = \"{}\"\ndialect = \"switchboard\"\n", house.url);
    std::fs::write(folder.join("config.toml"), format!("{config}{profile}")).expect("a configuration");
    let mut all = vec![("SWITCHBOARD_TOKEN", house.token())];
    all.extend_from_slice(env);
    house.terminal_with(&[], &all)
}

fn has(raw: &[u8], bytes: &[u8]) -> bool {
    raw.windows(bytes.len()).any(|window| window == bytes)
}

#[test]
fn a_message_rings_and_notifies_and_a_rule_keeps_another_silent() {
    let house = House::build();
    let rows = house.rows();
    let name = rows[1]["name"].as_str().expect("a name").to_owned();
    let config = "[notifications]\ndesktop = true\n[[notifications.rule]]\nview = \"quiet ones\"\nbell = false\n\
                  desktop = false\n[view.\"quiet ones\"]\nfilter = \"hush\"\n";
    let mut terminal = start(&house, config, &[("TERM_PROGRAM", "iTerm.app")]);
    terminal.wait_for("live");
    house.inbound(&rows[0], "wamid.CALL1", "hush, this one is silent");
    terminal.wait_for("hush, this one");
    assert!(!has(&terminal.raw, b"\x07") && !has(&terminal.raw, b"\x1b]9;"), "a rule silences it");
    house.inbound(&rows[1], "wamid.CALL2", "loud\u{1b}]0;owned\u{7}\u{202e} and clear");
    terminal.wait_for("loud");
    let told = format!("\x1b]9;{name}: loud");
    assert!(has(&terminal.raw, told.as_bytes()), "{}", String::from_utf8_lossy(&terminal.raw));
    assert!(!has(&terminal.raw, b"\x1b]0;owned"));
    terminal.press("q");
    terminal.end().assert_clean();
}

#[test]
fn what_is_muted_stays_muted_and_a_hit_of_the_backend_is_gone_to() {
    let house = House::build();
    let rows = house.rows();
    house.inbound(&rows[5], "wamid.NEEDLE", "a needle in the haystack");
    for n in 0..60 {
        house.inbound(&rows[5], &format!("wamid.HAY{n}"), &format!("hay {n}"));
    }
    let mut terminal = start(&house, "", &[]);
    terminal.wait_for("live");
    terminal.press("t");
    terminal.press("m");
    terminal.wait_for("is silent from now on");
    let store = house.home.path().join("data/store/own.sqlite");
    until("it is on disk", || house.count(&store, "SELECT count(*) FROM muted") == 1);
    terminal.kill();

    let mut terminal = start(&house, "", &[]);
    terminal.wait_for("live");
    terminal.wait_for("⊘");
    terminal.press("\x1bOR");
    terminal.wait_for("Search in all messages");
    terminal.type_text("needle");
    terminal.wait_for("only at the backend");
    terminal.press("\r");
    terminal.wait("the hit with what stands around it", |screen| {
        let contents = screen.contents();
        contents.contains("a needle in the haystack") && contents.contains("hay 0") && contents.contains("Hit 1 of 1")
    });
    terminal.leave();
    terminal.end().assert_clean();
}

//! Several profiles at once, each on a server of its own.

use crate::house::{House, until};
use crate::terminal::Terminal;

/// A user with these profiles, in front the first one.
fn at(house: &House, config: &str, env: &[(&str, &str)]) -> Terminal {
    let folder = house.home.path().join("config");
    std::fs::create_dir_all(&folder).expect("a directory");
    std::fs::write(folder.join("config.toml"), config).expect("a configuration");
    house.terminal_with(&[], env)
}

fn status(screen: &vt100::Screen) -> String {
    screen.contents().lines().next().unwrap_or_default().to_owned()
}

/// The profile that has the screen.
fn in_front(screen: &vt100::Screen, name: &str) -> bool {
    status(screen).contains(&format!("   {name}   "))
}

#[test]
fn two_servers_at_once_and_everything_is_kept_when_switching() {
    let (one, two) = (House::build(), House::build());
    let config = format!(
        "default_profile = \"alpha\"\n[profile.alpha]\nurl = \"{}\"\ntoken_env = \"ALPHA\"\n\
         [profile.beta]\nurl = \"{}\"\ntoken_env = \"BETA\"\nbackground = true\n\
         [profile.gone]\nurl = \"http://127.0.0.1:9\"\ntoken_env = \"GONE\"\n",
        one.url, two.url
    );
    let mut terminal = at(&one, &config, &[("ALPHA", one.token()), ("BETA", two.token())]);
    terminal.wait("alpha live", |screen| status(screen).contains("live") && status(screen).contains("alpha"));
    terminal.press("\r");
    terminal.wait_for("Reply to");
    terminal.press("r");
    terminal.type_text("half a thought");

    // what comes in behind is counted, and answers nothing of what is in front
    terminal.press("\x1b[15~");
    terminal.wait("beta running behind", |screen| {
        screen.contents().lines().any(|line| line.contains("beta") && line.contains("live"))
    });
    terminal.press("\x1b");
    let before = status(terminal.emulator());
    let rows = two.rows();
    let row = rows.iter().find(|row| row["unread"] == 0).expect("one that is read");
    two.inbound(row, "wamid.BEHIND1", "a word from the other side");
    terminal.wait("beta counts one more", |screen| {
        let now = status(screen);
        now != before && now.contains("beta ") && screen.contents().contains("half a thought")
    });

    // over there, with the screen of its own
    terminal.press("\x1b[15~");
    terminal.wait_for("type to find a profile");
    terminal.fill("bet");
    terminal.press("\r");
    terminal.wait("beta in front", |screen| in_front(screen, "beta") && screen.contents().contains("a word from"));
    assert!(!terminal.screen().contains("half a thought"), "{}", terminal.screen());

    // one without a token says so, and nothing else suffers
    terminal.press("\x1b[15~");
    terminal.wait_for("type to find a profile");
    terminal.fill("gone");
    terminal.press("\r");
    terminal.wait("why it was not opened", |screen| screen.contents().contains("gone was not opened"));
    terminal.wait("its mark in the status bar", |screen| status(screen).contains("! gone"));

    // and back: the draft, the place, the open conversation
    terminal.press("P");
    terminal.wait_for("type to find a profile");
    terminal.fill("alp");
    terminal.press("\r");
    terminal
        .wait("alpha as it was", |screen| in_front(screen, "alpha") && screen.contents().contains("half a thought"));
    terminal.type_text(" and its end");
    terminal.press("\r");
    until("it was sent to the first server", || one.sent("half a thought and its end") == 1);
    assert_eq!(two.sent("half a thought and its end"), 0);
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn a_token_that_was_given_for_one_backend_is_never_sent_to_another() {
    let (one, two) = (House::build(), House::build());
    let config = format!(
        "default_profile = \"alpha\"\n[profile.alpha]\nurl = \"{}\"\n[profile.beta]\nurl = \"{}\"\n",
        one.url, two.url
    );
    let mut terminal = at(&one, &config, &[("SWITCHBOARD_TOKEN", one.token())]);
    terminal.wait_for("live");
    terminal.press("P");
    terminal.wait_for("type to find a profile");
    terminal.press("\r");
    terminal.wait_for("beta was not opened");
    // signed in meanwhile, as `switchboard login` does it: it opens at the next try
    let tokens = one.home.path().join("data/tokens");
    std::fs::create_dir_all(&tokens).expect("a directory");
    std::fs::write(tokens.join("beta"), two.token()).expect("a token");
    private(&tokens.join("beta"));
    terminal.press("P");
    terminal.wait_for("type to find a profile");
    terminal.press("\r");
    terminal.wait("beta live", |screen| status(screen).contains("live") && in_front(screen, "beta"));
    terminal.press("q");
    terminal.end().assert_clean();
}

fn private(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("chmod");
}

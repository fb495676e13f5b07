//! The mouse and the colours, as the terminal sees them.

use vt100::MouseProtocolMode;

use crate::terminal::Terminal;

/// A press and a release of the left button, as terminals report them (SGR).
fn click(terminal: &mut Terminal, column: u16, row: u16) {
    terminal.press(&format!("\x1b[<0;{};{}M", column + 1, row + 1));
    terminal.press(&format!("\x1b[<0;{};{}m", column + 1, row + 1));
}

fn row_of(terminal: &Terminal, text: &str) -> u16 {
    let row = terminal.screen().lines().position(|line| line.contains(text)).expect(text);
    u16::try_from(row).expect("a row")
}

#[test]
fn the_mouse_opens_a_conversation_and_the_bare_view_leaves_it_to_the_terminal() {
    let home = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(home.path().join("config")).expect("a directory");
    std::fs::write(home.path().join("config/config.toml"), "mouse = true\n").expect("a file");
    let mut terminal = Terminal::start_in(home.path(), 120, 40, &["--seed", "7", "--rate", "0"], &[]);
    terminal.wait_for("live");
    terminal.wait_for("1 of ");
    assert_eq!(terminal.emulator().mouse_protocol_mode(), MouseProtocolMode::ButtonMotion);
    // the first click only takes the welcome away
    terminal.wait_for("Welcome to Switchboard");
    click(&mut terminal, 10, 4);
    terminal.wait_gone("Welcome to Switchboard");
    click(&mut terminal, 10, 4);
    terminal.wait_for("Reply to");
    // the composer takes the focus where it is clicked
    let row = row_of(&terminal, "Reply to") + 1;
    click(&mut terminal, 50, row);
    terminal.type_text("clicked into");
    terminal.press("\x15");
    terminal.wait_gone("clicked into");
    terminal.press("\x1b");
    terminal.wait_for("r reply");
    // the divider follows
    let bar = |screen: &vt100::Screen| {
        let heading = screen.contents().lines().nth(1).map(str::to_owned).unwrap_or_default();
        heading.chars().position(|c| c == '┬')
    };
    let was = bar(terminal.emulator()).expect("a divider");
    let column = u16::try_from(was).expect("a column");
    terminal.press(&format!("\x1b[<0;{};10M", column + 1));
    terminal.press(&format!("\x1b[<32;{};10M", column + 9));
    terminal.press(&format!("\x1b[<0;{};10m", column + 9));
    terminal.wait("the divider eight columns further", |screen| bar(screen) == Some(was + 8));
    terminal.press("w");
    terminal.wait_for("and then one of the keys");
    terminal.press("b");
    terminal.wait("the thread alone, without the mouse", |screen| {
        screen.mouse_protocol_mode() == MouseProtocolMode::None && !screen.contents().contains('│')
    });
    terminal.press("\x1b");
    terminal.wait("everything as before", |screen| {
        screen.mouse_protocol_mode() == MouseProtocolMode::ButtonMotion && screen.contents().contains("Reply to")
    });
    terminal.leave();
    terminal.end().assert_clean();
}

#[test]
fn a_light_background_is_asked_for_and_believed_and_the_answer_is_not_typed() {
    let env = [("COLORFGBG", ""), ("COLORTERM", "truecolor")];
    let mut terminal = Terminal::start(100, 30, &["--seed", "7", "--rate", "0"], &env);
    // the answer of a terminal comes at once; the first frame does not wait for it
    terminal.wait("the first frame", |screen| screen.contents().contains("demo"));
    let bar = |screen: &vt100::Screen| screen.cell(0, 99).map(vt100::Cell::bgcolor);
    assert_eq!(bar(terminal.emulator()), Some(vt100::Color::Rgb(0x26, 0x26, 0x26)));
    terminal.press("\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\");
    terminal.wait("the light theme", |screen| bar(screen) == Some(vt100::Color::Rgb(0xe8, 0xe8, 0xe8)));
    assert!(String::from_utf8_lossy(&terminal.raw).contains("\x1b]11;?"), "it was asked for");
    terminal.wait_for("live");
    // another one, as of a slow line: nothing is typed by it, and nothing changes
    terminal.press("\x1b]11;rgb:0000/0000/0000\x07");
    terminal.press("/");
    terminal.type_text("/zz");
    assert_eq!(bar(terminal.emulator()), Some(vt100::Color::Rgb(0xe8, 0xe8, 0xe8)));
    terminal.leave();
    terminal.end().assert_clean();
}

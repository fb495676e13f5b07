use std::io::{self, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use proptest::prelude::*;

use super::*;
use crate::text::Clean;

/// A writer that remembers each write.
#[derive(Clone, Default)]
struct Wire(Arc<Mutex<Vec<Vec<u8>>>>);

impl Wire {
    fn taken(&self) -> String {
        let writes = std::mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8(writes.concat()).unwrap()
    }

    fn writes(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().push(bytes.to_vec());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn all_modes() -> Vec<Modes> {
    let mut all = Vec::new();
    for bits in 0..8 {
        for cursor in [None, Some(CursorStyle::Bar), Some(CursorStyle::Block), Some(CursorStyle::Underline)] {
            all.push(Modes { mouse: bits & 1 != 0, keyboard: bits & 2 != 0, title: bits & 4 != 0, cursor });
        }
    }
    all
}

/// What undoes a sequence, by the terminals' manuals and not by our table.
fn undoing(sequence: &str) -> String {
    match sequence {
        "\x1b[?25l" => "\x1b[?25h".to_owned(),
        "\x1b[>1u" => "\x1b[<1u".to_owned(),
        "\x1b[22;2t" => "\x1b[23;2t".to_owned(),
        _ if sequence.ends_with(" q") => "\x1b[0 q".to_owned(),
        _ if sequence.ends_with('h') => format!("{}l", sequence.trim_end_matches('h')),
        _ => panic!("no undoing known for {sequence:?}"),
    }
}

fn sequences(bytes: &str) -> Vec<String> {
    bytes.split('\x1b').skip(1).map(|sequence| format!("\x1b{sequence}")).collect()
}

#[test]
fn what_is_set_is_reset_in_reverse() {
    for modes in all_modes() {
        let wire = Wire::default();
        let mut session = Session::detached(wire.clone(), modes);
        session.enter().unwrap();
        let set = sequences(&wire.taken());
        session.leave().unwrap();
        let reset = sequences(&wire.taken());
        let wanted: Vec<String> = set.iter().rev().map(|sequence| undoing(sequence)).collect();
        assert_eq!(reset.get(..2).unwrap(), ["\x1b[?2026l", "\x1b[0m"], "what a broken frame left open");
        assert_eq!(reset.get(2..).unwrap(), wanted, "{modes:?}");
    }
}

#[test]
fn the_terminal_is_as_before() {
    for modes in all_modes() {
        let wire = Wire::default();
        let mut session = Session::detached(wire.clone(), modes);
        let mut terminal = vt100::Parser::new(NonZero::new(10).unwrap(), NonZero::new(40).unwrap(), 0);
        terminal.process(b"$ switchboard\r\n");
        let before = terminal.screen().clone();
        session.enter().unwrap();
        terminal.process(wire.taken().as_bytes());
        assert!(terminal.screen().alternate_screen() && terminal.screen().bracketed_paste());
        assert_eq!(terminal.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None, modes.mouse);
        terminal.process(b"\x1b[2J\x1b[5;5H\x1b[31;4mhalf a fra");
        drop(session);
        terminal.process(wire.taken().as_bytes());
        let after = terminal.screen();
        assert!(!after.alternate_screen() && !after.bracketed_paste() && !after.hide_cursor());
        assert_eq!(after.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_eq!(after.contents(), before.contents());
        assert_eq!(after.cursor_position(), before.cursor_position());
        assert_eq!(after.fgcolor(), before.fgcolor());
        assert!(!after.underline());
    }
}

#[test]
fn entering_and_leaving_happen_once() {
    let wire = Wire::default();
    let mut session = Session::detached(wire.clone(), Modes::default());
    session.leave().unwrap();
    assert_eq!(wire.writes(), 0, "nothing to leave");
    session.enter().unwrap();
    session.enter().unwrap();
    assert_eq!(wire.taken().matches("\x1b[?1049h").count(), 1);
    assert!(session.is_entered());
    session.reenter().unwrap();
    let again = wire.taken();
    assert!(again.find("\x1b[?1049l").unwrap() < again.find("\x1b[?1049h").unwrap());
    session.leave().unwrap();
    session.leave().unwrap();
    drop(session);
    assert_eq!(wire.taken().matches("\x1b[?1049l").count(), 1);
}

#[test]
fn a_terminal_that_cannot_be_written_to_is_an_error() {
    struct Broken;
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut session = Session::detached(Broken, Modes::default());
    assert!(session.enter().is_err());
    assert!(!session.is_entered());
}

#[test]
fn restoring_what_was_never_entered_does_nothing() {
    // no test enters the process's own terminal
    assert!(was_restored());
    restore_now();
    assert!(was_restored());
}

#[test]
fn a_frame_is_one_write() {
    let wire = Wire::default();
    let output = Output::new(wire.clone(), true);
    let mut writer = output.clone();
    for _ in 0..200 {
        writer.write_all(b"frame").unwrap();
        writer.flush().unwrap();
    }
    assert_eq!(wire.writes(), 0);
    let bytes = output.commit().unwrap();
    assert_eq!(wire.writes(), 1);
    let frame = wire.taken();
    assert_eq!(bytes, frame.len());
    assert!(frame.starts_with("\x1b[?2026hframe") && frame.ends_with("frame\x1b[?2026l"));
    assert_eq!(output.commit().unwrap(), 0);
    assert_eq!(wire.writes(), 0, "nothing to say, nothing written");

    writer.write_all(b"short").unwrap();
    output.commit().unwrap();
    assert_eq!(wire.taken(), "short", "no brackets round what is atomic anyway");
    writer.write_all(b"dropped").unwrap();
    output.discard();
    assert_eq!(output.commit().unwrap(), 0);
}

#[test]
fn nothing_is_drawn_on_a_terminal_that_is_not_ours() {
    let output = Output::stdout(&Capabilities::from_env(|_| None));
    output.clone().write_all(b"never").unwrap();
    assert_eq!(output.commit().unwrap(), 0);
}

// --- control strings ---

fn environment(pairs: &[(&str, &str)]) -> Capabilities {
    Capabilities::from_env(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
}

fn terminals() -> Vec<Capabilities> {
    let mut all = Vec::new();
    for notifier in [Notifier::Bell, Notifier::Osc9, Notifier::Osc777, Notifier::Osc99] {
        for multiplexer in [None, Some(Multiplexer::Tmux), Some(Multiplexer::Screen)] {
            let base = environment(&[("TERM", "xterm-kitty")]);
            all.push(Capabilities { notifier, multiplexer, hyperlinks: true, title: true, ..base });
        }
    }
    all
}

/// Everything that can be written with outside text in it.
fn control_strings(capabilities: &Capabilities, raw: &str) -> Vec<String> {
    let (text, line) = (Clean::text(raw), Clean::line(raw));
    let write = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = Vec::new();
        write(&mut bytes);
        String::from_utf8(bytes).unwrap()
    };
    let mut all = Vec::new();
    // a text may come where a line is meant
    for title in [&text, &line] {
        all.push(write(&|out| osc::title(out, capabilities, title).unwrap()));
        all.push(write(&|out| osc::notify(out, capabilities, 7, title, &text).unwrap()));
        all.push(osc::hyperlink(capabilities, &line, title));
    }
    all.push(write(&|out| osc::copy(out, capabilities, &text).unwrap()));
    all
}

const OVERRIDE: char = '\u{202e}';

fn controls(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_control()).collect()
}

proptest! {
    #[test]
    fn control_strings_hold_no_control_of_the_text(raw in "(\\PC|[\\x00-\\x1f\\x7f-\\u{9f};:\u{202e}]){0,40}") {
        for capabilities in terminals() {
            // what harmless text needs is what hostile text may have
            let harmless = control_strings(&capabilities, "harmless");
            for (hostile, harmless) in control_strings(&capabilities, &raw).iter().zip(&harmless) {
                prop_assert_eq!(controls(hostile), controls(harmless), "{:?}", hostile);
                prop_assert!(!hostile.contains(OVERRIDE));
            }
        }
    }
}

#[test]
fn control_strings_as_terminals_know_them() {
    let (title, body, url) = (Clean::line("Ma;ria"), Clean::line("4;1;x"), Clean::line("https://x.example/ä?b=1"));
    let notified = |capabilities: &Capabilities| {
        let mut bytes = Vec::new();
        osc::notify(&mut bytes, capabilities, 7, &title, &body).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let [kitty, foot, iterm, linux] =
        [("TERM", "xterm-kitty"), ("TERM", "foot"), ("TERM_PROGRAM", "iTerm.app"), ("TERM", "linux")]
            .map(|pair| environment(&[pair]));
    assert_eq!(notified(&kitty), "\x1b]99;i=7:d=0;Ma;ria\x1b\\\x1b]99;i=7:d=1:p=body;4;1;x\x1b\\");
    assert_eq!(notified(&foot), "\x1b]777;notify;Ma,ria;4,1,x\x1b\\");
    assert_eq!(notified(&iterm), "\x1b]9;Ma,ria: 4,1,x\x1b\\");
    assert_eq!(notified(&linux), "\x07");
    let tmux = environment(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/x"), ("KITTY_WINDOW_ID", "1")]);
    assert_eq!(
        notified(&tmux),
        "\x1bPtmux;\x1b\x1b]99;i=7:d=0;Ma;ria\x1b\x1b\\\x1b\x1b]99;i=7:d=1:p=body;4;1;x\x1b\x1b\\\x1b\\\x07"
    );

    assert_eq!(osc::hyperlink(&linux, &title, &url), "Ma;ria");
    assert_eq!(osc::hyperlink(&kitty, &title, &url), "\x1b]8;;https://x.example/%C3%A4?b=1\x1b\\Ma;ria\x1b]8;;\x1b\\");

    let copied = |capabilities: &Capabilities, text: &str| {
        let mut bytes = Vec::new();
        osc::copy(&mut bytes, capabilities, &Clean::text(text)).map(|()| String::from_utf8(bytes).unwrap())
    };
    assert_eq!(copied(&foot, "a\nb").unwrap(), "\x1b]52;c;YQpi\x1b\\");
    assert_eq!(copied(&tmux, "a").unwrap(), "\x1b]52;c;YQ==\x1b\\\x1bPtmux;\x1b\x1b]52;c;YQ==\x1b\x1b\\\x1b\\");
    let long = Clean::text_within(&"x".repeat(osc::COPY_BYTES + 1), usize::MAX);
    assert!(matches!(osc::copy(&mut Vec::new(), &foot, &long), Err(osc::CopyError::TooLong { bytes: 74_995 })));

    let mut named = Vec::new();
    osc::title(&mut named, &foot, &Clean::line("(3) Maria")).unwrap();
    osc::title(&mut named, &linux, &Clean::line("no window")).unwrap();
    assert_eq!(named, b"\x1b]2;(3) Maria\x1b\\");
}

// --- capabilities ---

#[test]
fn colours_by_environment() {
    for (pairs, want) in [
        (&[("TERM", "xterm-256color")][..], Colors::Indexed256),
        (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Colors::True),
        (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("NO_COLOR", "1")], Colors::None),
        (&[("TERM", "xterm-256color"), ("NO_COLOR", "")], Colors::Indexed256),
        (&[("TERM", "xterm")], Colors::Ansi16),
        (&[("TERM", "linux")], Colors::Ansi16),
        (&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Colors::None),
        (&[("TERM", "xterm-direct")], Colors::True),
        (&[("TERM", "xterm-kitty")], Colors::True),
        (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")], Colors::Indexed256),
        (&[("TERM", "tmux-256color"), ("TMUX", "x"), ("KITTY_WINDOW_ID", "1")], Colors::Indexed256),
        (&[("TERM", "screen")], Colors::Ansi16),
        (&[("TERM", "xterm-256color"), ("WT_SESSION", "x")], Colors::True),
    ] {
        assert_eq!(environment(pairs).colors, want, "{pairs:?}");
    }
}

#[test]
fn what_else_the_environment_says() {
    let kitty = environment(&[("TERM", "xterm-kitty"), ("LANG", "de_DE.UTF-8"), ("SSH_TTY", "/dev/pts/1")]);
    assert!(kitty.ssh && kitty.keyboard && kitty.synchronized && kitty.hyperlinks && kitty.clipboard && kitty.unicode);
    let tmux = environment(&[
        ("TERM", "tmux-256color"),
        ("TMUX", "x"),
        ("TERM_PROGRAM", "tmux"),
        ("LC_ALL", "C"),
        ("LANG", "de_DE.UTF-8"),
    ]);
    assert_eq!(tmux.multiplexer, Some(Multiplexer::Tmux));
    assert!(!tmux.keyboard && !tmux.synchronized && !tmux.unicode);
    let screen = environment(&[("TERM", "screen.xterm-256color"), ("STY", "1.x"), ("TERM_PROGRAM", "iTerm.app")]);
    assert_eq!((screen.multiplexer, screen.notifier), (Some(Multiplexer::Screen), Notifier::Bell));
    let console = environment(&[("TERM", "linux"), ("COLORTERM", "")]);
    assert!(
        !console.title && !console.hyperlinks && !console.emoji_sequences && !console.keyboard && !console.clipboard
    );
    let unknown = environment(&[("TERM", "xterm-256color")]);
    assert!(!unknown.keyboard && !unknown.synchronized && unknown.title && !unknown.hyperlinks);
    assert_eq!(unknown.notifier, Notifier::Bell);
}

// --- pastes ---

fn key(code: KeyCode) -> Event {
    Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

/// Keys as a terminal without bracketed paste sends a text.
fn keys(text: &str) -> Vec<Event> {
    text.chars()
        .map(|c| match c {
            '\r' => key(KeyCode::Enter),
            '\n' => Event::Key(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL)),
            '\t' => key(KeyCode::Tab),
            c if c.is_uppercase() => Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::SHIFT)),
            c => key(KeyCode::Char(c)),
        })
        .collect()
}

fn as_keys(events: &[Event]) -> Vec<Input> {
    events.iter().map(|event| Input::Key(event.as_key_event().unwrap())).collect()
}

#[test]
fn what_is_typed_stays_typed() {
    for text in ["a", "\r", "\r\r\r", "\n", "hello there", "jjjj", "\t\r", "\t", "Ünï"] {
        let batch = keys(text);
        assert_eq!(coalesce(batch.clone()), as_keys(&batch), "{text:?}");
    }
}

#[test]
fn pasted_lines_do_not_send() {
    for (text, want) in [
        ("hello\r", "hello\n"),
        ("\rhello", "\nhello"),
        ("one\rtwo\rthree", "one\ntwo\nthree"),
        ("one\ntwo", "one\ntwo"),
        ("one\r\ntwo\r\n", "one\ntwo\n"),
        ("a\tB\r", "a\tB\n"),
        ("y\r", "y\n"),
    ] {
        assert_eq!(coalesce(keys(text)), [Input::Paste(want.to_owned())], "{text:?}");
    }
    assert_eq!(coalesce([Event::Paste("a\r\nb\rc\n".to_owned())]), [Input::Paste("a\nb\nc\n".to_owned())]);
}

#[test]
fn other_keys_part_a_run_and_other_events_do_not() {
    let escape = key(KeyCode::Esc);
    let mut batch = keys("ab");
    batch.push(escape.clone());
    batch.extend(keys("\r"));
    assert_eq!(coalesce(batch.clone()), as_keys(&batch), "Esc between: these are keys");

    let mut batch = keys("ab\rcd");
    batch.push(escape.clone());
    let inputs = coalesce(batch);
    assert_eq!(inputs, [Input::Paste("ab\ncd".to_owned()), as_keys(&[escape]).remove(0)]);

    let mut batch = keys("ab");
    batch.extend([Event::Resize(80, 24), Event::FocusGained]);
    batch.extend(keys("\r"));
    let inputs = coalesce(batch);
    assert_eq!(inputs, [Input::Resize { columns: 80, rows: 24 }, Input::Focus(true), Input::Paste("ab\n".to_owned())]);

    let altered = [
        Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT)),
        Event::Key(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::CONTROL)),
    ];
    let mut batch = keys("a");
    batch.extend(altered.clone());
    assert_eq!(coalesce(batch.clone()), as_keys(&batch), "Alt-Enter and Ctrl-X are no text");

    let release = Event::Key(KeyEvent::new_with_kind(KeyCode::Char('a'), KeyModifiers::NONE, KeyEventKind::Release));
    assert_eq!(coalesce([release]), []);
}

proptest! {
    #[test]
    fn no_enter_beside_text_is_left(text in "[a-zA-Z \t\r\n]{0,30}") {
        let inputs = coalesce(keys(&text));
        let has_text = text.contains(|c: char| !c.is_control());
        let enters = inputs.iter().any(|input| matches!(input, Input::Key(key) if key.code == KeyCode::Enter));
        prop_assert!(!(has_text && enters));
        // and nothing is lost
        let back: String = inputs
            .iter()
            .map(|input| match input {
                Input::Paste(text) => text.clone(),
                Input::Key(key) => match key.code {
                    KeyCode::Char('j') if key.modifiers == KeyModifiers::CONTROL => "\n".to_owned(),
                    KeyCode::Char(c) => c.to_string(),
                    KeyCode::Tab => "\t".to_owned(),
                    KeyCode::Enter => "\r".to_owned(),
                    _ => String::new(),
                },
                _ => String::new(),
            })
            .collect();
        let flat = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
        prop_assert_eq!(flat(&back), flat(&text));
    }
}

//! The terminal is given back on every way out: a small program on a pseudo-terminal is quit, killed, made to panic,
//! suspended, and lends its terminal to a child, while vt100 watches.
//!
//! The program is this very file: the test [`program`] is started as a process of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what fails here fails the test"
)]
#![cfg(unix)]

use std::io::{Read, Write};
use std::num::NonZero;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyModifiers};
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use ratatui::Terminal;
use ratatui::text::Line;
use rustix::process::{Pid, Signal as Kill, kill_process};
use switchboard::term::{
    Capabilities, Input, InputReader, Modes, Output, Painter, Session, Signal, Signals, install_panic_hook,
};
use switchboard::text::Clean;

const ROWS: u16 = 24;
const COLUMNS: u16 = 100;
/// Long enough for a busy machine; nothing waits for it to pass.
const DEADLINE: Duration = Duration::from_secs(30);

/// Shows what it was told last. q quits, p panics, e lends the terminal to a child, Ctrl-Z suspends.
#[test]
#[ignore = "started by the other tests as a program on a pseudo-terminal"]
fn program() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let code = runtime.block_on(event_loop());
    std::process::exit(code);
}

async fn event_loop() -> i32 {
    let capabilities = Capabilities::detect();
    install_panic_hook();
    let modes = Modes { mouse: true, keyboard: true, ..Modes::for_terminal(&capabilities, false) };
    let mut signals = Signals::listen().unwrap();
    let mut session = Session::stdout(modes);
    session.enter().unwrap();
    let output = Output::stdout(&capabilities);
    let mut terminal = Terminal::new(Painter::new(output.clone(), capabilities.colors)).unwrap();
    let mut input = InputReader::start().unwrap();
    let mut said = String::from("ready");
    loop {
        terminal
            .draw(|frame| {
                let shown = Clean::line(&said);
                frame.render_widget(Line::raw(shown.as_str()), frame.area());
            })
            .unwrap();
        // a terminal that is gone takes nothing: SIGHUP is on its way
        let _ = output.commit();
        tokio::select! {
            came = input.next() => match came {
                Some(Input::Key(key)) => match key.code {
                    KeyCode::Char('q') => return 0,
                    KeyCode::Char('p') => panic!("as asked"),
                    KeyCode::Char('e') => {
                        session.lend(&mut input).unwrap();
                        let status = Command::new("sh").args(["-c", "echo child; read l; echo got-$l"]).status().unwrap();
                        session.reclaim(&mut input).unwrap();
                        terminal.clear().unwrap();
                        said = format!("back {status}");
                    }
                    KeyCode::Char('z') if key.modifiers == KeyModifiers::CONTROL => {
                        let stopped = session.suspend(&mut input, &mut signals).await.unwrap();
                        terminal.clear().unwrap();
                        said = format!("suspended {stopped}");
                    }
                    code => said = format!("{said}+{code}"),
                },
                Some(Input::Paste(text)) => said = format!("paste {text:?}"),
                Some(Input::Resize { .. } | Input::Focus(_) | Input::Mouse(_) | Input::Background(_)) => {}
                None => return 3,
            },
            signal = signals.next() => match signal {
                Signal::Terminate(why) => {
                    session.leave().unwrap_or_default();
                    return i32::from(why.exit_code());
                }
                Signal::Suspend => {
                    let stopped = session.suspend(&mut input, &mut signals).await.unwrap();
                    terminal.clear().unwrap();
                    said = format!("suspended {stopped}");
                }
                Signal::Resume => {
                    session.reenter().unwrap();
                    terminal.clear().unwrap();
                    said = "resumed".to_owned();
                }
            },
        }
    }
}

/// A program on a pseudo-terminal and what it shows.
struct Pty {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    glass: Arc<(Mutex<Glass>, Condvar)>,
    cooked: String,
}

struct Glass {
    vt: vt100::Parser,
    bytes: Vec<u8>,
    closed: bool,
    /// Nobody looks any more: the next output is the last.
    left: bool,
}

impl Pty {
    fn start() -> Self {
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "program", "--ignored", "--nocapture"]);
        let pty = Self::spawn(command);
        pty.wait("the program", |glass| glass.text().contains("ready"));
        pty
    }

    fn spawn(mut command: CommandBuilder) -> Self {
        let size = PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let cooked = format!("{:?}", pair.master.get_termios());
        command.env("TERM", "xterm-256color");
        command.env("PS1", "$ ");
        command.env("RUST_BACKTRACE", "0");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (rows, columns) = (NonZero::new(ROWS).unwrap(), NonZero::new(COLUMNS).unwrap());
        let glass = Glass { vt: vt100::Parser::new(rows, columns, 0), bytes: Vec::new(), closed: false, left: false };
        let glass = Arc::new((Mutex::new(glass), Condvar::new()));
        let (mut reader, seen) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&glass));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                let count = reader.read(&mut buffer).unwrap_or(0);
                let mut glass = seen.0.lock().unwrap();
                glass.vt.process(&buffer[..count]);
                glass.bytes.extend_from_slice(&buffer[..count]);
                glass.closed = count == 0;
                seen.1.notify_all();
                if count == 0 || glass.left {
                    return;
                }
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self { master: pair.master, keyboard, child, glass, cooked }
    }

    fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    fn signal(&self, signal: Kill) {
        let pid = Pid::from_raw(i32::try_from(self.child.process_id().unwrap()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    #[track_caller]
    fn wait(&self, what: &str, is_there: impl Fn(&Glass) -> bool) {
        let until = Instant::now() + DEADLINE;
        let mut glass = self.glass.0.lock().unwrap();
        while !is_there(&glass) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waiting for {what}, seeing:\n{}\n{:?}", glass.text(), glass.end());
            glass = self.glass.1.wait_timeout(glass, left).unwrap().0;
        }
    }

    #[track_caller]
    fn wait_text(&self, text: &str) {
        self.wait(text, |glass| glass.text().contains(text));
    }

    /// Waits for the end, and for all that was written.
    fn end(&mut self) -> ExitStatus {
        self.wait("the end of output", |glass| glass.closed);
        self.child.wait().unwrap()
    }

    #[track_caller]
    fn assert_given_back(&self) {
        let glass = self.glass.0.lock().unwrap();
        glass.assert_given_back();
        // the line discipline too, where the terminal still is
        let now = format!("{:?}", self.master.get_termios());
        assert!(now == self.cooked || now == "None", "{now}");
    }
}

impl Glass {
    fn text(&self) -> String {
        self.vt.screen().contents()
    }

    fn end(&self) -> String {
        String::from_utf8_lossy(&self.bytes[self.bytes.len().saturating_sub(300)..]).into_owned()
    }

    fn count(&self, text: &str) -> usize {
        String::from_utf8_lossy(&self.bytes).to_lowercase().matches(text).count()
    }

    /// Whether the shell waits for a command.
    fn has_prompt(&self) -> bool {
        self.bytes.ends_with(b"$ ")
    }

    fn is_taken(&self) -> bool {
        self.vt.screen().alternate_screen()
    }

    #[track_caller]
    fn assert_given_back(&self) {
        let screen = self.vt.screen();
        assert!(!screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let all = String::from_utf8_lossy(&self.bytes);
        let count = |sequence: &str| all.matches(sequence).count();
        for (set, reset) in [("\x1b[>1u", "\x1b[<1u"), ("\x1b[?1004h", "\x1b[?1004l"), ("\x1b[22;2t", "\x1b[23;2t")] {
            assert!(count(set) > 0, "{set:?}");
            assert_eq!(count(set), count(reset), "{set:?}");
        }
    }
}

#[test]
fn quitting_gives_the_terminal_back() {
    let mut pty = Pty::start();
    pty.wait("the terminal to be taken", Glass::is_taken);
    pty.keys("q");
    assert!(pty.end().success());
    pty.assert_given_back();
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_readable() {
    let mut pty = Pty::start();
    pty.keys("p");
    assert!(!pty.end().success());
    pty.assert_given_back();
    pty.wait_text("as asked");
}

#[test]
fn signals_end_in_order() {
    for (signal, code) in [(Kill::TERM, 143), (Kill::HUP, 129), (Kill::INT, 130), (Kill::QUIT, 131)] {
        let mut pty = Pty::start();
        pty.signal(signal);
        assert_eq!(pty.end().exit_code(), code);
        pty.assert_given_back();
    }
}

#[test]
fn a_vanished_terminal_ends_the_program() {
    let mut pty = Pty::start();
    // the window is closed: SIGHUP, and every read ends at once
    pty.glass.0.lock().unwrap().left = true;
    pty.keys("x");
    let Pty { master, keyboard, mut child, .. } = pty;
    drop((master, keyboard));
    let (say, said) = std::sync::mpsc::channel();
    std::thread::spawn(move || say.send(child.wait().unwrap().exit_code()));
    assert_eq!(said.recv_timeout(DEADLINE).unwrap(), 129);
}

#[test]
fn a_child_has_the_keyboard_for_itself() {
    let mut pty = Pty::start();
    for round in 0..10 {
        pty.keys("e");
        pty.wait("the child", |glass| !glass.is_taken() && glass.count("child\r\n") > round);
        // were anybody else reading, letters would be missing
        pty.keys("every-letter\r");
        pty.wait("the child's answer", |glass| glass.count("got-every-letter") > round);
        pty.wait("the program again", |glass| glass.is_taken() && glass.text().contains("back"));
        pty.keys("x");
        pty.wait_text("+x");
    }
    pty.keys("q");
    assert!(pty.end().success());
    pty.assert_given_back();
}

#[test]
fn a_paste_without_brackets_does_not_press_enter() {
    let mut pty = Pty::start();
    pty.keys("hello\rwxrld\r");
    pty.wait_text(r#"paste "hello\nwxrld\n""#);
    pty.keys("\r");
    pty.wait_text("+Enter");
    pty.keys("\x1b[200~one\rtwo\x1b[201~");
    pty.wait_text(r#"paste "one\ntwo""#);
    pty.keys("q");
    assert!(pty.end().success());
}

#[test]
fn ctrl_z_and_fg() {
    let mut pty = Pty::spawn({
        let mut shell = CommandBuilder::new("sh");
        shell.arg("-i");
        shell
    });
    pty.wait_text("$ ");
    let program = std::env::current_exe().unwrap();
    pty.keys(&format!("{} --exact program --ignored --nocapture\r", program.display()));
    pty.wait("the program", |glass| glass.is_taken() && glass.text().contains("ready"));
    for round in 1..=3 {
        pty.keys("\x1a");
        pty.wait("the shell", |glass| !glass.is_taken() && glass.count("stopped") == round && glass.has_prompt());
        pty.glass.0.lock().unwrap().assert_given_back();
        pty.keys(&format!("echo shell-{round}\r"));
        pty.wait("the shell's answer", |glass| {
            glass.text().contains(&format!("\nshell-{round}")) && glass.has_prompt()
        });
        pty.keys("fg\r");
        pty.wait("the program again", |glass| glass.is_taken() && glass.text().contains("suspended true"));
        pty.keys("x");
        pty.wait_text("suspended true+x");
    }
    pty.keys("q");
    pty.wait("the shell", |glass| !glass.is_taken() && glass.has_prompt());
    pty.glass.0.lock().unwrap().assert_given_back();
    pty.keys("exit\r");
    pty.end();
}

#[test]
fn without_job_control_nothing_stops() {
    let mut pty = Pty::start();
    // the program is the leader of its session: nobody could continue it
    pty.keys("\x1a");
    pty.wait_text("suspended false");
    pty.signal(Kill::TSTP);
    pty.wait("the terminal to be taken again", |glass| glass.count("\x1b[?1049h") == 3);
    pty.keys("x");
    pty.wait_text("suspended false+x");
    pty.keys("q");
    assert!(pty.end().success());
    pty.assert_given_back();
}

#[test]
fn a_stop_from_outside_is_mended() {
    let mut pty = Pty::start();
    pty.signal(Kill::STOP);
    pty.signal(Kill::CONT);
    pty.wait_text("resumed");
    pty.keys("q");
    assert!(pty.end().success());
    pty.assert_given_back();
}

//! The program in a pseudo-terminal, with a terminal emulator that says what the user sees.

use std::io::{Read as _, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// A wait that takes longer has failed. Generous: a loaded machine is no fault.
const PATIENCE: Duration = Duration::from_secs(60);

/// Nothing was written for so long: the last frame is whole.
const PAUSE: Duration = Duration::from_millis(200);

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("at least one cell")
}

/// The program and its screen.
pub struct Terminal {
    parser: vt100::Parser,
    /// Everything that the program wrote.
    pub raw: Vec<u8>,
    chunks: Receiver<Vec<u8>>,
    keys: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    _home: Option<tempfile::TempDir>,
}

impl Terminal {
    /// Starts the program with these arguments on a screen of this size, with directories of its own.
    pub fn start(columns: u16, rows: u16, args: &[&str], env: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        // as every user but on the first day
        std::fs::create_dir_all(home.path().join("state")).expect("a directory");
        std::fs::write(home.path().join("state/welcomed"), "").expect("a file");
        let mut terminal = Self::start_in(home.path(), columns, rows, args, env);
        terminal._home = Some(home);
        terminal
    }

    /// The same with directories that are there before and after.
    pub fn start_in(home: &Path, columns: u16, rows: u16, args: &[&str], env: &[(&str, &str)]) -> Self {
        let program = [&[env!("CARGO_BIN_EXE_switchboard")], args].concat();
        Self::start_line(home, columns, rows, &program, env)
    }

    /// A whole command line, which ends up as the program.
    pub fn start_line(home: &Path, columns: u16, rows: u16, line: &[&str], env: &[(&str, &str)]) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let (program, args) = line.split_first().expect("a program");
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        for name in ["PATH", "CI"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("TERM", "xterm-256color");
        command.env("TZ", "UTC");
        // so that the program does not ask what the background is
        command.env("COLORFGBG", "15;0");
        command.env("HOME", home);
        for name in ["CONFIG", "DATA", "CACHE", "STATE"] {
            command.env(format!("SWITCHBOARD_{name}_DIR"), home.join(name.to_lowercase()));
        }
        for (name, value) in env {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let (sender, chunks) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let parser = vt100::Parser::new(cells(rows), cells(columns), 0);
        Self { parser, raw: Vec::new(), chunks, keys, master: pair.master, child, _home: None }
    }

    /// What the user sees now.
    pub fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// The screen as the emulator has it.
    pub fn emulator(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Waits until the screen shows this text.
    pub fn wait_for(&mut self, text: &str) {
        self.wait(&format!("{text:?} on the screen"), |screen| screen.contents().contains(text));
    }

    /// Waits until the screen does not show this text any more.
    pub fn wait_gone(&mut self, text: &str) {
        self.wait(&format!("{text:?} gone from the screen"), |screen| !screen.contents().contains(text));
    }

    /// Waits until the screen is as wanted.
    pub fn wait(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !wanted(self.parser.screen()) {
            match self.chunks.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(chunk) => self.take(&chunk),
                Err(RecvTimeoutError::Timeout) => panic!("waited in vain for {what}; the screen:\n{}", self.screen()),
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the program ended before {what}; the screen:\n{}", self.screen())
                }
            }
        }
    }

    /// Takes in what the program writes until it pauses.
    pub fn take_all(&mut self) {
        while let Ok(chunk) = self.chunks.recv_timeout(PAUSE) {
            self.take(&chunk);
        }
    }

    fn take(&mut self, chunk: &[u8]) {
        self.raw.extend_from_slice(chunk);
        self.parser.process(chunk);
    }

    /// Types. Each call is one read for the program, so keys that must not look pasted are sent one by one.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("keys");
        self.keys.flush().expect("keys");
    }

    /// Types a text, key by key, and waits until the screen shows it.
    pub fn type_text(&mut self, text: &str) {
        self.press(text);
        self.wait_for(text);
    }

    /// Types into a prompt, and waits until it stands there: an Enter that comes with other text is no Enter.
    pub fn fill(&mut self, text: &str) {
        self.press(text);
        self.wait_for(&format!("› {text}"));
    }

    /// Goes to a conversation by its name or phone.
    pub fn go_to(&mut self, whom: &str) {
        self.press("\x07");
        self.wait_for("Go to");
        self.fill(whom);
        self.press("\r");
        self.wait_gone("Go to");
    }

    /// Presses the key that leaves the program from everywhere. (Esc and then a letter would be read as Alt and it.)
    pub fn leave(&mut self) {
        self.press("\x11");
    }

    /// Gives the screen another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).expect("another size");
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a process")
    }

    /// Sends a signal, by its number.
    pub fn signal(&self, name: &str) {
        let pid = self.child.process_id().expect("a process").to_string();
        let sent = std::process::Command::new("kill").args(["-s", name, &pid]).status().expect("kill");
        assert!(sent.success());
    }

    /// Kills the program as a power cut would, and waits until it is gone.
    pub fn kill(mut self) {
        self.signal("KILL");
        self.child.wait().expect("its status");
    }

    /// Waits until the program ends, takes in all that it wrote, and returns how it ended.
    pub fn end(mut self) -> Ended {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.chunks.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(chunk) => self.take(&chunk),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    let _ = self.child.kill();
                    panic!("the program does not end; the screen:\n{}", self.screen());
                }
            }
        }
        let status = self.child.wait().expect("its status");
        Ended { status, raw: self.raw, screen: self.parser }
    }
}

/// A program that has ended.
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// Everything that it wrote.
    pub raw: Vec<u8>,
    /// The terminal as it left it.
    pub screen: vt100::Parser,
}

impl Ended {
    /// Asserts that the terminal is as it was: main screen, cursor shown, no modes left on.
    pub fn assert_clean(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was not left");
        assert!(!screen.hide_cursor(), "the cursor stayed hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste stayed on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse stayed captured");
        let count = |mode: &str| String::from_utf8_lossy(&self.raw).matches(mode).count();
        assert_eq!(count("\x1b[?1004h"), count("\x1b[?1004l"), "focus reports stayed on");
    }
}

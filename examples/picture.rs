//! Draws the picture of the README: runs the program in a pseudo-terminal on its simulated customers, presses some
//! keys, and writes what is on the screen as SVG.
//!
//! ```sh
//! cargo build --release && cargo run --release --example picture -- target/release/switchboard assets/pictures
//! ```

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a tool for contributors: it may stop with a message"
)]

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const ROWS: NonZero<u16> = NonZero::new(34).expect("rows");
const COLUMNS: NonZero<u16> = NonZero::new(132).expect("columns");
/// Size of a character cell in the picture.
const CELL: (f32, f32) = (8.4, 18.0);

fn main() {
    let mut args = std::env::args().skip(1);
    let program = args.next().unwrap_or_else(|| "target/release/switchboard".to_owned());
    let directory = args.next().unwrap_or_else(|| "assets/pictures".to_owned());
    std::fs::create_dir_all(&directory).expect("the directory can be made");

    let mut run = Run::start(&program);
    let welcome = "Welcome to Switchboard";
    run.until("the welcome", |screen| screen.contains(welcome));
    run.press("\r");
    run.until("the list", |screen| screen.contains("live") && !screen.contains(welcome));
    run.press("\r");
    run.until("a thread", |screen| screen.contains("Reply to"));
    run.press("r");
    run.press("Thank you, Maria! ");
    run.settle();
    run.write(&format!("{directory}/inbox.svg"));
    run.press("\x15\x1b");
    run.press("\x1b[24~");
    run.settle();
    run.write(&format!("{directory}/traffic.svg"));
    run.press("\x1bq");
}

struct Run {
    parser: vt100::Parser,
    chunks: Receiver<Vec<u8>>,
    keys: Box<dyn std::io::Write + Send>,
    _child: Box<dyn portable_pty::Child + Send + Sync>,
    _home: tempfile::TempDir,
}

impl Run {
    fn start(program: &str) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let size = PtySize { rows: ROWS.get(), cols: COLUMNS.get(), pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let program = std::fs::canonicalize(program).expect("the program is built");
        let mut command = CommandBuilder::new(program);
        command.args(["--seed", "11", "--rate", "8"]);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("HOME", home.path());
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let (sender, chunks) = channel();
        std::thread::spawn(move || {
            // The terminal lives as long as somebody reads it.
            let _master = pair.master;
            let mut buffer = [0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let parser = vt100::Parser::new(ROWS, COLUMNS, 0);
        Self { parser, chunks, keys, _child: child, _home: home }
    }

    fn press(&mut self, keys: &str) {
        for key in split_keys(keys) {
            self.keys.write_all(key.as_bytes()).expect("keys");
            self.keys.flush().expect("keys");
            self.take(Duration::from_millis(40));
        }
    }

    fn take(&mut self, patience: Duration) {
        let until = Instant::now() + patience;
        while let Ok(chunk) = self.chunks.recv_timeout(until.saturating_duration_since(Instant::now())) {
            self.parser.process(&chunk);
        }
    }

    fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        for _ in 0..600 {
            self.take(Duration::from_millis(50));
            if wanted(&self.parser.screen().contents()) {
                return;
            }
        }
        println!("{}", self.parser.screen().contents());
        panic!("waited in vain for {what}");
    }

    /// Lets the simulated customers write a little.
    fn settle(&mut self) {
        self.take(Duration::from_secs(4));
    }

    fn write(&self, path: &str) {
        std::fs::write(path, svg(self.parser.screen())).expect("the picture can be written");
        println!("{path}");
    }
}

/// An escape sequence is one key, every other character is one.
fn split_keys(keys: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = keys;
    while !rest.is_empty() {
        let length = match rest.strip_prefix("\x1b[") {
            Some(sequence) => 2 + sequence.find(|c: char| c.is_alphabetic() || c == '~').map_or(0, |at| at + 1),
            None => rest.chars().next().map_or(1, char::len_utf8),
        };
        let (key, more) = rest.split_at(length);
        found.push(key);
        rest = more;
    }
    found
}

fn svg(screen: &vt100::Screen) -> String {
    let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
    let (width, height) = (f32::from(columns) * CELL.0 + 24.0, f32::from(rows) * CELL.1 + 24.0);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"ui-monospace, \
         'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" \
         fill=\"#16181d\"/>"
    );
    for row in 0..rows {
        for column in 0..columns {
            let Some(cell) = screen.cell(row, column) else { continue };
            let cells = if cell.is_wide() { 2.0 } else { 1.0 };
            let (x, y) = (12.0 + f32::from(column) * CELL.0, 12.0 + f32::from(row) * CELL.1);
            let (mut front, mut back) = (colour(cell.fgcolor(), "#d5d8df"), colour(cell.bgcolor(), ""));
            if cell.inverse() {
                let plain = if back.is_empty() { "#16181d".to_owned() } else { back };
                (front, back) = (plain, front);
            }
            if !back.is_empty() {
                let _ = writeln!(
                    out,
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{back}\"/>",
                    CELL.0 * cells + 0.3,
                    CELL.1
                );
            }
            let text = cell.contents();
            if text.trim().is_empty() {
                continue;
            }
            let mut style = String::new();
            if cell.bold() {
                style.push_str(" font-weight=\"bold\"");
            }
            if cell.italic() {
                style.push_str(" font-style=\"italic\"");
            }
            if cell.dim() {
                style.push_str(" opacity=\"0.65\"");
            }
            if cell.underline() {
                style.push_str(" text-decoration=\"underline\"");
            }
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{front}\"{style}>{text}</text>", y + 13.5);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// A colour as SVG writes it; the terminal's own when it is not set.
fn colour(colour: vt100::Color, own: &str) -> String {
    const FIRST: [&str; 16] = [
        "#1d1f24", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#abb2bf", "#5c6370", "#ff7b86",
        "#b5e08c", "#ffd88a", "#7cc4ff", "#dd91f3", "#6fd3df", "#ffffff",
    ];
    match colour {
        vt100::Color::Default => own.to_owned(),
        vt100::Color::Idx(index) if index < 16 => FIRST[usize::from(index)].to_owned(),
        vt100::Color::Idx(index @ 232..) => {
            let grey = 8 + 10 * (u32::from(index) - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
        vt100::Color::Idx(index) => {
            let level = |n: u32| if n == 0 { 0 } else { 55 + 40 * n };
            let at = u32::from(index) - 16;
            format!("#{:02x}{:02x}{:02x}", level(at / 36), level(at / 6 % 6), level(at % 6))
        }
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

//! Another agent at a screen: the program itself in a pseudo-terminal, behind the same proxy for the whole scenario. It
//! looks on, at sizes that change, and in the end its screen is right and its terminal as it was.

use std::path::Path;
use std::time::Instant;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::residue;
use crate::seat::PATIENCE;
use crate::terminal::Terminal;

/// The sizes that its window has.
const SIZES: [(u16, u16); 4] = [(120, 40), (100, 30), (80, 24), (60, 20)];
/// The last one.
const LAST: (u16, u16) = SIZES[0];

/// The agent who looks on.
pub struct Screen {
    terminal: Terminal,
    rng: ChaCha8Rng,
}

impl Screen {
    /// Starts the program, and opens the conversation with this customer.
    pub fn start(url: &str, token: &str, home: &Path, phone: &str, seed: u64) -> Self {
        let state = home.join("state");
        std::fs::create_dir_all(&state).expect("a directory");
        std::fs::write(state.join("welcomed"), "").expect("a file");
        let (columns, rows) = LAST;
        let env = [("SWITCHBOARD_TOKEN", token)];
        let mut terminal = Terminal::start_in(home, columns, rows, &["--url", url], &env);
        terminal.wait_for("● live");
        terminal.go_to(phone);
        terminal.wait_for("Reply to");
        Self { terminal, rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// The window gets another size, and now and then a key is pressed.
    pub fn fidget(&mut self) {
        let (columns, rows) = SIZES[self.rng.random_range(0..SIZES.len())];
        self.terminal.resize(columns, rows);
        let key = ["", "\x0c", "k", "G", "\x12"][self.rng.random_range(0..5)];
        self.terminal.press(key);
    }

    /// The session is live, the thread ends with this text, and what stands there by small changes is what stands there
    /// when everything is drawn anew.
    pub fn is_right(&mut self, last: &str) {
        self.terminal.resize(LAST.0, LAST.1);
        self.terminal.press("G");
        // Whoever does not want to wait for the next poll asks.
        self.terminal.press("\x12");
        let is_whole = |screen: &vt100::Screen| {
            let shown = screen.contents();
            shown.contains("● live") && shown.contains(last) && !shown.contains("may be missing here")
        };
        loop {
            self.terminal.wait("the thread's last text, live", is_whole);
            self.terminal.take_all();
            let screen = self.terminal.emulator();
            let before = is_whole(screen).then(|| thread(screen));
            let drawn = self.clears();
            self.terminal.press("\x0c");
            let until = Instant::now() + PATIENCE;
            while self.clears() == drawn {
                assert!(Instant::now() < until, "nothing is drawn anew:\n{}", self.terminal.screen());
                self.terminal.take_all();
            }
            let screen = self.terminal.emulator();
            // The connection that was asked for may have come in between.
            if let Some(before) = before.filter(|_| is_whole(screen)) {
                return assert_eq!(thread(screen), before, "the thread drawn anew, and as it stood there");
            }
        }
    }

    /// How often the whole screen was cleared.
    fn clears(&self) -> usize {
        self.terminal.raw.windows(4).filter(|bytes| bytes == b"\x1b[2J").count()
    }

    /// Leaves the program.
    pub fn leave(self) {
        let ended = residue::leave_without(self.terminal);
        assert!(ended.status.success(), "{:?}", ended.status);
    }
}

/// The rows of the thread's pane. Nothing in them changes with time.
fn thread(screen: &vt100::Screen) -> Vec<String> {
    let rows: Vec<String> = screen.rows(0, LAST.0).collect();
    let borders = rows.get(1).map(String::as_str).unwrap_or_default();
    let mut columns = borders.chars().zip(0u16..).filter(|(c, _)| *c == '┬').map(|(_, column)| column);
    let (from, to) = (columns.next().unwrap_or(0), columns.next().unwrap_or(LAST.0));
    let rows = screen.rows(from, to.saturating_sub(from));
    // a blank may have been written, or never have been anything else
    rows.skip(2).take(usize::from(LAST.1) - 3).map(|row| row.trim_end().to_owned()).collect()
}

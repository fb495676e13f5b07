//! Entering the terminal and leaving it.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::{InputReader, Modes, Signals};

/// What has to be written to give the terminal back; empty-handed when it is not ours. One for the process, because a
/// panic on any thread must find it.
static ENTERED: Record = Record::new();

/// The terminal while it is ours.
///
/// [`enter`](Self::enter) and [`leave`](Self::leave) may be called in any order and number: each does its work only if
/// it is to be done. Dropping leaves.
pub struct Session<W: Write> {
    out: W,
    modes: Modes,
    record: Holder,
}

/// Who remembers what to undo.
enum Holder {
    /// The process, for the real terminal. Raw mode is part of it.
    Process,
    /// The session, for a writer that is no terminal.
    Own(Record),
}

impl Session<io::Stdout> {
    /// A session on the standard output, not yet entered.
    pub fn stdout(modes: Modes) -> Self {
        Self { out: io::stdout(), modes, record: Holder::Process }
    }
}

impl<W: Write> Session<W> {
    /// A session that writes to `out` and leaves the process's terminal alone: no raw mode, nothing for
    /// [`restore_now`].
    pub fn detached(out: W, modes: Modes) -> Self {
        Self { out, modes, record: Holder::Own(Record::new()) }
    }

    fn record(&self) -> &Record {
        match &self.record {
            Holder::Process => &ENTERED,
            Holder::Own(record) => record,
        }
    }

    /// Whether the terminal is ours at the moment.
    pub fn is_entered(&self) -> bool {
        self.record().is_set()
    }

    /// Takes the terminal: raw mode, alternate screen, bracketed paste, focus reports and what [`Modes`] says.
    ///
    /// # Errors
    /// If there is no terminal or it cannot be written to; it is then as it was.
    pub fn enter(&mut self) -> io::Result<()> {
        // remembered before anything is written: who dies in between undoes what was not done, which is harmless
        if !self.record().set(self.modes.reset()) {
            return Ok(());
        }
        let done = self.try_enter();
        if done.is_err() {
            let _ = self.leave();
        }
        done
    }

    fn try_enter(&mut self) -> io::Result<()> {
        if matches!(self.record, Holder::Process) {
            enable_raw_mode()?;
        }
        self.out.write_all(self.modes.set().as_bytes())?;
        self.out.flush()
    }

    /// Gives the terminal back, everything undone in reverse order.
    ///
    /// # Errors
    /// If the terminal cannot be written to. Raw mode is ended all the same.
    pub fn leave(&mut self) -> io::Result<()> {
        let Some(reset) = self.record().take() else { return Ok(()) };
        let written = self.out.write_all(reset.as_bytes()).and_then(|()| self.out.flush());
        let cooked = if matches!(self.record, Holder::Process) { disable_raw_mode() } else { Ok(()) };
        written.and(cooked)
    }

    /// Lets the terminal report the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// If the terminal cannot be written to.
    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        self.modes.mouse = on;
        if !self.record().replace(self.modes.reset()) {
            return Ok(());
        }
        self.out.write_all(Modes::mouse(on).as_bytes())?;
        self.out.flush()
    }

    /// Sets everything anew, after somebody else may have changed the terminal (`kill -STOP`, then `fg`). The screen
    /// has to be drawn from nothing afterwards.
    ///
    /// # Errors
    /// As [`enter`](Self::enter).
    pub fn reenter(&mut self) -> io::Result<()> {
        self.leave()?;
        self.enter()
    }

    /// Lends the terminal to a child process: stops reading, waits until nobody reads, and leaves. Until
    /// [`reclaim`](Self::reclaim) nothing may be drawn ([`Output`](super::Output) then writes nothing).
    ///
    /// # Errors
    /// If the reader does not stop or the terminal cannot be left; then it is still ours.
    pub fn lend(&mut self, input: &mut InputReader) -> io::Result<()> {
        input.pause()?;
        match self.leave() {
            Ok(()) => Ok(()),
            Err(error) => {
                self.reclaim(input)?;
                Err(error)
            }
        }
    }

    /// Takes the terminal back after [`lend`](Self::lend). The screen has to be drawn from nothing afterwards
    /// (`Terminal::clear`).
    ///
    /// # Errors
    /// As [`enter`](Self::enter).
    pub fn reclaim(&mut self, input: &mut InputReader) -> io::Result<()> {
        self.enter()?;
        input.resume()
    }

    /// Ctrl-Z: gives the terminal back, stops the process, and goes on here after `fg`. The screen has to be drawn from
    /// nothing afterwards. Answers false if there is no shell that could ever continue us; then nothing was stopped.
    ///
    /// # Errors
    /// If the terminal cannot be left or taken again.
    pub async fn suspend(&mut self, input: &mut InputReader, signals: &mut Signals) -> io::Result<bool> {
        self.lend(input)?;
        let stopped = signals.stop_this_job().await;
        self.reclaim(input)?;
        stopped
    }
}

impl<W: Write> Drop for Session<W> {
    fn drop(&mut self) {
        let _ = self.leave();
    }
}

/// Gives the terminal back at once, from any thread, if a session has it. For panics and other ways out that do not
/// pass the session; calling it again, or a session's `leave` after it, does nothing.
pub fn restore_now() {
    if let Some(reset) = ENTERED.take() {
        let mut out = io::stdout().lock();
        let _ = out.write_all(reset.as_bytes()).and_then(|()| out.flush());
        let _ = disable_raw_mode();
    }
}

/// Whether the terminal is *not* ours: not entered yet, left, or given back by [`restore_now`] behind the back of the
/// event loop, which then has to end.
pub fn was_restored() -> bool {
    !ENTERED.is_set()
}

/// Makes panics give the terminal back before the present hook writes its report. Call it after color-eyre's.
pub fn install_panic_hook() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        restore_now();
        report(panic);
    }));
}

/// The bytes that give the terminal back, as long as somebody owes them.
struct Record(Mutex<Option<String>>);

impl Record {
    const fn new() -> Self {
        Self(Mutex::new(None))
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False if there is a debt already.
    fn set(&self, reset: String) -> bool {
        let mut debt = self.lock();
        let new = debt.is_none();
        debt.get_or_insert(reset);
        new
    }

    /// Owes this instead; false if nothing is owed.
    fn replace(&self, reset: String) -> bool {
        match &mut *self.lock() {
            Some(debt) => {
                *debt = reset;
                true
            }
            None => false,
        }
    }

    fn take(&self) -> Option<String> {
        self.lock().take()
    }

    fn is_set(&self) -> bool {
        self.lock().is_some()
    }
}

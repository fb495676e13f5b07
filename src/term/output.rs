//! One frame, one write.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Capabilities, was_restored};

/// Where everything for the terminal is collected until [`commit`](Self::commit) writes it at once.
///
/// ratatui flushes several times a frame; here `flush` does nothing, so that a frame is one write and the terminal
/// never shows half of one. Clones write to the same place: one goes into ratatui's backend, one stays with the
/// event loop for titles and notifications.
pub struct Output<W: Write = io::Stdout> {
    shared: Arc<Mutex<Shared<W>>>,
}

struct Shared<W> {
    pending: Vec<u8>,
    sink: W,
    synchronized: bool,
    /// Whether to write only while the process's terminal is ours.
    only_entered: bool,
}

const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";
/// Shorter writes arrive whole anyway, and need no brackets.
const BRACKET_FROM: usize = 512;
/// A buffer that one huge frame made larger than this is given back.
const KEEP: usize = 256 * 1024;

impl Output<io::Stdout> {
    /// The standard output. It is written to only while a [`Session`](super::Session) has the terminal.
    pub fn stdout(capabilities: &Capabilities) -> Self {
        Self::with(io::stdout(), capabilities.synchronized, true)
    }
}

impl<W: Write> Output<W> {
    /// Any other writer.
    pub fn new(sink: W, synchronized: bool) -> Self {
        Self::with(sink, synchronized, false)
    }

    fn with(sink: W, synchronized: bool, only_entered: bool) -> Self {
        let pending = Vec::with_capacity(16 * 1024);
        Self { shared: Arc::new(Mutex::new(Shared { pending, sink, synchronized, only_entered })) }
    }

    fn lock(&self) -> MutexGuard<'_, Shared<W>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what was collected, and answers how many bytes that were. Writes nothing when there is nothing. While
    /// the terminal is not ours, what was collected is dropped.
    ///
    /// # Errors
    /// Those of the writer; what was collected is gone then, and the next frame should be drawn from nothing.
    pub fn commit(&self) -> io::Result<usize> {
        let mut shared = self.lock();
        let Shared { pending, sink, synchronized, only_entered } = &mut *shared;
        if pending.is_empty() {
            return Ok(0);
        }
        if *only_entered && was_restored() {
            pending.clear();
            return Ok(0);
        }
        if *synchronized && pending.len() >= BRACKET_FROM {
            pending.splice(0..0, BEGIN.iter().copied());
            pending.extend_from_slice(END);
        }
        let written = sink.write_all(pending).and_then(|()| sink.flush());
        let bytes = pending.len();
        pending.clear();
        pending.shrink_to(KEEP);
        written.map(|()| bytes)
    }

    /// Forgets what was collected.
    pub fn discard(&self) {
        self.lock().pending.clear();
    }
}

impl<W: Write> Clone for Output<W> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<W: Write> fmt::Debug for Output<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("pending", &self.lock().pending.len()).finish_non_exhaustive()
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().pending.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Does nothing: see [`Output::commit`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

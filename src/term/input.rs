//! Reading the keyboard on a thread of its own.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc as std_mpsc;
use std::time::Duration;

use crossterm::event::{self, Event};
use tokio::sync::mpsc;

use super::coalesce::{coalesce, looks_pasted};
use super::{Input, answer, signals};

/// How long a paste that comes as keys is waited for to go on. A single key never waits.
const LINGER: Duration = Duration::from_millis(20);
/// How long the rest of the terminal's own answer is waited for: it must not be taken for keys.
const ANSWER: Duration = Duration::from_millis(150);
/// A batch ends here even if more is ready.
const BATCH: usize = 64 * 1024;
/// A reader that does not stop within this time hangs: the terminal is gone.
const PATIENCE: Duration = Duration::from_secs(1);

/// The keyboard, read by a thread that sleeps until something comes.
///
/// Not crossterm's `EventStream`: that reads on whichever task polls it, and its reading never returns once the
/// terminal is gone (an end of file is retried for ever). Here only this thread would hang, and SIGHUP still ends the
/// program. And a thread of our own can be waited for, so that after [`pause`](Self::pause) nobody takes keys away
/// from `$EDITOR`.
pub struct InputReader {
    running: Option<Running>,
    /// What was read before a pause and not asked for yet.
    left: VecDeque<Input>,
}

struct Running {
    inputs: mpsc::UnboundedReceiver<Input>,
    stop: Arc<AtomicBool>,
    /// Says something, or breaks off, when the thread has ended.
    ended: std_mpsc::Receiver<()>,
}

impl InputReader {
    /// Starts reading.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start() -> io::Result<Self> {
        let mut reader = Self { running: None, left: VecDeque::new() };
        reader.resume()?;
        Ok(reader)
    }

    /// The next input; none when the terminal cannot be read any more. May be dropped and called again without loss.
    /// While reading is paused and nothing is left from before, it waits for ever.
    pub async fn next(&mut self) -> Option<Input> {
        if let Some(input) = self.left.pop_front() {
            return Some(input);
        }
        match &mut self.running {
            Some(running) => running.inputs.recv().await,
            None => std::future::pending().await,
        }
    }

    /// An input that is there already.
    pub fn try_next(&mut self) -> Option<Input> {
        self.left.pop_front().or_else(|| self.running.as_mut()?.inputs.try_recv().ok())
    }

    /// Stops reading and waits until nobody reads. What is typed from now on is left to others.
    ///
    /// # Errors
    /// If the thread does not stop, because the terminal is gone.
    pub fn pause(&mut self) -> io::Result<()> {
        let Some(mut running) = self.running.take() else { return Ok(()) };
        running.stop.store(true, Ordering::SeqCst);
        signals::wake_reader()?;
        if running.ended.recv_timeout(PATIENCE) == Err(std_mpsc::RecvTimeoutError::Timeout) {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the reader of the terminal does not stop; is the terminal gone?",
            ));
        }
        while let Ok(input) = running.inputs.try_recv() {
            self.left.push_back(input);
        }
        Ok(())
    }

    /// Reads again after [`pause`](Self::pause).
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn resume(&mut self) -> io::Result<()> {
        if self.running.is_some() {
            return Ok(());
        }
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, inputs) = mpsc::unbounded_channel();
        let (end, ended) = std_mpsc::sync_channel(1);
        let stopping = Arc::clone(&stop);
        std::thread::Builder::new().name("terminal-input".to_owned()).spawn(move || {
            // an error means that there is no terminal to read from: the closed channel says so
            let _ = read(&sender, &stopping);
            drop(sender);
            let _ = end.send(());
        })?;
        self.running = Some(Running { inputs, stop, ended });
        Ok(())
    }
}

impl Drop for InputReader {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop.store(true, Ordering::SeqCst);
            let _ = signals::wake_reader();
        }
    }
}

fn read(inputs: &mpsc::UnboundedSender<Input>, stop: &AtomicBool) -> io::Result<()> {
    while !stop.load(Ordering::SeqCst) {
        let Some(first) = wait()? else { continue };
        let mut batch = vec![first];
        let mut patience = Duration::ZERO;
        while batch.len() < BATCH {
            if event::poll(patience)? {
                batch.push(event::read()?);
                patience = Duration::ZERO;
            } else if patience.is_zero() && answer::is_unfinished(&batch) {
                patience = ANSWER;
            } else if patience.is_zero() && looks_pasted(&batch) {
                patience = LINGER;
            } else {
                break;
            }
        }
        for input in coalesce(batch) {
            if inputs.send(input).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Waits for the first event of a batch; none if the thread should look whether it is to stop.
fn wait() -> io::Result<Option<Event>> {
    if cfg!(unix) {
        // `wake_reader` ends this
        event::read().map(Some)
    } else if event::poll(Duration::from_millis(50))? {
        event::read().map(Some)
    } else {
        Ok(None)
    }
}

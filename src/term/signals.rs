//! What the operating system wants of us.

#[cfg(not(unix))]
use std::io;

/// Why the program has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Termination {
    /// SIGHUP: the terminal is gone. Nothing can be drawn any more.
    Hangup,
    /// SIGINT from outside (the key arrives as a key), or Ctrl-C where there are no signals.
    Interrupt,
    /// SIGQUIT.
    Quit,
    /// SIGTERM.
    Terminate,
}

impl Termination {
    /// The exit code that shells use for a process ended by this signal.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Hangup => 129,
            Self::Interrupt => 130,
            Self::Quit => 131,
            Self::Terminate => 143,
        }
    }
}

/// A signal, as the event loop sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// End now, in order.
    Terminate(Termination),
    /// SIGTSTP from outside: do what Ctrl-Z does, [`Session::suspend`](super::Session::suspend).
    Suspend,
    /// SIGCONT after a stop that was not ours (`kill -STOP`): [`Session::reenter`](super::Session::reenter) and draw
    /// everything.
    Resume,
}

#[cfg(unix)]
pub use unix::Signals;
#[cfg(unix)]
pub(super) use unix::wake_reader;

#[cfg(unix)]
mod unix {
    use std::io;

    use futures_util::FutureExt as _;
    use rustix::process::{Signal as Kill, getpgrp, getpid, getsid, kill_current_process_group, kill_process};
    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

    use super::{Signal, Termination};

    /// The signals that concern a program on a terminal. From its making on, none of them ends or stops the process by
    /// itself.
    #[derive(Debug)]
    pub struct Signals {
        hangup: Stream,
        interrupt: Stream,
        quit: Stream,
        terminate: Stream,
        suspend: Stream,
        resume: Stream,
    }

    impl Signals {
        /// Begins to listen. Has to be called inside a tokio runtime.
        ///
        /// # Errors
        /// If the handlers cannot be installed.
        pub fn listen() -> io::Result<Self> {
            Ok(Self {
                hangup: signal(SignalKind::hangup())?,
                interrupt: signal(SignalKind::interrupt())?,
                quit: signal(SignalKind::quit())?,
                terminate: signal(SignalKind::terminate())?,
                suspend: signal(SignalKind::from_raw(Kill::TSTP.as_raw()))?,
                resume: signal(SignalKind::from_raw(Kill::CONT.as_raw()))?,
            })
        }

        /// The next signal. May be dropped and called again without loss.
        pub async fn next(&mut self) -> Signal {
            tokio::select! {
                biased;
                _ = self.hangup.recv() => Signal::Terminate(Termination::Hangup),
                _ = self.terminate.recv() => Signal::Terminate(Termination::Terminate),
                _ = self.interrupt.recv() => Signal::Terminate(Termination::Interrupt),
                _ = self.quit.recv() => Signal::Terminate(Termination::Quit),
                _ = self.resume.recv() => Signal::Resume,
                _ = self.suspend.recv() => Signal::Suspend,
            }
        }

        /// Stops this process and those that belong to its job, as Ctrl-Z does, and returns when they go on. Answers
        /// false, and does nothing, if no shell could continue them: in a session whose leader is in our own process
        /// group there is no job control above us, as when a terminal window runs this program and no shell. (The
        /// kernel protects such a group from SIGTSTP, but not from SIGSTOP, which it has to be because SIGTSTP has a
        /// handler.)
        pub(in super::super) async fn stop_this_job(&mut self) -> io::Result<bool> {
            if getsid(None)? == getpgrp() {
                return Ok(false);
            }
            // of an earlier stop
            while let Some(Some(())) = self.resume.recv().now_or_never() {}
            kill_current_process_group(Kill::STOP)?;
            // A process of several threads runs on for a moment. What comes next must not happen before the stop, and
            // only SIGCONT says that it is over.
            self.resume.recv().await;
            Ok(true)
        }
    }

    /// Makes the thread that waits in `crossterm::event::read` return: a change of the window's size is an event, and
    /// nobody else minds one that changes nothing.
    pub(in super::super) fn wake_reader() -> io::Result<()> {
        Ok(kill_process(getpid(), Kill::WINCH)?)
    }
}

/// Where there are no such signals: Ctrl-C only.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Signals(());

#[cfg(not(unix))]
impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// None.
    pub fn listen() -> io::Result<Self> {
        Ok(Self(()))
    }

    /// The next signal.
    pub async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Terminate(Termination::Interrupt),
            Err(_) => std::future::pending().await,
        }
    }

    pub(super) async fn stop_this_job(&mut self) -> io::Result<bool> {
        Ok(false)
    }
}

#[cfg(not(unix))]
pub(super) fn wake_reader() -> io::Result<()> {
    Ok(())
}

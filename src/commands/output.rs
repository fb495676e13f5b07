//! The only way to standard output, and the way to standard error.

use std::fmt;
use std::io::{self, IsTerminal as _, Write};

use super::failure::Failure;

/// Where a headless command writes. A reader that goes away ends the command quietly.
pub struct Output {
    sink: Box<dyn Write + Send>,
    /// Whether a person looks at it: then relative widths and colours make sense.
    pub terminal: bool,
}

impl Output {
    /// Standard output.
    pub fn standard() -> Self {
        let out = io::stdout();
        let terminal = out.is_terminal();
        Self { sink: Box::new(io::BufWriter::new(out)), terminal }
    }

    /// Any other sink.
    pub fn to(sink: impl Write + Send + 'static) -> Self {
        Self { sink: Box::new(sink), terminal: false }
    }

    /// Writes a line.
    ///
    /// # Errors
    /// [`Failure::Closed`] when nobody reads any more; [`Failure::Other`] when it cannot be written (a full disk).
    pub fn line(&mut self, text: impl fmt::Display) -> Result<(), Failure> {
        writeln!(self.sink, "{text}").map_err(lost)
    }

    /// Writes text as it is.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.sink.write_all(text.as_bytes()).map_err(lost)
    }

    /// Hands everything over to the reader.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.sink.flush().map_err(lost)
    }
}

fn lost(error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Failure::Closed
    } else {
        Failure::Other(format!("cannot write the output: {error}"))
    }
}

/// Says something on standard error; if that is gone, there is nobody to tell.
pub fn complain(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "switchboard: {text}");
}

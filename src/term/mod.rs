//! Every escape sequence of the program, and the terminal as a thing that is borrowed and given back.
//!
//! - [`Session`] enters the terminal and leaves it again: on a normal end, an error, a panic
//!   ([`install_panic_hook`]), a signal, Ctrl-Z, and while `$EDITOR` has it. What was set is reset, in reverse order,
//!   once.
//! - [`Output`] collects a frame and hands it to the terminal in one write; [`Painter`] turns ratatui's cells into
//!   few bytes.
//! - [`Input`] is what comes from the keyboard; [`InputReader`] reads it and can be stopped, and a paste never looks
//!   like somebody pressing Enter.
//! - [`Signals`] is what the operating system wants of us.
//! - [`Capabilities`] is what the environment says about the terminal. The terminal itself is asked for one thing, the
//!   colour of its background, and nobody waits for the answer.
//! - [`osc`] writes titles, notifications, hyperlinks and the clipboard. It takes [`Clean`](crate::text::Clean) only.
//!
//! A run of the inbox, in short:
//!
//! ```no_run
//! # async fn run() -> std::io::Result<()> {
//! use switchboard::term::{Capabilities, InputReader, Modes, Output, Painter, Session, install_panic_hook};
//!
//! let capabilities = Capabilities::detect();
//! install_panic_hook();
//! let mut session = Session::stdout(Modes::for_terminal(&capabilities, false));
//! session.enter()?;
//! let output = Output::stdout(&capabilities);
//! let mut terminal = ratatui::Terminal::new(Painter::new(output.clone(), capabilities.colors))?;
//! let mut input = InputReader::start()?;
//! while let Some(_input) = input.next().await {
//!     terminal.draw(|_frame| ())?;
//!     output.commit()?;
//! }
//! session.leave()
//! # }
//! ```

mod answer;
mod capabilities;
mod coalesce;
mod input;
mod modes;
pub mod osc;
mod output;
mod painter;
mod pen;
mod picture;
mod session;
mod shown;
mod signals;

#[cfg(test)]
mod painter_tests;
#[cfg(test)]
mod shown_tests;
#[cfg(test)]
mod tests;

pub use capabilities::{Capabilities, Colors, Multiplexer, Notifier};
pub use coalesce::{Input, coalesce};
pub use input::InputReader;
pub use modes::{CursorStyle, Modes};
pub use output::Output;
pub use painter::Painter;
pub use picture::{LARGEST as LARGEST_PICTURE, Painting, PictureWay, Rendered, cell_size, render as render_picture};
pub use session::{Session, install_panic_hook, restore_now, was_restored};
pub use signals::{Signal, Signals, Termination};

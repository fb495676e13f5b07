//! Titles, notifications, links and the clipboard: control strings with text from outside in them.
//!
//! A control byte in such a text would end the string early and let the rest act on the terminal. So every function
//! takes [`Clean`], which has none, and those whose format has separators of its own take care of these too.

use std::fmt::Write as _;
use std::io::{self, Write};

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::{Capabilities, Multiplexer, Notifier};
use crate::text::Clean;

/// The most bytes that are copied at once: terminals drop longer OSC 52 strings silently (100,000 characters of
/// base64, the smallest limit in use).
pub const COPY_BYTES: usize = 74_994;

/// The longest title or notification, in graphemes.
const SHOWN: usize = 200;

const ST: &str = "\x1b\\";

/// Why a text was not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// It is longer than terminals take.
    #[error("{bytes} bytes are too many to copy through the terminal (at most {COPY_BYTES}): copy less at a time")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The terminal could not be written to.
    #[error("the terminal took no text to copy: {0}")]
    Io(#[from] io::Error),
}

/// Names the window.
///
/// # Errors
/// Those of the writer.
pub fn title(out: &mut impl Write, capabilities: &Capabilities, title: &Clean) -> io::Result<()> {
    if !capabilities.title {
        return Ok(());
    }
    write!(out, "\x1b]2;{}{ST}", line(title))
}

/// Asks the terminal for the colour of its background (OSC 11). The answer comes as input, or never.
///
/// # Errors
/// Those of the writer.
pub fn ask_background(out: &mut impl Write) -> io::Result<()> {
    write!(out, "\x1b]11;?{ST}")
}

/// Rings.
///
/// # Errors
/// Those of the writer.
pub fn bell(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"\x07")
}

/// Copies `text` to the clipboard of the machine at which the user sits (OSC 52). Nothing is ever read from there.
///
/// # Errors
/// [`CopyError::TooLong`], or those of the writer. That the terminal obeyed cannot be known.
pub fn copy(out: &mut impl Write, capabilities: &Capabilities, text: &Clean) -> Result<(), CopyError> {
    if text.len() > COPY_BYTES {
        return Err(CopyError::TooLong { bytes: text.len() });
    }
    let sequence = format!("\x1b]52;c;{}{ST}", BASE64_STANDARD.encode(text.as_bytes()));
    // tmux takes the plain form when `set-clipboard` is on, and passes the wrapped one on when `allow-passthrough` is
    out.write_all(sequence.as_bytes())?;
    if capabilities.multiplexer == Some(Multiplexer::Tmux) {
        out.write_all(passthrough(&sequence).as_bytes())?;
    }
    Ok(())
}

/// Shows a notification, or rings where the terminal knows none. `id` tells notifications apart: one with the same id
/// takes the place of the former in terminals that can.
///
/// # Errors
/// Those of the writer.
pub fn notify(
    out: &mut impl Write,
    capabilities: &Capabilities,
    id: u32,
    title: &Clean,
    body: &Clean,
) -> io::Result<()> {
    let (title, body) = (line(title), line(body));
    let sequence = match capabilities.notifier {
        Notifier::Bell => return bell(out),
        // `9;4;…` and the like are other commands in some terminals, so no semicolon may come through
        Notifier::Osc9 => format!("\x1b]9;{}{ST}", without_separator(&format!("{title}: {body}"))),
        Notifier::Osc777 => format!("\x1b]777;notify;{};{}{ST}", without_separator(&title), without_separator(&body)),
        Notifier::Osc99 => format!("\x1b]99;i={id}:d=0;{title}{ST}\x1b]99;i={id}:d=1:p=body;{body}{ST}"),
    };
    match capabilities.multiplexer {
        None => out.write_all(sequence.as_bytes()),
        // the bell marks the window in the multiplexer itself
        Some(Multiplexer::Tmux) => {
            out.write_all(passthrough(&sequence).as_bytes())?;
            bell(out)
        }
        Some(Multiplexer::Screen) => bell(out),
    }
}

/// `text` as a link to `url`, where the terminal makes links; otherwise just the text. For output that is not drawn
/// by ratatui.
pub fn hyperlink(capabilities: &Capabilities, text: &Clean, url: &Clean) -> String {
    if !capabilities.hyperlinks {
        return text.to_string();
    }
    format!("{}{text}{}", link_start(url), link_end())
}

/// Opens a hyperlink. Bytes beyond printable ASCII are percent-encoded, as OSC 8 wants them.
pub fn link_start(url: &Clean) -> String {
    let mut out = String::from("\x1b]8;;");
    for byte in url.bytes() {
        match byte {
            b'!'..=b'~' => out.push(char::from(byte)),
            // writing to a string cannot fail
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out.push_str(ST);
    out
}

/// Ends a hyperlink.
pub const fn link_end() -> &'static str {
    "\x1b]8;;\x1b\\"
}

fn line(text: &Clean) -> Clean {
    Clean::line_within(text, SHOWN)
}

fn without_separator(text: &str) -> String {
    text.replace(';', ",")
}

/// Wraps a sequence so that tmux hands it to the terminal.
fn passthrough(sequence: &str) -> String {
    format!("\x1bPtmux;{}{ST}", sequence.replace('\x1b', "\x1b\x1b"))
}

//! Where a terminal sequence ends.

/// The number of bytes that belong to the terminal sequence whose introducer `first` (ESC or a C1 control) was just
/// read; `rest` is what follows it. The answer never passes the end of `rest` and is a character boundary.
///
/// Follows ECMA-48 and what xterm does with broken sequences:
/// - CSI: parameters and intermediates up to the final byte; C0 controls inside are part of it.
/// - OSC, DCS, APC, PM, SOS: up to ST (OSC also up to BEL), CAN or SUB.
/// - Without an end, a string takes the rest of its line when it was opened by ESC. When it was opened by a C1
///   control it takes nothing but that control: such characters are more often mis-decoded Windows-1252 (`ž` is 9E
///   there) than an attack, and the text behind them is harmless without its introducer.
///
/// A search for the end stops at the next introducer, so a text full of introducers is still read in linear time.
pub(super) fn sequence_len(first: char, rest: &str) -> usize {
    match first {
        '\u{9b}' => csi(rest),
        '\u{9d}' => string(rest, true).unwrap_or(0),
        '\u{90}' | '\u{98}' | '\u{9e}' | '\u{9f}' => string(rest, false).unwrap_or(0),
        _ => after_esc(rest),
    }
}

fn after_esc(rest: &str) -> usize {
    let mut chars = rest.chars();
    match chars.next() {
        Some('[') => 1 + csi(chars.as_str()),
        Some(kind @ (']' | 'P' | 'X' | '^' | '_')) => {
            let body = chars.as_str();
            1 + string(body, kind == ']').unwrap_or_else(|| unended(body))
        }
        Some(' '..='/') => {
            let intermediates = rest.bytes().take_while(|b| (0x20..=0x2f).contains(b)).count();
            let last = rest.as_bytes().get(intermediates).is_some_and(|b| (0x30..=0x7e).contains(b));
            intermediates + usize::from(last)
        }
        Some('0'..='~') => 1,
        _ => 0,
    }
}

fn csi(body: &str) -> usize {
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            0x40..=0x7e | 0x18 | 0x1a => return at + 1,
            b'\n' | b'\r' | 0x1b | 0x80.. => return at,
            _ => {}
        }
    }
    body.len()
}

/// The length of a string's body with its terminator, if it has one.
fn string(body: &str, bell_ends: bool) -> Option<usize> {
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\u{7}' if bell_ends => return Some(at + 1),
            '\u{18}' | '\u{1a}' => return Some(at + 1),
            '\u{9c}' => return Some(at + c.len_utf8()),
            '\u{1b}' => return chars.as_str().starts_with('\\').then_some(at + 2),
            '\u{90}' | '\u{98}' | '\u{9b}' | '\u{9d}'..='\u{9f}' => return None,
            _ => {}
        }
    }
    None
}

/// What an unended string takes: all up to the end of the line or to the next introducer.
fn unended(body: &str) -> usize {
    body.find(['\n', '\r', '\u{1b}', '\u{90}', '\u{98}', '\u{9b}', '\u{9d}', '\u{9e}', '\u{9f}']).unwrap_or(body.len())
}

//! The modes of the terminal that we change, each with its undoing.

use super::Capabilities;

/// The form of the text cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorStyle {
    /// A steady bar, for writing.
    Bar,
    /// A steady block.
    Block,
    /// A steady underline.
    Underline,
}

/// What a session asks of the terminal beside the alternate screen, bracketed paste and focus reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modes {
    /// Clicks and the wheel. Takes the terminal's own selection away, so only if the user wants it.
    pub mouse: bool,
    /// The kitty keyboard protocol, disambiguation only: Esc is told from Alt, Ctrl-I from Tab.
    pub keyboard: bool,
    /// Keep the window's title and give it back.
    pub title: bool,
    /// The text cursor's form, if not the user's own.
    pub cursor: Option<CursorStyle>,
}

/// One mode: how it is set, how it is undone.
pub(super) struct Step {
    pub(super) set: &'static str,
    pub(super) reset: &'static str,
}

const fn step(set: &'static str, reset: &'static str) -> Step {
    Step { set, reset }
}

impl Modes {
    /// What suits the terminal.
    pub fn for_terminal(capabilities: &Capabilities, mouse: bool) -> Self {
        Self { mouse, keyboard: capabilities.keyboard, title: capabilities.title, cursor: None }
    }

    /// The steps in the order of entering. The title is kept before and the keyboard is set after the switch of
    /// screens, because the keyboard's stack belongs to the screen.
    fn steps(self) -> impl DoubleEndedIterator<Item = Step> {
        let cursor = match self.cursor {
            None => None,
            Some(CursorStyle::Block) => Some(step("\x1b[2 q", "\x1b[0 q")),
            Some(CursorStyle::Underline) => Some(step("\x1b[4 q", "\x1b[0 q")),
            Some(CursorStyle::Bar) => Some(step("\x1b[6 q", "\x1b[0 q")),
        };
        [
            self.title.then_some(step("\x1b[22;2t", "\x1b[23;2t")),
            Some(step("\x1b[?1049h", "\x1b[?1049l")),
            self.keyboard.then_some(step("\x1b[>1u", "\x1b[<1u")),
            Some(step("\x1b[?2004h", "\x1b[?2004l")),
            Some(step("\x1b[?1004h", "\x1b[?1004l")),
            self.mouse.then_some(step("\x1b[?1000h", "\x1b[?1000l")),
            self.mouse.then_some(step("\x1b[?1002h", "\x1b[?1002l")),
            self.mouse.then_some(step("\x1b[?1006h", "\x1b[?1006l")),
            cursor,
            Some(step("\x1b[?25l", "\x1b[?25h")),
        ]
        .into_iter()
        .flatten()
    }

    /// The bytes that turn the mouse's reports on or off.
    pub(super) fn mouse(on: bool) -> &'static str {
        if on { "\x1b[?1000h\x1b[?1002h\x1b[?1006h" } else { "\x1b[?1006l\x1b[?1002l\x1b[?1000l" }
    }

    /// The bytes that set everything.
    pub(super) fn set(self) -> String {
        self.steps().map(|step| step.set).collect()
    }

    /// The bytes that undo everything, last first. Before that they end what a frame that was cut short may have left
    /// open: synchronised output, and colours.
    pub(super) fn reset(self) -> String {
        let mut out = String::from("\x1b[?2026l\x1b[0m");
        out.extend(self.steps().rev().map(|step| step.reset));
        out
    }
}

//! What the environment says about the terminal.

use super::PictureWay;

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colors {
    /// None, or none wanted (`NO_COLOR`).
    None,
    /// The sixteen of the palette.
    Ansi16,
    /// The 256 of xterm.
    Indexed256,
    /// 24 bits.
    True,
}

/// A program between us and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiplexer {
    /// tmux; sequences that it does not know reach the terminal in its passthrough.
    Tmux,
    /// GNU screen.
    Screen,
}

/// How the terminal is asked to show a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notifier {
    /// It can only ring.
    Bell,
    /// OSC 9 (iTerm2, WezTerm, Ghostty, Windows Terminal's relatives): one text.
    Osc9,
    /// OSC 777 (rxvt-unicode, foot, VTE): title and text.
    Osc777,
    /// OSC 99 (kitty): title and text, several parts.
    Osc99,
}

/// What can be expected of the terminal, guessed from the environment alone: a question to the terminal itself could
/// hang for seconds behind a multiplexer or a slow line. A wrong guess costs comfort, never correctness, because terminals
/// ignore sequences that they do not know; those that are known to print them are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// How many colours to use.
    pub colors: Colors,
    /// Whether the line to the terminal is a network: frames are rarer, the clipboard is OSC 52.
    pub ssh: bool,
    /// What stands between.
    pub multiplexer: Option<Multiplexer>,
    /// How to notify.
    pub notifier: Notifier,
    /// Whether OSC 8 makes links.
    pub hyperlinks: bool,
    /// Whether there is a window with a title.
    pub title: bool,
    /// Whether the kitty keyboard protocol is spoken.
    pub keyboard: bool,
    /// Whether frames may be bracketed by synchronised output (mode 2026).
    pub synchronized: bool,
    /// Whether OSC 52 is likely to copy.
    pub clipboard: bool,
    /// Whether more than ASCII can be shown.
    pub unicode: bool,
    /// How pictures can be shown, if at all.
    pub pictures: Option<PictureWay>,
    /// Whether emoji sequences are drawn as one picture; if not, see [`text::degrade`](crate::text::degrade).
    pub emoji_sequences: bool,
}

impl Capabilities {
    /// Reads the process's environment.
    pub fn detect() -> Self {
        Self::from_env(|name| std::env::var(name).ok())
    }

    /// Reads the environment through `var`.
    pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| var(name).filter(|value| !value.is_empty());
        let has = |name: &str| get(name).is_some();
        let term = get("TERM").unwrap_or_default();
        let program = Program::find(&term, &get);
        let multiplexer = if has("TMUX") || term.starts_with("tmux") {
            Some(Multiplexer::Tmux)
        } else if has("STY") || term.starts_with("screen") {
            Some(Multiplexer::Screen)
        } else {
            None
        };
        let plain = matches!(program, Program::Dumb | Program::Linux);
        let unicode = is_unicode(&get);
        let colors = colors(&term, program, &get);
        // screen passes nothing on, tmux only what is wrapped
        let through = multiplexer != Some(Multiplexer::Screen);
        Self {
            colors,
            ssh: has("SSH_TTY") || has("SSH_CONNECTION"),
            multiplexer,
            notifier: if through { program.notifier() } else { Notifier::Bell },
            hyperlinks: through && !plain && program != Program::Other,
            title: !plain && !term.is_empty(),
            keyboard: multiplexer.is_none() && program.speaks_kitty(),
            synchronized: multiplexer.is_none() && program.synchronizes(),
            clipboard: through && !plain && program != Program::Apple,
            unicode,
            pictures: if multiplexer.is_none() { program.pictures() } else { None }
                .filter(|_| colors != Colors::None)
                .or((unicode && colors >= Colors::Indexed256).then_some(PictureWay::Blocks)),
            emoji_sequences: through && !matches!(program, Program::Dumb | Program::Linux | Program::Xterm),
        }
    }
}

impl Capabilities {
    /// Whether the terminal is worth asking for its background: one that knows no such question could print it.
    pub fn tells_background(&self) -> bool {
        self.title && self.colors != Colors::None && self.multiplexer != Some(Multiplexer::Screen) && cfg!(unix)
    }
}

/// Terminals that differ in what matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Dumb,
    Linux,
    Xterm,
    Urxvt,
    Vte,
    Foot,
    Kitty,
    Ghostty,
    WezTerm,
    Iterm,
    Apple,
    Alacritty,
    Konsole,
    Contour,
    Rio,
    VsCode,
    WindowsTerminal,
    Other,
}

impl Program {
    fn find(term: &str, get: &impl Fn(&str) -> Option<String>) -> Self {
        match term {
            "dumb" | "unknown" => return Self::Dumb,
            "linux" | "linux-16color" | "fbterm" => return Self::Linux,
            _ => {}
        }
        match get("TERM_PROGRAM").unwrap_or_default().to_ascii_lowercase().as_str() {
            "iterm.app" => return Self::Iterm,
            "apple_terminal" => return Self::Apple,
            "wezterm" => return Self::WezTerm,
            "ghostty" => return Self::Ghostty,
            "vscode" => return Self::VsCode,
            "rio" => return Self::Rio,
            "contour" => return Self::Contour,
            _ => {}
        }
        // these survive in a multiplexer, where TERM_PROGRAM names the multiplexer
        for (variable, program) in [
            ("KITTY_WINDOW_ID", Self::Kitty),
            ("GHOSTTY_RESOURCES_DIR", Self::Ghostty),
            ("WEZTERM_PANE", Self::WezTerm),
            ("ITERM_SESSION_ID", Self::Iterm),
            ("WT_SESSION", Self::WindowsTerminal),
            ("ALACRITTY_WINDOW_ID", Self::Alacritty),
            ("KONSOLE_VERSION", Self::Konsole),
            ("VTE_VERSION", Self::Vte),
        ] {
            if get(variable).is_some() {
                return program;
            }
        }
        // and TERM is all that comes through ssh
        for (part, program) in [
            ("kitty", Self::Kitty),
            ("ghostty", Self::Ghostty),
            ("wezterm", Self::WezTerm),
            ("alacritty", Self::Alacritty),
            ("foot", Self::Foot),
            ("rxvt-unicode", Self::Urxvt),
            ("contour", Self::Contour),
            ("rio", Self::Rio),
            ("vte", Self::Vte),
            ("konsole", Self::Konsole),
        ] {
            if term.starts_with(part) || term.starts_with(&format!("xterm-{part}")) {
                return program;
            }
        }
        if get("XTERM_VERSION").is_some() { Self::Xterm } else { Self::Other }
    }

    fn notifier(self) -> Notifier {
        match self {
            Self::Kitty => Notifier::Osc99,
            Self::Foot | Self::Urxvt | Self::Vte | Self::Contour => Notifier::Osc777,
            Self::Iterm | Self::WezTerm | Self::Ghostty | Self::Rio => Notifier::Osc9,
            _ => Notifier::Bell,
        }
    }

    fn speaks_kitty(self) -> bool {
        matches!(
            self,
            Self::Kitty | Self::Ghostty | Self::WezTerm | Self::Foot | Self::Alacritty | Self::Iterm | Self::Rio
        )
    }

    fn synchronizes(self) -> bool {
        self.speaks_kitty() || matches!(self, Self::Contour | Self::WindowsTerminal)
    }

    /// The protocol for pictures that is known to work; none is asked for.
    fn pictures(self) -> Option<PictureWay> {
        match self {
            Self::Kitty | Self::Ghostty => Some(PictureWay::Kitty),
            Self::Iterm | Self::WezTerm | Self::VsCode | Self::Rio => Some(PictureWay::Iterm2),
            Self::Foot | Self::Contour => Some(PictureWay::Sixel),
            _ => None,
        }
    }

    fn is_true_color(self) -> bool {
        !matches!(self, Self::Dumb | Self::Linux | Self::Xterm | Self::Urxvt | Self::Apple | Self::Other)
    }
}

fn colors(term: &str, program: Program, get: &impl Fn(&str) -> Option<String>) -> Colors {
    let announced = get("COLORTERM").unwrap_or_default();
    if get("NO_COLOR").is_some() || program == Program::Dumb {
        Colors::None
    } else if matches!(announced.as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
        Colors::True
    } else if term.starts_with("screen") && !term.contains("256") {
        // the multiplexer's word counts, whatever terminal is behind it
        Colors::Ansi16
    } else if program.is_true_color() && !term.starts_with("tmux") && !term.starts_with("screen") {
        Colors::True
    } else if term.contains("256color") || program == Program::Apple {
        Colors::Indexed256
    } else if term.is_empty() && announced.is_empty() {
        if cfg!(windows) { Colors::True } else { Colors::None }
    } else {
        Colors::Ansi16
    }
}

/// The first of these variables that is set decides (POSIX). None at all is the C locale, except on systems that do
/// not use them.
fn is_unicode(get: &impl Fn(&str) -> Option<String>) -> bool {
    match ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(get) {
        Some(locale) => {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => cfg!(any(windows, target_os = "macos")) || get("SSH_TTY").is_some(),
    }
}

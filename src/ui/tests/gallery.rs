//! Screens as snapshots: text at three sizes, and a digest of the styles in every built-in theme, so that a changed
//! colour is seen without a file for each theme and size.
//!
//! A digest counts the cells of each style that carry ink (text, or a background), and ends with a hash of where they
//! stand: `fg=accent+bold 41` becoming `fg=accent 41` is a changed style, the same counts with another hash are
//! the same styles elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use insta::assert_snapshot;
use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::{drawn, screen};
use crate::app::{State, rows};
use crate::config::Theme;
use crate::config::theme::BUILT_IN_THEMES;

/// What terminals are: roomy, usual, small.
pub const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (60, 20)];

/// A text as a snapshot of this name.
pub fn text(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!(name, text);
    });
}

/// The screen at the three sizes and in every theme, whatever size the state has.
pub fn one(name: &str, state: &mut State) {
    let mut out = Snapshot::default();
    for size in SIZES {
        state.size = size;
        rows::follow(state);
        out.add(state);
    }
    text(name, &out.end());
}

/// The same for a state that is built for each size.
pub fn at_all_sizes(name: &str, build: impl Fn(u16, u16) -> State) {
    at_sizes(name, &SIZES, build);
}

/// The same at other sizes.
pub fn at_sizes(name: &str, sizes: &[(u16, u16)], build: impl Fn(u16, u16) -> State) {
    let mut out = Snapshot::default();
    for &(columns, rows) in sizes {
        out.add(&mut build(columns, rows));
    }
    text(name, &out.end());
}

#[derive(Default)]
struct Snapshot {
    texts: String,
    styles: BTreeMap<usize, String>,
}

impl Snapshot {
    fn add(&mut self, state: &mut State) {
        let (columns, rows) = state.size;
        let _ = writeln!(self.texts, "== {columns}x{rows}\n{}", screen(state));
        let own = Arc::clone(&state.theme);
        for (nth, (name, _)) in BUILT_IN_THEMES.iter().enumerate() {
            state.theme = Arc::new(Theme::built_in(name).unwrap());
            let digest = digest(state);
            let _ = writeln!(self.styles.entry(nth).or_default(), "{name} {columns}x{rows}: {digest}");
        }
        state.theme = own;
    }

    fn end(self) -> String {
        let styles: String = self.styles.into_values().collect();
        format!("{}== styles\n{styles}", self.texts)
    }
}

fn digest(state: &State) -> String {
    let buffer = drawn(state);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    // FNV-1a: the same on every machine and with every compiler
    let mut places: u64 = 0xcbf2_9ce4_8422_2325;
    for (at, cell) in buffer.content().iter().enumerate() {
        let words = style(cell);
        if words.is_empty() {
            continue;
        }
        for byte in at.to_le_bytes().into_iter().chain(words.bytes()) {
            places = (places ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        *counts.entry(words).or_default() += 1;
    }
    let mut out: Vec<String> = counts.into_iter().map(|(style, count)| format!("{style} {count}")).collect();
    out.push(format!("#{:08x}", places & 0xffff_ffff));
    out.join(", ")
}

/// The style of a cell in words; empty where nothing of it can be seen.
fn style(cell: &Cell) -> String {
    let ink = cell.symbol() != " ";
    let on_blank = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
    let modifiers = if ink { cell.modifier } else { cell.modifier & on_blank };
    let mut parts = Vec::new();
    let shows_fg = ink || cell.modifier.intersects(on_blank);
    for (name, colour) in [("", cell.fg), ("on ", cell.bg)] {
        if colour != Color::Reset && (shows_fg || name == "on ") {
            parts.push(format!("{name}{colour}"));
        }
    }
    for (modifier, name) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underline"),
        (Modifier::REVERSED, "reverse"),
        (Modifier::CROSSED_OUT, "strike"),
    ] {
        if modifiers.contains(modifier) {
            parts.push(name.to_owned());
        }
    }
    parts.join(" ")
}

#[test]
fn a_changed_style_changes_the_digest() {
    let mut state = super::scene::open(80, 24);
    let before = digest(&state);
    assert_eq!(before, digest(&state));
    let mut theme = *state.theme;
    theme.list.name_unread = theme.list.name_unread.add_modifier(Modifier::ITALIC);
    state.theme = Arc::new(theme);
    let after = digest(&state);
    assert_ne!(before, after);
    assert!(after.contains("italic") && !before.contains("bold italic"), "{after}");
}

//! What a message costs the terminal, counted with the program's own painter.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;

use ratatui::Terminal;
use ratatui::layout::Size;

use super::scene;
use crate::app::{Focus, State, rows};
use crate::chat::{ConversationKey, Direction};
use crate::term::{Colors, Painter};
use crate::text::Clean;

/// Counts bytes.
#[derive(Clone, Default)]
struct Counter(Rc<Cell<usize>>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const WORDS: [&str; 12] = [
    "order", "status", "please", "confirm", "the", "delivery", "address", "before", "noon", "thanks", "invoice",
    "refund",
];

/// A message of about a hundred characters, unlike the one before it.
fn words(n: usize) -> String {
    let mut text = format!("m{n:06}");
    let mut seed = n * 7 + 3;
    while text.len() < 92 {
        text.push(' ');
        seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        text.push_str(WORDS[seed / 65_536 % WORDS.len()]);
    }
    text
}

/// Bytes per message when `count` messages come for a conversation, each drawn by itself.
fn cost(size: (u16, u16), key: ConversationKey, count: usize) -> usize {
    let mut state: State = scene::open(size.0, size.1);
    // as it is after Enter on a row
    state.focus = Focus::Thread;
    let counter = Counter::default();
    let sized: fn() -> io::Result<Size> = match size.0 {
        80 => || Ok(Size::new(80, 24)),
        120 => || Ok(Size::new(120, 40)),
        _ => || Ok(Size::new(160, 48)),
    };
    let mut terminal = Terminal::new(Painter::with_size(counter.clone(), Colors::True, sized)).unwrap();
    let mut from = 0;
    for n in 0..count + 20 {
        if n == 20 {
            from = counter.0.get();
        }
        let text = words(n);
        if state.open == Some(key) {
            let view = state.threads.open(key);
            view.new_from = None;
            let mut message = scene::message(100 + n, Direction::Inbound, 0, scene::text(&text));
            message.created_at = Some(scene::now());
            view.change(|thread| thread.insert(message));
        }
        let open = state.open;
        state.inbox.change(key, |row| {
            row.preview = Some(Clean::line(&text));
            row.last_at = Some(scene::now());
            row.unread += u32::from(open != Some(key));
        });
        rows::follow(&mut state);
        terminal.draw(|frame| crate::ui::draw(&state, frame)).unwrap();
    }
    (counter.0.get() - from) / count
}

#[test]
fn a_message_costs_few_bytes() {
    for size in [(80, 24), (120, 40), (160, 48)] {
        let open = cost(size, ConversationKey(0), 120);
        let other = cost(size, ConversationKey(2), 60);
        eprintln!("{}x{}: {open} bytes a message in the open thread, {other} elsewhere", size.0, size.1);
        assert!(open <= 240, "{size:?}: {open} bytes for a message in the open thread");
        assert!(other <= 120, "{size:?}: {other} bytes for a message elsewhere");
    }
}

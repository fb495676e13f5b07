//! What a frame costs, and what moving about in a long list costs. `cargo bench --bench draw`.
#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use divan::{Bencher, black_box};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
// the scene is written for the library's own tests, where these stand at the root too
use switchboard::{app, backend, chat, config, inspect, text, wire};

#[path = "../src/ui/tests/scene.rs"]
#[allow(dead_code, reason = "shared with tests")]
mod scene;

use app::rows;
use chat::{ConversationKey, Direction};

fn main() {
    divan::main();
}

const SIZES: [(u16, u16); 3] = [(80, 24), (160, 48), (200, 60)];

/// A screen whose thread pane is full of text.
fn full(size: (u16, u16)) -> app::State {
    let mut state = scene::open(size.0, size.1);
    let view = state.threads.open(ConversationKey(0));
    for n in 0..200 {
        let text = format!("m{n:06} order status please confirm the delivery address before noon thanks 🙏 café {n}");
        view.thread.insert(scene::message(300 + n, Direction::Inbound, 0, scene::text(&text)));
    }
    rows::follow(&mut state);
    state
}

/// Drawing into an empty buffer: our part of a frame.
#[divan::bench(args = SIZES)]
fn draw(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let state = full(size);
    let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, size.0, size.1));
    bencher.bench_local(|| {
        buffer.reset();
        black_box(switchboard::ui::draw_into(&state, &mut buffer))
    });
}

/// A whole frame, with ratatui's comparison of buffers, in which nothing changed.
#[divan::bench(args = SIZES)]
fn frame(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let state = full(size);
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a test backend opens");
    bencher.bench_local(|| {
        terminal.draw(|frame| switchboard::ui::draw(&state, frame)).map(|_| ()).expect("a test backend draws");
    });
}

/// The traffic panel on the whole screen with 50,000 events.
#[divan::bench]
fn traffic(bencher: Bencher<'_, '_>) {
    let mut state = scene::traffic(200, 60);
    for n in 40..50_000 {
        state.timeline.push(scene::entry(n));
    }
    state.panels.traffic = app::TrafficSize::Full;
    let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 200, 60));
    bencher.bench_local(|| {
        buffer.reset();
        black_box(switchboard::ui::draw_into(&state, &mut buffer))
    });
}

/// The selection moves by one in a list, and the list is drawn.
#[divan::bench(args = [50, 100_000])]
fn move_selection(bencher: Bencher<'_, '_>, conversations: usize) {
    let mut state = scene::empty(80, 24);
    let rows = (0..conversations).filter_map(|n| {
        let key = ConversationKey(u32::try_from(n).ok()?);
        let minutes = i64::try_from(n).ok()?;
        chat::Conversation::from_facts(key, &scene::facts(n, Some("Somebody"), "a last message", minutes, 0))
    });
    let rows: Vec<_> = rows.collect();
    state.inbox.put_all(rows);
    state.list = app::Loading::Done;
    let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 80, 24));
    let mut down = true;
    bencher.bench_local(|| {
        state.inbox.move_by(if down { 1 } else { -1 });
        down = !down;
        buffer.reset();
        black_box(switchboard::ui::draw_into(&state, &mut buffer))
    });
}

/// A message comes for the open thread, and its pane follows.
#[divan::bench(args = SIZES)]
fn follow(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let mut state = full(size);
    bencher.bench_local(|| rows::follow(black_box(&mut state)));
}

/// A message of 60 kB without a space is in view.
#[divan::bench]
fn one_huge_message(bencher: Bencher<'_, '_>) {
    let mut state = scene::open(120, 40);
    let view = state.threads.open(ConversationKey(0));
    view.thread.insert(scene::message(999, Direction::Inbound, 0, scene::text(&"é".repeat(30_000))));
    rows::follow(&mut state);
    let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 120, 40));
    bencher.bench_local(|| {
        buffer.reset();
        black_box(switchboard::ui::draw_into(&state, &mut buffer))
    });
}

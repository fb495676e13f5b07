//! What comes from the keyboard, and how a paste is told from typing.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::answer;
pub use crate::app::Input;

/// Turns events that were ready at the same time into inputs.
///
/// Paste never sends: a terminal without bracketed paste delivers pasted text as keys, and its line ends as Enter.
/// Nobody types a character and Enter at the same moment, so when both are in one batch, the run of text keys that
/// holds them is a paste. Enter alone, or repeated, stays a key.
pub fn coalesce(batch: impl IntoIterator<Item = Event>) -> Vec<Input> {
    let mut inputs = Vec::new();
    let (batch, told) = answer::take_out(batch.into_iter().collect());
    inputs.extend(told.map(Input::Background));
    let mut run: Vec<KeyEvent> = Vec::new();
    for event in batch {
        match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => {}
            Event::Key(key) if typed(&key).is_some() => run.push(key),
            Event::Key(key) => {
                end_run(&mut run, &mut inputs);
                inputs.push(Input::Key(key));
            }
            Event::Paste(text) => {
                end_run(&mut run, &mut inputs);
                inputs.push(Input::Paste(text.replace("\r\n", "\n").replace('\r', "\n")));
            }
            // what does not come from the keyboard does not part a run: its Enter would be left alone
            Event::Resize(columns, rows) => inputs.push(Input::Resize { columns, rows }),
            Event::FocusGained => inputs.push(Input::Focus(true)),
            Event::FocusLost => inputs.push(Input::Focus(false)),
            Event::Mouse(mouse) => inputs.push(Input::Mouse(mouse)),
        }
    }
    end_run(&mut run, &mut inputs);
    inputs
}

/// Whether so many text keys came at once that more of the same paste may be on its way.
pub(super) fn looks_pasted(batch: &[Event]) -> bool {
    let typed =
        |event: &&Event| matches!(event, Event::Key(key) if key.kind == KeyEventKind::Press && typed(key).is_some());
    batch.iter().filter(typed).nth(1).is_some()
}

/// The character that a key puts into a text. A line feed in a paste arrives as Ctrl-J.
fn typed(key: &KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char('j') if key.modifiers == KeyModifiers::CONTROL => Some('\n'),
        KeyCode::Enter if key.modifiers.is_empty() => Some('\r'),
        KeyCode::Tab if key.modifiers.is_empty() => Some('\t'),
        KeyCode::Char(c) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => Some(c),
        _ => None,
    }
}

fn end_run(run: &mut Vec<KeyEvent>, inputs: &mut Vec<Input>) {
    let text: String = run.iter().filter_map(typed).collect();
    let has_break = text.contains(['\r', '\n']);
    let has_text = text.contains(|c: char| !c.is_control());
    if has_break && has_text {
        run.clear();
        inputs.push(Input::Paste(text.replace("\r\n", "\n").replace('\r', "\n")));
    } else {
        inputs.extend(run.drain(..).map(Input::Key));
    }
}

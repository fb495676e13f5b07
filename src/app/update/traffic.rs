//! The traffic panel's keys.

use std::time::Duration;

use super::{Effect, State, say};
use crate::app::layout;
use crate::app::msg::Timer;
use crate::app::state::{Overlay, TrafficSize};
use crate::app::traffic::{self, Menu, Section, View};
use crate::backend::{Command, JoinShape, Page, Purpose, RestError};
use crate::chat::Id;
use crate::config::Action;
use crate::inspect::payload::{in_payload, payload_lines, value_at};
use crate::inspect::stages::Told;
use crate::inspect::{Entry, Kind, View as Found, export};
use crate::text::Clean;
use crate::wire::Traced;

/// Columns in which the payload is laid out: its lines are the same at every size of the screen.
pub const PAYLOAD_COLUMNS: usize = 72;

/// Does what a key of the panel asked for; `false` when it is none of its business.
pub(super) fn perform(state: &mut State, action: Action, out: &mut Vec<Effect>) -> bool {
    match action {
        Action::ViewEvents => show(state, View::Events),
        Action::ViewRooms => show(state, View::Rooms),
        Action::ViewHandshake => show(state, View::Handshake),
        Action::ViewDrift => show(state, View::Drift),
        Action::ViewRepeats => show(state, View::Repeats),
        Action::ViewLatency => show(state, View::Latency),
        Action::ViewCounts => show(state, View::Counts),
        Action::ViewFindings => show(state, View::Findings),
        Action::NextView => show(state, state.traffic.view.further(1)),
        Action::PreviousView => show(state, state.traffic.view.further(-1)),
        Action::InspectPayload => {
            let section = match state.traffic.section {
                Section::Payload => Section::Decision,
                _ => Section::Payload,
            };
            show(state, View::Events);
            turn_to(state, section);
        }
        Action::PauseEvents => pause(state),
        Action::MarkEvent => mark(state),
        Action::NextMarked => next_marked(state),
        Action::OnlyName => only(state, "event", |entry| Some(entry.name.to_string()), out),
        Action::OnlyConversation => only_conversation(state, out),
        Action::OnlyVerdict => only(state, "verdict", |entry| Some(traffic::verdict_word(&entry.verdict)), out),
        Action::ShowAll => set_filter(state, "", out),
        Action::CopyPointer => copy_pointer(state, out),
        Action::UsePointer => use_pointer(state),
        Action::ExportTraffic => open_menu(state, Menu::Export),
        Action::InjectEvent => open_menu(state, Menu::Inject),
        _ => return false,
    }
    true
}

fn open_menu(state: &mut State, menu: Menu) {
    state.panels.overlay = Some(Overlay::Menu { menu, chosen: 0 });
}

fn show(state: &mut State, view: View) {
    if state.panels.traffic == TrafficSize::Hidden {
        state.panels.traffic = TrafficSize::Half;
        state.focus = crate::app::state::Focus::Traffic;
    }
    state.traffic.view = view;
    state.traffic.row = 0;
}

pub(super) fn turn_to(state: &mut State, section: Section) {
    state.traffic.section = section;
    state.traffic.cursor = 0;
    state.panels.traffic_scroll = 0;
    // what is looked at stays, however many come
    state.panels.traffic_chosen = traffic::chosen_seq(state);
}

/// Enter: into the five stages of the chosen event, or out of them; in other views to what the row is about.
pub(super) fn go_in(state: &mut State, out: &mut Vec<Effect>) {
    match state.traffic.view {
        View::Events => match state.traffic.section {
            Section::Decision => {
                turn_to(state, Section::Stages);
                trace(state, out);
            }
            Section::Stages => turn_to(state, Section::Decision),
            Section::Payload => use_pointer(state),
        },
        View::Repeats => {
            let repeats = state.traffic.repeats.told();
            let repeat = repeats.iter().rev().nth(state.traffic.row);
            if let Some(seq) = repeat.and_then(|repeat| repeat.comings.last()).map(|coming| coming.seq) {
                show(state, View::Events);
                turn_to(state, Section::Decision);
                state.panels.traffic_chosen = Some(seq);
            }
        }
        View::Drift => {
            let key = state.traffic.drift.told().iter().rev().nth(state.traffic.row).map(|one| one.key);
            if let Some(key) = key {
                if state.panels.traffic == TrafficSize::Full {
                    state.panels.traffic = TrafficSize::Half;
                }
                super::actions::enter(state, key, out);
            }
        }
        View::Rooms | View::Handshake | View::Latency | View::Counts | View::Findings => show(state, View::Events),
    }
}

/// Asks what became of the chosen event's message: the backend itself, where it tells, and REST for the thread, unless
/// asking would mark it as read.
fn trace(state: &mut State, out: &mut Vec<Effect>) {
    let Some(entry) = chosen(state).filter(|entry| entry.about.kind == Kind::Message) else { return };
    let Some(dialect) = state.traffic.dialect.clone() else { return };
    if let Some(message) = entry.about.message.first().cloned()
        && dialect.trace_request(&message).is_some()
    {
        let told = if state.replaying.is_some() { Told::Replayed } else { Told::Asked };
        state.traffic.tell(message.clone(), told);
        out.push(Effect::Backend(Command::Trace { message }));
    }
    let Some(key) = entry.conversation else { return };
    let is_shown = matches!(state.traffic.drift.stored(key, &entry.about.message), Some(Ok(_)));
    if !is_shown
        && (!dialect.thread_marks_read() || state.open == Some(key))
        && let Some(target) = super::target(state, key)
    {
        let (page, limit, purpose) = (Page::Latest, state.settings.thread_limit, Purpose::Asked);
        out.push(Effect::Backend(Command::FetchThread { target, page, limit, purpose }));
    }
}

/// The backend said what became of a message.
pub(super) fn traced(state: &mut State, message: Id, result: Result<Traced, RestError>) {
    let told = match result {
        Ok(answer) => Told::Answer(answer),
        Err(error) => Told::Refused(Clean::line(&error.to_string())),
    };
    state.traffic.tell(message, told);
    state.dirty |= state.panels.traffic != TrafficSize::Hidden;
}

/// Esc: one step out; `false` when there is none left inside the panel.
pub(super) fn back(state: &mut State) -> bool {
    if state.traffic.section != Section::Decision && state.traffic.view == View::Events {
        state.traffic.section = Section::Decision;
        state.panels.traffic_scroll = 0;
    } else if state.traffic.view != View::Events {
        show(state, View::Events);
    } else {
        return false;
    }
    true
}

/// Moves by so many events, lines or rows.
pub(super) fn step(state: &mut State, by: isize) {
    let traffic = &mut state.traffic;
    match (traffic.view, traffic.section) {
        (View::Events, Section::Payload) => {
            let lines = chosen(state).map_or(0, |entry| payload_lines(&entry.raw, PAYLOAD_COLUMNS).count());
            let cursor = &mut state.traffic.cursor;
            *cursor = cursor.saturating_add_signed(by).min(lines.saturating_sub(1));
        }
        (View::Events, _) => choose_event(state, by),
        (View::Drift, _) => {
            let last = traffic.drift.told().len().saturating_sub(1);
            traffic.row = traffic.row.saturating_add_signed(by).min(last);
        }
        (View::Repeats, _) => {
            let last = traffic.repeats.told().len().saturating_sub(1);
            traffic.row = traffic.row.saturating_add_signed(by).min(last);
        }
        // the drawing stops at the end
        _ => traffic.row = traffic.row.saturating_add_signed(by).min(10_000),
    }
}

/// To the first or the last.
pub(super) fn edge(state: &mut State, first: bool) {
    if state.traffic.view != View::Events || state.traffic.section == Section::Payload {
        return step(state, if first { isize::MIN } else { isize::MAX });
    }
    state.panels.traffic_scroll = 0;
    state.panels.traffic_chosen = if first { traffic::shown(state).seq(0) } else { None };
}

fn choose_event(state: &mut State, by: isize) {
    let shown = traffic::shown(state);
    let Some(at) = shown.chosen(state.panels.traffic_chosen) else { return };
    let to = at.saturating_add_signed(by);
    let seq = if to >= shown.len() { None } else { shown.seq(to) };
    state.panels.traffic_scroll = 0;
    state.panels.traffic_chosen = seq;
}

/// Moves the chosen event's fields and payload by half of what is shown; drawing stops at the end.
pub(super) fn scroll(state: &mut State, down: bool) {
    let half = layout::page(state) / 2;
    if state.traffic.view != View::Events || state.traffic.section == Section::Payload {
        let half = isize::try_from(half).unwrap_or(1);
        return step(state, if down { half } else { -half });
    }
    // about what there is to see, so that the way back is no longer than the way there
    let most = chosen(state).map_or(0, |entry| payload_lines(&entry.raw, 80).count() + 60);
    let lines = state.panels.traffic_scroll;
    state.panels.traffic_scroll = if down { (lines + half).min(most) } else { lines.saturating_sub(half) };
}

/// The chosen event whole.
pub(super) fn chosen(state: &State) -> Option<Entry> {
    state.timeline.get(traffic::chosen_seq(state)?)
}

fn pause(state: &mut State) {
    state.traffic.paused = match state.traffic.paused {
        Some(_) => None,
        None => Some(state.timeline.rows().back().map_or(0, |row| row.seq)),
    };
    if state.traffic.paused.is_none() {
        state.panels.traffic_chosen = None;
    }
}

fn mark(state: &mut State) {
    let Some(seq) = traffic::chosen_seq(state) else { return };
    match state.timeline.toggle_mark(seq) {
        Some(true) => say(state, false, format!("Event {seq} is marked")),
        Some(false) => say(state, false, format!("Event {seq} is marked no longer")),
        None => {}
    }
    state.traffic.changed(&state.timeline, seq);
}

fn next_marked(state: &mut State) {
    let from = traffic::chosen_seq(state).unwrap_or(0);
    let rows = state.timeline.rows();
    let marked = || rows.iter().filter(|row| row.marked).map(|row| row.seq);
    match marked().find(|seq| *seq > from).or_else(|| marked().next()) {
        Some(seq) => {
            state.panels.traffic_chosen = Some(seq);
            state.panels.traffic_scroll = 0;
        }
        None => say(state, false, "No event is marked"),
    }
}

/// The words of the filter that is in force.
pub(super) fn typed(state: &State) -> &str {
    state.traffic.found.as_ref().map_or("", |found| &found.filter.typed)
}

/// Puts a word into the filter, or takes it out again.
fn only(state: &mut State, what: &str, of: impl Fn(&Entry) -> Option<String>, out: &mut Vec<Effect>) {
    let begins = format!("{what}:");
    let had = typed(state).split_whitespace().any(|word| word.starts_with(&begins));
    let mut words: Vec<String> =
        typed(state).split_whitespace().filter(|word| !word.starts_with(&begins)).map(str::to_owned).collect();
    if !had && let Some(value) = chosen(state).as_ref().and_then(of) {
        words.push(format!("{begins}{}", value.split_whitespace().next().unwrap_or_default()));
    }
    set_filter(state, &words.join(" "), out);
}

fn only_conversation(state: &mut State, out: &mut Vec<Effect>) {
    let id = chosen(state).and_then(|entry| entry.conversation).and_then(|key| state.inbox.get(key));
    let Some(id) = id.map(|row| row.id.as_str().to_owned()) else {
        return say(state, false, "This event belongs to no conversation that is known here");
    };
    only(state, "conv", |_| Some(id.clone()), out);
}

/// Shows the events that fit.
pub(super) fn set_filter(state: &mut State, typed: &str, out: &mut Vec<Effect>) {
    let filter = traffic::filter(state, typed);
    state.traffic.found = (!filter.is_empty()).then(|| Found::new(filter, &state.timeline));
    state.panels.traffic_chosen = None;
    state.panels.traffic_scroll = 0;
    go_on(state, out);
}

/// Goes on looking for events that fit, a step at a time.
pub(super) fn go_on(state: &mut State, out: &mut Vec<Effect>) {
    if let Some(found) = &mut state.traffic.found
        && found.is_searching()
    {
        state.dirty = true;
        if found.search(&state.timeline) {
            out.push(Effect::Wake { after: Duration::from_millis(1), timer: Timer::FindEvents });
        }
    }
}

/// The pointer of the chosen line, seen from the payload, and its value.
fn pointed(state: &State) -> Option<(String, Entry)> {
    let entry = chosen(state)?;
    let line = payload_lines(&entry.raw, PAYLOAD_COLUMNS).nth(state.traffic.cursor)?;
    Some((line.pointer, entry))
}

fn copy_pointer(state: &mut State, out: &mut Vec<Effect>) {
    if state.traffic.section != Section::Payload {
        return say(state, false, "Inspect the payload first (p), and choose a value");
    }
    match pointed(state) {
        Some((pointer, _)) => {
            let pointer = Clean::line(in_payload(&pointer));
            say(state, false, format!("Copied {pointer}"));
            out.push(Effect::Copy(pointer));
        }
        None => say(state, false, "Nothing to copy here"),
    }
}

/// What a copy key copies: the value in the inspector, the whole payload elsewhere.
pub(super) fn copied(state: &State) -> Option<Clean> {
    if state.traffic.view != View::Events {
        return None;
    }
    if state.traffic.section == Section::Payload {
        let (pointer, entry) = pointed(state)?;
        return value_at(&entry.raw, &pointer).map(|value| Clean::text(&value));
    }
    chosen(state).map(|entry| Clean::text(&entry.raw))
}

fn use_pointer(state: &mut State) {
    if state.traffic.section != Section::Payload {
        return say(state, false, "Inspect the payload first (p), and choose a value");
    }
    let Some((pointer, entry)) = pointed(state) else { return };
    let pointer = in_payload(&pointer).to_owned();
    open_menu(state, Menu::Use { pointer, event: entry.name });
}

/// The lines of a menu.
pub fn menu_lines(state: &State, menu: &Menu) -> Vec<String> {
    let join = |shape: JoinShape| {
        let name = state.open.map_or_else(|| Clean::line("the open conversation"), |key| super::title_of(state, key));
        match shape {
            JoinShape::Text => format!("Emit the join of {name} with its id as a bare string, once"),
            JoinShape::Object => format!("Emit the join of {name} with its id in an object, once"),
        }
    };
    match menu {
        Menu::Export => vec![
            "NDJSON: one event a line, with verdict, rule and payload".to_owned(),
            "HAR: REST exchanges and socket messages, for browser tools".to_owned(),
            "Report: what to send to whoever maintains the backend (Markdown)".to_owned(),
        ],
        Menu::Inject => vec![
            "Put the chosen event in once more; nobody else sees it".to_owned(),
            "Edit the chosen event's payload, then put it in".to_owned(),
            join(JoinShape::Text),
            join(JoinShape::Object),
        ],
        Menu::Use { .. } => crate::wire::USES.iter().map(|chosen| chosen.about.to_owned()).collect(),
    }
}

/// A line of a menu was chosen.
pub(super) fn take(state: &mut State, menu: Menu, chosen_line: usize, out: &mut Vec<Effect>) {
    match (menu, chosen_line) {
        (Menu::Export, line) => {
            let (name, text) = match line {
                0 => ("events.ndjson", export::ndjson(state_events(state))),
                1 => ("traffic.har", export::har(state_events(state), &state.traffic.exchanges, &state.session)),
                _ => ("report.md", report(state)),
            };
            out.push(Effect::Export { name: name.to_owned(), text });
        }
        (Menu::Inject, 0) => match chosen(state).filter(|entry| entry.cut.is_none()) {
            Some(entry) => out.push(Effect::Backend(Command::Inject { name: entry.name, raw: entry.raw })),
            None => say(state, false, "There is no event whose whole payload is here"),
        },
        (Menu::Inject, 1) => match chosen(state).filter(|entry| entry.cut.is_none()) {
            Some(entry) => {
                state.traffic.editing = Some(entry.name.clone());
                out.push(Effect::Edit(pretty(&entry.raw)));
            }
            None => say(state, false, "There is no event whose whole payload is here"),
        },
        (Menu::Inject, line) => {
            let Some(row) = state.open.and_then(|key| state.inbox.get(key)) else {
                return say(state, false, "Open a conversation first: the join needs its id");
            };
            let shape = if line == 2 { JoinShape::Text } else { JoinShape::Object };
            let id = row.id.clone();
            state.panels.overlay = Some(Overlay::TryJoin { id, shape });
        }
        (Menu::Use { pointer, event }, line) => {
            if let Some(chosen) = crate::wire::USES.get(line) {
                out.push(Effect::Patch { event, field: chosen.field, pointer });
            }
        }
    }
}

/// The question about a trial join was answered with yes.
pub(super) fn try_join(id: Id, shape: JoinShape, out: &mut Vec<Effect>) {
    out.push(Effect::Backend(Command::TryJoin { id, shape }));
}

/// The editor came back with a payload to put in.
pub(super) fn edited(state: &mut State, name: std::sync::Arc<str>, text: Option<String>, out: &mut Vec<Effect>) {
    let Some(text) = text else { return say(state, false, "Nothing was put in") };
    let parsed: Result<&serde_json::value::RawValue, _> = serde_json::from_str(text.trim());
    match parsed {
        Ok(raw) if raw.get().starts_with('[') => {
            out.push(Effect::Backend(Command::Inject { name, raw: raw.get().into() }));
        }
        Ok(_) => say(state, true, "Not put in: the payload must be the list of the event's arguments, in [ ]"),
        Err(error) => say(state, true, format!("Not put in: this is no JSON: {error}")),
    }
}

fn pretty(raw: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(raw);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| raw.to_owned())
}

/// At most so many events go into a file.
const MOST_EXPORTED: usize = 20_000;

fn state_events(state: &State) -> impl Iterator<Item = Entry> {
    let shown = traffic::shown(state);
    let mut reader = state.timeline.reader();
    (shown.len().saturating_sub(MOST_EXPORTED)..shown.len()).filter_map(move |nth| {
        let row = state.timeline.row(shown.seq(nth)?)?;
        reader.entry(row)
    })
}

fn report(state: &State) -> String {
    let chosen = chosen(state);
    let title = state.open.map(|key| super::title_of(state, key));
    export::report(&export::Subject {
        now: state.now,
        session: &state.session,
        handshake: state.traffic.handshakes.back(),
        timeline: &state.timeline,
        rooms: &state.rooms,
        drift: &state.traffic.drift,
        repeats: &state.traffic.repeats,
        open: title.as_deref(),
        chosen: chosen.as_ref(),
    })
}

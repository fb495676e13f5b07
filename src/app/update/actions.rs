//! What each action does, by what has the focus.

use super::{
    Effect, State, attaching, catalogues, composing, deeds, fetching, handling, keys, lists, open, overlays, panes,
    queue, reacting, reading, say, searching, sending, templating, traffic, views,
};
use crate::app::composer::Mode;
use crate::app::files::Then;
use crate::app::inbox::BuiltIn;
use crate::app::state::{Focus, Overlay, Sure, TrafficSize};
use crate::app::threads::Anchor;
use crate::app::{Deed, Picking, layout, offered, profiles, rows};
use crate::backend::Command;
use crate::chat::{ConversationKey, Status};
use crate::config::Action;
use crate::text::Clean;
use crate::wire::Catalogue;
use ratatui_textarea::CursorMove;

/// Does what a key, the palette or the mouse asked for.
pub(super) fn perform(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    if state.panels.overlay.is_some() && overlays::perform(state, action, out) {
        return;
    }
    if traffic::perform(state, action, out) {
        return;
    }
    if !offered(state, action) {
        return say(state, false, format!("This backend does not offer it: {}", action.description()));
    }
    match action {
        Action::Down | Action::Up if state.focus == Focus::Composer && state.composer.completion.is_some() => {
            let by = if action == Action::Down { 1 } else { -1 };
            state.composer.completion.iter_mut().for_each(|completion| completion.choose(by));
        }
        Action::Down => step(state, 1, out),
        Action::Up => step(state, -1, out),
        Action::PageDown => step(state, page(state), out),
        Action::PageUp => step(state, -page(state), out),
        Action::HalfPageDown | Action::HalfPageUp if state.focus == Focus::Traffic => {
            traffic::scroll(state, action == Action::HalfPageDown);
        }
        Action::HalfPageDown => step(state, page(state) / 2, out),
        Action::HalfPageUp => step(state, -page(state) / 2, out),
        Action::Top => edge(state, true, out),
        Action::Bottom => edge(state, false, out),
        Action::FocusNext if state.focus == Focus::Composer && composing::next_stop(state) => {}
        Action::FocusNext => turn_focus(state, 1),
        Action::FocusPrevious => turn_focus(state, -1),
        Action::Open => go_in(state, out),
        Action::Back => back(state),
        Action::NextUnread => next_unread(state, out),
        Action::VisitBack => visit(state, |visits| visits.back(), out),
        Action::VisitForward => visit(state, |visits| visits.forward(), out),
        Action::Filter if state.focus == Focus::Traffic => {
            let search = traffic::typed(state).to_owned();
            state.panels.overlay = Some(Overlay::FilterEvents { search, chosen: 0 });
        }
        Action::Filter if state.focus == Focus::Thread && state.open.is_some() => {
            searching::open(state, state.open, out);
        }
        Action::Search => searching::open(state, None, out),
        Action::Filter => {
            state.focus = Focus::Filter;
            show_list(state);
        }
        Action::GoTo => {
            state.panels.overlay = Some(Overlay::GoTo { search: String::new(), chosen: 0 });
            overlays::look_up(state);
        }
        Action::Profiles => super::profiles::choose(state),
        Action::Views => views::choose(state),
        Action::ViewAll => views::show(state, BuiltIn::All.view()),
        Action::ViewMine => views::show(state, BuiltIn::Mine.view()),
        Action::ViewUnassigned => views::show(state, BuiltIn::Unassigned.view()),
        Action::ViewUnread => views::show(state, BuiltIn::Unread.view()),
        Action::ViewWaiting => views::show(state, BuiltIn::Waiting.view()),
        Action::ViewNext => views::step(state, 1),
        Action::ViewPrevious => views::step(state, -1),
        Action::Sort => views::sort(state),
        Action::Mark => views::mark(state),
        Action::MarkAll => views::mark_all(state),
        Action::Unmark => views::unmark(state),
        Action::SearchNext | Action::SearchPrevious => {
            let next = action == Action::SearchNext;
            if state.focus == Focus::Traffic || !searching::step(state, next, out) {
                step(state, if next { 1 } else { -1 }, out);
            }
        }
        Action::Palette => state.panels.overlay = Some(Overlay::Palette { search: String::new(), chosen: 0 }),
        Action::LoadOlder => lists::fetch_older(state, out),
        Action::FetchGap => lists::fetch_gap(state, out),
        Action::ToggleDetails => panes::toggle_details(state),
        Action::ToggleMouse => panes::toggle_mouse(state),
        Action::BareView => panes::toggle_bare(state),
        Action::Widen => panes::widen(state, true),
        Action::Narrow => panes::widen(state, false),
        Action::Themes => out.push(Effect::Themes),
        Action::CopyText if state.focus == Focus::Details => panes::use_detail(state, out),
        Action::CopyText => copy(state, out),
        Action::MarkUnread => deeds::of_subjects(state, Deed::Unread(1), out),
        Action::BelongsHere => {
            if state.unrouted.is_empty() {
                say(state, false, "Every message found its conversation");
            } else {
                state.panels.overlay = Some(Overlay::Unrouted { chosen: 0 });
            }
        }
        Action::Reply => {
            compose(state, Mode::Reply, out);
            if state.focus == Focus::Composer {
                templating::instead(state, out);
            }
        }
        Action::Note => compose(state, Mode::Note, out),
        Action::Send if templating::instead(state, out) => {}
        Action::Send if composing::overtaken(state) => {}
        Action::Send if composing::may_send(state) => sending::send(state, out),
        Action::Send => {}
        Action::Editor => composing::editor(state, out),
        Action::Complete => composing::complete(state, out),
        Action::Replies => {
            catalogues::want(state, Catalogue::Replies, out);
            state.panels.overlay = Some(Overlay::Replies { search: String::new(), chosen: 0 });
        }
        Action::Attach => attaching::open(state, out),
        Action::Templates => templating::open(state, out),
        Action::Quote => reacting::quote(state),
        Action::React => reacting::ask(state),
        Action::ForwardToNote => reacting::ask_to_forward(state),
        Action::DropOrStop => attaching::drop_or_stop(state, out),
        Action::SaveFile => fetching::begin(state, Then::Keep, out),
        Action::OpenFile => fetching::begin(state, Then::Open, out),
        Action::ViewPicture => fetching::begin(state, Then::View, out),
        Action::KeepReply => composing::ask_to_keep(state),
        Action::MessageUp => handling::select_message(state, -1),
        Action::MessageDown => handling::select_message(state, 1),
        Action::CopyMessageId => handling::copy(state, handling::What::MessageId, out),
        Action::CopyConversationId => handling::copy(state, handling::What::ConversationId, out),
        Action::CopyPhone => handling::copy(state, handling::What::Phone, out),
        Action::OpenLink => handling::open_link(state, out),
        Action::Export => handling::ask_to_export(state),
        Action::Resolve => deeds::of_subjects(state, Deed::Status(Status::Resolved), out),
        Action::Reopen => deeds::of_subjects(state, Deed::Status(Status::Open), out),
        Action::SetPending => deeds::of_subjects(state, Deed::Status(Status::Pending), out),
        Action::Snooze => deeds::choose(state, Picking::Snooze, out),
        Action::Assign => deeds::choose(state, Picking::Agent, out),
        Action::Take => deeds::take_over(state, out),
        Action::Release => deeds::of_subjects(state, Deed::Release, out),
        Action::Labels => deeds::choose(state, Picking::Labels, out),
        Action::Priority => deeds::choose(state, Picking::Priority, out),
        Action::UndoChange => deeds::undo(state, out),
        Action::Mute => handling::mute(state, out),
        Action::Delete => {}
        Action::NewLine => {
            state.composer.area.insert_newline();
            composing::changed(state, out);
        }
        Action::RetrySend => queue::retry(state, out),
        Action::TakeBack => queue::take_back(state, out),
        Action::DiscardSend => queue::ask_to_discard(state),
        Action::Queue => {
            if state.outbox.items().is_empty() {
                say(state, false, "Nothing waits to be sent");
            } else {
                state.panels.overlay = Some(Overlay::Queue { chosen: 0 });
            }
        }
        Action::LineStart
        | Action::LineEnd
        | Action::DeleteWord
        | Action::DeleteToLineStart
        | Action::DeleteToLineEnd
        | Action::PutBack
        | Action::Undo
        | Action::Redo => edit(state, action, out),
        Action::Traffic => {
            let size =
                if state.panels.traffic == TrafficSize::Hidden { TrafficSize::Half } else { TrafficSize::Hidden };
            show_traffic(state, size);
        }
        Action::TrafficFullScreen => {
            let size = if state.panels.traffic == TrafficSize::Full { TrafficSize::Half } else { TrafficSize::Full };
            show_traffic(state, size);
        }
        Action::Help => state.panels.overlay = Some(Overlay::Help { search: String::new(), scroll: 0 }),
        Action::RelativeTimes => {
            state.settings.relative = !state.settings.relative;
            let words = if state.settings.relative { "how long ago something was" } else { "when something was" };
            say(state, false, format!("Lists say {words}"));
        }
        Action::Redraw => out.push(Effect::Repaint),
        Action::Reconnect => {
            out.push(Effect::Backend(Command::Reconnect));
            say(state, false, "Connecting again and fetching what was missed");
        }
        Action::ReplayStep => out.push(Effect::Replay { step: true }),
        Action::ReplayPause => out.push(Effect::Replay { step: false }),
        Action::Suspend => out.push(Effect::Suspend),
        Action::Quit => quit(state, out),
        // the panel has had its own, and there is no question to answer
        _ => {}
    }
}

/// Leaving asks only when something would be lost: what is on disk is there again the next time.
fn quit(state: &mut State, out: &mut Vec<Effect>) {
    let mut left: Vec<String> = profiles::left_behind(state).iter().map(ToString::to_string).collect();
    for profile in &state.profiles {
        left.extend(profile.left_behind.iter().map(|left| format!("{}: {left}", profile.name)));
    }
    if left.is_empty() {
        return out.push(Effect::Quit);
    }
    state.panels.overlay = Some(Overlay::Quit { reason: Clean::line(&left.join(", ")) });
}

fn page(state: &State) -> isize {
    isize::try_from(layout::page(state)).unwrap_or(isize::MAX)
}

fn step(state: &mut State, by: isize, out: &mut Vec<Effect>) {
    match state.focus {
        Focus::List | Focus::Filter => state.inbox.move_by(by),
        Focus::Thread | Focus::Composer => scroll_thread(state, by, out),
        Focus::Details => panes::step_details(state, by),
        Focus::Traffic => traffic::step(state, by),
    }
}

fn edge(state: &mut State, first: bool, out: &mut Vec<Effect>) {
    match state.focus {
        Focus::List | Focus::Filter => state.inbox.move_by(if first { isize::MIN } else { isize::MAX }),
        Focus::Thread | Focus::Composer => {
            if first {
                scroll_thread(state, isize::MIN / 2, out);
            } else if let Some(view) = state.open.and_then(|key| state.threads.get_mut(key)) {
                view.go_to_end();
            }
        }
        Focus::Details => panes::step_details(state, if first { isize::MIN } else { isize::MAX }),
        Focus::Traffic => traffic::edge(state, first),
    }
}

/// Moves the thread by so many rows; at its beginning, older messages are asked for.
pub(super) fn scroll_thread(state: &mut State, by: isize, out: &mut Vec<Effect>) {
    let Some(key) = state.open else { return };
    let Some(view) = state.threads.get(key) else { return };
    let anchor = rows::scrolled(state, view, by);
    let top = by < 0 && rows::top_reached(state, view, anchor);
    if let Some(view) = state.threads.get_mut(key) {
        view.anchor = anchor;
        view.cursor = None;
        if anchor == Anchor::End {
            view.below = 0;
        }
    }
    if top {
        lists::fetch_older(state, out);
    }
}

/// The parts that can have the focus now, in the order in which Tab goes through them.
fn turn_focus(state: &mut State, by: isize) {
    let mut parts = vec![Focus::List];
    if state.open.is_some() {
        parts.extend([Focus::Thread, Focus::Composer]);
    }
    if layout::rects(state).details.is_some() {
        parts.push(Focus::Details);
    }
    if state.panels.traffic != TrafficSize::Hidden {
        parts.push(Focus::Traffic);
    }
    let at = parts.iter().position(|part| *part == state.focus).unwrap_or(0);
    let to = at.saturating_add_signed(by.rem_euclid(isize::try_from(parts.len()).unwrap_or(1))) % parts.len();
    if let Some(focus) = parts.get(to) {
        panes::focus(state, *focus);
    }
}

fn go_in(state: &mut State, out: &mut Vec<Effect>) {
    match state.focus {
        Focus::List => {
            if let Some(key) = state.inbox.selected() {
                enter(state, key, out);
            }
        }
        Focus::Filter => {
            state.focus = Focus::List;
            go_in(state, out);
        }
        Focus::Thread => compose(state, Mode::Reply, out),
        Focus::Composer => {}
        Focus::Details => panes::use_detail(state, out),
        Focus::Traffic => traffic::go_in(state, out),
    }
}

/// Opens a conversation and remembers the way.
pub(super) fn enter(state: &mut State, key: ConversationKey, out: &mut Vec<Effect>) {
    state.visits.go(key);
    state.focus = Focus::Thread;
    open(state, key, out);
}

fn back(state: &mut State) {
    if state.focus == Focus::Traffic && traffic::back(state) {
        return;
    }
    if state.pending_keys.is_empty() && state.panels.traffic == TrafficSize::Full {
        return show_traffic(state, TrafficSize::Half);
    }
    if state.panels.bare {
        return panes::toggle_bare(state);
    }
    match state.focus {
        Focus::Details => panes::leave_details(state),
        Focus::Composer if state.composer.completion.is_some() => state.composer.completion = None,
        Focus::Composer => state.focus = Focus::Thread,
        Focus::Thread => {
            let scrolled = state.open_thread().is_some_and(|view| view.anchor != Anchor::End);
            if scrolled && let Some(view) = state.open.and_then(|key| state.threads.get_mut(key)) {
                view.go_to_end();
            } else {
                state.focus = Focus::List;
            }
            state.finding = None;
        }
        Focus::Filter => {
            state.inbox.set_filter("");
            state.focus = Focus::List;
        }
        Focus::List if state.inbox.filter().is_some() => state.inbox.set_filter(""),
        Focus::List => views::leave(state),
        Focus::Traffic => {
            if state.panels.traffic_chosen.take().is_none() {
                show_traffic(state, TrafficSize::Hidden);
            }
        }
    }
}

pub(super) fn show_list(state: &mut State) {
    if state.panels.traffic == TrafficSize::Full {
        show_traffic(state, TrafficSize::Half);
        state.focus = Focus::Filter;
    }
}

fn show_traffic(state: &mut State, size: TrafficSize) {
    state.panels.traffic = size;
    if size == TrafficSize::Hidden {
        if state.focus == Focus::Traffic {
            state.focus = if state.open.is_some() { Focus::Thread } else { Focus::List };
        }
    } else if state.focus != Focus::Composer || size == TrafficSize::Full {
        state.focus = Focus::Traffic;
    }
}

fn next_unread(state: &mut State, out: &mut Vec<Effect>) {
    let from = state.inbox.selected_index().map_or(0, |at| at + 1);
    let shown = state.inbox.shown();
    let (before, after) = shown.split_at(from.min(shown.len()));
    let unread =
        |key: &&ConversationKey| Some(**key) != state.open && state.inbox.get(**key).is_some_and(|row| row.unread > 0);
    let found = after.iter().chain(before).find(unread).copied();
    // nothing in this view: what is unread elsewhere is not for ever out of sight
    let elsewhere =
        || state.inbox.all().iter().find(unread).copied().filter(|_| state.inbox.unread_conversations() > 0);
    match found.or_else(elsewhere) {
        Some(key) => {
            let writing = state.focus == Focus::Composer;
            enter(state, key, out);
            if writing {
                state.focus = Focus::Composer;
            }
        }
        None => say(state, false, "Nothing is unread"),
    }
}

fn visit(
    state: &mut State,
    step: impl FnOnce(&mut crate::app::visits::Visits) -> Option<ConversationKey>,
    out: &mut Vec<Effect>,
) {
    match step(&mut state.visits) {
        Some(key) => {
            if state.focus != Focus::Composer {
                state.focus = Focus::Thread;
            }
            open(state, key, out);
        }
        None => say(state, false, "No further in this direction"),
    }
}

fn compose(state: &mut State, mode: Mode, out: &mut Vec<Effect>) {
    let key = state.open.or_else(|| state.inbox.selected());
    if state.open.is_none() || key.is_none() {
        return say(state, false, "Open a conversation first (Enter)");
    }
    // what / may mean, and whom @ may mean
    catalogues::want(state, Catalogue::Replies, out);
    catalogues::want(state, Catalogue::Agents, out);
    state.composer.turn_to(key);
    state.composer.write(mode);
    state.focus = Focus::Composer;
}

fn copy(state: &mut State, out: &mut Vec<Effect>) {
    let text = if state.focus == Focus::Traffic {
        traffic::copied(state)
    } else {
        let view = state.open_thread();
        view.and_then(|view| rows::message_at_anchor(state, view)).and_then(|message| message.text())
    };
    match text {
        Some(text) => {
            out.push(Effect::Copy(text));
            say(state, false, "Copied");
        }
        None => say(state, false, "Nothing to copy here"),
    }
}

fn edit(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    if state.focus == Focus::Filter {
        return overlays::edit(state, action);
    }
    let area = &mut state.composer.area;
    if matches!(action, Action::LineStart | Action::LineEnd) {
        // a placeholder that is selected would grow with the cursor
        area.cancel_selection();
    }
    match action {
        Action::LineStart => area.move_cursor(CursorMove::Head),
        Action::LineEnd => area.move_cursor(CursorMove::End),
        Action::DeleteWord => _ = area.delete_word(),
        Action::DeleteToLineStart => _ = area.delete_line_by_head(),
        Action::DeleteToLineEnd => _ = area.delete_line_by_end(),
        Action::PutBack => _ = area.paste(),
        Action::Undo => _ = area.undo(),
        Action::Redo => _ = area.redo(),
        _ => {}
    }
    composing::changed(state, out);
}

/// The question about a large paste, or about leaving, was answered.
pub(super) fn answer(state: &mut State, yes: bool, out: &mut Vec<Effect>) {
    match state.panels.overlay.take() {
        Some(Overlay::Paste { text }) if yes => keys::insert(state, &text, out),
        Some(Overlay::Sure { sure, .. }) if yes => match sure {
            Sure::ForgetReply(name) => composing::forget(state, &name, out),
            Sure::Send => composing::send_too(state, out),
            Sure::Deed { keys, deed } => deeds::perform(state, &keys, deed, out),
        },
        Some(Overlay::TryJoin { id, shape }) if yes => traffic::try_join(id, shape, out),
        Some(Overlay::Quit { .. }) if yes => out.push(Effect::Quit),
        Some(Overlay::Discard { client }) if yes => queue::discard(state, &client, out),
        _ => {}
    }
    reading::look(state, out);
}

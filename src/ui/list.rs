//! The list of conversations: two rows each (one where there is little height), and only those in view.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{Canvas, Glyphs, Pen, pane_heading, words};
use crate::app::layout::{self, ListParts};
use crate::app::{BuiltIn, Focus, Loading, Sort, State, Under, times, writing};
use crate::backend::{RestError, SessionState};
use crate::chat::window::Window;
use crate::chat::{Conversation, ConversationKey, Status};
use crate::config::{Action, Theme};

/// Columns of the marks before a name.
const MARKS: usize = 3;
/// Columns of the unread count behind that, with the space before it.
const UNREAD: usize = 4;

pub(super) fn draw(canvas: &mut Canvas<'_>, parts: &ListParts) {
    let state = canvas.state;
    let focused = matches!(state.focus, Focus::List | Focus::Filter) && state.panels.overlay.is_none();
    let (title, mut right) = title(canvas);
    if state.keep.cached_list && right.is_empty() {
        right = cached(state, state.keep.as_of);
    }
    pane_heading(canvas, parts.heading, &title, &right, focused);
    if let Some(area) = parts.unrouted {
        unrouted(canvas, area);
        canvas.here(area, Under::Do(Action::BelongsHere));
    }
    let shown = state.inbox.shown();
    if shown.is_empty() {
        empty(canvas, parts.rows);
    }
    let top = layout::list_top(state.inbox.selected_index(), shown.len(), parts.page());
    let each = parts.each;
    for (nth, key) in (0..).zip(shown.iter().skip(top).take(parts.page())) {
        let area = Rect { y: parts.rows.y + nth * each, height: each, ..parts.rows }.intersection(parts.rows);
        canvas.here(area, Under::Conversation(*key));
        if let Some(row) = state.inbox.get(*key) {
            conversation(canvas, area, row, focused);
        }
    }
    if let Some(area) = parts.foot {
        foot(canvas, area);
        canvas.here(area, Under::Do(Action::Filter));
    }
}

/// The view, and what is special about it: its order, how many are marked.
fn title(canvas: &Canvas<'_>) -> (String, String) {
    let inbox = &canvas.state.inbox;
    let view = inbox.view();
    let title = if view.query.is_all() { "Inbox".to_owned() } else { format!("Inbox: {}", view.name) };
    let marked = inbox.marked_count();
    let right = match (marked, inbox.sort()) {
        (1.., _) => format!("{marked} marked"),
        (0, sort) if sort == view.sort => String::new(),
        (0, Sort::Latest) => "by time".to_owned(),
        (0, Sort::Waiting) => "by wait".to_owned(),
        (0, Sort::Priority) => "by urgency".to_owned(),
    };
    (title, right)
}

/// What is shown was kept by an earlier run.
pub(super) fn cached(state: &State, as_of: Option<jiff::Timestamp>) -> String {
    let zone = &state.settings.zone;
    match as_of {
        Some(at) if times::day(at, zone) == times::day(state.now, zone) => {
            format!("cached, from {}", state.clock(at))
        }
        Some(at) => format!("cached, {} old", times::span(state.now.duration_since(at))),
        None => "cached".to_owned(),
    }
}

fn conversation(canvas: &mut Canvas<'_>, area: Rect, row: &Conversation, focused: bool) {
    let (state, theme, glyphs) = (canvas.state, canvas.theme, canvas.glyphs);
    let time_columns = state.when_columns();
    let selected = state.inbox.selected() == Some(row.key);
    let open = state.open == Some(row.key);
    let resolved = row.status == Status::Resolved;
    let base = match (selected, focused) {
        (true, true) => theme.list.selected,
        (true, false) => theme.list.selected_unfocused,
        (false, _) => Style::new(),
    };
    // resolved rows recede as a whole
    let quiet = |style: Style| if resolved { theme.screen.dim } else { style };
    let name_style = quiet(if row.unread > 0 { theme.list.name_unread } else { theme.list.name });
    let mark = match (selected, open) {
        (true, _) => glyphs.selected,
        (false, true) => glyphs.open,
        (false, false) => " ",
    };
    let waits = waiting(canvas, row);
    let in_one_row = area.height < 2;
    let (alert, alert_style) = match &waits {
        _ if state.inbox.is_marked(row.key) => (glyphs.marked, theme.list.name_unread),
        _ if is_urgent(row) => (glyphs.alert, theme.list.unrouted),
        Some(waits) if in_one_row => (waits.mark, waits.style),
        _ => (" ", Style::new()),
    };
    let time = row.last_at.map(|at| state.when(at)).unwrap_or_default();
    let unread = match row.unread {
        0 if state.inbox.drift(row.key).is_some() => glyphs.drift.to_owned(),
        0 => String::new(),
        1..=99 if state.inbox.drift(row.key).is_some() => format!("{}{}", glyphs.drift, row.unread),
        1..=99 => row.unread.to_string(),
        _ => "99+".to_owned(),
    };
    let name = row.title();
    let mut pen = canvas.pen(area, 0);
    pen.put(mark, theme.list.unread).put(alert, alert_style).skip(1);
    let room = pen.left().saturating_sub(time_columns + UNREAD + 1);
    if in_one_row {
        // in a narrow list the name is worth more than half a preview
        let for_name = if room < 26 { room.saturating_sub(1) } else { (room / 2).min(18) };
        pen.cell(&name, for_name, name_style).skip(1);
        let room = pen.left().saturating_sub(time_columns + UNREAD + 1);
        let from = pen.x;
        preview(&mut pen, state, theme, glyphs, row, room);
        pen.go(from + u16::try_from(room).unwrap_or_default());
    } else {
        named(&mut pen, state, row, room, [name_style, quiet(theme.list.time)]);
    }
    pen.cell_right(&time, time_columns, quiet(theme.list.time));
    pen.cell_right(&unread, UNREAD, theme.list.unread);
    if !in_one_row {
        let window = window(state, theme, row);
        let mut pen = canvas.pen(area, 1);
        pen.put(if selected { glyphs.selected } else { " " }, theme.list.unread).skip(MARKS - 1);
        let aside = if waits.is_some() || window.is_some() { time_columns + UNREAD } else { 0 };
        let room = pen.left().saturating_sub(1 + aside);
        let from = pen.x;
        preview(&mut pen, state, theme, glyphs, row, room);
        if aside > 0 {
            pen.go(from + u16::try_from(room).unwrap_or_default()).skip(1);
            let (mark, words, style) =
                waits.as_ref().map_or((" ", "", Style::new()), |waits| (waits.mark, waits.words.as_str(), waits.style));
            pen.skip((time_columns - 1).saturating_sub(1 + crate::text::width(words)));
            pen.put(mark, style).put(words, style);
            let (words, style) = window.unwrap_or_default();
            pen.cell_right(&words, UNREAD + 1, style);
        }
    }
    if selected {
        // the name alone: a preview changes with each message, and costs less in its own style
        canvas.tint(Rect { height: 1, ..area }, base);
    }
}

/// The name, and behind it who answers, where there is room for both.
fn named(pen: &mut Pen<'_>, state: &State, row: &Conversation, room: usize, [style, aside]: [Style; 2]) {
    let name = row.title();
    let who = row.assignee.as_deref().map(|who| if state.inbox.me().is(who) { "you" } else { first_word(who) });
    let left = room.saturating_sub(crate::text::width(&name) + 1);
    match who.filter(|who| crate::text::width(who) < left) {
        Some(who) => {
            pen.cell(&name, room - crate::text::width(who), style).put(who, aside);
        }
        None => {
            pen.cell(&name, room, style);
        }
    }
}

fn first_word(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// How long a customer waits: a mark that grows, and the time.
struct Waits {
    mark: &'static str,
    words: String,
    style: Style,
}

/// Minutes from which a wait is no longer short.
const MIDDLE: i64 = 15;
/// Minutes from which it is long.
const LONG: i64 = 60;

fn waiting(canvas: &Canvas<'_>, row: &Conversation) -> Option<Waits> {
    let (theme, [short, middle, long]) = (canvas.theme, canvas.glyphs.waits);
    let since = canvas.state.inbox.wait(row.key).since().filter(|_| row.status != Status::Resolved)?;
    let waited = canvas.state.now.duration_since(since);
    let (mark, style) = match waited.as_mins() {
        ..MIDDLE => (short, theme.list.time),
        MIDDLE..LONG => (middle, theme.screen.warning),
        LONG.. => (long, theme.screen.error),
    };
    Some(Waits { mark, words: times::waited(waited), style })
}

/// What is left of the service window, in three columns or `shut`; nothing for what is done.
fn window(state: &State, theme: &Theme, row: &Conversation) -> Option<(String, Style)> {
    let left = |left: std::time::Duration| jiff::SignedDuration::try_from(left).map(times::left).unwrap_or_default();
    match state.window(row.key) {
        _ if row.status == Status::Resolved => None,
        Window::Open { left: time } => Some((left(time), theme.list.time)),
        Window::Closing { left: time } => Some((format!("!{}", left(time)), theme.composer.window)),
        Window::Expired { .. } => Some(("shut".to_owned(), theme.list.time)),
        Window::Unknown => Some(("?".to_owned(), theme.list.time)),
    }
}

/// What is going on in a conversation: typing, a draft, where it stands, its last message.
fn preview(pen: &mut Pen<'_>, state: &State, theme: &Theme, glyphs: &Glyphs, row: &Conversation, room: usize) {
    let end = pen.left().saturating_sub(room);
    let mut put = |words: &str, style: Style| {
        let left = pen.left().saturating_sub(end);
        pen.fit_in(words, left, style);
    };
    if is_typing(state, row.key) {
        put("typing", theme.thread.typing);
        put(if state.settings.ascii { "..." } else { "…" }, theme.thread.typing);
        return;
    }
    if state.inbox.is_muted(row.key) {
        put(glyphs.muted, theme.list.time);
        put(" ", theme.list.time);
    }
    if state.composer.has_draft(row.key) {
        put(glyphs.draft, theme.list.draft);
        put(" draft", theme.list.draft);
        put(glyphs.dot, theme.list.time);
    }
    if let Some(word) = status_word(&row.status) {
        put(word, theme.list.time);
        put(glyphs.dot, theme.list.time);
    }
    let style = if row.status == Status::Resolved { theme.screen.dim } else { theme.list.preview };
    put(row.preview.as_deref().unwrap_or_default(), style);
}

fn is_typing(state: &State, key: ConversationKey) -> bool {
    state.threads.get(key).is_some_and(|view| view.typing.is_some())
}

/// Where a conversation stands, unless it is simply open.
fn status_word(status: &Status) -> Option<&str> {
    match status {
        Status::Open => None,
        Status::Pending => Some("pending"),
        Status::Snoozed => Some("snoozed"),
        Status::Resolved => Some("resolved"),
        Status::Other(word) => Some(word),
    }
}

fn is_urgent(row: &Conversation) -> bool {
    row.priority.as_deref().is_some_and(|word| word.eq_ignore_ascii_case("high") || word.eq_ignore_ascii_case("urgent"))
}

fn unrouted(canvas: &mut Canvas<'_>, area: Rect) {
    let count = canvas.state.unrouted.len();
    let style = canvas.theme.list.unrouted;
    let what = if count == 1 { "1 message not routed".to_owned() } else { format!("{count} messages not routed") };
    let hint = canvas.hint(Action::BelongsHere, "shows why");
    let (alert, dot) = (canvas.glyphs.alert, canvas.glyphs.dot);
    let dim = canvas.theme.screen.dim;
    let mut pen = canvas.pen(area, 0);
    pen.skip(1).put(alert, style).put(" ", style).fit(&what, style);
    if pen.left() > hint.len() + dot.len() {
        pen.put(dot, dim).put(&hint, dim);
    }
}

/// Why there is nothing, and what to do.
fn empty(canvas: &mut Canvas<'_>, area: Rect) {
    let (why, what) = nothing(canvas);
    words(canvas, area, &why, &what);
}

fn nothing(canvas: &Canvas<'_>) -> (String, Vec<String>) {
    let state = canvas.state;
    if let Some(filter) = state.inbox.filter().filter(|_| !state.inbox.is_empty()) {
        let filter = writing::shown(filter);
        let all = canvas.hint(Action::Back, "shows all");
        return ("Nothing matches".to_owned(), vec![format!("No conversation matches “{filter}”."), all]);
    }
    if !state.inbox.is_empty() {
        return empty_view(canvas);
    }
    if let SessionState::SignedOut { reason } = &state.session.state {
        return signed_out(reason);
    }
    match (&state.list, &state.list_failure) {
        (_, Some(RestError::SignedOut { reason })) => signed_out(reason),
        (Loading::Failed(reason), Some(RestError::Unreadable(_))) => {
            let dialect = state.traffic.dialect.as_ref().map(|dialect| dialect.name.as_str()).unwrap_or_default();
            let first = format!("The backend answers, but not as the dialect “{dialect}” expects: {reason}");
            let second =
                "`switchboard dialect probe URL` finds the dialect that fits; name it in the profile.".to_owned();
            ("The list cannot be read".to_owned(), vec![first, second])
        }
        (Loading::Failed(reason), _) => {
            let again = canvas.hint(Action::Reconnect, "tries again");
            let doctor = "`switchboard doctor` looks for the cause.".to_owned();
            ("The list did not come".to_owned(), vec![reason.to_string(), again, doctor])
        }
        (Loading::Done, _) => {
            let whose = match state.lines.as_slice() {
                [line] => line.phone.as_ref().or(line.name.as_ref()).map(|line| format!(" to {line}")),
                _ => None,
            };
            let first = format!("Nobody has written{} yet.", whose.unwrap_or_default());
            let mut what = vec![first, "The first message appears here by itself.".to_owned()];
            if let Some(line) = &state.settings.line {
                what.push(format!("The profile shows the line {line} alone; without `line` it shows all of them."));
            }
            ("No conversations".to_owned(), what)
        }
        (Loading::Not | Loading::Asked, _) => ("Loading the list".to_owned(), Vec::new()),
    }
}

fn signed_out(reason: &str) -> (String, Vec<String>) {
    let login = "`switchboard login` in another terminal signs in again; the list comes by itself then.".to_owned();
    ("Not signed in".to_owned(), vec![format!("The backend refused the token: {reason}"), login])
}

/// Why a view has nothing, and what to do.
fn empty_view(canvas: &Canvas<'_>) -> (String, Vec<String>) {
    let inbox = &canvas.state.inbox;
    let unassigned = inbox.count_of(BuiltIn::Unassigned);
    let is = |view: BuiltIn| view.view().name == inbox.view().name;
    let mut what = Vec::new();
    let why = if is(BuiltIn::Mine) {
        if canvas.state.identity.name.is_none() && canvas.state.identity.email.is_none() {
            what.push("The backend does not say who you are, so nothing can be called yours.".to_owned());
        } else if unassigned > 0 {
            let belong = if unassigned == 1 { "belongs" } else { "belong" };
            what.push(format!("{} {belong} to nobody.", times::counted(unassigned, "conversation")));
            what.push(canvas.hint(Action::ViewUnassigned, "shows them"));
        }
        "Nothing is assigned to you".to_owned()
    } else if is(BuiltIn::Unread) {
        "Everything is read".to_owned()
    } else if is(BuiltIn::Waiting) {
        "Nobody waits for an answer".to_owned()
    } else {
        format!("Nothing in “{}”", inbox.view().name)
    };
    what.push(canvas.hint(Action::ViewAll, "shows every conversation"));
    what.push(canvas.hint(Action::Views, "chooses another view"));
    (why, what)
}

fn foot(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let (all, shown) = (state.inbox.len(), state.inbox.shown().len());
    let dim = canvas.theme.screen.dim;
    let filtering = state.focus == Focus::Filter;
    if filtering || state.inbox.filter().is_some() {
        let text = writing::shown(state.inbox.filter().unwrap_or_default());
        let (prompt, style) = (canvas.theme.composer.prompt, canvas.theme.composer.text);
        let count = format!("{shown} of {all}");
        let mut pen = canvas.pen(area, 0);
        pen.skip(1).put("/", prompt);
        let room = pen.left().saturating_sub(count.len() + 3);
        pen.fit_in(&text, room, style);
        let column = usize::from(pen.x.saturating_sub(area.x));
        let gap = pen.left().saturating_sub(count.len() + 1);
        pen.skip(gap).put(&count, dim);
        if filtering && state.panels.overlay.is_none() {
            canvas.put_cursor(area, column, 0);
        }
        return;
    }
    if shown == 0 {
        return;
    }
    let place = state.inbox.selected_index().map_or(0, |index| index + 1);
    let hint = canvas.key(Action::Filter).map(|key| format!("{key} filter")).unwrap_or_default();
    let mut pen = canvas.pen(area, 0);
    let whole = if shown == all { format!("{place} of {all}") } else { format!("{place} of {shown}, {all} in all") };
    pen.skip(1).fit(&whole, dim);
    let gap = pen.left().saturating_sub(hint.len() + 1);
    if gap > 1 {
        pen.skip(gap).put(&hint, dim.remove_modifier(Modifier::BOLD));
    }
}

//! The last row: keys that are useful where keys go now, or a word to the user.

use ratatui::layout::Rect;

use super::Canvas;
use crate::app::outbox::{Fate, Outgoing, Waits};
use crate::app::traffic::{Section, View};
use crate::app::{Focus, Mode, Overlay, State, Under};
use crate::config::{Action, key_name};
use crate::text;

/// What is offered where, in the order of use: an action and its word.
fn offers(state: &State) -> &'static [(Action, &'static str)] {
    match state.focus {
        Focus::Thread if state.panels.bare => &[
            (Action::Back, "leave; the terminal's own selection copies"),
            (Action::PageUp, "older"),
            (Action::PageDown, "newer"),
        ],
        Focus::List => &[
            (Action::Open, "open"),
            (Action::Reply, "reply"),
            (Action::NextUnread, "next unread"),
            (Action::Filter, "filter"),
            (Action::Views, "views"),
            (Action::GoTo, "go to"),
            (Action::Palette, "commands"),
            (Action::Search, "search"),
            (Action::Traffic, "traffic"),
            (Action::Help, "help"),
        ],
        Focus::Thread => &[
            (Action::Reply, "reply"),
            (Action::Note, "note"),
            (Action::LoadOlder, "older"),
            (Action::CopyText, "copy"),
            (Action::Filter, "search"),
            (Action::Resolve, "resolve"),
            (Action::ToggleDetails, "details"),
            (Action::Palette, "commands"),
            (Action::Traffic, "traffic"),
            (Action::Help, "help"),
        ],
        Focus::Details => &[
            (Action::Open, "copy or open"),
            (Action::Down, "next"),
            (Action::Up, "previous"),
            (Action::Back, "back"),
            (Action::ToggleDetails, "hide"),
            (Action::Palette, "commands"),
            (Action::Help, "help"),
        ],
        Focus::Composer if state.composer.completion.is_some() => &[
            (Action::Complete, "take it"),
            (Action::Down, "next"),
            (Action::Up, "previous"),
            (Action::Back, "leave it"),
        ],
        Focus::Composer if state.composer.stops => &[
            (Action::FocusNext, "next blank"),
            (Action::Send, "send"),
            (Action::NewLine, "new line"),
            (Action::Back, "leave, draft is kept"),
            (Action::Help, "help"),
        ],
        Focus::Composer if state.composer.mode == Mode::Note => &[
            (Action::Send, "keep the note"),
            (Action::NewLine, "new line"),
            (Action::Back, "leave, draft is kept"),
            (Action::Editor, "editor"),
            (Action::Palette, "commands"),
            (Action::Help, "help"),
        ],
        Focus::Composer => &[
            (Action::Send, "send"),
            (Action::NewLine, "new line"),
            (Action::Back, "leave, draft is kept"),
            (Action::Replies, "canned"),
            (Action::NextUnread, "next unread"),
            (Action::Palette, "commands"),
            (Action::Traffic, "traffic"),
            (Action::Help, "help"),
        ],
        Focus::Filter => {
            &[(Action::Open, "open"), (Action::Down, "next"), (Action::Up, "previous"), (Action::Back, "show all")]
        }
        Focus::Traffic => &[
            (Action::Up, "older"),
            (Action::Down, "newer"),
            (Action::Open, "its way"),
            (Action::InspectPayload, "payload"),
            (Action::Filter, "filter"),
            (Action::PauseEvents, "pause"),
            (Action::NextView, "next view"),
            (Action::ExportTraffic, "export"),
            (Action::InjectEvent, "inject"),
            (Action::TrafficFullScreen, "full screen"),
            (Action::Traffic, "close"),
            (Action::Help, "help"),
        ],
    }
}

/// An action, the key that does it here, and its word.
struct Offer {
    action: Action,
    key: String,
    word: &'static str,
}

pub(super) fn draw(canvas: &mut Canvas<'_>) {
    let state = canvas.state;
    if let Some(notice) = &state.notice {
        let style = if notice.bad { canvas.theme.screen.error } else { canvas.theme.screen.text };
        let alert = if notice.bad { canvas.glyphs.alert } else { " " };
        let area = canvas.rects.footer;
        canvas.pen(area, 0).put(alert, style).fit(&notice.text, style);
        return;
    }
    if !state.pending_keys.is_empty() {
        let typed: Vec<String> = state.pending_keys.iter().map(|key| key_name(*key)).collect();
        let (style, area) = (canvas.theme.footer, canvas.rects.footer);
        let words = format!("{} and then one of the keys above", typed.join(" "));
        canvas.pen(area, 0).skip(1).fit(&words, style.text);
        return;
    }
    let offers: Vec<Offer> = match &state.panels.overlay {
        Some(
            Overlay::Paste { .. }
            | Overlay::Quit { .. }
            | Overlay::Discard { .. }
            | Overlay::Sure { .. }
            | Overlay::TryJoin { .. },
        ) => with_keys(canvas, &[(Action::Confirm, "yes"), (Action::Decline, "no")]),
        Some(Overlay::Welcome) => with_keys(canvas, &[(Action::Open, "begin"), (Action::Help, "all keys")]),
        Some(Overlay::Queue { .. }) => with_keys(
            canvas,
            &[
                (Action::Open, "go there"),
                (Action::RetrySend, "send"),
                (Action::TakeBack, "edit"),
                (Action::DiscardSend, "throw away"),
                (Action::Back, "close"),
            ],
        ),
        Some(Overlay::Unrouted { .. }) => {
            with_keys(canvas, &[(Action::BelongsHere, "say where it belongs"), (Action::Back, "close")])
        }
        Some(Overlay::Themes { .. }) => with_keys(
            canvas,
            &[(Action::Down, "next"), (Action::Up, "previous"), (Action::Open, "take it"), (Action::Back, "as it was")],
        ),
        Some(Overlay::Ask { .. }) => with_keys(canvas, &[(Action::Open, "take it"), (Action::Back, "leave it")]),
        Some(Overlay::Help { .. }) => {
            with_keys(canvas, &[(Action::Down, "down"), (Action::Up, "up"), (Action::Back, "close")])
        }
        Some(_) => with_keys(
            canvas,
            &[(Action::Open, "choose"), (Action::Down, "next"), (Action::Up, "previous"), (Action::Back, "close")],
        ),

        None => {
            let mut first = troubles(canvas);
            if state.replaying.is_some() {
                first.extend(with_keys(
                    canvas,
                    &[(Action::ReplayStep, "next thing"), (Action::ReplayPause, "stop or go on")],
                ));
            }
            let enter = match (state.focus, state.traffic.section) {
                (Focus::Traffic, _) if state.traffic.view != View::Events => None,
                (Focus::Traffic, Section::Stages) => Some("what was decided"),
                (Focus::Traffic, Section::Payload) => Some("use this pointer"),
                _ => None,
            };
            let word = |(action, word): &(Action, &'static str)| match enter {
                Some(enter) if *action == Action::Open => (*action, enter),
                _ => (*action, *word),
            };
            first.extend(with_keys(canvas, &offers(state).iter().map(word).collect::<Vec<_>>()));
            first
        }
    };
    row(canvas, &offers);
}

/// What can be done about what went wrong in the open thread, before everything else.
fn troubles(canvas: &Canvas<'_>) -> Vec<Offer> {
    let state = canvas.state;
    let Some((key, view)) = state.open.zip(state.open_thread()).filter(|_| state.focus == Focus::Thread) else {
        return Vec::new();
    };
    let mut offers = Vec::new();
    let stuck = |item: &Outgoing| item.fate == Fate::Unconfirmed || item.waits == Some(Waits::Agent);
    if let Some(item) = state.outbox.of(key).find(|item| stuck(item)) {
        let again = if item.fate == Fate::Unconfirmed { "send again" } else { "send" };
        offers.extend([
            (Action::RetrySend, again),
            (Action::TakeBack, "take back"),
            (Action::DiscardSend, "throw away"),
        ]);
    }
    if view.thread.has_gaps() {
        offers.push((Action::FetchGap, "fetch what is missing"));
    }
    with_keys(canvas, &offers)
}

fn with_keys(canvas: &Canvas<'_>, offers: &[(Action, &'static str)]) -> Vec<Offer> {
    let offer =
        |(action, word): &(Action, &'static str)| canvas.key(*action).map(|key| Offer { action: *action, key, word });
    offers.iter().filter_map(offer).collect()
}

/// Keys with their words, as many as fit whole; a click on them does the same.
fn row(canvas: &mut Canvas<'_>, offers: &[Offer]) {
    let (styles, dot, area) = (canvas.theme.footer, canvas.glyphs.dot, canvas.rects.footer);
    let mut x = area.x + area.width.min(1);
    let width = |offer: &Offer| text::width(dot) + text::width(&offer.key) + 1 + text::width(offer.word);
    // whatever has to give way, the way to all the other keys stays
    let kept = offers.last().filter(|last| last.action == Action::Help).map_or(0, width);
    for (nth, offer) in offers.iter().enumerate() {
        let Offer { action, key, word } = offer;
        let dot = if x > area.x + 1 { dot } else { "" };
        let kept = if nth + 1 < offers.len() { kept } else { 0 };
        let rest = Rect { x, width: area.right().saturating_sub(x), ..area };
        let mut pen = canvas.pen(rest, 0);
        if text::width(dot) + text::width(key) + 1 + text::width(word) + kept > pen.left() {
            continue;
        }
        pen.put(dot, styles.text).put(key, styles.key).put(" ", styles.text).put(word, styles.text);
        let end = pen.x;
        canvas.here(Rect { width: end - x, ..rest }, Under::Do(*action));
        x = end;
    }
}

//! The last row: keys that are useful where keys go now, or a word to the user.

use super::Canvas;
use crate::app::outbox::{Fate, Outgoing, Waits};
use crate::app::traffic::{Section, View};
use crate::app::{Focus, Overlay};
use crate::config::{Action, key_name};
use crate::text;

/// What is offered where, in the order of use: an action and its word.
fn offers(focus: Focus) -> &'static [(Action, &'static str)] {
    match focus {
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
        Focus::Composer => &[
            (Action::Send, "send"),
            (Action::NewLine, "new line"),
            (Action::Replies, "canned"),
            (Action::Back, "leave, draft is kept"),
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
    let offers: Vec<(String, &str)> = match &state.panels.overlay {
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
            first.extend(with_keys(canvas, &offers(state.focus).iter().map(word).collect::<Vec<_>>()));
            first
        }
    };
    row(canvas, offers.iter().map(|(key, word)| (key.as_str(), *word)));
}

/// What can be done about what went wrong in the open thread, before everything else.
fn troubles(canvas: &Canvas<'_>) -> Vec<(String, &'static str)> {
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

fn with_keys(canvas: &Canvas<'_>, offers: &[(Action, &'static str)]) -> Vec<(String, &'static str)> {
    offers.iter().filter_map(|(action, word)| Some((canvas.key(*action)?, *word))).collect()
}

/// Keys with their words, as many as fit whole.
fn row<'k>(canvas: &mut Canvas<'_>, offers: impl Iterator<Item = (&'k str, &'k str)>) {
    let (styles, dot, area) = (canvas.theme.footer, canvas.glyphs.dot, canvas.rects.footer);
    let mut pen = canvas.pen(area, 0);
    pen.skip(1);
    for (nth, (key, word)) in offers.enumerate() {
        let dot = if nth > 0 { dot } else { "" };
        if text::width(dot) + text::width(key) + 1 + text::width(word) > pen.left() {
            continue;
        }
        pen.put(dot, styles.text).put(key, styles.key).put(" ", styles.text).put(word, styles.text);
    }
}

//! The status bar: the session in words, the profile and line, and what waits.
//!
//! Nothing here changes with each message: a message elsewhere should cost the terminal its own row and no more.

use ratatui::style::Style;

use super::Canvas;
use crate::app::{BuiltIn, ReplayPace, Replaying, Stage, times};
use crate::backend::{Health, SessionState};
use crate::text::{self, Clean};

/// A part of the bar.
struct Part {
    words: String,
    style: Style,
}

fn part(words: impl Into<String>, style: Style) -> Part {
    Part { words: words.into(), style }
}

pub(super) fn draw(canvas: &mut Canvas<'_>) {
    let area = canvas.rects.status;
    let bar = canvas.theme.status.bar;
    canvas.tint(area, bar);
    let (mut session, reason) = session(canvas);
    if let Some(place) = canvas.state.replaying {
        session.words = format!("{}, {}", replay(&place), session.words);
    }
    let about = about(canvas, bar);
    let (mut counts, mut plain) = counts(canvas, bar);
    let total = usize::from(area.width);
    let needed = text::width(&session.words) + 2;
    // what matters least gives way first; why it is not live matters more than how many rows there are
    let explained = needed + reason.as_ref().map_or(0, |reason| text::width(reason) + 1);
    while counts.len() > 1 && (width(&counts) + needed > total || (plain > 0 && width(&counts) + explained > total)) {
        counts.remove(0);
        plain = plain.saturating_sub(1);
    }
    let counts_width = width(&counts);
    let mut pen = canvas.pen(area, 0);
    pen.put(" ", bar).fit(&session.words, bar.patch(session.style));
    if let Some(reason) = reason {
        let room = pen.left().saturating_sub(counts_width + 1);
        pen.fit_in(&reason, room, bar);
    }
    for about in about {
        let wide = text::width(&about.words) + 3;
        if pen.left() > wide + counts_width {
            pen.skip(3).put(&about.words, bar.patch(about.style));
        }
    }
    let gap = pen.left().saturating_sub(counts_width);
    pen.skip(gap);
    for count in counts {
        pen.skip(2).put(&count.words, bar.patch(count.style));
    }
}

/// Columns of the counts with the space around them.
fn width(parts: &[Part]) -> usize {
    parts.iter().map(|part| text::width(&part.words) + 2).sum::<usize>() + 1
}

/// The state in a few words, and why it is not live.
fn session(canvas: &Canvas<'_>) -> (Part, Option<String>) {
    let session = &canvas.state.session;
    let (styles, glyphs) = (&canvas.theme.status, canvas.glyphs);
    let because = |reason: &str| Some(format!(": {reason}"));
    let transport = match session.transport {
        Some("websocket" | "rust_socketio") => " ws",
        Some(_) => " polling",
        None => "",
    };
    let trip = session.round_trip.map(|took| format!(" {}", times::round_trip(took))).unwrap_or_default();
    match (&session.state, &session.rest) {
        (SessionState::Live, Health::Ill(reason)) => {
            (part(format!("{} receiving, cannot send", glyphs.half), styles.silent), because(reason))
        }
        (SessionState::Live, _) => (part(format!("{} live{transport}{trip}", glyphs.live), styles.live), None),
        // an attempt may take long: what the last one failed of stands there meanwhile
        (SessionState::Connecting { step }, _) => {
            let step = (*step != "connecting").then_some(*step);
            let why = match &session.socket {
                Health::Ill(reason) => Some(&**reason),
                Health::Unknown | Health::Well => None,
            };
            let words: Vec<&str> = step.into_iter().chain(why).collect();
            let reason = (!words.is_empty()).then(|| format!(": {}", words.join("; ")));
            (part(format!("{} connecting", glyphs.half), styles.connecting), reason)
        }
        // the socket brings what comes, and REST takes nothing
        (SessionState::Silent { .. }, Health::Ill(reason)) if session.transport.is_some() => {
            (part(format!("{} receiving, cannot send", glyphs.half), styles.silent), because(reason))
        }
        (SessionState::Silent { reason }, _) => {
            let reason = reason.strip_suffix("; polling").unwrap_or(reason);
            (part(format!("{} silent, polling", glyphs.half), styles.silent), because(reason))
        }
        (SessionState::Waiting { retry_at, reason, .. }, _) => {
            let left = retry_at.duration_since(canvas.state.now);
            let words = if left.as_secs() > 0 {
                format!("{} retry in {}", glyphs.none, times::span(left))
            } else {
                format!("{} retrying", glyphs.none)
            };
            (part(words, styles.waiting), because(reason))
        }
        (SessionState::Offline { reason }, _) => {
            (part(format!("{} offline", glyphs.none), styles.offline), because(reason))
        }
        (SessionState::SignedOut { reason }, _) => {
            (part(format!("{} signed out", glyphs.none), styles.signed_out), because(reason))
        }
    }
}

/// Where the recording stands that is being played.
fn replay(place: &Replaying) -> String {
    if place.at >= place.of {
        return "replay ended".to_owned();
    }
    let percent = place.at * 100 / place.of.max(1);
    match place.pace {
        ReplayPace::Steps => format!("replay, line {} of {}", place.at, place.of),
        ReplayPace::Stopped => format!("replay stopped at {percent} %"),
        ReplayPace::Times(1.0) => format!("replay {percent} %"),
        ReplayPace::Times(times) => format!("replay {percent} % x{times}"),
    }
}

/// Profile, demo, line.
fn about(canvas: &Canvas<'_>, bar: Style) -> Vec<Part> {
    let state = canvas.state;
    let mut parts = Vec::new();
    if state.settings.demo {
        parts.push(part("demo", canvas.theme.status.demo));
    }
    if !(state.settings.demo && state.settings.profile == "demo") && state.replaying.is_none() {
        parts.push(part(state.settings.profile.as_str(), bar));
    }
    match state.lines.as_slice() {
        [] => {}
        [line] => {
            let mut words = "line".to_owned();
            for known in [&line.name, &line.phone].into_iter().flatten() {
                words.push(' ');
                words.push_str(known);
            }
            if line.name.is_none() && line.phone.is_none() {
                words.push(' ');
                words.push_str(&line.id.shown());
            }
            parts.push(part(words, bar));
        }
        lines => parts.push(part(format!("{} lines", lines.len()), bar)),
    }
    parts
}

/// What waits, the least important first; and how many of them only say how many rows there are.
fn counts(canvas: &Canvas<'_>, bar: Style) -> (Vec<Part>, usize) {
    let state = canvas.state;
    let mut parts = Vec::new();
    // what is assigned at all decides whether these say anything
    let (mine, unassigned) = (state.inbox.count_of(BuiltIn::Mine), state.inbox.count_of(BuiltIn::Unassigned));
    let (all, roomy) = (state.inbox.len(), state.size.0 >= 100);
    if roomy && unassigned > 0 && unassigned < all {
        parts.push(part(format!("unassigned {unassigned}"), bar));
    }
    if all > 0 {
        parts.push(part(format!("all {all}"), bar));
    }
    if roomy && mine > 0 {
        parts.push(part(format!("mine {mine}"), bar));
    }
    let plain = parts.len();
    let unread = state.inbox.unread_conversations();
    if unread > 0 {
        parts.push(part(format!("unread {unread}"), canvas.theme.list.name_unread));
    }
    for profile in &state.profiles {
        let name = Clean::line(&profile.name);
        if profile.trouble().is_some() {
            parts.push(part(format!("{} {name}", canvas.glyphs.alert), canvas.theme.status.waiting));
        } else if profile.unread > 0 {
            parts.push(part(format!("{name} unread {}", profile.unread), canvas.theme.list.name_unread));
        }
    }
    if state.keep.trouble.is_some() || matches!(state.keep.stage, Stage::Broken(_)) {
        parts.push(part(format!("{} not kept on disk", canvas.glyphs.alert), canvas.theme.list.unrouted));
    }
    let queued = state.outbox.items().len();
    if queued > 0 {
        parts.push(part(format!("{} {queued} queued", canvas.glyphs.queued), canvas.theme.status.queued));
    }
    let unrouted = state.unrouted.len();
    if unrouted > 0 {
        parts.push(part(format!("{} {unrouted} unrouted", canvas.glyphs.alert), canvas.theme.list.unrouted));
    }
    (parts, plain)
}

//! The connection: where it goes, how it does, since when.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::lines::Lines;
use crate::app::times;
use crate::backend::{Handshake, Health, SessionState};
use crate::inspect::Row;
use crate::socketio::{RUST_SOCKETIO, RUST_SOCKETIO_LIMITS};
use crate::text::{self, Clean};
use crate::ui::Canvas;

/// So many REST exchanges are listed.
const EXCHANGES: usize = 30;

/// The handshakes, what the token says of itself, and the last REST exchanges.
pub(super) fn whole(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let theme = canvas.theme;
    let columns = usize::from(area.width).saturating_sub(2);
    let mut lines = Lines::new(canvas, columns);
    standing(canvas, &mut lines);
    match state.traffic.handshakes.back() {
        Some(last) => handshake(canvas, &mut lines, last),
        None => {
            let url = &state.session.url;
            lines.blank();
            lines.words(&Clean::line(&format!("No connection has come up yet. Address: {url}")), theme.screen.dim);
        }
    }
    let zone = &state.settings.zone;
    if state.traffic.handshakes.len() > 1 {
        lines.heading("Connections before");
        for earlier in state.traffic.handshakes.iter().rev().skip(1) {
            let at = times::clock_seconds(earlier.at, zone);
            lines.field(
                format!("connection {}", earlier.epoch),
                format!("{at}  {}  sid {}", earlier.transport, earlier.sid),
            );
        }
    }
    lines.heading("REST, the newest first");
    for one in state.traffic.exchanges.iter().rev().take(EXCHANGES) {
        let took = times::took(jiff::SignedDuration::try_from(one.took).unwrap_or_default());
        let (status, style) = match (one.status, &one.failure) {
            (Some(status @ 200..400), _) => (status.to_string(), theme.verdict.ok),
            (Some(status), _) => (status.to_string(), theme.verdict.bad),
            (None, failure) => (failure.as_deref().unwrap_or("no answer").to_owned(), theme.verdict.bad),
        };
        let at = times::clock_seconds(one.at, zone);
        let label = Clean::line(&one.what).to_string();
        let words =
            format!("{at}  {status}  {took:>8}  {:>8} bytes  {} {}", one.bytes, one.method, Clean::line(&one.url));
        lines.push(label, words, style);
    }
    lines.draw(canvas, area, state.traffic.row);
}

/// Where the session stands now, and what went wrong with the socket before.
fn standing(canvas: &Canvas<'_>, lines: &mut Lines<'_>) {
    let state = canvas.state;
    for (name, words, style) in fields(canvas) {
        // the handshake below says the same of the connection that stands
        if !matches!(name, "transport" | "sid" | "url" | "epoch") {
            lines.wrapped(name, &words, style);
        }
    }
    if state.session.mishaps.is_empty() {
        return;
    }
    lines.heading("What went wrong with the socket, the newest first");
    for mishap in state.session.mishaps.iter().rev() {
        let at = times::clock_seconds(mishap.at, &state.settings.zone);
        let what = if mishap.ended { "the connection ended" } else { "not connected" };
        lines.wrapped(what, &format!("{at}  {}", mishap.words), canvas.theme.panel.value);
    }
}

fn handshake(canvas: &Canvas<'_>, lines: &mut Lines<'_>, last: &Handshake) {
    let state = canvas.state;
    let theme = canvas.theme;
    let zone = &state.settings.zone;
    lines.heading(format!("Connection {}, since {}", last.epoch, times::clock_seconds(last.at, zone)));
    lines.field("address", last.url.to_string());
    lines.field("protocol", "Engine.IO 4, Socket.IO 5");
    let now = state.session.transport.unwrap_or("none");
    let upgraded = if now == &*last.transport { String::new() } else { format!(", now {now}") };
    lines.field("transport", format!("{}{upgraded}", last.transport));
    if !last.sid.is_empty() {
        lines.field("socket id", last.sid.to_string());
    }
    // no transport but ours tells
    if !last.ping_interval.is_zero() {
        let (every, late) = (last.ping_interval.as_millis(), last.ping_timeout.as_millis());
        lines.field("the server pings", format!("every {every} ms, at most {late} ms late"));
    }
    if let Some(bytes) = last.max_payload {
        lines.field("largest message", format!("{bytes} bytes"));
    }
    if last.recovered {
        lines.field("recovery", "the server recovered the session and replays what was missed");
    }
    for place in &last.placed {
        lines.field("token goes to", place.to_string());
    }
    let Some(claims) = &last.claims else {
        return lines.field("token", "says nothing of itself: it is no JSON Web Token");
    };
    lines.heading("What the token says of itself (not verified here)");
    for claim in claims {
        let (words, style) = match (claim.at, &*claim.name) {
            (Some(at), "exp") => {
                let left = at.duration_since(state.now);
                if left.is_negative() {
                    (format!("{at}: it has expired"), theme.verdict.bad)
                } else {
                    (format!("{at}: in {} min", left.as_mins()), theme.verdict.ok)
                }
            }
            (Some(at), _) => (at.to_string(), theme.panel.value),
            (None, _) => (claim.value.to_string(), theme.panel.value),
        };
        lines.push(claim.name.to_string(), words, style);
    }
}

/// Draws the fields one after the other in at most `rows` rows and returns how many it took.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, rows: u16) -> u16 {
    let fields = fields(canvas);
    let label = canvas.theme.panel.label;
    let rows = rows.min(area.height);
    let mut nth = 0;
    let mut x = area.x + 1;
    for (name, words, style) in fields {
        let wide = text::width(name) + 1 + text::width(&words);
        let left = usize::from(area.right().saturating_sub(x));
        if wide > left && x > area.x + 1 {
            nth += 1;
            x = area.x + 1;
        }
        if nth >= rows {
            return rows;
        }
        let mut pen = canvas.pen(area, nth);
        pen.go(x).put(name, label).put(" ", label).fit(&words, style).skip(3);
        x = pen.x;
    }
    rows.min(nth + 1)
}

fn fields(canvas: &Canvas<'_>) -> Vec<(&'static str, String, Style)> {
    let state = canvas.state;
    let session = &state.session;
    let (theme, nothing) = (canvas.theme, canvas.glyphs.nothing);
    let value = theme.panel.value;
    let zone = &state.settings.zone;
    let (words, style) = match &session.state {
        SessionState::Connecting { step: "connecting" } => ("connecting".to_owned(), theme.status.connecting),
        SessionState::Connecting { step } => (format!("connecting: {step}"), theme.status.connecting),
        SessionState::Live => ("live".to_owned(), theme.status.live),
        SessionState::Silent { reason } => (format!("silent: {reason}"), theme.status.silent),
        SessionState::Waiting { attempt, reason, .. } => {
            (format!("waiting after attempt {attempt}: {reason}"), theme.status.waiting)
        }
        SessionState::Offline { reason } => (format!("offline: {reason}"), theme.status.offline),
        SessionState::SignedOut { reason } => (format!("signed out: {reason}"), theme.status.signed_out),
    };
    let since = times::clock_seconds(session.since, zone);
    let health = |health: &Health| match health {
        Health::Unknown => (nothing.to_owned(), value),
        Health::Well => ("well".to_owned(), theme.verdict.ok),
        Health::Ill(reason) => (reason.to_string(), theme.verdict.bad),
    };
    let (rest, rest_style) = health(&session.rest);
    let (socket, socket_style) = health(&session.socket);
    let trip = session.round_trip.map_or(nothing, times::round_trip);
    // the session's own news of it comes late: nobody is woken up for a time alone
    let event = state.timeline.rows().iter().rev().find(|row| !row.injected).map(Row::received);
    let frame = session.last_frame.max(event).map_or_else(|| nothing.to_owned(), |at| times::clock_seconds(at, zone));
    let mut fields = vec![
        ("state", format!("{words} since {since}"), style),
        ("transport", session.transport.unwrap_or(nothing).to_owned(), value),
        ("sid", session.sid.as_ref().map_or_else(|| nothing.to_owned(), ToString::to_string), value),
        ("url", session.url.to_string(), value),
        ("epoch", session.epoch.to_string(), value),
        ("reconnects", session.reconnects.to_string(), value),
        ("REST", rest, rest_style),
        ("socket", socket, socket_style),
        ("round trip", trip.to_owned(), value),
        ("last frame", frame, value),
    ];
    if session.transport == Some(RUST_SOCKETIO) {
        fields.insert(2, ("without", RUST_SOCKETIO_LIMITS.join(", "), theme.status.silent));
    }
    fields
}

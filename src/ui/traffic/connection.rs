//! The connection: where it goes, how it does, since when.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::times;
use crate::backend::{Health, SessionState};
use crate::socketio::{RUST_SOCKETIO, RUST_SOCKETIO_LIMITS};
use crate::text;
use crate::ui::Canvas;

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
    let frame = session.last_frame.map_or_else(|| nothing.to_owned(), |at| times::clock_seconds(at, zone));
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

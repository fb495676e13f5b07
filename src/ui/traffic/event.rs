//! The chosen event whole: what a web page would log of it, what was decided and why, its payload, its way.

use std::borrow::Cow;

use ratatui::layout::Rect;

use super::lines::Lines;
use super::timeline::{latency, verdict_style};
use crate::app::traffic::{Section, chosen_seq, trace};
use crate::app::{times, update};
use crate::chat::{Evidence, Id, Verdict};
use crate::config::{Action, Context};
use crate::inspect::diff::diff;
use crate::inspect::payload::{self, in_payload, payload_lines};
use crate::inspect::stages::StageState;
use crate::inspect::{Entry, explain};
use crate::text::Clean;
use crate::ui::Canvas;
use crate::wire::Event;

/// So many conversations that came near are shown.
const NEAR: usize = 4;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let Some(entry) = chosen_seq(state).and_then(|seq| state.timeline.get(seq)) else { return };
    if area.height == 0 {
        return;
    }
    heading(canvas, area, &entry);
    let body = super::below(area, 1);
    match state.traffic.section {
        Section::Decision => decision(canvas, body, &entry),
        Section::Payload => inspect(canvas, body, &entry),
        Section::Stages => stages(canvas, body, &entry),
    }
}

fn heading(canvas: &mut Canvas<'_>, area: Rect, entry: &Entry) {
    let theme = canvas.theme;
    let row = canvas.state.timeline.row(entry.seq);
    let mut words = format!("{}, {} bytes, connection {}", Clean::line(&entry.name), entry.bytes, entry.epoch);
    if let Some(ack) = entry.ack {
        words.push_str(&format!(", wants ack {ack}"));
    }
    if entry.injected {
        words.push_str(", put in by you");
    }
    if row.is_some_and(|row| row.marked) {
        words.push_str(", marked");
    }
    let section = match canvas.state.traffic.section {
        Section::Decision => "",
        Section::Payload => "payload",
        Section::Stages => "its way",
    };
    let mut pen = canvas.pen(area, 0);
    pen.skip(1).fit(&format!("Event {}", entry.seq), theme.screen.title).skip(2);
    let room = pen.left().saturating_sub(section.len() + 2);
    pen.fit_in(&words, room, theme.screen.dim);
    let gap = pen.left().saturating_sub(section.len() + 1);
    pen.skip(gap).put(section, theme.screen.title);
}

/// What was decided, then the payload.
fn decision(canvas: &mut Canvas<'_>, body: Rect, entry: &Entry) {
    let state = canvas.state;
    let columns = usize::from(body.width).saturating_sub(2);
    let mut lines = fields(canvas, entry, columns);
    lines.blank();
    let heading = lines.all.len();
    let room = usize::from(body.height);
    // the end stays in view, however far down one scrolls
    let scroll = if state.panels.traffic_scroll == 0 {
        0
    } else {
        let most = state.panels.traffic_scroll + room;
        let all = heading + payload_lines(&entry.raw, columns).take(most).count() + usize::from(entry.cut.is_some());
        state.panels.traffic_scroll.min(all.saturating_sub(room))
    };
    let value = canvas.theme.panel.value;
    let shown: Vec<_> = lines.all.drain(..scroll.min(heading)).collect();
    drop(shown);
    let taken = lines.draw(canvas, body, 0);
    let rest = super::below(body, taken);
    let skipped = scroll.saturating_sub(heading);
    let mut end = 0;
    for (nth, line) in (0..rest.height).zip(payload_lines(&entry.raw, columns).skip(skipped)) {
        canvas.pen(rest, nth).skip(1 + line.depth * payload::INDENT).fit(&line.text, value);
        end = nth + 1;
    }
    cut(canvas, super::below(rest, end), entry);
}

/// Says what of a payload is not here.
fn cut(canvas: &mut Canvas<'_>, area: Rect, entry: &Entry) {
    let Some(whole) = entry.cut else { return };
    let words = if entry.raw.is_empty() {
        format!("The payload of {whole} bytes gave way to newer events.")
    } else {
        format!("Here the kept beginning ends: {} of {whole} bytes.", entry.raw.len())
    };
    let style = canvas.theme.screen.warning;
    canvas.pen(area, 0).skip(1).fit(&words, style);
}

/// The seven fields under the names that developers search for, then what was decided.
fn fields<'a>(canvas: &Canvas<'_>, entry: &'a Entry, columns: usize) -> Lines<'a> {
    let (theme, nothing) = (canvas.theme, canvas.glyphs.nothing);
    let state = canvas.state;
    let record = &entry.record;
    let id = |id: &Option<Id>| id.as_ref().map_or_else(|| nothing.to_owned(), |id| id.shown().to_string());
    let clean = |text: &'a Option<Clean>| text.as_deref().map_or(Cow::Borrowed(nothing), Cow::Borrowed);
    let mut lines = Lines::new(canvas, columns);
    lines.field("broadcastConversationId", id(&record.broadcast_conversation_id));
    lines.field("selectedContactId", id(&record.selected_contact_id));
    lines.field("selectedContactPhone", clean(&record.selected_contact_phone));
    lines.field("messageFrom", clean(&record.message_from));
    lines.field("messageType", clean(&record.message_type));
    let matched = if record.matched { ("true", theme.verdict.ok) } else { ("false", theme.verdict.warn) };
    lines.push("match", matched.0, matched.1);
    lines.field("timestamp", record.timestamp.map_or_else(|| nothing.to_owned(), |at| at.to_string()));
    let verdict =
        if entry.rescued { format!("{}, rescued", entry.verdict.name()) } else { entry.verdict.name().to_owned() };
    lines.push("verdict", verdict, verdict_style(theme, entry.verdict.kind()));
    lines.field("rule", entry.rule.map_or(nothing, |rule| rule.name()));
    lines.words(&Clean::line(&explain::explain(entry)), theme.screen.warning);
    let pointer = entry.pointer.as_ref().map_or_else(|| nothing.to_owned(), |at| Clean::line(at).to_string());
    lines.field("pointer", pointer);
    for compared in &entry.compared {
        let style = if compared.equal { theme.verdict.ok } else { theme.panel.value };
        let sign = if compared.equal { "equals" } else { "is not" };
        lines.push("compared", format!("{:<9} {}", compared.rule.name(), compared.theirs), style);
        lines.push(" ", format!("{sign:<9} {}", compared.ours), style);
    }
    ids(canvas, entry, &mut lines);
    near(canvas, entry, &mut lines);
    if let Some(repeat) = state.traffic.repeats.of(entry.seq) {
        let style = if repeat.is_same_event_twice() { theme.verdict.warn } else { theme.panel.value };
        let names: Vec<String> =
            repeat.names().iter().map(|(name, count)| format!("{} x{count}", Clean::line(name))).collect();
        let took = repeat.span().as_millis();
        let words = format!("{} times within {took} ms: {}", repeat.count, names.join(", "));
        lines.wrapped("came", &words, style);
    }
    lines.field("room", entry.room.as_ref().map_or_else(|| "?".to_owned(), |room| room.shown().to_string()));
    let zone = &state.settings.zone;
    let row = state.timeline.row(entry.seq);
    let step = |took: Option<jiff::SignedDuration>| took.map_or_else(|| nothing.to_owned(), times::took);
    lines.field("latency", latency(row, nothing));
    if let Some(row) = row {
        let (way, deciding) = (step(row.on_the_way()), step(Some(row.deciding())));
        let received = times::clock_seconds(entry.received, zone);
        let words = format!(
            "received {received}, on the way {way}, decided in {deciding}, drawn after {}",
            step(row.drawing())
        );
        lines.wrapped(" ", &words, theme.panel.value);
    }
    lines
}

/// The two ids of the naive comparison side by side.
fn ids<'a>(canvas: &Canvas<'_>, entry: &'a Entry, lines: &mut Lines<'a>) {
    let theme = canvas.theme;
    let record = &entry.record;
    let (Some(theirs), Some(ours)) = (&record.broadcast_conversation_id, &record.selected_contact_id) else { return };
    // for an event of another conversation the two ids ought to differ
    let of_open = entry.conversation.is_some() && entry.conversation == canvas.state.open;
    if theirs == ours || !(of_open || entry.verdict.key().is_none()) {
        return;
    }
    let found = diff(theirs.as_str(), ours.as_str());
    let form = |form: &crate::inspect::diff::Form| format!("{} ({} characters, {})", form.shown, form.chars, form.kind);
    lines.wrapped("the event's id", &form(&found.theirs), theme.panel.value);
    lines.wrapped("the page's id", &form(&found.ours), theme.panel.value);
    if let Some(first) = found.first {
        let mark = if canvas.state.settings.ascii { "^" } else { "↑" };
        let words = format!("{}{mark} character {} is the first that differs", " ".repeat(found.column), first + 1);
        lines.push(" ", words, theme.verdict.warn);
    }
    for note in &found.notes {
        lines.wrapped(" ", &Clean::line(note), theme.screen.warning);
    }
}

/// Conversations that the event almost named.
fn near<'a>(canvas: &Canvas<'_>, entry: &'a Entry, lines: &mut Lines<'a>) {
    if matches!(entry.verdict.kind(), kind if entry.verdict.key().is_some() || kind.name() == "account-wide") {
        return;
    }
    let state = canvas.state;
    let Some(evidence) = evidence(canvas, entry) else { return };
    let found = state.directory.near_misses(&evidence, NEAR);
    if found.is_empty() && !matches!(entry.verdict, Verdict::NotInDialect | Verdict::Undecodable { .. }) {
        lines.field("near", "no conversation here resembles what it names");
    }
    for miss in found {
        let name = state.inbox.get(miss.key).map(crate::chat::Conversation::title).unwrap_or_default();
        lines.field("near", format!("{name}: {}", miss.ours));
        lines.wrapped(" ", &miss.why, canvas.theme.screen.warning);
    }
}

/// What the event says of its conversation, read again from its payload.
fn evidence(canvas: &Canvas<'_>, entry: &Entry) -> Option<Evidence> {
    let dialect = canvas.state.traffic.dialect.as_ref()?;
    match dialect.decode_event(&entry.name, &entry.raw).event {
        Ok(
            Event::Message { evidence, .. }
            | Event::Conversation { evidence, .. }
            | Event::Status { evidence, .. }
            | Event::Merged { evidence, .. }
            | Event::Presence { evidence, .. }
            | Event::Typing { evidence, .. },
        ) => Some(evidence),
        _ => None,
    }
}

/// The payload value by value, beside what it was read as.
fn inspect(canvas: &mut Canvas<'_>, body: Rect, entry: &Entry) {
    let (raw, read) = if body.width >= 100 {
        let left = body.width * 3 / 5;
        (Rect { width: left, ..body }, Rect { x: body.x + left, width: body.width - left, ..body })
    } else {
        let height = (body.height / 3).min(9);
        (super::below(body, height), Rect { height, ..body })
    };
    let decoded = decoded(canvas, entry, usize::from(read.width).saturating_sub(2));
    decoded.draw(canvas, read, 0);
    values(canvas, raw, entry);
}

fn values(canvas: &mut Canvas<'_>, area: Rect, entry: &Entry) {
    let state = canvas.state;
    let theme = canvas.theme;
    let cursor = state.traffic.cursor;
    let pointer = payload_lines(&entry.raw, update::PAYLOAD_COLUMNS).nth(cursor).map(|line| line.pointer);
    let pointer = Clean::line(in_payload(pointer.as_deref().unwrap_or("")));
    let hints = [
        canvas.hint_in(Context::Traffic, Action::CopyPointer, "copies it"),
        canvas.hint_in(Context::Traffic, Action::UsePointer, "uses it"),
        canvas.hint_in(Context::Traffic, Action::CopyText, "copies the value"),
    ];
    let hints = hints.join(canvas.glyphs.dot);
    let mut pen = canvas.pen(area, 0);
    pen.skip(1).fit(if pointer.is_empty() { "." } else { &pointer }, theme.panel.key).skip(2);
    pen.fit(&hints, theme.screen.dim);
    let body = super::below(area, 1);
    let page = usize::from(body.height);
    let from = cursor.saturating_sub(page / 2);
    let lines = payload_lines(&entry.raw, update::PAYLOAD_COLUMNS).enumerate().skip(from);
    let mut end = 0;
    for (nth, (index, line)) in (0..body.height).zip(lines) {
        canvas.pen(body, nth).skip(1 + line.depth * payload::INDENT).fit(&line.text, theme.panel.value);
        if index == cursor {
            let mark = canvas.glyphs.selected;
            canvas.tint(Rect { y: body.y + nth, height: 1, ..body }, theme.panel.selected);
            canvas.pen(body, nth).put(mark, theme.panel.selected);
        }
        end = nth + 1;
    }
    cut(canvas, super::below(body, end), entry);
}

/// What the dialect makes of a payload.
fn decoded<'a>(canvas: &Canvas<'_>, entry: &Entry, columns: usize) -> Lines<'a> {
    let mut lines = Lines::new(canvas, columns);
    let theme = canvas.theme;
    let Some(dialect) = &canvas.state.traffic.dialect else {
        lines.words("No dialect is known here that could read it.", theme.screen.dim);
        return lines;
    };
    lines.heading(format!("As `{}` reads it", Clean::line(&dialect.name)));
    match dialect.decode_event(&entry.name, &entry.raw).event {
        Err(error) => lines.words(&Clean::line(&error.to_string()), theme.verdict.bad),
        Ok(event) => {
            lines.field("kind", crate::inspect::Kind::of(&event).name());
            read(&mut lines, &event);
        }
    }
    lines
}

fn read(lines: &mut Lines<'_>, event: &Event) {
    let evidence = match event {
        Event::Message { evidence, message, facts } => {
            let direction = match message.direction {
                crate::chat::Direction::Inbound => "inbound",
                crate::chat::Direction::Outbound => "outbound",
                crate::chat::Direction::Note => "note",
            };
            lines.field("message", format!("{direction}, {}", Clean::line(message.content.kind())));
            lines.field("says", message.preview().to_string());
            if let Some(at) = message.created_at {
                lines.field("made", at.to_string());
            }
            if let Some(name) = &facts.name {
                lines.field("customer", name.to_string());
            }
            evidence
        }
        Event::Conversation { evidence, facts } => {
            for (label, value) in [("customer", &facts.name), ("last message", &facts.preview)] {
                if let Some(value) = value {
                    lines.field(label, value.to_string());
                }
            }
            if let Some(unread) = facts.unread {
                lines.field("unread", unread.to_string());
            }
            evidence
        }
        Event::Status { evidence, update } => {
            let words = match &update.state {
                crate::chat::DeliveryState::Reached(rank) => format!("{rank:?}").to_lowercase(),
                crate::chat::DeliveryState::Failed(failure) => {
                    format!("failed: {}", failure.reason.as_deref().unwrap_or("no reason given"))
                }
            };
            lines.field("status", words);
            evidence
        }
        Event::Typing { evidence, agent, typing, .. } => {
            lines.field("typing", if *typing { "yes" } else { "no" });
            if let Some(agent) = agent {
                lines.field("agent", agent.to_string());
            }
            evidence
        }
        Event::Presence { evidence, viewers } => {
            for viewer in viewers {
                lines.field(if viewer.typing { "types" } else { "looks" }, viewer.name.to_string());
            }
            evidence
        }
        Event::Changed { catalogue } => return lines.field("changed", format!("{catalogue:?}").to_lowercase()),
        Event::Merged { evidence, gone } => {
            for named in gone {
                lines.field("is no more", named.id.shown().to_string());
            }
            evidence
        }
        Event::Complaint { message } => return lines.field("complaint", message.to_string()),
        Event::Account => return lines.field("about", "the whole account"),
        Event::NotInDialect => return lines.field("about", "nothing that the dialect knows"),
    };
    for named in &evidence.ids {
        lines.field(Clean::line(&named.pointer).to_string(), named.id.shown().to_string());
    }
    let ids = [("account", &evidence.account), ("line", &evidence.line), ("page compares", &evidence.broadcast_id)];
    for (label, id) in ids {
        if let Some(id) = id {
            lines.field(label, id.shown().to_string());
        }
    }
    if let Some(phone) = &evidence.phone {
        lines.field("phone", format!("{} (sent as {})", phone.shown(), Clean::line(phone.raw())));
    }
    for id in &evidence.message {
        lines.field("message id", id.shown().to_string());
    }
}

/// The five stages of its way.
fn stages(canvas: &mut Canvas<'_>, body: Rect, entry: &Entry) {
    let theme = canvas.theme;
    let columns = usize::from(body.width).saturating_sub(2);
    let trace = trace(canvas.state, entry);
    let zone = &canvas.state.settings.zone;
    let mut lines = Lines::new(canvas, columns);
    let ascii = canvas.state.settings.ascii;
    for (nth, report) in trace.stages.iter().enumerate() {
        let (mark, style) = match report.state {
            StageState::Ok => (if ascii { "ok" } else { "✓" }, theme.verdict.ok),
            StageState::Failed => (if ascii { "!!" } else { "✗" }, theme.verdict.bad),
            StageState::Unknown => ("?", theme.screen.dim),
        };
        let at = report.at.map(|at| format!(" at {}", times::clock_millis(at, zone))).unwrap_or_default();
        let label = format!("{mark} {} {}", nth + 1, report.stage.name());
        lines.push(label, format!("{}{at}", report.state.name()), style);
        lines.wrapped(" ", &report.evidence, theme.panel.value);
    }
    let broken = trace.broken_at().map(|report| format!("Its way ends at stage \"{}\".", report.stage.name()));
    lines.blank();
    lines.words(broken.as_deref().unwrap_or("Every stage that can be seen from here is well."), theme.screen.warning);
    for id in &trace.message {
        lines.field("message", id.shown().to_string());
    }
    for emit in &trace.emits {
        let room = emit.room.as_ref().map_or_else(|| "every socket".to_owned(), |room| format!("room {room}"));
        lines.wrapped(
            "emitted",
            &format!("{} to {room}: {}", emit.event, times::counted(emit.sockets as usize, "socket")),
            theme.panel.value,
        );
    }
    lines.draw(canvas, body, canvas.state.panels.traffic_scroll);
}

//! The traffic as files for other tools and other people: NDJSON, HAR, and a report in Markdown.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::diff::diff;
use super::timeline::{Entry, Timeline};
use super::{Drift, Repeats, RoomLedger, drift, explain};
use crate::backend::{Exchange, Handshake, RoomStage, Session};
use crate::text::Clean;
use crate::wire::redact::Redaction;

/// One event a line.
pub fn ndjson(events: impl Iterator<Item = Entry>) -> String {
    let mut out = String::new();
    for entry in events {
        out.push_str(&object(&entry).to_string());
        out.push('\n');
    }
    out
}

/// What an event brought, without the secrets that may stand in it.
fn raw(entry: &Entry) -> String {
    Redaction::default().apply(&entry.raw)
}

fn object(entry: &Entry) -> Value {
    let raw = raw(entry);
    // the payload as JSON where it is whole, as text where it is not
    let payload: Value = serde_json::from_str(&raw).unwrap_or_else(|_| Value::from(&*raw));
    json!({
        "seq": entry.seq,
        "epoch": entry.epoch,
        "event": entry.name,
        "kind": entry.about.kind,
        "received": entry.received,
        "emitted": entry.record.timestamp,
        "routed": entry.routed,
        "drawn": entry.drawn,
        "bytes": entry.bytes,
        "ack": entry.ack,
        "verdict": entry.verdict.name(),
        "rule": entry.rule.map(crate::chat::Rule::name),
        "pointer": entry.pointer,
        "compared": entry.compared,
        "record": entry.record,
        "rescued": entry.rescued,
        "room": entry.room,
        "injected": entry.injected,
        "cut": entry.cut,
        "payload": payload,
    })
}

/// An HTTP archive 1.2: the REST exchanges, and the socket as one entry with `_webSocketMessages`, as browsers write it.
pub fn har(events: impl Iterator<Item = Entry>, exchanges: &VecDeque<Exchange>, session: &Session) -> String {
    let mut entries: Vec<Value> = exchanges.iter().map(exchange).collect();
    let mut started = None;
    let messages: Vec<Value> = events
        .filter(|entry| !entry.injected)
        .map(|entry| {
            started.get_or_insert(entry.received);
            let name = Value::from(&*entry.name).to_string();
            let raw = raw(&entry);
            let inside = raw.strip_prefix('[').and_then(|raw| raw.strip_suffix(']')).unwrap_or_default();
            let comma = if inside.trim().is_empty() { "" } else { "," };
            let ack = entry.ack.map(|ack| ack.to_string()).unwrap_or_default();
            json!({
                "type": "receive",
                "time": seconds(entry.received),
                "opcode": 1,
                "data": format!("42{ack}[{name}{comma}{inside}]"),
            })
        })
        .collect();
    let url = session.url.replacen("http", "ws", 1);
    entries.push(json!({
        "startedDateTime": started.unwrap_or(session.since),
        "time": 0,
        "request": request("GET", &url, None),
        "response": response(101, "Switching Protocols", "", 0),
        "cache": {},
        "timings": { "send": 0, "wait": 0, "receive": 0 },
        "_resourceType": "websocket",
        "_webSocketMessages": messages,
    }));
    let creator = json!({ "name": "switchboard", "version": env!("CARGO_PKG_VERSION") });
    let archive = json!({ "log": { "version": "1.2", "creator": creator, "pages": [], "entries": entries } });
    serde_json::to_string_pretty(&archive).unwrap_or_default()
}

fn seconds(at: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 fit")]
    let microseconds = at.as_microsecond() as f64;
    microseconds / 1e6
}

fn exchange(exchange: &Exchange) -> Value {
    let took = u64::try_from(exchange.took.as_millis()).unwrap_or(u64::MAX);
    let words = exchange.failure.as_deref().unwrap_or_default();
    // answers about settings may hold tokens of the channel
    let body = Redaction::default().apply(&exchange.body);
    let sent = exchange.sent.as_deref().map(|sent| Redaction::default().apply(sent));
    json!({
        "startedDateTime": exchange.at,
        "time": took,
        "request": request(&exchange.method, &exchange.url, sent.as_deref()),
        "response": response(exchange.status.unwrap_or(0), words, &body, exchange.bytes),
        "cache": {},
        "timings": { "send": 0, "wait": took, "receive": 0 },
        "comment": exchange.what,
    })
}

fn request(method: &str, url: &str, body: Option<&str>) -> Value {
    let mut request = json!({
        "method": method, "url": url, "httpVersion": "HTTP/1.1", "cookies": [], "headers": [], "queryString": [],
        "headersSize": -1, "bodySize": body.map_or(0, str::len),
    });
    if let (Some(body), Some(fields)) = (body, request.as_object_mut()) {
        fields.insert("postData".to_owned(), json!({ "mimeType": "application/json", "text": body }));
    }
    request
}

fn response(status: u16, words: &str, body: &str, bytes: usize) -> Value {
    json!({
        "status": status, "statusText": words, "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
        "content": { "size": bytes, "mimeType": "application/json", "text": body },
        "redirectURL": "", "headersSize": -1, "bodySize": bytes,
    })
}

/// What a report is made of.
pub struct Subject<'a> {
    /// The time of the report.
    pub now: Timestamp,
    /// The session.
    pub session: &'a Session,
    /// How the present connection began.
    pub handshake: Option<&'a Handshake>,
    /// The events.
    pub timeline: &'a Timeline,
    /// The rooms.
    pub rooms: &'a RoomLedger,
    /// REST against the socket.
    pub drift: &'a Drift,
    /// Messages that came more than once.
    pub repeats: &'a Repeats,
    /// The open conversation's name.
    pub open: Option<&'a str>,
    /// The event that the report is about.
    pub chosen: Option<&'a Entry>,
}

/// A report to hand to whoever maintains the backend. It names ids and shows one payload; no token is in it.
pub fn report(subject: &Subject<'_>) -> String {
    let mut out = format!("# What the socket brought, {}\n", subject.now.strftime("%Y-%m-%d %H:%M:%S UTC"));
    let session = subject.session;
    out.push_str("\n## The connection\n\n");
    let nothing = || Clean::line("none");
    out.push_str(&format!("- address: {}\n", session.url));
    out.push_str(&format!("- transport: {}\n", session.transport.unwrap_or("none")));
    out.push_str(&format!("- socket id: {}\n", session.sid.clone().unwrap_or_else(nothing)));
    out.push_str(&format!("- connections so far: {}\n", session.epoch));
    if let Some(handshake) = subject.handshake {
        for place in &handshake.placed {
            out.push_str(&format!("- {place}\n"));
        }
    }
    out.push_str("\n## Rooms\n\n| room | join sent | stage | proved by traffic |\n|---|---|---|---|\n");
    for row in subject.rooms.rows() {
        let stage = match row.stage {
            RoomStage::Wanted => "wanted",
            RoomStage::Emitted => "emitted",
            RoomStage::Acknowledged => "acknowledged",
            RoomStage::Refused => "refused",
            RoomStage::Stale => "stale",
            RoomStage::Left => "left",
        };
        let proved = row.confirmed.map_or_else(|| "no".to_owned(), |at| at.to_string());
        out.push_str(&format!("| {} | {} | {stage} | {proved} |\n", cell(&row.id.shown()), code(&row.emitted)));
    }
    let counters = subject.timeline.counters();
    out.push_str(&format!("\n## {} events\n\n| verdict | events |\n|---|---|\n", counters.total));
    for (verdict, count) in &counters.verdicts {
        out.push_str(&format!("| {verdict} | {count} |\n"));
    }
    out.push_str(&format!("\nRescued (a page that compares the two ids misses them): {}\n", counters.rescued));
    let (messages, same) = subject.repeats.counts();
    out.push_str(&format!("\nMessages that came more than once: {messages}, by the same event twice: {same}\n"));
    let (missed, not_stored) = subject.drift.counts();
    out.push_str(&format!("\nREST has, no event brought: {missed}. An event brought, REST has not: {not_stored}\n"));
    for one in subject.drift.told().iter().rev().take(10) {
        if one.side != drift::Side::Offline && one.settled.is_none() {
            out.push_str(&format!("- {}: {}\n", one.side.name(), code(&one.id)));
        }
    }
    if let Some(entry) = subject.chosen {
        about(&mut out, entry, subject.open);
    }
    out
}

fn about(out: &mut String, entry: &Entry, open: Option<&str>) {
    let name = Clean::line(&entry.name);
    out.push_str(&format!("\n## Event {}: {}\n\n", entry.seq, code(&name)));
    out.push_str(&format!("{}\n\n", cell(&explain::explain(entry))));
    let id = |id: &Option<crate::chat::Id>| id.as_ref().map_or_else(|| "none".to_owned(), |id| code(&id.shown()));
    out.push_str(&format!("- received: {}\n", entry.received));
    out.push_str(&format!("- verdict: {}\n", entry.verdict.name()));
    out.push_str(&format!("- rule: {}\n", entry.rule.map_or("none", crate::chat::Rule::name)));
    out.push_str(&format!("- open conversation: {}\n", cell(open.unwrap_or("none"))));
    out.push_str(&format!("- broadcastConversationId: {}\n", id(&entry.record.broadcast_conversation_id)));
    out.push_str(&format!("- selectedContactId: {}\n", id(&entry.record.selected_contact_id)));
    out.push_str(&format!("- match: {}\n", entry.record.matched));
    if let (Some(theirs), Some(ours)) = (&entry.record.broadcast_conversation_id, &entry.record.selected_contact_id) {
        let found = diff(theirs.as_str(), ours.as_str());
        out.push_str(&format!("\nThe event's id is {} ({} characters), ", found.theirs.kind, found.theirs.chars));
        out.push_str(&format!("the page's {} ({} characters).\n", found.ours.kind, found.ours.chars));
        for note in found.notes {
            out.push_str(&format!("- {}\n", cell(&note)));
        }
    }
    let fence = if entry.raw.contains("```") { "`````" } else { "```" };
    out.push_str(&format!("\n{fence}json\n{}\n{fence}\n", Clean::text(&raw(entry))));
}

/// Text that must not break a table or a line of Markdown.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '<' | '>' | '*' | '_' | '`' | '[' | ']' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{ConversationKey, Id, Rule, Verdict};

    #[test]
    fn no_export_has_a_secret_that_an_event_brought() {
        let token = format!("eyJhbGciOiJIUzI1NiJ9.{}.c2lnbmF0dXJl", "a".repeat(30));
        let raw = format!(r#"[{{"text":"jwt malformed: {token}.","accessToken":"opaque","_id":"m1"}}]"#);
        let one = entry(1, &raw);
        let session = Session::starting(Timestamp::from_second(1_795_347_000).unwrap());
        let mut about_it = String::new();
        about(&mut about_it, &one, None);
        for text in [
            ndjson(std::iter::once(one.clone())),
            har(std::iter::once(one.clone()), &VecDeque::new(), &session),
            about_it,
        ] {
            assert!(!text.contains(&token) && !text.contains("opaque"), "{text}");
            assert!(text.contains("jwt malformed: [redacted]") && text.contains("m1"), "{text}");
        }
    }

    fn entry(n: u64, raw: &str) -> Entry {
        let mut entry = Entry::new(n, Timestamp::from_second(1_795_347_000).unwrap(), "new_message");
        entry.raw = raw.into();
        entry.ack = Some(7);
        entry.verdict = Verdict::Routed { key: ConversationKey(1) };
        entry.rule = Some(Rule::Composite);
        entry.rescued = true;
        entry.record.broadcast_conversation_id = Some(Id::new("a|b`c_1_923001234574"));
        entry.record.selected_contact_id = Some(Id::new("6b02ca344e517f5f5b27e3b5"));
        entry
    }

    #[test]
    fn each_line_is_an_event_with_its_verdict_and_payload() {
        let text = ndjson([entry(1, r#"[{"a":1}]"#), entry(2, "{cut")].into_iter());
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["payload"], json!([{ "a": 1 }]));
        assert_eq!((&lines[0]["verdict"], &lines[0]["rule"]), (&json!("routed"), &json!("composite")));
        assert_eq!(lines[1]["payload"], json!("{cut"), "what is not whole stays text");
    }

    #[test]
    fn a_har_has_the_exchanges_and_the_frames_as_they_were_on_the_wire() {
        let now = Timestamp::from_second(1_795_347_000).unwrap();
        let exchange = Exchange {
            at: now,
            took: std::time::Duration::from_millis(12),
            what: "the list".into(),
            method: "GET".into(),
            url: "https://chat.acme.test/api/conversations?limit=50".into(),
            sent: None,
            status: Some(200),
            failure: None,
            bytes: 2,
            body: "{}".into(),
        };
        let session = Session { url: Clean::line("https://chat.acme.test/socket.io/"), ..Session::starting(now) };
        let text = har([entry(1, r#"[{"a":1}]"#)].into_iter(), &[exchange].into(), &session);
        let archive: Value = serde_json::from_str(&text).unwrap();
        let entries = archive["log"]["entries"].as_array().unwrap();
        assert_eq!(entries[0]["request"]["url"], "https://chat.acme.test/api/conversations?limit=50");
        assert_eq!(entries[0]["response"]["status"], 200);
        assert_eq!(entries[1]["_webSocketMessages"][0]["data"], r#"427["new_message",{"a":1}]"#);
        assert_eq!(entries[1]["request"]["url"], "wss://chat.acme.test/socket.io/");
    }

    #[test]
    fn a_report_says_what_is_wrong_and_breaks_no_table() {
        let now = Timestamp::from_second(1_795_347_000).unwrap();
        let mut timeline = Timeline::default();
        timeline.push(entry(1, "[]"));
        let chosen = timeline.last();
        let subject = Subject {
            now,
            session: &Session::starting(now),
            handshake: None,
            timeline: &timeline,
            rooms: &RoomLedger::default(),
            drift: &Drift::default(),
            repeats: &Repeats::default(),
            open: Some("Maria | López"),
            chosen: chosen.as_ref(),
        };
        let text = report(&subject);
        for words in
            ["## Event 1: `new_message`", "| routed | 1 |", "Rescued", "ObjectId", "Maria \\| López", "``a\\|b`c"]
        {
            assert!(text.contains(words), "{words}\n{text}");
        }
    }
}

//! What `doctor` prints: the verdict, what to do about it, and what was checked on the way.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::examine::Examination;
use crate::backend::Health;
use crate::inspect::Finding;
use crate::inspect::diagnose::{Certainty, Outcome, Severity};
use crate::inspect::evidence::{Attempt, Evidence, JoinWay};
use crate::text;

/// The width of the page.
const COLUMNS: usize = 100;

/// The page, line by line.
pub fn page(examined: &Examination, name: &str, verdict: Outcome, took: SignedDuration) -> Vec<String> {
    let Examination { evidence, findings, .. } = examined;
    let seconds = format!("{:.1} s", took.as_secs_f64());
    let mut lines =
        vec![format!("Profile {name}, {}, examined in {seconds}", evidence.address.socket_url), String::new()];
    lines.push(format!("{}: {}", headline(verdict), in_short(verdict, findings)));
    lines.push(String::new());
    for (at, finding) in findings.iter().enumerate() {
        of_finding(at + 1, finding, &mut lines);
        lines.push(String::new());
    }
    lines.push("What was checked".to_owned());
    for (what, found) in checked(evidence) {
        wrapped(&format!("  {what:<12}"), &found, &mut lines);
    }
    lines
}

fn headline(verdict: Outcome) -> &'static str {
    match verdict {
        Outcome::Match => "MATCH",
        Outcome::Mismatch => "MISMATCH",
        Outcome::NothingArrived => "NOTHING ARRIVED",
        Outcome::Refused => "REFUSED",
        Outcome::Unreachable => "NOT REACHED",
    }
}

fn in_short(verdict: Outcome, findings: &[Finding]) -> String {
    let faults = findings.iter().filter(|finding| finding.is_fault()).count();
    let first = findings.first().map(|finding| finding.rule).unwrap_or_default();
    match (verdict, faults) {
        (Outcome::Match, 0) => "messages arrive, and their ids are the list's".to_owned(),
        (Outcome::Match, 1) => format!("messages arrive under the list's ids; one thing is to be mended ({first})"),
        (Outcome::Match, many) => format!("messages arrive under the list's ids; {many} things are to be mended"),
        (Outcome::NothingArrived, 0) => "nothing can be said without a message".to_owned(),
        _ => format!("the surest explanation comes first ({first})"),
    }
}

fn of_finding(number: usize, finding: &Finding, lines: &mut Vec<String>) {
    let grave = match finding.severity {
        Severity::Fault => "fault",
        Severity::Warning => "warning",
        Severity::Note => "note",
        Severity::Good => "good",
    };
    let sure = match finding.certainty {
        Certainty::Certain => "certain",
        Certainty::Likely => "likely",
        Certainty::Possible => "one of several possible reasons",
    };
    lines.push(format!("{number}. {} ({grave}, {sure})", finding.rule));
    wrapped("   saw      ", &finding.saw, lines);
    wrapped("   means    ", &finding.means, lines);
    if let Some(ids) = &finding.ids {
        // an id is one word: whoever compares it wants it whole
        lines.push(format!("   event id {}", ids.event.shown()));
        lines.push(format!("   list id  {}", ids.list.shown()));
        wrapped("            ", &ids.differ, lines);
    }
    if let Some(side) = finding.mend {
        let value = finding.should_send.as_ref().map(|id| format!("; the value should be {}", id.shown()));
        wrapped("   mend     ", &format!("{}{}", side.name(), value.unwrap_or_default()), lines);
    }
    for step in &finding.todo {
        wrapped("   do       ", step, lines);
    }
    if let Some(command) = &finding.command {
        // to be copied: not wrapped
        lines.push(format!("   look     {command}"));
    }
}

/// Wraps a text behind a label; what follows stands under its beginning.
fn wrapped(label: &str, words: &str, lines: &mut Vec<String>) {
    let room = COLUMNS.saturating_sub(label.len());
    let mut line = String::new();
    let mut first = true;
    let mut put = |line: &str, first: &mut bool| {
        let label = if *first { label.to_owned() } else { " ".repeat(label.len()) };
        *first = false;
        lines.push(format!("{label}{line}"));
    };
    for word in words.split(' ') {
        if !line.is_empty() && text::width(&line) + 1 + text::width(word) > room {
            put(&line, &mut first);
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    put(&line, &mut first);
}

fn health(health: &Health) -> String {
    match health {
        Health::Unknown => "not known".to_owned(),
        Health::Well => "well".to_owned(),
        Health::Ill(reason) => reason.to_string(),
    }
}

fn attempt(attempt: &Attempt) -> String {
    match attempt {
        Attempt::Connected => "connects".to_owned(),
        Attempt::Token(words) | Attempt::Namespace(words) | Attempt::Protocol(words) | Attempt::Failed(words) => {
            words.to_string()
        }
        Attempt::Http(_, words) => words.to_string(),
    }
}

/// The names of the ways to join.
fn way(way: JoinWay) -> &'static str {
    match way {
        JoinWay::PageId => "by the list's id",
        JoinWay::Composite => "by its other id",
        JoinWay::BareString => "by a bare string",
        JoinWay::Object => "by an object",
    }
}

/// Everything that was checked: what, and what was found.
fn checked(evidence: &Evidence) -> Vec<(&'static str, String)> {
    let session = &evidence.session;
    let mut found = Vec::new();
    let rest = match (&evidence.list.failed, evidence.list.came) {
        (Some(error), _) => error.to_string(),
        (None, true) => {
            let took = session.round_trip.map(|took| format!(", {} ms", took.as_millis())).unwrap_or_default();
            format!("well: {} conversations{took}", evidence.list.rows)
        }
        (None, false) => health(&session.rest),
    };
    found.push(("REST", rest));
    let socket = match session.transport {
        Some(transport) => format!("well: {transport}, {}", evidence.address.socket_path),
        None => session.mishaps.last().map_or_else(|| health(&session.socket), |mishap| mishap.words.to_string()),
    };
    found.push(("socket", socket));
    if let Some(tried) = &evidence.checks.websocket {
        found.push(("WebSocket", attempt(tried)));
    }
    if let Some(tried) = &evidence.checks.polling {
        found.push(("polling", attempt(tried)));
    }
    if let Some(clock) = evidence.checks.clock {
        let words = if clock.is_zero() { "in step".to_owned() } else { format!("{} s apart", clock.as_secs()) };
        found.push(("clocks", words));
    }
    if let Some(id) = evidence.list.page_ids.first() {
        found.push(("list's ids", format!("such as {}", id.shown())));
    }
    for row in &evidence.rooms {
        let confirmed = if row.confirmed.is_some() { ", confirmed by traffic" } else { "" };
        let stage = format!("{:?}", row.stage).to_lowercase();
        found.push(("room", format!("{} {stage}{confirmed}", row.emitted)));
    }
    for trial in &evidence.checks.trials {
        let brought = if trial.brought { "brought the message" } else { "brought nothing of it" };
        let answered = if trial.answered { ", answered" } else { "" };
        found.push(("way to join", format!("{}: {}{answered}: {brought}", way(trial.way), trial.emitted)));
    }
    if let Some(test) = &evidence.checks.test {
        let stored = test.sent.iter().filter(|sent| sent.stored == Some(true)).count();
        let came = |ids: &[crate::chat::Id]| {
            evidence.events.iter().any(|sight| sight.says.message.iter().any(|id| ids.contains(id)))
        };
        let arrived = test.sent.iter().filter(|sent| came(&sent.ids)).count();
        found.push((
            "test",
            format!(
                "{} messages by the webhook, {stored} of them in REST, {arrived} brought by events",
                test.sent.len()
            ),
        ));
    }
    for stage in evidence.trace.iter().flat_map(|trace| &trace.stages) {
        found.push(("stage", format!("{}: {} {}", stage.stage.name(), stage.state.name(), stage.evidence)));
    }
    for trial in evidence.checks.cors.iter().flat_map(|cors| &cors.tried) {
        let status = trial.status.as_ref().map_or_else(ToString::to_string, ToString::to_string);
        let origin = trial.allow_origin.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
        found.push(("CORS", format!("{}: {status}, Access-Control-Allow-Origin {origin}", trial.what)));
    }
    let mut names: std::collections::BTreeMap<&str, u32> = std::collections::BTreeMap::new();
    for sight in &evidence.events {
        *names.entry(&sight.name).or_default() += 1;
    }
    if !names.is_empty() {
        let words: Vec<String> =
            names.iter().map(|(name, count)| format!("{count} {}", text::Clean::line(name))).collect();
        found.push(("events", words.join(", ")));
    }
    found
}

/// The same for programs.
pub fn as_json(examined: &Examination, name: &str, verdict: Outcome) -> Value {
    let Examination { evidence, findings, .. } = examined;
    let checked: Vec<Value> =
        checked(evidence).into_iter().map(|(what, found)| json!({ "what": what, "found": found })).collect();
    json!({
        "profile": name,
        "url": evidence.address.socket_url,
        "outcome": verdict,
        "exitCode": verdict.exit_code(),
        "findings": findings,
        "checked": checked,
        "trace": evidence.trace,
    })
}

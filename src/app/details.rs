//! What the details pane says: of whom, line by line, with what each line can be used for.

use super::inbox::Wait;
use super::state::{Focus, State};
use super::threads::ThreadView;
use super::{layout, rows, times};
use crate::chat::codes::code_of;
use crate::chat::window::Window;
use crate::chat::{Conversation, ConversationKey, DeliveryState, Direction, NameOrigin};
use crate::text::Clean;

/// The channel of the whole family of backends.
pub const CHANNEL: &str = "WhatsApp";
/// At most this many earlier conversations are listed.
const MOST_EARLIER: usize = 20;

/// One line of the details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Nothing.
    Blank,
    /// A part begins.
    Heading(&'static str),
    /// Something that is known.
    Field(Field),
}

/// Something that is known, under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it is; empty where the line above says it.
    pub name: &'static str,
    /// What is known, in words.
    pub words: Clean,
    /// It is a failure or a conflict.
    pub bad: bool,
    /// What Enter does with it.
    pub does: Does,
}

/// What can be done with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Does {
    /// Put this on the clipboard.
    Copy(Clean),
    /// Open that conversation.
    Open(ConversationKey),
}

/// The conversation that the details are about: the open one; beside the list alone, the selected one.
pub fn subject(state: &State) -> Option<ConversationKey> {
    let in_list = match state.focus {
        Focus::List | Focus::Filter => true,
        Focus::Details => state.panels.details_from_list,
        Focus::Thread | Focus::Composer | Focus::Traffic => false,
    };
    let selected = state.inbox.selected();
    if in_list && state.size.0 < layout::THREE_PANES { selected.or(state.open) } else { state.open.or(selected) }
}

/// Everything that the pane says; empty where nobody is selected.
pub fn lines(state: &State) -> Vec<Detail> {
    let Some(row) = subject(state).and_then(|key| state.inbox.get(key)) else { return Vec::new() };
    let mut lines = Lines(Vec::with_capacity(32));
    contact(state, row, &mut lines);
    // while the thread follows its end no message is chosen: what comes would change these lines each time
    let chosen = state.focus == Focus::Details || state.open_thread().is_some_and(ThreadView::has_chosen);
    if chosen && state.focus != Focus::List && state.open == Some(row.key) {
        message(state, &mut lines);
    }
    earlier(state, row, &mut lines);
    ids(state, row, &mut lines);
    lines.0
}

/// The lines on which something can be done, in order: what is chosen is counted among them.
pub fn fields(lines: &[Detail]) -> impl Iterator<Item = &Field> {
    lines.iter().filter_map(|line| match line {
        Detail::Field(field) => Some(field),
        Detail::Blank | Detail::Heading(_) => None,
    })
}

struct Lines(Vec<Detail>);

impl Lines {
    fn heading(&mut self, title: &'static str) {
        self.0.extend([Detail::Blank, Detail::Heading(title)]);
    }

    fn field(&mut self, name: &'static str, words: impl AsRef<str>) {
        self.put(name, Clean::line(words.as_ref()), false);
    }

    fn bad(&mut self, name: &'static str, words: impl AsRef<str>) {
        self.put(name, Clean::line(words.as_ref()), true);
    }

    fn put(&mut self, name: &'static str, words: Clean, bad: bool) {
        let does = Does::Copy(words.clone());
        self.0.push(Detail::Field(Field { name, words, bad, does }));
    }
}

fn contact(state: &State, row: &Conversation, lines: &mut Lines) {
    let zone = &state.settings.zone;
    lines.field("contact", row.name.as_deref().unwrap_or("name not known"));
    if let Some(phone) = &row.phone {
        lines.field("phone", phone.shown());
    }
    lines.field("channel", CHANNEL);
    if let Some(line) = &row.line {
        let known = state.lines.iter().find(|known| known.id == *line);
        let name = known.and_then(|known| known.name.as_ref().or(known.phone.as_ref()));
        lines.put("line", name.cloned().unwrap_or_else(|| line.shown()), false);
        if let Some(phone) = known.filter(|known| known.name.is_some()).and_then(|known| known.phone.as_ref()) {
            lines.field("", phone);
        }
    }
    lines.field("status", rows::status_word(&row.status));
    lines.field("assigned", row.assignee.as_deref().unwrap_or("nobody"));
    if !row.labels.is_empty() {
        let labels: Vec<&str> = row.labels.iter().map(|label| label.as_str()).collect();
        lines.field("labels", labels.join(", "));
    }
    if let Some(priority) = &row.priority {
        lines.field("priority", priority);
    }
    lines.field("window", window_words(state, row));
    match state.inbox.wait(row.key) {
        Wait::Nobody => {}
        Wait::Unknown => lines.field("waits", "not known"),
        Wait::Since(at) => lines.field("waits", times::minutes(state.now.duration_since(at))),
        Wait::AtLeast(at) => {
            lines.field("waits", format!("{} or longer", times::minutes(state.now.duration_since(at))))
        }
    }
    if row.unread > 0 {
        lines.field("unread", row.unread.to_string());
    }
    if let Some(theirs) = state.inbox.drift(row.key) {
        lines.field("", format!("the backend counts {theirs}"));
    }
    let when = |at| {
        let day = state.settings.dates.day_words(times::day(at, zone), times::day(state.now, zone));
        format!("{day} {}", state.clock(at))
    };
    if let Some(at) = row.last_at {
        lines.field("last", when(at));
    }
    let inbound = state.threads.get(row.key).and_then(|view| view.thread.newest_inbound_at());
    if let Some(at) = row.last_inbound_at.max(inbound) {
        lines.field("customer", when(at));
    }
}

/// The service window in a few words.
pub fn window_words(state: &State, row: &Conversation) -> String {
    let length = |left: std::time::Duration| jiff::SignedDuration::try_from(left).map(times::span).unwrap_or_default();
    match state.window(row.key) {
        Window::Open { left } => format!("{} left", length(left)),
        Window::Closing { left } => format!("closes in {}", length(left)),
        Window::Expired { since } => format!("window closed {} ago", times::span(state.now.duration_since(since))),
        Window::Unknown => "window ?".to_owned(),
    }
}

/// The selected message: its ids, its times, and what became of it.
fn message(state: &State, lines: &mut Lines) {
    let message = state.open_thread().and_then(|view| rows::message_at_anchor(state, view));
    let Some(message) = message else { return };
    let zone = &state.settings.zone;
    let when = |at| times::clock_seconds(at, zone);
    lines.heading("Message");
    lines.field("kind", message.content.kind());
    if let Some(at) = message.sent_at {
        lines.field("written", when(at));
    }
    if let Some(at) = message.created_at {
        lines.field("stored", when(at));
    }
    let delivery = &message.delivery;
    for update in &delivery.history {
        let at = update.at.map(when).unwrap_or_default();
        match &update.state {
            DeliveryState::Reached(rank) => lines.field(rank.word(), at),
            DeliveryState::Failed(failure) => {
                let words = [at.as_str(), failure.code.as_deref().unwrap_or_default()].join(" ");
                lines.bad("failed", words.trim());
            }
        }
    }
    if message.direction == Direction::Outbound && delivery.history.is_empty() {
        lines.field("status", delivery.rank.word());
    }
    if let Some(failure) = &delivery.failure {
        if let Some(code) = &failure.code {
            lines.bad("error", code);
        }
        if let Some(reason) = &failure.reason {
            lines.bad("reason", reason);
        }
        if let Some(known) = failure.code.as_deref().and_then(code_of) {
            lines.bad("means", known.means);
            lines.bad("to do", known.remedy);
        }
    }
    for (name, id) in [("id", &message.ids.id), ("channel id", &message.ids.wa)] {
        if let Some(id) = id {
            lines.field(name, id.shown());
        }
    }
}

/// Other conversations of the same customer, the newest first.
fn earlier(state: &State, row: &Conversation, lines: &mut Lines) {
    let others = state.directory.of_same_customer(row.key);
    let mut others: Vec<&Conversation> = others.into_iter().filter_map(|key| state.inbox.get(key)).collect();
    if others.is_empty() {
        return;
    }
    others.sort_by_key(|other| std::cmp::Reverse(other.last_at));
    lines.heading("Other conversations");
    let zone = &state.settings.zone;
    for other in others.into_iter().take(MOST_EARLIER) {
        let when = other.last_at.map(|at| state.settings.dates.ago(at, state.now, zone)).unwrap_or_default();
        let words = [when.as_str(), other.preview.as_deref().unwrap_or_default()].join(" ");
        let name = match &other.status {
            crate::chat::Status::Other(_) => "",
            crate::chat::Status::Open => "open",
            crate::chat::Status::Pending => "pending",
            crate::chat::Status::Snoozed => "snoozed",
            crate::chat::Status::Resolved => "resolved",
        };
        let words = Clean::line_within(words.trim(), 60);
        lines.0.push(Detail::Field(Field { name, words, bad: false, does: Does::Open(other.key) }));
    }
}

/// Every name that the conversation goes by.
fn ids(state: &State, row: &Conversation, lines: &mut Lines) {
    lines.heading("Ids");
    let primary = state.directory.primary(row.key).unwrap_or(&row.id);
    lines.field("primary", primary.shown());
    for (id, origin, conflict) in state.directory.aliases(row.key) {
        if id == primary {
            continue;
        }
        let name = match origin {
            NameOrigin::Declared => "declared",
            NameOrigin::Traffic => "traffic",
        };
        let shown = id.shown();
        let words = if conflict { Clean::line(&format!("{shown} (in conflict)")) } else { shown.clone() };
        lines.0.push(Detail::Field(Field { name, words, bad: conflict, does: Does::Copy(shown) }));
    }
    for link in state.directory.links(row.key) {
        lines.field("identity", link.shown());
    }
    if let Some(line) = &row.line {
        lines.field("line id", line.shown());
    }
    if let Some(account) = &row.account {
        lines.field("account", account.shown());
    }
}

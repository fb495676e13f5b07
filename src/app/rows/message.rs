//! One message in rows.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use super::{Columns, Pane};
use crate::app::files;
use crate::app::outbox::Fate;
use crate::app::threads::Loading;
use crate::app::times;
use crate::chat::codes::code_of;
use crate::chat::{Content, Delivery, Direction, Media, Message, Origin, Rank, Status};
use crate::text;

/// Messages of one sender within this time stand under one name.
const TOGETHER: SignedDuration = SignedDuration::from_mins(5);

/// One row of the thread pane.
#[derive(Debug, PartialEq, Eq)]
pub enum Row<'a> {
    /// What is known of the time before the oldest message.
    Start(Cow<'a, str>),
    /// A day begins.
    Day(String),
    /// What follows is new.
    New,
    /// Messages may be missing here.
    Gap(String),
    /// Why what may be missing there did not come.
    GapTrouble(String),
    /// A row of the message itself.
    Line(Line<'a>),
}

/// One row of a message.
#[derive(Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Time, name and delivery, on the first row.
    pub head: Option<Head<'a>>,
    /// What it is.
    pub tone: Tone,
    /// The text; never with a newline, never wider than its column.
    pub text: Cow<'a, str>,
    /// How many bytes of the text are a label such as `[image]`.
    pub label: usize,
    /// "missed" stands behind the text.
    pub missed: bool,
}

/// What stands before the first row of a message.
#[derive(Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// `12:04`; `None` when the message above says the same, or when it is not known.
    pub time: Option<String>,
    /// Who wrote it; `None` when that stands above.
    pub name: Option<Cow<'a, str>>,
    /// From whom to whom.
    pub direction: Direction,
    /// How far it got; `None` for what the customer wrote.
    pub tick: Option<Tick>,
}

/// What a row of a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The customer's words.
    Inbound,
    /// Ours.
    Outbound,
    /// Words for the team.
    Note,
    /// The channel's.
    System,
    /// What is answered; a mark of two columns stands before it.
    Quote,
    /// Reactions; a mark of two columns stands before them.
    Reaction,
    /// Why it failed or waits; a mark of two columns stands before its first row.
    Failure,
    /// How much of a file has passed.
    Progress,
}

impl Tone {
    /// Columns of the mark before the text.
    pub fn mark(self) -> usize {
        match self {
            Self::Quote | Self::Reaction | Self::Failure => 2,
            Self::Inbound | Self::Outbound | Self::Note | Self::System | Self::Progress => 0,
        }
    }
}

/// How far a message of ours got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// Not on the wire yet.
    Queued,
    /// On the wire.
    Sending,
    /// The answer was lost.
    Unconfirmed,
    /// The channel took it.
    Sent,
    /// It arrived.
    Delivered,
    /// It was seen.
    Read,
    /// It was listened to.
    Played,
    /// It failed.
    Failed,
}

/// The word behind a message that no event brought, with the space before it.
pub const MISSED: &str = " [missed]";

pub(super) fn rows<'a>(pane: &Pane<'a>, index: usize) -> Vec<Row<'a>> {
    let mut out = Vec::with_capacity(4);
    let Some(message) = pane.view.thread.get(index) else { return out };
    let before = index.checked_sub(1).and_then(|index| pane.view.thread.get(index));
    let mut together = before.is_some_and(|before| same_group(before, message));
    if index == 0 {
        out.push(Row::Start(start(pane)));
    }
    let above = out.len();
    gap_at(pane, index, &mut out);
    together &= out.len() == above;
    let zone = &pane.state.settings.zone;
    let day = time_of(message).map(|at| times::day(at, zone));
    let day_before = before.and_then(time_of).map(|at| times::day(at, zone));
    if let Some(day) = day.filter(|day| day_before != Some(*day)) {
        out.push(Row::Day(pane.state.settings.dates.day_words(day, pane.today)));
        together = false;
    }
    if pane.view.new_from == Some(index) {
        out.push(Row::New);
        together = false;
    }
    let columns = pane.columns();
    let bare = pane.state.panels.bare;
    let shown_time =
        time_of(message).filter(|at| !together || !same_minute(before, *at)).map(|at| pane.state.clock(at));
    if bare && !together {
        // who and when stand above the text, not before it
        let words = [shown_time.as_deref().unwrap_or_default(), &name(pane, message, columns)].join(" ");
        out.push(line(Tone::System, Cow::Owned(words.trim_start().to_owned()), 0));
    }
    let first = out.len();
    quote(pane, message, columns, &mut out);
    body(message, columns, &mut out);
    reactions(pane, message, columns, &mut out);
    progress(pane, message, columns, &mut out);
    failure(pane, message, columns, &mut out);
    if let Some(Row::Line(line)) = out.get_mut(first).filter(|_| !bare) {
        line.head = Some(Head {
            time: shown_time,
            name: (!together).then(|| name(pane, message, columns)),
            direction: message.direction,
            tick: tick(pane, message),
        });
    }
    // what may be missing after the newest message stands below it
    if index + 1 == pane.view.thread.len() {
        gap_at(pane, index + 1, &mut out);
    }
    out
}

/// When a message was written, as the thread is ordered.
fn time_of(message: &Message) -> Option<Timestamp> {
    message.created_at.or(message.sent_at)
}

fn same_group(before: &Message, message: &Message) -> bool {
    before.direction == message.direction
        && before.sender == message.sender
        && match (time_of(before), time_of(message)) {
            (Some(before), Some(at)) => at.duration_since(before) < TOGETHER,
            _ => false,
        }
}

/// Whether the message above was written in the same minute, so that its time stands for both.
fn same_minute(before: Option<&Message>, at: Timestamp) -> bool {
    before.and_then(time_of).is_some_and(|before| before.as_second() / 60 == at.as_second() / 60)
}

fn start(pane: &Pane<'_>) -> Cow<'static, str> {
    match &pane.view.older {
        Loading::Asked => Cow::Borrowed("loading older messages"),
        Loading::Failed(reason) => Cow::Owned(format!("older messages did not come: {reason}")),
        _ if pane.view.thread.reaches_start() => Cow::Borrowed("the conversation begins here"),
        Loading::Done => Cow::Borrowed("the backend has no older messages"),
        Loading::Not => Cow::Borrowed("older messages are not loaded"),
    }
}

fn gap_at(pane: &Pane<'_>, index: usize, out: &mut Vec<Row<'_>>) {
    let Some(gap) = pane.gaps.iter().find(|gap| gap.index == index) else { return };
    let since = pane.state.clock(gap.since);
    out.push(Row::Gap(format!("messages since {since} may be missing here")));
    // gaps are closed from the newest on: that is the one that could not be
    let newest = pane.gaps.iter().all(|other| other.index <= index);
    if let Some(reason) = pane.view.gap_trouble().filter(|_| newest) {
        out.push(Row::GapTrouble(format!("they did not come: {reason}")));
    }
}

/// The name in its column: `you`, or as much of the name as fits.
fn name<'a>(pane: &Pane<'a>, message: &'a Message, columns: Columns) -> Cow<'a, str> {
    let identity = &pane.state.identity;
    let name: Cow<'a, str> = match (message.direction, &message.sender) {
        (Direction::Inbound, Some(sender)) => Cow::Borrowed(sender),
        (Direction::Inbound, None) => Cow::Owned(pane.customer.to_string()),
        (_, None) => Cow::Borrowed("you"),
        (_, Some(sender)) if identity.name.as_ref() == Some(sender) || identity.email.as_ref() == Some(sender) => {
            Cow::Borrowed("you")
        }
        (_, Some(sender)) => Cow::Borrowed(sender),
    };
    // ours have their delivery mark in the same column
    let room = if message.direction == Direction::Inbound { columns.name_width } else { columns.name_width - 3 };
    if text::width(&name) <= room {
        return name;
    }
    let first = name.split_whitespace().next().unwrap_or_default();
    Cow::Owned(text::fit(first, room).into_owned())
}

fn tick(pane: &Pane<'_>, message: &Message) -> Option<Tick> {
    if message.direction != Direction::Outbound {
        return None;
    }
    let fate = message.ids.client.as_ref().and_then(|client| pane.state.outbox.get(client)).map(|item| &item.fate);
    Some(match (fate, &message.delivery) {
        (Some(Fate::Unconfirmed), _) => Tick::Unconfirmed,
        (_, Delivery { failure: Some(_), .. }) => Tick::Failed,
        (Some(Fate::Sending | Fate::Elsewhere), _) => Tick::Sending,
        (_, Delivery { rank: Rank::Queued, .. }) => Tick::Queued,
        (_, Delivery { rank: Rank::Sent, .. }) => Tick::Sent,
        (_, Delivery { rank: Rank::Delivered, .. }) => Tick::Delivered,
        (_, Delivery { rank: Rank::Read, .. }) => Tick::Read,
        (_, Delivery { rank: Rank::Played, .. }) => Tick::Played,
    })
}

fn quote<'a>(pane: &Pane<'a>, message: &'a Message, columns: Columns, out: &mut Vec<Row<'a>>) {
    let Some(to) = &message.reply_to else { return };
    let quoted = pane.view.thread.index_of(to).and_then(|index| pane.view.thread.get(index));
    let words = match quoted {
        Some(quoted) => format!("{}: {}", name(pane, quoted, columns), quoted.preview()),
        None => "an earlier message".to_owned(),
    };
    let room = columns.text_width.saturating_sub(Tone::Quote.mark());
    out.push(line(Tone::Quote, Cow::Owned(text::fit(&words, room).into_owned()), 0));
}

fn body<'a>(message: &'a Message, columns: Columns, out: &mut Vec<Row<'a>>) {
    let tone = match (&message.content, message.direction) {
        (Content::System { .. }, _) => Tone::System,
        (_, Direction::Inbound) => Tone::Inbound,
        (_, Direction::Outbound) => Tone::Outbound,
        (_, Direction::Note) => Tone::Note,
    };
    let (label, words): (Cow<'a, str>, Cow<'a, str>) = match &message.content {
        Content::Text { body } | Content::System { body } => (Cow::Borrowed(""), Cow::Borrowed(body)),
        Content::Media(media) => (Cow::Owned(format!("[{}]", media.kind.name())), Cow::Owned(media_words(media))),
        Content::Location { latitude, longitude, label } => {
            let place = format!("{:.5}, {:.5}", latitude.0, longitude.0);
            let words = label.as_ref().map_or_else(|| place.clone(), |label| format!("{label} ({place})"));
            (Cow::Borrowed("[location]"), Cow::Owned(words))
        }
        Content::Contacts { names } => {
            let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
            (Cow::Borrowed("[contacts]"), Cow::Owned(names.join(", ")))
        }
        Content::Template { name, body } => {
            (Cow::Owned(format!("[template {name}]")), Cow::Borrowed(body.as_deref().unwrap_or_default()))
        }
        Content::Choice { title } => (Cow::Borrowed("[choice]"), Cow::Borrowed(title)),
        Content::Reaction { emoji, .. } if emoji.is_empty() => {
            (Cow::Borrowed("[reaction]"), Cow::Borrowed("taken back"))
        }
        Content::Reaction { emoji, .. } => (Cow::Borrowed("[reaction]"), Cow::Borrowed(emoji)),
        Content::Order { summary } => (Cow::Borrowed("[order]"), Cow::Borrowed(summary)),
        Content::Unsupported { kind } => {
            (Cow::Owned(format!("[{kind}]")), Cow::Borrowed("this type cannot be shown here"))
        }
    };
    let label = if message.direction == Direction::Note {
        Cow::Owned(format!("[{}] {label}", if is_kept_here(message) { "note, local" } else { "note" }))
    } else {
        label
    };
    let label = label.trim_end();
    if label.is_empty() {
        match words {
            Cow::Borrowed(words) => wrapped(tone, words, Cow::Borrowed, columns.text_width, out),
            Cow::Owned(words) => {
                wrapped(tone, &words, |part| Cow::Owned(part.to_owned()), columns.text_width, out);
            }
        }
    } else {
        let first = out.len();
        let all = if words.is_empty() { label.to_owned() } else { format!("{label} {words}") };
        wrapped(tone, &all, |part| Cow::Owned(part.to_owned()), columns.text_width, out);
        if let Some(Row::Line(line)) = out.get_mut(first) {
            line.label = if line.text.starts_with(label) { label.len() } else { line.text.len() };
        }
    }
    if message.origin == Origin::Missed {
        let room = columns.text_width.saturating_sub(text::width(MISSED));
        match out.last_mut() {
            Some(Row::Line(last)) if text::width(&last.text) <= room => last.missed = true,
            _ => out.push(Row::Line(Line { head: None, tone, text: Cow::Borrowed(""), label: 0, missed: true })),
        }
    }
}

/// `caption (name, 120 kB)`.
fn media_words(media: &Media) -> String {
    let size = media.size.map(times::size);
    let about: Vec<&str> = media.filename.as_deref().into_iter().chain(size.as_deref()).collect();
    let about = about.join(", ");
    match (media.caption.as_deref().filter(|caption| !caption.is_empty()), about.is_empty()) {
        (Some(caption), true) => caption.to_owned(),
        (Some(caption), false) => format!("{caption} ({about})"),
        (None, _) => about,
    }
}

fn reactions<'a>(pane: &Pane<'a>, message: &'a Message, columns: Columns, out: &mut Vec<Row<'a>>) {
    if message.reactions.is_empty() {
        return;
    }
    let mut words = String::new();
    for reaction in &message.reactions {
        if !words.is_empty() {
            words.push_str("  ");
        }
        words.push_str(&reaction.emoji);
        words.push(' ');
        if reaction.direction == Direction::Inbound {
            words.push_str(pane.customer.split_whitespace().next().unwrap_or_default());
        } else {
            words.push_str("you");
        }
    }
    let room = columns.text_width.saturating_sub(Tone::Reaction.mark());
    out.push(line(Tone::Reaction, Cow::Owned(text::fit(&words, room).into_owned()), 0));
}

/// How much of a file has gone out or come in.
fn progress<'a>(pane: &Pane<'a>, message: &'a Message, columns: Columns, out: &mut Vec<Row<'a>>) {
    let state = pane.state;
    let item = message.ids.client.as_ref().and_then(|client| state.outbox.get(client));
    let sending = item.filter(|item| item.fate == Fate::Sending).and_then(|item| item.progress);
    let fetching = state.media.fetch_of(&message.ids).map(|fetch| fetch.done);
    let words = match (sending, fetching) {
        (Some((done, Some(total))), _) if done >= total => "all of it has gone out; waiting for the answer".to_owned(),
        (Some((done, total)), _) => format!("uploading {}", files::progress_words(done, total, state.settings.ascii)),
        (None, Some((done, total))) => {
            format!("fetching {}", files::progress_words(done, total, state.settings.ascii))
        }
        (None, None) => return,
    };
    out.push(line(Tone::Progress, Cow::Owned(text::fit(&words, columns.text_width).into_owned()), 0));
}

fn failure<'a>(pane: &Pane<'a>, message: &'a Message, columns: Columns, out: &mut Vec<Row<'a>>) {
    let item = message.ids.client.as_ref().and_then(|client| pane.state.outbox.get(client));
    let words = match (item, &message.delivery.failure) {
        (Some(item), _) if item.fate == Fate::Unconfirmed => {
            let note = item.note.as_deref().unwrap_or("the answer was lost");
            format!("not confirmed: {note}; it may have been sent")
        }
        (_, Some(failure)) => {
            let code = failure.code.as_deref().unwrap_or_default();
            let mut words = "failed".to_owned();
            for part in [code, failure.reason.as_deref().unwrap_or_default()] {
                if !part.is_empty() {
                    words.push(' ');
                    words.push_str(part);
                }
            }
            if let Some(known) = code_of(code) {
                words.push_str(" — ");
                words.push_str(&known.in_words());
            }
            words
        }
        (Some(item), None) => match &item.note {
            Some(note) => format!("waits: {note}"),
            None => return,
        },
        (None, None) => return,
    };
    let room = columns.text_width.saturating_sub(Tone::Failure.mark());
    wrapped(Tone::Failure, &words, |part| Cow::Owned(part.to_owned()), room, out);
}

/// Where a conversation stands, in one word.
pub fn status_word(status: &Status) -> &str {
    match status {
        Status::Open => "open",
        Status::Pending => "pending",
        Status::Snoozed => "snoozed",
        Status::Resolved => "resolved",
        Status::Other(word) => word,
    }
}

fn wrapped<'a, 't>(
    tone: Tone,
    words: &'t str,
    keep: impl Fn(&'t str) -> Cow<'a, str>,
    columns: usize,
    out: &mut Vec<Row<'a>>,
) {
    // most messages are one short line
    if words.is_ascii() && words.len() <= columns && !words.contains('\n') {
        out.push(line(tone, keep(words), 0));
        return;
    }
    for range in text::wrap(words, columns) {
        out.push(line(tone, keep(words.get(range).unwrap_or_default()), 0));
    }
}

fn line(tone: Tone, text: Cow<'_, str>, label: usize) -> Row<'_> {
    Row::Line(Line { head: None, tone, text, label, missed: false })
}

/// A note that the backend has no place for.
fn is_kept_here(message: &Message) -> bool {
    message.origin != Origin::Local && message.ids.id.is_none() && message.ids.wa.is_none()
}

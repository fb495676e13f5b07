//! Calling for attention: at once for the first message, in one for what follows closely or was missed.
//!
//! Nothing calls for history, for what the user sees, or in a conversation that is muted; a backlog after a reconnect
//! calls once at most.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Effect, State, counted, title_of};
use crate::app::attention::Call;
use crate::app::msg::Timer;
use crate::backend::{Purpose, SessionState};
use crate::chat::{Conversation, ConversationKey};
use crate::text::Clean;

/// After a call, what comes within this time is told together at its end.
const TOGETHER: Duration = Duration::from_secs(2);
/// A backend hands what was missed after a reconnect within this time.
const BACKLOG: SignedDuration = SignedDuration::from_secs(30);
/// Clocks of two machines differ by as much.
const CLOCKS: SignedDuration = SignedDuration::from_secs(5);

/// What called for attention lately.
#[derive(Debug, Default)]
pub struct Calls {
    /// When the session was there again, and whether it had been before.
    connected: Option<(Timestamp, bool)>,
    /// The timer of the summary runs: what comes is held.
    running: bool,
    /// What is held: messages by conversation, and how they would have called.
    held: BTreeMap<ConversationKey, (u32, Call)>,
}

/// The session is there (again).
pub(super) fn connected(state: &mut State) {
    let again = state.calls.connected.is_some();
    state.calls.connected = Some((state.now, again));
}

/// A message came that nobody sees; `written` is when, by the backend's clock.
pub(super) fn call(
    state: &mut State,
    key: ConversationKey,
    written: Option<Timestamp>,
    body: Clean,
    out: &mut Vec<Effect>,
) {
    if state.live_since.is_none() {
        return;
    }
    let is_old = |since: Timestamp| {
        state.now.duration_since(since) < BACKLOG && written.is_some_and(|at| since.duration_since(at) > CLOCKS)
    };
    let old = state.calls.connected.filter(|(since, _)| is_old(*since));
    if matches!(old, Some((_, false))) {
        return;
    }
    let (now, zone) = (state.now, state.settings.zone.clone());
    let attention = &state.settings.attention;
    let Some(call) = attention.call(&mut state.inbox, key, now, &zone) else { return };
    if old.is_some() || state.calls.running {
        return hold(state, key, 1, call, out);
    }
    if call.bell {
        out.push(Effect::Bell);
    }
    if call.desktop {
        let (title, body) = match call.hide_content {
            true => (Clean::line("Switchboard"), Clean::line("A new message")),
            false => (title_of(state, key), body),
        };
        out.push(Effect::Notify { title: titled(state, &title), body });
    }
    wait(state, out);
}

/// With several profiles, a notification says which one calls.
fn titled(state: &State, title: &str) -> Clean {
    if state.profiles.is_empty() {
        return Clean::line(title);
    }
    Clean::line(&format!("{}: {title}", state.settings.profile))
}

fn wait(state: &mut State, out: &mut Vec<Effect>) {
    state.calls.running = true;
    out.push(Effect::Wake { after: TOGETHER, timer: Timer::Attention });
}

fn hold(state: &mut State, key: ConversationKey, count: u32, call: Call, out: &mut Vec<Effect>) {
    let (held, how) = state.calls.held.entry(key).or_insert((0, call));
    *held += count;
    *how = call;
    if !state.calls.running {
        wait(state, out);
    }
}

/// The time is over: what was held calls once.
pub(super) fn summary(state: &mut State, out: &mut Vec<Effect>) {
    state.calls.running = false;
    let held = std::mem::take(&mut state.calls.held);
    // read meanwhile, or muted
    let held: Vec<(ConversationKey, u32, Call)> = held
        .into_iter()
        .filter(|(key, _)| state.inbox.get(*key).is_some_and(|row| row.unread > 0) && !state.inbox.is_muted(*key))
        .map(|(key, (count, call))| (key, count, call))
        .collect();
    if held.is_empty() {
        return;
    }
    if held.iter().any(|(.., call)| call.bell) {
        out.push(Effect::Bell);
    }
    let told: Vec<_> = held.iter().filter(|(.., call)| call.desktop).collect();
    if !told.is_empty() {
        let messages: u32 = told.iter().map(|(_, count, _)| count).sum();
        let messages = counted(usize::try_from(messages).unwrap_or(usize::MAX), "new message");
        let (title, body) = match told.as_slice() {
            [(key, _, call)] if !call.hide_content => (title_of(state, *key), messages),
            [_] => (Clean::line("Switchboard"), messages),
            several => (Clean::line("Switchboard"), format!("{messages} in {} conversations", several.len())),
        };
        out.push(Effect::Notify { title: titled(state, &title), body: Clean::line(&body) });
    }
    wait(state, out);
}

/// What was unread before a list came that may tell of messages which no event brought: after a reconnect, and while the
/// session is silent.
pub(super) fn before_list(state: &State, purpose: Purpose) -> Option<BTreeMap<ConversationKey, u32>> {
    let silent = matches!(state.session.state, SessionState::Silent { .. });
    let tells = purpose == Purpose::Resync || (purpose == Purpose::Drift && silent);
    if !tells || state.live_since.is_none() {
        return None;
    }
    let unread = |row: &Conversation| (row.unread > 0).then_some((row.key, row.unread));
    Some(state.inbox.all().iter().filter_map(|key| state.inbox.get(*key)).filter_map(unread).collect())
}

/// The list is here: what it has more than before calls once.
pub(super) fn after_list(state: &mut State, before: Option<BTreeMap<ConversationKey, u32>>, out: &mut Vec<Effect>) {
    let Some(before) = before else { return };
    let more = |row: &Conversation| {
        let more = row.unread.saturating_sub(before.get(&row.key).copied().unwrap_or(0));
        (more > 0).then_some((row.key, more))
    };
    let more: Vec<(ConversationKey, u32)> =
        state.inbox.all().iter().filter_map(|key| state.inbox.get(*key)).filter_map(more).collect();
    let (now, zone) = (state.now, state.settings.zone.clone());
    for (key, count) in more {
        if super::reading::in_view(state, key) {
            continue;
        }
        let call = state.settings.attention.call(&mut state.inbox, key, now, &zone);
        if let Some(call) = call {
            hold(state, key, count, call, out);
        }
    }
}

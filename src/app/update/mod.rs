//! The pure heart: what each message changes, and what is wanted of the world because of it.

mod actions;
mod attaching;
mod attention;
mod catalogues;
mod composing;
mod deeds;
mod fetching;
mod handling;
mod keys;
mod lists;
mod mending;
mod mouse;
mod overlays;
mod panes;
mod peeking;
mod placing;
mod presence;
mod profiles;
mod queue;
mod reacting;
mod reading;
mod replay;
mod routing;
mod searching;
mod sending;
mod session;
mod storing;
mod templating;
#[cfg(test)]
mod tests;
mod traffic;
mod typing;
mod views;
mod waiting;

pub use attaching::offered;
pub use attention::Calls;
pub use fetching::of_thread;
pub use keys::context;
pub use lists::Missed;
pub use overlays::{look_up, palette_hits, view_hits};
pub use peeking::Peeked;
pub use reacting::offered as reactions_offered;
pub use reading::Telling;
pub use replay::{intents, repeat};
pub use searching::{conversation_of, marked, nothing_found};
pub use sending::LONGEST_TEXT;
pub use storing::Listing;
pub use templating::found as templates_found;
pub use traffic::{PAYLOAD_COLUMNS, menu_lines};
pub use waiting::Waiting;

use jiff::Timestamp;

use super::effect::Effect;
use super::msg::{Input, Msg, Timer};
use super::state::{Notice, Overlay, State, Until};
use crate::backend::{Report, Target};
use crate::chat::{Conversation, ConversationKey, Id};
use crate::text::Clean;

/// Takes in one message and returns what is to be done. `at` is the time of the message: nothing here reads a clock.
pub fn update(state: &mut State, at: Timestamp, msg: Msg) -> Vec<Effect> {
    let mut out = Vec::new();
    state.now = at;
    // what is typed is looked at for drafts and searches
    let typed = matches!(msg, Msg::Input(Input::Key(_) | Input::Paste(_)) | Msg::Edited(_));
    let overlay = if typed { state.panels.overlay.clone() } else { None };
    match msg {
        Msg::Input(Input::Key(key)) => {
            state.last_key = Some(at);
            state.dirty = true;
            keys::key(state, key, &mut out);
            reading::look(state, &mut out);
            peeking::peek(state, &mut out);
        }
        Msg::Input(Input::Paste(text)) => {
            state.last_key = Some(at);
            state.dirty = true;
            keys::paste(state, text, &mut out);
        }
        Msg::Input(Input::Resize { columns, rows }) => {
            state.size = (columns, rows);
            state.dirty = true;
            reading::look(state, &mut out);
        }
        Msg::Input(Input::Focus(has)) => {
            state.terminal_focused = Some(has);
            reading::look(state, &mut out);
        }
        // the loop says what stands under the pointer, and which theme the background asks for
        Msg::Input(Input::Mouse(_) | Input::Background(_)) => {}
        Msg::Mouse { event, under } => {
            state.last_key = Some(at);
            mouse::mouse(state, event, under, &mut out);
            reading::look(state, &mut out);
            peeking::peek(state, &mut out);
        }
        Msg::Themes(choices) => panes::choose_theme(state, choices),
        Msg::Theme(theme) => {
            state.dirty |= state.theme != theme;
            state.theme = theme;
        }
        Msg::Backend(report) => backend(state, report, &mut out),
        Msg::Clock => {
            state.dirty = true;
            templating::warn(state);
        }
        Msg::Profiles(profiles) => profiles::told(state, profiles),
        Msg::Front(front) => profiles::front(state, front, &mut out),
        Msg::Timer(timer) => match timer {
            Timer::MarkRead(key) => reading::tell(state, key, &mut out),
            Timer::TypingEnds(key) => {
                if let Some(view) = state.threads.get_mut(key) {
                    view.typing = None;
                }
                presence::nobody_types(state, key);
                state.dirty = true;
            }
            Timer::AgentTypingEnds(key) => typing::agent_stopped(state, key, &mut out),
            Timer::Countdown => session::count_down(state, &mut out),
            Timer::Keep => storing::flush(state, &mut out),
            Timer::Outbox => session::try_again(state, &mut out),
            Timer::Attention => attention::summary(state, &mut out),
            Timer::Search => searching::ask_backend(state, &mut out),
            Timer::Token => session::look_for_token(state, &mut out),
            Timer::FetchAgain(key) => mending::again(state, key, &mut out),
            Timer::FindEvents => traffic::go_on(state, &mut out),
            Timer::Chord => {
                state.pending_keys.clear();
                state.dirty = true;
            }
        },
        Msg::Store(reply) => storing::replied(state, reply, &mut out),
        Msg::TokenChanged => session::token_changed(state, &mut out),
        Msg::Leaving => storing::leaving(state, &mut out),
        Msg::Replaying(place) => {
            state.dirty |= state.replaying != Some(place);
            state.replaying = Some(place);
        }
        Msg::Drawn => state.timeline.drawn(at),
        Msg::Done(result) => match result {
            Ok(words) => say(state, false, words),
            Err(words) => say(state, true, words),
        },
        Msg::Folder(listing) => attaching::listed(state, listing),
        Msg::Chosen(path, file) => attaching::taken(state, path, file),
        Msg::FileGone(path) => fetching::gone(state, &path),
        Msg::Picture(picture) => {
            if let Some(Overlay::Picture { shown, .. }) = &mut state.panels.overlay {
                *shown = Some(picture);
                state.dirty = true;
            }
        }
        Msg::Edited(text) => {
            if let Some(name) = state.traffic.editing.take() {
                traffic::edited(state, name, text, &mut out);
            } else {
                composing::edited(state, text, &mut out);
            }
            out.push(Effect::Repaint);
            state.dirty = true;
        }
    }
    if state.replaying.is_some() {
        replay::keep_to_itself(state, &mut out);
    }
    if typed {
        state.composer.touch();
        searching::ask(state, overlay.as_ref(), &mut out);
        if overlay != state.panels.overlay {
            attaching::look(state, &mut out);
        }
    }
    panes::settle(state, &mut out);
    storing::drafts(state, &mut out);
    storing::gather(state, &mut out);
    if state.dirty {
        super::traffic::diagnose(state);
        super::rows::follow(state);
    }
    out
}

fn backend(state: &mut State, report: Report, out: &mut Vec<Effect>) {
    // An event shows itself by what it changes; everything else is rare and simply drawn.
    match report {
        Report::Frame(frame) => routing::frame(state, *frame, out),
        Report::Session(session) => session::changed(state, *session, out),
        Report::Overflow { dropped } => {
            session::gap_everywhere(state);
            say(state, true, format!("{dropped} events came faster than they could be read; fetching what they were"));
        }
        Report::Identity(identity) => {
            if let Some(account) = &identity.account {
                state.directory.set_account(account.clone());
            }
            state.inbox.set_me(super::inbox::Me::of(&identity));
            state.identity = identity;
            state.dirty = true;
        }
        Report::Lines(lines) => {
            state.lines = lines;
            state.dirty = true;
        }
        Report::List { purpose, result, .. } => {
            lists::list(state, purpose, result, out);
            peeking::peek(state, out);
        }
        Report::Thread { key, page, limit, purpose, epoch, result } => {
            peeking::answered(state, key, &result);
            lists::thread(state, key, &lists::Asked { page, limit, purpose, epoch }, result, out);
            searching::follow(state, out);
            peeking::peek(state, out);
        }
        Report::Conversation { id, result } => waiting::fetched(state, &id, result, out),
        Report::Sent { client, key, result } => sending::answered(state, &client, key, result, out),
        Report::Progress { id, done, total } => attaching::progress(state, &id, done, total),
        Report::Fetched { id, result } => fetching::fetched(state, &id, result, out),
        Report::Limits(limits) => {
            limits.into_iter().for_each(|(kind, bytes)| state.media.limits.set(kind, bytes));
        }
        Report::Read { key, result } => reading::told(state, key, result, out),
        Report::StatusSet { key, result } => deeds::status_set(state, key, result, out),
        Report::Operated { key, operation, result } => {
            reacting::answered(state, key, &operation, &result);
            deeds::operated(state, key, &operation, result, out);
        }
        Report::Found { query, result } => searching::found_remotely(state, &query, result),
        Report::Catalogue { catalogue, result, .. } => catalogues::came(state, catalogue, result),
        Report::Handshake(handshake) => state.traffic.connected(*handshake),
        Report::Exchange(exchange) => state.traffic.exchanged(*exchange),
        Report::Traced { message, result } => traffic::traced(state, message, result),
        Report::Tried(Ok(emitted)) => say(state, false, format!("Emitted {emitted}; what it brings is seen below")),
        Report::Tried(Err(reason)) => say(state, true, &*reason),
        Report::Room(report) => {
            state.rooms.report(report, state.now);
            state.dirty |= state.panels.traffic != super::state::TrafficSize::Hidden;
        }
    }
}

/// Tells the user something, until the next key.
fn say(state: &mut State, bad: bool, text: impl AsRef<str>) {
    say_until(state, Until::Always, bad, text);
}

/// The same of something that will be over.
fn say_until(state: &mut State, until: Until, bad: bool, text: impl AsRef<str>) {
    state.notice = Some(Notice { text: Clean::line(text.as_ref()), bad, at: state.now, until });
    state.dirty = true;
}

/// This has come about: what was said until then is true no more.
fn no_more(state: &mut State, until: &Until) {
    if state.notice.as_ref().is_some_and(|notice| notice.until == *until) {
        state.notice = None;
        state.dirty = true;
    }
}

/// Tells the user what a message of ours waits for, until it is sent.
fn say_of(state: &mut State, client: &Id, text: impl AsRef<str>) {
    say_until(state, Until::Sent(client.clone()), true, text);
}

/// `1 line`, `2 lines`.
pub(super) fn counted(count: usize, what: &str) -> String {
    super::times::counted(count, what)
}

/// A conversation's name as the user knows it.
fn title_of(state: &State, key: ConversationKey) -> Clean {
    state.inbox.get(key).map_or_else(|| Clean::line("a conversation"), Conversation::title)
}

/// A conversation as requests name it.
fn target(state: &State, key: ConversationKey) -> Option<Target> {
    let row = state.inbox.get(key)?;
    let id = row.id.clone();
    let aliases = state.directory.declared_ids(key).into_iter().filter(|alias| *alias != id).collect();
    Some(Target { key, id, aliases, line: row.line.clone(), phone: row.phone.clone() })
}

/// Opens a conversation: its draft, its thread, its rooms.
fn open(state: &mut State, key: ConversationKey, out: &mut Vec<Effect>) {
    state.dirty = true;
    if state.open != Some(key) {
        typing::agent_left(state, out);
        if let Some(old) = state.open {
            // nobody tells us of it any more
            state.presence.remove(&old);
        }
        if let Some(old) = state.open.and_then(|old| state.threads.get_mut(old)) {
            old.leave();
        }
        state.open = Some(key);
        state.inbox.select(key);
        state.composer.turn_to(Some(key));
        let unread = state.inbox.get(key).map_or(0, |row| row.unread);
        let view = state.threads.open(key);
        view.enter(unread);
        let empty = view.thread.is_empty() && view.latest != super::threads::Loading::Done;
        sending::show_waiting(state, key);
        if empty {
            storing::load(state, key, state.settings.thread_limit, out);
        }
        watch(state, out);
    }
    fetch_latest(state, key, out);
    reading::look(state, out);
}

/// Asks for the newest stretch of a thread, unless it is here and nothing was missed since.
fn fetch_latest(state: &mut State, key: ConversationKey, out: &mut Vec<Effect>) {
    let Some(target) = target(state, key) else { return };
    let (epoch, limit) = (state.session.epoch, state.settings.thread_limit);
    let Some(view) = state.threads.get_mut(key) else { return };
    let complete = view.latest == super::threads::Loading::Done && view.epoch == epoch;
    if complete && view.is_doubtful() {
        // What is here is shown meanwhile.
        return mending::refetch(state, key, out);
    }
    if !complete && view.latest != super::threads::Loading::Asked {
        view.latest = super::threads::Loading::Asked;
        let (page, purpose) = (crate::backend::Page::Latest, crate::backend::Purpose::Asked);
        out.push(Effect::Backend(crate::backend::Command::FetchThread { target, page, limit, purpose }));
    }
}

/// How many of the most recent conversations are joined where the account's room brings no messages.
const RECENT_ROOMS: usize = 200;

/// Tells the session which rooms are wanted now.
fn watch(state: &State, out: &mut Vec<Effect>) {
    let open = state.open.and_then(|key| target(state, key));
    let others = if state.join_recent {
        let recent = state.inbox.all().iter().take(RECENT_ROOMS);
        recent.filter(|key| Some(**key) != state.open).filter_map(|key| target(state, *key)).collect()
    } else {
        Vec::new()
    };
    out.push(Effect::Backend(crate::backend::Command::Watch { open, others }));
}

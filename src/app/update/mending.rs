//! What faults left behind is mended without being asked: threads that the list is ahead of, fetches that failed, gaps
//! that are wider than one page, messages whose conversation became known after all.

use std::cmp::Ordering;
use std::time::Duration;

use jiff::Timestamp;

use super::routing::message_event;
use super::waiting::Waiter;
use super::{Effect, State, fetch_latest};
use crate::app::msg::Timer;
use crate::app::threads::{Loading, ThreadView};
use crate::backend::{Command, Page, Purpose, RestError};
use crate::chat::{
    Content, Conversation, ConversationFacts, ConversationKey, Id, Message, MessageIds, Origin, Outcome, Thread,
};
use crate::text::Clean;

/// A thread that the backend could not be reached for is asked for again after this time.
const AGAIN: Duration = Duration::from_secs(5);
/// At most so many pages are fetched for a gap without anybody asking; what is wider stays a gap with its key.
const MOST_PAGES: u8 = 40;

/// Whether the list knows of a message that we do not.
pub(super) fn is_ahead(old: &Conversation, facts: &ConversationFacts) -> bool {
    is_newer((facts.last_at, facts.preview.as_ref()), (old.last_at, old.preview.as_ref()))
}

/// Whether a stretch that has just come, as the newest, has all that is newer here. What came while the answer was on its
/// way is not in it; and where a text of ours stands is not certain before the backend tells its time.
pub(super) fn is_told(thread: &Thread, told: &[MessageIds]) -> bool {
    let mut stored = thread.iter().rev().filter(|message| message.origin != Origin::Local);
    let is_in_it = |message: &Message| told.iter().any(|ids| message.ids.shares(ids));
    let is_ours = |message: &Message| message.created_at.is_none() && message.ids.client.is_some();
    stored.next().is_none_or(is_in_it) && stored.all(|message| !is_ours(message) || is_in_it(message))
}

/// Whether the list knew of a message that a thread's newest stretch does not have: that was told before it was stored.
pub(super) fn is_row_ahead(row: &Conversation, thread: &Thread) -> bool {
    let Some(last) = thread.iter().rev().find(|message| message.origin != Origin::Local) else {
        return row.last_at.is_some() && row.preview.is_some();
    };
    // How a row shows anything else is its backend's own way.
    let text = matches!(last.content, Content::Text { .. }).then(|| last.preview());
    let theirs = row.preview.as_ref().filter(|_| text.is_some());
    last.created_at.is_some() && is_newer((row.last_at, theirs), (last.created_at, text.as_ref()))
}

/// Whether a message that one side tells of is newer than the other side's. Rows may tell whole seconds where messages
/// tell milliseconds: within one second another text is another message.
fn is_newer(theirs: (Option<Timestamp>, Option<&Clean>), ours: (Option<Timestamp>, Option<&Clean>)) -> bool {
    let Some(at) = theirs.0 else { return false };
    let Some(known) = ours.0 else { return true };
    if at.subsec_nanosecond() != 0 {
        return at > known;
    }
    match at.as_second().cmp(&known.as_second()) {
        Ordering::Greater => true,
        Ordering::Equal => theirs.1.is_some() && theirs.1 != ours.1,
        Ordering::Less => false,
    }
}

/// No event brought what the list has of these conversations, by now: the open thread is fetched (after a connect it
/// comes with the list), others that are here are when they are opened.
pub(super) fn behind(state: &mut State, keys: &[ConversationKey], purpose: Purpose, out: &mut Vec<Effect>) {
    let now = state.now;
    for key in keys {
        if state.open == Some(*key) && purpose != Purpose::Resync {
            refetch(state, *key, out);
            continue;
        }
        let Some(view) = state.threads.get_mut(*key) else { continue };
        view.unverified = true;
        if state.open != Some(*key) {
            view.thread.open_gap(now);
            view.epoch = 0;
        }
    }
}

/// Messages came into the open thread since the backend last told its newest, or a page of a gap was lost: whether
/// everything is here is asked. The list alone cannot tell where a later event came.
pub(super) fn verify(state: &State, out: &mut Vec<Effect>) {
    if let Some(open) = state.open.filter(|open| state.threads.get(*open).is_some_and(ThreadView::is_doubtful)) {
        refetch(state, open, out);
    }
}

/// Fetches the newest stretch again, whether or not it is here.
pub(super) fn refetch(state: &State, key: ConversationKey, out: &mut Vec<Effect>) {
    let limit = state.settings.thread_limit;
    if let Some(target) = super::target(state, key) {
        let (page, purpose) = (Page::Latest, Purpose::Drift);
        out.push(Effect::Backend(Command::FetchThread { target, page, limit, purpose }));
    }
}

/// A thread could not be fetched because the backend was not reached: later again.
pub(super) fn later(state: &State, key: ConversationKey, error: &RestError, out: &mut Vec<Effect>) {
    if matches!(error, RestError::Unreachable { .. }) && is_wanted(state, key) {
        out.push(Effect::Wake { after: AGAIN, timer: Timer::FetchAgain(key) });
    }
}

/// Tries a fetch that failed once more, if it is still wanted.
pub(super) fn again(state: &mut State, key: ConversationKey, out: &mut Vec<Effect>) {
    let failed = state.threads.get(key).is_some_and(|view| matches!(view.latest, Loading::Failed(_)));
    if failed && is_wanted(state, key) {
        fetch_latest(state, key, out);
    }
}

/// REST answers: every fetch that failed is tried again.
pub(super) fn all_again(state: &mut State, out: &mut Vec<Effect>) {
    let is_failed = |view: &ThreadView| matches!(view.latest, Loading::Failed(_));
    let failed: Vec<ConversationKey> =
        state.threads.iter_mut().filter(|(_, view)| is_failed(view)).map(|(key, _)| key).collect();
    for key in failed {
        again(state, key, out);
    }
}

/// Somebody looks at it, or the fate of a message of ours is to be found in it.
fn is_wanted(state: &State, key: ConversationKey) -> bool {
    state.open == Some(key) || state.outbox.unconfirmed(key).is_some()
}

/// The newest stretch came. Where it does not reach what was here, the hole is fetched, page by page.
pub(super) fn close_gaps(state: &mut State, key: ConversationKey, out: &mut Vec<Effect>) {
    if let Some(view) = state.threads.get_mut(key) {
        (view.gap_pages, view.gap_lost, view.gap_failed) = (0, false, None);
    }
    close_more(state, key, out);
}

/// A stretch before this message came. True if that was for a gap; then the next page is asked for while there is
/// progress.
pub(super) fn is_for_gap(state: &State, key: ConversationKey, message: &Id) -> bool {
    state.threads.get(key).is_some_and(|view| view.thread.index_of(message).is_some_and(|index| index > 0))
}

/// Asks for the stretch above the newest gap.
pub(super) fn close_more(state: &mut State, key: ConversationKey, out: &mut Vec<Effect>) {
    let Some(target) = super::target(state, key) else { return };
    let step = state.settings.thread_limit;
    let Some(view) = state.threads.get_mut(key).filter(|view| view.thread.has_gaps()) else { return };
    let Some(gap) = view.thread.gaps().into_iter().rev().find(|gap| gap.before.is_some()) else { return };
    let Some(below) = view.thread.get(gap.index) else { return };
    let Some(message) = below.ids.id.clone() else { return };
    if view.gap_pages >= MOST_PAGES {
        return;
    }
    let page = Page::Before { message, at: below.created_at };
    // A backend that cannot page back answers with its newest messages: enough to reach over what lies below.
    let limit = u32::try_from(view.thread.len() - gap.index).unwrap_or(u32::MAX).saturating_add(step);
    view.gap_pages += 1;
    out.push(Effect::Backend(Command::FetchThread { target, page, limit, purpose: Purpose::Asked }));
}

/// More conversations are known than before: what could not be routed is looked at again.
pub(super) fn route_again(state: &mut State, out: &mut Vec<Effect>) {
    let mut at = 0;
    while let Some(item) = state.unrouted.get(at) {
        let known = matches!(state.directory.resolve(&item.evidence).outcome, Outcome::Known(_));
        if !known || item.message.is_none() {
            at += 1;
            continue;
        }
        let item = state.unrouted.remove(at);
        let Some(message) = item.message else { continue };
        let waiter = Waiter { seq: item.seq, evidence: item.evidence, message, facts: Box::default() };
        let decision = message_event(state, waiter, out);
        let rule = decision.resolution.and_then(|found| found.rule);
        state.timeline.decide_again(item.seq, decision.verdict, decision.key, rule);
        state.dirty = true;
    }
}

//! All is well, or what is well is out of sight.

use super::connection::connected;
use super::delivery::came_unread;
use super::identity::{messages, numbers};
use super::{Certainty, Finding, Outcome, Severity};
use crate::inspect::evidence::Evidence;

pub(super) fn ids_match(evidence: &Evidence) -> Option<Finding> {
    let sights: Vec<_> = messages(evidence).filter(|sight| sight.matched).collect();
    let first = sights.first()?;
    let id = first.says.broadcast_id.as_ref()?;
    let by = evidence.session.transport.unwrap_or("socket");
    Some(
        Finding::new("ids-match", Severity::Good, Certainty::Certain)
            .saw(format!("{} messages came by {by} under the list's own id, {}", sights.len(), id.shown()))
            .means("REST and socket agree: a page that compares the two ids shows the message")
            .events(numbers(sights.iter().copied()))
            .outcome(Outcome::Match),
    )
}

pub(super) fn out_of_view(evidence: &Evidence) -> Option<Finding> {
    let open = evidence.open.as_ref()?;
    let note = |rule| Finding::new(rule, Severity::Note, Certainty::Certain);
    if open.below > 0 {
        let newest = messages(evidence).find(|sight| sight.of_open);
        return Some(
            note("below-the-view")
                .saw(match open.below {
                    1 => format!("1 message of {} stands below what is in view", open.title),
                    below => format!("{below} messages of {} stand below what is in view", open.title),
                })
                .means("what came was routed there; the thread is scrolled up")
                .todo("press G to go to the end")
                .events(numbers(newest)),
        );
    }
    if open.filtered_away {
        return Some(
            note("filtered-away")
                .saw(format!("{} is open, and the list's filter hides its row", open.title))
                .means("its messages are shown in the thread; its row does not rise because it is not shown")
                .todo("press Esc in the list to take the filter away"),
        );
    }
    None
}

pub(super) fn nothing_yet(evidence: &Evidence) -> Option<Finding> {
    let waited = evidence.checks.waited?;
    if !connected(evidence) || messages(evidence).next().is_some() || came_unread(evidence) {
        return None;
    }
    let tested = evidence.checks.test.as_ref().is_some_and(|test| !test.sent.is_empty());
    if tested {
        return None;
    }
    Some(
        Finding::new("no-message-came", Severity::Note, Certainty::Certain)
            .saw(format!("connected by {}, and no message came in {} s, by REST neither", evidence.session.transport.unwrap_or("socket"), waited.as_secs()))
            .means("nobody wrote: nothing can be said about ids and rooms")
            .todo("write to the business number from a phone while this waits, or use `--send-test` with the webhook's secret")
            .outcome(Outcome::NothingArrived),
    )
}

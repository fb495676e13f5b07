//! Rules over evidence: each has a name, what it saw, what that means and what to do.
//!
//! Pure: the time is part of the evidence. The findings come ordered by how surely each explains what a person sees.

mod finding;

pub use finding::{Certainty, Finding, IdPair, Outcome, Severity, Side};

use super::evidence::Evidence;
use crate::text::Clean;

/// What the evidence says, the surest explanation first. Empty when there is nothing to say yet.
pub fn diagnose(evidence: &Evidence) -> Vec<Finding> {
    let mut findings: Vec<Finding> = matches(evidence).into_iter().collect();
    findings.sort_by_key(Finding::order);
    findings
}

/// Events arrive, and name the conversation as the list does.
fn matches(evidence: &Evidence) -> Option<Finding> {
    let sight = evidence.events.iter().rev().find(|sight| sight.matched)?;
    let mut finding = Finding::new("ids-match", Severity::Good, Certainty::Certain);
    finding.saw = Clean::line("an event names the open conversation by the id that the list gives");
    finding.means = Clean::line("REST and socket agree: a page that compares the two ids shows the message");
    finding.events = vec![sight.seq];
    finding.outcome = Some(Outcome::Match);
    Some(finding)
}

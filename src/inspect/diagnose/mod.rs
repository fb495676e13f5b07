//! Rules over evidence: each has a name, what it saw, what that means and what to do.
//!
//! Pure: the time is part of the evidence. The findings come ordered by how surely each explains what a person sees:
//! the gravest first, then the surest, then in the order of `RULES`, from the ground up (no way in, no token, no
//! room, another id, and so on).

mod access;
mod connection;
mod delivery;
mod finding;
mod identity;
mod rooms;
#[cfg(test)]
mod tests;
mod view;

pub use finding::{Certainty, Finding, IdPair, Outcome, Severity, Side};

use super::evidence::Evidence;

/// A rule: what it finds in the evidence, if anything.
type Rule = fn(&Evidence) -> Option<Finding>;

/// All rules, from the ground up.
const RULES: &[Rule] = &[
    // the way in
    connection::unreachable,
    connection::protocol_version,
    connection::wrong_path,
    connection::wrong_namespace,
    access::token_refused,
    access::rest_refused,
    connection::refused,
    connection::half_open,
    // the test itself
    delivery::webhook_refused,
    delivery::not_stored,
    // ids, the oddest spelling first: it explains the others
    identity::page_holds_account_id,
    identity::ids_are_numbers,
    identity::quoted_ids,
    identity::plus_phones,
    identity::no_ids,
    identity::no_conversation_id,
    identity::id_misspelt,
    identity::foreign_events,
    identity::ids_differ,
    // rooms
    rooms::argument_shape,
    rooms::named_composite,
    rooms::join_refused,
    rooms::nothing_by_the_room,
    rooms::not_broadcast,
    rooms::rooms_forgotten,
    delivery::messages_missed,
    identity::not_understood,
    identity::unknown_conversation,
    identity::unroutable,
    access::cors,
    // what costs no message
    connection::websocket_refused,
    connection::connection_lost,
    delivery::clock_skew,
    rooms::account_room_silent,
    delivery::oversized,
    delivery::half_characters,
    delivery::late,
    delivery::twice,
    delivery::out_of_order,
    delivery::status_out_of_rank,
    // what is no fault
    view::out_of_view,
    rooms::string_joins_nothing,
    view::nothing_yet,
    view::ids_match,
];

/// What the evidence says, the surest explanation first. Empty when there is nothing to say yet.
pub fn diagnose(evidence: &Evidence) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().filter_map(|rule| rule(evidence)).collect();
    // stable: rules of one gravity and certainty stay in their order
    findings.sort_by_key(|finding| (finding.severity, finding.certainty));
    findings
}

/// What the findings make of a test: the outcome of the first that has one, else nothing arrived.
pub fn outcome(findings: &[Finding]) -> Outcome {
    findings.iter().find_map(|finding| finding.outcome).unwrap_or(Outcome::NothingArrived)
}

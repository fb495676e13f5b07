//! Do REST and socket name the conversation by the same string? And if not, whose spelling is to be mended?

use std::sync::Arc;

use super::{Certainty, Finding, IdPair, Outcome, Severity, Side};
use crate::chat::{Composite, Id, Rule, Verdict};
use crate::inspect::evidence::Evidence;
use crate::inspect::{Kind, Sight, diff};
use crate::text::Clean;

/// So many events are named in a finding.
const SHOWN: usize = 20;

/// Messages, the newest first.
pub(super) fn messages(evidence: &Evidence) -> impl Iterator<Item = &Sight> {
    evidence.events.iter().rev().filter(|sight| sight.kind == Kind::Message)
}

/// Everything that is this account's, the newest first: how another tenant's events are spelt is not this one's fault.
fn own(evidence: &Evidence) -> impl Iterator<Item = &Sight> {
    evidence.events.iter().rev().filter(|sight| sight.verdict != Verdict::Foreign)
}

/// The numbers of some events, for a finding.
pub(super) fn numbers<'a>(sights: impl IntoIterator<Item = &'a Sight>) -> Vec<u64> {
    sights.into_iter().take(SHOWN).map(|sight| sight.seq).collect()
}

fn fault(rule: &'static str) -> Finding {
    Finding::new(rule, Severity::Fault, Certainty::Certain).outcome(Outcome::Mismatch)
}

fn is_composite(id: &Id) -> bool {
    Composite::parse(id.as_str()).is_some()
}

/// The event's id and the page's, as a finding shows them.
fn pair(event: &Id, list: &Id) -> IdPair {
    IdPair { event: event.clone(), list: list.clone(), differ: Clean::line(&differ(event.as_str(), list.as_str())) }
}

/// How two ids differ, in words.
pub(super) fn differ(event: &str, list: &str) -> String {
    let form = |id: &str| match id {
        id if Id::new(id).is_object_id() => "24 hexadecimal digits".to_owned(),
        id if Composite::parse(id).is_some() => "composite: account_line_customer".to_owned(),
        id if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) => "a number".to_owned(),
        id => diff::kind(id),
    };
    let (lengths, forms) = ((event.chars().count(), list.chars().count()), (form(event), form(list)));
    if forms.0 == forms.1 {
        let at = event.chars().zip(list.chars()).take_while(|(one, other)| one == other).count() + 1;
        return format!(
            "{} and {} characters, both {}; they differ from character {at} on",
            lengths.0, lengths.1, forms.0
        );
    }
    format!("{} characters ({}) and {} characters ({})", lengths.0, forms.0, lengths.1, forms.1)
}

/// The command that shows the list's format.
fn see_the_list(evidence: &Evidence) -> String {
    let header = evidence.address.credential.as_ref().map(|header| format!(" -H \"{header}\"")).unwrap_or_default();
    format!(
        "curl -s{header} \"{}\" | jq '.conversations[0] | {{_id, conversationId, userPhone}}'",
        evidence.address.list_url
    )
}

/// Messages of the open conversation that a naive page drops, the newest first.
fn dropped(evidence: &Evidence) -> Vec<&Sight> {
    messages(evidence).filter(|sight| sight.rescued).collect()
}

/// Whether another rule of this family explains the difference better.
fn spelt_oddly(sight: &Sight) -> bool {
    let spelling = sight.spelling;
    spelling.quoted_id
        || spelling.number_id
        || sight.says.broadcast_id.as_ref().is_some_and(|id| id.as_str().contains('+'))
}

pub(super) fn page_holds_account_id(evidence: &Evidence) -> Option<Finding> {
    let first = evidence.list.page_ids.first()?;
    let is_account = evidence.account.as_ref() == Some(first)
        || evidence.open.as_ref().is_some_and(|open| open.account.as_ref() == Some(&open.page_id));
    let all_same = evidence.list.page_ids.len() > 1 && evidence.list.page_ids.iter().all(|id| id == first);
    if !is_account && !all_same {
        return None;
    }
    let open = evidence.open.as_ref();
    let mut finding = fault("page-holds-account-id")
        .saw(format!("every row of the list has the same conversationId, {}", first.shown()))
        .means(
            "that is the account's id, the first part of the composite: it names no conversation, and no rule routes by \
             it. A page that holds it shows every message nowhere, or everywhere",
        )
        .todo("mend the list: `conversationId` must be the conversation's own `_id`")
        .mend(Side::BackendRest)
        .command(see_the_list(evidence));
    if let Some(own) = open.and_then(|open| std::iter::once(&open.id).chain(&open.aliases).find(|id| *id != first)) {
        finding = finding.should_send(own.clone());
    }
    if let Some(event) = messages(evidence).find_map(|sight| sight.says.broadcast_id.clone()) {
        finding.ids = Some(pair(&event, first));
    }
    Some(finding)
}

pub(super) fn ids_are_numbers(evidence: &Evidence) -> Option<Finding> {
    let sights: Vec<&Sight> = own(evidence).filter(|sight| sight.spelling.number_id).collect();
    let first = sights.first()?;
    let id = first.says.broadcast_id.clone().or_else(|| first.says.message.first().cloned());
    let large = id.as_ref().and_then(|id| id.as_str().parse::<u64>().ok()).is_some_and(|id| id > 1 << 53);
    let mut finding = fault("ids-are-numbers")
        .saw(format!(
            "`{}` carries ids as JSON numbers{}",
            first.name,
            id.as_ref().map(|id| format!(", such as {}", id.shown())).unwrap_or_default()
        ))
        .means(if large {
            "above 9007199254740992 JavaScript rounds them: the page's id and the server's differ in the last digits, and \
             3 is not \"3\" as a room's name. Here they are read digit by digit and stay whole"
        } else {
            "3 and \"3\" are two rooms and never equal by `===`. Here both are read as text"
        })
        .todo("send ids as strings, in REST and in events: `String(id)`")
        .mend(Side::BackendEmit)
        .events(numbers(sights.iter().copied()));
    if let Some(id) = id {
        finding = finding.should_send(id);
    }
    Some(finding)
}

pub(super) fn quoted_ids(evidence: &Evidence) -> Option<Finding> {
    let sights: Vec<&Sight> = own(evidence).filter(|sight| sight.spelling.quoted_id).collect();
    let first = sights.first()?;
    let mut finding = fault("quoted-ids")
        .saw(format!("`{}` carries a conversation id with quotes inside the string", first.name))
        .means("the id was encoded twice: `JSON.stringify(id)` before an emit that encodes it again. It equals no id of the list")
        .todo("emit the id itself, without JSON.stringify")
        .mend(Side::BackendEmit)
        .command(see_the_list(evidence))
        .events(numbers(sights.iter().copied()));
    if let Some(event) = &first.says.broadcast_id {
        let bare = event.as_str().trim_matches(['"', '\\', '\'']);
        finding = finding.should_send(Id::new(bare));
        let list = first.selected.clone().unwrap_or_else(|| Id::new(bare));
        finding.ids = Some(pair(event, &list));
    }
    Some(finding)
}

pub(super) fn plus_phones(evidence: &Evidence) -> Option<Finding> {
    let in_id = |sight: &&Sight| sight.says.broadcast_id.as_ref().is_some_and(|id| id.as_str().contains('+'));
    let listed_plain =
        evidence.open.as_ref().and_then(|open| open.phone.as_ref()).is_none_or(|phone| !phone.raw().contains('+'));
    let in_phone = |sight: &&Sight| sight.says.phone.as_ref().is_some_and(|phone| phone.raw().starts_with('+'));
    let sights: Vec<&Sight> = own(evidence).filter(|sight| in_id(sight) || (in_phone(sight) && listed_plain)).collect();
    let first = sights.first()?;
    let with_id = sights.iter().find(|sight| in_id(sight));
    let mut finding = fault("plus-phones")
        .saw(match with_id.and_then(|sight| sight.says.broadcast_id.as_ref()) {
            Some(id) => format!("`{}` says {}, with a plus sign in it; the list has no plus", first.name, id.shown()),
            None => format!("phones in `{}` begin with a plus sign; those of the list do not", first.name),
        })
        .means("one phone is spelt two ways: ids made of it differ, and contacts split in two. Here phones are compared by their digits")
        .todo("spell phones by digits alone everywhere, as WhatsApp's `wa_id` does")
        .mend(Side::BackendEmit)
        .command(see_the_list(evidence))
        .events(numbers(sights.iter().copied()));
    if with_id.is_none() {
        finding = finding.severity(Severity::Warning);
    }
    if let Some(sight) = with_id
        && let (Some(event), Some(list)) = (&sight.says.broadcast_id, &sight.selected)
    {
        finding.ids = Some(pair(event, list));
        finding = finding.should_send(list.clone());
    }
    Some(finding)
}

pub(super) fn no_ids(evidence: &Evidence) -> Option<Finding> {
    let bare = |sight: &&Sight| {
        let says = &sight.says;
        says.ids.is_empty() && says.broadcast_id.is_none() && says.message.is_empty() && says.phone.is_none()
    };
    let sights: Vec<&Sight> =
        messages(evidence).filter(bare).filter(|sight| sight.verdict != Verdict::Foreign).collect();
    let first = sights.first()?;
    Some(
        fault("no-ids")
            .saw(format!("`{}` brings a message without any id: no conversation, no message, no phone", first.name))
            .means(
                "nobody can tell whose it is, nor whether it came twice. Here it stands in the Unrouted row; a page drops \
                 it, or shows it in whichever conversation is open",
            )
            .todo("emit `{ conversationId, message }` with the stored message, `_id` and all")
            .mend(Side::BackendEmit)
            .events(numbers(sights.iter().copied())),
    )
}

pub(super) fn no_conversation_id(evidence: &Evidence) -> Option<Finding> {
    let without = |sight: &&Sight| {
        let says = &sight.says;
        says.ids.is_empty() && says.broadcast_id.is_none() && !(says.message.is_empty() && says.phone.is_none())
    };
    let sights: Vec<&Sight> =
        messages(evidence).filter(without).filter(|sight| sight.verdict != Verdict::Foreign).collect();
    let first = sights.first()?;
    let by_phone = sights.iter().any(|sight| matches!(sight.rule, Some(Rule::Phone | Rule::Variant)));
    let object = sights.iter().any(|sight| sight.spelling.object_id);
    let elsewhere = sights.iter().find_map(|sight| sight.stands_at.as_ref());
    let saw = match elsewhere {
        _ if object => format!("`{}` carries an object where the conversation's id should be", first.name),
        Some(pointer) => format!("`{}` has the conversation's id at {pointer}, not where it is looked for", first.name),
        None => format!("`{}` brings messages without a conversationId", first.name),
    };
    let mut finding = fault("no-conversation-id")
        .saw(saw)
        .means(if by_phone {
            "a page has nothing to compare with its conversation. Here account, line and phone were enough to route it"
        } else {
            "a page has nothing to compare with its conversation; here it stands in the Unrouted row, or its twin with an \
             id was taken"
        })
        .mend(Side::BackendEmit)
        .events(numbers(sights.iter().copied()));
    finding = match elsewhere {
        _ if object => finding.todo(
            "an ObjectId went through something that does not know it (msgpack, a Redis emitter, a binary field): emit \
             `String(conversation._id)`",
        ),
        Some(pointer) => finding
            .todo(format!("call the field `conversationId` in the emit, as elsewhere; or add {pointer} to the event's `ids` in the dialect"))
            .todo("in the traffic panel: choose it in the payload (p) and use the pointer (a)"),
        None => finding.todo("emit the conversation's id with every message: `{ conversationId, message }`"),
    };
    if let Some(open) = &evidence.open {
        finding = finding.should_send(open.page_id.clone());
    }
    Some(finding)
}

/// An id that would be a known one but for case, white space and the like.
pub(super) fn id_misspelt(evidence: &Evidence) -> Option<Finding> {
    let misspelt = evidence.misspelt.as_ref()?;
    let name = evidence.events.iter().find(|sight| sight.seq == misspelt.seq).map(|sight| Arc::clone(&sight.name))?;
    let (says, page) = (diff::visible(misspelt.says.as_str()), misspelt.page_id.shown());
    let mut finding = fault("id-misspelt")
        .saw(format!("`{name}` says {says}, the list says {page}: {}", misspelt.why))
        .means(
            "strings that differ in one invisible character, or in case, are two ids to a page and to a room's name: the \
             message is shown nowhere. Here it stands in the Unrouted row",
        )
        .todo("emit the id as it is stored: `conversation._id.toString()`, without padding, trimming or changing case")
        .mend(Side::BackendEmit)
        .should_send(misspelt.page_id.clone())
        .command(see_the_list(evidence))
        .events(vec![misspelt.seq]);
    finding.ids = Some(pair(&misspelt.says, &misspelt.page_id));
    Some(finding)
}

pub(super) fn ids_differ(evidence: &Evidence) -> Option<Finding> {
    let sights: Vec<&Sight> = dropped(evidence).into_iter().filter(|sight| !spelt_oddly(sight)).collect();
    let first = *sights.first()?;
    let (event, list) = (first.says.broadcast_id.as_ref()?, first.selected.as_ref()?);
    if evidence.account.as_ref() == Some(list) {
        return None;
    }
    let matched = messages(evidence).find(|sight| sight.matched && sight.name != first.name);
    let common = |finding: Finding| {
        let mut finding = finding.command(see_the_list(evidence)).events(numbers(sights.iter().copied()));
        finding.ids = Some(pair(event, list));
        finding
    };
    let said = format!("`{}` says {}, the page holds {}", first.name, event.shown(), list.shown());
    Some(common(match (is_composite(event), is_composite(list), matched) {
        (true, false, Some(other)) => fault("one-event-composite")
            .saw(format!("{said}; `{}` of the same message says the list's id", other.name))
            .means(
                "one event alone carries the composite id: a page that listens to it drops the message, one that listens \
                 to the other event shows it",
            )
            .todo(format!("in the emit of `{}` send the list's id, as `{}` does", first.name, other.name))
            .mend(Side::BackendEmit)
            .should_send(list.clone()),
        (true, false, None) => fault("event-id-composite")
            .saw(said)
            .means(
                "events name the conversation by the composite id account_line_customer, the list by its own id: the two \
                 are never equal, and a page drops every message",
            )
            .todo("mend the emit: `conversationId: conversation._id.toString()`, and the same in the room's name")
            .todo("or, where many clients rely on the composite, let the list give it as `conversationId`")
            .mend(Side::BackendEmit)
            .should_send(list.clone()),
        (false, true, _) => fault("list-id-composite")
            .saw(said)
            .means(
                "the list gives the composite id account_line_customer as `conversationId`, events carry the conversation's \
                 own id: a page that holds the list's value drops every message",
            )
            .todo("mend the list: `conversationId: conv._id.toString()`; or let the page hold `_id`")
            .mend(Side::BackendRest)
            .should_send(event.clone()),
        _ => fault("ids-differ")
            .saw(said)
            .means("two spellings of one conversation: a page that compares them drops the message")
            .todo("use the list's id in the emit, letter by letter")
            .mend(Side::BackendEmit)
            .should_send(list.clone()),
    }))
}

pub(super) fn unroutable(evidence: &Evidence) -> Option<Finding> {
    let sights: Vec<&Sight> = messages(evidence)
        .filter(|sight| matches!(sight.verdict, Verdict::Ambiguous { .. } | Verdict::Probable { .. }))
        .collect();
    let first = *sights.first()?;
    let (rule, means) = match &first.verdict {
        Verdict::Ambiguous { keys } => (
            "ambiguous",
            format!("{} conversations answer to what the event says; nothing is routed on it", keys.len()),
        ),
        _ => (
            "probable-only",
            "only a national variant of the phone speaks for a conversation; `route_variants = true` in the profile \
             routes by it"
                .to_owned(),
        ),
    };
    Some(
        fault(rule)
            .saw(format!("`{}` could not be routed with certainty ({} such messages)", first.name, sights.len()))
            .means(means)
            .todo("send the conversation's own id with every event; merge rows of one customer in the backend")
            .mend(Side::BackendEmit)
            .events(numbers(sights.iter().copied())),
    )
}

pub(super) fn unknown_conversation(evidence: &Evidence) -> Option<Finding> {
    let sights: Vec<&Sight> = messages(evidence)
        .filter(|sight| matches!(sight.verdict, Verdict::Unknown { .. }) && !spelt_oddly(sight))
        // a moment is what a fetch takes
        .filter(|sight| evidence.now.duration_since(sight.received).as_secs() >= 4 && evidence.misspelt.is_none())
        .collect();
    let first = *sights.first()?;
    let Verdict::Unknown { id } = &first.verdict else { return None };
    Some(
        fault("unknown-conversation")
            .saw(format!("`{}` names {}, which REST does not give", first.name, id.shown()))
            .means("the event names a conversation that this account's REST does not know: another tenant's, or another kind of id")
            .todo("compare the emit's id with the list's; is the room of another account joined?")
            .mend(Side::BackendEmit)
            .command(see_the_list(evidence))
            .events(numbers(sights.iter().copied())),
    )
}

pub(super) fn not_understood(evidence: &Evidence) -> Option<Finding> {
    let undecodable: Vec<&Sight> =
        evidence.events.iter().rev().filter(|sight| matches!(sight.verdict, Verdict::Undecodable { .. })).collect();
    if let Some(first) = undecodable.first()
        && let Verdict::Undecodable { reason } = &first.verdict
    {
        let nothing_else = messages(evidence).next().is_none();
        let severity = if nothing_else { Severity::Fault } else { Severity::Warning };
        let finding = Finding::new("undecodable", severity, Certainty::Certain)
            .saw(format!("`{}` came and could not be read: {reason}", first.name))
            .means("the dialect and the backend disagree about this event's shape; it stands in the Unrouted row")
            .todo("look at its payload in the traffic panel (p), and correct the emit, or the dialect's pointers")
            .mend(if reason.contains("encoded twice") { Side::BackendEmit } else { Side::Profile })
            .events(numbers(undecodable.iter().copied()));
        return Some(if nothing_else { finding.outcome(Outcome::Mismatch) } else { finding });
    }
    if messages(evidence).next().is_some() {
        return None;
    }
    let strange: Vec<&Sight> =
        evidence.events.iter().rev().filter(|sight| sight.verdict == Verdict::NotInDialect).collect();
    let first = strange.first()?;
    let mut names: Vec<&str> = strange.iter().map(|sight| &*sight.name).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(6);
    Some(
        Finding::new("names-not-in-dialect", Severity::Fault, Certainty::Likely)
            .saw(format!("events come, none is a message to the dialect: {}", names.join(", ")))
            .means(
                "the backend calls its events otherwise than the dialect: everything arrives and nothing is understood",
            )
            .todo(
                "`switchboard dialect probe URL` says which dialect fits; or map the name, first of all `".to_owned()
                    + &first.name
                    + "`",
            )
            .mend(Side::Profile)
            .outcome(Outcome::Mismatch)
            .events(numbers(strange.iter().copied())),
    )
}

pub(super) fn foreign_events(evidence: &Evidence) -> Option<Finding> {
    let sights: Vec<&Sight> = evidence.events.iter().rev().filter(|sight| sight.verdict == Verdict::Foreign).collect();
    let first = sights.first()?;
    let whose = first.says.account.as_ref().map(|id| format!(", of account {}", id.shown())).unwrap_or_default();
    Some(
        fault("foreign-events")
            .saw(format!("{} events of another tenant came (`{}`{whose})", sights.len(), first.name))
            .means(
                "the backend broadcasts to everybody: other tenants read this one's messages too. Nothing of theirs is \
                 shown here; a page may show it",
            )
            .todo("replace `io.emit(…)` by `io.to(`conversation:${id}`).emit(…)`, and check the account when a room is joined")
            .mend(Side::BackendEmit)
            .events(numbers(sights.iter().copied())),
    )
}

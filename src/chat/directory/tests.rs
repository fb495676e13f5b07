use super::*;
use crate::chat::{ConversationFacts, Evidence, MessageIds, NamedId, Outcome, Rule};

pub(super) const ACCOUNT: &str = "695a15a5c526dbe7c085ece2";
pub(super) const LINE: &str = "1003427786179738";
pub(super) const OID: &str = "6b02cde878eebeb31e40f6c0";
pub(super) const OTHER: &str = "6b02ca344e517f5f5b27e3b5";

pub(super) fn named(ids: &[&str]) -> Vec<NamedId> {
    ids.iter().map(|id| NamedId { pointer: "/id".into(), id: Id::from(*id) }).collect()
}

pub(super) fn facts(ids: &[&str], phone: &str) -> ConversationFacts {
    ConversationFacts {
        ids: named(ids),
        account: Some(ACCOUNT.into()),
        line: Some(LINE.into()),
        phone: Phone::parse(phone),
        ..ConversationFacts::default()
    }
}

pub(super) fn by_ids(ids: &[&str]) -> Evidence {
    Evidence { ids: named(ids), ..Evidence::default() }
}

pub(super) fn reference() -> Directory {
    Directory::new(IdentityRules { account: Some(ACCOUNT.into()), native: NativeForm::ObjectId, route_variants: false })
}

fn composite(phone: &str) -> String {
    format!("{ACCOUNT}_{LINE}_{phone}")
}

#[test]
fn a_row_is_found_by_its_id_and_a_composite_by_its_parts() {
    let mut directory = reference();
    let key = directory.learn(&facts(&[OID], "923001234574"), NameOrigin::Declared).key;
    let exact = directory.resolve(&by_ids(&[OID]));
    assert_eq!((exact.outcome, exact.rule), (Outcome::Known(key), Some(Rule::Exact)));
    let parts = directory.resolve(&by_ids(&[&composite("923001234574")]));
    assert_eq!((parts.outcome, parts.rule), (Outcome::Known(key), Some(Rule::Composite)));
    let declared = directory.declared_ids(key);
    assert_eq!(declared, vec![Id::from(OID), Id::from(composite("923001234574").as_str())]);
}

#[test]
fn a_name_that_two_rows_claim_routes_nothing() {
    let mut directory = reference();
    let shared = composite("923001234574");
    let first = directory.learn(&facts(&[OID, &shared], "923001234574"), NameOrigin::Declared).key;
    let second = directory.learn(&facts(&[OTHER, &shared], "923001234574"), NameOrigin::Declared);
    assert!(second.fresh);
    assert_eq!(second.conflicts, vec![Conflict { id: shared.as_str().into(), keys: vec![first, second.key] }]);
    assert_eq!(directory.resolve(&by_ids(&[&shared])).outcome, Outcome::Ambiguous(vec![first, second.key]));
    assert_eq!(directory.resolve(&by_ids(&[OTHER, &shared])).outcome, Outcome::Known(second.key));
    assert_eq!(directory.declared_ids(first), vec![Id::from(OID)], "a room in conflict is not joined");
}

#[test]
fn conversations_known_by_different_names_become_one_when_rest_declares_both() {
    let mut directory = reference();
    let name = composite("923001234574");
    let by_name = directory.learn(&facts(&[&name], "923001234574"), NameOrigin::Declared).key;
    let by_id = directory.learn(&facts(&[OID], "923001234574"), NameOrigin::Declared).key;
    assert_ne!(by_name, by_id);
    directory.index_message(&MessageIds { id: Some("m1".into()), ..MessageIds::default() }, by_id);
    let learned = directory.learn(&facts(&[OID, &name], "923001234574"), NameOrigin::Declared);
    assert_eq!(learned.merged, vec![(by_id, by_name)]);
    assert_eq!(directory.len(), 1);
    assert_eq!(directory.resolve(&by_ids(&[OID])).outcome, Outcome::Known(by_name));
    assert_eq!(directory.conversation_of_message(&"m1".into()), Some(by_name));
    assert_eq!(directory.current(by_id), by_name);
}

#[test]
fn a_provisional_name_gives_way_to_a_declared_one() {
    let mut directory = reference();
    let key = directory.learn(&facts(&[OID], "923001234574"), NameOrigin::Declared).key;
    directory.observe(key, &facts(&["ticket-7"], "923001234574"));
    assert_eq!(directory.resolve(&by_ids(&["ticket-7"])).outcome, Outcome::Known(key));
    assert!(!directory.declared_ids(key).contains(&"ticket-7".into()), "no room is joined by a provisional name");
    let other = directory.learn(&facts(&[OTHER, "ticket-7"], "923001230000"), NameOrigin::Declared);
    assert!(other.conflicts.is_empty(), "a provisional name never conflicts with a declared one");
    assert_eq!(directory.resolve(&by_ids(&["ticket-7"])).outcome, Outcome::Known(other.key));
}

#[test]
fn traffic_never_binds_an_unknown_native_id_to_a_known_conversation() {
    let mut directory = reference();
    let name = composite("923001234574");
    let old = directory.learn(&facts(&[OID, &name], "923001234574"), NameOrigin::Declared).key;
    let learned = directory.learn(&facts(&[OTHER, &name], "923001234574"), NameOrigin::Traffic);
    assert_ne!(learned.key, old);
    directory.observe(old, &facts(&["7b02ca344e517f5f5b27e3b5"], "923001234574"));
    let stranger = directory.resolve(&by_ids(&["7b02ca344e517f5f5b27e3b5"]));
    assert!(matches!(stranger.outcome, Outcome::Unknown(_)));
}

#[test]
fn message_ids_are_bounded_and_never_ambiguous_in_silence() {
    let mut directory = reference();
    let a = directory.learn(&facts(&[OID], "923001234574"), NameOrigin::Declared).key;
    let b = directory.learn(&facts(&[OTHER], "923001230000"), NameOrigin::Declared).key;
    let ids = |id: &str| MessageIds { id: Some(id.into()), ..MessageIds::default() };
    directory.index_message(&ids("first"), a);
    directory.index_message(&ids("both"), a);
    directory.index_message(&ids("both"), b);
    assert_eq!(directory.conversation_of_message(&"both".into()), None);
    for n in 0..200_000 {
        directory.index_message(&ids(&n.to_string()), b);
    }
    assert_eq!(directory.conversation_of_message(&"first".into()), None);
    assert_eq!(directory.conversation_of_message(&"199999".into()), Some(b));
}

#[test]
fn near_misses_say_why() {
    let mut directory = reference();
    let key = directory.learn(&facts(&[OID], "923001234574"), NameOrigin::Declared).key;
    let quoted = format!("\"{OID}\"");
    let near = directory.near_misses(&by_ids(&[&quoted]), 3);
    assert_eq!(near.first().map(|near| near.key), Some(key));
    assert!(near.first().is_some_and(|near| near.why.contains("encoded twice")), "{near:?}");
    let cut = OID.get(..23).unwrap_or_default();
    assert_eq!(directory.near_misses(&by_ids(&[cut]), 3).len(), 1);
    assert!(directory.near_misses(&by_ids(&["nothing-like-it"]), 3).is_empty());
}

//! The reference backend's eras: whatever the list and the events call a conversation, the message is found.

use super::*;
use crate::chat::{Directory, Evidence, NameOrigin, Outcome, Rule};

fn directory(list: &str) -> Directory {
    let dialect = dialect();
    let mut directory = Directory::new(dialect.identity_rules(Some(ACCOUNT.into()), false));
    for row in dialect.list_page(sample(list).as_bytes(), None).unwrap().rows {
        directory.learn(&row, NameOrigin::Declared);
    }
    directory
}

fn evidence(name: &str) -> Evidence {
    match event(name) {
        Event::Message { evidence, .. } | Event::Conversation { evidence, .. } => evidence,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn found(directory: &Directory, name: &str, rule: Rule) {
    let resolution = directory.resolve(&evidence(name));
    let Outcome::Known(key) = resolution.outcome else { panic!("{resolution:?}") };
    assert_eq!(resolution.rule, Some(rule), "{resolution:?}");
    let ours = [OID, COMPOSITE].map(Id::from);
    assert!(directory.primary(key).is_some_and(|primary| ours.contains(primary)));
}

#[test]
fn list_and_events_by_object_id() {
    let directory = directory("conversations");
    found(&directory, "new_message", Rule::Exact);
    found(&directory, "message.received", Rule::Exact);
    found(&directory, "message.sent", Rule::Exact);
    found(&directory, "conversation_update", Rule::Exact);
}

#[test]
fn list_by_object_id_and_broadcast_by_composite() {
    let directory = directory("conversations");
    found(&directory, "new_message-composite-era", Rule::Composite);
}

#[test]
fn list_and_broadcast_by_composite() {
    let directory = directory("conversations-composite-era");
    found(&directory, "new_message-composite-era", Rule::Exact);
    let key = directory.resolve(&evidence("new_message-composite-era"));
    let Outcome::Known(key) = key.outcome else { panic!() };
    assert_eq!(directory.primary(key), Some(&COMPOSITE.into()), "paths take the composite in that era");
    assert_eq!(directory.declared_ids(key), vec![Id::from(COMPOSITE), Id::from(OID)]);
}

#[test]
fn list_by_composite_and_broadcast_by_object_id() {
    found(&directory("conversations-composite-era"), "new_message", Rule::Alias);
}

#[test]
fn a_thread_declares_the_composite() {
    let mut directory = directory("conversations");
    let page = dialect().thread_page(sample("messages").as_bytes(), None).unwrap();
    let learned = directory.learn(&page.facts.unwrap(), NameOrigin::Declared);
    assert_eq!((learned.fresh, learned.aliases_added), (false, 1));
    assert_eq!(directory.primary(learned.key), Some(&OID.into()));
    found(&directory, "new_message-composite-era", Rule::Alias);
}

#[test]
fn the_same_customers_new_conversation_is_unknown_not_the_old_one() {
    let directory = directory("conversations");
    let mut evidence = evidence("new_message");
    for named in &mut evidence.ids {
        named.id = "7b02cde878eebeb31e40f6c0".into();
    }
    let resolution = directory.resolve(&evidence);
    assert_eq!(resolution.outcome, Outcome::Unknown("7b02cde878eebeb31e40f6c0".into()));
}

#[test]
fn anothers_tenants_event_is_foreign() {
    let directory = directory("conversations");
    let mut evidence = evidence("new_message");
    evidence.account = Some("2600003".into());
    for named in &mut evidence.ids {
        named.id = "7b02cde878eebeb31e40f6c0".into();
    }
    assert_eq!(directory.resolve(&evidence).outcome, Outcome::Foreign);
}

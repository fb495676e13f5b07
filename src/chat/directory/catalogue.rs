//! The classes of id mismatch that backends of this family were seen with (a survey of twenty of them, and their
//! issues): for each the evidence, what must come of it, and by which rule.
//!
//! What is not an id of its own is told by the transport, the dialect or the room ledger and stands in their tests:
//! [`SURVEYED`] says where, class by class.

use super::tests::{ACCOUNT, LINE, OID, OTHER, by_ids, facts, named};
use super::*;
use crate::chat::{Evidence, MessageIds, Outcome, Rule, naive_match};

const PHONE: &str = "923001234574";
const BR: &str = "5511987654321";
const BR_OLD: &str = "551187654321";

/// Where a class of the survey is proved: by rows of the table below whose names begin so, or by tests elsewhere.
enum Proof {
    Here(&'static [&'static str]),
    Elsewhere(&'static str),
}

/// Every class of mismatch that the survey of backends and their issues found.
const SURVEYED: &[(&str, Proof)] = &[
    ("object id against composite", Proof::Here(&["list by object id, broadcast by composite", "list by composite"])),
    ("one field name, two meanings", Proof::Here(&["one field name, two meanings"])),
    ("a join's argument: string or object", Proof::Elsewhere("wire::tests::shapes, wire::tests::exchanges")),
    ("a join that nobody answers", Proof::Elsewhere("backend::rooms, inspect::rooms")),
    ("a number or a string for a room", Proof::Elsewhere("wire::tests::shapes")),
    ("integers above 2^53", Proof::Here(&["an integer that was rounded", "a long integer"])),
    ("ids encoded twice", Proof::Here(&["an id that was encoded twice"])),
    ("white space and quotes", Proof::Here(&["white space around an id"])),
    ("an object id sent as a buffer", Proof::Elsewhere("wire::tests::shapes")),
    (
        "plus signs and formatting",
        Proof::Here(&["composite with a plus", "the phone for an id, with a plus", "phones as ids, formatted"]),
    ),
    ("national digits", Proof::Here(&["Brazil", "Argentina", "Mexico", "a variant inside a composite"])),
    ("a LID against a phone", Proof::Here(&["a LID"])),
    ("a user id without a phone", Proof::Here(&["a user id seen before", "an identity that was never seen"])),
    (
        "an identity that changes",
        Proof::Here(&[
            "the number went to another person",
            "a LID seen before, with another phone",
            "the customer's number changed",
        ]),
    ),
    (
        "several conversations with one phone",
        Proof::Elsewhere("directory::merges, two_conversations_with_one_phone_are_never_guessed_between"),
    ),
    ("an ambiguous target", Proof::Here(&["ids of two conversations"])),
    ("an id that a page never checks", Proof::Elsewhere("an_event_of_another_conversation_goes_there")),
    ("payloads that differ by room", Proof::Here(&["no id in one of the copies"])),
    ("field names that drift", Proof::Elsewhere("wire::tests::exchanges")),
    ("rooms lost on reconnect", Proof::Elsewhere("backend::rooms")),
    ("joins before the handlers", Proof::Elsewhere("wire::tests::exchanges (ticketz), tests/session")),
    ("two emits, two rooms", Proof::Elsewhere("wire::tests::exchanges (whatsapp-saas), chat::thread")),
    ("the protocol's version", Proof::Elsewhere("socketio, wire::dialect::validate")),
    ("a broadcast to everybody", Proof::Here(&["a broadcast to everybody", "composite of another tenant"])),
    ("case", Proof::Here(&["an id in other case"])),
];

#[test]
fn every_surveyed_class_has_its_proof() {
    let names: Vec<&str> = catalogue().iter().map(|class| class.name).collect();
    for (class, proof) in SURVEYED {
        match proof {
            Proof::Here(rows) => {
                for row in *rows {
                    assert!(names.iter().any(|name| name.starts_with(row)), "{class}: no row begins with `{row}`");
                }
            }
            Proof::Elsewhere(place) => assert!(!place.is_empty(), "{class}"),
        }
    }
    assert_eq!(SURVEYED.len(), 25);
}

#[test]
fn an_event_of_another_conversation_goes_there() {
    let rules = IdentityRules { account: Some(ACCOUNT.into()), native: NativeForm::ObjectId, route_variants: false };
    let mut directory = Directory::new(rules);
    directory.learn(&facts(&[OID], PHONE), NameOrigin::Declared);
    let other = directory.learn(&facts(&[OTHER], PHONE), NameOrigin::Declared).key;
    assert_eq!(directory.resolve(&message(&[OTHER], PHONE)).outcome, Outcome::Known(other));
}

/// What must come of a piece of evidence.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Wanted {
    /// Routed to the conversation under test.
    Routed(Rule),
    /// Shown as probable, routed only if the profile says so.
    Probable,
    /// Fetched first.
    Unknown,
    Foreign,
    NoId,
    Ambiguous,
}

struct Class {
    name: &'static str,
    native: NativeForm,
    /// The conversation's names in the list; the second element is its phone.
    ours: (&'static [&'static str], &'static str),
    evidence: Evidence,
    wanted: Wanted,
}

/// Ids with the message's account, line and phone beside them.
fn message(ids: &[&str], phone: &str) -> Evidence {
    Evidence {
        ids: named(ids),
        account: Some(ACCOUNT.into()),
        line: Some(LINE.into()),
        phone: Phone::parse(phone),
        ..Evidence::default()
    }
}

fn composite(account: &str, line: &str, phone: &str) -> Id {
    Id::new(format!("{account}_{line}_{phone}"))
}

fn catalogue() -> Vec<Class> {
    use NativeForm::{Any, Integer, ObjectId, Uuid};
    use Wanted::{Ambiguous, Foreign, NoId, Probable, Routed, Unknown};
    let same = composite(ACCOUNT, LINE, PHONE);
    let other_line = composite(ACCOUNT, "1003427786179739", PHONE);
    let other_account = composite("795a15a5c526dbe7c085ece2", LINE, PHONE);
    let class = |name, native, ours, evidence, wanted| Class { name, native, ours, evidence, wanted };
    let oid: (&[&str], &str) = (&[OID], PHONE);
    vec![
        class("equal ids", ObjectId, oid, by_ids(&[OID]), Routed(Rule::Exact)),
        class(
            "list by object id, broadcast by composite",
            ObjectId,
            oid,
            by_ids(&[same.as_str()]),
            Routed(Rule::Composite),
        ),
        class(
            "list by composite, broadcast by object id",
            ObjectId,
            (&["695a15a5c526dbe7c085ece2_1003427786179738_923001234574", OID], PHONE),
            by_ids(&[OID]),
            Routed(Rule::Alias),
        ),
        class("one field name, two meanings", ObjectId, oid, by_ids(&[OID, same.as_str()]), Routed(Rule::Exact)),
        class("composite of another line", ObjectId, oid, by_ids(&[other_line.as_str()]), Unknown),
        class("composite of another tenant", ObjectId, oid, by_ids(&[other_account.as_str()]), Foreign),
        class(
            "composite with a plus",
            ObjectId,
            oid,
            by_ids(&[composite(ACCOUNT, LINE, "+923001234574").as_str()]),
            Routed(Rule::Composite),
        ),
        class("the account's id alone", ObjectId, oid, by_ids(&[ACCOUNT]), NoId),
        class("a room named undefined", ObjectId, oid, by_ids(&["undefined"]), NoId),
        class("an id that is a cast object", ObjectId, oid, by_ids(&["[object Object]"]), NoId),
        class(
            "a broadcast to everybody",
            ObjectId,
            oid,
            Evidence { account: Some("2600003".into()), ..message(&[OTHER], PHONE) },
            Foreign,
        ),
        class("no id in one of the copies", ObjectId, oid, message(&[], PHONE), Routed(Rule::Phone)),
        class("no id, no line", ObjectId, oid, Evidence { line: None, ..message(&[], PHONE) }, NoId),
        class("no id, other line", ObjectId, oid, Evidence { line: Some("1".into()), ..message(&[], PHONE) }, NoId),
        class("new ticket of an old customer", Integer, (&["41"], PHONE), message(&["42"], PHONE), Unknown),
        class("new conversation of an old customer", ObjectId, oid, message(&[OTHER], PHONE), Unknown),
        class(
            "new conversation that shares the composite",
            ObjectId,
            oid,
            message(&[OTHER, same.as_str()], PHONE),
            Unknown,
        ),
        class("a number for an id", Integer, (&["42"], PHONE), by_ids(&["42"]), Routed(Rule::Exact)),
        class("a prefix of an id", Integer, (&["42"], PHONE), by_ids(&["4"]), Unknown),
        class(
            "an integer that was rounded",
            Integer,
            (&["9007199254740993"], PHONE),
            message(&["9007199254740992"], PHONE),
            Unknown,
        ),
        class(
            "a long integer, whole",
            Integer,
            (&["123456789012345678901234567890"], PHONE),
            by_ids(&["123456789012345678901234567890"]),
            Routed(Rule::Exact),
        ),
        class(
            "an id that was encoded twice",
            ObjectId,
            oid,
            message(&["\"6b02cde878eebeb31e40f6c0\""], PHONE),
            Unknown,
        ),
        class("white space around an id", ObjectId, oid, message(&[" 6b02cde878eebeb31e40f6c0\n"], PHONE), Unknown),
        class("an id in other case", ObjectId, oid, message(&["6B02CDE878EEBEB31E40F6C0"], PHONE), Unknown),
        class("a cut id", ObjectId, oid, message(&["6b02cde878eebeb31e40f6c"], PHONE), Unknown),
        class(
            "a uuid of another conversation",
            Uuid,
            (&["0b5c7a52-8f3e-4f7e-9d7a-2b8f0e1c3d4a"], PHONE),
            message(&["1b5c7a52-8f3e-4f7e-9d7a-2b8f0e1c3d4a"], PHONE),
            Unknown,
        ),
        class(
            "the phone for an id, with a plus",
            ObjectId,
            oid,
            message(&["+92 300 1234574"], PHONE),
            Routed(Rule::Phone),
        ),
        class("the phone for an id, of another customer", ObjectId, oid, message(&["923001230000"], PHONE), Unknown),
        class(
            "phones as ids, formatted",
            NativeForm::Phone,
            (&["923001234574"], PHONE),
            by_ids(&["+92 300 1234574"]),
            Routed(Rule::Phone),
        ),
        class(
            "phones as ids, a JID",
            NativeForm::Phone,
            (&["923001234574"], PHONE),
            by_ids(&["923001234574@s.whatsapp.net"]),
            Routed(Rule::Phone),
        ),
        class(
            "phones as ids, another",
            NativeForm::Phone,
            (&["923001234574"], PHONE),
            by_ids(&["923001234570"]),
            Unknown,
        ),
        class("Brazil's ninth digit", ObjectId, (&[OID], BR), message(&[], BR_OLD), Probable),
        class("Argentina's 9", ObjectId, (&[OID], "5491123456789"), message(&[], "541123456789"), Probable),
        class("Mexico's 1", ObjectId, (&[OID], "5215512345678"), message(&[], "525512345678"), Probable),
        class(
            "a variant inside a composite",
            ObjectId,
            (&[OID], BR),
            by_ids(&[composite(ACCOUNT, LINE, BR_OLD).as_str()]),
            Probable,
        ),
        class("no variants elsewhere", ObjectId, (&[OID], "49123456789"), message(&[], "4923456789"), NoId),
        class("a LID's digits are no phone", Any, (&["c1"], PHONE), message(&["923001234574@lid"], ""), Unknown),
        class("a group is no customer", ObjectId, oid, message(&["923001234574@g.us"], PHONE), Unknown),
        class(
            "a user id seen before, without a phone",
            ObjectId,
            (&[OID], PHONE),
            Evidence { links: vec!["PK.abc123".into()], ..Evidence::default() },
            Routed(Rule::IdentityLink),
        ),
        class(
            "a LID seen before, for an id",
            ObjectId,
            (&[OID], PHONE),
            by_ids(&["77001@lid"]),
            Routed(Rule::IdentityLink),
        ),
        class(
            "a LID seen before, with another phone",
            ObjectId,
            (&[OID], PHONE),
            Evidence { links: vec!["77001@lid".into()], phone: Phone::parse("923009999999"), ..Evidence::default() },
            NoId,
        ),
        class(
            "the number went to another person",
            ObjectId,
            (&[OID], PHONE),
            Evidence { links: vec!["PK.other".into()], ..message(&[], PHONE) },
            NoId,
        ),
        class(
            "the customer's number changed",
            ObjectId,
            oid,
            Evidence { links: vec!["PK.abc123".into()], ..message(&[], "923009999999") },
            NoId,
        ),
        class(
            "a user id seen before, of another line",
            ObjectId,
            oid,
            Evidence { links: vec!["PK.abc123".into()], line: Some("2".into()), ..Evidence::default() },
            NoId,
        ),
        class(
            "a user id in the place of the conversation's",
            ObjectId,
            oid,
            by_ids(&["PK.abc123"]),
            Routed(Rule::IdentityLink),
        ),
        class(
            "an identity that was never seen",
            ObjectId,
            oid,
            Evidence { links: vec!["PK.zzz".into()], ..Evidence::default() },
            NoId,
        ),
        class("ids of two conversations", ObjectId, oid, by_ids(&[OID, "8c02cde878eebeb31e40f6c1"]), Ambiguous),
        class(
            "only the message is named",
            ObjectId,
            oid,
            Evidence { message: vec!["wamid.known".into()], ..Evidence::default() },
            Routed(Rule::Message),
        ),
        class(
            "a message that is not known",
            ObjectId,
            oid,
            Evidence { message: vec!["wamid.other".into()], ..Evidence::default() },
            NoId,
        ),
        class("nothing at all", ObjectId, oid, Evidence::default(), NoId),
    ]
}

#[test]
fn every_class_of_the_catalogue_comes_out_right() {
    for class in catalogue() {
        let rules = IdentityRules { account: Some(ACCOUNT.into()), native: class.native, route_variants: false };
        let mut directory = Directory::new(rules);
        let mut row = facts(class.ours.0, class.ours.1);
        row.links = vec!["PK.abc123".into(), "77001@lid".into()];
        let key = directory.learn(&row, NameOrigin::Declared).key;
        // Somebody else, with another phone, on the same line.
        directory.learn(&facts(&["8c02cde878eebeb31e40f6c1"], "923007654321"), NameOrigin::Declared);
        directory.index_message(&MessageIds { wa: Some("wamid.known".into()), ..MessageIds::default() }, key);

        let resolution = directory.resolve(&class.evidence);
        let came = match &resolution.outcome {
            Outcome::Known(found) => {
                assert_eq!(*found, key, "{}: misrouted", class.name);
                resolution.rule.map(Wanted::Routed)
            }
            Outcome::Probable(found) => {
                assert_eq!((*found, resolution.rule), (key, Some(Rule::Variant)), "{}", class.name);
                Some(Wanted::Probable)
            }
            Outcome::Unknown(_) => Some(Wanted::Unknown),
            Outcome::Foreign => Some(Wanted::Foreign),
            Outcome::NoId => Some(Wanted::NoId),
            Outcome::Ambiguous(_) => Some(Wanted::Ambiguous),
        };
        assert_eq!(came, Some(class.wanted), "{}: {resolution:?}", class.name);
    }
}

#[test]
fn variants_are_routed_where_the_profile_says_so() {
    let rules = IdentityRules { account: Some(ACCOUNT.into()), native: NativeForm::ObjectId, route_variants: true };
    let mut directory = Directory::new(rules);
    let key = directory.learn(&facts(&[OID], BR), NameOrigin::Declared).key;
    assert_eq!(directory.resolve(&message(&[], BR_OLD)).outcome, Outcome::Known(key));
    assert_eq!(directory.resolve(&message(&[OTHER], BR_OLD)).outcome, Outcome::Unknown(OTHER.into()));
}

#[test]
fn two_conversations_with_one_phone_are_never_guessed_between() {
    let rules = IdentityRules { account: Some(ACCOUNT.into()), native: NativeForm::Integer, route_variants: false };
    let mut directory = Directory::new(rules);
    let old = directory.learn(&facts(&["41"], PHONE), NameOrigin::Declared).key;
    let new = directory.learn(&facts(&["42"], PHONE), NameOrigin::Declared).key;
    assert_eq!(directory.resolve(&message(&[], PHONE)).outcome, Outcome::Ambiguous(vec![old, new]));
    assert_eq!(directory.resolve(&message(&["41"], PHONE)).outcome, Outcome::Known(old));
    assert_eq!(directory.near_misses(&message(&["43"], PHONE), 5).len(), 2);
}

#[test]
fn a_spelling_of_our_account_that_rest_vouches_for_is_not_foreign() {
    let rules = IdentityRules { account: Some("2600003".into()), native: NativeForm::ObjectId, route_variants: false };
    let mut directory = Directory::new(rules);
    let key = directory.learn(&facts(&[OID], PHONE), NameOrigin::Declared).key;
    assert_eq!(directory.resolve(&message(&[OID], PHONE)).outcome, Outcome::Known(key));
    assert_eq!(directory.resolve(&message(&[OTHER], PHONE)).outcome, Outcome::Foreign);
}

#[test]
fn what_a_naive_page_decides_is_string_equality() {
    let (list, broadcast) = (Id::from(OID), composite(ACCOUNT, LINE, PHONE));
    assert!(naive_match(Some(&list), Some(&list)));
    assert!(!naive_match(Some(&list), Some(&broadcast)));
    assert!(!naive_match(None, None));
}

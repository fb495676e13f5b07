//! No evidence about one conversation ever finds another, and what is learnt does not depend on its order.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::tests::{ACCOUNT, LINE, by_ids, facts};
use super::*;
use crate::chat::{ConversationFacts, Evidence, NamedId, Outcome};

/// A conversation as the backend knows it. Phones are few, so that customers have several conversations.
#[derive(Clone, Debug)]
struct Truth {
    oid: String,
    line: String,
    phone: String,
}

impl Truth {
    fn composite(&self) -> String {
        format!("{ACCOUNT}_{}_{}", self.line, self.phone)
    }
}

fn truths() -> impl Strategy<Value = Vec<Truth>> {
    let one = (0..3usize, 0..4usize).prop_map(|(line, phone)| {
        (
            ["1003427786179738", "1003427786179739", "1003427786179740"][line],
            ["923001234574", "5511987654321", "551187654321", "5215512345678"][phone],
        )
    });
    prop::collection::vec(one, 1..8).prop_map(|all| {
        let truth = |(at, (line, phone)): (usize, (&str, &str))| Truth {
            oid: format!("6b02cde878eebeb31e40f6{at:02x}"),
            line: line.to_owned(),
            phone: phone.to_owned(),
        };
        all.into_iter().enumerate().map(truth).collect()
    })
}

/// What a REST object says of it: some of its names, `_id` among them or not.
fn row(truth: &Truth, names: &[usize]) -> ConversationFacts {
    let all = [truth.oid.clone(), truth.composite()];
    let names: Vec<&str> = names.iter().map(|at| all[*at].as_str()).collect();
    ConversationFacts { line: Some(truth.line.as_str().into()), ..facts(&names, &truth.phone) }
}

/// What an event about it may say: any part of the truth, spelled in any of the ways that were met.
fn evidence(truth: &Truth, said: &[usize]) -> Evidence {
    let mut evidence = Evidence::default();
    for what in said {
        let id = match what {
            0 => truth.oid.clone(),
            1 => truth.composite(),
            2 => format!("\"{}\"", truth.oid),
            3 => truth.oid.to_uppercase(),
            4 => format!("{}@s.whatsapp.net", truth.phone),
            5 => format!("{ACCOUNT}_{}_+{}", truth.line, truth.phone),
            6 => truth.oid.get(..23).unwrap_or_default().to_owned(),
            7 => {
                evidence.account = Some(ACCOUNT.into());
                continue;
            }
            8 => {
                evidence.line = Some(truth.line.as_str().into());
                continue;
            }
            9 => {
                evidence.phone = Phone::parse(&format!("+{}", truth.phone));
                continue;
            }
            _ => "undefined".to_owned(),
        };
        evidence.ids.push(NamedId { pointer: "/x".into(), id: Id::new(id) });
    }
    evidence
}

fn directory() -> Directory {
    Directory::new(IdentityRules { account: Some(ACCOUNT.into()), native: NativeForm::ObjectId, route_variants: true })
}

/// Which objects are one conversation, by the names that find them: for every name what it resolves to, with keys
/// replaced by the set of names that the conversation has.
fn picture(directory: &Directory, names: &[String]) -> BTreeMap<String, String> {
    let named = |key: ConversationKey| {
        let mut names: Vec<String> =
            directory.aliases(key).map(|(id, origin, conflict)| format!("{id:?}{origin:?}{conflict}")).collect();
        names.sort();
        names.join(" ")
    };
    let found = |name: &String| match directory.resolve(&by_ids(&[name])).outcome {
        Outcome::Known(key) => named(key),
        Outcome::Ambiguous(keys) => {
            let mut all: Vec<String> = keys.into_iter().map(named).collect();
            all.sort();
            format!("torn between {all:?}")
        }
        other => format!("{other:?}"),
    };
    names.iter().map(|name| (name.clone(), found(name))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// The worst fault that the program can have. Some conversations are known, some are not yet; the event is about
    /// any of them.
    #[test]
    fn no_evidence_about_one_conversation_routes_to_another(
        truths in truths(),
        known in subsequence((0..8usize).collect::<Vec<_>>(), 0..8),
        composites in any::<bool>(),
        said in subsequence((0..11usize).collect::<Vec<_>>(), 0..7),
        about in any::<prop::sample::Index>(),
    ) {
        let mut directory = directory();
        let mut keys = BTreeMap::new();
        for at in known.iter().filter(|at| **at < truths.len()) {
            let names: &[usize] = if composites { &[0, 1] } else { &[0] };
            keys.insert(*at, directory.learn(&row(&truths[*at], names), NameOrigin::Declared).key);
        }
        // Events of the known ones have been seen, and taught their composite ids.
        for (at, key) in &keys {
            directory.observe(*key, &row(&truths[*at], &[0, 1]));
        }
        let about = about.index(truths.len());
        let truth = &truths[about];
        let evidence = evidence(truth, &said);
        if let Outcome::Known(found) = directory.resolve(&evidence).outcome {
            // A customer's only conversation that is known on that line may be taken for an event that names no
            // conversation's own id: nothing tells them apart. Never when it names one.
            let own_id = said.iter().any(|what| [0, 2, 3, 6].contains(what));
            let right = keys.get(&about) == Some(&found);
            let twin = keys.iter().any(|(at, key)| {
                let other = &truths[*at];
                let (a, b) = (Phone::parse(&other.phone), Phone::parse(&truth.phone));
                let same_person = a == b || super::claims::are_variants(&other.phone, &truth.phone);
                *key == found && other.line == truth.line && same_person
            });
            prop_assert!(right || (!own_id && twin), "about {about}, found {found:?}: {evidence:?}");
            let alike = keys.keys().filter(|at| truths[**at].line == truth.line && truths[**at].phone == truth.phone).count();
            prop_assert!(own_id || alike < 2, "guessed between {alike}: {evidence:?}");
        }
    }

    #[test]
    fn learning_does_not_depend_on_order_and_repeats(
        truths in truths(),
        objects in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![Just(vec![0]), Just(vec![1]), Just(vec![0, 1])]), 1..12),
        shuffle in any::<prop::sample::Index>(),
    ) {
        let objects: Vec<ConversationFacts> =
            objects.iter().map(|(at, names)| row(&truths[at.index(truths.len())], names)).collect();
        let names: Vec<String> = truths.iter().flat_map(|truth| [truth.oid.clone(), truth.composite()]).collect();
        let learnt = |order: &[ConversationFacts]| {
            let mut directory = directory();
            for object in order {
                directory.learn(object, NameOrigin::Declared);
            }
            directory
        };
        let first = learnt(&objects);
        let mut other_way = objects.clone();
        other_way.rotate_left(shuffle.index(objects.len()));
        other_way.reverse();
        let second = learnt(&other_way);
        prop_assert_eq!(picture(&first, &names), picture(&second, &names));
        prop_assert_eq!(first.len(), second.len());

        // Again, and nothing is new.
        let mut again = first.clone();
        for object in &objects {
            let learned = again.learn(object, NameOrigin::Declared);
            prop_assert!(!learned.fresh && learned.aliases_added == 0 && learned.merged.is_empty(), "{:?}", learned);
        }
        prop_assert_eq!(picture(&again, &names), picture(&first, &names));
    }

    /// A name that two rows claim routes nothing, is reported each time it is learnt, and stays in conflict.
    #[test]
    fn a_conflict_is_never_resolved_in_silence(repeats in 1..4usize, swapped in any::<bool>()) {
        let mut directory = directory();
        let shared = format!("{ACCOUNT}_{LINE}_923001234574");
        let mut rows = [
            facts(&["6b02cde878eebeb31e40f6c0", &shared], "923001234574"),
            facts(&["6b02cde878eebeb31e40f6c1", &shared], "923001234574"),
        ];
        if swapped { rows.reverse(); }
        directory.learn(&rows[0], NameOrigin::Declared);
        for _ in 0..repeats {
            for row in rows.iter().rev() {
                prop_assert_eq!(directory.learn(row, NameOrigin::Declared).conflicts.len(), 1);
            }
            let only_name = ConversationFacts { ids: super::tests::named(&[&shared]), ..rows[0].clone() };
            prop_assert_eq!(directory.learn(&only_name, NameOrigin::Declared).conflicts.len(), 1);
            prop_assert!(directory.learn(&only_name, NameOrigin::Traffic).conflicts.len() == 1);
            let torn = matches!(directory.resolve(&by_ids(&[&shared])).outcome, Outcome::Ambiguous(keys) if keys.len() == 2);
            prop_assert!(torn);
        }
    }
}

//! Conversations that become one: declared by one REST object, or told by the backend (`conversation.merged`). Never by
//! likeness, never across tenants or lines, and everything that found the one that is gone finds the one that stays.

use proptest::prelude::*;

use super::tests::{ACCOUNT, LINE, OID, OTHER, by_ids, facts, named, reference};
use super::*;
use crate::chat::{ConversationFacts, Evidence, MessageIds, Outcome};

const PHONE: &str = "923001234574";

#[test]
fn what_the_backend_tells_is_taken_and_old_names_lead_on() {
    let mut directory = reference();
    let kept = directory.learn(&facts(&[OID], PHONE), NameOrigin::Declared).key;
    let gone = directory.learn(&facts(&[OTHER], PHONE), NameOrigin::Declared).key;
    directory.index_message(&MessageIds { id: Some("m1".into()), ..MessageIds::default() }, gone);
    assert_eq!(directory.told_merged(kept, &named(&[OTHER])), [(gone, kept)]);
    assert_eq!(directory.resolve(&by_ids(&[OTHER])).outcome, Outcome::Known(kept));
    assert_eq!(directory.conversation_of_message(&"m1".into()), Some(kept));
    assert_eq!((directory.current(gone), directory.len()), (kept, 1));
    assert_eq!(directory.primary(kept), Some(&OID.into()), "paths take the name of the one that stays");
    assert!(directory.told_merged(kept, &named(&[OTHER])).is_empty(), "told again: nothing is new");
    assert!(directory.told_merged(gone, &named(&[OID])).is_empty(), "nothing merges with itself");
    // The list may go on showing the old row for a while.
    let again = directory.learn(&facts(&[OTHER], PHONE), NameOrigin::Declared);
    assert_eq!((again.key, again.fresh), (kept, false));
}

#[test]
fn what_is_doubtful_merges_nothing() {
    let mut directory = reference();
    let kept = directory.learn(&facts(&[OID], PHONE), NameOrigin::Declared).key;
    let line = ConversationFacts { line: Some("2".into()), ..facts(&[OTHER], PHONE) };
    directory.learn(&line, NameOrigin::Declared);
    let tenant = ConversationFacts { account: Some("2600003".into()), ..facts(&["8c02cde878eebeb31e40f6c1"], PHONE) };
    directory.learn(&tenant, NameOrigin::Declared);
    let shared = format!("{ACCOUNT}_{LINE}_923007654321");
    directory.learn(&facts(&["8c02cde878eebeb31e40f6c2", &shared], "923007654321"), NameOrigin::Declared);
    directory.learn(&facts(&["8c02cde878eebeb31e40f6c3", &shared], "923007654321"), NameOrigin::Declared);
    for doubtful in [OTHER, "8c02cde878eebeb31e40f6c1", shared.as_str(), "7b02ca344e517f5f5b27e3b5", "undefined"] {
        assert!(directory.told_merged(kept, &named(&[doubtful])).is_empty(), "{doubtful}");
    }
    assert_eq!(directory.len(), 5);
}

#[test]
fn a_name_from_traffic_is_not_enough_to_merge_by() {
    let mut directory = reference();
    let kept = directory.learn(&facts(&[OID], PHONE), NameOrigin::Declared).key;
    let other = directory.learn(&facts(&[OTHER], "923007654321"), NameOrigin::Declared).key;
    directory.observe(other, &facts(&["ticket-7"], "923007654321"));
    assert!(directory.told_merged(kept, &named(&["ticket-7"])).is_empty());
}

#[test]
fn links_of_both_lead_to_the_one_that_stays() {
    let mut directory = reference();
    let linked = |id: &str, link: &str| ConversationFacts { links: vec![link.into()], ..facts(&[id], PHONE) };
    let kept = directory.learn(&linked(OID, "PK.abc"), NameOrigin::Declared).key;
    directory.learn(&linked(OTHER, "77001@lid"), NameOrigin::Declared);
    directory.told_merged(kept, &named(&[OTHER]));
    for link in ["PK.abc", "77001@lid"] {
        let evidence = Evidence { links: vec![link.into()], ..Evidence::default() };
        assert_eq!(directory.resolve(&evidence).outcome, Outcome::Known(kept), "{link}");
    }
    let by_phone = Evidence {
        account: Some(ACCOUNT.into()),
        line: Some(LINE.into()),
        phone: Phone::parse(PHONE),
        ..Evidence::default()
    };
    assert_eq!(directory.resolve(&by_phone).outcome, Outcome::Known(kept), "one conversation has that phone now");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever merges are told, in whatever order and however often: every name finds one conversation, the one
    /// that its own merges lead to, and names of different tenants or lines never come together.
    #[test]
    fn names_follow_their_merges_and_no_others(
        lines in prop::collection::vec(0..2usize, 2..7),
        told in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..10),
    ) {
        let mut directory = reference();
        let ids: Vec<String> = (0..lines.len()).map(|at| format!("6b02cde878eebeb31e40f6{at:02x}")).collect();
        let of_line = |at: usize| ["1003427786179738", "1003427786179739"][lines[at]];
        let mut keys = Vec::new();
        for (at, id) in ids.iter().enumerate() {
            let row = ConversationFacts { line: Some(of_line(at).into()), ..facts(&[id], PHONE) };
            keys.push(directory.learn(&row, NameOrigin::Declared).key);
        }
        // A plain model: to whom each row belongs.
        let mut home: Vec<usize> = (0..ids.len()).collect();
        for (kept, gone) in &told {
            let (kept, gone) = (kept.index(ids.len()), gone.index(ids.len()));
            let merged = directory.told_merged(keys[kept], &named(&[&ids[gone]]));
            let (to, from) = (home[kept], home[gone]);
            if to != from && lines[kept] == lines[gone] {
                prop_assert_eq!(merged.len(), 1);
                home.iter_mut().filter(|home| **home == from).for_each(|home| *home = to);
            } else {
                prop_assert!(merged.is_empty());
            }
        }
        for (at, id) in ids.iter().enumerate() {
            let expected = directory.current(keys[home[at]]);
            prop_assert_eq!(directory.resolve(&by_ids(&[id])).outcome, Outcome::Known(expected));
            for (other, theirs) in ids.iter().enumerate() {
                let together = directory.resolve(&by_ids(&[theirs])).outcome == Outcome::Known(expected);
                prop_assert!(!together || lines[at] == lines[other]);
            }
        }
        let mut homes = home.clone();
        homes.sort_unstable();
        homes.dedup();
        prop_assert_eq!(directory.len(), homes.len());
    }
}

use proptest::prelude::*;

use super::*;
use crate::chat::{ConversationFacts, NamedId, Status};
use crate::wire::Identity;

fn at(second: i64) -> Option<Timestamp> {
    Timestamp::from_second(second).ok()
}

/// A row that was last written to at `last`, by the customer if `inbound`.
fn row(n: u32, last: i64, inbound: bool) -> Conversation {
    let facts = ConversationFacts {
        ids: vec![NamedId { pointer: "/_id".into(), id: n.to_string().as_str().into() }],
        name: Some(Clean::line(&format!("Customer {n}"))),
        last_at: at(last),
        last_inbound_at: at(if inbound { last } else { 1 }),
        ..ConversationFacts::default()
    };
    Conversation::from_facts(ConversationKey(n), &facts).unwrap()
}

fn keys(inbox: &Inbox) -> Vec<u32> {
    inbox.shown().iter().map(|key| key.0).collect()
}

fn me() -> Me {
    Me::of(&Identity { name: Some(Clean::line("Ines")), ..Identity::default() })
}

/// Mine and open, nobody's and waiting, another's and resolved, mine and put off.
fn four() -> Inbox {
    let mut inbox = Inbox::default();
    inbox.set_me(me());
    let assigned = |mut row: Conversation, to: Option<&str>, status: Status| {
        row.assignee = to.map(Clean::line);
        row.status = status;
        row
    };
    inbox.put(assigned(row(0, 400, false), Some("ines"), Status::Open));
    inbox.put(assigned(row(1, 300, true), None, Status::Pending));
    inbox.put(assigned(row(2, 200, true), Some("Omar"), Status::Resolved));
    inbox.put(assigned(row(3, 100, false), Some("Ines"), Status::Snoozed));
    inbox
}

#[test]
fn every_built_in_view_shows_and_counts_its_own() {
    let mut inbox = four();
    for (view, shown) in [
        (BuiltIn::All, vec![0, 1, 2, 3]),
        (BuiltIn::Mine, vec![0]),
        (BuiltIn::Unassigned, vec![1]),
        (BuiltIn::Unread, vec![]),
        (BuiltIn::Waiting, vec![1]),
        (BuiltIn::Open, vec![0]),
        (BuiltIn::Pending, vec![1]),
        (BuiltIn::Snoozed, vec![3]),
        (BuiltIn::Resolved, vec![2]),
    ] {
        inbox.set_view(view.view());
        assert_eq!(keys(&inbox), shown, "{view:?}");
        assert_eq!(inbox.count_of(view), shown.len(), "{view:?}");
    }
}

#[test]
fn views_of_a_line_of_a_label_and_of_the_configuration() {
    let mut inbox = four();
    inbox.change(ConversationKey(1), |row| {
        row.labels = vec![Clean::line("VIP")];
        row.line = Some("7".into());
        row.priority = Some(Clean::line("High"));
    });
    assert_eq!(inbox.labels().collect::<Vec<_>>(), [(&Clean::line("VIP"), 1)]);
    assert_eq!(inbox.lines().collect::<Vec<_>>(), [(&Id::new("7"), 1)]);
    inbox.set_view(View::of_label(&Clean::line("vip")));
    assert_eq!(keys(&inbox), [1]);
    inbox.set_view(View::of_line(&Id::new("7"), "seven"));
    assert_eq!(keys(&inbox), [1]);
    let saved = crate::config::SavedView {
        status: vec!["pending".to_owned(), "open".to_owned()],
        priority: vec!["high".to_owned()],
        labels: vec!["vip".to_owned()],
        filter: Some("cust".to_owned()),
        sort: crate::config::ViewSort::Priority,
        ..crate::config::SavedView::default()
    };
    inbox.add_views([View::saved("urgent", &saved)]);
    let (view, count) = inbox.views().next_back().map(|(view, count)| (view.clone(), count)).unwrap();
    assert_eq!((view.name.as_str(), count), ("urgent", 1));
    inbox.change(ConversationKey(0), |row| {
        row.labels = vec![Clean::line("vip")];
        row.priority = Some(Clean::line("urgent"));
    });
    inbox.set_view(view);
    assert_eq!(keys(&inbox), [1], "only high ones were asked for");
}

#[test]
fn a_row_that_leaves_the_view_stays_while_it_is_selected() {
    let mut inbox = four();
    for n in 0..2 {
        inbox.change(ConversationKey(n), |row| row.unread = 2);
    }
    inbox.set_view(BuiltIn::Unread.view());
    assert_eq!((keys(&inbox), inbox.selected()), (vec![0, 1], Some(ConversationKey(0))));
    inbox.change(ConversationKey(0), |row| row.unread = 0);
    assert_eq!((keys(&inbox), inbox.unread_conversations()), (vec![0, 1], 1), "it is being read");
    let all: Vec<Conversation> = (0..4).filter_map(|n| inbox.get(ConversationKey(n)).cloned()).collect();
    inbox.put_all(all);
    assert_eq!(keys(&inbox), [0, 1], "the list that comes meanwhile does not take it away");
    inbox.move_by(1);
    assert_eq!((keys(&inbox), inbox.selected()), (vec![1], Some(ConversationKey(1))));
}

#[test]
fn the_longest_waiting_and_the_urgent_come_first() {
    let mut inbox = four();
    inbox.change(ConversationKey(3), |row| row.priority = Some(Clean::line("urgent")));
    inbox.set_sort(Sort::Priority);
    assert_eq!(keys(&inbox), [3, 0, 1, 2]);
    inbox.set_sort(Sort::Waiting);
    assert_eq!(keys(&inbox), [2, 1, 0, 3]);
    inbox.set_wait(ConversationKey(1), at(50));
    assert_eq!(keys(&inbox), [1, 2, 0, 3]);
    inbox.set_wait(ConversationKey(1), None);
    assert_eq!(keys(&inbox), [2, 0, 1, 3]);
}

#[test]
fn drift_is_the_backends_count_where_it_differs() {
    let mut inbox = four();
    let key = ConversationKey(0);
    assert_eq!(inbox.drift(key), None);
    inbox.told_unread(key, 0);
    inbox.change(key, |row| row.unread = 2);
    assert_eq!(inbox.drift(key), Some(0));
    inbox.told_unread(key, 2);
    assert_eq!(inbox.drift(key), None);
}

#[test]
fn marks_are_counted_and_go_with_their_rows() {
    let mut inbox = four();
    inbox.mark(ConversationKey(2), true);
    inbox.mark(ConversationKey(0), true);
    inbox.mark(ConversationKey(0), true);
    assert_eq!((inbox.marked(), inbox.marked_count()), (vec![ConversationKey(0), ConversationKey(2)], 2));
    inbox.remove(ConversationKey(2));
    assert_eq!(inbox.marked_count(), 1);
    inbox.clear_marks();
    assert!(inbox.marked().is_empty());
}

#[derive(Clone, Debug)]
enum Step {
    Put { n: u32, last: i64, inbound: bool, unread: u32, status: usize, priority: usize },
    Remove(u32),
    View(usize),
    Sort(usize),
    Filter(&'static str),
    Move(isize),
    Wait(u32, Option<i64>),
    All,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..12_u32, 2..40_i64, any::<bool>(), 0..2_u32, 0..4_usize, 0..3_usize).prop_map(
            |(n, last, inbound, unread, status, priority)| Step::Put { n, last, inbound, unread, status, priority }
        ),
        1 => (0..12_u32).prop_map(Step::Remove),
        1 => (0..9_usize).prop_map(Step::View),
        1 => (0..3_usize).prop_map(Step::Sort),
        1 => prop_oneof![Just(""), Just("1"), Just("er 1"), Just("!1")].prop_map(Step::Filter),
        2 => (-3..4_isize).prop_map(Step::Move),
        1 => (0..12_u32, proptest::option::of(2..40_i64)).prop_map(|(n, since)| Step::Wait(n, since)),
        1 => Just(Step::All),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_list_is_what_a_new_one_would_be(steps in proptest::collection::vec(step(), 0..60)) {
        let mut inbox = Inbox::default();
        for step in steps {
            match step {
                Step::Put { n, last, inbound, unread, status, priority } => {
                    let mut row = row(n, last, inbound);
                    row.unread = unread;
                    row.status = [Status::Open, Status::Pending, Status::Snoozed, Status::Resolved][status].clone();
                    row.priority = [None, Some("high"), Some("low")][priority].map(Clean::line);
                    inbox.put(row);
                }
                Step::Remove(n) => inbox.remove(ConversationKey(n)),
                Step::View(n) => inbox.set_view(BuiltIn::ALL[n].view()),
                Step::Sort(n) => inbox.set_sort([Sort::Latest, Sort::Waiting, Sort::Priority][n]),
                Step::Filter(text) => inbox.set_filter(text),
                Step::Move(by) => inbox.move_by(by),
                Step::Wait(n, since) => inbox.set_wait(ConversationKey(n), since.and_then(at)),
                Step::All => inbox.put_all(Vec::new()),
            }
            let mut wanted = inbox.order.clone();
            let selected = inbox.selected();
            wanted.retain(|key| inbox.passes(*key) || Some(*key) == selected);
            inbox.shelf.sort(inbox.sort, &mut wanted);
            let shown = inbox.shown().to_vec();
            // the selected one may have been outside of the view when it was selected by nobody
            let same = shown == wanted || wanted.iter().filter(|key| Some(**key) != selected).eq(shown.iter());
            prop_assert!(same, "{shown:?} {wanted:?}");
            prop_assert_eq!(inbox.selected().is_some(), !shown.is_empty());
            prop_assert!(selected.is_none_or(|key| inbox.index_of(key).is_some()));
            let mut order = inbox.order.clone();
            inbox.shelf.sort(Sort::Latest, &mut order);
            prop_assert_eq!(&order, &inbox.order);
            let counts: Vec<usize> = inbox.views.iter().map(|counted| counted.count).collect();
            inbox.count();
            let anew: Vec<usize> = inbox.views.iter().map(|counted| counted.count).collect();
            prop_assert_eq!(counts, anew);
        }
    }
}

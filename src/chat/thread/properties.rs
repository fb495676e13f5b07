//! Whatever the order in which copies of messages come, the thread is the same.

use proptest::prelude::*;

use super::tests::{at, m};
use super::*;
use crate::chat::delivery::DeliveryState;
use crate::text::Clean;

/// One of two or three partial copies of message `n`: the copies differ in what they know.
fn copy(n: usize, which: usize) -> Message {
    let id = format!("{n:02}");
    let mut message = m(&id, 100 + i64::try_from(n / 2).unwrap_or_default());
    match which {
        0 => message.sender = Some(Clean::line("Maria")),
        1 => {
            message.content = Content::Unsupported { kind: Clean::line("text") };
            message.delivery.rank = Rank::Delivered;
        }
        _ => {
            // The same webhook twice: another backend id, stored a second later.
            message.ids.id = Some(format!("{n:02}-again").as_str().into());
            message.created_at = at(101 + i64::try_from(n / 2).unwrap_or_default());
        }
    }
    message
}

type Line = (MessageIds, Option<Timestamp>, Option<Clean>, Content, Rank);

fn lines(thread: &Thread) -> Vec<Line> {
    thread.iter().map(|m| (m.ids.clone(), m.created_at, m.sender.clone(), m.content.clone(), m.delivery.rank)).collect()
}

proptest! {
    #[test]
    fn order_and_repeats_do_not_matter(
        copies in Just((0..12usize).flat_map(|n| (0..3).map(move |which| (n, which))).collect::<Vec<_>>()).prop_shuffle(),
        repeats in prop::collection::vec((0..12usize, 0..3usize), 0..12),
        cut in 0..36usize,
    ) {
        let expected: Vec<Line> = {
            let mut thread = Thread::default();
            for n in 0..12 { for which in 0..3 { thread.insert(copy(n, which)); } }
            lines(&thread)
        };
        prop_assert_eq!(expected.len(), 12);
        let mut thread = Thread::default();
        for (at, (n, which)) in copies.iter().chain(&repeats).enumerate() {
            if at == cut {
                // Part of it comes as history.
                thread.page_in(vec![copy(*n, *which)], PageEdge::Cached);
            } else {
                thread.insert(copy(*n, *which));
            }
        }
        prop_assert_eq!(lines(&thread), expected);
        for n in 0..12 {
            let names = [format!("{n:02}"), format!("wa-{n:02}"), format!("{n:02}-again")];
            let found: Vec<_> = names.iter().map(|name| thread.index_of(&name.as_str().into())).collect();
            prop_assert!(found.iter().all(|place| place.is_some() && *place == found[0]), "{:?}", found);
        }
    }

    #[test]
    fn the_rank_is_the_greatest_ever_reported(ranks in prop::collection::vec(0..5usize, 1..12)) {
        const RANKS: [Rank; 5] = [Rank::Queued, Rank::Sent, Rank::Delivered, Rank::Read, Rank::Played];
        let mut thread = Thread::default();
        thread.insert(m("a", 1));
        let mut shown = Rank::Queued;
        for (second, n) in ranks.iter().enumerate() {
            let rank = RANKS[*n];
            let at = at(i64::try_from(second).unwrap_or_default());
            thread.apply_status(&"wa-a".into(), &DeliveryUpdate { state: DeliveryState::Reached(rank), at });
            let now = thread.get(0).map(|m| m.delivery.rank).unwrap_or_default();
            prop_assert!(now >= shown);
            shown = now;
        }
        prop_assert_eq!(Some(shown), ranks.iter().map(|n| RANKS[*n]).max());
    }

    #[test]
    fn reactions_do_not_depend_on_their_order(order in Just(vec![0usize, 1, 2, 3]).prop_shuffle(), target in 0..4usize) {
        let react = |n: usize| Message {
            content: Content::Reaction { to: "wa-a".into(), emoji: Clean::line(["👍", "", "❤", "😂"][n]) },
            ..m(&format!("r{n}"), 10 + i64::try_from(n).unwrap_or_default())
        };
        let mut thread = Thread::default();
        for (at, n) in order.into_iter().enumerate() {
            if at == target { thread.insert(m("a", 1)); }
            thread.insert(react(n));
        }
        let emoji: Vec<String> =
            thread.get(0).into_iter().flat_map(|m| &m.reactions).map(|r| r.emoji.to_string()).collect();
        prop_assert_eq!(emoji, vec!["😂".to_owned()]);
    }
}

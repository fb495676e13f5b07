use std::sync::Arc;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::app::{Loading, Settings, State};
use crate::chat::directory::IdentityRules;
use crate::chat::{
    Content, Conversation, ConversationFacts, ConversationKey, Delivery, Direction, Id, MessageIds, NamedId, Origin,
    Reaction,
};
use crate::config::{Keymap, Theme};

const NOON: i64 = 1_795_347_000;

fn clean(text: &str) -> Clean {
    Clean::text(text)
}

/// A state with an empty open thread in a pane of 51x19 (80x24 has that much room for it).
fn state() -> State {
    let settings = Settings {
        profile: Clean::line("test"),
        line: None,
        demo: false,
        ascii: false,
        zone: TimeZone::UTC,
        list_limit: 100,
        thread_limit: 50,
        thread_memory: 1_000,
        dates: crate::app::dates::Dates::default(),
        relative: true,
        attention: crate::app::attention::Attention::default(),
        mark_read: true,
        presence: SignedDuration::from_secs(60),
        ssh: false,
        pictures: true,
        largest_file: 100_000_000,
    };
    let now = Timestamp::from_second(NOON).unwrap();
    let keymap = Arc::new(Keymap::built_in().unwrap());
    let mut state = State::new(now, settings, IdentityRules::default(), keymap, Arc::new(Theme::default()));
    state.size = (80, 24);
    let key = ConversationKey(0);
    let facts = ConversationFacts {
        ids: vec![NamedId { pointer: "/_id".into(), id: Id::new("a") }],
        name: Some(Clean::line("Maria López")),
        ..ConversationFacts::default()
    };
    state.inbox.put(Conversation::from_facts(key, &facts).unwrap());
    state.open = Some(key);
    state.threads.open(key);
    state
}

fn message(n: usize, direction: Direction, second: i64, text: &str) -> Message {
    Message {
        ids: MessageIds { id: Some(Id::new(format!("{n:06}"))), wa: None, client: None },
        direction,
        sender: None,
        content: Content::Text { body: clean(text) },
        delivery: Delivery::default(),
        created_at: Timestamp::from_second(second).ok(),
        sent_at: None,
        reply_to: None,
        reactions: Vec::new(),
        origin: Origin::History,
    }
}

fn add(state: &mut State, message: Message) {
    let key = state.open.unwrap();
    state.threads.open(key).change(|thread| thread.insert(message));
}

fn view(state: &State) -> &ThreadView {
    state.open_thread().unwrap()
}

/// What the pane shows, each row as `index:text`.
fn visible(state: &State) -> Vec<String> {
    let pane = Pane::of(state, view(state)).unwrap();
    let (rows, _) = pane.visible();
    assert!(rows.len() <= pane.height);
    rows.into_iter()
        .map(|shown| match shown.row {
            Row::Start(text) => text.into_owned(),
            Row::Day(text) | Row::Gap(text) | Row::GapTrouble(text) => text,
            Row::New => "new".to_owned(),
            Row::Line(line) => format!("{}:{}", shown.index, line.text),
        })
        .collect()
}

#[test]
fn messages_of_one_sender_stand_together_and_days_apart() {
    let mut state = state();
    add(&mut state, message(0, Direction::Inbound, NOON - 90_000, "first"));
    add(&mut state, message(1, Direction::Inbound, NOON - 100, "second"));
    add(&mut state, message(2, Direction::Inbound, NOON - 99, "third"));
    add(&mut state, message(3, Direction::Outbound, NOON - 98, "answer"));
    assert_eq!(
        visible(&state),
        ["older messages are not loaded", "Yesterday", "0:first", "Today", "1:second", "2:third", "3:answer"]
    );
    let pane = Pane::of(&state, view(&state)).unwrap();
    let heads: Vec<(Option<String>, Option<String>)> = (0..4)
        .flat_map(|index| pane.rows(index))
        .filter_map(|row| match row {
            Row::Line(Line { head: Some(head), .. }) => Some((head.time, head.name.map(|name| name.into_owned()))),
            _ => None,
        })
        .collect();
    let (maria, you) = (Some("Maria".to_owned()), Some("you".to_owned()));
    let time = |time: &str| Some(time.to_owned());
    assert_eq!(
        heads,
        [(time("10:30"), maria.clone()), (time("11:28"), maria), (None, None), (time("11:28"), you)],
        "a message in the same minute needs neither time nor name"
    );
}

#[test]
fn the_divider_and_the_gaps_stand_above_their_messages() {
    let mut state = state();
    add(&mut state, message(0, Direction::Inbound, NOON - 3_600, "before"));
    let key = state.open.unwrap();
    state.threads.open(key).change(|thread| thread.open_gap(Timestamp::from_second(NOON - 1_800).unwrap()));
    let last = visible(&state).pop().unwrap();
    assert_eq!(last, "messages since 11:00 may be missing here", "below the newest message until another comes");
    add(&mut state, message(1, Direction::Inbound, NOON - 60, "after"));
    state.threads.open(key).new_from = Some(1);
    assert_eq!(visible(&state)[2..], ["0:before", "messages since 11:00 may be missing here", "new", "1:after"]);
    state.threads.open(key).latest = Loading::Failed(Clean::line("500: no"));
    let gap = ["messages since 11:00 may be missing here", "they did not come: 500: no"];
    assert_eq!(visible(&state)[3..5], gap);
    state.threads.open(key).change(|thread| thread.open_gap(Timestamp::from_second(NOON).unwrap()));
    let all = visible(&state);
    assert_eq!(all[4..], ["new", "1:after", "messages since 11:30 may be missing here", "they did not come: 500: no"]);
    state.threads.open(key).latest = Loading::Asked;
    assert_eq!(visible(&state).last().unwrap(), "messages since 11:30 may be missing here", "it is being asked for");
}

#[test]
fn what_belongs_to_a_message_has_rows_of_its_own() {
    let mut state = state();
    add(&mut state, message(0, Direction::Inbound, NOON - 60, "Where is it?"));
    let mut answer = message(1, Direction::Outbound, NOON - 50, "On its way");
    answer.reply_to = Some(Id::new("000000"));
    answer.reactions = vec![Reaction { direction: Direction::Inbound, emoji: clean("👍") }];
    answer.delivery.failure =
        Some(crate::chat::Failure { code: Some(clean("131047")), reason: Some(clean("Re-engagement message")) });
    answer.origin = Origin::Missed;
    add(&mut state, answer);
    assert_eq!(
        visible(&state)[3..],
        [
            "1:Maria: Where is it?",
            "1:On its way",
            "1:👍 Maria",
            "1:failed 131047 Re-engagement",
            "1:message — the 24 h window has",
            "1:ended: only a template reaches",
            "1:them",
        ]
    );
}

#[test]
fn the_pane_follows_the_end_and_seldom_moves() {
    let mut state = state();
    for n in 0..19 {
        add(&mut state, message(n, Direction::Inbound, NOON, &format!("m{n}")));
        follow(&mut state);
    }
    // 19 messages, a day and the start: two rows more than fit
    assert!(visible(&state).contains(&"18:m18".to_owned()));
    let mut moves = 0;
    let mut top = visible(&state)[0].clone();
    for n in 19..79 {
        state.now = Timestamp::from_second(NOON + i64::try_from(n).unwrap() * 60).unwrap();
        add(&mut state, message(n, Direction::Inbound, NOON, &format!("m{n}")));
        follow(&mut state);
        let shown = visible(&state);
        assert_eq!(shown.last().unwrap(), &format!("{n}:m{n}"), "the newest message is always in view");
        if shown[0] != top {
            moves += 1;
            top = shown[0].clone();
            assert!(shown.len() >= 12, "two thirds of the page stay: {}", shown.len());
        }
    }
    assert!((6..=8).contains(&moves), "60 messages moved the pane {moves} times");
}

#[test]
fn without_being_followed_the_newest_message_is_in_view_too() {
    let mut state = state();
    for n in 0..60 {
        add(&mut state, message(n, Direction::Inbound, NOON, &format!("m{n}")));
        if n == 20 {
            follow(&mut state);
        }
        assert_eq!(visible(&state).last().unwrap(), &format!("{n}:m{n}"));
    }
    assert_eq!(visible(&state).len(), 19, "and the page is full");
}

#[test]
fn older_messages_come_in_above_without_moving_the_pane() {
    let mut state = state();
    for n in 100..140 {
        add(&mut state, message(n, Direction::Inbound, NOON, &format!("m{n}")));
    }
    let key = state.open.unwrap();
    let anchor = scrolled(&state, view(&state), -10);
    state.threads.open(key).anchor = anchor;
    let text = |shown: Vec<String>| -> Vec<String> {
        shown.into_iter().map(|row| row.split_once(':').map_or(row.clone(), |(_, text)| text.to_owned())).collect()
    };
    let before = text(visible(&state));
    for n in 50..100 {
        add(&mut state, message(n, Direction::Inbound, NOON - 10, &format!("m{n}")));
    }
    assert_eq!(text(visible(&state)), before);
}

#[test]
fn scrolling_stops_at_both_ends() {
    let mut state = state();
    let key = state.open.unwrap();
    for n in 0..40 {
        add(&mut state, message(n, Direction::Inbound, NOON, "one\ntwo"));
    }
    follow(&mut state);
    assert!(end_visible(&state, view(&state)));
    let up = scrolled(&state, view(&state), -3);
    assert!(matches!(up, Anchor::At { .. }));
    state.threads.open(key).anchor = up;
    assert!(!end_visible(&state, view(&state)));
    assert_eq!(scrolled(&state, view(&state), 3), Anchor::End);
    let top = scrolled(&state, view(&state), isize::MIN / 2);
    assert_eq!(top, Anchor::At { index: 0, row: 0 });
    assert!(top_reached(&state, view(&state), top));
    assert_eq!(scrolled(&state, view(&state), isize::MAX), Anchor::End);
    assert_eq!(at_message(&state, view(&state), 3), Anchor::At { index: 3, row: 0 });
    assert_eq!(at_message(&state, view(&state), 39), Anchor::End);
}

#[test]
fn long_messages_are_no_trouble() {
    let mut state = state();
    add(&mut state, message(0, Direction::Inbound, NOON, &"x".repeat(10_000)));
    add(&mut state, message(1, Direction::Inbound, NOON, &"line\n".repeat(2_000)));
    follow(&mut state);
    assert_eq!(visible(&state).len(), 19);
    let key = state.open.unwrap();
    let anchor = scrolled(&state, view(&state), -1_990);
    state.threads.open(key).anchor = anchor;
    let shown = visible(&state);
    assert!(shown.iter().any(|row| row.starts_with("0:x")) && shown.iter().any(|row| row == "1:line"), "{shown:?}");
}

fn any_message() -> impl Strategy<Value = (bool, String, i64)> {
    (any::<bool>(), ".{0,200}", 0..200_000_i64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn rows_fit_and_scrolling_down_undoes_scrolling_up(
        messages in prop::collection::vec(any_message(), 1..40),
        size in (40..200_u16, 6..50_u16),
        by in 1..60_isize,
    ) {
        let mut state = state();
        state.size = size;
        state.focus = crate::app::Focus::Thread;
        for (n, (inbound, text, ago)) in messages.iter().enumerate() {
            let direction = if *inbound { Direction::Inbound } else { Direction::Outbound };
            add(&mut state, message(n, direction, NOON - ago, text));
        }
        follow(&mut state);
        let key = state.open.unwrap();
        {
            let pane = Pane::of(&state, view(&state)).unwrap();
            let columns = pane.columns();
            for index in 0..messages.len() {
                let rows = pane.rows(index);
                prop_assert!(!rows.is_empty());
                for row in rows {
                    if let Row::Line(line) = row {
                        prop_assert!(!line.text.contains('\n'));
                        let wide = crate::text::width(&line.text) + line.tone.mark();
                        prop_assert!(wide <= columns.text_width, "{wide} > {}", columns.text_width);
                    }
                }
            }
        }
        // the last row of the thread is in view at its end
        let last = view(&state).thread.len() - 1;
        prop_assert_eq!(Pane::of(&state, view(&state)).unwrap().visible().0.last().map(|shown| shown.index), Some(last));
        state.threads.open(key).settled = None;
        let up = scrolled(&state, view(&state), -by);
        state.threads.open(key).anchor = up;
        if let Anchor::At { index, row } = up && (index, row) != (0, 0) {
            prop_assert_eq!(scrolled(&state, view(&state), by), Anchor::End);
            if by > 1 {
                let back = scrolled(&state, view(&state), by - 1);
                prop_assert_ne!(back, Anchor::End);
                prop_assert!(!end_visible(&state, view(&state)));
            }
        }
    }
}

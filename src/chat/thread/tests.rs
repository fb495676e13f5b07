use super::*;
use crate::chat::delivery::{Delivery, DeliveryState};
use crate::chat::window::waiting_since;
use crate::text::Clean;

pub(super) fn at(second: i64) -> Option<Timestamp> {
    Timestamp::from_second(second).ok()
}

/// An inbound text: `m("a", 3)` has the id `a`, the channel's id `wa-a`, and was stored at second 3.
pub(super) fn m(id: &str, second: i64) -> Message {
    Message {
        ids: MessageIds { id: Some(id.into()), wa: Some(format!("wa-{id}").as_str().into()), client: None },
        direction: Direction::Inbound,
        sender: None,
        content: Content::Text { body: Clean::text(id) },
        delivery: Delivery::default(),
        created_at: at(second),
        sent_at: None,
        reply_to: None,
        reactions: Vec::new(),
        origin: Origin::Live,
    }
}

fn history(id: &str, second: i64) -> Message {
    Message { origin: Origin::History, ..m(id, second) }
}

fn local(client: &str, second: i64) -> Message {
    Message {
        ids: MessageIds { client: Some(client.into()), ..MessageIds::default() },
        direction: Direction::Outbound,
        origin: Origin::Local,
        content: Content::Text { body: Clean::text("hello") },
        ..m(client, second)
    }
}

fn stored(id: &str, second: i64) -> Message {
    Message { direction: Direction::Outbound, content: Content::Text { body: Clean::text("hello") }, ..m(id, second) }
}

fn reaction(id: &str, to: &str, emoji: &str, second: i64) -> Message {
    Message { content: Content::Reaction { to: to.into(), emoji: Clean::line(emoji) }, ..m(id, second) }
}

fn ids(thread: &Thread) -> Vec<String> {
    thread.iter().map(|m| m.ids.id.as_ref().or(m.ids.client.as_ref()).map_or("-", Id::as_str).to_owned()).collect()
}

fn of(messages: impl IntoIterator<Item = Message>) -> Thread {
    let mut thread = Thread::default();
    for message in messages {
        thread.insert(message);
    }
    thread
}

#[test]
fn messages_stand_by_time_then_id_each_once() {
    let mut thread = of([m("b", 2), m("d", 4)]);
    assert_eq!(thread.insert(m("a", 2)), Inserted::New { index: 0, out_of_order: true });
    assert_eq!(thread.insert(m("e", 5)), Inserted::New { index: 3, out_of_order: false });
    assert_eq!(thread.insert(m("b", 2)), Inserted::Merged { index: 1, changed: false });
    assert_eq!(ids(&thread), ["a", "b", "d", "e"]);
    assert_eq!(thread.index_of(&"wa-d".into()), Some(2));
}

#[test]
fn two_backend_ids_with_one_channel_id_are_one_message() {
    let mut thread = of([m("first", 1)]);
    let mut again = m("again", 2);
    again.ids.wa = Some("wa-first".into());
    again.sender = Some(Clean::line("Maria"));
    assert_eq!(thread.insert(again), Inserted::Merged { index: 0, changed: true });
    assert_eq!(thread.len(), 1);
    assert_eq!(thread.get(0).and_then(|m| m.sender.clone()), Some(Clean::line("Maria")));
    let read = DeliveryUpdate { state: DeliveryState::Reached(Rank::Read), at: None };
    assert!(thread.apply_status(&"first".into(), &read), "both ids find it");
    assert!(!thread.apply_status(&"again".into(), &read), "and it was read already");
    thread.insert(m("later", 9));
    assert_eq!(thread.trim_to(1), 1);
    assert_eq!(thread.index_of(&"first".into()), None);
    assert_eq!(thread.index_of(&"again".into()), None);
}

#[test]
fn a_known_name_stays_and_the_richer_copy_wins() {
    let mut named = m("a", 1);
    named.sender = Some(Clean::line("Maria"));
    let mut bare = m("a", 1);
    bare.content = Content::Unsupported { kind: Clean::line("sticker") };
    let thread = of([named, bare]);
    assert_eq!(thread.get(0).and_then(|m| m.sender.clone()), Some(Clean::line("Maria")));
    assert_eq!(thread.get(0).map(|m| m.content.clone()), Some(Content::Text { body: Clean::text("a") }));
}

#[test]
fn a_sent_line_and_its_stored_copy_become_one_in_either_order() {
    let accepted = MessageIds { id: Some("s".into()), wa: Some("wa-s".into()), client: None };
    let mut answer_first = of([m("a", 1), local("c1", 2)]);
    assert_eq!(answer_first.accept(&"c1".into(), &accepted), Some(1));
    assert!(matches!(answer_first.insert(stored("s", 3)), Inserted::Merged { index: 1, .. }));

    let mut event_first = of([m("a", 1), local("c1", 2)]);
    assert!(matches!(event_first.insert(stored("s", 3)), Inserted::New { .. }));
    assert_eq!(event_first.len(), 3, "nothing names both yet");
    assert_eq!(event_first.accept(&"c1".into(), &accepted), Some(1));

    for thread in [answer_first, event_first] {
        assert_eq!(thread.len(), 2);
        let line = thread.last().cloned();
        assert_eq!(line.as_ref().map(|m| m.created_at), Some(at(3)), "the backend's time holds");
        assert_eq!(line.as_ref().map(|m| m.delivery.rank), Some(Rank::Sent));
        assert!(thread.contains(&MessageIds { client: Some("c1".into()), ..MessageIds::default() }));
    }
}

#[test]
fn a_line_of_our_own_stands_at_the_end_whatever_our_clock_says() {
    let mut thread = of([m("a", 100)]);
    assert_eq!(thread.insert(local("behind", 50)), Inserted::New { index: 1, out_of_order: false });
    thread.insert(local("ahead", 9_000));
    thread.insert(m("b", 101));
    assert_eq!(ids(&thread), ["a", "behind", "ahead", "b"]);
    assert!(thread.fail(&"behind".into(), Failure::default()));
    assert!(thread.remove(&"behind".into()));
    assert!(!thread.remove(&"behind".into()));
    assert_eq!(ids(&thread), ["a", "ahead", "b"]);
}

#[test]
fn messages_without_a_time_keep_their_place() {
    let bare = |id: &str| Message { created_at: None, ..m(id, 0) };
    let mut thread = of([m("a", 1), bare("z"), bare("b"), m("c", 2)]);
    assert_eq!(ids(&thread), ["a", "z", "b", "c"]);
    let mut timeless = Thread::default();
    timeless.page_in(vec![bare("x"), bare("a")], PageEdge::Latest { start: false });
    timeless.insert(bare("b"));
    timeless.page_in(vec![bare("q"), bare("p")], PageEdge::Before { message: "x".into(), start: true });
    assert_eq!(ids(&timeless), ["q", "p", "x", "a", "b"]);
    assert!(timeless.reaches_start());
    thread.insert(m("z", 9));
    assert_eq!(ids(&thread), ["a", "b", "c", "z"], "a time that becomes known moves it");
}

#[test]
fn a_message_without_ids_is_never_taken_for_another_live_but_once_in_history() {
    let nameless = |second| Message { ids: MessageIds::default(), ..m("same", second) };
    let mut thread = of([nameless(1), nameless(1)]);
    assert_eq!(thread.len(), 2);
    thread.page_in(vec![nameless(1), nameless(1), nameless(2)], PageEdge::Latest { start: true });
    assert_eq!(thread.len(), 3);
}

#[test]
fn reactions_are_attached_replaced_and_taken_back() {
    let mut thread = of([m("a", 1)]);
    assert_eq!(thread.insert(reaction("r1", "wa-b", "👍", 3)), Inserted::ParkedReaction);
    thread.insert(m("b", 2));
    assert_eq!(thread.len(), 2, "a reaction is no line");
    let emoji = |thread: &Thread| {
        thread.get(1).into_iter().flat_map(|m| m.reactions.clone()).map(|r| r.emoji.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(emoji(&thread), ["👍"]);
    assert_eq!(thread.insert(reaction("r2", "b", "❤️", 5)), Inserted::Reaction { index: 1 });
    thread.insert(reaction("r1", "wa-b", "👍", 3));
    assert_eq!(emoji(&thread), ["❤️"], "an older reaction that comes late changes nothing");
    thread.insert(reaction("r3", "b", "", 6));
    assert!(emoji(&thread).is_empty());
}

#[test]
fn a_gap_closes_when_a_fetch_reaches_over_it() {
    let mut thread = Thread::default();
    assert!(!thread.open_gap(at(0).unwrap_or_default()), "an empty thread has nothing to miss from");
    thread.page_in(vec![history("a", 1), history("b", 2)], PageEdge::Latest { start: false });
    assert!(thread.open_gap(at(3).unwrap_or_default()));
    assert!(!thread.open_gap(at(4).unwrap_or_default()), "it is open already");
    thread.insert(m("e", 9));
    let places = |thread: &Thread| thread.gaps().iter().map(|gap| gap.index).collect::<Vec<_>>();
    assert_eq!(places(&thread), [2]);

    let paged = thread.page_in(vec![history("d", 8), history("e", 9)], PageEdge::Latest { start: false });
    assert_eq!((paged.added, paged.merged, paged.newer, paged.closed), (1, 1, 0, 0));
    assert_eq!(ids(&thread), ["a", "b", "d", "e"]);
    assert_eq!(places(&thread), [2], "still open below d");

    let page = vec![history("b", 2), history("c", 5)];
    let paged = thread.page_in(page, PageEdge::Before { message: "d".into(), start: false });
    assert_eq!((paged.closed, thread.has_gaps()), (1, false));
}

#[test]
fn a_fetch_that_does_not_reach_the_cache_leaves_a_gap() {
    let mut thread = Thread::default();
    thread.page_in(vec![history("a", 1)], PageEdge::Cached);
    thread.page_in(vec![history("y", 50), history("z", 51)], PageEdge::Latest { start: false });
    let gaps = thread.gaps();
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps.first().map(|gap| (gap.index, gap.before.clone())), Some((1, Some("wa-y".into()))));
    thread.page_in(vec![history("a", 1), history("b", 2)], PageEdge::Before { message: "y".into(), start: true });
    assert!(!thread.has_gaps());
}

#[test]
fn reports_wait_for_their_message_ten_minutes() {
    let now = |second| at(second).unwrap_or_default();
    let mut parked = ParkedStatuses::default();
    let update = |rank| DeliveryUpdate { state: DeliveryState::Reached(rank), at: None };
    parked.park("old".into(), update(Rank::Sent), now(0));
    parked.park("a".into(), update(Rank::Sent), now(500));
    parked.park("wa-a".into(), update(Rank::Read), now(700));
    assert_eq!(parked.len(), 2, "the first one waited too long");
    assert_eq!(parked.take(&m("a", 1).ids), vec![update(Rank::Sent), update(Rank::Read)]);
    assert!(parked.is_empty());
    for n in 0..10_001 {
        parked.park(n.to_string().as_str().into(), update(Rank::Sent), now(800));
    }
    assert_eq!(parked.len(), 10_000);
}

#[test]
fn waiting_counts_from_the_first_message_after_our_answer() {
    let mut thread = of([m("a", 1), stored("answer", 2), m("b", 3), m("c", 4)]);
    assert_eq!(waiting_since(&thread), at(3));
    thread.insert(Message { direction: Direction::Note, ..m("note", 5) });
    assert_eq!(waiting_since(&thread), at(3), "a note is no answer");
    thread.insert(stored("reply", 6));
    assert_eq!(waiting_since(&thread), None);
}

#[test]
fn the_customers_last_message_is_dated_by_the_channel() {
    let late = Message { sent_at: at(10), ..m("late", 4_000) };
    let thread = of([Message { sent_at: at(20), ..m("a", 21) }, late, stored("mine", 5_000)]);
    assert_eq!(thread.newest_inbound_at(), at(20));
}

/// A thread in which a message of ours stands whose time the backend has not told yet.
fn accepted(before: Vec<Message>, second: i64) -> Thread {
    let mut thread = of([]);
    thread.page_in(before, PageEdge::Latest { start: false });
    thread.insert(local("c1", second));
    let ids = MessageIds { id: Some("s".into()), wa: Some("wa-s".into()), client: None };
    thread.accept(&"c1".into(), &ids);
    thread
}

fn gaps(thread: &Thread) -> Vec<(String, String)> {
    let name = |id: Option<Id>| id.map_or_else(String::new, |id| id.as_str().to_owned());
    thread.gaps().into_iter().map(|gap| (name(gap.after), name(gap.before))).collect()
}

#[test]
fn a_gap_does_not_go_along_with_a_line_whose_time_is_told() {
    let page = || vec![history("x", 20), history("y", 30)];
    let gap = |after: &str, before: &str| vec![(format!("wa-{after}"), format!("wa-{before}"))];

    let mut alone = accepted(vec![], 9);
    alone.page_in(page(), PageEdge::Latest { start: false });
    assert_eq!(gaps(&alone), gap("s", "x"));
    alone.insert(stored("s", 25));
    assert_eq!((ids(&alone), gaps(&alone)), (["x", "s", "y"].map(String::from).to_vec(), vec![]), "it lies nowhere");
    assert!(!alone.reaches_start(), "before the oldest message there may be older ones");

    let mut among = accepted(vec![], 1);
    among.insert(m("a", 2));
    among.page_in(page(), PageEdge::Latest { start: false });
    among.doubt(None, &"x".into(), Timestamp::UNIX_EPOCH);
    assert_eq!(gaps(&among), gap("s", "x"), "what is not certain belongs to it");
    among.insert(stored("s", 25));
    assert_eq!((ids(&among), gaps(&among)), (["a", "x", "s", "y"].map(String::from).to_vec(), gap("a", "x")));
}

#[test]
fn a_line_that_turns_out_to_be_older_than_all_has_a_gap_below_it() {
    let mut thread = accepted(vec![history("x", 20), history("y", 30)], 40);
    thread.insert(stored("s", 5));
    assert_eq!(ids(&thread), ["s", "x", "y"]);
    assert_eq!(gaps(&thread), [("wa-s".to_owned(), "wa-x".to_owned())]);
}

#[test]
fn an_answer_from_when_the_thread_was_empty_says_nothing_of_its_beginning() {
    let mut thread = of([]);
    thread.page_in(vec![history("x", 20), history("y", 30)], PageEdge::Latest { start: false });
    thread.page_in(vec![], PageEdge::Latest { start: true });
    assert!(!thread.reaches_start());
}

#[test]
fn events_alone_do_not_tell_the_beginning_of_a_thread_that_was_empty() {
    let mut thread = of([]);
    thread.page_in(vec![], PageEdge::Latest { start: true });
    assert!(thread.reaches_start());
    thread.insert(local("c1", 1));
    thread.insert(m("a", 5));
    thread.page_in(vec![history("x", 20), history("y", 30)], PageEdge::Latest { start: false });
    assert!(thread.doubt(None, &"x".into(), Timestamp::UNIX_EPOCH));
    assert!(!thread.reaches_start(), "others may have been lost before the one that came");
    assert_eq!(gaps(&thread), [("wa-a".to_owned(), "wa-x".to_owned())]);
}

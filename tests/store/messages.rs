//! Two copies of one message are one row that knows what both know.

use switchboard::chat::{Delivery, DeliveryState, DeliveryUpdate, Direction, Message, MessageIds, Rank};

use crate::{Desk, NOW, at, file_in, folder, messages, text};

fn reached(rank: Rank, second: i64) -> Delivery {
    let mut delivery = Delivery::default();
    delivery.apply(&DeliveryUpdate { state: DeliveryState::Reached(rank), at: Some(at(second)) });
    delivery
}

fn named(id: Option<&str>, wa: Option<&str>, client: Option<&str>) -> Message {
    let mut message = text("", "Hello", NOW);
    message.direction = Direction::Outbound;
    message.ids = MessageIds { id: id.map(Into::into), wa: wa.map(Into::into), client: client.map(Into::into) };
    message
}

#[tokio::test]
async fn copies_meet_by_any_id_and_statuses_merge() {
    let folder = folder();
    let mut desk = Desk::on(&file_in(&folder));
    let mut by_id = named(Some("m1"), None, Some("s1"));
    by_id.delivery = reached(Rank::Read, NOW + 9);
    let by_wa = named(None, Some("wamid.1"), None);
    desk.send(messages("c1", vec![by_id, by_wa]));
    assert_eq!(desk.thread("c1", 10).await.len(), 2, "nothing says yet that they are one");
    let mut both = named(Some("m1"), Some("wamid.1"), None);
    both.delivery = reached(Rank::Delivered, NOW + 5);
    desk.send(messages("c1", vec![both]));
    let thread = desk.thread("c1", 10).await;
    assert_eq!(thread.len(), 1, "{thread:?}");
    assert_eq!(thread[0].ids, named(Some("m1"), Some("wamid.1"), Some("s1")).ids);
    assert_eq!((thread[0].delivery.rank, thread[0].delivery.history.len()), (Rank::Read, 2));
    assert_eq!(desk.search("hello").await.len(), 1, "the index knows it once");
}

#[tokio::test]
async fn the_same_ids_in_another_conversation_are_another_message() {
    let folder = folder();
    let mut desk = Desk::on(&file_in(&folder));
    desk.send(messages("c1", vec![text("m1", "one", NOW)]));
    desk.send(messages("c2", vec![text("m1", "two", NOW)]));
    assert_eq!(desk.thread("c1", 10).await, vec![text("m1", "one", NOW)]);
    assert_eq!(desk.thread("c2", 10).await, vec![text("m1", "two", NOW)]);
}

#[tokio::test]
async fn the_newest_version_wins_and_is_the_one_that_is_found() {
    let folder = folder();
    let mut desk = Desk::on(&file_in(&folder));
    desk.send(messages("c1", vec![text("m1", "before", NOW)]));
    assert_eq!(desk.search("before").await.len(), 1);
    desk.send(messages("c1", vec![text("m1", "after", NOW)]));
    assert_eq!(desk.search("after").await.len(), 1);
    assert_eq!(desk.search("before").await.len(), 0);
    let nameless = named(None, None, None);
    desk.send(messages("c2", vec![nameless.clone()]));
    assert_eq!(desk.thread("c2", 10).await.len(), 1);
    desk.send(messages("c2", vec![nameless.clone()]));
    assert_eq!(desk.thread("c2", 10).await, vec![nameless], "one without ids, given again");
}

//! The cache stays within its age and size; what cannot be fetched again stays.

use std::time::Duration;

use switchboard::chat::Id;
use switchboard::store::{Command, StoredConversation};

use crate::{Desk, NOW, Setup, draft, file_in, folder, messages, row, text};

const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn messages_that_are_too_old_go() {
    let folder = folder();
    let path = file_in(&folder);
    let mut desk = Desk::on(&path);
    let page = (0..1_200).map(|n| text(&format!("old{n}"), "long ago", NOW - 40 * DAY - n));
    let future = text("future", "a clock ahead", NOW + 900 * DAY);
    desk.send(messages("c1", page.chain([text("new", "of late", NOW - DAY), future]).collect()));
    desk.send(Command::Conversations(vec![StoredConversation::named("c1".into())]));
    desk.send(draft("c1", Some("a draft")));
    desk.enqueue(row("s1", "Hello")).await;
    desk.close().await;

    let open = |clock: &Desk| Setup { days: 30, clock: std::sync::Arc::clone(&clock.clock), ..Setup::default() };
    let mut desk = Setup { days: 30, ..Setup::default() }.file(&path);
    while desk.thread("c1", 2_000).await.len() > 2 {}
    let ids: Vec<_> = desk.thread("c1", 10).await.into_iter().filter_map(|message| message.ids.id).collect();
    assert_eq!(ids, ["new", "future"].map(Id::from));
    assert_eq!(desk.search("long ago").await, vec![], "the index forgets them too");
    desk.pass(Duration::from_secs(40 * 24 * 3600));
    let next = open(&desk);
    desk.close().await;
    let mut desk = next.file(&path);
    while !desk.thread("c1", 2_000).await.is_empty() {}
    let started = desk.started().await;
    assert_eq!((started.conversations.len(), started.drafts.len(), started.outbox.len()), (1, 1, 1));
}

#[tokio::test]
async fn a_store_that_is_too_large_loses_the_oldest_messages() {
    let folder = folder();
    let path = file_in(&folder);
    let mut desk = Desk::on(&path);
    for page in 0..8 {
        let page = (page * 400..page * 400 + 400)
            .map(|n| text(&format!("m{n}"), &format!("number {n} {}", "and so many other words ".repeat(12)), NOW - n));
        desk.send(messages("c1", page.collect()));
    }
    desk.send(draft("c1", Some("a draft")));
    desk.enqueue(row("s1", "Hello")).await;
    desk.close().await;
    let length = || std::fs::metadata(&path).expect("metadata").len();
    assert!(length() > 2_000_000, "{}", length());

    let small = || Setup { megabytes: 1, ..Setup::default() }.file(&path);
    let mut desk = small();
    // It shrinks in steps, and the file shows it when it is closed.
    for _ in 0..100 {
        let mut left = usize::MAX;
        loop {
            let now = desk.thread("c1", 5_000).await.len();
            if now == left && now < 3_200 {
                break;
            }
            left = now;
        }
        desk.close().await;
        let done = length() <= 1_100_000;
        desk = small();
        if done {
            break;
        }
    }
    let ids: Vec<_> = desk.thread("c1", 5_000).await.into_iter().filter_map(|message| message.ids.id).collect();
    assert!(ids.len() > 100, "no more goes than must: {}", ids.len());
    let newest: Vec<Id> =
        (0..i64::try_from(ids.len()).expect("few")).rev().map(|n| format!("m{n}").as_str().into()).collect();
    assert_eq!(ids, newest, "the oldest went");
    let started = desk.started().await;
    assert_eq!((started.drafts.len(), started.outbox.len()), (1, 1));
    desk.close().await;
    assert!(length() <= 1_100_000, "the file itself shrank: {}", length());
}

//! The cache stays within its age and size; what cannot be fetched again stays.

use std::time::Duration;

use switchboard::chat::{Direction, Id, MessageIds};
use switchboard::store::{Command, StoredConversation};
use switchboard::text::Clean;

use crate::{Desk, NOW, Setup, at, draft, file_in, folder, messages, row, text};

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

#[tokio::test]
async fn conversations_go_when_no_message_is_left_and_what_the_user_wrote_stays() {
    let folder = folder();
    let path = file_in(&folder);
    let desk = Desk::on(&path);
    let mut note = text("", "for nobody else", NOW - 400 * DAY);
    note.ids = MessageIds { client: Some("local-note-1-1".into()), ..MessageIds::default() };
    note.direction = Direction::Note;
    desk.send(messages("c4", vec![note.clone(), text("m1", "what the backend has too", NOW - 400 * DAY)]));
    for page in 0..8 {
        let rows = (page * 500..page * 500 + 500).map(|n| StoredConversation {
            preview: Some(Clean::line(&"a long last word ".repeat(30))),
            last_at: Some(at(NOW - 4_000 + n)),
            ..StoredConversation::named(format!("c{n}").as_str().into())
        });
        desk.send(Command::Conversations(rows.collect()));
    }
    desk.send(draft("c1", Some("a draft")));
    desk.send(Command::Mute { conversation: "c2".into(), muted: true });
    desk.send(Command::Enqueue(crate::OutboxRow { conversation: "c3".into(), ..row("s1", "Hello") }));
    desk.close().await;
    let length = || std::fs::metadata(&path).expect("metadata").len();
    assert!(length() > 2_000_000, "{}", length());

    // It shrinks in steps, and the file shows it when it is closed.
    for _ in 0..100 {
        let mut desk = Setup { days: 90, megabytes: 1, ..Setup::default() }.file(&path);
        for _ in 0..20 {
            desk.thread("c4", 10).await;
        }
        desk.close().await;
        if length() <= 1_100_000 {
            break;
        }
    }
    assert!(length() <= 1_100_000, "the file itself shrank: {}", length());
    let mut desk = Desk::on(&path);
    let started = desk.started().await;
    let ids: Vec<&str> = started.conversations.iter().map(|row| row.id.as_str()).collect();
    assert!(ids.starts_with(&["c3999", "c3998"]), "the newest stay: {ids:?}");
    for needed in ["c1", "c2", "c3"] {
        assert!(ids.contains(&needed), "{needed} is needed: {ids:?}");
    }
    assert_eq!((started.drafts.len(), started.outbox.len(), started.muted.len()), (1, 1, 1));
    assert_eq!(desk.thread("c4", 10).await, [note], "a note that no backend has stays");
}

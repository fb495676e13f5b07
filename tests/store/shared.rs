//! Two programs on one file.

use std::time::Duration;

use switchboard::chat::Id;
use switchboard::store::{Command, Fate, LEASE, Reply};

use crate::{Desk, NOW, Setup, draft, file_in, folder, messages, row, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_programs_that_claim_a_row_exactly_one_wins() {
    let folder = folder();
    let path = file_in(&folder);
    let (mut one, mut other) = (Desk::on(&path), Desk::on(&path));
    let (mut won, mut lost) = (0, 0);
    for n in 0..40 {
        let client = format!("s{n}");
        one.enqueue(row(&client, "Hello")).await;
        let (ours, theirs) = tokio::join!(one.claim(&client), other.claim(&client));
        assert!(ours != theirs, "{client}: {ours} {theirs}");
        won += u32::from(ours);
        lost += u32::from(theirs);
    }
    assert_eq!(won + lost, 40);
}

#[tokio::test]
async fn what_another_program_sends_is_seen_as_taken_and_cannot_be_touched() {
    let folder = folder();
    let path = file_in(&folder);
    let mut one = Desk::on(&path);
    one.enqueue(row("s1", "Hello")).await;
    assert!(one.claim("s1").await);
    let mut other = Desk::on(&path);
    let outbox = other.started().await.outbox;
    assert_eq!((outbox.len(), outbox[0].fate), (1, Fate::Sending));
    let refused = Reply::Claimed { client: "s1".into(), ours: false };
    assert!(!other.claim("s1").await);
    other.send(Command::Settle { client: "s1".into() });
    assert_eq!(other.reply_about_outbox().await, refused);
    other.send(Command::Fate { client: "s1".into(), fate: Fate::Queued, note: None });
    assert_eq!(other.reply_about_outbox().await, refused);
    one.send(Command::Settle { client: "s1".into() });
    assert_eq!(one.started().await.outbox, vec![]);
}

#[tokio::test]
async fn a_row_whose_lease_has_run_out_is_unconfirmed() {
    let folder = folder();
    let path = file_in(&folder);
    let mut one = Desk::on(&path);
    one.enqueue(row("s1", "Hello")).await;
    assert!(one.claim("s1").await);
    let mut other = Desk::on(&path);
    other.pass(LEASE - Duration::from_secs(1));
    assert_eq!(other.started().await.outbox[0].fate, Fate::Sending);
    other.pass(Duration::from_secs(1));
    let outbox = other.started().await.outbox;
    assert_eq!(outbox[0].fate, Fate::Unconfirmed);
    assert!(outbox[0].note.is_some());
    // The program that had hung comes back with an answer: the text was accepted.
    one.send(Command::Settle { client: "s1".into() });
    assert_eq!(one.started().await.outbox, vec![]);
}

#[tokio::test]
async fn a_program_that_closed_while_sending_leaves_the_row_unconfirmed() {
    let folder = folder();
    let path = file_in(&folder);
    let mut one = Desk::on(&path);
    one.enqueue(row("s1", "Hello")).await;
    one.enqueue(row("s2", "Hello")).await;
    assert!(one.claim("s1").await);
    one.close().await;
    let outbox = Desk::on(&path).started().await.outbox;
    assert_eq!(outbox.iter().map(|row| row.fate).collect::<Vec<_>>(), [Fate::Unconfirmed, Fate::Queued]);
    let left = std::fs::read_dir(path.parent().expect("a folder")).expect("list").flatten();
    let owners = left.filter(|entry| entry.file_name().to_string_lossy().contains(".owner-")).count();
    assert!(owners <= 1, "no owner stays behind: {owners}");
}

#[tokio::test]
async fn the_end_of_a_row_of_another_program_is_told() {
    let folder = folder();
    let path = file_in(&folder);
    let mut one = Desk::on(&path);
    one.enqueue(row("s1", "Hello")).await;
    one.enqueue(row("s2", "Hello")).await;
    assert!(one.claim("s1").await && one.claim("s2").await);
    let mut other = Setup { look: Duration::from_millis(10), ..Setup::default() }.file(&path);
    assert_eq!(other.started().await.outbox.len(), 2);
    one.send(Command::Settle { client: "s1".into() });
    assert_eq!(one.started().await.outbox.len(), 1);
    one.close().await;
    let (mut settled, mut returned) = (None, None);
    while settled.is_none() || returned.is_none() {
        match other.reply().await {
            Reply::Settled { client } => settled = Some(client),
            Reply::Returned(row) => returned = Some((row.client, row.fate)),
            _ => {}
        }
    }
    assert_eq!(settled, Some(Id::from("s1")));
    assert_eq!(returned, Some((Id::from("s2"), Fate::Unconfirmed)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_write_at_once_and_nothing_is_lost() {
    let folder = folder();
    let path = file_in(&folder);
    let (mut one, mut other) = (Desk::on(&path), Desk::on(&path));
    for n in 0..60 {
        one.send(messages("c1", vec![text(&format!("a{n}"), "from one", NOW + n)]));
        other.send(messages("c1", vec![text(&format!("b{n}"), "from the other", NOW + n)]));
        if n % 20 == 0 {
            one.thread("c1", 1).await;
            other.enqueue(row(&format!("s{n}"), "Hello")).await;
        }
    }
    one.send(draft("c1", Some("x")));
    one.close().await;
    other.close().await;
    let mut desk = Desk::on(&path);
    assert_eq!(desk.thread("c1", 1_000).await.len(), 120);
    let started = desk.started().await;
    assert_eq!((started.drafts.len(), started.outbox.len()), (1, 3));
}

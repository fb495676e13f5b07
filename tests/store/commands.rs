//! Each command, and that what was given is there after closing and opening again.

use sqlx::ConnectOptions as _;
use switchboard::chat::{Id, Origin};
use switchboard::config::Paths;
use switchboard::store::{Command, Fate, Place, Position, Reply, StoredConversation, file_of};
use switchboard::text::Clean;

use crate::{Desk, NOW, Setup, at, draft, file_in, folder, messages, row, text};

fn open(id: &str) -> Position {
    Position { open: Some(id.into()), ..Position::default() }
}

fn conversation(id: &str, second: i64) -> StoredConversation {
    let mut row = StoredConversation::named(id.into());
    row.last_at = Some(at(second));
    row
}

#[tokio::test]
async fn what_was_given_is_there_after_opening_again() {
    let folder = folder();
    let path = file_in(&folder);
    let mut desk = Desk::on(&path);
    assert_eq!(desk.reply().await, Reply::Opened { set_aside: None });
    let mut maria = conversation("c1", NOW);
    maria.unread = 2;
    desk.send(Command::Conversations(vec![conversation("c2", NOW - 60), conversation("c1", NOW - 90)]));
    desk.send(Command::Conversations(vec![maria.clone()]));
    desk.send(draft("c1", Some("On its w")));
    desk.send(draft("c1", Some("On its way")));
    desk.send(draft("c2", Some("gone")));
    desk.send(draft("c2", None));
    desk.send(Command::Position(open("c1")));
    desk.send(messages("c1", vec![text("m2", "two", NOW - 1), text("m1", "one", NOW - 2)]));
    desk.enqueue(row("s1", "Hello")).await;
    desk.close().await;

    let mut desk = Desk::on(&path);
    let started = desk.started().await;
    assert_eq!(started.conversations, vec![maria, conversation("c2", NOW - 60)]);
    assert_eq!(started.drafts, vec![(Id::from("c1"), "On its way".to_owned())]);
    assert_eq!(started.outbox, vec![row("s1", "Hello")]);
    assert_eq!(started.open, Some("c1".into()));
    assert_eq!(desk.thread("c1", 10).await, vec![text("m1", "one", NOW - 2), text("m2", "two", NOW - 1)]);
    assert_eq!(desk.thread("c1", 1).await, vec![text("m2", "two", NOW - 1)]);
    assert_eq!(desk.thread("c2", 10).await, vec![]);
    desk.send(Command::Position(Position::default()));
    desk.close().await;
    assert_eq!(Desk::on(&path).started().await.open, None);
}

#[tokio::test]
async fn a_row_of_the_outbox_goes_its_way() {
    let folder = folder();
    let mut desk = Desk::on(&file_in(&folder));
    desk.enqueue(row("s1", "Hello")).await;
    desk.enqueue(row("s1", "Hello")).await;
    desk.send(Command::Enqueue(row("s1", "Another text")));
    let reply = desk.reply_about_outbox().await;
    assert!(matches!(&reply, Reply::Unwritten { client, .. } if *client == Id::from("s1")), "{reply:?}");

    assert!(desk.claim("s1").await);
    assert!(!desk.claim("s1").await, "once");
    assert!(!desk.claim("unknown").await);
    let note = Some(Clean::line("no route to host"));
    desk.send(Command::Fate { client: "s1".into(), fate: Fate::Unconfirmed, note: note.clone() });
    assert!(!desk.claim("s1").await, "an unconfirmed text is not sent by itself");
    let outbox = desk.started().await.outbox;
    assert_eq!(outbox.len(), 1);
    assert_eq!((outbox[0].fate, &outbox[0].note, outbox[0].attempted), (Fate::Unconfirmed, &note, Some(at(NOW))));

    desk.send(Command::Fate { client: "s1".into(), fate: Fate::Queued, note: None });
    assert!(desk.claim("s1").await, "the agent wants it sent again");
    desk.send(Command::Settle { client: "s1".into() });
    assert_eq!(desk.started().await.outbox, vec![]);
}

#[tokio::test]
async fn a_text_that_is_queued_is_no_draft_any_more() {
    let folder = folder();
    let path = file_in(&folder);
    let mut desk = Desk::on(&path);
    desk.send(draft("c1", Some("Hello \n")));
    assert_eq!(desk.started().await.drafts.len(), 1, "on disk");
    desk.enqueue(row("s1", "Hello")).await;
    // What a kill would leave at this moment: nothing that waits to be written is looked at.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut other = options.connect().await.expect("opened");
    let count = "SELECT (SELECT count(*) FROM drafts) * 10 + (SELECT count(*) FROM outbox)";
    let left: i64 = sqlx::query_scalar(count).fetch_one(&mut other).await.expect("read");
    assert_eq!(left, 1, "in the outbox alone");

    // Nor is one that is still to be written.
    desk.send(draft("c1", Some("Again")));
    desk.enqueue(row("s2", "Again")).await;
    assert_eq!(desk.started().await.drafts, vec![]);
    // What was typed since stays, and so does what stands elsewhere.
    desk.send(draft("c1", Some("Next")));
    desk.send(draft("c2", Some("Third")));
    desk.enqueue(row("s3", "Third")).await;
    assert_eq!(desk.started().await.drafts.len(), 2);
}

#[tokio::test]
async fn an_optimistic_line_is_not_cached() {
    let folder = folder();
    let mut desk = Desk::on(&file_in(&folder));
    let mut local = text("m1", "on its way", NOW);
    local.origin = Origin::Local;
    desk.send(messages("c1", vec![local]));
    assert_eq!(desk.thread("c1", 10).await, vec![]);
}

#[tokio::test]
async fn two_conversations_become_one() {
    let folder = folder();
    let mut desk = Desk::on(&file_in(&folder));
    desk.send(Command::Conversations(vec![conversation("old", NOW), conversation("c1", NOW)]));
    desk.send(messages("old", vec![text("m1", "one", NOW - 3), text("m2", "two", NOW - 2)]));
    desk.send(messages("c1", vec![text("m2", "two", NOW - 2), text("m3", "three", NOW - 1)]));
    desk.send(draft("old", Some("below")));
    desk.send(draft("c1", Some("above")));
    desk.send(Command::Position(open("old")));
    let mut waiting = row("s1", "Hello");
    waiting.conversation = "old".into();
    desk.enqueue(waiting).await;
    desk.send(Command::Merge { gone: "old".into(), kept: "c1".into() });
    let ids: Vec<_> = desk.thread("c1", 10).await.into_iter().filter_map(|message| message.ids.id).collect();
    assert_eq!(ids, ["m1", "m2", "m3"].map(Id::from));
    assert_eq!(desk.thread("old", 10).await, vec![]);
    let started = desk.started().await;
    assert_eq!(started.conversations, vec![conversation("c1", NOW)]);
    assert_eq!(started.drafts, vec![(Id::from("c1"), "above\nbelow".to_owned())]);
    assert_eq!(started.outbox[0].conversation, Id::from("c1"));
    assert_eq!(started.open, Some("c1".into()));
    assert_eq!(desk.search("two").await.len(), 1);
}

#[tokio::test]
async fn memory_does_the_same_and_leaves_nothing() {
    let mut desk = Setup::default().open(Place::Memory);
    desk.send(messages("c1", vec![text("m1", "a word", NOW)]));
    desk.send(draft("c1", Some("x")));
    desk.enqueue(row("s1", "Hello")).await;
    assert!(desk.claim("s1").await);
    assert_eq!(desk.thread("c1", 9).await.len(), 1);
    assert_eq!(desk.search("word").await.len(), 1);
    assert_eq!(desk.started().await.drafts.len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn nobody_reads_the_answers_and_everything_is_written() {
    let folder = folder();
    let path = file_in(&folder);
    let desk = Desk::on(&path);
    // Many more answers than there is room for.
    for n in 0..300 {
        desk.send(Command::Enqueue(row(&format!("s{n}"), "Hello")));
        desk.send(Command::LoadThread {
            key: switchboard::chat::ConversationKey(7),
            conversation: "c1".into(),
            limit: 5,
        });
    }
    desk.send(draft("c1", Some("the last")));
    desk.close().await;
    let started = Desk::on(&path).started().await;
    assert_eq!((started.outbox.len(), started.drafts.len()), (300, 1));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_any_of_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let path = file_in(&folder);
    let mut desk = Desk::on(&path);
    desk.enqueue(row("s1", "Hello")).await;
    desk.thread("c1", 1).await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    let within = path.parent().expect("a folder");
    assert_eq!(mode(within), 0o700);
    let files: Vec<_> = std::fs::read_dir(within).expect("list").flatten().map(|entry| entry.path()).collect();
    assert!(files.iter().any(|file| file.to_string_lossy().ends_with("-wal")), "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    desk.close().await;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("chmod");
    let mut desk = Desk::on(&path);
    desk.started().await;
    assert_eq!(mode(&path), 0o600, "an open one is closed");
}

#[test]
fn a_profile_has_a_file_of_its_own() {
    let paths = Paths::under(std::path::Path::new("/r"));
    assert_eq!(file_of(&paths, "acme"), std::path::Path::new("/r/data/store/acme.sqlite"));
}

#[tokio::test]
async fn a_store_that_is_closed_is_one_file() {
    let folder = folder();
    let path = file_in(&folder);
    let mut desk = Desk::on(&path);
    desk.send(messages("c1", vec![text("m1", "hello", NOW)]));
    // by the connection that reads
    assert_eq!(desk.search("hello").await.len(), 1);
    desk.close().await;
    for companion in ["-wal", "-shm"] {
        assert!(!std::path::Path::new(&format!("{}{companion}", path.display())).exists(), "{companion} stayed");
    }
}

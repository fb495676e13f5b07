//! Damaged, foreign, newer and full: told in words, and the program goes on.

use std::path::{Path, PathBuf};

use sqlx::{ConnectOptions as _, Connection as _};
use switchboard::store::{Command, Fate, OutboxRow, Reply};

use crate::{Desk, NOW, Setup, draft, file_in, folder, messages, row, text};

async fn filled(path: &Path) {
    let mut desk = Desk::on(path);
    let page = (0..400).map(|n| text(&format!("m{n}"), &format!("message number {n}"), NOW - n)).collect();
    desk.send(messages("c1", page));
    desk.send(draft("c1", Some("a draft")));
    desk.enqueue(row("s1", "Hello")).await;
    desk.enqueue(row("s2", "There")).await;
    assert!(desk.claim("s2").await);
    desk.close().await;
}

/// Overwrites pages of a table: those whose number among its leaves `which` takes; all of them where it takes all.
pub async fn spoil(path: &Path, table: &str, which: impl Fn(usize) -> bool) {
    let mut conn = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.expect("opened");
    let sql = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path";
    let pages: Vec<i64> = sqlx::query_scalar(sql).bind(table).fetch_all(&mut conn).await.expect("pages");
    conn.close().await.expect("closed");
    let mut bytes = std::fs::read(path).expect("read");
    let spoilt = pages.iter().enumerate().filter(|(nth, _)| which(*nth)).map(|(_, page)| page);
    let mut any = false;
    for page in spoilt {
        let start = usize::try_from((page - 1) * 4096).expect("a place");
        bytes[start..start + 4096].fill(0xa5);
        any = true;
    }
    assert!(any, "{table} has no such page");
    std::fs::write(path, bytes).expect("written");
}

/// Opens, expects that the file was set aside, and that the fresh one works.
async fn set_aside(path: &Path) -> (PathBuf, Vec<OutboxRow>) {
    let mut desk = Desk::on(path);
    let Reply::Opened { set_aside: Some(aside) } = desk.reply().await else { panic!("it was not set aside") };
    assert!(aside.exists() && aside.to_string_lossy().starts_with(&*format!("{}.damaged-", path.display())));
    let outbox = desk.started().await.outbox;
    desk.enqueue(row("new", "it goes on")).await;
    desk.send(messages("c9", vec![text("n1", "fresh", NOW)]));
    assert_eq!(desk.thread("c9", 10).await.len(), 1);
    desk.close().await;
    (aside, outbox)
}

#[tokio::test]
async fn a_file_that_is_no_database_is_set_aside() {
    for bytes in [b"this is no database, but somebody's notes".repeat(400), vec![0x5a; 10], vec![0; 8192]] {
        let folder = folder();
        let path = file_in(&folder);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, &bytes).expect("written");
        std::fs::write(path.with_extension("sqlite-wal"), b"its log").expect("written");
        let (aside, _) = set_aside(&path).await;
        assert_eq!(std::fs::read(&aside).expect("read"), bytes, "nothing of it was changed");
        assert_eq!(std::fs::read(format!("{}-wal", aside.display())).expect("read"), b"its log");
    }
}

#[tokio::test]
async fn another_programs_database_is_set_aside_untouched() {
    let folder = folder();
    let path = file_in(&folder);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut conn = options.connect().await.expect("opened");
    sqlx::raw_sql("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')")
        .execute(&mut conn)
        .await
        .expect("made");
    conn.close().await.expect("closed");
    let before = std::fs::read(&path).expect("read");
    let (aside, _) = set_aside(&path).await;
    assert_eq!(std::fs::read(aside).expect("read"), before);
}

#[tokio::test]
async fn a_truncated_file_is_set_aside() {
    let folder = folder();
    let path = file_in(&folder);
    filled(&path).await;
    let length = std::fs::metadata(&path).expect("metadata").len();
    let file = std::fs::File::options().write(true).open(&path).expect("opened");
    file.set_len(length / 2 + 1_000).expect("cut");
    drop(file);
    set_aside(&path).await;
}

#[tokio::test]
async fn what_can_be_read_of_the_outbox_is_taken_over() {
    let folder = folder();
    let path = file_in(&folder);
    filled(&path).await;
    // The schema, drafts and outbox can still be read.
    spoil(&path, "messages", |_| true).await;

    let mut desk = Desk::on(&path);
    assert_eq!(desk.reply().await, Reply::Opened { set_aside: None }, "it is not seen at once");
    let key = switchboard::chat::ConversationKey(1);
    desk.send(Command::LoadThread { key, conversation: "c1".into(), limit: 10 });
    let aside = desk
        .find(|reply| match reply {
            Reply::Opened { set_aside } => Some(set_aside),
            _ => None,
        })
        .await;
    assert!(aside.is_some_and(|aside| aside.exists()));
    let started = desk.started().await;
    let fates: Vec<(&str, Fate)> = started.outbox.iter().map(|row| (row.client.as_str(), row.fate)).collect();
    assert_eq!(fates, [("s1", Fate::Queued), ("s2", Fate::Unconfirmed)]);
    assert_eq!(started.drafts.len(), 1);
    desk.send(messages("c1", vec![text("m1", "again", NOW)]));
    assert_eq!(desk.thread("c1", 10).await.len(), 1);
}

#[tokio::test]
async fn of_a_damaged_outbox_what_stands_before_and_behind_the_damage_is_taken_over() {
    let folder = folder();
    let path = file_in(&folder);
    let mut desk = Desk::on(&path);
    for n in 0..60 {
        desk.enqueue(row(&format!("s{n:02}"), &format!("text {n} {}", "and more of it ".repeat(40)))).await;
    }
    let mut note = text("", "for nobody else", NOW);
    note.ids = switchboard::chat::MessageIds { client: Some("local-note-1-1".into()), ..Default::default() };
    note.direction = switchboard::chat::Direction::Note;
    desk.send(messages("c1", vec![note.clone()]));
    desk.send(Command::Mute { conversation: "c1".into(), muted: true });
    desk.close().await;
    spoil(&path, "outbox", |nth| nth == 3).await;

    let mut desk = Desk::on(&path);
    desk.send(Command::Start { conversations: 10 });
    let found = |reply| match reply {
        Reply::Started { outbox, muted, .. } => Some((outbox, muted)),
        _ => None,
    };
    let (outbox, muted) = desk.find(found).await;
    let kept: Vec<&str> = outbox.iter().map(|row| row.client.as_str()).collect();
    assert!((40..60).contains(&kept.len()), "{}", kept.len());
    assert!(kept.starts_with(&["s00", "s01"]) && kept.ends_with(&["s58", "s59"]) && kept.is_sorted(), "{kept:?}");
    assert_eq!(muted, ["c1".into()], "what was muted stays so");
    assert_eq!(desk.thread("c1", 10).await, [note], "a note that no backend has is worth as much");
}

#[tokio::test]
async fn a_newer_schema_is_left_alone_and_told() {
    let folder = folder();
    let path = file_in(&folder);
    filled(&path).await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut conn = options.connect().await.expect("opened");
    sqlx::raw_sql(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', true, x'00', 0)",
    )
    .execute(&mut conn)
    .await
    .expect("marked");
    conn.close().await.expect("closed");
    let before = std::fs::read(&path).expect("read");

    let mut desk = Desk::on(&path);
    let Reply::Failed { what, .. } = desk.reply().await else { panic!("it was opened") };
    assert!(what.contains("newer") && what.contains("9999") && what.contains("acme.sqlite"), "{what}");
    assert_eq!(desk.started().await.outbox, vec![], "it goes on without");
    desk.send(Command::Enqueue(row("s9", "Hello")));
    assert!(matches!(desk.reply_about_outbox().await, Reply::Unwritten { .. }));
    assert_eq!(desk.thread("c1", 10).await, vec![]);
    assert_eq!(desk.search("message").await, vec![]);
    desk.close().await;
    assert_eq!(std::fs::read(&path).expect("read"), before);
}

#[tokio::test]
async fn a_path_that_cannot_be_a_file_is_told() {
    let folder = folder();
    let path = folder.path().join("a-directory");
    std::fs::create_dir(&path).expect("made");
    let mut desk = Desk::on(&path);
    let Reply::Failed { what, .. } = desk.reply().await else { panic!("it was opened") };
    assert!(what.contains("a-directory"), "{what}");
    assert!(path.is_dir());
    assert_eq!(desk.started().await.drafts, vec![]);
}

#[tokio::test]
async fn a_full_disk_is_told_and_survived() {
    let folder = folder();
    let path = file_in(&folder);
    let mut desk = Desk::on(&path);
    desk.enqueue(row("s1", "Hello")).await;
    desk.close().await;
    let pages = std::fs::metadata(&path).expect("metadata").len() / 4096 + 20;

    let setup = Setup { pages: u32::try_from(pages).ok(), ..Setup::default() };
    let mut desk = setup.file(&path);
    desk.started().await;
    let mut n = 0;
    let what = loop {
        let page = (0..50).map(|m| text(&format!("m{n}-{m}"), &"many words ".repeat(40), NOW)).collect();
        desk.send(messages("c1", page));
        n += 1;
        assert!(n < 1_000, "the disk never fills");
        desk.send(Command::LoadThread {
            key: switchboard::chat::ConversationKey(1),
            conversation: "c1".into(),
            limit: 1,
        });
        let failed = desk.find(|reply| match reply {
            Reply::Failed { what, .. } => Some(Some(what)),
            Reply::Thread { .. } => Some(None),
            _ => None,
        });
        if let Some(what) = failed.await {
            break what;
        }
    };
    assert!(what.contains("full") && what.contains("acme.sqlite"), "{what}");
    assert_eq!(desk.started().await.outbox, vec![row("s1", "Hello")]);
    // A large text does not fit: the answer says so, and the program knows that it is not on disk.
    desk.send(Command::Enqueue(row("s2", &"x".repeat(200_000))));
    let reply = desk.reply_about_outbox().await;
    assert!(matches!(&reply, Reply::Unwritten { what, .. } if what.contains("full")), "{reply:?}");
    assert!(desk.claim("s1").await, "what is there can be worked with");
    desk.send(Command::Settle { client: "s1".into() });
    desk.close().await;

    let mut desk = Desk::on(&path);
    assert_eq!(desk.reply().await, Reply::Opened { set_aside: None });
    assert_eq!(desk.started().await.outbox, vec![]);
    desk.enqueue(row("s2", &"x".repeat(200_000))).await;
}

#[tokio::test]
async fn a_text_that_came_back_stays_in_the_outbox_until_it_is_on_disk_as_a_draft() {
    let folder = folder();
    let path = file_in(&folder);
    let mut desk = Desk::on(&path);
    desk.enqueue(row("s1", "Hello")).await;
    assert!(desk.claim("s1").await);
    desk.close().await;
    let pages = std::fs::metadata(&path).expect("metadata").len() / 4096 + 20;
    let mut desk = Setup { pages: u32::try_from(pages).ok(), ..Setup::default() }.file(&path);
    desk.started().await;
    // refused: the text goes back into the composer, where it does not fit on the disk any more
    desk.send(draft("c1", Some(&"Hello ".repeat(50_000))));
    desk.send(Command::Settle { client: "s1".into() });
    let told = desk.find(|reply| match reply {
        Reply::Failed { what, .. } => Some(what),
        _ => None,
    });
    assert!(told.await.contains("full"));
    assert_eq!(desk.started().await.outbox.len(), 1, "killed now, it would be there");
    // A small text still fits: the trouble is not over for that.
    desk.send(Command::Enqueue(row("s2", "x")));
    let over = desk.find(|reply| match reply {
        Reply::Enqueued { .. } => Some(false),
        Reply::Recovered => Some(true),
        _ => None,
    });
    assert!(!over.await, "the draft is still not on disk");
    desk.send(Command::Settle { client: "s2".into() });
    // There is room: the draft is shorter.
    desk.send(draft("c1", Some("Hello")));
    desk.close().await;
    let started = Desk::on(&path).started().await;
    assert_eq!((started.outbox, started.drafts), (vec![], vec![("c1".into(), "Hello".to_owned())]));
}

//! A file that an earlier version wrote is brought up to date with all that is in it. The rows stand here as those
//! versions wrote them, byte for byte.

use std::path::Path;

use jiff::Timestamp;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection};
use switchboard::chat::{Id, MediaKind};
use switchboard::store::{Command, Fate, OutboxRow, Reply};
use switchboard::wire::{Enclosed, OutgoingFile, OutgoingTemplate};

use crate::{Desk, file_in, folder};

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

/// What every version wrote of conversations and messages.
const CACHE: &str = r#"
    PRAGMA application_id = 1400324708;
    INSERT INTO conversations VALUES ('92e3681f63fb288deeecc1c9', 1795917069313, '{"id":"92e3681f63fb288deeecc1c9","names":["92e3681f63fb288deeecc1c9","5eed00000000000000acce01_100000000000101_12025550143"],"page_id":"92e3681f63fb288deeecc1c9","account":"5eed00000000000000acce01","line":"100000000000101","phone":{"digits":"12025550143","raw":"12025550143"},"links":[],"name":"Maria López","preview":"Hello??","last_at":"2026-11-29T01:51:09.313Z","last_inbound_at":"2026-11-29T01:51:09.313Z","unread":2,"status":"open","assignee":"Sam Carter","labels":["delivery"],"priority":"normal"}');
    INSERT INTO messages (conversation, wa, id, client, print, at, words, json) VALUES
        ('92e3681f63fb288deeecc1c9', 'wamid.HBgLMTIwMjU1NTAxNDMVAgARGBIxN0ZGQ0Q5RjgyNTVDNDVCQUEA', '6b0a17e57700c79b351f97a6', NULL, NULL, 1795823589313, 'hello maria, it left our warehouse this morning. the carrier says thursday between 9 and 13.', '{"ids":{"id":"6b0a17e57700c79b351f97a6","wa":"wamid.HBgLMTIwMjU1NTAxNDMVAgARGBIxN0ZGQ0Q5RjgyNTVDNDVCQUEA","client":null},"direction":"outbound","sender":"Sam Carter","content":{"type":"text","body":"Hello Maria, it left our warehouse this morning. The carrier says Thursday between 9 and 13."},"delivery":{"rank":"read","failure":null,"history":[]},"created_at":"2026-11-27T23:53:09.313Z","sent_at":"2026-11-27T23:53:09.313Z","reply_to":null,"reactions":[],"origin":"history"}'),
        ('92e3681f63fb288deeecc1c9', 'wamid.HBgLMTIwMjU1NTAxNDMVAgASGBQ3MTFCQTE5MDdFMzAwQjE1OTRCQgA=', '6b0a17e57700c79b351f97aa', NULL, NULL, 1795823589314, 'perfect, thank you!', '{"ids":{"id":"6b0a17e57700c79b351f97aa","wa":"wamid.HBgLMTIwMjU1NTAxNDMVAgASGBQ3MTFCQTE5MDdFMzAwQjE1OTRCQgA=","client":null},"direction":"inbound","sender":"Maria López","content":{"type":"text","body":"Perfect, thank you!"},"delivery":{"rank":"read","failure":null,"history":[]},"created_at":"2026-11-27T23:53:09.314Z","sent_at":"2026-11-27T23:53:09.314Z","reply_to":null,"reactions":[],"origin":"live"}');
    INSERT INTO positions VALUES ('open', '92e3681f63fb288deeecc1c9'), ('as_of', '2026-11-29T01:53:21.478220679Z');
"#;

const DRAFTS_1: &str = "INSERT INTO drafts VALUES ('92e3681f63fb288deeecc1c9', 'On its way');";
/// The program that wrote it is gone.
const DRAFTS_2: &str = "INSERT INTO drafts VALUES ('92e3681f63fb288deeecc1c9', 'cf89160ef6bfdab3', 'On its way');";
const OUTBOX_1: &str = "INSERT INTO outbox (client, conversation, text, written, attempted, fate, note, owner, lease)
    VALUES ('s1', '92e3681f63fb288deeecc1c9', 'Hi', '2026-01-05T12:00:00.13655134Z', '2026-01-05T12:00:00.143521942Z', 'queued', 'cannot reach 127.0.0.1:5311: Connection refused (os error 111)', NULL, NULL),
           ('s2', '92e3681f63fb288deeecc1c9', 'Ho', '2026-01-05T12:00:01Z', '2026-01-05T12:00:02Z', 'sending', NULL, 'cf89160ef6bfdab3', 1);";
const OUTBOX_2: &str = "UPDATE outbox SET after = '6b0a17e57700c79b351f97aa' WHERE client = 's2';";
const OUTBOX_3: &str = r#"UPDATE outbox SET reply_to = 'wamid.HBgLMTIwMjU1NTAxNDMVAgASGBQ3MTFCQTE5MDdFMzAwQjE1OTRCQgA=' WHERE client = 's1';
    INSERT INTO outbox (client, conversation, text, written, fate, enclosed) VALUES
        ('s3', '92e3681f63fb288deeecc1c9', 'a caption', '2026-01-05T12:00:03Z', 'queued', '{"file":{"path":"/home/sam/note.txt","name":"note.txt","kind":"document","mime":"text/plain","size":11,"modified":"2026-11-29T01:54:00.957211811Z"}}'),
        ('s4', '92e3681f63fb288deeecc1c9', 'Hello Maria', '2026-01-05T12:00:04Z', 'unconfirmed', '{"template":{"template":"hello","language":"en","parameters":["Maria"]}}');"#;
const NOTES_4: &str = r#"INSERT INTO note_drafts VALUES ('92e3681f63fb288deeecc1c9', '1103f4abf242b52d', 'ask Ken first');
    INSERT INTO outbox (client, conversation, text, written, fate, enclosed) VALUES
        ('s5', '92e3681f63fb288deeecc1c9', 'she called', '2026-01-05T12:00:05Z', 'queued', '"note"');"#;
const MUTED_5: &str = "INSERT INTO muted VALUES ('92e3681f63fb288deeecc1c9');";

/// What is done with a file that has this schema.
async fn write(path: &Path, schema: &[i64]) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut conn = options.connect().await.expect("opened");
    let had = MIGRATIONS.iter().filter(|migration| schema.contains(&migration.version)).cloned().collect();
    Migrator::with_migrations(had).run_direct(None, &mut conn, false).await.expect("the schema");
    let has = |version| schema.contains(&version);
    let mut rows = vec![CACHE, if has(2) { DRAFTS_2 } else { DRAFTS_1 }, OUTBOX_1];
    rows.extend(
        [(2, OUTBOX_2), (3, OUTBOX_3), (4, NOTES_4), (5, MUTED_5)]
            .iter()
            .filter(|(v, _)| has(*v))
            .map(|(_, rows)| rows),
    );
    sqlx::raw_sql(AssertSqlSafe(rows.concat())).execute(&mut conn).await.expect("filled");
    conn.close().await.expect("closed");
}

/// How the tables of a file are made.
async fn tables(path: &Path) -> Vec<(String, Option<String>)> {
    let mut conn: SqliteConnection =
        sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.expect("opened");
    let sql = "SELECT name, sql FROM sqlite_schema ORDER BY name";
    sqlx::query_as(sql).fetch_all(&mut conn).await.expect("the tables")
}

/// The rows of the outbox that a schema has, as they are to be read.
fn outbox(schema: &[i64]) -> Vec<OutboxRow> {
    let has = |version| schema.contains(&version);
    let at = |text: &str| text.parse::<Timestamp>().expect("a time");
    let row = |client: &str, text: &str, written: &str, fate| OutboxRow {
        client: client.into(),
        conversation: "92e3681f63fb288deeecc1c9".into(),
        text: text.to_owned(),
        written: at(written),
        attempted: None,
        after: None,
        fate,
        note: None,
        enclosed: None,
        reply_to: None,
    };
    let mut first = row("s1", "Hi", "2026-01-05T12:00:00.13655134Z", Fate::Queued);
    first.attempted = Some(at("2026-01-05T12:00:00.143521942Z"));
    first.note = Some(switchboard::text::Clean::line("cannot reach 127.0.0.1:5311: Connection refused (os error 111)"));
    first.reply_to = has(3).then(|| "wamid.HBgLMTIwMjU1NTAxNDMVAgASGBQ3MTFCQTE5MDdFMzAwQjE1OTRCQgA=".into());
    let mut second = row("s2", "Ho", "2026-01-05T12:00:01Z", Fate::Unconfirmed);
    second.attempted = Some(at("2026-01-05T12:00:02Z"));
    second.after = has(2).then(|| "6b0a17e57700c79b351f97aa".into());
    let mut rows = vec![first, second];
    if has(3) {
        let mut file = row("s3", "a caption", "2026-01-05T12:00:03Z", Fate::Queued);
        file.enclosed = Some(Enclosed::File(OutgoingFile {
            path: "/home/sam/note.txt".into(),
            name: "note.txt".to_owned(),
            kind: MediaKind::Document,
            mime: "text/plain".to_owned(),
            size: 11,
            modified: Some(at("2026-11-29T01:54:00.957211811Z")),
        }));
        let mut template = row("s4", "Hello Maria", "2026-01-05T12:00:04Z", Fate::Unconfirmed);
        template.enclosed = Some(Enclosed::Template(OutgoingTemplate {
            template: "hello".to_owned(),
            language: Some("en".to_owned()),
            parameters: vec!["Maria".to_owned()],
        }));
        rows.extend([file, template]);
    }
    if has(4) {
        let mut note = row("s5", "she called", "2026-01-05T12:00:05Z", Fate::Queued);
        note.enclosed = Some(Enclosed::Note);
        rows.push(note);
    }
    rows
}

#[tokio::test]
async fn every_earlier_schema_is_read_whole() {
    let fresh = folder();
    let mut desk = Desk::on(&file_in(&fresh));
    desk.started().await;
    desk.close().await;
    let newest = tables(&file_in(&fresh)).await;
    // in one the fourth comes after the fifth, as when two branches were written at once
    for schema in [&[1][..], &[1, 2], &[1, 2, 3], &[1, 2, 3, 4], &[1, 2, 3, 5], &[1, 2, 3, 4, 5]] {
        let folder = folder();
        let path = file_in(&folder);
        write(&path, schema).await;
        let mut desk = Desk::on(&path);
        assert_eq!(desk.reply().await, Reply::Opened { set_aside: None }, "{schema:?}");
        let maria = Id::from("92e3681f63fb288deeecc1c9");
        desk.send(Command::Start { conversations: 100 });
        let Reply::Started { conversations, drafts, notes, outbox: rows, position, muted } = desk.reply().await else {
            panic!("{schema:?}: it did not start")
        };
        assert_eq!(conversations.len(), 1, "{schema:?}");
        let facts = conversations[0].facts();
        let names: Vec<&str> = facts.ids.iter().map(|name| name.id.as_str()).collect();
        assert_eq!(names, [maria.as_str(), "5eed00000000000000acce01_100000000000101_12025550143"]);
        assert_eq!((facts.unread, facts.name.as_deref()), (Some(2), Some("Maria López")));
        assert_eq!(facts.labels.expect("labels").iter().map(|label| &**label).collect::<Vec<_>>(), ["delivery"]);
        assert_eq!(drafts, [(maria.clone(), "On its way".to_owned())], "{schema:?}");
        let note = schema.contains(&4).then(|| (maria.clone(), "ask Ken first".to_owned()));
        assert_eq!(notes, Vec::from_iter(note), "{schema:?}");
        let left: Vec<_> = rows
            .into_iter()
            .map(|row| OutboxRow { note: row.note.filter(|_| row.client != "s2".into()), ..row })
            .collect();
        assert_eq!(left, outbox(schema), "{schema:?}");
        assert_eq!((position.open, position.top), (Some(maria.clone()), None));
        assert_eq!(position.as_of, Some("2026-11-29T01:53:21.478220679Z".parse().expect("a time")));
        assert_eq!(muted, Vec::from_iter(schema.contains(&5).then(|| maria.clone())), "{schema:?}");
        let thread = desk.thread(maria.as_str(), 10).await;
        let words: Vec<String> =
            thread.iter().filter_map(|message| message.text()).map(|text| text.to_string()).collect();
        assert!(words[0].starts_with("Hello Maria") && words[1] == "Perfect, thank you!", "{words:?}");
        assert_eq!(desk.search("warehouse").await.len(), 1, "{schema:?}: the index goes on");
        assert!(desk.claim("s1").await, "{schema:?}: it can be worked with");
        desk.close().await;
        assert_eq!(tables(&path).await, newest, "{schema:?}: it is as a file that was made today");
    }
}

#[tokio::test]
async fn a_damaged_file_of_an_earlier_schema_gives_up_its_outbox() {
    for schema in [&[1][..], &[1, 2], &[1, 2, 3]] {
        let folder = folder();
        let path = file_in(&folder);
        write(&path, schema).await;
        // before it can be brought up to date it is seen to be damaged
        crate::damage::spoil(&path, "_sqlx_migrations", |_| true).await;
        let mut desk = Desk::on(&path);
        assert!(matches!(desk.reply().await, Reply::Opened { set_aside: Some(_) }), "{schema:?}");
        let started = desk.started().await;
        let ids = |rows: &[OutboxRow]| rows.iter().map(|row| row.client.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&started.outbox), ids(&outbox(schema)), "{schema:?}");
        assert_eq!(started.drafts.len(), 1, "{schema:?}");
    }
}

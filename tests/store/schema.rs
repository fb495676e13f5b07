//! A file that an earlier version wrote is brought up to date with all that is in it.

use sqlx::{ConnectOptions as _, Connection as _};
use switchboard::chat::Id;
use switchboard::store::{Fate, Reply};

use crate::{Desk, file_in, folder};

/// What version 1 wrote, byte for byte.
const ROWS: &str = r#"
    PRAGMA application_id = 1400324708;
    INSERT INTO conversations VALUES ('c1', 1767614400000,
        '{"id":"c1","names":["c1","a_b_923001234574"],"page_id":"c1","account":"a","line":"b",
          "phone":{"digits":"923001234574","raw":"+92 300 1234574"},"links":[],"name":"Maria","preview":"Hello",
          "last_at":"2026-01-05T12:00:00Z","last_inbound_at":null,"unread":2,"status":"open","assignee":null,
          "labels":["vip"],"priority":null}');
    INSERT INTO messages (conversation, wa, id, at, words, json) VALUES ('c1', 'wamid.1', 'm1', 1767614400000, 'hello',
        '{"ids":{"id":"m1","wa":"wamid.1","client":null},"direction":"inbound","sender":"Maria",
          "content":{"type":"text","body":"Hello"},"delivery":{"rank":"queued","failure":null,"history":[]},
          "created_at":"2026-01-05T12:00:00Z","sent_at":null,"reply_to":null,"reactions":[],"origin":"live"}');
    INSERT INTO drafts VALUES ('c1', 'On its way');
    INSERT INTO outbox (client, conversation, text, written, attempted, fate, note, owner, lease)
        VALUES ('s1', 'c1', 'Hi', '2026-01-05T12:00:00Z', NULL, 'queued', NULL, NULL, NULL),
               ('s2', 'c1', 'Ho', '2026-01-05T12:00:01Z', '2026-01-05T12:00:02Z', 'sending', NULL, 'gone', 1);
    INSERT INTO positions VALUES ('open', 'c1');
"#;

#[tokio::test]
async fn schema_1_is_read_whole() {
    let folder = folder();
    let path = file_in(&folder);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut conn = options.connect().await.expect("opened");
    sqlx::migrate!("src/store/migrations").run_to(1, &mut conn).await.expect("schema 1");
    sqlx::raw_sql(ROWS).execute(&mut conn).await.expect("filled");
    conn.close().await.expect("closed");

    let mut desk = Desk::on(&path);
    assert_eq!(desk.reply().await, Reply::Opened { set_aside: None });
    let started = desk.started().await;
    assert_eq!(started.conversations.len(), 1);
    let facts = started.conversations[0].facts();
    assert_eq!(facts.ids.iter().map(|name| name.id.as_str()).collect::<Vec<_>>(), ["c1", "a_b_923001234574"]);
    assert_eq!((facts.unread, facts.name.as_deref()), (Some(2), Some("Maria")));
    assert_eq!(started.drafts, vec![(Id::from("c1"), "On its way".to_owned())]);
    let fates: Vec<_> = started.outbox.iter().map(|row| (row.client.as_str(), row.fate)).collect();
    assert_eq!(fates, [("s1", Fate::Queued), ("s2", Fate::Unconfirmed)]);
    assert_eq!(started.open, Some("c1".into()));
    assert_eq!(desk.thread("c1", 10).await.len(), 1);
    assert_eq!(desk.search("hello").await.len(), 1);
}

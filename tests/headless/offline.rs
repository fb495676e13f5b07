//! `list --offline` and `show --offline`: what the inbox has kept, without a backend, and without disturbing an inbox
//! that runs.

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_empty};
use serde_json::Value;
use switchboard::chat::{Content, ConversationKey, Delivery, Direction, Id, Message, MessageIds, Origin, Phone};
use switchboard::config::Paths;
use switchboard::store::{
    Command, Fate, OutboxRow, Place, Position, Reply, Store, StoreConfig, StoredConversation, file_of, open,
};
use switchboard::text::Clean;
use tokio::sync::mpsc;

use crate::program::{Program, stdout};

/// Nothing listens there.
const NOBODY: &str = "[profile.acme]\nurl = \"http://127.0.0.1:9\"\n";

const AS_OF: &str = "2026-01-05T12:00:00Z";

fn conversation(id: &str, phone: &str, name: &str, unread: u32, minute: u8) -> StoredConversation {
    StoredConversation {
        names: vec![id.into(), format!("a_l_{phone}").as_str().into()],
        phone: Phone::parse(phone),
        name: Some(Clean::line(name)),
        preview: Some(Clean::line("as kept")),
        last_at: Some(format!("2026-01-05T11:{minute:02}:00Z").parse().unwrap()),
        unread,
        ..StoredConversation::named(id.into())
    }
}

fn message(id: &str, text: &str, second: u8) -> Message {
    Message {
        ids: MessageIds { id: Some(id.into()), ..MessageIds::default() },
        direction: Direction::Inbound,
        sender: None,
        content: Content::Text { body: Clean::text(text) },
        delivery: Delivery::default(),
        created_at: Some(format!("2026-01-05T11:00:{second:02}Z").parse().unwrap()),
        sent_at: None,
        reply_to: None,
        reactions: Vec::new(),
        origin: Origin::Live,
    }
}

/// A store as an inbox has it that still runs: it is sending a text.
async fn running_inbox(program: &Program) -> (Store, mpsc::Receiver<Reply>) {
    let root = program.path("");
    let (to, mut replies) = mpsc::channel(64);
    let place = Place::File(file_of(&Paths::under(&root), "acme"));
    let store = open(StoreConfig { place, days: 0, megabytes: 0 }, to);
    store.send(Command::Conversations(vec![
        conversation("c1", "923001234561", "Maria", 2, 1),
        conversation("c2", "923001234562", "Ken", 0, 2),
    ]));
    let texts = (0..30).map(|n| message(&format!("m{n}"), &format!("text {n}"), n)).collect();
    store.send(Command::Messages { conversation: "c1".into(), messages: texts });
    store.send(Command::Draft { conversation: "c1".into(), text: Some("half a thought".to_owned()), note: false });
    store.send(Command::Position(Position { as_of: Some(AS_OF.parse().unwrap()), ..Position::default() }));
    store.send(Command::Enqueue(OutboxRow {
        client: "s1".into(),
        conversation: "c1".into(),
        text: "on its way".to_owned(),
        written: AS_OF.parse().unwrap(),
        attempted: None,
        after: None,
        fate: Fate::Queued,
        note: None,
        enclosed: None,
        reply_to: None,
    }));
    store.send(Command::Claim { client: "s1".into(), after: None });
    // Its answer has all that was given before.
    store.send(Command::LoadThread { key: ConversationKey(1), conversation: "c1".into(), limit: 1 });
    while !matches!(replies.recv().await.expect("the store runs"), Reply::Thread { .. }) {}
    (store, replies)
}

fn json(program: &Program, arguments: &[&str]) -> Vec<Value> {
    let printed = stdout(program.command().args(arguments).args(["--offline", "--json"]));
    printed.lines().map(|line| serde_json::from_str(line).expect("a JSON value a line")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_printed_with_its_age_and_nothing_is_asked() {
    let program = Program::new();
    program.configure(NOBODY);
    let (store, mut replies) = running_inbox(&program).await;

    // There is no backend and no token.
    program.command().arg("list").assert().code(4);
    let rows = json(&program, &["list"]);
    assert_eq!(rows.iter().map(|row| &row["id"]).collect::<Vec<_>>(), ["c2", "c1"]);
    assert!(rows.iter().all(|row| row["cached"] == true && row["as_of"] == AS_OF), "{rows:?}");
    assert_eq!(json(&program, &["list", "--unread"]).len(), 1);
    assert_eq!(json(&program, &["list", "--limit", "1"]).len(), 1);
    let aged = || contains("cached, as of 2026-01-05").and(contains("days ago")).and(contains("was not asked"));
    program.command().args(["list", "--offline"]).assert().success().stdout(contains("\tMaria\t")).stderr(aged());

    let by_id = json(&program, &["show", "c1"]);
    assert_eq!(by_id.len(), 30);
    assert_eq!(
        (&by_id[29]["text"], &by_id[29]["cached"], &by_id[29]["as_of"]),
        (&"text 29".into(), &true.into(), &AS_OF.into())
    );
    for name in ["a_l_923001234561", "+923001234561"] {
        assert_eq!(json(&program, &["show", name]), by_id, "{name}");
    }
    let newest: Vec<Value> = json(&program, &["show", "c1", "--limit", "2"]);
    assert_eq!(newest, by_id[28..]);
    let head = contains("Maria").and(contains(" · cached\n"));
    program.command().args(["show", "c1", "--offline"]).assert().success().stdout(head).stderr(aged());
    let unknown = contains("no conversation \"c9\" is kept");
    program.command().args(["show", "c9", "--offline"]).assert().code(1).stdout(is_empty()).stderr(unknown);

    // The inbox beside it has what it had: its claim, its draft.
    store.send(Command::Start { conversations: 10 });
    let (drafts, outbox) = loop {
        if let Reply::Started { drafts, outbox, .. } = replies.recv().await.expect("the store runs") {
            break (drafts, outbox);
        }
    };
    assert_eq!(drafts, [(Id::from("c1"), "half a thought".to_owned())]);
    assert_eq!(outbox.iter().map(|row| row.fate).collect::<Vec<_>>(), [Fate::Sending]);
    store.close().await;
}

#[test]
fn where_nothing_is_kept_nothing_is_made() {
    let program = Program::new();
    program.configure(NOBODY);
    for arguments in [vec!["list", "--offline"], vec!["show", "c1", "--offline"]] {
        let said = contains("nothing is kept yet for the profile `acme`");
        program.command().args(&arguments).assert().code(1).stdout(is_empty()).stderr(said);
    }
    assert!(!program.path("data/store").exists());
    program.command().args(["list", "--demo", "--offline"]).assert().code(64);
}

#[test]
fn a_damaged_store_is_named_and_left_where_it_is() {
    let program = Program::new();
    program.configure(NOBODY);
    let file = file_of(&Paths::under(&program.path("")), "acme");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, b"SQLite format 3\0 and then nothing that makes sense".repeat(100)).unwrap();
    let said = contains(file.display().to_string()).and(contains("open the inbox"));
    program.command().args(["list", "--offline"]).assert().code(1).stdout(is_empty()).stderr(said);
    assert!(file.exists());
}

//! What one event costs: decode, resolve, insert. `cargo bench --bench core`.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use switchboard::app::{Msg, State, update};
use switchboard::backend::{Frame, Report, to_record};
use switchboard::chat::{
    Content, Conversation, ConversationFacts, ConversationKey, Delivery, Direction, Directory, Evidence, Message,
    MessageIds, NameOrigin, NamedId, Origin, Phone, Thread,
};
use switchboard::store::Recorder;
use switchboard::text::Clean;
use switchboard::wire::record::{FORMAT, Header};
use switchboard::wire::redact::Redaction;
use switchboard::wire::{Dialect, Event};

// the scene is written for the library's own tests, where these stand at the root too
use switchboard::{app, backend, chat, config, inspect, text, wire};

#[path = "../src/ui/tests/scene.rs"]
#[allow(dead_code, reason = "shared with tests")]
mod scene;

fn main() {
    divan::main();
}

const ACCOUNT: &str = "695a15a5c526dbe7c085ece2";
const LINE: &str = "1003427786179738";

fn oid(n: usize) -> String {
    format!("6b02cde878eebeb31e{n:06x}")
}

/// The argument array of a `new_message` for conversation `n`, of the size that the reference sends.
fn new_message(n: usize) -> String {
    let id = oid(n);
    let message = format!("6b02cdeea7e8cf1942{n:06x}");
    format!(
        r#"[{{"conversationId":"{id}","message":{{"accountId":"{ACCOUNT}","phoneNumberId":"{LINE}","conversationId":"{id}","waMessageId":"wamid.HBgMOTIzMDAxMjM0NTc0FQIAEhgUM0E{n:08}","recipientPhone":"92300{n:07}","recipientName":"فاطمہ علی","messageType":"text","content":{{"text":"Salaam 👋 where is my order?","templateParams":[]}},"status":"delivered","direction":"inbound","campaign":"manual","sentAt":"2026-11-22T11:11:42.000Z","deliveredAt":"2026-11-22T11:11:42.000Z","_id":"{message}","statusUpdates":[],"createdAt":"2026-11-22T11:11:42.276Z","updatedAt":"2026-11-22T11:11:42.276Z","__v":0}},"timestamp":"2026-11-22T11:11:42.280Z"}}]"#
    )
}

fn directory(dialect: &Dialect, conversations: usize) -> Directory {
    let mut directory = Directory::new(dialect.identity_rules(Some(ACCOUNT.into()), false));
    for n in 0..conversations {
        let facts = ConversationFacts {
            ids: vec![NamedId { pointer: "/_id".into(), id: oid(n).as_str().into() }],
            account: Some(ACCOUNT.into()),
            line: Some(LINE.into()),
            phone: Phone::parse(&format!("92300{n:07}")),
            ..ConversationFacts::default()
        };
        directory.learn(&facts, NameOrigin::Declared);
    }
    directory
}

fn evidence(dialect: &Dialect, args: &str) -> Evidence {
    match dialect.decode_event("new_message", args).event {
        Ok(Event::Message { evidence, .. }) => evidence,
        other => unreachable!("{other:?}"),
    }
}

#[divan::bench]
fn decode(bencher: Bencher<'_, '_>) {
    let (dialect, args) = (Dialect::reference(), new_message(7));
    bencher.bench(|| black_box(dialect.decode_event("new_message", black_box(&args))));
}

#[divan::bench(args = [40, 100_000])]
fn resolve(bencher: Bencher<'_, '_>, conversations: usize) {
    let dialect = Dialect::reference();
    let directory = directory(&dialect, conversations);
    let evidence = evidence(&dialect, &new_message(conversations / 2));
    bencher.bench(|| black_box(directory.resolve(black_box(&evidence))));
}

#[divan::bench(args = [40, 100_000])]
fn decode_and_resolve(bencher: Bencher<'_, '_>, conversations: usize) {
    let dialect = Dialect::reference();
    let directory = directory(&dialect, conversations);
    let args = new_message(conversations / 2);
    bencher.bench(|| match dialect.decode_event("new_message", black_box(&args)).event {
        Ok(Event::Message { evidence, message, .. }) => Some((directory.resolve(&evidence), message)),
        _ => None,
    });
}

fn message(n: usize) -> Message {
    let second = 1_795_345_073 + i64::try_from(n).unwrap_or_default();
    Message {
        ids: MessageIds {
            id: Some(oid(n).as_str().into()),
            wa: Some(format!("wamid.HBgMOTIzMDAxMjM0NTc0FQIAEhgUM0E{n:08}").as_str().into()),
            client: None,
        },
        direction: Direction::Inbound,
        sender: None,
        content: Content::Text { body: Clean::text("Where is my order?") },
        delivery: Delivery::default(),
        created_at: jiff_second(second),
        sent_at: None,
        reply_to: None,
        reactions: Vec::new(),
        origin: Origin::Live,
    }
}

fn jiff_second(second: i64) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(second).ok()
}

/// At the end of a thread of this many: a copy of the thread is not part of what is measured.
#[divan::bench(args = [50, 100_000], sample_count = 20, sample_size = 1)]
fn insert_100_at_the_end(bencher: Bencher<'_, '_>, messages: usize) {
    let mut thread = Thread::default();
    for n in 0..messages {
        thread.insert(message(n));
    }
    let news: Vec<Message> = (messages..messages + 100).map(message).collect();
    bencher.with_inputs(|| (thread.clone(), news.clone())).bench_values(|(mut thread, news)| {
        for message in news {
            black_box(thread.insert(message));
        }
        thread
    });
}

/// A program that holds so many conversations, the first of them open.
fn program(dialect: &Dialect, conversations: usize) -> State {
    let mut state = scene::empty(160, 48);
    state.directory = directory(dialect, conversations);
    let rows = (0..conversations).filter_map(|n| {
        let mut facts = scene::facts(n, Some("Somebody"), "a last message", i64::try_from(n).ok()?, 0);
        facts.ids = vec![NamedId { pointer: "/_id".into(), id: oid(n).as_str().into() }];
        Conversation::from_facts(ConversationKey(u32::try_from(n).ok()?), &facts)
    });
    state.inbox.put_all(rows.collect::<Vec<_>>());
    state.open = Some(ConversationKey(0));
    state.threads.open(ConversationKey(0));
    state
}

/// One `new_message` all the way: decode, resolve, update. Every one is a new message for a conversation that is not
/// open, among so many.
#[divan::bench(args = [40, 100_000], sample_count = 200)]
fn decode_resolve_update(bencher: Bencher<'_, '_>, conversations: usize) {
    let dialect = Dialect::reference();
    let mut state = program(&dialect, conversations);
    let mut count = 0_u64;
    let now = jiff_second(1_795_345_200).expect("a time");
    bencher
        .with_inputs(|| {
            count += 1;
            let id = oid(1 + usize::try_from(count).unwrap_or_default() % (conversations - 1));
            (
                count,
                new_message(7)
                    .replace(&oid(7), &id)
                    .replace("00000007", &format!("{count:08}"))
                    .replace("cf1942000007", &format!("cf1942{count:06x}")),
            )
        })
        .bench_local_values(|(seq, raw)| {
            let decoded = dialect.decode_event("new_message", black_box(&raw));
            let frame = Frame {
                epoch: 1,
                seq,
                received: now,
                name: "new_message".into(),
                bytes: raw.len(),
                raw: raw.into(),
                ack: None,
                emitted: decoded.emitted,
                event: decoded.event,
                injected: false,
            };
            update(&mut state, now, Msg::Backend(Report::Frame(Box::new(frame))))
        });
}

/// So many events go through in a row.
const EVENTS: usize = 10_000;

/// Decode, resolve, update and the timeline, with or without a recording on disk: events a second.
#[divan::bench(args = [false, true], sample_count = 10, sample_size = 1)]
fn decode_resolve_record(bencher: Bencher<'_, '_>, to_disk: bool) {
    let dialect = Dialect::reference();
    let now = jiff_second(1_795_345_200).expect("a time");
    let raws: Vec<String> = (0..EVENTS)
        .map(|count| {
            new_message(7)
                .replace(&oid(7), &oid(count % 1_000))
                .replace("00000007", &format!("{count:08}"))
                .replace("cf1942000007", &format!("cf1942{count:06x}"))
        })
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = 0;
    bencher
        .counter(ItemsCount::new(EVENTS))
        .with_inputs(|| {
            file += 1;
            let header = Header {
                switchboard_recording: FORMAT,
                version: "0".to_owned(),
                at: now,
                dialect: "reference".to_owned(),
                account: Some(ACCOUNT.into()),
                route_variants: false,
                redacted: Vec::new(),
            };
            let path = folder.path().join(format!("{file}.ndjson"));
            let recorder = to_disk.then(|| Recorder::create(&path, &header, Redaction::default()).expect("a file"));
            (program(&dialect, 1_000), recorder)
        })
        .bench_local_values(|(mut state, recorder)| {
            for (nth, raw) in raws.iter().enumerate() {
                let decoded = dialect.decode_event("new_message", black_box(raw));
                let report = Report::Frame(Box::new(Frame {
                    epoch: 1,
                    seq: nth as u64 + 1,
                    received: now,
                    name: "new_message".into(),
                    bytes: raw.len(),
                    raw: raw.as_str().into(),
                    ack: None,
                    emitted: decoded.emitted,
                    event: decoded.event,
                    injected: false,
                }));
                if let (Some(recorder), Some(record)) = (&recorder, to_record(now, &report)) {
                    recorder.record(&record);
                }
                black_box(update(&mut state, now, Msg::Backend(report)));
            }
            if let Some(recorder) = recorder {
                recorder.close().expect("it is on its way to the disk");
            }
            state
        });
}

/// Typing one more letter into the filter of a list of 100,000.
#[divan::bench(sample_count = 20)]
fn filter_100_000(bencher: Bencher<'_, '_>) {
    let mut state = program(&Dialect::reference(), 100_000);
    bencher.bench_local(|| {
        state.inbox.set_filter("");
        state.inbox.set_filter(black_box("some"));
        state.inbox.shown().len()
    });
}

/// Turning from one view to another and back, of 100,000.
#[divan::bench(sample_count = 20)]
fn views_100_000(bencher: Bencher<'_, '_>) {
    let mut state = program(&Dialect::reference(), 100_000);
    bencher.bench_local(|| {
        state.inbox.set_view(app::BuiltIn::Waiting.view());
        state.inbox.set_view(black_box(app::BuiltIn::All.view()));
        state.inbox.shown().len()
    });
}

/// Typing one more letter into the prompt that goes to any of 100,000.
#[divan::bench(sample_count = 20)]
fn go_to_100_000(bencher: Bencher<'_, '_>) {
    let mut state = program(&Dialect::reference(), 100_000);
    bencher.bench_local(|| {
        state.panels.overlay = Some(app::Overlay::GoTo { search: black_box("some99".to_owned()), chosen: 0 });
        update::look_up(&mut state);
        state.panels.hits.len()
    });
}

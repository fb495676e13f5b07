//! A made-up screen full of everything: several scripts, media, reactions, failures, traffic. Also used by the bench.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::app::{Loading, Settings, State};
use crate::backend::{Health, RoomReport, RoomStage, Session, SessionState};
use crate::chat::directory::{IdentityRules, NameOrigin, NativeForm};
use crate::chat::message::Degrees;
use crate::chat::routing::Comparison;
use crate::chat::{
    Content, Conversation, ConversationFacts, ConversationKey, Delivery, Direction, Failure, Id, Media, MediaKind,
    Message, MessageIds, NamedId, Origin, Phone, Rank, Reaction, Rule, Status, Verdict,
};
use crate::config::{Keymap, Theme};
use crate::inspect::{About, Entry, Kind, MatchRecord};
use crate::text::Clean;
use crate::wire::{Identity, Line};

pub const ACCOUNT: &str = "695a15a5c526dbe7c085ece2";
pub const LINE: &str = "1003427786179738";

/// A Sunday noon.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_795_347_000).unwrap_or_default()
}

pub fn ago(minutes: i64) -> Timestamp {
    now().saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or_default()
}

pub fn oid(n: usize) -> String {
    format!("6b02ca344e517f5f5b27{n:04x}")
}

pub fn composite(n: usize) -> String {
    format!("{ACCOUNT}_{LINE}_92300{n:07}")
}

fn clean(text: &str) -> Option<Clean> {
    Some(Clean::line(text))
}

pub fn empty(columns: u16, rows: u16) -> State {
    let settings = Settings {
        profile: Clean::line("acme"),
        line: None,
        demo: false,
        ascii: false,
        zone: TimeZone::UTC,
        dates: crate::app::dates::Dates::default(),
        relative: true,
        list_limit: 100,
        thread_limit: 50,
        thread_memory: 1_000,
        attention: crate::app::attention::Attention::default(),
        mark_read: true,
        presence: SignedDuration::from_secs(60),
        ssh: false,
        pictures: true,
        largest_file: 100_000_000,
    };
    let rules = IdentityRules { account: Some(Id::new(ACCOUNT)), native: NativeForm::ObjectId, route_variants: false };
    let keymap = Keymap::built_in().expect("the built-in keymap reads");
    let theme = Theme::built_in("dark").expect("the built-in theme reads");
    let mut state = State::new(now(), settings, rules, Arc::new(keymap), Arc::new(theme));
    state.size = (columns, rows);
    state.offers = crate::wire::Dialect::shipped("switchboard").expect("it is shipped").offers();
    state.identity = Identity {
        account: Some(Id::new(ACCOUNT)),
        name: clean("Ines"),
        email: clean("ines@acme.test"),
        ..Identity::default()
    };
    state.inbox.set_me(crate::app::inbox::Me::of(&state.identity));
    state.lines = vec![Line { id: Id::new(LINE), name: clean("Acme support"), phone: clean("+92 300 1234567") }];
    state.session = Session {
        state: SessionState::Live,
        since: ago(42),
        epoch: 3,
        url: Clean::line("https://chat.acme.test/socket.io/"),
        transport: Some("websocket"),
        sid: clean("It_ANe8_bFgCtMXdAAAB"),
        rest: Health::Well,
        socket: Health::Well,
        round_trip: Some(std::time::Duration::from_millis(12)),
        reconnects: 2,
        last_frame: Some(now()),
        ..Session::starting(now())
    };
    state
}

pub fn facts(n: usize, name: Option<&str>, preview: &str, minutes: i64, unread: u32) -> ConversationFacts {
    ConversationFacts {
        ids: [oid(n), composite(n)]
            .iter()
            .map(|id| NamedId { pointer: "/_id".into(), id: Id::new(id.as_str()) })
            .collect(),
        page_id: Some(Id::new(oid(n))),
        account: Some(Id::new(ACCOUNT)),
        line: Some(Id::new(LINE)),
        phone: Phone::parse(&format!("92300{n:07}")),
        name: name.map(Clean::line),
        preview: clean(preview),
        last_at: Some(ago(minutes)),
        last_inbound_at: Some(ago(minutes)),
        unread: Some(unread),
        ..ConversationFacts::default()
    }
}

pub fn put(state: &mut State, facts: &ConversationFacts) -> ConversationKey {
    let key = state.directory.learn(facts, NameOrigin::Declared).key;
    if let Some(row) = Conversation::from_facts(key, facts) {
        state.inbox.put(row);
    }
    key
}

/// A list of people who write in many scripts.
pub fn inbox(columns: u16, rows: u16) -> State {
    let mut state = empty(columns, rows);
    state.list = Loading::Done;
    let people: [(Option<&str>, &str, i64, u32); 14] = [
        (Some("Maria López"), "¿Y mi pedido? 🙏", 2, 0),
        (Some("أحمد علي"), "متى يصل طلبي؟", 4, 3),
        (Some("山田太郎"), "注文の状況を教えてください。", 9, 12),
        (Some("Ken Ó Briain"), "Thanks, that helps a lot!", 31, 0),
        (None, "[image] Photo caption 📷", 58, 1),
        (Some("שרה כהן"), "תודה רבה!", 130, 0),
        (Some("Юлия"), "Здравствуйте, подскажите статус возврата", 190, 0),
        (Some("👨‍👩‍👧‍👦 Family Shop"), "👍🏽👍🏽👍🏽", 400, 150),
        (
            Some("Bartholomew Featherstonehaugh-Cholmondeley III of Wessex"),
            "A very long preview that will not fit",
            900,
            0,
        ),
        (Some("김민수"), "배송 언제 오나요?", 1_500, 0),
        (Some("Zoë"), "ok", 4_000, 0),
        (Some("ณัฐพล"), "ขอบคุณครับ", 9_000, 0),
        (Some("Dana"), "See you", 60_000, 0),
        (Some("Old Friend"), "last year", 600_000, 0),
    ];
    for (n, (name, preview, minutes, unread)) in people.into_iter().enumerate() {
        let key = put(&mut state, &facts(n, name, preview, minutes, unread));
        state.inbox.change(key, |row| match n {
            0 => {
                row.assignee = clean("Ines");
                row.labels = vec![Clean::line("vip"), Clean::line("delivery")];
                row.last_inbound_at = Some(ago(180));
            }
            1 => row.priority = clean("high"),
            5 => row.status = Status::Resolved,
            6 => row.status = Status::Pending,
            _ => {}
        });
    }
    state
}

pub fn message(n: usize, direction: Direction, minutes: i64, content: Content) -> Message {
    Message {
        ids: MessageIds { id: Some(Id::new(oid(0x1000 + n))), wa: Some(Id::new(format!("wamid.{n}"))), client: None },
        direction,
        sender: None,
        content,
        delivery: Delivery::default(),
        created_at: Some(ago(minutes)),
        sent_at: None,
        reply_to: None,
        reactions: Vec::new(),
        origin: Origin::History,
    }
}

pub fn text(body: &str) -> Content {
    Content::Text { body: Clean::text(body) }
}

fn media(kind: MediaKind, caption: Option<&str>, name: Option<&str>, size: u64) -> Content {
    Content::Media(Box::new(Media {
        kind,
        caption: caption.map(Clean::line),
        filename: name.map(Clean::line),
        mime: None,
        size: Some(size),
        url: None,
    }))
}

fn sent(mut message: Message, rank: Rank) -> Message {
    message.delivery.rank = rank;
    message
}

/// The same with Maria's thread open: one message of every kind.
pub fn open(columns: u16, rows: u16) -> State {
    use Direction::{Inbound, Note, Outbound};
    let mut state = inbox(columns, rows);
    let key = ConversationKey(0);
    let mut messages = vec![
        message(0, Inbound, 1_600, text("Hola, hice un pedido el lunes.")),
        sent(message(1, Outbound, 1_590, text("Hola Maria, lo miro ahora mismo.")), Rank::Read),
        message(2, Inbound, 190, media(MediaKind::Image, Some("the receipt"), Some("IMG_2041.jpg"), 120_400)),
        message(3, Inbound, 189, media(MediaKind::Voice, None, None, 48_000)),
        message(
            4,
            Inbound,
            188,
            Content::Location {
                latitude: Degrees(40.416_77),
                longitude: Degrees(-3.703_79),
                label: clean("Puerta del Sol, Madrid"),
            },
        ),
        sent(
            message(
                5,
                Outbound,
                185,
                text(
                    "Gracias. It left our warehouse this morning and should reach you on Tuesday; the carrier will write to you with a two-hour slot the evening before.",
                ),
            ),
            Rank::Delivered,
        ),
        message(6, Note, 184, text("She called twice already, be kind.")),
        sent(
            message(
                7,
                Outbound,
                183,
                Content::Template { name: Clean::line("order_update"), body: clean("Your order 1042 has shipped.") },
            ),
            Rank::Sent,
        ),
        message(8, Inbound, 182, Content::Choice { title: Clean::line("Track my order") }),
        sent(message(9, Outbound, 181, text("One moment")), Rank::Queued),
        message(10, Inbound, 12, text("وأين طلبي؟ 🙏 宅配はいつ届きますか")),
        message(11, Inbound, 11, text("Hello??")),
        message(12, Inbound, 10, Content::Contacts { names: vec![Clean::line("Pedro López"), Clean::line("Casa")] }),
        message(13, Inbound, 9, Content::Unsupported { kind: Clean::line("poll") }),
        sent(message(14, Outbound, 3, text("I am so sorry about this, let me call the carrier.")), Rank::Sent),
        message(15, Inbound, 2, text("¿Y mi pedido? 🙏")),
    ];
    messages[1].reactions = vec![
        Reaction { direction: Inbound, emoji: Clean::line("👍") },
        Reaction { direction: Outbound, emoji: Clean::line("❤️") },
    ];
    messages[5].sender = clean("Roberto Gómez");
    messages[5].reply_to = Some(Id::new(oid(0x1000)));
    messages[11].origin = Origin::Missed;
    messages[14].delivery.failure = Some(Failure { code: clean("131047"), reason: clean("Re-engagement message") });
    let view = state.threads.open(key);
    for message in messages {
        view.thread.insert(message);
    }
    view.latest = Loading::Done;
    view.new_from = Some(10);
    state.open = Some(key);
    state.inbox.select(key);
    state.composer.turn_to(Some(key));
    state
}

/// The same with rooms and events.
pub fn traffic(columns: u16, rows: u16) -> State {
    let mut state = open(columns, rows);
    let room = |id: &str, key, emitted: &str, stage| RoomReport {
        id: Id::new(id),
        key,
        emitted: Clean::line(emitted),
        stage,
        note: None,
        epoch: 3,
    };
    state.rooms.report(room(ACCOUNT, None, "subscribe_conversations", RoomStage::Wanted), ago(42));
    state.rooms.report(room(ACCOUNT, None, "subscribe_conversations", RoomStage::Emitted), ago(42));
    state.rooms.confirm(&Id::new(ACCOUNT), ago(30));
    for (n, stage) in [(0, RoomStage::Acknowledged), (1, RoomStage::Stale), (2, RoomStage::Emitted)] {
        let join = format!(r#"join_conversation {{"conversationId":"{}"}}"#, oid(n));
        let key = u32::try_from(n).ok().map(ConversationKey);
        for stage in [RoomStage::Wanted, RoomStage::Emitted, stage] {
            state.rooms.report(room(&oid(n), key, &join, stage), ago(20));
        }
    }
    state.rooms.confirm(&Id::new(oid(0)), ago(3));
    for n in 0..40 {
        state.timeline.push(entry(n));
    }
    state.timeline.drawn(now());
    state
}

pub fn entry(n: u64) -> Entry {
    let key = ConversationKey(u32::try_from(n % 5).unwrap_or(0));
    let id = oid(usize::try_from(n % 5).unwrap_or(0));
    let verdict = match n % 8 {
        0 | 7 => Verdict::Routed { key: ConversationKey(0) },
        1 | 2 => Verdict::Background { key },
        3 => Verdict::Unknown { id: Id::new(oid(77)) },
        4 => Verdict::NoId,
        5 => Verdict::Duplicate { key },
        _ => Verdict::NotInDialect,
    };
    let rescued = n % 8 == 7;
    let sent = if rescued { composite(0) } else { id };
    let at = now()
        .saturating_sub(SignedDuration::from_millis(9_000 - i64::try_from(n).unwrap_or(0) * 7))
        .unwrap_or_default();
    let names = ["new_message", "conversation_update", "message_status", "typing"];
    let raw = format!(
        r#"[{{"conversationId":"{sent}","message":{{"_id":"{}","waMessageId":"wamid.U0VF{n}","messageType":"text","content":{{"text":"¿Y mi pedido? 🙏 \u001b[31m","templateParams":[]}},"direction":"inbound"}},"timestamp":"{at}"}}]"#,
        oid(0x2000)
    );
    Entry {
        seq: n + 1,
        epoch: 3,
        received: at,
        routed: at,
        drawn: None,
        name: names[usize::try_from(n % 4).unwrap_or(0)].into(),
        about: About { kind: Kind::ALL[usize::try_from(n % 4).unwrap_or(0)], ..About::default() },
        bytes: raw.len(),
        raw: raw.into(),
        cut: None,
        ack: None,
        record: MatchRecord {
            broadcast_conversation_id: Some(Id::new(sent.as_str())),
            selected_contact_id: Some(Id::new(oid(0))),
            selected_contact_phone: clean("+923000000000"),
            message_from: clean("+923000000000"),
            message_type: clean("text"),
            matched: n.is_multiple_of(8),
            timestamp: Some(at),
        },
        rule: verdict.key().map(|_| if rescued { Rule::Composite } else { Rule::Exact }),
        verdict,
        pointer: Some("/conversationId".into()),
        compared: vec![
            Comparison {
                rule: Rule::Exact,
                theirs: Clean::line(&sent),
                ours: Clean::line(&oid(0)),
                equal: n.is_multiple_of(8),
            },
            Comparison {
                rule: Rule::Composite,
                theirs: Clean::line(&sent),
                ours: Clean::line(&composite(0)),
                equal: rescued,
            },
        ],
        room: Some(Id::new(oid(0))),
        rescued,
        conversation: Some(key),
        injected: false,
    }
}

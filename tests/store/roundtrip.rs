//! Whatever is given comes back as it was.

use std::sync::LazyLock;

use proptest::prelude::*;
use switchboard::chat::message::Degrees;
use switchboard::chat::{
    Content, Conversation, ConversationKey, Delivery, DeliveryState, DeliveryUpdate, Direction, Failure, Id, Media,
    MediaKind, Message, MessageIds, Origin, Phone, Rank, Reaction, Status,
};
use switchboard::store::{Command, Place, StoredConversation};
use switchboard::text::Clean;
use tokio::runtime::Runtime;

use crate::{NOW, Setup, at, messages};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

fn clean() -> impl Strategy<Value = Clean> {
    "\\PC{0,40}".prop_map(|raw| Clean::text(&raw))
}

fn time() -> impl Strategy<Value = jiff::Timestamp> {
    (0..NOW, 0..1_000_000_000_i32)
        .prop_map(|(second, nanosecond)| jiff::Timestamp::new(second, nanosecond).expect("a time"))
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        clean().prop_map(|body| Content::Text { body }),
        (clean(), proptest::option::of(clean()), any::<Option<u64>>()).prop_map(|(name, caption, size)| {
            Content::Media(Box::new(Media {
                kind: MediaKind::Document,
                caption,
                filename: Some(name),
                mime: None,
                size,
                url: Some("https://x/\u{202e}".into()),
            }))
        }),
        (-9_000_000..9_000_000_i32, clean()).prop_map(|(degrees, label)| Content::Location {
            latitude: Degrees(f64::from(degrees) / 100_000.0),
            longitude: Degrees(-f64::from(degrees) / 50_000.0),
            label: Some(label),
        }),
        proptest::collection::vec(clean(), 0..3).prop_map(|names| Content::Contacts { names }),
        (clean(), proptest::option::of(clean())).prop_map(|(name, body)| Content::Template { name, body }),
        clean().prop_map(|title| Content::Choice { title }),
        clean().prop_map(|emoji| Content::Reaction { to: "m".into(), emoji }),
        clean().prop_map(|summary| Content::Order { summary }),
        clean().prop_map(|body| Content::System { body }),
        clean().prop_map(|kind| Content::Unsupported { kind }),
    ]
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let state = prop_oneof![
        prop_oneof![Just(Rank::Sent), Just(Rank::Delivered), Just(Rank::Played)].prop_map(DeliveryState::Reached),
        clean().prop_map(|reason| DeliveryState::Failed(Failure { code: None, reason: Some(reason) })),
    ];
    proptest::collection::vec((state, proptest::option::of(time())), 0..4).prop_map(|reports| {
        let mut delivery = Delivery::default();
        for (state, at) in reports {
            delivery.apply(&DeliveryUpdate { state, at });
        }
        delivery
    })
}

fn message() -> impl Strategy<Value = Message> {
    let ids = (any::<bool>(), any::<bool>(), any::<bool>(), "\\PC{1,12}");
    let rest = (proptest::option::of(clean()), proptest::option::of(time()), clean());
    (ids, content(), delivery(), time(), rest).prop_map(|((id, wa, client, raw), content, delivery, created, rest)| {
        let (sender, sent_at, emoji) = rest;
        let named = |yes: bool, kind: &str| yes.then(|| Id::new(format!("{kind}{raw}")));
        Message {
            ids: MessageIds { id: named(id || !wa, "id"), wa: named(wa, "wa"), client: named(client, "client") },
            direction: Direction::Outbound,
            sender,
            content,
            delivery,
            created_at: Some(created),
            sent_at,
            reply_to: Some("other".into()),
            reactions: vec![Reaction { direction: Direction::Inbound, emoji }],
            origin: Origin::History,
        }
    })
}

fn conversation() -> impl Strategy<Value = StoredConversation> {
    let texts = (proptest::option::of(clean()), clean(), proptest::collection::vec(clean(), 0..3));
    (texts, any::<u32>(), proptest::option::of(time()), "\\PC{1,12}").prop_map(|(texts, unread, last_at, raw)| {
        let (name, status, labels) = texts;
        let row = Conversation {
            key: ConversationKey(1),
            id: Id::new(raw.clone()),
            page_id: "page".into(),
            account: Some("9007199254740993".into()),
            line: None,
            phone: Phone::parse("+92 300 1234574"),
            name,
            preview: None,
            last_at,
            last_inbound_at: last_at,
            unread,
            status: Status::Other(status),
            assignee: labels.first().cloned(),
            labels,
            priority: None,
            snoozed_until: None,
        };
        StoredConversation::of(&row, vec![Id::new(raw), "a_b_923001234574".into()], vec!["lid".into()])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn messages_come_back_as_they_were(page in proptest::collection::vec(message(), 0..12)) {
        // Each has ids of its own.
        let mut page = page;
        for (n, message) in page.iter_mut().enumerate() {
            for id in [&mut message.ids.id, &mut message.ids.wa, &mut message.ids.client].into_iter().flatten() {
                *id = Id::new(format!("{n}{}", id.as_str()));
            }
        }
        let back = RUNTIME.block_on(async {
            let mut desk = Setup::default().open(Place::Memory);
            desk.send(messages("c1", page.clone()));
            desk.send(messages("c1", page.clone()));
            desk.thread("c1", 1_000).await
        });
        prop_assert!(back.is_sorted_by_key(|message| message.created_at.map(|at| at.as_millisecond())));
        let sorted = |mut all: Vec<Message>| {
            all.sort_by(|a, b| a.ids.iter().cmp(b.ids.iter()));
            all
        };
        prop_assert_eq!(sorted(back), sorted(page));
    }

    #[test]
    fn conversations_come_back_as_they_were(rows in proptest::collection::vec(conversation(), 0..8)) {
        let mut rows = rows;
        for (n, row) in rows.iter_mut().enumerate() {
            row.id = Id::new(format!("{n}{}", row.id.as_str()));
            row.names[0] = row.id.clone();
        }
        let back = RUNTIME.block_on(async {
            let mut desk = Setup::default().open(Place::Memory);
            desk.send(Command::Conversations(rows.clone()));
            desk.started().await.conversations
        });
        let sorted = |mut all: Vec<StoredConversation>| {
            all.sort_by(|a, b| a.id.cmp(&b.id));
            all
        };
        prop_assert_eq!(sorted(back.clone()), sorted(rows));
        for row in &back {
            let made = Conversation::from_facts(ConversationKey(1), &row.facts()).expect("a name");
            prop_assert_eq!(StoredConversation::of(&made, row.names.clone(), row.links.clone()), row.clone());
        }
        prop_assert!(back.iter().all(|row| row.last_at.is_none_or(|last| last <= at(NOW))));
    }
}

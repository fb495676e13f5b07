use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::super::dice::Dice;
use super::super::script::{Content, Demo, State};
use super::super::{files, history};
use super::*;
use crate::server::db::seed::SeedMessage;
use crate::server::db::status::Direction;

/// The types of reference messages that customers can send, and templates.
const KINDS: [&str; 15] = [
    "audio",
    "button",
    "contacts",
    "document",
    "image",
    "interactive",
    "location",
    "order",
    "reaction",
    "sticker",
    "system",
    "template",
    "text",
    "unsupported",
    "video",
];

fn texts(demo: &Demo) -> Vec<String> {
    media::said(demo)
        .filter_map(|said| match &said.content {
            Content::Text(text) => Some(text.clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn there_are_forty_conversations_and_more_on_two_lines_in_many_languages() {
    let demo = demo();
    assert!(demo.conversations.len() >= 40, "{}", demo.conversations.len());
    assert_eq!((demo.lines.len(), demo.agents.len()), (2, 3));
    let languages: BTreeSet<_> = demo.conversations.iter().map(|one| one.customer.language.as_str()).collect();
    assert!(languages.len() >= 20, "{languages:?}");
    for line in 0..2 {
        assert!(demo.conversations.iter().filter(|one| one.customer.line == line).count() >= 15);
    }
    for state in [State::Open, State::Pending, State::Closed] {
        assert!(demo.conversations.iter().any(|one| one.state == state), "{state:?}");
    }
}

#[test]
fn every_message_type_occurs_and_so_does_every_way_of_an_interactive_reply() {
    let demo = demo();
    let kinds: BTreeSet<_> = media::said(&demo).map(|said| said.content.kind()).collect();
    assert_eq!(kinds, BTreeSet::from(KINDS));
    let any = |is: fn(&Content) -> bool| media::said(&demo).any(|said| is(&said.content));
    assert!(any(|content| matches!(content, Content::ButtonReply { .. })));
    assert!(any(|content| matches!(content, Content::ListReply { .. })));
    assert!(any(|content| matches!(content, Content::FormReply { .. })));
    assert!(media::said(&demo).any(|said| said.quotes.is_some()));
}

#[test]
fn nobody_is_there_twice_and_every_phone_is_a_number() {
    let demo = demo();
    let (mut seen, mut hidden) = (BTreeSet::new(), 0);
    let newcomers = demo.newcomers.iter().map(|one| &one.customer);
    for customer in demo.conversations.iter().map(|one| &one.customer).chain(newcomers) {
        assert!(seen.insert(&customer.address), "{customer:?}");
        if let Some(phone) = customer.phone() {
            assert!((10..=15).contains(&phone.len()) && phone.bytes().all(|b| b.is_ascii_digit()), "{customer:?}");
        }
        hidden += usize::from(customer.user_id().is_some());
        assert!(!customer.address.starts_with("4477009005"), "kept for customers made up on the spot: {customer:?}");
        let base = customer.language.split('-').next().unwrap();
        assert!(demo.small_talk.languages.iter().any(|(name, _)| name == base), "{customer:?}");
    }
    assert_eq!(hidden, 2, "customers who hide their phone");
}

#[test]
fn histories_run_forward_and_unread_counts_can_be_true() {
    for conversation in &demo().conversations {
        let name = &conversation.customer.name;
        assert!(conversation.history.is_sorted_by(|one, two| one.ago >= two.ago), "{name}");
        let since_reply = conversation.history.iter().rev().take_while(|past| past.by.is_none());
        let unread = since_reply.filter(|past| past.said.content.kind() != "reaction").count();
        assert!(conversation.unread as usize <= unread, "{name}: {} of {unread}", conversation.unread);
    }
}

#[test]
fn hostile_long_and_mixed_texts_are_there() {
    let demo = demo();
    let texts = texts(&demo);
    let any = |what: &str| texts.iter().any(|text| text.contains(what));
    for what in [
        "\u{1b}[2J",
        "\u{1b}]0;",
        "\u{1b}]52;c;",
        "\u{1b}]8;;",
        "\u{9b}",
        "\u{9d}",
        "\u{202e}",
        "\u{200b}",
        "\0",
        "\r",
        "👩‍👩‍👧‍👦",
        "👍🏿",
        "🏳️‍🌈",
        "🇿🇦",
        "e\u{301}",
        "AH-20431",
    ] {
        assert!(any(what), "{what:?}");
    }
    assert!(texts.iter().any(|text| text.chars().count() >= 2000 && text.contains(' ')));
    assert!(texts.iter().any(|text| text.len() >= 10_000 && !text.contains(char::is_whitespace)));
}

#[test]
fn windows_are_open_and_expired_and_sends_have_failed() {
    let demo = demo();
    let codes: BTreeSet<_> =
        demo.conversations.iter().flat_map(|one| &one.history).filter_map(|past| past.error).collect();
    assert!(codes.contains(&131_026) && codes.contains(&131_047), "{codes:?}");
    let people: Vec<_> = demo
        .conversations
        .iter()
        .map(|one| super::super::people::Person::with_history(Dice(1), one).window_open(Duration::ZERO))
        .collect();
    assert!(people.iter().filter(|open| !**open).count() >= 8);
    assert!(people.iter().filter(|open| **open).count() >= 20);
}

#[test]
fn the_seed_is_relative_to_now_and_its_ids_are_unique() {
    let demo = demo();
    let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let seed = history::seed(&demo, Dice(1), now);
    let later = history::seed(&demo, Dice(1), now + SignedDuration::from_hours(5));
    let account = &seed.accounts[0];
    assert_eq!(account.conversations.len(), demo.conversations.len());

    let ids: BTreeSet<_> = account.conversations.iter().map(|one| one.id.clone().unwrap()).collect();
    assert_eq!(ids.len(), account.conversations.len());
    assert!(ids.iter().all(|id| id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit())));
    let messages: Vec<&SeedMessage> = account.conversations.iter().flat_map(|one| &one.messages).collect();
    let wamids: BTreeMap<_, _> = messages.iter().map(|message| (message.wamid.clone().unwrap(), *message)).collect();
    assert_eq!(wamids.len(), messages.len());

    let moved = later.accounts[0].conversations.iter().flat_map(|one| &one.messages);
    for (message, moved) in messages.iter().zip(moved) {
        assert!(message.at < now);
        assert_eq!(moved.at.duration_since(message.at), SignedDuration::from_hours(5));
        if let Some(quoted) = &message.context {
            assert!(wamids.contains_key(quoted));
        }
        if message.kind == "reaction" {
            let about = wamids[message.content["messageId"].as_str().unwrap()];
            assert!(about.at <= message.at && about.kind != "reaction");
        }
        if message.kind == "template" {
            assert_eq!(message.direction, Direction::Outbound);
        }
    }
}

#[test]
fn every_file_that_is_sent_can_be_fetched() {
    let demo = demo();
    for said in media::said(&demo) {
        if let Content::Media(wanted) = &said.content {
            let found = media::find(&demo, &media::id(wanted)).unwrap();
            assert_eq!((found.kind.word(), &found.name), (wanted.kind.word(), &wanted.name));
            assert!(!media::bytes(wanted).is_empty());
        }
    }
    assert_eq!(media::find(&demo, "demo-image-0"), None);
}

#[test]
fn pictures_and_documents_are_well_formed() {
    let png = files::png("sofa");
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    // The checksum of an empty IEND chunk, as it stands at the end of every PNG.
    assert!(png.ends_with(b"IEND\xae\x42\x60\x82"));
    assert_ne!(png, files::png("bed"));

    let pdf = String::from_utf8(files::pdf("invoice (1).pdf")).unwrap();
    let table: usize = pdf.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
    assert!(pdf[table..].starts_with("xref"));
    for (index, row) in pdf[table..].lines().skip(3).take(5).enumerate() {
        let at: usize = row[..10].parse().unwrap();
        assert!(pdf[at..].starts_with(&format!("{} 0 obj", index + 1)));
    }
    assert!(pdf.contains("invoice ?1?.pdf"));

    let ogg = files::ogg(7);
    assert_eq!(ogg.windows(4).filter(|four| four == b"OggS").count(), 4);
    let webp = files::webp();
    assert_eq!(u32::from_le_bytes(webp[4..8].try_into().unwrap()) as usize + 8, webp.len());
}

#[test]
fn a_script_that_cannot_be_says_where_and_why() {
    let shop = "[account]\nid='1'\nname='x'\n[[line]]\nkey='a'\nid='1'\nwaba='2'\nname='n'\nphone='+1'\n";
    for (text, why) in [
        ("[[conversation]]\nname='N'\nphone='1'\nlanguage='en'\nline='b'\nhistory=[]", "no such line: b"),
        (
            "[[conversation]]\nname='N'\nphone='1'\nlanguage='en'\nline='a'\nhistory=[{ago='1h', text='x', image='y'}]",
            "not text and image",
        ),
        (
            "[[conversation]]\nname='N'\nphone='1'\nlanguage='en'\nline='a'\nhistory=[{ago='soon', text='x'}]",
            "\"soon\" is no length of time",
        ),
        (
            "[[conversation]]\nname='N'\nphone='1'\nlanguage='en'\nline='a'\nhistory=[]\nnext=[{ago='1h', text='x'}]",
            "`ago` belongs to messages of the history",
        ),
        ("[[conversation]]\nname='N'\ncolour='red'", "unknown field `colour`"),
    ] {
        let error = parse::demo(&[("shop", shop), ("bad", text)]).unwrap_err();
        assert_eq!(error.file, "bad");
        assert!(error.to_string().contains(why), "{error}");
    }
}

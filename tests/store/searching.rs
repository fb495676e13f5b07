//! Words in any script.

use switchboard::chat::{Content, Id, Media, MediaKind};
use switchboard::text::Clean;

use crate::{Desk, NOW, file_in, folder, messages, text};

const TEXTS: &[(&str, &str)] = &[
    ("latin", "Where is my Überraschung from the Café?"),
    ("arabic", "مَرحَباً، أين طلبي؟ شكــراً"),
    ("chinese", "我的订单在哪里?请尽快发货"),
    ("japanese", "注文したコーヒーはまだですか"),
    ("thai", "สวัสดีครับ สินค้าของฉันอยู่ที่ไหน"),
    ("korean", "주문한 상품이 언제 도착하나요"),
    ("hindi", "मेरा ऑर्डर कहाँ है"),
    ("emoji", "Thanks 🎉 we are 👨‍👩‍👧 happy"),
    ("quotes", "she said \"AND\" OR* (NOT) 100% a_b"),
];

async fn desk(folder: &tempfile::TempDir) -> Desk {
    let desk = Desk::on(&file_in(folder));
    let all = TEXTS.iter().zip(0..).map(|((id, body), n)| text(id, body, NOW + n)).collect();
    desk.send(messages("c1", all));
    desk
}

#[tokio::test]
async fn words_are_found_in_every_script() {
    let folder = folder();
    let mut desk = desk(&folder).await;
    for (query, id) in [
        ("überraschung", "latin"),
        ("uberrasch", "latin"),
        ("CAFE", "latin"),
        ("is my", "latin"),
        ("مرحبا", "arabic"),
        ("شكرا", "arabic"),
        ("طل", "arabic"),
        ("订单在", "chinese"),
        ("发货", "chinese"),
        ("货", "chinese"),
        ("コーヒー", "japanese"),
        ("まだ", "japanese"),
        ("สินค้า", "thai"),
        ("ฉัน", "thai"),
        ("ไห", "thai"),
        ("상품", "korean"),
        ("ऑर्डर", "hindi"),
        ("🎉", "emoji"),
        ("👨‍👩‍👧", "emoji"),
        ("🎉 happy", "emoji"),
        ("\"and\"", "quotes"),
        ("or*", "quotes"),
        ("100%", "quotes"),
        ("a_b", "quotes"),
    ] {
        let hits = desk.search(query).await;
        let found: Vec<_> = hits.iter().filter_map(|hit| hit.ids.id.as_ref().map(Id::as_str)).collect();
        assert_eq!(found, [id], "{query}");
        assert_eq!(hits[0].conversation, Id::from("c1"));
        let (_, body) = TEXTS.iter().find(|(of, _)| *of == id).expect("there");
        assert_eq!(*hits[0].snippet, **body, "short texts are shown whole");
    }
    for query in ["überraschend", "%", "_x", "", "   ", "where nowhere", "订单货", "*", "\""] {
        let hits = desk.search(query).await;
        let found: Vec<_> = hits.iter().filter_map(|hit| hit.ids.id.as_ref().map(Id::as_str)).collect();
        let expected: &[&str] = match query {
            "%" | "*" | "\"" => &["quotes"],
            _ => &[],
        };
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test]
async fn the_newest_comes_first_and_no_more_than_asked() {
    let folder = folder();
    let mut desk = Desk::on(&file_in(&folder));
    let page = (0..60).map(|n| text(&format!("m{n}"), "the same words", NOW - 100 + n)).collect();
    desk.send(messages("c1", page));
    for query in ["same words", "th"] {
        let hits = desk.search(query).await;
        assert_eq!(hits.len(), 50);
        assert_eq!(hits[0].ids.id, Some("m59".into()));
        assert!(hits.is_sorted_by(|a, b| a.at >= b.at));
    }
}

#[tokio::test]
async fn a_caption_is_found_and_a_snippet_is_safe_to_draw() {
    let folder = folder();
    let mut desk = Desk::on(&file_in(&folder));
    let mut picture = text("m1", "", NOW);
    let caption =
        Clean::text(&format!("{}\u{1b}[31mthe\u{202e} receipt\nof today {}", "long ".repeat(50), "end ".repeat(90)));
    picture.content = Content::Media(Box::new(Media {
        kind: MediaKind::Image,
        caption: Some(caption),
        filename: None,
        mime: None,
        size: None,
        url: None,
    }));
    desk.send(messages("c1", vec![picture]));
    let hits = desk.search("receipt").await;
    assert_eq!(hits.len(), 1);
    let snippet = &hits[0].snippet;
    assert!(snippet.starts_with('…') && snippet.ends_with('…') && snippet.contains("receipt of today"), "{snippet}");
    assert!(!snippet.chars().any(|c| c.is_control() || c == '\u{202e}'));
}

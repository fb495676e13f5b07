use secrecy::ExposeSecret;

use super::*;
use crate::chat::message::Degrees;
use crate::chat::{Content, Direction, MediaKind, Rank, Status};
use crate::text::Clean;

#[test]
fn login_and_identity_name_the_account() {
    let (token, identity) = dialect().login(sample("login").as_bytes(), None, None).unwrap();
    assert_eq!(token.expose_secret(), "eyJ.sample.token");
    assert_eq!(identity.account, Some(ACCOUNT.into()));
    assert_eq!(dialect().identity(sample("me").as_bytes()).unwrap().account, Some(ACCOUNT.into()));
    let problem = dialect().login(br#"{"success":true}"#, None, None).unwrap_err();
    assert_eq!(problem.to_string(), "the login: no token at /token");
}

#[test]
fn only_active_lines_are_given() {
    let lines = dialect().lines(sample("phone-numbers").as_bytes()).unwrap();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(line.id, LINE.into());
    assert_eq!((line.name.as_deref(), line.phone.as_deref()), (Some("Acceptance Line"), Some("+92 300 1234567")));
}

#[test]
fn the_list_gives_every_row_or_says_why_not() {
    let page = dialect().list_page(sample("conversations").as_bytes(), None).unwrap();
    assert_eq!(page.rows.len(), 2);
    assert_eq!(page.unreadable.first().map(|problem| problem.pointer.as_str()), Some("/conversations/2"));
    let row = page.rows.first().unwrap();
    assert_eq!(row.ids.len(), 1, "_id and conversationId are equal here");
    assert_eq!(row.page_id, Some("6b02ca344e517f5f5b27e3b5".into()));
    assert_eq!((row.unread, row.status.clone()), (Some(4), Some(Status::Open)));
    assert_eq!(row.last_at, "2026-11-22T10:57:53Z".parse().ok());
    assert_eq!((row.assignee.clone(), row.labels.clone()), (Some(None), Some(vec![])));
    assert_eq!(row.name, None);
    let other = page.rows.get(1).unwrap();
    assert_eq!((other.name.as_deref(), other.status.clone()), (Some("Customer"), Some(Status::Resolved)));
    let problem = dialect().list_page(br#"{"conversations":{}}"#, None).unwrap_err();
    assert_eq!(problem.problem, "an object where a list should be");
}

#[test]
fn a_thread_is_read_with_every_kind_of_message() {
    let page = dialect().thread_page(sample("messages").as_bytes(), None).unwrap();
    let ids: Vec<_> = page.facts.iter().flat_map(|facts| &facts.ids).map(|named| named.id.as_str()).collect();
    assert_eq!(ids, [OID, COMPOSITE], "REST declares both");
    assert_eq!(page.messages.len(), 11);
    assert_eq!(page.unreadable.first().map(|problem| problem.pointer.as_str()), Some("/messages/11/direction"));
    let contents: Vec<&Content> = page.messages.iter().map(|message| &message.content).collect();
    let clean = |text: &str| Clean::line(text);
    assert_eq!(*contents[1], Content::Text { body: clean("Hello from exercise 👋") });
    let Content::Media(image) = contents[3] else { panic!() };
    assert_eq!(
        (image.kind, image.size, image.caption.as_deref()),
        (MediaKind::Image, Some(12345), Some("Photo caption 📷"))
    );
    assert_eq!(image.url.as_deref(), Some("https://example.test/x3-8.jpg"));
    assert_eq!(*contents[4], Content::Template { name: clean("hello_world"), body: None });
    assert_eq!(*contents[5], Content::Choice { title: clean("Yes") });
    assert!(matches!(contents[6], Content::Media(voice) if voice.kind == MediaKind::Voice && voice.caption.is_none()));
    let place = Content::Location { latitude: Degrees(1.5), longitude: Degrees(2.0), label: Some(clean("Cafe")) };
    assert_eq!(*contents[7], place);
    assert_eq!(*contents[8], Content::Contacts { names: vec![clean("Bo")] });
    assert_eq!(*contents[9], Content::Reaction { to: "wamid.OUT".into(), emoji: clean("👍") });
    assert_eq!(*contents[10], Content::Unsupported { kind: clean("poll_creation") });

    let failed = &page.messages[2];
    assert_eq!((failed.direction, failed.delivery.rank), (Direction::Outbound, Rank::Queued));
    let failure = failed.delivery.failure.clone().unwrap();
    assert_eq!(failure.code.as_deref(), Some("131047"));
    assert_eq!(page.messages[4].delivery.rank, Rank::Read);
    assert_eq!(page.messages[5].reply_to, Some("wamid.TPL".into()));
}

#[test]
fn an_accepted_message_has_its_ids_or_none() {
    let accepted = dialect().accepted(sample("send").as_bytes()).unwrap();
    assert_eq!((accepted.id, accepted.wa), (Some("6b02cb1d0acf9ef9219e803e".into()), Some("wamid.T1VU".into())));
    assert_eq!(dialect().accepted(b"").unwrap().id, None);
}

#[test]
fn a_refusal_keeps_its_code_and_what_lies_behind_it() {
    let refusal = |name: &str| {
        let refusal = dialect().refusal(sample(name).as_bytes());
        (refusal.code.unwrap_or_default().to_string(), refusal.reason.unwrap_or_default().to_string())
    };
    assert_eq!(refusal("refused-session").0, "SESSION_EXPIRED");
    let (code, reason) = refusal("refused-channel");
    assert_eq!(code, "MESSAGE_SEND_ERROR");
    assert_eq!(reason, "Failed to send message. Please try again. (#131047) Re-engagement message");
    assert_eq!(refusal("refused-rate").0, "RATE_LIMIT_EXCEEDED");
    assert_eq!(refusal("refused-route"), (String::new(), "Route not found".to_owned()));
    assert_eq!(dialect().refusal(b"<html>").reason, None);
}

use super::*;
use crate::chat::{Content, DeliveryState, Direction, Rank};
use crate::text::Clean;

#[test]
fn a_new_message_is_read_whole() {
    let decoded = dialect().decode_event("new_message", &sample("event-new_message"));
    assert_eq!(decoded.emitted, "2026-11-22T11:11:42.280Z".parse().ok());
    let Ok(Event::Message { evidence, message, facts }) = decoded.event else { panic!("{:?}", decoded.event) };
    let ids: Vec<_> = evidence.ids.iter().map(|named| (&*named.pointer, named.id.as_str())).collect();
    assert_eq!(ids, [("/conversationId", OID)], "an id that stands there twice is one");
    assert_eq!(evidence.broadcast_id, Some(OID.into()));
    assert_eq!((evidence.account, evidence.line), (Some(ACCOUNT.into()), Some(LINE.into())));
    assert_eq!(evidence.phone, Phone::parse("923001234574"));
    assert_eq!(evidence.message, vec!["wamid.SEJn".into(), "6b02cdeea7e8cf19424a8b0d".into()]);
    assert_eq!(facts.name, Some(Clean::line("فاطمہ علی")));
    assert_eq!(message.direction, Direction::Inbound);
    assert_eq!(message.sender, Some(Clean::line("فاطمہ علی")));
    assert_eq!(message.content, Content::Text { body: Clean::text("Salaam 👋") });
    assert_eq!(message.delivery.rank, Rank::Delivered);
    assert_eq!(message.created_at, "2026-11-22T11:11:42.276Z".parse().ok());
    assert_eq!(message.sent_at, "2026-11-22T11:11:42Z".parse().ok());
}

#[test]
fn the_same_message_comes_flat_too() {
    let Event::Message { evidence, message, facts } = event("message.received") else { panic!() };
    assert_eq!(evidence.ids.len(), 1);
    assert_eq!((evidence.account, evidence.line, evidence.phone), (None, None, None));
    assert_eq!(facts.name, Some(Clean::line("فاطمہ علی")));
    assert_eq!(message.ids.wa, Some("wamid.SEJn".into()));
}

#[test]
fn what_an_agent_sent_does_not_name_the_customer_after_the_agent() {
    let Event::Message { message, facts, .. } = event("message.sent") else { panic!() };
    assert_eq!(message.direction, Direction::Outbound);
    assert_eq!(message.sender, Some(Clean::line("Agent Smith")));
    assert_eq!(facts.name, Some(Clean::line("Dana")));
}

#[test]
fn an_update_is_led_by_its_object_id_and_knows_no_name() {
    let Event::Conversation { evidence, facts } = event("conversation_update") else { panic!() };
    let ids: Vec<_> = evidence.ids.iter().map(|named| named.id.as_str()).collect();
    assert_eq!(ids, [OID, COMPOSITE]);
    assert_eq!(evidence.broadcast_id, Some(COMPOSITE.into()));
    assert_eq!(facts.name, None, "Unknown is no name");
    assert_eq!((facts.unread, facts.preview.as_deref()), (Some(4), Some("Salaam 👋")));
    assert_eq!(facts.assignee, None, "the event says nothing of it");
}

#[test]
fn statuses_and_typing_name_what_they_can() {
    let Event::Status { evidence, update } = event("message_status") else { panic!() };
    assert!(evidence.ids.is_empty());
    assert_eq!(evidence.message, vec!["6b02cdefa7e8cf19424a8b1a".into()]);
    assert_eq!(update.state, DeliveryState::Reached(Rank::Delivered));
    let Event::Typing { evidence, who, typing, .. } = event("typing") else { panic!() };
    assert!(evidence.ids.is_empty() && typing);
    assert_eq!(who, Some(ACCOUNT.into()));
}

#[test]
fn the_rest_is_named_too() {
    assert_eq!(event("phone_status_changed"), Event::Account);
    assert_eq!(event("error"), Event::Complaint { message: Clean::line("conversationId must be a text") });
    assert_eq!(dialect().decode_event("made_up", "[{}]").event, Ok(Event::NotInDialect));
}

#[test]
fn a_failed_status_keeps_its_reason() {
    let args = r#"[{"waMessageId":"wamid.1","status":"FAILED","errorCode":131047,"errorMessage":"Re-engagement"}]"#;
    let Ok(Event::Status { update, .. }) = dialect().decode_event("message_status", args).event else { panic!() };
    let DeliveryState::Failed(failure) = update.state else { panic!() };
    assert_eq!((failure.code.as_deref(), failure.reason.as_deref()), (Some("131047"), Some("Re-engagement")));
}

#[test]
fn ids_are_never_rounded() {
    for digits in ["42", "9007199254740993", "123456789012345678901234567890"] {
        let args = format!(r#"[{{"conversationId":{digits},"message":{{"direction":"inbound","_id":{digits}}}}}]"#);
        let Ok(Event::Message { evidence, message, .. }) = dialect().decode_event("new_message", &args).event else {
            panic!()
        };
        assert_eq!(evidence.ids.first().map(|named| named.id.clone()), Some(digits.into()));
        assert_eq!(message.ids.id, Some(digits.into()));
    }
}

#[test]
fn half_an_emoji_and_escape_sequences_do_no_harm() {
    let args = r#"[{"conversationId":"c","message":{"direction":"inbound","messageType":"text","recipientName":"A\u001b]0;x\u0007","content":{"text":"cut \ud83d here \u001b[2J"}}}]"#;
    let Ok(Event::Message { message, .. }) = dialect().decode_event("new_message", args).event else { panic!() };
    let Content::Text { body } = &message.content else { panic!() };
    assert!(body.starts_with("cut \u{fffd} here"), "{body:?}");
    assert!(!body.contains('\u{1b}') && !message.sender.clone().unwrap_or_default().contains('\u{1b}'));
}

#[test]
fn what_cannot_be_read_says_where_and_why() {
    let problem = |name: &str, args: &str| dialect().decode_event(name, args).event.unwrap_err().to_string();
    for (name, args, expected) in [
        ("new_message", "[]", "the argument is missing at /0"),
        ("new_message", "nonsense", "no JSON"),
        ("new_message", r#"[{"conversationId":"c"}]"#, "no message at /message"),
        ("new_message", r#"[{"message":"x"}]"#, "a string where a message should be"),
        ("new_message", r#"[{"message":{}}]"#, "nothing says who wrote the message at /direction"),
        ("new_message", r#"[{"message":{"direction":"sideways"}}]"#, "`sideways` is no direction"),
        ("message_status", r#"[{"messageId":"m","status":"teleported"}]"#, "`teleported` is no status"),
        ("message_status", r#"[{"messageId":"m"}]"#, "no status at /status"),
        ("typing", "[{}]", "neither true nor false at /isTyping"),
    ] {
        assert!(problem(name, args).contains(expected), "{}", problem(name, args));
    }
    let deep = format!("[{}1{}]", "[".repeat(5_000), "]".repeat(5_000));
    assert!(problem("new_message", &deep).contains("no JSON"), "a deep nest is refused, not followed");
}

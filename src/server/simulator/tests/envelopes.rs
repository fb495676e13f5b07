use std::collections::BTreeSet;

use serde_json::Value;

use super::super::envelope;
use super::super::event::{About, Incoming, Progress, Step};
use super::*;
use crate::server::channel::{Outbound, OutboundContent};
use crate::server::db::status::DeliveryStatus;
use crate::server::webhook;

/// The `value` of the envelope of an event at second 1.
fn value(event: &Event) -> Value {
    let envelope = envelope::of(&demo(), event, 1).unwrap();
    assert_eq!(envelope["object"], "whatsapp_business_account");
    envelope["entry"][0]["changes"][0]["value"].clone()
}

fn status(step: Step) -> Value {
    let progress = Progress { line: 0, address: "12025550143".to_owned(), wamid: "wamid.1".to_owned(), step };
    value(&Event::Status(progress))["statuses"][0].clone()
}

#[test]
fn every_message_has_the_cloud_apis_shape() {
    let demo = demo();
    let customer = &with(&demo, "Maria López").customer;
    let about = Some(About { wamid: "wamid.0".to_owned(), from: demo.lines[0].digits() });
    let mut kinds = BTreeSet::new();
    for said in media::said(&demo).filter(|said| said.content.kind() != "template") {
        let (kind, content) = (said.content.kind(), said.content.clone());
        let (customer, about) = (customer.clone(), about.clone());
        let wamid = "wamid.1".to_owned();
        let value = value(&Event::Message(Box::new(Incoming { customer, wamid, content, about, referral: None })));
        assert_eq!(value["metadata"]["phone_number_id"], demo.lines[0].id.as_str());
        assert_eq!(value["metadata"]["display_phone_number"], "12025550101");
        let message = &value["messages"][0];
        assert_eq!((&message["type"], &message["timestamp"]), (&Value::from(kind), &Value::from("1")));
        assert_eq!(message["from"], "12025550143");
        // Every type has its object; an unsupported message has errors instead.
        assert_ne!(message[if kind == "unsupported" { "errors" } else { kind }], Value::Null, "{message}");
        // A reaction says which message it is about by itself; a notice of WhatsApp has no contact card.
        assert_eq!(message["context"].is_null(), kind == "reaction", "{message}");
        assert_eq!(value["contacts"].is_null(), kind == "system");
        kinds.insert(kind);
    }
    assert_eq!(kinds.len(), 14, "{kinds:?}");
}

#[test]
fn statuses_carry_their_word_and_failures_their_code() {
    for step in DeliveryStatus::ALL {
        let status = status(Step::Reached(step));
        assert_eq!((&status["status"], &status["id"]), (&Value::from(step.as_str()), &Value::from("wamid.1")));
        assert!(status["errors"].is_null());
    }
    let failed = status(Step::Failed(131_047));
    assert_eq!((&failed["status"], &failed["recipient_id"]), (&Value::from("failed"), &Value::from("12025550143")));
    assert_eq!(failed["errors"][0]["code"], 131_047);
    assert_eq!(failed["errors"][0]["title"], "Re-engagement message");
}

#[test]
fn typing_is_not_told_by_envelopes() {
    let demo = demo();
    let customer = with(&demo, "Zoe").customer.clone();
    assert_eq!(envelope::of(&demo, &Event::Typing { customer, typing: true }, 1), None);
}

#[test]
fn the_servers_own_webhook_reads_a_whole_run() {
    let demo = demo();
    let mut plan = plan(11, 1.0);
    for conversation in &demo.conversations {
        let line = demo.lines[conversation.customer.line].id.clone();
        let (to, content) = (conversation.customer.address.clone(), OutboundContent::Text { body: "Hello".to_owned() });
        plan.send(Duration::ZERO, &Outbound { line, to, content, context: None }).unwrap();
    }
    let (mut messages, mut statuses) = (0, 0);
    for (_, event) in events(&mut plan, 5000) {
        let Some(envelope) = envelope::of(&demo, &event, 1_763_800_000) else { continue };
        let changes = webhook::envelope::parse(envelope.to_string().as_bytes()).unwrap();
        let change = &changes[0];
        assert_eq!((changes.len(), change.messages.len() + change.statuses.len(), change.errors.len()), (1, 1, 0));
        match event {
            Event::Message(sent) => {
                let read = &change.messages[0];
                assert_eq!(change.line, demo.lines[sent.customer.line].id);
                assert_eq!(read.wamid.as_deref(), Some(sent.wamid.as_str()));
                assert_eq!(read.customer.phone.as_deref(), sent.customer.phone());
                assert_eq!(read.customer.user_id.as_deref(), sent.customer.user_id());
                assert_eq!(read.customer.name.as_deref().unwrap_or_default(), sent.customer.name);
                assert_eq!((read.at, read.echo), (Some(1_763_800_000_000), false));
                assert_eq!(read.content.kind, sent.content.kind());
                messages += 1;
            }
            Event::Status(progress) => {
                let read = &change.statuses[0];
                assert_eq!(read.wamid, progress.wamid);
                let code = match progress.step {
                    Step::Failed(code) => Some(code),
                    Step::Reached(_) => None,
                };
                assert_eq!((read.error_code, read.status == "failed"), (code, code.is_some()));
                statuses += 1;
            }
            Event::Typing { .. } => unreachable!("typing has no envelope"),
        }
    }
    assert!(messages > 1000 && statuses > 100, "{messages} {statuses}");
}

//! What a backend refuses to send: the text is back with the reason, and what was said of a message that waits ends when
//! it is known what became of it.

use std::time::Duration;

use super::*;
use crate::app::outbox::{Fate, Waits};
use crate::store::{self, Command as Store};

fn refusal(status: u16, code: Option<&str>, reason: &str, wait: Option<u64>) -> RestError {
    let retry_after = wait.map(Duration::from_secs);
    RestError::Refused { status, code: code.map(Clean::line), reason: Clean::line(reason), retry_after }
}

impl World {
    /// Sends a reply to the open conversation; our id of it.
    fn replies(&mut self, text: &str) -> Id {
        self.state.focus = Focus::Thread;
        self.key(KeyCode::Char('r'));
        self.type_text(text);
        let effects = self.key(KeyCode::Enter);
        let sent = commands(&effects).into_iter().find_map(|command| match command {
            Command::Send { client, .. } => Some(client.clone()),
            _ => None,
        });
        sent.expect("it is on the wire")
    }

    fn notice(&self) -> String {
        self.state.notice.as_ref().map(|notice| notice.text.to_string()).unwrap_or_default()
    }
}

#[test]
fn every_refusal_gives_the_text_back_with_its_reason() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    for (error, words) in [
        (
            refusal(400, Some("SESSION_EXPIRED"), "24h session expired", None),
            "the 24 h service window has ended; only a template can reopen it".to_owned(),
        ),
        (
            refusal(429, Some("RATE_LIMIT_EXCEEDED"), "Too many messages sent.", Some(59)),
            "too many messages; try again after {after} (Too many messages sent.)".to_owned(),
        ),
        (refusal(429, None, "Slow down", None), "Slow down (too many messages; wait a little)".to_owned()),
        (refusal(503, None, "Restarting", Some(59)), "try again after {after} (Restarting)".to_owned()),
        (
            refusal(400, Some("INVALID_PHONE_FORMAT"), "Use only digits.", None),
            "the customer's number is not one that WhatsApp takes: Use only digits.".to_owned(),
        ),
        (
            refusal(500, None, "Failed to send. (#131047) Re-engagement message", None),
            "the 24 h window has ended: only a template reaches them (Failed to send. (#131047) Re-engagement message)"
                .to_owned(),
        ),
        (refusal(400, Some("ODD"), "It is odd", None), "It is odd (ODD)".to_owned()),
        (refusal(404, None, "Conversation not found", None), "Conversation not found".to_owned()),
    ] {
        let client = world.replies("a careful text");
        let effects = world.report(Report::Sent { client: client.clone(), key, result: Err(error) });
        let after = world.now.checked_add(jiff::SignedDuration::from_secs(59)).unwrap();
        let words = words.replace("{after}", &after.strftime("%H:%M:%S").to_string());
        assert_eq!(world.state.composer.refusal.as_deref(), Some(&*words));
        assert_eq!(world.notice(), format!("Not sent to Customer 1: {words}"));
        assert_eq!(world.state.composer.text(), "a careful text", "{words}");
        assert!(world.state.outbox.items().is_empty() && world.texts(key).is_empty(), "{words}");
        let stores = effects.iter().filter_map(|effect| match effect {
            Effect::Store(command) => Some(command),
            _ => None,
        });
        let stores: Vec<&Store> = stores.collect();
        let draft =
            stores.iter().position(|c| matches!(c, Store::Draft { text: Some(text), .. } if text == "a careful text"));
        let gone = stores.iter().position(|command| **command == Store::Settle { client: client.clone() });
        assert!(draft.expect("a draft") < gone.expect("it goes"), "on disk as a draft before it is gone as a row");
        world.state.composer.take();
    }
}

#[test]
fn what_is_said_of_a_message_that_waits_ends_when_it_is_sent() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    let client = world.replies("hello");
    let away = || RestError::Unreachable { reason: Clean::line("refused"), before_sending: true };
    world.report(Report::Sent { client: client.clone(), key, result: Err(away()) });
    assert_eq!(world.notice(), "The message to Customer 1 waits until the backend can be reached: refused");
    let effects = world.send(Msg::Timer(Timer::Outbox));
    assert!(commands(&effects).iter().any(|command| matches!(command, Command::Send { .. })));
    let result = Ok(Accepted { id: Some(Id::new("s1")), wa: None });
    world.report(Report::Sent { client, key, result });
    assert_eq!(world.state.notice, None);

    // What was said of something else stays.
    let client = world.replies("again");
    world.report(Report::Sent { client: client.clone(), key, result: Err(away()) });
    world.state.notice.as_mut().unwrap().until = Until::Always;
    world.send(Msg::Timer(Timer::Outbox));
    let result = Ok(Accepted { id: Some(Id::new("s2")), wa: None });
    world.report(Report::Sent { client, key, result });
    assert!(world.notice().contains("waits until the backend can be reached"));
}

#[test]
fn a_message_that_waited_too_long_is_said_to_wait_for_the_agent() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    let client = world.replies("hello");
    let away = RestError::Unreachable { reason: Clean::line("refused"), before_sending: true };
    world.report(Report::Sent { client, key, result: Err(away) });
    world.now = world.now.checked_add(jiff::SignedDuration::from_mins(11)).unwrap();
    let effects = world.send(Msg::Timer(Timer::Outbox));
    assert!(!commands(&effects).iter().any(|command| matches!(command, Command::Send { .. })));
    assert_eq!(world.state.outbox.items()[0].waits, Some(Waits::Agent));
    assert!(world.notice().starts_with("The message to Customer 1 waits for you: written more than 10 minutes ago"));
}

#[test]
fn a_refusal_that_leaves_the_fate_open_is_none() {
    for code in ["IDEMPOTENCY_KEY_BUSY", "SEND_INTERRUPTED"] {
        let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
        let key = world.open(1);
        let client = world.replies("hello");
        let open = refusal(409, Some(code), "it is being worked on", None);
        let effects = world.report(Report::Sent { client: client.clone(), key, result: Err(open) });
        assert_eq!(world.state.outbox.items()[0].fate, Fate::Unconfirmed, "{code}");
        assert_eq!(world.state.composer.text(), "", "it may have been sent: it does not stand there to be sent again");
        assert!(effects.iter().any(|effect| {
            matches!(effect, Effect::Store(Store::Fate { fate: store::Fate::Unconfirmed, client: named, .. }) if *named == client)
        }));
    }
}

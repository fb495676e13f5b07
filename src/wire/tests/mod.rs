mod answers;
mod eras;
mod events;
mod exchanges;
mod requests;
mod shapes;
mod written;

use super::{Dialect, Event};
use crate::chat::{ConversationKey, Id, Phone};

const ACCOUNT: &str = "695a15a5c526dbe7c085ece2";
const LINE: &str = "1003427786179738";
const OID: &str = "6b02cde878eebeb31e40f6c0";
const COMPOSITE: &str = "695a15a5c526dbe7c085ece2_1003427786179738_923001234574";

/// A sample of the reference backend's contract.
fn sample(name: &str) -> String {
    let path = format!("{}/tests/fixtures/dialect/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn dialect() -> Dialect {
    Dialect::reference()
}

/// The event of a sample; the part of the name after a dash is not the event's.
fn event(name: &str) -> Event {
    let event = name.split('-').next().unwrap_or_default();
    dialect().decode_event(event, &sample(&format!("event-{name}"))).event.unwrap()
}

fn target() -> super::Target {
    super::Target {
        key: ConversationKey(0),
        id: Id::from(OID),
        aliases: vec![Id::from(COMPOSITE)],
        line: Some(Id::from(LINE)),
        phone: Phone::parse("+92 300 1234574"),
    }
}

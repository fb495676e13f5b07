//! Every shipped dialect against a built exchange: what its backend answers and emits, from decoding through the
//! directory into threads. The right messages must stand in the right conversations, and what is asked and emitted must
//! be what the backend takes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::dialect::Shipped;
use super::super::{Decoded, Known, Outgoing, Page, Request, Shelf, Target};
use super::*;
use crate::chat::{
    ConversationFacts, Delivery, Direction, Directory, Evidence, NameOrigin, NamedId, Outcome, Phone, Thread,
};

/// The fixture of a dialect: see any of the files.
fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/exchanges/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn shown(request: &Request) -> String {
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let headers: String = request.headers.iter().map(|(name, value)| format!(" {name}: {value}")).collect();
    format!("{} {}{query}{headers}", request.method, request.path)
}

/// What a fixture says under a key, as text.
fn text(of: &Value, key: &str) -> String {
    of.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("no `{key}` in {of}")).to_owned()
}

struct House {
    name: String,
    dialect: Dialect,
    directory: Directory,
    rows: BTreeMap<u32, ConversationFacts>,
    threads: BTreeMap<u32, Thread>,
    /// What found no conversation: the words and the outcome.
    unrouted: Vec<String>,
}

impl House {
    fn key(&self, id: &str) -> crate::chat::ConversationKey {
        let ids = vec![NamedId { pointer: "/test".into(), id: Id::from(id) }];
        match self.directory.resolve(&Evidence { ids, ..Evidence::default() }).outcome {
            Outcome::Known(key) => key,
            other => panic!("{}: {id} is {other:?}", self.name),
        }
    }

    fn target(&self, id: &str) -> Target {
        let key = self.key(id);
        let row = self.rows.get(&key.0).cloned().unwrap_or_default();
        let mut ids = self.directory.declared_ids(key);
        let id = self.directory.primary(key).unwrap().clone();
        ids.retain(|other| *other != id);
        Target { key, id, aliases: ids, line: row.line, phone: row.phone }
    }

    fn event(&mut self, name: &str, event: Result<Event, super::super::DecodeError>) {
        let event = event.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let evidence = match &event {
            Event::Message { evidence, .. }
            | Event::Conversation { evidence, .. }
            | Event::Status { evidence, .. }
            | Event::Typing { evidence, .. }
            | Event::Presence { evidence, .. }
            | Event::Merged { evidence, .. } => evidence.clone(),
            Event::Account | Event::Changed { .. } | Event::Complaint { .. } => return,
            Event::NotInDialect => return self.unrouted.push(format!("{name}: not in the dialect")),
        };
        let outcome = self.directory.resolve(&evidence).outcome;
        let Outcome::Known(key) = outcome else {
            let outcome = format!("{outcome:?}");
            let outcome = outcome.split('(').next().unwrap_or_default();
            let words = match &event {
                Event::Message { message, .. } => message.preview().to_string(),
                _ => name.to_owned(),
            };
            return self.unrouted.push(format!("{words}: {outcome}"));
        };
        match event {
            Event::Message { message, facts, .. } => {
                self.directory.observe(key, &facts);
                self.directory.index_message(&message.ids, key);
                self.threads.entry(key.0).or_default().insert(*message);
            }
            Event::Status { evidence, update } => {
                let thread = self.threads.entry(key.0).or_default();
                assert!(evidence.message.iter().any(|id| thread.apply_status(id, &update)), "{}: {name}", self.name);
            }
            Event::Conversation { facts, .. } => {
                self.directory.observe(key, &facts);
            }
            Event::Merged { gone, .. } => {
                self.directory.told_merged(key, &gone);
            }
            _ => {}
        }
    }

    /// A thread in short: who wrote, what, and how far it got.
    fn lines(&self, id: &str) -> Vec<String> {
        let Some(thread) = self.threads.get(&self.key(id).0) else { return Vec::new() };
        let line = |message: &crate::chat::Message| {
            let side = match message.direction {
                Direction::Inbound => "<",
                Direction::Outbound => ">",
                Direction::Note => "#",
            };
            let Delivery { rank, .. } = message.delivery;
            let failed = if message.delivery.failure.is_some() { " failed" } else { "" };
            let far =
                if message.direction == Direction::Outbound { format!(" ({rank:?}{failed})") } else { String::new() };
            format!("{side} {}{far}", message.preview())
        };
        thread.iter().map(line).collect()
    }
}

fn play(name: &str) {
    let fixture = fixture(name);
    let variables: BTreeMap<String, String> =
        serde_json::from_value(fixture.get("variables").cloned().unwrap_or_default()).unwrap_or_default();
    let get = |key: &str| fixture.get(key).and_then(Value::as_str);
    let dialect = Shelf::shipped().dialect(name).unwrap().unwrap_or_else(|error| panic!("{error}"));
    let dialect = dialect.bound(Known {
        given: Some(&variables),
        account: get("account"),
        line: get("line"),
        token: get("token").or(Some("t0ken")),
    });
    let rules = dialect.identity_rules(get("account").map(Id::from), false);
    let mut house = House {
        name: name.to_owned(),
        dialect,
        directory: Directory::new(rules),
        rows: BTreeMap::new(),
        threads: BTreeMap::new(),
        unrouted: Vec::new(),
    };

    if let Some(login) = fixture.get("login") {
        let cookie = login.get("cookie").and_then(Value::as_str);
        let (token, who) = house.dialect.login(login["answer"].to_string().as_bytes(), cookie, None).unwrap();
        assert_eq!(secrecy::ExposeSecret::expose_secret(&token), "t0ken", "{name}: the token");
        assert_eq!(who.id.as_ref().map(Id::as_str), login.get("id").and_then(Value::as_str), "{name}: who");
    }

    let list = &fixture["list"];
    let line = get("line").map(Id::from);
    let request = house.dialect.list_request(100, line.as_ref(), None).unwrap();
    assert_eq!(shown(&request), text(list, "request"), "{name}: the list");
    assert_eq!(request.body, list.get("body").cloned(), "{name}: the list's body");
    let page = house.dialect.list_page(list["answer"].to_string().as_bytes(), None).unwrap();
    assert_eq!(page.unreadable, [], "{name}");
    assert_eq!(page.next.as_ref().map(Id::as_str), list.get("next").and_then(Value::as_str), "{name}: the next page");
    for facts in page.rows {
        let learned = house.directory.learn(&facts, NameOrigin::Declared);
        assert_eq!(learned.conflicts, [], "{name}");
        house.rows.insert(learned.key.0, facts);
    }
    for (id, row) in fixture["rows"].as_object().into_iter().flatten() {
        let facts = &house.rows[&house.key(id).0];
        let last_at = facts.last_at.map(|at| at.to_string()).unwrap_or_default();
        let said = serde_json::json!({
            "name": facts.name.as_deref(),
            "phone": facts.phone.as_ref().map(Phone::digits),
            "unread": facts.unread,
            "last_at": last_at,
        });
        assert_eq!(said, *row, "{name}: the row of {id}");
    }

    for stretch in fixture["threads"].as_array().into_iter().flatten() {
        let id = text(stretch, "of");
        let target = house.target(&id);
        let place = stretch.get("page").and_then(Value::as_str).map(Id::from);
        let request = match house.dialect.thread_is_placed() {
            true => house.dialect.thread_request_at(&target, place.as_ref(), 100),
            false => house.dialect.thread_request(&target, &Page::Latest, 100),
        };
        let request = request.unwrap();
        assert_eq!(shown(&request), text(stretch, "request"), "{name}: the thread");
        assert_eq!(request.body, stretch.get("body").cloned(), "{name}: the thread's body");
        let page = house.dialect.thread_page(stretch["answer"].to_string().as_bytes(), place.as_ref()).unwrap();
        assert_eq!(page.unreadable, [], "{name}");
        let newest = stretch.get("newest").and_then(Value::as_str);
        assert_eq!(page.newest.as_ref().map(Id::as_str), newest, "{name}: the page of the newest");
        if newest.is_some() {
            continue;
        }
        assert_eq!(page.start, stretch.get("start").and_then(Value::as_bool), "{name}: the beginning");
        if let Some(facts) = &page.facts {
            assert_eq!(house.directory.learn(facts, NameOrigin::Declared).key, target.key, "{name}: the thread's own");
        }
        for message in page.messages {
            house.directory.index_message(&message.ids, target.key);
            house.threads.entry(target.key.0).or_default().insert(message);
        }
    }

    for frame in fixture["frames"].as_array().into_iter().flatten() {
        let event = frame[0].as_str().unwrap().to_owned();
        let Decoded { event: first, more, refetch, .. } = house.dialect.decode_event(&event, &frame[1].to_string());
        assert_eq!(refetch, frame[2].as_str() == Some("refetch"), "{name}: {event}");
        house.event(&event, first);
        for other in more {
            house.event(&event, other);
        }
    }

    for (id, expected) in fixture["expect"].as_object().unwrap() {
        let expected: Vec<String> = serde_json::from_value(expected.clone()).unwrap();
        assert_eq!(house.lines(id), expected, "{name}: {id}");
    }
    let unrouted: Vec<String> =
        serde_json::from_value(fixture.get("unrouted").cloned().unwrap_or(Value::Array(vec![]))).unwrap();
    assert_eq!(house.unrouted, unrouted, "{name}: unrouted");

    let send = &fixture["send"];
    let target = house.target(&text(send, "to"));
    let words = Outgoing::Text { body: "On its way".to_owned() };
    let request = house.dialect.send_request(&target, &words, &"c1".into(), None).unwrap();
    assert_eq!(shown(&request), text(send, "request"), "{name}: a send");
    assert_eq!(request.body, send.get("body").cloned(), "{name}: a send's body");
    assert!(!request.idempotent, "{name}: a send is never repeated");
    if let Some(answer) = send.get("answer") {
        let accepted = house.dialect.accepted(answer.to_string().as_bytes()).unwrap();
        let id = accepted.id.or(accepted.wa);
        assert_eq!(id.as_ref().map(Id::as_str), send.get("id").and_then(Value::as_str), "{name}: the sent message");
    }
    if let Some(read) = fixture.get("read") {
        let request = house.dialect.read_request(&target, Some(&"m9".into())).unwrap();
        assert_eq!(shown(&request), text(read, "request"), "{name}: mark as read");
        assert_eq!(request.body, read.get("body").cloned(), "{name}: mark as read");
    }

    let socket = &fixture["socket"];
    let credentials = house.dialect.socket_credentials(Some("t0ken"));
    assert_eq!(credentials.auth, socket.get("auth").cloned(), "{name}: the auth object");
    let secret = |pairs: &[(String, secrecy::SecretString)]| -> Vec<String> {
        pairs.iter().map(|(key, value)| format!("{key}={}", secrecy::ExposeSecret::expose_secret(value))).collect()
    };
    let said = |key: &str| -> Vec<String> {
        serde_json::from_value(socket.get(key).cloned().unwrap_or(Value::Array(vec![]))).unwrap()
    };
    assert_eq!(secret(&credentials.query), said("query"), "{name}: the handshake's query");
    assert_eq!(secret(&credentials.headers), said("headers"), "{name}: the handshake's headers");
    assert_eq!(house.dialect.namespace().as_deref(), socket.get("namespace").and_then(Value::as_str), "{name}");
    assert_eq!(house.dialect.ready_event(), socket.get("ready").and_then(Value::as_str), "{name}: ready");
    let emissions: Vec<String> =
        house.dialect.subscriptions().iter().map(|emission| emission.shown().to_string()).collect();
    assert_eq!(emissions, said("subscribe"), "{name}: subscriptions");
    let join = house.dialect.join(&target.id).map(|emission| emission.shown().to_string());
    assert_eq!(join.as_deref(), socket.get("join").and_then(Value::as_str), "{name}: join");
}

macro_rules! exchanges {
    ($($test:ident: $name:literal),* $(,)?) => {
        $(#[test]
        fn $test() {
            play($name);
        })*

        #[test]
        fn every_shipped_dialect_has_an_exchange() {
            let names: Vec<&str> = Shipped::ALL.iter().map(|shipped| shipped.name).collect();
            assert_eq!(names, [$($name),*]);
        }
    };
}

exchanges! {
    reference: "reference",
    switchboard: "switchboard",
    whaticket: "whaticket",
    ticketz: "ticketz",
    whatsapp_builder: "whatsapp-builder",
    whatsapp_saas: "whatsapp-saas",
    lead_crm: "lead-crm",
    everlast_crm: "everlast-crm",
    agent_crm: "agent-crm",
    multi_account: "multi-account",
    livechat_clone: "livechat-clone",
    phone_dashboard: "phone-dashboard",
    workspace_crm: "workspace-crm",
    evolution_api: "evolution-api",
    wppconnect_server: "wppconnect-server",
}

//! An hour of healthy traffic on a simulated clock: no finding but good ones.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use switchboard::app::{Effect, Focus, Input, Msg, State, evidence, update};
use switchboard::backend::{
    BackendConfig, Command, Frame, Health, Page, Purpose, Report, RoomReport, RoomStage, Session, SessionState,
    TokenSource,
};
use switchboard::chat::Id;
use switchboard::commands::doctor::Plan;
use switchboard::config::Profile;
use switchboard::inspect::diagnose;
use switchboard::inspect::evidence::Address;
use switchboard::text::Clean;
use switchboard::wire::{Dialect, Identity};

const ACCOUNT: &str = "695a15a5c526dbe7c085ece2";
const LINE: &str = "1003427786179738";
const CUSTOMERS: usize = 40;

/// A backend that does everything right, and the program in front of it.
struct Hour {
    state: State,
    dialect: Dialect,
    now: Timestamp,
    begun: Timestamp,
    seq: u64,
    messages: Vec<Vec<Value>>,
    unread: Vec<u32>,
    session: Session,
}

fn oid(kind: u32, number: usize) -> String {
    format!("6b02{kind:04x}{number:016x}")
}

fn phone(customer: usize) -> String {
    format!("9230012{customer:05}")
}

impl Hour {
    fn begin() -> Self {
        let begun: Timestamp = "2026-11-22T08:00:00Z".parse().expect("a time");
        let profile = Profile::new("http://localhost:5050".parse().expect("a URL"));
        let config = BackendConfig::new(profile.clone(), Arc::new(Dialect::reference()), TokenSource::fixed("t"));
        let mut state = Plan::new(config).expect("a plan").state;
        state.address = Address::of(&profile, &Dialect::reference());
        state.size = (160, 50);
        let mut session = Session::starting(begun);
        session.state = SessionState::Live;
        session.epoch = 1;
        session.transport = Some("websocket");
        (session.rest, session.socket) = (Health::Well, Health::Well);
        session.heartbeat = Some((Duration::from_secs(25), Duration::from_secs(20)));
        let messages = vec![Vec::new(); CUSTOMERS];
        let dialect = Dialect::reference();
        let mut hour =
            Self { state, dialect, now: begun, begun, seq: 0, messages, unread: vec![0; CUSTOMERS], session };
        hour.report(Report::Identity(Identity { account: Some(Id::from(ACCOUNT)), ..Identity::default() }));
        for customer in 0..CUSTOMERS {
            let message = hour.message(customer, "inbound");
            hour.messages[customer].push(message);
        }
        hour.ping();
        hour.list(Purpose::Asked);
        hour.room("subscribe_conversations", "subscribe_conversations");
        hour
    }

    fn tell(&mut self, msg: Msg) {
        for effect in update(&mut self.state, self.now, msg) {
            let Effect::Backend(command) = effect else { continue };
            match command {
                Command::FetchThread { target, limit, purpose, .. } => {
                    let Some(customer) = (0..CUSTOMERS).find(|at| oid(1, *at) == target.id.as_str()) else { continue };
                    let body = json!({ "messages": self.messages[customer], "conversation": self.row(customer) });
                    let result = self.dialect.thread_page(body.to_string().as_bytes(), None).map_err(|e| panic!("{e}"));
                    let (key, page, epoch) = (target.key, Page::Latest, 1);
                    self.report(Report::Thread { key, page, limit, purpose, epoch, result });
                }
                Command::Watch { open: Some(target), .. } => {
                    let emitted = format!("join_conversation {{\"conversationId\":\"{}\"}}", target.id.as_str());
                    self.room(target.id.as_str(), &emitted);
                }
                _ => {}
            }
        }
        update(&mut self.state, self.now, Msg::Drawn);
    }

    fn report(&mut self, report: Report) {
        self.tell(Msg::Backend(report));
    }

    fn room(&mut self, id: &str, emitted: &str) {
        let key = self.state.open.filter(|_| id != "subscribe_conversations");
        let (id, emitted) = (Id::new(id), Clean::line(emitted));
        let stage = RoomStage::Acknowledged;
        self.report(Report::Room(RoomReport { id, key, emitted, stage, note: None, epoch: 1 }));
    }

    fn ping(&mut self) {
        self.session.last_frame = Some(self.now);
        self.session.as_of = self.now;
        self.report(Report::Session(Box::new(self.session.clone())));
    }

    fn row(&self, customer: usize) -> Value {
        let last = self.messages[customer].last();
        json!({
            "_id": oid(1, customer), "conversationId": oid(1, customer), "accountId": ACCOUNT, "phoneNumberId": LINE,
            "userPhone": phone(customer), "userName": format!("Customer {customer}"), "status": "open",
            "unreadCount": self.unread[customer], "lastMessageAt": last.map(|last| last["createdAt"].clone()),
            "lastMessagePreview": last.map(|last| last["content"]["text"].clone()),
        })
    }

    fn list(&mut self, purpose: Purpose) {
        let rows: Vec<Value> = (0..CUSTOMERS).map(|customer| self.row(customer)).collect();
        let body = json!({ "conversations": rows }).to_string();
        let result = self.dialect.list_page(body.as_bytes(), None).map_err(|error| panic!("{error}"));
        self.report(Report::List { purpose, epoch: 1, result });
    }

    fn message(&mut self, customer: usize, direction: &str) -> Value {
        self.seq += 1;
        let number = usize::try_from(self.seq).expect("a number");
        json!({
            "_id": oid(2, number), "waMessageId": format!("wamid.{number}"), "conversationId": oid(1, customer),
            "accountId": ACCOUNT, "phoneNumberId": LINE, "recipientPhone": phone(customer), "messageType": "text",
            "content": { "text": format!("message {number} 👋") }, "status": "sent", "direction": direction,
            "createdAt": format!("{:.3}", self.now),
        })
    }

    fn event(&mut self, name: &str, mut payload: Value, took: i64) {
        payload["timestamp"] = json!(format!("{:.3}", self.now));
        self.now += SignedDuration::from_millis(took);
        let raw: Arc<str> = json!([payload]).to_string().into();
        let decoded = self.dialect.decode_event(name, &raw);
        self.seq += 1;
        self.session.last_frame = Some(self.now);
        let frame = Frame {
            epoch: 1,
            seq: self.seq,
            received: self.now,
            name: name.into(),
            bytes: raw.len(),
            raw,
            ack: None,
            emitted: decoded.emitted,
            event: decoded.event,
            injected: false,
        };
        self.report(Report::Frame(Box::new(frame)));
    }

    fn is_open(&self, customer: usize) -> bool {
        let row = self.state.open.and_then(|key| self.state.inbox.get(key));
        row.is_some_and(|row| row.id.as_str() == oid(1, customer))
    }

    /// A customer writes.
    fn inbound(&mut self, customer: usize) {
        let message = self.message(customer, "inbound");
        self.messages[customer].push(message.clone());
        self.unread[customer] += u32::from(!self.is_open(customer));
        let mut row = self.row(customer);
        // as the backend does: the composite here, the list's id elsewhere
        row["conversationId"] = json!(format!("{ACCOUNT}_{LINE}_{}", phone(customer)));
        self.event("conversation_update", row, 3);
        self.event("message.received", message.clone(), 4);
        if self.is_open(customer) {
            self.event("new_message", json!({ "conversationId": oid(1, customer), "message": message }), 2);
        }
    }

    /// Another agent answers: the message comes by the room, then its ticks.
    fn outbound(&mut self, customer: usize) {
        let message = self.message(customer, "outbound");
        self.messages[customer].push(message.clone());
        if self.is_open(customer) {
            self.event("new_message", json!({ "conversationId": oid(1, customer), "message": message }), 5);
            for status in ["sent", "delivered", "read"] {
                self.event("message_status", json!({ "messageId": message["_id"], "status": status }), 40);
            }
        }
    }

    fn open(&mut self, customer: usize) {
        let found = self
            .state
            .inbox
            .all()
            .iter()
            .copied()
            .find(|key| self.state.inbox.get(*key).is_some_and(|row| row.id.as_str() == oid(1, customer)));
        self.state.focus = Focus::List;
        self.state.inbox.select(found.expect("every customer has a row"));
        self.tell(Msg::Input(Input::Key(KeyEvent::from(KeyCode::Enter))));
        self.unread[customer] = 0;
    }
}

#[test]
fn no_false_alarm_in_an_hour_of_healthy_traffic() {
    let mut hour = Hour::begin();
    let (mut judged, mut events, mut dice) = (0_u32, 0_u32, 7_u64);
    for second in 0_i64..3_600 {
        hour.now = hour.now.max(hour.begun + SignedDuration::from_secs(second));
        // a small generator: the same hour in every run
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let customer = usize::try_from(dice >> 40).expect("a number") % CUSTOMERS;
        if second % 300 == 10 {
            hour.open(customer);
        }
        if second % 4 == 1 {
            hour.inbound(customer);
            events += 1;
        }
        if second % 30 == 20 {
            let open = (0..CUSTOMERS).find(|customer| hour.is_open(*customer));
            hour.outbound(open.unwrap_or(customer));
            // the one who reads answers, in bursts now and then
            for _ in 0..usize::try_from(second % 3).unwrap_or(0) {
                hour.inbound(open.unwrap_or(customer));
            }
        }
        if second % 25 == 0 {
            hour.ping();
        }
        if second % 60 == 45 {
            hour.list(Purpose::Drift);
        }
        if second % 10 == 9 {
            judged += 1;
            let findings = diagnose(&evidence(&hour.state));
            let alarms: Vec<_> = findings.iter().filter(|finding| finding.is_fault()).collect();
            assert!(alarms.is_empty(), "in second {second}: {alarms:#?}");
            assert!(second < 600 || findings.iter().any(|finding| finding.rule == "ids-match"), "{findings:#?}");
        }
    }
    assert!(judged == 360 && events == 900, "{judged} {events}");
    assert!(hour.state.unrouted.is_empty());
}

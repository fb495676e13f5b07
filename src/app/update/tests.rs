mod attention;
mod deeds;
mod enclosing;
mod identity;
mod looking;
mod profiles;
mod refusals;
mod searching;
mod team;
mod traffic;
mod triage;
mod writing;

mod keeping;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;

use super::*;
use crate::app::state::{Focus, Settings};
use crate::app::{Anchor, Overlay};
use crate::backend::{Command, Frame, Health, Page, Purpose, RestError, RoomReport, RoomStage, Session, SessionState};
use crate::chat::directory::{IdentityRules, NativeForm};
use crate::chat::{
    Content, ConversationFacts, Delivery, DeliveryState, DeliveryUpdate, Direction, Evidence, Id, Message, MessageIds,
    NamedId, Origin, Phone, Rank, Rule, Verdict,
};
use crate::config::{Keymap, Theme};
use crate::store;
use crate::wire::{Accepted, Event, Identity, ListPage, ThreadPage};

mod mending;
mod unbroken;

/// A world: a state, and a clock that moves by a second with every message.
struct World {
    state: State,
    now: Timestamp,
    seq: u64,
    /// The store answers at once, and well.
    disk: bool,
}

const ACCOUNT: &str = "695a15a5c526dbe7c085ece2";
const LINE: &str = "1003427786179738";

fn oid(n: u32) -> String {
    format!("6b02ca344e517f5f5b27{n:04x}")
}

fn phone(n: u32) -> String {
    format!("92300123{n:04}")
}

fn composite(n: u32) -> String {
    format!("{ACCOUNT}_{LINE}_{}", phone(n))
}

/// A list row, its primary id as the era has it.
fn row(n: u32, primary: &str, others: &[&str]) -> ConversationFacts {
    let ids = std::iter::once(primary).chain(others.iter().copied());
    ConversationFacts {
        ids: ids.map(|id| NamedId { pointer: "/_id".into(), id: Id::new(id) }).collect(),
        page_id: Some(Id::new(primary)),
        account: Some(Id::new(ACCOUNT)),
        line: Some(Id::new(LINE)),
        phone: Phone::parse(&phone(n)),
        name: Some(Clean::line(&format!("Customer {n}"))),
        last_at: Timestamp::new(1_790_000_000 - i64::from(n) * 60, 0).ok(),
        unread: Some(0),
        ..ConversationFacts::default()
    }
}

fn evidence(id: &str) -> Evidence {
    let id = Id::new(id);
    Evidence {
        ids: vec![NamedId { pointer: "/conversationId".into(), id: id.clone() }],
        broadcast_id: Some(id),
        ..Evidence::default()
    }
}

fn message(id: &str, text: &str, direction: Direction, at: Timestamp) -> Message {
    Message {
        ids: MessageIds { id: Some(Id::new(id)), wa: Some(Id::new(format!("wamid.{id}"))), client: None },
        direction,
        sender: None,
        content: Content::Text { body: Clean::text(text) },
        delivery: Delivery::default(),
        created_at: Some(at),
        sent_at: None,
        reply_to: None,
        reactions: Vec::new(),
        origin: Origin::History,
    }
}

impl World {
    fn empty() -> Self {
        let now = Timestamp::new(1_790_000_100, 0).unwrap();
        let settings = Settings {
            profile: Clean::line("test"),
            line: None,
            demo: false,
            ascii: false,
            zone: TimeZone::UTC,
            dates: crate::app::dates::Dates::default(),
            relative: true,
            list_limit: 100,
            thread_limit: 50,
            thread_memory: 1_000,
            attention: crate::app::attention::Attention::default(),
            mark_read: true,
            presence: jiff::SignedDuration::from_secs(60),
            ssh: false,
            pictures: true,
            largest_file: 100_000_000,
        };
        let rules =
            IdentityRules { account: Some(Id::new(ACCOUNT)), native: NativeForm::ObjectId, route_variants: false };
        let keymap = Arc::new(Keymap::built_in().unwrap());
        let mut state = State::new(now, settings, rules, keymap, Arc::new(Theme::default()));
        state.size = (120, 40);
        // what it offers, but not that threads may be looked into
        state.offers = crate::wire::Dialect::shipped("switchboard").unwrap().offers();
        Self { state, now, seq: 0, disk: true }
    }

    /// A live session with these rows in the list.
    fn with_list(rows: Vec<ConversationFacts>) -> Self {
        let mut world = Self::empty();
        world.session(SessionState::Live, 1);
        world.report(Report::List {
            purpose: Purpose::Asked,
            epoch: 1,
            result: Ok(ListPage { rows, ..ListPage::default() }),
        });
        world
    }

    fn send(&mut self, msg: Msg) -> Vec<Effect> {
        self.now = self.now.checked_add(jiff::SignedDuration::from_secs(1)).unwrap();
        let mut effects = update(&mut self.state, self.now, msg);
        let mut at = 0;
        while self.disk && at < effects.len() {
            let reply = match &effects[at] {
                Effect::Store(store::Command::Enqueue(row)) => {
                    Some(store::Reply::Enqueued { client: row.client.clone() })
                }
                Effect::Store(store::Command::Claim { client, .. }) => {
                    Some(store::Reply::Claimed { client: client.clone(), ours: true })
                }
                _ => None,
            };
            if let Some(reply) = reply {
                effects.extend(update(&mut self.state, self.now, Msg::Store(reply)));
            }
            at += 1;
        }
        effects
    }

    fn report(&mut self, report: Report) -> Vec<Effect> {
        self.send(Msg::Backend(report))
    }

    fn session(&mut self, state: SessionState, epoch: u32) -> Vec<Effect> {
        let session = Session { state, epoch, rest: Health::Well, socket: Health::Well, ..Session::starting(self.now) };
        self.report(Report::Session(Box::new(session)))
    }

    fn frame(&mut self, name: &str, event: Event) -> Vec<Effect> {
        self.frame_from(name, event, false)
    }

    /// An event of the backend's, or one that was put in here.
    fn frame_from(&mut self, name: &str, event: Event, injected: bool) -> Vec<Effect> {
        self.seq += 1;
        let frame = Frame {
            epoch: 1,
            seq: self.seq,
            received: self.now,
            name: name.into(),
            raw: "[]".into(),
            ack: None,
            bytes: 2,
            emitted: Some(self.now),
            event: Ok(event),
            injected,
        };
        self.report(Report::Frame(Box::new(frame)))
    }

    fn message(&mut self, evidence: Evidence, id: &str, text: &str) -> Vec<Effect> {
        let message = message(id, text, Direction::Inbound, self.now);
        self.frame("new_message", Event::Message { evidence, message: Box::new(message), facts: Box::default() })
    }

    fn key(&mut self, code: KeyCode) -> Vec<Effect> {
        self.send(Msg::Input(Input::Key(KeyEvent::new(code, KeyModifiers::NONE))))
    }

    fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.key(KeyCode::Char(c));
        }
    }

    fn key_of(&self, n: u32) -> ConversationKey {
        let mut all = self.state.inbox.all().iter().copied();
        all.find(|key| self.state.inbox.get(*key).unwrap().phone == Phone::parse(&phone(n))).unwrap()
    }

    /// Opens a conversation as a user does, and lets its (empty) thread arrive.
    fn open(&mut self, n: u32) -> ConversationKey {
        let key = self.key_of(n);
        self.state.inbox.select(key);
        self.state.focus = Focus::List;
        self.key(KeyCode::Enter);
        self.thread(key, Page::Latest, Purpose::Asked, Vec::new());
        key
    }

    fn thread(&mut self, key: ConversationKey, page: Page, purpose: Purpose, messages: Vec<Message>) -> Vec<Effect> {
        let result = Ok(ThreadPage { messages, ..ThreadPage::default() });
        self.report(Report::Thread { key, page, limit: 50, purpose, epoch: 1, result })
    }

    fn texts(&self, key: ConversationKey) -> Vec<String> {
        let view = self.state.threads.get(key).unwrap();
        view.thread.iter().filter_map(Message::text).map(|text| text.to_string()).collect()
    }

    fn verdict(&self) -> Verdict {
        self.state.timeline.last().unwrap().verdict
    }
}

fn commands(effects: &[Effect]) -> Vec<&Command> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Backend(command) = effect { Some(command) } else { None })
        .collect()
}

#[test]
fn in_every_era_a_message_reaches_the_open_pane_and_no_other() {
    type Era = (&'static str, fn(u32) -> ConversationFacts, fn(u32) -> String);
    let eras: [Era; 4] = [
        ("list _id, broadcast _id", |n| row(n, &oid(n), &[]), oid),
        ("list composite, broadcast composite", |n| row(n, &composite(n), &[]), composite),
        ("list _id with the composite, broadcast composite", |n| row(n, &oid(n), &[&composite(n)]), composite),
        ("list _id alone, broadcast composite", |n| row(n, &oid(n), &[]), composite),
    ];
    for (era, list, broadcast) in eras {
        let mut world = World::with_list(vec![list(1), list(2)]);
        let open = world.open(1);
        let other = world.key_of(2);
        world.message(evidence(&broadcast(1)), "m1", "for the open one");
        assert_eq!(world.verdict(), Verdict::Routed { key: open }, "{era}");
        world.message(evidence(&broadcast(2)), "m2", "for another");
        assert_eq!(world.verdict(), Verdict::Background { key: other }, "{era}");
        assert_eq!(world.texts(open), ["for the open one"], "{era}");
        let row = world.state.inbox.get(other).unwrap();
        assert_eq!((row.unread, row.preview.as_deref()), (1, Some("for another")), "{era}");
        assert_eq!(world.state.inbox.all().first(), Some(&other), "{era}: the row rises");
    }
}

#[test]
fn a_rescued_event_says_what_the_naive_page_decided() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.open(1);
    world.message(evidence(&composite(1)), "m1", "hello");
    let entry = world.state.timeline.last().unwrap();
    assert!(entry.rescued && !entry.record.matched);
    assert_eq!(entry.rule, Some(Rule::Composite));
    assert_eq!(entry.record.selected_contact_id, Some(Id::new(oid(1))));
    assert_eq!(entry.record.broadcast_conversation_id, Some(Id::new(composite(1))));
    world.message(evidence(&oid(1)), "m2", "hello");
    let entry = world.state.timeline.last().unwrap();
    assert!(!entry.rescued && entry.record.matched);
}

#[test]
fn the_same_message_by_two_events_is_one_line_and_one_unread() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let key = world.key_of(2);
    let mut facts = row(2, &oid(2), &[&composite(2)]);
    facts.unread = Some(1);
    let mut said = evidence(&composite(2));
    said.ids.insert(0, NamedId { pointer: "/_id".into(), id: Id::new(oid(2)) });
    world.frame("conversation_update", Event::Conversation { evidence: said, facts: Box::new(facts) });
    world.message(evidence(&oid(2)), "m1", "once");
    world.message(evidence(&oid(2)), "m1", "once");
    assert_eq!(world.verdict(), Verdict::Duplicate { key });
    assert_eq!(world.state.inbox.get(key).unwrap().unread, 1, "the row had counted it already");
    world.message(evidence(&oid(2)), "m2", "twice");
    assert_eq!(world.state.inbox.get(key).unwrap().unread, 2);
}

#[test]
fn an_unknown_conversation_is_fetched_once_and_then_gets_its_messages() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let first = world.message(evidence(&oid(9)), "m1", "who am I");
    assert_eq!(commands(&first), [&Command::FetchConversation { id: Id::new(oid(9)) }]);
    assert!(commands(&world.message(evidence(&oid(9)), "m2", "still me")).is_empty(), "asked for once");
    let page = ThreadPage { facts: Some(row(9, &oid(9), &[&composite(9)])), ..ThreadPage::default() };
    world.report(Report::Conversation { id: Id::new(oid(9)), result: Ok(page) });
    let key = world.key_of(9);
    let entries: Vec<_> =
        world.state.timeline.rows().iter().map(|row| world.state.timeline.get(row.seq).unwrap().verdict).collect();
    assert_eq!(entries, [Verdict::Background { key }, Verdict::Background { key }]);
    assert_eq!(world.state.inbox.get(key).unwrap().preview.as_deref(), Some("still me"));
}

#[test]
fn what_cannot_be_routed_stands_in_the_unrouted_row_until_the_agent_says_where_it_belongs() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.message(Evidence::default(), "m1", "lost");
    assert_eq!(world.verdict(), Verdict::NoId);
    world.message(evidence(&oid(7)), "m2", "refused");
    let error = RestError::Refused { status: 404, code: None, reason: Clean::line("not found"), retry_after: None };
    world.report(Report::Conversation { id: Id::new(oid(7)), result: Err(error) });
    assert_eq!(world.state.unrouted.len(), 2);
    assert!(world.state.unrouted[1].reason.contains("not found"));
    world.state.focus = Focus::List;
    world.key(KeyCode::Char('b'));
    world.key(KeyCode::Enter);
    assert!(matches!(world.state.panels.overlay, Some(Overlay::Assign { index: 0, .. })));
    world.key(KeyCode::Enter);
    assert_eq!(world.state.unrouted.len(), 1);
    let key = world.key_of(1);
    assert_eq!(world.state.inbox.get(key).unwrap().preview.as_deref(), Some("lost"));
}

#[test]
fn another_tenants_event_changes_nothing() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    let mut said = evidence(&oid(1));
    said.account = Some(Id::new("aaaaaaaaaaaaaaaaaaaaaaaa"));
    said.ids[0].id = Id::new(format!("aaaaaaaaaaaaaaaaaaaaaaaa_{LINE}_{}", phone(1)));
    world.message(said, "m1", "not ours");
    assert_eq!(world.verdict(), Verdict::Foreign);
    assert!(world.texts(key).is_empty() && world.state.unrouted.is_empty());
}

#[test]
fn a_reply_is_one_line_whichever_comes_first_the_answer_or_the_event() {
    for event_first in [true, false] {
        let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
        let key = world.open(1);
        world.key(KeyCode::Char('r'));
        world.type_text("On its way");
        let effects = world.key(KeyCode::Enter);
        let client = commands(&effects)
            .iter()
            .find_map(|command| if let Command::Send { client, .. } = command { Some(client.clone()) } else { None })
            .expect("it is sent");
        assert_eq!(world.texts(key), ["On its way"], "shown at once");
        assert!(world.state.composer.is_blank());
        let stored = message("s1", "On its way", Direction::Outbound, world.now);
        let event = Event::Message { evidence: evidence(&oid(1)), message: Box::new(stored), facts: Box::default() };
        let answer = Report::Sent {
            client,
            key,
            result: Ok(Accepted { id: Some(Id::new("s1")), wa: Some(Id::new("wamid.s1")) }),
        };
        if event_first {
            world.frame("message.sent", event);
            world.report(answer);
        } else {
            world.report(answer);
            world.frame("message.sent", event);
        }
        assert_eq!(world.texts(key), ["On its way"], "event first: {event_first}");
        let update = DeliveryUpdate { state: DeliveryState::Reached(Rank::Read), at: None };
        let status = Evidence { message: vec![Id::new("s1")], ..Evidence::default() };
        world.frame("message_status", Event::Status { evidence: status, update });
        let rank = world.state.threads.get(key).unwrap().thread.get(0).unwrap().delivery.rank;
        assert_eq!(rank, Rank::Read, "event first: {event_first}");
        assert!(world.state.outbox.items().is_empty());
    }
}

#[test]
fn a_status_that_comes_before_its_message_is_not_lost() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    let update = DeliveryUpdate { state: DeliveryState::Reached(Rank::Delivered), at: None };
    let status = Evidence { message: vec![Id::new("m5")], ..Evidence::default() };
    world.frame("message_status", Event::Status { evidence: status, update });
    world.message(evidence(&oid(1)), "m5", "late");
    assert_eq!(world.state.threads.get(key).unwrap().thread.get(0).unwrap().delivery.rank, Rank::Delivered);
}

#[test]
fn a_refused_reply_gives_the_text_back_with_the_reason() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    world.key(KeyCode::Char('r'));
    world.type_text("too late");
    let effects = world.key(KeyCode::Enter);
    let Some(Command::Send { client, .. }) = commands(&effects).into_iter().find(|c| matches!(c, Command::Send { .. }))
    else {
        panic!("nothing was sent: {effects:?}")
    };
    let error = RestError::Refused {
        status: 400,
        code: Some(Clean::line("SESSION_EXPIRED")),
        reason: Clean::line("24h session expired"),
        retry_after: None,
    };
    world.report(Report::Sent { client: client.clone(), key, result: Err(error) });
    assert_eq!(world.state.composer.text(), "too late");
    assert!(world.state.composer.refusal.as_deref().is_some_and(|why| why.contains("24 h service window")));
    assert!(world.texts(key).is_empty());
}

#[test]
fn a_lost_answer_is_never_sent_again_by_itself_and_is_found_by_its_text() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    world.key(KeyCode::Char('r'));
    world.type_text("did it go?");
    let effects = world.key(KeyCode::Enter);
    let Some(Command::Send { client, .. }) = commands(&effects).into_iter().find(|c| matches!(c, Command::Send { .. }))
    else {
        panic!("nothing was sent")
    };
    let (client, attempted) = (client.clone(), world.now);
    let lost = RestError::Unreachable { reason: Clean::line("the connection broke"), before_sending: false };
    let effects = world.report(Report::Sent { client, key, result: Err(lost) });
    assert!(!commands(&effects).iter().any(|command| matches!(command, Command::Send { .. })));
    assert!(commands(&effects).iter().any(|command| matches!(command, Command::FetchThread { .. })));
    world.session(SessionState::Live, 2);
    world.key(KeyCode::Char('x'));
    let effects = world.key(KeyCode::Enter);
    assert!(!commands(&effects).iter().any(|c| matches!(c, Command::Send { .. })), "an unconfirmed head blocks");
    let stored = message("s9", "did it go?", Direction::Outbound, attempted);
    let effects = world.thread(key, Page::Latest, Purpose::Asked, vec![stored]);
    assert_eq!(world.texts(key), ["did it go?", "x"], "{effects:?}");
}

#[test]
fn the_draft_stays_with_its_conversation() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let one = world.open(1);
    world.key(KeyCode::Char('r'));
    world.type_text("for one");
    world.key(KeyCode::Esc);
    let two = world.open(2);
    assert!(world.state.composer.is_blank() && world.state.composer.has_draft(one));
    world.key(KeyCode::Char('r'));
    world.type_text("for two");
    world.key(KeyCode::Esc);
    world.open(1);
    assert_eq!(world.state.composer.text(), "for one");
    assert!(world.state.composer.has_draft(two));
}

#[test]
fn reading_is_told_only_when_somebody_can_see_it() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    let read = |effects: &[Effect]| commands(effects).iter().any(|command| matches!(command, Command::MarkRead { .. }));
    world.send(Msg::Input(Input::Focus(false)));
    let effects = world.message(evidence(&oid(1)), "m1", "unseen");
    assert!(!read(&effects));
    assert!(effects.contains(&Effect::Bell));
    assert_eq!(world.state.inbox.get(key).unwrap().unread, 1);
    let effects = world.send(Msg::Input(Input::Focus(true)));
    assert!(read(&effects));
    assert_eq!(world.state.inbox.get(key).unwrap().unread, 0);
    let effects = world.message(evidence(&oid(1)), "m2", "seen");
    assert!(!read(&effects) && !effects.contains(&Effect::Bell), "one report is on its way already");
    let effects = world.report(Report::Read { key, result: Ok(()) });
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Wake { timer: Timer::MarkRead(_), .. })));
    assert!(read(&world.send(Msg::Timer(Timer::MarkRead(key)))));
}

#[test]
fn scrolled_up_the_pane_stays_and_counts_what_comes_below() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    let start = world.now;
    let history = (0..200u32).map(|n| {
        let at = start.checked_sub(jiff::SignedDuration::from_mins(i64::from(300 - n))).unwrap();
        message(&format!("h{n:03}"), &format!("line {n}"), Direction::Inbound, at)
    });
    world.thread(key, Page::Latest, Purpose::Asked, history.collect());
    for _ in 0..5 {
        world.key(KeyCode::Up);
    }
    let anchor = world.state.threads.get(key).unwrap().anchor;
    assert_ne!(anchor, Anchor::End);
    world.message(evidence(&oid(1)), "m1", "below");
    let view = world.state.threads.get(key).unwrap();
    assert_eq!((view.anchor, view.below), (anchor, 1));
    world.key(KeyCode::Char('G'));
    let view = world.state.threads.get(key).unwrap();
    assert_eq!((view.anchor, view.below), (Anchor::End, 0));
    let effects = world.key(KeyCode::Char('g'));
    let older = commands(&effects);
    assert!(
        matches!(older.as_slice(), [Command::FetchThread { page: Page::Before { message, .. }, .. }] if message.as_str() == "h000")
    );
}

#[test]
fn what_polls_find_and_no_event_brought_is_marked_missed_and_told() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    let mut moved = row(1, &oid(1), &[]);
    moved.last_at = Some(world.now);
    moved.unread = Some(1);
    let poll = |moved: &ConversationFacts| Report::List {
        purpose: Purpose::Drift,
        epoch: 1,
        result: Ok(ListPage { rows: vec![moved.clone()], ..ListPage::default() }),
    };
    let effects = world.report(poll(&moved));
    assert!(commands(&effects).iter().any(|c| matches!(c, Command::FetchThread { purpose: Purpose::Drift, .. })));
    let late = message("q1", "no event brought me", Direction::Inbound, world.now);
    let effects = world.thread(key, Page::Latest, Purpose::Drift, vec![late]);
    assert!(commands(&effects).contains(&&Command::Missed { count: 1 }));
    assert_eq!(world.state.threads.get(key).unwrap().thread.get(0).unwrap().origin, Origin::Missed);
    let effects = world.report(poll(&moved));
    let watched = commands(&effects).iter().any(|command| matches!(command, Command::Watch { .. }));
    assert!(watched, "from now on the recent rooms are joined as well");
}

#[test]
fn a_disconnect_leaves_a_gap_that_opening_again_closes() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let one = world.open(1);
    world.message(evidence(&oid(1)), "m1", "before");
    world.open(2);
    let waiting = SessionState::Waiting { retry_at: world.now, attempt: 1, reason: Clean::line("cut") };
    world.session(waiting, 1);
    assert!(!world.state.threads.get(one).unwrap().thread.gaps().is_empty());
    world.session(SessionState::Live, 2);
    world.state.focus = Focus::List;
    world.state.inbox.select(one);
    let effects = world.key(KeyCode::Enter);
    assert!(
        commands(&effects).iter().any(|command| matches!(command, Command::FetchThread { page: Page::Latest, .. }))
    );
    let (m1, m2) = (
        message("m1", "before", Direction::Inbound, world.now),
        message("m2", "missed while away", Direction::Inbound, world.now),
    );
    world.thread(one, Page::Latest, Purpose::Asked, vec![m1, m2]);
    let view = world.state.threads.get(one).unwrap();
    assert!(view.thread.gaps().is_empty());
    assert_eq!(world.texts(one), ["before", "missed while away"]);
}

#[test]
fn typing_without_an_id_is_shown_only_when_one_room_is_joined() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let key = world.open(1);
    let typing = || Event::Typing { evidence: Evidence::default(), who: None, agent: None, typing: true };
    let join = |n: u32, key: ConversationKey| {
        Report::Room(RoomReport {
            id: Id::new(oid(n)),
            key: Some(key),
            emitted: Clean::line("join_conversation"),
            stage: RoomStage::Emitted,
            note: None,
            epoch: 1,
        })
    };
    world.frame("typing", typing());
    assert!(world.state.threads.get(key).unwrap().typing.is_none());
    world.report(join(1, key));
    world.frame("typing", typing());
    assert!(world.state.threads.get(key).unwrap().typing.is_some());
    world.send(Msg::Timer(Timer::TypingEnds(key)));
    world.report(join(2, world.key_of(2)));
    world.frame("typing", typing());
    assert!(world.state.threads.get(key).unwrap().typing.is_none(), "two rooms: nobody knows whose typing it is");
}

#[test]
fn a_known_name_is_never_lost() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.key_of(1);
    let mut facts = row(1, &oid(1), &[]);
    facts.name = None;
    facts.preview = Some(Clean::line("news"));
    facts.last_at = Some(world.now);
    world.frame("conversation_update", Event::Conversation { evidence: evidence(&oid(1)), facts: Box::new(facts) });
    let row = world.state.inbox.get(key).unwrap();
    assert_eq!((row.name.as_deref(), row.preview.as_deref()), (Some("Customer 1"), Some("news")));
}

#[test]
fn a_paste_never_sends_and_a_large_one_asks() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.open(1);
    world.key(KeyCode::Char('r'));
    let effects = world.send(Msg::Input(Input::Paste("two\nlines\n".into())));
    assert!(!commands(&effects).iter().any(|command| matches!(command, Command::Send { .. })));
    assert_eq!(world.state.composer.text(), "two\nlines\n");
    world.send(Msg::Input(Input::Paste("x".repeat(10_000))));
    assert!(matches!(world.state.panels.overlay, Some(Overlay::Paste { .. })));
    world.key(KeyCode::Char('n'));
    assert_eq!(world.state.composer.text(), "two\nlines\n");
}

#[test]
fn a_stale_answer_never_changes_another_thread() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let one = world.open(1);
    let two = world.open(2);
    let foreign = ThreadPage {
        facts: Some(row(1, &oid(1), &[])),
        messages: vec![message("m1", "of one", Direction::Inbound, world.now)],
        ..ThreadPage::default()
    };
    let page = Page::Latest;
    world.report(Report::Thread { key: two, page, limit: 50, purpose: Purpose::Asked, epoch: 1, result: Ok(foreign) });
    assert!(world.texts(two).is_empty() && world.texts(one).is_empty());
    assert!(world.state.notice.as_ref().is_some_and(|notice| notice.bad));
}

#[test]
fn a_thread_that_grows_for_ever_keeps_its_newest_messages() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    for n in 0..3_000 {
        world.message(evidence(&oid(1)), &format!("m{n:05}"), &format!("text {n}"));
    }
    let thread = &world.state.threads.get(key).unwrap().thread;
    assert!((1_000..=1_500).contains(&thread.len()), "{}", thread.len());
    assert_eq!(thread.last().and_then(Message::text).as_deref(), Some("text 2999"));
}

#[test]
fn a_conversation_that_cannot_be_fetched_is_not_asked_for_with_every_event() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let error = || RestError::Refused { status: 404, code: None, reason: Clean::line("not found"), retry_after: None };
    let asked = |effects: &[Effect]| commands(effects).iter().any(|c| matches!(c, Command::FetchConversation { .. }));
    assert!(asked(&world.message(evidence(&oid(7)), "m1", "first")));
    world.report(Report::Conversation { id: Id::new(oid(7)), result: Err(error()) });
    assert!(!asked(&world.message(evidence(&oid(7)), "m2", "second")));
    assert_eq!(world.state.unrouted.len(), 2, "nothing vanishes");
    world.now = world.now.checked_add(jiff::SignedDuration::from_secs(61)).unwrap();
    assert!(asked(&world.message(evidence(&oid(7)), "m3", "a minute later")));
}

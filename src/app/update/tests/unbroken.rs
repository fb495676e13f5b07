//! Whatever way events and answers take, in the end every thread is the backend's: all of it, once, in order.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::app::Loading;

/// Conversations of the model.
const CUSTOMERS: u32 = 3;
/// A page of a thread.
const PAGE: u32 = 5;

/// Something that happens.
#[derive(Clone, Debug)]
enum Step {
    /// Messages are stored; their events go on the wire while there is one.
    Write {
        who: u32,
        many: u8,
        outbound: bool,
    },
    /// The next events come.
    Hear(u8),
    /// The next events are lost.
    Lose(u8),
    /// The next event comes twice.
    Twice,
    /// The next event comes after the one behind it.
    Swap,
    /// A request reaches the backend: what it will be answered is certain.
    Serve(u8),
    /// An answer comes; others that were asked for earlier may come later.
    Answer(u8),
    /// A request is lost, or its answer.
    Fail(u8),
    /// The session polls the list.
    Poll,
    Disconnect,
    Connect,
    /// The agent opens a conversation, or answers in the open one.
    Open(u32),
    Reply,
    /// Time passes.
    Timers,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..CUSTOMERS, 1..7_u8, prop::bool::weighted(0.2))
            .prop_map(|(who, many, outbound)| Step::Write { who, many, outbound }),
        6 => (1..6_u8).prop_map(Step::Hear),
        3 => (1..4_u8).prop_map(Step::Lose),
        1 => Just(Step::Twice),
        1 => Just(Step::Swap),
        5 => any::<u8>().prop_map(Step::Serve),
        5 => any::<u8>().prop_map(Step::Answer),
        1 => any::<u8>().prop_map(Step::Fail),
        3 => Just(Step::Poll),
        1 => Just(Step::Disconnect),
        2 => Just(Step::Connect),
        2 => (0..CUSTOMERS).prop_map(Step::Open),
        2 => Just(Step::Reply),
        1 => Just(Step::Timers),
    ]
}

/// What was asked of the backend.
#[derive(Clone, Debug)]
enum What {
    List,
    Resync { open: Option<ConversationKey> },
    Thread { key: ConversationKey, page: Page, limit: u32, purpose: Purpose },
    Send { client: Id, key: ConversationKey, text: Clean },
}

#[derive(Debug)]
struct Request {
    what: What,
    epoch: u32,
    answer: Option<Vec<Report>>,
}

struct Model {
    world: World,
    threads: Vec<Vec<Message>>,
    keys: Vec<ConversationKey>,
    wire: VecDeque<(u32, Message)>,
    requests: Vec<Request>,
    timers: Vec<Timer>,
    epoch: u32,
    connected: bool,
    whole_seconds: bool,
    replies: u32,
    stored: u32,
    at: Timestamp,
}

impl Model {
    fn begin(whole_seconds: bool) -> Self {
        let mut world = World::with_list((0..CUSTOMERS).map(|n| row(n, &oid(n), &[])).collect());
        world.state.settings.thread_limit = PAGE;
        let keys = (0..CUSTOMERS).map(|n| world.key_of(n)).collect();
        let threads = vec![Vec::new(); CUSTOMERS as usize];
        let (wire, requests, timers) = Default::default();
        let at = world.now;
        let (epoch, connected, replies, stored) = (1, true, 0, 0);
        Self { world, threads, keys, wire, requests, timers, epoch, connected, whole_seconds, replies, stored, at }
    }

    fn index(&self, key: ConversationKey) -> usize {
        self.keys.iter().position(|known| *known == key).expect("a conversation of the model")
    }

    fn effects(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let what = match effect {
                Effect::Backend(Command::FetchThread { target, page, limit, purpose }) => {
                    What::Thread { key: target.key, page, limit, purpose }
                }
                Effect::Backend(Command::Send { client, target, body, .. }) => {
                    let crate::backend::Outgoing::Text { body: text } = body else { continue };
                    What::Send { client, key: target.key, text: Clean::text(&text) }
                }
                Effect::Wake { timer, .. } => {
                    self.timers.push(timer);
                    continue;
                }
                _ => continue,
            };
            self.ask(what);
        }
    }

    fn ask(&mut self, what: What) {
        self.requests.push(Request { what, epoch: self.epoch, answer: None });
    }

    fn report(&mut self, report: Report) {
        let effects = self.world.report(report);
        self.effects(effects);
    }

    fn key(&mut self, code: KeyCode) {
        let effects = self.world.key(code);
        self.effects(effects);
    }

    /// The backend stores a message and emits it.
    fn store(&mut self, who: u32, text: &str, direction: Direction) -> Message {
        self.stored += 1;
        // Some are stored in one millisecond.
        let step = i64::from(!self.stored.is_multiple_of(3));
        let later = self.at.checked_add(jiff::SignedDuration::from_millis(step)).unwrap();
        self.at = later.max(self.world.now);
        let message = message(&format!("m{:05}", self.stored), text, direction, self.at);
        self.threads[who as usize].push(message.clone());
        if self.connected {
            self.wire.push_back((who, message.clone()));
        }
        message
    }

    fn hear(&mut self, who: u32, message: Message) {
        let event = Event::Message { evidence: evidence(&oid(who)), message: Box::new(message), facts: Box::default() };
        let effects = self.world.frame("new_message", event);
        self.effects(effects);
    }

    fn list(&self) -> ListPage {
        let rows = (0..CUSTOMERS).map(|n| {
            let mut facts = row(n, &oid(n), &[]);
            if let Some(last) = self.threads[n as usize].last() {
                facts.last_at = last.created_at;
                facts.preview = Some(last.preview());
            }
            if self.whole_seconds {
                facts.last_at = facts.last_at.and_then(|at| Timestamp::new(at.as_second(), 0).ok());
            }
            facts
        });
        ListPage { rows: rows.collect(), ..ListPage::default() }
    }

    fn page(&self, key: ConversationKey, page: &Page, limit: u32) -> ThreadPage {
        let thread = &self.threads[self.index(key)];
        let end = match page {
            Page::Latest => thread.len(),
            Page::Before { message, .. } => {
                thread.iter().position(|stored| stored.ids.id.as_ref() == Some(message)).unwrap_or(thread.len())
            }
        };
        let from = end.saturating_sub(limit as usize);
        ThreadPage { messages: thread[from..end].to_vec(), ..ThreadPage::default() }
    }

    fn thread_report(&self, key: ConversationKey, page: Page, limit: u32, purpose: Purpose, epoch: u32) -> Report {
        let result = Ok(self.page(key, &page, limit));
        Report::Thread { key, page, limit, purpose, epoch, result }
    }

    fn serve(&mut self, at: usize) {
        let Request { what, epoch, answer } = &self.requests[at];
        if answer.is_some() {
            return;
        }
        let epoch = *epoch;
        let served = match what.clone() {
            What::List => vec![Report::List { purpose: Purpose::Drift, epoch, result: Ok(self.list()) }],
            What::Resync { open } => {
                let list = Report::List { purpose: Purpose::Resync, epoch, result: Ok(self.list()) };
                let thread = open.map(|key| self.thread_report(key, Page::Latest, PAGE, Purpose::Resync, epoch));
                std::iter::once(list).chain(thread).collect()
            }
            What::Thread { key, page, limit, purpose } => vec![self.thread_report(key, page, limit, purpose, epoch)],
            What::Send { client, key, text } => {
                let who = u32::try_from(self.index(key)).unwrap();
                let stored = self.store(who, &text, Direction::Outbound);
                let result = Ok(Accepted { id: stored.ids.id, wa: stored.ids.wa });
                vec![Report::Sent { client, key, result }]
            }
        };
        self.requests[at].answer = Some(served);
    }

    fn answer(&mut self, at: usize) {
        self.serve(at);
        let Request { what, epoch, answer } = self.requests.remove(at);
        for report in answer.into_iter().flatten() {
            self.report(report);
        }
        if matches!(what, What::Resync { .. }) && epoch == self.epoch && self.connected {
            let effects = self.world.session(SessionState::Live, epoch);
            self.effects(effects);
        }
    }

    fn fail(&mut self, at: usize) {
        let Request { what, epoch, .. } = &self.requests[at];
        let epoch = *epoch;
        let error = || RestError::Unreachable { reason: Clean::line("broke off"), before_sending: false };
        match what.clone() {
            What::Send { .. } => {}
            What::Thread { key, page, limit, purpose } => {
                self.requests.remove(at);
                self.report(Report::Thread { key, page, limit, purpose, epoch, result: Err(error()) });
            }
            What::List => {
                self.requests.remove(at);
                self.report(Report::List { purpose: Purpose::Drift, epoch, result: Err(error()) });
            }
            What::Resync { .. } => {
                self.requests.remove(at);
                self.resync();
            }
        }
    }

    fn resync(&mut self) {
        let open = self.world.state.open;
        self.ask(What::Resync { open });
    }

    fn connect(&mut self) {
        if !self.connected {
            self.connected = true;
            self.epoch += 1;
            let effects = self.world.session(SessionState::Connecting { step: "catching up" }, self.epoch);
            self.effects(effects);
            self.resync();
        }
    }

    fn poll(&mut self) {
        let live = matches!(self.world.state.session.state, SessionState::Live);
        if live && !self.requests.iter().any(|request| matches!(request.what, What::List)) {
            self.ask(What::List);
        }
    }

    fn open(&mut self, who: u32) {
        let key = self.keys[who as usize];
        self.world.state.inbox.select(key);
        self.world.state.focus = Focus::List;
        self.key(KeyCode::Enter);
    }

    fn step(&mut self, step: &Step) {
        let pick = |n: u8, len: usize| (len > 0).then(|| usize::from(n) % len);
        match step {
            Step::Write { who, many, outbound } => {
                let direction = if *outbound { Direction::Outbound } else { Direction::Inbound };
                for _ in 0..*many {
                    let text = format!("text {}", self.stored + 1);
                    self.store(*who, &text, direction);
                }
            }
            Step::Hear(many) => {
                for _ in 0..*many {
                    if let Some((who, message)) = self.wire.pop_front() {
                        self.hear(who, message);
                    }
                }
            }
            Step::Lose(many) => _ = self.wire.drain(..usize::from(*many).min(self.wire.len())),
            Step::Twice => {
                if let Some((who, message)) = self.wire.front().cloned() {
                    self.hear(who, message);
                }
            }
            Step::Swap => {
                if self.wire.len() > 1 {
                    self.wire.swap(0, 1);
                }
            }
            Step::Serve(n) => {
                if let Some(at) = pick(*n, self.requests.len()) {
                    self.serve(at);
                }
            }
            Step::Answer(n) => {
                if let Some(at) = pick(*n, self.requests.len()) {
                    self.answer(at);
                }
            }
            Step::Fail(n) => {
                if let Some(at) = pick(*n, self.requests.len()) {
                    self.fail(at);
                }
            }
            Step::Poll => self.poll(),
            Step::Disconnect => {
                if self.connected {
                    self.connected = false;
                    self.wire.clear();
                    let state =
                        SessionState::Waiting { reason: Clean::line("cut"), retry_at: self.world.now, attempt: 1 };
                    let effects = self.world.session(state, self.epoch);
                    self.effects(effects);
                }
            }
            Step::Connect => self.connect(),
            Step::Open(who) => self.open(*who),
            Step::Reply => {
                if self.world.state.open.is_some() {
                    self.replies += 1;
                    let text = format!("reply {}", self.replies);
                    self.key(KeyCode::Char('r'));
                    for c in text.chars() {
                        self.key(KeyCode::Char(c));
                    }
                    self.key(KeyCode::Enter);
                    self.key(KeyCode::Esc);
                }
            }
            Step::Timers => self.time(),
        }
    }

    fn time(&mut self) {
        for timer in std::mem::take(&mut self.timers) {
            if matches!(timer, Timer::FetchAgain(_) | Timer::Outbox) {
                let effects = self.world.send(Msg::Timer(timer));
                self.effects(effects);
            }
        }
    }

    /// Everything that is under way arrives, and what follows from it.
    fn calm(&mut self) {
        for _ in 0..200 {
            while let Some((who, message)) = self.wire.pop_front() {
                self.hear(who, message);
            }
            if self.requests.is_empty() {
                return;
            }
            self.answer(0);
        }
        panic!("it never comes to rest: {:?}", self.requests);
    }

    /// The thread is the backend's, from the first message that is here.
    fn check(&self, who: u32, when: &str) {
        let view = self.world.state.threads.get(self.keys[who as usize]).expect("it was opened");
        let here: Vec<&str> =
            view.thread.iter().map(|message| message.ids.id.as_ref().map_or("?", Id::as_str)).collect();
        let theirs: Vec<&str> =
            self.threads[who as usize].iter().filter_map(|stored| stored.ids.id.as_ref()).map(Id::as_str).collect();
        let from = here.first().and_then(|first| theirs.iter().position(|id| id == first)).unwrap_or(0);
        assert_eq!(here, theirs[from..], "{when}, conversation {who}");
        assert!(here.len() >= theirs.len().min(PAGE as usize), "{when}, conversation {who}: {here:?} of {theirs:?}");
        assert_eq!(view.thread.gaps(), [], "{when}, conversation {who}");
        assert_eq!(view.latest, Loading::Done, "{when}, conversation {who}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn whatever_gets_lost_late_or_twice_is_found(
        whole_seconds: bool,
        steps in proptest::collection::vec(step(), 0..120),
    ) {
        let mut model = Model::begin(whole_seconds);
        model.open(0);
        for step in &steps {
            model.step(step);
        }
        model.connect();
        model.calm();
        for _ in 0..3 {
            model.time();
            model.poll();
            model.calm();
        }
        let open = model.world.state.open.map(|key| model.index(key)).and_then(|n| u32::try_from(n).ok());
        model.check(open.expect("one is open"), "untouched");
        for who in 0..CUSTOMERS {
            model.open(who);
            model.calm();
            model.check(who, "opened");
        }
    }
}

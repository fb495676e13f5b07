//! A long mixed scenario by seed: customers write, an agent reads, answers and drafts, and one fault after the other
//! comes and goes. In the end everything is compared with the backend's database.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use tokio::task::block_in_place;

use crate::figures::Figures;
use crate::house::{House, Stored, Truth, phone};
use crate::proxy::{Events, Kind, Proxy, Weather};
use crate::screen::Screen;
use crate::seat::{PATIENCE, Seat};
use crate::verdict::{Faulty, Sent, array, compare, drafts, fates};

/// The customer whom the agent at the screen looks at: one of those who write most.
const WATCHED: usize = 0;

/// So many descriptors more than at first may be open in the end: connections that are kept alive for a while.
const SPARE: usize = 16;

/// More resident memory than this is growth without end, however many messages there were.
const MEMORY: u64 = 200_000_000;

/// A draft that is older than this is on disk.
const DRAFTED: Duration = Duration::from_millis(1500);

/// One kind of fault, each with its name in the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Cut,
    CutSocket,
    Freeze,
    FreezeRest,
    FreezeSocket,
    Delay,
    Reorder,
    DropEvents,
    DoubleEvents,
    SwapEvents,
    LoseAnswers,
    Truncate,
    Gateway,
    NobodyListens,
    KillServer,
    KillClient,
    ClockJump,
}

const FAULTS: [Fault; 17] = [
    Fault::Cut,
    Fault::CutSocket,
    Fault::Freeze,
    Fault::FreezeRest,
    Fault::FreezeSocket,
    Fault::Delay,
    Fault::Reorder,
    Fault::DropEvents,
    Fault::DoubleEvents,
    Fault::SwapEvents,
    Fault::LoseAnswers,
    Fault::Truncate,
    Fault::Gateway,
    Fault::NobodyListens,
    Fault::KillServer,
    Fault::KillClient,
    Fault::ClockJump,
];

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::CutSocket => "socket cut",
            Self::Freeze => "frozen",
            Self::FreezeRest => "REST frozen",
            Self::FreezeSocket => "socket frozen",
            Self::Delay => "delayed",
            Self::Reorder => "REST behind the socket",
            Self::DropEvents => "events dropped",
            Self::DoubleEvents => "events doubled",
            Self::SwapEvents => "events swapped",
            Self::LoseAnswers => "answers lost",
            Self::Truncate => "truncated",
            Self::Gateway => "502 by a proxy",
            Self::NobodyListens => "nobody listens",
            Self::KillServer => "server killed",
            Self::KillClient => "client killed",
            Self::ClockJump => "clock jumps",
        }
    }
}

/// What a scenario is made of.
pub struct Plan {
    pub seed: u64,
    /// `None` is our own server; else the contract server in this era.
    pub era: Option<&'static str>,
    pub conversations: usize,
    pub faults: usize,
    /// Actions between two faults, and while there is one.
    pub actions: u32,
}

struct World {
    plan: Plan,
    rng: ChaCha8Rng,
    folder: tempfile::TempDir,
    house: House,
    proxy: Proxy,
    seat: Seat,
    /// Another agent at a screen.
    screen: Screen,
    /// Deliveries that the server did not take yet.
    undelivered: Vec<(String, String, String)>,
    written: usize,
    sent: Vec<Sent>,
    drafts: HashMap<String, String>,
    /// When each was written.
    drafted: HashMap<String, Instant>,
    figures: Figures,
}

/// Runs a scenario; `None` where its backend needs Node and there is none.
///
/// # Panics
/// When anything was lost, doubled, misrouted or sent twice, with what and the seed.
pub async fn run(plan: Plan) -> Option<Figures> {
    let mut world = World::begin(plan).await?;
    let before = world.seat.resources();
    let mut order: Vec<Fault> = FAULTS.to_vec();
    for number in 0..world.plan.faults {
        if number % FAULTS.len() == 0 {
            shuffle(&mut order, &mut world.rng);
        }
        let fault = order[number % FAULTS.len()];
        world.traffic().await;
        world.screen.fidget();
        world.meet(fault).await;
        if number % 8 == 7 {
            world.settle().await;
        }
    }
    world.settle().await;
    world.judge().await;
    world.look_at_the_screen().await;
    let after = world.seat.resources();
    assert!(after.1 <= before.1 + SPARE, "descriptors: {} before, {} after", before.1, after.1);
    assert!(after.0 <= MEMORY, "resident bytes: {} before, {} after", before.0, after.0);
    let World { plan: Plan { seed, .. }, screen, mut figures, written, sent, .. } = world;
    block_in_place(|| screen.leave());
    figures.seeds.push(seed);
    (figures.inbound, figures.outbound) = (written, sent.len());
    figures.resources.push((before, after));
    Some(figures)
}

fn shuffle(faults: &mut [Fault], rng: &mut ChaCha8Rng) {
    for at in (1..faults.len()).rev() {
        faults.swap(at, rng.random_range(0..=at));
    }
}

impl World {
    async fn begin(plan: Plan) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let house = match plan.era {
            None => House::own(folder.path().to_owned(), plan.conversations).await,
            Some(era) => House::contract(era, plan.conversations)?,
        };
        let proxy = Proxy::start(house.port(), plan.seed).await;
        let mut seat = Seat::start(&proxy.url(), &house.token(), folder.path());
        seat.live().await;
        let home = folder.path().join("screen");
        let screen = block_in_place(|| Screen::start(&proxy.url(), &house.token(), &home, &phone(WATCHED), plan.seed));
        let rng = ChaCha8Rng::seed_from_u64(plan.seed);
        let (undelivered, sent, drafts, drafted, figures) = Default::default();
        Some(Self {
            plan,
            rng,
            folder,
            house,
            proxy,
            seat,
            screen,
            undelivered,
            written: 0,
            sent,
            drafts,
            drafted,
            figures,
        })
    }

    fn any_phone(&mut self) -> String {
        // Some customers write more than others; now and then one writes who never did.
        let n = if self.rng.random_bool(0.5) { 3 } else { self.plan.conversations + 2 };
        phone(self.rng.random_range(0..n))
    }

    async fn traffic(&mut self) {
        for _ in 0..self.plan.actions {
            match self.rng.random_range(0..20) {
                0..12 => self.customers_write().await,
                12..15 => {
                    let phone = self.any_phone();
                    self.seat.ask(json!({ "do": "open", "phone": phone })).await;
                }
                15..18 => self.agent_answers().await,
                18 => self.agent_drafts().await,
                _ => {
                    let wait = self.rng.random_range(0..60);
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                }
            }
        }
        self.deliver().await;
    }

    async fn customers_write(&mut self) {
        for _ in 0..self.rng.random_range(1..8) {
            self.written += 1;
            let (phone, number, seed) = (self.any_phone(), self.written, self.plan.seed);
            self.undelivered.push((phone, format!("wamid.IN.{seed}.{number}"), format!("in {seed} {number}")));
        }
        self.deliver().await;
    }

    /// What the server does not take is told again later, as WhatsApp does; sometimes what it took comes twice.
    async fn deliver(&mut self) {
        let mut left = Vec::new();
        for (phone, wamid, text) in std::mem::take(&mut self.undelivered) {
            let taken = left.is_empty() && self.house.inbound(&phone, &wamid, &text).await;
            if !taken || (matches!(self.house, House::Own(_)) && self.rng.random_bool(0.03)) {
                left.push((phone, wamid, text));
            }
        }
        self.undelivered = left;
    }

    async fn agent_answers(&mut self) {
        let phone = phone(self.rng.random_range(0..self.plan.conversations));
        let text = format!("out {} {}", self.plan.seed, self.sent.len() + 1);
        let answer = self.seat.ask(json!({ "do": "send", "phone": phone, "text": text })).await;
        self.only_drafts(&answer["stood"], &phone);
        if answer["taken"] == true {
            self.drafts.remove(&phone);
            self.sent.push(Sent { phone, text, certain: true });
        }
    }

    async fn agent_drafts(&mut self) {
        let phone = phone(self.rng.random_range(0..self.plan.conversations));
        let text = format!("draft {} {}", self.plan.seed, self.rng.random::<u32>());
        let answer = self.seat.ask(json!({ "do": "draft", "phone": phone, "text": text })).await;
        self.only_drafts(&answer["stood"], &phone);
        if answer["taken"] == true {
            self.drafted.insert(phone.clone(), Instant::now());
            self.drafts.insert(phone, text);
        }
    }

    /// A fault comes, lasts while work goes on, and is over.
    async fn meet(&mut self, fault: Fault) {
        let share = [0.2, 0.5, 1.0][self.rng.random_range(0..3)];
        let delay = Duration::from_millis(self.rng.random_range(20..400));
        let change = |change: fn(&mut Weather)| self.proxy.set(change);
        match fault {
            Fault::Cut => {
                self.proxy.cut(Kind::Rest);
                self.proxy.cut(Kind::Socket);
            }
            Fault::CutSocket => self.proxy.cut(Kind::Socket),
            Fault::Freeze => change(|weather| (weather.rest.frozen, weather.socket.frozen) = (true, true)),
            Fault::FreezeRest => change(|weather| weather.rest.frozen = true),
            Fault::FreezeSocket => change(|weather| weather.socket.frozen = true),
            Fault::Delay => self.proxy.set(|weather| (weather.rest.delay, weather.socket.delay) = (delay, delay)),
            Fault::Reorder => self.proxy.set(|weather| weather.rest.delay = delay * 2),
            Fault::DropEvents => self.events(Events { dropped: share, ..Events::default() }),
            Fault::DoubleEvents => self.events(Events { doubled: share, ..Events::default() }),
            Fault::SwapEvents => self.events(Events { swapped: share / 2.0, ..Events::default() }),
            Fault::LoseAnswers => change(|weather| weather.rest.answers_lost = true),
            Fault::Truncate => change(|weather| (weather.rest.truncated, weather.socket.truncated) = (true, true)),
            Fault::Gateway => {
                change(|weather| (weather.rest.gateway, weather.socket.gateway) = (true, true));
                self.proxy.cut(Kind::Rest);
                self.proxy.cut(Kind::Socket);
            }
            Fault::NobodyListens => {
                self.proxy.close_door();
                self.proxy.cut(Kind::Rest);
                self.proxy.cut(Kind::Socket);
            }
            Fault::KillServer => self.house.kill().await,
            Fault::KillClient => return self.client_killed().await,
            Fault::ClockJump => {
                let ahead = self.rng.random_range(-7200..7200);
                self.seat.ask(json!({ "do": "clock", "ahead": ahead })).await;
            }
        }
        self.traffic().await;
        let length = self.rng.random_range(0..1800);
        tokio::time::sleep(Duration::from_millis(length)).await;
        match fault {
            Fault::NobodyListens => self.proxy.open_door().await,
            Fault::KillServer => {
                self.house.revive().await;
                self.proxy.lead_to(self.house.port());
            }
            Fault::ClockJump => _ = self.seat.ask(json!({ "do": "clock", "ahead": 0 })).await,
            _ => self.proxy.clear(),
        }
        *self.figures.faults.entry(fault.name()).or_default() += 1;
        if !self.seat.is_live() {
            let back = self.seat.live().await;
            self.figures.back.entry(fault.name()).or_default().push(back);
        }
        self.deliver().await;
    }

    fn events(&self, events: Events) {
        self.proxy.set(|weather| weather.socket.events = events);
    }

    /// The program is killed while it works, and started again: what it said to be on disk is there.
    async fn client_killed(&mut self) {
        self.traffic().await;
        self.seat.kill().await;
        for sent in &mut self.sent {
            sent.certain &= self.seat.has_kept(&sent.text);
        }
        // A draft is on disk within half a second; a busy machine may take longer to get there.
        self.drafts.retain(|phone, _| self.drafted.get(phone).is_some_and(|at| at.elapsed() > DRAFTED));
        self.seat = Seat::start(&self.proxy.url(), &self.house.token(), self.folder.path());
        self.seat.kept_before(self.sent.iter().filter(|sent| sent.certain).map(|sent| &sent.text));
        let back = self.seat.live().await;
        *self.figures.faults.entry(Fault::KillClient.name()).or_default() += 1;
        self.figures.back.entry(Fault::KillClient.name()).or_default().push(back);
        self.traffic().await;
    }

    /// All is well again: list and open thread become the backend's, the agent decides what is unconfirmed, and every
    /// conversation, once opened, is whole.
    async fn settle(&mut self) {
        while !self.undelivered.is_empty() {
            self.deliver().await;
        }
        // Nothing that was under way may arrive later: what is not stored by now was not sent.
        self.proxy.cut(Kind::Rest);
        let begun = Instant::now();
        let faulty = self.until_equal(|dump, phone| dump["open"] == phone).await;
        self.check("list and open thread, untouched", faulty);
        self.figures.converged.push(begun.elapsed());
        let dump = self.seat.dump().await;
        self.check("drafts", drafts(&self.drafts, &dump));
        self.decide().await;
        for n in 0..self.plan.conversations + 2 {
            self.look_at(&phone(n)).await;
        }
        let (truth, dump) = (self.house.truth().await, self.seat.dump().await);
        self.check("what was sent so far", fates(&self.sent, &truth, &dump, &self.house.handed()));
    }

    /// Asks until everything is equal, or patience is at its end.
    async fn until_equal(&mut self, complete: impl Fn(&Value, &str) -> bool) -> Faulty {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut truth = self.house.truth().await;
            let dump = self.seat.dump().await;
            for (phone, kept) in &mut truth {
                from_the_first_on(&dump, phone, &mut kept.messages);
            }
            let faulty = compare(&dump, &truth, |phone| complete(&dump, phone));
            if faulty.is_right() || Instant::now() > until {
                return faulty;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The agent decides what became of texts whose answers were lost: stored ones are taken out of the outbox,
    /// others tried again.
    async fn decide(&mut self) {
        let (mut until, mut left) = (Instant::now() + PATIENCE, usize::MAX);
        loop {
            let outbox = self.seat.ask(json!({ "do": "outbox" })).await;
            if array(&outbox).is_empty() {
                return;
            }
            // Each of many texts may take its time.
            if array(&outbox).len() < left {
                (until, left) = (Instant::now() + PATIENCE, array(&outbox).len());
            }
            if Instant::now() > until {
                panic!("seed {}: the outbox does not empty: {outbox:#}", self.plan.seed);
            }
            let decides = |item: &&Value| item["idle"] == true && item["waits"] == true;
            let Some(item) = array(&outbox).iter().find(decides).cloned() else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let (phone, text) = (item["phone"].as_str().expect("a phone"), item["text"].as_str().expect("a text"));
            // The first look may settle it: the thread is fetched when it is opened.
            self.look_at(phone).await;
            let outbox = self.seat.ask(json!({ "do": "outbox" })).await;
            if !array(&outbox).iter().any(|other| other["text"] == text && other["fate"] == item["fate"]) {
                continue;
            }
            self.figures.decided += 1;
            let truth = self.house.truth().await;
            let stored = truth.get(phone).is_some_and(|kept| kept.messages.iter().any(|message| message.text == text));
            if stored {
                self.forget(phone, text).await;
            } else {
                self.seat.ask(json!({ "do": "key", "phone": phone, "key": "R" })).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The agent sees that a text is in the thread and takes it back: those behind it first, which are sent anew.
    async fn forget(&mut self, phone: &str, text: &str) {
        self.drafts.remove(phone);
        let mut behind = Vec::new();
        loop {
            let before = self.waiting_for(phone).await;
            let answer = self.seat.ask(json!({ "do": "take back", "phone": phone })).await;
            self.only_drafts(&answer["stood"], phone);
            let until = Instant::now() + PATIENCE;
            while self.waiting_for(phone).await == before && Instant::now() < until {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let cut = self.seat.ask(json!({ "do": "cut", "phone": phone })).await;
            let cut = cut["text"].as_str().unwrap_or_default();
            if cut == text {
                break;
            }
            assert!(!cut.is_empty(), "seed {}: nothing came back for {phone}", self.plan.seed);
            behind.push(cut.to_owned());
        }
        for text in behind.into_iter().rev() {
            let answer = self.seat.ask(json!({ "do": "send", "phone": phone, "text": text })).await;
            assert_eq!(answer["taken"], true, "seed {}: {text:?} was not taken again", self.plan.seed);
        }
    }

    /// What was replaced in the composer is a draft, or was one when the program was killed before the text was in the
    /// queue. Here nothing is refused: a text that was sent does not come back.
    fn only_drafts(&self, stood: &Value, phone: &str) {
        let queued = |line: &str| self.sent.iter().any(|sent| sent.certain && sent.text == line);
        let is_wrong = |stood: &&str| stood.lines().any(queued);
        let faulty = stood.as_str().filter(is_wrong).map(|stood| {
            let refusal = "it came back, or it was sent and stayed a draft as well";
            format!("{stood:?} stood in the composer for {phone}: {refusal}")
        });
        self.check("what stands in the composer", Faulty(faulty.into_iter().collect()));
    }

    async fn waiting_for(&mut self, phone: &str) -> usize {
        let outbox = self.seat.ask(json!({ "do": "outbox" })).await;
        array(&outbox).iter().filter(|item| item["phone"] == phone).count()
    }

    /// Opens a conversation, goes back to its beginning, and compares all of it.
    async fn look_at(&mut self, phone: &str) {
        let Some(kept) = self.house.truth().await.remove(phone) else { return };
        let until = Instant::now() + PATIENCE;
        self.seat.ask(json!({ "do": "open", "phone": phone })).await;
        loop {
            let dump = self.seat.dump().await;
            let thread = array(&dump["threads"]).iter().find(|thread| thread["phone"] == phone);
            let loading = thread.is_none_or(|thread| thread["latest"] == "asked" || thread["older"] == "asked");
            let first = thread.and_then(|thread| thread["messages"][0]["id"].as_str());
            let whole = first == kept.messages.first().map(|message| message.id.as_str());
            let truth: Truth = [(phone.to_owned(), kept.clone())].into();
            let faulty = only_of(phone, compare(&dump, &truth, |of| of == phone));
            if (whole && !loading && faulty.is_right()) || Instant::now() > until {
                let after = self.house.truth().await.remove(phone);
                if after.as_ref() != Some(&kept) {
                    // Something of ours was stored meanwhile.
                    return Box::pin(self.look_at(phone)).await;
                }
                return self.check(&format!("the whole thread of {phone}"), faulty);
            }
            if !loading && !whole {
                self.seat.ask(json!({ "do": "key", "phone": phone, "key": "o" })).await;
            } else if !loading && thread.is_some_and(|thread| thread["gaps"] != 0) {
                self.seat.ask(json!({ "do": "key", "phone": phone, "key": "f" })).await;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// The last word: what became of every text that was sent.
    async fn judge(&mut self) {
        let (truth, dump) = (self.house.truth().await, self.seat.dump().await);
        self.check("what was sent", fates(&self.sent, &truth, &dump, &self.house.handed()));
        let inbound: usize =
            truth.values().flat_map(|kept| &kept.messages).filter(|stored| stored.text.starts_with("in ")).count();
        assert_eq!(inbound, self.written, "seed {}: the backend itself lost or doubled a delivery", self.plan.seed);
    }

    /// What the other agent sees is the backend's as well, and the terminal is not spoilt.
    async fn look_at_the_screen(&mut self) {
        let truth = self.house.truth().await;
        let last = truth.get(&phone(WATCHED)).and_then(|kept| kept.messages.last()).expect("messages");
        block_in_place(|| self.screen.is_right(&last.text));
    }

    fn check(&self, what: &str, faulty: Faulty) {
        if !faulty.is_right() {
            let said = std::fs::read_to_string(self.folder.path().join("client.log")).unwrap_or_default();
            let (seed, session) = (self.plan.seed, self.seat.session());
            panic!("seed {seed}, {what}, session {session:?}: {:#?}\n{said}", faulty.0);
        }
    }
}

/// Leaves out of the truth what lies before the first message that the program has of a thread: history that nobody
/// asked for is not lost.
fn from_the_first_on(dump: &Value, phone: &str, stored: &mut Vec<Stored>) {
    let thread = array(&dump["threads"]).iter().find(|thread| thread["phone"] == phone);
    let Some(first) = thread.and_then(|thread| thread["messages"][0]["id"].as_str()) else { return };
    if let Some(at) = stored.iter().position(|message| message.id == first) {
        stored.drain(..at);
    }
}

/// What is said of this conversation's thread.
fn only_of(phone: &str, faulty: Faulty) -> Faulty {
    let of_it = |what: &String| what.contains(phone) && !what.contains("a thread of");
    Faulty(faulty.0.into_iter().filter(of_it).collect())
}

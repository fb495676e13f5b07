//! The role of the program without a screen: the same `update`, backend part, store and effects, driven by requests on
//! standard input. What it holds can be compared exactly.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use switchboard::app::{self, Effect, Focus, Input, Msg, Settings, State, Timer};
use switchboard::backend::TokenSource;
use switchboard::backend::{self, Backend, BackendConfig, Command, Limits, PollEvery, Report, SessionState};
use switchboard::chat::ConversationKey;
use switchboard::config::{Keymap, Profile, Theme};
use switchboard::store::{self, Place, Reply, Store, StoreConfig, Surroundings};
use switchboard::text::Clean;
use switchboard::wire::Dialect;
use tokio::sync::mpsc;

use crate::contract::LINE;
use crate::dump;
use crate::roles::say;

/// Polls are fifteen times as frequent as by default, so that a minute after a fault passes in four seconds.
const POLLS: PollEvery = PollEvery { often: Duration::from_secs(1), seldom: Duration::from_secs(4) };

struct Client {
    state: State,
    backend: Backend,
    store: Store,
    timers: HashMap<Timer, Instant>,
    /// How far the injected clock is ahead of the machine's.
    ahead: SignedDuration,
    told: Option<SessionState>,
}

#[expect(clippy::large_enum_variant, reason = "one at a time")]
enum Woken {
    Report(Option<Report>),
    Stored(Reply),
    Asked(Option<Value>),
    Time,
}

/// Runs until standard input closes.
pub fn run() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (asks, mut asked) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in std::io::stdin().lines().map_while(Result::ok) {
                let ask: Value = serde_json::from_str(&line).expect("JSON");
                if asks.send(ask).is_err() {
                    return;
                }
            }
        });
        let (sender, mut reports) = mpsc::channel(4096);
        let (answers, mut stored) = mpsc::channel(1024);
        let mut client = Client::new(sender, answers);
        loop {
            let due = client.timers.values().min().copied();
            let due = tokio::time::Instant::from_std(due.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600)));
            let woken = tokio::select! {
                biased;
                ask = asked.recv() => Woken::Asked(ask),
                report = reports.recv() => Woken::Report(report),
                Some(reply) = stored.recv() => Woken::Stored(reply),
                () = tokio::time::sleep_until(due) => Woken::Time,
            };
            match woken {
                Woken::Asked(Some(ask)) => client.asked(&ask),
                Woken::Asked(None) => std::process::exit(0),
                Woken::Report(Some(report)) => client.take(Msg::Backend(report)),
                Woken::Report(None) => panic!("the session ended by itself"),
                Woken::Stored(reply) => client.stored(reply),
                Woken::Time => client.time(),
            }
        }
    });
}

fn settings() -> Settings {
    Settings {
        profile: Clean::line("faults"),
        line: None,
        demo: false,
        ascii: false,
        zone: TimeZone::UTC,
        list_limit: 200,
        thread_limit: 30,
        thread_memory: 100_000,
        dates: switchboard::app::dates::Dates::default(),
        relative: true,
        attention: switchboard::app::attention::Attention::none(),
        mark_read: true,
        presence: SignedDuration::from_secs(60),
        ssh: false,
        pictures: true,
        largest_file: 100_000_000,
    }
}

/// Writes down what came of a text that is sent, for the message of a failure.
fn note_message(now: Timestamp, msg: &Msg) {
    match msg {
        Msg::Backend(Report::Sent { client, result, .. }) => eprintln!("{now} answered {client:?}: {result:?}"),
        Msg::Store(
            reply @ (Reply::Enqueued { .. }
            | Reply::Unwritten { .. }
            | Reply::Claimed { .. }
            | Reply::Settled { .. }
            | Reply::Returned(_)
            | Reply::Failed { .. }),
        ) => eprintln!("{now} store says {reply:?}"),
        _ => {}
    }
}

/// The same for what is done with it.
fn note_effect(now: Timestamp, effect: &Effect) {
    match effect {
        Effect::Backend(command @ Command::Send { .. }) => eprintln!("{now} {command:?}"),
        Effect::Store(
            command @ (store::Command::Enqueue(_)
            | store::Command::Claim { .. }
            | store::Command::Fate { .. }
            | store::Command::Settle { .. }),
        ) => eprintln!("{now} {command:?}"),
        _ => {}
    }
}

impl Client {
    fn new(reports: mpsc::Sender<Report>, answers: mpsc::Sender<Reply>) -> Self {
        let told = |name: &str| std::env::var(name).expect("told by the environment");
        let mut profile = Profile::new(told("FAULTS_URL").parse().expect("a URL"));
        profile.line = Some(LINE.to_owned());
        let dialect = Arc::new(Dialect::reference());
        let rules = dialect.identity_rules(None, false);
        let mut config = BackendConfig::new(profile, dialect, TokenSource::fixed(told("FAULTS_TOKEN")));
        config.polls = POLLS;
        config.limits = Limits {
            connect: Duration::from_secs(1),
            answer: Duration::from_secs(2),
            silence: Duration::from_secs(1),
            body: Duration::from_secs(5),
            ..Limits::default()
        };
        let settings = settings();
        (config.list_limit, config.thread_limit) = (settings.list_limit, settings.thread_limit);
        let keymap = Arc::new(Keymap::built_in().expect("a keymap"));
        let mut state = State::new(Timestamp::now(), settings, rules, keymap, Arc::new(Theme::default()));
        state.sent_here = u64::from(rand::random::<u32>());
        // A full disk is one that takes so many pages and no more.
        let pages = std::env::var("FAULTS_PAGES").ok().map(|pages| pages.parse().expect("a number"));
        let surroundings = Surroundings { pages, ..Surroundings::default() };
        let kept = StoreConfig { place: Place::File(told("FAULTS_STORE").into()), days: 0, megabytes: 0 };
        let store = store::open_in(kept, surroundings, answers);
        store.send(store::Command::Start { conversations: 500 });
        let backend = backend::start(config, reports);
        let (timers, ahead) = (HashMap::new(), SignedDuration::ZERO);
        let mut client = Self { state, backend, store, timers, ahead, told: None };
        client.take(Msg::Input(Input::Resize { columns: 120, rows: 40 }));
        client.take(Msg::Input(Input::Focus(true)));
        client
    }

    fn now(&self) -> Timestamp {
        Timestamp::now().checked_add(self.ahead).expect("a time")
    }

    /// The store answers. That a text is on disk is told: from then on it may not get lost.
    fn stored(&mut self, reply: Reply) {
        let kept = match &reply {
            Reply::Enqueued { client } => self.state.outbox.get(client).map(|item| item.text.clone()),
            Reply::Failed { what, .. } => {
                say(&json!({ "trouble": &**what }));
                None
            }
            _ => None,
        };
        self.take(Msg::Store(reply));
        if let Some(text) = kept {
            say(&json!({ "kept": text }));
        }
    }

    fn take(&mut self, msg: Msg) {
        let now = self.now();
        note_message(now, &msg);
        for effect in app::update(&mut self.state, now, msg) {
            note_effect(now, &effect);
            match effect {
                Effect::Backend(Command::Close) => {}
                Effect::Backend(command) => self.backend.send(command),
                Effect::Store(command) => self.store.send(command),
                Effect::Wake { after, timer } => _ = self.timers.insert(timer, Instant::now() + after),
                _ => {}
            }
        }
        self.state.dirty = false;
        if self.told.as_ref() != Some(&self.state.session.state) {
            self.told = Some(self.state.session.state.clone());
            say(&json!({ "session": dump::session(&self.state.session.state), "epoch": self.state.session.epoch }));
        }
    }

    fn time(&mut self) {
        let now = Instant::now();
        let due: Vec<Timer> = self.timers.iter().filter(|(_, at)| **at <= now).map(|(timer, _)| *timer).collect();
        for timer in due {
            self.timers.remove(&timer);
            self.take(Msg::Timer(timer));
        }
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.take(Msg::Input(Input::Key(KeyEvent::new(code, modifiers))));
    }

    fn key(&mut self, code: KeyCode) {
        self.press(code, KeyModifiers::NONE);
    }

    fn asked(&mut self, ask: &Value) {
        let text = |name: &str| ask[name].as_str().unwrap_or_default().to_owned();
        if !matches!(ask["do"].as_str(), Some("dump" | "outbox" | "open")) {
            eprintln!("{} asked {ask}", self.now());
        }
        let answer = match ask["do"].as_str().expect("what to do") {
            "open" => json!({ "opened": self.open(&text("phone")) }),
            "send" => {
                let stood = self.write(&text("phone"), &text("text"));
                if stood.is_some() {
                    self.key(KeyCode::Enter);
                }
                json!({ "taken": stood.is_some(), "stood": stood })
            }
            "draft" => {
                let stood = self.write(&text("phone"), &text("text"));
                self.key(KeyCode::Esc);
                json!({ "taken": stood.is_some(), "stood": stood })
            }
            // In the thread: try the last one again, fetch what is missing, fetch older ones.
            "key" => {
                let opened = self.open(&text("phone"));
                let key = text("key").chars().next().expect("a key");
                if opened {
                    self.key(KeyCode::Char(key));
                }
                json!({ "opened": opened })
            }
            // The last that waits there comes back into the composer, as soon as the store says that it is ours.
            "take back" => {
                let mut stood = None;
                if self.open(&text("phone")) {
                    stood = Some(self.empty());
                    self.key(KeyCode::Esc);
                    self.key(KeyCode::Char('e'));
                }
                json!({ "stood": stood })
            }
            // What stands in the composer, which is empty afterwards.
            "cut" => {
                let opened = self.open(&text("phone"));
                let text = if opened { self.empty() } else { String::new() };
                eprintln!("cut {text:?}");
                json!({ "text": text })
            }
            "clock" => {
                self.ahead = SignedDuration::from_secs(ask["ahead"].as_i64().expect("seconds"));
                self.take(Msg::Clock);
                json!({})
            }
            "outbox" => dump::outbox(&self.state),
            "dump" => dump::all(&mut self.state),
            other => panic!("{other}?"),
        };
        say(&json!({ "answer": ask["number"], "with": answer }));
    }

    fn find(&self, phone: &str) -> Option<ConversationKey> {
        let is = |key: &&ConversationKey| {
            let row = self.state.inbox.get(**key);
            row.and_then(|row| row.phone.as_ref()).is_some_and(|had| had.digits() == phone)
        };
        self.state.inbox.all().iter().find(is).copied()
    }

    /// Opens a conversation as an agent does: chosen in the list, Enter.
    fn open(&mut self, phone: &str) -> bool {
        let Some(key) = self.find(phone) else { return false };
        while self.state.focus == Focus::Composer || self.state.panels.overlay.is_some() {
            self.key(KeyCode::Esc);
        }
        self.state.focus = Focus::List;
        self.state.inbox.select(key);
        self.key(KeyCode::Enter);
        self.state.open == Some(key)
    }

    /// Opens a conversation and writes, replacing what stands there. Gives that; `None` if nothing could be written.
    fn write(&mut self, phone: &str, text: &str) -> Option<String> {
        if !self.open(phone) {
            return None;
        }
        let stood = self.empty();
        if self.state.focus != Focus::Composer {
            eprintln!("cannot write: {:?}, {stood:?} is gone", self.state.focus);
            return None;
        }
        self.take(Msg::Input(Input::Paste(text.to_owned())));
        Some(stood)
    }

    /// Empties the composer of the open conversation, line by line; gives what stood there.
    fn empty(&mut self) -> String {
        self.key(KeyCode::Char('r'));
        let stood = self.state.composer.text();
        while self.state.focus == Focus::Composer && !self.state.composer.text().is_empty() {
            self.press(KeyCode::Char('e'), KeyModifiers::CONTROL);
            self.press(KeyCode::Char('u'), KeyModifiers::CONTROL);
            self.key(KeyCode::Backspace);
        }
        stood
    }
}

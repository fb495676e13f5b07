//! The role of the program without a screen: the same `update`, the same backend part, the same effects, driven by
//! requests on standard input. What it holds can be compared exactly.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use switchboard::app::outbox::Fate;
use switchboard::app::{self, Effect, Focus, Input, Loading, Msg, Settings, State, Timer};
use switchboard::backend::{
    self, Backend, BackendConfig, Command, Limits, PollEvery, Report, SessionState, TokenSource,
};
use switchboard::chat::{ConversationKey, Direction, Message};
use switchboard::config::{Keymap, Profile, Theme};
use switchboard::text::Clean;
use switchboard::wire::Dialect;
use tokio::sync::mpsc;

use crate::contract::LINE;
use crate::roles::say;

/// Polls are fifteen times as frequent as by default, so that a minute after a fault passes in four seconds.
const POLLS: PollEvery = PollEvery { often: Duration::from_secs(1), seldom: Duration::from_secs(4) };

struct Client {
    state: State,
    backend: Backend,
    timers: HashMap<Timer, Instant>,
    /// How far the injected clock is ahead of the machine's.
    ahead: SignedDuration,
    told: Option<SessionState>,
}

enum Woken {
    Report(Option<Report>),
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
        let mut client = Client::new(sender);
        loop {
            let due = client.timers.values().min().copied();
            let due = tokio::time::Instant::from_std(due.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600)));
            let woken = tokio::select! {
                biased;
                ask = asked.recv() => Woken::Asked(ask),
                report = reports.recv() => Woken::Report(report),
                () = tokio::time::sleep_until(due) => Woken::Time,
            };
            match woken {
                Woken::Asked(Some(ask)) => client.asked(&ask),
                Woken::Asked(None) => std::process::exit(0),
                Woken::Report(Some(report)) => client.take(Msg::Backend(report)),
                Woken::Report(None) => panic!("the session ended by itself"),
                Woken::Time => client.time(),
            }
        }
    });
}

impl Client {
    fn new(reports: mpsc::Sender<Report>) -> Self {
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
        let settings = Settings {
            profile: Clean::line("faults"),
            demo: false,
            ascii: false,
            zone: TimeZone::UTC,
            list_limit: 200,
            thread_limit: 30,
            thread_memory: 100_000,
            bell: false,
            notify: false,
            hide_content: false,
            mark_read: true,
            presence: SignedDuration::from_secs(60),
            ssh: false,
        };
        (config.list_limit, config.thread_limit) = (settings.list_limit, settings.thread_limit);
        let keymap = Arc::new(Keymap::built_in().expect("a keymap"));
        let state = State::new(Timestamp::now(), settings, rules, keymap, Arc::new(Theme::default()));
        let backend = backend::start(config, reports);
        let mut client = Self { state, backend, timers: HashMap::new(), ahead: SignedDuration::ZERO, told: None };
        client.take(Msg::Input(Input::Resize { columns: 120, rows: 40 }));
        client.take(Msg::Input(Input::Focus(true)));
        client
    }

    fn now(&self) -> Timestamp {
        Timestamp::now().checked_add(self.ahead).expect("a time")
    }

    fn take(&mut self, msg: Msg) {
        let now = self.now();
        for effect in app::update(&mut self.state, now, msg) {
            match effect {
                Effect::Backend(Command::Close) => {}
                Effect::Backend(command) => self.backend.send(command),
                Effect::Wake { after, timer } => _ = self.timers.insert(timer, Instant::now() + after),
                _ => {}
            }
        }
        self.state.dirty = false;
        if self.told.as_ref() != Some(&self.state.session.state) {
            self.told = Some(self.state.session.state.clone());
            say(&json!({ "session": shown(&self.state.session.state), "epoch": self.state.session.epoch }));
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
        let answer = match ask["do"].as_str().expect("what to do") {
            "open" => json!({ "opened": self.open(&text("phone")) }),
            "send" => {
                let opened = self.write(&text("phone"), &text("text"));
                if opened {
                    self.key(KeyCode::Enter);
                }
                json!({ "taken": opened })
            }
            "draft" => {
                let opened = self.write(&text("phone"), &text("text"));
                self.key(KeyCode::Esc);
                json!({ "taken": opened })
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
            "forget" => {
                self.forget(&text("phone"), &text("text"));
                json!({})
            }
            "reconnect" => {
                self.press(KeyCode::Char('r'), KeyModifiers::CONTROL);
                json!({})
            }
            "clock" => {
                self.ahead = SignedDuration::from_secs(ask["ahead"].as_i64().expect("seconds"));
                self.take(Msg::Clock);
                json!({})
            }
            "outbox" => self.outbox(),
            "dump" => self.dump(),
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

    /// Opens a conversation and writes, replacing what stands there.
    fn write(&mut self, phone: &str, text: &str) -> bool {
        if !self.open(phone) {
            return false;
        }
        self.key(KeyCode::Char('r'));
        if self.state.focus != Focus::Composer {
            return false;
        }
        self.state.composer.set("");
        self.take(Msg::Input(Input::Paste(text.to_owned())));
        true
    }

    /// The agent sees that a text is in the thread and takes it back: those behind it first, which are sent anew.
    fn forget(&mut self, phone: &str, text: &str) {
        let mut behind = Vec::new();
        while self.open(phone) && self.waits(text) {
            self.state.composer.set("");
            self.key(KeyCode::Char('e'));
            let taken = self.state.composer.take();
            if taken != text {
                behind.push(taken);
            }
        }
        for text in behind.into_iter().rev() {
            self.write(phone, &text);
            self.key(KeyCode::Enter);
        }
    }

    fn waits(&self, text: &str) -> bool {
        self.state.outbox.items().iter().any(|item| item.text == text && item.fate != Fate::Sending)
    }

    fn outbox(&self) -> Value {
        let item = |item: &app::outbox::Outgoing| {
            let fate = match item.fate {
                Fate::Queued => "queued",
                Fate::Sending => "sending",
                Fate::Unconfirmed => "unconfirmed",
            };
            json!({ "phone": self.phone(item.key), "text": item.text, "fate": fate, "note": item.note.as_deref() })
        };
        Value::Array(self.state.outbox.items().iter().map(item).collect())
    }

    fn phone(&self, key: ConversationKey) -> Option<&str> {
        Some(self.state.inbox.get(key)?.phone.as_ref()?.digits())
    }

    fn dump(&mut self) -> Value {
        let rows: Vec<Value> = self
            .state
            .inbox
            .all()
            .iter()
            .filter_map(|key| self.state.inbox.get(*key))
            .map(|row| {
                let phone = row.phone.as_ref().map(|phone| phone.digits());
                json!({ "phone": phone, "preview": row.preview.as_deref(), "unread": row.unread })
            })
            .collect();
        let open = self.state.open.and_then(|key| self.phone(key)).map(str::to_owned);
        let unrouted: Vec<Value> = self
            .state
            .unrouted
            .iter()
            .map(|item| {
                let text = item.message.as_ref().and_then(|message| message.text());
                json!({ "reason": &*item.reason, "text": text.as_deref() })
            })
            .collect();
        let session = shown(&self.state.session.state);
        let refusal = self.state.composer.refusal.as_deref().map(str::to_owned);
        let outbox = self.outbox();
        let phones: HashMap<ConversationKey, String> =
            self.state.inbox.all().iter().filter_map(|key| Some((*key, self.phone(*key)?.to_owned()))).collect();
        let threads: Vec<Value> = self
            .state
            .threads
            .iter_mut()
            .map(|(key, view)| {
                let line = |message: &Message| {
                    json!({
                        "id": message.ids.id.as_ref().map(|id| id.as_str()),
                        "outbound": message.direction == Direction::Outbound,
                        "text": message.text().as_deref(),
                    })
                };
                json!({
                    "phone": phones.get(&key),
                    "messages": view.thread.iter().map(line).collect::<Vec<_>>(),
                    "gaps": view.thread.gaps().len(),
                    "latest": loading(&view.latest),
                    "older": loading(&view.older),
                })
            })
            .collect();
        json!({
            "rows": rows, "open": open, "threads": threads, "unrouted": unrouted, "outbox": outbox,
            "session": session, "refusal": refusal,
        })
    }
}

fn loading(loading: &Loading) -> String {
    match loading {
        Loading::Not => "not".to_owned(),
        Loading::Asked => "asked".to_owned(),
        Loading::Done => "done".to_owned(),
        Loading::Failed(why) => format!("failed: {why}"),
    }
}

fn shown(state: &SessionState) -> String {
    match state {
        SessionState::Connecting { step } => format!("connecting: {step}"),
        SessionState::Live => "live".to_owned(),
        SessionState::Silent { reason } => format!("silent: {reason}"),
        SessionState::Waiting { reason, .. } => format!("waiting: {reason}"),
        SessionState::Offline { reason } => format!("offline: {reason}"),
        SessionState::SignedOut { reason } => format!("signed out: {reason}"),
    }
}

//! The examination: a real session drives the real state, beside it a few trials; then the rules look at both.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::test_message::{Customer, Delivery};
use super::trials::{self, Joiner};
use crate::app::{Effect, Input, Msg, Settings, State, evidence, update};
use crate::backend::{
    self, Backend, BackendConfig, Command, Errand, MishapKind, Page, PollEvery, Purpose, Report, Target, Trials,
};
use crate::chat::{ConversationKey, Id, Verdict, naive_match};
use crate::config::{ConfigError, Keymap, Theme};
use crate::inspect::evidence::{Address, Checks, Evidence, Missed, Sent, Test};
use crate::inspect::stages::{Seen, Told};
use crate::inspect::{Finding, Kind, Trace, diagnose};
use crate::text::Clean;

/// Reports that may wait.
const REPORTS: usize = 4096;
/// The way in may take so long.
const WAY_IN: Duration = Duration::from_secs(12);
/// What the joins, and REST, may take.
const MOMENT: Duration = Duration::from_secs(5);
/// After the last thing that was waited for: what comes twice, comes now.
const SETTLE: Duration = Duration::from_millis(400);
/// A late message may be so late.
const LATE: Duration = Duration::from_secs(7);

/// What is to be examined, and how.
pub struct Plan {
    /// The backend.
    pub config: BackendConfig,
    /// A state that knows nothing yet, with the built-in keys.
    pub state: State,
    /// Messages are waited for so long.
    pub wait: Duration,
    /// Between the burst of test messages and the last one: is anybody still there?
    pub pause: Duration,
    /// The origin of a page that is to be let in.
    pub origin: Option<Url>,
    /// Put test messages in by the webhook.
    pub test: Option<Webhook>,
}

impl Plan {
    /// An examination that waits a minute for a real message.
    ///
    /// # Errors
    /// The built-in keys cannot be read.
    pub fn new(config: BackendConfig) -> Result<Self, ConfigError> {
        let settings = Settings {
            profile: Clean::line(config.profile.url.as_str()),
            line: None,
            demo: false,
            ascii: false,
            zone: TimeZone::UTC,
            list_limit: config.list_limit,
            thread_limit: config.thread_limit,
            thread_memory: 10_000,
            dates: crate::app::dates::Dates::default(),
            relative: true,
            attention: crate::app::attention::Attention::none(),
            mark_read: false,
            presence: SignedDuration::ZERO,
            ssh: false,
            pictures: true,
            largest_file: 100_000_000,
        };
        let account = config.profile.account.as_deref().map(Id::from);
        let rules = config.dialect.identity_rules(account, config.profile.route_variants);
        let keymap = Arc::new(Keymap::built_in()?);
        let state = State::new(Timestamp::now(), settings, rules, keymap, Arc::new(Theme::default()));
        let (wait, pause) = (Duration::from_secs(60), Duration::from_secs(2));
        Ok(Self { config, state, wait, pause, origin: None, test: None })
    }
}

/// Where test messages are put in.
pub struct Webhook {
    /// Its address.
    pub url: Url,
    /// What deliveries are signed with; `None` on a backend that takes them unsigned.
    pub secret: Option<SecretString>,
}

/// What came of it.
pub struct Examination {
    /// All that is known.
    pub evidence: Evidence,
    /// What the rules say.
    pub findings: Vec<Finding>,
    /// The state, for what the page shows beside.
    pub state: State,
}

/// Examines a backend, within `wait` and half a minute.
pub async fn examine(plan: Plan) -> Examination {
    let Plan { mut config, mut state, wait, pause, origin, test } = plan;
    config.polls = PollEvery { often: Duration::from_secs(5), seldom: Duration::from_secs(10) };
    state.address = Address::of(&config.profile, &config.dialect);
    let (sender, reports) = mpsc::channel(REPORTS);
    let patient = Trials::new(config.clone());
    let mut doctor = Doctor {
        backend: backend::start(config.clone(), sender),
        errand: Errand::new(config.clone()),
        trials: patient,
        checks: Checks::default(),
        trace: None,
        tries: Vec::new(),
        missed: Vec::new(),
        lists: 0,
        config,
        state,
        reports,
    };
    let checks = {
        let trials = Trials::new(doctor.config.clone());
        let (profile, dialect) = (doctor.config.profile.clone(), doctor.config.dialect.clone());
        tokio::spawn(async move { trials::beside(&trials, &profile, &dialect, origin.as_ref()).await })
    };
    let begun = Instant::now();
    let end = begun + wait;
    doctor.way_in(begun + WAY_IN.min(wait.max(MOMENT))).await;
    if let Ok(found) = checks.await {
        doctor.checks = found;
    }
    if doctor.is_connected() {
        match test {
            Some(webhook) => doctor.test(&webhook, pause, end).await,
            None => doctor.wait_for_a_message(end).await,
        }
        let waited = SignedDuration::try_from(begun.elapsed()).unwrap_or_default();
        doctor.checks.waited = Some(waited);
    }
    doctor.judge().await
}

struct Doctor {
    backend: Backend,
    reports: mpsc::Receiver<Report>,
    state: State,
    config: BackendConfig,
    errand: Errand,
    trials: Trials,
    checks: Checks,
    trace: Option<Trace>,
    tries: Vec<Joiner>,
    /// What REST showed first.
    missed: Vec<Missed>,
    /// How many lists came.
    lists: u32,
}

impl Doctor {
    fn is_connected(&self) -> bool {
        self.state.session.transport.is_some()
    }

    /// Takes in one message as the program would; of what it wants done, only what asks and listens is done.
    fn take(&mut self, msg: Msg) {
        for effect in update(&mut self.state, Timestamp::now(), msg) {
            if let Effect::Backend(command) = effect
                && command.only_asks()
            {
                self.backend.send(command);
            }
        }
        self.state.timeline.drawn(Timestamp::now());
    }

    /// Takes reports in until `done` says so, or the time is over; whether it was done.
    async fn until(&mut self, end: Instant, mut done: impl FnMut(&Self) -> bool) -> bool {
        loop {
            if done(self) {
                return true;
            }
            match timeout_at(end, self.reports.recv()).await {
                Ok(Some(report)) => {
                    self.lists += u32::from(matches!(report, Report::List { .. }));
                    self.take(Msg::Backend(report));
                }
                Ok(None) => return false,
                Err(_) => return done(self),
            }
        }
    }

    async fn settle(&mut self, time: Duration) {
        self.until(Instant::now() + time, |_| false).await;
    }

    /// Until the session is live, or it is clear that it will not be.
    async fn way_in(&mut self, end: Instant) {
        self.until(end, |doctor| {
            let session = &doctor.state.session;
            let rest = doctor.state.list == crate::app::Loading::Done || doctor.state.list_failure.is_some();
            let hopeless = session.mishaps.len() >= 3
                || session.is_signed_out()
                || session.mishaps.last().is_some_and(|mishap| {
                    matches!(
                        mishap.kind,
                        MishapKind::Namespace
                            | MishapKind::Token
                            | MishapKind::Http(_)
                            | MishapKind::WebsocketRefused(_)
                    )
                });
            rest && (doctor.state.live_since.is_some() || (hopeless && session.transport.is_none()))
        })
        .await;
    }

    /// Opens a conversation as its agent would.
    fn open(&mut self, key: ConversationKey) {
        self.state.focus = crate::app::Focus::List;
        self.state.inbox.select(key);
        self.take(Msg::Input(Input::Key(KeyEvent::from(KeyCode::Enter))));
    }

    fn target(&self, key: ConversationKey) -> Option<Target> {
        let row = self.state.inbox.get(key)?;
        let id = row.id.clone();
        let aliases = self.state.directory.declared_ids(key).into_iter().filter(|alias| *alias != id).collect();
        Some(Target { key, id, aliases, line: row.line.clone(), phone: row.phone.clone() })
    }

    fn ask_for_the_list(&self) {
        let limit = self.state.settings.list_limit;
        self.backend.send(Command::FetchList { limit, purpose: Purpose::Asked });
    }

    /// Test messages by the webhook: one that begins a conversation, a burst into its room, and one after a pause.
    async fn test(&mut self, webhook: &Webhook, pause: Duration, end: Instant) {
        // without a line nobody could write: REST has said why
        let Some(customer) = Customer::on_a_line_of(&self.state) else { return };
        let mut test = Test::default();
        if !self.deliver(webhook, &customer, &mut test, 1).await {
            self.checks.test = Some(test);
            return;
        }
        let key = self.conversation_of(&customer).await;
        if let Some(key) = key {
            self.open(key);
            self.join(key).await;
        }
        for number in 2..=4 {
            self.deliver(webhook, &customer, &mut test, number).await;
            self.settle(Duration::from_millis(60)).await;
        }
        let late = (Instant::now() + LATE).min(end.max(Instant::now() + MOMENT));
        let burst = test.clone();
        let all = self.until(late, move |doctor| burst.sent.iter().all(|sent| doctor.came(sent))).await;
        self.settle(if all { pause } else { SETTLE }).await;
        self.deliver(webhook, &customer, &mut test, 5).await;
        let last = test.sent.last().cloned();
        let now = Instant::now();
        self.until(now + if all { LATE } else { MOMENT }, |doctor| last.as_ref().is_none_or(|sent| doctor.came(sent)))
            .await;
        self.settle(SETTLE).await;
        self.ask_for_the_list();
        self.is_stored(key, &mut test).await;
        if last.as_ref().is_some_and(|sent| !self.came(sent)) && all {
            self.wait_for_a_ping(end).await;
        }
        self.trace_of(&test).await;
        self.checks.test = Some(test);
    }

    /// Whether an event brought it.
    fn came(&self, sent: &Sent) -> bool {
        self.state.sightings.iter().any(|sight| sight.says.message.iter().any(|id| sent.ids.contains(id)))
    }

    async fn deliver(&mut self, webhook: &Webhook, customer: &Customer, test: &mut Test, number: u32) -> bool {
        let joined = self.state.open.is_some();
        let delivery = Delivery::new(customer, number, webhook.secret.as_ref());
        let sent = Sent { ids: vec![delivery.id.clone()], at: Timestamp::now(), joined, stored: None };
        let result = self.trials.deliver(webhook.url.clone(), delivery.body, delivery.signature.as_deref()).await;
        let answer = match result {
            Ok(looked) => Ok(looked.status),
            Err(error) => Err(Clean::line(&error.to_string())),
        };
        let good = matches!(answer, Ok(200..=299));
        test.webhook = Some(answer);
        if good {
            test.sent.push(sent);
        }
        good
    }

    /// The test customer's conversation, once the list or an event tells of it.
    async fn conversation_of(&mut self, customer: &Customer) -> Option<ConversationKey> {
        let end = Instant::now() + MOMENT;
        for wait in [600, 1_200, 2_500] {
            let soon = (Instant::now() + Duration::from_millis(wait)).min(end);
            if self.until(soon, |doctor| customer.row(&doctor.state).is_some()).await {
                break;
            }
            self.ask_for_the_list();
        }
        // what a page holds is what the list says, not what an event said first
        let seen = self.lists;
        self.ask_for_the_list();
        self.until(end, |doctor| doctor.lists > seen).await;
        customer.row(&self.state)
    }

    /// Joins the room on the session and, in every way that a page might, on sockets of their own.
    async fn join(&mut self, key: ConversationKey) {
        let Some(target) = self.target(key) else { return };
        let page_id = self.state.inbox.get(key).map(|row| row.page_id.clone()).unwrap_or_else(|| target.id.clone());
        self.tries = trials::join(&self.config, &target, &page_id).await;
        self.until(Instant::now() + MOMENT, |doctor| {
            let mut rooms = doctor.state.rooms.joined().filter(|row| row.key == Some(key));
            rooms.next().is_some() || !doctor.state.address.joins
        })
        .await;
        let ready = Instant::now() + MOMENT;
        for joiner in &mut self.tries {
            let _ = timeout_at(ready, joiner.joined()).await;
        }
        self.settle(Duration::from_millis(150)).await;
    }

    /// Asks REST which of the test messages it has.
    async fn is_stored(&mut self, key: Option<ConversationKey>, test: &mut Test) {
        let Some(target) = key.and_then(|key| self.target(key)) else {
            self.settle(Duration::from_millis(500)).await;
            if self.state.list_failure.is_none() {
                test.sent.iter_mut().for_each(|sent| sent.stored = Some(false));
            }
            return;
        };
        let Ok(page) = self.errand.thread(&target, &Page::Latest, 50).await else { return };
        for sent in &mut test.sent {
            let found = page.messages.iter().find(|message| message.ids.iter().any(|id| sent.ids.contains(id)));
            sent.stored = Some(found.is_some());
            for id in found.into_iter().flat_map(|message| message.ids.iter()) {
                if !sent.ids.contains(id) {
                    sent.ids.push(id.clone());
                }
            }
        }
    }

    /// A connection that brings nothing may be dead: the next ping tells.
    async fn wait_for_a_ping(&mut self, end: Instant) {
        let Some((interval, _)) = self.state.session.heartbeat else { return };
        let due = Instant::now() + interval + Duration::from_secs(6);
        let before = self.state.session.last_frame;
        while Instant::now() < due.min(end) && self.state.session.last_frame == before && self.is_connected() {
            // an exchange makes the session tell where it stands
            self.ask_for_the_list();
            self.settle(Duration::from_secs(1)).await;
        }
    }

    /// What the backend itself says became of the last message of the burst.
    async fn trace_of(&mut self, test: &Test) {
        let asked = test.sent.iter().rev().nth(1).or(test.sent.last());
        let Some(asked) = asked else { return };
        let Some(id) = asked.ids.first() else { return };
        let told = super::super::trace::ask(&self.errand, id).await;
        if matches!(told, Told::Answer(_)) {
            let mut reader = self.state.timeline.reader();
            let rows = self.state.timeline.rows().iter().rev();
            let came = rows.filter_map(|row| reader.entry(row)).find(|entry| {
                entry.about.kind == Kind::Message && entry.about.message.iter().any(|name| asked.ids.contains(name))
            });
            let seen = came.as_ref().map_or_else(Seen::default, Seen::by);
            self.trace = Some(Trace::of(Seen { names: asked.ids.clone(), told, ..seen }));
        }
    }

    /// No test message: the newest conversation is opened, and a real message waited for. One that REST shows and no
    /// event brought opens its conversation: what is written there next shows whether its room brings anything.
    async fn wait_for_a_message(&mut self, end: Instant) {
        if let Some(key) = self.state.inbox.all().first().copied() {
            self.open(key);
            self.join(key).await;
        }
        let before = self.newest();
        let moved = |doctor: &Self| {
            let now = doctor.newest();
            now.into_iter().find(|(key, at)| before.get(key).is_none_or(|had| at > had)).map(|(key, _)| key)
        };
        self.until(end, |doctor| doctor.has_message() || moved(doctor).is_some()).await;
        self.settle(Duration::from_secs(1)).await;
        if let Some(key) = moved(self).filter(|_| !self.heard()) {
            self.missed.push(Missed { key, message: Vec::new(), found: Timestamp::now() });
            if self.state.open != Some(key) {
                self.open(key);
                self.join(key).await;
            }
            self.until(end, Self::heard).await;
        } else if !self.has_message() {
            // it came, and has no place yet: a fetch, or the next one, may tell more
            self.until(end.min(Instant::now() + MOMENT), Self::has_message).await;
        }
        self.settle(SETTLE).await;
    }

    /// The time of each conversation's last message.
    fn newest(&self) -> HashMap<ConversationKey, Option<Timestamp>> {
        let rows = self.state.inbox.all().iter().filter_map(|key| self.state.inbox.get(*key));
        rows.map(|row| (row.key, row.last_at)).collect()
    }

    /// Whether anything came that may have been a message of ours, placed or not.
    fn heard(&self) -> bool {
        self.state.sightings.iter().any(|sight| {
            matches!(sight.verdict, Verdict::Undecodable { .. })
                || (sight.kind == Kind::Message && sight.verdict != Verdict::Foreign)
        })
    }

    fn has_message(&self) -> bool {
        self.state.sightings.iter().any(|sight| sight.kind == Kind::Message && sight.conversation.is_some())
    }

    /// Everything that is known, and what the rules say to it.
    async fn judge(mut self) -> Examination {
        let mut ids: Vec<Id> =
            self.checks.test.iter().flat_map(|test| &test.sent).flat_map(|sent| sent.ids.clone()).collect();
        if self.checks.test.is_none() {
            let of_open = self.state.sightings.iter().filter(|sight| sight.kind == Kind::Message && sight.of_open);
            ids = of_open.flat_map(|sight| sight.says.message.clone()).collect();
        }
        for joiner in self.tries.drain(..) {
            let trial = joiner.result(&ids).await;
            // without a message of the open conversation no way to join has shown anything
            if !ids.is_empty() {
                self.checks.trials.push(trial);
            }
        }
        self.settle(Duration::from_millis(20)).await;
        let mut evidence = evidence(&self.state);
        evidence.now = Timestamp::now();
        evidence.checks = self.checks;
        evidence.trace = self.trace;
        evidence.missed.append(&mut self.missed);
        for sight in &mut evidence.events {
            as_if_open(&self.state, sight);
        }
        let findings = diagnose(&evidence);
        self.backend.close().await;
        Examination { evidence, findings, state: self.state }
    }
}

/// What a page would decide that had the event's conversation open: messages may come before it is.
fn as_if_open(state: &State, sight: &mut crate::inspect::Sight) {
    let row = sight.conversation.and_then(|key| state.inbox.get(key));
    let Some(row) = row.filter(|_| sight.kind == Kind::Message) else { return };
    sight.selected = Some(row.page_id.clone());
    sight.matched = naive_match(sight.selected.as_ref(), sight.says.broadcast_id.as_ref());
    sight.rescued = sight.says.broadcast_id.is_some() && !sight.matched;
    sight.of_open = true;
}

//! The supervised session: one task that owns the socket, keeps it up, and says where it stands.
//!
//! ```text
//!  Command ──> session ──> desk (REST tasks) ──────────────> Report
//!                 │  ▲        └─ News: how exchanges went ─┐
//!                 │  └─────────────────────────────────────┘
//!                 └──> socketio <── frames ── decoded, numbered ──> Report
//! ```
//!
//! Every wait is an arm of one select: commands, news of our own tasks, the socket, one alarm. Reports are bounded:
//! while the program is slow the session waits, the socket's own bounded queue fills, and what is lost is said.
//! The way up and down of the connection is in [`super::link`], what the socket brings in [`super::incoming`].

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::BackendConfig;
use super::backoff::Backoff;
use super::command::{Command, Page, Purpose, Target};
use super::desk::{Deed, Desk, Letter};
use super::files::Parcel;
use super::live::{self, Left, Live};
use super::polls::{Polls, Situation};
use super::report::{Health, Report, RestError};
use super::reports::{News, NewsSender, Reports};
use super::rest::{Rest, renewal};
use super::rooms::Ledger;
use super::standing::{Board, Link, Standing};
use super::tls::Tls;
use super::token::TokenCell;
use super::typing::Typing;
use crate::text::Clean;

/// An alarm that is not set.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// The session's task.
#[derive(Debug)]
pub(super) struct Session {
    pub config: Arc<BackendConfig>,
    pub token: Arc<TokenCell>,
    pub tls: Arc<Tls>,
    commands: mpsc::UnboundedReceiver<Command>,
    news: mpsc::UnboundedReceiver<News>,
    /// The sending end of `news`, for tasks.
    pub tell: NewsSender,
    pub reports: Reports,
    closing: CancellationToken,
    pub desk: Desk,
    pub standing: Standing,
    pub board: Board,
    pub backoff: Backoff,
    pub polls: Polls,
    pub ledger: Ledger,
    typing: Typing,
    pub live: Option<Live>,
    /// Where the last connection ended.
    pub left: Option<Left>,
    pub open: Option<Target>,
    /// How many rows of the list were asked for last.
    pub list_limit: u32,
    /// How many messages of a thread were asked for last.
    pub thread_limit: u32,
    /// The attempt under way, or the search for a token.
    pub dialling: Option<AbortHandle>,
    /// The number of the last attempt.
    pub attempt: u64,
    pub next_attempt: Option<Instant>,
    /// The server's word that it is ready is awaited until then.
    pub ready_by: Option<Instant>,
    /// REST refused the token: nothing is polled until it takes one.
    rest_refused: bool,
    pub started: Instant,
}

impl Session {
    pub fn new(
        config: BackendConfig,
        commands: mpsc::UnboundedReceiver<Command>,
        reports: mpsc::Sender<Report>,
        closing: CancellationToken,
    ) -> Self {
        let config = Arc::new(config);
        let reports = Reports::new(reports, closing.clone());
        let (tell, news) = mpsc::unbounded_channel();
        let tls = Arc::new(Tls::default());
        let token = Arc::new(TokenCell::new(config.token.clone()).renewed_by(renewal(&config, &tls)));
        let rest = Rest::new(Arc::clone(&config), Arc::clone(&token), Arc::clone(&tls), tell.clone());
        let standing = Standing::new();
        let started = Instant::now();
        let polls = Polls::new(started, config.polls);
        Self {
            desk: Desk::new(Arc::new(rest), reports.clone(), tell.clone(), closing.clone()),
            board: Board::new(live::shown_url(&config.profile, &config.dialect), &standing, Timestamp::now()),
            list_limit: config.list_limit,
            thread_limit: config.thread_limit,
            config,
            token,
            tls,
            commands,
            news,
            tell,
            reports,
            closing,
            standing,
            backoff: Backoff::default(),
            polls,
            ledger: Ledger::default(),
            typing: Typing::default(),
            live: None,
            left: None,
            open: None,
            dialling: None,
            attempt: 0,
            next_attempt: None,
            ready_by: None,
            rest_refused: false,
            started,
        }
    }

    /// Runs until it is closed or the program has gone.
    pub async fn run(mut self) {
        self.begin();
        self.tell_standing(false).await;
        let closing = self.closing.clone().cancelled_owned();
        let alarm = tokio::time::sleep(NEVER);
        tokio::pin!(closing, alarm);
        loop {
            let due = self.due();
            let at = due.unwrap_or(self.started + NEVER);
            if alarm.deadline() != at {
                alarm.as_mut().reset(at);
            }
            tokio::select! {
                biased;
                () = &mut closing => break,
                command = self.commands.recv() => match command {
                    None | Some(Command::Close) => break,
                    Some(command) => self.command(command).await,
                },
                Some(news) = self.news.recv() => self.heard(news).await,
                incoming = live::next(&mut self.live) => self.incoming(incoming).await,
                () = &mut alarm, if due.is_some() => self.alarm().await,
            }
            self.tell_standing(false).await;
        }
        self.closing.cancel();
        if let Some(dialling) = self.dialling.take() {
            dialling.abort();
        }
        if let Some(live) = self.live.take() {
            live.close().await;
        }
        self.desk.close().await;
    }

    /// Everything that start-up needs is asked for at once: nothing waits for anything else.
    fn begin(&mut self) {
        if let Err(reason) = live::check(&self.config.profile) {
            self.standing.link = Link::Off(Clean::line(&reason));
            return;
        }
        if self.config.dialect.has_socket() {
            self.dial();
        } else {
            self.standing.link = Link::Absent;
        }
        self.desk.list(self.list_limit, Purpose::Asked, 0);
        self.desk.introduce();
    }

    /// The time of the next thing that is to happen by itself.
    fn due(&self) -> Option<Instant> {
        let waits = [self.next_attempt, self.ready_by, self.polls.due(self.situation())];
        waits.into_iter().flatten().min()
    }

    async fn alarm(&mut self) {
        let now = Instant::now();
        if self.next_attempt.is_some_and(|at| at <= now) {
            self.dial();
        }
        if self.ready_by.is_some_and(|at| at <= now) {
            self.subscribe().await;
        }
        let situation = self.situation();
        if self.polls.due(situation).is_some_and(|at| at <= now) {
            if situation == Situation::Behind {
                self.resync();
            } else {
                self.polls.started(now);
                self.desk.list(self.list_limit, Purpose::Drift, self.board.epoch());
            }
        }
    }

    fn situation(&self) -> Situation {
        match &self.standing.link {
            _ if self.rest_refused => Situation::Quiet,
            Link::Up(Ok(())) => Situation::Live,
            Link::Up(Err(_)) => Situation::Behind,
            _ if self.standing.polling_instead() => Situation::NoSocket,
            _ => Situation::Quiet,
        }
    }

    /// Reports the session if it changed; `along`: something else has just been reported, so that times count too.
    pub async fn tell_standing(&mut self, along: bool) {
        self.standing.missed = self.polls.missed();
        self.board.session().token_refused = self.rest_refused;
        self.board.stand(&self.standing, Timestamp::now());
        if let Some(session) = self.board.news(along) {
            self.reports.send(Report::Session(session)).await;
        }
    }

    async fn heard(&mut self, news: News) {
        match news {
            News::Dialled { attempt, result } if attempt == self.attempt => {
                self.dialling = None;
                match result {
                    Ok(dialled) => self.connected(*dialled).await,
                    Err(error) => self.not_connected(error),
                }
            }
            // Given up meanwhile; dropping a connection ends it.
            News::Dialled { .. } => {}
            News::Renewed { attempt, result } if attempt == self.attempt => self.renewed(result),
            News::Renewed { .. } => {}
            News::NewToken => {
                if matches!(self.standing.link, Link::Refused(_)) {
                    self.dial();
                }
            }
            News::Exchanged { took, telling, outcome } => {
                self.exchanged(took, telling, outcome);
                self.tell_standing(true).await;
            }
            News::Tapped(exchange) => self.reports.send(Report::Exchange(exchange)).await,
            News::Polled { purpose, epoch, outcome } if epoch == self.board.epoch() => self.polled(purpose, outcome),
            News::Polled { .. } => {}
            News::Joined { id, epoch, answer } => {
                if let Some(report) = self.ledger.answered(&id, epoch, answer) {
                    self.reports.send(Report::Room(report)).await;
                }
            }
            News::Operated { key } => self.desk.operated(key),
            News::Sent { key, lost } => self.desk.sent(key, lost),
        }
    }

    fn exchanged(&mut self, took: Option<Duration>, telling: bool, outcome: Result<(), RestError>) {
        if took.is_some() {
            self.board.session().round_trip = took;
        }
        let rest = &mut self.standing.rest;
        match outcome {
            Ok(()) => {
                self.rest_refused = false;
                self.standing.heard = true;
                if telling || *rest == Health::Unknown {
                    *rest = Health::Well;
                }
            }
            // The backend answered about one conversation: REST itself is well.
            Err(RestError::Refused { status: 404, .. }) if telling => *rest = Health::Well,
            Err(error) => {
                let signed_out = matches!(error, RestError::SignedOut { .. });
                self.rest_refused |= signed_out;
                if telling || signed_out || matches!(error, RestError::Unreachable { .. }) {
                    *rest = Health::Ill(Clean::line(&error.to_string()));
                }
            }
        }
    }

    async fn command(&mut self, command: Command) {
        let epoch = self.board.epoch();
        match command {
            Command::FetchList { limit, purpose } => {
                self.list_limit = limit;
                self.desk.list(limit, purpose, epoch);
            }
            Command::FetchThread { target, page, limit, purpose } => {
                if page == Page::Latest {
                    self.thread_limit = limit;
                }
                self.desk.thread(target, page, limit, purpose, epoch);
            }
            Command::FetchConversation { id } => self.desk.conversation(id),
            Command::Watch { open, others } => self.watch(open, &others).await,
            Command::Send { client, target, body, reply_to } => {
                self.typing.sent(target.key);
                self.desk.send(Letter { client, target, body, reply_to });
            }
            Command::FetchFile { id, media, folder, name, limit } => {
                self.desk.fetch_file(Parcel { id, media, folder, name, limit });
            }
            Command::Stop { id } => self.desk.stop(&id),
            Command::FetchLimits => self.desk.limits(),
            Command::MarkRead { target, last } => self.desk.mark_read(target, last),
            Command::SetStatus { target, status } => self.desk.operate(target, Deed::Status(status)),
            Command::Operate { target, operation } => self.desk.operate(target, Deed::Operation(operation)),
            Command::Search { query, limit } => self.desk.search(query, limit),
            Command::FetchCatalogue { catalogue, line } => self.desk.catalogue(catalogue, line),
            Command::Typing { target, typing } => {
                if let Some(live) = &self.live
                    && self.typing.is_due(target.key, typing, Instant::now())
                    && let Some(emission) = self.config.dialect.typing(&target, typing)
                {
                    live.emit(&emission);
                }
            }
            Command::Missed { count } => self.polls.miss(count),
            Command::Inject { name, raw } => self.inject(name, raw).await,
            Command::Trace { message } => self.desk.trace(message),
            Command::TryJoin { id, shape } => self.try_join(&id, shape).await,
            Command::Reconnect => {
                self.rest_refused = false;
                self.reconnect().await;
            }
            Command::Close => self.closing.cancel(),
        }
    }
}

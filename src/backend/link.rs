//! The connection's way up and down: dial, subscribe, join, catch up; lost, refused, asked for again.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use tokio::time::Instant;

use super::backoff::Setback;
use super::command::{JoinShape, Purpose, Target};
use super::live::{self, DialError, Dialled, Live, kind_of_end};
use super::report::Report;
use super::reports::News;
use super::session::Session;
use super::standing::Link;
use super::token::Held;
use crate::chat::Id;
use crate::socketio::CloseReason;
use crate::text::Clean;
use crate::wire::Emission;

/// How long a server that announces its readiness is waited for before it is subscribed to all the same.
const READY: Duration = Duration::from_secs(5);
/// Subscribed and joined, the resync under way.
const CATCHING_UP: Link = Link::Rising("catching up");

impl Session {
    /// Starts an attempt to connect; one that is under way is given up.
    pub(super) fn dial(&mut self) {
        self.next_attempt = None;
        self.standing.link = Link::Rising("connecting");
        let (config, token, tls) = (Arc::clone(&self.config), Arc::clone(&self.token), Arc::clone(&self.tls));
        let left = self.left.clone();
        self.attempt(|attempt| async move {
            let result = live::dial(&config, &token, &tls, left).await.map(Box::new);
            News::Dialled { attempt, result }
        });
    }

    /// Looks for a token, then dials: after a refusal for a newer one, or afresh because a person asked.
    fn look_for_token(&mut self, refused: Option<u32>) {
        self.standing.link = Link::Rising("looking for a new token");
        let token = Arc::clone(&self.token);
        self.attempt(|attempt| async move {
            let result = match refused {
                Some(number) => token.renew(number).await,
                None => token.afresh().await,
            };
            News::Renewed { attempt, result }
        });
    }

    /// Runs one step of an attempt as a task; only the last one started counts.
    fn attempt<S>(&mut self, step: impl FnOnce(u64) -> S)
    where
        S: Future<Output = News> + Send + 'static,
    {
        if let Some(dialling) = self.dialling.take() {
            dialling.abort();
        }
        self.attempt += 1;
        let (tell, step) = (self.tell.clone(), step(self.attempt));
        let task = tokio::spawn(async move {
            let _ = tell.send(step.await);
        });
        self.dialling = Some(task.abort_handle());
    }

    pub(super) fn renewed(&mut self, result: Result<Held, Clean>) {
        match result {
            Ok(_) => self.dial(),
            Err(why) => {
                let reason = format!("{}; {why}", self.standing.reason);
                self.standing.link = Link::Refused(Clean::line(&reason));
            }
        }
    }

    pub(super) fn not_connected(&mut self, error: DialError) {
        self.standing.reason = Clean::line(&error.to_string());
        self.board.mishap(error.kind(), self.standing.reason.clone(), false, Timestamp::now());
        if matches!(error, DialError::Refused { .. } | DialError::Token { .. }) {
            // Whatever it was that the server did not like: the next attempt begins anew.
            self.left = None;
        }
        match error {
            DialError::NoToken { reason } => self.standing.link = Link::Refused(reason),
            DialError::Token { number, .. } => self.look_for_token(Some(number)),
            DialError::Refused { .. } => self.down(Setback::Refused),
            DialError::Nobody { .. } => {
                // Where nobody listens for the socket, nobody answers REST either: an answer from before, while the
                // server was going down, does not mean that polling works.
                if self.config.profile.socket_base().origin() == self.config.profile.url.origin() {
                    self.standing.heard = false;
                }
                self.down(Setback::Lost);
            }
            DialError::Lost { .. } => self.down(Setback::Lost),
        }
    }

    /// The namespace is joined: subscribe, join, catch up.
    pub(super) async fn connected(&mut self, dialled: Dialled) {
        self.token.accepted(dialled.token);
        self.backoff.connected(self.started.elapsed());
        self.standing.failed = 0;
        self.left = None;
        let session = self.board.session();
        session.epoch += 1;
        session.reconnects = session.epoch - 1;
        session.transport = Some(dialled.transport());
        session.sid = dialled.sid();
        session.last_frame = Some(Timestamp::now());
        session.heartbeat = Some(dialled.heartbeat());
        let handshake = Report::Handshake(Box::new(dialled.handshake(&self.config, session.epoch)));
        self.live = Some(Live::new(dialled, session.epoch, self.tell.clone()));
        self.reports.send(handshake).await;
        self.polls.connected();
        self.present_token().await;
        if self.config.dialect.ready_event().is_some() {
            self.standing.link = Link::Rising("waiting for the server to be ready");
            self.ready_by = Some(Instant::now() + READY);
            return;
        }
        self.subscribe().await;
    }

    /// Emits the token, where the server takes it in an event.
    async fn present_token(&mut self) {
        if self.config.dialect.ready_event().is_none() {
            return;
        }
        let Ok(held) = self.token.get().await else { return };
        let secret = held.secret.as_ref().map(|secret| secret.expose_secret());
        if let (Some(live), Some(emission)) = (&self.live, self.config.dialect.authenticate(secret)) {
            live.emit(&emission);
        }
    }

    /// The server refused the token that came in an event.
    pub(super) async fn token_refused(&mut self, reason: &str) {
        self.standing.reason = Clean::line(reason);
        let held = self.token.get().await;
        if let Some(live) = self.hung_up().await {
            tokio::spawn(live.close());
        }
        match held {
            Ok(held) => self.look_for_token(Some(held.number)),
            Err(why) => self.standing.link = Link::Refused(why),
        }
    }

    /// The account's rooms, each with the name that the ledger knows it by.
    fn account_rooms(&self) -> Vec<(Id, Emission)> {
        let emissions = self.config.dialect.subscriptions();
        let alike = |emission: &Emission| emissions.iter().filter(|other| other.event == emission.event).count() > 1;
        let name = |emission: &Emission| match alike(emission) {
            true => Id::new(&*emission.shown()),
            false => Id::new(&*emission.event),
        };
        emissions.iter().map(|emission| (name(emission), emission.clone())).collect()
    }

    /// Subscribes, joins every wanted room, and begins the resync.
    pub(super) async fn subscribe(&mut self) {
        self.ready_by = None;
        for (id, _) in self.account_rooms() {
            self.ledger.want_account(id);
        }
        for id in self.ledger.all() {
            self.join(&id).await;
        }
        self.view(self.open.as_ref(), true);
        self.resync();
        self.standing.link = CATCHING_UP;
    }

    /// Tells the team that the agent looks at a conversation, or not any more.
    fn view(&self, target: Option<&Target>, viewing: bool) {
        if let (Some(live), Some(target)) = (&self.live, target)
            && let Some(emission) = self.config.dialect.viewing(target, viewing)
        {
            live.emit(&emission);
        }
    }

    /// Fetches the list and the open thread.
    pub(super) fn resync(&mut self) {
        self.polls.started(Instant::now());
        let open = self.open.clone().map(|target| (target, self.thread_limit));
        self.desk.resync(self.list_limit, open, self.board.epoch());
    }

    /// Frames were lost: what is here may have a gap until the resync has closed it.
    pub(super) fn catch_up(&mut self) {
        if matches!(self.standing.link, Link::Up(_)) || self.standing.link == CATCHING_UP {
            self.resync();
            self.standing.link = CATCHING_UP;
        }
    }

    pub(super) fn polled(&mut self, purpose: Purpose, outcome: Result<(), Clean>) {
        self.polls.finished(outcome.is_ok());
        // Of two resyncs the later one counts.
        if purpose == Purpose::Resync && self.live.is_some() && self.polls.idle() {
            if outcome.is_ok() {
                self.backoff.live();
            }
            self.standing.link = Link::Up(outcome);
        }
    }

    async fn join(&mut self, id: &Id) {
        let Some(live) = &self.live else { return };
        let dialect = &self.config.dialect;
        let account = || self.account_rooms().into_iter().find(|(room, _)| room == id).map(|(_, emission)| emission);
        let emission = if self.ledger.is_account(id) { account() } else { dialect.join(id) };
        let Some(emission) = emission else { return };
        if let Some(shown) = live.join(id, &emission).await
            && let Some(report) = self.ledger.emitted(id, shown, live.epoch)
        {
            self.reports.send(Report::Room(report)).await;
        }
    }

    /// Emits a join once, in a shape of the user's choice. Its argument is an id, never null.
    pub(super) async fn try_join(&self, id: &Id, shape: JoinShape) {
        let emission = self.config.dialect.join(id).map(|emission| emission.shaped(id, shape == JoinShape::Object));
        let told = match (&self.live, emission) {
            (None, _) => Err("not connected: nothing was emitted"),
            (_, None) => Err("this dialect joins no rooms: nothing was emitted"),
            (Some(live), Some(emission)) if live.emit(&emission) => Ok(emission.shown()),
            _ => Err("the connection is going down: nothing was emitted"),
        };
        self.reports.send(Report::Tried(told.map_err(Clean::line))).await;
    }

    /// Which rooms are wanted from now on.
    pub(super) async fn watch(&mut self, open: Option<Target>, others: &[Target]) {
        let changes = self.ledger.want(open.as_ref(), others);
        let had = std::mem::replace(&mut self.open, open);
        let other = had.as_ref().map(|target| &target.id) != self.open.as_ref().map(|target| &target.id);
        if other {
            self.view(had.as_ref(), false);
        }
        for report in changes.reports {
            self.reports.send(Report::Room(report)).await;
        }
        if let Some(live) = &self.live {
            for emission in changes.leave.iter().filter_map(|id| self.config.dialect.leave(id)) {
                live.emit(&emission);
            }
        }
        // Before the subscription there is nothing to do: every wanted room will be joined then.
        if matches!(self.standing.link, Link::Up(_)) || self.standing.link == CATCHING_UP {
            for id in &changes.join {
                self.join(id).await;
            }
            if other {
                self.view(self.open.as_ref(), true);
            }
        }
    }

    /// Waits for the next attempt; the reason stands already.
    fn down(&mut self, setback: Setback) {
        let wait = self.backoff.after(setback, self.started.elapsed(), rand::random());
        self.standing.failed = self.standing.failed.saturating_add(1);
        self.next_attempt = Some(Instant::now() + wait);
        let retry_at = Timestamp::now().checked_add(wait).unwrap_or(Timestamp::MAX);
        self.standing.link = Link::Down { retry_at };
    }

    /// The connection ended.
    pub(super) async fn lost(&mut self, reason: &CloseReason) {
        self.standing.reason = live::ended(reason);
        self.board.mishap(kind_of_end(reason), self.standing.reason.clone(), true, Timestamp::now());
        self.down(Setback::Lost);
        self.hung_up().await;
    }

    /// There is no connection any more: says so, and that no room is joined.
    async fn hung_up(&mut self) -> Option<Live> {
        let live = self.live.take();
        self.left = live.as_ref().and_then(Live::left);
        self.ready_by = None;
        self.polls.disconnected();
        self.standing.heard = false;
        let session = self.board.session();
        (session.transport, session.sid, session.heartbeat) = (None, None, None);
        self.tell_standing(false).await;
        for report in self.ledger.stale() {
            self.reports.send(Report::Room(report)).await;
        }
        live
    }

    /// A person asked: everything that was given up is tried again, at once.
    pub(super) async fn reconnect(&mut self) {
        self.token.again();
        self.backoff.reset();
        self.standing.failed = 0;
        match self.standing.link {
            Link::Off(_) => return,
            Link::Absent => return self.resync(),
            Link::Refused(_) => self.look_for_token(None),
            _ => self.dial(),
        }
        if self.live.is_some()
            && let Some(live) = self.hung_up().await
        {
            tokio::spawn(live.close());
        }
    }
}

//! What talks to a backend: REST, the supervised socket session, resync.
//!
//! [`start`] gives a [`Backend`] that takes [`Command`]s and answers with [`Report`]s; it never blocks its caller. The
//! program sees one thing alone: a stream of reports, each of which says what it was asked for and which connection it
//! belongs to. It starts by itself with the list, the account's lines and who we are, while the socket connects.

mod backoff;
pub mod command;
mod desk;
mod errand;
mod files;
mod handshake;
mod http;
mod incoming;
mod link;
mod live;
mod pages;
mod passage;
mod polls;
mod recorded;
mod repeated;
pub mod report;
mod reports;
mod rest;
mod rooms;
mod session;
mod standing;
mod tls;
mod token;
mod trial;
mod typing;

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use command::{Command, Enclosed, JoinShape, Outgoing, OutgoingFile, OutgoingTemplate, Page, Purpose, Target};
pub use errand::Errand;
pub use http::Limits;
pub use polls::PollEvery;
pub use recorded::{from_record, to_record};
pub use report::{
    Claim, Exchange, Frame, Handshake, Health, Mishap, MishapKind, Report, RestError, RoomReport, RoomStage, Session,
    SessionState,
};
pub use token::{Resolve, TokenSource};
pub use trial::{Looked, TrialSocket, Trials};

use crate::config::Profile;
use crate::wire::{Dialect, Identity};

/// How long [`Backend::close`] waits for the session to take leave.
const LEAVE: Duration = Duration::from_secs(3);

/// All that a session needs to know.
#[derive(Clone, Debug)]
pub struct BackendConfig {
    /// Where the backend is and how it is spoken to.
    pub profile: Profile,
    /// How it spells things.
    pub dialect: Arc<Dialect>,
    /// Who we are to it.
    pub token: TokenSource,
    /// How many rows of the list are fetched at start and by polls, until [`Command::FetchList`] names another number.
    pub list_limit: u32,
    /// How many messages of the open thread a resync fetches, until [`Command::FetchThread`] names another number.
    pub thread_limit: u32,
    /// Deadlines and bounds of REST.
    pub limits: Limits,
    /// How often the list is fetched without anybody asking.
    pub polls: PollEvery,
}

impl BackendConfig {
    /// With every default.
    pub fn new(profile: Profile, dialect: Arc<Dialect>, token: TokenSource) -> Self {
        let (limits, polls) = (Limits::default(), PollEvery::default());
        Self { profile, dialect, token, list_limit: 200, thread_limit: 100, limits, polls }
    }
}

/// A running session. Dropping it ends the session without taking leave.
#[derive(Debug)]
pub struct Backend {
    commands: mpsc::UnboundedSender<Command>,
    closing: CancellationToken,
    task: JoinHandle<()>,
}

/// Starts a session; needs a tokio runtime. Everything that happens arrives in `reports`: while that channel is full
/// the session waits, and when its receiver is dropped the session ends.
pub fn start(config: BackendConfig, reports: mpsc::Sender<Report>) -> Backend {
    let (commands, receiver) = mpsc::unbounded_channel();
    let closing = CancellationToken::new();
    let session = session::Session::new(config, receiver, reports, closing.clone());
    Backend { commands, closing, task: tokio::spawn(session.run()) }
}

impl Backend {
    /// No session at all: nothing answers. Needs a tokio runtime.
    pub fn none() -> Self {
        let (commands, _) = mpsc::unbounded_channel();
        Self { commands, closing: CancellationToken::new(), task: tokio::spawn(async {}) }
    }

    /// Asks for something; the answer is a report. After the end nothing answers.
    pub fn send(&self, command: Command) {
        let _ = self.commands.send(command);
    }

    /// Ends the session: the server is told, what is being sent has a moment to end, everything else is given up.
    pub async fn close(mut self) {
        self.closing.cancel();
        if tokio::time::timeout(LEAVE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// Whether the backend says that it is Switchboard's own server; `false` too where it does not answer.
pub async fn is_our_own(profile: &Profile) -> bool {
    rest::is_our_own(profile).await
}

/// Signs in with e-mail and password: the token, and who we are.
///
/// # Errors
/// The backend cannot be reached or said no, or the dialect has no login.
pub async fn login(
    profile: &Profile,
    dialect: &Dialect,
    email: &str,
    password: &SecretString,
) -> Result<(SecretString, Identity), RestError> {
    rest::login(profile, dialect, email, password).await
}

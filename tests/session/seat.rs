//! One client of the backend part, as the program would be one.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use switchboard::backend::{
    Backend, BackendConfig, Command, Frame, Purpose, Report, Session, SessionState, Target, TokenSource, start,
};
use switchboard::chat::{ConversationKey, Id};
use switchboard::config::Profile;
use switchboard::wire::{Dialect, ListPage};
use tokio::sync::mpsc;

use crate::contract::{Contract, LINE, TOKEN};

/// Far longer than anything here takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client and all that it was told.
pub struct Seat {
    pub backend: Backend,
    reports: mpsc::Receiver<Report>,
    /// Every report so far, for the message of a failure and for counting.
    pub seen: Vec<Report>,
}

/// A profile for this address.
pub fn profile(url: &str) -> Profile {
    let mut profile = Profile::new(url.parse().expect("a URL"));
    profile.line = Some(LINE.to_owned());
    profile
}

/// A configuration for this address, with the token that the contract server takes.
pub fn config(url: &str) -> BackendConfig {
    BackendConfig::new(profile(url), Arc::new(Dialect::reference()), TokenSource::fixed(TOKEN))
}

/// A contract server and a client of it; `None` where there is no Node.
pub fn pair(options: Value) -> Option<(Contract, Seat)> {
    let server = Contract::start(&options)?;
    let seat = Seat::new(config(&server.url));
    Some((server, seat))
}

impl Seat {
    pub fn new(config: BackendConfig) -> Self {
        let (sender, reports) = mpsc::channel(256);
        Self { backend: start(config, sender), reports, seen: Vec::new() }
    }

    /// The next report that `pick` takes. What comes before it is only remembered.
    pub async fn until<T>(&mut self, what: &str, mut pick: impl FnMut(&Report) -> Option<T>) -> T {
        let waiting = async {
            while let Some(report) = self.reports.recv().await {
                let picked = pick(&report);
                self.seen.push(report);
                if picked.is_some() {
                    return picked;
                }
            }
            None
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Some(picked)) => picked,
            Ok(None) => panic!("the session ended before {what}; seen:\n{}", self.told()),
            Err(_) => panic!("{what} did not come; seen:\n{}", self.told()),
        }
    }

    /// The first report that `pick` takes, be it past or to come.
    pub async fn ever<T>(&mut self, what: &str, mut pick: impl FnMut(&Report) -> Option<T>) -> T {
        match self.seen.iter().find_map(&mut pick) {
            Some(picked) => picked,
            None => self.until(what, pick).await,
        }
    }

    /// Every report so far, a line each.
    fn told(&self) -> String {
        let line = |report: &Report| match report {
            Report::Session(session) => {
                format!("{:?}, epoch {}, REST {:?}\n", session.state, session.epoch, session.rest)
            }
            Report::Frame(frame) => format!("frame {} {}\n", frame.name, frame.raw),
            Report::List { purpose, epoch, result } => {
                let rows = result.as_ref().map(|page| page.rows.len());
                format!("list {purpose:?}, epoch {epoch}: {rows:?}\n")
            }
            other => {
                let mut text = format!("{other:?}");
                text.truncate(text.char_indices().nth(300).map_or(text.len(), |(at, _)| at));
                text + "\n"
            }
        };
        self.seen.iter().map(line).collect()
    }

    /// A session whose state fits.
    pub async fn state(&mut self, what: &str, mut fits: impl FnMut(&SessionState) -> bool) -> Session {
        let pick = |report: &Report| match report {
            Report::Session(session) if fits(&session.state) => Some(Session::clone(session)),
            _ => None,
        };
        self.until(what, pick).await
    }

    pub async fn live(&mut self) -> Session {
        self.state("live", |state| *state == SessionState::Live).await
    }

    /// The next event of this name.
    pub async fn frame(&mut self, name: &str) -> Frame {
        let pick = |report: &Report| match report {
            Report::Frame(frame) if &*frame.name == name => Some(Frame::clone(frame)),
            _ => None,
        };
        self.until(name, pick).await
    }

    /// The first list that was fetched for this.
    pub async fn list(&mut self, wanted: Purpose) -> ListPage {
        let pick = |report: &Report| match report {
            Report::List { purpose, result, .. } if *purpose == wanted => Some(result.clone()),
            _ => None,
        };
        self.ever("the list", pick).await.expect("a list")
    }

    /// Opens a conversation.
    pub fn open(&self, target: &Target) {
        self.backend.send(Command::Watch { open: Some(target.clone()), others: Vec::new() });
    }
}

/// A conversation of the contract server as the program would name it, by its place in the `state` of the server:
/// with the id of the list, and both ids where `both` (as after its thread was fetched).
pub async fn target(server: &Contract, place: usize, both: bool) -> Target {
    let state = server.state().await;
    let conversation = &state["conversations"][place];
    let id = |name: &str| Id::from(conversation[name].as_str().expect("an id"));
    let aliases = if both { vec![id("comp")] } else { Vec::new() };
    Target {
        key: ConversationKey(u32::try_from(place).expect("a small number")),
        id: id("_id"),
        aliases,
        line: Some(LINE.into()),
        phone: conversation["userPhone"].as_str().and_then(switchboard::chat::Phone::parse),
    }
}

/// Changes the server's settings.
pub async fn set(server: &Contract, change: Value) {
    server.control("set", change).await;
}

/// The next request that fits meets with this; see `fault` in `contract_server.mjs`.
pub async fn fault(server: &Contract, method: &str, path: &str, action: Value) {
    server.control("fault", json!({"method": method, "path": path, "action": action})).await;
}

//! What is tried beside the session: other ways to connect and to join, the clock, and what a browser would be told.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{self, HeaderMap, HeaderName};
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use url::Url;

use crate::backend::{BackendConfig, Looked, MishapKind, RestError, Target, Trials};
use crate::chat::{Composite, Id};
use crate::config::{Profile, Transport};
use crate::inspect::evidence::{Attempt, Checks, Cors, CorsTrial, JoinWay, RoomTrial};
use crate::text::Clean;
use crate::wire::{Dialect, Emission};

/// So much of what a trial's socket hears is kept to be searched.
const MOST_HEARD: usize = 200;

/// The checks that need nothing of the session.
pub async fn beside(trials: &Trials, profile: &Profile, dialect: &Dialect, origin: Option<&Url>) -> Checks {
    let cors = async {
        match origin {
            Some(origin) => Some(cors(trials, profile, dialect, origin).await),
            None => None,
        }
    };
    let (websocket, polling, clock, cors) = tokio::join!(
        async { Some(attempt(trials, Transport::Websocket).await) },
        async { Some(attempt(trials, Transport::Polling).await) },
        clock(trials),
        cors
    );
    Checks { websocket, polling, clock, cors, ..Checks::default() }
}

async fn attempt(trials: &Trials, transport: Transport) -> Attempt {
    match trials.socket(transport).await {
        Ok(_) => Attempt::Connected,
        Err((MishapKind::Token, words)) => Attempt::Token(words),
        Err((MishapKind::Namespace, words)) => Attempt::Namespace(words),
        Err((MishapKind::Http(status) | MishapKind::WebsocketRefused(status), words)) => Attempt::Http(status, words),
        Err((MishapKind::Protocol, words)) => Attempt::Protocol(words),
        Err((_, words)) => Attempt::Failed(words),
    }
}

/// How far the server's clock is ahead, by the `Date` of an answer; it tells whole seconds.
async fn clock(trials: &Trials) -> Option<SignedDuration> {
    let looked = trials.get("/").await.ok()?;
    let date = looked.headers.get(header::DATE)?.to_str().ok()?;
    let theirs = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
    let apart = theirs.duration_since(Timestamp::now());
    // the second that the server is in has begun already
    Some(if apart.abs() < SignedDuration::from_secs(2) { SignedDuration::ZERO } else { apart })
}

/// What a page of this origin would be told.
async fn cors(trials: &Trials, profile: &Profile, dialect: &Dialect, origin: &Url) -> Cors {
    let origin = origin.origin().ascii_serialization();
    let line = Id::new(profile.line.as_deref().unwrap_or("0"));
    let list = dialect.list_request(1, Some(&line), None).map(|request| request.path).unwrap_or_default();
    let below = |base: &Url, path: &str, query: Option<&str>| {
        let mut url = base.clone();
        url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
        url.set_query(query);
        url
    };
    let rest = below(&profile.url, &list, None);
    let socket = below(profile.socket_base(), &profile.socket_path, Some("EIO=4&transport=polling"));
    let mine: [(&str, &str); 1] = [("origin", &origin)];
    let preflight: [(&str, &str); 3] = [
        ("origin", &origin),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "authorization"),
    ];
    let (before, list, poll) = tokio::join!(
        trials.look("OPTIONS", rest.clone(), &preflight),
        trials.look("GET", rest, &mine),
        trials.look("GET", socket, &mine),
    );
    let tried = vec![
        trial("preflight of the list", before, true),
        trial("the list", list, false),
        trial("socket polling", poll, false),
    ];
    Cors { origin: Clean::line(&origin), tried }
}

fn trial(what: &str, result: Result<Looked, RestError>, needs_headers: bool) -> CorsTrial {
    let said = |headers: &HeaderMap, name: HeaderName| {
        headers.get(name).and_then(|value| value.to_str().ok()).map(Clean::line)
    };
    let (status, headers) = match result {
        Ok(looked) => (Ok(looked.status), looked.headers),
        Err(error) => (Err(Clean::line(&error.to_string())), HeaderMap::new()),
    };
    CorsTrial {
        what: Clean::line(what),
        status,
        allow_origin: said(&headers, header::ACCESS_CONTROL_ALLOW_ORIGIN),
        allow_headers: said(&headers, header::ACCESS_CONTROL_ALLOW_HEADERS)
            .map(|names| Clean::line(&names.to_ascii_lowercase())),
        allow_credentials: said(&headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS).as_deref() == Some("true"),
        needs_headers,
    }
}

/// A socket of its own that joins in one way and listens.
pub struct Joiner {
    way: JoinWay,
    emitted: Clean,
    answered: watch::Receiver<Option<bool>>,
    enough: oneshot::Sender<()>,
    task: JoinHandle<Vec<(Clean, String)>>,
}

/// Joins a conversation's room in every way that a page might, each on a socket of its own.
pub async fn join(config: &BackendConfig, target: &Target, page_id: &Id) -> Vec<Joiner> {
    let Some(usual) = config.dialect.join(page_id) else { return Vec::new() };
    let mut ways = vec![(JoinWay::PageId, usual.clone())];
    let composite =
        std::iter::once(&target.id).chain(&target.aliases).find(|id| Composite::parse(id.as_str()).is_some());
    let own = std::iter::once(&target.id).chain(&target.aliases).find(|id| *id != page_id);
    if let Some(other) = composite.filter(|id| *id != page_id).or(own)
        && let Some(emission) = config.dialect.join(other)
    {
        ways.push((JoinWay::Composite, emission));
    }
    let with = |argument: Value| {
        let mut emission = usual.clone();
        emission.args = vec![argument];
        emission
    };
    match usual.args.first() {
        Some(Value::Object(_)) => ways.push((JoinWay::BareString, with(json!(page_id.as_str())))),
        Some(_) => ways.push((JoinWay::Object, with(json!({ "conversationId": page_id.as_str() })))),
        None => {}
    }
    ways.into_iter().map(|(way, emission)| Joiner::start(config, way, emission)).collect()
}

impl Joiner {
    fn start(config: &BackendConfig, way: JoinWay, emission: Emission) -> Self {
        let (tell, answered) = watch::channel(None);
        let (enough, mut stop) = oneshot::channel();
        let (trials, transport) = (Trials::new(config.clone()), config.profile.transport);
        let emitted = emission.shown();
        let task = tokio::spawn(async move {
            let mut heard = Vec::new();
            let Ok(mut socket) = trials.socket(transport).await else {
                let _ = tell.send(Some(false));
                return heard;
            };
            let answer = socket.join(&emission).await;
            let _ = tell.send(Some(answer));
            loop {
                tokio::select! {
                    _ = &mut stop => return heard,
                    event = socket.next() => match event {
                        Some(event) if heard.len() < MOST_HEARD => heard.push(event),
                        Some(_) => {}
                        None => return heard,
                    },
                }
            }
        });
        Self { way, emitted, answered, enough, task }
    }

    /// Until the join was answered, or it is clear that it will not be.
    pub async fn joined(&mut self) {
        let _ = self.answered.wait_for(Option::is_some).await;
    }

    /// Ends it; whether it heard a message with one of these ids.
    pub async fn result(self, ids: &[Id]) -> RoomTrial {
        let _ = self.enough.send(());
        let heard = self.task.await.unwrap_or_default();
        let names_one = |packet: &str| ids.iter().any(|id| packet.contains(id.as_str()));
        let brought = heard.iter().any(|(_, packet)| names_one(packet));
        let mut counted: BTreeMap<Clean, u32> = BTreeMap::new();
        for (name, _) in heard {
            *counted.entry(name).or_default() += 1;
        }
        let answered = self.answered.borrow().unwrap_or(false);
        RoomTrial { way: self.way, emitted: self.emitted, answered, heard: counted.into_iter().collect(), brought }
    }
}

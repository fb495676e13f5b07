//! Does the socket get through at all, and does it stay?

use jiff::SignedDuration;

use super::{Certainty, Finding, Outcome, Severity, Side};
use crate::backend::{Health, Mishap, MishapKind, RestError};
use crate::inspect::evidence::{Attempt, Evidence};

/// A ping may be so late before anybody speaks of it.
const GRACE: SignedDuration = SignedDuration::from_secs(5);
/// Connections that ended longer ago are no news.
const RECENT: SignedDuration = SignedDuration::from_mins(10);

fn fault(rule: &'static str, certainty: Certainty) -> Finding {
    Finding::new(rule, Severity::Fault, certainty)
}

/// Whether the session has a socket now.
pub(super) fn connected(evidence: &Evidence) -> bool {
    evidence.session.transport.is_some()
}

/// Why there is no socket, if there is none: the last failed attempt.
fn refusal(evidence: &Evidence) -> Option<&Mishap> {
    if connected(evidence) { None } else { evidence.session.mishaps.last() }
}

fn rest_answers(evidence: &Evidence) -> bool {
    evidence.list.came || evidence.session.rest == Health::Well
}

pub(super) fn unreachable(evidence: &Evidence) -> Option<Finding> {
    let mishap = refusal(evidence)?;
    let rest_too = matches!(evidence.list.failed, Some(RestError::Unreachable { .. })) || !rest_answers(evidence);
    let (rule, means, todo) = match mishap.kind {
        MishapKind::Unreachable if rest_too => (
            "backend-unreachable",
            "nobody answers there, neither REST nor socket",
            "is the backend running, and is the address right? Try the command below",
        ),
        MishapKind::Unreachable => (
            "socket-unreachable",
            "REST answers, but nobody listens where the socket is looked for",
            "set `socket_url` in the profile to where Socket.IO listens, or open that port",
        ),
        MishapKind::Tls => (
            "no-trusted-tls",
            "the server's certificate is not trusted, has expired, or is another host's",
            "mend the certificate, or name its authority in `ca_file` of the profile",
        ),
        MishapKind::Proxy => (
            "proxy-in-the-way",
            "the proxy does not let the socket through",
            "check `proxy` in the profile and HTTPS_PROXY; the proxy must allow CONNECT to the backend",
        ),
        MishapKind::Timeout => (
            "no-answer-in-time",
            "something accepts the connection and then says nothing: often a proxy that does not know WebSocket",
            "look at what stands between: nginx needs `proxy_http_version 1.1` and the Upgrade and Connection headers",
        ),
        _ => return None,
    };
    let mut finding = fault(rule, Certainty::Certain)
        .saw(format!("{} ({})", mishap.words, evidence.address.socket_url))
        .means(means)
        .todo(todo)
        .mend(Side::Between)
        .outcome(Outcome::Unreachable);
    if !evidence.address.list_url.is_empty() {
        finding = finding.command(format!("curl -i \"{}\"", evidence.address.list_url));
    }
    Some(finding)
}

pub(super) fn wrong_path(evidence: &Evidence) -> Option<Finding> {
    let mishap = refusal(evidence)?;
    let not_there = matches!(mishap.kind, MishapKind::Http(404) | MishapKind::WebsocketRefused(404));
    let no_engine = mishap.kind == MishapKind::Protocol && !says_version(mishap);
    if !(not_there || no_engine) {
        return None;
    }
    let path = &evidence.address.socket_path;
    Some(
        fault("wrong-path", if not_there { Certainty::Certain } else { Certainty::Likely })
            .saw(format!("{} at {}{path}", mishap.words, base(evidence)))
            .means("REST may be well, but Socket.IO is not under this path")
            .todo(format!(
                "look for `path:` in the backend's `new Server(…)`, and set `socket_path` (now `{path}`) to it"
            ))
            .todo("a proxy in front must pass that path on to the backend")
            .mend(Side::Profile)
            .command(format!("curl -i '{}{path}?EIO=4&transport=polling'", base(evidence)))
            .outcome(Outcome::Refused),
    )
}

fn base(evidence: &Evidence) -> &str {
    evidence.address.socket_url.trim_end_matches('/')
}

fn says_version(mishap: &Mishap) -> bool {
    let words = mishap.words.to_ascii_lowercase();
    words.contains("protocol version") || words.contains("engine.io 3") || words.contains("eio=3")
}

pub(super) fn protocol_version(evidence: &Evidence) -> Option<Finding> {
    let mishap = refusal(evidence).filter(|mishap| says_version(mishap))?;
    Some(
        fault("protocol-version", Certainty::Certain)
            .saw(&*mishap.words)
            .means("the server speaks another version of Engine.IO than 4, which Socket.IO 3 and 4 use")
            .todo("bring the backend's socket.io to version 4; a page must use a client of the same version")
            .mend(Side::BackendSocket)
            .command(format!("curl -i '{}{}?EIO=4&transport=polling'", base(evidence), evidence.address.socket_path))
            .outcome(Outcome::Refused),
    )
}

pub(super) fn wrong_namespace(evidence: &Evidence) -> Option<Finding> {
    let mishap = refusal(evidence).filter(|mishap| mishap.kind == MishapKind::Namespace)?;
    Some(
        fault("wrong-namespace", Certainty::Certain)
            .saw(format!("{} (asked for `{}`)", mishap.words, evidence.address.namespace))
            .means("the transport works; the namespace that events are in has another name")
            .todo("look for `io.of(\"/…\")` in the backend and set `namespace` in the profile to it")
            .mend(Side::Profile)
            .outcome(Outcome::Refused),
    )
}

pub(super) fn refused(evidence: &Evidence) -> Option<Finding> {
    let mishap = refusal(evidence)?;
    if says_version(mishap) {
        return None;
    }
    match mishap.kind {
        MishapKind::Refused | MishapKind::Http(_) | MishapKind::WebsocketRefused(_)
            if !matches!(mishap.kind, MishapKind::Http(401 | 404) | MishapKind::WebsocketRefused(401 | 404)) => {}
        _ => return None,
    }
    Some(
        fault("handshake-refused", Certainty::Certain)
            .saw(&*mishap.words)
            .means("the server, or what stands before it, answers the handshake and says no; not because of the token")
            .todo("look at the backend's `io.use(…)` and `allowRequest`, and at the proxy's log")
            .mend(Side::Between)
            .command(format!("curl -i '{}{}?EIO=4&transport=polling'", base(evidence), evidence.address.socket_path))
            .outcome(Outcome::Refused),
    )
}

pub(super) fn websocket_refused(evidence: &Evidence) -> Option<Finding> {
    let polls = evidence.session.transport == Some("polling") && evidence.address.wants_websocket;
    let tried = match &evidence.checks.websocket {
        Some(Attempt::Connected) => return None,
        Some(Attempt::Http(status, words)) => Some(format!("HTTP {status}: {words}")),
        Some(Attempt::Failed(words) | Attempt::Protocol(words)) => Some(words.to_string()),
        _ => None,
    };
    if !polls {
        return None;
    }
    let saw = tried.as_ref().map_or_else(
        || "the session lives on HTTP polling, although WebSocket was tried first".to_owned(),
        |words| format!("polling connects, a WebSocket does not ({words})"),
    );
    Some(
        fault("websocket-refused", if tried.is_some() { Certainty::Certain } else { Certainty::Likely })
            .severity(Severity::Warning)
            .saw(saw)
            .means(
                "something between here and the backend does not pass WebSocket on: events come by polling, later and \
                 at more cost; a page with `transports: [\"websocket\"]` hears nothing",
            )
            .todo("nginx: `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\";`")
            .todo("with several backend processes polling also needs sticky sessions")
            .mend(Side::Between),
    )
}

pub(super) fn half_open(evidence: &Evidence) -> Option<Finding> {
    let session = &evidence.session;
    let finding = |saw: String| {
        fault("half-open", Certainty::Certain)
            .saw(saw)
            .means(
                "the connection looks open from here and is dead: the other end has gone, or a proxy or NAT has dropped \
                 it, without closing it. Whatever was emitted meanwhile is lost to a page; here REST closes the gap",
            )
            .todo("proxies: raise the read time-out (nginx `proxy_read_timeout`) above the server's ping interval")
            .todo("the page should watch for missing pings, reconnect, join its rooms again and fetch what it missed")
            .mend(Side::Between)
            .outcome(Outcome::NothingArrived)
    };
    if let Some((interval, _)) = session.heartbeat.filter(|_| connected(evidence)) {
        let silent = session.as_of.duration_since(session.last_frame?);
        let due = SignedDuration::try_from(interval).ok()? + GRACE;
        if silent > due {
            let words = format!(
                "nothing has come for {} s, not even the ping that the server sends every {} s",
                silent.as_secs(),
                interval.as_secs()
            );
            return Some(finding(words));
        }
    }
    let dead = recent(evidence).rfind(|mishap| mishap.kind == MishapKind::PingTimeout)?;
    Some(finding(format!("a connection was given up: {}", dead.words)))
}

fn recent(evidence: &Evidence) -> impl DoubleEndedIterator<Item = &Mishap> {
    evidence.session.mishaps.iter().filter(|mishap| evidence.now.duration_since(mishap.at) < RECENT)
}

pub(super) fn connection_lost(evidence: &Evidence) -> Option<Finding> {
    let ended: Vec<&Mishap> =
        recent(evidence).filter(|mishap| mishap.ended && mishap.kind != MishapKind::PingTimeout).collect();
    let last = ended.last()?;
    if evidence.session.reconnects == 0 && connected(evidence) {
        return None;
    }
    let (count, s) = (ended.len(), if ended.len() == 1 { "" } else { "s" });
    let back = if connected(evidence) { "; it came back" } else { "" };
    Some(
        fault("connection-lost", Certainty::Certain)
            .severity(if connected(evidence) { Severity::Warning } else { Severity::Fault })
            .saw(format!("the connection ended {count} time{s} in the last minutes: {}{back}", last.words))
            .means(
                "the server restarted, or a proxy cut the connection. Rooms do not survive that: here they were joined \
                 again and the gap was fetched; a page that does not join again hears nothing from then on",
            )
            .todo("in the page, subscribe and join inside the `connect` handler, and fetch the thread again there")
            .mend(Side::Page),
    )
}
